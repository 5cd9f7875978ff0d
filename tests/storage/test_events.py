"""Histories: chained, sealed, and never forked."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from bot.storage import tables
from bot.storage.database import Database
from bot.storage.events import BEGINNING, OFFICE, is_sound, seal, stream_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.records import Event


async def append(database: Database, stream: str, now: datetime) -> Event:
    async with database.write() as tx:
        return await tx.events.append(stream, "moved", {"to": "signed"}, actor=1, now=now)


async def test_each_entry_carries_the_hash_before_it(database: Database, now: datetime) -> None:
    first = await append(database, stream_of(12), now)
    second = await append(database, stream_of(12), now)
    other = await append(database, OFFICE, now)

    assert (first.no, first.previous) == (1, BEGINNING)
    assert (second.no, second.previous) == (2, first.hash)
    assert (other.no, other.previous) == (1, BEGINNING)
    async with database.read() as tx:
        assert await tx.events.of_record(12) == [first, second]
        assert await tx.events.head(OFFICE) == other
        assert await tx.events.last_id() == other.id


async def test_an_entry_is_as_sound_when_read_back(database: Database, now: datetime) -> None:
    written = await append(database, OFFICE, now.replace(microsecond=7))
    async with database.read() as tx:
        (read,) = await tx.events.of(OFFICE)
    assert read == written
    assert is_sound(read, BEGINNING)
    assert not is_sound(read, "1" * 64)


async def test_the_facts_are_kept_in_one_order(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        facts = {"后": 2, "先": "一"}
        event = await tx.events.append(OFFICE, "roster", facts, actor=None, now=now)
    assert event.body == '{"先":"一","后":2}'
    assert event.facts == facts


async def test_a_content_is_sealed_and_can_be_purged(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        event = await tx.events.append(
            "record/1", "filed", {}, actor=1, now=now, content={"summary": "占地三亩"}
        )
        kept = await tx.events.content(event.id)
    assert kept is not None
    assert "占地" not in event.body
    assert event.facts["content"] == seal(*kept)

    async with database.write() as tx:
        await tx.connection.execute(delete(tables.contents))
        assert await tx.events.content(event.id) is None
        (left,) = await tx.events.of("record/1")
    assert is_sound(left, BEGINNING)


async def test_equal_contents_have_unequal_seals(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        one, other = [
            await tx.events.append(OFFICE, "filed", {}, actor=1, now=now, content={"a": 1})
            for _ in range(2)
        ]
    assert one.facts["content"] != other.facts["content"]


async def test_a_day_has_one_digest(database: Database, now: datetime) -> None:
    event = await append(database, OFFICE, now)
    async with database.write() as tx:
        streams, code = await tx.events.heads_code(event.id)
        assert streams == 1
        assert await tx.events.write_digest(date(2026, 3, 9), streams, event.id, code)
        assert not await tx.events.write_digest(date(2026, 3, 9), streams, event.id, "0" * 64)
        assert await tx.events.digests() == [(date(2026, 3, 9), event.id, code)]


async def test_the_heads_as_of_an_event_stay_what_they_were(
    database: Database, now: datetime
) -> None:
    event = await append(database, OFFICE, now)
    async with database.read() as tx:
        before = await tx.events.heads_code(event.id)
    later = await append(database, OFFICE, now)
    await append(database, stream_of(1), now)
    async with database.read() as tx:
        assert await tx.events.heads_code(event.id) == before
        assert await tx.events.heads_code(later.id) != before
        assert (await tx.events.heads_code(0))[0] == 0


@pytest.fixture
async def postgres(postgres_url: str, now: datetime) -> AsyncIterator[Database]:
    """PostgreSQL, where two transactions really write at once."""
    database = Database(postgres_url)
    yield database
    async with database.write() as tx:
        await tx.connection.execute(delete(tables.events))
    await database.close()


async def test_two_that_append_at_once_collide_rather_than_fork(
    postgres: Database, now: datetime
) -> None:
    both_have_read = asyncio.Barrier(2)

    async def append_at_once() -> None:
        async with postgres.write() as tx:
            await tx.events.head(OFFICE)
            await both_have_read.wait()
            await tx.events.append(OFFICE, "roster", {}, actor=None, now=now)
            await asyncio.sleep(0.05)

    outcomes = await asyncio.gather(append_at_once(), append_at_once(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [IntegrityError]
    async with postgres.read() as tx:
        assert [event.no for event in await tx.events.of(OFFICE)] == [1]


async def test_the_last_id_waits_for_the_entries_in_flight(
    postgres: Database, now: datetime
) -> None:
    async with postgres.write() as slow:
        await slow.events.append(OFFICE, "roster", {}, actor=None, now=now)
        quick = asyncio.create_task(_last_id(postgres))
        done, _ = await asyncio.wait({quick}, timeout=0.1)
        assert not done
        last = await slow.events.append(OFFICE, "roster", {}, actor=None, now=now)
    assert await quick == last.id


async def _last_id(database: Database) -> int:
    async with database.write() as tx:
        return await tx.events.last_id()


async def test_moments_are_hashed_in_utc(database: Database, now: datetime) -> None:
    here = await append(database, "record/1", now)
    async with database.write() as tx:
        await tx.connection.execute(delete(tables.events))
    there = await append(database, "record/1", now.astimezone(UTC))
    assert here.hash == there.hash
