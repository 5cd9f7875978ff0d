"""Groups: which district and sides each belongs to, and what strangers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, in_rows
from bot.domain.people import ON_DUTY, Action, Side
from bot.services import buttons
from bot.services.joining import way_to_join
from bot.services.planning import silence_in
from bot.services.roster import join_start
from bot.storage.chats import Chat, sides_text
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Place
    from bot.office import Office
    from bot.services.buttons import Press
    from bot.services.desk import Desk

PARTIES = {
    "resources": frozenset({Side.PROCURATORATE, Side.RESOURCES}),
    "forestry": frozenset({Side.PROCURATORATE, Side.FORESTRY}),
    "all": frozenset(Side),
}
"""Whose group a group can be: two sides, or all three; the procuratorate is always in."""

UNSAID = "-"
"""What stands in a button's code for what has not been said yet."""


async def bind(desk: Desk, actor: Actor, line: str, place: Place) -> None:
    """Take `/bind 鄂城 三方`, said in a group or one of its topics; asks for what is missing."""
    words = normalize("NFKC", line)
    await _pursue(desk, actor, _district_in(desk.office, words), _parties_in(words), place)


async def press_bind(desk: Desk, actor: Actor, press: Press, place: Place) -> None:
    """Take a pressed choice (`BIND`) on the way to binding a group."""
    district = "" if press.word(0) == UNSAID else desk.office.district(press.word(0)).code
    parties = "" if press.word(1) == UNSAID else press.word(1)
    if parties and parties not in PARTIES:
        raise DomainError("unknown_button")
    await _pursue(desk, actor, district, parties, place)


def _district_in(office: Office, words: str) -> str:
    """Code of the district named by the longest spelling in a line, or ""."""
    found = [(len(s), d.code) for d in office.districts for s in d.spellings if s in words]
    return max(found)[1] if found else ""


def _parties_in(words: str) -> str:
    """Whose group a line says it is, or "" when it does not."""
    forestry = "林长" in words
    resources = "资规" in words or "自然资源" in words
    if "三方" in words or (forestry and resources):
        return "all"
    return "forestry" if forestry else "resources" if resources else ""


async def _pursue(desk: Desk, actor: Actor, district: str, parties: str, place: Place) -> None:
    """Ask for what is missing, or bind."""
    actor.require(Action.BIND_CHAT)
    if place.private:
        raise DomainError("bind_in_group")
    if not district:
        await _ask(desk, place, "bind_district", _district_keys(desk, parties))
    elif not parties:
        await _ask(desk, place, "bind_parties", _parties_keys(desk, district))
    else:
        await _bind(desk, actor, district, PARTIES[parties], place)


async def _ask(desk: Desk, place: Place, template: str, keyboard: Keyboard) -> None:
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.render(template),
        buttons=keyboard,
    )


def _district_keys(desk: Desk, parties: str) -> Keyboard:
    keys = [
        Button(d.name, buttons.code(buttons.BIND, d.code, parties or UNSAID))
        for d in desk.office.districts
    ]
    return in_rows(keys, 2)


def _parties_keys(desk: Desk, district: str) -> Keyboard:
    return tuple(
        (
            Button(
                desk.texts.label(f"parties_{parties}"),
                buttons.code(buttons.BIND, district, parties),
            ),
        )
        for parties in PARTIES
    )


async def _bind(
    desk: Desk, actor: Actor, district: str, sides: frozenset[Side], place: Place
) -> None:
    """Tie the place, and say so; being tied anew, it forgets the cards it had."""
    chat = Chat(place.chat_id, place.thread_id, place.title, district, sides)
    if chat not in await desk.tx.chats.of_group(place.chat_id):
        await _untie(desk, place.chat_id, place.thread_id)
        await desk.tx.chats.bind(chat, actor.person_id, desk.now)
        facts = {"district": district, "sides": sides_text(sides)}
        await _note(desk, "bound", place.chat_id, place.thread_id, actor=actor, **facts)
    organs = [desk.office.district(district).organ(side) for side in Side if side in sides]
    staffed = {person.organ for person in await desk.tx.people.of_organs(organs, ON_DUTY)}
    text = desk.texts.render(
        "bind_done",
        topic=bool(place.thread_id),
        district=desk.office.district(district).name,
        organs=[desk.office.organ(organ).short for organ in organs],
        vacant=[desk.office.organ(organ).short for organ in organs if organ not in staffed],
    )
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text, buttons=way_to_join(desk))


async def _untie(desk: Desk, chat_id: int, thread_id: int | None = None) -> bool:
    """Drop the bindings there; what the bot was about to say of itself must be told elsewhere."""
    untied = await desk.tx.chats.unbind(chat_id, thread_id)
    await silence_in(desk, chat_id)
    return untied


async def _note(
    desk: Desk, name: str, chat_id: int, thread_id: int, *, actor: Actor | None, **facts: object
) -> None:
    await desk.tx.events.append(
        OFFICE,
        name,
        {"chat": chat_id, "thread": thread_id, **facts},
        actor=actor.person_id if actor else None,
        now=desk.now,
    )


def _ways_in(desk: Desk, place: Place) -> Keyboard:
    """To ask to be on the roster, which is done in private."""
    return join_start(desk) if place.private else way_to_join(desk)


async def unbind(desk: Desk, actor: Actor, place: Place) -> None:
    """Untie the group or topic in which it is said."""
    actor.require(Action.BIND_CHAT)
    if not await _untie(desk, place.chat_id, place.thread_id):
        raise DomainError("not_bound")
    await _note(desk, "unbound", place.chat_id, place.thread_id, actor=actor)
    text = desk.texts.render("bind_undone", topic=bool(place.thread_id))
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text, forget=True)


async def left_group(desk: Desk, chat_id: int) -> None:
    """Forget a group that the bot was taken out of: its bindings and its posts."""
    if await _untie(desk, chat_id):
        await _note(desk, "unbound", chat_id, 0, actor=None)


async def topic_deleted(desk: Desk, chat_id: int, thread_id: int) -> None:
    """Forget a topic that its group has deleted."""
    if await _untie(desk, chat_id, thread_id):
        await _note(desk, "unbound", chat_id, thread_id, actor=None)


async def upgraded(desk: Desk, old_chat_id: int, new_chat_id: int) -> None:
    """Follow a group that became a supergroup, with everything that refers to it; idempotent."""
    bound = await desk.tx.chats.of_group(old_chat_id)
    await desk.tx.chats.move(old_chat_id, new_chat_id)
    if bound:
        await _note(desk, "upgraded", new_chat_id, 0, actor=None, before=old_chat_id)


async def added_to_group(desk: Desk, place: Place, actor: Actor | None) -> None:
    """Greet a group the bot was put into; `actor` is who did it, when on the roster."""
    if actor is None or not actor.may(Action.BIND_CHAT):
        await unknown_group(desk, place)
        return
    text = desk.texts.render("bind_hint", office=desk.office.name)
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text, forget=True)


async def unknown_group(desk: Desk, place: Place) -> None:
    """Tell a group nobody has bound that nothing is done here."""
    await polite_line(desk, place, "unknown_group")


async def polite_line(desk: Desk, place: Place, code: str) -> None:
    """Turn somebody away with the one line of that refusal, and keep nothing of it.

    A stranger is given the way to the roster.
    """
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.refusal(DomainError(code)),
        buttons=_ways_in(desk, place) if code == "stranger" else (),
        forget=True,
    )
