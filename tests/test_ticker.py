"""The tick goes on, however often the bot stops and starts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.clock import SystemClock
from reminders.ticker import Ticker

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from bot.services.desk import Books, Desk
    from bot.storage.database import Database


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
    ticker = Ticker(database, books, clock, lambda: None)
    midnight = now + timedelta(hours=14)
    for clock.instant in (now, now + timedelta(hours=13, minutes=59), midnight, midnight):
        await ticker.tick()
    assert done == [now, midnight]


async def test_it_ticks_again_after_the_leadership_was_lost_and_won(
    database: Database, books: Books
) -> None:
    ticked = asyncio.Event()
    ticker = Ticker(database, books, SystemClock(), ticked.set)
    for _ in range(2):
        ticker.start()
        async with asyncio.timeout(5):
            await ticked.wait()
        await ticker.stop()
        ticked.clear()
