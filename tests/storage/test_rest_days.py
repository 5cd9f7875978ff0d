"""Notices of rest days are kept whole, and each transaction sees the calendar they make in it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.calendar import RestDayNotice, WorkCalendar
from bot.storage.database import Database

if TYPE_CHECKING:
    from bot.storage.rest_days import RestDays

FIRST = RestDayNotice(
    2027,
    {date(2026, 12, 31): "元旦", date(2027, 1, 1): "元旦", date(2027, 2, 8): "春节"},
    frozenset({date(2026, 12, 27)}),
    "国办发明电〔2026〕9号",
)
AMENDED = RestDayNotice(
    2027, {date(2027, 2, 9): "春节"}, frozenset({date(2027, 2, 20)}), "国办发明电〔2027〕1号"
)
LATER = timedelta(hours=1)


async def in_force(rest_days: RestDays) -> list[RestDayNotice]:
    return [kept.notice for kept in await rest_days.imported()]


async def test_a_notice_comes_back_as_it_was_read(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        waiting = await tx.rest_days.add(FIRST, None, now)
        assert await tx.rest_days.imported() == []
        kept = await tx.rest_days.get(waiting)
        assert kept is not None
        assert (kept.notice, kept.imported_by, kept.imported_at) == (FIRST, None, None)
        assert await tx.rest_days.bring_into_force(waiting, now)
        assert await in_force(tx.rest_days) == [FIRST]
        assert not await tx.rest_days.bring_into_force(waiting, now), "only once"


async def test_the_one_imported_later_comes_later(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        waiting = await tx.rest_days.add(AMENDED, None, now)
        await tx.rest_days.add(FIRST, None, now, imported_at=now)
        await tx.rest_days.bring_into_force(waiting, now + LATER)
        assert await in_force(tx.rest_days) == [FIRST, AMENDED]


async def test_only_what_waits_is_dropped(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        imported = await tx.rest_days.add(FIRST, None, now, imported_at=now)
        given_up, old, young = [
            await tx.rest_days.add(AMENDED, None, now + LATER * hours) for hours in (0, 0, 2)
        ]
        for each in (imported, given_up):
            await tx.rest_days.drop(each)
        await tx.rest_days.drop_before(now + LATER)
        kept = [await tx.rest_days.get(each) for each in (imported, given_up, old, young)]
    assert [each is not None for each in kept] == [True, False, False, True]


async def test_the_calendar_is_that_of_the_transaction(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert (await tx.calendar()).version == WorkCalendar().version
        await tx.rest_days.add(FIRST, None, now)
        assert not (await tx.calendar()).knows(2027), "it waits"
        await tx.rest_days.add(FIRST, None, now, imported_at=now)
        assert (await tx.calendar()).version == WorkCalendar([FIRST]).version
    async with database.read() as tx:
        first = await tx.calendar()
        assert first.version == WorkCalendar([FIRST]).version
    async with database.read() as tx:
        assert await tx.calendar() is first, "it is made anew only when another notice is in force"


async def test_what_another_process_imports_is_seen_at_once(
    database: Database, database_url: str, now: datetime
) -> None:
    other = Database(database_url)
    async with database.read() as tx:
        await tx.calendar()
    async with other.write() as tx:
        await tx.rest_days.add(FIRST, None, now, imported_at=now)
    await other.close()
    async with database.read() as tx:
        assert (await tx.calendar()).knows(2027)


async def test_what_is_undone_was_never_in_force(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        with suppress(LookupError):
            async with tx.savepoint():
                await tx.rest_days.add(FIRST, None, now, imported_at=now)
                assert (await tx.calendar()).knows(2027)
                raise LookupError
        assert not (await tx.calendar()).knows(2027)
        await tx.rest_days.add(AMENDED, None, now, imported_at=now + LATER)
        assert (await tx.calendar()).version == WorkCalendar([AMENDED]).version
