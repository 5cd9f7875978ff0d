"""A recommendation from its registration to the written reply: two keys, dates, corrections."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Place, Role
from bot.domain.records import Outcome
from bot.services.amendments import amendments_of, open_correction
from bot.services.blanks import REMOVED
from bot.services.forms import Said, choose, clear, open_form
from bot.services.ledger import file_record, move_record
from bot.services.todo import tell_todo
from bot.storage.tables import outbox
from tests.services.advising import FILED

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Duty, Value
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice

PRIVATE = Place(7001, 0, private=True)


# Who registers one, and what it has to say.


@pytest.mark.parametrize("organ", ["zrzy-ec", "zrzy", "lzb-ec"])
async def test_only_the_procuratorate_registers_one(
    desk: OpenDesk, people: Hire, actor: Act, organ: str
) -> None:
    author = actor(await people(organ))
    async with desk() as d:
        with pytest.raises(DomainError, match="not_your_kind"):
            await open_form(d, author, ADVICE, PRIVATE, Said("纠正违法"))
        with pytest.raises(DomainError, match="not_your_kind"):
            await file_record(d, author, ADVICE, "420704", FILED)


@pytest.mark.parametrize(
    ("organ", "role", "code"),
    [
        ("jcy-hr", Role.LIAISON, "not_your_district"),
        ("jcy-ec", Role.LEADER, "not_entitled_leader"),
    ],
)
async def test_nor_does_another_district_or_a_leader(
    desk: OpenDesk, people: Hire, actor: Act, organ: str, role: Role, code: str
) -> None:
    author = actor(await people(organ, role))
    async with desk() as d:
        with pytest.raises(DomainError, match=code):
            await file_record(d, author, ADVICE, "420704", FILED)


@pytest.mark.parametrize("organ", ["jcy-ec", "jcy"])
async def test_it_goes_to_the_bureau_of_the_district(
    desk: OpenDesk, people: Hire, actor: Act, organ: str
) -> None:
    author = actor(await people(organ))
    async with desk() as d:
        record = await file_record(d, author, ADVICE, "420704", FILED)
    assert (record.number, record.sender) == ("检察建议〔2026〕1号", organ)
    assert record.receiver == "zrzy-ec"


async def test_the_line_that_help_shows_is_read_whole(
    desk: OpenDesk, people: Hire, actor: Act
) -> None:
    author = actor(await people("jcy"))
    async with desk() as d:
        draft = await open_form(
            d, author, ADVICE, PRIVATE, Said(d.office.illustrate(ADVICE.example))
        )
    assert (draft.data, draft.asking) == (
        {
            "district": "420704",
            "type": "breach",
            "advice_number": "鄂州检行建〔2026〕5号",
            "issued_on": "2025-04-10",
            "items": "催告\n完善移送台账",
        },
        "",
    )


async def test_days_are_asked_for_only_when_the_paper_sets_them(advice: Advice) -> None:
    async with advice.on("04-10") as d:
        line = "鄂州检行建〔2026〕5号 纠正违法 鄂城区 制发4月9日 1.催告 2.建台账"
        draft = await open_form(d, advice.prosecutor, ADVICE, PRIVATE, Said(line))
        assert draft.asking == ""
        draft = await open_form(
            d, advice.prosecutor, ADVICE, PRIVATE, Said(f"{line} 期限紧急 紧急")
        )
        assert (draft.data["pace"], draft.asking) == ("urgent", "reply_days")


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("1.责令当事人30日内拆除", None),
        ("1.责令当事人30日内拆除并恢复原状；15日内书面回复本院", 15),
        ("1.催告 2.收到后十日内将整改情况书面答复", 10),
        ("1.催告 2.5日内向本院反馈", 5),
        ("回复期限：20日 1.限30日内拆除", 20),
        ("1.督促10日以内予以回复", 10),
        ("1.2026年15日内缴清罚款 2.答复当事人", None),
    ],
)
async def test_days_are_those_beside_which_an_answer_is_asked_for(
    advice: Advice, words: str, days: int | None
) -> None:
    line = f"鄂州检行建〔2026〕5号 纠正违法 紧急 鄂城区 制发4月9日 {words}"
    async with advice.on("04-10") as d:
        draft = await open_form(d, advice.prosecutor, ADVICE, PRIVATE, Said(line))
    assert draft.data.get("reply_days") == days
    assert draft.asking == ("" if days else "reply_days")


async def test_days_without_a_pace_ask_for_it_and_only_an_urgent_one_fits(advice: Advice) -> None:
    line = "鄂州检行建〔2026〕5号 纠正违法 鄂城区 制发4月9日 1.催告 15日内书面回复"
    async with advice.on("04-10") as d:
        draft = await open_form(d, advice.prosecutor, ADVICE, PRIVATE, Said(line))
        assert (draft.data["reply_days"], draft.asking) == (15, "pace")
        with pytest.raises(DomainError, match="days_without_urgency"):
            await choose(d, advice.prosecutor, draft, "pace", "normal")
        cleared = await clear(d, advice.prosecutor, draft, "reply_days")
        assert cleared.asking == ""
        chosen = await choose(d, advice.prosecutor, draft, "pace", "urgent")
        assert chosen.asking == ""


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"pace": "urgent"}, "still_missing"),
        ({"reply_days": 10}, "still_missing"),
        ({"pace": "normal", "reply_days": 10}, "days_without_urgency"),
        ({"pace": "harm"}, "harm_without_public_interest"),
        ({"pace": "harm", "type": "governance"}, "harm_without_public_interest"),
    ],
)
async def test_false_urgency_is_refused(advice: Advice, said: dict[str, Value], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        await advice.file("04-10", **said)


# Two keys start the clock.


async def test_before_it_is_received_there_is_only_an_estimate(advice: Advice) -> None:
    await advice.file("04-10")
    assert await advice.rows() == []
    for living in (True, False):
        card = await advice.card("04-10", living=living)
        assert card.startswith("⚪")
        assert "书面回复：尚未起算" in card
        assert "按制发日期4月10日估算，6月10日届满" in card


@pytest.mark.parametrize(
    ("first", "confirm", "debtor"),
    [("serve", "confirm", "zrzy-ec"), ("receive", "confirm_service", "jcy-ec")],
)
async def test_one_key_alone_starts_no_clock(
    advice: Advice, first: str, confirm: str, debtor: str
) -> None:
    await advice.file("04-10")
    await advice.take("04-14", first)
    (duty,) = (await advice.owed()).values()
    assert (duty.code, duty.debtor, duty.due) == (confirm, debtor, date(2026, 4, 16))
    card = await advice.card("04-14")
    assert card.startswith("🔴"), "the other key is due in two days"
    assert "书面回复：尚未起算，待双方确认收到日期；按" in card
    assert "4月13日估算，6月15日届满" in card
    assert "<b>已逾期1天</b>" in await advice.card("04-17")


@pytest.mark.parametrize("keys", [("serve", "confirm_receipt"), ("receive", "confirm_service")])
async def test_two_keys_start_it_whichever_is_turned_first(
    advice: Advice, keys: tuple[str, str]
) -> None:
    await advice.file("04-10")
    await advice.take("04-14", *keys)
    owed = await advice.owed()
    assert sorted(owed) == ["reply", "self_check"]
    reply = owed["reply"]
    assert (reply.rule.code, reply.debtor, reply.creditor) == ("A1", "zrzy-ec", "jcy-ec")
    assert (reply.start, reply.nominal, reply.due, reply.provisional) == (
        date(2026, 4, 13),
        date(2026, 6, 13),
        date(2026, 6, 15),
        False,
    )
    assert owed["self_check"].due == date(2026, 4, 20)
    assert {advice.record.data[name] for name in ("served_on", "received_on")} == {"2026-04-13"}


async def test_the_card_shows_the_nominal_day_beside_the_one_it_moves_to(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("04-14", "check")
    card = await advice.card("04-14")
    assert card.startswith("🟢")
    assert "书面回复：2026年6月15日（星期一）届满，6月13日届满遇休息日顺延，还有62天" in card
    assert "尚未起算" not in card
    assert "还有" not in await advice.card("04-14", living=True)


@pytest.mark.parametrize(
    ("first", "other", "day", "counted"),
    [
        ("serve", "differ_receipt", {"received_on": "2026-04-15"}, "4月13日"),
        ("serve", "differ_receipt", {"received_on": "2026-04-12"}, "4月12日"),
        ("receive", "differ_service", {"served_on": "2026-04-15"}, "4月13日"),
        ("receive", "differ_service", {"served_on": "2026-04-12"}, "4月12日"),
    ],
)
async def test_of_two_dates_both_are_shown_and_the_earlier_counts(
    advice: Advice, first: str, other: str, day: dict[str, Value], counted: str
) -> None:
    await advice.file("04-10")
    await advice.take("04-16", first)
    await advice.take("04-16", other, **day)
    (given,) = day.values()
    starts = {duty.start for duty in (await advice.owed()).values()}
    assert starts == {min(date(2026, 4, 13), date.fromisoformat(str(given)))}
    card = await advice.card("04-16")
    assert f"4月{str(given)[-2:]}日" in card
    assert "4月13日" in card
    assert "双方登记的日期不一致" in card
    assert f"按较早的{counted}起算" in card


# An addressee who does not confirm stops no clock.


async def test_service_is_proven_once_the_other_key_is_overdue(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve")
    for day in ("04-13", "04-15"):
        with pytest.raises(DomainError, match="not_now"):
            await advice.take(day, "prove_service")
    await advice.take("04-16", "prove_service", service_proof="收发室签收，送达回证存卷")
    reply = (await advice.owed())["reply"]
    assert await advice.dues() == {"reply": "06-15", "self_check": "04-20"}
    assert (reply.start, reply.rule.code) == (date(2026, 4, 13), "A1")
    assert [row.outcome for row in await advice.rows()][:1] == [Outcome.DROPPED]
    assert "received_on" not in advice.record.data
    mark = "⚠️ 送达日期（检察机关登记）4月13日系单方登记，对方未确认；期限按此起算"
    assert mark in await advice.card("04-16")
    await advice.take("06-10", "reply")
    assert mark in await advice.card("06-10")
    await advice.take("06-12", "withdraw")
    assert "单方登记" not in await advice.card("06-12")


async def test_what_was_left_with_the_addressee_needs_no_confirmation(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve", delivery="left")
    await advice.take("04-13", "prove_service")
    assert (advice.record.state, (await advice.owed())["reply"].due) == (
        "delivered",
        date(2026, 6, 15),
    )


async def test_only_the_sender_proves_service(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve", delivery="left")
    async with advice.on("04-13") as d:
        data = {"service_proof": "留置"}
        with pytest.raises(DomainError, match="not_your_move"):
            await move_record(d, advice.bureau, advice.record, "prove_service", data, version=2)
        with pytest.raises(DomainError, match="still_missing"):
            await move_record(d, advice.prosecutor, advice.record, "prove_service", {}, version=2)


@pytest.mark.parametrize(
    ("day", "due", "words"),
    [
        ("2026-04-13", "06-15", ""),
        ("2026-04-15", "06-15", "双方登记的日期不一致"),
        ("2026-04-10", "06-10", "按较早的4月10日起算"),
    ],
)
async def test_the_receiver_may_tell_its_own_day_later(
    advice: Advice, day: str, due: str, words: str
) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve", delivery="left")
    await advice.take("04-13", "prove_service", "check")
    await advice.take("04-20", "enter_receipt", received_on=day)
    assert await advice.dues() == {"reply": due}
    card = await advice.card("04-20")
    assert "单方登记" not in card
    assert (words or "书面回复") in card
    assert ("不一致" in card) is bool(words)
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("04-20", "enter_receipt")


async def test_a_day_told_after_the_reply_judges_it_anew(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve", delivery="left")
    await advice.take("04-13", "prove_service")
    await advice.take("06-12", "reply", replied_on="2026-06-12")
    assert "逾期" not in await advice.card("06-12")
    await advice.take("06-13", "enter_receipt", received_on="2026-04-10")
    assert "<b>逾期2天</b>（期限6月10日，双方日期不一致）" in await advice.card("06-13")


async def test_the_receiver_is_told_that_the_clock_runs(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve", delivery="left")
    await advice.take("04-13", "prove_service")
    assert "单方登记，对方未确认" in (await private(advice, advice.bureau))[-1]


# Whose turn it is, and who is told.


async def private(advice: Advice, actor: Actor) -> list[str]:
    """All that was ever queued for somebody, oldest first."""
    async with advice.on("04-13") as d:
        person = await d.tx.people.get(actor.person_id)
        assert person is not None
        said = await d.tx.connection.scalars(
            select(outbox.c.text).where(outbox.c.chat_id == person.user_id).order_by(outbox.c.id)
        )
        return [*said]


async def test_what_is_not_served_waits_for_the_sender(advice: Advice) -> None:
    await advice.file("04-10")
    assert "当前责任方：<b>鄂城区检察院</b>\n下一步：送达并登记" in await advice.card("04-10")
    async with advice.on("04-10") as d:
        await tell_todo(d, advice.prosecutor, 7009)
        await tell_todo(d, advice.bureau, 7010)
        rows = await d.tx.connection.execute(select(outbox.c.chat_id, outbox.c.text))
        said = {row.chat_id: row.text for row in rows}
    assert advice.record.number in said[7009]
    assert "送达并登记" in said[7009]
    assert advice.record.number not in said[7010]


async def test_the_procuratorate_is_told_that_the_clock_runs(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve")
    before = await private(advice, advice.prosecutor)
    await advice.take("04-13", "confirm_receipt")
    (told,) = (await private(advice, advice.prosecutor))[len(before) :]
    assert "书面回复：2026年6月15日（星期一）届满" in told


# Two dates that differ.


async def test_what_is_late_by_one_sides_day_only_says_so_as_long_as_it_is_open(
    advice: Advice,
) -> None:
    await advice.file("04-10")
    await advice.take("04-16", "serve", served_on="2026-04-13")
    await advice.take("04-16", "differ_receipt", received_on="2026-04-16")
    await advice.take("06-16", "reply", replied_on="2026-06-16")
    late = "书面回复：6月16日办理，<b>逾期1天</b>（期限6月15日，双方日期不一致）"
    warning = "⚠️ 双方登记的日期不一致：送达日期（检察机关登记）4月13日"
    assert late in await advice.card("06-16")
    assert warning in await advice.card("06-16"), "though nothing that rests on it is owed"
    await advice.take("06-22", "pass")
    assert warning in await advice.card("06-22")
    await advice.take("09-15", "look_back", "close")
    card = await advice.card("09-15")
    assert late in card
    assert warning not in card


async def test_dates_that_agree_again_are_in_conflict_no_more(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-16", "serve")
    await advice.take("04-16", "differ_receipt", received_on="2026-04-16")
    await advice.correct("04-17", advice.prosecutor, served_on="2026-04-16")
    card = await advice.card("04-17")
    assert "不一致" not in card
    assert "书面回复：2026年6月16日（星期二）届满，原为6月15日，还有60天" in card


# Which period the reply has.


@pytest.mark.parametrize(
    ("said", "period", "due"),
    [
        ({}, "A1", "2026-06-15"),
        ({"type": "governance", "pace": "normal"}, "A1", "2026-06-15"),
        ({"type": "public_interest"}, "A3", "2026-06-15"),
        ({"type": "public_interest", "pace": "harm"}, "A3-URGENT", "2026-04-28"),
        ({"pace": "urgent", "reply_days": 10}, "A2", "2026-04-23"),
        ({"type": "public_interest", "pace": "urgent", "reply_days": 5}, "A2", "2026-04-20"),
    ],
)
async def test_the_period_is_the_papers_own(
    advice: Advice, said: dict[str, Value], period: str, due: str
) -> None:
    await advice.file("04-10", **said)
    await advice.take("04-13", "serve", "confirm_receipt")
    reply = (await advice.owed())["reply"]
    assert (reply.rule.code, reply.due.isoformat()) == (period, due)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("12-15", "2027-02-15"),
        ("08-10", "2026-10-10"),
        ("08-01", "2026-10-08"),
        ("07-20", "2026-09-20"),
    ],
)
async def test_the_worked_deadlines_of_the_brief(advice: Advice, day: str, due: str) -> None:
    await advice.deliver(day)
    reply = (await advice.owed())["reply"]
    assert (reply.due.isoformat(), reply.provisional) == (due, due > "2027")


# Corrections count anew, and what was before stays.


async def test_a_corrected_receipt_counts_anew_and_the_old_row_stays(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "receive")
    await advice.take("04-14", "differ_service", served_on="2026-04-16")
    before = await advice.rows()
    await advice.correct("04-20", advice.bureau, received_on="2026-04-16")
    rows = await advice.rows()
    old, new = (row for row in rows if row.code == "reply")
    event = new.opened_by
    assert (old.outcome, old.closed_by, old.met_on) == (Outcome.REPLACED, event, None)
    assert (old.start, old.due) == (date(2026, 4, 13), date(2026, 6, 15))
    assert (new.start, new.due, new.closed_by) == (date(2026, 4, 16), date(2026, 6, 16), None)
    assert [row for row in rows if row.code == "confirm_service"] == before[:1]
    card = await advice.card("04-20")
    assert "书面回复：2026年6月16日（星期二）届满，原为6月15日，还有57天" in card
    assert "登记自查：2026年4月23日（星期四）届满，原为4月20日" in card
    async with advice.on("04-20") as d:
        (amendment,) = await amendments_of(d, ADVICE, await d.tx.events.of_record(advice.record.id))
    assert (amendment.event.id, amendment.words) == (event, "登记有误")


async def test_of_every_date_before_the_card_names_each_once(advice: Advice) -> None:
    await advice.deliver()
    await advice.correct("04-14", advice.prosecutor, served_on="2026-04-10", issued_on="2026-04-10")
    await advice.correct("04-15", advice.prosecutor, served_on="2026-04-12")
    await advice.correct("04-16", advice.prosecutor, served_on="2026-04-13")
    card = await advice.card("04-16")
    assert "书面回复：2026年6月15日（星期一）届满，原为6月10日、6月12日" in card


async def test_a_corrected_type_or_pace_changes_the_period(advice: Advice) -> None:
    await advice.deliver()
    await advice.correct("04-14", advice.prosecutor, type="public_interest", pace="harm")
    reply = (await advice.owed())["reply"]
    assert (reply.rule.code, reply.start) == ("A3-URGENT", date(2026, 4, 13))
    assert "原为6月15日" in await advice.card("04-14")
    await advice.correct("04-15", advice.prosecutor, pace="urgent", reply_days=30)
    assert (await advice.owed())["reply"].due == date(2026, 5, 13)
    await advice.correct("04-15", advice.prosecutor, reply_days=20)
    assert (await advice.owed())["reply"].due == date(2026, 5, 6), "3 to 5 May are rest days"
    with pytest.raises(DomainError, match="days_without_urgency"):
        await advice.correct("04-16", advice.prosecutor, pace="normal")
    await advice.correct("04-16", advice.prosecutor, pace="normal", reply_days=REMOVED)
    assert (await advice.owed())["reply"].rule.code == "A3"
    card = await advice.card("04-16")
    assert "原为4月28日、5月13日、5月6日" in card


async def test_only_the_reply_follows_the_type(advice: Advice) -> None:
    await advice.deliver()
    before = (await advice.owed())["self_check"]
    await advice.correct("04-14", advice.prosecutor, type="governance")
    assert (await advice.owed())["self_check"] == before


async def test_a_correction_before_the_clock_moves_the_estimate_only(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-13", "serve")
    before = await advice.rows()
    await advice.correct("04-14", advice.prosecutor, served_on="2026-04-14", pace="normal")
    assert await advice.rows() == before
    assert "4月14日估算，6月15日届满" in await advice.card("04-14")


async def test_each_side_corrects_only_its_own_date(advice: Advice) -> None:
    await advice.deliver()
    with pytest.raises(DomainError, match="not_your_move"):
        await advice.correct("04-14", advice.prosecutor, received_on="2026-04-14")
    with pytest.raises(DomainError, match="not_your_move"):
        await advice.correct("04-14", advice.bureau, served_on="2026-04-14")


@pytest.mark.parametrize(
    ("moves", "name"),
    [
        (("serve",), "served_on"),
        (("serve",), "signatory"),
        (("serve", "confirm_receipt"), "served_on"),
        (("serve", "confirm_receipt"), "issued_on"),
    ],
)
async def test_what_a_step_has_asked_for_is_not_to_be_emptied(
    advice: Advice, moves: tuple[str, ...], name: str
) -> None:
    """The other key, and the clock, rest on it."""
    await advice.file("04-10")
    await advice.take("04-13", *moves)
    with pytest.raises(DomainError, match="still_missing"):
        await advice.correct("04-14", advice.prosecutor, **{name: REMOVED})
    async with advice.on("04-14") as d:
        draft = await open_correction(d, advice.prosecutor, advice.record, PRIVATE)
        with pytest.raises(DomainError, match="unknown_button"):
            await clear(d, advice.prosecutor, draft, name)
    if len(moves) == 1:
        await advice.take("04-14", "confirm_receipt")
        assert "reply" in await advice.owed()


async def test_a_coming_end_of_mending_is_not_to_be_emptied_either(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "go_on")
    with pytest.raises(DomainError, match="still_missing"):
        await advice.correct("06-11", advice.prosecutor, rectify_by=REMOVED)


# Days in their order.


@pytest.mark.parametrize(
    ("move", "said"),
    [
        ("serve", {"served_on": "2026-04-09"}),
        ("receive", {"received_on": "2026-04-09"}),
    ],
)
async def test_nothing_arrives_before_it_was_issued(
    advice: Advice, move: str, said: dict[str, Value]
) -> None:
    await advice.file("04-10")
    with pytest.raises(DomainError, match="wrong_order") as refused:
        await advice.take("04-13", move, **said)
    assert refused.value.facts["earlier"] == ("制发日期", date(2026, 4, 10))
    assert await advice.rows() == []


async def test_no_reply_goes_out_before_the_paper_came_in(advice: Advice) -> None:
    await advice.deliver()
    with pytest.raises(DomainError, match="wrong_order"):
        await advice.take("04-14", "reply", replied_on="2026-04-12")
    await advice.take("06-10", "reply")
    with pytest.raises(DomainError, match="wrong_order"):
        await advice.correct("06-11", advice.bureau, received_on="2026-06-11")
    with pytest.raises(DomainError, match="wrong_order"):
        await advice.correct("06-11", advice.bureau, replied_on="2026-04-12")
    with pytest.raises(DomainError, match="wrong_order"):
        await advice.take("06-11", "note_reply", reply_received_on="2026-06-09")


@pytest.mark.parametrize("progress", ["done", "done,partly"])
async def test_progress_is_told_for_all_items_or_for_each(advice: Advice, progress: str) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", progress=progress)
    assert advice.record.state == "replied"


async def test_progress_of_other_items_than_there_are_is_refused(advice: Advice) -> None:
    await advice.deliver()
    with pytest.raises(DomainError, match="not_every_item"):
        await advice.take("06-10", "reply", progress="done,partly,none")
    await advice.take("06-10", "reply")
    with pytest.raises(DomainError, match="not_every_item"):
        await advice.correct("06-11", advice.prosecutor, items="催告")


# The written reply, in time or late.


def replies(rows: list[Duty]) -> list[tuple[Outcome | None, date | None, int]]:
    return [(row.outcome, row.met_on, row.late) for row in rows if row.code == "reply"]


async def test_posted_on_the_last_day_it_is_in_time_whenever_it_is_registered(
    advice: Advice,
) -> None:
    await advice.deliver()
    await advice.take("06-23", "reply", replied_on="2026-06-15")
    assert replies(await advice.rows()) == [(Outcome.MET, date(2026, 6, 15), 0)]
    assert await advice.dues() == {"review": "07-08"}
    assert "逾期" not in await advice.card("06-23")
    await advice.take("06-24", "note_reply", reply_received_on="2026-06-18")
    assert replies(await advice.rows()) == [(Outcome.MET, date(2026, 6, 15), 0)]


async def test_a_late_reply_stays_possible_and_stays_marked_late(advice: Advice) -> None:
    await advice.deliver()
    overdue = await advice.card("06-16")
    assert overdue.startswith("🔴")
    assert "<b>已逾期1天</b>" in overdue
    await advice.take("06-20", "reply", replied_on="2026-06-18")
    late = "书面回复：6月18日办理，<b>逾期3天</b>（期限6月15日）"
    assert late in await advice.card("06-20")
    await advice.take("06-22", "pass")
    await advice.take("09-15", "look_back", "close")
    card = await advice.card("09-15")
    assert card.startswith("🔵")
    assert late in card


async def test_what_is_only_agreed_and_late_stays_unmarked_once_it_is_done(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("04-30", "check")
    assert (await advice.rows())[-1].late == 10
    assert "逾期" not in await advice.card("04-30")


@pytest.mark.parametrize(
    ("changed", "late"),
    [({"replied_on": "2026-06-15"}, 0), ({"replied_on": "2026-06-16"}, 1)],
)
async def test_a_corrected_day_of_the_reply_is_judged_anew(
    advice: Advice, changed: dict[str, Value], late: int
) -> None:
    await advice.deliver()
    await advice.take("06-20", "reply", replied_on="2026-06-18")
    first = (await advice.rows())[1]
    await advice.correct("06-21", advice.bureau, **changed)
    rows = await advice.rows()
    assert rows[1] == first, "what was judged stays as it was judged"
    assert (rows[-1].code, rows[-1].late, rows[-1].due) == ("reply", late, first.due)
    assert await advice.dues() == {"review": "07-06"}
    card = await advice.card("06-21")
    assert "逾期3天" not in card
    assert card.count("逾期") == (late > 0)
    assert ("<b>逾期1天</b>" in card) is (late == 1)


async def test_a_corrected_receipt_judges_the_reply_anew(advice: Advice) -> None:
    await advice.deliver("04-10")
    await advice.take("06-20", "reply", replied_on="2026-06-15")
    assert "<b>逾期5天</b>（期限6月10日）" in await advice.card("06-20")
    await advice.correct("06-21", advice.prosecutor, served_on="2026-04-16")
    assert "<b>逾期5天</b>" in await advice.card("06-21"), "the bureau has not changed its day"
    await advice.correct("06-22", advice.bureau, received_on="2026-04-16")
    assert "逾期" not in await advice.card("06-22")
    await advice.correct("06-23", advice.prosecutor, type="public_interest", pace="harm")
    card = await advice.card("06-23")
    assert "书面回复：6月15日办理，<b>逾期40天</b>（期限5月6日）" in card
