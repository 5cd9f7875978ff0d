"""The rows the ledger is made of, as values: record, draft, duty, event."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain.people import Side
    from bot.domain.periods import Period, Stretch

Value: TypeAlias = str | int
"""What a field holds once written: plain JSON. An empty field is absent."""


def day_in(data: Mapping[str, Value], name: str) -> date | None:
    """The day that a field holds; None where it is empty."""
    return date.fromisoformat(str(data[name])) if data.get(name) else None


@dataclass(frozen=True, slots=True)
class Record:
    """One matter of any kind: the common columns of BRIEF §2 and the kind's own fields."""

    id: int
    kind: str
    number: str
    district: str
    sender: str
    """Code of the organ that filed it."""
    receiver: str
    """Code of the organ it was handed to."""
    sides: frozenset[Side]
    """The sides whose business it is; others do not see it."""
    submitter: int
    """The person who filed it."""
    state: str
    version: int
    data: Mapping[str, Value]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record about to be written, before the ledger gives it an id."""

    kind: str
    number: str
    district: str
    sender: str
    receiver: str
    sides: frozenset[Side]
    submitter: int
    state: str
    data: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form being filled in: a new record, or what a move on a record needs."""

    id: int
    kind: str
    person_id: int
    chat_id: int
    thread_id: int
    private: bool
    """It is filled in where nobody else reads."""
    move: str
    """The move it prepares, or "" for a new record."""
    record_id: int | None
    record_version: int | None
    asking: str
    """The field whose answer is awaited, or ""."""
    data: Mapping[str, Value] = field(default_factory=dict)
    to_ask: tuple[str, ...] = ()
    """What it can do without, but will still ask for unless that is skipped."""
    expires_at: datetime | None = None
    """When it is thrown away; None before it is kept."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A message from which fields of a draft were read, and so of the record it became."""

    chat_id: int
    message_id: int
    person_id: int
    """Who wrote it."""
    draft_id: int | None
    record_id: int | None
    asked: str
    """The field it answered; "" if it is the line that the draft began with."""
    fields: frozenset[str]
    """The fields that it gave, and nothing later has given again."""


class Outcome(StrEnum):
    """How a duty ended."""

    MET = "met"
    DROPPED = "dropped"
    """It is owed no more, though nobody met it."""
    REPLACED = "replaced"
    """A row with other dates, or a later step's, took its place."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody owes somebody something by a date: the row every clock is made of."""

    id: int
    record_id: int
    code: str
    """Which of the kind's duties it is."""
    debtor: str
    creditor: str
    rule: Period
    """The period as it was in force when the duty began; a later edition does not touch it."""
    start: date
    nominal: date
    due: date
    provisional: bool
    calendar_version: str
    shown: Stretch
    """What the record's standing cards say of it."""
    opened_by: int
    """The event that began it, or that counted it anew."""
    closed_by: int | None = None
    """The event that met or ended it; None while it is open."""
    outcome: Outcome | None = None
    met_on: date | None = None
    """The day that counts as the one on which it was met."""
    stage: int = 0
    """The stage of the ladder that is to be reminded of next."""
    rung_at: datetime | None = None
    """When that is; None before it is planned."""
    plan: str = ""
    """By which hours, days and ladders it was planned; see `bot.services.planning`."""

    @property
    def late(self) -> int:
        """How many days after its last day it was met; 0 if in time, or not met."""
        return max(0, (self.met_on - self.due).days) if self.met_on else 0


@dataclass(frozen=True, slots=True)
class Nag:
    """One person is reminded, or is to be reminded, of one stage of one duty."""

    id: int
    duty_id: int
    stage: int
    person_id: int
    """`NOBODY` where nobody can be reached: the group is told, without details."""
    at: datetime
    """The hour for which it is meant; one put off by its reader is meant for a later one."""
    message: str = ""
    """The key of the message that says it; "" as long as it waits."""
    doubtful: bool = False
    """A message that was taken back to leave something else out may have arrived all the same."""
    told_in: str = ""
    """The key of the message that told of it last; it stays when the reader puts it off."""


NOBODY = 0
"""Stands for a person where there is none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step, complete, that waits for the approval of its organ's leader."""

    id: int
    record_id: int
    move: str
    data: Mapping[str, Value]
    """What the step needs."""
    organ: str
    proposed_by: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A record, or one of its dates, that one of its two organs does not agree with."""

    id: int
    record_id: int
    subject: str
    """The code of a duty, the name of a field with a date, or what means the whole record."""
    organ: str
    """Who raised it last."""
    raised_by: int
    """The event with which that was."""
    closed_by_sender: int | None = None
    """The event with which the sender called it settled."""
    closed_by_receiver: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history: what happened, chained to the entry before it."""

    id: int
    stream: str
    no: int
    at: datetime
    actor: int | None
    name: str
    body: str
    """Canonical JSON of the facts, the very characters the hash covers."""
    previous: str
    hash: str

    @property
    def facts(self) -> Mapping[str, Value]:
        """What the body says."""
        facts: Mapping[str, Value] = json.loads(self.body)
        return facts
