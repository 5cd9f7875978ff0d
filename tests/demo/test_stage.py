"""The demonstration's clock knows when the bot will do something by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.demo.stage import DISTRICT, raise_stage
from bot.demo.tour import MONDAY, UNHURRIED
from bot.sandbox.clock import SandboxClock

if TYPE_CHECKING:
    from bot.sandbox.messages import Message

SEVERAL = 5


async def test_jump_by_jump_the_day_is_closed() -> None:
    clock = SandboxClock(MONDAY)
    async with raise_stage(clock=clock, rates=UNHURRIED) as stage:
        chen = stage.cast["陈刚"]
        assert clock.next_stop is not None
        for _ in range(SEVERAL):
            stop = await clock.next_stop()
            assert stop is not None
            clock.advance(stop - clock.now())
            if stop.hour == 9:  # in China half an hour before the office closes
                break
        await stage.sandbox.until(
            lambda: any("台账存证" in message.text for message in chen.reads(None)) or None
        )


async def test_whoever_opens_the_page_finds_a_reply_that_is_owed() -> None:
    async with raise_stage(clock=SandboxClock(MONDAY), rates=UNHURRIED) as stage:
        group = next(c for c in stage.sandbox.world.chats.values() if c.title == DISTRICT)
        wang = stage.cast["王敏"]

        def card() -> Message | None:
            return next((m for m in wang.reads(group) if "自查中" in m.text), None)

        said = (await stage.sandbox.until(card)).text
        assert "检察建议〔2026〕1号" in said
        assert "书面回复：2026年4月14日" in said


async def test_from_stop_to_stop_no_reminder_is_late_or_left_out() -> None:
    clock = SandboxClock(MONDAY)
    async with raise_stage(clock=clock, rates=UNHURRIED) as stage:
        assert clock.next_stop is not None
        end = clock.now() + timedelta(days=40)
        while (stop := await clock.next_stop()) is not None and stop < end:
            clock.advance(max(stop - clock.now(), timedelta()))
        nags = [
            message
            for message in stage.cast["王敏"].reads(None)
            if "办理提醒" in message.text and "检察建议〔2026〕1号" in message.text
        ]
    assert not [nag.text for nag in nags if "迟发" in nag.text]
    assert [re.findall("还有(\\d+)天|(今天到期)|已逾期(\\d+)天", nag.text)[0] for nag in nags] == [
        *((left, "", "") for left in ("32", "15", "7", "4", "1")),
        ("", "今天到期", ""),
        *(("", "", over) for over in ("1", "2", "3")),
    ]
    assert {(nag.date.hour, nag.date.minute) for nag in nags} == {(1, 0)}, "nine o'clock in China"
