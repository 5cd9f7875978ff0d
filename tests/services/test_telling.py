"""What the two organs are told of a recommendation's steps, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Place
from bot.services.disclosure import tell_history
from bot.services.forms import Said, ask_for, give, open_form, open_move
from bot.services.ledger import file_record, move_record
from bot.services.submission import submit
from tests.services.advising import needs
from tests.services.reminding import Bell

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record, Value
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice
    from tests.services.conftest import Deliver

FILED: dict[str, Value] = {
    "advice_number": "鄂州检行建〔2026〕5号",
    "type": "breach",
    "issued_on": "2026-03-06",
    "items": "催告\n完善移送台账",
}
SERVED: dict[str, Value] = {"served_on": "2026-03-09", "delivery": "direct", "signatory": "王敏"}
REPLY: dict[str, Value] = {
    "reply_number": "鄂州资规函〔2026〕21号",
    "replied_on": "2026-03-09",
    "reply_way": "direct",
    "reply_signatory": "李静",
    "adoption": "all",
    "progress": "done",
}
DELAY: dict[str, Value] = {"delay_reason": "汛期", "planned_on": "2026-06-30"}
PASSED: dict[str, Value] = {"review": "到位"}
LOOKED: dict[str, Value] = {"looked_on": "2026-03-09", "look_back": "巩固"}

TO_DELIVERED = [("serve", SERVED), ("confirm_receipt", {})]
TO_REPLIED = [*TO_DELIVERED, ("reply", REPLY)]
BUREAU = {"confirm_receipt", "differ_receipt", "receive", "reply", "explain", "object", "check"}


class Two:
    """Two liaisons, and a recommendation between them."""

    def __init__(self, desk: OpenDesk, act: Act, deliver: Deliver) -> None:
        self.desk, self.act, self.deliver = desk, act, deliver
        self.wang: Person
        self.li: Person
        self.record: Record

    async def begin(self, people: Hire) -> None:
        self.wang, self.li = await people(), await people("jcy-ec", name="李静")
        async with self.desk() as d:
            self.record = await file_record(d, self.act(self.li), ADVICE, "420704", FILED)

    async def step(self, code: str, data: dict[str, Value]) -> set[int]:
        """Take a step by whoever's it is; returns whose chats have a new message."""
        await self.deliver()
        who = self.act(self.wang if code in BUREAU else self.li)
        async with self.desk() as d:
            before = {name for name in self._posts() if await d.tx.chats.post(name)}
            self.record = await move_record(
                d, who, self.record, code, data, version=self.record.version
            )
            after = {name for name in self._posts() if await d.tx.chats.post(name)}
        said = {message.chat_id for message in await self.deliver()}
        kept = {user for user, name in self._places() if name in before & after}
        return said - kept

    def _places(self) -> list[tuple[int, str]]:
        users = (self.wang.user_id, self.li.user_id)
        return [(user, f"card/{self.record.id}/{user}/0") for user in users]

    def _posts(self) -> list[str]:
        return [name for _, name in self._places()]

    async def history(self) -> list[str]:
        await self.deliver()
        async with self.desk() as d:
            await tell_history(d, self.act(self.li), self.record, self.li.user_id)
        (said,) = await self.deliver()
        return [line.split("　", 2)[2] for line in said.text.splitlines()[2:]]


@pytest.fixture
async def two(desk: OpenDesk, actor: Act, deliver: Deliver, people: Hire) -> Two:
    two = Two(desk, actor, deliver)
    await two.begin(people)
    return two


@pytest.mark.parametrize(
    ("way", "code", "data"),
    [
        ([("serve", SERVED)], "differ_receipt", {"received_on": "2026-03-07"}),
        ([*TO_REPLIED, ("explain", DELAY)], "refuse_delay", {"delay_refusal": "可先复垦"}),
        (
            [*TO_REPLIED, ("object", {"objection": "不属本局"})],
            "uphold",
            {"objection_result": "无"},
        ),
        (TO_REPLIED, "pass", PASSED),
        ([*TO_REPLIED, ("pass", PASSED), ("look_back", LOOKED)], "close", {"closing": "办结"}),
        (TO_REPLIED, "withdraw", {"withdrawal": "事实有变"}),
        (TO_DELIVERED, "replace", {"successor": "鄂州检行建〔2026〕6号"}),
    ],
)
async def test_what_the_other_organ_must_know_it_is_told(
    two: Two, way: list[tuple[str, dict[str, Value]]], code: str, data: dict[str, Value]
) -> None:
    for step, given in way:
        await two.step(step, given)
    other = two.li if code in BUREAU else two.wang
    assert await two.step(code, data) == {other.user_id}


async def test_a_look_back_is_the_procuratorates_own_business(two: Two) -> None:
    for step, given in (*TO_REPLIED, ("pass", PASSED)):
        await two.step(step, given)
    assert await two.step("look_back", LOOKED) == set()


async def test_a_history_says_a_state_once(two: Two) -> None:
    for step, given in (*TO_REPLIED, ("explain", DELAY), ("pass", PASSED)):
        await two.step(step, given)
    assert await two.history() == [
        "登记制发 → 已制发待送达",
        "登记送达 → 已送达待确认",
        "确认收到日期 → 已送达",
        "登记书面回复 → 已回复",
        "说明情况",
        "整改到位",
    ]


async def test_what_is_filed_is_called_by_its_kind(
    two: Two, deliver: Deliver, people: Hire
) -> None:
    place = Place(two.li.user_id, private=True)
    li = two.act(two.li)
    for kind, line, told in (
        (WARNING, "未申请强制执行 鄂城 处罚决定生效后未见申请", "已登记并告知：<b>预警〔2026〕1号"),
        (ADVICE, "鄂州检行建〔2026〕8号 纠正违法 鄂城 制发3月6日 1.催告", "已登记：<b>检察建议"),
    ):
        await deliver()
        async with two.desk() as d:
            draft = await open_form(d, li, kind, place, Said(line))
            await submit(d, li, draft)
        assert any(message.text.startswith(told) for message in await deliver())
    assert {kind.filed for kind in KINDS.all} == {"已登记并移送", "已登记并告知", "已登记"}


async def test_a_step_says_which_one_it_was(two: Two) -> None:
    place = Place(two.li.user_id, private=True)
    async with two.desk() as d:
        draft = await open_move(d, two.act(two.li), two.record, "serve", place)
        for name, value in SERVED.items():
            draft = await give(d, two.act(two.li), draft, name, value)
        await submit(d, two.act(two.li), draft)
    said = [message.text for message in await two.deliver()]
    told = "已办理“登记送达”：<b>检察建议〔2026〕1号</b>\n下一步：由鄂城分局核对收到日期。"
    assert told in said


async def test_a_late_reply_is_confirmed_with_how_late_it_is_and_what_comes_next(
    advice: Advice, database: Database, books: Books
) -> None:
    bell = Bell(database, books)
    await advice.deliver()
    await bell.deliver("04-13", "10:00")
    async with advice.on("06-18") as d:
        draft = await open_move(d, advice.bureau, advice.record, "reply", Place(1, private=True))
        for name, value in needs("reply", {"replied_on": "2026-06-18"}).items():
            draft = await give(d, advice.bureau, draft, name, value)
        await submit(d, advice.bureau, draft)
    said = [message.text for message in await bell.deliver("06-18", "10:00")]
    told = [
        "已办理“登记书面回复”：<b>检察建议〔2026〕1号</b>",
        "书面回复逾期3天（期限6月15日），卡片上如实标明。",
        "下一步：由鄂城区检察院审查回复。",
    ]
    assert told in [text.splitlines() for text in said]


async def test_the_last_step_leaves_nothing_to_do(two: Two) -> None:
    for step, given in (*TO_REPLIED, ("pass", PASSED), ("look_back", LOOKED)):
        await two.step(step, given)
    place, li = Place(two.li.user_id, private=True), two.act(two.li)
    async with two.desk() as d:
        draft = await open_move(d, li, two.record, "close", place)
        await submit(d, li, await give(d, li, draft, "closing", "办结"))
    said = [message.text for message in await two.deliver()]
    assert "已办理“办结销号”：<b>检察建议〔2026〕1号</b>" in said


async def test_the_items_stand_beside_the_question_for_each_of_them(two: Two) -> None:
    for step, given in TO_DELIVERED:
        await two.step(step, given)
    place, wang = Place(two.wang.user_id, private=True), two.act(two.wang)
    async with two.desk() as d:
        draft = await open_move(d, wang, two.record, "reply", place)
    (first,) = await two.deliver()
    assert "建议事项：" not in first.text
    async with two.desk() as d:
        await ask_for(d, wang, draft, "progress")
    (asked,) = await two.deliver()
    lines = asked.text.splitlines()
    at = lines.index("建议事项：1. 催告；2. 完善移送台账")
    assert lines[at + 1].startswith("<b>各项整改到什么程度？")


async def test_what_the_date_of_issue_suggests_is_called_an_estimate(two: Two) -> None:
    place, li = Place(two.li.user_id, private=True), two.act(two.li)
    await two.deliver()
    async with two.desk() as d:
        line = "鄂州检行建〔2026〕8号 纠正违法 鄂城 制发3月6日 1.催告"
        await open_form(d, li, ADVICE, place, Said(line))
    (preview,) = await two.deliver()
    said = "书面回复期限：尚未起算，按制发日期3月6日估算，2026年5月6日（星期三）届满"
    assert said in preview.text.splitlines()


async def test_a_last_day_on_a_weekend_that_is_worked_on_says_so(two: Two) -> None:
    await two.step("serve", SERVED)
    async with two.desk() as d:
        await move_record(d, two.act(two.wang), two.record, "confirm_receipt", {}, version=2)
    (card, *_) = await two.deliver()
    assert "书面回复：2026年5月9日（星期六）届满，当日调休上班" in card.text


async def test_days_out_of_order_are_told_with_their_years(two: Two) -> None:
    data = {**SERVED, "served_on": "2025-03-12"}
    async with two.desk() as d:
        with pytest.raises(DomainError, match="wrong_order") as refused:
            await move_record(d, two.act(two.li), two.record, "serve", data, version=1)
        text = d.texts.render("errors/wrong_order", **refused.value.facts)
    assert text.startswith(
        "送达日期（检察机关登记）2025年3月12日（星期三），早于制发日期2026年3月6日（星期五），没有保存。"
    )
