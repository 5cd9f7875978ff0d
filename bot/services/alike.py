"""Look-alikes: records that may be about the same matter as one about to be filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.facets import Facet, Sort, plain
from bot.domain.numbers import parse_number
from bot.domain.people import Action, Place
from bot.services.cards import belongs
from bot.services.search import scope_of
from bot.storage.search import Wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Record, Value
    from bot.services.desk import Desk

LATELY = timedelta(days=90)
"""A party named longer ago than this is no sign of the same matter; a number always is."""
SHOWN = 3
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Alike:
    """One record that may be the same, and by what; nothing a group may not see."""

    record_id: int
    number: str
    state: str
    title: str
    """Of the field that is the same in both."""


async def find_alike(desk: Desk, actor: Actor, draft: Draft) -> list[Alike]:
    """The records in sight that share a number with a draft, or lately a party, newest first."""
    kind = desk.books.kinds[draft.kind]
    place = Place(draft.chat_id, draft.thread_id, private=draft.private)
    found: dict[int, Alike] = {}
    async for name, record in _candidates(desk, actor, kind, place, draft.data):
        state = kind.state(record.state) if record.kind == kind.code else None
        if state is None or state.void or record.id in found:
            continue
        if actor.may(Action.SEE_CARD, record) and await _may_be_named(desk, record, place):
            title = kind.entries[name].title
            found[record.id] = Alike(record.id, record.number, state.title, title)
    return [found[record_id] for record_id in sorted(found, reverse=True)][:SHOWN]


async def _candidates(
    desk: Desk, actor: Actor, kind: Kind, place: Place, data: Mapping[str, Value]
) -> AsyncIterator[tuple[str, Record]]:
    """Each with the field by which it may be the same."""
    for name in kind.numbered:
        number = parse_number(str(data.get(name, "")))
        for record in await desk.tx.records.by_key(number.key()) if number else []:
            yield name, record
    for name in kind.alike:
        for record in await _saying(desk, actor, kind, place, str(data.get(name, ""))):
            lately = desk.now - record.created_at <= LATELY
            same = record.data.get(name) == data[name]
            if lately and same and record.district == data.get("district"):
                yield name, record


async def _saying(
    desk: Desk, actor: Actor, kind: Kind, place: Place, words: str
) -> tuple[Record, ...]:
    """The newest records of a kind that hold these words."""
    if len(plain(words)) <= 1:
        return ()
    scope = await scope_of(desk, actor, place)
    wanted = Wanted(scope, (frozenset({Facet(Sort.KIND, kind.code)}),), (plain(words),))
    return (await desk.tx.search.find(wanted, skip=0, limit=LOOKED_AT)).records


async def _may_be_named(desk: Desk, record: Record, place: Place) -> bool:
    """Tell whether a record's number may be said where the draft is filled in."""
    if place.private:
        return True
    chat = await desk.tx.chats.at(place.chat_id, place.thread_id)
    return chat is not None and belongs(desk, chat, record)
