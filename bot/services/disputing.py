"""有异议, raised by either of the two organs and settled by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.services.blanks import DISPUTE
from bot.services.cards import announce, tell_on_duty
from bot.services.disputes import (
    DISPUTED,
    SETTLED,
    WHOLE,
    closed_by,
    disputable,
    disputed_by,
    subject_title,
)
from bot.services.forms import blank_draft, keep
from bot.services.histories import note_step, other_party, require_amendable, require_party

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor, Place
    from bot.domain.records import Draft, Record
    from bot.services.desk import Desk


async def open_dispute(desk: Desk, actor: Actor, record: Record, place: Place) -> Draft:
    """Begin a dispute: the writer picks what it is about; in private, for its words are content.

    Raises `already_disputed` when the organ disputes all there is.
    """
    require_amendable(desk, actor, record)
    kind = desk.books.kinds[record.kind]
    if not await disputable(desk, kind, record, actor.organ):
        raise _already(desk, kind, record, WHOLE)
    return await keep(desk, actor, blank_draft(actor, record.kind, place, DISPUTE, record))


def _already(desk: Desk, kind: Kind, record: Record, subject: str) -> DomainError:
    title = subject_title(desk, kind, subject)
    return DomainError("already_disputed", number=record.number, title=title)


async def dispute(desk: Desk, actor: Actor, record: Record, subject: str, words: str) -> None:
    """Mark a record, or one of its dates, as disputed; no date moves and no clock stops.

    The groups see what and who, the other organ is told the words in private. What one's own
    organ has called settled, and the other has not yet, is in dispute again. Raises
    `already_disputed`, and `not_disputable` for what is no longer there.
    """
    require_amendable(desk, actor, record)
    kind = desk.books.kinds[record.kind]
    if subject in await disputed_by(desk, record, actor.organ):
        raise _already(desk, kind, record, subject)
    offered = await disputable(desk, kind, record, actor.organ)
    if subject not in offered:
        raise DomainError("not_disputable", number=record.number)
    facts, by_sender = {"subject": subject}, actor.organ == record.sender
    event = await note_step(desk, actor, record, DISPUTED, facts, {"dispute": words})
    put = desk.tx.disputes.put
    if not await put(record.id, subject, actor.organ, event.id, by_sender=by_sender):
        raise _already(desk, kind, record, subject)
    await _tell(desk, actor, record, offered[subject], words)
    await announce(desk, kind, record, event, call=other_party(record, actor))


async def _tell(desk: Desk, actor: Actor, record: Record, title: str, words: str) -> None:
    """Tell the people on duty of the other organ, in private, what is disputed and why."""
    text = desk.texts.render(
        "dispute",
        number=record.number,
        organ=desk.office.organ(actor.organ).short,
        title=title,
        words=words,
    )
    await tell_on_duty(desk, other_party(record, actor), text)


async def settle(desk: Desk, actor: Actor, record: Record, dispute_id: int, raised_by: int) -> str:
    """Call a dispute settled, for one's own organ; returns what to tell whoever did.

    It ends once both organs have, be the record closed or not. Raises `dispute_gone` for one
    that their organ has settled already, or that was raised anew since.
    """
    require_party(actor, record)
    standing = await desk.tx.disputes.open_of(record.id)
    found = next((one for one in standing if one.id == dispute_id), None)
    if found is None or found.raised_by != raised_by or closed_by(found, record, actor.organ):
        raise DomainError("dispute_gone", number=record.number)
    event = await note_step(desk, actor, record, SETTLED, {"subject": found.subject})
    by_sender = actor.organ == record.sender
    if not await desk.tx.disputes.settle(dispute_id, raised_by, event.id, by_sender=by_sender):
        raise DomainError("dispute_gone", number=record.number)
    kind = desk.books.kinds[record.kind]
    await announce(desk, kind, record, event, call=other_party(record, actor))
    over = bool(found.closed_by_sender or found.closed_by_receiver)
    title = subject_title(desk, kind, found.subject)
    return desk.texts.render("dispute_settled", number=record.number, title=title, over=over)
