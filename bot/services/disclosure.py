"""What an entitled person may read in private: a record's content, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.entries import Sight
from bot.domain.people import Action
from bot.services import buttons
from bot.services.cards import card_buttons, moves_for, render_card, step_title
from bot.services.retention import was_purged
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Event, Record
    from bot.services.desk import Desk

SHOWN = 60
"""The newest entries of a history that one message tells."""


async def disclose(desk: Desk, actor: Actor, record: Record, user_id: int) -> None:
    """Tell an entitled person the content, in private; the disclosure is an event."""
    actor.require(Action.SEE_DETAIL, record)
    kind = desk.books.kinds[record.kind]
    await desk.tx.events.append(
        stream_of(record.id),
        "disclosed",
        {"number": record.number, "organ": actor.organ},
        actor=actor.person_id,
        now=desk.now,
    )
    await desk.say(
        user_id,
        text=desk.texts.render(
            "detail",
            card=await render_card(desk, kind, record),
            fields=kind.visible(record.data, frozenset({Sight.PARTIES})),
            purged=await was_purged(desk, record),
        ),
        buttons=card_buttons(desk, record, moves_for(actor, kind, record), but=buttons.DETAIL),
    )


async def tell_history(desk: Desk, actor: Actor, record: Record, user_id: int) -> None:
    """Tell an entitled person, in private, what happened to a record, step by step."""
    actor.require(Action.SEE_DETAIL, record)
    kind = desk.books.kinds[record.kind]
    events = await desk.tx.events.of_record(record.id)
    people = {event.actor: await desk.tx.people.get(event.actor) for event in events if event.actor}
    steps = [
        {
            "at": event.at,
            "title": step_title(desk, kind, event.name),
            "organ": _organ_of(desk, event),
            "person": person.name if (person := people.get(event.actor or 0)) else "",
            "state": kind.state(str(event.facts["to"])).title if "to" in event.facts else "",
        }
        for event in events
    ]
    await desk.say(
        user_id,
        text=desk.texts.render(
            "history", number=record.number, steps=steps[-SHOWN:], left_out=len(steps) - SHOWN
        ),
        buttons=card_buttons(desk, record, (), but=buttons.HISTORY),
    )


def _organ_of(desk: Desk, event: Event) -> str:
    """Whose step it was; "" for what the bot did by itself."""
    return desk.office.organ(str(event.facts["organ"])).short if "organ" in event.facts else ""
