"""What is put before a leader: with what it rests on, once, and handed back to be mended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.files import Offered
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Place, Role, Status
from bot.services import buttons
from bot.services.admission import decide as admit_or_refuse
from bot.services.buttons import Press
from bot.services.disclosure import tell_history
from bot.services.files import offer_to_draft
from bot.services.forms import answer, open_move
from bot.services.ledger import file_record, move_record
from bot.services.proposals import decide, open_refusal, propose, withdraw_proposal
from bot.services.steps import take_step
from bot.services.submission import submit
from bot.services.wish import Wish

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Draft, Proposal, Record, Value
    from bot.services.desk import Desk
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
        self.wang: Person
        self.wu: Person
        self.record: Record

    async def begin(self, people: Hire) -> None:
        self.wang = await people()
        wang = self.act(self.wang)
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

    async def decide(self, *, approve: bool, why: str = "") -> list[Outgoing]:
        async with self.desk() as d:
            proposal = await self.waiting(d)
            await decide(d, self.act(self.wu), proposal.id, approve=approve, why=why)
        return await self.deliver()

    async def waiting(self, d: Desk) -> Proposal:
        (proposal,) = await d.tx.proposals.of_record(self.record.id)
        return proposal

    async def history(self, person: Person) -> str:
        async with self.desk() as d:
            await tell_history(d, self.act(person), self.record, person.user_id)
        return (await self.deliver())[-1].text

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
        "登记自查：2025年12月9日（星期二）届满，<b>已逾期90天</b>",
    ]
    assert "书面回复：2026年2月2日（星期一）届满，<b>已逾期35天</b>" in said.text


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


def texts(said: list[Outgoing], person: Person) -> list[str]:
    return [message.text for message in said if message.chat_id == person.user_id]


# Handed back, and why.


async def test_a_leader_who_hands_it_back_is_asked_why(case: Case) -> None:
    await case.propose()
    place = Place(case.wu.user_id, private=True)
    async with case.desk() as d:
        proposal = await case.waiting(d)
        draft = await open_refusal(d, case.act(case.wu), proposal.id, place)
        offered = Offered("f1", "清单.xlsx", size=1000, message_id=7)
        with pytest.raises(DomainError, match="file_in_note"):
            await offer_to_draft(d, case.act(case.wu), place, offered)
        draft = await answer(d, case.act(case.wu), draft, "督促记录不全")
        assert await d.tx.proposals.get(proposal.id), "nothing is decided before it is submitted"
        await submit(d, case.act(case.wu), draft)
        assert await d.tx.proposals.get(proposal.id) is None
    said = await case.deliver()
    assert "理由已告知拟稿人" in texts(said, case.wu)[-1]
    handed_back = texts(said, case.li)[0]
    assert handed_back.endswith(
        "由吴建国退回，没有办理；拟稿人可修改后再报。\n退回理由：督促记录不全"
    )
    assert texts(said, case.wang) == []
    assert len(await case.drafts()) == 1


async def test_who_asks_twice_to_hand_it_back_has_one_form(case: Case) -> None:
    await case.propose()
    async with case.desk() as d:
        proposal = await case.waiting(d)
        for _ in range(2):
            place = Place(case.wu.user_id, private=True)
            await open_refusal(d, case.act(case.wu), proposal.id, place)
        assert len(await d.tx.drafts.of_person(case.wu.id)) == 1


async def test_nobody_else_hands_it_back(case: Case) -> None:
    await case.propose()
    async with case.desk() as d:
        proposal = await case.waiting(d)
        for person in (case.li, case.wang):
            with pytest.raises(DomainError, match="not_entitled"):
                await open_refusal(d, case.act(person), proposal.id, Place(1, private=True))


# Withdrawn by whoever proposed it.


async def test_the_proposer_takes_it_back(case: Case) -> None:
    async with case.desk() as d:
        place = Place(case.li.user_id, private=True)
        draft = await open_move(d, case.act(case.li), case.record, "escalate", place)
        await submit(d, case.act(case.li), replace(draft, data=WHY))
        proposal = await case.waiting(d)
    told = next(m for m in await case.deliver() if "已报请" in m.text)
    assert [(key.label, key.data) for row in told.buttons for key in row] == [
        ("撤回报请", f"1.pw.{proposal.id}")
    ]
    async with case.desk() as d:
        await withdraw_proposal(d, case.act(case.li), proposal.id)
    said = await case.deliver()
    for person in (case.li, case.wu):
        assert "已由李静撤回报请" in texts(said, person)[0]
    assert texts(said, case.wang) == []
    (draft,) = await case.drafts()
    assert draft.data == WHY
    assert "撤回报请" in await case.history(case.li)
    assert "报请" not in await case.history(case.wang)
    async with case.desk() as d:
        with pytest.raises(DomainError, match="proposal_gone"):
            await withdraw_proposal(d, case.act(case.li), proposal.id)


async def test_nobody_else_takes_it_back(case: Case, people: Hire) -> None:
    await case.propose()
    others = [case.wu, case.wang, await people("jcy-ec", name="赵立")]
    async with case.desk() as d:
        proposal = await case.waiting(d)
        for person in others:
            with pytest.raises(DomainError, match="not_entitled"):
                await withdraw_proposal(d, case.act(person), proposal.id)
        assert await d.tx.proposals.get(proposal.id) == proposal


# Overtaken.


async def test_one_that_is_overtaken_says_so_to_its_own_side(case: Case) -> None:
    await case.propose()
    async with case.desk() as d:
        withdrawal: dict[str, Value] = {"withdrawal": "检委会决定撤回"}
        li, version = case.act(case.li), case.record.version
        await move_record(d, li, case.record, "withdraw", withdrawal, version=version)
    said = await case.deliver()
    lapsed = "检察建议〔2026〕1号 的“拟提级”：情况已变，报请失效，没有办理。请看最新的卡片。"
    assert lapsed in texts(said, case.li)
    assert lapsed in texts(said, case.wu)
    assert lapsed not in texts(said, case.wang)
    assert "情况已变，报请失效" in await case.history(case.li)
    assert "报请" not in await case.history(case.wang)


async def test_a_leader_who_joins_is_told_what_waits(case: Case, people: Hire) -> None:
    await case.propose()
    admin = await people(None, Role.ADMIN, "刘洋")
    async with case.desk() as d:
        asking = await d.tx.people.add(
            user_id=9001,
            name="方明",
            role=Role.LEADER,
            organ="jcy-ec",
            status=Status.ASKED,
            reachable=True,
            now=d.now,
        )
        press = Press(buttons.ADMIT, (str(asking.user_id), *Wish("jcy-ec", Role.LEADER).args))
        await admit_or_refuse(d, case.act(admin), press)
    assert any("有1件待您批准" in text for text in texts(await case.deliver(), asking))
