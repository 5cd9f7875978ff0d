"""The short card of a record: what a group may see, kept in place as the record changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.entries import Sight
from bot.domain.kinds.lifecycle import FILE, party_of
from bot.domain.outgoing import Button, Detour, Manner, Priority, in_rows
from bot.domain.people import ON_DUTY, Action, Status
from bot.services import buttons
from bot.services.clockface import face_of
from bot.services.clocks import matter_of
from bot.services.disputes import DISPUTED, SETTLED, disagreements, settle_keys, subject_title
from bot.services.histories import readable
from bot.services.reminded import words_of_reminder
from bot.services.reposting import card_post, card_posts, leave_if_far
from bot.services.shifts import words_of_shift
from bot.services.signatures import bystanders, may_acknowledge, receipts, signatures, unread_of
from bot.services.standing_in import holder_away

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Matter, Move
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person
    from bot.domain.records import Event, Record
    from bot.services.desk import Desk
    from bot.storage.chats import Audience, Chat


async def render_card(desk: Desk, kind: Kind, record: Record, *, living: bool = False) -> str:
    """Number, kind, state, holder, next step, date, light: no party name, no case text.

    A `living` card stands for long, so it does not count the days that are left.
    """
    state = kind.state(record.state)
    holder = party_of(record, state.holder) if state.holder else ""
    events = readable(await desk.tx.events.of_record(record.id))
    face = await face_of(desk, kind, record)
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
        holder=desk.office.organ(holder).short if holder else "",
        away=await holder_away(desk, record, holder) if holder else None,
        next_step=state.next_of([owed.duty for owed in face.owed]),
        face=face,
        living=living,
        today=desk.today,
        disputes=await disagreements(desk, kind, record, events),
        receipts=receipts(desk, signatures(desk, kind, record, events)),
        last=_last_step(desk, kind, events),
    )


def _last_step(desk: Desk, kind: Kind, events: list[Event]) -> dict[str, object]:
    """The newest step on the card: what, by which organ, when."""
    since = {"corrected", "added", "absorbed", DISPUTED, SETTLED}
    steps = {FILE, *(move.code for move in kind.moves), *since}
    last = next(event for event in reversed(events) if event.name in steps)
    return {
        "title": step_title(desk, kind, last),
        "organ": desk.office.organ(str(last.facts["organ"])).short,
        "at": last.at,
    }


def step_title(desk: Desk, kind: Kind, event: Event) -> str:
    """What an event of a record's history is called."""
    if event.name == FILE:
        return kind.filing
    if event.name in {move.code for move in kind.moves}:
        return kind.move(event.name).name
    facts = {
        **event.facts,
        **words_of_shift(desk, kind, event),
        **words_of_reminder(desk, kind, event),
    }
    if "subject" in facts:
        facts["subject"] = subject_title(desk, kind, str(facts["subject"]))
    return desk.texts.label(f"event_{event.name}").format(**facts)


def card_buttons(
    desk: Desk,
    record: Record,
    moves: tuple[Move, ...],
    *,
    unread: bool = False,
    settling: tuple[Button, ...] = (),
    but: str = "",
) -> Keyboard:
    """The steps that can be taken, two in a row, then the ways to the content.

    `unread`: somebody has still to say that they have read it. `settling`: the keys that end
    a dispute. `but` names the way that led here, which need not be offered again.
    """
    label = desk.texts.label
    steps = step_keys(record, moves)
    if unread:
        code = buttons.code(buttons.ACKNOWLEDGE, record.id)
        steps = (*steps, Button(label("acknowledge"), code))
    rows = (*in_rows(steps, 2), *in_rows(settling, 1))
    ways = {"detail": buttons.DETAIL, "history": buttons.HISTORY}
    return (
        *rows,
        tuple(
            Button(label(way), buttons.code(verb, record.id))
            for way, verb in ways.items()
            if verb != but
        ),
    )


def step_keys(record: Record, moves: tuple[Move, ...]) -> tuple[Button, ...]:
    """The keys that take steps on the record as it is now."""
    return tuple(
        Button(move.title, buttons.code(buttons.MOVE, record.id, move.code, record.version))
        for move in moves
    )


async def own_buttons(desk: Desk, actor: Actor, record: Record, *, but: str = "") -> Keyboard:
    """Those of the buttons that fall to one person."""
    moves = moves_for(actor, desk.books.kinds[record.kind], await matter_of(desk, record))
    unread = await may_acknowledge(desk, actor, record)
    settling = await settle_keys(desk, actor, record)
    return card_buttons(desk, record, moves, unread=unread, settling=settling, but=but)


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
        await _give_in_private(desk, record, text)
    called = call or await _called(desk, kind, record, event)
    people = await desk.tx.people.of_organs({called}, ON_DUTY)
    told = frozenset(person.user_id for person in people)
    for chat in groups:
        await leave_if_far(desk, card_post(record.id, chat.chat_id, chat.thread_id))
    await _update_cards(desk, record, text, groups, but=told)
    if called:
        await _call(desk, record, called, people, text, groups)


async def _called(desk: Desk, kind: Kind, record: Record, event: Event) -> str:
    """The organ to tell of a step: whose turn it is, or who owes something because of it.

    "" where that is only the organ that took the step.
    """
    holder = kind.state(record.state).holder
    owed = await desk.tx.duties.open_of(record.id)
    debtors = [duty.debtor for duty in owed if duty.opened_by == event.id]
    organs = [*([party_of(record, holder)] if holder else []), *debtors]
    return next((organ for organ in organs if organ != event.facts["organ"]), "")


async def refresh_cards(desk: Desk, record: Record) -> None:
    """Bring every card of a record up to date where it stands; nobody is told anew."""
    text = await render_card(desk, desk.books.kinds[record.kind], record, living=True)
    await _update_cards(desk, record, text, await home_groups(desk, record))


async def refresh_standing(desk: Desk, record: Record) -> None:
    """Bring the cards that stand up to date, at whatever hour; where none stands, none comes."""
    text = await render_card(desk, desk.books.kinds[record.kind], record, living=True)
    standing = set(await desk.tx.chats.posts_under(card_posts(record.id)))
    homes = await home_groups(desk, record)
    groups = [chat for chat in homes if (chat.chat_id, chat.thread_id) in standing]
    await _update_cards(desk, record, text, groups, priority=Priority.NAG)


async def put_anew(desk: Desk, record: Record, chat_id: int, thread_id: int) -> bool:
    """Put a record's card as it is now at a place where it was to be; False: it belongs elsewhere.

    It takes the place of the one that did not arrive.
    """
    homes = {(chat.chat_id, chat.thread_id) for chat in await home_groups(desk, record)}
    if (chat_id, thread_id) in homes:
        await refresh_cards(desk, record)
        return True
    person = await desk.tx.people.by_user(chat_id)
    if not await _may_follow(desk, record, chat_id, thread_id, person):
        return False
    text = await render_card(desk, desk.books.kinds[record.kind], record, living=True)
    keyboard = await _buttons_of(desk, record, person)
    await _put_card(desk, record, chat_id, thread_id, text, keyboard)
    return True


async def _update_cards(
    desk: Desk,
    record: Record,
    text: str,
    groups: list[Chat],
    *,
    but: frozenset[int] = frozenset(),
    priority: Priority = Priority.NEWS,
) -> None:
    """Put a record's card anew where it lives and wherever else it stands, `but` for some chats."""
    moves = desk.books.kinds[record.kind].moves_now(await matter_of(desk, record))
    for_all = tuple(move for move in moves if not move.aside)
    unread = bool(await unread_of(desk, record))
    everyone = card_buttons(desk, record, for_all, unread=unread)
    homes = {(chat.chat_id, chat.thread_id) for chat in groups}
    for chat_id, thread_id in sorted(homes):
        await _put_card(desk, record, chat_id, thread_id, text, everyone, priority)
    for chat_id, thread_id in await desk.tx.chats.posts_under(card_posts(record.id)):
        if chat_id in but or (chat_id, thread_id) in homes:
            continue
        person = await desk.tx.people.by_user(chat_id)
        if await _may_follow(desk, record, chat_id, thread_id, person):
            own = await _buttons_of(desk, record, person)
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


async def _give_in_private(desk: Desk, record: Record, text: str) -> None:
    """Where no group shows the card, give it to whoever filed it and to those who only read it."""
    submitter = await desk.tx.people.get(record.submitter)
    readers = await desk.tx.people.of_organs(bystanders(desk, record), ON_DUTY)
    for person in (submitter, *readers):
        if person is not None and person.reachable:
            keyboard = await _buttons_of(desk, record, person)
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


async def tell_on_duty(desk: Desk, organ: str, text: str) -> None:
    """Tell the people on duty of an organ something in private."""
    for person in await desk.tx.people.of_organs({organ}, ON_DUTY):
        if person.reachable:
            await desk.say(person.user_id, text=text, priority=Priority.NEWS)


async def _call(
    desk: Desk,
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
        keyboard = await _buttons_of(desk, record, person)
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


async def _buttons_of(desk: Desk, record: Record, person: Person | None) -> Keyboard:
    """The buttons under a card of one person's; under one of some other group's, no steps."""
    if person is None:
        return card_buttons(desk, record, ())
    return await own_buttons(desk, desk.actor(person), record)


def moves_for(actor: Actor, kind: Kind, matter: Matter, *, aside: bool = False) -> tuple[Move, ...]:
    """The steps that this person may take as things stand: the usual, or the rare."""
    moves = (move for move in kind.moves_now(matter) if move.aside is aside)
    return tuple(move for move in moves if kind.falls_to(move, matter.record, actor))


async def home_groups(desk: Desk, record: Record) -> list[Chat]:
    """The groups a record's card lives in: its district's, or else the whole city's."""
    own = await desk.tx.chats.for_matter(record.district, record.sides)
    if own:
        return own
    return [chat for chat in await desk.tx.chats.everywhere() if belongs(desk, chat, record)]


def homes(desk: Desk, audiences: Collection[Audience], record: Record) -> list[Audience]:
    """Those, of all there are, in whose groups a record's card lives; `home_groups` are these."""
    fit = [each for each in audiences if belongs(desk, each, record)]
    return [each for each in fit if each.district == record.district] or fit


def belongs(desk: Desk, chat: Chat | Audience, record: Record) -> bool:
    """Tell whether a record's short card may be shown in a group.

    The group must hold all the sides concerned, and be the district's own or the city's.
    """
    if not record.sides <= chat.sides:
        return False
    return chat.district == record.district or spans_city(desk, chat)


def spans_city(desk: Desk, chat: Chat | Audience) -> bool:
    """Tell whether a group is the whole city's."""
    district = desk.office.district(chat.district)
    return all(desk.office.organ(district.organ(side)).city for side in chat.sides)
