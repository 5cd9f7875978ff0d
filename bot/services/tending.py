"""`/health`: how the bot is, told to administrators; what they do about undelivered messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.domain.people import Action
from bot.services import buttons
from bot.services.cards import put_anew
from bot.services.health import Need, look
from bot.services.planning import NAG_KEY
from bot.services.reposting import record_of_card
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.services.desk import Desk
    from bot.services.health import Health
    from bot.services.pulse import Pulse
    from bot.storage.undelivered import GivenUp, Lost


async def tell_health(desk: Desk, actor: Actor, user_id: int, pulse: Pulse) -> None:
    """Tell an administrator how the bot is, in a new message."""
    actor.require(Action.SEE_HEALTH)
    await desk.tx.outbox.forget_post(_post(user_id))
    await _put(desk, user_id, pulse)


async def resend(
    desk: Desk, actor: Actor, user_id: int, message_id: int | None, pulse: Pulse
) -> str:
    """Say a message that was given up once more, or all that can be; returns the answer.

    Raises `not_to_resend` where there is nothing (any more) that can be.
    """
    actor.require(Action.SEE_HEALTH)
    lost = await desk.tx.undelivered.sayable(message_id)
    queued = [each.id for each in lost if await _say_again(desk, each)]
    if not queued:
        raise DomainError("not_to_resend")
    await _note(desk, actor, "resent", *queued)
    await _put(desk, user_id, pulse)
    return desk.texts.render("resent", count=len(queued))


async def _say_again(desk: Desk, lost: Lost) -> bool:
    """Say a card as it is by now, a reminder of what is owed still, anything else as it was.

    Tells whether there was a way to.
    """
    if lost.key.startswith(NAG_KEY):
        await desk.tx.nags.unsay(lost.key, doubtful=lost.doubtful)
        return await desk.tx.undelivered.dismiss(lost.id, desk.now)
    record_id = record_of_card(lost.post)
    record = await desk.tx.records.get(record_id) if record_id else None
    if record is None:
        return await desk.tx.undelivered.say_again(lost.id, desk.now)
    return await put_anew(desk, record, lost.chat_id, lost.thread_id)


async def dismiss(desk: Desk, actor: Actor, user_id: int, message_id: int, pulse: Pulse) -> str:
    """Say a message that was given up no more; returns the answer."""
    actor.require(Action.SEE_HEALTH)
    if not await desk.tx.undelivered.dismiss(message_id, desk.now):
        raise DomainError("not_to_dismiss")
    await _note(desk, actor, "dismissed", message_id)
    await _put(desk, user_id, pulse)
    return desk.texts.render("dismissed")


async def _note(desk: Desk, actor: Actor, event: str, *message_ids: int) -> None:
    """Who decided what about undelivered messages is an entry of the office's history."""
    facts = {"messages": ",".join(map(str, message_ids))}
    await desk.tx.events.append(OFFICE, event, facts, actor=actor.person_id, now=desk.now)


def _post(user_id: int) -> str:
    """The name of somebody's newest report."""
    return f"health/{user_id}"


async def _put(desk: Desk, user_id: int, pulse: Pulse) -> None:
    health = await look(desk, pulse)
    await desk.say(
        user_id,
        text=desk.texts.render(
            "health",
            health=health,
            needs=[need.value for need in health.needs],
            given_up=[_line(desk, message) for message in health.given_up],
        ),
        buttons=_keys(desk, health) if Need.GIVEN_UP in health.needs else (),
        manner=Manner.PUT,
        post=_post(user_id),
    )


def _line(desk: Desk, message: GivenUp) -> dict[str, object]:
    """To whom, when, and why not, with what can be done about it."""
    sort = "person" if message.private else "group"
    return {
        "whom": message.whom or desk.texts.label(f"gone_{sort}"),
        "at": message.at,
        "why": desk.texts.label(f"trouble_{message.trouble.value}_{sort}"),
        "again": message.again,
    }


def _keys(desk: Desk, health: Health) -> Keyboard:
    """Beside each message the ways to say it again or no more; all at once where there are more."""
    label, given_up = desk.texts.label, health.given_up
    rows: list[tuple[Button, ...]] = []
    for at, message in enumerate(given_up, 1):
        again = Button(label("resend").format(at=at), buttons.code(buttons.RESEND, message.id))
        drop = Button(label("dismiss").format(at=at), buttons.code(buttons.DISMISS, message.id))
        rows.append((again, drop) if message.again else (drop,))
    if sum(message.again for message in given_up) > 1:
        rows.append((Button(label("resend_all"), buttons.code(buttons.RESEND, buttons.ALL)),))
    return tuple(rows)
