"""What becomes of a file once somebody has tried to fetch it, and what its sender is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.files import FileState, show_size
from bot.domain.outgoing import Detour
from bot.domain.people import Place, Status
from bot.services.files import note_attached
from bot.services.secrecy import Marked, explain_mark, note_mark, remove_marked

if TYPE_CHECKING:
    from bot.domain.errors import DomainError
    from bot.domain.files import Attachment
    from bot.domain.people import Person
    from bot.services.desk import Desk


async def keep(desk: Desk, attachment: Attachment, content: bytes) -> None:
    """Keep a file that has been looked through, unless its draft is gone."""
    stored = await desk.tx.files.store(attachment.id, content, desk.now)
    if stored is None:
        return
    kept, again = stored
    record = await desk.tx.records.get(kept.record_id) if kept.record_id else None
    if record is not None and not again:
        await note_attached(desk, kept)
    text = desk.texts.render(
        "file_stored",
        file=kept.name,
        size=show_size(kept.size or 0),
        digest=kept.digest,
        number=record.number if record else "",
        again=again,
    )
    await _tell(desk, attachment, text)


async def refuse(desk: Desk, attachment: Attachment, error: DomainError) -> None:
    """Keep nothing of a file whose content may not be kept, and say why."""
    if error.code == "secrecy_mark":
        await _refuse_secret(desk, attachment)
    elif await desk.tx.files.give_up(attachment.id, FileState.REFUSED, error.code, desk.now):
        reason = desk.texts.refusal(error)
        text = desk.texts.render("file_refused", file=attachment.name, reason=reason)
        await _tell(desk, attachment, text, lost=True)


async def _refuse_secret(desk: Desk, attachment: Attachment) -> None:
    """What bears a secrecy mark leaves nothing but the event that it did."""
    await desk.tx.files.remove(attachment.id)
    person = await _sender(desk, attachment)
    place = _place(attachment, person)
    marked = Marked((attachment.message_id,), "secrecy_mark_file")
    await remove_marked(desk, place, marked)
    if person.status is Status.ACTIVE:
        await explain_mark(desk, desk.actor(person), person.user_id, place, marked)
    else:
        await note_mark(desk, desk.actor(person), place)


async def lose(desk: Desk, attachment: Attachment, trouble: str) -> None:
    """Give up a file that cannot be fetched, and ask for it again."""
    if await desk.tx.files.give_up(attachment.id, FileState.FAILED, trouble, desk.now):
        text = desk.texts.render("file_failed", file=attachment.name)
        await _tell(desk, attachment, text, lost=True)


async def _tell(desk: Desk, attachment: Attachment, text: str, *, lost: bool = False) -> None:
    """Tell the sender in private; the group hears, without a name, only that a file is lost.

    Whoever has left meanwhile is told nothing.
    """
    person = await _sender(desk, attachment)
    if person.status is not Status.ACTIVE:
        return
    place = _place(attachment, person)
    hint = desk.texts.render("file_not_kept")
    await desk.say(
        person.user_id,
        text=text,
        reply_to=attachment.message_id if place.private else None,
        detour=Detour(place.chat_id, place.thread_id, hint) if lost and not place.private else None,
    )


async def _sender(desk: Desk, attachment: Attachment) -> Person:
    person = await desk.tx.people.get(attachment.person_id)
    if person is None:
        raise LookupError("a file from nobody")
    return person


def _place(attachment: Attachment, person: Person) -> Place:
    private = attachment.chat_id == person.user_id
    return Place(attachment.chat_id, attachment.thread_id, private=private)
