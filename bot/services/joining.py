"""How somebody asks to be on the roster, in private.

Nothing is written about who merely looks: every step towards a request is held by the codes
behind the buttons alone, so it survives a restart and leaves no row. Whoever presses the last
button, or writes it all in one line, consents to being kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, in_rows
from bot.domain.people import Person, Role, Side, Status, is_name
from bot.services import buttons
from bot.services.admission import asking_person, organ_name, put_request
from bot.services.desk import identify
from bot.services.roster import welcome
from bot.services.wish import Wish, pressed_wish, read_wish

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Place, Visitor
    from bot.services.buttons import Press
    from bot.services.desk import Desk


async def ask_to_join(desk: Desk, visitor: Visitor, line: str, place: Place) -> None:
    """Take `/join 鄂城分局 联络员 王敏`; what is missing is asked for with buttons, in private.

    A member who follows a group's link here asks for nothing: they are greeted, and reachable.
    """
    if not place.private:
        await _send_to_private(desk, place)
    elif not line and await identify(desk, visitor.user_id):
        await welcome(desk, visitor)
    else:
        await _refuse_member(desk, visitor)
        await _pursue(desk, visitor, read_wish(desk.office, line))


async def press_join(desk: Desk, visitor: Visitor, place: Place, press: Press) -> None:
    """Take a pressed choice (`JOIN_SIDE`, `JOIN`) on the way to a request."""
    if not place.private:
        raise DomainError("unknown_button")
    await _refuse_member(desk, visitor)
    if press.verb == buttons.JOIN_SIDE and press.args:
        await _offer_organs(desk, visitor, press.word(0))
    elif press.verb == buttons.JOIN_SIDE:
        await _pursue(desk, visitor, Wish())
    else:
        wish = pressed_wish(desk.office, press)
        agreed = len(press.args) > 2
        await _pursue(desk, visitor, replace(wish, name=_shown_name(visitor)) if agreed else wish)


def _shown_name(visitor: Visitor) -> str:
    """The name somebody shows, when it can be a real one."""
    if not is_name(visitor.name):
        raise DomainError("join_no_name")
    return visitor.name


async def _send_to_private(desk: Desk, place: Place) -> None:
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.render("join_in_private"),
        buttons=way_to_join(desk),
        forget=True,
    )


def way_to_join(desk: Desk) -> Keyboard:
    """From a group into the private chat, where one asks to be on the roster."""
    return ((Button(desk.texts.label("open_private"), url=desk.private_chat("join")),),)


async def _refuse_member(desk: Desk, visitor: Visitor) -> None:
    person = await desk.tx.people.by_user(visitor.user_id)
    if person is not None and person.status is Status.ACTIVE:
        raise DomainError(
            "already_on_roster", organ=organ_name(desk, person), role=person.role.label
        )


async def _pursue(desk: Desk, visitor: Visitor, wish: Wish) -> None:
    """Ask for the next thing that is missing, or put the request."""
    if wish.organ is None and wish.role is not Role.ADMIN:
        await _ask(desk, visitor, "join_side", _side_keys(desk))
    elif wish.role is None:
        await _offer_roles(desk, visitor, wish)
    elif not wish.name:
        await _offer_request(desk, visitor, wish, wish.role)
    else:
        await _request(desk, visitor, wish, wish.role)


async def _ask(
    desk: Desk, visitor: Visitor, template: str, keyboard: Keyboard, **facts: object
) -> None:
    text = desk.texts.render(template, **facts)
    await desk.say(visitor.user_id, text=text, buttons=keyboard, forget=True)


def _side_keys(desk: Desk) -> Keyboard:
    sides = [
        Button(desk.texts.label(f"side_{side}"), buttons.code(buttons.JOIN_SIDE, side.value))
        for side in Side
    ]
    admin = Button(Role.ADMIN.label, buttons.code(buttons.JOIN, *Wish(role=Role.ADMIN).args))
    return (tuple(sides), (admin,))


async def _offer_organs(desk: Desk, visitor: Visitor, side: str) -> None:
    organs = [organ for organ in desk.office.organs if organ.side.value == side]
    if not organs:
        raise DomainError("unknown_button")
    keys = [Button(o.short, buttons.code(buttons.JOIN, *Wish(o.code).args)) for o in organs]
    back = Button(desk.texts.label("back"), buttons.code(buttons.JOIN_SIDE))
    keyboard = in_rows(keys, 2)
    await _ask(desk, visitor, "join_organ", (*keyboard, (back,)))


async def _offer_roles(desk: Desk, visitor: Visitor, wish: Wish) -> None:
    keyboard = tuple(
        (Button(role.label, buttons.code(buttons.JOIN, *Wish(wish.organ, role).args)),)
        for role in Role
        if role is not Role.ADMIN
    )
    await _ask(desk, visitor, "join_role", keyboard, organ=_organ_of(desk, wish))


async def _offer_request(desk: Desk, visitor: Visitor, wish: Wish, role: Role) -> None:
    """Show what would be kept; the name they show may stand if it can be a name."""
    named = is_name(visitor.name)
    key = Button(desk.texts.label("join"), buttons.code(buttons.JOIN, *wish.args, "yes"))
    await _ask(
        desk,
        visitor,
        "join_confirm",
        ((key,),) if named else (),
        organ=_organ_of(desk, wish),
        role=role.label,
        person=visitor.name if named else "",
    )


def _organ_of(desk: Desk, wish: Wish) -> str:
    return desk.office.organ(wish.organ).short if wish.organ else ""


async def _request(desk: Desk, visitor: Visitor, wish: Wish, role: Role) -> None:
    """Write the request down, or over the one before it, and tell every administrator."""
    before = await desk.tx.people.by_user(visitor.user_id)
    person = await _keep(desk, visitor, wish, role, before)
    admins = [admin for admin in await desk.tx.people.of_role(Role.ADMIN) if admin.reachable]
    for admin in admins:
        await put_request(desk, person, admin, username=visitor.username, anew=before is None)
    await _ask(
        desk,
        visitor,
        "join_asked",
        (),
        organ=_organ_of(desk, wish),
        role=role.label,
        person=wish.name,
        heard=bool(admins),
    )


async def _keep(
    desk: Desk, visitor: Visitor, wish: Wish, role: Role, before: Person | None
) -> Person:
    if before is None:
        return await desk.tx.people.add(
            user_id=visitor.user_id,
            name=wish.name,
            role=role,
            organ=wish.organ,
            status=Status.ASKED,
            reachable=True,
            now=desk.now,
        )
    values = {"name": wish.name, "role": role.value, "organ": wish.organ, "asked_at": desk.now}
    await desk.tx.people.change(before.id, **values, reachable=True, lost_at=None)
    return await asking_person(desk, visitor.user_id)
