"""A recommendation beyond its dates: explanation, objection, review, looking back, its end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Place
from bot.domain.records import Outcome
from bot.services.amendments import open_correction
from bot.services.cards import render_card
from bot.services.disclosure import tell_history
from bot.services.forms import answer, ask_for, open_move
from bot.services.ledger import move_record
from bot.services.proofs import account_of
from bot.services.submission import submit

if TYPE_CHECKING:
    from tests.services.advising import Advice
    from tests.services.conftest import CountRows

PRIVATE = Place(7001, 0, private=True)


async def ends(advice: Advice, code: str) -> list[Outcome | None]:
    """How each row of a duty ended."""
    return [row.outcome for row in await advice.rows() if row.code == code]


# An explanation moves no date; it asks for another one.


async def test_an_explanation_moves_no_due_date(advice: Advice) -> None:
    await advice.deliver()
    before = await advice.owed()
    await advice.take("05-06", "explain")
    assert await advice.dues() == {"reply": "06-15", "self_check": "04-20", "delay": "05-13"}
    owed = await advice.owed()
    assert {code: owed[code] for code in before} == before
    assert (owed["delay"].debtor, owed["delay"].creditor) == ("jcy-ec", "zrzy-ec")
    card = await advice.card("05-06")
    assert "答复情况说明（鄂城区检察院）：2026年5月13日（星期三）届满" in card


async def test_what_is_granted_is_an_end_of_mending_of_its_own(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("04-14", "check")
    await advice.take("05-06", "explain")
    await advice.take("05-08", "grant_delay", rectify_by="2026-08-29")
    owed = await advice.owed()
    assert await advice.dues() == {"reply": "06-15", "rectify": "08-31"}
    assert (owed["rectify"].start, owed["rectify"].nominal) == (date(2026, 5, 8), date(2026, 8, 29))
    assert await ends(advice, "delay") == [Outcome.MET]
    card = await advice.card("05-08")
    assert "书面回复：2026年6月15日（星期一）届满" in card
    assert "完成整改：2026年8月31日（星期一）届满，8月29日届满遇休息日顺延" in card


async def test_what_is_refused_opens_nothing(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("04-14", "check")
    await advice.take("05-06", "explain", "refuse_delay")
    assert await advice.dues() == {"reply": "06-15"}
    assert await ends(advice, "delay") == [Outcome.MET]
    await advice.take("05-07", "explain")
    assert await advice.dues() == {"reply": "06-15", "delay": "05-14"}


async def test_of_two_explanations_one_waits_for_its_answer(advice: Advice) -> None:
    await advice.deliver()
    for move in ("grant_delay", "refuse_delay"):
        with pytest.raises(DomainError, match="not_now"):
            await advice.take("05-06", move)
    await advice.take("05-06", "explain")
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("05-06", "explain")


async def test_a_later_grant_takes_the_place_of_an_earlier_one(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("05-06", "explain", "grant_delay", rectify_by="2026-08-31")
    await advice.take("08-20", "explain", "grant_delay", rectify_by="2026-10-30")
    assert await ends(advice, "rectify") == [Outcome.REPLACED, None]
    assert "2026年10月30日（星期五）届满，原为8月31日" in await advice.card("08-20")
    await advice.correct("08-21", advice.prosecutor, rectify_by="2026-11-30")
    rectify = (await advice.owed())["rectify"]
    assert (rectify.start, rectify.due) == (date(2026, 8, 20), date(2026, 11, 30))
    assert "原为8月31日、10月30日" in await advice.card("08-21")


async def test_only_the_bureau_explains_and_only_the_procuratorate_decides(advice: Advice) -> None:
    await advice.deliver()
    async with advice.on("05-06") as d:
        for actor, move in (
            (advice.prosecutor, "explain"),
            (advice.bureau, "grant_delay"),
            (advice.bureau, "uphold"),
            (advice.prosecutor, "object"),
        ):
            with pytest.raises(DomainError, match="not_your_move"):
                await move_record(d, actor, advice.record, move, {}, version=3)


# An objection does not stop the clock.


async def test_an_objection_pauses_nothing(advice: Advice) -> None:
    await advice.deliver()
    before = await advice.owed()
    await advice.take("04-20", "object")
    owed = await advice.owed()
    assert {code: owed[code] for code in before} == before
    assert (owed["objection"].debtor, owed["objection"].due) == ("jcy-ec", date(2026, 4, 27))
    assert advice.record.state == "delivered"
    card = await advice.card("04-20")
    assert "复核书面异议（鄂城区检察院）：2026年4月27日（星期一）届满" in card
    assert (await advice.card("06-16")).startswith("🔴")


@pytest.mark.parametrize(
    ("move", "outcome", "reply_goes_on"),
    [
        ("uphold", Outcome.MET, True),
        ("drop_objection", Outcome.DROPPED, True),
        ("withdraw", Outcome.MET, False),
        ("replace", Outcome.MET, False),
    ],
)
async def test_an_objection_ends_by_its_review_or_by_being_dropped(
    advice: Advice, move: str, outcome: Outcome, reply_goes_on: bool
) -> None:
    await advice.deliver()
    await advice.take("04-20", "object")
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("04-20", "object")
    await advice.take("04-22", move)
    assert await ends(advice, "objection") == [outcome]
    assert ("reply" in await advice.owed()) is reply_goes_on
    if reply_goes_on:
        assert (await advice.owed())["reply"].due == date(2026, 6, 15)
        await advice.take("04-23", "object")
    else:
        assert await advice.owed() == {}
        assert await ends(advice, "reply") == [Outcome.DROPPED]


# What the procuratorate makes of a reply.


@pytest.mark.parametrize(
    ("move", "state", "dues"),
    [
        ("pass", "mended", {"look_back": "09-14"}),
        ("go_on", "rectifying", {"rectify": "08-31"}),
        ("ask_more", "supplementing", {"supplement": "06-29"}),
        ("fail", "unmended", {"rectify": "08-31"}),
    ],
)
async def test_each_outcome_of_a_review(
    advice: Advice, move: str, state: str, dues: dict[str, str]
) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    assert await advice.dues() == {"review": "06-25"}
    await advice.take("06-12", move)
    assert (advice.record.state, await advice.dues()) == (state, dues)
    assert await ends(advice, "review") == [Outcome.MET]


async def test_a_mending_allowed_before_the_reply_ends_with_its_review(advice: Advice) -> None:
    for move, outcomes, owed in (
        ("pass", [Outcome.MET], "look_back"),
        ("go_on", [Outcome.REPLACED, None], "rectify"),
        ("fail", [Outcome.REPLACED, None], "rectify"),
        ("ask_more", [None], "rectify supplement"),
    ):
        await advice.deliver()
        await advice.take("05-06", "explain", "grant_delay", rectify_by="2026-08-31")
        await advice.take("06-10", "reply", move)
        assert await ends(advice, "rectify") == outcomes, move
        assert sorted(await advice.owed()) == owed.split(), move


async def test_an_unanswered_explanation_ends_with_the_review(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "explain", "reply")
    assert sorted(await advice.owed()) == ["delay", "review"]
    await advice.take("06-12", "go_on")
    assert sorted(await advice.owed()) == ["rectify"]
    assert await ends(advice, "delay") == [Outcome.DROPPED]


async def test_round_after_round_until_it_is_mended(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    await advice.take("06-12", "go_on", rectify_by="2026-07-31")
    await advice.take("07-30", "report")
    assert await advice.dues() == {"review_more": "08-14"}
    await advice.take("08-03", "ask_more")
    await advice.take("08-10", "supplement")
    assert await advice.dues() == {"review_more": "08-25"}
    await advice.take("08-12", "fail")
    assert await advice.dues() == {"rectify": "08-31"}
    await advice.take("08-20", "report", progress="done")
    await advice.take("08-24", "pass")
    assert await advice.dues() == {"look_back": "11-24"}
    assert await ends(advice, "review") == [Outcome.MET]
    assert await ends(advice, "review_more") == [Outcome.MET] * 3
    assert await ends(advice, "reply") == [Outcome.MET]


async def test_a_report_is_no_reply(advice: Advice) -> None:
    """Only a numbered paper is one: what was escalated without a reply still owes it."""
    await advice.deliver()
    for move in ("report", "supplement"):
        with pytest.raises(DomainError, match="came_second"):
            await advice.take("06-01", move)


async def test_looking_back_closes_or_begins_again(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "pass")
    await advice.take("08-03", "relapse", rectify_by="2026-09-30")
    assert (advice.record.state, await advice.dues()) == ("rectifying", {"rectify": "09-30"})
    assert await ends(advice, "look_back") == [Outcome.MET]
    await advice.take("09-01", "report", "pass")
    await advice.take("12-01", "look_back")
    assert (advice.record.state, await advice.dues()) == ("looked_back", {})
    async with advice.on("12-01") as d:
        done = advice.record
        closing = move_record(
            d, advice.bureau, done, "close", {"closing": "已落实"}, version=done.version
        )
        with pytest.raises(DomainError, match="not_your_move"):
            await closing
    await advice.take("12-02", "close")
    card = await advice.card("12-02")
    assert card.startswith("🔵")
    assert "当前责任方" not in card


async def test_it_cannot_be_closed_before_somebody_has_looked_back(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "pass")
    with pytest.raises(DomainError, match="came_second"):
        await advice.take("06-11", "close")


async def test_the_worst_state_has_a_date_and_a_light(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    with pytest.raises(DomainError, match="still_missing"):
        async with advice.on("06-12") as d:
            await move_record(
                d, advice.prosecutor, advice.record, "fail", {"review": "不到位"}, version=4
            )
    await advice.take("06-12", "fail", rectify_by="2026-07-10")
    assert "完成整改：2026年7月10日（星期五）届满" in await advice.card("06-12")
    assert (await advice.card("07-13")).startswith("🔴")
    await advice.take("07-14", "report")
    assert [row.late for row in await advice.rows() if row.code == "rectify"] == [4]


async def test_what_is_not_mended_may_be_closed_unless_a_suit_is_to_follow(advice: Advice) -> None:
    await advice.deliver(type="governance")
    await advice.take("06-10", "reply", "fail")
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("06-12", "sue")
    await advice.take("06-12", "object")
    await advice.take("06-12", "close", closing="拒不整改，已报上级，案件办结")
    assert (advice.record.state, await advice.owed()) == ("closed", {})
    assert await ends(advice, "rectify") == [Outcome.DROPPED]
    assert await ends(advice, "objection") == [Outcome.DROPPED]


async def test_in_the_public_interest_it_ends_in_a_suit_or_not_at_all(advice: Advice) -> None:
    await advice.deliver(type="public_interest")
    await advice.take("06-10", "reply", "fail")
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("06-12", "close")
    await advice.take("06-12", "sue")
    assert await advice.owed() == {}
    await advice.take("06-13", "close")


# Days on which things were sent, received, looked at.


async def test_a_review_counts_from_the_day_the_reply_came_in(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-12", "reply", replied_on="2026-06-10")
    assert await advice.dues() == {"review": "06-29"}
    await advice.take("06-16", "note_reply", reply_received_on="2026-06-15")
    assert await advice.dues() == {"review": "06-30"}
    assert await ends(advice, "review") == [Outcome.REPLACED, None]
    await advice.correct("06-17", advice.prosecutor, reply_received_on="2026-06-11")
    assert await advice.dues() == {"review": "06-26"}


async def test_a_round_later_has_nothing_to_do_with_the_day_of_the_reply(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "note_reply", reply_received_on="2026-06-10")
    await advice.take("06-12", "ask_more", "supplement")
    assert await advice.dues() == {"review_more": "06-29"}


async def test_what_was_posted_before_the_end_is_in_time(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    await advice.take("06-12", "ask_more")
    await advice.take("07-02", "supplement", supplement_sent_on="2026-06-29")
    await advice.take("07-03", "go_on", rectify_by="2026-07-10")
    await advice.take("07-15", "report", report_sent_on="2026-07-13")
    rows = {row.code: (row.met_on, row.late) for row in await advice.rows()}
    assert rows["supplement"] == (date(2026, 6, 29), 0)
    assert rows["rectify"] == (date(2026, 7, 13), 3)
    await advice.correct("07-16", advice.bureau, report_sent_on="2026-07-10")
    rows = {row.code: (row.met_on, row.late) for row in await advice.rows()}
    assert rows["rectify"] == (date(2026, 7, 10), 0)


async def test_a_day_of_another_round_meets_nothing(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "go_on", rectify_by="2026-06-30")
    await advice.take("06-20", "report", "explain")
    await advice.take("06-22", "grant_delay", rectify_by="2026-07-31")
    await advice.take("06-24", "pass")
    last = [row for row in await advice.rows() if row.code == "rectify"][-1]
    assert (last.outcome, last.met_on) == (Outcome.MET, date(2026, 6, 24))


async def test_the_looking_back_is_judged_by_its_own_day(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "pass")
    await advice.take("09-20", "look_back", looked_on="2026-09-10")
    (row,) = [row for row in await advice.rows() if row.code == "look_back"]
    assert (row.due, row.met_on, row.late) == (date(2026, 9, 10), date(2026, 9, 10), 0)


async def test_mending_that_is_owed_is_reported_though_the_reply_is_being_reviewed(
    advice: Advice,
) -> None:
    await advice.deliver()
    await advice.take("06-08", "explain", "grant_delay", rectify_by="2026-06-30")
    await advice.take("06-10", "reply")
    assert sorted(await advice.owed()) == ["rectify", "review"]
    await advice.take("06-20", "report")
    assert await advice.dues() == {"review_more": "07-06"}
    assert await ends(advice, "rectify") == [Outcome.MET]
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("06-21", "report")


# Days that are set for something.


async def test_a_correction_may_set_any_day_since_its_step(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "go_on", rectify_by="2026-08-31")
    for day, due in (("2026-07-10", "07-10"), ("2026-06-10", "06-10")):
        await advice.correct("07-20", advice.prosecutor, rectify_by=day)
        assert await advice.dues() == {"rectify": due}
    with pytest.raises(DomainError, match="before_its_step"):
        await advice.correct("07-20", advice.prosecutor, rectify_by="2026-06-09")


@pytest.mark.parametrize(
    ("words", "day"),
    [("7月10日", "2026-07-10"), ("明天", "2026-07-21"), ("2026年8月3日", "2026-08-03")],
)
async def test_a_corrected_day_is_read_as_of_its_step(advice: Advice, words: str, day: str) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply", "go_on", rectify_by="2026-08-31")
    async with advice.on("07-20") as d:
        draft = await open_correction(d, advice.prosecutor, advice.record, PRIVATE)
        draft = await ask_for(d, advice.prosecutor, draft, "rectify_by")
        draft = await answer(d, advice.prosecutor, draft, words)
        assert draft.data == {"rectify_by": day}
        draft = await ask_for(d, advice.prosecutor, draft, "rectify_by")
        with pytest.raises(DomainError, match="before_its_step"):
            await answer(d, advice.prosecutor, draft, "2026年6月9日")


async def test_a_form_that_waited_too_long_is_not_taken(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    async with advice.on("06-11") as d:
        draft = await open_move(d, advice.prosecutor, advice.record, "go_on", PRIVATE)
        draft = await answer(d, advice.prosecutor, draft, "尚可")
        draft = await answer(d, advice.prosecutor, draft, "6月20日")
    with pytest.raises(DomainError, match="date_gone_by"):
        async with advice.on("06-22") as d:
            await submit(d, advice.prosecutor, draft)
    async with advice.on("06-22") as d:
        assert await d.tx.drafts.get(draft.id) == draft
        draft = await ask_for(d, advice.prosecutor, draft, "rectify_by")
        draft = await answer(d, advice.prosecutor, draft, "7月20日")
        assert (await submit(d, advice.prosecutor, draft)).state == "rectifying"


# A reply that was none.


@pytest.mark.parametrize("state", ["delivered", "checking"])
async def test_a_reply_registered_in_error_is_owed_again_by_its_old_date(
    advice: Advice, state: str
) -> None:
    await advice.deliver()
    if state == "checking":
        await advice.take("04-20", "check")
    (before,) = [row for row in await advice.rows() if row.code == "reply"]
    await advice.take("06-20", "reply", replied_on="2026-06-12")
    await advice.take("06-22", "note_reply", "return_reply", returned_reply="至今未收到复函")
    old, new = (row for row in await advice.rows() if row.code == "reply")
    assert (old.outcome, old.met_on) == (Outcome.MET, date(2026, 6, 12))
    assert (new.start, new.nominal, new.due) == (before.start, before.nominal, before.due)
    assert (advice.record.state, await advice.dues()) == (state, {"reply": "06-15"})
    gone = {"reply_number", "replied_on", "reply_received_on", "adoption", "progress"}
    assert not gone & advice.record.data.keys()
    card = await advice.card("06-22")
    assert card.startswith("🔴")
    assert "复函" not in card.replace("退回回复登记", "")
    async with advice.on("06-22") as d:
        events = await d.tx.events.of_record(advice.record.id)
        contents = await d.tx.events.contents([events[-3].id, events[-1].id])
    assert contents[events[-3].id]["replied_on"] == "2026-06-12"
    assert contents[events[-1].id] == {"returned_reply": "至今未收到复函"}
    await advice.take("06-24", "urge")
    await advice.take("06-25", "reply", replied_on="2026-06-25")
    assert "<b>逾期10天</b>（期限6月15日）" in await advice.card("06-25")
    async with advice.on("06-25") as d:
        account = await account_of(d, advice.record, entitled=False)
    (told,) = [each for each in account.endings() if each.line.startswith("书面回复")]
    assert "6月25日“登记书面回复”，逾期10天" in told.line
    assert "鄂城区检察院退回回复登记，届满日6月15日不变" in told.full


async def test_only_the_sender_returns_it_and_only_the_reply_itself(advice: Advice) -> None:
    await advice.deliver()
    await advice.take("06-10", "reply")
    async with advice.on("06-11") as d:
        for actor, code in ((advice.bureau, "not_your_move"), (advice.prosecutor, "still_missing")):
            with pytest.raises(DomainError, match=code):
                await move_record(d, actor, advice.record, "return_reply", {}, version=4)
    await advice.take("06-11", "ask_more", "supplement")
    with pytest.raises(DomainError, match="not_now"):
        await advice.take("06-12", "return_reply")


# Taken back, withdrawn, replaced.


async def test_what_was_registered_by_mistake_is_retracted(advice: Advice) -> None:
    await advice.file("04-10")
    await advice.take("04-10", "retract")
    card = await advice.card("04-10")
    assert card.startswith("🔵")
    assert "尚未起算" not in card


@pytest.mark.parametrize("served", [True, False])
async def test_a_withdrawal_ends_everything(advice: Advice, served: bool) -> None:
    await advice.file("04-10")
    if served:
        await advice.take("04-13", "serve")
    await advice.take("04-14", "withdraw")
    assert await advice.owed() == {}
    assert {row.outcome for row in await advice.rows()} <= {Outcome.DROPPED}
    card = await advice.card("04-14")
    assert "尚未起算" not in card
    assert "核对收到日期" not in card


async def test_a_replacement_opens_the_form_of_the_new_one(advice: Advice, rows: CountRows) -> None:
    await advice.deliver(reason="某村违法占地", copied_to="市人大")
    old = advice.record
    async with advice.on("05-06") as d:
        draft = await open_move(d, advice.prosecutor, old, "replace", PRIVATE)
        draft = await answer(d, advice.prosecutor, draft, "鄂州检行建[2026]8号")
        await submit(d, advice.prosecutor, draft)
        (new,) = await d.tx.drafts.of_person(advice.prosecutor.person_id)
    assert (new.record_id, new.move) == (None, "")
    assert new.asking == "issued_on", "the new paper has a day of its own"
    assert new.data == {
        "district": "420704",
        "type": "breach",
        "advice_number": "鄂州检行建〔2026〕8号",
        "reason": "某村违法占地",
        "items": "催告并申请强制执行\n完善移送台账",
        "copied_to": "市人大",
        "replaces": old.number,
    }
    async with advice.on("05-06") as d:
        new = await answer(d, advice.prosecutor, new, "5月6日")
        record = await submit(d, advice.prosecutor, new)
        assert record.data["replaces"] == old.number
        assert not {"served_on", "received_on", "successor"} & record.data.keys()
        assert await d.tx.duties.of_record(record.id) == []
        gone = await d.tx.records.get(old.id)
        assert gone is not None
        assert gone.state == "replaced"
        card = await render_card(d, ADVICE, gone)
        assert "新文号：鄂州检行建〔2026〕8号" in card
        await tell_history(d, advice.bureau, gone, 7002)
        events = await d.tx.events.of_record(old.id)
    assert [event.name for event in events][-2:] == ["replace", "succeeded"]
    assert events[-1].facts["named_by"] == record.number
    advice.filed = record
    await advice.take("05-12", "receive", received_on="2026-05-11")
    await advice.take("05-12", "confirm_service")
    reply = (await advice.owed())["reply"]
    assert (reply.start, reply.nominal) == (date(2026, 5, 11), date(2026, 7, 11))
    assert (await rows())["records"] == 2
