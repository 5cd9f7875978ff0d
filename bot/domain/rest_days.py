"""The State Council's notice of rest days, read from its official wording.

国务院办公厅关于20XX年部分节假日安排的通知. A passage that is not understood, or contradicts itself,
refuses the notice as a whole: nothing is half-read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, RestDayNotice, is_weekend, weekday_name
from bot.domain.errors import DomainError
from bot.domain.numbers import find_numbers
from bot.domain.span import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""What the notice for a whole year arranges."""

_LONGEST = 15
"""So many days off in a row there have never been."""
_SHOWN = 40

# Every repetition is bounded or over disjoint alternatives, so that reading is linear.
_HAN = "[一-龥]"
_ORDINAL = "[一二三四五六七八九十]{1,2}"
_NUMBERING = rf"(?:{_ORDINAL}[、.]|\({_ORDINAL}\)|[0-9]{{1,2}}[、.])"
_NAME = rf"{_HAN}{{2,12}}(?:、{_HAN}{{2,12}}){{0,3}}"
_D = r"(?:[0-9]{4}年)?(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:\([^()]{1,24}\))?"
_OFF = (
    rf"(?P<rest>{_D}(?:[至到~—–-]{{1,2}}{_D})?)"
    r"(?P<how>(?:调休)?放假(?:,|调休|不调休|与周末连休|(?:共计?)?[0-9]{1,2}天)*)"
    rf"(?:(?P<instead>{_D})补休)?"
)
_ON = rf"(?P<work>{_D}(?:[、,和及]{_D})*)(?:照常|正常)?上班"
_PASSAGE = re.compile(rf"{_NUMBERING}?(?:(?P<name>{_NAME}):)?(?:{_OFF})?,?(?:{_ON})?")
_DAY = re.compile(
    r"(?:(?P<year>[0-9]{4})年)?(?:(?P<month>[0-9]{1,2})月)?(?P<day>[0-9]{1,2})日"
    r"(?:\((?P<note>[^()]*)\))?"
)
_WEEKDAY = re.compile("(?:周|星期)([一二三四五六日天])")

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年(?![0-9]{1,2}月)")
_TITLE = re.compile(rf"{_YEAR.pattern}(?:部分节假日|{_HAN}{{2,4}}假期)")
# A line may end within a sentence; a paragraph, a number or a name begins another.
_WRAPPED = re.compile(rf"(?<![。;:\n])\n(?!\n|{_NUMBERING}|{_NAME}:|国务院办公厅)")
_END = re.compile(r"[。;\n]|(?<=如下):")
_HEADING = re.compile(rf"{_NUMBERING}|{_NAME}:[0-9]")
_TELLS = re.compile("[0-9]日|上班|补休|:.*放假")
_ASIDE = re.compile(
    r"鼓励.*|(?:国务院办公厅|.{0,12}(?:日期|时间|印发|发布):?)?[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
    r"(?:[0-9]{1,2}:[0-9]{2})?(?:印发|发布)?(?:\(.*\))?"
)
_AS_PRINTED = str.maketrans(",:;()", "，：；（）")


def read_notice(text: str) -> RestDayNotice:
    """Read a notice pasted as a whole; raises `DomainError`, naming the passage, rather than guess.

    The year is the title's or the only one named; a day without a year is in it, but a 元旦 of
    December in the year before.
    """
    plain = re.sub(r"[^\S\n]", "", fold(text).text)
    sentences = _sentences(plain)
    if not sentences:
        raise DomainError("notice_nothing")
    reading = _Reading(_year(plain), only=_only_holiday(plain))
    source = _source(text)
    for sentence in sentences:
        reading.take(sentence)
    return reading.notice(source)


def _sentences(plain: str) -> list[str]:
    """The sentences that name days; what stands before the first heading only explains."""
    sentences = [s for s in _END.split(_WRAPPED.sub("", plain)) if s]
    first = next((n for n, s in enumerate(sentences) if _HEADING.match(s)), 0)
    return [s for s in sentences[first:] if _TELLS.search(s) and not _ASIDE.fullmatch(s)]


def _year(plain: str) -> int:
    years = set(_TITLE.findall(plain)) or set(_YEAR.findall(plain))
    if len(years) != 1:
        raise DomainError("notice_no_year")
    return int(years.pop())


def _only_holiday(plain: str) -> str:
    """The holiday that the title alone names, the passages none; "" where it is otherwise."""
    named = [name for name in HOLIDAYS if name in plain]
    return named[0] if len(named) == 1 and f"{named[0]}:" not in plain else ""


def _source(text: str) -> str:
    numbers = find_numbers(text, abbreviations=("国办", "国发"), system_prefixes=())
    if not numbers:
        raise DomainError("notice_no_number")
    return str(numbers[0].value)


@dataclass
class _Reading:
    """What has been read so far of a notice for a year."""

    year: int
    only: str
    name: str = ""
    rest: dict[date, str] = field(default_factory=dict)
    work: set[date] = field(default_factory=set)

    def take(self, sentence: str) -> None:
        """Read one sentence: days off, make-up workdays, or both."""
        match = _PASSAGE.fullmatch(sentence)
        self.name = (match and match["name"]) or self.name
        named = match and (match["work"] or (match["rest"] and (match["name"] or self.only)))
        if match is None or not named:
            raise DomainError("notice_unread", passage=_shown(sentence))
        if match["rest"]:
            self._take_rest(match, sentence)
        for day in self._days(match["work"] or "", sentence):
            if not is_weekend(day):
                raise DomainError("notice_midweek", passage=_shown(sentence), day=day)
            self.work.add(day)

    def _take_rest(self, match: re.Match[str], sentence: str) -> None:
        days = self._days(match["rest"], sentence)
        first, last, passage = days[0], days[-1], _shown(sentence)
        length = (last - first).days + 1
        if not 0 < length <= _LONGEST:
            raise DomainError("notice_range", passage=passage)
        for said in re.findall("([0-9]+)天", match["how"]):
            if int(said) != length:
                raise DomainError("notice_count", passage=passage, said=int(said), really=length)
        instead = self._days(match["instead"] or "", sentence)
        name = match["name"] or self.only
        self.rest |= dict.fromkeys([*(first + DAY * n for n in range(length)), *instead], name)

    def _days(self, words: str, sentence: str) -> list[date]:
        """The days that are named one after the other; each may leave out what went before."""
        days: list[date] = []
        for match in _DAY.finditer(words):
            month = int(match["month"] or (days[-1].month if days else 0))
            year = int(match["year"] or self._year_of(month, match, days))
            days.append(self._checked(year, month, match, sentence))
        return days

    def _year_of(self, month: int, match: re.Match[str], days: list[date]) -> int:
        """The year of a day that names none."""
        if days and (not match["month"] or match.string[match.start() - 1] not in "、,和及"):
            return days[-1].year + (month < days[-1].month)
        return self.year - (month == 12 and "元旦" in self.name)

    def _checked(self, year: int, month: int, match: re.Match[str], sentence: str) -> date:
        """The day, if there is one, it is the weekday it is said to be, and of this year."""
        passage = _shown(sentence)
        try:
            day = date(year, month, int(match["day"]))
        except ValueError as error:
            raise DomainError("notice_no_such_day", passage=passage) from error
        said = _WEEKDAY.search(match["note"] or "")
        if said and weekday_name(day)[1] != said[1].replace("天", "日"):
            raise DomainError("notice_weekday", passage=passage, day=day, said=f"周{said[1]}")
        if year != self.year and (year, month) != (self.year - 1, 12):
            raise DomainError("notice_outside", passage=passage, day=day, year=self.year)
        return day

    def notice(self, source: str) -> RestDayNotice:
        """What was read, as a whole."""
        if not self.rest:
            raise DomainError("notice_nothing")
        if both := self.rest.keys() & self.work:
            raise DomainError("notice_both", day=min(both))
        rest = {day: self.rest[day] for day in sorted(self.rest)}
        return RestDayNotice(self.year, rest, frozenset(self.work), source)


def _shown(sentence: str) -> str:
    """A passage as it is quoted: in the punctuation of print, and not too long."""
    printed = sentence.translate(_AS_PRINTED)
    return printed if len(printed) <= _SHOWN else f"{printed[:_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Break:
    """Days off in a row, under one name."""

    name: str
    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def breaks(notice: RestDayNotice) -> Iterator[Break]:
    """The days off as the notice tells them, the earliest first."""
    days = enumerate(sorted(notice.rest))
    for (name, _), run in groupby(
        days, lambda each: (notice.rest[each[1]], each[1] - DAY * each[0])
    ):
        row = [day for _, day in run]
        yield Break(name, row[0], row[-1])


def missing_holidays(notice: RestDayNotice) -> list[str]:
    """The holidays that a notice for a whole year would arrange, and this one does not."""
    names = "、".join(notice.rest.values())
    return [name for name in HOLIDAYS if name.removesuffix("节") not in names]
