"""What the bot says to a group of itself: at most one message a working day.

On the week's first working day that is what is overdue and what falls due in the week, by holder,
so that silence means something. On any other day it speaks only where somebody's reminder can
reach nobody.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY
from bot.domain.outgoing import Priority
from bot.domain.periods import days_left, light
from bot.domain.records import NOBODY
from bot.services.cards import belongs, home_groups
from bot.services.planning import GROUP_KEY, WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.domain.calendar import WorkCalendar
    from bot.domain.periods import Light
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.storage.chats import Chat

log = logging.getLogger(__name__)

DATES = 10
"""So many dates stand in one part of a message."""
SHOWN = 20
"""So many reminders that reach nobody stand in one message."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One date, without any content."""

    number: str
    title: str
    due: date
    left: int
    light: Light


@dataclass(frozen=True, slots=True)
class Part:
    """The dates that are past, or those of the week."""

    holders: Mapping[str, Sequence[DueLine]]
    """What is due first before the rest, by the short name of whoever owes it."""
    more: int
    """So many others find no room."""


@dataclass(frozen=True)
class Bulletin:
    """What there is to say to groups now."""

    chats: Sequence[Chat]
    """Those to speak to."""
    weekly: frozenset[Chat]
    """Those of them that have not yet heard of this week."""
    due: Sequence[tuple[Duty, Record]]
    """All that falls due in the week, or is overdue, what is due first before the rest."""
    unreached: Mapping[Chat, Sequence[tuple[Nag, str, str]]]
    """Reminders that reach nobody, with the record's number and the organ's short name."""
    digest: tuple[date, str] | None
    """The newest check code over all histories."""


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - DAY * day.weekday()


def speaks_on(calendar: WorkCalendar, day: date) -> date | None:
    """The first working day of a day's week; None where the whole week is off."""
    monday = monday_of(day)
    first = calendar.workday_on_or_after(monday)
    return first if first < monday + 7 * DAY else None


async def bulletin(desk: Desk) -> Bulletin | None:
    """Find out to which groups something is to be said; None: to none, or not now.

    A group hears of its week also later in it, should the bot have been down on the day.
    """
    if not desk.rounds.may_speak(desk.now):
        return None
    weekly = await _untold(desk)
    unreached = await _unreached(desk)
    chosen = dict.fromkeys(chat for chat in (*weekly, *unreached) if chat.spoken_on != desk.today)
    if not chosen:
        return None
    due = await due_this_week(desk) if weekly else []
    digests = await desk.tx.events.digests() if weekly else []
    digest = (digests[-1][0], digests[-1][2]) if digests else None
    return Bulletin(tuple(chosen), frozenset(weekly), due, unreached, digest)


async def _untold(desk: Desk) -> list[Chat]:
    first = speaks_on(desk.calendar, desk.today)
    if first is None or desk.now < desk.rounds.opening(first):
        return []
    return await desk.tx.chats.untold(monday_of(desk.today), desk.rounds.opening(first))


async def due_this_week(desk: Desk) -> list[tuple[Duty, Record]]:
    """What is owed and falls due until the end of the week, or did before."""
    sunday = monday_of(desk.today) + 6 * DAY
    duties = await desk.tx.duties.open_until(sunday)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    duties.sort(key=lambda duty: (duty.due, duty.id))
    return [(duty, records[duty.record_id]) for duty in duties]


async def _unreached(desk: Desk) -> dict[Chat, list[tuple[Nag, str, str]]]:
    """The reminders that reach nobody, by the group that is told so."""
    waiting = await desk.tx.nags.of_person(NOBODY)
    due = [nag for nag in waiting if nag.at <= desk.now]
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in due})
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    found: dict[Chat, list[tuple[Nag, str, str]]] = defaultdict(list)
    for nag in due:
        duty = duties[nag.duty_id]
        if duty.closed_by is not None:
            continue
        record = records[duty.record_id]
        organ = desk.office.organ(duty.debtor).short
        for chat in await home_groups(desk, record):
            found[chat].append((nag, record.number, organ))
    return dict(found)


async def speak(desk: Desk, told: Bulletin, chat: Chat) -> None:
    """Say to one group what there is to say, in one message."""
    weekly = chat in told.weekly
    own = [(d, record) for d, record in told.due if belongs(desk, chat, record)] if weekly else []
    unreachable = told.unreached.get(chat, ())
    unreached = unreachable[:SHOWN]  # the rest waits for the next working day
    what = WEEK if weekly else "day"
    key = f"{GROUP_KEY}{desk.today.isoformat()}/{what}/{chat.chat_id}/{chat.thread_id}"
    await desk.say(
        chat.chat_id,
        thread_id=chat.thread_id,
        key=key,
        text=desk.texts.render(
            "group_word",
            weekly=weekly,
            today=desk.today,
            sunday=monday_of(desk.today) + 6 * DAY,
            overdue=_part(desk, [each for each in own if each[0].due < desk.today]),
            due=_part(desk, [each for each in own if each[0].due >= desk.today]),
            unreached=_by_organ(unreached),
            unnamed=len(unreachable) - len(unreached),
            digest=told.digest if weekly else None,
        ),
        priority=Priority.NAG,
        doubtful=any(nag.doubtful for nag, _, _ in unreached),
    )
    monday = monday_of(desk.today) if weekly else None
    await desk.tx.chats.spoken_to(chat, desk.today, monday)
    await desk.tx.nags.said([nag.id for nag, _, _ in unreached], key)


def _part(desk: Desk, dates: Sequence[tuple[Duty, Record]]) -> Part:
    holders: dict[str, list[DueLine]] = defaultdict(list)
    for duty, record in dates[:DATES]:
        try:
            holder, line = _due_line(desk, duty, record)
        except Exception as error:  # the rest of the week goes out
            log.error("duty %d cannot be put into words: %s", duty.id, type(error).__name__)
        else:
            holders[holder].append(line)
    return Part(dict(holders), max(0, len(dates) - DATES))


def _due_line(desk: Desk, duty: Duty, record: Record) -> tuple[str, DueLine]:
    title = desk.books.kinds[record.kind].rule(duty.code).title
    left, colour = days_left(duty.due, desk.today), light(duty.due, desk.today)
    line = DueLine(record.number, title, duty.due, left, colour)
    return desk.office.organ(duty.debtor).short, line


def _by_organ(unreached: Sequence[tuple[Nag, str, str]]) -> dict[str, list[str]]:
    organs: dict[str, list[str]] = defaultdict(list)
    for _, number, organ in unreached:
        if number not in organs[organ]:
            organs[organ].append(number)
    return dict(organs)
