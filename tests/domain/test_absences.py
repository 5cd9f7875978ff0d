"""The line in which somebody says when they are away, in the spellings that people use."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.absences import (
    LONGEST,
    AbsenceLine,
    format_days,
    format_days_short,
    read_absence,
)
from bot.domain.dates import format_date
from bot.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = date(2026, 3, 9)
DAY = timedelta(days=1)
NAMES = ("王敏", "李四", "李四光", "周一鸣")
HOLIDAY = (date(2026, 10, 8), date(2026, 10, 15))

SPELLINGS = [
    "10月8日-10月15日",
    "10月8日至15日",
    "10月8日到15号",
    "10月8—15日",
    "10月8日～10月15日",
    "１０月８日－１５日",
    "从10月8日到10月15日请假",
    "从10月8日起至10月15日止出差",
    "因公外出，10月8日至10月15日",
    "10月8日（星期四）至10月15日（星期四）",
    "10 月 8 日 - 10 月 15 日",
    "10月8日 10月15日",
    "10月8日至10月15日共8天",
    "10月8日起八天",
    "10月8日起请假8天",
    "十月八日至十五日",
    "10.8-10.15",
    "10/8-10/15",
    "10-8至10-15",
    "1008-1015",
    "2026-10-08至2026-10-15",
    "2026-10-08-2026-10-15",
    "2026.10.8-2026.10.15",
    "20261008-20261015",
    "2026年10月8日至15日",
    "到武汉参加培训，10月8日到15日",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("deputy", ["", " 由李四代", "，由李四代办", " 李四", " 请李四代一下"])
def test_a_spelling_of_some_days(spelling: str, deputy: str) -> None:
    read = read_absence(spelling + deputy, MONDAY, NAMES)
    assert (read.first, read.last) == HOLIDAY
    assert read.named == (("李四",) if deputy else ())
    assert read.unread == ""


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("10月8日", "2026-10-08", "2026-10-08"),
        ("明天", "2026-03-10", "2026-03-10"),
        ("明天到下周五", "2026-03-10", "2026-03-20"),
        ("今天到周五", "2026-03-09", "2026-03-13"),
        ("周三到周五", "2026-03-11", "2026-03-13"),
        ("周五到周一", "2026-03-13", "2026-03-16"),
        ("下周一到周三", "2026-03-16", "2026-03-18"),
        ("下周", "2026-03-16", "2026-03-22"),
        ("本周", "2026-03-09", "2026-03-15"),
        ("下月3日到5日", "2026-04-03", "2026-04-05"),
        ("明天起三天", "2026-03-10", "2026-03-12"),
        ("即日起至3月15日", "2026-03-09", "2026-03-15"),
        ("至3月15日", "2026-03-09", "2026-03-15"),
        ("12月28日-1月5日", "2026-12-28", "2027-01-05"),
        ("12月1日至2027年1月10日", "2026-12-01", "2027-01-10"),
        ("3月8日-3月20日", "2026-03-08", "2026-03-20"),
        ("8号到15号", "2026-03-08", "2026-03-15"),
        ("5号到7号", "2026-04-05", "2026-04-07"),
        ("1月5日", "2027-01-05", "2027-01-05"),
        ("2026年3月1日至3月9日", "2026-03-01", "2026-03-09"),
    ],
)
def test_days_that_lie_by_the_day_they_are_said_on(line: str, first: str, last: str) -> None:
    expected = AbsenceLine(date.fromisoformat(first), date.fromisoformat(last))
    assert read_absence(line, MONDAY) == expected


def test_days_around_the_new_year_are_those_under_way() -> None:
    read = read_absence("12月28日-1月5日", date(2027, 1, 3))
    assert (read.first, read.last) == (date(2026, 12, 28), date(2027, 1, 5))


@pytest.mark.parametrize(
    ("line", "named", "unread"),
    [
        ("明天 由李四光代", ("李四光",), ""),
        ("明天 由周一鸣代", ("周一鸣",), ""),
        ("王敏明天外出，由李四代", ("王敏", "李四"), ""),
        ("明天 由张三代", (), "张三"),
        ("明天，张三", (), "张三"),
        ("明天 由代红代", (), "代红"),
        ("明天下午", (), "下午"),
        ("明天 由李四或张三代", ("李四",), "或张三"),
        ("明天 由欧阳某某某某某某某某某某某某某某某某某某某某某代", (), "欧阳" + "某" * 18),
    ],
)
def test_who_stands_in_and_what_is_not_understood(
    line: str, named: tuple[str, ...], unread: str
) -> None:
    read = read_absence(line, MONDAY, NAMES)
    assert (sorted(read.named), read.unread) == (sorted(named), unread)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "away_unread"),
        ("请假", "away_unread"),
        ("三天", "away_unread"),
        ("由李四代", "away_unread"),
        ("10月8日、10月15日", "away_unread"),
        ("10月8日和10月15日", "away_unread"),
        ("3月10日、3月12日、3月14日", "away_unread"),
        ("2月30日到3月5日", "away_no_such_day"),
        ("3月1日-3月5日", "date_gone_by"),
        ("昨天", "date_gone_by"),
        ("上周五", "date_gone_by"),
        ("10月15日-10月8日", "away_backward"),
        ("10月28日至3日", "away_backward"),
        ("明天到今天", "away_backward"),
        ("2026年10月15日至2026年10月8日", "away_backward"),
        ("明天起0天", "away_backward"),
        ("3月10日至9月6日", "away_too_long"),
        ("2026年4月1日至2027年3月31日", "away_too_long"),
        ("明天起999天", "away_too_long"),
    ],
)
def test_days_that_cannot_be_meant(line: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_absence(line, MONDAY, NAMES)
    assert refused.value.code == code


def test_the_longest_absence() -> None:
    read = read_absence("3月10日至9月5日", MONDAY)
    assert (read.last - read.first).days + 1 == LONGEST


DAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))
WRITTEN: dict[str, Callable[[date], str]] = {
    "至": lambda day: f"{day.month}月{day.day}日",
    "-": lambda day: f"{day.month}月{day.day}日",
    "到": format_date,
    "~": lambda day: f"{day:%Y-%m-%d}",
    " 至 ": lambda day: f"{day.month}.{day.day}",
    "—": lambda day: f"{day:%m%d}",
}


@given(DAYS, st.integers(0, 30), st.integers(1, 170), st.sampled_from(sorted(WRITTEN)))
@example(date(2027, 12, 31), 0, 2, "—")
def test_any_days_still_to_come_are_read_as_they_were_written(
    today: date, ahead: int, length: int, to: str
) -> None:
    first = today + ahead * DAY
    last = first + (length - 1) * DAY
    assume((2, 29) not in {(first.month, first.day), (last.month, last.day)})
    write = WRITTEN[to]
    line = write(first) if length == 1 and to != "—" else f"{write(first)}{to}{write(last)}"
    assert read_absence(line, today) == AbsenceLine(first, last)


@given(DAYS, st.integers(0, 25), st.integers(0, 170))
def test_days_under_way_are_not_those_of_next_year(today: date, ago: int, left: int) -> None:
    first, last = today - ago * DAY, today + left * DAY
    assume((last - first).days < LONGEST)
    assume((2, 29) not in {(first.month, first.day), (last.month, last.day)})
    line = f"{first.month}月{first.day}日-{last.month}月{last.day}日"
    assert read_absence(line, today) == AbsenceLine(first, last)


PIECES = [
    "10月",
    "8日",
    "15号",
    "-",
    "至",
    "到",
    "从",
    "明天",
    "下周五",
    "周",
    "3天",
    "起",
    "由",
    "李四",
]
PIECES += [
    "代",
    "2月30日",
    "1008",
    "2026-",
    "10.8",
    "本周",
    " ",
    "，",
    "(周四)",
    "张三",
    "\x00",
    "９",
]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(max_size=30), DAYS)
def test_whatever_is_written_is_read_or_refused(line: str, today: date) -> None:
    try:
        read = read_absence(line, today, NAMES)
    except DomainError:
        return
    assert today <= read.last
    assert 0 <= (read.last - read.first).days < LONGEST


def test_days_are_told_in_full_and_without_the_running_year() -> None:
    told = format_days(*HOLIDAY, MONDAY)
    assert told == "10月8日（星期四）至10月15日（星期四）"
    assert format_days(HOLIDAY[0], HOLIDAY[0], MONDAY) == "10月8日（星期四）"
    later = format_days(date(2026, 12, 28), date(2027, 1, 5), MONDAY)
    assert later == "12月28日（星期一）至2027年1月5日（星期二）"
    assert format_days_short(*HOLIDAY) == "10月8日至10月15日"
