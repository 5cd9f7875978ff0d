"""A kind of record as it is declared, and the registry of kinds.

Whatever the bot does with a record reads a `Kind` (DESIGN §1.1); the kinds themselves are
the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.entries import Entry, Number, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.kinds.lifecycle import FILE, Party, party_of
from bot.domain.numbers import NumberKind
from bot.domain.people import ON_DUTY
from bot.domain.records import day_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from bot.domain.kinds.lifecycle import DutyRule, Matter, Move, State
    from bot.domain.people import Actor, Side
    from bot.domain.records import Record, Value


class Fields(BaseModel):
    """The frozen model of a kind's fields; each is optional here and carries an `Entry`.

    What is required depends on the move, so the life-cycle says it, not the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


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
    days_in_order: tuple[tuple[str, str], ...] = ()
    """Of two fields with a day, which cannot be before which: (the earlier, the later)."""
    agreement: Callable[[Mapping[str, Value]], None] = agree
    """Raises `DomainError` where its fields contradict each other otherwise."""
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

    def consistent(self, data: Mapping[str, Value]) -> None:
        """Raise `DomainError` where the fields of a record contradict each other."""
        for names in self.days_in_order:
            before, after = (day_in(data, name) for name in names)
            if before and after and after < before:
                earlier, later = (self.entries[name].title for name in names)
                raise DomainError("wrong_order", earlier=(earlier, before), later=(later, after))
        self.agreement(data)

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
        if actor.role not in ON_DUTY or actor.standing is None:
            return False
        if move.who is Party.SUBMITTER:
            return record.submitter == actor.person_id
        return actor.organ == party_of(record, move.who)


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
