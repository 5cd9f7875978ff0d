"""When somebody is away and who stands in: the row, and the line in which people say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY
from bot.domain.dates import find_dates, format_date, format_short, impossible_dates
from bot.domain.errors import DomainError
from bot.domain.quantities import read_numeral
from bot.domain.span import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from bot.domain.dates import Prefer

LONGEST = 180
"""Days of one absence."""
RECENT = 60 * DAY
"""What has gone by so lately is not meant of next year."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Some days, whole and both included, on which a person is away."""

    id: int
    person_id: int
    first: date
    last: date
    deputy_id: int | None
    """Who stands in by name; None: whoever else of the organ is on duty."""
    made_at: datetime
    shown: bool = False
    """Standing cards say so."""

    def covers(self, day: date) -> bool:
        """Tell whether the person is away on a day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """What a line says of an absence."""

    first: date
    last: date
    named: tuple[str, ...] = ()
    """Those of the known names that stand in it."""
    unread: str = ""
    """What else stands in it and was not understood, such as a name that nobody has."""


def format_days(first: date, last: date, today: date) -> str:
    """Show some days in full, without the running year: 10月8日（星期四）至10月15日（星期四）."""
    days = (first,) if first == last else (first, last)
    return "至".join(format_date(day).removeprefix(f"{today.year}年") for day in days)


def format_days_short(first: date, last: date) -> str:
    """Show some days on a button: 10月8日至10月15日."""
    days = (first,) if first == last else (first, last)
    return "至".join(map(format_short, days))


def read_absence(line: str, today: date, names: Iterable[str] = ()) -> AbsenceLine:
    """Read `10月8日-10月15日 由李四代`; `names` are those of the people who may stand in it.

    Raises `DomainError` where it names no days, or days that cannot be meant: `away_unread`,
    `away_no_such_day`, `away_backward`, `away_too_long`, `date_gone_by`.
    """
    text, named = _without_names(fold(line).text, names)
    text = _in_plain_dates(text)
    if wrong := impossible_dates(text):
        raise DomainError("away_no_such_day", said=wrong[0].text)
    first, last, rest = _days(text, today)
    if last < today:
        raise DomainError("date_gone_by", day=last)
    if last < first:
        raise DomainError("away_backward", first=first, last=last)
    if _length(first, last) > LONGEST:
        raise DomainError("away_too_long", days=LONGEST)
    return AbsenceLine(first, last, named, _not_understood(rest))


# Names come first: they may hold what looks like a date, or like a word of the line.

_NAMED = "\x00"


def _without_names(text: str, names: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Take the known names out of a text, longer ones before those that they contain."""
    found: list[str] = []
    for name in sorted(set(names), key=len, reverse=True):
        folded = fold(name).text
        if folded in text:
            text = text.replace(folded, _NAMED)
            found.append(name)
    return text, tuple(found)


# The shorter ways of writing days are first written out as `bot.domain.dates` reads them.

_D = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_TO = r"\s*[-~—–―〜至到]+\s*"
_ALONE, _ENDS = r"(?<![0-9./-])", r"(?![0-9./-])"
_SHORT = r"([0-9]{1,2})[./-]([0-9]{1,2})"
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=[0-9])\s+(?=[年月日号])|(?<=[年月])\s+(?=[0-9])"), ""),
    (re.compile(r"\s*\((?:星期|周)[一二三四五六日天]\)"), ""),
    (re.compile("即日"), "今天"),
    (
        re.compile(
            rf"(?<![0-9])(0[1-9]|1[0-2])([0-3][0-9]){_TO}(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])"
        ),
        r"\1月\2日至\3月\4日",
    ),
    (re.compile(rf"{_ALONE}{_SHORT}{_TO}{_SHORT}{_ENDS}"), r"\1月\2日至\3月\4日"),
    (
        re.compile(rf"({_D})月({_D})[日号]?{_TO}({_D})(?:[日号]|(?![0-9一-龥./-]))"),
        r"\1月\2日至\1月\3日",
    ),
    (re.compile(rf"(?<![月周期拜0-9./-])({_D})[日号]?{_TO}({_D})[日号]"), r"\1号至\2号"),
    (re.compile(r"(?<![月0-9./-])([0-9]{1,2})日"), r"\1号"),
    (re.compile(rf"{_ALONE}{_SHORT}{_ENDS}"), r"\1月\2日"),
    (
        re.compile("(?<!上)(本|这|下下|下)个?(?:周|星期)(?![一二三四五六日天末1-7])"),
        r"\1周一至\1周日",
    ),
    (re.compile(r"(?<=[日号天底末一二三四五六])\s*[-~—–―〜]+"), "至"),
)


def _in_plain_dates(text: str) -> str:
    for pattern, plain in _REWRITTEN:
        text = pattern.sub(plain, text)
    return text


_BETWEEN = re.compile(rf"\s*(?:起|开始)?(?:{_TO}|\s*)")
_UNTIL = re.compile(r"(?:至|到|截至|截止到?|直到)\s*\Z")
_COUNTED = re.compile(rf"(?:起|开始|共|计|\s|请假|休假|出差|外出)*({_D}|[0-9]{{3}}|两)天")


def _days(text: str, today: date) -> tuple[date, date, str]:
    """The first and the last day that a text names, and what else stands around them."""
    spans = find_dates(text, today, prefer="future")
    if not 1 <= len(spans) <= 2:
        raise DomainError("away_unread", unread="", could=())
    before, after = text[: spans[0].start], text[spans[-1].end :]
    length = _COUNTED.match(after)
    after = after[length.end() :] if length else after
    if len(spans) == 2:
        if not _BETWEEN.fullmatch(text[spans[0].end : spans[1].start]):
            raise DomainError("away_unread", unread="", could=())
        first, last = _between(spans[0].text, spans[1].text, today)
    elif until := _UNTIL.search(before):
        _, last = _between(spans[0].text, "", today)
        first, before = today, before[: until.start()]
    else:
        first, last = _between(spans[0].text, "", today)
        if length:
            last += (int(read_numeral(length[1]) or 0) - 1) * DAY
    return first, last, f"{before} {after}"


def _between(first: str, last: str, today: date) -> tuple[date, date]:
    """Read the two ends together; without `last` it is one day.

    Where no year is written the days are those still to come, unless they are under way, or,
    being named by their month, have only just gone by.
    """
    ranges = [(begin, _last(last, begin, today)) for begin in _beginnings(first, today)]
    lately = today - RECENT if "月" in first else today
    likely = (each for each in ranges if each[1] >= lately and _length(*each) <= LONGEST)
    return next(likely, ranges[-1])


def _length(first: date, last: date) -> int:
    return (last - first).days + 1


def _beginnings(written: str, today: date) -> list[date]:
    """What the first day may mean, the earlier one first; a weekday is one still to come."""
    to_come = _read(written, today, "future")
    by_weekday = not {"月", "号"} & set(written)
    if by_weekday or not _open(written, today):
        return [to_come]
    return [_read(written, today, "past"), to_come]


def _last(written: str, first: date, today: date) -> date:
    """The last day: the next one of that name after the first, or else the one before it."""
    if not written:
        return first
    if not _open(written, today):
        return _read(written, today, "future")
    last, before = _read(written, first, "future"), _read(written, first, "past")
    backward = _length(first, last) > LONGEST and before.year == first.year
    return before if backward else last


def _open(written: str, today: date) -> bool:
    """Tell whether which day it is depends on what is preferred, the past or the future."""
    return any(
        _read(written, day, "past") != _read(written, day, "future") for day in (today, today + DAY)
    )


def _read(written: str, day: date, prefer: Prefer) -> date:
    spans = find_dates(written, day, prefer=prefer)
    if not spans:
        raise DomainError("away_unread", unread="", could=())
    return spans[0].value.day


_BY = re.compile(rf"由\s*([^{_NAMED}\s,;。由]{{1,20}}?)\s*(?:代|替|顶|接|负责|办理|\Z|[\s,;。])")
_WORDS = (
    re.compile(
        "(?:去|到|赴|在)[一-龥]{1,10}?(?:出差|培训|学习|开会|参会|调研|办案|考察|挂职|休假|探亲)"
    ),
    re.compile(
        "年休假|公休假|陪产假|请假|休假|年假|公休|事假|病假|婚假|产假|丧假|探亲假?|调休|补休|轮休"
        "|休息|出差|外出|公出|因公|因私|因病|因事|培训|学习|开会|参会|调研|考察|挂职|办案|不在岗"
        "|不在|期间|其间|开始|结束|为止|截止|交由|交给|委托|代办人|代理人|代办|代理|代管|代为"
        "|代班|顶岗|顶替|顶班|接替|接手|负责|办理|处理|工作|事项|手头的?|事务|本人|一下|参加"
        "|[从自起止共计我将要拟需的由请让交托代替顶有期去因]"
    ),
    re.compile(r"[\s\x00,.:;。、·!()\[\]<>“”\"'~—–-]+"),
)


def _not_understood(rest: str) -> str:
    """What is left of a line without its days, its names and the words one puts around them."""
    by = _BY.search(rest)
    return (by[1] if by and _without_words(by[1]) else _without_words(rest))[:20]


def _without_words(text: str) -> str:
    for pattern in _WORDS:
        text = pattern.sub("", text)
    return text
