"""Records begin, move and end here, for every kind alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.kinds.lifecycle import FILE
from bot.domain.people import Action
from bot.domain.records import NewRecord
from bot.services.cards import announce
from bot.services.clocks import matter_of, run_clocks
from bot.services.coming import require_to_come
from bot.services.histories import note_step, other_party
from bot.services.overtaken import close_other_forms, drop_moot_proposals
from bot.services.references import check_references, tell_named
from bot.services.search import index_record
from bot.services.ticking import tick_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Move
    from bot.domain.people import Actor, Side
    from bot.domain.records import Record, Value
    from bot.services.desk import Desk


async def file_record(
    desk: Desk, actor: Actor, kind: Kind, district: str, data: Mapping[str, Value]
) -> Record:
    """File a complete form: number, record, event, duties, cards and notices."""
    actor.require(Action.SUBMIT)
    fields = kind.check(data)
    _require_fields(kind, fields, (*kind.required, *kind.demands(fields)))
    kind.consistent(fields)
    new = _new_record(desk, actor, kind, district, fields)
    await check_references(desk, actor, kind.entries, fields)
    serial = await desk.tx.records.next_serial(f"{kind.code}/{desk.today.year}")
    number = f"{kind.title}〔{desk.today.year}〕{serial}号"
    record = await desk.tx.records.add(replace(new, number=number), desk.now)
    await index_record(desk, kind, record)
    event = await note_step(desk, actor, record, FILE, {"to": record.state}, fields)
    await run_clocks(desk, kind, record, FILE, event)
    await announce(desk, kind, record, event)
    await tell_named(desk, actor, kind, record, fields)
    return record


def _new_record(
    desk: Desk, actor: Actor, kind: Kind, district: str, fields: Mapping[str, Value]
) -> NewRecord:
    """Who hands what to whom; refused where the notice gives the sender no such part."""
    standing = actor.standing
    if standing is None or standing.side not in kind.from_sides:
        raise DomainError("not_your_kind", title=kind.title)
    if district not in standing.districts:
        raise DomainError("not_your_district", district=desk.office.district(district).name)
    return NewRecord(
        kind=kind.code,
        number="",
        district=district,
        sender=standing.organ,
        receiver=desk.office.district(district).organ(kind.to_side),
        sides=frozenset({standing.side, kind.to_side}) | kind.also_concerns(fields),
        submitter=actor.person_id,
        state=kind.first,
        data=fields,
    )


def sides_of(desk: Desk, kind: Kind, record: Record, data: Mapping[str, Value]) -> frozenset[Side]:
    """Whose business a record is, once it holds other data."""
    own = {desk.office.organ(code).side for code in (record.sender, record.receiver)}
    return frozenset(own) | kind.also_concerns(data)


async def move_record(
    desk: Desk,
    actor: Actor,
    record: Record,
    move_code: str,
    data: Mapping[str, Value],
    *,
    version: int,
) -> Record:
    """Take one step of the life-cycle, on the version of the record the actor saw.

    Raises `came_second` when it has changed since, `not_your_move` when the step falls to
    somebody else or is only to be proposed, `not_now` when something else must happen first,
    `still_missing` when something the step needs is not given, and whatever the kind finds
    inconsistent.
    """
    move = await allowed_move(desk, actor, record, move_code, version)
    if move.approval:
        raise DomainError("not_your_move", title=move.title, number=record.number)
    return await carry_out(desk, actor, record, move, data)


async def carry_out(
    desk: Desk, actor: Actor, record: Record, move: Move, data: Mapping[str, Value]
) -> Record:
    """Take a step that its taker may take: state, content, event, duties, cards and notices."""
    kind = desk.books.kinds[record.kind]
    given = await given_for(desk, actor, record, move, data)
    given |= {to: record.data[name] for to, name in move.copies}
    kept = {name: value for name, value in record.data.items() if name not in move.clears}
    after = {**kept, **given}
    kind.consistent(after)
    changed = replace(record, state=await _landing(desk, record, move), data=after)
    saved = await desk.tx.records.save(changed, desk.now)
    await index_record(desk, kind, saved)
    facts = {"from": record.state, "to": saved.state}
    event = await note_step(desk, actor, saved, move.code, facts, given)
    await run_clocks(desk, kind, saved, move.code, event)
    await close_other_forms(desk, saved, corrections=kind.state(saved.state).closed)
    await drop_moot_proposals(desk, kind, saved)
    call = other_party(saved, actor) if move.tells else None
    await announce(desk, kind, saved, event, call=call)
    await tick_off(desk, [saved.id])
    await tell_named(desk, actor, kind, saved, given)
    return saved


async def _landing(desk: Desk, record: Record, move: Move) -> str:
    """The state that a step leads to; one that takes back another: where that one was taken."""
    if not move.takes_back:
        return move.lands(record.state)
    events = await desk.tx.events.of_record(record.id)
    undone = next(event for event in reversed(events) if event.name == move.takes_back)
    return str(undone.facts["from"])


async def given_for(
    desk: Desk, actor: Actor, record: Record, move: Move, data: Mapping[str, Value]
) -> dict[str, Value]:
    """Of some data what a step needs, checked; raises `still_missing` unless it is all there."""
    kind = desk.books.kinds[record.kind]
    asked = (*move.needs, *move.asks)
    given = kind.check({name: data[name] for name in asked if name in data})
    _require_fields(kind, given, move.needs)
    require_to_come(desk, kind, given)
    await check_references(desk, actor, kind.entries, given, record.id)
    return given


def _require_fields(kind: Kind, fields: Mapping[str, Value], needs: tuple[str, ...]) -> None:
    """Raise `still_missing` unless everything needed is there."""
    missing = kind.missing(fields, needs)
    if missing:
        raise DomainError("still_missing", titles=[kind.entries[n].title for n in missing])


async def allowed_move(desk: Desk, actor: Actor, record: Record, code: str, version: int) -> Move:
    """The step of that code, if this person may take it on this version of the record."""
    kind = desk.books.kinds[record.kind]
    move = kind.move(code)
    actor.require(Action.MOVE, record)
    if not kind.falls_to(move, record, actor):
        raise DomainError("not_your_move", title=move.title, number=record.number)
    if record.version != version or record.state not in move.before:
        raise DomainError("came_second", number=record.number)
    if not move.when(await matter_of(desk, record)):
        raise DomainError("not_now", title=move.title, number=record.number)
    return move
