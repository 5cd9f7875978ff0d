"""Urging, then escalation: a draft within the procuratorate until its leader approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.people import Person, Place, Role
from bot.domain.records import Outcome
from bot.services.disclosure import disclose
from bot.services.forms import answer, choose, open_move
from bot.services.ledger import move_record
from bot.services.proposals import decide, propose
from bot.services.submission import submit
from bot.services.todo import tell_todo
from bot.storage.tables import outbox
from tests.services.advising import Advice, needs

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Proposal
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire

PRIVATE = Place(7001, 0, private=True)
LATE = "06-20"


@pytest.fixture
async def leader(advice: Advice, people: Hire) -> Person:
    """The leader of the procuratorate that issued it."""
    return await people("jcy-ec", Role.LEADER, "吴建国")


@pytest.fixture
async def urged(advice: Advice, leader: Person) -> Advice:
    """One whose reply is overdue, and which was urged once."""
    await advice.deliver()
    await advice.take(LATE, "urge")
    return advice


async def proposed(advice: Advice, day: str = LATE) -> Proposal:
    """Put the escalation before the leader."""
    async with advice.on(day) as d:
        data = needs("escalate", {"escalation": "督促无果"})
        version = advice.record.version
        return await propose(d, advice.prosecutor, advice.record, "escalate", data, version=version)


async def reread(advice: Advice) -> str:
    """The state it is in; what its version is now is noted."""
    async with advice.on(LATE) as d:
        advice.filed = await d.tx.records.get(advice.record.id)
    return advice.record.state


async def told(d: Desk, person: Person | Actor, advice: Advice) -> list[str]:
    """All that was ever queued for somebody."""
    user_id = person.user_id if isinstance(person, Person) else 0
    if not user_id:
        found = await d.tx.people.get(getattr(person, "person_id", 0))
        assert found is not None
        user_id = found.user_id
    rows = await d.tx.connection.execute(outbox.select().where(outbox.c.chat_id == user_id))
    return [row.text for row in rows]


# Urging.


async def test_only_who_is_late_is_urged(advice: Advice) -> None:
    await advice.deliver()
    for day in ("04-14", "06-15"):
        with pytest.raises(DomainError, match="not_now"):
            await advice.take(day, "urge")
    before = await advice.owed()
    await advice.take("06-16", "urge", "urge")
    assert await advice.owed() == before, "urging moves no date"
    await advice.take("06-17", "reply", replied_on="2026-06-17")
    with pytest.raises(DomainError, match="came_second"):
        await advice.take("06-17", "urge")


@pytest.mark.parametrize(
    ("move", "last_day", "after"),
    [("go_on", "08-31", "09-01"), ("ask_more", "06-29", "06-30")],
)
async def test_nor_is_anybody_before_the_end_of_mending(
    advice: Advice, move: str, last_day: str, after: str
) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    await advice.take("06-12", move)
    with pytest.raises(DomainError, match="not_now"):
        await advice.take(last_day, "urge")
    await advice.take(after, "urge")


async def test_what_does_not_suffice_is_urged_at_once(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "fail", "urge")
    assert advice.record.data["urged_by"] == "visit"


# Escalating.


async def test_nothing_is_escalated_that_was_not_urged(advice: Advice, leader: Person) -> None:
    await advice.deliver()
    with pytest.raises(DomainError, match="not_now"):
        await proposed(advice)


async def test_what_was_urged_but_answered_in_time_is_not_escalated(urged: Advice) -> None:
    await urged.correct(LATE, urged.prosecutor, served_on="2026-04-24")
    await urged.correct(LATE, urged.bureau, received_on="2026-04-24")
    with pytest.raises(DomainError, match="not_now"):
        await proposed(urged)


async def test_a_complete_form_only_proposes_it(urged: Advice, leader: Person) -> None:
    before = await urged.card(LATE)
    dues = await urged.dues()
    async with urged.on(LATE) as d:
        draft = await open_move(d, urged.prosecutor, urged.record, "escalate", PRIVATE)
        draft = await choose(d, urged.prosecutor, draft, "level", "superior")
        draft = await answer(d, urged.prosecutor, draft, "逾期未回复，督促无果")
        await submit(d, urged.prosecutor, draft)
        (proposal,) = await d.tx.proposals.of_record(urged.record.id)
        (asked,) = [text for text in await told(d, leader, urged) if "待批准" in text]
    assert (proposal.move, proposal.organ) == ("escalate", "jcy-ec")
    assert "逾期未回复，督促无果" in asked
    assert "拟稿：李静" in asked
    assert await reread(urged) == "delivered"
    assert await urged.card(LATE) == before
    assert await urged.dues() == dues


async def test_the_bureau_sees_nothing_of_it_before_it_is_approved(
    urged: Advice, leader: Person
) -> None:
    async with urged.on(LATE) as d:
        before = await told(d, urged.bureau, urged)
    proposal = await proposed(urged)
    async with urged.on(LATE) as d:
        assert await told(d, urged.bureau, urged) == before
        await disclose(d, urged.bureau, urged.record, 7002)
        await tell_todo(d, urged.bureau, 7002)
        news = [text for text in await told(d, urged.bureau, urged) if text not in before]
        assert len(news) >= 2
        assert not any(word in text for text in news for word in ("提级", "批准", "督促无果"))
        await decide(d, d.actor(leader), proposal.id, approve=True)
        assert any("已提级" in text for text in await told(d, urged.bureau, urged))


async def test_approved_it_is_the_leaders_step(urged: Advice, leader: Person) -> None:
    proposal = await proposed(urged)
    async with urged.on(LATE) as d:
        await decide(d, d.actor(leader), proposal.id, approve=True)
        *_, step = await d.tx.events.of_record(urged.record.id)
        assert await d.tx.proposals.of_record(urged.record.id) == []
        (answered,) = [text for text in await told(d, urged.prosecutor, urged) if "批准" in text]
    assert await reread(urged) == "escalated"
    assert (step.name, step.actor) == ("escalate", leader.id)
    assert urged.record.data["level"] == "superior"
    assert "已由吴建国批准" in answered
    assert await urged.dues() == {"reply": "06-15"}, "the reply is owed still"
    assert "鄂城区检察院 提级" in await urged.card(LATE)


async def test_declined_it_changes_nothing_and_may_be_proposed_again(
    urged: Advice, leader: Person
) -> None:
    proposal = await proposed(urged)
    before = await urged.card(LATE)
    async with urged.on(LATE) as d:
        await decide(d, d.actor(leader), proposal.id, approve=False)
        (answered,) = [text for text in await told(d, urged.prosecutor, urged) if "退回" in text]
    assert "吴建国退回" in answered
    assert (await reread(urged), await urged.card(LATE)) == ("delivered", before)
    async with urged.on(LATE) as d:
        with pytest.raises(DomainError, match="proposal_gone"):
            await decide(d, d.actor(leader), proposal.id, approve=True)
    again = await proposed(urged)
    async with urged.on(LATE) as d:
        await decide(d, d.actor(leader), again.id, approve=True)
    assert await reread(urged) == "escalated"


async def test_one_proposal_waits_at_a_time(urged: Advice) -> None:
    await proposed(urged)
    with pytest.raises(DomainError, match="already_proposed"):
        await proposed(urged)


@pytest.mark.parametrize(
    ("organ", "role", "code"),
    [
        ("jcy-ec", Role.LIAISON, "not_entitled"),
        ("jcy-ec", Role.DEPUTY, "not_entitled"),
        ("jcy", Role.LEADER, "not_entitled"),
        ("jcy-hr", Role.LEADER, "not_entitled"),
        ("zrzy-ec", Role.LEADER, "not_entitled"),
        (None, Role.ADMIN, "not_entitled_admin"),
    ],
)
async def test_nobody_decides_but_the_leader_of_the_very_organ(
    urged: Advice, people: Hire, actor: Act, organ: str | None, role: Role, code: str
) -> None:
    other = actor(await people(organ, role, "外人"))
    proposal = await proposed(urged)
    async with urged.on(LATE) as d:
        for approve in (True, False):
            with pytest.raises(DomainError, match=code):
                await decide(d, other, proposal.id, approve=approve)
    assert await reread(urged) == "delivered"
    async with urged.on(LATE) as d:
        assert await d.tx.proposals.of_record(urged.record.id) == [proposal]


async def test_the_leader_cannot_take_the_step_without_a_proposal(
    urged: Advice, leader: Person
) -> None:
    async with urged.on(LATE) as d:
        step = move_record(
            d,
            d.actor(leader),
            urged.record,
            "escalate",
            needs("escalate", {}),
            version=urged.record.version,
        )
        with pytest.raises(DomainError, match="not_entitled_leader"):
            await step


async def test_nor_can_the_liaison(urged: Advice) -> None:
    with pytest.raises(DomainError, match="not_your_move"):
        await urged.take(LATE, "escalate")
    assert await reread(urged) == "delivered"


@pytest.mark.parametrize("reachable", [None, False])
async def test_without_a_leader_to_be_reached_it_is_refused(
    advice: Advice, people: Hire, reachable: bool | None
) -> None:
    await people("jcy", Role.LEADER, "市院领导")
    if reachable is not None:
        await people("jcy-ec", Role.LEADER, "吴建国", reachable=reachable)
    await advice.deliver()
    await advice.take(LATE, "urge")
    with pytest.raises(DomainError, match="no_leader"):
        await proposed(advice)
    async with advice.on(LATE) as d:
        assert await d.tx.proposals.of_record(advice.record.id) == []


@pytest.mark.parametrize("move", ["reply", "withdraw"])
async def test_a_proposal_that_comes_too_late_is_dropped(
    urged: Advice, leader: Person, move: str
) -> None:
    proposal = await proposed(urged)
    await urged.take("06-21", move, replied_on="2026-06-20")
    async with urged.on("06-21") as d:
        assert await d.tx.proposals.of_record(urged.record.id) == []
        with pytest.raises(DomainError, match="proposal_gone"):
            await decide(d, d.actor(leader), proposal.id, approve=True)


async def test_one_that_a_correction_overtakes_is_dropped_too(
    urged: Advice, leader: Person
) -> None:
    proposal = await proposed(urged)
    await urged.correct("06-21", urged.prosecutor, served_on="2026-04-24")
    async with urged.on("06-21") as d:
        assert await d.tx.proposals.of_record(urged.record.id) == [proposal]
    await urged.correct("06-21", urged.bureau, received_on="2026-04-24")
    async with urged.on("06-21") as d:
        assert await d.tx.proposals.of_record(urged.record.id) == []
        with pytest.raises(DomainError, match="proposal_gone"):
            await decide(d, d.actor(leader), proposal.id, approve=True)


async def test_one_outlives_what_does_not_concern_it(urged: Advice, leader: Person) -> None:
    proposal = await proposed(urged)
    await urged.take("06-21", "check", "object", "urge")
    async with urged.on("06-21") as d:
        await decide(d, d.actor(leader), proposal.id, approve=True)
    assert await reread(urged) == "escalated"


# After it.


async def test_a_late_reply_stays_possible_after_escalation(urged: Advice, leader: Person) -> None:
    proposal = await proposed(urged)
    async with urged.on(LATE) as d:
        await decide(d, d.actor(leader), proposal.id, approve=True)
    await reread(urged)
    with pytest.raises(DomainError, match="not_now"):
        await urged.take("06-22", "report")
    await urged.take("06-22", "reply", replied_on="2026-06-22")
    assert urged.record.state == "replied"
    assert "<b>逾期7天</b>（期限6月15日）" in await urged.card("06-22")


async def escalated(advice: Advice, leader: Person, level: str = "superior") -> None:
    """Propose it and let the leader approve."""
    async with advice.on(LATE) as d:
        data = needs("escalate", {"level": level})
        version = advice.record.version
        proposal = await propose(
            d, advice.prosecutor, advice.record, "escalate", data, version=version
        )
        await decide(d, d.actor(leader), proposal.id, approve=True)
    await reread(advice)


async def test_each_level_is_proposed_anew(urged: Advice, leader: Person) -> None:
    for level in ("superior", "notified", "local"):
        await escalated(urged, leader, level)
        assert (urged.record.state, urged.record.data["level"]) == ("escalated", level)
    await urged.take("06-21", "urge")
    assert await urged.dues() == {"reply": "06-15"}
    assert "下一步：书面回复并整改" in await urged.card("06-21")


async def test_an_urging_of_old_licenses_no_new_escalation(urged: Advice, leader: Person) -> None:
    await urged.take("06-22", "reply", replied_on="2026-06-22")
    await urged.take("06-23", "go_on", rectify_by="2026-07-10")
    with pytest.raises(DomainError, match="not_now"):
        await proposed(urged, "07-13")
    await urged.take("07-13", "urge")
    await proposed(urged, "07-13")


async def test_what_fails_is_to_be_urged_for_that_first(urged: Advice, leader: Person) -> None:
    await urged.take("06-22", "reply", replied_on="2026-06-22")
    await urged.take("06-23", "fail")
    with pytest.raises(DomainError, match="not_now"):
        await proposed(urged, "06-23")
    await urged.take("06-23", "urge")
    await escalated(urged, leader)
    card = await urged.card("06-23")
    assert "下一步：完成整改并报告" in card
    assert "完成整改：2026年8月31日" in card


async def test_an_urging_counts_however_the_date_was_counted_since(
    urged: Advice, leader: Person
) -> None:
    await urged.correct("06-21", urged.prosecutor, served_on="2026-04-14")
    await urged.correct("06-21", urged.bureau, received_on="2026-04-14")
    assert await urged.dues() == {"reply": "06-15", "self_check": "04-21"}
    await proposed(urged, "06-21")


async def test_where_no_suit_follows_the_escalated_is_closed_with_a_word(
    urged: Advice, leader: Person
) -> None:
    await escalated(urged, leader)
    with pytest.raises(DomainError, match="not_now"):
        await urged.take("07-20", "sue")
    async with urged.on("07-20") as d:
        closing = move_record(
            d, urged.bureau, urged.record, "close", {"closing": "办结"}, version=5
        )
        with pytest.raises(DomainError, match="not_your_move"):
            await closing
    await urged.take("07-20", "close", closing="已通报其上级机关，办结")
    assert (urged.record.state, await urged.dues()) == ("closed", {})
    assert [r.outcome for r in await urged.rows() if r.code == "reply"] == [Outcome.DROPPED]


async def test_a_suit_ends_what_is_owed(advice: Advice, leader: Person) -> None:
    urged = advice
    await urged.deliver(type="public_interest")
    await urged.take(LATE, "urge")
    await urged.take(LATE, "object")
    proposal = await proposed(urged)
    async with urged.on(LATE) as d:
        await decide(d, d.actor(leader), proposal.id, approve=True)
    await reread(urged)
    await urged.take("07-20", "sue")
    assert await urged.dues() == {}
    endings = {row.code: row.outcome for row in await urged.rows()}
    assert (endings["reply"], endings["objection"]) == (Outcome.DROPPED, Outcome.DROPPED)
    await urged.take("07-21", "close")
    assert urged.record.state == "closed"
