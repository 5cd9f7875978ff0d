"""The demonstration's clock knows when the bot will do something by itself."""

from __future__ import annotations

from bot.demo.stage import raise_stage
from bot.demo.tour import MONDAY, UNHURRIED
from bot.sandbox.clock import SandboxClock

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
