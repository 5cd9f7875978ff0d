"""What the bot says to a group of itself: at most one message a working day.

On the week's first working day that is what is overdue and what falls due in the week, by holder,
so that silence means something. On any other day it speaks only where somebody's reminder can
reach nobody.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.calendar import DAY
from bot.domain.outgoing import Priority
from bot.domain.periods import days_left, light
from bot.services.cards import belongs
from bot.services.planning import GROUP_KEY, WEEK
from bot.services.unheard import unheard

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from bot.domain.calendar import WorkCalendar
    from bot.domain.periods import Light
    from bot.domain.records import Duty, Record
    from bot.services.desk import Desk
    from bot.services.unheard import Unheard
    from bot.storage.chats import Audience, Chat

log = logging.getLogger(__name__)

DATES = 10
"""So many dates stand in one part of a message."""
SHOWN = 20
"""Of so much that reaches nobody one message tells."""


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


class Week(NamedTuple):
    """What one audience hears on a week's first working day, what is due first before the rest."""

    overdue: Sequence[tuple[Duty, Record]] = ()
    due: Sequence[tuple[Duty, Record]] = ()


@dataclass(frozen=True)
class Bulletin:
    """What there is to say to groups now; groups that are alike hear the same."""

    chats: Sequence[Chat]
    """Those to speak to."""
    weekly: frozenset[Chat]
    """Those of them that have not yet heard of this week."""
    weeks: Mapping[Audience, Week]
    unheard: Mapping[Audience, Sequence[Unheard]]
    """What cannot be told to anybody in private."""
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
    weekly = [chat for chat in await _untold(desk) if chat.spoken_on != desk.today]
    unheard_of = await _unheard(desk)
    others = await desk.tx.chats.quiet(unheard_of, desk.today) if unheard_of else []
    chosen = dict.fromkeys((*weekly, *others))
    if not chosen:
        return None
    weeks = await _weeks(desk, {chat.audience for chat in weekly}) if weekly else {}
    digests = await desk.tx.events.digests() if weekly else []
    digest = (digests[-1][0], digests[-1][2]) if digests else None
    return Bulletin(tuple(chosen), frozenset(weekly), weeks, unheard_of, digest)


async def _untold(desk: Desk) -> list[Chat]:
    first = speaks_on(desk.calendar, desk.today)
    if first is None or desk.now < desk.rounds.opening(first):
        return []
    return await desk.tx.chats.untold(monday_of(desk.today), desk.rounds.opening(first))


async def _weeks(desk: Desk, audiences: Collection[Audience]) -> dict[Audience, Week]:
    """What is owed and falls due until the end of the week, or did before, by who hears of it."""
    sunday = monday_of(desk.today) + 6 * DAY
    duties = await desk.tx.duties.open_until(sunday)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    duties.sort(key=lambda duty: (duty.due, duty.id))
    dates = [(duty, records[duty.record_id]) for duty in duties]
    weeks: dict[Audience, Week] = {}
    for each in audiences:
        own = [pair for pair in dates if belongs(desk, each, pair[1])]
        first = bisect_left(own, desk.today, key=lambda pair: pair[0].due)
        weeks[each] = Week(own[:first], own[first:])
    return weeks


async def _unheard(desk: Desk) -> dict[Audience, list[Unheard]]:
    """What cannot be told to anybody in private, by whose groups are told instead."""
    found: dict[Audience, list[Unheard]] = defaultdict(list)
    for each in await unheard(desk):
        for audience in each.homes:
            found[audience].append(each)
    return dict(found)


async def speak(desk: Desk, told: Bulletin, chat: Chat) -> None:
    """Say to one group what there is to say, in one message."""
    weekly = chat in told.weekly
    week = told.weeks[chat.audience] if weekly else Week()
    of_nobody = told.unheard.get(chat.audience, ())
    named = of_nobody[:SHOWN]  # the rest waits for the next working day
    nags = [nag for each in named for nag in each.nags]
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
            overdue=_part(desk, week.overdue),
            due=_part(desk, week.due),
            unreached=_by_organ(desk, named),
            unnamed=len(of_nobody) - len(named),
            digest=told.digest if weekly else None,
        ),
        priority=Priority.NAG,
        doubtful=any(nag.doubtful for nag in nags),
    )
    monday = monday_of(desk.today) if weekly else None
    await desk.tx.chats.spoken_to(chat, desk.today, monday)
    await desk.tx.nags.said([nag.id for nag in nags], key)


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


def _by_organ(desk: Desk, found: Sequence[Unheard]) -> dict[str, list[str]]:
    organs: dict[str, list[str]] = defaultdict(list)
    for each in found:
        numbers = organs[desk.office.organ(each.duty.debtor).short]
        if each.record.number not in numbers:
            numbers.append(each.record.number)
    return dict(organs)
