"""The words in which a life-cycle is declared: parties, states, steps, duties.

Who may take which step when, and what it starts and ends. See `bot.domain.kinds.kind`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from bot.domain.records import Duty, Record, Value

FILE = "file"
"""The move with which every record begins."""


class Party(StrEnum):
    """Whoever a record calls upon: one of its two organs, or the person who filed it."""

    SENDER = "sender"
    RECEIVER = "receiver"
    SUBMITTER = "submitter"


def party_of(record: Record, party: Party) -> str:
    """The code of the organ that `party` stands for on this record."""
    return record.receiver if party is Party.RECEIVER else record.sender


@dataclass(frozen=True, slots=True)
class State:
    """A state of the life-cycle, who holds the matter in it, and what comes next."""

    code: str
    title: str
    holder: Party | None
    """Whose turn it is; None when nobody's."""
    next_step: str
    while_owing: tuple[tuple[str, str], ...] = ()
    """What comes next instead, as long as a duty of that code is open."""
    closed: bool = False
    void: bool = False
    """The record counts as if it had never been filed."""

    def next_of(self, owed: Collection[Duty]) -> str:
        """What comes next, given what is owed."""
        codes = {duty.code for duty in owed}
        return next((step for code, step in self.while_owing if code in codes), self.next_step)


@dataclass(frozen=True, slots=True)
class Matter:
    """A record with what is owed on it, on a day: what a step may depend on."""

    record: Record
    owed: tuple[Duty, ...]
    """Its open duties, the one that is due first before the others."""
    today: date
    taken: Mapping[str, int] = field(default_factory=dict)
    """Of the steps that the kind recalls, the event with which each was taken last."""

    def last(self, *codes: str) -> int:
        """The event of the last of these steps; 0 if none was taken."""
        return max((self.taken.get(code, 0) for code in codes), default=0)

    def owes(self, *codes: str) -> bool:
        """Tell whether one of these duties is open."""
        return any(duty.code in codes for duty in self.owed)

    def late(self, *codes: str) -> bool:
        """Tell whether one of these duties is open and its last day has passed."""
        return any(duty.code in codes and duty.due < self.today for duty in self.owed)


def always(matter: Matter) -> bool:
    """Whatever the matter."""
    return True


def while_owed(code: str) -> Callable[[Matter], bool]:
    """As long as a duty is open."""
    return lambda matter: matter.owes(code)


def unless_owed(code: str) -> Callable[[Matter], bool]:
    """As long as a duty is not open."""
    return lambda matter: not matter.owes(code)


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the life-cycle, taken by a party, needing some fields."""

    code: str
    title: str
    """As the button says it."""
    before: frozenset[str]
    after: str
    """"": the record stays in the state it is in."""
    who: Party
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """Fields that it asks for too, each of which may be skipped."""
    aside: bool = False
    """So rare that it is offered in private only, beside the content."""
    when: Callable[[Matter], bool] = always
    """On what else it depends, besides the state."""
    copies: tuple[tuple[str, str], ...] = ()
    """Fields that it fills in with what another field says: (to, from)."""
    takes_back: str = ""
    """The step that it undoes: the record goes back to the state in which that one was taken."""
    clears: tuple[str, ...] = ()
    """Fields that it empties; what they said stays in the history."""
    approval: bool = False
    """Only a proposal, until the leader of the organ approves it."""
    renews: bool = False
    """A new record of the kind takes its place: its form is opened with what this one says."""
    tells: bool = False
    """The other organ is told in private, though it is not its turn."""
    noted: str = ""
    """As cards and histories call it once taken; "": as the button says it."""

    @property
    def name(self) -> str:
        """What it is called once it is taken."""
        return self.noted or self.title

    def lands(self, state: str) -> str:
        """The state it leads to from one."""
        return self.after or state


def no_choice(data: Mapping[str, Value]) -> str:
    """No other one."""
    return ""


def no_matter_what(data: Mapping[str, Value]) -> bool:
    """Whatever the record says."""
    return True


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A duty that some moves start and others end, with its period and its clause."""

    code: str
    title: str
    """What is owed."""
    period: str
    """Code of the period in `bot.domain.periods`."""
    debtor: Party
    creditor: Party
    starts: frozenset[str]
    """Each of these steps starts it; what was still open of it is replaced."""
    ends: frozenset[str]
    """Each of these steps meets it."""
    clause: str
    """The clause of the notice that it rests on."""
    clause_instead: Callable[[Mapping[str, Value]], str] = no_choice
    """Another clause, where the record's content chooses one."""
    drops: frozenset[str] = frozenset()
    """Each of these steps ends it without its being met."""
    since: tuple[str, ...] = ()
    """The fields with the day that starts it, of which the earliest counts; (): the step's day."""
    dated_by: frozenset[str] = frozenset()
    """Each of these steps tells one of those days later on: the duty is counted anew by it."""
    reopened_by: frozenset[str] = frozenset()
    """Each of these steps finds that it was not met: it is owed by the same date again."""
    met_on: str = ""
    """The field with the day on which it was met, where the step asks for it; else its own day."""
    named: str = ""
    """The field with the last day, where the paper names one."""
    length: str = ""
    """The field with the number of days, where the paper sets it."""
    estimate: tuple[str, ...] = ()
    """The fields from which its end is estimated before it has started: the first known."""
    awaits: str = ""
    """What has to happen before it starts, as a card says it beside the estimate."""
    instead: Callable[[Mapping[str, Value]], str] = no_choice
    """The code of another period, where the record's content chooses one."""
    owed: Callable[[Mapping[str, Value]], bool] = no_matter_what
    """Whether it is owed at all, by the record's content."""
    chosen_by: tuple[str, ...] = ()
    """The fields that `instead` and `owed` look at."""

    def period_of(self, data: Mapping[str, Value]) -> str:
        """The code of the period that a record's content chooses."""
        return self.instead(data) or self.period

    def clause_of(self, data: Mapping[str, Value]) -> str:
        """The clause that a record's content chooses."""
        return self.clause_instead(data) or self.clause

    @property
    def moved_by(self) -> frozenset[str]:
        """The fields whose correction may move its dates."""
        fields = (*self.since, *self.chosen_by, self.named, self.length, self.met_on)
        return frozenset(filter(None, fields))
