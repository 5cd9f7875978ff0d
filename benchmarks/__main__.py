"""`python -m benchmarks`: measure in a temporary place, and print what that took."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import click

from benchmarks.beside import Sizes, run_reminders
from benchmarks.databases import postgresql_copy, server_trouble, sqlite_ledger
from benchmarks.lookup import (
    Timing,
    books_of,
    cases,
    known_numbers,
    time_case,
    time_indexing,
    time_todo,
)
from benchmarks.reading import LONGEST, READERS, SHORT, worst
from benchmarks.storm import storm
from bot.office import read_office

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.lookup import Case
    from bot.office import Office
    from bot.storage.database import Database

GOAL = 20.0
"""Milliseconds within which 99 of 100 look-ups are to be answered."""


PARTS = ("reading", "lookups", "reminders", "storm")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--records", default=200_000, show_default=True, help="Size of the ledger.")
@click.option("--rounds", default=200, show_default=True, help="Questions of a sort, an asker.")
@click.option(
    "--postgres",
    envvar="LIAISON_TEST_POSTGRES_URL",
    default="postgresql+asyncpg://postgres@127.0.0.1:5432/",
    show_default=True,
    help="A server on which a database may be made and dropped.",
)
@click.option("--duties", default=100_000, show_default=True, help="Duties to plan.")
@click.option("--planned", default=1_000_000, show_default=True, help="Reminders planned in all.")
@click.option("--due", default=1_000, show_default=True, help="Reminders that come due at once.")
@click.option("--jobs", default=2_000, show_default=True, help="Jobs that the job store plans.")
@click.option("--groups", default=10_000, show_default=True, help="Groups of the storm.")
@click.option(
    "--work",
    type=click.Choice(("wall", "cpu")),
    default="wall",
    show_default=True,
    help="What the storm's clock counts as work: all that passes, or this process's CPU time.",
)
def main(
    parts: tuple[str, ...],
    records: int,
    rounds: int,
    postgres: str,
    duties: int,
    planned: int,
    due: int,
    jobs: int,
    groups: int,
    work: str,
) -> None:
    """Measure PARTS, or all of them.

    reading: hostile messages; lookups: a made-up ledger on SQLite and PostgreSQL;
    reminders: planning and queueing them, beside one APScheduler job each;
    storm: all groups due at once, against the sandbox with Telegram's limits.
    """
    gc.freeze()  # as `liaison run` does
    wanted = parts or PARTS
    if "reading" in wanted:
        _read()
    with TemporaryDirectory(prefix="liaison-bench-") as folder:
        if "lookups" in wanted:
            asyncio.run(_measure(Path(folder), records, rounds, postgres))
        if "reminders" in wanted:
            run_reminders(Path(folder), postgres, Sizes(duties, planned, due, jobs))
    if "storm" in wanted:
        with TemporaryDirectory(prefix="liaison-bench-") as folder:
            click.echo(f"\nstorm: {groups:,} groups due at once; work counted by {work} time")
            click.echo(storm(Path(folder), read_office(), groups, work).report)


def _read() -> None:
    """Say how long the most hostile messages take, beside ones of a quarter of the length."""
    click.echo(f"reading {LONGEST} hostile characters     ms   ÷ {SHORT} characters (linear: 4)")
    for name, (read, units) in READERS.items():
        long, short = worst(read, units, LONGEST), worst(read, units, SHORT)
        click.echo(f"  {name:<30} {long:7.1f}   {long / short:5.1f} ×")


async def _measure(folder: Path, records: int, rounds: int, postgres: str) -> None:
    office = read_office()
    start = perf_counter()
    async with sqlite_ledger(folder, office, records) as sqlite:
        click.echo(f"{records:,} records written to SQLite in {perf_counter() - start:.0f} s")
        asked = cases(await known_numbers(sqlite, records), rounds)
        ours = await _ask(sqlite, office, records, asked, "SQLite")
        if trouble := await server_trouble(postgres):
            click.echo(f"\nPostgreSQL skipped: {trouble}")
            return
        async with postgresql_copy(postgres, sqlite) as postgresql:
            theirs = await _ask(postgresql, office, records, asked, "PostgreSQL")
    pairs = zip(ours, theirs, strict=True)
    differing = ", ".join(one.title for one, other in pairs if one.answers != other.answers)
    click.echo(f"\nAnswers differ: {differing}" if differing else "\nBoth gave the same answers.")


async def _ask(
    database: Database, office: Office, records: int, asked: Sequence[Case], name: str
) -> list[Timing]:
    gc.collect()  # what filling the database has left behind
    click.echo(f"\nlook-ups on {name:<21} p50 ms   p99 ms   LIKE scan   scan ÷ p50")
    timings = []
    books = books_of(office)
    for case in asked:
        timing = await time_case(database, books, case)
        scan = f"{timing.scan:9.1f}   {timing.scan / timing.p50:8.1f} ×" if timing.scan else ""
        click.echo(f"  {timing.title:<30} {timing.p50:7.1f}  {timing.p99:7.1f}   {scan}")
        timings.append(timing)
    writing = median(await time_indexing(database, records))
    click.echo(f"  {'writing one record to the index':<30} {writing:6.1f}")
    waiting = await time_todo(database, books)
    click.echo(f"  {'what waits, /todo':<30} {median(waiting):6.1f}  {max(waiting):7.1f} at most")
    worst = max(timing.p99 for timing in timings)
    click.echo(
        f"  slowest p99 {worst:.1f} ms: {'within' if worst < GOAL else 'beyond'} {GOAL:.0f} ms"
    )
    return timings


if __name__ == "__main__":
    main()
