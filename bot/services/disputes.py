"""What the two organs disagree about on a record, until both say that it is settled.

It is a mark and no more: no date moves and no clock stops. It outlives the record's closing. The
written objection to a recommendation (书面异议) is something else, a step of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.measures import Day
from bot.domain.outgoing import Button
from bot.services import buttons
from bot.services.histories import is_party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Dispute, Event, Record
    from bot.services.desk import Desk

DISPUTED, SETTLED = "disputed", "dispute_settled"
"""The events."""
WHOLE = "whole"
"""The subject that is no date, but the record as a whole."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One open dispute as a card tells it: not in what words."""

    title: str
    organ: str
    """Who raised it last."""
    on: date
    settled: str
    """The organ that has called it settled; "" for none."""


def date_fields(kind: Kind) -> list[str]:
    """The fields that hold a date; no duty has such a name for its code."""
    return [name for name, entry in kind.entries.items() if isinstance(entry.holds, Day)]


def subject_title(desk: Desk, kind: Kind, code: str) -> str:
    """What a subject is called: the record, the date of a duty, or the date in a field."""
    if code == WHOLE:
        return desk.texts.label("dispute_whole")
    if code in date_fields(kind):
        return kind.entries[code].title
    return desk.texts.label("dispute_due").format(title=kind.rule(code).title)


async def disputable(desk: Desk, kind: Kind, record: Record, organ: str) -> dict[str, str]:
    """What an organ may dispute now, by code: whatever it has no open dispute about."""
    owed = (duty.code for duty in await desk.tx.duties.open_of(record.id))
    dated = (name for name in date_fields(kind) if name in record.data)
    taken = await disputed_by(desk, record, organ)
    return {
        code: subject_title(desk, kind, code)
        for code in (WHOLE, *owed, *dated)
        if code not in taken
    }


async def disputed_by(desk: Desk, record: Record, organ: str) -> set[str]:
    """The subjects in dispute that an organ has not called settled, whoever raised them."""
    standing = await desk.tx.disputes.open_of(record.id)
    return {one.subject for one in standing if not closed_by(one, record, organ)}


def closed_by(dispute: Dispute, record: Record, organ: str) -> int | None:
    """The event with which one of the two organs has called a dispute settled."""
    return dispute.closed_by_sender if organ == record.sender else dispute.closed_by_receiver


async def disagreements(
    desk: Desk, kind: Kind, record: Record, events: Iterable[Event]
) -> tuple[Disagreement, ...]:
    """The open disputes of a record as its card tells them, the oldest first."""
    standing = await desk.tx.disputes.open_of(record.id)
    raised = {event.id: local_date(event.at) for event in events}
    return tuple(
        Disagreement(
            subject_title(desk, kind, one.subject),
            desk.office.organ(one.organ).short,
            raised[one.raised_by],
            _settled(desk, record, one),
        )
        for one in standing
    )


async def left_open(desk: Desk, kind: Kind, record: Record, move: str) -> list[str]:
    """The titles of what is still in dispute when a step closes a record; nothing of any other."""
    lands = next((m.lands(record.state) for m in kind.moves if m.code == move), record.state)
    if not kind.state(lands).closed:
        return []
    standing = await desk.tx.disputes.open_of(record.id)
    return [subject_title(desk, kind, one.subject) for one in standing]


def _settled(desk: Desk, record: Record, dispute: Dispute) -> str:
    parties = (record.sender, record.receiver)
    done = (code for code in parties if closed_by(dispute, record, code))
    return "".join(desk.office.organ(code).short for code in done)


async def settle_keys(desk: Desk, actor: Actor, record: Record) -> tuple[Button, ...]:
    """The keys with which somebody may say, for their organ, that a dispute is settled."""
    if not is_party(actor, record):
        return ()
    kind = desk.books.kinds[record.kind]
    standing = await desk.tx.disputes.open_of(record.id)
    label = desk.texts.label("settle" if len(standing) == 1 else "settle_one")
    return tuple(
        Button(
            label.format(title=subject_title(desk, kind, one.subject)),
            buttons.code(buttons.SETTLE, record.id, one.id, one.raised_by),
        )
        for one in standing
        if not closed_by(one, record, actor.organ)
    )
