"""Fields that name a record of ours: which it may be, and what it leaves in that one's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.entries import Number
from bot.domain.errors import DomainError
from bot.domain.numbers import NumberKind, parse_number
from bot.domain.people import Action
from bot.services.cards import refresh_cards
from bot.services.histories import note_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.entries import Entry
    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Record, Value
    from bot.services.desk import Desk


async def check_references(
    desk: Desk,
    actor: Actor,
    entries: Mapping[str, Entry],
    data: Mapping[str, Value],
    own: int | None = None,
) -> None:
    """Refuse a field that names a record of ours which it cannot name.

    `own` is the id of the record that has the field, once there is one. Raises
    `no_such_record`, also for one out of the actor's sight, `wrong_kind_of_record` and
    `record_itself`.
    """
    for entry, holds, number in _naming(entries, data):
        named = await _named(desk, number)
        if named is None or not actor.may(Action.SEE_CARD, named):
            raise DomainError("no_such_record", title=entry.title, number=number)
        if named.kind not in holds.records:
            titles = [desk.books.kinds[code].title for code in holds.records]
            raise DomainError("wrong_kind_of_record", title=entry.title, titles=titles)
        if named.id == own:
            raise DomainError("record_itself", title=entry.title, number=number)


async def tell_named(
    desk: Desk, actor: Actor, kind: Kind, record: Record, data: Mapping[str, Value]
) -> None:
    """Note in the history of the records that `record` now names what has become of it."""
    for _, holds, number in _naming(kind.entries, data):
        named = await _named(desk, number)
        if holds.leaves and named is not None:
            await note_step(desk, actor, named, holds.leaves, {"named_by": record.number})
            await refresh_cards(desk, named)


def _naming(
    entries: Mapping[str, Entry], data: Mapping[str, Value]
) -> Iterator[tuple[Entry, Number, str]]:
    """The filled fields that name a record of ours, and the numbers they name it by."""
    for name, value in data.items():
        holds = entries[name].holds
        if isinstance(holds, Number) and NumberKind.SYSTEM in holds.kinds:
            yield entries[name], holds, str(value)


async def _named(desk: Desk, number: str) -> Record | None:
    parsed = parse_number(number, system_prefixes=desk.books.kinds.titles)
    found = await desk.tx.records.by_key(parsed.key()) if parsed else []
    return next((record for record in found if record.number == str(parsed)), None)
