"""The naive way to remind: one APScheduler job a reminder, in a SQLAlchemy job store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import create_engine, text

from benchmarks.timing import Timed, watched

if TYPE_CHECKING:
    from pathlib import Path

FAR = timedelta(days=60)
SOON = timedelta(seconds=3)

_ran: list[int] = []


async def remind(number: int) -> None:
    """What a job does: nothing, which flatters this way."""
    _ran.append(number)


async def measure_jobs(folder: Path, added: int, planned: int, due: int) -> dict[str, Timed]:
    """Add jobs one by one, fill the store up to `planned`, start, and let some come due."""
    url = f"sqlite:///{folder}/jobs.sqlite3"
    found: dict[str, Timed] = {}
    async with watched() as timed:
        scheduler = _scheduler(url)
        scheduler.start(paused=True)
        for number in range(added):
            _add(scheduler, number, datetime.now(UTC) + FAR)
    found["planning"] = timed
    scheduler.shutdown()
    _fill(url, added, planned)
    async with watched() as timed:
        scheduler = _scheduler(url)
        scheduler.start()
        await asyncio.sleep(0)  # it looks for what is due as soon as the loop lets it
        await asyncio.sleep(0.001)
    found["starting"] = timed
    scheduler.pause()
    at = datetime.now(UTC) + SOON
    for number in range(due):
        _add(scheduler, added + number, at)
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
    async with watched() as timed:
        scheduler._jobstores["default"].get_due_jobs(datetime.now(UTC))
    found["finding"] = timed
    _ran.clear()
    async with watched() as timed:
        scheduler.resume()
        while len(_ran) < due:  # noqa: ASYNC110 (a job must be picklable: it tells nobody)
            await asyncio.sleep(0.001)
    found["queueing"] = timed
    scheduler.shutdown()
    return found


def _scheduler(url: str) -> AsyncIOScheduler:
    return AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)


def _add(scheduler: AsyncIOScheduler, number: int, at: datetime) -> None:
    scheduler.add_job(
        remind, "date", run_date=at, args=[number], id=f"{number}", misfire_grace_time=None
    )


def _fill(url: str, added: int, planned: int) -> None:
    """Copies of jobs that are never read: only their number counts."""
    engine = create_engine(url)
    copy = text(
        "INSERT INTO apscheduler_jobs SELECT id || :mark, next_run_time, job_state"
        " FROM apscheduler_jobs WHERE id NOT LIKE '%/%' LIMIT :some"
    )
    with engine.begin() as connection:
        for round_ in range(1, planned // added + 1):
            some = min(added, planned - round_ * added)
            if some > 0:
                connection.execute(copy, {"mark": f"/{round_}", "some": some})
    engine.dispose()
