"""A date that another calendar changes: found, written into the history, put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.domain.dates import format_short
from bot.services.clocks import dated

if TYPE_CHECKING:
    from bot.domain.calendar import WorkCalendar
    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import DutyRule
    from bot.domain.periods import Deadline
    from bot.domain.records import Duty, Event, Record
    from bot.services.desk import Desk

RECOUNTED = "recounted"
"""The event of a duty that another calendar has dated anew."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A duty whose dates, or whose being final, another calendar changes.

    It is open, or was met by a date that was not final.
    """

    record: Record
    rule: DutyRule
    """What is owed."""
    duty: Duty
    """As it was counted before."""
    after: Deadline

    @property
    def moved(self) -> bool:
        """Whether it is due on another day."""
        return self.duty.due != self.after.due

    @property
    def late(self) -> int:
        """How many days too late it was met, by the date as it is now; 0 if in time, or open."""
        met_on = self.duty.met_on
        return max(0, (met_on - self.after.due).days) if met_on else 0


async def outdated(desk: Desk, calendar: WorkCalendar) -> list[Duty]:
    """The duties that another calendar than this one has dated, as far as that matters still."""
    judged = await desk.tx.duties.judged_otherwise(calendar.version, desk.books.kinds.closed)
    return [*await desk.tx.duties.counted_otherwise(calendar.version), *judged]


async def compare(desk: Desk, calendar: WorkCalendar) -> tuple[list[Shift], list[Duty]]:
    """The duties that a calendar changes, the dates that move first, and those it does not.

    What was met by a date that was not final is judged by the one that is, until the record
    closes; a date that was final stays as it was judged.
    """
    duties = await outdated(desk, calendar)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    shifts = [_shift(desk, records[duty.record_id], duty, calendar) for duty in duties]
    changed = [shift for shift in shifts if _is_change(shift)]
    changed.sort(key=lambda shift: (not shift.moved, shift.after.due, shift.duty.id))
    return changed, [shift.duty for shift in shifts if not _is_change(shift)]


def _shift(desk: Desk, record: Record, duty: Duty, calendar: WorkCalendar) -> Shift:
    rule = desk.books.kinds[record.kind].rule(duty.code)
    after = dated(rule, record.data, duty.rule, duty.start, calendar)
    return Shift(record, rule, duty, after)


def _is_change(shift: Shift) -> bool:
    before, after = shift.duty, shift.after
    return (before.nominal, before.due, before.provisional) != (
        after.nominal,
        after.due,
        after.provisional,
    )


def line_of(desk: Desk, shift: Shift) -> str:
    """One line that tells a change: number, what is owed by whom, before and after."""
    return desk.texts.render(
        "date_shift",
        number=shift.record.number,
        title=shift.rule.title,
        debtor=desk.office.organ(shift.duty.debtor).short,
        moved=shift.moved,
        before=shift.duty.due,
        was_provisional=shift.duty.provisional,
        after=shift.after.due,
        provisional=shift.after.provisional,
        met_on=shift.duty.met_on,
        late=shift.late,
        statutory=shift.duty.rule.statutory,
    )


def facts_of(shift: Shift, source: str) -> dict[str, object]:
    """What the record's history keeps of a change; `source`: the number of the notice."""
    return {
        "number": shift.record.number,
        "duty": shift.duty.code,
        "before": shift.duty.due.isoformat(),
        "was_provisional": shift.duty.provisional,
        "after": shift.after.due.isoformat(),
        "provisional": shift.after.provisional,
        "source": source,
    }


def words_of_shift(desk: Desk, kind: Kind, event: Event) -> dict[str, str]:
    """The words by which a history tells such a change; none for any other event."""
    if event.name != RECOUNTED:
        return {}
    facts = event.facts
    before, was = facts["before"], facts["was_provisional"]
    return {
        "title": kind.rule(str(facts["duty"])).title,
        "before": _day_told(desk, before, provisional=bool(was)),
        "after": _day_told(desk, facts["after"], provisional=bool(facts["provisional"])),
    }


def _day_told(desk: Desk, day: object, *, provisional: bool) -> str:
    at = date.fromisoformat(str(day))
    told = f"{at.year}年{format_short(at)}"
    return desk.texts.label("provisional_day").format(day=told) if provisional else told
