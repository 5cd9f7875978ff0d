"""`/upcoming`: what the bot will say of itself in the days to come, to whom, when and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, local_date, local_instant
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button
from bot.domain.people import Action, Role, Status
from bot.services import buttons
from bot.services.forecasting import forecast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.people import Actor, Person
    from bot.services.desk import Desk
    from bot.services.forecasting import Foretold

DAYS = 7
"""So far one looks ahead who gives no number."""
MOST_DAYS = 92
NAMED = 12
"""So many matters of one message to come are named."""
LONGEST = 3600
"""So many characters fit into one message."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One duty in a message to come."""

    number: str
    title: str
    stage: int
    due: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message to come."""

    at: datetime
    to: str
    group: bool
    matters: tuple[Matter, ...]


async def tell_upcoming(desk: Desk, actor: Actor, words: str, user_id: int) -> None:
    """Tell somebody in private what will be said within some days, as far as it concerns them.

    A liaison sees what goes to their organ and its groups; a leader all that goes out about
    records they may see; an administrator everything, by number. Raises `not_a_span`.
    """
    actor.require(Action.SEE_ROSTER)
    days = days_of(words)
    messages = await messages_for(desk, actor, days)
    lines = [
        desk.texts.render("upcoming_line", message=message, today=desk.today, shown=NAMED)
        for message in messages
    ]
    shown = _fitting(lines)
    await desk.say(
        user_id,
        text=desk.texts.render(
            "upcoming",
            days=days,
            lines=lines[:shown],
            more=len(lines) - shown,
            whole=actor.role in {Role.LEADER, Role.ADMIN},
        ),
        buttons=((Button(desk.texts.label("calendar"), buttons.code(buttons.CALENDAR, days)),),),
    )


def days_of(words: str) -> int:
    """How many days somebody asks for; raises `not_a_span` for anything but 1 to 92."""
    if not words:
        return DAYS
    number = words.removesuffix("天").strip()
    if not number.isdecimal() or not 1 <= int(number) <= MOST_DAYS:
        raise DomainError("not_a_span", most=MOST_DAYS)
    return int(number)


async def messages_for(desk: Desk, actor: Actor, days: int) -> list[Message]:
    """What will be said within some days, message by message, as far as somebody may see it."""
    until = local_instant(desk.today + DAY * (days + 1), time())
    everybody = {person.id: person for person in await desk.tx.people.everybody(Status.ACTIVE)}
    seen = [each for each in await forecast(desk, until) if _may_see(desk, actor, each, everybody)]
    together: dict[tuple[datetime, int, int], list[Foretold]] = defaultdict(list)
    for each in seen:
        place = (each.chat.chat_id, each.chat.thread_id) if each.chat else (each.person_id, 0)
        together[each.at, *place].append(each)
    return [
        Message(at, _name(found[0], everybody), found[0].chat is not None, _matters(desk, found))
        for (at, *_), found in sorted(together.items(), key=lambda item: item[0])
    ]


def _name(foretold: Foretold, everybody: Mapping[int, Person]) -> str:
    """What whoever hears it is called."""
    if foretold.chat is not None:
        return foretold.chat.title
    person = everybody.get(foretold.person_id)
    return person.name if person else ""


def _matters(desk: Desk, found: Sequence[Foretold]) -> tuple[Matter, ...]:
    return tuple(
        Matter(
            each.record.number,
            desk.books.kinds[each.record.kind].rule(each.duty.code).title,
            (local_date(each.at) - each.duty.due).days,
            each.duty.due,
            each.duty.provisional,
        )
        for each in found
        if each.record is not None and each.duty is not None
    )


def _may_see(desk: Desk, actor: Actor, foretold: Foretold, everybody: Mapping[int, Person]) -> bool:
    if actor.role is Role.ADMIN:
        return True
    if foretold.record is not None and not actor.may(Action.SEE_CARD, foretold.record):
        return False
    if foretold.chat is not None:
        standing = actor.standing
        return (
            standing is not None
            and standing.side in foretold.chat.sides
            and foretold.chat.district in standing.districts
        )
    if actor.role is Role.LEADER:
        return True
    person = everybody.get(foretold.person_id)
    return person is not None and person.organ == actor.organ


def _fitting(lines: Sequence[str]) -> int:
    """How many of the lines one message takes."""
    length = 0
    for count, line in enumerate(lines):
        length += len(line) + 1
        if length > LONGEST:
            return count
    return len(lines)
