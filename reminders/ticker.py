"""The tick: the scheduler wakes us, the rows say what is due; it stores nothing itself."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.calendar import local_date
from bot.services.desk import Desk
from bot.services.heartbeat import beat, resume
from bot.services.housekeeping import DAILY_WORK, TICK_WORK
from reminders.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bot.domain.clock import Clock
    from bot.services.desk import Books
    from bot.services.housekeeping import Task
    from bot.services.pulse import Pulse
    from bot.storage.database import Database

log = logging.getLogger(__name__)

EVERY = 30
"""Seconds between two ticks."""


class Ticker:
    """Does what the hour asks for, again and again, each task in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        books: Books,
        clock: Clock,
        after_commit: Callable[[], None],
        pulse: Pulse,
    ) -> None:
        self._database = database
        self._books = books
        self._clock = clock
        self._dispatcher = Dispatcher(database, books)
        self._after_commit = after_commit
        self._pulse = pulse
        self._scheduler = AsyncIOScheduler(timezone="Asia/Shanghai")
        self._ticking = asyncio.Lock()
        self.last: datetime | None = None
        """When the last tick ended."""
        self._day: date | None = None
        """The day whose daily work is done, as far as this process knows."""
        self._resumed = False
        """It is known whether the bot was down before this start."""

    def start(self) -> None:
        """Tick now, and from now on; a scheduler that was stopped has forgotten its jobs."""
        self._resumed = False
        self._scheduler = AsyncIOScheduler(timezone="Asia/Shanghai")
        self._scheduler.add_job(
            self.tick,
            IntervalTrigger(seconds=EVERY),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
        self._scheduler.start()

    def hurry(self) -> None:
        """Tick at once, besides: the clock was moved."""
        self._scheduler.add_job(self.tick, misfire_grace_time=None)

    async def stop(self) -> None:
        """Tick no more; a tick under way ends first."""
        self._scheduler.pause()
        async with self._ticking:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Do each task; one that fails keeps no other from its turn."""
        async with self._ticking:
            await self._work(self._clock.now())

    async def _work(self, now: datetime) -> None:
        began = monotonic()
        if not self._resumed:
            self._resumed = await self._carry_out(resume, now)
        await self._dispatcher.run(now)
        for task in self._tasks(local_date(now)):
            await self._carry_out(task, now)
        well = self._resumed and not self._dispatcher.failed
        if well and await self._carry_out(beat, now):
            self.last = now
            self._pulse.tick(monotonic() - began)
        self._after_commit()

    async def _carry_out(self, task: Task, now: datetime) -> bool:
        """Do one task in a transaction of its own; tells whether it was done."""
        try:
            async with self._database.write() as tx:
                cause = f"t{now.timestamp()}/{task.__name__}"
                await task(await Desk.open(tx, self._books, now, cause))
        except Exception as error:
            log.error("%s failed: %s", task.__name__, type(error).__name__)
            return False
        return True

    def _tasks(self, today: date) -> tuple[Task, ...]:
        """What this tick looks after: the first one of a day also what is done once a day."""
        first, self._day = today != self._day, today
        return (*TICK_WORK, *DAILY_WORK) if first else TICK_WORK
