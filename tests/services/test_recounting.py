"""Another calendar: each date is counted anew by its own rule, and told to whom it concerns."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI, WorkCalendar
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Role, Side
from bot.domain.periods import Stretch, count
from bot.domain.records import NewRecord, Outcome
from bot.services.cards import render_card
from bot.services.disclosure import tell_history
from bot.services.histories import note_step
from bot.services.ledger import file_record, move_record
from bot.services.nag_lists import remind
from bot.services.proofs import account_of
from bot.services.recounting import SHOWN, recount, recount_late
from bot.services.verify import verify
from bot.storage.chats import Chat
from tests.domain.notices import INVENTED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from bot.domain.people import Actor
    from bot.domain.records import Duty, Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

    OpenOn = Callable[[int, int], AbstractAsyncContextManager[Desk]]
    """The type of the fixture `on`."""

NEWER = WorkCalendar([INVENTED])
NUMBER = INVENTED.source
LEAD_DATA: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
ADVICE_DATA: dict[str, Value] = {
    "advice_number": "鄂州检行建〔2026〕5号",
    "type": "breach",
    "issued_on": "2026-11-02",
    "items": "1.催告",
}


def with_notice(desk: Desk) -> Desk:
    return replace(desk, calendar=NEWER)


@pytest.fixture
def now() -> datetime:
    """A Monday when the notice for the next year is there."""
    return datetime(2026, 12, 14, 10, tzinfo=SHANGHAI)


@pytest.fixture
def on(desk: OpenDesk) -> OpenOn:
    """Open a transaction as of some day of that year: `async with on(11, 9) as d: …`."""

    @asynccontextmanager
    async def open_on(month: int, day: int) -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=datetime(2026, month, day, 10, tzinfo=SHANGHAI))

    return open_on


@pytest.fixture
async def bureau(people: Hire, actor: Act) -> Actor:
    return actor(await people("zrzy-ec", name="王敏"))


@pytest.fixture
async def procuratorate(people: Hire, actor: Act) -> Actor:
    return actor(await people("jcy-ec", name="李静"))


async def accepted(desk: Desk, bureau: Actor, procuratorate: Actor) -> Record:
    """A lead whose result is due three months from the desk's day."""
    record = await file_record(desk, bureau, LEAD, "420704", LEAD_DATA)
    for move, data in (
        ("sign", {}),
        ("review", {}),
        ("accept", {"case_number": "鄂检〔2026〕7号"}),
    ):
        record = await move_record(desk, procuratorate, record, move, data, version=record.version)
    return record


async def open_duty(desk: Desk, record: Record) -> Duty:
    (duty,) = await desk.tx.duties.open_of(record.id)
    return duty


async def test_a_date_moves_by_its_own_rule_and_both_dates_stay(
    on: OpenOn, bureau: Actor, procuratorate: Actor
) -> None:
    async with on(11, 9) as d:
        record = await accepted(d, bureau, procuratorate)
        before = await open_duty(d, record)
        assert (before.due, before.provisional) == (date(2027, 2, 9), True)
        (shift,) = await recount(with_notice(d), NUMBER, None)
        after = await open_duty(d, record)
        assert (after.nominal, after.due) == (date(2027, 2, 9), date(2027, 2, 12))
        assert (after.provisional, after.calendar_version) == (False, NEWER.version)
        assert (after.start, after.rule) == (before.start, before.rule)
        assert (shift.duty, shift.after.due, shift.moved) == (before, after.due, True)

        old = next(each for each in await d.tx.duties.of_record(record.id) if each.id == before.id)
        event = (await d.tx.events.of_record(record.id))[-1]
        assert (old.outcome, old.closed_by, after.opened_by) == (
            Outcome.REPLACED,
            event.id,
            event.id,
        )
        assert (event.name, event.actor) == ("recounted", None)
        assert event.facts == {
            "number": record.number,
            "duty": "case",
            "before": "2027-02-09",
            "was_provisional": True,
            "after": "2027-02-12",
            "provisional": False,
            "source": NUMBER,
        }
        assert (await verify(d.tx)).sound
        card = await render_card(with_notice(d), LEAD, record)
        assert "2027年2月12日（星期五）届满，原为2027年2月9日，2027年2月9日届满遇休息日顺延" in card


async def test_the_history_tells_it(
    on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    async with on(11, 9) as d:
        record = await accepted(d, bureau, procuratorate)
        await recount(with_notice(d), NUMBER, None)
        await tell_history(d, bureau, record, 7)
    (told,) = [said for said in await deliver() if said.chat_id == 7]
    words = "审查终结并告知结果期限2027年2月9日（暂定）→2027年2月12日（国办发明电〔2026〕9号）"
    assert words in told.text


async def test_a_date_that_stays_but_is_final_now_is_a_change_too(
    on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    async with on(11, 23) as d:
        record = await accepted(d, bureau, procuratorate)
        before = await open_duty(d, record)
        (shift,) = await recount(with_notice(d), NUMBER, None)
        after = await open_duty(d, record)
    assert (before.due, before.provisional) == (after.due, True)
    assert (after.provisional, after.id != before.id, shift.moved) == (False, True, False)
    told = [said.text for said in await deliver() if "重新计算" in said.text]
    assert len(told) == 2
    assert all(
        "审查终结并告知结果（鄂城区检察院）：2027年2月23日，不再是暂定" in text for text in told
    )


async def test_where_nothing_changes_only_the_version_is_noted(
    desk: OpenDesk,
    on: OpenOn,
    bureau: Actor,
    procuratorate: Actor,
    deliver: Deliver,
    rows: CountRows,
) -> None:
    async with on(3, 9) as d:
        record = await accepted(d, bureau, procuratorate)
        before = await open_duty(d, record)
    await deliver()
    counted = await rows()
    async with on(12, 14) as d:
        assert await recount(with_notice(d), NUMBER, None) == []
        after = await open_duty(d, record)
    assert after == replace(before, calendar_version=NEWER.version)
    assert await deliver() == []
    assert await rows() == counted


async def test_recounting_twice_changes_nothing_more(
    desk: OpenDesk,
    on: OpenOn,
    bureau: Actor,
    procuratorate: Actor,
    deliver: Deliver,
    rows: CountRows,
) -> None:
    async with on(11, 9) as d:
        await accepted(d, bureau, procuratorate)
        await recount(with_notice(d), NUMBER, None)
    await deliver()
    counted = await rows()
    async with on(12, 14) as d:
        assert await recount(with_notice(d), NUMBER, None) == []
    assert await rows() == counted


async def concluded(d: Desk, procuratorate: Actor, record: Record, day: date) -> Record:
    """The lead's result is told on some day of the next year."""
    then = replace(d, now=datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI))
    return await move_record(
        then, procuratorate, record, "conclude", {"result": "已裁定"}, version=record.version
    )


async def test_what_was_met_by_a_date_that_was_not_final_is_judged_anew(
    on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    day = date(2027, 2, 11)
    async with on(11, 9) as d:
        record = await accepted(d, bureau, procuratorate)
        record = await concluded(d, procuratorate, record, day)
        before = (await d.tx.duties.of_record(record.id))[-1]
        assert (before.due, before.provisional, before.late) == (date(2027, 2, 9), True, 2)
        card = await render_card(d, LEAD, record)
        assert "2027年2月11日办理，<b>逾期2天</b>（期限2027年2月9日，暂定）" in card
        account = await account_of(d, record, entitled=False)
        assert (
            "2027年2月9日（星期二）届满（暂定）；2027年2月11日“办结”，逾期2天"
            in account.endings()[-1].line
        )

        (shift,) = await recount(with_notice(d), NUMBER, None)
        rows = await d.tx.duties.of_record(record.id)
        event = (await d.tx.events.of_record(record.id))[-1]
        assert (shift.duty, shift.late, event.name) == (before, 0, "recounted")
        assert (event.facts["before"], event.facts["after"]) == ("2027-02-09", "2027-02-12")
        assert rows[-2] == before, "what was judged stays as it was judged"
        after = rows[-1]
        assert (after.due, after.provisional, after.outcome) == (
            date(2027, 2, 12),
            False,
            Outcome.MET,
        )
        assert (after.met_on, after.late, after.closed_by) == (day, 0, event.id)
        assert "逾期" not in await render_card(with_notice(d), LEAD, record)
        account = await account_of(with_notice(d), record, entitled=False)
        assert "；2027年2月11日“办结”，按期" in account.endings()[-1].line
        assert NUMBER in account.endings()[-1].full
        assert (await verify(d.tx)).sound
        await recount_late(with_notice(d))
        assert await d.tx.duties.of_record(record.id) == rows, "once"
    told = [said.text for said in await deliver() if "重新计算" in said.text]
    assert all("2027年2月9日（暂定） → 2027年2月12日；2月11日已办理，按期" in text for text in told)
    assert len(told) == 2


async def test_what_was_met_by_a_final_date_or_is_closed_is_left_alone(
    on: OpenOn, bureau: Actor, procuratorate: Actor
) -> None:
    async with on(11, 9) as d:
        record = await accepted(d, bureau, procuratorate)
        record = await concluded(d, procuratorate, record, date(2027, 2, 11))
        for actor, move in ((bureau, "confirm"), (procuratorate, "archive")):
            record = await move_record(d, actor, record, move, {}, version=record.version)
        before = await d.tx.duties.of_record(record.id)
        assert [row.provisional for row in before] == [False, False, True]
        assert await recount(with_notice(d), NUMBER, None) == []
        assert await d.tx.duties.of_record(record.id) == before


async def test_each_person_on_duty_gets_one_message_and_nobody_else(
    desk: OpenDesk, on: OpenOn, people: Hire, actor: Act, deliver: Deliver
) -> None:
    wang, li = await people("zrzy-ec", name="王敏"), await people("jcy-ec", name="李静")
    zhao = await people("jcy-ec", Role.DEPUTY, "赵立")
    await people("jcy-ec", Role.LEADER, "吴建国")
    await people("jcy-ec", Role.DEPUTY, "久别", reachable=False)
    for organ in ("zrzy-hr", "jcy-hr", "lzb-ec", "jcy", "zrzy"):
        await people(organ, name="旁人")
    await people(None, Role.ADMIN, "孙伟")
    async with on(11, 9) as d:
        for _ in range(3):
            await accepted(d, actor(wang), actor(li))
    await deliver()
    async with desk() as d:
        await recount(with_notice(d), NUMBER, None)
    said = [each for each in await deliver() if each.manner is Manner.SEND]
    assert {each.chat_id for each in said} == {p.user_id for p in (wang, li, zhao)}
    assert len(said) == 3
    assert {each.priority for each in said} == {Priority.NEWS}
    line = "审查终结并告知结果（鄂城区检察院）：2027年2月9日（暂定） → 2027年2月12日"
    for each in said:
        assert [f"线索〔2026〕{n}号　{line}" in each.text for n in (1, 2, 3)] == [True] * 3
    texts = {each.chat_id: each.text for each in said}
    assert texts[wang.user_id].startswith("<b>期限已重新计算</b>\n鄂城分局的3项期限按国办发明电")
    assert texts[li.user_id] == texts[zhao.user_id].replace("鄂城分局的", "鄂城区检察院的")


async def test_the_cards_are_brought_up_to_date_where_they_stand(
    desk: OpenDesk, on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    async with desk() as d:
        chat = Chat(-1, 0, "鄂城群", "420704", frozenset({Side.PROCURATORATE, Side.RESOURCES}))
        await d.tx.chats.bind(chat, bureau.person_id, d.now)
    async with on(11, 9) as d:
        await accepted(d, bureau, procuratorate)
    await deliver()
    async with desk() as d:
        await recount(with_notice(d), NUMBER, None)
    cards = [said for said in await deliver() if said.manner is Manner.PUT]
    assert {said.chat_id for said in cards} >= {-1}
    assert {said.priority for said in cards} == {Priority.NAG}
    assert all("2027年2月12日（星期五）届满，原为2027年2月9日" in said.text for said in cards)


def advice_moves(day: str) -> tuple[tuple[str, str, dict[str, Value]], ...]:
    sent: dict[str, Value] = {"served_on": day, "delivery": "direct", "signatory": "收发室"}
    return (
        ("procuratorate", "serve", sent),
        ("bureau", "confirm_receipt", {}),
        ("bureau", "explain", {"delay_reason": "雨季", "planned_on": "2027-02-06"}),
        ("procuratorate", "grant_delay", {"rectify_by": "2027-02-06"}),
    )


@pytest.mark.parametrize(
    ("more", "start", "reply", "rectify"),
    [
        ({}, "2026-12-05", date(2027, 2, 12), date(2027, 2, 12)),
        (
            {"pace": "urgent", "reply_days": 61},
            "2026-12-07",
            date(2027, 2, 12),
            date(2027, 2, 12),
        ),
    ],
    ids=["two months", "the paper's own days"],
)
async def test_the_papers_own_days_and_lengths_are_kept(
    on: OpenOn,
    bureau: Actor,
    procuratorate: Actor,
    more: dict[str, Value],
    start: str,
    reply: date,
    rectify: date,
) -> None:
    async with on(12, 9) as d:
        record = await file_record(d, procuratorate, ADVICE, "420704", ADVICE_DATA | more)
        who = {"bureau": bureau, "procuratorate": procuratorate}
        for name, move, data in advice_moves(start):
            record = await move_record(d, who[name], record, move, data, version=record.version)
        await recount(with_notice(d), NUMBER, None)
        dues = {duty.code: duty.due for duty in await d.tx.duties.open_of(record.id)}
    assert (dues["reply"], dues["rectify"]) == (reply, rectify)


async def test_a_card_with_an_estimate_is_brought_up_to_date_too(
    desk: OpenDesk, on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    """Two months from the day of issue it is the Spring Festival, longer by the invented notice."""
    async with desk() as d:
        chat = Chat(-1, 0, "鄂城群", "420704", frozenset({Side.PROCURATORATE, Side.RESOURCES}))
        await d.tx.chats.bind(chat, bureau.person_id, d.now)
    async with on(12, 7) as d:
        data = ADVICE_DATA | {"issued_on": "2026-12-07"}
        await file_record(d, procuratorate, ADVICE, "420704", data)
    (card,) = [said for said in await deliver() if said.chat_id == -1]
    assert "2月9日届满（暂定）" in card.text
    async with desk() as d:
        assert await recount(with_notice(d), NUMBER, None) == []
    (card,) = [said for said in await deliver() if said.chat_id == -1]
    assert "2月12日届满\n" in card.text


async def test_hundreds_of_duties_in_one_transaction(
    on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    many = 250
    async with on(11, 9) as d:
        for serial in range(many):
            await running_lead(d, bureau, serial)
    async with on(11, 10) as d:
        shifts = await recount(with_notice(d), NUMBER, None)
    assert len(shifts) == many
    said = [each for each in await deliver() if each.manner is Manner.SEND]
    assert len(said) == 2
    for each in said:
        assert f"{many}项期限" in each.text
        assert each.text.count("线索〔2026〕") == SHOWN
        assert f"另有{many - SHOWN}项" in each.text


async def running_lead(desk: Desk, bureau: Actor, serial: int) -> None:
    """A lead whose result is due, written without everything that its steps would say."""
    record = await desk.tx.records.add(
        NewRecord(
            "lead",
            f"线索〔2026〕{serial}号",
            "420704",
            "zrzy-ec",
            "jcy-ec",
            frozenset({Side.PROCURATORATE, Side.RESOURCES}),
            bureau.person_id,
            "filed",
            LEAD_DATA,
        ),
        desk.now,
    )
    event = await note_step(desk, bureau, record, "file", {"to": record.state}, {})
    rule = desk.books.periods["C2"]
    await desk.tx.duties.open(
        record.id,
        "case",
        rule,
        count(rule, desk.today, desk.calendar),
        debtor=record.receiver,
        creditor=record.sender,
        event_id=event.id,
        shown=Stretch.FAR,
    )


async def test_what_an_import_has_not_reached_is_found_in_office_hours(
    desk: OpenDesk, on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    async with on(11, 9) as d:
        record = await accepted(d, bureau, procuratorate)
    await deliver()
    for hour, moved in ((22, False), (10, True)):
        async with desk() as d:
            await recount_late(replace(with_notice(d), now=d.now.replace(hour=hour)))
            assert ((await open_duty(d, record)).due == date(2027, 2, 12)) is moved
    assert any("按更新后的休息日重新计算" in said.text for said in await deliver())


async def test_a_release_that_knows_the_days_of_the_law_tells_each_shift_once(
    desk: OpenDesk,
    on: OpenOn,
    bureau: Actor,
    procuratorate: Actor,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three months from 1 October end on New Year's Day, which counted as a workday before."""
    with monkeypatch.context() as before_the_release:
        before_the_release.setattr("bot.domain.calendar.statutory_rest", lambda _year: {})
        older = WorkCalendar()
    async with on(10, 1) as d:
        record = await accepted(replace(d, calendar=older), bureau, procuratorate)
        assert (await open_duty(d, record)).due == date(2027, 1, 1)
    await deliver()
    told: list[str] = []
    for _ in range(2):
        async with desk() as d:
            await recount_late(d)
            duty = await open_duty(d, record)
        assert (duty.due, duty.provisional) == (date(2027, 1, 4), True)
        told += [said.text for said in await deliver() if said.manner is Manner.SEND]
    line = "审查终结并告知结果（鄂城区检察院）：2027年1月1日（暂定） → 2027年1月4日（暂定）"
    assert len(told) == 2
    assert all(line in text and "按更新后的休息日重新计算" in text for text in told)


async def test_events_of_several_records_do_not_mix(
    on: OpenOn, bureau: Actor, procuratorate: Actor
) -> None:
    async with on(11, 9) as d:
        records = [await accepted(d, bureau, procuratorate) for _ in range(3)]
        await recount(with_notice(d), NUMBER, bureau.person_id)
        for record in records:
            events = await d.tx.events.of_record(record.id)
            names = [name for name, _ in groupby(event.name for event in events)]
            assert names[-1] == "recounted"
            assert events[-1].facts["number"] == record.number


async def test_a_reminder_that_names_several_dates_is_edited_once(
    desk: OpenDesk, on: OpenOn, bureau: Actor, procuratorate: Actor, deliver: Deliver
) -> None:
    async with on(11, 9) as d:
        records = [await accepted(d, bureau, procuratorate) for _ in range(3)]
    async with desk() as d:
        for record in records:
            duty = await open_duty(d, record)
            await d.tx.nags.add(duty.id, -30, [procuratorate.person_id], d.now)
        await remind(d, procuratorate.person_id)
    await deliver()
    async with desk() as d:
        await recount(with_notice(d), NUMBER, None)
    (edit,) = [said for said in await deliver() if said.manner is Manner.AMEND]
    assert edit.text.count("已改期至2027年2月12日") == 3
    assert not edit.buttons
