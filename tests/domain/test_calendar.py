import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import (
    SHANGHAI,
    OfficeHours,
    RestDayNotice,
    WorkCalendar,
    local_date,
    local_instant,
    weekday_name,
)
from bot.domain.statutory import YEARS, statutory_rest

HOLIDAYS = json.loads((Path(__file__).parent / "data" / "holidays_cn.json").read_text("utf-8"))
CALENDAR = WorkCalendar()
HOURS = OfficeHours(((time(9), time(12)), (time(14), time(17, 30))))
NAIVE = datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None)

# Invented: the real notice for 2027 is not published.
NOTICE_2027 = RestDayNotice(
    year=2027,
    rest={date(2026, 12, 31): "元旦", date(2027, 1, 1): "元旦"},
    work=frozenset({date(2026, 12, 27), date(2027, 1, 23)}),
    source="测试通知",
)

known_days = st.dates(date(2020, 1, 1), date(2026, 12, 31))
any_day = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def official_workday(day: date) -> bool:
    if day.weekday() >= 5:
        return day.isoformat() in HOLIDAYS["makeup_workdays"]
    return day.isoformat() not in HOLIDAYS["off_weekdays"]


def china(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_every_known_day_agrees_with_the_published_notices() -> None:
    first = date(HOLIDAYS["covered_years"][0], 1, 1)
    last = date(HOLIDAYS["covered_years"][-1], 12, 31)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    assert [d for d in days if CALENDAR.is_workday(d) != official_workday(d)] == []


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 2, 16), "春节"),
        (date(2026, 2, 15), "春节"),
        (date(2026, 4, 6), "清明节"),
        (date(2026, 6, 19), "端午节"),
        (date(2026, 9, 25), "中秋节"),
        (date(2026, 9, 20), "调休上班"),
        (date(2026, 3, 7), "周六"),
        (date(2027, 3, 7), "周日"),
        (date(2027, 2, 8), "春节"),
        (date(2026, 3, 9), ""),
    ],
)
def test_a_day_is_described_in_chinese(day: date, name: str) -> None:
    assert CALENDAR.describe(day) == name


@given(any_day)
def test_a_rest_day_always_has_a_name(day: date) -> None:
    assert CALENDAR.is_workday(day) or CALENDAR.describe(day)


@given(st.dates(date(2027, 1, 1), date(2099, 12, 31)))
def test_beyond_coverage_only_weekends_and_the_days_of_the_law_are_free(day: date) -> None:
    by_law = statutory_rest(day.year) if day.year in YEARS else {}
    assert not CALENDAR.covers(day)
    assert CALENDAR.is_workday(day) == (day.weekday() < 5 and day not in by_law)


def test_a_year_without_a_notice_rests_by_law_and_nothing_is_bridged() -> None:
    assert CALENDAR.skipped(date(2027, 2, 4), date(2027, 2, 10)) == [
        (date(2027, 2, day), "春节") for day in (5, 6, 7, 8)
    ]
    assert CALENDAR.skipped(date(2027, 4, 29), date(2027, 5, 7)) == [
        (date(2027, 5, day), "劳动节") for day in (1, 2)
    ]
    assert CALENDAR.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_in_its_year_a_notice_takes_the_place_of_the_law() -> None:
    calendar = WorkCalendar([RestDayNotice(2027, {}, frozenset(), "通知")])
    assert calendar.is_workday(date(2027, 1, 1))
    assert not calendar.is_workday(date(2028, 1, 26)), "the year after is still without one"


def test_the_end_of_december_waits_for_the_next_notice() -> None:
    assert CALENDAR.covers(date(2026, 12, 28))
    assert not CALENDAR.covers(date(2026, 12, 29))
    assert CALENDAR.covers(date(2025, 12, 31))
    assert WorkCalendar([NOTICE_2027]).covers(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("today", "imported", "missing"),
    [
        (date(2026, 10, 31), (), None),
        (date(2026, 11, 1), (), 2027),
        (date(2026, 11, 1), (NOTICE_2027,), None),
        (date(2027, 1, 4), (), 2027),
        (date(2027, 1, 4), (NOTICE_2027,), None),
        (date(2027, 11, 1), (NOTICE_2027,), 2028),
        (date(2031, 5, 1), (NOTICE_2027,), 2031),
    ],
)
def test_from_november_on_the_next_years_schedule_is_missed(
    today: date, imported: tuple[RestDayNotice, ...], missing: int | None
) -> None:
    assert WorkCalendar(imported).missing_year(today) == missing


def test_a_notice_extends_the_calendar_and_reaches_into_december() -> None:
    calendar = WorkCalendar([NOTICE_2027])
    assert calendar.covers(date(2027, 6, 1))
    assert calendar.describe(date(2026, 12, 31)) == "元旦"
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2026, 12, 27))
    assert calendar.describe(date(2027, 1, 23)) == "调休上班"
    assert CALENDAR.is_workday(date(2026, 12, 31)), "the calendar without it is untouched"


def test_a_notice_wins_over_the_library() -> None:
    holiday, make_up = date(2026, 10, 7), date(2026, 10, 10)
    amended = RestDayNotice(2026, {make_up: "国庆节"}, frozenset({holiday}), "修改通知")
    calendar = WorkCalendar([amended])
    assert calendar.is_workday(holiday)
    assert calendar.describe(holiday) == ""
    assert calendar.describe(make_up) == "国庆节"


def test_a_later_notice_wins_over_an_earlier_one() -> None:
    day = date(2027, 1, 1)
    correction = RestDayNotice(2027, {}, frozenset({day}), "更正通知")
    assert WorkCalendar([NOTICE_2027, correction]).is_workday(day)
    assert not WorkCalendar([correction, NOTICE_2027]).is_workday(day)


def test_a_contradictory_or_misdated_notice_is_refused() -> None:
    day = date(2027, 5, 1)
    with pytest.raises(ValueError, match="2027-05-01"):
        RestDayNotice(2027, {day: "劳动节"}, frozenset({day}), "通知")
    with pytest.raises(ValueError, match="2026-11-30"):
        RestDayNotice(2027, {date(2026, 11, 30): "元旦"}, frozenset(), "通知")
    with pytest.raises(ValueError, match="2028-01-01"):
        RestDayNotice(2027, {}, frozenset({date(2028, 1, 1)}), "通知")


def test_the_version_follows_the_schedule_and_nothing_else() -> None:
    ordinary = RestDayNotice(2026, {date(2026, 3, 7): "周六"}, frozenset({date(2026, 3, 9)}), "无")
    assert WorkCalendar().version == CALENDAR.version
    assert WorkCalendar([ordinary]).version == CALENDAR.version
    assert WorkCalendar([NOTICE_2027]).version != CALENDAR.version
    empty_year = RestDayNotice(2027, {}, frozenset(), "通知")
    assert WorkCalendar([empty_year]).version != CALENDAR.version


@given(known_days)
def test_neighbouring_workdays(day: date) -> None:
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert before < day < after
    assert official_workday(before)
    between = [before + timedelta(n) for n in range(1, (after - before).days)]
    assert [d for d in between if CALENDAR.is_workday(d)] == [day] * CALENDAR.is_workday(day)
    expected = (day, day) if CALENDAR.is_workday(day) else (before, after)
    assert CALENDAR.workday_on_or_before(day) == expected[0]
    assert CALENDAR.workday_on_or_after(day) == expected[1]


@given(known_days.filter(official_workday), st.integers(-40, 40))
def test_adding_workdays_can_be_undone(day: date, n: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, n), -n) == day


def test_adding_workdays_steps_over_a_holiday() -> None:
    assert CALENDAR.add_workdays(date(2026, 9, 29), 5) == date(2026, 10, 12)
    assert CALENDAR.add_workdays(date(2026, 10, 12), -5) == date(2026, 9, 29)


def test_skipped_names_each_rest_day_in_turn() -> None:
    assert CALENDAR.skipped(date(2026, 9, 30), date(2026, 10, 11)) == [
        *[(date(2026, 10, n), "国庆节") for n in range(1, 8)],
        (date(2026, 10, 11), "周日"),
    ]


def test_the_local_date_is_the_one_in_china() -> None:
    assert local_date(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert local_date(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert local_instant(date(2026, 3, 2), time(9)) == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert weekday_name(date(2026, 3, 2)) == "周一"


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_date(NAIVE)
    with pytest.raises(ValueError, match="naive"):
        HOURS.is_open(NAIVE, CALENDAR)
    with pytest.raises(ValueError, match="naive"):
        HOURS.next_open(NAIVE, CALENDAR)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (china(2026, 3, 2, 8), china(2026, 3, 2, 9)),
        (china(2026, 3, 2, 12), china(2026, 3, 2, 14)),
        (china(2026, 3, 2, 17, 30), china(2026, 3, 3, 9)),
        (china(2026, 3, 6, 20), china(2026, 3, 9, 9)),
        (china(2026, 2, 14, 18), china(2026, 2, 24, 9)),
        (china(2026, 9, 19, 10), china(2026, 9, 20, 9)),
    ],
)
def test_a_closed_office_opens_next(now: datetime, opens: datetime) -> None:
    assert not HOURS.is_open(now, CALENDAR)
    assert HOURS.next_open(now, CALENDAR) == opens


def test_the_office_closes_with_its_last_block() -> None:
    assert HOURS.closes == time(17, 30)


@given(known_days, st.integers(0, 24 * 60))
def test_the_next_opening_is_open_and_not_earlier(day: date, minute: int) -> None:
    elsewhere = timezone(timedelta(hours=-5))
    now = datetime.combine(day, time(), elsewhere) + timedelta(minutes=minute)
    opening = HOURS.next_open(now, CALENDAR)
    assert opening.tzinfo is UTC
    assert HOURS.is_open(opening, CALENDAR)
    assert (opening == now) if HOURS.is_open(now, CALENDAR) else (opening > now)


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        ((time(9), time(9)),),
        ((time(14), time(17)), (time(9), time(12))),
        ((time(9), time(13)), (time(12), time(17))),
    ],
)
def test_impossible_office_hours_are_refused(blocks: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="office hours"):
        OfficeHours(blocks)
