"""What waits: for whoever has it in hand, and for the rest of their organ, what is due first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, update

from bot.domain.calendar import DAY
from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.kinds.lead import LEAD
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Role
from bot.services import buttons
from bot.services.cards import render_card
from bot.services.ledger import file_record, move_record
from bot.services.todo import PAGE, tell_todo, turn_todo
from bot.storage.tables import duties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.storage.database import Database
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

LINE = {"category": "2C", "route": "transfer", "summary": "某村占地"}
TOLD = {"matter": "apply", "summary": "处罚决定生效后未见申请强制执行"}
SIGNED = ("sign",)
REVIEWED = ("sign", "review")
ACCEPTED = ("sign", "review", "accept")
GIVEN = {
    "accept": {"case_number": "鄂城检行执监〔2026〕42070400003号"},
    "return": {"missing_items": "处罚决定书"},
    "resubmit": {"supplement": "已补"},
    "conclude": {"result": "已办"},
    "check": {"conclusion": "mended", "findings": "已核实"},
}


class Counter:
    """Where people file, take steps and ask what waits."""

    def __init__(self, desk: OpenDesk, act: Act, deliver: Deliver) -> None:
        self.desk, self.act, self.deliver = desk, act, deliver
        self.labels: list[str] = []
        self.codes: list[str] = []

    async def file(self, person: Person) -> Record:
        async with self.desk() as d:
            return await file_record(d, self.act(person), LEAD, "420704", LINE)

    async def step(self, person: Person, record: Record, *moves: str) -> Record:
        async with self.desk() as d:
            for move in moves:
                data = GIVEN.get(move, {})
                record = await move_record(
                    d, self.act(person), record, move, data, version=record.version
                )
        return record

    async def due(self, record: Record, days: int) -> None:
        """Let what is owed on a record be due so many days from now."""
        async with self.desk() as d:
            changed = update(duties).where(duties.c.record_id == record.id)
            await d.tx.connection.execute(changed.values(due=d.today + days * DAY))

    async def todo(self, person: Person, page: int | None = None) -> list[str]:
        """The lines that somebody is told; what the buttons say is kept."""
        await self.deliver()
        async with self.desk() as d:
            if page is None:
                await tell_todo(d, self.act(person), person.user_id)
            else:
                await turn_todo(d, self.act(person), person.user_id, page)
        (said,) = await self.deliver()
        assert said.chat_id == person.user_id
        keys = [key for row in said.buttons for key in row]
        self.labels, self.codes = [key.label for key in keys], [key.data for key in keys]
        return said.text.splitlines()


@pytest.fixture
def counter(desk: OpenDesk, actor: Act, deliver: Deliver) -> Counter:
    """The place where one files and asks."""
    return Counter(desk, actor, deliver)


async def test_it_lists_what_waits_for_the_organ_and_nothing_else(
    people: Hire, counter: Counter
) -> None:
    sender, receiver, other = await people(), await people("jcy-ec"), await people("jcy-hr")
    first = await counter.file(sender)
    await counter.file(sender)
    await counter.step(receiver, first, "sign")
    assert await counter.todo(receiver) == [
        "<b>鄂城区检察院</b>有2件待办：",
        "",
        "<b>您经手的</b>",
        "🟡 线索〔2026〕1号　程序性答复，3月16日届满，还有7天",
        "",
        "<b>本单位的</b>",
        "🔴 线索〔2026〕2号　签收线索，3月11日届满，还有2天",
        "",
        "按钮写明步骤的，点一下即办；只有编号的，点开卡片办理。",
    ]
    assert counter.labels == ["开始审查 线索〔2026〕1号", "签收 线索〔2026〕2号"]
    assert await counter.todo(sender) == ["<b>鄂城分局</b>目前没有待办事项。"]
    assert await counter.todo(other) == ["<b>华容区检察院</b>目前没有待办事项。"]


def numbers(lines: list[str]) -> dict[str, list[str]]:
    """The numbers below each heading."""
    below: dict[str, list[str]] = {}
    heading = ""
    for line in lines[1:-2]:
        if line.startswith("<b>"):
            heading = line.removeprefix("<b>").removesuffix("</b>")
        elif line:
            below.setdefault(heading, []).append(line.split("〕")[1].split("号")[0])
    return below


async def test_mine_is_what_i_filed_or_where_i_took_the_last_step_of_my_organ(
    people: Hire, counter: Counter
) -> None:
    filer, other = await people(), await people(name="李娜")
    li, wu = await people("jcy-ec", name="李静"), await people("jcy-ec", name="吴立")
    signed_by_li, handed_on, returned, theirs, untouched = [
        await counter.file(filer) for _ in range(5)
    ]
    await counter.step(li, signed_by_li, "sign")
    await counter.step(wu, await counter.step(li, handed_on, "sign"), "review")
    returned = await counter.step(li, returned, *REVIEWED, "return")
    theirs = await counter.step(wu, theirs, *REVIEWED, "return")
    await counter.step(other, theirs, "resubmit")
    assert numbers(await counter.todo(li)) == {"您经手的": ["1"], "本单位的": ["5", "2", "4"]}
    assert numbers(await counter.todo(wu)) == {"您经手的": ["2", "4"], "本单位的": ["5", "1"]}
    assert numbers(await counter.todo(filer)) == {"您经手的": ["3"]}
    assert numbers(await counter.todo(other)) == {"本单位的": ["3"]}
    assert untouched.number == "线索〔2026〕5号"


async def test_a_step_of_the_other_organ_takes_nothing_out_of_my_hands(
    people: Hire, counter: Counter
) -> None:
    filer, deputy = await people(), await people(role=Role.DEPUTY, name="赵立")
    li = await people("jcy-ec", name="李静")
    record = await counter.step(li, await counter.file(filer), *REVIEWED, "return")
    record = await counter.step(deputy, record, "resubmit")
    record = await counter.step(li, record, "return")
    assert numbers(await counter.todo(deputy)) == {"您经手的": ["1"]}
    assert numbers(await counter.todo(filer)) == {"您经手的": ["1"]}


async def test_in_either_part_what_is_due_first_comes_first(people: Hire, counter: Counter) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    records = [await counter.file(filer) for _ in range(6)]
    for record in records[:3]:
        await counter.step(li, record, "sign")
    for record, days in zip(records, (9, -1, 9, 5, 30, -2), strict=True):
        await counter.due(record, days)
    lines = await counter.todo(li)
    assert numbers(lines) == {"您经手的": ["2", "1", "3"], "本单位的": ["6", "4", "5"]}
    assert lines[3] == "🔴 线索〔2026〕2号　程序性答复，3月8日届满，<b>已逾期1天</b>"


async def test_a_button_takes_the_very_step_where_there_is_one_that_needs_no_form(
    people: Hire, counter: Counter
) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    leader = await people("jcy-ec", Role.LEADER, "吴建国")
    to_review, to_decide = await counter.file(filer), await counter.file(filer)
    to_review = await counter.step(li, to_review, *SIGNED)
    await counter.step(li, to_decide, *REVIEWED)
    to_conclude = await counter.step(li, await counter.file(filer), *ACCEPTED)
    to_confirm = await counter.step(li, await counter.file(filer), *ACCEPTED, "conclude")
    async with counter.desk() as d:
        told = await file_record(d, counter.act(li), WARNING, "420704", TOLD)
    await counter.step(filer, told, "sign", "check")
    await counter.todo(li)
    assert counter.labels == [
        "开始审查 线索〔2026〕1号",
        "线索〔2026〕2号",
        to_conclude.number,
        "预警〔2026〕1号",
    ]
    page, move = 0, "review"
    assert counter.codes[0] == f"1.ts.{to_review.id}.{move}.{to_review.version}.{page}"
    assert buttons.read(counter.codes[1]).verb == buttons.CARD
    await counter.todo(filer)
    assert counter.labels == [f"确认收到反馈 {to_confirm.number}"]
    await counter.todo(leader)
    assert counter.labels[0] == to_review.number


async def test_more_than_fits_is_turned_page_by_page(people: Hire, counter: Counter) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    records = [await counter.file(filer) for _ in range(2 * PAGE + 3)]
    for record in records[: PAGE + 1]:
        await counter.step(li, record, "sign")
    first = await counter.todo(li)
    assert first[0] == "<b>鄂城区检察院</b>有23件待办，第1页，共3页："
    assert counter.labels[-1] == "下一页 ›"
    assert buttons.read(counter.codes[-1]) == buttons.Press(buttons.TODO, ("1",))
    second, third = [await counter.todo(li, page) for page in (1, 2)]
    assert counter.labels[-1] == "‹ 上一页"
    told = [numbers(lines) for lines in (first, second, third)]
    assert [list(parts) for parts in told] == [
        ["您经手的"],
        ["您经手的", "本单位的"],
        ["本单位的"],
    ]
    everything = [number for parts in told for listed in parts.values() for number in listed]
    assert everything == [str(number) for number in range(1, 2 * PAGE + 4)]
    assert await counter.todo(li, 99) == third


async def test_a_new_list_is_a_new_message_and_a_page_is_not(
    people: Hire, counter: Counter, deliver: Deliver
) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    for _ in range(PAGE + 1):
        await counter.file(filer)
    async with counter.desk() as d:
        post = f"todo/{li.user_id}"
        assert await d.tx.chats.post(post) is None
    await counter.todo(li)
    async with counter.desk() as d:
        first = await d.tx.chats.post(post)
    await counter.todo(li, 1)
    async with counter.desk() as d:
        assert await d.tx.chats.post(post) is not None
        await tell_todo(d, counter.act(li), li.user_id)
        assert await d.tx.chats.post(post) is None
    assert first is not None


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database."""
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_it_asks_no_more_questions_for_many_records_than_for_one(
    people: Hire, counter: Counter, database: Database
) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    asked = []
    for more in (1, 2 * PAGE):
        for _ in range(more):
            await counter.step(li, await counter.file(filer), "sign")
            await counter.file(filer)
        await counter.deliver()
        async with counter.desk() as d:
            with counted(database) as statements:
                await tell_todo(d, counter.act(li), li.user_id)
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 12


async def test_a_closed_record_waits_for_nobody(
    people: Hire, counter: Counter, deliver: Deliver
) -> None:
    sender, receiver = await people(), await people("jcy-ec")
    await counter.step(sender, await counter.file(sender), "withdraw")
    await deliver()
    async with counter.desk() as d:
        await tell_todo(d, counter.act(receiver), receiver.user_id, silent=True)
    assert await deliver() == []


async def test_an_administrator_has_no_such_list(people: Hire, counter: Counter) -> None:
    admin = await people(None, Role.ADMIN)
    for page in (None, 0):
        with pytest.raises(DomainError, match="not_entitled_admin"):
            await counter.todo(admin, page)


def test_no_step_is_called_like_another_event() -> None:
    assert not KINDS.steps & {"disclosed", "purged"}


async def test_what_is_owed_and_its_date_are_of_one_duty_and_have_the_cards_light(
    people: Hire, counter: Counter, deliver: Deliver
) -> None:
    filer, li = await people(), await people("jcy-ec", name="李静")
    record = await counter.step(li, await counter.file(filer), *ACCEPTED)
    dateless = await counter.step(li, await counter.file(filer), *ACCEPTED, "conclude")
    (line,) = [line for line in await counter.todo(li) if "线索〔2026〕1号" in line]
    assert "　审查终结并告知结果，" in line
    (waiting,) = [line for line in await counter.todo(filer) if "线索〔2026〕2号" in line]
    assert waiting == "⚪ 线索〔2026〕2号　确认反馈"
    async with counter.desk() as d:
        assert (await render_card(d, LEAD, record)).startswith(line[0])
        assert (await render_card(d, LEAD, dateless)).startswith("⚪")
