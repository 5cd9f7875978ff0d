"""Drafts: what is understood is shown, what is missing is asked, and nothing is mixed up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner
from bot.domain.people import Place, Side
from bot.services import buttons
from bot.services.answering import take_words
from bot.services.forms import Said, answer, choose, open_form, own_draft, show_draft
from bot.services.ledger import move_record
from bot.services.previews import draft_post
from bot.services.steps import Outcome, take_step
from bot.services.submission import cancel, submit
from bot.storage.chats import Chat
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Draft, Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200)
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
FULL = "2C 移送线索 张某某非法占地3.52亩 （2026）鄂0704行审18号"


async def begin(
    desk: OpenDesk, act: Act, person: Person, line: str = "", place: Place | None = None
) -> Draft:
    async with desk() as d:
        return await open_form(d, act(person), LEAD, place or private(person), Said(line))


async def say(desk: OpenDesk, act: Act, person: Person, draft: Draft, text: str) -> Draft:
    async with desk() as d:
        return await answer(d, act(person), draft, text)


async def kept(desk: OpenDesk, draft: Draft) -> Draft | None:
    async with desk() as d:
        return await d.tx.drafts.get(draft.id)


async def bind(desk: OpenDesk, person: Person, district: str) -> None:
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", district, LAND), person.id, d.now)


async def test_one_full_line_needs_no_question(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, FULL)
    assert draft.asking == ""
    (preview,) = await deliver()
    assert "区域：鄂城区" in preview.text
    assert "线索类别：2C 超期裁定" in preview.text
    assert "线索摘要：张某某非法占地3.52亩" in preview.text
    assert [b.label for row in preview.buttons for b in row] == ["✅ 提交", "补充或修改", "取消"]


async def test_questions_come_one_by_one_with_the_choices_in_groups(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    draft = await begin(desk, actor, person)
    assert draft.asking == "category"
    (groups,) = await deliver()
    assert groups.buttons[0][0].label == "1 受理"
    press = buttons.read(groups.buttons[0][1].data)
    async with desk() as d:
        await show_draft(d, actor(person), draft, group=press.number(1))
    (choices,) = await deliver()
    labels = [b.label for row in choices.buttons for b in row]
    assert labels == ["准予裁定违法", "不准予裁定违法", "超期裁定", "‹ 返回", "稍后再填", "取消"]
    async with desk() as d:
        draft = await choose(d, actor(person), draft, "category", "2C")
        draft = await choose(d, actor(person), draft, "route", "apply")
        draft = await answer(d, actor(person), draft, "法院一直没有裁定")
        assert draft.asking == "known_on"
        draft = await answer(d, actor(person), draft, "3月2日")
        record = await submit(d, actor(person), draft)
    assert record.data == {
        "category": "2C",
        "route": "apply",
        "known_on": "2026-03-02",
        "summary": "法院一直没有裁定",
    }


async def standing(desk: OpenDesk, draft: Draft) -> int:
    """The message in which a draft stands."""
    async with desk() as d:
        post = await d.tx.chats.post(draft_post(draft))
    assert post is not None
    return post[1]


@pytest.mark.parametrize(("words", "left"), [("算了", False), ("跳过", True)])
async def test_above_words_that_answer_nothing_no_answer_is_claimed(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, words: str, *, left: bool
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, FULL)
    async with desk() as d:
        draft = await show_draft(d, actor(person), replace(draft, to_ask=("penalty_number",)))
    await deliver()
    title = LEAD.entries["penalty_number"].title
    async with desk() as d:
        await take_words(d, actor(person), draft, words, 99)
    (below, above) = await deliver()
    assert (above.manner, above.text) == (Manner.AMEND, f"{title}：请看下方。")
    assert below.manner is Manner.PUT
    assert (await kept(desk, draft) is not None) == left


async def test_in_private_the_next_question_stands_below_what_was_written(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    draft = await begin(desk, actor, person)
    await deliver()
    first = await standing(desk, draft)
    async with desk() as d:
        for name, choice in (("category", "2C"), ("route", "apply")):
            draft = await choose(d, actor(person), draft, name, choice)
    await deliver()
    assert await standing(desk, draft) == first, "a button edits what it stands under"
    draft = await say(desk, actor, person, draft, "法院一直没有裁定")
    form, above = await deliver()
    assert (form.manner, await standing(desk, draft) > first) == (Manner.PUT, True)
    assert (above.manner, above.reply_to, above.buttons) == (Manner.AMEND, first, ())
    assert above.text == "线索摘要：请看下方。"
    with pytest.raises(DomainError):
        await say(desk, actor, person, draft, "不记得")
    assert await deliver() == [], "what is no answer leaves the question where it stands"


async def test_in_a_group_a_form_stays_where_it_stands(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, "2C 移送线索", GROUP)
    await deliver()
    first = await standing(desk, draft)
    draft = await say(desk, actor, person, draft, "法院一直没有裁定")
    assert [said.manner for said in await deliver()] == [Manner.PUT]
    assert await standing(desk, draft) == first


async def test_two_drafts_in_two_places_are_never_mixed(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    here = await begin(desk, actor, person, "2C 移送线索")
    there = await begin(desk, actor, person, "1A 移送线索", GROUP)
    async with desk() as d:
        for place, draft in ((private(person), here), (GROUP, there)):
            found = await d.tx.drafts.asking_at(person.id, place.chat_id, place.thread_id)
            assert found is not None
            assert found.id == draft.id
    await say(desk, actor, person, here, "甲案")
    other = await kept(desk, there)
    assert other is not None
    assert "summary" not in other.data


async def test_another_persons_draft_is_refused(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    draft, other = await begin(desk, actor, await people(), FULL), await people(name="赵立")
    before = await rows()
    async with desk() as d:
        for attempt in (
            own_draft(d, actor(other), draft.id),
            submit(d, actor(other), draft),
            answer(d, actor(other), draft, "我来"),
            choose(d, actor(other), draft, "route", "apply"),
            cancel(d, actor(other), draft),
        ):
            with pytest.raises(DomainError, match="not_your_draft"):
                await attempt
    assert await kept(desk, draft) == draft
    assert await rows() == before


async def test_submitting_twice_files_once(people: Hire, desk: OpenDesk, actor: Act) -> None:
    person = await people()
    draft = await begin(desk, actor, person, FULL)
    async with desk() as d:
        await submit(d, actor(person), draft)
    with pytest.raises(DomainError, match="draft_gone"):
        async with desk() as d:
            await submit(d, actor(person), draft)
    async with desk() as d:
        assert len(await d.tx.records.by_key("线索(2026)1")) == 1
        assert await d.tx.records.by_key("线索(2026)2") == []


async def test_an_unfinished_draft_is_not_filed(people: Hire, desk: OpenDesk, actor: Act) -> None:
    person = await people()
    draft = await begin(desk, actor, person, "2C")
    with pytest.raises(DomainError, match="still_missing") as refused:
        async with desk() as d:
            await submit(d, actor(person), draft)
    assert refused.value.facts == {"titles": ["路径", "线索摘要"]}
    assert await kept(desk, draft) == draft


async def test_a_cancelled_draft_is_gone(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, FULL)
    await deliver()
    async with desk() as d:
        await cancel(d, actor(person), draft)
    (word,) = await deliver()
    assert (word.text, word.buttons) == ("已取消，没有登记任何内容。", ())
    with pytest.raises(DomainError, match="draft_gone"):
        async with desk() as d:
            await own_draft(d, actor(person), draft.id)


@pytest.mark.parametrize(("text", "code"), [("某" * 501, "too_long"), ("  ", "empty_answer")])
async def test_a_refused_answer_keeps_the_question_and_the_data(
    people: Hire, desk: OpenDesk, actor: Act, text: str, code: str
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, "2C 移送线索")
    with pytest.raises(DomainError, match=code):
        await say(desk, actor, person, draft, text)
    assert await kept(desk, draft) == draft
    assert draft.asking == "summary"


async def test_words_that_name_no_choice_keep_the_question(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    draft = await begin(desk, actor, person)
    with pytest.raises(DomainError, match="not_a_choice"):
        await say(desk, actor, person, draft, "不知道")
    assert await kept(desk, draft) == draft


@pytest.mark.parametrize(
    ("name", "choice"), [("category", "9Z"), ("nothing", "2C"), ("summary", "x")]
)
async def test_a_forged_choice_is_an_unknown_button(
    people: Hire, desk: OpenDesk, actor: Act, name: str, choice: str
) -> None:
    person = await people()
    draft = await begin(desk, actor, person)
    with pytest.raises(DomainError, match="unknown_button"):
        async with desk() as d:
            await choose(d, actor(person), draft, name, choice)


@pytest.mark.parametrize(
    ("organ", "line", "group", "district"),
    [
        ("zrzy-ec", "", None, "420704"),  # the only one a person has
        ("zrzy-gd", "", None, "gedian"),
        ("zrzy-gd", "鄂州市葛店某村", None, "gedian"),
        ("zrzy", "", None, None),  # a city liaison is asked
        ("zrzy", "", "420703", "420703"),  # the group's own
        ("zrzy", "", "420700", None),  # in the city's group any may be meant
        ("zrzy", "鄂城", "420703", "420704"),  # the word outweighs the group
        ("zrzy", "市本级", None, "420700"),
        ("lzb-ec", "", None, None),  # answers for two
        ("lzb-ec", "临空", None, "linkong"),
    ],
)
async def test_the_district_is_asked_only_where_it_is_not_known(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    organ: str,
    line: str,
    group: str | None,
    district: str | None,
) -> None:
    person = await people(organ)
    if group:
        await bind(desk, person, group)
    draft = await begin(desk, actor, person, line, GROUP if group else None)
    assert draft.data.get("district") == district
    assert (draft.asking == "district") == (district is None)


async def test_a_foreign_district_is_refused_at_once(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    with pytest.raises(DomainError, match="not_your_district"):
        await begin(desk, actor, await people("zrzy-ec"), "华容 2C")


@pytest.mark.parametrize("organ", ["jcy-ec", "jcy"])
async def test_a_procuratorate_files_no_leads(
    people: Hire, desk: OpenDesk, actor: Act, organ: str
) -> None:
    with pytest.raises(DomainError, match="not_your_kind"):
        await begin(desk, actor, await people(organ), FULL)


async def test_a_group_sees_what_was_filled_but_no_content(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    await bind(desk, person, "420704")
    await begin(desk, actor, person, FULL, GROUP)
    (preview,) = await deliver()
    assert preview.chat_id == GROUP.chat_id
    assert "线索类别：2C 超期裁定" in preview.text
    assert (
        "已填写（群内不显示）：被执行人类型、被执行人、占地面积、法院案号、线索摘要" in preview.text
    )
    for secret in ("张某某", "3.52", "行审18"):
        assert secret not in preview.text


DOUBTFUL = "2C 移送线索 鄂城 某村非法占地 2月30日受理 （2026）鄂0704行审5、6号"


async def test_what_could_not_be_taken_is_said_with_the_reason(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    draft = await begin(desk, actor, await people(), DOUBTFUL)
    (preview,) = await deliver()
    assert "受理日期“2月30日”：没有这一天，请改正" in preview.text
    assert "法院案号“（2026）鄂0704行审5、6号”：编号不全或两个编号连写" in preview.text
    assert not {"accepted_on", "court_number"} & draft.data.keys()


async def test_a_group_is_told_which_field_but_not_what_was_written(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    await bind(desk, person, "420704")
    await begin(desk, actor, person, DOUBTFUL, GROUP)
    (preview,) = await deliver()
    assert "法院案号：编号不全或两个编号连写" in preview.text
    assert "行审" not in preview.text


async def test_personal_data_is_masked_before_it_is_kept(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    draft = await begin(desk, actor, person, "2C 移送线索 当事人张伟，电话13812345678")
    assert (draft.data["party"], draft.data["summary"]) == ("张某", "电话138****5678")
    draft = await begin(desk, actor, person, "2C 移送线索")
    draft = await say(desk, actor, person, draft, "被处罚人李明 420704199001011234")
    assert draft.data["summary"] == "被处罚人李某 420***********234"
    assert await kept(desk, draft) == draft


async def reviewed(desk: OpenDesk, act: Act, sender: Person, receiver: Person) -> Record:
    draft = await begin(desk, act, sender, FULL)
    async with desk() as d:
        record = await submit(d, act(sender), draft)
        for move in ("sign", "review"):
            record = await move_record(d, act(receiver), record, move, {}, version=record.version)
    return record


async def test_a_step_asks_in_private_for_what_it_needs(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    receiver = await people("jcy-ec")
    record = await reviewed(desk, actor, await people(), receiver)
    await deliver()
    async with desk() as d:
        outcome = await take_step(d, actor(receiver), record, "accept", record.version)
    assert outcome is Outcome.FORM_OPENED
    (question,) = await deliver()
    assert question.chat_id == receiver.user_id
    assert "请发送检察案号" in question.text
    async with desk() as d:
        draft = await d.tx.drafts.asking_at(receiver.id, receiver.user_id, 0)
    assert draft is not None
    with pytest.raises(DomainError, match="not_a_number"):
        await say(desk, actor, receiver, draft, "还没有")
    draft = await say(desk, actor, receiver, draft, "鄂城检行监〔2026〕5号")
    async with desk() as d:
        record = await submit(d, actor(receiver), draft)
    assert (record.state, record.data["case_number"]) == ("filed", "鄂城检行监〔2026〕5号")


async def test_a_step_whose_record_moved_on_is_closed_with_a_word(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    receiver = await people("jcy-ec")
    record = await reviewed(desk, actor, await people(), receiver)
    async with desk() as d:
        await take_step(d, actor(receiver), record, "refuse", record.version)
        draft = await d.tx.drafts.asking_at(receiver.id, receiver.user_id, 0)
    assert draft is not None
    draft = await say(desk, actor, receiver, draft, "不属本院管辖")
    async with desk() as d:
        data = {"missing_items": "裁定书"}
        await move_record(d, actor(receiver), record, "return", data, version=record.version)
    assert await kept(desk, draft) is None
    assert any("这份填写已关闭" in message.text for message in await deliver())
    with pytest.raises(DomainError, match="draft_gone"):
        async with desk() as d:
            await submit(d, actor(receiver), draft)


async def test_who_cannot_be_reached_is_led_into_the_private_chat(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    receiver = await people("jcy-ec", reachable=False)
    record = await reviewed(desk, actor, await people(), receiver)
    async with desk() as d:
        outcome = await take_step(d, actor(receiver), record, "accept", record.version)
        assert await d.tx.drafts.of_person(receiver.id) == []
    assert outcome is Outcome.NEEDS_PRIVATE_CHAT
