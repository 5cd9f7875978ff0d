"""有异议: a mark on a record or a date until both organs take it off; it moves no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role
from bot.services import buttons
from bot.services.amendments import correct_record
from bot.services.blanks import CLAIM, FITS_ANY, REMARK, REMOVED, SUBJECT, form_of
from bot.services.cards import render_card
from bot.services.disclosure import disclose, tell_history
from bot.services.disputes import WHOLE, date_fields, disputable
from bot.services.disputing import dispute, open_dispute, settle
from bot.services.forms import answer, choose, open_move
from bot.services.housekeeping import DAILY_WORK
from bot.services.ledger import file_record, move_record
from bot.services.submission import submit
from bot.services.todo import tell_todo
from bot.services.verify import verify
from bot.storage.chats import Chat
from bot.storage.tables import metadata
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Actor, Person
    from bot.domain.records import Dispute, Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = -100_200
WORDS = "收件回执是3月10日的"
MARK = "⚠️ 有异议：签收线索期限（鄂城分局提出，3月9日）"
DATA = {
    "category": "2C",
    "route": "transfer",
    "party": "刘某某",
    "applied_on": "2026-03-03",
    "summary": "法院一直没有裁定",
}


@pytest.fixture
async def record(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, deliver: Deliver
) -> Record:
    """A lead in its group, of which everybody has been told."""
    async with desk() as d:
        sides = frozenset({d.office.organ("zrzy-ec").side, d.office.organ("jcy-ec").side})
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", sides), 1, d.now)
        record = await file_record(d, actor(sender), LEAD, "420704", DATA)
    await deliver()
    return record


async def disputed(
    desk: OpenDesk, actor: Actor, record: Record, subject: str = "sign", words: str = WORDS
) -> Dispute:
    async with desk() as d:
        await dispute(d, actor, record, subject, words)
        return (await d.tx.disputes.open_of(record.id))[-1]


async def settled(desk: OpenDesk, actor: Actor, record: Record, one: Dispute) -> str:
    async with desk() as d:
        return await settle(d, actor, record, one.id, one.raised_by)


async def card(desk: OpenDesk, record: Record) -> str:
    async with desk() as d:
        kept = await d.tx.records.get(record.id)
        assert kept is not None
        return await render_card(d, KINDS[kept.kind], kept, living=True)


async def everything(desk: OpenDesk) -> str:
    """All that is kept, what waits to be said too."""
    async with desk() as d:
        tables = metadata.tables.values()
        return str([(await d.tx.connection.execute(select(table))).all() for table in tables])


async def names(desk: OpenDesk, record: Record) -> list[str]:
    async with desk() as d:
        return [event.name for event in await d.tx.events.of_record(record.id)]


def keys(said: Outgoing) -> dict[str, str]:
    return {key.label: key.data for row in said.buttons for key in row}


async def test_a_dispute_by_form_says_in_the_group_what_and_who_and_in_private_why(
    desk: OpenDesk,
    actor: Act,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
) -> None:
    async with desk() as d:
        before = await d.tx.duties.of_record(record.id)
        draft = await open_dispute(d, actor(sender), record, private(sender))
        holds = (await form_of(d, actor(sender), draft)).entries[SUBJECT].holds
        assert [holds.show(code) for code in (WHOLE, "sign", "applied_on")] == [
            "本件整体",
            "签收线索期限",
            "申请日期",
        ]
        draft = await choose(d, actor(sender), draft, SUBJECT, "sign")
        assert draft.asking == CLAIM
        draft = await answer(d, actor(sender), draft, f"{WORDS}，电话13812345678")
        await submit(d, actor(sender), draft)
    said = await deliver()
    (in_group,) = [one for one in said if one.chat_id == GROUP]
    assert MARK in in_group.text
    assert "异议已解决" not in keys(in_group)
    assert not any(WORDS in one.text for one in said if one.chat_id not in (7001, 7002))
    told, own_card = [one for one in said if one.chat_id == receiver.user_id]
    assert f"{WORDS}，电话138****5678" in told.text
    assert "期限照常计算" in told.text
    assert MARK in own_card.text
    assert "异议已解决" in keys(own_card)
    async with desk() as d:
        assert await d.tx.duties.of_record(record.id) == before
        assert await d.tx.records.get(record.id) == record
        (event,) = [e for e in await d.tx.events.of_record(record.id) if e.name == "disputed"]
        assert WORDS not in event.body
        assert event.facts["subject"] == "sign"
        assert (await verify(d.tx)).sound


async def test_it_stands_until_both_have_taken_it_off(
    desk: OpenDesk,
    actor: Act,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
) -> None:
    one = await disputed(desk, actor(sender), record)
    await deliver()
    assert "待对方确认" in await settled(desk, actor(receiver), record, one)
    half = MARK.replace("）", "；鄂城区检察院已确认解决）")
    assert half in await card(desk, record)
    (to_sender,) = [m for m in await deliver() if m.chat_id == sender.user_id]
    assert half in to_sender.text
    assert "异议已解决" in keys(to_sender)
    with pytest.raises(DomainError, match="dispute_gone"):
        await settled(desk, actor(receiver), record, one)
    assert "双方均已确认" in await settled(desk, actor(sender), record, one)
    assert "有异议" not in await card(desk, record)
    assert await names(desk, record) == ["file", "disputed", "dispute_settled", "dispute_settled"]
    async with desk() as d:
        assert await d.tx.disputes.open_of(record.id) == []
        await tell_history(d, actor(receiver), record, receiver.user_id)
    history = next(m.text for m in await deliver() if "办理经过" in m.text)
    assert "鄂城分局 王敏　提出异议（签收线索期限）" in history
    assert "鄂城区检察院 李静　确认异议已解决（签收线索期限）" in history


async def test_who_has_taken_it_off_may_put_it_on_again(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    one = await disputed(desk, actor(sender), record)
    await settled(desk, actor(receiver), record, one)
    again = await disputed(desk, actor(receiver), record, words="仍有不同意见")
    assert again.id == one.id
    assert (again.organ, again.closed_by_sender, again.closed_by_receiver) == ("jcy-ec", None, None)
    assert "签收线索期限（鄂城区检察院提出，3月9日）" in await card(desk, record)
    with pytest.raises(DomainError, match="dispute_gone"):
        await settled(desk, actor(sender), record, one)
    await settled(desk, actor(sender), record, again)
    await settled(desk, actor(receiver), record, again)
    assert "有异议" not in await card(desk, record)
    assert (await disputed(desk, actor(sender), record)).id != one.id, "another matter"


async def test_one_subject_is_in_dispute_once_and_several_at_a_time(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    receiver: Person,
    record: Record,
    rows: CountRows,
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, name="周明")
    await disputed(desk, actor(sender), record)
    before = await rows()
    async with desk() as d:
        for person in (sender, deputy, receiver):
            offered = await disputable(d, LEAD, record, actor(person).organ)
            assert list(offered) == [WHOLE, "applied_on"]
            with pytest.raises(DomainError, match="already_disputed"):
                await dispute(d, actor(person), record, "sign", WORDS)
    assert await rows() == before
    await disputed(desk, actor(receiver), record, "applied_on")
    await disputed(desk, actor(deputy), record, WHOLE)
    text = await card(desk, record)
    assert [line for line in text.splitlines() if "有异议" in line] == [
        MARK,
        "⚠️ 有异议：申请日期（鄂城区检察院提出，3月9日）",
        "⚠️ 有异议：本件整体（鄂城分局提出，3月9日）",
    ]
    async with desk() as d:
        with pytest.raises(DomainError, match="already_disputed"):
            await open_dispute(d, actor(sender), record, private(sender))


async def test_of_several_each_has_a_key_that_says_which(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    first = await disputed(desk, actor(sender), record)
    await disputed(desk, actor(sender), record, "applied_on")
    await settled(desk, actor(receiver), record, first)
    await deliver()
    async with desk() as d:
        await disclose(d, actor(receiver), record, receiver.user_id)
        await disclose(d, actor(sender), record, sender.user_id)
    details = {m.chat_id: m for m in await deliver() if "本次查阅" in m.text}
    settling = {
        name: [label for label in keys(details[person.user_id]) if "解决" in label]
        for name, person in (("sender", sender), ("receiver", receiver))
    }
    assert settling == {
        "sender": ["异议已解决：签收线索期限", "异议已解决：申请日期"],
        "receiver": ["异议已解决：申请日期"],
    }


async def test_the_words_are_read_by_entitled_people_of_both_sides(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
) -> None:
    await disputed(desk, actor(sender), record)
    await deliver()
    leaders = [await people(organ, Role.LEADER, name="吴建国") for organ in ("jcy-ec", "zrzy-ec")]
    for person in (sender, receiver, *leaders, await people("jcy", name="钱进")):
        async with desk() as d:
            await disclose(d, actor(person), record, person.user_id)
        detail, amendments = await deliver()
        assert WORDS not in detail.text
        assert f"提出异议（签收线索期限）</b>　3月9日 10:00　鄂城分局\n{WORDS}" in amendments.text


async def test_a_dispute_under_way_outlives_a_step_but_not_its_subject(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_dispute(d, actor(sender), record, private(sender))
        draft = await choose(d, actor(sender), draft, SUBJECT, "sign")
        draft = await answer(d, actor(sender), draft, WORDS)
        signed = await move_record(d, actor(receiver), record, "sign", {}, version=1)
    with pytest.raises(DomainError, match="not_disputable"):
        async with desk() as d:
            await submit(d, actor(sender), draft)
    async with desk() as d:
        (draft,) = await d.tx.drafts.of_person(sender.id)
        assert draft.data[CLAIM] == WORDS
        draft = await choose(d, actor(sender), draft, SUBJECT, "answer")
        await submit(d, actor(sender), draft)
    assert "有异议：程序性答复期限（鄂城分局提出" in await card(desk, signed)


async def test_it_stays_on_a_date_that_is_corrected_or_a_duty_that_is_met(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record
) -> None:
    one = await disputed(desk, actor(sender), record)
    date = await disputed(desk, actor(receiver), record, "applied_on")
    async with desk() as d:
        changed = {"applied_on": REMOVED}
        after = await correct_record(d, actor(sender), record, changed, "误填", version=1)
        await move_record(d, actor(receiver), after, "sign", {}, version=2)
    text = await card(desk, record)
    assert MARK in text
    assert "有异议：申请日期" in text
    for person in (sender, receiver):
        for each in (one, date):
            await settled(desk, actor(person), record, each)
    assert "有异议" not in await card(desk, record)


async def test_it_outlives_the_record_until_both_have_taken_it_off(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    one = await disputed(desk, actor(receiver), record)
    async with desk() as d:
        closed = await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    assert "⚠️ 办结时仍有异议：签收线索期限（鄂城区检察院提出" in await card(desk, record)
    async with desk() as d:
        for attempt in (
            open_dispute(d, actor(sender), closed, private(sender)),
            dispute(d, actor(sender), closed, WHOLE, WORDS),
        ):
            with pytest.raises(DomainError, match="not_to_amend"):
                await attempt
    await deliver()
    async with desk() as d:
        await disclose(d, actor(sender), closed, sender.user_id)
        await tell_history(d, actor(sender), closed, sender.user_id)
    detail, amendments, history = await deliver()
    assert "有异议" not in keys(detail)
    assert "异议已解决" in keys(detail)
    assert WORDS in amendments.text
    assert "提出异议" in history.text
    await settled(desk, actor(receiver), closed, one)
    assert "双方均已确认" in await settled(desk, actor(sender), closed, one)
    assert "仍有异议" not in await card(desk, record)


async def todo(desk: OpenDesk, actor: Actor, person: Person, deliver: Deliver) -> Outgoing:
    await deliver()
    async with desk() as d:
        await tell_todo(d, actor, person.user_id)
    (said,) = await deliver()
    return said


async def test_it_waits_in_the_list_of_both_until_then(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    receiver: Person,
    record: Record,
    deliver: Deliver,
) -> None:
    other = await people("jcy-hr", name="外人")
    one = await disputed(desk, actor(sender), record, WHOLE)
    async with desk() as d:
        await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    for person in (sender, receiver):
        said = await todo(desk, actor(person), person, deliver)
        assert said.text.splitlines() == [
            "<b>有1项异议未经双方确认解决</b>：",
            "线索〔2026〕1号　本件整体，鄂城分局提出",
            "",
            "点编号看卡片；双方沟通一致后，由联络员点“异议已解决”。",
        ]
        assert keys(said) == {"线索〔2026〕1号": f"1.cd.{record.id}"}
    assert "异议" not in (await todo(desk, actor(other), other, deliver)).text
    await settled(desk, actor(receiver), record, one)
    said = await todo(desk, actor(receiver), receiver, deliver)
    assert "鄂城分局提出；本单位已确认，待对方确认" in said.text
    await settled(desk, actor(sender), record, one)
    for person in (sender, receiver):
        assert "异议" not in (await todo(desk, actor(person), person, deliver)).text


async def test_it_stands_below_what_else_waits(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    await disputed(desk, actor(sender), record)
    said = await todo(desk, actor(receiver), receiver, deliver)
    assert said.text.index("签收线索，") < said.text.index("有1项异议") < said.text.index("按钮")
    assert list(keys(said)) == ["签收 线索〔2026〕1号"]


async def test_a_form_that_closes_a_record_warns_of_it(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, record: Record, deliver: Deliver
) -> None:
    await disputed(desk, actor(receiver), record)
    async with desk() as d:
        signed = await move_record(d, actor(receiver), record, "sign", {}, version=1)
    await deliver()
    for move, warned in (("void", True), ("accept", False)):
        async with desk() as d:
            await open_move(d, actor(sender), signed, move, private(sender))
        said = (await deliver())[-1]
        assert ("⚠️ 尚有异议未经双方确认解决：签收线索期限" in said.text) is warned


@pytest.mark.parametrize(
    ("organ", "role"),
    [
        ("zrzy-ec", Role.LEADER),
        ("jcy-ec", Role.LEADER),
        ("zrzy", Role.LIAISON),
        ("jcy", Role.LIAISON),
        ("lzb-ec", Role.LIAISON),
        ("zrzy-hr", Role.LIAISON),
        ("jcy-hr", Role.DEPUTY),
        (None, Role.ADMIN),
    ],
)
async def test_nobody_but_the_two_organs_liaisons_disputes_or_settles(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sender: Person,
    record: Record,
    rows: CountRows,
    organ: str | None,
    role: Role,
) -> None:
    one = await disputed(desk, actor(sender), record, "applied_on")
    other = await people(organ, role, name="外人")
    before = await rows()
    async with desk() as d:
        for attempt in (
            open_dispute(d, actor(other), record, private(other)),
            dispute(d, actor(other), record, "sign", WORDS),
            settle(d, actor(other), record, one.id, one.raised_by),
        ):
            with pytest.raises(DomainError, match=r"not_entitled|not_to_amend"):
                await attempt
    assert await rows() == before


async def test_a_deputy_of_either_organ_may(
    desk: OpenDesk, actor: Act, people: Hire, record: Record
) -> None:
    sender = actor(await people("zrzy-ec", Role.DEPUTY, name="周明"))
    receiver = actor(await people("jcy-ec", Role.DEPUTY, name="赵立"))
    one = await disputed(desk, receiver, record)
    await settled(desk, receiver, record, one)
    await settled(desk, sender, record, one)
    assert "有异议" not in await card(desk, record)


@pytest.mark.parametrize("subject", ["answer", "ruled_on", "party", "", "whole ", "zz"])
async def test_only_what_is_there_can_be_disputed(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, rows: CountRows, subject: str
) -> None:
    before = await rows()
    async with desk() as d:
        with pytest.raises(DomainError, match="not_disputable"):
            await dispute(d, actor(sender), record, subject, WORDS)
    assert await rows() == before
    async with desk() as d:
        draft = await open_dispute(d, actor(sender), record, private(sender))
        with pytest.raises(DomainError, match="unknown_button"):
            await choose(d, actor(sender), draft, SUBJECT, subject)


async def test_a_key_settles_the_dispute_it_stands_for_and_no_other(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, rows: CountRows
) -> None:
    async with desk() as d:
        other = await file_record(d, actor(sender), LEAD, "420704", {**DATA, "party": "某公司"})
    one, elsewhere = [await disputed(desk, actor(sender), each) for each in (record, other)]
    before = await rows()
    async with desk() as d:
        for dispute_id, raised_by in (
            (elsewhere.id, elsewhere.raised_by),
            (one.id, elsewhere.raised_by),
            (999, one.raised_by),
            (2**62, 2**62),
        ):
            with pytest.raises(DomainError, match="dispute_gone"):
                await settle(d, actor(sender), record, dispute_id, raised_by)
    assert await rows() == before


async def test_one_line_and_no_more(
    desk: OpenDesk, actor: Act, sender: Person, record: Record
) -> None:
    async with desk() as d:
        draft = await open_dispute(d, actor(sender), record, private(sender))
        draft = await choose(d, actor(sender), draft, SUBJECT, WHOLE)
        with pytest.raises(DomainError, match="too_long"):
            await answer(d, actor(sender), draft, "某" * 201)
        draft = await answer(d, actor(sender), draft, "某" * 200)
        await submit(d, actor(sender), draft)


async def test_where_nobody_of_the_other_organ_is_reachable_the_group_is_told_without_words(
    desk: OpenDesk, actor: Act, people: Hire, deliver: Deliver
) -> None:
    bureau = await people("zrzy-ec")
    await people("jcy-ec", name="赵立", reachable=False)
    async with desk() as d:
        sides = frozenset({d.office.organ("zrzy-ec").side, d.office.organ("jcy-ec").side})
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", sides), 1, d.now)
        record = await file_record(d, actor(bureau), LEAD, "420704", DATA)
    await deliver()
    await disputed(desk, actor(bureau), record)
    said = [one for one in await deliver() if one.chat_id == GROUP]
    assert len(said) == 2, "the card, and that nobody was reached"
    assert not any(WORDS in one.text for one in said)


async def test_the_words_go_with_the_records_other_words(
    desk: OpenDesk, actor: Act, sender: Person, record: Record, deliver: Deliver
) -> None:
    await disputed(desk, actor(sender), record)
    async with desk() as d:
        await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    await deliver()
    assert WORDS in await everything(desk)
    async with desk() as d:
        later = replace(d, now=d.now + timedelta(days=366))
        for work in DAILY_WORK:
            await work(later)
        await disclose(later, actor(sender), record, sender.user_id)
        await tell_history(later, actor(sender), record, sender.user_id)
        assert (await verify(d.tx)).sound
    kept = await everything(desk)
    assert WORDS not in kept
    assert "提出异议（签收线索期限）" in kept


async def test_of_a_recommendation_the_written_reply_and_the_dates_of_receipt(
    desk: OpenDesk, actor: Act, sender: Person, receiver: Person, deliver: Deliver
) -> None:
    data = {
        "advice_number": "鄂州检行建〔2026〕5号",
        "type": "breach",
        "issued_on": "2026-03-02",
        "items": "1. 催告 2. 完善移送台账",
    }
    served = {"served_on": "2026-03-05", "delivery": "direct", "signatory": "李某"}
    async with desk() as d:
        one = await file_record(d, actor(receiver), ADVICE, "420704", data)
        one = await move_record(d, actor(receiver), one, "serve", served, version=1)
        one = await move_record(d, actor(sender), one, "confirm_receipt", {}, version=2)
        offered = await disputable(d, ADVICE, one, "zrzy-ec")
    assert set(offered.values()) == {
        "本件整体",
        "书面回复期限",
        "登记自查期限",
        "制发日期",
        "送达日期（检察机关登记）",
        "收到日期（被建议单位登记）",
    }
    await disputed(desk, actor(sender), one, "reply")
    assert "⚠️ 有异议：书面回复期限（鄂城分局提出，3月9日）" in await card(desk, one)
    for subject in offered.keys() - {"reply"}:
        await disputed(desk, actor(sender), one, subject)
    text = await card(desk, one)
    assert text.count("有异议：") == 3, "however many there are, a card is a message"
    assert "⚠️ 另有3项异议" in text
    async with desk() as d:
        assert "objection" not in [duty.code for duty in await d.tx.duties.of_record(one.id)]


@pytest.mark.parametrize("kind", KINDS.all, ids=lambda kind: kind.code)
def test_a_code_means_one_thing_in_every_kind(kind: object) -> None:
    assert isinstance(kind, type(LEAD))
    dates, duties = set(date_fields(kind)), {rule.code for rule in kind.duties}
    assert not dates & duties
    assert WHOLE not in {*kind.entries, *duties}
    assert not {SUBJECT, CLAIM, REMARK} & set(kind.entries)
    assert not FITS_ANY & {move.code for move in kind.moves}
    for code in (*dates, *duties):
        buttons.code(buttons.CHOOSE, 2**62, SUBJECT, code)
