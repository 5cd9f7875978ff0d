"""`/upcoming`: what the bot will say of itself in the days to come, to whom, when and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, local_date, local_instant
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button
from bot.domain.people import Action, Role
from bot.services import buttons
from bot.services.forecasting import forecast
from bot.services.foresight import Sight
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.domain.people import Actor, Person
    from bot.services.desk import Desk
    from bot.services.rehearsal import Foretold

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
    together: dict[tuple[datetime, int, int], list[Foretold]] = defaultdict(list)
    for each in await forecast(desk, until, Sight.of(actor)):
        place = (to.chat_id, to.thread_id) if isinstance(to := each.to, Chat) else (to.id, 0)
        together[each.at, *place].append(each)
    return [
        Message(at, _name(found[0].to), isinstance(found[0].to, Chat), _matters(desk, found))
        for (at, *_), found in sorted(together.items(), key=lambda item: item[0])
    ]


def _name(to: Person | Chat) -> str:
    """What whoever hears it is called."""
    return to.title if isinstance(to, Chat) else to.name


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


def _fitting(lines: Sequence[str]) -> int:
    """How many of the lines one message takes."""
    length = 0
    for count, line in enumerate(lines):
        length += len(line) + 1
        if length > LONGEST:
            return count
    return len(lines)
