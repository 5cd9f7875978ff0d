"""Dialogues as readable text: what people do is played, what the bot says is written beside it.

In a script a line such as `王敏：…` is something written, `王敏 按〔签收〕` a pressed button;
`── 鄂城群 ──` says where. Indented lines are the bot's. Playing a script gives it anew, so a
test only compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.clock import SandboxClock
from tests.sheets import PDF, xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

HEADING = re.compile(r"── (?P<place>\S+) ──")
ACT = re.compile(
    r"(?P<name>\w+?)(?P<how> 按| 回复 \w+| 改为| 发文件| 经链接)?[：〔](?P<what>.*?)〕?"
)
TIME = re.compile(r"⏱ (?P<number>\d+)(?P<unit>分钟|小时|天)后")
PRIVATE = "的私聊"
UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}


class StillClock(SandboxClock):
    """A clock that only moves when it is told to, so that a dialogue's times stay the same."""

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._start + self._jumped


@dataclass
class Play:
    """One script being played in an office."""

    office: Office
    lines: list[str] = field(default_factory=list)
    place: str = ""
    _seen: dict[tuple[int, int], str] = field(default_factory=dict)
    _toasts: dict[str, int] = field(default_factory=dict)

    async def play(self, script: str) -> str:
        """Do what the script's people do; returns the script with what the bot says now."""
        place = ""
        for line in script.splitlines():
            if line.startswith("#") or not line.strip():
                self._blank(line)
            elif heading := HEADING.fullmatch(line):
                place = heading["place"]
            elif not line.startswith(" "):
                await self._do(place, line)
        return "\n".join(self.lines).strip() + "\n"

    def _blank(self, line: str) -> None:
        if line:
            self.lines.append(line)

    async def _do(self, place: str, line: str) -> None:
        if line.startswith("⏱"):
            self.lines += ["", line]
            self._wait(line)
            await self.office.tick()
        else:
            self._go_to(place)
            self.lines += ["", line] if self.lines[-1:] != [_heading(place)] else [line]
            self._act(place, line)
        await self.office.settle()
        self._write_down()

    def _wait(self, line: str) -> None:
        span = TIME.fullmatch(line)
        assert span, line
        self.office.sandbox.clock.advance(timedelta(**{UNITS[span["unit"]]: int(span["number"])}))

    def _act(self, place: str, line: str) -> None:
        act = ACT.fullmatch(line)
        assert act, line
        person, what = self.office[act["name"]], act["what"].replace("⏎", "\n")
        chat = self._chat(place)
        messages = person.reads(chat)
        match (act["how"] or "").split():
            case []:
                person.write(chat, what)
            case ["按"]:
                message = next(m for m in reversed(messages) if what in m.labels and not m.deleted)
                person.press(message, what)
            case ["回复", author]:
                person.write(chat, what, reply_to=_last_of(messages, author))
            case ["改为"]:
                person.edit(_last_of(messages, person.name), what)
            case ["发文件"]:
                name, _, caption = what.partition("〕")
                person.send_file(chat, SHEETS[name], name, caption=caption.lstrip("："))
            case ["经链接"]:
                person.start(what)

    def _chat(self, place: str) -> Chat:
        groups = {chat.title: chat for chat in self.office.sandbox.world.chats.values()}
        return (
            groups[place] if place in groups else self.office[place.removesuffix("的私聊")].private
        )

    def _go_to(self, place: str) -> None:
        if place != self.place:
            self.place = place
            self.lines += ["", _heading(place)]

    def _write_down(self) -> None:
        """Add what the bot said since: answers to presses, then chat by chat what is new."""
        for name, persona in self.office.cast.items():
            toasts = persona.toasts
            for toast in toasts[self._toasts.get(name, 0) :]:
                if toast.text:
                    self.lines.append(f"    （{name}见提示：{toast.text}）")
                if toast.url:
                    self.lines.append(f"    （{name}经链接 {toast.url}）")
            self._toasts[name] = len(toasts)
        for chat in self.office.sandbox.world.chats.values():
            for message in chat.messages.values():
                self._note(chat, message)

    def _note(self, chat: Chat, message: Message) -> None:
        look = "\n".join(_look(message))
        known = self._seen.get((chat.id, message.id))
        if known == look:
            return
        self._seen[chat.id, message.id] = look
        if not message.sender.is_bot:
            if message.deleted:
                self.lines.append("    （机器人删除了这条消息）")
            return
        self._go_to(chat.title or f"{chat.peer.first_name if chat.peer else ''}{PRIVATE}")
        self.lines.append("    机器人：" if known is None else "    机器人（原消息改为）：")
        self.lines += [f"    │ {line}".rstrip() for line in look.splitlines()]


SHEETS: dict[str, bytes] = {
    "占地台账.xlsx": xlsx("泽林镇", "占地3.52亩"),
    "当事人刘建国.csv": "编号,面积\n1,3.52\n".encode("gb18030"),
    "处罚决定书.pdf": PDF,
    "改了名的.xlsx": PDF,
    "会议意见.xlsx": xlsx("机密★5年", "会议意见"),
}
"""What a script may send, by its name."""


def _last_of(messages: list[Message], author: str) -> Message:
    bot = author == "机器人"
    return next(
        m
        for m in reversed(messages)
        if not m.deleted and (m.sender.is_bot if bot else m.sender.first_name == author)
    )


def _heading(place: str) -> str:
    return f"── {place} ──"


def _look(message: Message) -> Iterator[str]:
    if message.deleted:
        yield "（已删除）"
        return
    if message.file:
        yield f"📎 {message.file.name}"
    yield from message.text.splitlines()
    for row in message.keyboard.rows if message.keyboard else ():
        yield "".join(f"〔{button.label}〕" for button in row)
