"""The words in which a kind of record is declared: fields, states, moves, duties.

Whatever the bot does with a record reads a `Kind` (DESIGN §1.1); the kinds themselves are
the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.entries import Entry, Number, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.numbers import NumberKind
from bot.domain.people import Role, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from bot.domain.people import Actor
    from bot.domain.records import Duty, Record, Value


class Party(StrEnum):
    """Whoever a record calls upon: one of its two organs, or the person who filed it."""

    SENDER = "sender"
    RECEIVER = "receiver"
    SUBMITTER = "submitter"


class Fields(BaseModel):
    """The frozen model of a kind's fields; each is optional here and carries an `Entry`.

    What is required depends on the move, so the life-cycle says it, not the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


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
    roles: frozenset[Role] = frozenset({Role.LIAISON, Role.DEPUTY})
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
    """No other period."""
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

    @property
    def moved_by(self) -> frozenset[str]:
        """The fields whose correction may move its dates."""
        fields = (*self.since, *self.chosen_by, self.named, self.length, self.met_on)
        return frozenset(filter(None, fields))


FILE = "file"
"""The move with which every record begins."""


def nothing_more(data: Mapping[str, Value]) -> tuple[str, ...]:
    """No field besides those always required."""
    return ()


def agree(data: Mapping[str, Value]) -> None:
    """Whatever the fields say, they do not contradict each other."""


def nothing_else(record: Record) -> Mapping[str, Value | None]:
    """The same as the record before it."""
    return {}


def no_other_side(data: Mapping[str, Value]) -> frozenset[Side]:
    """Only the sender's and the receiver's business."""
    return frozenset()


@dataclass(frozen=True)
class Kind:
    """One kind of record, declared once; all the generic code reads it from here."""

    code: str
    title: str
    """The word for it, which also begins its numbers: 线索〔2026〕12号."""
    command: str
    """The chat command that files one."""
    words: tuple[str, ...]
    """What a message may begin with instead of the command."""
    fields: type[Fields]
    required: tuple[str, ...]
    """What must be known before it can be filed."""
    rest: str
    """The text field that takes what no other field of a line claims."""
    from_sides: frozenset[Side]
    """The sides that may file one."""
    to_side: Side
    """The side it is handed to."""
    states: tuple[State, ...]
    first: str
    """The state it is filed into."""
    moves: tuple[Move, ...]
    filing: str = "登记移送"
    """What filing one is called in its history."""
    filed: str = "已登记并移送"
    """What whoever filed one is told."""
    guided: tuple[str, ...] = ()
    """What else is asked of somebody who gave no line; each question may be skipped."""
    teller: str = ""
    """The field that names whose message the record was made from."""
    undo: str = ""
    """The step by which whoever filed one may take it back within some minutes."""
    alike: tuple[str, ...] = ()
    """The fields, besides its numbers, by which two records may be about the same matter."""
    example: str = ""
    """One line that files one, as /help shows it; `Office.illustrate` fills in the places."""
    duties: tuple[DutyRule, ...] = ()
    recalls: frozenset[str] = frozenset()
    """The steps whose order `when` of some other step looks at."""
    signature: str = ""
    """Code of the move with which the receiver signs for it; "": nobody does."""
    wonders: Callable[[Mapping[str, Value]], tuple[str, ...]] = nothing_more
    """What else is asked, and may be skipped, given what it says so far."""
    demands: Callable[[Mapping[str, Value]], tuple[str, ...]] = nothing_more
    """What else must be known before it can be filed, given what it says so far."""
    consistent: Callable[[Mapping[str, Value]], None] = agree
    """Raises `DomainError` where its fields contradict each other."""
    renewal: Callable[[Record], Mapping[str, Value | None]] = nothing_else
    """What the record that takes another's place says otherwise; None: it is asked for anew."""
    also_concerns: Callable[[Mapping[str, Value]], frozenset[Side]] = no_other_side
    """The sides, besides the two it passes between, whose business its content makes it."""

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Every field's declaration, in the model's order."""
        return {
            name: next(item for item in info.metadata if isinstance(item, Entry))
            for name, info in self.fields.model_fields.items()
        }

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The fields a new record may fill: all but those that a later move asks for."""
        asked = {name for move in self.moves for name in (*move.needs, *move.asks)}
        copied = {name for move in self.moves for name, _ in move.copies}
        later = (asked | copied) - set(self.required)
        return tuple(name for name in self.entries if name not in later)

    @cached_property
    def lasting(self) -> tuple[str, ...]:
        """The fields that may be corrected but not emptied: filing or a step has asked for them."""
        return tuple(n for n in self.entries if n in self.required or n not in self.offered)

    @cached_property
    def numbered(self) -> tuple[str, ...]:
        """The fields with a paper's or a court's number: the record is found under it too."""
        return tuple(
            name
            for name, entry in self.entries.items()
            if isinstance(entry.holds, Number) and NumberKind.SYSTEM not in entry.holds.kinds
        )

    @cached_property
    def personal(self) -> frozenset[str]:
        """The fields in free words: anybody may be named there, so they are not kept for ever."""
        return frozenset(n for n, entry in self.entries.items() if isinstance(entry.holds, Text))

    def gives(self, step: str) -> tuple[str, ...]:
        """The fields that whoever takes a step gives their word for."""
        if step == FILE:
            return self.offered
        move = next((move for move in self.moves if move.code == step), None)
        return (*move.needs, *move.asks, *(name for name, _ in move.copies)) if move else ()

    def state(self, code: str) -> State:
        """The state of that code."""
        return next(state for state in self.states if state.code == code)

    def move(self, code: str) -> Move:
        """The move of that code; raises `DomainError("unknown_button")`."""
        for move in self.moves:
            if move.code == code:
                return move
        raise DomainError("unknown_button")

    @cached_property
    def reserved(self) -> frozenset[str]:
        """The moves that the leader of the organ has to approve."""
        return frozenset(move.code for move in self.moves if move.approval)

    @cached_property
    def renewing(self) -> frozenset[str]:
        """The moves after which a new record takes the place of the old one."""
        return frozenset(move.code for move in self.moves if move.renews)

    def rule(self, code: str) -> DutyRule:
        """The rule of a duty's code."""
        return next(rule for rule in self.duties if rule.code == code)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that may be taken in a state, in the order declared."""
        return tuple(move for move in self.moves if state in move.before)

    def moves_now(self, matter: Matter) -> tuple[Move, ...]:
        """The moves that may be taken as things stand, by whomever."""
        return tuple(move for move in self.moves if self.is_time(move, matter))

    def missing(self, data: Mapping[str, Value], needs: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `needs` that `data` does not have yet."""
        return tuple(name for name in needs if name not in data)

    def check(self, data: Mapping[str, Value]) -> dict[str, Value]:
        """Validate fields; returns them as plain JSON, in the model's order, without blanks.

        Raises `DomainError("bad_field")` naming the field's title.
        """
        for name, value in data.items():
            holds = self.entries[name].holds if name in self.entries else None
            if isinstance(holds, OneOf) and not holds.knows(value):
                raise DomainError("bad_field", title=self.entries[name].title)
        try:
            model = self.fields.model_validate(dict(data))
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            title = self.entries[name].title if name in self.entries else name
            raise DomainError("bad_field", title=title) from error
        return model.model_dump(mode="json", exclude_none=True)

    def show(self, name: str, value: Value) -> str:
        """A field's value as people read it."""
        return self.entries[name].holds.show(value)

    def visible(self, data: Mapping[str, Value], sight: frozenset[Sight]) -> dict[str, str]:
        """Title → shown value of the filled fields that a reader of `sight` may see."""
        return {
            entry.title: self.show(name, data[name])
            for name, entry in self.entries.items()
            if name in data and entry.sight in sight
        }

    def tells(self, names: Iterable[str], sight: Collection[Sight]) -> bool:
        """Tell whether a reader of `sight` may see all of some fields."""
        return all(self.entries[name].sight in sight for name in names)

    def open_to(self, move: Move, matter: Matter, actor: Actor) -> bool:
        """Tell whether this person may take a move now."""
        return self.is_time(move, matter) and self.falls_to(move, matter.record, actor)

    def is_time(self, move: Move, matter: Matter) -> bool:
        """Tell whether a move may be taken as things stand."""
        return matter.record.state in move.before and move.when(matter)

    def falls_to(self, move: Move, record: Record, actor: Actor) -> bool:
        """Tell whether a move is this person's to take, by role and organ, once it is time."""
        if actor.role not in move.roles or actor.standing is None:
            return False
        if move.who is Party.SUBMITTER:
            return record.submitter == actor.person_id
        return actor.organ == party_of(record, move.who)


def party_of(record: Record, party: Party) -> str:
    """The code of the organ that `party` stands for on this record."""
    return record.receiver if party is Party.RECEIVER else record.sender


@dataclass(frozen=True)
class Kinds:
    """The registry: an explicit, ordered list of the kinds this bot knows."""

    all: tuple[Kind, ...]

    def __getitem__(self, code: str) -> Kind:
        return next(kind for kind in self.all if kind.code == code)

    @property
    def closed(self) -> tuple[tuple[str, str], ...]:
        """Every kind's closed states."""
        return tuple((k.code, state.code) for k in self.all for state in k.states if state.closed)

    @property
    def steps(self) -> frozenset[str]:
        """The names of the events with which any record begins or moves."""
        return frozenset({FILE, *(move.code for kind in self.all for move in kind.moves)})

    @property
    def titles(self) -> tuple[str, ...]:
        """The words that our own numbers begin with."""
        return tuple(kind.title for kind in self.all)
