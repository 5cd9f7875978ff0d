"""An administrator's part in how somebody gets onto the roster: the request, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner, Priority
from bot.domain.people import Action, Role, Status
from bot.services import buttons
from bot.services.todo import tell_todo
from bot.services.wish import Wish, pressed_wish
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person
    from bot.services.buttons import Press
    from bot.services.desk import Desk


async def put_request(
    desk: Desk, person: Person, admin: Person, *, username: str = "", anew: bool = True
) -> None:
    """Show a request to an administrator; `anew`: as a new message, else in place.

    The buttons name the messenger's id, organ and role, so that none of them ever decides
    anything but what stands above it.
    """
    post = _post(person, admin.user_id)
    if anew:
        await desk.tx.outbox.forget_post(post)
    wish = (person.user_id, *Wish(person.organ, person.role).args)
    keys = (
        Button(desk.texts.label("admit"), buttons.code(buttons.ADMIT, *wish)),
        Button(desk.texts.label("refuse"), buttons.code(buttons.REFUSE, *wish)),
    )
    facts = {"username": username, "user_id": person.user_id}
    await _put(desk, admin.user_id, post, _told(desk, "join_request", person, **facts), (keys,))


def _post(person: Person, admin_user_id: int) -> str:
    """The name of the card of a request at one administrator's."""
    return f"join/{person.id}/{admin_user_id}"


def _told(desk: Desk, template: str, person: Person, **facts: object) -> str:
    return desk.texts.render(
        template,
        person=person.name,
        organ=organ_name(desk, person),
        role=person.role.label,
        **facts,
    )


async def _put(desk: Desk, chat_id: int, post: str, text: str, keyboard: Keyboard = ()) -> None:
    await desk.say(
        chat_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=post,
        priority=Priority.NEWS,
        forget=True,
    )


async def decide(desk: Desk, actor: Actor, press: Press) -> None:
    """Take an administrator's word on a request: `ADMIT` or `REFUSE`.

    Raises `already_decided` with who was quicker, `request_changed` when the applicant asks
    for something else by now.
    """
    actor.require(Action.MANAGE_PEOPLE)
    user_id = press.number(0)
    await desk.tx.take_turn(user_id)
    wish = pressed_wish(desk.office, press, at=1)
    person = await asking_person(desk, user_id)
    if (person.organ, person.role) != (wish.organ, wish.role):
        raise DomainError("request_changed")
    admitted = press.verb == buttons.ADMIT
    await (_admit(desk, actor, person) if admitted else desk.tx.people.forget(person.id))
    template = "join_admitted" if admitted else "join_refused"
    await desk.say(
        user_id, text=_told(desk, template, person, kind=person.role), forget=not admitted
    )
    if admitted and person.role is Role.LEADER:
        await tell_todo(desk, desk.actor(person), user_id, silent=True)
    text = _told(desk, "join_decided", person, by=actor.name, admitted=admitted)
    for chat_id, _ in await desk.tx.chats.posts_under(f"join/{person.id}/"):
        await _put(desk, chat_id, _post(person, chat_id), text)


async def asking_person(desk: Desk, user_id: int) -> Person:
    """Whoever asks under a messenger's id; raises `already_decided` when nobody does any more."""
    person = await desk.tx.people.by_user(user_id)
    if person is None or person.status is not Status.ASKED:
        by = await desk.tx.people.get(person.decided_by) if person and person.decided_by else None
        raise DomainError("already_decided", by=by.name if by else "")
    return person


async def _admit(desk: Desk, actor: Actor, person: Person) -> None:
    await desk.tx.people.change(
        person.id,
        status=Status.ACTIVE.value,
        decided_at=desk.now,
        decided_by=actor.person_id,
    )
    facts = {"person": person.id, "organ": person.organ or "", "role": person.role.value}
    await desk.tx.events.append(OFFICE, "joined", facts, actor=actor.person_id, now=desk.now)


def organ_name(desk: Desk, person: Person) -> str:
    """The short name of somebody's organ; "" for an administrator."""
    return desk.office.organ(person.organ).short if person.organ else ""
