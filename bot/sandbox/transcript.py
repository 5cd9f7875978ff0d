"""The dialogue as readable text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message

_LOCAL = ZoneInfo("Asia/Shanghai")


def transcript(chat: Chat) -> str:
    """Return all messages of a chat, one after another, under a heading."""
    heading = f"── {chat.title or (chat.peer.first_name + ' 的私聊' if chat.peer else chat.id)} ──"
    return "\n".join([heading, *(line for m in chat.messages.values() for line in _lines(m))])


def _lines(message: Message) -> Iterator[str]:
    local = message.date.astimezone(_LOCAL)
    if message.service:
        yield f"[{local:%m-%d %H:%M}] · {message.text}"
        return
    edited = "（已修改）" if message.edited else ""
    answers = f" ↩ {message.reply_to.id}" if message.reply_to else ""
    yield f"[{local:%m-%d %H:%M}] #{message.id} {message.author.first_name}{answers}{edited}："
    if message.file:
        yield f"    📎 {message.file.name}"
    yield from (f"    {line}" for line in message.text.splitlines())
    if message.keyboard:
        yield from (
            "    " + " ".join(f"[{button.label}]" for button in row)
            for row in message.keyboard.rows
        )
