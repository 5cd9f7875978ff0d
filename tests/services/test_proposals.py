"""What is put before a leader: with what it rests on, once, and handed back to be mended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Place, Role, Status
from bot.services.forms import open_move
from bot.services.ledger import file_record, move_record
from bot.services.proposals import decide, propose
from bot.services.steps import take_step
from bot.services.submission import submit

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Draft, Record, Value
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

FILED: dict[str, Value] = {
    "advice_number": "鄂州检行建〔2025〕5号",
    "type": "breach",
    "issued_on": "2025-12-01",
    "items": "1.催告",
}
RECEIPT: dict[str, Value] = {"served_on": "2025-12-02", "delivery": "direct", "signatory": "王敏"}
URGED: dict[str, Value] = {"urged_by": "visit", "urging": "已走访"}
WHY: dict[str, Value] = {"level": "superior", "escalation": "经督促仍未回复"}


class Case:
    """A recommendation that was urged in vain, and the people around it."""

    def __init__(self, desk: OpenDesk, act: Act, deliver: Deliver) -> None:
        self.desk, self.act, self.deliver = desk, act, deliver
        self.li: Person
        self.wu: Person
        self.record: Record

    async def begin(self, people: Hire) -> None:
        wang = self.act(await people())
        self.li = await people("jcy-ec", name="李静")
        self.wu = await people("jcy-ec", Role.LEADER, "吴建国")
        li = self.act(self.li)
        async with self.desk() as d:
            record = await file_record(d, li, ADVICE, "420704", FILED)
            record = await move_record(d, li, record, "serve", RECEIPT, version=1)
            record = await move_record(d, wang, record, "confirm_receipt", {}, version=2)
            self.record = await move_record(d, li, record, "urge", URGED, version=3)
        await self.deliver()

    async def propose(self) -> list[Outgoing]:
        async with self.desk() as d:
            li = self.act(self.li)
            await propose(d, li, self.record, "escalate", WHY, version=self.record.version)
        return await self.deliver()

    async def decide(self, *, approve: bool) -> list[Outgoing]:
        async with self.desk() as d:
            (proposal,) = await d.tx.proposals.of_record(self.record.id)
            await decide(d, self.act(self.wu), proposal.id, approve=approve)
        return await self.deliver()

    async def drafts(self) -> list[Draft]:
        async with self.desk() as d:
            return await d.tx.drafts.of_record(self.record.id)


@pytest.fixture
async def case(desk: OpenDesk, actor: Act, deliver: Deliver, people: Hire) -> Case:
    case = Case(desk, actor, deliver)
    await case.begin(people)
    return case


async def test_a_leader_sees_whom_it_concerns_and_how_late_they_are(case: Case) -> None:
    (said,) = await case.propose()
    assert said.chat_id == case.wu.user_id
    assert said.text.splitlines()[:3] == [
        "<b>待批准：拟提级</b>",
        "检察建议〔2026〕1号　已送达　鄂城分局",
        "登记自查：2025年12月9日（星期二）前，<b>已逾期90天</b>",
    ]
    assert "书面回复：2026年2月2日（星期一）前，<b>已逾期35天</b>" in said.text


async def test_what_is_handed_back_is_a_draft_again(case: Case) -> None:
    await case.propose()
    said = await case.decide(approve=False)
    to_li = [message.text for message in said if message.chat_id == case.li.user_id]
    assert to_li[0] == (
        "检察建议〔2026〕1号 的“拟提级”由吴建国退回，没有办理；拟稿人可修改后再报。"
    )
    assert "提级理由：经督促仍未回复" in to_li[1]
    (draft,) = await case.drafts()
    async with case.desk() as d:
        await submit(d, case.act(case.li), draft)
        assert len(await d.tx.proposals.of_record(case.record.id)) == 1


async def test_nothing_is_handed_back_to_whom_it_does_not_reach(case: Case) -> None:
    await case.propose()
    async with case.desk() as d:
        await d.tx.people.change(case.li.id, reachable=False)
    assert {message.chat_id for message in await case.decide(approve=False)} == {case.wu.user_id}
    assert await case.drafts() == []


async def test_nothing_is_handed_back_to_whoever_has_left(case: Case) -> None:
    await case.propose()
    async with case.desk() as d:
        await d.tx.people.change(case.li.id, status=Status.LEFT)
    await case.decide(approve=False)
    assert await case.drafts() == []


async def test_an_approved_step_leaves_no_draft_and_is_called_what_it_is(case: Case) -> None:
    await case.propose()
    said = await case.decide(approve=True)
    assert await case.drafts() == []
    cards = [message.text for message in said if "最近办理" in message.text]
    assert all("鄂城区检察院 提级" in text for text in cards)
    assert cards


async def test_what_waits_already_is_not_asked_for_again(case: Case) -> None:
    await case.propose()
    li = case.act(case.li)
    async with case.desk() as d:
        with pytest.raises(DomainError, match="already_proposed"):
            await take_step(d, li, case.record, "escalate", case.record.version)
        place = Place(case.li.user_id, private=True)
        draft = await open_move(d, li, case.record, "escalate", place)
        with pytest.raises(DomainError, match="already_proposed"):
            await submit(d, li, replace(draft, data=WHY))
