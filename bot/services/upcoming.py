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
from bot.services.unasked import names_of, notices, occasions
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.domain.people import Actor
    from bot.services.desk import Desk
    from bot.services.rehearsal import Foretold
    from bot.services.unasked import Notice

DAYS = 7
"""So far one looks ahead who gives no number."""
MOST_DAYS = 92
NAMED = 12
"""So many matters of one message to come are named."""
LONGEST = 3600
"""So many characters fit into one message, but for what stands around them."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One duty in a message to come."""

    number: str
    title: str
    stage: int
    """Days from the date by which it is owed; negative: before it."""
    due: date
    provisional: bool
    debtor: str
    """Who owes it, by the short name."""
    part: str = ""
    """What its reader has to do with it, in words; "" where a group or a deputy reads it."""
    instead_of: str = ""
    """Whose deputy reads it."""
    put_off: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message to come, with what it names and why."""

    at: datetime
    to: str
    """Persons by name, groups by their title."""
    weekly: bool = False
    """A group hears what falls due in its week."""
    matters: tuple[Matter, ...] = ()
    """What a person is reminded of, or what falls due in the week."""
    more: int = 0
    """So many more fall due in the week."""
    unreached: tuple[Matter, ...] = ()
    """Of what nobody can be reminded, as a group is told."""
    notice: Notice | None = None
    """What it says where it reminds of nothing."""


async def tell_upcoming(desk: Desk, actor: Actor, words: str, user_id: int) -> None:
    """Tell somebody in private what will be said within some days, as far as it concerns them.

    A liaison sees what goes to their organ and its groups; a leader all that goes out about
    records they may see; an administrator everything, by number. What is sent only if something
    happens is told last, without a date. Raises `not_a_span`.
    """
    actor.require(Action.SEE_ROSTER)
    days = days_of(words)
    messages = await messages_for(desk, actor, days)
    besides = await occasions(desk, Sight.of(actor))
    lines = _lines(desk, messages, LONGEST - sum(len(each.to or "") for each in besides))
    await desk.say(
        user_id,
        text=desk.texts.render(
            "upcoming",
            days=days,
            lines=lines,
            more=len(messages) - len(lines),
            occasions=besides,
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
    until, sight = local_instant(desk.today + DAY * (days + 1), time()), Sight.of(actor)
    ahead = await forecast(desk, until, sight)
    together: dict[tuple[datetime, int, int], list[Foretold]] = defaultdict(list)
    for each in ahead.said:
        place = (to.chat_id, to.thread_id) if isinstance(to := each.to, Chat) else (to.id, 0)
        together[each.at, *place].append(each)
    in_order = sorted(together.items(), key=lambda item: item[0])
    messages = [
        *(_message(desk, at, found) for (at, *_), found in in_order),
        *(
            Message(each.at, names_of(each.to), notice=each)
            for each in await notices(desk, until, sight, ahead)
        ),
    ]
    return sorted(messages, key=lambda message: message.at)


def _message(desk: Desk, at: datetime, found: Sequence[Foretold]) -> Message:
    to, named = found[0].to, [each for each in found if not each.unreached]
    return Message(
        at,
        names_of([to]),
        weekly=isinstance(to, Chat) and bool(named),
        matters=_matters(desk, named),
        more=max((each.more for each in named), default=0),
        unreached=_matters(desk, [each for each in found if each.unreached]),
    )


def _matters(desk: Desk, found: Sequence[Foretold]) -> tuple[Matter, ...]:
    return tuple(
        Matter(
            each.record.number,
            desk.books.kinds[each.record.kind].rule(each.duty.code).title,
            (local_date(each.at) - each.duty.due).days,
            each.duty.due,
            each.duty.provisional,
            desk.office.organ(each.duty.debtor).short,
            desk.texts.label(f"part_{each.part}") if each.part and not each.instead_of else "",
            each.instead_of,
            each.put_off,
            each.late,
        )
        for each in found
        if each.record is not None and each.duty is not None
    )


def _lines(desk: Desk, messages: Sequence[Message], room: int) -> list[str]:
    """As many of the messages as there is room for, each in a line."""
    lines: list[str] = []
    length = 0
    for message in messages:
        line = desk.texts.render("upcoming_line", message=message, shown=NAMED)
        length += len(line) + 1
        if length > room:
            break
        lines.append(line)
    return lines
