"""The tour: a scripted day of the office, played without a browser and printed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.demo.stage import DISTRICT, STRANGER, raise_stage
from bot.sandbox.clock import SandboxClock
from handlers.flood import Rates

if TYPE_CHECKING:
    from bot.demo.stage import Stage
    from bot.sandbox.messages import Message

MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
"""Nine o'clock in China."""
ADVICE = "/advice 鄂州检行建〔2026〕6号 纠正违法 制发3月6日 1.催告并申请强制执行 2.完善移送台账"
ADVISED = "检察建议〔2026〕2号"
"""Its number: another was issued in the weeks before."""
UNHURRIED = Rates(overall_per_second=1000, chat_interval=0, group_per_minute=10_000)
"""The tour's own server sets no flood limits."""
LINE = (
    "/lead 超期裁定 移送线索 刘某某非法占用耕地3.52亩 "
    "鄂州资规罚字〔2025〕47号 （2026）鄂0704行审18号 申请3月3日"
)


async def play_tour() -> None:
    """Play the day, then print what was said in every chat."""
    async with raise_stage(clock=SandboxClock(MONDAY), rates=UNHURRIED) as stage:
        await Tour(stage).play()
        click.echo(stage.sandbox.transcript())
        click.echo(
            "演示完成：线索已登记、签收、查询、查阅；检察建议自制发、双方确认收到日期、书面回复、"
            "回头看，直至销号，全部留痕。"
        )


class Tour:
    """Scenes on a stage; a scene that does not come out as it should raises TimeoutError."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._sandbox = stage.sandbox
        self._group = next(c for c in stage.sandbox.world.chats.values() if c.title == DISTRICT)

    async def play(self) -> None:
        """Play every scene, in order."""
        number = await self._report()
        await self._sign(number)
        await self._look_up(number)
        await self._turn_away()
        await self._close_day()
        await self._advise()
        await self._turn_both_keys()
        await self._reply_in_time()
        await self._close_for_good()

    async def _report(self) -> str:
        """The bureau's liaison reports a lead in one line, and files it."""
        wang = self._stage.cast["王敏"]
        wang.write(self._group, LINE)
        preview = await self._reads("王敏", "待提交")
        wang.press(preview, "✅ 提交")
        filed = await self._reads("王敏", "已登记并移送")
        return filed.text.partition("：")[2].strip()

    async def _sign(self, number: str) -> None:
        """The procuratorate's liaison signs for it on the card."""
        card = await self._reads("李静", f"{number}　已移送")
        self._stage.cast["李静"].press(card, "签收")
        await self._reads("李静", f"{number}　已签收")

    async def _look_up(self, number: str) -> None:
        """Somebody looks it up by the penalty's number, then reads the content in private."""
        wang = self._stage.cast["王敏"]
        question = wang.write(self._group, "/case 鄂州资规罚字[2025]47")
        answer = await self._reads("王敏", f"{number}　已签收", after=question.id)
        wang.press(answer, "私聊看详情")
        await self._reads("王敏", "本次查阅已记录", private=True)

    async def _turn_away(self) -> None:
        """A stranger is turned away."""
        question = self._stage.cast[STRANGER].write(self._group, "/case 线索2026-1")
        await self._reads(STRANGER, "名册", after=question.id)

    async def _close_day(self) -> None:
        """In the evening both sides get the digest of all histories."""
        self._sandbox.clock.advance(timedelta(hours=8, minutes=10))
        for name in ("陈刚", "周岚"):
            await self._reads(name, "台账存证", private=True)

    async def _advise(self) -> None:
        """The procuratorate registers a recommendation, of which nothing is due yet."""
        asked = self._stage.cast["李静"].write(self._group, ADVICE)
        preview = await self._reads("李静", "尚未起算", after=asked.id)
        self._stage.cast["李静"].press(preview, "✅ 提交")
        await self._reads("李静", f"⚪ {ADVISED}", after=asked.id)

    async def _turn_both_keys(self) -> None:
        """The one side enters the receipt, the other confirms it: now the clock runs."""
        await self._take(
            "李静", f"{ADVISED}　已制发待送达", "登记送达", "今天", "〔直接送达〕", "王敏"
        )
        card = await self._reads("王敏", "已送达待确认", private=True)
        self._stage.cast["王敏"].press(card, "确认收到日期")
        await self._reads("王敏", "书面回复：2026年5月9日")

    async def _reply_in_time(self) -> None:
        """The light turns yellow, then red; the bureau replies in writing before the last day."""
        await self._take("王敏", f"{ADVISED}　已送达", "登记自查", "已逐项自查，台账不完善属实")
        await self._wait(f"🟡 {ADVISED}", 47)
        await self._wait(f"🔴 {ADVISED}", 12)
        reply = (
            "鄂州资规函〔2026〕12号",
            "今天",
            "〔直接送交〕",
            "李静",
            "〔全部采纳〕",
            "〔已完成〕",
        )
        await self._take("王敏", f"{ADVISED}　自查中", "登记书面回复", *reply)

    async def _close_for_good(self) -> None:
        """The procuratorate reviews the reply, looks again after some weeks, and closes."""
        await self._take("李静", f"{ADVISED}　已回复", "整改到位", "各项均已落实")
        await self._wait(f"{ADVISED}　整改到位", 60)
        looked = ("今天", "台账按月更新，未见反弹")
        await self._take("李静", f"{ADVISED}　整改到位", "回头看：已巩固", *looked)
        await self._take("李静", f"{ADVISED}　已回头看", "办结销号", "整改到位，同意销号")
        await self._reads("王敏", f"🔵 {ADVISED}")

    async def _changes(self, form: Message, before: str) -> None:
        """Wait until a message says something else than before."""
        await self._sandbox.until(lambda: form.text != before or None, timeout=10)

    async def _wait(self, words: str, days: int) -> None:
        """Let days pass, until the card in the group says so."""
        self._sandbox.clock.advance(timedelta(days=days))
        await self._reads("王敏", words)

    async def _take(self, name: str, card: str, step: str, *answers: str) -> None:
        """Press a step on the group's card, then answer its form in private and submit it."""
        persona = self._stage.cast[name]
        persona.press(await self._reads(name, card), step)
        form = await self._reads(name, f"｜{step}", private=True)
        for answer in answers:
            if answer.startswith("〔"):
                before = form.text
                persona.press(form, answer.strip("〔〕"))
                await self._changes(form, before)
            else:
                said = persona.write(None, answer)
                form = await self._reads(name, f"｜{step}", private=True, after=said.id)
        persona.press(form, "✅ 提交")
        await self._reads(name, f"已办理“{step}”", private=True)

    async def _reads(
        self, name: str, words: str, *, private: bool = False, after: int = 0
    ) -> Message:
        """Wait until somebody reads a message with these words, in the group or in private."""
        persona = self._stage.cast[name]

        def found() -> Message | None:
            messages = persona.reads(None if private else self._group)
            return next((m for m in reversed(messages) if m.id > after and words in m.text), None)

        return await self._sandbox.until(found, timeout=10)
