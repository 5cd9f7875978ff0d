import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import RestDayNotice, WorkCalendar
from bot.domain.periods import (
    PERIODS,
    Light,
    Period,
    Roll,
    Step,
    Unit,
    count,
    days_left,
    light,
    next_turn,
    stretch,
    with_overrides,
)


class Vector(TypedDict, total=False):
    case: str
    kind: str
    start: str
    n: int
    nominal: str
    due: str
    provisional: bool


class QuarterEnd(TypedDict):
    q: str
    end: str
    due_pulled_back: str


DATA = Path(__file__).parent / "data"
HOLIDAYS = json.loads((DATA / "holidays_cn.json").read_text("utf-8"))
WORKED = json.loads((DATA / "deadline_vectors.json").read_text("utf-8"))
VECTORS: list[Vector] = WORKED["vectors"]
QUARTER_ENDS: list[QuarterEnd] = WORKED["quarter_ends"]
CALENDAR = WorkCalendar()
DAY = timedelta(days=1)

LONGEST = {Unit.MONTHS: 5, Unit.CALENDAR_DAYS: 150, Unit.WORK_DAYS: 60, Unit.QUARTER_END: 0}
SHAPES = [
    (unit, roll)
    for unit in Unit
    for roll in Roll
    if (unit is Unit.WORK_DAYS) == (roll is Roll.SKIP) and unit is not Unit.NAMED_DAY
]


def period(unit: Unit, roll: Roll, length: int) -> Period:
    return Period(
        code="T",
        title="测试期限",
        starts_on="测试",
        length=length,
        unit=unit,
        roll=roll,
        legal_basis="测试",
        effective_from=date(2020, 1, 1),
        statutory=True,
    )


@st.composite
def any_period(draw: st.DrawFn) -> Period:
    unit, roll = draw(st.sampled_from(SHAPES))
    longest = LONGEST[unit]
    return period(unit, roll, draw(st.integers(min(1, longest), longest)))


starts = st.dates(date(2020, 1, 1), date(2026, 6, 30))


# An independent count: walk the days one by one over the published notices.


def official_workday(day: date) -> bool:
    if day.weekday() >= 5:
        return day.isoformat() in HOLIDAYS["makeup_workdays"]
    return day.isoformat() not in HOLIDAYS["off_weekdays"]


def is_month_end(day: date) -> bool:
    return (day + DAY).day == 1


def walked_nominal(unit: Unit, length: int, start: date) -> date:
    day, passed = start, 0
    if unit is Unit.QUARTER_END:
        while not (day.month % 3 == 0 and is_month_end(day)):
            day += DAY
        return day
    while passed < length:
        day += DAY
        if unit is Unit.MONTHS:
            months = (day.year - start.year) * 12 + day.month - start.month
            arrived = day.day == start.day or (is_month_end(day) and day.day < start.day)
            passed = months if arrived else passed
        else:
            passed += unit is Unit.CALENDAR_DAYS or official_workday(day)
    return day


def walked_due(roll: Roll, nominal: date) -> date:
    step = {Roll.FORWARD: DAY, Roll.BACK: -DAY}.get(roll)
    day = nominal
    while step and not official_workday(day):
        day += step
    return day


@given(any_period(), starts)
def test_a_count_equals_a_walk_from_day_to_day(period: Period, start: date) -> None:
    deadline = count(period, start, CALENDAR)
    nominal = walked_nominal(period.unit, period.length, start)
    assert deadline.nominal == nominal
    assert deadline.due == walked_due(period.roll, nominal)
    assert not deadline.provisional


@given(any_period(), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_a_later_start_never_ends_earlier(period: Period, start: date, later: int) -> None:
    first = count(period, start, CALENDAR)
    second = count(period, start + DAY * later, CALENDAR)
    assert first.nominal <= second.nominal
    assert first.due <= second.due


@given(any_period(), starts)
def test_the_steps_are_exactly_the_unusual_days_that_decided(period: Period, start: date) -> None:
    deadline = count(period, start, CALENDAR)
    days = [step.day for step in deadline.steps]
    assert all(why.endswith(("顺延", "提前", "不计入", "计为工作日")) for _, why in deadline.steps)
    moved = [day for day in days if not official_workday(day)]
    if period.roll is Roll.SKIP:
        span = (start + DAY * n for n in range(1, (deadline.due - start).days + 1))
        assert moved == [day for day in span if not official_workday(day)]
    else:
        assert len(moved) == abs((deadline.due - deadline.nominal).days)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["case"] for vector in VECTORS])
def test_worked_deadlines(vector: Vector) -> None:
    unit = Unit(vector["kind"])
    roll = Roll.SKIP if unit is Unit.WORK_DAYS else Roll.FORWARD
    start = date.fromisoformat(vector["start"])
    deadline = count(period(unit, roll, vector["n"]), start, CALENDAR)
    assert deadline.due.isoformat() == vector["due"]
    assert deadline.nominal.isoformat() == vector.get("nominal", vector["due"])
    assert deadline.provisional == vector.get("provisional", False)


@pytest.mark.parametrize("row", QUARTER_ENDS, ids=[row["q"] for row in QUARTER_ENDS])
def test_worked_quarter_ends(row: QuarterEnd) -> None:
    end = date.fromisoformat(row["end"])
    for start in (end.replace(month=end.month - 2, day=1), end.replace(day=15), end):
        deadline = count(PERIODS["P-QUARTER"], start, CALENDAR)
        assert deadline.nominal == end
        assert deadline.due.isoformat() == row["due_pulled_back"]


@pytest.mark.parametrize(
    ("code", "start", "nominal", "due"),
    [
        ("A1", date(2026, 4, 13), date(2026, 6, 13), date(2026, 6, 15)),
        ("B6", date(2026, 2, 10), date(2026, 3, 2), date(2026, 3, 2)),
        ("B10", date(2026, 3, 6), date(2026, 3, 17), date(2026, 3, 17)),
        ("B10-HEARING", date(2026, 3, 6), date(2026, 4, 5), date(2026, 4, 7)),
        ("C4", date(2026, 5, 20), date(2026, 8, 20), date(2026, 8, 20)),
        ("B13-EXTENDED", date(2025, 8, 31), date(2026, 2, 28), date(2026, 2, 28)),
    ],
)
def test_real_duties(code: str, start: date, nominal: date, due: date) -> None:
    deadline = count(PERIODS[code], start, CALENDAR)
    assert (deadline.code, deadline.start) == (code, start)
    assert (deadline.nominal, deadline.due) == (nominal, due)
    assert deadline.calendar_version == CALENDAR.version


def test_steps_explain_a_rolled_day() -> None:
    deadline = count(PERIODS["A1"], date(2025, 12, 15), CALENDAR)
    assert deadline.steps == tuple(Step(date(2026, 2, day), "春节，顺延") for day in range(15, 24))


def test_steps_explain_a_make_up_sunday_that_does_not_roll() -> None:
    deadline = count(PERIODS["A1"], date(2026, 7, 20), CALENDAR)
    assert deadline.steps == (Step(date(2026, 9, 20), "周日调休上班，计为工作日"),)


def test_steps_explain_working_days_and_quarter_ends() -> None:
    skipped = count(PERIODS["B8"], date(2026, 9, 29), CALENDAR).steps
    assert skipped[0] == Step(date(2026, 10, 1), "国庆节，不计入")
    assert skipped[-2:] == (
        Step(date(2026, 10, 10), "周六调休上班，计为工作日"),
        Step(date(2026, 10, 11), "周日，不计入"),
    )
    pulled = count(PERIODS["P-QUARTER"], date(2024, 1, 1), CALENDAR).steps
    assert pulled == (
        Step(date(2024, 3, 31), "周日，提前"),
        Step(date(2024, 3, 30), "周六，提前"),
    )


def test_beyond_coverage_is_provisional_until_the_notice_comes() -> None:
    start = date(2026, 11, 23)
    before = count(PERIODS["A1"], start, CALENDAR)
    notice = RestDayNotice(2027, {}, frozenset({date(2027, 1, 23)}), "测试通知")
    after = count(PERIODS["A1"], start, WorkCalendar([notice]))
    assert (before.due, before.provisional) == (date(2027, 1, 25), True)
    assert (after.due, after.provisional) == (date(2027, 1, 23), False)
    assert before.calendar_version != after.calendar_version


def test_only_days_that_matter_make_a_date_provisional() -> None:
    late = date(2026, 12, 25)
    assert count(PERIODS["P-SIGN"], date(2026, 12, 24), CALENDAR).provisional is False
    assert count(PERIODS["P-SIGN"], date(2026, 12, 28), CALENDAR).provisional is True
    assert count(period(Unit.CALENDAR_DAYS, Roll.FORWARD, 1), late, CALENDAR).provisional is False
    assert count(period(Unit.CALENDAR_DAYS, Roll.FORWARD, 9), late, CALENDAR).provisional is True
    assert count(period(Unit.CALENDAR_DAYS, Roll.NONE, 9), late, CALENDAR).provisional is False
    assert count(PERIODS["P-QUARTER"], date(2026, 10, 1), CALENDAR).provisional is True


def test_an_instant_cannot_start_a_period() -> None:
    with pytest.raises(TypeError, match="local date"):
        count(PERIODS["A1"], datetime(2026, 3, 2, tzinfo=UTC), CALENDAR)


def test_every_period_is_listed_with_its_basis() -> None:
    assert " ".join(sorted(PERIODS)) == (
        "A1 A2 A3 A3-URGENT A4 A5 "
        "B1 B10 B10-HEARING B11-REVIEW B11-RULING B11-SERVICE B12 B13 B13-EXTENDED B14 B14-FILING "
        "B15 B16 B2 B3 B4 B5 B5-DEMOLISH B6 B7 B8 B9-REVIEW B9-RULING "
        "C1 C2 C3 C4 C4-EXTENDED P-CHECK P-CONFIRM P-DELAY P-LOOKBACK P-OBJECTION P-QUARTER "
        "P-RECTIFY P-REPLY P-RESULT P-REVIEW P-SELF P-SIGN P-SUPPLEMENT P-TRANSFER"
    )
    for code, listed in PERIODS.items():
        assert listed.code == code
        assert listed.title
        assert listed.starts_on
        assert listed.legal_basis
        assert listed.effective_from <= date(2026, 11, 23)
        assert listed.statutory == (not code.startswith("P-"))


def test_the_coercion_acts_short_periods_are_working_days() -> None:
    listed = [p for p in PERIODS.values() if p.legal_basis.startswith("《行政强制法》")]
    for p in listed:
        if p.unit is not Unit.MONTHS:
            assert (p.unit is Unit.WORK_DAYS) == (p.length <= 10), p.code


def test_an_urgent_document_sets_its_own_length() -> None:
    deadline = count(PERIODS["A2"].lasting(10), date(2026, 3, 2), CALENDAR)
    assert (deadline.code, deadline.due) == ("A2", date(2026, 3, 12))


@pytest.mark.parametrize("code", ["A2", "P-RECTIFY"])
def test_what_each_paper_sets_must_be_known_to_count(code: str) -> None:
    with pytest.raises(ValueError, match=code):
        count(PERIODS[code], date(2026, 3, 2), CALENDAR)
    for length in (0, -1):
        with pytest.raises(ValueError, match=code):
            PERIODS[code].lasting(length)
    with pytest.raises(ValueError, match="A1"):
        PERIODS["A1"].lasting(3)


def test_a_named_day_ends_a_period_and_moves_on_from_a_rest_day() -> None:
    named = date(2026, 2, 15)
    deadline = count(PERIODS["P-RECTIFY"], date(2026, 1, 5), CALENDAR, named=named)
    assert (deadline.nominal, deadline.due) == (named, date(2026, 2, 24))


def test_how_long_a_period_is_said_to_be() -> None:
    said = {code: PERIODS[code].measure for code in ("A1", "A2", "P-SIGN", "P-REPLY", "P-QUARTER")}
    assert said == {
        "A1": "2个月",
        "A2": "文书载明的天数",
        "P-SIGN": "2个工作日",
        "P-REPLY": "7日",
        "P-QUARTER": "季度末",
    }


def test_an_office_may_change_an_agreed_period() -> None:
    changed = with_overrides(PERIODS, {"P-SIGN": 3})
    assert (changed["P-SIGN"].length, changed["P-SIGN"].unit) == (3, Unit.WORK_DAYS)
    assert changed["A1"] is PERIODS["A1"]
    assert PERIODS["P-SIGN"].length == 2


@pytest.mark.parametrize(
    ("code", "length"), [("A1", 3), ("P-NONE", 3), ("P-SIGN", 0), ("P-SIGN", -1), ("P-QUARTER", 1)]
)
def test_a_forbidden_change_is_refused_by_its_code(code: str, length: int) -> None:
    with pytest.raises(ValueError, match=code):
        with_overrides(PERIODS, {code: length})


@pytest.mark.parametrize(
    ("unit", "roll", "length"),
    [
        (Unit.WORK_DAYS, Roll.FORWARD, 5),
        (Unit.MONTHS, Roll.SKIP, 2),
        (Unit.MONTHS, Roll.FORWARD, 0),
        (Unit.QUARTER_END, Roll.BACK, 1),
    ],
)
def test_an_inconsistent_period_is_refused(unit: Unit, roll: Roll, length: int) -> None:
    with pytest.raises(ValueError, match="T: "):
        period(unit, roll, length)


@pytest.mark.parametrize(
    ("left", "colour", "label"),
    [
        (16, Light.GREEN, "绿"),
        (15, Light.YELLOW, "黄"),
        (4, Light.YELLOW, "黄"),
        (3, Light.RED, "红"),
        (0, Light.RED, "红"),
        (-1, Light.RED, "红"),
    ],
)
def test_the_light_follows_the_days_left(left: int, colour: Light, label: str) -> None:
    today = date(2026, 3, 2)
    due = today + DAY * left
    assert days_left(due, today) == left
    assert light(due, today) is colour
    assert light(due, today).label == label


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(-40, 40))
def test_the_next_turn_is_the_next_day_in_another_stretch(due: date, ahead: int) -> None:
    today = due - ahead * DAY
    later = (today + n * DAY for n in range(1, 60))
    turns = (day for day in later if stretch(due, day) is not stretch(due, today))
    assert next_turn(due, today) == next(turns, None)
