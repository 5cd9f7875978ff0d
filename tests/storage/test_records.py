"""The ledger: one writer wins, and its numbers have no gaps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import DomainError
from bot.domain.numbers import DocumentNumber, NumberKind
from bot.domain.people import Side
from bot.domain.query import parts_of
from bot.domain.records import NewRecord

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.records import Record
    from bot.storage.database import Database
    from tests.conftest import Hire

NEW = NewRecord(
    kind="lead",
    number="线索〔2026〕1号",
    district="420704",
    sender="zrzy-ec",
    receiver="jcy-ec",
    sides=frozenset({Side.PROCURATORATE, Side.RESOURCES}),
    submitter=0,
    state="handed_over",
    data={"summary": "占用耕地", "category": "1A"},
)

OURS = DocumentNumber(NumberKind.SYSTEM, "线索", 2026, 1)
RULING = DocumentNumber(NumberKind.COURT, "鄂0704行审", 2026, 12)


@pytest.fixture
async def record(database: Database, people: Hire, now: datetime) -> Record:
    """The ledger's first record."""
    submitter = (await people()).id
    async with database.write() as tx:
        return await tx.records.add(replace(NEW, submitter=submitter), now)


async def test_a_record_is_read_as_it_was_written(
    database: Database, record: Record, now: datetime
) -> None:
    async with database.read() as tx:
        assert await tx.records.get(record.id) == record
        assert await tx.records.get(record.id + 1) is None
    assert (record.version, record.created_at, record.data) == (1, now, NEW.data)
    assert record.sides == NEW.sides


async def test_a_number_is_given_once(database: Database, record: Record, now: datetime) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.records.add(replace(NEW, submitter=record.submitter), now)


async def test_the_second_of_two_writers_comes_second(
    database: Database, record: Record, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    async with database.write() as tx:
        saved = await tx.records.save(replace(record, state="signed"), later)
    assert (saved.version, saved.state, saved.updated_at) == (2, "signed", later)

    async with database.write() as tx:
        with pytest.raises(DomainError, match="came_second"):
            await tx.records.save(replace(record, state="withdrawn"), later)
    async with database.read() as tx:
        assert await tx.records.get(record.id) == saved


async def test_of_two_writers_at_once_one_wins(
    database: Database, record: Record, now: datetime
) -> None:
    async def save(state: str) -> None:
        async with database.write() as tx:
            await tx.records.save(replace(record, state=state), now)

    outcomes = await asyncio.gather(save("signed"), save("withdrawn"), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes if outcome] == ["came_second"]


async def test_serials_have_no_gaps_however_many_count(database: Database) -> None:
    async def count_on(*, give_up: bool) -> int:
        async with database.write() as tx:
            serial = await tx.records.next_serial("lead/2026")
            if give_up:
                raise LookupError
            return serial

    counted = await asyncio.gather(
        *(count_on(give_up=number % 3 == 0) for number in range(18)), return_exceptions=True
    )
    assert sorted(n for n in counted if isinstance(n, int)) == list(range(1, 13))
    async with database.write() as tx:
        assert await tx.records.next_serial("lead/2027") == 1


async def test_a_record_is_found_under_all_its_numbers(
    database: Database, record: Record, now: datetime
) -> None:
    async with database.write() as tx:
        second = await tx.records.add(
            replace(NEW, number="线索〔2026〕2号", submitter=record.submitter), now
        )
        await tx.records.index(record.id, [RULING, OURS, RULING])
        await tx.records.index(record.id, [OURS])
        await tx.records.index(second.id, [RULING])
        await tx.records.index(second.id, [])
        assert await tx.records.by_key(OURS.key()) == [record]
        assert await tx.records.by_key(RULING.key()) == [second, record]
        assert await tx.records.by_key(RULING.key(), limit=1) == [second]
        assert await tx.records.by_key(replace(RULING, serial=1).key()) == []
        assert await tx.records.numbered(parts_of(RULING)) == {record.id, second.id}
