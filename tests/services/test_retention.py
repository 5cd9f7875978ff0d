"""What is kept so long and no longer: each rule does its work, and the proof still holds."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.kinds import KINDS
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Place, Role
from bot.services.disclosure import disclose, tell_history
from bot.services.forms import Said, open_form
from bot.services.housekeeping import DAILY_WORK, close_day, expire_drafts
from bot.services.ledger import file_record, move_record
from bot.services.retention import (
    AUDIT,
    DRAFTS,
    PERSONAL,
    Rule,
    count_due,
    forget_leavers,
    purge_personal,
)
from bot.services.search import search
from bot.services.verify import verify
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.people import Actor
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

NAMED = "泽林镇塘角头村东头"
"""What nothing may know of any more."""
PRIVATE = Place(7001, 0, private=True)
DATA = {
    "matter": "satellite",
    "penalty_number": "鄂州资规罚字〔2025〕31号",
    "place": NAMED,
    "area": "2346.67",
    "summary": f"{NAMED}整改不到位",
}


def after(desk: OpenDesk, days: int) -> OpenDesk:
    """A desk of some days later."""

    @asynccontextmanager
    async def later() -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=d.now + timedelta(days=days), cause=f"later{days}")

    return later


@pytest.fixture
async def author(people: Hire, actor: Act) -> Actor:
    return actor(await people("jcy-ec", name="李静"))


@pytest.fixture
async def record(desk: OpenDesk, author: Actor, deliver: Deliver) -> Record:
    """A closed warning, that everybody has been told of and that has been looked at."""
    async with desk() as d:
        record = await file_record(d, author, WARNING, "420704", DATA)
        await disclose(d, author, record, 7001)
        record = await move_record(d, author, record, "withdraw", {}, version=1)
        await close_day(replace(d, now=d.now.replace(hour=17)))
    await deliver()
    return record


async def everything(desk: OpenDesk) -> str:
    async with desk() as d:
        rows = [
            (await d.tx.connection.execute(select(table))).all()
            for table in metadata.tables.values()
        ]
    return str(rows)


async def due(desk: OpenDesk, rule: Rule) -> int:
    async with desk() as d:
        return await count_due(d.tx, KINDS, rule, d.office.thresholds, d.now)


async def test_a_closed_record_loses_its_free_words_after_a_year(
    desk: OpenDesk, record: Record, author: Actor
) -> None:
    assert NAMED in await everything(desk)
    assert (await due(after(desk, 364), PERSONAL), await due(after(desk, 366), PERSONAL)) == (0, 1)
    async with after(desk, 366)() as d:
        for work in DAILY_WORK:
            await work(d)
        purged = await d.tx.records.get(record.id)
        assert purged
        assert purged.data == {k: v for k, v in DATA.items() if k not in {"place", "summary"}}
        assert not (await search(d, author, "塘角头", PRIVATE)).records
        assert (await search(d, author, "资规罚字31", PRIVATE)).records == (purged,)
    assert NAMED not in await everything(desk)
    assert await due(after(desk, 366), PERSONAL) == 0


async def test_the_proof_holds_without_what_was_purged(desk: OpenDesk, record: Record) -> None:
    async with after(desk, 366)() as d:
        await purge_personal(d)
        report = await verify(d.tx)
    assert report.sound
    assert (report.contents, report.purged, report.digests) == (0, 1, 1)


async def test_nothing_is_purged_before_its_time_or_while_it_goes_on(
    desk: OpenDesk, record: Record, author: Actor
) -> None:
    async with desk() as d:
        going_on = await file_record(d, author, WARNING, "420704", DATA)
    for days in (364, 9999):
        async with after(desk, days)() as d:
            await purge_personal(d)
            kept = await d.tx.records.get(going_on.id if days == 9999 else record.id)
            assert kept
            assert NAMED in str(kept.data["summary"])


async def test_who_reads_a_purged_record_is_told_so(
    desk: OpenDesk, record: Record, author: Actor
) -> None:
    async with after(desk, 366)() as d:
        await purge_personal(d)
    async with after(desk, 367)() as d:
        purged = await d.tx.records.get(record.id)
        assert purged
        await disclose(d, author, purged, 7001)
        await tell_history(d, author, purged, 7001)
    told = await everything(desk)
    assert "已按规定清除" in told
    assert "没有其他内容" not in told
    assert "按规定清除个人信息" in told


async def test_a_purged_record_is_purged_once(desk: OpenDesk, record: Record) -> None:
    for days in (366, 367, 800):
        async with after(desk, days)() as d:
            await purge_personal(d)
    async with desk() as d:
        names = [event.name for event in await d.tx.events.of_record(record.id)]
    assert names == ["file", "disclosed", "withdraw", "purged"]


async def test_old_entries_stay_and_no_longer_lead_to_who_left(
    desk: OpenDesk, record: Record, people: Hire
) -> None:
    admin = await people(None, Role.ADMIN, name="孙伟")
    other = await people("jcy-ec", name="赵立")
    async with desk() as d:
        await d.tx.people.detach(record.submitter)
        await d.tx.people.detach(other.id)
    for days, gone in ((1094, 0), (1096, 2)):
        assert await due(after(desk, days), AUDIT) == gone
        async with after(desk, days)() as d:
            await forget_leavers(d)
            left = await d.tx.people.get(record.submitter)
            assert left
            assert bool(left.name) == (gone == 0)
            assert (await verify(d.tx)).sound
    async with desk() as d:
        assert [person.name for person in await d.tx.people.of_role(Role.ADMIN)] == [admin.name]
    assert "李静" not in await everything(desk)


async def test_a_name_stays_as_long_as_an_entry_of_it_is_young(
    desk: OpenDesk, record: Record, author: Actor
) -> None:
    async with after(desk, 1000)() as d:
        await disclose(d, author, record, 7001)
        await d.tx.people.detach(author.person_id)
    async with after(desk, 1096)() as d:
        await forget_leavers(d)
        left = await d.tx.people.get(author.person_id)
        assert left
        assert left.name == "李静"


async def test_every_rule_tells_when_it_last_ran(desk: OpenDesk, author: Actor) -> None:
    async with desk() as d:
        await open_form(d, author, WARNING, PRIVATE, Said(""))
    assert (await due(after(desk, 29), DRAFTS), await due(after(desk, 31), DRAFTS)) == (0, 1)
    async with after(desk, 31)() as d:
        for work in (expire_drafts, purge_personal, forget_leavers):
            await work(d)
        assert {await d.tx.retention.last(r.code) for r in (DRAFTS, PERSONAL, AUDIT)} == {d.now}
