"""The trace of a tick, and of the time without one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.storage.heartbeats import Gap, Heartbeat

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database

MINUTE, DOWN = timedelta(minutes=1), timedelta(minutes=15)


async def test_the_last_tick_is_known_everywhere(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert await tx.heartbeats.last() is None
        await tx.heartbeats.resume(now, DOWN)
        assert await tx.heartbeats.last() is None
        await tx.heartbeats.beat(now)
        await tx.heartbeats.beat(now + MINUTE)
    async with database.read() as tx:
        assert await tx.heartbeats.last() == Heartbeat(now + MINUTE, None)


async def test_a_gap_is_remembered_until_there_is_another(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        beats = tx.heartbeats
        await beats.beat(now)
        await beats.resume(now + DOWN, DOWN)
        assert await beats.last() == Heartbeat(now, None), "that is no gap yet"
        back = now + DOWN + MINUTE
        await beats.resume(back, DOWN)
        assert await beats.last() == Heartbeat(now, Gap(now, back))
        later = back + MINUTE
        await beats.resume(later, DOWN)
        assert await beats.last() == Heartbeat(now, Gap(now, later)), "nothing was done meanwhile"
        await beats.beat(later)
        await beats.resume(later + MINUTE, DOWN)
        assert await beats.last() == Heartbeat(later, Gap(now, later))


async def test_a_clock_moved_back_makes_no_gap(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.heartbeats.beat(now + timedelta(days=400))
        await tx.heartbeats.resume(now, DOWN)
        await tx.heartbeats.beat(now)
        assert await tx.heartbeats.last() == Heartbeat(now, None)
