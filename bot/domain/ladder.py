"""The ladder of reminders (BRIEF §3): on which days a duty is reminded of, and whom it concerns.

A rung is named by its stage, the days from the due date: -7 is a week before it, 1 the day
after. It falls on the opening of the office. On a rest day a rung before the due date moves to
the working day before; one after it moves to the next working day, lest it call overdue what is
not. Of rungs that meet on one day the latest stage of the ladder stands for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, groupby, pairwise, takewhile
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, local_date, local_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.domain.calendar import OfficeHours, WorkCalendar

LATE = timedelta(minutes=30)
"""How long after its hour a reminder is marked as late."""


@dataclass(frozen=True)
class Ladder:
    """The stages of a kind of record, and from which of them on others hear of it.

    Stages that do not rise, or of which none lies beyond the due date, raise ValueError, and so
    does an interval of less than a day.
    """

    stages: tuple[int, ...] = (-30, -15, -7, -3, -1, 0, 1, 3)
    every: int = 7
    """Days between two stages after the last one, for as long as the duty is owed."""
    daily_from: int = -3
    """From this day on what is owed stands on the list of every working morning."""
    liaisons_from: int = -3
    """From this day on not only the person in charge is told, but all on duty of the organ."""
    leader_from: int = 1
    """From this stage on the organ's leaders are told too."""

    def __post_init__(self) -> None:
        rising = all(earlier < later for earlier, later in pairwise(self.stages))
        if not self.stages or not rising or self.stages[-1] < 1:
            raise ValueError(f"stages must rise, the last beyond the due date: {self.stages}")
        if self.every < 1:
            raise ValueError(f"a stage every {self.every} days")

    def is_stage(self, day: int) -> bool:
        """Tell whether a day is a stage, and not only one on which the list names the duty."""
        after = day - self.stages[-1]
        return day in self.stages or (after > 0 and after % self.every == 0)

    @property
    def overdue(self) -> int:
        """The first stage after the due date."""
        return next(stage for stage in self.stages if stage > 0)

    @property
    def first(self) -> int:
        """The first day of a duty on which somebody may be told."""
        return min(self.stages[0], self.daily_from)

    def days(self, since: int) -> Iterator[int]:
        """Every such day from one on, without end."""
        first = max(since, self.first)
        return (day for day in count(first) if day >= self.daily_from or self.is_stage(day))


@dataclass(frozen=True, slots=True)
class Rung:
    """One stage of one duty, and when it is reminded of."""

    stage: int
    at: datetime


@dataclass(frozen=True)
class Rounds:
    """The hours and days on which reminders go out."""

    hours: OfficeHours
    calendar: WorkCalendar

    def opening(self, day: date) -> datetime:
        """When the office opens on a day, be it a working day or not."""
        return local_instant(day, self.hours.blocks[0][0])

    def day_of(self, due: date, stage: int, *, urgent: bool = False) -> date:
        """The day of a stage; an `urgent` duty is reminded of on rest days too."""
        day = due + DAY * stage
        if urgent:
            return day
        if stage > 0:
            return self.calendar.workday_on_or_after(day)
        return self.calendar.workday_on_or_before(day)

    def may_speak(self, now: datetime, *, urgent: bool = False) -> bool:
        """Tell whether somebody may be reminded now."""
        return self.hours.is_hour(now) if urgent else self.hours.is_open(now, self.calendar)

    def next_hour(self, now: datetime, *, urgent: bool = False) -> datetime:
        """When somebody may be reminded: now, or else as soon as the office opens, in UTC."""
        if urgent:
            return self.hours.next_hour(now)
        return self.hours.next_open(now, self.calendar)


def _climb(
    ladder: Ladder, due: date, rounds: Rounds, since: int, *, urgent: bool
) -> Iterator[Rung]:
    """The rungs of the days from one on, counted from the due date."""
    days = ((rounds.day_of(due, day, urgent=urgent), day) for day in ladder.days(since))
    for day, meeting in groupby(days, key=lambda each: each[0]):
        stages = [stage for _, stage in meeting]
        stage = max(stages, key=lambda each: (ladder.is_stage(each), each))
        yield Rung(stage, rounds.opening(day))


def rungs(
    ladder: Ladder, due: date, rounds: Rounds, since: datetime, *, urgent: bool = False
) -> Iterator[Rung]:
    """The rungs of a duty from a moment on in order of time, without end, one a day at most.

    What lies before it, perhaps years, is not walked through. To the moment's own day belong the
    rest days before it: what is overdue moves on to it.
    """
    before = rounds.calendar.previous_workday(local_date(since))
    climbed = _climb(ladder, due, rounds, (before - due).days + 1, urgent=urgent)
    return (rung for rung in climbed if rung.at >= since)


def next_rung(
    ladder: Ladder, due: date, rounds: Rounds, after: datetime, *, urgent: bool = False
) -> Rung:
    """The first rung after a moment; whatever lies before it is skipped."""
    to_come = rungs(ladder, due, rounds, after, urgent=urgent)
    return next(rung for rung in to_come if rung.at > after)


def latest_rung(
    ladder: Ladder,
    due: date,
    rounds: Rounds,
    since: datetime,
    now: datetime,
    *,
    urgent: bool = False,
) -> Rung | None:
    """The one rung to be reminded of, of those from one moment to another; None without any.

    After a longer silence that is the latest stage of the ladder among them, or else the latest.
    """
    to_come = rungs(ladder, due, rounds, since, urgent=urgent)
    missed = takewhile(lambda rung: rung.at <= now, to_come)
    return max(missed, key=lambda rung: (ladder.is_stage(rung.stage), rung.at), default=None)
