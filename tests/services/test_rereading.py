"""An edited message is read again, for the draft or the record it became."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.services.forms import Said, answer, choose
from bot.services.ledger import move_record
from bot.services.rereading import reread
from bot.services.submission import submit
from tests.services.filing import LINE, begin, file, kept, private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows


async def edit(desk: OpenDesk, act: Act, person: Person, line: str, message_id: int = 5) -> None:
    async with desk() as d:
        await reread(d, act(person), private(person), message_id, Said(line, message_id), "lead")


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


async def test_a_second_edit_renews_the_correction_that_the_first_prepared(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    await edit(desk, actor, sender, LINE.replace("3.52", "5"))
    await edit(desk, actor, sender, LINE.replace("3.52", "6"))
    async with desk() as d:
        (draft,) = await d.tx.drafts.of_record(record.id)
        corrected = await submit(d, actor(sender), draft)
    assert corrected.data["summary"] == "刘某某非法占地6亩"


async def test_a_line_that_became_another_command_leaves_the_draft_alone(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    draft = await begin(desk, actor, sender)
    async with desk() as d:
        await reread(d, actor(sender), private(sender), 5, Said("/case 线索1", 5))
    assert await kept(desk, draft) == draft


async def test_an_edit_of_what_is_closed_is_answered(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    with pytest.raises(DomainError, match="not_to_amend"):
        await edit(desk, actor, sender, LINE.replace("3.52", "5"))


async def test_an_edit_that_changes_nothing_or_is_somebody_elses_is_none_of_ours(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire, rows: CountRows
) -> None:
    colleague = await people(name="陈刚")
    await file(desk, actor, sender)
    before = await rows()
    await edit(desk, actor, sender, LINE)
    await edit(desk, actor, sender, "2C 别的", message_id=99)
    async with desk() as d:
        await reread(d, actor(colleague), private(sender), 5, Said("2C 别的", 5), "lead")
    assert await rows() == before
