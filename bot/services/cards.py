"""The short card of a record: what a group may see, kept in place as the record changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.entries import Sight
from bot.domain.kinds.kind import FILE, Party, party_of
from bot.domain.outgoing import Button, Detour, Manner, Priority
from bot.domain.people import Action, Role, Status
from bot.domain.periods import days_left, light, stretch
from bot.services import buttons

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind, Move
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person
    from bot.domain.records import Duty, Event, Record
    from bot.services.desk import Desk
    from bot.storage.chats import Chat

YELLOW = timedelta(days=15)
"""How long before the day a card's light turns from green."""
ON_DUTY = (Role.LIAISON, Role.DEPUTY)
"""Who is told of what concerns an organ, the one in charge first."""


async def render_card(desk: Desk, kind: Kind, record: Record, *, living: bool = False) -> str:
    """Number, kind, state, holder, next step, date, light: no party name, no case text.

    A `living` card stands for long, so it does not count the days that are left.
    """
    state = kind.state(record.state)
    duties = await desk.tx.duties.open_of(record.id)
    due = duties[0] if duties else None
    return desk.texts.render(
        "card",
        kind=kind.title,
        number=record.number,
        district=desk.office.district(record.district).name,
        sender=desk.office.organ(record.sender).short,
        receiver=desk.office.organ(record.receiver).short,
        fields=kind.visible(record.data, frozenset({Sight.GROUP})),
        state=state.title,
        closed=state.closed,
        holder=_holder(desk, record, state.holder),
        next_step=state.next_step,
        due=due,
        owed=next((r.title for r in kind.duties if due and r.code == due.code), ""),
        left=days_left(due.due, desk.today) if due else 0,
        living=living,
        light=light(due.due, desk.today).value if due else ("blue" if state.closed else "green"),
        last=await _last_step(desk, kind, record),
    )


def _holder(desk: Desk, record: Record, party: Party | None) -> str:
    return desk.office.organ(party_of(record, party)).short if party else ""


async def _last_step(desk: Desk, kind: Kind, record: Record) -> dict[str, object]:
    """The newest step on the card: what, by which organ, when."""
    steps = {FILE, *(move.code for move in kind.moves), "corrected", "added"}
    events = await desk.tx.events.of_record(record.id)
    last = next(event for event in reversed(events) if event.name in steps)
    return {
        "title": step_title(desk, kind, last.name),
        "organ": desk.office.organ(str(last.facts["organ"])).short,
        "at": last.at,
    }


def step_title(desk: Desk, kind: Kind, name: str) -> str:
    """What an event of a record's history is called."""
    if name in {move.code for move in kind.moves}:
        return kind.move(name).title
    return desk.texts.label(f"event_{name}")


def card_buttons(desk: Desk, record: Record, moves: tuple[Move, ...], *, but: str = "") -> Keyboard:
    """The steps that can be taken, two in a row, then the ways to the content.

    `but` names the way that led here, which need not be offered again.
    """
    steps = step_keys(record, moves)
    rows = [steps[at : at + 2] for at in range(0, len(steps), 2)]
    ways = {"detail": buttons.DETAIL, "history": buttons.HISTORY}
    return (
        *rows,
        tuple(
            Button(desk.texts.label(label), buttons.code(verb, record.id))
            for label, verb in ways.items()
            if verb != but
        ),
    )


def step_keys(record: Record, moves: tuple[Move, ...]) -> tuple[Button, ...]:
    """The keys that take steps on the record as it is now."""
    return tuple(
        Button(move.title, buttons.code(buttons.MOVE, record.id, move.code, record.version))
        for move in moves
    )


def card_post(record_id: int, chat_id: int, thread_id: int) -> str:
    """The name of a record's living card at a place."""
    return f"{card_posts(record_id)}{chat_id}/{thread_id}"


def card_posts(record_id: int) -> str:
    """What the names of all of a record's cards begin with."""
    return f"card/{record_id}/"


async def announce(
    desk: Desk, kind: Kind, record: Record, event: Event, *, call: str | None = None
) -> None:
    """Bring every card of a record up to date, and tell whoever's turn it has become.

    Nobody is told of a turn that their own organ's step has brought about. `call` names an organ
    to tell instead, whosever turn it is.
    """
    text = await render_card(desk, kind, record, living=True)
    groups = await home_groups(desk, record)
    if not groups and event.name == FILE:
        await _give_submitter(desk, kind, record, text)
    holder = kind.state(record.state).holder
    organ = party_of(record, holder) if holder else ""
    called = call or (organ if organ != event.facts["organ"] else "")
    people = await desk.tx.people.of_organs({called}, ON_DUTY)
    told = frozenset(person.user_id for person in people)
    await _update_cards(desk, kind, record, text, groups, but=told)
    if called:
        await _call(desk, kind, record, called, people, text, groups)


async def _update_cards(
    desk: Desk,
    kind: Kind,
    record: Record,
    text: str,
    groups: list[Chat],
    *,
    but: frozenset[int] = frozenset(),
    priority: Priority = Priority.NEWS,
) -> None:
    """Put a record's card anew where it lives and wherever else it stands, `but` for some chats."""
    for_all = tuple(move for move in kind.moves_from(record.state) if not move.aside)
    everyone = card_buttons(desk, record, for_all)
    homes = {(chat.chat_id, chat.thread_id) for chat in groups}
    for chat_id, thread_id in sorted(homes):
        await _put_card(desk, record, chat_id, thread_id, text, everyone, priority)
    for chat_id, thread_id in await desk.tx.chats.posts_under(card_posts(record.id)):
        if chat_id in but or (chat_id, thread_id) in homes:
            continue
        person = await desk.tx.people.by_user(chat_id)
        if await _may_follow(desk, record, chat_id, thread_id, person):
            own = _own_buttons(desk, kind, record, person)
            await _put_card(desk, record, chat_id, thread_id, text, own, priority)
        else:
            await desk.tx.outbox.forget_post(card_post(record.id, chat_id, thread_id))


async def _may_follow(
    desk: Desk, record: Record, chat_id: int, thread_id: int, person: Person | None
) -> bool:
    """Tell whether a card that stands at a place may still be kept up to date there."""
    if person is not None:
        on_roster = person.status is Status.ACTIVE
        return on_roster and desk.actor(person).may(Action.SEE_CARD, record)
    chat = await desk.tx.chats.at(chat_id, thread_id)
    return chat is not None and belongs(desk, chat, record)


async def _give_submitter(desk: Desk, kind: Kind, record: Record, text: str) -> None:
    """Where no group shows the card, whoever filed the record gets one to follow it by."""
    person = await desk.tx.people.get(record.submitter)
    if person is not None and person.reachable:
        keyboard = _own_buttons(desk, kind, record, person)
        await _put_card(desk, record, person.user_id, 0, text, keyboard)


async def _put_card(
    desk: Desk,
    record: Record,
    chat_id: int,
    thread_id: int,
    text: str,
    keyboard: Keyboard,
    priority: Priority = Priority.NEWS,
    detour: Detour | None = None,
) -> None:
    await desk.say(
        chat_id,
        thread_id=thread_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=card_post(record.id, chat_id, thread_id),
        priority=priority,
        detour=detour,
    )


async def _call(
    desk: Desk,
    kind: Kind,
    record: Record,
    organ: str,
    people: list[Person],
    text: str,
    groups: list[Chat],
) -> None:
    """Give the people on duty of the organ whose turn it is a new private card.

    Whom it does not reach after all is named in the group instead.
    """
    reachable = [person for person in people if person.reachable]
    if not reachable:
        await _warn_nobody(desk, record, organ, groups, registered=bool(people))
    for person in reachable:
        await desk.tx.outbox.forget_post(card_post(record.id, person.user_id, 0))
        keyboard = _own_buttons(desk, kind, record, person)
        detour = _detour(desk, record, organ, person, groups)
        await _put_card(desk, record, person.user_id, 0, text, keyboard, detour=detour)


def _detour(
    desk: Desk, record: Record, organ: str, person: Person, groups: list[Chat]
) -> Detour | None:
    """Where to say, without details, that somebody's private card did not arrive."""
    if not groups:
        return None
    text = desk.texts.render(
        "not_reached",
        number=record.number,
        organ=desk.office.organ(organ).short,
        person=person.name,
    )
    return Detour(groups[0].chat_id, groups[0].thread_id, text)


async def _warn_nobody(
    desk: Desk, record: Record, organ: str, groups: list[Chat], *, registered: bool
) -> None:
    """Say that nobody of the organ whose turn it is can be reached.

    The group is told; where there is none, whoever filed the record.
    """
    places = [(chat.chat_id, chat.thread_id) for chat in groups]
    submitter = await desk.tx.people.get(record.submitter)
    if not places and submitter is not None and submitter.reachable:
        places = [(submitter.user_id, 0)]
    text = desk.texts.render(
        "nobody_there",
        number=record.number,
        organ=desk.office.organ(organ).short,
        registered=registered,
    )
    for chat_id, thread_id in places:
        await desk.say(chat_id, thread_id=thread_id, text=text, priority=Priority.NEWS)


def _own_buttons(desk: Desk, kind: Kind, record: Record, person: Person | None) -> Keyboard:
    """The steps that fall to one person."""
    if person is None:
        return card_buttons(desk, record, ())
    return card_buttons(desk, record, moves_for(desk.actor(person), kind, record))


def moves_for(actor: Actor, kind: Kind, record: Record, *, aside: bool = False) -> tuple[Move, ...]:
    """The steps out of the record's state that this person may take: the usual, or the rare."""
    moves = (move for move in kind.moves_from(record.state) if move.aside is aside)
    return tuple(move for move in moves if kind.open_to(move, record, actor))


async def home_groups(desk: Desk, record: Record) -> list[Chat]:
    """The groups a record's card lives in: its district's, or else the whole city's."""
    own = await desk.tx.chats.for_matter(record.district, record.sides)
    if own:
        return own
    return [chat for chat in await desk.tx.chats.everywhere() if belongs(desk, chat, record)]


def belongs(desk: Desk, chat: Chat, record: Record) -> bool:
    """Tell whether a record's short card may be shown in a group.

    The group must hold all the sides concerned, and be the district's own or the city's.
    """
    if not record.sides <= chat.sides:
        return False
    district = desk.office.district(chat.district)
    return chat.district == record.district or all(
        desk.office.organ(district.organ(side)).city for side in chat.sides
    )


async def refresh_lights(desk: Desk) -> None:
    """Bring the cards up to date whose light has turned: within 15 days, within 3, overdue.

    A turn is found whenever one looks, also after the bot was down on the day itself.
    """
    for duty in await desk.tx.duties.open_until(desk.today + YELLOW):
        if duty.shown is not stretch(duty.due, desk.today):
            await _turn_light(desk, duty)


async def _turn_light(desk: Desk, duty: Duty) -> None:
    await desk.tx.duties.note_shown(duty.id, stretch(duty.due, desk.today))
    record = await desk.tx.records.get(duty.record_id)
    if record is None:
        return
    kind = desk.books.kinds[record.kind]
    text = await render_card(desk, kind, record, living=True)
    groups = await home_groups(desk, record)
    await _update_cards(desk, kind, record, text, groups, priority=Priority.NAG)
