"""Who has signed for a record and who has read it, organ by organ; and who has not yet.

The receiver signs by its step. An organ that neither sends nor receives the record, but
whose business it is as well, such as the forest chief's office on a forest lead, says that it has
read it: a note in the history, which moves nothing and owes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.people import Action

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Event, Record
    from bot.services.desk import Desk

ACKNOWLEDGED = "acknowledged"
"""The event with which an organ says that it has read a record."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether an organ has signed for a record, or read it, and when."""

    organ: str
    """Its code."""
    signs: bool
    """It signs for the record; the others only read it."""
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One organ of the line about signatures on a card: its name, and when, where that is told."""

    organ: str
    at: datetime | None


def signatures(
    desk: Desk, kind: Kind, record: Record, events: Iterable[Event]
) -> tuple[Signature, ...]:
    """Where every organ stands that is to sign for a record or to read it, the receiver first.

    Of a closed record, only those who did; none for a kind that nobody signs for.
    """
    if not kind.signature:
        return ()
    when: dict[str, datetime] = {}
    for event in events:
        if event.name in {kind.signature, ACKNOWLEDGED}:
            when.setdefault(str(event.facts["organ"]), event.at)
    organs = (record.receiver, *bystanders(desk, record))
    found = [Signature(organ, organ == record.receiver, when.get(organ)) for organ in organs]
    closed = kind.state(record.state).closed
    return tuple(signature for signature in found if signature.at or not closed)


def receipts(desk: Desk, found: Iterable[Signature]) -> dict[str, list[Receipt]]:
    """The organs by what they have done or not, with the time only while somebody is missing."""
    found = tuple(found)
    complete = all(one.at for one in found)
    told: dict[str, list[Receipt]] = {}
    for one in found:
        done, missing = ("signed", "unsigned") if one.signs else ("read", "unread")
        organ = desk.office.organ(one.organ).short
        receipt = Receipt(organ, None if complete else one.at)
        told.setdefault(done if one.at else missing, []).append(receipt)
    return told


def bystanders(desk: Desk, record: Record) -> tuple[str, ...]:
    """The organs of a record's district whose business it is without being a party to it."""
    district = desk.office.district(record.district)
    organs = dict.fromkeys(district.organ(side) for side in record.sides)
    return tuple(sorted(organs.keys() - {record.sender, record.receiver}))


async def may_acknowledge(desk: Desk, actor: Actor, record: Record) -> bool:
    """Tell whether somebody's organ has still to say, through them, that it has read a record."""
    if not actor.may(Action.MOVE, record) or actor.organ not in bystanders(desk, record):
        return False
    return actor.organ in await unread_of(desk, record)


async def unread_of(desk: Desk, record: Record) -> frozenset[str]:
    """The organs that have still to read a record."""
    kind = desk.books.kinds[record.kind]
    events = await desk.tx.events.of_record(record.id)
    found = signatures(desk, kind, record, events)
    return frozenset(one.organ for one in found if not one.signs and one.at is None)
