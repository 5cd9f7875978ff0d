"""Files that belong to a draft or to a record: offered here, fetched later by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.files import FileState, admit, keepable_name
from bot.domain.people import Action
from bot.services.blanks import NOTE, REFUSE
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.files import Attachment, Offered
    from bot.domain.people import Actor, Place
    from bot.domain.records import Draft, Record
    from bot.services.desk import Desk

ATTACHED = "attached"
"""The event that says so, in a record's history."""


async def offer_file(
    desk: Desk,
    actor: Actor,
    place: Place,
    offered: Offered,
    *,
    draft: Draft | None = None,
    record: Record | None = None,
) -> Attachment:
    """Take a file for one's own draft, or for a record; it is fetched, and judged, afterwards.

    What becomes of it is said in private to whoever offered it. Raises `file_kind`,
    `file_active`, `file_empty`, `file_too_large`, `too_many_files`, `secrecy_mark`,
    `informant_or_minor`, and what says that the draft or record is not the actor's business.
    """
    if record is not None:
        actor.require(Action.MOVE, record)
    elif draft is None or draft.person_id != actor.person_id:
        raise DomainError("not_your_draft")
    rules = desk.office.files
    kind = admit(offered, rules)
    name = keepable_name(offered, kind, desk.reading)
    if await _held(desk, draft, record) >= rules.max_per_record:
        raise DomainError("too_many_files", most=rules.max_per_record)
    return await desk.tx.files.add(
        offered,
        place,
        desk.now,
        name=name,
        kind=kind,
        person_id=actor.person_id,
        draft_id=draft.id if draft else None,
        record_id=record.id if record else None,
    )


async def _held(desk: Desk, draft: Draft | None, record: Record | None) -> int:
    """How many files there are already; the form of a step counts its record's with it."""
    files = desk.tx.files
    record_id = record.id if record else draft.record_id if draft else None
    held = len(await files.of_record(record_id)) if record_id is not None else 0
    return held + (len(await files.of_draft(draft.id)) if draft else 0)


async def offer_to_draft(desk: Desk, actor: Actor, place: Place, offered: Offered) -> Attachment:
    """Take a file for the actor's draft at a place: the one being asked about, else the newest.

    Raises `file_without_draft`, `file_in_note` (a record's files are both sides'), and what
    `offer_file` raises.
    """
    admit(offered, desk.office.files)
    draft = await _draft_at(desk, actor, place)
    if draft is None:
        raise DomainError("file_without_draft")
    if draft.move in {NOTE, REFUSE}:
        raise DomainError("file_in_note")
    return await offer_file(desk, actor, place, offered, draft=draft)


async def _draft_at(desk: Desk, actor: Actor, place: Place) -> Draft | None:
    asked = await desk.tx.drafts.asking_at(actor.person_id, place.chat_id, place.thread_id)
    if asked is not None:
        return asked
    own = await desk.tx.drafts.of_person(actor.person_id)
    here = (place.chat_id, place.thread_id)
    return next((draft for draft in own if (draft.chat_id, draft.thread_id) == here), None)


async def files_of(desk: Desk, record: Record) -> list[Attachment]:
    """The files of a record, stored or still to be fetched, in the order they were offered."""
    return await desk.tx.files.of_record(record.id)


async def files_of_draft(desk: Desk, draft: Draft) -> list[Attachment]:
    """The files of a draft, stored or still to be fetched, in the order they were offered."""
    return await desk.tx.files.of_draft(draft.id)


async def follow(desk: Desk, draft_id: int, record_id: int) -> None:
    """The draft has been filed: its files are the record's now, as its history says."""
    moved = await desk.tx.files.follow(draft_id, record_id)
    for attachment in moved:
        if attachment.state is FileState.STORED:
            await note_attached(desk, attachment)


async def drop(desk: Desk, draft_id: int) -> None:
    """The draft has been given up: nothing of its files is kept."""
    await desk.tx.files.drop(draft_id)


async def note_attached(desk: Desk, attachment: Attachment) -> None:
    """Write into the record's history that a file belongs to it; its name may be purged."""
    record = await desk.tx.records.get(attachment.record_id or 0)
    person = await desk.tx.people.get(attachment.person_id)
    if record is None or person is None:
        raise LookupError("an attachment of nothing or of nobody")
    facts = {
        "number": record.number,
        "version": record.version,
        "organ": person.organ,
        "kind": attachment.kind,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }
    await desk.tx.events.append(
        stream_of(record.id),
        ATTACHED,
        facts,
        actor=person.id,
        now=desk.now,
        content={"name": attachment.name},
    )
