"""What is said of a record after it was filed: corrections, additions, disputes, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.domain.errors import DomainError
from bot.services.approvals import DECLINED, PROPOSED
from bot.services.blanks import ADD, CORRECT, NOTE, REMOVED
from bot.services.cards import announce
from bot.services.clocks import correct_clocks
from bot.services.coming import require_since_step
from bot.services.disputes import DISPUTED
from bot.services.forms import blank_draft, keep, show_fields
from bot.services.histories import (
    CORRECTED,
    note_step,
    note_within_side,
    other_party,
    readable,
    require_amendable,
    suppliers,
)
from bot.services.ledger import sides_of
from bot.services.overtaken import close_other_forms, drop_moot_proposals
from bot.services.references import check_references, tell_named
from bot.services.search import index_record
from bot.services.ticking import tick_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor, Place
    from bot.domain.records import Draft, Event, Record, Value
    from bot.services.desk import Desk

ADDED, NOTED = "added", "noted"
"""The events."""


async def open_correction(desk: Desk, actor: Actor, record: Record, place: Place) -> Draft:
    """Begin a correction: the writer picks what is wrong; in private, for it shows content."""
    require_amendable(desk, actor, record)
    draft = await keep(desk, actor, blank_draft(actor, record.kind, place, CORRECT, record))
    await show_fields(desk, actor, draft)
    return draft


async def open_addition(
    desk: Desk, actor: Actor, record: Record, place: Place, said: Mapping[str, Value] | None = None
) -> Draft:
    """Begin an addition, perhaps with what is already `said`; in private, for it is content."""
    require_amendable(desk, actor, record)
    blank = blank_draft(actor, record.kind, place, ADD, record)
    return await keep(desk, actor, replace(blank, data=said or {}))


async def open_note(desk: Desk, actor: Actor, record: Record, place: Place) -> Draft:
    """Begin an internal note; in private, for nobody else may know that there is one."""
    require_amendable(desk, actor, record)
    return await keep(desk, actor, blank_draft(actor, record.kind, place, NOTE, record))


async def correct_record(
    desk: Desk,
    actor: Actor,
    record: Record,
    changes: Mapping[str, Value],
    why: str,
    *,
    version: int,
) -> Record:
    """Change what one's own organ has said of a record; before, after and why go into its history.

    Raises `came_second` when it has changed since, `nothing_to_correct` when all would stay as it
    is, `not_your_move` for what another organ has said.
    """
    kind = desk.books.kinds[record.kind]
    require_amendable(desk, actor, record)
    if record.version != version:
        raise DomainError("came_second", number=record.number)
    given = kind.check({name: value for name, value in changes.items() if value != REMOVED})
    after = {n: given.get(n, REMOVED) for n in changes if given.get(n) != record.data.get(n)}
    if not after:
        raise DomainError("nothing_to_correct", number=record.number)
    whose = suppliers(kind, await desk.tx.events.of_record(record.id))
    if any(whose.get(name) != actor.organ for name in after):
        title = desk.texts.label("correct")
        raise DomainError("not_your_move", title=title, number=record.number)
    named = {name: value for name, value in after.items() if value != REMOVED}
    await require_since_step(desk, kind, record, named)
    await check_references(desk, actor, kind.entries, named, record.id)
    kept = {name: value for name, value in record.data.items() if name not in after}
    data = {**kept, **named}
    gone = kind.missing(data, _demanded(kind, record, data))
    if gone:
        raise DomainError("still_missing", titles=[kind.entries[n].title for n in gone])
    kind.consistent(data)
    changed = replace(record, data=data, sides=sides_of(desk, kind, record, data))
    saved = await desk.tx.records.save(changed, desk.now)
    await index_record(desk, kind, saved)
    before = {name: record.data[name] for name in after if name in record.data}
    content: dict[str, object] = {"before": before, "after": after, "why": why}
    facts = {"fields": sorted(after)}
    event = await note_step(desk, actor, saved, CORRECTED, facts, content)
    await correct_clocks(desk, kind, saved, after, event)
    await close_other_forms(desk, saved)
    await drop_moot_proposals(desk, kind, saved)
    await announce(desk, kind, saved, event, call=other_party(saved, actor))
    await tick_off(desk, [saved.id])
    await tell_named(desk, actor, kind, saved, named)
    return saved


def _demanded(kind: Kind, record: Record, data: Mapping[str, Value]) -> tuple[str, ...]:
    """What must be there after a correction: what was there, or what it makes necessary itself.

    A record filed before a field was asked for can do without it as it always did.
    """
    lasting = (name for name in kind.lasting if name in record.data)
    could_do_without = {n for n in kind.demands(record.data) if n not in record.data}
    return (*lasting, *(n for n in kind.demands(data) if n not in could_do_without))


async def add_to_record(desk: Desk, actor: Actor, record: Record, words: str) -> None:
    """Add something learned later to a record's history, and tell the other organ."""
    require_amendable(desk, actor, record)
    event = await note_step(desk, actor, record, ADDED, {}, {"addition": words})
    kind = desk.books.kinds[record.kind]
    await announce(desk, kind, record, event, call=other_party(record, actor))


async def note_within(desk: Desk, actor: Actor, record: Record, words: str) -> None:
    """Add something for one's own side only: no card changes, and nobody is told."""
    require_amendable(desk, actor, record)
    await note_within_side(desk, actor, record, NOTED, {}, {"note": words})


@dataclass(frozen=True, slots=True)
class Amendment:
    """One correction, addition, dispute or note as it is read in private."""

    event: Event
    changes: tuple[tuple[str, str, str], ...] = ()
    """Title, before, after of every field that a correction changed; "" for nothing."""
    words: str = ""
    """Why it was corrected, what was added or noted, what is disputed about it."""


_WORDS = {ADDED: "addition", DISPUTED: "dispute", NOTED: "note", DECLINED: "why"}
"""Under which name the content of an event keeps its words."""


async def amendments_of(
    desk: Desk, kind: Kind, events: list[Event], reader: Actor | None = None
) -> list[Amendment]:
    """What a reader may know of what was said since, as far as its content is still kept."""
    known = readable(events, reader)
    amended = [event for event in known if event.name in {CORRECTED, PROPOSED, *_WORDS}]
    contents = await desk.tx.events.contents([event.id for event in amended])
    return [_read(kind, e, contents[e.id]) for e in amended if e.id in contents]


def _read(kind: Kind, event: Event, content: Mapping[str, Any]) -> Amendment:
    if event.name in _WORDS:
        return Amendment(event, words=content.get(_WORDS[event.name], ""))
    if event.name == PROPOSED:
        return Amendment(event, words="\n".join(map("：".join, spelt(kind, content).items())))
    before, after = content["before"], content["after"]
    changes = tuple(
        (kind.entries[name].title, _shown(kind, name, before), _shown(kind, name, after))
        for name in kind.entries
        if name in after
    )
    return Amendment(event, changes, content["why"])


def spelt(kind: Kind, content: Mapping[str, Value]) -> dict[str, str]:
    """What a step said, as people read it: title and value of each field."""
    names = (name for name in kind.entries if name in content)
    return {kind.entries[name].title: kind.show(name, content[name]) for name in names}


def _shown(kind: Kind, name: str, values: Mapping[str, Value]) -> str:
    value = values.get(name, REMOVED)
    return "" if value == REMOVED else kind.show(name, value)
