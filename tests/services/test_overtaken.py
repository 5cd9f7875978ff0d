"""A step of the other side destroys no form that still leads somewhere, and no words at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Place
from bot.services.amendments import open_correction
from bot.services.forms import answer, choose, open_move
from bot.services.submission import submit
from bot.storage.tables import outbox

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Draft
    from tests.services.advising import Advice

WANG, LI = Place(7002, private=True), Place(7001, private=True)


async def begun(advice: Advice, day: str, who: Actor, place: Place, move: str) -> Draft:
    async with advice.on(day) as d:
        return await open_move(d, who, advice.record, move, place)


async def kept(advice: Advice, draft: Draft) -> Draft | None:
    async with advice.desk() as d:
        return await d.tx.drafts.get(draft.id)


async def last_said(advice: Advice, chat_id: int) -> str:
    async with advice.desk() as d:
        rows = await d.tx.connection.execute(
            outbox.select().where(outbox.c.chat_id == chat_id, outbox.c.text.contains("这份填写"))
        )
        return str([row.text for row in rows][-1])


async def test_a_form_outlives_a_step_that_leaves_the_state_as_it_is(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "06-20", advice.bureau, WANG, "reply")
    async with advice.on("06-20") as d:
        draft = await answer(d, advice.bureau, draft, "鄂州资规函〔2026〕7号")
    await advice.take("06-20", "urge")
    left = await kept(advice, draft)
    assert left is not None
    assert left.data == draft.data
    assert (left.asking, left.record_version) == (draft.asking, advice.record.version)


async def test_it_is_submitted_on_the_version_that_there_is_now(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "04-14", advice.bureau, WANG, "check")
    await advice.take("04-14", "object")
    await advice.take("04-15", "uphold")
    left = await kept(advice, draft)
    assert left is not None
    async with advice.on("04-15") as d:
        left = await answer(d, advice.bureau, left, "已自查")
        assert (await submit(d, advice.bureau, left)).state == "checking"


async def test_so_does_one_of_a_step_that_the_new_state_still_allows(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "04-14", advice.prosecutor, LI, "withdraw")
    await advice.take("04-14", "check")
    left = await kept(advice, draft)
    assert left is not None
    async with advice.on("04-15") as d:
        left = await answer(d, advice.prosecutor, left, "检委会决定撤回")
        assert (await submit(d, advice.prosecutor, left)).state == "withdrawn"


async def test_one_that_leads_nowhere_gives_its_words_back(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "04-14", advice.bureau, WANG, "explain")
    async with advice.on("04-14") as d:
        draft = await answer(d, advice.bureau, draft, "汛期无法施工")
    await advice.take("04-15", "withdraw")
    assert await kept(advice, draft) is None
    said = await last_said(advice, WANG.chat_id)
    assert said.endswith("需要时可复制使用：\n未能按期整改的原因：汛期无法施工")


async def test_what_its_own_side_has_done_by_now_is_not_done_twice(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "04-14", advice.bureau, WANG, "explain")
    await advice.take("04-14", "explain")
    assert await kept(advice, draft) is None
    assert "已填的内容" not in await last_said(advice, WANG.chat_id)


async def test_a_correction_leaves_the_forms_of_steps_alone(advice: Advice) -> None:
    await advice.deliver()
    draft = await begun(advice, "04-14", advice.bureau, WANG, "check")
    await advice.correct("04-14", advice.prosecutor, items="催告\n完善移送台账")
    assert await kept(advice, draft) is not None


@pytest.mark.parametrize("closing", [False, True])
async def test_a_correction_gives_its_words_back_where_it_comes_too_late(
    advice: Advice, closing: bool
) -> None:
    await advice.deliver()
    async with advice.on("04-14") as d:
        draft = await open_correction(d, advice.prosecutor, advice.record, LI)
        draft = await choose(d, advice.prosecutor, replace(draft, asking="type"), "type", "other")
        draft = await answer(d, advice.prosecutor, draft, "类型登记有误")
    if closing:
        await advice.take("04-15", "withdraw")
    else:
        await advice.correct("04-15", advice.prosecutor, items="催告")
    assert await kept(advice, draft) is None
    said = await last_said(advice, LI.chat_id)
    assert "建议类型：其他类型\n更正理由：类型登记有误" in said
