"""What a card says of a record's clocks: dates, how far off they are, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.kinds.lifecycle import party_of
from bot.domain.periods import Light, Stretch, days_left, light, stretch
from bot.domain.records import Outcome, day_in
from bot.services.clocks import estimated_by, not_begun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import DutyRule
    from bot.domain.periods import Deadline
    from bot.domain.records import Duty, Record
    from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Owed:
    """One open duty as a card tells it."""

    title: str
    debtor: str
    """The organ's short name; "" where it is the holder's anyway."""
    duty: Duty
    left: int
    stretch: Stretch
    before: tuple[date, ...]
    """The dates it was due on before it was counted anew, the first one first."""
    special: str
    """Why people work on its last day though it lies on a weekend; "" on any other day."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A duty that has not begun, and when it would end."""

    title: str
    deadline: Deadline
    by: str
    """What the day is from which it is estimated; "": it counts from that day."""
    awaits: str = ""
    """What has to happen before it begins."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two days that the sides give for the same event; the earlier one counts."""

    days: tuple[tuple[str, date], ...]
    counted: date


@dataclass(frozen=True, slots=True)
class OneSided:
    """A day from which duties count though only one of the two sides has told it."""

    title: str
    day: date


@dataclass(frozen=True, slots=True)
class Late:
    """A duty under the law that was met after its last day."""

    rule: DutyRule
    due: date
    met_on: date
    days: int
    provisional: bool
    """The schedule that decides its last day is still to come."""
    differing: bool
    """It counts from a day on which the sides do not agree."""


@dataclass(frozen=True, slots=True)
class Face:
    """Everything a card says of the clocks."""

    light: Light
    owed: tuple[Owed, ...]
    estimates: tuple[Estimate, ...]
    conflicts: tuple[Conflict, ...]
    one_sided: tuple[OneSided, ...]
    late: tuple[Late, ...]


async def face_of(desk: Desk, kind: Kind, record: Record) -> Face:
    """Read a record's clocks as they stand today."""
    duties = await desk.tx.duties.of_record(record.id)
    owed = still_open(duties)
    estimates = tuple(_estimates(desk, kind, record, {duty.code for duty in duties}))
    closed = kind.state(record.state).closed
    return Face(
        light=colour_of(owed, desk.today, closed=closed),
        owed=tuple(_owed(desk, kind, record, duty, duties) for duty in owed),
        estimates=estimates,
        conflicts=() if closed else tuple(_conflicts(kind, record, duties)),
        one_sided=() if closed else tuple(_one_sided(kind, record, duties)),
        late=tuple(_late(kind, record, duties)),
    )


def colour_of(owed: Iterable[Duty], today: date, *, closed: bool = False) -> Light:
    """The light of some open duties: that of the first due; 灰 where nothing is, 蓝 once closed."""
    if closed:
        return Light.BLUE
    first = min((duty.due for duty in owed), default=None)
    return Light.GREY if first is None else light(first, today)


def _owed(desk: Desk, kind: Kind, record: Record, duty: Duty, duties: list[Duty]) -> Owed:
    holder = kind.state(record.state).holder
    own = holder is not None and party_of(record, holder) == duty.debtor
    return Owed(
        kind.rule(duty.code).title,
        "" if own else desk.office.organ(duty.debtor).short,
        duty,
        days_left(duty.due, desk.today),
        stretch(duty.due, desk.today),
        counted_before(duty, duties),
        desk.calendar.describe(duty.due) if desk.calendar.is_workday(duty.due) else "",
    )


def still_open(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """Those of a record's duties that are owed now, the one that is due first before the others."""
    owed = (duty for duty in duties if duty.closed_by is None)
    return tuple(sorted(owed, key=lambda duty: (duty.due, duty.id)))


def counted_before(duty: Duty, duties: Iterable[Duty]) -> tuple[date, ...]:
    """The other dates on which this very duty was due before it was counted anew."""
    dates: list[date] = []
    current = duty
    for older in sorted(duties, key=lambda each: -each.id):
        if older.closed_by == current.opened_by and older.code == current.code:
            current = older
            dates.append(older.due)
    return tuple(due for due in dict.fromkeys(reversed(dates)) if due != duty.due)


def _estimates(desk: Desk, kind: Kind, record: Record, begun: set[str]) -> Iterator[Estimate]:
    if kind.state(record.state).closed:
        return
    for rule, deadline in not_begun(desk, kind.duties, record.data, begun):
        by = kind.entries[estimated_by(rule, record.data)].title
        yield Estimate(rule.title, deadline, by, rule.awaits)


def _conflicts(kind: Kind, record: Record, duties: Iterable[Duty]) -> Iterator[Conflict]:
    """Each pair of days that differ is told once, whatever has begun by them and ended since."""
    for days in _told_days(kind, record, duties):
        if _differ(days):
            yield Conflict(days, min(day for _, day in days))


def _one_sided(kind: Kind, record: Record, duties: Iterable[Duty]) -> Iterator[OneSided]:
    """The days that two sides should tell, and one did."""
    for days in _told_days(kind, record, duties):
        if len(days) == 1:
            yield OneSided(*days[0])


def _told_days(
    kind: Kind, record: Record, duties: Iterable[Duty]
) -> Iterator[tuple[tuple[str, date], ...]]:
    """What is known of each event that several fields date, and from which duties have begun."""
    begun = dict.fromkeys(kind.rule(duty.code).since for duty in duties)
    return (tuple(_days(kind, record, since)) for since in begun if len(since) > 1)


def _differ(days: Iterable[tuple[str, date]]) -> bool:
    return len({day for _, day in days}) > 1


def _days(kind: Kind, record: Record, names: Iterable[str]) -> Iterator[tuple[str, date]]:
    for name in names:
        if day := day_in(record.data, name):
            yield kind.entries[name].title, day


def _late(kind: Kind, record: Record, duties: Iterable[Duty]) -> Iterator[Late]:
    """What was met late, as far as the law and not an agreement asks for it, and still does.

    Of what was judged more than once, as by a correction, the last word counts.
    """
    for duty in {duty.code: duty for duty in duties}.values():
        rule = kind.rule(duty.code)
        counts = duty.outcome is Outcome.MET and duty.rule.statutory and rule.owed(record.data)
        if counts and duty.late and duty.met_on:
            differing = _differ(_days(kind, record, rule.since))
            yield Late(rule, duty.due, duty.met_on, duty.late, duty.provisional, differing)
