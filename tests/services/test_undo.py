"""Undo within ten minutes; look-alikes pointed out; edited messages read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Side
from bot.services.alike import LATELY, find_alike
from bot.services.drafts import resume, tell_drafts
from bot.services.forms import Said, answer, choose, open_form, save_for_later, skip, teller_of
from bot.services.ledger import move_record
from bot.services.rereading import reread
from bot.services.steps import Outcome, append_draft
from bot.services.submission import UNDO_TIME, cancel, submit, undo
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Draft, Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200)
LINE = "2C 移送线索 刘某某非法占地3.52亩 鄂州资规罚字〔2025〕47号"


def private(person: Person) -> Place:
    return Place(person.user_id, private=True)


@pytest.fixture
async def sender(people: Hire) -> Person:
    return await people()


async def begin(
    desk: OpenDesk,
    act: Act,
    person: Person,
    line: str = LINE,
    place: Place | None = None,
    message_id: int | None = 5,
) -> Draft:
    async with desk() as d:
        said = Said(line, message_id)
        return await open_form(d, act(person), LEAD, place or private(person), said)


async def file(desk: OpenDesk, act: Act, person: Person, line: str = LINE) -> Record:
    draft = await begin(desk, act, person, line)
    async with desk() as d:
        return await submit(d, act(person), draft)


async def kept(desk: OpenDesk, draft: Draft) -> Draft:
    async with desk() as d:
        found = await d.tx.drafts.get(draft.id)
    assert found is not None
    return found


# Undo.


async def test_undo_takes_the_record_back_and_brings_the_draft_again(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        draft = await undo(d, actor(sender), record, private(sender))
        gone = await d.tx.records.get(record.id)
        again = await submit(d, actor(sender), draft)
    assert gone is not None
    assert (gone.state, gone.number) == ("withdrawn", record.number)
    assert again.data == record.data
    assert again.number != record.number


@pytest.mark.parametrize("minutes", [10, 11])
async def test_undo_has_ten_minutes(
    desk: OpenDesk, actor: Act, sender: Person, minutes: int
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        later = replace(d, now=record.created_at + timedelta(minutes=minutes))
        if minutes * 60 <= UNDO_TIME.total_seconds():
            await undo(later, actor(sender), record, private(sender))
        else:
            with pytest.raises(DomainError, match="too_late_to_undo"):
                await undo(later, actor(sender), record, private(sender))


async def test_what_somebody_has_signed_is_not_undone_nor_by_anybody_else(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    colleague, receiver = await people(name="陈刚"), await people("jcy-ec", name="李静")
    record = await file(desk, actor, sender)
    async with desk() as d:
        with pytest.raises(DomainError, match="not_your_move"):
            await undo(d, actor(colleague), record, private(colleague))
        signed = await move_record(d, actor(receiver), record, "sign", {}, version=1)
        with pytest.raises(DomainError, match="too_late_to_undo"):
            await undo(d, actor(sender), signed, private(sender))


# Look-alikes.


async def alike(desk: OpenDesk, act: Act, person: Person, draft: Draft) -> list[tuple[str, str]]:
    async with desk() as d:
        return [(one.number, one.title) for one in await find_alike(d, act(person), draft)]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1A 鄂州资规罚字[2025]第047号 某村占地", "处罚文号"),
        ("2C 刘某某非法占地9亩", "被执行人"),
        ("2C 鄂州资规罚字〔2025〕48号 王某非法占地", None),
    ],
)
async def test_the_same_number_or_lately_the_same_party_is_pointed_out(
    desk: OpenDesk, actor: Act, sender: Person, line: str, title: str | None
) -> None:
    record = await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, line)
    found = await alike(desk, actor, sender, draft)
    assert found == ([(record.number, title)] if title else [])


async def test_a_party_of_long_ago_or_of_another_district_is_no_sign(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, "2C 刘某某非法占地9亩")
    async with desk() as d:
        later = replace(d, now=d.now + LATELY + timedelta(days=1))
        assert await find_alike(later, actor(sender), draft) == []
    elsewhere = await people("zrzy-hr", name="陈刚")
    draft = await begin(desk, actor, elsewhere, "2C 刘某某非法占地9亩")
    assert await alike(desk, actor, elsewhere, draft) == []


async def test_nobody_learns_of_a_record_out_of_their_sight(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    await file(desk, actor, sender)
    elsewhere = await people("zrzy-hr", name="陈刚")
    draft = await begin(desk, actor, elsewhere, "2C 鄂州资规罚字〔2025〕47号 某村占地")
    assert await alike(desk, actor, elsewhere, draft) == []


async def test_a_record_taken_back_is_no_look_alike(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        draft = await undo(d, actor(sender), record, private(sender))
    assert await alike(desk, actor, sender, draft) == []


async def test_in_a_group_only_what_belongs_there_is_named(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    draft = await begin(desk, actor, sender, place=GROUP)
    assert await alike(desk, actor, sender, draft) == [], "the group is bound to nothing"
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", "420704", land), sender.id, d.now)
    assert await alike(desk, actor, sender, draft) == [(record.number, "处罚文号")]


async def test_a_draft_becomes_an_addition_of_what_the_record_does_not_say(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, "2C 移送线索 鄂州资规罚字〔2025〕47号 仍在施工")
    async with desk() as d:
        assert await append_draft(d, actor(sender), draft, record) is Outcome.FORM_OPENED
        (addition,) = await d.tx.drafts.of_person(sender.id)
        assert addition.data == {"addition": "线索摘要：仍在施工"}
        await submit(d, actor(sender), addition)
        assert [e.name for e in await d.tx.events.of_record(record.id)] == ["file", "added"]


# Edited messages.


async def edit(desk: OpenDesk, act: Act, person: Person, line: str, message_id: int = 5) -> None:
    async with desk() as d:
        await reread(d, act(person), private(person), message_id, Said(line, message_id))


async def test_an_edited_line_takes_back_what_it_no_longer_says_and_leaves_the_answers(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    draft = await begin(desk, actor, sender, "2C 刘某某非法占地3.52亩")
    async with desk() as d:
        draft = await choose(d, actor(sender), draft, "route", "transfer")
    await edit(desk, actor, sender, "1A 申请监督 某村占地")
    data = (await kept(desk, draft)).data
    assert (data["category"], data["route"], data["summary"]) == ("1A", "transfer", "某村占地")
    assert "area" not in data


async def test_an_edited_answer_counts_until_another_has_been_given(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    draft = await begin(desk, actor, sender, "2C 移送线索")
    async with desk() as d:
        draft = await answer(d, actor(sender), draft, "法院没有裁定", 6)
    await edit(desk, actor, sender, "法院至今没有裁定", 6)
    assert (await kept(desk, draft)).data["summary"] == "法院至今没有裁定"
    again = replace(await kept(desk, draft), asking="summary")
    async with desk() as d:
        await answer(d, actor(sender), again, "已有裁定", 7)
    await edit(desk, actor, sender, "法院仍无裁定", 6)
    assert (await kept(desk, draft)).data["summary"] == "已有裁定"


async def test_an_edit_after_filing_prepares_a_correction_and_changes_nothing_yet(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    await edit(desk, actor, sender, LINE.replace("3.52", "5"))
    async with desk() as d:
        assert await d.tx.records.get(record.id) == record
        (draft,) = await d.tx.drafts.of_person(sender.id)
        corrected = await submit(d, actor(sender), draft)
    assert corrected.data == {**record.data, "area": "3333.35", "summary": "刘某某非法占地5亩"}


async def test_an_edit_that_changes_nothing_or_is_somebody_elses_is_none_of_ours(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire, rows: CountRows
) -> None:
    colleague = await people(name="陈刚")
    await file(desk, actor, sender)
    before = await rows()
    await edit(desk, actor, sender, LINE)
    await edit(desk, actor, sender, "2C 别的", message_id=99)
    async with desk() as d:
        await reread(d, actor(colleague), private(sender), 5, Said("2C 别的", 5))
    assert await rows() == before


# Drafts set aside and taken up again.


async def test_a_new_form_sets_the_other_at_its_place_aside(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    first = await begin(desk, actor, sender, "2C")
    second = await begin(desk, actor, sender, "1A")
    assert (await kept(desk, first)).asking == ""
    assert (await kept(desk, second)).asking == "route"


async def test_a_draft_of_a_group_goes_on_in_private(
    desk: OpenDesk, actor: Act, sender: Person, deliver: Deliver
) -> None:
    draft = await begin(desk, actor, sender, "2C 移送线索", GROUP)
    await deliver()
    async with desk() as d:
        await resume(d, actor(sender), draft, private(sender))
    old, new = sorted(await deliver(), key=lambda said: said.chat_id)
    assert (old.chat_id, old.buttons) == (GROUP.chat_id, ())
    assert "还缺：线索摘要" in new.text
    async with desk() as d:
        assert await d.tx.drafts.asking_at(sender.id, GROUP.chat_id, 0) is None
        assert await d.tx.drafts.asking_at(sender.id, sender.user_id, 0)


async def test_drafts_are_listed_with_what_they_lack(
    desk: OpenDesk, actor: Act, sender: Person, deliver: Deliver
) -> None:
    await begin(desk, actor, sender, "2C 移送线索 法院没有裁定")
    open_question = await begin(desk, actor, sender, "1A")
    async with desk() as d:
        await save_for_later(d, open_question)
    await deliver()
    async with desk() as d:
        await tell_drafts(d, actor(sender), sender.user_id)
    (said,) = await deliver()
    assert "1. 线索　1A 应受理不受理，还缺2项" in said.text
    assert "2. 线索　法院没有裁定，可以提交" in said.text


async def test_guided_questions_can_be_skipped_but_not_those_that_filing_needs(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    draft = await begin(desk, actor, sender, "")
    assert draft.to_ask == LEAD.guided
    async with desk() as d:
        with pytest.raises(DomainError, match="unknown_button"):
            await skip(d, actor(sender), draft, "summary")
        for name, code in (("category", "2C"), ("route", "apply")):
            draft = await choose(d, actor(sender), draft, name, code)
        draft = await answer(d, actor(sender), draft, "法院没有裁定")
        for name in LEAD.guided:
            assert draft.asking == name
            draft = await skip(d, actor(sender), draft, name)
        assert draft.asking == ""
        await submit(d, actor(sender), draft)


# A message made into a draft.


async def test_the_author_of_a_message_is_named_as_the_roster_knows_them(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    async with desk() as d:
        known = await teller_of(d, sender.user_id, "随便叫什么")
        unknown = await teller_of(d, 999, "赵小明")
        said = Said("2C 移送线索", 5, "某村非法占地3亩", known)
        draft = await open_form(d, actor(sender), LEAD, GROUP, said)
    assert (known, unknown) == ("王敏（鄂城分局）", "赵某某（未登记）")
    assert (draft.data["told_by"], draft.data["summary"]) == (known, "某村非法占地3亩")


async def test_a_cancelled_draft_leaves_no_trace_of_its_messages(
    desk: OpenDesk, actor: Act, sender: Person, rows: CountRows
) -> None:
    draft = await begin(desk, actor, sender)
    assert (await rows())["origins"] == 1
    async with desk() as d:
        await cancel(d, actor(sender), draft)
    assert not {"origins", "drafts"} & set(await rows())
