"""Questions about a period are read in many spellings, and refused rather than guessed at."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import DAY, WorkCalendar
from bot.domain.errors import DomainError
from bot.domain.periods import PERIODS, Period, Unit, with_overrides
from bot.domain.why import Reason, prove, read_question, runs_of, spell_runs

TODAY = date(2026, 11, 23)
CALENDAR = WorkCalendar()


def read(text: str) -> tuple[str, date] | None:
    asked = read_question(text, TODAY, PERIODS)
    return (asked.period.code or asked.period.measure, asked.start) if asked else None


JULY = date(2026, 7, 20)


@pytest.mark.parametrize(
    ("text", "period", "start"),
    [
        ("2个月 2026-07-20", "2个月", JULY),
        ("2026-07-20 2个月", "2个月", JULY),
        ("两个月 7月20日", "2个月", JULY),
        ("7月20日起2个月内", "2个月", JULY),
        ("自2026年7月20日起两个月", "2个月", JULY),
        ("期限２个月，７月２０日收到", "2个月", JULY),
        ("收到2026-07-20 2个月", "2个月", JULY),
        ("2 个月 7 月 20 日", "2个月", JULY),
        ("2个月2026-07-20", "2个月", JULY),
        ("2个月 2026年7月20日（周一）", "2个月", JULY),
        ("2个月 20260720", "2个月", JULY),
        ("2个月 2026.7.20", "2个月", JULY),
        ("2个月 7.20", "2个月", JULY),
        ("2个月 7-20", "2个月", JULY),
        ("7月20日＋2个月", "2个月", JULY),
        ("A1 2026-07-20", "A1", JULY),
        ("a1，7月20日", "A1", JULY),
        ("7月20日 A3-urgent", "A3-URGENT", JULY),
        ("B10-HEARING 3月6日", "B10-HEARING", date(2026, 3, 6)),
        ("P-SIGN 昨天", "P-SIGN", date(2026, 11, 22)),
        ("5个工作日 9月29日", "5个工作日", date(2026, 9, 29)),
        ("五个工作日 9月29日", "5个工作日", date(2026, 9, 29)),
        ("5工作日 9月29日", "5个工作日", date(2026, 9, 29)),
        ("15日 昨天", "15日", date(2026, 11, 22)),
        ("十五天 4月18日", "15日", date(2026, 4, 18)),
        ("15个自然日 4月18日", "15日", date(2026, 4, 18)),
        ("一百二十日 上周五", "120日", date(2026, 11, 20)),
        ("15日 20号", "15日", date(2026, 11, 20)),
        ("15日 3个月前", "15日", date(2026, 8, 23)),
        ("三个月 去年12月31日", "3个月", date(2025, 12, 31)),
        ("季度末 2026-08-01", "P-QUARTER", date(2026, 8, 1)),
        ("8月1日 季末", "P-QUARTER", date(2026, 8, 1)),
        ("P-QUARTER 8月1日", "P-QUARTER", date(2026, 8, 1)),
        ("120个月 今天", "120个月", TODAY),
    ],
)
def test_a_question_is_read_in_any_order_and_spelling(text: str, period: str, start: date) -> None:
    assert read(text) == (period, start)


@pytest.mark.parametrize(
    "text",
    [
        "2个月",
        "A1",
        "季度末",
        "昨天",
        "2026-07-20",
        "2个月 15日 7月20日",
        "A1 A3 7月20日",
        "A1 3个月 7月20日",
        "A2 3个月 7月20日",
        "2个月 2月30日",
        "2个月 7月20日 7月21日",
        "2个月 7月20日前",
        "2个月 7月20日 泽林镇",
        "线索2026-12 2个月 昨天",
        "2个月 20日",
        "半个月 昨天",
        "一个半月 昨天",
        "2.5个月 昨天",
        "-2个月 昨天",
        "0日 昨天",
        "三五日 昨天",
        "121个月 今天",
        "3651日 今天",
        "251个工作日 今天",
        "第三季度末 2个月",
        "2个月 2026-07-20 00:00",
    ],
)
def test_what_is_not_just_one_period_and_one_day_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"not_a_period|set_by_paper"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "线索2026-12",
        "检察建议〔2026〕5号",
        "鄂州资规罚字〔2025〕31号",
        "(2026)鄂0704行审18号",
        "资规罚字47",
        "12号",
        "420704-2026-2-0137",
        "泽林镇 审查中",
        "逾期",
        "2025第四季度",
    ],
)
def test_a_number_or_words_ask_for_a_record(text: str) -> None:
    assert read(text) is None


def test_a_period_of_the_papers_own_needs_its_days() -> None:
    asked = read_question("A2 10日 3月2日", TODAY, PERIODS)
    assert asked is not None
    assert (asked.period.code, asked.period.length, asked.start) == ("A2", 10, date(2026, 3, 2))
    for text in ("A2 3月2日", "P-RECTIFY 3月2日"):
        with pytest.raises(DomainError, match="set_by_paper"):
            read(text)


def test_an_agreed_period_is_the_offices_own() -> None:
    asked = read_question("P-SIGN 昨天", TODAY, with_overrides(PERIODS, {"P-SIGN": 3}))
    assert asked is not None
    assert asked.period.measure == "3个工作日"


@given(st.text(alphabet="0123456789一二两十个月日天工作季度末前后起 -.年AaBb〔〕号昨", max_size=16))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    with suppress(DomainError):
        asked = read_question(text, TODAY, PERIODS)
        assert asked is None or prove(asked.period, asked.start, CALENDAR).deadline.due


@given(st.sets(st.dates(date(2025, 11, 1), date(2026, 3, 1))))
def test_folded_days_are_the_same_days(days: set[date]) -> None:
    runs = runs_of(sorted(days))
    spans = [(run.first, (run.last - run.first).days) for run in runs]
    assert {first + DAY * n for first, more in spans for n in range(more + 1)} == days
    assert all(one.last + DAY < other.first for one, other in pairwise(runs))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["2026-02-15"], "2月15日"),
        (["2026-02-15", "2026-02-16", "2026-02-17"], "2月15日至17日"),
        (["2026-02-28", "2026-03-01"], "2月28日至3月1日"),
        (["2026-02-14", "2026-02-28", "2026-03-01"], "2月14日、28日至3月1日"),
        (["2026-12-31", "2027-01-01"], "12月31日至2027年1月1日"),
        (["2025-12-31", "2026-01-05"], "2025年12月31日、2026年1月5日"),
        (["2027-01-23", "2027-01-24"], "2027年1月23日至24日"),
    ],
)
def test_year_and_month_are_said_where_they_change(days: list[str], told: str) -> None:
    assert spell_runs(runs_of(map(day, days)), 2026) == told


def reasons(period: Period | str, start: str) -> list[tuple[str, str]]:
    rule = PERIODS[period] if isinstance(period, str) else period
    proof = prove(rule, day(start), CALENDAR)
    return [(each.spelt(proof.deadline.due.year), each.why) for each in proof.reasons]


def test_days_of_one_reason_are_told_together() -> None:
    assert reasons("A1", "2025-12-15") == [("2月15日至23日", "春节，顺延")]
    assert reasons("A1", "2026-07-20") == [("9月20日", "周日调休上班，计为工作日")]
    assert reasons("B6", "2026-02-10") == [
        ("2月14日、28日", "周六调休上班，计为工作日"),
        ("2月15日至23日", "春节，不计入"),
        ("3月1日", "周日，不计入"),
    ]
    assert reasons("B10", "2026-03-06") == [("3月7日至8日、14日至15日", "周六、周日，不计入")]
    assert reasons("P-QUARTER", "2024-01-01") == [("3月30日至31日", "周六、周日，提前")]


def test_of_very_many_days_the_first_are_told_and_how_many_there_are() -> None:
    saturdays = tuple(date(2026, 1, 3) + DAY * 7 * n for n in range(20))
    told = Reason("周六，不计入", saturdays).spelt(2026)
    assert told.startswith("1月3日、10日、17日、24日、31日、2月7日")
    assert told.endswith("21日等共20天")


@pytest.mark.parametrize(
    ("start", "clamped"),
    [("2021-12-31", True), ("2023-12-30", True), ("2025-12-28", False), ("2026-07-20", False)],
)
def test_a_month_without_that_day_is_noticed(start: str, clamped: bool) -> None:
    assert prove(PERIODS["A1"], day(start), CALENDAR).clamped is clamped


def test_a_provisional_date_names_the_days_it_waits_for() -> None:
    proof = prove(PERIODS["A1"], date(2026, 11, 23), CALENDAR)
    assert proof.unpublished == "2027年1月23日至25日"
    assert prove(PERIODS["A1"], JULY, CALENDAR).unpublished == ""


def test_a_bare_length_is_rolled_as_the_law_says() -> None:
    for text, unit in (("2个月", Unit.MONTHS), ("9日", Unit.CALENDAR_DAYS)):
        asked = read_question(f"{text} 7月20日", TODAY, PERIODS)
        assert asked is not None
        assert (asked.period.unit, asked.period.roll) == (unit, PERIODS["A1"].roll)
