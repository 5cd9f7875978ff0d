"""What becomes of a draft in the end: a record, a step, something said of one, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.kinds.lifecycle import party_of
from bot.domain.outgoing import Button
from bot.domain.people import Place
from bot.services import buttons
from bot.services.amendments import add_to_record, correct_record, note_within
from bot.services.blanks import (
    ADD,
    ADDITION,
    CLAIM,
    CORRECT,
    DISPUTE,
    DISTRICT,
    FITS_ANY,
    GROUNDS,
    PROPOSAL,
    REFUSE,
    REMARK,
    SUBJECT,
    WHY,
    form_of,
)
from bot.services.clockface import face_of
from bot.services.disputing import dispute
from bot.services.files import follow
from bot.services.forms import blank_draft, keep, require_own, throw_away
from bot.services.ledger import file_record, move_record
from bot.services.previews import draft_post, put_draft, put_post
from bot.services.proposals import decide, propose, withdrawal_key

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Move
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Record
    from bot.services.desk import Desk

UNDO_TIME = timedelta(minutes=10)
"""How long whoever filed a record may take it back with one tap."""


async def submit(desk: Desk, actor: Actor, draft: Draft) -> Record:
    """File a complete draft: the new record, or the step, correction or the like it prepares.

    Raises `still_missing`, and `draft_gone` for one that was submitted already.
    """
    require_own(actor, draft)
    form = await form_of(desk, actor, draft)
    missing = form.missing(draft.data)
    if missing:
        titles = [form.entries[name].title for name in missing]
        raise DomainError("still_missing", titles=titles)
    if not await desk.tx.drafts.remove(draft.id):
        raise DomainError("draft_gone")
    record = await _carry_out(desk, actor, draft)
    filed = draft.record_id is None
    if filed:
        await desk.tx.origins.became(draft.id, record.id)
    await follow(desk, draft.id, record.id)
    await desk.tx.origins.forget(draft.id)
    kind = desk.books.kinds[record.kind]
    step = next((move for move in kind.moves if move.code == draft.move), None)
    text = desk.texts.render(
        "filed",
        number=record.number,
        filed=kind.filed,
        move=draft.move,
        title=step.name if step else "",
        proposed=draft.move in kind.reserved,
        **(await _what_follows(desk, kind, record, step) if step else {}),
    )
    if filed and kind.undo:
        await _offer_undo(desk, draft, record, text)
    else:
        await put_draft(desk, draft, text, await withdrawal_key(desk, record, draft.move))
    if draft.move in kind.renewing:
        await _open_successor(desk, actor, kind, record, draft)
    return record


async def _what_follows(desk: Desk, kind: Kind, record: Record, step: Move) -> dict[str, object]:
    """Whose turn it is after a step and for what, and what that step has met too late."""
    state, face = kind.state(record.state), await face_of(desk, kind, record)
    holder = party_of(record, state.holder) if state.holder else ""
    return {
        "holder": desk.office.organ(holder).short if holder else "",
        "next_step": state.next_of([owed.duty for owed in face.owed]),
        "late": [late for late in face.late if step.code in late.rule.ends],
    }


async def _open_successor(
    desk: Desk, actor: Actor, kind: Kind, record: Record, draft: Draft
) -> None:
    """Open the form of the record that takes another's place, with what that one says."""
    said = {name: value for name, value in record.data.items() if name in kind.offered}
    renewed = {DISTRICT: record.district, **said, **kind.renewal(record)}
    data = {name: value for name, value in renewed.items() if value is not None}
    place = Place(draft.chat_id, draft.thread_id, private=draft.private)
    await keep(desk, actor, replace(blank_draft(actor, kind.code, place), data=data))


async def _offer_undo(desk: Desk, draft: Draft, record: Record, text: str) -> None:
    """Say where the draft stood that it was filed, with the key that takes it back."""
    place = Place(draft.chat_id, draft.thread_id)
    await desk.tx.outbox.rename_post(draft_post(draft), _filed_post(record, place))
    undo = Button(desk.texts.label("undo"), buttons.code(buttons.UNDO, record.id))
    await put_post(desk, place, _filed_post(record, place), text, ((undo,),))


def _filed_post(record: Record, place: Place) -> str:
    """The name of the message that says a record was filed."""
    return f"filed/{record.id}/{place.chat_id}/{place.thread_id}"


async def _carry_out(desk: Desk, actor: Actor, draft: Draft) -> Record:
    kind = desk.books.kinds[draft.kind]
    if draft.record_id is None or draft.record_version is None:
        data = {name: value for name, value in draft.data.items() if name != DISTRICT}
        return await file_record(desk, actor, kind, str(draft.data[DISTRICT]), data)
    record = await desk.tx.records.get(draft.record_id)
    if record is None:
        raise DomainError("draft_gone")
    version = draft.record_version
    if draft.move in FITS_ANY:
        await _say_of(desk, actor, record, draft)
        return record
    if draft.move == CORRECT:
        changes = {name: value for name, value in draft.data.items() if name != WHY}
        why = str(draft.data[WHY])
        return await correct_record(desk, actor, record, changes, why, version=version)
    if draft.move in kind.reserved:
        await propose(desk, actor, record, draft.move, draft.data, version=version)
        return record
    return await move_record(desk, actor, record, draft.move, draft.data, version=version)


async def _say_of(desk: Desk, actor: Actor, record: Record, draft: Draft) -> None:
    """What leaves the record as it is: an addition, a dispute, a note."""
    words = {name: str(value) for name, value in draft.data.items()}
    if draft.move == ADD:
        await add_to_record(desk, actor, record, words[ADDITION])
    elif draft.move == DISPUTE:
        await dispute(desk, actor, record, words[SUBJECT], words[CLAIM])
    elif draft.move == REFUSE:
        proposal_id, why = int(draft.data[PROPOSAL]), words[GROUNDS]
        await decide(desk, actor, proposal_id, approve=False, why=why)
    else:
        await note_within(desk, actor, record, words[REMARK])


async def cancel(desk: Desk, actor: Actor, draft: Draft) -> None:
    """Throw a draft away, at its author's word."""
    require_own(actor, draft)
    await throw_away(desk, draft, desk.texts.render("draft_cancelled"))


async def undo(desk: Desk, actor: Actor, record: Record, place: Place) -> Draft:
    """Take back what one has just filed; what it said becomes a draft again, to be mended.

    The record stays, with its number, as one that was taken back. Raises `too_late_to_undo` after
    `UNDO_TIME`, and as soon as anybody has taken a step.
    """
    kind = desk.books.kinds[record.kind]
    if not kind.undo:
        raise DomainError("unknown_button")
    if record.submitter != actor.person_id:
        raise DomainError("not_your_move", title=desk.texts.label("undo"), number=record.number)
    fresh = desk.now - record.created_at <= UNDO_TIME
    if not fresh or record.state not in kind.move(kind.undo).before:
        raise DomainError("too_late_to_undo", number=record.number)
    await move_record(desk, actor, record, kind.undo, {}, version=record.version)
    text = desk.texts.render("undone", number=record.number)
    await put_post(desk, place, _filed_post(record, place), text)
    blank = blank_draft(actor, kind.code, place)
    said = {DISTRICT: record.district, **record.data}
    draft = await keep(desk, actor, replace(blank, data=said))
    await desk.tx.origins.reopened(record.id, draft.id)
    return draft
