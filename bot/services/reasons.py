"""What a record's dates rest on: how each duty went on, and who said from which day it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.kinds.lifecycle import FILE
from bot.domain.records import Outcome, day_in
from bot.services.histories import CORRECTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import DutyRule
    from bot.domain.records import Duty, Event, Record


@dataclass(frozen=True, slots=True)
class Course:
    """One duty from its beginning through every count: the last row is the one that counts."""

    rule: DutyRule
    rows: tuple[Duty, ...]

    @property
    def last(self) -> Duty:
        """The duty as it stands, or as it ended."""
        return self.rows[-1]

    @property
    def ended_by(self) -> int | None:
        """The event that met or ended it, however often it was counted anew since.

        A row that was only counted anew is opened and met by one and the same event.
        """
        if not self.last.met_on:
            return self.last.closed_by
        met = [row for row in self.rows if row.outcome is Outcome.MET]
        step = next((row for row in reversed(met) if row.closed_by != row.opened_by), met[0])
        return step.closed_by

    @property
    def changes(self) -> list[tuple[Duty, Duty]]:
        """Each row that was replaced, with the row that took its place."""
        return [*zip(self.rows, self.rows[1:], strict=False)]


def courses_of(kind: Kind, duties: Iterable[Duty], events: Mapping[int, Event]) -> list[Course]:
    """Put the rows of a record's duties together, the oldest first.

    A row goes on with the one before when it took its place, or was opened by what begins no
    duty of its sort: a correction, or a new schedule of rest days.
    """
    found: list[list[Duty]] = []
    newest: dict[str, list[Duty]] = {}
    for duty in duties:
        rows = newest.get(duty.code)
        begins = events[duty.opened_by].name in kind.rule(duty.code).starts
        if rows and (rows[-1].closed_by == duty.opened_by or not begins):
            rows.append(duty)
        else:
            newest[duty.code] = [duty]
            found.append(newest[duty.code])
    return [Course(kind.rule(rows[0].code), tuple(rows)) for rows in found]


@dataclass(frozen=True, slots=True)
class Key:
    """A day from which a period counts, as one party has it."""

    title: str
    day: date
    how: str
    """entered, confirmed (what the other party had entered), or corrected."""
    event: Event


def keys_of(
    kind: Kind, record: Record, names: Iterable[str], events: Collection[Event]
) -> list[Key]:
    """Who last said what of the days from which a duty counts, as far as they are known."""
    found = []
    for name in names:
        ways = ((event, _way(kind, event, name)) for event in reversed([*events]))
        event, how = next(((event, how) for event, how in ways if how), (None, ""))
        if event is not None and (day := day_in(record.data, name)):
            found.append(Key(kind.entries[name].title, day, how, event))
    return found


def _way(kind: Kind, event: Event, name: str) -> str:
    """In which way an event gave a field its value; "": it did not."""
    if event.name == CORRECTED:
        fields: object = event.facts["fields"]
        return "corrected" if isinstance(fields, list) and name in fields else ""
    if event.name == FILE:
        return "entered" if name in kind.offered else ""
    move = next((move for move in kind.moves if move.code == event.name), None)
    if move is None:
        return ""
    if name in (*move.needs, *move.asks):
        return "entered"
    return "confirmed" if name in dict(move.copies) else ""


def particulars_of(
    kind: Kind, record: Record, names: Collection[str], events: Iterable[Event]
) -> dict[str, str]:
    """What else was said when such a day was entered: how a paper was handed over, who signed."""
    taken = {event.name for event in events}
    moves = (move for move in kind.moves if move.code in taken)
    asked = [name for move in moves if set(names) & set(move.needs) for name in move.needs]
    return {
        kind.entries[name].title: kind.show(name, record.data[name])
        for name in asked
        if name in record.data and name not in names
    }
