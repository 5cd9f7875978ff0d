"""The roster: who is on it, what each is told when they say hello, and how one leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Priority
from bot.domain.people import ON_DUTY, Action, Role, Side, Status, is_name
from bot.services import buttons
from bot.services.admission import organ_name, put_request
from bot.services.leaving import held_by, settle_leaving
from bot.services.menus import offer_menu
from bot.services.pages import pages_within
from bot.services.planning import silence_towards
from bot.services.standing_in import absentees, away_now
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.absences import Absence
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person, Place, Visitor
    from bot.office import Organ
    from bot.services.desk import Desk

PAGE = 3500
"""Characters of one message of a long roster; the messenger takes 4096."""

ON_ROSTER = (Role.LIAISON, Role.DEPUTY, Role.LEADER)


async def ensure_first_admins(desk: Desk) -> None:
    """Let those whom the operator named administer, whatever the roster says; idempotent.

    They belong to no organ and have the role's name until they first say hello.
    """
    for user_id in desk.books.first_admins:
        person = await desk.tx.people.by_user(user_id)
        if person and (person.role, person.status) == (Role.ADMIN, Status.ACTIVE):
            continue
        if person:
            rights = {"role": Role.ADMIN.value, "organ": None, "status": Status.ACTIVE.value}
            await desk.tx.people.change(person.id, **rights, decided_at=desk.now, decided_by=None)
        else:
            person = await _add_admin(desk, user_id)
        facts = {"person": person.id, "organ": "", "role": Role.ADMIN.value}
        await desk.tx.events.append(OFFICE, "joined", facts, actor=None, now=desk.now)


async def refresh_admin_menus(desk: Desk) -> None:
    """Offer every administrator the commands that this program knows."""
    for admin in await desk.tx.people.of_role(Role.ADMIN):
        if admin.reachable:
            await offer_menu(desk, admin.user_id, Role.ADMIN)


async def _add_admin(desk: Desk, user_id: int) -> Person:
    return await desk.tx.people.add(
        user_id=user_id,
        name=Role.ADMIN.label,
        role=Role.ADMIN,
        organ=None,
        status=Status.ACTIVE,
        reachable=False,
        now=desk.now,
    )


async def welcome(desk: Desk, visitor: Visitor) -> None:
    """Answer a hello in the private chat; only who is on the roster leaves a trace.

    From now on they can be reached. An administrator is shown every request that waits.
    """
    person = await desk.tx.people.by_user(visitor.user_id)
    if person is None:
        text = desk.texts.render("welcome_stranger", office=desk.office.name)
        await desk.say(visitor.user_id, text=text, buttons=join_start(desk), forget=True)
        return
    await desk.tx.people.mark_reachable(visitor.user_id, desk.now, reachable=True)
    unnamed = person.name == Role.ADMIN.label and is_name(visitor.name)
    if unnamed:
        await desk.tx.people.change(person.id, name=visitor.name)
    await desk.say(
        visitor.user_id,
        text=desk.texts.render(
            "welcome",
            person=visitor.name if unnamed else person.name,
            organ=organ_name(desk, person),
            role=person.role.label,
            kind=person.role,
            asking=person.status is Status.ASKED,
        ),
    )
    if person.role is Role.ADMIN and person.status is Status.ACTIVE:
        for asking in await desk.tx.people.everybody(Status.ASKED):
            await put_request(desk, asking, person)


def join_start(desk: Desk) -> Keyboard:
    """In private, the first step of asking to be on the roster."""
    return ((Button(desk.texts.label("join_start"), buttons.code(buttons.JOIN_SIDE)),),)


async def ask_to_leave(desk: Desk, actor: Actor, place: Place) -> None:
    """Ask back before somebody gives up their place on the roster."""
    person = await _member(desk, actor.person_id)
    await _ask_back(desk, place, [person], "roster_leave", "leave")


async def ask_to_remove(desk: Desk, actor: Actor, line: str, place: Place) -> None:
    """Ask an administrator back which person of that name is to leave the roster."""
    actor.require(Action.MANAGE_PEOPLE)
    name = line.strip()
    active = await desk.tx.people.everybody(Status.ACTIVE)
    people = [person for person in active if person.name == name]
    if not people:
        raise DomainError("nobody_of_that_name", person=name[:20])
    await _ask_back(desk, place, people, "roster_remove", "remove")


async def _ask_back(
    desk: Desk, place: Place, people: list[Person], template: str, label: str
) -> None:
    keyboard = tuple(
        (
            Button(
                f"{desk.texts.label(label)}　{_title(desk, person)}",
                buttons.code(buttons.LEAVE, person.id),
            ),
        )
        for person in people
    )
    text = desk.texts.render(template, person=people[0].name)
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text, buttons=keyboard)


def _title(desk: Desk, person: Person) -> str:
    """Name, organ and role, as one line."""
    return " ".join(filter(None, (person.name, organ_name(desk, person), person.role.label)))


async def leave(desk: Desk, actor: Actor, person_id: int, place: Place) -> None:
    """End somebody's rights at once: one's own, or as an administrator anybody's.

    The name stays beside what they have done; no card reaches them any more. The last
    administrator must stay.
    """
    if person_id != actor.person_id:
        actor.require(Action.MANAGE_PEOPLE)
    person = await _member(desk, person_id)
    admins = await desk.tx.people.of_role(Role.ADMIN)
    if [admin.id for admin in admins] == [person.id]:
        raise DomainError("last_admin")
    held = await held_by(desk, person)
    await desk.tx.people.detach(person.id)
    await silence_towards(desk, person.user_id)  # by now nothing more is queued for them
    await desk.tx.chats.withdraw_cards(person.user_id)
    if person.role is Role.ADMIN:
        await offer_menu(desk, person.user_id)
    facts = {"person": person.id, "organ": person.organ or "", "role": person.role.value}
    await desk.tx.events.append(OFFICE, "left", facts, actor=actor.person_id, now=desk.now)
    await _tell_of_leaving(desk, person, place, admins)
    await settle_leaving(desk, person, held)


async def _member(desk: Desk, person_id: int) -> Person:
    person = await desk.tx.people.get(person_id)
    if person is None or person.status is not Status.ACTIVE:
        raise DomainError("not_on_roster")
    return person


async def _tell_of_leaving(
    desk: Desk, person: Person, place: Place, admins: Iterable[Person]
) -> None:
    """Tell the place where it was said, the person, and the administrators, each once."""
    text = desk.texts.render("roster_left", title=_title(desk, person))
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text)
    told = {place.chat_id}
    for reader in (person, *admins):
        if reader.reachable and reader.user_id not in told:
            told.add(reader.user_id)
            await desk.say(reader.user_id, text=text, priority=Priority.NEWS)


async def tell_roster(desk: Desk, actor: Actor, place: Place) -> None:
    """Tell who is who, organ by organ: in a group the group's, in private the actor's.

    Says who is away, who cannot be reached and which organ has nobody; several messages when it
    is long.
    """
    actor.require(Action.SEE_ROSTER)
    organs = await _organs_here(desk, actor, place)
    people = await desk.tx.people.of_organs([organ.code for organ in organs], ON_ROSTER)
    away = await absentees(desk, desk.today)
    blocks = [
        _block(desk, organ.name, [person for person in people if person.organ == organ.code], away)
        for organ in organs
    ]
    if place.private:
        admins = await desk.tx.people.of_role(Role.ADMIN)
        blocks.append(_block(desk, Role.ADMIN.label, admins, {}))
    for page in pages_within(PAGE, blocks):
        text = desk.texts.render("roster", blocks=page)
        await desk.say(place.chat_id, thread_id=place.thread_id, text=text)


def _block(desk: Desk, title: str, people: list[Person], away: Mapping[int, Absence]) -> str:
    """The part of the roster under one title; an organ of leaders alone has no liaison."""
    team = [person for person in people if person.role in ON_DUTY]
    return desk.texts.render(
        "roster_organ",
        title=title,
        lines=[(person, away_now(person, team, away)) for person in people],
        vacant=all(person.role is Role.LEADER for person in people),
    )


async def _organs_here(desk: Desk, actor: Actor, place: Place) -> list[Organ]:
    """The organs of the group; in private those of the actor's districts, or simply all."""
    if not place.private:
        chat = await desk.tx.chats.at(place.chat_id, place.thread_id)
        if chat is None:
            raise DomainError("unknown_group")
        district = desk.office.district(chat.district)
        codes = {district.organ(side) for side in chat.sides}
    elif actor.standing is None:
        return list(desk.office.organs)
    else:
        districts = map(desk.office.district, actor.standing.districts)
        codes = {actor.organ} | {district.organ(side) for district in districts for side in Side}
    return [organ for organ in desk.office.organs if organ.code in codes]
