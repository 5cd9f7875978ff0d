"""Corrections keep both versions and a reason; additions are kept; neither is anybody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role, Side
from bot.services.amendments import (
    add_to_record,
    amendments_of,
    correct_record,
    open_addition,
    open_correction,
)
from bot.services.blanks import REMOVED, WHY, correctable
from bot.services.disclosure import LONGEST_AMENDMENTS, disclose
from bot.services.forms import answer, ask_for, choose, clear
from bot.services.ledger import file_record, move_record
from bot.services.submission import submit
from bot.services.verify import verify
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice
    from tests.services.conftest import CountRows, Deliver

DATA = {
    "category": "2C",
    "route": "transfer",
    "party": "刘某某",
    "area": "2346.68",
    "penalty_number": "鄂州资规罚字〔2025〕47号",
    "summary": "法院一直没有裁定",
}


@pytest.fixture
async def record(desk: OpenDesk, actor: Act, sender: Person, receiver: Person) -> Record:
    async with desk() as d:
        return await file_record(d, actor(sender), LEAD, "420704", DATA)


async def newest(desk: OpenDesk, record: Record) -> Record:
    async with desk() as d:
        kept = await d.tx.records.get(record.id)
    assert kept is not None
    return kept


async def test_a_correction_by_form_keeps_both_versions_and_the_reason(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_correction(d, actor(sender), record, private(sender))
        draft = await ask_for(d, actor(sender), draft, "area")
        draft = await answer(d, actor(sender), draft, "3.25亩")
        assert draft.asking == WHY
        draft = await answer(d, actor(sender), draft, "复测后面积有误")
        corrected = await submit(d, actor(sender), draft)
        assert corrected.data == {**DATA, "area": "2166.68"}
        assert corrected.version == record.version + 1
        events = await d.tx.events.of_record(record.id)
        (amendment,) = await amendments_of(d, LEAD, events)
        assert (await verify(d.tx)).sound
    assert amendment.words == "复测后面积有误"
    assert amendment.changes == (("占地面积", "3.52亩（2346.68㎡）", "3.25亩（2166.68㎡）"),)
    assert "2166" not in events[-1].body, "content is sealed apart from the chain"


async def test_the_other_organ_gets_the_card_anew_and_finds_the_record_by_what_it_says_now(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    await deliver()
    changes = {"penalty_number": "鄂州资规罚字〔2025〕48号"}
    async with desk() as d:
        await correct_record(d, actor(sender), record, changes, "文号写错", version=1)
    (card,) = [said for said in await deliver() if said.chat_id == receiver.user_id]
    assert "鄂城分局 更正" in card.text
    async with desk() as d:
        assert await d.tx.records.by_key("鄂州资规罚字(2025)48")


async def test_a_field_can_be_emptied_but_not_one_that_filing_needs(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_correction(d, actor(sender), record, private(sender))
        draft = await clear(d, actor(sender), draft, "penalty_number")
        assert draft.data == {"penalty_number": REMOVED}
        draft = await answer(d, actor(sender), draft, "查无此号")
        corrected = await submit(d, actor(sender), draft)
        assert "penalty_number" not in corrected.data
        with pytest.raises(DomainError, match="still_missing"):
            await correct_record(
                d, actor(sender), corrected, {"summary": REMOVED}, "空", version=corrected.version
            )


async def test_a_lead_that_turns_out_to_be_about_a_forest_concerns_the_forest_office(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    assert Side.FORESTRY not in record.sides
    async with desk() as d:
        await correct_record(d, actor(sender), record, {"category": "F"}, "实为林地", version=1)
    assert Side.FORESTRY in (await newest(desk, record)).sides


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"area": "2346.68"}, "nothing_to_correct"),
        ({}, "nothing_to_correct"),
        ({"case_number": "鄂城检行监〔2026〕7号"}, "not_your_move"),
        ({"category": "9Z"}, "bad_field"),
    ],
)
async def test_a_correction_that_cannot_be_changes_nothing(
    desk: OpenDesk,
    actor: Act,
    sender: Person,
    record: Record,
    rows: CountRows,
    changes: dict[str, str],
    code: str,
) -> None:
    before = await rows()
    with pytest.raises(DomainError, match=code):
        async with desk() as d:
            await correct_record(d, actor(sender), record, changes, "错", version=1)
    assert await newest(desk, record) == record
    assert await rows() == before


async def test_who_corrects_second_is_told_so(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_correction(d, actor(sender), record, private(sender))
        await correct_record(d, actor(sender), record, {"party": "王某某"}, "人名", version=1)
        assert await d.tx.drafts.get(draft.id) is None, "its form leads nowhere now"
        with pytest.raises(DomainError, match="came_second"):
            await correct_record(d, actor(sender), record, {"party": "李某"}, "人名", version=1)


@pytest.mark.parametrize(
    ("organ", "role"),
    [
        ("zrzy-hr", Role.LIAISON),
        ("jcy-hr", Role.DEPUTY),
        ("zrzy-ec", Role.LEADER),
        ("zrzy", Role.LIAISON),
        ("lzb-ec", Role.LIAISON),
        (None, Role.ADMIN),
    ],
)
async def test_nobody_but_the_two_organs_liaisons_amends(
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
            correct_record(d, actor(other), record, {"party": "王某"}, "错", version=1),
            add_to_record(d, actor(other), record, "又查明"),
            open_correction(d, actor(other), record, private(other)),
            open_addition(d, actor(other), record, private(other)),
        ):
            with pytest.raises(DomainError, match=r"not_entitled|not_to_amend"):
                await attempt
    assert await rows() == before


async def test_a_closed_record_is_amended_no_more(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        gone = await move_record(d, actor(sender), record, "withdraw", {}, version=1)
        with pytest.raises(DomainError, match="not_to_amend"):
            await add_to_record(d, actor(sender), gone, "补充")


async def test_an_addition_outlives_a_step_of_the_other_side(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_addition(d, actor(sender), record, private(sender))
        await move_record(d, actor(receiver), record, "sign", {}, version=1)
        draft = await answer(d, actor(sender), draft, "当事人李建国又占地2亩")
        await submit(d, actor(sender), draft)
        (amendment,) = await amendments_of(d, LEAD, await d.tx.events.of_record(record.id))
    assert amendment.words == "当事人李某某又占地2亩"
    assert (await newest(desk, record)).state == "signed"


async def test_ever_so_many_additions_fit_into_one_message(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, deliver: Deliver
) -> None:
    async with desk() as d:
        for number in range(20):
            await add_to_record(d, actor(sender), record, f"{number:02}" + "某" * 498)
    await deliver()
    async with desk() as d:
        await disclose(d, actor(sender), record, sender.user_id)
    _, told = await deliver()
    assert "19某" in told.text
    assert "较早的14条未列" in told.text
    assert len(told.text) < LONGEST_AMENDMENTS + 100


async def test_a_step_can_be_corrected_by_whoever_took_it_only(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    async with desk() as d:
        signed = await move_record(d, actor(receiver), record, "sign", {}, version=1)
        under = await move_record(d, actor(receiver), signed, "review", {}, version=2)
        data = {"case_number": "鄂城检行监〔2026〕7号"}
        filed = await move_record(d, actor(receiver), under, "accept", data, version=3)
        draft = await open_correction(d, actor(receiver), filed, private(receiver))
        with pytest.raises(DomainError, match="unknown_button"):
            await choose(d, actor(receiver), draft, "category", "2A")
        other = {"case_number": "鄂城检行监〔2026〕8号"}
        await correct_record(d, actor(receiver), filed, other, "号错", version=4)
    assert (await newest(desk, record)).data["case_number"] == "鄂城检行监〔2026〕8号"


async def test_a_correction_under_way_outlives_a_step_of_the_other_side(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_correction(d, actor(sender), record, private(sender))
        draft = await answer(d, actor(sender), replace(draft, asking="area"), "3.25亩")
        await move_record(d, actor(receiver), record, "sign", {}, version=1)
        (draft,) = await d.tx.drafts.of_person(sender.id)
        draft = await answer(d, actor(sender), draft, "复测")
        corrected = await submit(d, actor(sender), draft)
    assert (corrected.state, corrected.data["area"]) == ("signed", "2166.68")


async def test_what_filing_needs_is_not_to_be_emptied(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_correction(d, actor(sender), record, private(sender))
        with pytest.raises(DomainError, match="unknown_button"):
            await clear(d, actor(sender), draft, "route")


async def test_empty_forms_do_not_pile_up(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        for _ in range(5):
            await open_addition(d, actor(sender), record, private(sender))
            await open_correction(d, actor(sender), record, private(sender))
        assert len(await d.tx.drafts.of_person(sender.id)) == 1


@pytest.mark.parametrize("key", ["serve", "receive"])
async def test_what_both_sides_are_asked_for_is_the_word_of_whoever_gave_it(
    advice: Advice, key: str
) -> None:
    await advice.file("04-13")
    await advice.take("04-13", key)
    giver, other = advice.bureau, advice.prosecutor
    if key == "serve":
        giver, other = other, giver
    for name, value in (("delivery", "posted"), ("signatory", "李某某")):
        with pytest.raises(DomainError, match="not_your_move"):
            await advice.correct("04-13", other, **{name: value})
        corrected = await advice.correct("04-13", giver, **{name: value})
        assert corrected.data[name] == value
    async with advice.on("04-13") as d:
        events = await d.tx.events.of_record(advice.record.id)
    assert {"delivery", "signatory"} <= {*correctable(ADVICE, corrected, giver.organ, events)}
    assert "signatory" not in correctable(ADVICE, corrected, other.organ, events)


async def test_a_day_that_was_only_confirmed_is_the_confirmers_word(advice: Advice) -> None:
    await advice.deliver()
    with pytest.raises(DomainError, match="not_your_move"):
        await advice.correct("04-14", advice.prosecutor, received_on="2026-04-14")
    await advice.correct("04-14", advice.bureau, received_on="2026-04-14")
