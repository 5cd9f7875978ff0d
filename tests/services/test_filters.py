"""A list of records is narrowed by buttons, where it stands, by whoever asked for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.domain.calendar import DAY
from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.kinds.kind import Kinds
from bot.domain.kinds.lead import CATEGORIES, LEAD
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Place, Role, Side
from bot.services import buttons
from bot.services.filters import filter_keys
from bot.services.ledger import file_record, move_record
from bot.services.lookup import choose_filter, look_up, look_up_one, switch_filter, turn_page
from bot.storage.chats import Chat
from bot.storage.tables import duties
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.outgoing import Button, Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

LINE = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}
TOLD = {"matter": "apply", "summary": "处罚决定生效后未见申请强制执行"}
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
GROUP = Place(-100_200)


class Counter:
    """Where people file, take steps and ask, and press the buttons under what they are told."""

    def __init__(self, desk: OpenDesk, act: Act, deliver: Deliver) -> None:
        self.desk, self.act, self.deliver = desk, act, deliver
        self.said: Outgoing | None = None

    async def file(self, person: Person, district: str = "420704", **more: str) -> Record:
        async with self.desk() as d:
            return await file_record(d, self.act(person), LEAD, district, {**LINE, **more})

    async def ask(self, person: Person, question: str, place: Place | None = None) -> list[str]:
        """Ask; returns the numbers that are listed."""
        await self.deliver()
        async with self.desk() as d:
            await look_up(d, self.act(person), question, place or private(person))
        (self.said,) = await self.deliver()
        return self.numbers

    async def press(self, person: Person, label: str, place: Place | None = None) -> list[str]:
        """Press the button of that label; returns the numbers that are listed then."""
        data = next(key.data for key in self.keys if key.label == label)
        before = self.said
        await self.send(person, data, place or private(person))
        (self.said,) = await self.deliver()
        assert before is not None
        assert self.said.post == before.post
        return self.numbers

    async def send(self, person: Person, data: str, place: Place) -> None:
        """Do what a button with this data does."""
        press, actor = buttons.read(data), self.act(person)
        question, args = press.number(0), press.args[1:]
        async with self.desk() as d:
            if press.verb == buttons.PAGE:
                await turn_page(d, actor, question, press.number(1), place)
            elif press.verb == buttons.FILTERS:
                await choose_filter(d, actor, question, args, place)
            else:
                on = press.verb == buttons.FILTER_ON
                await switch_filter(d, actor, question, args, place, on=on)

    @property
    def text(self) -> list[str]:
        return self.said.text.splitlines() if self.said else []

    @property
    def numbers(self) -> list[str]:
        return [line.split("　")[0] for line in self.text if "　" in line]

    @property
    def keys(self) -> list[Button]:
        return list(chain.from_iterable(self.said.buttons)) if self.said else []

    @property
    def labels(self) -> list[str]:
        return [key.label for key in self.keys]

    @property
    def in_force(self) -> str:
        """The filters by which the list says it is narrowed."""
        return next((line[3:] for line in self.text if line.startswith("筛选：")), "")


@pytest.fixture
def counter(desk: OpenDesk, actor: Act, deliver: Deliver) -> Counter:
    """The place where one files and asks."""
    return Counter(desk, actor, deliver)


ONE, TWO, THREE = (f"线索〔2026〕{number}号" for number in (1, 2, 3))


async def three_leads(people: Hire, counter: Counter) -> tuple[Person, Person]:
    """Two of 鄂城, of which one is signed for, and one of 华容; returns bureau and city."""
    bureau, city = await people(), await people("jcy", name="周岚")
    signed = await counter.file(bureau)
    await counter.file(bureau, category="1A")
    await counter.file(await people("zrzy-hr", name="陈刚"), "420703")
    prosecutor = await people("jcy-ec", name="李静")
    async with counter.desk() as d:
        await move_record(d, counter.act(prosecutor), signed, "sign", {}, version=1)
    return bureau, city


async def test_a_press_puts_a_filter_in_force_and_another_takes_it_off(
    people: Hire, counter: Counter
) -> None:
    _, city = await three_leads(people, counter)
    assert await counter.ask(city, "张某某") == [THREE, TWO, ONE]
    assert counter.labels[-1] == "筛选"
    assert await counter.press(city, "筛选") == [THREE, TWO, ONE]
    assert counter.labels == [
        *("我的", "逾期", "区域 ›", "阶段 ›", "季度 ›", "线索类别 ›", "预警事项 ›"),
        *("建议类型 ›", "‹ 返回列表"),
    ]
    await counter.press(city, "区域 ›")
    assert counter.labels[1:4] == ["鄂城区", "华容区", "梁子湖区"]
    assert await counter.press(city, "鄂城区") == [TWO, ONE]
    assert counter.in_force == "鄂城区"
    assert counter.labels[0] == "✓ 鄂城区"
    await counter.press(city, "区域 ›")
    assert "✓ 鄂城区" in counter.labels
    assert await counter.press(city, "华容区") == [THREE, TWO, ONE]
    assert counter.in_force == "华容区、鄂城区"
    assert await counter.press(city, "✓ 鄂城区") == [THREE]
    assert await counter.press(city, "✓ 华容区") == [THREE, TWO, ONE]
    assert counter.in_force == ""
    await counter.press(city, "‹ 返回列表")
    assert counter.labels == [THREE, TWO, ONE, "筛选"]


@pytest.mark.parametrize(
    ("way", "finds"),
    [
        (["阶段 ›", "线索 ›", "已签收"], [ONE]),
        (["阶段 ›", "线索 ›", "已移送"], [THREE, TWO]),
        (["阶段 ›", "线索 ›", "审查中"], []),
        (["线索类别 ›", "1 受理 ›", "1A 应受理不受理"], [TWO]),
        (["线索类别 ›", "2 裁定 ›", "2C 超期裁定"], [THREE, ONE]),
        (["季度 ›", "2026年一季度"], [THREE, TWO, ONE]),
        (["季度 ›", "2025年四季度"], []),
        (["我的"], []),
        (["逾期"], []),
        (["区域 ›", "华容区", "阶段 ›", "线索 ›", "已移送"], [THREE]),
        (["区域 ›", "华容区", "阶段 ›", "线索 ›", "已签收"], []),
    ],
)
async def test_every_sort_of_filter_narrows(
    people: Hire, counter: Counter, way: list[str], finds: list[str]
) -> None:
    _, city = await three_leads(people, counter)
    await counter.ask(city, "张某某")
    await counter.press(city, "筛选")
    for label in way:
        numbers = await counter.press(city, label)
    assert numbers == finds
    assert ("没有符合条件的记录，可去掉一项筛选再看。" in counter.text) == (not finds)
    told = {"已签收": "线索已签收"}
    chosen = [told.get(label, label) for label in way if "›" not in label]
    assert sorted(counter.in_force.split("、")) == sorted(chosen)
    assert {f"✓ {label}" for label in chosen} <= set(counter.labels)


async def test_mine_is_the_askers(people: Hire, counter: Counter) -> None:
    bureau, _ = await three_leads(people, counter)
    other = await people(name="李娜")
    await counter.file(other)
    for person, own in ((bureau, [TWO, ONE]), (other, ["线索〔2026〕4号"])):
        await counter.ask(person, "张某某")
        await counter.press(person, "筛选")
        assert await counter.press(person, "我的") == own


async def test_overdue_is_what_is_owed_since_yesterday(people: Hire, counter: Counter) -> None:
    _, city = await three_leads(people, counter)
    await counter.ask(city, "张某某")
    await counter.press(city, "筛选")
    async with counter.desk() as d:
        late = update(duties).where(duties.c.record_id.in_({2, 3})).values(due=d.today - DAY)
        await d.tx.connection.execute(late)
    assert await counter.press(city, "逾期") == [THREE, TWO]


async def test_a_filter_asked_for_in_words_is_taken_off_by_button(
    people: Hire, counter: Counter
) -> None:
    _, city = await three_leads(people, counter)
    assert await counter.ask(city, "鄂城 2C 1A 张某某") == [TWO, ONE]
    assert counter.in_force == "1A 应受理不受理、2C 超期裁定、鄂城区"
    await counter.press(city, "筛选")
    assert await counter.press(city, "✓ 2C 超期裁定") == [TWO]
    assert await counter.press(city, "✓ 鄂城区") == [TWO]
    assert await counter.press(city, "✓ 1A 应受理不受理") == [THREE, TWO, ONE]
    assert counter.in_force == ""


async def test_a_number_in_part_goes_on_narrowing_beside_filters(
    people: Hire, counter: Counter
) -> None:
    bureau, city = await three_leads(people, counter)
    for year in (2024, 2025):
        await counter.file(bureau, penalty_number=f"鄂州资规罚字〔{year}〕31号")
    assert len(await counter.ask(city, "鄂城 罚字31")) == 2
    await counter.press(city, "筛选")
    assert len(await counter.press(city, "✓ 鄂城区")) == 2
    await counter.press(city, "阶段 ›")
    await counter.press(city, "线索 ›")
    assert await counter.press(city, "已签收") == []


async def test_what_is_called_alike_in_two_kinds_is_one_filter(
    people: Hire, counter: Counter
) -> None:
    told, city = await a_warning_beside_leads(people, counter)
    assert set(await counter.ask(city, "本季度 已签收")) == {told.number, ONE}
    assert counter.in_force == "2026年一季度、已签收"
    await counter.press(city, "筛选")
    assert len(await counter.press(city, "✓ 已签收")) == 4
    await counter.press(city, "预警事项 ›")
    assert await counter.press(city, "未申请强制执行") == [told.number]


async def a_warning_beside_leads(people: Hire, counter: Counter) -> tuple[Record, Person]:
    """A warning signed for, beside three leads; returns it and the city."""
    bureau, city = await three_leads(people, counter)
    prosecutor = counter.act(await people("jcy-ec", name="吴立"))
    async with counter.desk() as d:
        told = await file_record(d, prosecutor, WARNING, "420704", TOLD)
    async with counter.desk() as d:
        await move_record(d, counter.act(bureau), told, "sign", {}, version=1)
    return told, city


async def test_a_state_is_chosen_kind_by_kind(people: Hire, counter: Counter) -> None:
    told, city = await a_warning_beside_leads(people, counter)
    await counter.ask(city, "本季度")
    await counter.press(city, "筛选")
    await counter.press(city, "阶段 ›")
    assert counter.labels == [f"{kind.title} ›" for kind in KINDS.all] + ["‹ 返回"]
    await counter.press(city, "预警 ›")
    assert counter.labels == [state.title for state in WARNING.states] + ["‹ 返回"]
    await counter.press(city, "‹ 返回")
    await counter.press(city, "预警 ›")
    assert await counter.press(city, "已签收") == [told.number]
    assert counter.in_force == "2026年一季度、预警已签收"
    await counter.press(city, "阶段 ›")
    await counter.press(city, "线索 ›")
    assert "✓ 已签收" not in counter.labels
    assert set(await counter.press(city, "已签收")) == {told.number, ONE}
    assert counter.in_force == "2026年一季度、已签收"
    await counter.press(city, "阶段 ›")
    await counter.press(city, "预警 ›")
    assert len(await counter.press(city, "✓ 已签收")) == 4
    assert counter.in_force == "2026年一季度"


@pytest.mark.parametrize(
    ("asked", "chosen", "kind"),
    [
        ("线索 本季度", [], LEAD),
        ("本季度", ["线索类别 ›", "1 受理 ›", "1A 应受理不受理"], LEAD),
        ("本季度", ["预警事项 ›", "未申请强制执行"], WARNING),
    ],
)
async def test_where_one_kind_can_be_found_its_states_are_offered_at_once(
    people: Hire, counter: Counter, asked: str, chosen: list[str], kind: Kind
) -> None:
    _, city = await a_warning_beside_leads(people, counter)
    await counter.ask(city, asked)
    for label in ("筛选", *chosen, "阶段 ›"):
        await counter.press(city, label)
    assert counter.labels == [state.title for state in kind.states] + ["‹ 返回"]
    await counter.press(city, "已签收")
    assert "已签收" in counter.in_force.split("、")
    await counter.press(city, "✓ 已签收")
    assert "已签收" not in counter.in_force


async def test_an_office_of_one_kind_is_not_asked_for_it(desk: OpenDesk) -> None:
    async with desk() as d:
        alone = replace(d, books=replace(d.books, kinds=Kinds((WARNING,))))
        keyboard = filter_keys(alone, 1, frozenset(), ["420704"], ("s",))
    labels = [key.label for row in keyboard for key in row]
    assert labels == [state.title for state in WARNING.states] + ["‹ 返回"]


async def test_pages_are_turned_within_the_filters(people: Hire, counter: Counter) -> None:
    bureau, city = await people(), await people("jcy", name="周岚")
    for place in range(7):
        await counter.file(bureau, place=f"泽林镇{place}组")
        await counter.file(bureau, category="1A")
    await counter.ask(city, "本季度")
    await counter.press(city, "筛选")
    await counter.press(city, "线索类别 ›")
    await counter.press(city, "2 裁定 ›")
    await counter.press(city, "2C 超期裁定")
    first = await counter.press(city, "‹ 返回列表")
    second = await counter.press(city, "下一页 ›")
    assert counter.in_force == "2C 超期裁定、2026年一季度"
    assert [*first, *second] == [f"线索〔2026〕{number}号" for number in range(13, 0, -2)]
    await counter.press(city, "筛选")
    assert await counter.press(city, "✓ 2C 超期裁定") == [
        f"线索〔2026〕{number}号" for number in range(14, 9, -1)
    ]


async def test_without_a_question_ones_own_are_listed_and_a_press_widens_that_to_all(
    people: Hire, counter: Counter
) -> None:
    bureau, city = await three_leads(people, counter)
    other = await people(name="李娜")
    await counter.file(other)
    assert await counter.ask(bureau, " ") == [TWO, ONE]
    assert counter.in_force == "我的"
    assert "请在 /case 后加编号或关键词" in counter.text[-1]
    await counter.press(bureau, "筛选")
    assert await counter.press(bureau, "✓ 我的") == ["线索〔2026〕4号", TWO, ONE]
    assert await counter.ask(city, "") == []
    assert counter.labels[:2] == ["✓ 我的", "逾期"]
    assert "‹ 返回列表" not in counter.labels
    assert await counter.press(city, "✓ 我的") == ["线索〔2026〕4号", THREE, TWO, ONE]


async def test_a_history_of_nothing_in_particular_lists_ones_own_too(
    people: Hire, counter: Counter
) -> None:
    person = await people()
    await counter.file(person)
    await counter.deliver()
    async with counter.desk() as d:
        assert await look_up_one(d, counter.act(person), "", private(person)) is None
    (counter.said,) = await counter.deliver()
    assert counter.numbers == [ONE]


async def test_an_administrator_is_shown_no_list(people: Hire, counter: Counter) -> None:
    admin = await people(None, Role.ADMIN)
    with pytest.raises(DomainError, match="not_entitled_admin"):
        await counter.ask(admin, "")


async def test_whoever_sees_one_district_is_offered_none(people: Hire, counter: Counter) -> None:
    bureau, _ = await three_leads(people, counter)
    await counter.ask(bureau, "张某某")
    await counter.press(bureau, "筛选")
    assert "区域 ›" not in counter.labels
    (question,) = {key.data.split(".")[2] for key in counter.keys}
    for data in (f"1.fl.{question}.d", f"1.fo.{question}.d.420703"):
        with pytest.raises(DomainError, match="unknown_button"):
            await counter.send(bureau, data, private(bureau))


async def test_in_a_group_filters_reach_no_further_than_the_group(
    people: Hire, counter: Counter
) -> None:
    bureau, city = await three_leads(people, counter)
    async with counter.desk() as d:
        group = Chat(GROUP.chat_id, 0, "鄂城群", "420704", LAND)
        await d.tx.chats.bind(group, bureau.id, d.now)
    assert await counter.ask(city, "线索", GROUP) == [TWO, ONE]
    await counter.press(city, "筛选", GROUP)
    assert "区域 ›" not in counter.labels
    await counter.press(city, "阶段 ›", GROUP)
    assert await counter.press(city, "已移送", GROUP) == [TWO]
    assert "张某某" not in "".join(counter.text)


@pytest.mark.parametrize(
    "tail",
    [
        *(
            "fl.{}.x",
            "fl.{}.s.nothing",
            "fl.{}.c.nothing",
            "fl.{}.c.lead.99",
            "fl.{}.d.420704",
            "fl.99",
            "pg.99.0",
        ),
        *("fo.{}", "fo.{}.d", "fo.{}.d.420799", "fo.{}.s.lead.nowhere", "fo.{}.s.lead"),
        *("fo.{}.c.category.9Z", "fo.{}.c.urgency.urgent", "fo.{}.q.1999Q1", "fo.{}.q.x"),
        *("fo.{}.u.1", "fo.{}.h.jcy-ec", "fo.{}.o.jcy-ec", "fo.{}.k.lead", "fo.{}.w.forestry"),
        *("fo.{}.mine.1", "fo.{}.x.y", "fo.99.mine", "ff.99.mine"),
    ],
)
async def test_a_forged_filter_is_refused(
    people: Hire, counter: Counter, rows: CountRows, tail: str
) -> None:
    _, city = await three_leads(people, counter)
    await counter.ask(city, "张某某")
    question = counter.keys[-1].data.split(".")[2]
    before = await rows()
    with pytest.raises(DomainError, match="unknown_button"):
        await counter.send(city, "1." + tail.format(question), private(city))
    assert await rows() == before
    assert await counter.press(city, "筛选") == [THREE, TWO, ONE]
    assert counter.in_force == ""


async def test_a_list_is_pressed_only_by_whoever_asked_and_only_where_it_stands(
    people: Hire, counter: Counter
) -> None:
    bureau, city = await three_leads(people, counter)
    await counter.ask(city, "张某某")
    question = counter.keys[-1].data.split(".")[2]
    for tail in ("pg.{}.0", "fl.{}", "fl.{}.s", "fo.{}.mine", "ff.{}.mine"):
        data = "1." + tail.format(question)
        with pytest.raises(DomainError, match="not_your_list"):
            await counter.send(bureau, data, private(city))
        with pytest.raises(DomainError, match="unknown_button"):
            await counter.send(city, data, GROUP)


async def test_an_old_press_does_again_what_it_did(people: Hire, counter: Counter) -> None:
    _, city = await three_leads(people, counter)
    await counter.ask(city, "张某某")
    await counter.press(city, "筛选")
    await counter.press(city, "区域 ›")
    on = next(key.data for key in counter.keys if key.label == "鄂城区")
    assert await counter.press(city, "鄂城区") == [TWO, ONE]
    await counter.send(city, on, private(city))
    await counter.deliver()
    off = next(key.data for key in counter.keys if key.label == "✓ 鄂城区")
    assert await counter.press(city, "✓ 鄂城区") == [THREE, TWO, ONE]
    await counter.send(city, off, private(city))
    assert await counter.press(city, "我的") == []
    assert counter.in_force == "我的"


async def test_no_button_is_too_long_for_the_messenger(desk: OpenDesk) -> None:
    async with desk() as d:
        districts = [district.code for district in d.office.districts]
        largest = 2**63 - 1
        paths = [(), ("d",), ("s",), ("q",), ("c", "lead"), ("c", "warning")]
        paths += [("s", kind.code) for kind in KINDS.all]
        paths += [("c", "lead", str(at)) for at in range(len(CATEGORIES.groups()))]
        keyboards = [filter_keys(d, largest, frozenset(), districts, path) for path in paths]
    keys = list(chain.from_iterable(chain.from_iterable(keyboards)))
    assert max(len(key.data) for key in keys) <= 64
    titles = {key.label for key in keys}
    assert {state.title for kind in KINDS.all for state in kind.states} <= titles
    assert {f"{choice.code} {choice.title}" for choice in CATEGORIES.choices} <= titles
