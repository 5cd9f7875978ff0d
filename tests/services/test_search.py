"""A question is answered with what the asker may see, in the order it concerns them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services.ledger import file_record, move_record
from bot.services.search import PAGES, remember, search, search_again
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.search import Answer
    from tests.conftest import Act, Hire, OpenDesk

LINE = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}
PRIVATE = Place(1, private=True)
GROUP = Place(-100_200)
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})


class Counter:
    """Where people file and ask, each time in a transaction of its own."""

    def __init__(self, desk: OpenDesk, act: Act) -> None:
        self.desk, self.act = desk, act

    async def file(self, person: Person, district: str = "420704", **more: str) -> Record:
        async with self.desk() as d:
            return await file_record(d, self.act(person), LEAD, district, {**LINE, **more})

    async def step(self, person: Person, record: Record, move: str, **data: str) -> Record:
        async with self.desk() as d:
            return await move_record(
                d, self.act(person), record, move, data, version=record.version
            )

    async def ask(
        self,
        person: Person,
        question: str,
        place: Place = PRIVATE,
        *,
        page: int = 0,
        at: datetime | None = None,
    ) -> Answer:
        async with self.desk() as d:
            there = replace(d, now=at or d.now)
            return await search(there, self.act(person), question, place, page=page)

    async def numbers(self, person: Person, question: str, place: Place = PRIVATE) -> list[str]:
        return [record.number for record in (await self.ask(person, question, place)).records]


@pytest.fixture
def counter(desk: OpenDesk, actor: Act) -> Counter:
    """The place where one files and asks."""
    return Counter(desk, actor)


@pytest.mark.parametrize(
    "question",
    [
        "鄂州资规罚字[2025] 第031号",
        "资规罚字31",
        "2025 31",
        "31号",
        "（2026）鄂0704行审18号",
        "行审18",
        "线索2026-1",
        "线索 1",
        "420704-2026-2-0137",
        "420704 2026 2 0137",
        "张某",
        "毛塘",
        "塘",
        "超期裁定 毛塘村",
        "鄂城 已移送",
        "2c 本季度",
        "我的线索",
        "鄂城分局",
        "",
    ],
)
async def test_a_record_is_found_however_one_asks(
    people: Hire, counter: Counter, question: str
) -> None:
    person = await people()
    await counter.file(
        person,
        summary="张某某非法占地，图斑420704-2026-2-0137",
        place="毛塘村三组",
        penalty_number="鄂州资规罚字〔2025〕31号",
        court_number="（2026）鄂0704行审18号",
    )
    await counter.file(await people("zrzy-hr"), "420703", category="1A", summary="另一件")
    assert await counter.numbers(person, question) == ["线索〔2026〕1号"]


@pytest.mark.parametrize("question", ["华容", "审查中", "1A", "上季度", "逾期", "耕地", "77号"])
async def test_what_is_not_so_is_not_found(people: Hire, counter: Counter, question: str) -> None:
    person = await people()
    await counter.file(person)
    answer = await counter.ask(person, question)
    assert (answer.records, answer.about, answer.more) == ((), 0, False)


async def test_filters_narrow_one_another(people: Hire, counter: Counter) -> None:
    person = await people()
    urgent = await counter.file(person, urgency="urgent")
    await counter.file(person, urgency="normal")
    await counter.file(person, category="1A", urgency="urgent")
    await counter.file(await people("zrzy-hr"), "420703", urgency="urgent")
    city = await people("jcy")
    assert await counter.numbers(city, "2C 紧急 鄂城") == [urgent.number]
    assert len(await counter.numbers(city, "2C 1A 鄂城 华容 紧急")) == 3


@pytest.mark.parametrize(
    ("organ", "sees"),
    [("jcy", True), ("jcy-ec", True), ("zrzy", True), ("jcy-hr", False), ("lzb", False)],
)
@pytest.mark.parametrize("question", ["张某某", "张", "线索2026-1", "1号", "2C", "线索2026-2"])
async def test_nobody_finds_what_is_none_of_their_business(
    people: Hire, counter: Counter, organ: str, question: str, sees: bool
) -> None:
    await counter.file(await people())
    answer = await counter.ask(await people(organ), question)
    assert bool(answer.records or answer.nearest) is sees
    assert sees or answer.about == 0


async def test_an_administrator_may_not_ask(people: Hire, counter: Counter) -> None:
    with pytest.raises(DomainError, match="not_entitled"):
        await counter.ask(await people(None, Role.ADMIN), "耕地")


async def test_a_step_changes_what_a_record_is_found_by(people: Hire, counter: Counter) -> None:
    bureau, prosecutor = await people(), await people("jcy-ec")
    record = await counter.file(bureau)
    assert await counter.numbers(bureau, "已移送") == [record.number]
    for move in ("sign", "review"):
        record = await counter.step(prosecutor, record, move)
    record = await counter.step(
        prosecutor, record, "accept", case_number="鄂城检行执监〔2026〕42070400003号"
    )
    assert await counter.numbers(bureau, "已移送") == []
    assert await counter.numbers(bureau, "已立案") == [record.number]
    assert await counter.numbers(bureau, "执监3") == []
    assert await counter.numbers(bureau, "执监42070400003") == [record.number]


async def test_what_waits_for_the_asker_comes_first(people: Hire, counter: Counter) -> None:
    echeng, huarong = await people(), await people("zrzy-hr")
    city, prosecutor = await people("zrzy"), await people("jcy-ec")
    waiting = await counter.file(echeng)
    done = await counter.file(echeng)
    await counter.step(echeng, done, "withdraw")
    other = await counter.file(huarong, "420703")
    expected = [waiting.number, done.number]
    assert await counter.numbers(prosecutor, "张某某") == expected
    assert await counter.numbers(echeng, "张某某") == [done.number, waiting.number]
    assert await counter.numbers(city, "张某某") == [other.number, done.number, waiting.number]


async def test_mine_is_what_i_filed_or_what_waits_for_my_organ(
    people: Hire, counter: Counter
) -> None:
    one, other = await people(), await people(name="李娜")
    prosecutor = await people("jcy-ec")
    record = await counter.file(one)
    assert await counter.numbers(one, "我的") == [record.number]
    assert await counter.numbers(other, "我的") == []
    assert await counter.numbers(prosecutor, "我的") == [record.number]


async def test_overdue_is_what_is_late_on_the_day_of_asking(
    people: Hire, counter: Counter, now: datetime
) -> None:
    person = await people()
    record = await counter.file(person)
    assert (await counter.ask(person, "逾期")).records == ()
    late = now + timedelta(days=9)
    assert (await counter.ask(person, "鄂城 逾期", at=late)).records == (record,)
    assert (await counter.ask(person, "线索 1 华容 逾期", at=late)).records == ()
    await counter.step(await people("jcy-ec"), record, "sign")
    assert (await counter.ask(person, "逾期", at=now + timedelta(days=2))).records == ()


async def test_a_wrong_number_is_answered_with_the_nearest(people: Hire, counter: Counter) -> None:
    person = await people()
    record = await counter.file(person, penalty_number="鄂州资规罚字〔2025〕312号")
    await counter.file(person, penalty_number="鄂州检建〔2025〕900号")
    answer = await counter.ask(person, "鄂州资规罚字〔2025〕321号")
    assert (answer.records, answer.nearest) == ((), (record,))
    assert (await counter.ask(person, "鄂州资规罚字〔2025〕312号")).nearest == ()
    assert (await counter.ask(await people("jcy-hr"), "鄂州资规罚字〔2025〕321号")).nearest == ()


async def test_a_number_that_only_a_text_names_is_found_there(
    people: Hire, counter: Counter
) -> None:
    person = await people()
    record = await counter.file(person, summary="另见鄂州资规罚字〔2024〕7号决定书")
    assert await counter.numbers(person, "鄂州资规罚字[2024]7号") == [record.number]


@pytest.mark.parametrize(
    ("district", "sides", "finds"),
    [
        ("420704", LAND, [1]),
        ("420700", LAND, [2, 1]),
        ("420703", LAND, [2]),
        ("420700", frozenset(Side), [3, 2, 1]),
        ("420704", frozenset({Side.RESOURCES}), []),
    ],
)
async def test_in_a_group_only_what_belongs_there_is_found(
    people: Hire,
    counter: Counter,
    desk: OpenDesk,
    now: datetime,
    district: str,
    sides: frozenset[Side],
    finds: list[int],
) -> None:
    person = await people("zrzy", name="赵立")
    await counter.file(await people())
    await counter.file(await people("zrzy-hr"), "420703")
    await counter.file(await people(), category="F")
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", district, sides), person.id, now)
    assert await counter.numbers(person, "线索", GROUP) == [f"线索〔2026〕{n}号" for n in finds]
    assert await counter.numbers(person, "线索", Place(-1)) == []


@pytest.mark.parametrize("question", ["张某某", "鄂城 张某某", "张某某 逾期"])
async def test_in_a_group_nothing_is_looked_for_by_words(
    people: Hire, counter: Counter, desk: OpenDesk, now: datetime, question: str
) -> None:
    person = await people()
    await counter.file(person)
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", "420704", LAND), person.id, now)
    with pytest.raises(DomainError, match="words_in_private"):
        await counter.numbers(person, question, GROUP)


async def test_pages_are_turned_by_the_number_of_the_question(
    people: Hire, counter: Counter, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    filed = [await counter.file(person) for _ in range(7)]
    async with desk() as d:
        question = await remember(d, actor(person), "张某某 本季度", PRIVATE)
        first = await search_again(d, actor(person), question, PRIVATE, page=0)
        a_year_later = replace(d, now=d.now + timedelta(days=365))
        second = await search_again(a_year_later, actor(person), question, PRIVATE, page=1)
        with pytest.raises(DomainError, match="unknown_button"):
            await search_again(d, actor(person), question, Place(2, private=True), page=1)
        with pytest.raises(DomainError, match="unknown_button"):
            await search_again(d, actor(person), question, PRIVATE, page=PAGES)
    assert (*first.records, *second.records) == tuple(reversed(filed))
    assert (first.more, second.more, second.page, first.about) == (True, False, 1, 7)
