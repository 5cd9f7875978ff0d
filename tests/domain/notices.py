"""Notices of rest days as text: rendered from days, in the ways the real ones are worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.calendar import RestDayNotice, weekday_name
from bot.domain.rest_days import breaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.rest_days import Break

FULL = str.maketrans("0123456789", "０１２３４５６７８９")
ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Wording:
    """The ways in which one notice differs from another."""

    numbered: bool = True
    weekdays: bool = True
    counts: bool = True
    years: bool = False
    full_width: bool = False
    paragraphs: bool = True


PLAIN = Wording()


def render_notice(notice: RestDayNotice, wording: Wording = PLAIN) -> str:
    """A notice with these days, title, number and prose as in print."""
    lines = [*_passages(notice, wording)]
    if wording.numbered:
        lines = [f"{ORDINALS[at]}、{line}" for at, line in enumerate(lines)]
    head = f"国务院办公厅关于{notice.year}年部分节假日安排的通知\n{notice.source}\n"
    prose = "各省、自治区、直辖市人民政府：\n经国务院批准，现将具体安排通知如下。\n"
    foot = f"国务院办公厅\n{notice.year - 1}年11月4日"
    text = head + prose + ("\n\n" if wording.paragraphs else "").join(lines) + "\n" + foot
    return text.translate(FULL) if wording.full_width else text


def _passages(notice: RestDayNotice, wording: Wording) -> Iterator[str]:
    """One passage a holiday; the make-up workdays stand in the first one."""
    work = "、".join(_day(day, notice, wording) for day in sorted(notice.work))
    for at, days in enumerate(breaks(notice)):
        told = f"{days.name}：{_span(days, notice, wording)}放假调休"
        told += f"，共{days.length}天。" if wording.counts else "。"
        yield told + (f"{work}上班。" if work and not at else "")


def _span(days: Break, notice: RestDayNotice, wording: Wording) -> str:
    first, last = days.first, days.last
    if first == last:
        return _day(first, notice, wording)
    until = _day(last, notice, wording)
    if (first.year, first.month) == (last.year, last.month) and not wording.years:
        until = until[until.index("月") + 1 :]
    elif first.year == last.year - 1:
        until = f"{last.year}年{until.partition('年')[2] or until}"
    return f"{_day(first, notice, wording)}至{until}"


def _day(day: date, notice: RestDayNotice, wording: Wording) -> str:
    year = f"{day.year}年" if wording.years or day.year != notice.year else ""
    weekday = f"（{weekday_name(day)}）" if wording.weekdays else ""
    return f"{year}{day.month}月{day.day}日{weekday}"


def _days_off(name: str, first: date, length: int) -> dict[date, str]:
    return {first + timedelta(days=n): name for n in range(length)}


INVENTED = RestDayNotice(
    2027,
    {
        **_days_off("元旦", date(2027, 1, 1), 3),
        **_days_off("春节", date(2027, 2, 5), 7),
        **_days_off("清明节", date(2027, 4, 3), 3),
        **_days_off("劳动节", date(2027, 5, 1), 5),
        **_days_off("端午节", date(2027, 6, 9), 1),
        **_days_off("中秋节", date(2027, 9, 15), 1),
        **_days_off("国庆节", date(2027, 10, 1), 7),
    },
    frozenset({date(2027, 2, 14), date(2027, 5, 8), date(2027, 10, 9)}),
    "国办发明电〔2026〕9号",
)
"""Invented: the real notice for 2027 is not published."""
AMENDED = RestDayNotice(
    2027, {date(2027, 2, 12): "春节"}, frozenset({date(2027, 2, 21)}), "国办发明电〔2027〕1号"
)
"""Lengthens the Spring Festival of the invented notice."""
INVENTED_TEXT = render_notice(INVENTED)
