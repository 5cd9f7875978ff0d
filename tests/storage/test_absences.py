"""Who is away when: one row a person and first day, and none once it is over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.storage.tables import absences

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.absences import Absence
    from bot.storage.database import Database, Tx
    from tests.conftest import Hire


def day(number: int) -> date:
    return date(2026, 10, number)


@pytest.fixture
async def ids(people: Hire) -> tuple[int, int]:
    """Two people: 王敏 and 李娜."""
    return (await people()).id, (await people(name="李娜")).id


async def put(
    tx: Tx, now: datetime, person_id: int, first: int, last: int, deputy: int | None = None
) -> Absence:
    return await tx.absences.put(person_id, day(first), day(last), deputy, now, shown=False)


async def test_what_begins_on_the_same_day_takes_the_place(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    one, other = ids
    async with database.write() as tx:
        before = await put(tx, now, one, 8, 15, other)
        await put(tx, now, other, 8, 9)
        after = await put(tx, now, one, 8, 20)
        assert after.id == before.id
        assert await tx.absences.of_person(one) == [after]
        assert await tx.absences.get(after.id) == after
        assert (after.last, after.deputy_id, after.shown) == (day(20), None, False)
        assert after.made_at == now


async def test_the_database_keeps_one_of_a_person_and_a_first_day(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    row = {"person_id": ids[0], "first": day(8), "last": day(9), "made_at": now}
    async with database.write() as tx:
        await tx.connection.execute(absences.insert().values(row))
    async with database.write() as tx:
        with pytest.raises(IntegrityError):
            await tx.connection.execute(absences.insert().values(row))
        await tx.connection.rollback()


async def test_both_ends_belong_to_it(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    one, other = ids
    async with database.write() as tx:
        absence = await put(tx, now, one, 8, 15)
        for number, away in ((7, False), (8, True), (15, True), (16, False)):
            assert absence.covers(day(number)) == away
            assert await tx.absences.on(day(number)) == ({one: absence} if away else {})
        await put(tx, now, other, 15, 16)
        for span, found in (((1, 7), 0), ((1, 8), 1), ((9, 10), 1), ((15, 30), 2), ((17, 30), 0)):
            assert len(await tx.absences.within(*map(day, span))) == found


async def test_turns_are_found_until_they_are_noted(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    one, other = ids
    async with database.write() as tx:
        first, second = await put(tx, now, one, 8, 15), await put(tx, now, other, 10, 10)
        assert await tx.absences.turned(day(7)) == []
        assert await tx.absences.turned(day(8)) == [first]
        await tx.absences.note_shown(first.id)
        assert await tx.absences.turned(day(9)) == []
        assert [each.id for each in await tx.absences.turned(day(16))] == [first.id, second.id]
        await tx.absences.remove(first.id)
        assert await tx.absences.turned(day(16)) == [second]


async def test_the_next_turn_is_a_first_day_or_the_day_after_a_last(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    one, other = ids
    async with database.write() as tx:
        assert await tx.absences.next_turn(day(1)) is None
        await put(tx, now, one, 8, 15)
        await put(tx, now, other, 10, 10)
        turns = {1: 8, 7: 8, 8: 10, 9: 10, 10: 11, 11: 16, 15: 16}
        for today, turn in turns.items():
            assert await tx.absences.next_turn(day(today)) == day(turn)
        assert await tx.absences.next_turn(day(16)) is None


async def test_who_leaves_is_away_no_more_and_stands_in_for_nobody(
    database: Database, ids: tuple[int, int], now: datetime
) -> None:
    one, other = ids
    async with database.write() as tx:
        kept = await put(tx, now, one, 8, 15, other)
        await put(tx, now, other, 8, 9)
        await put(tx, now, other, 20, 21, one)
        assert await tx.absences.of_deputy(other) == [kept]
        await tx.absences.remove_of(other)
        await tx.absences.name_nobody(other)
        assert await tx.absences.of_deputy(other) == await tx.absences.of_person(other) == []
        (left,) = await tx.absences.of_person(one)
        assert left.deputy_id is None
