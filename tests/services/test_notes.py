"""内部备注, and whatever else stays within a side: no other side learns that it is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.files import Offered
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services.amendments import add_to_record, amendments_of, note_within, open_note
from bot.services.approvals import DECLINED, PROPOSED
from bot.services.disclosure import disclose, tell_history
from bot.services.drafts import resume
from bot.services.files import offer_to_draft
from bot.services.forms import answer, save_for_later
from bot.services.histories import note_step, readable
from bot.services.housekeeping import DAILY_WORK
from bot.services.ledger import file_record, move_record
from bot.services.lookup import look_up, look_up_one
from bot.services.search import search
from bot.services.submission import submit
from bot.services.todo import tell_todo
from bot.services.verify import verify
from bot.storage.chats import Chat
from bot.storage.tables import metadata, outbox
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Actor, Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200)
WORDS = "拟不予立案，待科室讨论"
DATA = {"category": "F", "route": "transfer", "summary": "某村占地"}
TRACES = (WORDS, "内部备注，", "　内部备注", "报请批准", "退回拟稿")
"""Any of which would tell that something internal is there; a key of that name does not."""
SIDES = {"zrzy": Side.RESOURCES, "jcy": Side.PROCURATORATE, "lzb": Side.FORESTRY}
WRITERS = ("zrzy-ec", "jcy-ec")
READERS = [
    (organ, role)
    for organ in ("zrzy-ec", "zrzy", "jcy-ec", "jcy", "lzb-ec", "lzb")
    for role in (Role.LIAISON, Role.DEPUTY, Role.LEADER)
]


@pytest.fixture
async def record(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, deliver: Deliver
) -> Record:
    """A lead about a forest, the business of all three sides, in their group."""
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", "420704", frozenset(Side)), 1, d.now)
        record = await file_record(d, actor(sender), LEAD, "420704", DATA)
    await deliver()
    return record


async def written(desk: OpenDesk, writer: Actor, record: Record) -> None:
    """A note, a proposal and its refusal: all that stays within the writer's side."""
    async with desk() as d:
        await note_within(d, writer, record, WORDS)
        for name in (PROPOSED, DECLINED):
            side = d.office.organ(writer.organ).side.value
            facts = {"side": side, "move": "accept"}
            await note_step(d, writer, record, name, facts, {"case_number": WORDS})


async def everything(desk: OpenDesk) -> dict[str, str]:
    async with desk() as d:
        return {
            name: str((await d.tx.connection.execute(select(table))).all())
            for name, table in metadata.tables.items()
        }


async def test_a_note_by_form_changes_nothing_but_the_history(
    desk: OpenDesk, actor: Act, receiver: Person, record: Record, deliver: Deliver
) -> None:
    before = await everything(desk)
    async with desk() as d:
        draft = await open_note(d, actor(receiver), record, private(receiver))
        draft = await answer(d, actor(receiver), draft, f"{WORDS}，电话13812345678")
        assert await submit(d, actor(receiver), draft) == record
    said = await deliver()
    assert {one.chat_id for one in said} == {receiver.user_id}
    assert "仅本方可见" in said[-1].text
    after = await everything(desk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"events", "contents", "outbox", "posts"}
    async with desk() as d:
        events = await d.tx.events.of_record(record.id)
        assert [event.name for event in events] == ["file", "noted"]
        assert events[-1].facts["side"] == "procuratorate"
        assert WORDS not in events[-1].body
        content = (await d.tx.events.contents([events[-1].id]))[events[-1].id]
        assert content == {"note": f"{WORDS}，电话138****5678"}
        assert (await verify(d.tx)).sound


@pytest.mark.parametrize("writing", WRITERS)
async def test_readers_read_what_is_of_their_side_and_no_trace_of_the_rest(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
    writing: str,
) -> None:
    await written(desk, actor(sender if writing == "zrzy-ec" else receiver), record)
    assert await deliver() == []
    for organ, role in READERS:
        reader = await people(organ, role, name="读者")
        own = SIDES[organ.split("-")[0]] is SIDES[writing.split("-", maxsplit=1)[0]]
        async with desk() as d:
            await disclose(d, actor(reader), record, reader.user_id)
            await tell_history(d, actor(reader), record, reader.user_id)
            await look_up(d, actor(reader), record.number, private(reader))
            events = await d.tx.events.of_record(record.id)
            told = await amendments_of(d, LEAD, events, actor(reader))
        said = [one.text for one in await deliver()]
        assert len(said) == 3 + own, (organ, role)
        for trace in TRACES:
            assert any(trace in text for text in said) == own, (organ, role, trace)
        assert [one.words for one in told if one.event.name == "noted"] == [WORDS] * own
        assert bool(told) is own, (organ, role)


@pytest.mark.parametrize("writing", WRITERS)
async def test_another_side_is_shown_just_what_it_was_shown_before(
    desk: OpenDesk,
    actor: Act,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
    writing: str,
) -> None:
    """Text and keys alike, to the letter, in every view there is."""
    pair = (sender, receiver) if writing == "zrzy-ec" else (receiver, sender)
    writer, other = pair

    async def views() -> list[tuple[str, object]]:
        async with desk() as d:
            trial = await d.tx.connection.begin_nested()
            for show in (disclose, tell_history):
                await show(d, actor(other), record, other.user_id)
            for place in (private(other), GROUP):
                for question in (record.number, "鄂城"):
                    await look_up(d, actor(other), question, place)
            await tell_todo(d, actor(other), other.user_id)
            queued = await d.tx.connection.execute(select(outbox).order_by(outbox.c.id))
            said = [(row.text, row.buttons) for row in queued]
            await trial.rollback()
        return said

    before = await views()
    await written(desk, actor(writer), record)
    assert await views() == before
    assert len(before) > 6


async def test_words_of_a_note_lead_nobody_anywhere(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    await written(desk, actor(sender), record)
    async with desk() as d:
        for person in (sender, receiver):
            for question in ("科室讨论", "不予立案", "备注"):
                found = await search(d, actor(person), question, private(person))
                assert found.records == ()
            with pytest.raises(DomainError, match="not_found"):
                await look_up_one(d, actor(person), "拟不予立案", private(person))


async def test_it_is_no_step_on_the_card_and_no_ones_last(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, deliver: Deliver
) -> None:
    await written(desk, actor(sender), record)
    async with desk() as d:
        await add_to_record(d, actor(sender), record, "另有现场照片")
        await note_within(d, actor(sender), record, WORDS)
        await look_up(d, actor(sender), record.number, GROUP)
    texts = [one.text for one in await deliver()]
    assert all("最近办理：3月9日 10:00　鄂城分局 补充" in text for text in texts)
    async with desk() as d:
        shown = readable(await d.tx.events.of_record(record.id))
    assert [event.name for event in shown] == ["file", "added"]


@pytest.mark.parametrize(
    ("organ", "role"),
    [
        ("zrzy-ec", Role.LEADER),
        ("jcy-ec", Role.LEADER),
        ("zrzy", Role.LIAISON),
        ("lzb-ec", Role.LIAISON),
        ("zrzy-hr", Role.LIAISON),
        (None, Role.ADMIN),
    ],
)
async def test_nobody_but_the_two_organs_liaisons_writes_one(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    record: Record,
    rows: CountRows,
    organ: str | None,
    role: Role,
) -> None:
    other = await people(organ, role, name="外人")
    before = await rows()
    async with desk() as d:
        for attempt in (
            note_within(d, actor(other), record, WORDS),
            open_note(d, actor(other), record, private(other)),
        ):
            with pytest.raises(DomainError, match=r"not_entitled|not_to_amend"):
                await attempt
    assert await rows() == before


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMIN])
@pytest.mark.parametrize("organ", ["zrzy-hr", None])
async def test_whoever_reads_no_record_reads_no_note(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    record: Record,
    organ: str | None,
    role: Role,
) -> None:
    await written(desk, actor(sender), record)
    person = await people(organ, role, name="外人")
    async with desk() as d:
        for show in (disclose, tell_history):
            with pytest.raises(DomainError, match="not_entitled"):
                await show(d, actor(person), record, person.user_id)


async def test_none_is_written_once_the_record_is_closed(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_note(d, actor(sender), record, private(sender))
        draft = await answer(d, actor(sender), draft, WORDS)
        gone = await move_record(d, actor(sender), record, "withdraw", {}, version=1)
        for attempt in (
            note_within(d, actor(sender), gone, WORDS),
            open_note(d, actor(sender), gone, private(sender)),
            submit(d, actor(sender), draft),
        ):
            with pytest.raises(DomainError, match="not_to_amend"):
                await attempt


async def test_one_under_way_outlives_a_step_of_the_other_side(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_note(d, actor(sender), record, private(sender))
        await move_record(d, actor(receiver), record, "sign", {}, version=1)
        draft = await answer(d, actor(sender), draft, WORDS)
        await submit(d, actor(sender), draft)
        events = await d.tx.events.of_record(record.id)
    assert [event.name for event in events] == ["file", "sign", "noted"]


async def test_no_file_comes_with_one_for_a_records_files_are_everybodys(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    offered = Offered("BQAC1", "底稿.xlsx", size=1000, message_id=12)
    async with desk() as d:
        draft = await open_note(d, actor(sender), record, private(sender))
        for asked in (True, False):
            with pytest.raises(DomainError, match="file_in_note"):
                await offer_to_draft(d, actor(sender), private(sender), offered)
            if asked:
                await answer(d, actor(sender), draft, WORDS)
        assert await d.tx.files.of_draft(draft.id) == []


async def test_a_form_about_a_record_is_taken_up_in_private_only(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, deliver: Deliver
) -> None:
    async with desk() as d:
        draft = await open_note(d, actor(sender), record, private(sender))
        await save_for_later(d, draft)
        with pytest.raises(DomainError, match="unknown_button"):
            await resume(d, actor(sender), draft, GROUP)
        await resume(d, actor(sender), draft, private(sender))
    assert not [one for one in await deliver() if one.chat_id == GROUP.chat_id]


async def test_at_most_five_hundred_characters(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_note(d, actor(sender), record, private(sender))
        with pytest.raises(DomainError, match="too_long"):
            await answer(d, actor(sender), draft, "某" * 501)
        draft = await answer(d, actor(sender), draft, "某" * 500)
        await submit(d, actor(sender), draft)


async def test_its_words_go_with_the_records_other_words_and_it_stays_hidden(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    await written(desk, actor(sender), record)
    async with desk() as d:
        await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    await deliver()
    async with desk() as d:
        later = replace(d, now=d.now + timedelta(days=366))
        for work in DAILY_WORK:
            await work(later)
        await tell_history(later, actor(receiver), record, receiver.user_id)
        assert (await verify(d.tx)).sound
    kept = await everything(desk)
    assert WORDS not in str(kept)
    assert not any(trace in kept["outbox"] for trace in TRACES)


async def test_who_changes_sides_reads_what_is_of_the_new_one(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    await written(desk, actor(sender), record)
    async with desk() as d:
        events = await d.tx.events.of_record(record.id)
    assert len(readable(events, actor(sender))) == 4
    assert len(readable(events, actor(replace(sender, organ="jcy-ec")))) == 1
    assert len(readable(events, actor(replace(sender, organ=None, role=Role.ADMIN)))) == 1
