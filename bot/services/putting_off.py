"""A reminder is put off by its reader, or acted upon from the message that brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Action
from bot.services.nag_items import step_of
from bot.services.nag_lists import later_keys
from bot.services.nagging import respites
from bot.services.planning import take_back
from bot.services.steps import Outcome, take_step
from bot.services.ticking import tick_list
from bot.storage.nags import asked_in

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk


class Reminder(NamedTuple):
    """A nag that was said, with what it is about."""

    nag: Nag
    duty: Duty
    record: Record


async def ask_until(desk: Desk, actor: Actor, nag_id: int, user_id: int) -> bool:
    """Ask somebody until when a reminder of theirs is to be put off.

    Tells whether that stands already: then it stays where it is, or comes anew if it is gone.
    """
    reminder = await _own(desk, actor, nag_id)
    keys = later_keys(desk, reminder.nag, reminder.duty)
    if not keys:
        raise DomainError("due_too_soon", number=reminder.record.number)
    asked = await desk.tx.chats.post(_post(reminder)) is not None
    await desk.tx.outbox.doubt(_post(reminder))
    await _tell(desk, user_id, reminder, keys)
    return asked


async def put_off_until(desk: Desk, actor: Actor, nag_id: int, moment: int, user_id: int) -> None:
    """Put a reminder off to one of the hours that were offered, and say so; once is enough."""
    reminder = await _own(desk, actor, nag_id)
    if moment == int(reminder.nag.at.timestamp()):
        return
    offered = {int(at.timestamp()): at for _, at in respites(desk, reminder.duty)}
    if moment not in offered:
        raise DomainError("due_too_soon", number=reminder.record.number)
    message = reminder.nag.told_in
    await desk.tx.nags.hold_message(message)  # it arrives before, or finds this put off
    await desk.tx.nags.put_off(nag_id, offered[moment])
    await take_back(desk, message)  # it may wait again though its reader has it
    await tick_list(desk, message)
    await _tell(desk, user_id, reminder, (), offered[moment])


async def act_on(desk: Desk, actor: Actor, nag_id: int) -> tuple[Record, Outcome | None, str]:
    """Take the step that meets a duty, from its reminder, as the record stands now.

    None instead of an outcome: there is no one such step, so the card must be looked at. The
    last of the three is what the step is called.
    Raises `no_longer_owed` when the duty has been met or dropped since.
    """
    nag, duty, record = await _still_owed(desk, nag_id)
    if not actor.may(Action.SEE_CARD, record):
        raise DomainError("out_of_sight")
    step = await step_of(desk, actor, duty, record)
    if step is None:
        return record, None, ""
    outcome = await take_step(desk, actor, record, step.code, record.version)
    if outcome is Outcome.TAKEN:
        await tick_list(desk, nag.told_in)  # however old the list is under which it was pressed
    return record, outcome, step.title


async def _own(desk: Desk, actor: Actor, nag_id: int) -> Reminder:
    reminder = await _still_owed(desk, nag_id)
    if reminder.nag.person_id != actor.person_id:
        raise DomainError("not_your_reminder")
    return reminder


async def _still_owed(desk: Desk, nag_id: int) -> Reminder:
    nag = await desk.tx.nags.get(nag_id)
    if nag is None:
        raise DomainError("no_longer_owed")
    duty = (await desk.tx.duties.by_id([nag.duty_id]))[nag.duty_id]
    record = await desk.tx.records.get(duty.record_id)
    if duty.closed_by is not None or record is None:
        raise DomainError("no_longer_owed")
    return Reminder(nag, duty, record)


async def _tell(
    desk: Desk,
    user_id: int,
    reminder: Reminder,
    keys: Keyboard,
    until: datetime | None = None,
) -> None:
    """Ask until when, or say it, in one place."""
    await desk.say(
        user_id,
        text=desk.texts.render(
            "put_off",
            number=reminder.record.number,
            title=desk.books.kinds[reminder.record.kind].rule(reminder.duty.code).title,
            due=reminder.duty.due,
            until=until,
        ),
        buttons=keys,
        manner=Manner.PUT,
        post=_post(reminder),
    )


def _post(reminder: Reminder) -> str:
    """Where it is asked; each time that a reminder comes, it is asked anew."""
    return asked_in(reminder.nag.id, reminder.nag.at)
