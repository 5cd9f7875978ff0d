"""What waits for an organ: the records whose next step is its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.domain.kinds.kind import party_of
from bot.domain.outgoing import Button
from bot.domain.people import Action
from bot.services import buttons

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Record
    from bot.services.desk import Desk

SHOWN = 20
"""As many as one message lists with a button each."""


async def tell_todo(desk: Desk, actor: Actor, user_id: int, *, silent: bool = False) -> None:
    """Tell somebody in private what waits for their organ, what is due first coming first.

    `silent`: say nothing when there is nothing.
    """
    actor.require(Action.SEE_CARD)
    waiting = await _waiting_for(desk, actor)
    if silent and not waiting:
        return
    lines = sorted([await _line(desk, record) for record in waiting], key=_urgency)
    keys = [Button(line.number, buttons.code(buttons.CARD, line.record_id)) for line in lines]
    await desk.say(
        user_id,
        text=desk.texts.render(
            "todo",
            organ=desk.office.organ(actor.organ).short,
            lines=lines[:SHOWN],
            count=len(lines),
            today=desk.today,
        ),
        buttons=tuple(tuple(keys[at : at + 2]) for at in range(0, min(len(keys), SHOWN), 2)),
    )


async def _waiting_for(desk: Desk, actor: Actor) -> list[Record]:
    records = await desk.tx.records.under_way(actor.organ, desk.books.kinds.closed)
    return [record for record in records if _holder(desk, record) == actor.organ]


def _holder(desk: Desk, record: Record) -> str:
    holder = desk.books.kinds[record.kind].state(record.state).holder
    return party_of(record, holder) if holder else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One record that waits, as the list shows it."""

    record_id: int
    number: str
    next_step: str
    due: date | None


async def _line(desk: Desk, record: Record) -> Line:
    duties = await desk.tx.duties.open_of(record.id)
    state = desk.books.kinds[record.kind].state(record.state)
    return Line(record.id, record.number, state.next_step, duties[0].due if duties else None)


def _urgency(line: Line) -> tuple[date, int]:
    """What is due comes first, the earliest before the others; then the oldest."""
    return line.due or date.max, line.record_id
