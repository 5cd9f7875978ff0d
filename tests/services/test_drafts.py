"""Drafts are set aside, listed and taken up again, and never mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.services.drafts import resume, tell_drafts
from bot.services.forms import (
    Said,
    answer,
    ask_for,
    choose,
    open_form,
    save_for_later,
    show_draft,
    skip,
    teller_of,
)
from bot.services.submission import cancel, submit
from tests.services.filing import GROUP, begin, kept, private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Act, OpenDesk
    from tests.services.conftest import CountRows, Deliver


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
        for name, code in (("category", "2C"), ("route", "transfer")):
            draft = await choose(d, actor(sender), draft, name, code)
        draft = await answer(d, actor(sender), draft, "法院没有裁定")
        for name in LEAD.guided:
            assert draft.asking == name
            draft = await skip(d, actor(sender), draft, name)
        assert draft.asking == ""
        await submit(d, actor(sender), draft)


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


async def test_a_category_given_already_can_be_chosen_again_group_by_group(
    desk: OpenDesk, actor: Act, sender: Person, deliver: Deliver
) -> None:
    draft = await begin(desk, actor, sender)
    async with desk() as d:
        draft = await ask_for(d, actor(sender), draft, "category")
        draft = await show_draft(d, actor(sender), draft, group=2, ask=draft.asking)
    assert draft.asking == "category"
    assert "执行主体错误" in [b.label for row in (await deliver())[-1].buttons for b in row]
