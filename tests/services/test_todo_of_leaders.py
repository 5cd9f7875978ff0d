"""A leader's `/todo` begins with what waits for their approval, shown anew at a press."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role
from bot.services import buttons
from bot.services.ledger import file_record, move_record
from bot.services.proposals import decide, propose, show_proposal
from bot.services.todo import PAGE, tell_todo, turn_todo

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Proposal, Record, Value
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

SAID: dict[str, Value] = {"type": "breach", "issued_on": "2025-12-01", "items": "1.催告"}
LINE: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
RECEIPT: dict[str, Value] = {
    "served_on": "2025-12-02",
    "delivery": "direct",
    "signatory": "王敏",
}
URGED: dict[str, Value] = {"urged_by": "visit", "urging": "已走访"}
WHY: dict[str, Value] = {"level": "superior", "escalation": "经督促仍未回复"}


class Bureau:
    """People of two organs, and recommendations between them that are long overdue."""

    def __init__(self, desk: OpenDesk, act: Act, deliver: Deliver) -> None:
        self.desk, self.act, self.deliver = desk, act, deliver
        self.li: Person
        self.wang: Person
        self.wu: Person

    async def hire(self, people: Hire) -> None:
        self.wang = await people()
        self.li = await people("jcy-ec", name="李静")
        self.wu = await people("jcy-ec", Role.LEADER, "吴建国")

    async def overdue(self, serial: int = 5) -> Record:
        """One that was urged in vain."""
        li = self.act(self.li)
        async with self.desk() as d:
            number = f"鄂州检行建〔2025〕{serial}号"
            record = await file_record(d, li, ADVICE, "420704", {**SAID, "advice_number": number})
            record = await move_record(d, li, record, "serve", RECEIPT, version=1)
            wang = self.act(self.wang)
            record = await move_record(d, wang, record, "confirm_receipt", {}, version=2)
            return await move_record(d, li, record, "urge", URGED, version=3)

    async def proposed(self, serial: int = 5) -> Proposal:
        """One that the leader is asked to have escalated."""
        record = await self.overdue(serial)
        async with self.desk() as d:
            li = self.act(self.li)
            return await propose(d, li, record, "escalate", WHY, version=record.version)

    async def todo(self, person: Person, page: int | None = None) -> Outgoing:
        await self.deliver()
        async with self.desk() as d:
            if page is None:
                await tell_todo(d, self.act(person), person.user_id)
            else:
                await turn_todo(d, self.act(person), person.user_id, page)
        (said,) = await self.deliver()
        return said

    async def show(self, person: Person, proposal_id: int) -> Outgoing:
        await self.deliver()
        async with self.desk() as d:
            await show_proposal(d, self.act(person), proposal_id, person.user_id)
        (said,) = await self.deliver()
        return said


@pytest.fixture
async def bureau(desk: OpenDesk, actor: Act, deliver: Deliver, people: Hire) -> Bureau:
    bureau = Bureau(desk, actor, deliver)
    await bureau.hire(people)
    return bureau


def labels(said: Outgoing) -> list[str]:
    return [key.label for key in chain.from_iterable(said.buttons)]


async def test_what_waits_for_approval_comes_first(bureau: Bureau) -> None:
    proposal = await bureau.proposed()
    said = await bureau.todo(bureau.wu)
    assert said.text.splitlines() == [
        "<b>有1件待您批准</b>：",
        "检察建议〔2026〕1号　拟提级，李静3月9日报请",
        "",
        "点“批复”看拟稿，再决定批准或退回。",
    ]
    assert labels(said) == ["批复 检察建议〔2026〕1号"]
    assert said.buttons[0][0].data == buttons.code(buttons.PROPOSAL, proposal.id)


async def test_below_it_stands_what_waits_for_the_organ(bureau: Bureau) -> None:
    await bureau.proposed()
    async with bureau.desk() as d:
        more = {**SAID, "advice_number": "鄂州检行建〔2025〕6号"}
        record = await file_record(d, bureau.act(bureau.li), ADVICE, "420704", more)
        got = {"received_on": "2025-12-03", "delivery": "direct", "signatory": "王敏"}
        await move_record(d, bureau.act(bureau.wang), record, "receive", got, version=1)
    said = await bureau.todo(bureau.wu)
    assert said.text.splitlines()[2:] == [
        "",
        "<b>鄂城区检察院</b>有1件待办：",
        "",
        "<b>本单位的</b>",
        "🔴 检察建议〔2026〕2号　核对收到日期，3月11日届满，还有2天",
        "",
        "点“批复”看拟稿，再决定批准或退回；点编号看卡片。",
    ]
    assert labels(said) == ["批复 检察建议〔2026〕1号", "检察建议〔2026〕2号"]


async def test_nobody_else_sees_it(bureau: Bureau, people: Hire) -> None:
    await bureau.proposed()
    other = await people("jcy-hr", Role.LEADER, "郑涛")
    city = await people("jcy", Role.LEADER, "方明")
    mayor = await people("zrzy-ec", Role.LEADER, "胡军")
    for person in (bureau.li, bureau.wang, other, city, mayor):
        said = await bureau.todo(person)
        assert "批" not in said.text
        assert "批" not in "".join(labels(said))


async def test_a_leader_with_nothing_to_approve_sees_what_the_organ_has_to_do(
    bureau: Bureau,
) -> None:
    assert (await bureau.todo(bureau.wu)).text == "<b>鄂城区检察院</b>目前没有待办事项。"
    async with bureau.desk() as d:
        more = {**SAID, "advice_number": "鄂州检行建〔2025〕6号"}
        record = await file_record(d, bureau.act(bureau.li), ADVICE, "420704", more)
        got = {"received_on": "2025-12-03", "delivery": "direct", "signatory": "王敏"}
        await move_record(d, bureau.act(bureau.wang), record, "receive", got, version=1)
    assert (await bureau.todo(bureau.wu)).text.splitlines()[-1] == (
        "点编号看卡片，办理由联络员进行。"
    )


async def test_more_than_a_page_of_them_says_how_many(bureau: Bureau) -> None:
    for serial in range(1, PAGE + 2):
        await bureau.proposed(serial)
    said = await bureau.todo(bureau.wu)
    assert said.text.startswith("<b>有11件待您批准</b>（先列较早的10件）：\n检察建议〔2026〕1号")
    assert len(said.buttons) == PAGE


async def test_the_pages_after_the_first_are_the_organs(bureau: Bureau) -> None:
    await bureau.proposed()
    async with bureau.desk() as d:
        for _ in range(PAGE + 1):
            await file_record(d, bureau.act(bureau.wang), LEAD, "420704", LINE)
    assert labels(await bureau.todo(bureau.wu))[0] == "批复 检察建议〔2026〕1号"
    second = await bureau.todo(bureau.wu, 1)
    assert "第2页，共2页" in second.text
    assert labels(second) == ["线索〔2026〕11号", "‹ 上一页"]


async def test_a_press_shows_it_anew_and_it_is_decided_there(bureau: Bureau) -> None:
    proposal = await bureau.proposed()
    shown = await bureau.show(bureau.wu, proposal.id)
    assert shown.chat_id == bureau.wu.user_id
    assert "经督促仍未回复" in shown.text
    assert labels(shown) == ["批准", "退回", "私聊看详情"]
    again = await bureau.show(bureau.wu, proposal.id)
    assert again.post == shown.post
    async with bureau.desk() as d:
        assert again.post is not None
        assert await d.tx.chats.post(again.post) is not None
        await decide(d, bureau.act(bureau.wu), proposal.id, approve=True)
    decided = next(said for said in await bureau.deliver() if said.post == again.post)
    assert "已由吴建国批准" in decided.text
    assert decided.buttons == ()
    with pytest.raises(DomainError, match="proposal_gone"):
        await bureau.show(bureau.wu, proposal.id)
    assert "批复" not in "".join(labels(await bureau.todo(bureau.wu)))


async def test_a_proposal_is_shown_to_its_own_leader_only(bureau: Bureau, people: Hire) -> None:
    proposal = await bureau.proposed()
    city = await people("jcy", Role.LEADER, "方明")
    for person, why in (
        (bureau.li, "not_entitled"),
        (bureau.wang, "not_entitled"),
        (city, "not_entitled"),
        (await people(None, Role.ADMIN), "not_entitled_admin"),
    ):
        with pytest.raises(DomainError, match=why):
            await bureau.show(person, proposal.id)


async def test_with_nothing_else_a_silent_list_still_tells_of_it(bureau: Bureau) -> None:
    await bureau.proposed()
    await bureau.deliver()
    async with bureau.desk() as d:
        await tell_todo(d, bureau.act(bureau.wu), bureau.wu.user_id, silent=True)
    (said,) = await bureau.deliver()
    assert "待您批准" in said.text
