"""The same year, in which the bot is killed at random instants and the server has faults.

Nothing that was foretold is missing; whatever came twice says so; each is counted.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.app import open_books
from bot.domain.calendar import DAY, WorkCalendar
from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from bot.storage.database import Database
from tests.edge.crash_bot import TOKEN, mortal_bot
from tests.edge.heard import REPEATED, at, differences, items_in, minute
from tests.edge.office import edge_settings, eventually
from tests.edge.test_year import FIRST
from tests.edge.year import Year

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    import pytest

    from bot.sandbox.faults import FaultKind
    from tests.edge.crash_bot import MortalBot
    from tests.edge.heard import Heard

DAYS = int(os.environ.get("CRASH_YEAR_DAYS", "120"))
KILLS = 0.25
"""On how many of the days with something to say the bot dies while it says it."""
PATIENCE = 60
CALENDAR = WorkCalendar()
NO_HOUR = datetime.min.replace(tzinfo=UTC)
"""Stands for any hour of a day: a bot that died says a thing a little later."""


class MortalYear:
    """A year whose bot is another process, and mortal."""

    def __init__(
        self, sandbox: Sandbox, year: Year, bot: MortalBot, ahead: Path, random: Random
    ) -> None:
        self._sandbox = sandbox
        self._year = year
        self._bot = bot
        self._ahead = ahead
        self._random = random
        self.kills = 0

    def _set_clock(self) -> None:
        """Let the bot's clock show what the sandbox's does."""
        seconds = (self._sandbox.clock.now() - datetime.now(UTC)).total_seconds()
        new = self._ahead.with_suffix(".new")
        new.write_text(f"{seconds}")
        new.replace(self._ahead)

    async def be_born(self) -> None:
        """Let the first bot live."""
        self._set_clock()
        await self._bot.start()

    async def until(self, day: date, hour: int, *, mortal: bool = False) -> None:
        """Let the clock run on to an hour, and the bot do what is due, perhaps in several lives."""
        clock = self._sandbox.clock
        clock.advance(max(timedelta(), at(day, hour) - clock.now()))
        self._set_clock()
        self._bot.hurry()
        while mortal and self._random.random() < KILLS:
            await asyncio.sleep(self._random.uniform(0, 0.6))
            await self._die_and_rise()
        await eventually(self._all_is_done, PATIENCE)

    async def _die_and_rise(self) -> None:
        self._bot.kill()
        assert await self._bot.death() == -signal.SIGKILL
        self.kills += 1
        self._set_clock()
        await self._bot.start()

    async def _all_is_done(self) -> bool:
        """The hour's tick has ended, and everything is taken in and said."""
        await asyncio.sleep(0.05)
        async with self._year.database.read() as tx:
            beat = await tx.heartbeats.last()
            counts = await tx.outbox.counts()
        ticked = beat is not None and minute(beat.at) >= minute(self._sandbox.clock.now())
        busy = counts.keys() & {"waiting", "sending"} or len(self._sandbox.world.updates)
        if not ticked and self._random.random() < 0.05:
            self._bot.hurry()  # a signal may come before the bot is ready for it
        return ticked and not busy


def misfortune(sandbox: Sandbox) -> None:
    """Let sending fail now and then, in every way it can."""
    sandbox.faults.add("429", "sendMessage", rate=0.01, seconds=1)
    kinds: tuple[FaultKind, ...] = ("5xx", "drop_before", "drop_after")
    for kind in kinds:
        sandbox.faults.add(kind, "sendMessage", rate=0.02)


async def test_a_year_of_crashes_loses_nothing_and_repeats_only_what_says_so(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("YEAR_SEED") or secrets.randbits(32))
    log = tmp_path / "bot.log"
    try:
        figures = await _year(sqlite_url, tmp_path / "ahead", seed, log)
    except BaseException as error:
        error.add_note(f"YEAR_SEED={seed}\n{log.read_text()[-3000:]}")
        raise
    with capsys.disabled():
        lines = "".join(f"  {value:>5}  {name}\n" for name, value in figures.items())
        sys.stdout.write(f"\nYEAR_SEED={seed}\n{lines}")


async def _year(url: str, ahead: Path, seed: int, log: Path) -> Counter[str]:
    random = Random(seed)
    sandbox = Sandbox(token=TOKEN, seed=seed, clock=SandboxClock(at(FIRST, 7)), exchanges_kept=10)
    database = Database(url)
    async with sandbox.serve() as api_url:
        books = open_books(edge_settings(api_url, url), "liaison_bot")
        year = Year(sandbox, database, books, random)
        await year.furnish()
        misfortune(sandbox)
        async with mortal_bot(api_url, url, log, ahead) as bot:
            mortal = MortalYear(sandbox, year, bot, ahead, random)
            await mortal.be_born()
            for day in (FIRST + DAY * n for n in range(DAYS)):
                await _live_a_day(mortal, year, day)
            bot.kill()
            await bot.death()
    async with database.read() as tx:
        sound = await tx.connection.scalar(text("PRAGMA integrity_check"))
    assert sound == "ok"
    await database.close()
    year.counts["kills"] = mortal.kills
    return year.counts


async def _live_a_day(mortal: MortalYear, year: Year, day: date) -> None:
    since = year.now
    foretold = await year.foretold(at(day, 23))
    if CALENDAR.is_workday(day):
        await mortal.until(day, 9, mortal=bool(foretold))
        await mortal.until(day, 10)
        await year.a_day_of_work()
    await mortal.until(day, 20)
    _check(year, since, foretold, day)


def _check(year: Year, since: datetime, foretold: Heard, day: date) -> None:
    """All of it arrived, and what came twice says so."""
    arrived: Heard = {}
    for chat_id, message in reversed(list(year.messages(since))):
        items = items_in(message)
        known = arrived.setdefault((NO_HOUR, chat_id), [])
        if REPEATED in message.text:
            year.counts["perhaps repeated"] += 1
        else:
            assert not set(items) & set(known), f"twice, and does not say so: {day} {chat_id}"
        known += items
        year.counts["messages"] += 1
    expected: Heard = {}
    for (_, to), items in foretold.items():
        expected.setdefault((NO_HOUR, to), []).extend(items)
    assert differences(arrived, expected) == [], f"{day}"
