"""`python -m benchmarks`: build a ledger in a temporary place, ask it, print what that took."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import click

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
from bot.office import read_office

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.lookup import Case
    from bot.office import Office
    from bot.storage.database import Database

GOAL = 20.0
"""Milliseconds within which 99 of 100 look-ups are to be answered."""


@click.command()
@click.option("--records", default=200_000, show_default=True, help="Size of the ledger.")
@click.option("--rounds", default=200, show_default=True, help="Questions of a sort, an asker.")
@click.option(
    "--postgres",
    envvar="LIAISON_TEST_POSTGRES_URL",
    default="postgresql+asyncpg://postgres@127.0.0.1:5432/",
    show_default=True,
    help="A server on which a database may be made and dropped.",
)
def main(records: int, rounds: int, postgres: str) -> None:
    """Measure reading messages, and look-ups in a made-up ledger on SQLite and PostgreSQL."""
    gc.freeze()  # as `liaison run` does
    _read()
    with TemporaryDirectory(prefix="liaison-bench-") as folder:
        asyncio.run(_measure(Path(folder), records, rounds, postgres))


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
