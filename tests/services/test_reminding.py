"""Who is reminded of what, when, and when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role, Side, Status
from bot.services import buttons
from bot.services.delivery import postponed
from bot.services.desk import Desk
from bot.services.disclosure import tell_history
from bot.services.ledger import file_record
from bot.services.nag_lists import SHOWN
from bot.services.nagging import hand_on
from bot.services.planning import NAG_KEY
from bot.services.putting_off import act_on, ask_until, put_off_until
from bot.services.steps import Outcome
from bot.storage.chats import Chat
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.outgoing import Outgoing
    from bot.domain.records import Duty, Nag, Record, Value
    from bot.services.desk import Books
    from bot.services.staff import Staff
    from bot.storage.database import Database
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice

PROSECUTOR, BUREAU = 7001, 7002
"""The chats of the two who carry the recommendation on."""


def nags(said: Iterable[Outgoing]) -> dict[int, str]:
    """The reminders among what was said, by chat."""
    found: dict[int, str] = {}
    for message in said:
        if message.key.startswith(NAG_KEY):
            assert message.chat_id not in found, "one message a person"
            found[message.chat_id] = message.text
    return found


async def the_nag(desk: OpenDesk, person_id: int = 2) -> Nag:
    """The newest reminder of somebody's."""
    async with desk() as d:
        found = [await d.tx.nags.get(nag_id) for nag_id in range(1, 60)]
    return [nag for nag in found if nag is not None and nag.person_id == person_id][-1]


async def test_the_ladder_reminds_the_person_in_charge_first(owed: Advice, bell: Bell) -> None:
    heard = {}
    for day in ("05-14", "05-15", "05-16", "05-29", "06-01", "06-08", "06-11"):
        if said := nags(await bell.ring(day)):
            heard[day] = set(said)
    assert heard == {day: {BUREAU} for day in ("05-15", "05-29", "06-08")}


async def test_a_reminder_names_record_date_days_left_and_clause_and_has_the_step(
    owed: Advice, bell: Bell
) -> None:
    (message,) = await bell.ring("06-08")
    number = owed.record.number
    assert f"{number}</b>　书面回复" in message.text
    assert "6月15日到期，还有7天" in message.text
    assert "鄂州检会〔2021〕5号 第一条第三款" in message.text
    ((step, later),) = message.buttons
    assert step.label == f"登记书面回复 {number}"
    assert later.label == "稍后提醒"


async def test_a_forest_lead_cites_what_the_notice_says_of_forests(
    advice: Advice, bell: Bell
) -> None:
    data: dict[str, Value] = {"category": "F", "route": "transfer", "summary": "毁林"}
    async with advice.on("04-13") as d:
        await file_record(d, advice.bureau, LEAD, "420704", data)
    await bell.deliver("04-13", "10:00")
    told = nags(await bell.ring("04-15"))
    assert "鄂州检会〔2021〕5号 第三条第二项第二款" in told[PROSECUTOR]


async def test_more_than_a_dozen_are_one_message_that_names_the_most_pressing(
    owed: Advice, bell: Bell
) -> None:
    last = owed.record
    for serial in range(1, SHOWN + 1):
        await owed.file("04-10", advice_number=f"鄂州检行建〔2026〕{serial + 10}号")
        await owed.take("04-10", "serve", served_on="2026-04-10")
        await owed.take("04-10", "confirm_receipt", received_on="2026-04-10")
        await owed.take("04-10", "check")
    (message,) = [m for m in await bell.ring("06-08") if m.key.startswith(NAG_KEY)]
    assert message.text.count("书面回复") == SHOWN
    assert f"{last.number}</b>" not in message.text, "it is due last"
    assert "另有1件：🟡 1件" in message.text
    assert len(message.buttons) == SHOWN + 1
    assert [key.label for key in message.buttons[-1]] == ["查看全部待办"]
    assert not nags(await bell.ring("06-08", "10:00")), "that says them all"


async def test_near_the_end_all_on_duty_are_told_and_once_overdue_the_leader_and_who_waits(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    leader = await people("zrzy-ec", Role.LEADER, "钱进")
    await people("zrzy-hr", name="外人")
    on_duty = {BUREAU, deputy.user_id}
    assert set(nags(await bell.ring("06-08"))) == {BUREAU}
    for day in ("06-12", "06-15"):
        assert set(nags(await bell.ring(day))) == on_duty
    overdue = nags(await bell.ring("06-16"))
    assert set(overdue) == on_duty | {leader.user_id, PROSECUTOR}
    assert "<b>已逾期1天</b>" in overdue[BUREAU]
    assert "（应由鄂城分局办理，供您掌握）" in overdue[PROSECUTOR]
    assert set(nags(await bell.ring("06-17"))) == on_duty, "every morning while it is overdue"
    assert set(nags(await bell.ring("06-18"))) == on_duty | {leader.user_id}
    assert set(nags(await bell.ring("06-25"))) == on_duty | {leader.user_id}


async def test_nothing_is_said_outside_hours(owed: Advice, bell: Bell) -> None:
    for day, hour in (
        ("06-08", "08:59"),
        ("06-08", "12:00"),
        ("06-08", "20:00"),
        ("06-13", "09:30"),
    ):
        assert not nags(await bell.ring(day, hour)), (day, hour)
    late = nags(await bell.ring("06-08", "14:30"))
    assert "〔迟发〕" in late[BUREAU]


async def test_the_same_stage_is_said_once_however_often_the_bell_rings(
    owed: Advice, bell: Bell
) -> None:
    assert nags(await bell.ring("06-08"))
    for hour in ("09:00", "09:01", "10:00", "15:00"):
        assert not nags(await bell.ring("06-08", hour))


async def test_after_a_long_silence_only_the_latest_stage_is_said(owed: Advice, bell: Bell) -> None:
    said = nags(await bell.ring("06-09", "10:20"))
    assert list(said) == [BUREAU]
    assert "还有6天" in said[BUREAU]
    assert "〔迟发〕" in said[BUREAU]
    assert not nags(await bell.ring("06-10"))


async def test_stages_past_when_it_begins_are_skipped(advice: Advice, bell: Bell) -> None:
    await advice.deliver("04-13", pace="urgent", reply_days=8)
    await advice.take("04-13", "check")
    assert await advice.dues() == {"reply": "04-21"}
    assert not nags(await bell.ring("04-13", "14:30")), "the day before D-7 is past already"
    assert nags(await bell.ring("04-14"))


async def test_an_answer_silences_what_is_queued_already(owed: Advice, bell: Bell) -> None:
    await bell.deliver("06-08")
    await bell.tick("06-08")
    await owed.take("06-08", "reply")
    assert not nags(await bell.deliver("06-08"))
    assert not nags(await bell.ring("06-12"))


async def test_an_answer_silences_only_its_own_part_of_a_list(
    owed: Advice, bell: Bell, desk: OpenDesk, advice: Advice
) -> None:
    first = owed.record
    await owed.file("04-13", advice_number="鄂州检行建〔2026〕6号", issued_on="2026-04-13")
    await owed.take("04-13", "serve", served_on="2026-04-13")
    await owed.take("04-13", "confirm_receipt")
    await owed.take("04-13", "check")
    second = owed.record
    await bell.deliver("06-08")
    await bell.tick("06-08")
    owed.filed = first
    await owed.take("06-08", "reply")
    await bell.tick("06-08", "10:01")
    (text,) = nags(await bell.deliver("06-08", "10:01")).values()
    assert second.number in text
    assert first.number not in text


async def test_what_may_have_arrived_before_it_was_taken_back_says_so(
    owed: Advice, bell: Bell, database: Database
) -> None:
    await owed.file("04-13", advice_number="鄂州检行建〔2026〕6号", issued_on="2026-04-13")
    await owed.take("04-13", "serve", served_on="2026-04-13")
    await owed.take("04-13", "confirm_receipt")
    await owed.take("04-13", "check")
    await bell.deliver("06-08")
    await bell.tick("06-08")
    async with database.write() as tx:
        (queued,) = await tx.outbox.claim(moment("06-08"), 5)
        await tx.outbox.put_back(queued, "TimedOut", moment("06-08"), perhaps_sent=True)
    await owed.take("06-08", "reply")
    await bell.tick("06-08", "10:01")
    repeated = []
    async with database.write() as tx:
        while claimed := await tx.outbox.claim(moment("06-08", "10:01"), 9):
            repeated += [q.repeated for q in claimed if q.message.key.startswith(NAG_KEY)]
    assert repeated == [True]


async def test_a_date_that_moves_is_reminded_of_anew(owed: Advice, bell: Bell) -> None:
    assert nags(await bell.ring("06-08"))
    await owed.correct("06-09", owed.prosecutor, served_on="2026-04-20")
    await owed.correct("06-09", owed.bureau, received_on="2026-04-20")
    assert await owed.dues() == {"reply": "06-22"}
    assert not nags(await bell.ring("06-12"))
    assert "还有7天" in nags(await bell.ring("06-15"))[BUREAU]


async def test_the_step_is_taken_from_the_reminder_and_no_more_once_it_is_done(
    advice: Advice, bell: Bell, desk: OpenDesk
) -> None:
    await advice.file("04-13", issued_on="2026-04-13")
    await advice.take("04-13", "serve", served_on="2026-04-13")
    message = next(m for m in await bell.ring("04-14") if m.key.startswith(NAG_KEY))
    press = buttons.read(message.buttons[0][0].data)
    async with advice.on("04-14") as d:
        record, outcome, _ = await act_on(d, advice.bureau, press.number(0))
        assert outcome is None, "two steps meet it: the card shows them"
        assert record == advice.record
    await advice.take("04-14", "confirm_receipt")
    async with advice.on("04-14") as d:
        with pytest.raises(DomainError, match="no_longer_owed"):
            await act_on(d, advice.bureau, press.number(0))
        with pytest.raises(DomainError, match="no_longer_owed"):
            await act_on(d, advice.bureau, 4711)


async def test_a_form_is_opened_from_the_reminder_even_if_the_record_changed_since(
    owed: Advice, bell: Bell, desk: OpenDesk
) -> None:
    await bell.ring("06-08")
    nag = await the_nag(desk)
    await owed.correct("06-08", owed.prosecutor, reason="另有情况")
    async with owed.on("06-08") as d:
        _, outcome, _ = await act_on(d, owed.bureau, nag.id)
        assert outcome is Outcome.FORM_OPENED


async def put_off(advice: Advice, nag: Nag, day: str, until: str) -> None:
    async with advice.on(day) as d:
        await ask_until(d, advice.bureau, nag.id, BUREAU)
        at = int(moment(until).timestamp())
        await put_off_until(d, advice.bureau, nag.id, at, BUREAU)


async def test_a_reminder_put_off_comes_again_and_the_ladder_goes_on(
    owed: Advice, bell: Bell, desk: OpenDesk
) -> None:
    await bell.ring("06-08")
    await put_off(owed, await the_nag(desk), "06-08", "06-09")
    await bell.deliver("06-08")
    again = nags(await bell.ring("06-09"))
    assert "还有6天" in again[BUREAU]
    assert "迟发" not in again[BUREAU]
    assert nags(await bell.ring("06-12")), "the next stage is not moved"


async def test_a_daily_line_leaves_alone_who_has_put_it_off(
    owed: Advice, bell: Bell, desk: OpenDesk, people: Hire
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    await owed.correct("06-01", owed.prosecutor, served_on="2026-04-17")
    await owed.correct("06-01", owed.bureau, received_on="2026-04-17")
    assert await owed.dues() == {"reply": "06-17"}
    await bell.ring("06-12")
    await put_off(owed, await the_nag(desk), "06-12", "06-16")
    await bell.deliver("06-12", "10:00")
    assert set(nags(await bell.ring("06-15"))) == {deputy.user_id}
    assert set(nags(await bell.ring("06-16"))) == {BUREAU, deputy.user_id}, "a stage, and his own"


async def test_it_cannot_be_put_off_past_the_due_date_nor_by_anybody_else(
    owed: Advice, bell: Bell, desk: OpenDesk
) -> None:
    await bell.ring("06-12")
    nag = await the_nag(desk)
    async with owed.on("06-12") as d:
        for day in ("06-16", "06-11"):
            at = int(moment(day).timestamp())
            with pytest.raises(DomainError, match="due_too_soon"):
                await put_off_until(d, owed.bureau, nag.id, at, BUREAU)
        with pytest.raises(DomainError, match="not_your_reminder"):
            await ask_until(d, owed.prosecutor, nag.id, PROSECUTOR)
    await bell.ring("06-15")
    nag = await the_nag(desk)
    async with owed.on("06-15") as d:
        with pytest.raises(DomainError, match="due_too_soon"):
            await ask_until(d, owed.bureau, nag.id, BUREAU)


async def test_who_blocked_the_bot_is_replaced_by_the_other_liaison(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    bell.blocked.add(BUREAU)
    await bell.deliver("06-08", "08:00")
    async with owed.on("06-08") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=True)
    await bell.tick("06-08")
    assert not nags(await bell.deliver("06-08"))
    said = nags(await bell.ring("06-08", "09:01"))
    assert list(said) == [deputy.user_id]
    assert "迟发" not in said[deputy.user_id]


async def test_where_nobody_can_be_reached_the_group_is_told_without_details_once_a_day(
    owed: Advice, bell: Bell, desk: OpenDesk
) -> None:
    async with owed.on("04-13") as d:
        chat = Chat(-100_77, 0, "鄂城群", "420704", frozenset(Side))
        await d.tx.chats.bind(chat, 1, d.now)
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    said = await bell.ring("06-11")
    assert [m.chat_id for m in said if m.key.startswith("group/")] in ([], [-100_77])
    (word,) = [m for m in await bell.ring("06-12") if m.key.startswith("group/")]
    assert word.chat_id == -100_77
    assert "提醒未能送达联络员" in word.text
    assert owed.record.number in word.text
    assert "催告" not in word.text
    assert not [m for m in await bell.ring("06-12", "15:00") if m.key.startswith("group/")]


async def test_who_left_hears_nothing_more_and_the_other_liaison_does(
    owed: Advice, bell: Bell, people: Hire, desk: OpenDesk, actor: Act
) -> None:
    other = await people("zrzy-ec", name="陈明")
    await bell.deliver("06-08")
    async with owed.on("06-08") as d:
        person = await d.tx.people.by_user(BUREAU)
        assert person is not None
        await d.tx.people.change(person.id, status=Status.LEFT.value)
    said = nags(await bell.ring("06-08"))
    assert list(said) == [other.user_id]


@pytest.mark.parametrize("now_is", [{"organ": "zrzy-hr"}, {"organ": None, "role": "admin"}])
async def test_what_somebody_has_put_off_and_may_see_no_more_goes_to_who_is_in_charge(
    owed: Advice, bell: Bell, people: Hire, desk: OpenDesk, now_is: dict[str, str | None]
) -> None:
    other = await people("zrzy-ec", name="陈明")
    await bell.ring("06-08")
    nag = await the_nag(desk)
    async with owed.on("06-08") as d:
        until = int(moment("06-09").timestamp())
        await put_off_until(d, owed.bureau, nag.id, until, BUREAU)
        await d.tx.people.change(owed.bureau.person_id, **now_is)
    await bell.tick("06-09")
    assert set(nags(await bell.ring("06-09", "09:01"))) == {other.user_id}


async def test_the_history_tells_which_organ_was_reminded(owed: Advice, bell: Bell) -> None:
    for day in ("05-29", "06-08", "06-17"):
        await bell.ring(day)
    async with owed.on("06-17") as d:
        events = await d.tx.events.of_record(owed.record.id)
        await tell_history(d, owed.bureau, owed.record, BUREAU)
    reminded = [event for event in events if event.name == "reminded"]
    assert (reminded[0].facts["reminded"], reminded[0].facts["stage"]) == ("zrzy-ec", -15)
    assert all(event.facts["stage"] != 2 for event in reminded), "the daily list is none"
    (history,) = [m for m in await bell.deliver("06-17", "10:00") if "办理经过" in m.text]
    lines = [line for line in history.text.splitlines() if "提醒鄂城分局" in line]
    assert "（书面回复，到期前17天）" in lines[0], "the stage of a rest day came before it"
    assert "（书面回复，到期前7天）" in lines[1]


async def test_groups_hear_what_the_week_brings_on_its_first_working_day(
    owed: Advice, bell: Bell, desk: OpenDesk
) -> None:
    async with owed.on("04-13") as d:
        chat = Chat(-100_77, 0, "鄂城群", "420704", frozenset(Side))
        await d.tx.chats.bind(chat, 1, d.now)
    first = owed.record.number
    await owed.deliver("04-24", advice_number="鄂州检行建〔2026〕6号")
    await owed.take("04-24", "check")
    (word,) = [m for m in await bell.ring("05-11") if m.key.startswith("group/")]
    assert "本周无到期事项" in word.text
    (word,) = [m for m in await bell.ring("06-15") if m.key.startswith("group/")]
    assert f"6月21日\n鄂城分局：\n🔴 {first}　书面回复，6月15日，<b>今天到期</b>" in word.text
    assert "已逾期事项" not in word.text
    assert not [m for m in await bell.ring("06-16") if m.key.startswith("group/")]
    (word,) = [m for m in await bell.ring("06-24") if m.key.startswith("group/")]
    assert word.text.startswith(
        "<b>已逾期事项</b>\n"
        "鄂城分局：\n"
        f"🔴 {first}　书面回复，6月15日，<b>逾期9天</b>\n\n"
        "<b>本周到期事项</b>　6月24日至6月28日\n"
        "鄂城分局：\n"
        f"🔴 {owed.record.number}　书面回复，6月24日，<b>今天到期</b>"
    ), "the bot was down on the week's first days"


async def test_a_clock_that_ran_ahead_for_a_while_silences_nothing(
    owed: Advice, bell: Bell
) -> None:
    async with owed.on("04-13") as d:
        chat = Chat(-100_77, 0, "鄂城群", "420704", frozenset(Side))
        await d.tx.chats.bind(chat, 1, d.now)
    await bell.ring("06-08")
    await bell.ring("12-08")
    await bell.deliver("06-09", "10:00")
    await bell.tick("06-09", "10:00")
    assert not nags(await bell.deliver("12-08", "11:00"))
    await bell.tick("06-12")
    assert "还有3天" in nags(await bell.deliver("12-08", "11:00"))[BUREAU]
    await bell.tick("06-15")
    assert [m for m in await bell.deliver("12-08", "11:00") if m.key.startswith("group/")]


async def test_one_bad_row_stops_nothing(
    owed: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owed.file("04-13", advice_number="鄂州检行建〔2026〕6号", issued_on="2026-04-13")
    await owed.take("04-13", "serve", served_on="2026-04-13")
    await owed.take("04-13", "confirm_receipt")
    await owed.take("04-13", "check")

    async def stumble(
        desk: Desk, duties: Sequence[Duty], records: Mapping[int, Record], staff: Staff
    ) -> None:
        await hand_on(desk, duties, records, staff)
        if owed.record.id in {duty.record_id for duty in duties}:
            raise RuntimeError("a bad row")

    monkeypatch.setattr("reminders.dispatcher.hand_on", stumble)
    await bell.deliver("06-08")
    assert (await bell.tick("06-08")).failed == 1
    (text,) = nags(await bell.deliver("06-08")).values()
    assert owed.record.number not in text
    monkeypatch.undo()
    (text,) = nags(await bell.ring("06-08", "09:01")).values()
    assert owed.record.number in text, "it is tried again"


async def test_what_could_not_be_sent_in_time_is_said_anew_in_office_hours(
    owed: Advice, bell: Bell
) -> None:
    await bell.deliver("06-08")
    await bell.tick("06-08")
    await bell.tick("06-08", "17:31")
    assert not nags(await bell.deliver("06-08", "23:00")), "not at night"
    (text,) = nags(await bell.ring("06-09")).values()
    assert "还有6天" in text
    assert "〔迟发〕" in text


async def test_what_is_answered_while_it_is_under_way_is_not_sent_again(
    owed: Advice, bell: Bell, database: Database, books: Books
) -> None:
    await bell.deliver("06-08")
    await bell.tick("06-08")
    async with database.write() as tx:
        (queued,) = await tx.outbox.claim(moment("06-08"), 5)
    await owed.take("06-08", "reply")
    async with database.write() as tx:
        desk = await Desk.open(tx, books, moment("06-08", "10:05"), "later")
        await postponed(desk, queued, "TimedOut", perhaps_sent=True)
    assert not nags(await bell.deliver("06-08", "10:10"))


async def test_no_outsider_sees_a_card_by_a_reminder_s_button(
    owed: Advice, bell: Bell, people: Hire, desk: OpenDesk, actor: Act
) -> None:
    await bell.ring("06-08")
    outsider = actor(await people("zrzy-hr", name="外人"))
    nag = await the_nag(desk)
    async with owed.on("06-08") as d:
        with pytest.raises(DomainError, match="out_of_sight"):
            await act_on(d, outsider, nag.id)
