"""The clocks of a lead: six months for an application, then those of its reception and its case."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place
from bot.domain.records import Outcome
from bot.services.amendments import correct_record
from bot.services.blanks import REMOVED, correctable
from bot.services.cards import render_card
from bot.services.forms import Said, answer, choose, open_form, open_move, skip
from bot.services.ledger import file_record, move_record
from bot.services.submission import submit
from bot.services.why import tell_why
from bot.storage.tables import outbox
from tests.services.advising import moment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.people import Actor
    from bot.domain.records import Duty, Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk

TOLD: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "法院超期裁定"}
APPLIED: dict[str, Value] = {**TOLD, "route": "apply", "known_on": "2026-01-15"}


@dataclass
class Lead:
    """One lead and the two who carry it on."""

    desk: OpenDesk
    bureau: Actor
    prosecutor: Actor

    @asynccontextmanager
    async def on(self, day: str) -> AsyncIterator[Desk]:
        async with self.desk() as d:
            yield replace(d, now=moment(day))

    async def file(self, day: str, data: dict[str, Value]) -> Record:
        async with self.on(day) as d:
            return await file_record(d, self.bureau, LEAD, "420704", data)

    async def take(self, day: str, record: Record, *moves: str, **said: Value) -> Record:
        for move in moves:
            async with self.on(day) as d:
                record = await move_record(
                    d, self.prosecutor, record, move, said, version=record.version
                )
        return record

    async def correct(self, day: str, record: Record, **changes: Value) -> Record:
        async with self.on(day) as d:
            return await correct_record(
                d, self.bureau, record, changes, "登记有误", version=record.version
            )

    async def rows(self, record: Record, code: str) -> list[Duty]:
        async with self.desk() as d:
            rows = await d.tx.duties.of_record(record.id)
        return [row for row in rows if row.code == code]

    async def dues(self, record: Record) -> dict[str, str]:
        async with self.desk() as d:
            return {row.code: f"{row.due:%m-%d}" for row in await d.tx.duties.open_of(record.id)}

    async def card(self, day: str, record: Record) -> str:
        async with self.on(day) as d:
            return await render_card(d, LEAD, record)


@pytest.fixture
async def lead(desk: OpenDesk, people: Hire, actor: Act) -> Lead:
    return Lead(desk, actor(await people()), actor(await people("jcy-ec", name="李静")))


# The six months of an application (C1).


async def test_an_application_in_time_is_met_as_it_is_filed(lead: Lead) -> None:
    record = await lead.file("07-15", APPLIED)
    (row,) = await lead.rows(record, "apply")
    assert (row.rule.code, row.debtor, row.creditor) == ("C1", "zrzy-ec", "jcy-ec")
    assert (row.start, row.due) == (date(2026, 1, 15), date(2026, 7, 15))
    assert (row.outcome, row.met_on, row.late) == (Outcome.MET, date(2026, 7, 15), 0)
    assert row.opened_by == row.closed_by
    assert await lead.dues(record) == {"sign": "07-17"}
    assert "逾期" not in await lead.card("07-15", record)


async def test_a_late_application_is_taken_and_marked(lead: Lead) -> None:
    record = await lead.file("07-20", APPLIED)
    card = await lead.card("07-20", record)
    assert "申请监督：7月20日办理，<b>逾期5天</b>（期限7月15日）" in card
    record = await lead.take("07-20", record, "sign")
    assert "<b>逾期5天</b>" in await lead.card("08-20", record)


async def test_what_is_handed_over_has_no_such_limit(lead: Lead) -> None:
    record = await lead.file("07-20", TOLD | {"known_on": "2025-01-15"})
    assert await lead.rows(record, "apply") == []
    assert "申请监督" not in await lead.card("07-20", record)


async def test_an_application_has_to_say_since_when_it_is_known(lead: Lead) -> None:
    with pytest.raises(DomainError, match="still_missing"):
        await lead.file("07-20", TOLD | {"route": "apply"})
    async with lead.on("07-20") as d:
        place = Place(7001, 0, private=True)
        line = "2C 申请监督 鄂城区 张某某非法占地，法院超期裁定"
        draft = await open_form(d, lead.bureau, LEAD, place, Said(line))
    assert draft.asking == "known_on"


async def test_a_corrected_day_is_judged_anew(lead: Lead) -> None:
    record = await lead.file("07-20", APPLIED)
    record = await lead.take("07-20", record, "sign")
    record = await lead.correct("08-03", record, known_on="2026-02-20")
    old, new = await lead.rows(record, "apply")
    assert (old.outcome, old.late) == (Outcome.MET, 5)
    assert (new.due, new.outcome, new.met_on, new.late) == (
        date(2026, 8, 20),
        Outcome.MET,
        date(2026, 7, 20),
        0,
    )
    assert "逾期" not in await lead.card("07-21", record)
    record = await lead.correct("08-04", record, known_on="2026-01-05")
    assert "7月20日办理，<b>逾期14天</b>（期限7月6日）" in await lead.card("07-21", record)


async def test_what_turns_out_to_be_no_application_is_late_no_more(lead: Lead) -> None:
    record = await lead.file("07-20", APPLIED)
    record = await lead.correct("07-21", record, route="transfer")
    assert "逾期" not in await lead.card("07-21", record)
    record = await lead.correct("07-22", record, route="apply")
    assert "<b>逾期5天</b>（期限7月15日）" in await lead.card("07-22", record)
    with pytest.raises(DomainError, match="still_missing"):
        await lead.correct("07-22", record, known_on=REMOVED)


async def test_what_turns_out_to_be_an_application_was_made_when_it_was_filed(lead: Lead) -> None:
    record = await lead.file("07-20", TOLD)
    record = await lead.correct("09-01", record, route="apply", known_on="2026-01-15")
    (row,) = await lead.rows(record, "apply")
    assert (row.due, row.met_on, row.late) == (date(2026, 7, 15), date(2026, 7, 20), 5)
    assert await lead.dues(record) == {"sign": "07-22"}


async def test_an_application_is_met_on_the_day_it_was_handed_in(lead: Lead) -> None:
    record = await lead.file("07-20", APPLIED | {"handed_in_on": "2026-07-15"})
    assert "逾期" not in await lead.card("07-20", record)
    record = await lead.correct("07-21", record, handed_in_on="2026-07-17")
    assert "申请监督：7月17日办理，<b>逾期2天</b>" in await lead.card("07-21", record)
    record = await lead.correct("07-22", record, handed_in_on=REMOVED)
    assert "申请监督：7月20日办理，<b>逾期5天</b>" in await lead.card("07-22", record)
    with pytest.raises(DomainError, match="wrong_order"):
        await lead.correct("07-22", record, handed_in_on="2026-01-14")


async def test_the_day_is_asked_for_where_there_is_an_application_and_may_be_skipped(
    lead: Lead,
) -> None:
    place = Place(7001, 0, private=True)
    async with lead.on("07-20") as d:
        line = "2C 鄂城区 2026年1月15日知道 张某某非法占地，法院超期裁定"
        draft = await open_form(d, lead.bureau, LEAD, place, Said(line))
        assert (draft.asking, draft.to_ask) == ("route", ())
        draft = await choose(d, lead.bureau, draft, "route", "apply")
        assert (draft.asking, draft.to_ask) == ("handed_in_on", ("handed_in_on",))
        skipped = await skip(d, lead.bureau, draft, "handed_in_on")
        assert (skipped.asking, skipped.to_ask) == ("", ())
        draft = await answer(d, lead.bureau, draft, "7月15日")
        assert draft.data["handed_in_on"] == "2026-07-15"
        other = await open_form(d, lead.bureau, LEAD, place, Said(f"{line} 申请监督"))
        assert other.asking == "handed_in_on"
        other = await open_form(d, lead.bureau, LEAD, place, Said(f"{line} 移送线索"))
        assert other.asking == ""


async def test_one_filed_before_that_day_was_asked_for_can_still_be_corrected(lead: Lead) -> None:
    record = await lead.file("07-20", APPLIED)
    async with lead.on("07-20") as d:
        data = {name: value for name, value in record.data.items() if name != "known_on"}
        record = await d.tx.records.save(replace(record, data=data), d.now)
    record = await lead.correct("07-21", record, summary="法院一直没有裁定")
    assert record.data["summary"] == "法院一直没有裁定"
    record = await lead.correct("07-22", record, known_on="2026-02-01")
    assert record.data["known_on"] == "2026-02-01"


async def test_a_correction_still_gives_what_it_makes_necessary_itself(lead: Lead) -> None:
    record = await lead.file("07-20", TOLD)
    with pytest.raises(DomainError, match="still_missing"):
        await lead.correct("07-21", record, route="apply")


# What a group may know of it.


async def test_a_group_learns_of_no_day_that_it_does_not_see(lead: Lead, people: Hire) -> None:
    line = "2C 申请监督 鄂城区 张某某非法占地，法院超期裁定 知道2026年1月15日"
    for place, told in ((Place(-100_200), False), (Place(7001, 0, private=True), True)):
        async with lead.on("07-20") as d:
            await open_form(d, lead.bureau, LEAD, place, Said(line))
        preview = await said_at(lead, place.chat_id)
        assert "申请监督期限：" in preview
        assert "2026年7月15日（星期三）届满" in preview
        assert ("自1月15日算" in preview) is told
        record = await lead.file("07-20", APPLIED)
        async with lead.on("07-21") as d:
            await tell_why(d, lead.bureau, record, place)
        proof = await said_at(lead, place.chat_id)
        assert "名义届满：2026年7月15日" in proof
        assert ("2026年1月15日" in proof) is told
        record = await lead.correct("07-22", record, known_on="2026-01-05")
        async with lead.on("07-22") as d:
            await tell_why(d, lead.bureau, record, place)
        proof = await said_at(lead, place.chat_id)
        assert "届满日7月15日 → 7月6日" in proof
        assert ("起算日1月15日 → 1月5日" in proof) is told


async def said_at(lead: Lead, chat_id: int) -> str:
    async with lead.desk() as d:
        rows = await d.tx.connection.execute(
            outbox.select().where(outbox.c.chat_id == chat_id).order_by(outbox.c.id)
        )
        return str([row.text for row in rows][-1])


# Reception, answer, result, and the case (C2).


@pytest.mark.parametrize(
    ("said", "due"), [({}, "06-15"), ({"case_accepted_on": "2026-03-10"}, "06-10")]
)
async def test_the_three_months_count_from_the_acceptance(
    lead: Lead, said: dict[str, Value], due: str
) -> None:
    record = await lead.file("03-06", TOLD)
    record = await lead.take("03-09", record, "sign", "review")
    record = await lead.take("03-13", record, "accept", case_number="鄂城检行监〔2026〕7号", **said)
    assert await lead.dues(record) == {"case": due}
    async with lead.on("03-14") as d:
        record = await correct_record(
            d,
            lead.prosecutor,
            record,
            {"case_accepted_on": "2026-03-11"},
            "登记有误",
            version=record.version,
        )
        events = await d.tx.events.of_record(record.id)
        assert "case_accepted_on" in correctable(LEAD, record, "jcy-ec", events)
        assert "case_accepted_on" not in correctable(LEAD, record, "zrzy-ec", events)
    assert await lead.dues(record) == {"case": "06-11"}


async def test_accepting_asks_for_the_day_and_takes_today_for_no_answer(lead: Lead) -> None:
    record = await lead.file("03-06", TOLD)
    record = await lead.take("03-09", record, "sign", "review")
    async with lead.on("03-13") as d:
        place = Place(7002, 0, private=True)
        draft = await open_move(d, lead.prosecutor, record, "accept", place)
        draft = await answer(d, lead.prosecutor, draft, "鄂城检行监〔2026〕7号")
        assert draft.asking == "case_accepted_on"
        record = await submit(
            d, lead.prosecutor, await skip(d, lead.prosecutor, draft, draft.asking)
        )
        events = await d.tx.events.of_record(record.id)
        assert "case_accepted_on" in correctable(LEAD, record, "jcy-ec", events)
    assert await lead.dues(record) == {"case": "06-15"}


async def test_a_case_has_three_months_from_its_acceptance(lead: Lead) -> None:
    record = await lead.file("03-06", TOLD)
    assert await lead.dues(record) == {"sign": "03-10"}, "a weekend is between"
    record = await lead.take("03-09", record, "sign", "review")
    assert await lead.dues(record) == {"answer": "03-16"}
    record = await lead.take("03-13", record, "accept", case_number="鄂城检行监〔2026〕7号")
    assert await lead.dues(record) == {"case": "06-15"}
    (row,) = await lead.rows(record, "case")
    assert (row.rule.code, row.nominal) == ("C2", date(2026, 6, 13))
    record = await lead.take("06-16", record, "conclude", result="已向法院提出检察建议")
    assert await lead.dues(record) == {}
    assert "审查终结并告知结果：6月16日办理，<b>逾期1天</b>" in await lead.card("06-16", record)


@pytest.mark.parametrize(
    ("move", "said"),
    [("refuse", {"refusal": "不属于"}), ("transfer", {"transferred_to": "镇政府"})],
)
async def test_any_other_outcome_has_only_the_agreed_period(
    lead: Lead, move: str, said: dict[str, Value]
) -> None:
    record = await lead.file("03-06", TOLD)
    record = await lead.take("03-09", record, "sign", "review")
    record = await lead.take("03-13", record, move, **said)
    assert await lead.dues(record) == {"result": "06-15"}
    record = await lead.take("06-16", record, "conclude", result="已告知")
    assert "逾期" not in await lead.card("06-16", record)


@pytest.mark.parametrize(
    ("moves", "gone", "said", "code"),
    [
        ((), "withdraw", {}, "sign"),
        (("sign",), "void", {"void_reason": "重复登记"}, "answer"),
    ],
)
async def test_what_is_taken_back_was_neither_met_nor_missed(
    lead: Lead, moves: tuple[str, ...], gone: str, said: dict[str, Value], code: str
) -> None:
    record = await lead.file("03-06", TOLD)
    record = await lead.take("03-09", record, *moves)
    async with lead.on("03-09") as d:
        await move_record(d, lead.bureau, record, gone, said, version=record.version)
    (row,) = await lead.rows(record, code)
    assert (row.outcome, row.met_on) == (Outcome.DROPPED, None)
