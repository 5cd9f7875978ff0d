"""A record owes one thing once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.calendar import WorkCalendar
from bot.domain.ladder import Rung
from bot.domain.people import Side
from bot.domain.periods import PERIODS, Stretch, count
from bot.domain.records import NewRecord, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.records import Duty
    from bot.storage.database import Database, Tx
    from tests.conftest import Hire

SIGN, REPLY = (
    count(PERIODS[code], date(2026, 3, 9), WorkCalendar()) for code in ("P-SIGN", "P-REPLY")
)


@pytest.fixture
async def record_id(database: Database, people: Hire, now: datetime) -> int:
    """A record that may owe something."""
    new = NewRecord(
        kind="lead",
        number="线索〔2026〕1号",
        district="420704",
        sender="zrzy-ec",
        receiver="jcy-ec",
        sides=frozenset(Side),
        submitter=(await people()).id,
        state="handed_over",
        data={},
    )
    async with database.write() as tx:
        return (await tx.records.add(new, now)).id


async def happen(tx: Tx, now: datetime) -> int:
    return (await tx.events.append("record/1", "moved", {}, actor=1, now=now)).id


async def owe(tx: Tx, record_id: int, code: str, now: datetime, rung: Rung | None = None) -> Duty:
    return await tx.duties.open(
        record_id,
        code,
        PERIODS["P-SIGN" if code == "sign" else "P-REPLY"],
        SIGN if code == "sign" else REPLY,
        debtor="jcy-ec",
        creditor="zrzy-ec",
        event_id=await happen(tx, now),
        shown=Stretch.FAR,
        rung=rung,
    )


async def test_what_is_due_first_stands_first(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        reply = await owe(tx, record_id, "reply", now)
        sign = await owe(tx, record_id, "sign", now)
        assert sign.due < reply.due
        assert (sign.due, sign.rule) == (SIGN.due, PERIODS["P-SIGN"])
        assert await tx.duties.open_of(record_id) == [sign, reply]


async def test_a_met_duty_is_open_no_more(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await owe(tx, record_id, "sign", now)
        reply = await owe(tx, record_id, "reply", now)
        await tx.duties.close(record_id, ["sign"], await happen(tx, now), Outcome.MET)
        assert await tx.duties.open_of(record_id) == [reply]
        assert await tx.duties.open_until(REPLY.due) == [reply]
        assert await tx.duties.open_until(REPLY.due - timedelta(days=1)) == []


async def test_the_same_is_owed_again_only_once_it_was_met(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await owe(tx, record_id, "sign", now)
        with pytest.raises(IntegrityError):
            async with tx.savepoint():
                await owe(tx, record_id, "sign", now)
        await tx.duties.close(record_id, ["sign"], await happen(tx, now), Outcome.MET)
        await owe(tx, record_id, "sign", now)
        assert len(await tx.duties.open_of(record_id)) == 1


async def test_a_duty_that_is_being_reminded_of_ends_only_afterwards(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        duty = await owe(tx, record_id, "sign", now)

    async def end() -> list[int]:
        async with database.write() as tx:
            event_id = await happen(tx, now)
            return await tx.duties.close(record_id, ["sign"], event_id, Outcome.MET, now.date())

    async with database.write() as tx:
        held = await tx.duties.by_id([duty.id], hold=True)
        ending = asyncio.create_task(end())
        await asyncio.sleep(0.2)
        assert not ending.done()
        assert held[duty.id].closed_by is None
    assert await ending == [duty.id]
    async with database.read() as tx:
        assert await tx.duties.reminded_by(now, None, 9) == []


async def test_what_should_have_been_reminded_of_first_comes_first(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        later = await owe(tx, record_id, "sign", now, Rung(-7, now))
        at_once = await owe(tx, record_id, "reply", now, Rung(-7, now))
        sooner = await owe(tx, record_id, "act", now, Rung(-7, now - timedelta(hours=1)))
        await owe(tx, record_id, "close", now, Rung(-7, now + timedelta(seconds=1)))
    async with database.write() as tx:
        first = await tx.duties.reminded_by(now, None, 2)
        assert [each.id for each in first] == [sooner.id, later.id]
        rest = await tx.duties.reminded_by(now, first[-1], 2)
        assert [each.id for each in rest] == [at_once.id]


async def test_who_holds_some_duties_and_who_reminds_of_them_do_not_block_each_other(
    database: Database, record_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        low = await owe(tx, record_id, "sign", now, Rung(-7, now))
        high = await owe(tx, record_id, "reply", now, Rung(-7, now - timedelta(hours=1)))

    async def find() -> list[Duty]:
        async with database.write() as tx:
            return await tx.duties.reminded_by(now, None, 2)

    async with database.write() as tx:
        await tx.duties.by_id([low.id], hold=True)
        finding = asyncio.create_task(find())
        await asyncio.sleep(0.2)
        await tx.duties.by_id([low.id, high.id], hold=True)
    assert [each.id for each in await finding] == [high.id, low.id], "the oldest stage first"
