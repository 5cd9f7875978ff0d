"""Dates as people write them in Chinese, read against the day they are written.

A lead reports the past, a plan the future: where the year or the week is left out, the nearest day
on the preferred side counts, today included. Callers show the reading before they keep it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from dateutil.relativedelta import relativedelta

from bot.domain.numbers import numbered
from bot.domain.quantities import read_numeral
from bot.domain.span import Folded, Span, fold

Prefer: TypeAlias = Literal["past", "future"]
_Dated: TypeAlias = tuple[int, int, date | None]
_Reader: TypeAlias = Callable[[re.Match[str], date, Prefer], date | None]

_WEEKDAYS = "一二三四五六日"
_HAN_YEAR_DIGITS = "〇零○一二三四五六七八九"
# Bounded repetitions with fixed first characters: every search below is linear.
_N = r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})"
_Y = rf"(?:(?:19|20)[0-9]{{2}}|[一二][{_HAN_YEAR_DIGITS}]{{3}})"
_HEAD = r"(?<![0-9一二三四五六七八九十〇零])"
_YEAR = rf"(?:{_HEAD}(?P<year>{_Y})\s?年|(?P<year_word>今年|去年|明年|前年|本年))?\s?"
_WEEKDAY_NOTE = r"(?:\s?\((?:星期|周)[一二三四五六日天]\))?"
_WHICH = r"(?P<which>本|这个?|当|上上个?|上个?|下下个?|下个?)"
_OFFSETS = {"上上": -2, "上": -1, "下": 1, "下下": 2}
_DAY_WORDS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_YEAR_WORDS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1}

_ROLE_WORDS = (
    "立案执行|申请执行|申请|受理|裁定|立案|送达|收到|催告|制发|印发|发出"
    "|签收|回复|移送|决定|提交|届满|发现|知道|知悉|得知"
)
_ROLE_TAIL = "(?:日期|时间|日)?(?:于|在|为|是)?"
# In `3月3日受理 3月10日裁定` the word belongs to the day that it touches.
_ROLE_BEFORE = re.compile(
    rf"(?:(?<![日号0-9一二三四五六天底末前已被经才就])(?P<role>{_ROLE_WORDS}){_ROLE_TAIL}\s?:?\s?"
    rf"|(?P<touching>{_ROLE_WORDS}){_ROLE_TAIL}:?)\Z"
)
_ROLE_AFTER = re.compile(
    r"(?:向[一-龥]{2,14}法院)?(?:已|被|经|才|就)?"
    rf"(?P<role>{_ROLE_WORDS})(?!(?:日期|时间|于)?:?[0-9])"
)
_EXPECTED = re.compile(r"(?:预计|预定|计划|拟|将)[于在]?\s?\Z")


@dataclass(frozen=True, slots=True)
class DateReading:
    """A day, and the procedural word next to it (申请, 受理, …) or an empty string."""

    day: date
    role: str = ""


def find_dates(text: str, today: date, *, prefer: Prefer = "past") -> list[Span[DateReading]]:
    """Find the days a text names; `today` is the day it was written, in Shanghai."""
    folded = fold(text)
    found = _followed(folded, list(_scan(folded, today, prefer)))
    return [
        folded.span(start, end, DateReading(day, _role(folded.text, start, end)))
        for start, end, day in found
        if day
    ]


def impossible_dates(text: str) -> list[Span[str]]:
    """Find what is written like a date but is none, such as 2月30日; the value is its role."""
    folded = fold(text)
    scan = _scan(folded, date(2000, 1, 1), "past")
    return [folded.span(s, e, _role(folded.text, s, e)) for s, e, day in scan if day is None]


def parse_date(text: str, today: date, prefer: Prefer = "past") -> date | None:
    """Read an answer that is only a date; 3-3, 3.3 and a closing 前 are understood too."""
    plain = fold(text).text.strip().rstrip("。,.!")
    if not re.search("[天周期月年]前$", plain):  # 3天前 is a day, 12月31日前 ends at one
        plain = re.sub("[之以]?前$", "", plain)
    if short := re.fullmatch(r"([0-9]{1,2})[-./月]([0-9]{1,2})", plain):
        plain = f"{short[1]}月{short[2]}日"
    readings = find_dates(plain, today, prefer=prefer)
    return readings[0].value.day if [span.text for span in readings] == [plain] else None


def format_date(day: date) -> str:
    """Show a day in full: 2021年11月13日（星期六）."""
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"


def format_short(day: date) -> str:
    """Show a day of the running year: 11月13日."""
    return f"{day.month}月{day.day}日"


def format_beside(day: date, other: date) -> str:
    """Show a day beside another, or on it: with its year where that is not the other's."""
    return format_short(day) if day.year == other.year else f"{day.year}年{format_short(day)}"


def _scan(folded: Folded, today: date, prefer: Prefer) -> Iterator[_Dated]:
    """Give every date-like stretch in order, with None for a day that does not exist."""
    used = bytearray(len(folded.text))
    for start, end in numbered(folded):  # 〔2021〕5号 holds no fifth of the month
        used[start:end] = b"\1" * (end - start)
    found: list[_Dated] = []
    for pattern, reader in _PATTERNS:
        for match in pattern.finditer(folded.text):
            start, end = match.start() + len(match[0]) - len(match[0].lstrip()), match.end()
            if not any(used[start:end]):
                used[start:end] = b"\1" * (end - start)
                expected = _EXPECTED.search(folded.text, max(0, start - 4), start)
                side: Prefer = "future" if expected else prefer
                found.append((start, end, _read(reader, match, today, side)))
    return iter(sorted(found, key=lambda item: item[0]))


def _followed(folded: Folded, found: list[_Dated]) -> list[_Dated]:
    """Read the bare days after a date as of its month: 1月5日申请，8日受理."""
    starts = [start for start, _, _ in found]
    for match in _BARE_DAY.finditer(folded.text):
        at = bisect_left(starts, match.start())
        near = at > 0 and match.start() - found[at - 1][1] <= _NEAR
        before = found[at - 1][2] if near else None
        if before is None:
            continue
        with suppress(ValueError):
            dated = (*match.span(), before.replace(day=_int(match["day"])))
            known = starts[at : at + 1] == [match.start()]
            found[at : at + known], starts[at : at + known] = [dated], [match.start()]
    return found


def _read(reader: _Reader, match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    try:
        return reader(match, today, prefer)
    except (ValueError, OverflowError):
        return None


def _role(text: str, start: int, end: int) -> str:
    if before := _ROLE_BEFORE.search(text, max(0, start - 10), start):
        return before["role"] or before["touching"]
    after = _ROLE_AFTER.match(text, end)
    return after["role"] if after else ""


def _int(numeral: str) -> int:
    value = read_numeral(numeral)
    if value is None:
        raise ValueError(numeral)
    return int(value)


def _year(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return int("".join(str(max(0, _HAN_YEAR_DIGITS.index(char) - 2)) for char in written))


def _stated_year(match: re.Match[str], today: date) -> int | None:
    if match["year"]:
        return _year(match["year"])
    return today.year + _YEAR_WORDS[match["year_word"]] if match["year_word"] else None


def _nearest(today: date, prefer: Prefer, months: int, *, month: int, day: int) -> date:
    """Find the nearest existing day on the preferred side, in steps of a year or a month."""
    if month > 12:
        raise ValueError("no such month")
    start = today.year * 12 + (month or today.month) - 1
    for count in range(9):
        year, index = divmod(start + (-count if prefer == "past" else count) * months, 12)
        try:
            candidate = date(year, index + 1, day)
        except ValueError:
            continue
        if candidate == today or (candidate < today) == (prefer == "past"):
            return candidate
    raise ValueError("no such day")


def _month_day(match: re.Match[str], today: date, prefer: Prefer) -> date:
    month, day = _int(match["month"]), _int(match["day"])
    year = _stated_year(match, today)
    if year is not None:
        return date(year, month, day)
    return _nearest(today, prefer, 12, month=month, day=day)


def _digits(match: re.Match[str], _today: date, _prefer: Prefer) -> date:
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _short_digits(match: re.Match[str], today: date, prefer: Prefer) -> date:
    month, day = int(match["month"]), int(match["day"])
    return _nearest(today, prefer, 12, month=month, day=day)


def _month_end(match: re.Match[str], today: date, prefer: Prefer) -> date:
    month, year = _int(match["month"]), _stated_year(match, today)
    if year is None:
        first = _nearest(today.replace(day=1), prefer, 12, month=month, day=1)
        year = first.year
    return date(year, month, 1) + relativedelta(day=31)


def _day_word(match: re.Match[str], today: date, _prefer: Prefer) -> date:
    return today + timedelta(days=_DAY_WORDS[match["word"]])


def _week_day(match: re.Match[str], today: date, prefer: Prefer) -> date:
    wanted = "一二三四五六".find(match["weekday"].translate(_TO_HAN_WEEKDAY)) % 7
    if match["which"]:
        weeks = _OFFSETS.get(match["which"].rstrip("个"), 0)
        return today + timedelta(days=wanted - today.weekday(), weeks=weeks)
    if prefer == "past":
        return today - timedelta(days=(today.weekday() - wanted) % 7)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _day_of_month(match: re.Match[str], today: date, _prefer: Prefer) -> date:
    month = today.replace(day=1) + relativedelta(
        months=_OFFSETS.get(match["which"].rstrip("个"), 0)
    )
    return month.replace(day=_int(match["day"]))


def _day_number(match: re.Match[str], today: date, prefer: Prefer) -> date:
    return _nearest(today, prefer, 1, month=0, day=_int(match["day"]))


def _end_of(match: re.Match[str], today: date, _prefer: Prefer) -> date:
    which = (match["which"] or "").rstrip("个")
    count = _OFFSETS.get(which, 0)
    if match["unit"] == "月":
        return today + relativedelta(months=count, day=31)
    if match["unit"] == "年":
        return date(today.year + _YEAR_WORDS.get(f"{which}年", count), 12, 31)
    quarter = _int(match["quarter"]) - 1 if match["quarter"] else (today.month - 1) // 3 + count
    return date(today.year, 3, 31) + relativedelta(months=3 * quarter, day=31)


def _ago(match: re.Match[str], today: date, _prefer: Prefer) -> date:
    sign = -1 if match["way"].endswith("前") else 1
    if match["count"] == "半":
        return today + timedelta(days=15 * sign)
    count = _int(match["count"]) * sign
    unit = match["unit"]
    if unit == "天":
        return today + timedelta(days=count)
    if unit in ("周", "星期", "个星期"):
        return today + timedelta(weeks=count)
    return today + (relativedelta(years=count) if unit == "年" else relativedelta(months=count))


_BARE_DAY = re.compile(
    rf"{_HEAD}(?<![第〕)月年])(?P<day>{_N})[日号](?=(?:已|被|经|才|就)?(?:{_ROLE_WORDS}))"
)
_NEAR = 12

_TO_HAN_WEEKDAY = str.maketrans("1234567", "一二三四五六日")

# In order of precedence: what a pattern has read is closed to those below it.
_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (
        re.compile(
            rf"{_YEAR}{_HEAD}(?P<month>{_N})\s?月(?:份)?\s?(?P<day>{_N})\s?[日号]{_WEEKDAY_NOTE}"
        ),
        _month_day,
    ),
    (
        re.compile(
            r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<sep>[-./])(?P<month>[0-9]{1,2})(?P=sep)"
            rf"(?P<day>[0-9]{{1,2}})(?![0-9]){_WEEKDAY_NOTE}"
        ),
        _digits,
    ),
    (
        re.compile(
            r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3][0-9])"
            r"(?![0-9号])"
        ),
        _digits,
    ),
    (
        re.compile(
            r"(?<![0-9.:/\-〕A-Za-z])(?P<month>[01][0-9])[-/](?P<day>[0-3][0-9])"
            r"(?![0-9.:/\-]|\s?[亩㎡元号人年岁%平公m])"
        ),
        _short_digits,
    ),
    (re.compile(rf"{_YEAR}{_HEAD}(?P<month>{_N})\s?月份?[底末]"), _month_end),
    (re.compile(rf"{_WHICH}月份?\s?(?P<day>{_N})\s?[日号]"), _day_of_month),
    (
        re.compile(
            r"(?:(?P<which>本|这个?|当|上个?|下个?|今|去|明|前)?(?P<unit>月|季度?|年)"
            r"|第?(?P<quarter>[一二三四1-4])(?:季度))[底末](?!端)"
        ),
        _end_of,
    ),
    (
        re.compile(
            r"(?P<word>大前|(?<![目以之日月年大])前|昨|今|(?<![说证表发])明|大后|(?<![今前以之大])后)"
            r"(?:天|日(?![常报程])|(?=[晚早][上晨]?\s?[0-9一二两三四五六七八九十]))"
        ),
        _day_word,
    ),
    (
        re.compile(
            rf"(?<![每第]){_WHICH}?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])(?![0-9年个期])"
        ),
        _week_day,
    ),
    (
        re.compile(
            rf"{_HEAD}(?P<count>半(?=个月)|[0-9]{{1,3}}|[一二两三四五六七八九十]{{1,3}})\s?"
            r"(?P<unit>天|周|个?星期|个月|年)(?P<way>[之以]?前|[之以]?后)"
        ),
        _ago,
    ),
    (
        re.compile(
            rf"{_HEAD}(?<![第〕)\]】》字审执恢异复监建罚会、楼栋幢\-])(?P<day>[12]?[0-9]|3[01]|{_N})号"
            r"(?![楼院门宗地块机线图文令公])"
        ),
        _day_number,
    ),
)
