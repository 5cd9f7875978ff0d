"""A year of reminders, on the real dispatcher, the real sender and the sandbox's server.

What `/upcoming` foretells the evening before is what arrives, to the minute; whatever else the bot
says of itself it has told of as sure to come, or as coming on occasion. Nothing arrives outside
office hours, and nothing about what has been answered.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import open_books
from bot.domain.calendar import DAY, WorkCalendar, local_date
from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from tests.edge.heard import ITEM, at, differences, is_of_itself, minute
from tests.edge.office import TOKEN, UNHURRIED, Office, edge_settings, eventually
from tests.edge.year import Year

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.services.unasked import Sort
    from bot.storage.database import Database

FIRST = date(2025, 11, 3)
DAYS = int(os.environ.get("YEAR_DAYS", "365"))
CALENDAR = WorkCalendar()


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(at(FIRST, 7))


class YearOffice(Office):
    """Only the bot at work; the people are the year's own."""

    async def furnish(self) -> None:
        """Nobody is on the roster yet."""

    async def settle(self) -> None:
        """Wait until everything is said, without asking so often that it is slowed down."""
        await self.sandbox.until(lambda: not len(self.sandbox.world.updates))

        async def said() -> bool:
            await asyncio.sleep(0.03)
            return await self._all_is_said()

        await eventually(said, 30)


@pytest.fixture
async def office(
    database: Database, database_url: str, clock: SandboxClock
) -> AsyncIterator[Office]:
    sandbox = Sandbox(token=TOKEN, clock=clock, exchanges_kept=10)
    async with sandbox.serve() as api:
        office = YearOffice(sandbox, database, edge_settings(api, database_url))
        office.rates = UNHURRIED
        yield office
        await office.close()


async def test_what_was_foretold_is_what_arrives_all_year(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("YEAR_SEED") or secrets.randbits(32))
    books = open_books(office.settings, "liaison_bot")
    year = Year(office.sandbox, office.database, books, Random(seed))
    await year.furnish()
    await office.open()
    try:
        await _live_through(office, year)
        await _answered_is_silent(year)
    except BaseException as error:
        error.add_note(f"YEAR_SEED={seed}")
        raise
    with capsys.disabled():
        lines = "".join(f"  {value:>5}  {name}\n" for name, value in year.counts.items())
        sys.stdout.write(f"\nYEAR_SEED={seed}\n{lines}")


async def _live_through(office: Office, year: Year) -> None:
    for day in (FIRST + DAY * n for n in range(DAYS)):
        since = year.now
        foretold = await year.foretold(at(day, 23))
        besides = await year.foretold_besides(at(day, 23))
        occasions: set[tuple[int, Sort]] = set()
        if CALENDAR.is_workday(day):
            await _until(office, day, 9)
            await _until(office, day, 10, 20)
            await year.a_day_of_work()
            year.wake(office)
            await office.settle()
            occasions = await year.occasions()
            await _until(office, day, 17)
        await _until(office, day, 20)
        arrived = year.arrived(since)
        assert differences(arrived, foretold) == [], f"{day}"
        others = year.arrived_besides(since)
        assert besides <= others, f"{day}"
        assert {(chat, sort) for _, chat, sort in others - besides} <= occasions, f"{day}"
        year.counts["messages"] += len(arrived)
        year.counts["days with any"] += bool(arrived)
        year.counts["other messages, sure to come"] += len(besides)
        year.counts["other messages, on occasion"] += len(others - besides)


async def _until(office: Office, day: date, hour: int, minutes: int = 0) -> None:
    """Let the clock run on to an hour, and the bot do what is due."""
    clock = office.sandbox.clock
    clock.advance(max(timedelta(), at(day, hour, minutes) - clock.now()))
    await office.tick()
    await office.settle()


async def _answered_is_silent(year: Year) -> None:
    """Nothing came outside hours, and nothing about what was met before."""
    ended = await year.ended()
    for chat in list(year.sandbox.world.chats.values()):
        for message in chat.messages.values():
            if not (message.sender.is_bot and is_of_itself(message)):
                continue
            local = minute(message.date)
            assert CALENDAR.is_workday(local_date(message.date)), local
            assert 9 * 60 <= local.hour * 60 + local.minute < 17.5 * 60, local
            for found in ITEM.finditer(message.text):
                until = ended.get((found["number"], found["title"]))
                assert until is None or message.date <= until, (found["number"], local)
