"""Files of drafts and records: who may offer them, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.files import FileState, Offered
from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Document, Manner
from bot.domain.people import Place, Role
from bot.services.disclosure import disclose, hand_files
from bot.services.fetched import keep, lose, refuse
from bot.services.files import drop, files_of, files_of_draft, follow, offer_file, offer_to_draft
from bot.services.forms import Said, open_form, open_move
from bot.services.ledger import file_record, move_record
from bot.services.places import upgraded
from bot.services.submission import cancel, submit
from bot.services.verify import verify
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.files import Attachment
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

PRIVATE = Place(7001, 0, private=True)
GROUP = Place(-1001, 5)
DATA = {"category": "2C", "route": "transfer", "summary": "某村占地"}
LEDGER = Offered("BQAC1", "2026年台账.xlsx", size=1000, message_id=12)
CONTENT = b"a sheet"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
async def author(people: Hire, actor: Act) -> Actor:
    return actor(await people("zrzy-ec"))


@pytest.fixture
async def draft(desk: OpenDesk, author: Actor, deliver: Deliver) -> Draft:
    async with desk() as d:
        draft = await open_form(d, author, LEAD, PRIVATE, Said("2C"))
    await deliver()
    return draft


@pytest.fixture
async def record(desk: OpenDesk, author: Actor, deliver: Deliver) -> Record:
    async with desk() as d:
        record = await file_record(d, author, LEAD, "420704", DATA)
    await deliver()
    return record


async def offer(
    desk: OpenDesk,
    author: Actor,
    offered: Offered = LEDGER,
    place: Place = PRIVATE,
    *,
    draft: Draft | None = None,
    record: Record | None = None,
) -> Attachment:
    async with desk() as d:
        return await offer_file(d, author, place, offered, draft=draft, record=record)


async def stored(desk: OpenDesk, attachment: Attachment, content: bytes = CONTENT) -> None:
    async with desk() as d:
        await keep(d, attachment, content)


async def test_a_file_waits_for_its_draft(desk: OpenDesk, author: Actor, draft: Draft) -> None:
    await offer(desk, author, draft=draft)
    async with desk() as d:
        (file,) = await files_of_draft(d, draft)
    assert (file.name, file.kind, file.size) == ("2026年台账.xlsx", "xlsx", 1000)
    assert (file.state, file.sha256) == (FileState.WAITING, None)


async def test_a_stored_file_is_told_of_in_private(
    desk: OpenDesk, author: Actor, draft: Draft, deliver: Deliver
) -> None:
    await stored(desk, await offer(desk, author, draft=draft))
    (said,) = await deliver()
    assert (said.chat_id, said.reply_to) == (7001, 12)
    assert f"已保存附件“2026年台账.xlsx”（7 字节，校验码 <code>{DIGEST[:12]}</code>）" in said.text
    assert "提交时一并归入" in said.text
    async with desk() as d:
        (file,) = await files_of_draft(d, draft)
        assert (file.state, file.sha256, file.size) == (FileState.STORED, DIGEST, 7)
        assert await d.tx.files.content(DIGEST) == CONTENT


async def test_a_filed_drafts_files_are_the_records_and_its_history_says_so(
    desk: OpenDesk, author: Actor, draft: Draft, record: Record
) -> None:
    await stored(desk, await offer(desk, author, draft=draft))
    late = await offer(desk, author, replace(LEDGER, name="另一份.csv"), draft=draft)
    async with desk() as d:
        await d.tx.drafts.remove(draft.id)
        await follow(d, draft.id, record.id)
    await stored(desk, late, b"a,b")
    async with desk() as d:
        assert [file.name for file in await files_of(d, record)] == [
            "2026年台账.xlsx",
            "另一份.csv",
        ]
        events = [e for e in await d.tx.events.of_record(record.id) if e.name == "attached"]
        assert [e.facts["sha256"] for e in events] == [DIGEST, sha256(b"a,b").hexdigest()]
        assert [e.actor for e in events] == [author.person_id] * 2
        assert "台账" not in events[0].body
        assert (await verify(d.tx)).sound


async def test_a_dropped_drafts_files_leave_nothing(
    desk: OpenDesk, author: Actor, draft: Draft, rows: CountRows, deliver: Deliver
) -> None:
    await stored(desk, await offer(desk, author, draft=draft))
    under_way = await offer(desk, author, draft=draft)
    await deliver()
    async with desk() as d:
        await d.tx.drafts.remove(draft.id)
        await drop(d, draft.id)
        await keep(d, under_way, CONTENT)
        await lose(d, under_way, "NetworkError")
        await refuse(d, under_way, DomainError("file_locked"))
    left = await rows()
    assert "files" not in left
    assert "attachments" not in left
    assert await deliver() == []


async def test_one_content_is_kept_once_for_all_that_have_it(
    desk: OpenDesk, author: Actor, draft: Draft, record: Record, rows: CountRows
) -> None:
    await stored(desk, await offer(desk, author, draft=draft))
    await stored(desk, await offer(desk, author, record=record))
    assert (await rows())["files"] == 1
    async with desk() as d:
        await drop(d, draft.id)
        assert await d.tx.files.content(DIGEST) == CONTENT


async def test_the_same_content_twice_is_one_file_of_the_record(
    desk: OpenDesk, author: Actor, draft: Draft, record: Record, deliver: Deliver
) -> None:
    for name in ("一.xlsx", "二.xlsx"):
        await stored(desk, await offer(desk, author, replace(LEDGER, name=name), record=record))
    assert "此前已经保存" in (await deliver())[-1].text
    await stored(desk, await offer(desk, author, replace(LEDGER, name="三.xlsx"), draft=draft))
    async with desk() as d:
        await follow(d, draft.id, record.id)
        assert [file.name for file in await files_of(d, record)] == ["一.xlsx"]
        names = [event.name for event in await d.tx.events.of_record(record.id)]
    assert names == ["file", "attached"]


async def test_only_so_many_files_are_taken(
    desk: OpenDesk, author: Actor, record: Record, draft: Draft
) -> None:
    for number in range(10):
        await offer(desk, author, replace(LEDGER, name=f"{number}.xlsx"), record=record)
    with pytest.raises(DomainError, match="too_many_files"):
        await offer(desk, author, record=record)
    await offer(desk, author, draft=draft)
    step = replace(draft, record_id=record.id)
    with pytest.raises(DomainError, match="too_many_files"):
        await offer(desk, author, draft=step)


async def test_files_that_came_to_nothing_do_not_count(
    desk: OpenDesk, author: Actor, record: Record
) -> None:
    for number in range(10):
        file = await offer(desk, author, replace(LEDGER, name=f"{number}.xlsx"), record=record)
        async with desk() as d:
            await lose(d, file, "NetworkError")
    await offer(desk, author, record=record)


async def test_nobody_gives_files_to_what_is_not_theirs(
    desk: OpenDesk, people: Hire, actor: Act, author: Actor, draft: Draft, record: Record
) -> None:
    elsewhere, admin = actor(await people("zrzy-hr")), actor(await people(None, Role.ADMIN))
    with pytest.raises(DomainError, match="not_entitled"):
        await offer(desk, elsewhere, record=record)
    with pytest.raises(DomainError, match="not_entitled_admin"):
        await offer(desk, admin, record=record)
    with pytest.raises(DomainError, match="not_your_draft"):
        await offer(desk, elsewhere, draft=draft)


@pytest.mark.parametrize(
    ("offered", "code"),
    [
        (replace(LEDGER, name="a.pdf"), "file_kind"),
        (replace(LEDGER, size=6 * 1024 * 1024), "file_too_large"),
        (replace(LEDGER, name="机密★.xlsx"), "secrecy_mark"),
    ],
)
async def test_what_is_refused_at_once_leaves_no_row(
    desk: OpenDesk, author: Actor, draft: Draft, rows: CountRows, offered: Offered, code: str
) -> None:
    before = await rows()
    with pytest.raises(DomainError, match=code):
        await offer(desk, author, offered, draft=draft)
    assert await rows() == before


async def test_a_file_goes_to_the_draft_being_asked_about(desk: OpenDesk, author: Actor) -> None:
    async with desk() as d:
        complete = await open_form(d, author, LEAD, PRIVATE, Said("2C 移送线索 某村占地"))
        asking = await open_form(d, author, LEAD, PRIVATE, Said("2C"))
        await offer_to_draft(d, author, PRIVATE, LEDGER)
        await d.tx.drafts.remove(asking.id)
        await offer_to_draft(d, author, PRIVATE, LEDGER)
        assert len(await files_of_draft(d, asking)) == len(await files_of_draft(d, complete)) == 1


async def test_without_a_draft_the_next_step_is_named(desk: OpenDesk, author: Actor) -> None:
    async with desk() as d:
        with pytest.raises(DomainError, match="file_without_draft"):
            await offer_to_draft(d, author, PRIVATE, LEDGER)
        with pytest.raises(DomainError, match="file_kind"):
            await offer_to_draft(d, author, PRIVATE, replace(LEDGER, name="a.pdf"))


async def test_a_refused_content_is_explained_and_kept_nowhere(
    desk: OpenDesk, author: Actor, draft: Draft, deliver: Deliver, rows: CountRows
) -> None:
    file = await offer(desk, author, draft=draft)
    async with desk() as d:
        await refuse(d, file, DomainError("file_mismatch", title="Excel 表格"))
        assert await files_of_draft(d, draft) == []
        assert await d.tx.files.counts() == {"refused": 1}
    (said,) = await deliver()
    assert "附件“2026年台账.xlsx”：文件打不开，或内容不是Excel 表格" in said.text
    assert "files" not in await rows()


async def test_a_content_with_a_mark_leaves_only_the_event_that_it_came(
    desk: OpenDesk, author: Actor, draft: Draft, deliver: Deliver, rows: CountRows
) -> None:
    before = await rows()
    file = await offer(desk, author, place=GROUP, draft=draft)
    async with desk() as d:
        await refuse(d, file, DomainError("secrecy_mark"))
    assert await rows() == {**before, "events": before.get("events", 0) + 1, "outbox": 3}
    removed, said = await deliver()
    assert (removed.chat_id, removed.reply_to) == (GROUP.chat_id, 12)
    assert said.chat_id == 7001
    assert "所附的文件里有涉密" in said.text
    assert await rows() == {**before, "events": before.get("events", 0) + 1}


async def test_where_the_sender_cannot_be_reached_the_group_hears_no_name(
    desk: OpenDesk, author: Actor, draft: Draft
) -> None:
    file = await offer(desk, author, place=GROUP, draft=draft)
    async with desk() as d:
        await lose(d, file, "NetworkError")
        (queued,) = await d.tx.outbox.claim(d.now, 5)
    assert "没有取到" in queued.message.text
    detour = queued.message.detour
    assert detour
    assert (detour.chat_id, detour.thread_id) == (GROUP.chat_id, GROUP.thread_id)
    assert "台账" not in detour.text


async def test_who_may_see_the_content_is_shown_its_files_and_gets_them(
    desk: OpenDesk, people: Hire, actor: Act, author: Actor, record: Record, deliver: Deliver
) -> None:
    reader = actor(await people("jcy-ec", name="李静"))
    await stored(desk, await offer(desk, author, record=record))
    await offer(desk, author, replace(LEDGER, name="另一份.csv"), record=record)
    await deliver()
    async with desk() as d:
        await disclose(d, reader, record, 7002)
    _, listed = await deliver()
    digest = f"校验码 <code>{DIGEST[:12]}</code>"
    assert f"1. 2026年台账.xlsx（7 字节，{digest}）鄂城分局 王敏 3月9日 10:00" in listed.text
    assert "2. 另一份.csv（1000 字节，接收中）" in listed.text
    ((key,),) = listed.buttons
    assert (key.label, key.data) == ("发送附件", f"1.fs.{record.id}")

    async with desk() as d:
        await hand_files(d, reader, record, 7002)
        event = (await d.tx.events.of_record(record.id))[-1]
    (sent,) = await deliver()
    assert (sent.manner, sent.chat_id) == (Manner.DOCUMENT, 7002)
    assert sent.document == Document(DIGEST, "2026年台账.xlsx")
    assert "附件 1/1" in sent.text
    assert (event.name, event.actor) == ("files_disclosed", reader.person_id)
    assert event.facts["sha256"] == DIGEST


async def test_while_no_file_is_stored_none_can_be_asked_for(
    desk: OpenDesk, author: Actor, record: Record, deliver: Deliver
) -> None:
    async with desk() as d:
        await disclose(d, author, record, 7001)
    assert len(await deliver()) == 1
    await offer(desk, author, record=record)
    async with desk() as d:
        await disclose(d, author, record, 7001)
    assert (await deliver())[-1].buttons == ()
    async with desk() as d:
        with pytest.raises(DomainError, match="no_files_there"):
            await hand_files(d, author, record, 7001)


async def test_who_may_not_see_the_content_gets_no_file(
    desk: OpenDesk, people: Hire, actor: Act, author: Actor, record: Record, deliver: Deliver
) -> None:
    await stored(desk, await offer(desk, author, record=record))
    await deliver()
    admin = await people(None, Role.ADMIN)
    forestry, elsewhere = await people("lzb-ec"), await people("jcy-hr")
    for person in (admin, forestry, elsewhere):
        async with desk() as d:
            with pytest.raises(DomainError, match="not_entitled"):
                await hand_files(d, actor(person), record, person.user_id)
    assert await deliver() == []


async def test_a_group_that_moves_takes_its_waiting_files_along(
    desk: OpenDesk, author: Actor, draft: Draft
) -> None:
    file = await offer(desk, author, place=GROUP, draft=draft)
    async with desk() as d:
        await upgraded(d, GROUP.chat_id, -100500)
        (moved,) = await files_of_draft(d, draft)
    assert (moved.id, moved.chat_id) == (file.id, -100500)


async def test_who_has_left_meanwhile_is_told_nothing(
    desk: OpenDesk, author: Actor, draft: Draft, rows: CountRows, deliver: Deliver
) -> None:
    files = [
        await offer(desk, author, replace(LEDGER, name=f"{n}.xlsx"), draft=draft) for n in "123"
    ]
    async with desk() as d:
        await d.tx.people.detach(author.person_id)
        await keep(d, files[0], CONTENT)
        await lose(d, files[1], "NetworkError")
        await refuse(d, files[2], DomainError("secrecy_mark"))
        assert [e.name for e in await d.tx.events.of(OFFICE)] == ["secrecy_refused"]
    assert [said.manner for said in await deliver()] == [Manner.DELETE]
    assert (await rows())["attachments"] == 2


async def test_filing_a_form_takes_its_files_along_and_giving_it_up_does_not(
    desk: OpenDesk, author: Actor, rows: CountRows
) -> None:
    line = "2C 移送线索 某村占地"
    async with desk() as d:
        draft = await open_form(d, author, LEAD, PRIVATE, Said(line))
        await keep(d, await offer_file(d, author, PRIVATE, LEDGER, draft=draft), CONTENT)
        record = await submit(d, author, draft)
        assert [file.sha256 for file in await files_of(d, record)] == [DIGEST]
        given_up = await open_form(d, author, LEAD, PRIVATE, Said(line))
        await keep(d, await offer_file(d, author, PRIVATE, LEDGER, draft=given_up), b"other")
        await cancel(d, author, given_up)
    assert ((await rows())["files"], (await rows())["attachments"]) == (1, 1)


async def test_a_step_overtaken_by_another_drops_the_files_of_its_form(
    desk: OpenDesk, people: Hire, actor: Act, record: Record, rows: CountRows
) -> None:
    reader = actor(await people("jcy-ec", user_id=7002))
    place = Place(7002, 0, private=True)
    async with desk() as d:
        for step in ("sign", "review"):
            record = await move_record(d, reader, record, step, {}, version=record.version)
        form = await open_move(d, reader, record, "return", place)
        await keep(d, await offer_file(d, reader, place, LEDGER, draft=form), CONTENT)
        await move_record(d, reader, record, "refuse", {"refusal": "不属"}, version=record.version)
    assert not {"files", "attachments"} & set(await rows())
