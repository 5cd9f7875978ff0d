"""What `/why` says of any period is what an independent count from day to day finds."""

from __future__ import annotations

import re
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import DAY, WorkCalendar
from bot.domain.periods import PERIODS, Period, Roll, Unit
from bot.domain.why import MOST_RUNS, read_question
from bot.sandbox.markup_html import parse_html
from bot.services.why import answer
from bot.text import Texts
from tests.domain.test_periods import (
    HOLIDAYS,
    QUARTER_ENDS,
    VECTORS,
    official_workday,
    walked_due,
    walked_nominal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.domain.test_periods import QuarterEnd, Vector

CALENDAR, TEXTS = WorkCalendar(), Texts()
TODAY = date(2026, 11, 23)
LONGEST = {Unit.MONTHS: 5, Unit.CALENDAR_DAYS: 150, Unit.WORK_DAYS: 60}
"""So long that nothing begun by the middle of 2026 ends after the last published schedule."""
CODES = [
    code
    for code, period in PERIODS.items()
    if period.unit is Unit.QUARTER_END or 0 < period.length <= LONGEST.get(period.unit, 0)
]
FIGURE = {Unit.MONTHS: "{}个月", Unit.CALENDAR_DAYS: "{}{}", Unit.WORK_DAYS: "{}个工作日"}
LINE = re.compile(
    r"^　(?P<days>\S+?)(?:等共(?P<count>\d+)天)?　(?P<name>\S+)，(?P<done>\S+)$", re.MULTILINE
)


def asked(text: str) -> tuple[Period, str]:
    """The rule that a question names, and the answer as it is read on a screen."""
    question = read_question(text, TODAY, PERIODS)
    assert question is not None
    return question.period, parse_html(answer(TEXTS, question, CALENDAR)).text


def said(answer: str, title: str) -> date | None:
    """The day after a title."""
    found = re.search(rf"{title}：(\d+)年(\d+)月(\d+)日（星期(.)）", answer)
    if found is None:
        return None
    day = date(int(found[1]), int(found[2]), int(found[3]))
    assert found[4] == "一二三四五六日"[day.weekday()]
    return day


def unfolded(days: str, year: int) -> Iterator[date]:
    """Every day of 2月14日、28日至3月1日."""
    month = 0
    for run in days.split("、"):
        ends = []
        for end in run.split("至"):
            match = re.fullmatch(r"(?:(\d+)年)?(?:(\d+)月)?(\d+)日", end)
            assert match, end
            year, month = int(match[1] or year), int(match[2] or month)
            ends.append(date(year, month, int(match[3])))
        day = ends[0]
        while day <= ends[-1]:
            yield day
            day += DAY


def told(answer: str, year: int) -> tuple[dict[date, tuple[str, str]], int]:
    """The decisive days that an answer lists, each with its name and treatment, and its count."""
    listed: dict[date, tuple[str, str]] = {}
    count = 0
    for line in LINE.finditer(answer):
        days = [*unfolded(line["days"], year)]
        count += int(line["count"] or len(days))
        listed |= dict.fromkeys(days, (line["name"], line["done"]))
    return listed, count


def decisive(rule: Period, start: date, nominal: date, due: date) -> set[date]:
    """The unusual days among those that decided the date, found by walking."""
    back = rule.roll is Roll.BACK
    first, last = (due, nominal) if back else (nominal, due)
    if rule.roll is Roll.SKIP:
        first = start + DAY
    days = [first + DAY * n for n in range((last - first).days + 1)]
    return {day for day in days if (day.weekday() < 5) != official_workday(day)} | {
        day for day in days if not official_workday(day)
    }


def require_right(rule: Period, start: date, answer: str) -> None:
    """Compare every date and every day that an answer tells with the walk."""
    nominal = walked_nominal(rule.unit, rule.length, start)
    due = walked_due(rule.roll, nominal)
    sort = "法定" if rule.statutory else "约定"
    assert said(answer, f"{sort}届满") == due
    assert re.search(rf"{sort}届满：.*24时$", answer, re.MULTILINE)
    assert "暂定" not in answer
    skips = rule.roll is Roll.SKIP
    assert said(answer, "名义届满") == (None if skips else nominal)
    if rule.unit is not Unit.QUARTER_END:
        assert said(answer, "起算") == start
        assert "当日不计入" in answer
    days = decisive(rule, start, nominal, due)
    listed, count = told(answer, start.year if skips else nominal.year)
    assert count == len(days)
    assert listed.keys() <= days
    assert len(listed) == len(days) or count > MOST_RUNS
    for day, (name, done) in listed.items():
        require_named(day, name, done, rule.roll)


TREATMENT = {Roll.FORWARD: "顺延", Roll.BACK: "提前", Roll.SKIP: "不计入"}


def require_named(day: date, name: str, done: str, roll: Roll) -> None:
    """A rest day is told by its holiday, else by its weekday; a make-up day as what it is."""
    weekday = "周" + "一二三四五六日"[day.weekday()]
    if official_workday(day):
        assert (name, done) == (f"{weekday}调休上班", "计为工作日")
        return
    assert done == TREATMENT[roll]
    if day.isoformat() in HOLIDAYS["off_weekdays"]:
        assert name.endswith("节") or name == "元旦"
    else:
        assert weekday in name or name.endswith("节") or name == "元旦"


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, date]:
    """A question in one of its many spellings, and the day it begins on."""
    start = draw(st.dates(date(2020, 1, 1), date(2026, 6, 30)))
    if draw(st.booleans()):
        period = draw(st.sampled_from([*CODES, "季度末", "季末"]))
        period = draw(st.sampled_from([period, period.lower()]))
    else:
        unit = draw(st.sampled_from([*LONGEST]))
        count = draw(st.integers(1, LONGEST[unit]))
        period = FIGURE[unit].format(count, draw(st.sampled_from("日天")))
    day = draw(
        st.sampled_from(
            (
                start.isoformat(),
                f"{start:%Y%m%d}",
                f"{start.year}年{start.month}月{start.day}日",
                f"{start.year}.{start.month}.{start.day}",
            )
        )
    )
    pattern = draw(st.sampled_from(("{1} {0}", "{0} {1}", "自{0}起{1}", "{1}，{0}收到")))
    return pattern.format(day, period), start


@settings(max_examples=1000)
@given(questions())
def test_every_day_that_is_told_is_the_day_that_a_walk_finds(question: tuple[str, date]) -> None:
    text, start = question
    rule, answer = asked(text)
    require_right(rule, start, answer)


UNITS = {"months": "{}个月", "calendar_days": "{}日", "work_days": "{}个工作日"}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["case"] for vector in VECTORS])
def test_every_worked_deadline_is_shown_right(vector: Vector) -> None:
    _, answer = asked(f"{UNITS[vector['kind']].format(vector['n'])} {vector['start']}")
    assert said(answer, "法定届满") == date.fromisoformat(vector["due"])
    nominal = said(answer, "名义届满")
    if vector["kind"] == "work_days":
        assert nominal is None
    else:
        assert nominal == date.fromisoformat(vector["nominal"])
    assert ("暂定：还没有" in answer) == vector.get("provisional", False)


@pytest.mark.parametrize("row", QUARTER_ENDS, ids=[row["q"] for row in QUARTER_ENDS])
def test_every_worked_quarter_end_is_shown_right(row: QuarterEnd) -> None:
    _, answer = asked(f"季度末 {row['end']}")
    assert said(answer, "名义届满") == date.fromisoformat(row["end"])
    assert said(answer, "约定届满") == date.fromisoformat(row["due_pulled_back"])


def test_the_whole_answer_can_be_read_at_a_glance() -> None:
    assert asked("A1 2025-12-15")[1].splitlines() == [
        "A1　书面回复检察建议",
        "起算：2025年12月15日（星期一），收到检察建议书，当日不计入",
        "期限：2个月，末日逢休息日顺延",
        "名义届满：2026年2月15日（星期日）",
        "　2月15日至23日　春节，顺延",
        "法定届满：2026年2月24日（星期二）24时",
        "依据：《人民检察院检察建议工作规定》第19条，2019年2月26日起施行；协作通知第一部分",
        "",
        "以上仅为推算，不作登记。",
    ]


def test_the_answer_warns_of_what_is_not_certain() -> None:
    provisional = asked("2个月 2026-11-23")[1]
    assert "法定届满：2027年1月25日（星期一）24时（暂定）" in provisional
    assert "还没有2027年1月23日至25日的放假安排" in provisional
    clamped = asked("2个月 2021-12-31")[1]
    assert "名义届满：2022年2月28日（星期一），该月没有31日，以月末为准" in clamped
    early = asked("A1 2018-04-13")[1]
    assert "晚于起算日，请核对当时的规定" in early


@pytest.mark.parametrize("text", ["250个工作日 2025-01-02", "120个月 今天", "3650日 今天"])
def test_the_longest_answer_fits_on_one_screen(text: str) -> None:
    lines = asked(text)[1].splitlines()
    assert len([*takewhile(bool, lines)]) <= 20
    assert sum(map(len, lines)) <= 900
