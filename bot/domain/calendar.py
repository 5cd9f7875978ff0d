"""Which days the State Council makes rest days or workdays, and when an office is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.domain.statutory import YEARS, statutory_rest

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

_MAKE_UP = "调休上班"
_SATURDAY = 5
_PUBLISHED = 11
"""The month by which the State Council publishes the next year's rest days."""
_NEW_YEAR_REACH = (12, 29)  # a notice has so far reached back as far as 29 December (2007, 2019)


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - DAY * day.weekday()


def local_date(now: datetime) -> date:
    """Return the day it is in China; a naive datetime raises ValueError."""
    if now.tzinfo is None:
        raise ValueError("naive datetime: the instant is unknown")
    return now.astimezone(SHANGHAI).date()


def local_instant(day: date, at: time) -> datetime:
    """Return the UTC instant when clocks in China show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def weekday_name(day: date) -> str:
    """Return 周一 … 周日."""
    return "周" + "一二三四五六日"[day.weekday()]


@dataclass(frozen=True)
class RestDayNotice:
    """One yearly holiday notice of the State Council, as an administrator imports it.

    `rest` names the days off, `work` lists the make-up workdays. Days that already follow
    Monday to Friday may be left out. A notice may touch December of the year before;
    any other day outside `year` raises ValueError, and so does a day on both lists.
    `source` is the number of the notice.
    """

    year: int
    rest: Mapping[date, str]
    work: frozenset[date]
    source: str

    def __post_init__(self) -> None:
        both = self.rest.keys() & self.work
        if both:
            raise ValueError(f"both rest day and workday: {min(both)}")
        for day in self.rest.keys() | self.work:
            if day.year != self.year and (day.year, day.month) != (self.year - 1, 12):
                raise ValueError(f"{day} is outside the notice for {self.year}")


class WorkCalendar:
    """The working days of public offices; immutable.

    The library's schedule comes first, then the imported notices in order: on a day that both
    name, the later one wins, and one with the same number takes the place of the one before.
    In a year that neither knows, the days that rest by law do, and every other Monday to Friday
    counts as a workday.
    `version` is a short hash of the known schedule, written beside every date computed from it:
    when it differs, the date must be counted again.
    """

    def __init__(self, notices: Sequence[RestDayNotice] = ()) -> None:
        self._rest = {day: _official_name(name) for day, name in chinese_calendar.holidays.items()}
        self._make_up = set(chinese_calendar.workdays)
        self._years = {day.year for day in self._rest}
        for notice in _standing(notices):
            self._apply(notice)
        for year in set(YEARS) - self._years:
            self._rest |= statutory_rest(year)
        self.version = self._fingerprint()

    def _apply(self, notice: RestDayNotice) -> None:
        self._years.add(notice.year)
        self._rest = {d: name for d, name in self._rest.items() if d not in notice.work}
        self._rest |= notice.rest
        self._make_up -= notice.rest.keys()
        self._make_up |= {day for day in notice.work if is_weekend(day)}

    def _fingerprint(self) -> str:
        days_off = {day for day in self._rest if not is_weekend(day)}
        known = (sorted(self._years), sorted(days_off), sorted(self._make_up))
        return sha256(repr(known).encode()).hexdigest()[:12]

    def covers(self, day: date) -> bool:
        """Tell whether the official schedule of `day` is final.

        The last days of December are known only with the notice of the following year.
        """
        late_december = (day.month, day.day) >= _NEW_YEAR_REACH
        return day.year in self._years and (not late_december or day.year + 1 in self._years)

    def knows(self, year: int) -> bool:
        """Tell whether the official schedule of a year has been published and taken in."""
        return year in self._years

    def missing_year(self, today: date) -> int | None:
        """The year whose schedule has not been taken in though it is published by now, if any."""
        wanted = today.year + (today.month >= _PUBLISHED)
        return None if self.knows(wanted) else wanted

    def known_until(self, today: date) -> date:
        """The first day, from `today` on, whose official schedule is not final."""
        while self.covers(today):
            today += DAY
        return today

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on `day`, as far as that is known by now."""
        return day in self._make_up or not (is_weekend(day) or day in self._rest)

    def describe(self, day: date) -> str:
        """Say what is special about `day`: 春节, 周六, 调休上班; empty for an ordinary workday."""
        if day in self._make_up:
            return _MAKE_UP
        return self._rest.get(day) or (weekday_name(day) if is_weekend(day) else "")

    def workday_on_or_after(self, day: date) -> date:
        """Return `day` itself if it is a workday, else the first workday after it."""
        while not self.is_workday(day):
            day += DAY
        return day

    def workday_on_or_before(self, day: date) -> date:
        """Return `day` itself if it is a workday, else the last workday before it."""
        while not self.is_workday(day):
            day -= DAY
        return day

    def next_workday(self, day: date) -> date:
        """Return the first workday after `day`, never `day` itself."""
        return self.workday_on_or_after(day + DAY)

    def previous_workday(self, day: date) -> date:
        """Return the last workday before `day`, never `day` itself."""
        return self.workday_on_or_before(day - DAY)

    def add_workdays(self, day: date, n: int) -> date:
        """Return the `n`-th workday after `day`, before it if negative; `day` is not counted."""
        move = self.next_workday if n > 0 else self.previous_workday
        for _ in range(abs(n)):
            day = move(day)
        return day

    def skipped(self, start: date, end: date) -> list[tuple[date, str]]:
        """List the rest days from `start` to `end`, both included, each with its name."""
        days = (start + DAY * n for n in range((end - start).days + 1))
        return [(day, self.describe(day)) for day in days if not self.is_workday(day)]


@dataclass(frozen=True)
class OfficeHours:
    """The hours of a workday when people may be disturbed, in Chinese local time.

    Each block is open at its first instant and closed at its last. Blocks that are empty,
    out of order or overlapping raise ValueError.
    """

    blocks: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        edges = [edge for block in self.blocks for edge in block]
        rising = all(earlier < later for earlier, later in pairwise(edges))
        if not edges or not rising:
            raise ValueError(f"office hours must be in order and not overlap: {self.blocks}")

    @property
    def closes(self) -> time:
        """When the office closes for the day."""
        return self.blocks[-1][1]

    def is_hour(self, now: datetime) -> bool:
        """Tell whether `now` lies within a block, whatever day it is."""
        clock = now.astimezone(SHANGHAI).time()
        return any(opens <= clock < closes for opens, closes in self.blocks)

    def is_open(self, now: datetime, calendar: WorkCalendar) -> bool:
        """Tell whether the office is open at `now`; a naive datetime raises ValueError."""
        return calendar.is_workday(local_date(now)) and self.is_hour(now)

    def next_open(self, now: datetime, calendar: WorkCalendar) -> datetime:
        """Return `now` while the office is open, else its next opening, in UTC."""
        if self.is_open(now, calendar):
            return now.astimezone(UTC)
        today = local_date(now)
        days = (calendar.workday_on_or_after(today), calendar.next_workday(today))
        return self._next_opening(now, days)

    def next_hour(self, now: datetime) -> datetime:
        """Return `now` within a block, else the beginning of the next, in UTC, rest day or not."""
        if self.is_hour(now):
            return now.astimezone(UTC)
        today = local_date(now)
        return self._next_opening(now, (today, today + DAY))

    def _next_opening(self, now: datetime, days: Sequence[date]) -> datetime:
        openings = (local_instant(day, opens) for day in days for opens, _ in self.blocks)
        return next(opening for opening in openings if opening > now)


def _standing(notices: Sequence[RestDayNotice]) -> list[RestDayNotice]:
    """The notices without those that were taken in anew, under the same number, later."""
    later = {(n.year, n.source): at for at, n in enumerate(notices)}
    return [n for at, n in enumerate(notices) if later[n.year, n.source] == at]


def is_weekend(day: date) -> bool:
    """Tell whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def _official_name(english: str) -> str:
    """Name a holiday as the notices do; the library drops the 节 of three of them."""
    name: str = chinese_calendar.Holiday(english).chinese
    return f"{name}节" if name in {"清明", "端午", "中秋"} else name
