"""Records begin, move and end: numbers, duties, keys, refusals."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Role, Side
from bot.services.ledger import file_record, move_record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bot.domain.people import Person
    from bot.domain.records import Duty, Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows

LINE = {"category": "2C", "route": "transfer", "summary": "法院超期裁定"}


async def file(
    desk: OpenDesk, act: Act, person: Person, district: str = "420704", **more: str
) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, district, {**LINE, **more})


async def step(
    desk: OpenDesk, act: Act, person: Person, record: Record, move: str, **data: Value
) -> Record:
    async with desk() as d:
        return await move_record(d, act(person), record, move, data, version=record.version)


def at(desk: OpenDesk, moment: datetime) -> OpenDesk:
    """A desk at another hour."""

    @asynccontextmanager
    async def later() -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=moment)

    return later


async def duties(desk: OpenDesk, record: Record) -> list[Duty]:
    async with desk() as d:
        return await d.tx.duties.open_of(record.id)


async def test_a_lead_goes_from_the_bureau_to_the_procuratorate_of_its_district(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    record = await file(desk, actor, person)
    assert (record.sender, record.receiver) == ("zrzy-ec", "jcy-ec")
    assert record.sides == {Side.RESOURCES, Side.PROCURATORATE}
    assert (record.state, record.version, record.submitter) == ("handed_over", 1, person.id)
    async with desk() as d:
        (event,) = await d.tx.events.of_record(record.id)
        content = await d.tx.events.content(event.id)
    assert (event.name, event.actor, event.facts["organ"]) == ("file", person.id, "zrzy-ec")
    assert "法院超期裁定" not in event.body
    assert content is not None
    assert "法院超期裁定" in content[1]


async def test_a_forest_lead_is_the_forest_offices_business_too(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    record = await file(desk, actor, await people(), category="F")
    assert record.sides == frozenset(Side)


async def test_numbers_count_up_without_gaps_and_begin_anew_each_year_in_shanghai(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    eve = at(desk, datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI))
    new_year = at(desk, datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI))
    numbers = [(await file(eve, actor, person)).number]
    with pytest.raises(DomainError):
        await file(eve, actor, person, district="420703")
    numbers += [(await file(d, actor, person)).number for d in (eve, new_year, new_year)]
    assert numbers == ["线索〔2026〕1号", "线索〔2026〕2号", "线索〔2027〕1号", "线索〔2027〕2号"]


@pytest.mark.parametrize(
    ("organ", "role", "district", "data", "code"),
    [
        ("jcy-ec", Role.LIAISON, "420704", LINE, "not_your_kind"),
        ("zrzy-ec", Role.LIAISON, "420703", LINE, "not_your_district"),
        ("zrzy-ec", Role.LEADER, "420704", LINE, "not_entitled"),
        (None, Role.ADMIN, "420704", LINE, "not_entitled"),
        ("zrzy-ec", Role.LIAISON, "420704", {"category": "2C"}, "still_missing"),
        ("zrzy-ec", Role.LIAISON, "420704", {**LINE, "category": "9Z"}, "bad_field"),
        ("zrzy-ec", Role.LIAISON, "420704", {**LINE, "area": "many"}, "bad_field"),
        ("zrzy-ec", Role.LIAISON, "420704", {**LINE, "colour": "red"}, "bad_field"),
    ],
)
async def test_what_may_not_be_filed_leaves_no_trace(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    rows: CountRows,
    organ: str | None,
    role: Role,
    district: str,
    data: Mapping[str, Value],
    code: str,
) -> None:
    person = await people(organ, role)
    before = await rows()
    with pytest.raises(DomainError, match=code):
        async with desk() as d:
            await file_record(d, actor(person), LEAD, district, data)
    assert await rows() == before


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        (datetime(2026, 3, 9, 10, tzinfo=SHANGHAI), date(2026, 3, 11)),  # a Monday
        (
            datetime(2026, 3, 12, 23, 30, tzinfo=SHANGHAI),
            date(2026, 3, 16),
        ),  # a Thursday, over a weekend
        (datetime(2026, 2, 13, 10, tzinfo=SHANGHAI), date(2026, 2, 24)),  # over the Spring Festival
        (datetime(2026, 9, 30, 10, tzinfo=SHANGHAI), date(2026, 10, 9)),  # over the National Day
    ],
)
async def test_signing_is_due_in_two_working_days(
    people: Hire, desk: OpenDesk, actor: Act, filed: datetime, due: date
) -> None:
    then = at(desk, filed)
    record = await file(then, actor, await people())
    (duty,) = await duties(desk, record)
    assert (duty.code, duty.debtor, duty.creditor) == ("sign", "jcy-ec", "zrzy-ec")
    assert (duty.start, duty.due, duty.provisional) == (filed.date(), due, False)


async def test_every_step_closes_the_duties_it_meets_and_opens_those_it_causes(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    sender, receiver = await people(), await people("jcy-ec")
    record = await file(desk, actor, sender)
    steps: list[tuple[Person, str, dict[str, str], list[tuple[str, date]]]] = [
        (receiver, "sign", {}, [("answer", date(2026, 3, 16))]),
        (receiver, "review", {}, [("answer", date(2026, 3, 16))]),
        (receiver, "return", {"missing_items": "裁定书"}, []),
        (sender, "resubmit", {"supplement": "已补"}, [("answer", date(2026, 3, 16))]),
        (
            receiver,
            "accept",
            {"case_number": "鄂城检行监〔2026〕5号"},
            [("case", date(2026, 6, 9))],
        ),
        (receiver, "conclude", {"result": "法院已裁定"}, []),
        (sender, "confirm", {}, []),
        (receiver, "archive", {}, []),
    ]
    for person, move, data, expected in steps:
        record = await step(desk, actor, person, record, move, **data)
        assert [(d.code, d.due) for d in await duties(desk, record)] == expected, move
    assert (record.state, record.version) == ("archived", 9)
    async with desk() as d:
        events = await d.tx.events.of_record(record.id)
    assert [e.name for e in events] == ["file", *(move for _, move, _, _ in steps)]
    assert [e.facts["version"] for e in events] == list(range(1, 10))


async def test_a_stale_version_comes_second(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    record, receiver = await file(desk, actor, await people()), await people("jcy-ec")
    await step(desk, actor, receiver, record, "sign")
    before = await rows()
    with pytest.raises(DomainError, match="came_second"):
        await step(desk, actor, receiver, record, "sign")
    assert await rows() == before


@pytest.mark.parametrize(
    ("organ", "role", "move", "code"),
    [
        ("zrzy-ec", Role.LIAISON, "sign", "not_your_move"),
        ("jcy", Role.LIAISON, "sign", "not_your_move"),
        ("jcy-hr", Role.LIAISON, "sign", "not_entitled"),
        ("lzb-ec", Role.LIAISON, "sign", "not_entitled"),
        ("jcy-ec", Role.LEADER, "sign", "not_entitled"),
        (None, Role.ADMIN, "sign", "not_entitled"),
        ("jcy-ec", Role.LIAISON, "archive", "came_second"),
        ("zrzy-ec", Role.DEPUTY, "withdraw", "not_your_move"),
        ("jcy-ec", Role.LIAISON, "explode", "unknown_button"),
    ],
)
async def test_who_may_not_take_a_step_changes_nothing(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    rows: CountRows,
    organ: str | None,
    role: Role,
    move: str,
    code: str,
) -> None:
    record = await file(desk, actor, await people())
    intruder = await people(organ, role, "赵立")
    before = await rows()
    with pytest.raises(DomainError, match=code):
        await step(desk, actor, intruder, record, move)
    async with desk() as d:
        assert await d.tx.records.get(record.id) == record
    assert await rows() == before


async def test_the_one_who_filed_it_may_withdraw_it(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    sender = await people()
    record = await step(desk, actor, sender, await file(desk, actor, sender), "withdraw")
    assert record.state == "withdrawn"
    assert await duties(desk, record) == []


async def test_a_step_that_needs_something_is_not_taken_without(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    record, receiver = await file(desk, actor, await people()), await people("jcy-ec")
    for move in ("sign", "review"):
        record = await step(desk, actor, receiver, record, move)
    before = await rows()
    with pytest.raises(DomainError, match="still_missing") as refused:
        await step(desk, actor, receiver, record, "accept", result="不相干的")
    assert refused.value.facts == {"titles": ["检察案号"]}
    assert await rows() == before


async def test_a_record_is_found_by_every_number_but_that_of_another_lead(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    receiver, sender = await people("jcy-ec"), await people()
    papers = {
        "penalty_number": "鄂州资规罚字〔2025〕31号",
        "court_number": "（2026）鄂0704行审18号",
    }
    accepted = await file(desk, actor, sender, **papers)
    merged = await file(desk, actor, sender)
    for record, last in (
        (accepted, ("accept", {"case_number": "鄂城检行监〔2026〕5号"})),
        (merged, ("merge", {"merged_into": "线索〔2026〕1号"})),
    ):
        seen = record
        for move, data in (("sign", {}), ("review", {}), last):
            seen = await step(desk, actor, receiver, seen, move, **data)
    async with desk() as d:
        found = {
            key: [record.id for record in await d.tx.records.by_key(key)]
            for key in (
                "线索(2026)1",
                "线索(2026)2",
                "鄂州资规罚字(2025)31",
                "(2026)鄂0704行审18",
                "鄂城检行监(2026)5",
            )
        }
    assert list(found.values()) == [[1], [2], [1], [1], [1]]
