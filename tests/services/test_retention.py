"""What is kept so long and no longer: each rule does its work, and the proof still holds."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.files import FileState, Offered
from bot.domain.kinds import KINDS
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Place, Role
from bot.services.disclosure import disclose, hand_files, tell_history
from bot.services.fetched import keep
from bot.services.files import files_of, offer_file
from bot.services.forms import Said, open_form
from bot.services.housekeeping import DAILY_WORK, close_day, expire_drafts
from bot.services.ledger import file_record, move_record
from bot.services.retention import (
    AUDIT,
    DRAFTS,
    FILES,
    PERSONAL,
    RULES,
    UNDELIVERED,
    Rule,
    count_due,
    forget_leavers,
    forget_trouble,
    purge_personal,
)
from bot.services.search import search
from bot.services.verify import verify
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.files import Attachment
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Record
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

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
        for work in (expire_drafts, *DAILY_WORK):
            await work(d)
        assert {await d.tx.retention.last(rule.code) for rule in RULES} == {d.now}


SHEET = Offered("BQAC1", f"{NAMED}台账.xlsx", size=7)


async def attached(
    desk: OpenDesk,
    author: Actor,
    content: bytes,
    *,
    draft: Draft | None = None,
    record: Record | None = None,
) -> Attachment:
    async with desk() as d:
        file = await offer_file(d, author, PRIVATE, SHEET, draft=draft, record=record)
        await keep(d, file, content)
    return file


async def test_a_closed_record_loses_its_files_with_its_words(
    desk: OpenDesk, record: Record, author: Actor, deliver: Deliver, rows: CountRows
) -> None:
    await attached(desk, author, b"closed", record=record)
    async with desk() as d:
        going_on = await file_record(d, author, WARNING, "420704", DATA)
    await attached(desk, author, b"going on", record=going_on)
    await attached(desk, author, b"both", record=record)
    await attached(desk, author, b"both", record=going_on)
    await deliver()
    async with after(desk, 366)() as d:
        await purge_personal(d)
        assert await files_of(d, record) == []
        assert len(await files_of(d, going_on)) == 2
        assert (await verify(d.tx)).sound
        with pytest.raises(DomainError, match="no_files_there"):
            await hand_files(d, author, record, 7001)
    assert (await rows())["files"] == 2


async def test_a_file_given_to_a_purged_record_is_purged_in_its_turn(
    desk: OpenDesk, record: Record, author: Actor, rows: CountRows
) -> None:
    async with after(desk, 366)() as d:
        await purge_personal(d)
    await attached(after(desk, 367), author, b"late", record=record)
    later = after(desk, 366 + 367)
    assert await due(later, PERSONAL) == 1
    async with later() as d:
        await purge_personal(d)
    assert "files" not in await rows()
    assert await due(later, PERSONAL) == 0


async def test_an_expired_draft_takes_its_files_with_it(
    desk: OpenDesk, author: Actor, rows: CountRows
) -> None:
    async with desk() as d:
        draft = await open_form(d, author, WARNING, PRIVATE, Said(""))
    await attached(desk, author, b"a sheet", draft=draft)
    async with after(desk, 31)() as d:
        await expire_drafts(d)
    assert not {"files", "attachments"} & set(await rows())


async def test_files_of_a_draft_that_is_gone_are_swept_away(
    desk: OpenDesk, author: Actor, rows: CountRows
) -> None:
    async with desk() as d:
        draft = await open_form(d, author, WARNING, PRIVATE, Said(""))
    await attached(desk, author, b"a sheet", draft=draft)
    assert await due(desk, FILES) == 0
    async with desk() as d:
        await d.tx.drafts.remove(draft.id)
    assert await due(desk, FILES) == 1
    async with desk() as d:
        await forget_trouble(d)
    assert not {"files", "attachments"} & set(await rows())
    assert await due(desk, FILES) == 0


async def test_what_came_to_nothing_is_forgotten_after_a_month(
    desk: OpenDesk, record: Record, author: Actor
) -> None:
    async with desk() as d:
        for settle in (FileState.REFUSED, FileState.FAILED):
            file = await offer_file(d, author, PRIVATE, SHEET, record=record)
            await d.tx.files.give_up(file.id, settle, "NetworkError", d.now)
        await d.say(7001, text=NAMED)
        (queued,) = await d.tx.outbox.claim(d.now, 1)
        await d.tx.outbox.failed(queued, "Forbidden", d.now)
    for days, gone in ((29, False), (31, True)):
        later = after(desk, days)
        assert (await due(later, FILES), await due(later, UNDELIVERED)) == (
            (2, 1) if gone else (0, 0)
        )
        async with later() as d:
            for work in DAILY_WORK:
                await work(d)
            assert await d.tx.files.counts() == ({} if gone else {"refused": 1, "failed": 1})
            assert (await d.tx.outbox.counts()).get("failed", 0) == (0 if gone else 1)
