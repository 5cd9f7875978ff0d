"""Whatever is tampered with, the proof finds the place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from bot.services.verify import Breakage, Fault, Report, verify
from bot.storage import tables
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from bot.storage.database import Database

EVENTS = tables.events
DAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
async def history(database: Database, now: datetime) -> None:
    """Two days of two histories, with a digest after each day."""
    for day in range(2):
        async with database.write() as tx:
            for no in range(2):
                at = now + timedelta(days=day, minutes=no)
                await tx.events.append(OFFICE, "roster", {"day": day}, actor=None, now=at)
                await tx.events.append(
                    "record/1", "moved", {"no": no}, actor=5, now=at, content={"案情": f"{day}"}
                )
            last = await tx.events.last_id()
            streams, code = await tx.events.heads_code(last)
            await tx.events.write_digest(DAY + timedelta(days=day), streams, last, code)


async def verified(database: Database) -> Report:
    async with database.read() as tx:
        return await verify(tx)


async def broken_in(database: Database) -> dict[str, Fault]:
    return {breakage.place: breakage.fault for breakage in (await verified(database)).broken}


def entry(stream: str, no: int) -> ColumnElement[bool]:
    return (EVENTS.c.stream == stream) & (EVENTS.c.no == no)


async def tamper(database: Database, stream: str, no: int, /, **values: object) -> None:
    async with database.write() as tx:
        await tx.connection.execute(update(EVENTS).where(entry(stream, no)).values(**values))


async def test_an_honest_history_is_sound(database: Database) -> None:
    report = await verified(database)
    assert report == Report(streams=2, events=8, contents=4, purged=0, digests=2, broken=())
    assert report.sound


async def test_an_empty_database_is_sound(database: Database) -> None:
    async with database.write() as tx:
        for table in (tables.digests, tables.contents, EVENTS):
            await tx.connection.execute(delete(table))
    assert await verified(database) == Report(0, 0, 0, 0, 0, ())


@pytest.mark.parametrize(
    "values",
    [{"body": '{"no":7}'}, {"name": "closed"}, {"actor": 6}, {"actor": None}, {"hash": "f" * 64}],
)
async def test_a_changed_entry_is_found(database: Database, values: dict[str, object]) -> None:
    await tamper(database, "record/1", 2, **values)
    assert (await broken_in(database))["record/1#2"] is Fault.CHAIN


async def test_a_moved_moment_is_found(database: Database, now: datetime) -> None:
    await tamper(database, OFFICE, 3, at=now + timedelta(days=1, microseconds=1))
    assert await broken_in(database) == {"office#3": Fault.CHAIN}


async def test_a_rewritten_hash_breaks_its_successor(database: Database) -> None:
    await tamper(database, OFFICE, 1, hash="0" * 64)
    assert await broken_in(database) == {"office#1": Fault.CHAIN, "office#2": Fault.CHAIN}


async def test_an_entry_moved_to_another_history_is_found(database: Database) -> None:
    await tamper(database, OFFICE, 4, stream="record/2", no=1)
    assert (await broken_in(database))["record/2#1"] is Fault.CHAIN


async def test_a_removed_entry_leaves_a_gap(database: Database) -> None:
    async with database.write() as tx:
        await tx.connection.execute(delete(EVENTS).where(entry(OFFICE, 2)))
    broken = await broken_in(database)
    assert broken["office#3"] is Fault.GAP
    assert broken[DAY.isoformat()] is Fault.DIGEST


async def test_a_removed_end_is_missed_by_the_digest(database: Database) -> None:
    async with database.write() as tx:
        await tx.connection.execute(delete(EVENTS).where(entry(OFFICE, 4)))
    assert await verified(database) == Report(
        2, 7, 4, 0, 2, (Breakage("2026-03-10", Fault.DIGEST),)
    )


async def test_a_changed_content_is_found(database: Database) -> None:
    contents = tables.contents
    async with database.write() as tx:
        first = await tx.connection.scalar(contents.select().order_by(contents.c.event_id))
        await tx.connection.execute(
            update(contents).where(contents.c.event_id == first).values(body='{"案情":"无"}')
        )
    assert await broken_in(database) == {"record/1#1": Fault.CONTENT}


async def test_a_content_that_was_never_sealed_is_found(database: Database) -> None:
    async with database.write() as tx:
        head = await tx.events.head(OFFICE)
        assert head is not None
        await tx.connection.execute(
            tables.contents.insert().values(event_id=head.id, nonce="", body="{}")
        )
    assert await broken_in(database) == {"office#4": Fault.CONTENT}


async def test_a_purged_content_breaks_nothing(database: Database) -> None:
    async with database.write() as tx:
        await tx.connection.execute(delete(tables.contents))
    assert await verified(database) == Report(2, 8, 0, 4, 2, ())


async def test_a_changed_digest_is_found(database: Database) -> None:
    async with database.write() as tx:
        await tx.connection.execute(
            update(tables.digests).where(tables.digests.c.day == DAY).values(code="0" * 64)
        )
    assert await broken_in(database) == {"2026-03-09": Fault.DIGEST}


async def test_a_digest_outlasts_what_comes_after_it(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.events.append("record/3", "filed", {}, actor=5, now=now + timedelta(days=3))
    assert (await verified(database)).sound


async def test_a_history_rewritten_whole_is_betrayed_by_the_digest(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await tx.connection.execute(delete(EVENTS).where(EVENTS.c.stream == OFFICE))
        for _ in range(4):
            await tx.events.append(OFFICE, "roster", {}, actor=None, now=now)
    assert set((await broken_in(database)).values()) == {Fault.DIGEST}
