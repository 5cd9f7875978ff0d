"""A kind that is only declared, here, gets everything the bot does with records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import pytest

from bot.domain.entries import Choice, Entry, Number, OneOf, Sight, Text
from bot.domain.kinds.kind import Fields, Kind, Kinds
from bot.domain.kinds.lifecycle import DutyRule, Move, Party, State
from bot.domain.measures import Day, Surface
from bot.domain.numbers import NumberKind
from bot.domain.people import Side
from bot.domain.quantities import AreaRole
from bot.services.disclosure import disclose, tell_history
from bot.services.forms import Said, answer, choose, open_form
from bot.services.lookup import look_up
from bot.services.steps import Outcome, take_step
from bot.services.submission import submit
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.desk import Books
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

COLOURS = OneOf((Choice("r", "红色", ("红",)), Choice("b", "蓝色", ("蓝",))))
PAPER = Number(frozenset({NumberKind.DOCUMENT}))


class ToyFields(Fields):
    colour: Annotated[str | None, Entry("颜色", COLOURS, "什么颜色？", Sight.GROUP)] = None
    area: Annotated[Decimal | None, Entry("面积", Surface(AreaRole.TOTAL))] = None
    made_on: Annotated[date | None, Entry("决定日期", Day(("决定",)))] = None
    paper: Annotated[str | None, Entry("文号", PAPER)] = None
    words: Annotated[str | None, Entry("说明", Text(50), "怎么回事？")] = None
    ending: Annotated[str | None, Entry("结果", Text(50))] = None


TOY = Kind(
    code="toy",
    title="玩具",
    command="toy",
    words=("玩具",),
    fields=ToyFields,
    required=("colour", "words"),
    rest="words",
    from_sides=frozenset({Side.RESOURCES}),
    to_side=Side.PROCURATORATE,
    states=(
        State("new", "新收", Party.RECEIVER, "查看"),
        State("seen", "已看", Party.RECEIVER, "了结"),
        State("over", "了结", None, "无", closed=True),
    ),
    first="new",
    moves=(
        Move("see", "查看", frozenset({"new"}), "seen", Party.RECEIVER),
        Move("end", "作出了结", frozenset({"seen"}), "over", Party.RECEIVER, ("ending",)),
        Move("drop", "不要了", frozenset({"new", "seen"}), "over", Party.SENDER),
    ),
    duties=(
        DutyRule(
            code="see",
            title="查看玩具",
            period="P-SIGN",
            debtor=Party.RECEIVER,
            creditor=Party.SENDER,
            starts=frozenset({"file"}),
            ends=frozenset({"see", "drop"}),
            clause="无",
        ),
    ),
)


@pytest.fixture
def books(books: Books) -> Books:
    return replace(books, kinds=Kinds((TOY,)))


async def file_toy(desk: OpenDesk, act: Act, sender: Person, line: str) -> Record:
    async with desk() as d:
        draft = await open_form(d, act(sender), TOY, private(sender), Said(line))
        return await submit(d, act(sender), draft)


FULL = "蓝色 面积3亩 3月2日决定 鄂州资规罚字〔2025〕31号 坏了，要修"


async def test_one_line_fills_a_form_of_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender = await people()
    async with desk() as d:
        draft = await open_form(d, actor(sender), TOY, private(sender), Said(FULL))
    assert draft.data == {
        "district": "420704",
        "colour": "b",
        "area": "2000.01",
        "made_on": "2026-03-02",
        "paper": "鄂州资规罚字〔2025〕31号",
        "words": "坏了，要修",
    }
    (preview,) = await deliver()
    for shown in (
        "玩具｜待提交",
        "颜色：蓝色",
        "面积：3.00亩",
        "决定日期：2026年3月2日",
        "坏了，要修",
    ):
        assert shown in preview.text


async def test_what_is_missing_is_asked(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender = await people()
    async with desk() as d:
        draft = await open_form(d, actor(sender), TOY, private(sender), Said(""))
    (question,) = await deliver()
    assert "什么颜色？" in question.text
    assert [b.label for b in question.buttons[0]] == ["红色", "蓝色"]
    async with desk() as d:
        draft = await choose(d, actor(sender), draft, "colour", "r")
        assert draft.asking == "words"
        draft = await answer(d, actor(sender), draft, "坏了")
        record = await submit(d, actor(sender), draft)
    assert (record.number, record.data) == ("玩具〔2026〕1号", {"colour": "r", "words": "坏了"})


async def test_it_lives_and_ends(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver = await people(), await people("jcy-ec", name="李静")
    record = await file_toy(desk, actor, sender, FULL)
    async with desk() as d:
        (duty,) = await d.tx.duties.open_of(record.id)
        assert (duty.code, duty.debtor, duty.due) == ("see", "jcy-ec", date(2026, 3, 11))
    cards = [m for m in await deliver() if m.chat_id == receiver.user_id]
    assert "查看玩具" in cards[0].text
    assert [b.label for b in cards[0].buttons[0]] == ["查看"]

    async with desk() as d:
        assert await take_step(d, actor(receiver), record, "see", 1) is Outcome.TAKEN
    async with desk() as d:
        assert await d.tx.duties.open_of(record.id) == []
        seen = await d.tx.records.get(record.id)
        assert seen is not None
        assert await take_step(d, actor(receiver), seen, "end", 2) is Outcome.FORM_OPENED
    async with desk() as d:
        draft = await d.tx.drafts.asking_at(receiver.id, receiver.user_id, 0)
        assert draft is not None
        draft = await answer(d, actor(receiver), draft, "修好了")
        over = await submit(d, actor(receiver), draft)
    assert (over.state, over.data["ending"]) == ("over", "修好了")


@pytest.mark.parametrize("number", ["玩具2026-1", "玩具〔2026〕1号", "鄂州资规罚字[2025]第031号"])
async def test_it_is_found_by_every_number_of_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, number: str
) -> None:
    sender = await people()
    record = await file_toy(desk, actor, sender, FULL)
    await deliver()
    async with desk() as d:
        await look_up(d, actor(sender), number, private(sender))
        await disclose(d, actor(sender), record, sender.user_id)
        await tell_history(d, actor(sender), record, sender.user_id)
    card, detail, history = await deliver()
    assert "玩具〔2026〕1号" in card.text
    assert "坏了" not in card.text
    assert "坏了，要修" in detail.text
    assert "查阅详情" in history.text
