"""The notice of rest days is read exactly, or not at all."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import RestDayNotice, WorkCalendar, is_weekend
from bot.domain.errors import DomainError
from bot.domain.rest_days import HOLIDAYS, Break, breaks, missing_holidays, read_notice
from tests.domain.notices import Wording, render_notice

DATA = Path(__file__).parent / "data"
KNOWN = json.loads((DATA / "holidays_cn.json").read_text("utf-8"))
REAL = {year: (DATA / f"notices/{year}.txt").read_text("utf-8") for year in (2024, 2025, 2026)}
HEAD = "国务院办公厅关于2027年部分节假日安排的通知\n国办发明电〔2026〕9号\n"
DAY = timedelta(days=1)


def published(year: int) -> tuple[dict[date, str], set[date]]:
    """The weekdays off and the make-up workdays of a year, as two collections agree on them."""
    off = {date.fromisoformat(day): name for day, name in KNOWN["off_weekdays"].items()}
    work = map(date.fromisoformat, KNOWN["makeup_workdays"])
    return (
        {day: name for day, name in off.items() if day.year == year},
        {day for day in work if day.year == year},
    )


def notice_for(year: int) -> RestDayNotice:
    """The notice of a past year put together from its days, weekends between them included."""
    off, work = published(year)
    days = sorted(off)
    for first, last in pairwise(days):
        gap = [first + DAY * n for n in range(1, (last - first).days)]
        if off[first] == off[last] and all(map(is_weekend, gap)):
            off |= dict.fromkeys(gap, off[first])
    return RestDayNotice(year, off, frozenset(work), f"国办发明电〔{year - 1}〕1号")


@pytest.mark.parametrize("year", REAL)
def test_the_real_notice_gives_exactly_its_days(year: int) -> None:
    notice = read_notice(REAL[year])
    off, work = published(year)
    weekdays = {day: name for day, name in notice.rest.items() if not is_weekend(day)}
    assert (notice.year, set(notice.work)) == (year, work)
    assert weekdays == off
    assert WorkCalendar([notice]).version == WorkCalendar().version
    assert missing_holidays(notice) == []


@pytest.mark.parametrize("year", KNOWN["covered_years"])
@pytest.mark.parametrize("wording", [Wording(), Wording(numbered=False, years=True)])
def test_every_past_year_reads_back(year: int, wording: Wording) -> None:
    notice = notice_for(year)
    assert read_notice(render_notice(notice, wording)) == notice


def test_the_real_numbers_are_read() -> None:
    assert [read_notice(text).source for text in REAL.values()] == [
        "国办发明电〔2023〕7号",
        "国办发明电〔2024〕12号",
        "国办发明电〔2025〕7号",
    ]


@st.composite
def notices(draw: st.DrawFn) -> RestDayNotice:
    """Seven or fewer holidays, none touching the next, and weekends worked elsewhere."""
    year = draw(st.integers(2000, 2098))
    day = date(year - 1, 12, draw(st.integers(20, 31)))
    rest: dict[date, str] = {}
    for name in HOLIDAYS[: draw(st.integers(1, 7))]:
        length = draw(st.integers(1, 9))
        rest |= {day + DAY * n: name for n in range(length)}
        day += DAY * (length + draw(st.integers(2, 35)))
        day = max(day, date(year, 1, 12))
    weekends = [date(year, 1, 1) + DAY * n for n in range(-12, 330)]
    free = [day for day in weekends if is_weekend(day) and day not in rest]
    work = draw(st.sets(st.sampled_from(free), max_size=6))
    return RestDayNotice(year, rest, frozenset(work), f"国办发明电〔{year - 1}〕7号")


@given(notices(), st.builds(Wording, *[st.booleans()] * 6))
def test_a_notice_reads_back_however_it_is_worded(notice: RestDayNotice, wording: Wording) -> None:
    assert read_notice(render_notice(notice, wording)) == notice


@given(st.sampled_from(sorted(REAL)), st.data())
def test_half_a_notice_is_never_read_as_something_else(year: int, data: st.DataObject) -> None:
    """Cut anywhere, it is refused, or gives some of its days and no other."""
    text = REAL[year]
    whole = read_notice(text)
    start = data.draw(st.integers(0, len(text) // 3))
    end = data.draw(st.integers(len(text) // 2, len(text)))
    try:
        part = read_notice(text[start:end])
    except DomainError:
        return
    assert part.rest.items() <= whole.rest.items()
    assert part.work <= whole.work


def days_of(text: str) -> tuple[dict[date, str], frozenset[date]]:
    notice = read_notice(HEAD + text)
    return dict(notice.rest), notice.work


@pytest.mark.parametrize(
    ("text", "rest", "work"),
    [
        ("元旦：1月1日放假1天", [(1, 1)], []),
        ("劳动节：5月1日放假，5月3日（星期一）补休。", [(5, 1), (5, 3)], []),
        (
            "一、元旦：２０２７年１月１日（星期五）至３日放假，共３天。",
            [(1, 1), (1, 2), (1, 3)],
            [],
        ),
        (
            "国庆节：9月28日至10月4日放假调休，共7天。\n9月26日（周日）、10月9日、10日上班。",
            [(9, 28), (9, 29), (9, 30), (10, 1), (10, 2), (10, 3), (10, 4)],
            [(9, 26), (10, 9), (10, 10)],
        ),
        (
            "（一）清明节：4月3日\n（周六）至5日放假，\n共3天，4月10日照常上班",
            [(4, 3), (4, 4), (4, 5)],
            [(4, 10)],
        ),
        ("7. 中秋节: 9月15日(周三) 放假 1 天, 不调休", [(9, 15)], []),
    ],
)
def test_a_passage_is_read(
    text: str, rest: list[tuple[int, int]], work: list[tuple[int, int]]
) -> None:
    off, on = days_of(text)
    assert list(off) == [date(2027, *day) for day in rest]
    assert on == {date(2027, *day) for day in work}
    assert len(set(off.values())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "一、元旦：2026年12月30日至2027年1月1日放假调休，共3天。12月26日（周六）上班。",
        "一、元旦：12月30日（周三）至1月1日（周五）放假调休，共3天。2026年12月26日上班。",
    ],
)
def test_a_holiday_may_begin_in_the_year_before(text: str) -> None:
    rest, work = days_of(text)
    assert [*rest] == [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)]
    assert work == {date(2026, 12, 26)}


def test_an_amending_notice_may_name_its_holiday_in_the_title_only() -> None:
    """As in 2019, of 劳动节."""
    notice = read_notice(
        "国务院办公厅关于调整2019年劳动节假期安排的通知\n国办发明电〔2019〕3号\n"
        "经国务院批准，现将调整2019年劳动节假期安排通知如下：\n"
        "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。\n"
        "二、各地区、各部门要妥善安排好值班和安全、保卫等工作。\n国务院办公厅\n2019年3月21日"
    )
    assert [*breaks(notice)] == [Break("劳动节", date(2019, 5, 1), date(2019, 5, 4))]
    assert notice.work == {date(2019, 4, 28), date(2019, 5, 5)}
    assert missing_holidays(notice) == [name for name in HOLIDAYS if name != "劳动节"]


@pytest.mark.parametrize(
    ("text", "code", "passage"),
    [
        ("", "notice_nothing", ""),
        ("你好", "notice_nothing", ""),
        (f"{HEAD}具体安排通知如下。", "notice_nothing", ""),
        ("国办发明电〔2026〕9号 元旦：1月1日放假。", "notice_no_year", ""),
        ("2027年、2028年元旦：1月1日放假。国办发明电〔2026〕9号", "notice_no_year", ""),
        ("2027年\n元旦：1月1日放假，共1天。", "notice_no_number", ""),
        (f"{HEAD}元旦：1月1日（周四）放假", "notice_weekday", "元旦：1月1日（周四）放假"),
        (f"{HEAD}元旦：1月1日至3日放假，共4天", "notice_count", "元旦：1月1日至3日放假，共4天"),
        (f"{HEAD}元旦：1月1日放假2天", "notice_count", "元旦：1月1日放假2天"),
        (f"{HEAD}元旦：1月1日放假。1月4日上班。", "notice_midweek", "1月4日上班"),
        (f"{HEAD}春节：2月30日放假。", "notice_no_such_day", "春节：2月30日放假"),
        (f"{HEAD}春节：13月1日放假。", "notice_no_such_day", "春节：13月1日放假"),
        (f"{HEAD}春节：3日放假。", "notice_no_such_day", "春节：3日放假"),
        (f"{HEAD}春节：2月9日至5日放假。", "notice_range", "春节：2月9日至5日放假"),
        (f"{HEAD}春节：2月9日至6月5日放假。", "notice_range", "春节：2月9日至6月5日放假"),
        (f"{HEAD}元旦：2028年1月1日放假。", "notice_outside", "元旦：2028年1月1日放假"),
        (f"{HEAD}元旦：1月1日至3日放假。1月2日上班。", "notice_both", ""),
        (f"{HEAD}元旦：1月1日放假。春节：2月5日起放假。", "notice_unread", "春节：2月5日起放假"),
        (f"{HEAD}元旦：1月1日放假。春节：放假七天。", "notice_unread", "春节：放假七天"),
        (f"{HEAD}元旦：1月1日放假。二、1月9日放假。", "notice_unread", "二、1月9日放假"),
        (f"{HEAD}元旦：1月1日放假。其中1月9日上班。", "notice_unread", "其中1月9日上班"),
        (
            "国务院办公厅关于延长2020年春节假期的通知 国办发明电〔2020〕1号\n通知如下：\n"
            "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。",
            "notice_unread",
            "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）…",
        ),
    ],
)
def test_what_is_wrong_is_refused_and_named(text: str, code: str, passage: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_notice(text)
    assert refused.value.code == code
    assert refused.value.facts.get("passage", "") == passage


def test_two_years_in_one_message_are_refused() -> None:
    with pytest.raises(DomainError, match="notice_no_year"):
        read_notice(REAL[2025] + REAL[2026])


PIECES = [
    *"一二元旦春节：。、，1月日至（）\n天2年号",
    "放假",
    "上班",
    "调休",
    "共",
    "周一",
    "10月",
    "9日",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_nonsense_is_refused_like_everything_wrong(text: str) -> None:
    with suppress(DomainError):
        assert read_notice(HEAD + text).rest
