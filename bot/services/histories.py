"""Who writes into a record's history besides taking steps, and who reads which entries of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.people import Action
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Event, Record
    from bot.services.desk import Desk

SIDE = "side"
"""The fact of an entry that stays within one side: which side that is."""
CORRECTED = "corrected"
"""The event of a correction; its facts name the fields."""


def suppliers(kind: Kind, events: Iterable[Event]) -> dict[str, str]:
    """Whose word each field is: the organ's that gave it last, by a step or a correction.

    What nobody has given yet, and might have been said when the record was filed, is the filer's.
    """
    given: dict[str, str] = {}
    for event in events:
        corrected: object = event.facts["fields"] if event.name == CORRECTED else ()
        names = corrected if isinstance(corrected, list) else kind.gives(event.name)
        given |= dict.fromkeys(names, str(event.facts.get("organ", "")))
    return given


def readable(events: Iterable[Event], reader: Actor | None = None) -> list[Event]:
    """Those entries that a reader may know of; without a reader, those that everybody may."""
    side = reader.standing.side if reader and reader.standing else None
    return [event for event in events if event.facts.get(SIDE) in {None, side}]


def is_party(actor: Actor, record: Record) -> bool:
    """Tell whether somebody is on duty for one of the two organs, closed or not."""
    return actor.may(Action.MOVE, record) and actor.organ in (record.sender, record.receiver)


def may_amend(desk: Desk, actor: Actor, record: Record) -> bool:
    """Tell whether somebody may write: the two organs' liaisons, until the record is closed."""
    state = desk.books.kinds[record.kind].state(record.state)
    return is_party(actor, record) and not state.closed


def require_amendable(desk: Desk, actor: Actor, record: Record) -> None:
    """Raise what says why, unless `may_amend`."""
    actor.require(Action.MOVE, record)
    if not may_amend(desk, actor, record):
        raise DomainError("not_to_amend", number=record.number)


def require_party(actor: Actor, record: Record) -> None:
    """Raise what says why, unless `is_party`."""
    actor.require(Action.MOVE, record)
    if not is_party(actor, record):
        raise DomainError("not_to_amend", number=record.number)


def other_party(record: Record, actor: Actor) -> str:
    """The code of the other one of the record's two organs."""
    return record.receiver if actor.organ == record.sender else record.sender


async def note_step(
    desk: Desk,
    actor: Actor,
    record: Record,
    name: str,
    facts: Mapping[str, object],
    content: Mapping[str, object] | None = None,
) -> Event:
    """Write what an organ did into a record's history; `content` is case text, if any."""
    facts = {**facts, "number": record.number, "version": record.version, "organ": actor.organ}
    return await desk.tx.events.append(
        stream_of(record.id),
        name,
        facts,
        actor=actor.person_id,
        now=desk.now,
        content=content or None,
    )


async def note_within_side(
    desk: Desk,
    actor: Actor,
    record: Record,
    name: str,
    facts: Mapping[str, object],
    content: Mapping[str, object],
) -> None:
    """Write into a record's history what only the actor's side reads (`readable`)."""
    side = desk.office.organ(actor.organ).side
    await note_step(desk, actor, record, name, {SIDE: side.value, **facts}, content)
