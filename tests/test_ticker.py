"""The tick goes on, however often the bot stops and starts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.clock import SystemClock
from bot.services.desk import Desk
from bot.services.health import look
from bot.services.pulse import Pulse
from bot.storage.heartbeats import Gap, Heartbeat
from reminders.ticker import Ticker

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from bot.services.desk import Books
    from bot.storage.database import Database


HOUR = timedelta(hours=1)


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


async def test_old_rows_are_looked_for_once_a_day(
    database: Database, books: Books, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []

    async def daily(desk: Desk) -> None:
        done.append(desk.now)

    monkeypatch.setattr("reminders.ticker.DAILY_WORK", (daily,))
    clock = MovedClock(now)
    ticker = Ticker(database, books, clock, lambda: None, Pulse())
    midnight = now + timedelta(hours=14)
    for clock.instant in (now, now + timedelta(hours=13, minutes=59), midnight, midnight):
        await ticker.tick()
    assert done == [now, midnight]


async def test_it_ticks_again_after_the_leadership_was_lost_and_won(
    database: Database, books: Books
) -> None:
    ticked = asyncio.Event()
    ticker = Ticker(database, books, SystemClock(), ticked.set, Pulse())
    for _ in range(2):
        ticker.start()
        async with asyncio.timeout(5):
            await ticked.wait()
        await ticker.stop()
        ticked.clear()


def ticker_of(database: Database, books: Books, clock: MovedClock) -> Ticker:
    """A ticker as a process makes it at its start."""
    return Ticker(database, books, clock, lambda: None, Pulse())


async def beat_of(database: Database) -> Heartbeat | None:
    async with database.read() as tx:
        return await tx.heartbeats.last()


async def test_each_tick_leaves_a_trace(database: Database, books: Books, now: datetime) -> None:
    clock, pulse = MovedClock(now), Pulse()
    ticker = Ticker(database, books, clock, lambda: None, pulse)
    for clock.instant in (now, now + HOUR, now - HOUR):
        await ticker.tick()
        assert await beat_of(database) == Heartbeat(clock.instant, None), "it never stopped"
    assert sum(pulse.ticks.counts) == 3
    assert (pulse.tick_age() or 0) < 60


async def test_the_first_tick_after_a_start_tells_how_long_there_was_none(
    database: Database, books: Books, now: datetime
) -> None:
    clock = MovedClock(now)
    await ticker_of(database, books, clock).tick()
    clock.instant = now + 2 * HOUR
    after = ticker_of(database, books, clock)
    for _ in range(2):
        await after.tick()
    gap = Gap(now, now + 2 * HOUR)
    assert await beat_of(database) == Heartbeat(now + 2 * HOUR, gap)
    clock.instant += timedelta(minutes=1)
    await ticker_of(database, books, clock).tick()
    assert await beat_of(database) == Heartbeat(clock.instant, gap), "that was no gap"


async def test_a_start_with_a_clock_far_off_tells_nothing_once_it_is_right(
    database: Database, books: Books, now: datetime
) -> None:
    clock = MovedClock(now)
    for clock.instant in (now, now + 9000 * HOUR, now + HOUR):
        await ticker_of(database, books, clock).tick()
    async with database.read() as tx:
        health = await look(await Desk.open(tx, books, clock.instant, "look"))
    assert (health.gap, health.tick_age) == (None, timedelta())


async def test_a_tick_whose_trace_cannot_be_written_does_not_count(
    database: Database, books: Books, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pulse = MovedClock(now), Pulse()
    await ticker_of(database, books, clock).tick()
    clock.instant = now + HOUR
    ticker = Ticker(database, books, clock, lambda: None, pulse)
    with monkeypatch.context() as patch:
        patch.setattr("reminders.ticker.resume", fail)
        await ticker.tick()
    assert (ticker.last, pulse.tick_age()) == (None, None)
    assert await beat_of(database) == Heartbeat(now, None)
    clock.instant = now + 2 * HOUR
    await ticker.tick()
    assert await beat_of(database) == Heartbeat(clock.instant, Gap(now, clock.instant))


async def fail(desk: Desk) -> None:
    raise RuntimeError
