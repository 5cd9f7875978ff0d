"""A recommendation beyond its dates: explanation, objection, review, looking back, its end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Place
from bot.domain.records import Outcome
from bot.services.cards import render_card
from bot.services.disclosure import tell_history
from bot.services.forms import answer, open_move
from bot.services.ledger import move_record
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
        ("fail", "unmended", {}),
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
        ("fail", [Outcome.DROPPED], ""),
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
    assert await advice.dues() == {"review": "08-14"}
    await advice.take("08-03", "ask_more")
    await advice.take("08-10", "supplement")
    assert await advice.dues() == {"review": "08-25"}
    await advice.take("08-12", "fail")
    assert await advice.dues() == {}
    await advice.take("08-20", "report", progress="done")
    await advice.take("08-24", "pass")
    assert await advice.dues() == {"look_back": "11-24"}
    assert await ends(advice, "review") == [Outcome.MET] * 4
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
