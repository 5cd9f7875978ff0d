"""Reminders as rows, beside the naive way of one scheduler job each: same machine, same run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from benchmarks.databases import empty_postgresql, empty_sqlite, server_trouble
from benchmarks.jobs import measure_jobs
from benchmarks.lookup import books_of
from benchmarks.loops import WatchedLoop
from benchmarks.reminding import WAITING, measure_reminders
from bot.office import read_office
from bot.services.upcoming import DAYS, MOST_DAYS

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from benchmarks.timing import Timed
    from bot.storage.database import Database


@dataclass(frozen=True)
class Sizes:
    """How much is planned, and how much of it comes due."""

    duties: int
    planned: int
    due: int
    jobs: int


def run_reminders(folder: Path, postgres: str, sizes: Sizes) -> None:
    """Measure both ways, and print them."""
    with asyncio.Runner(loop_factory=WatchedLoop) as runner:
        runner.run(_run(folder, postgres, sizes))


async def _run(folder: Path, postgres: str, sizes: Sizes) -> None:
    naive = await measure_jobs(folder, sizes.jobs, sizes.planned, sizes.due)
    click.echo(
        f"\nreminders: {sizes.planned:,} planned, {sizes.due:,} of them due at once\n"
        f"one APScheduler job each (SQLite)       seconds   loop held up s     MB"
    )
    _print(naive, _titles(sizes.jobs, sizes.due, "running, doing nothing"))
    await _ours(empty_sqlite(folder), "rows and a tick (SQLite)", sizes, naive)
    if trouble := await server_trouble(postgres):
        click.echo(f"\nPostgreSQL skipped: {trouble}")
        return
    await _ours(empty_postgresql(postgres), "rows and a tick (PostgreSQL)", sizes, naive)


async def _ours(
    opening: AbstractAsyncContextManager[Database],
    name: str,
    sizes: Sizes,
    naive: dict[str, Timed],
) -> None:
    async with opening as database:
        books = books_of(read_office())
        ours = await measure_reminders(database, books, sizes.duties, sizes.planned, sizes.due)
    click.echo(f"\n{name:<40}seconds   loop held up s     MB   naive ÷ ours")
    per_job = naive["planning"].seconds / sizes.jobs * sizes.duties
    ratios = {part: naive[part].seconds / ours.timed[part].seconds for part in naive}
    ratios["planning"] = per_job / ours.timed["planning"].seconds
    walking = ours.timed["walking"].seconds
    ratios |= {part: walking / ours.timed[part].seconds for part in ("week", "longest", "all week")}
    _print(ours.timed, _titles(sizes.duties, sizes.due, "queueing"), ratios)
    click.echo(
        f"  {ours.planned:,} duties open; the due ones made {ours.nags:,} rows for people,"
        f" said in {ours.messages:,} messages; {ours.failed} failed"
    )


def _titles(planned: int, due: int, doing: str) -> dict[str, str]:
    return {
        "planning": f"planning {planned:,}",
        "walking": f"walking all {planned:,}, the naive /upcoming",
        "week": f"/upcoming {DAYS}, a liaison",
        "longest": f"/upcoming {MOST_DAYS}, a liaison",
        "all week": f"/upcoming {DAYS}, an administrator",
        "starting": "starting, and the first look",
        "finding": f"finding the {due:,} due",
        "queueing": f"{doing} these {due:,}",
        "claiming": f"claiming one of {WAITING:,} messages",
    }


def _print(
    timed: dict[str, Timed], titles: dict[str, str], ratios: dict[str, float] | None = None
) -> None:
    for part, each in timed.items():
        memory = f"{each.megabytes:7.1f}" if each.megabytes is not None else "      ?"
        ratio = f"   {ratios[part]:8.1f} ×" if ratios and part in ratios else ""
        click.echo(f"  {titles[part]:<36}{each.seconds:9.3f}   {each.blocked:14.3f}{memory}{ratio}")
