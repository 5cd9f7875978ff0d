"""Why a date is that date: the proof of a counted period, and questions about any period.

The arithmetic is that of `bot.domain.periods`; here it is only asked and put into an order that
a reader can check: start, rule, nominal end, the days that decided, end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY
from bot.domain.dates import find_dates, parse_date
from bot.domain.errors import DomainError
from bot.domain.periods import Deadline, Period, Roll, Unit, count
from bot.domain.quantities import read_numeral
from bot.domain.span import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.calendar import WorkCalendar

MOST_RUNS = 12
"""So many runs of one sort of day are told one by one; only weekends have more."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days, both ends included."""

    first: date
    last: date


def runs_of(days: Iterable[date]) -> list[Run]:
    """Fold days in order, each later than the one before, into runs."""
    runs: list[Run] = []
    for day in days:
        if runs and runs[-1].last + DAY == day:
            runs[-1] = Run(runs[-1].first, day)
        else:
            runs.append(Run(day, day))
    return runs


def spell_runs(runs: Iterable[Run], year: int) -> str:
    """1月4日至5日、11日、2月1日: year and month are said where they change."""
    told: list[str] = []
    said = (year, 0)
    for run in runs:
        first = _spell(run.first, said)
        said = (run.last.year, run.last.month)
        last = _spell(run.last, (run.first.year, run.first.month))
        told.append(first if run.first == run.last else f"{first}至{last}")
    return "、".join(told)


def _spell(day: date, said: tuple[int, int]) -> str:
    """A day, as far as it must be said after another of that year and month."""
    year = "" if day.year == said[0] else f"{day.year}年"
    month = "" if (day.year, day.month) == said else f"{day.month}月"
    return f"{year}{month}{day.day}日"


@dataclass(frozen=True, slots=True)
class Reason:
    """The days that decided a date for one and the same reason."""

    why: str
    """What they are, and what was done with them: 春节，顺延."""
    days: tuple[date, ...]

    def spelt(self, year: int) -> str:
        """The days as runs; of very many the first, and how many there are in all."""
        runs = runs_of(self.days)
        told = spell_runs(runs[:MOST_RUNS], year)
        return told if len(runs) <= MOST_RUNS else f"{told}等共{len(self.days)}天"


@dataclass(frozen=True, slots=True)
class Proof:
    """A counted period with all that makes its end what it is."""

    period: Period
    deadline: Deadline

    @property
    def reasons(self) -> list[Reason]:
        """The decisive days, those of one reason together, the earliest reason first."""
        groups: dict[str, list[tuple[date, str]]] = {}
        for day, why in sorted(self.deadline.steps):
            groups.setdefault(_WEEKEND.sub("周末", why), []).append((day, why))
        return [Reason(_why(each), tuple(day for day, _ in each)) for each in groups.values()]

    @property
    def clamped(self) -> bool:
        """Tell whether the last month has no day of the start's number."""
        months = self.period.unit is Unit.MONTHS
        return months and self.deadline.nominal.day != self.deadline.start.day

    @property
    def unpublished(self) -> str:
        """The decisive days whose official schedule is not known; "" where all are."""
        return spell_runs(runs_of(sorted(self.deadline.unpublished)), 0)


_WEEKEND = re.compile("^周[六日](?=，)")


def _why(group: list[tuple[date, str]]) -> str:
    """The reason of a group: of a weekend's days, both are named."""
    whys = tuple(dict.fromkeys(why for _, why in group))
    return whys[0] if len(whys) == 1 else _WEEKEND.sub("周六、周日", whys[0])


def prove(
    period: Period, start: date, calendar: WorkCalendar, *, named: date | None = None
) -> Proof:
    """Count a period, and keep what it rests on; raises what `count` raises."""
    return Proof(period, count(period, start, calendar, named=named))


@dataclass(frozen=True, slots=True)
class Question:
    """Which date a period ends on: a rule and a start, without any record."""

    period: Period
    start: date


_CIVIL_CODE = date(2021, 1, 1)
_BASES = {
    Unit.MONTHS: "《民法典》第201条至第203条",
    Unit.CALENDAR_DAYS: "《民法典》第201条、第203条",
    Unit.WORK_DAYS: "《民法典》第201条；《行政处罚法》第85条、《行政强制法》第69条（工作日）",
}
"""What a bare length of time is counted by."""
_MOST = {Unit.MONTHS: 120, Unit.CALENDAR_DAYS: 3650, Unit.WORK_DAYS: 250}
"""Beyond that nobody owes anything: it is a slip of the pen."""
_NUMERAL = "[0-9一二两三四五六七八九十百]"
_LENGTH = re.compile(
    rf"(?<![0-9.月年半第〇零一二两三四五六七八九十百-])(?P<count>{_NUMERAL}{{1,5}})\s?"
    r"(?P<unit>个月|个?工作日|个?自然日|日|天)"
)
_UNITS = {
    "个月": Unit.MONTHS,
    "工作日": Unit.WORK_DAYS,
    "自然日": Unit.CALENDAR_DAYS,
    "日": Unit.CALENDAR_DAYS,
    "天": Unit.CALENDAR_DAYS,
}
_QUARTER = re.compile("[每本]?季度?[末底]")
_FILLER = re.compile(r"[\s,。:;+]|期限|自|从|于|起算?|开始|[之以]?内|之日|收到|送达|计算")
_LIKE_ONE = re.compile("个半?月|工作日|自然日|[0-9一二三四五六七八九十]天|季度")
_BEFORE = re.compile("(?<![天周期月年])前$")


def read_question(text: str, today: date, periods: Mapping[str, Period]) -> Question | None:
    """Read 2个月 2026-07-20, A1 7月20日, 季度末 昨天, in either order; None: it asks for a record.

    A start without a year is the last such day. Raises `not_a_period` for what names a period or
    a start, but not just one of each; `set_by_paper` for a period whose length only papers say.
    """
    plain = fold(text).text
    codes, lengths = _codes(plain, periods), _lengths(plain, today)
    if not codes and not lengths:
        if _ought_to_be_one(plain, today):
            raise DomainError("not_a_period")
        return None
    if len(codes) > 1 or len(lengths) > 1:
        raise DomainError("not_a_period")
    length = _of_length(lengths[0][0], periods) if lengths else None
    period = _of_code(periods[codes[0][0].upper()], length) if codes else length
    start = _start(plain, [*codes, *lengths], today)
    if period is None or start is None:
        raise DomainError("not_a_period")
    return Question(period, start)


def _ought_to_be_one(plain: str, today: date) -> bool:
    """Tell whether a text names a day and something like a period, or nothing but a day."""
    only_a_day = re.search("[-./月天]", plain) and parse_date(plain, today)
    return bool(only_a_day or (_LIKE_ONE.search(plain) and find_dates(plain, today)))


def _codes(plain: str, periods: Mapping[str, Period]) -> list[re.Match[str]]:
    known = "|".join(sorted(map(re.escape, periods), key=len, reverse=True))
    return [*re.finditer(rf"(?<![0-9A-Za-z-])(?:{known})(?![0-9A-Za-z-])", plain, re.IGNORECASE)]


def _lengths(plain: str, today: date) -> list[re.Match[str]]:
    """The lengths of time, apart from those that are part of a date: 7月20日 is no twenty days."""
    without = _QUARTER.sub(lambda match: " " * len(match[0]), plain)
    hidden = fold(without).blank(find_dates(without, today)).text
    return [*_QUARTER.finditer(plain), *_LENGTH.finditer(hidden)]


def _start(plain: str, taken: Iterable[re.Match[str]], today: date) -> date | None:
    """The day that is left once the period is taken out: it must be all that is left."""
    rest = plain
    for match in taken:
        rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    rest = " ".join(_FILLER.sub(" ", rest).split())
    return None if _BEFORE.search(rest) else parse_date(rest, today)


def _of_code(period: Period, length: Period | None) -> Period:
    """The period of a code, lasting as long as its paper says where the paper says it."""
    if period.length or period.unit is Unit.QUARTER_END:
        if length is not None:
            raise DomainError("not_a_period")
        return period
    if length is None or {length.unit, period.unit} != {Unit.CALENDAR_DAYS}:
        raise DomainError("set_by_paper", period=period.code, title=period.title)
    return period.lasting(length.length)


def _of_length(words: str, periods: Mapping[str, Period]) -> Period:
    """The period that a length of time alone makes, rolled as the law says."""
    match = _LENGTH.fullmatch(words)
    if match is None:
        return next(each for each in periods.values() if each.unit is Unit.QUARTER_END)
    unit = next(unit for word, unit in _UNITS.items() if match["unit"].endswith(word))
    number = read_numeral(match["count"])
    if number is None or not 1 <= number <= _MOST[unit]:
        raise DomainError("not_a_period")
    return Period(
        code="",
        title="",
        starts_on="",
        length=int(number),
        unit=unit,
        roll=Roll.SKIP if unit is Unit.WORK_DAYS else Roll.FORWARD,
        legal_basis=_BASES[unit],
        effective_from=_CIVIL_CODE,
        statutory=True,
    )
