"""An edited message is read again: for the draft it was read into, or the record that became."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.people import Place
from bot.services.blanks import CORRECT, DISTRICT, REMOVED, WHY, form_of
from bot.services.forms import blank_draft, hear, keep, show_draft
from bot.services.histories import may_amend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.line import Doubt
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Origin, Record, Value
    from bot.services.desk import Desk
    from bot.services.forms import Said


async def reread(
    desk: Desk, actor: Actor, place: Place, message_id: int, said: Said, opens: str = ""
) -> None:
    """Take in what a message says now; `opens` is the kind of record that it still begins, if any.

    A draft is brought up to date at once; for a record, a correction is prepared in private,
    which its writer has only to confirm. Messages that nothing was read from are none of ours.
    """
    origin = await desk.tx.origins.get(place.chat_id, message_id)
    if origin is None or origin.person_id != actor.person_id:
        return
    if not origin.asked and not opens:  # it became another command, or mere talk
        return
    if origin.draft_id is not None:
        await _renew_draft(desk, actor, origin, origin.draft_id, said)
    elif origin.record_id is not None:
        await _offer_correction(desk, actor, origin, origin.record_id, said)


async def _renew_draft(desk: Desk, actor: Actor, origin: Origin, draft_id: int, said: Said) -> None:
    draft = await desk.tx.drafts.get(draft_id)
    if draft is None:
        return
    fresh, doubts = await _read(desk, actor, draft, origin, said)
    others = {name: value for name, value in draft.data.items() if name not in origin.fields}
    fields = frozenset(fresh) - frozenset(others) if not origin.asked else origin.fields
    await desk.tx.origins.put(replace(origin, fields=fields), desk.now)
    await show_draft(desk, actor, replace(draft, data={**fresh, **others}), doubts=doubts)


async def _read(
    desk: Desk, actor: Actor, draft: Draft, origin: Origin, said: Said
) -> tuple[Mapping[str, Value], tuple[Doubt, ...]]:
    """What a message says now: the answer to what it was asked, or a line."""
    if not origin.asked:
        heard = await hear(desk, actor, draft, said)
        return heard.data, heard.doubts
    if origin.asked not in origin.fields:  # something later has given this field anew
        return {}, ()
    form = await form_of(desk, actor, draft)
    return {origin.asked: form.entries[origin.asked].holds.read(said.line, desk.reading)}, ()


async def _offer_correction(
    desk: Desk, actor: Actor, origin: Origin, record_id: int, said: Said
) -> None:
    record = await desk.tx.records.get(record_id)
    person = await desk.tx.people.get(actor.person_id)
    if record is None or person is None:
        return
    if not may_amend(desk, actor, record):
        raise DomainError("not_to_amend", number=record.number)
    private = Place(person.user_id, private=True)
    blank = blank_draft(actor, record.kind, private)
    fresh, _ = await _read(desk, actor, blank, origin, said)
    changes = _changes(record, origin, fresh)
    if not changes:
        return
    data = {**changes, WHY: desk.texts.label("message_edited")}
    begun = await desk.tx.drafts.of_record(record.id)
    own = [d for d in begun if d.person_id == actor.person_id and d.move == CORRECT]
    if own:
        await show_draft(desk, actor, replace(own[-1], data={**own[-1].data, **data}))
    else:
        draft = blank_draft(actor, record.kind, private, CORRECT, record)
        await keep(desk, actor, replace(draft, data=data))


def _changes(record: Record, origin: Origin, fresh: Mapping[str, Value]) -> dict[str, Value]:
    """What a correction would have to change; the district stays what it was filed under."""
    said = [name for name in dict.fromkeys((*fresh, *sorted(origin.fields))) if name != DISTRICT]
    return {
        name: fresh.get(name, REMOVED) for name in said if fresh.get(name) != record.data.get(name)
    }
