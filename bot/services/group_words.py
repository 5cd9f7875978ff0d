"""What the bot says to a group of itself: at most one message a working day.

On the week's first working day that is what is overdue and what falls due in the week, by holder,
so that silence means something. On any other day it speaks only where somebody's reminder can
reach nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.calendar import DAY, monday_of
from bot.domain.outgoing import Priority
from bot.domain.periods import days_left, light
from bot.services.cards import belongs
from bot.services.group_keys import group_key, was_said_in
from bot.services.unheard import by_organ, still_unheard, unheard
from bot.storage.chats import sides_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from bot.domain.calendar import WorkCalendar
    from bot.domain.periods import Light
    from bot.domain.records import Duty, Record
    from bot.services.desk import Desk
    from bot.services.unheard import Unheard
    from bot.storage.chats import Audience, Chat

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
    """The duties of which an audience hears on a week's first working day, by their ids.

    What is due first stands before the rest.
    """

    overdue: Sequence[int] = ()
    due: Sequence[int] = ()

    @property
    def named(self) -> Iterator[int]:
        """Those for which there is room."""
        return chain(self.overdue[:DATES], self.due[:DATES])


@dataclass(frozen=True)
class Bulletin:
    """To which groups something is to be said now, and of what: alike groups hear the same.

    It holds ids only. Until it is said a duty may be met, a group unbound and somebody be reached.
    """

    chats: Sequence[Chat]
    """Those to speak to; alike ones stand together, so that a few of them need little reading."""
    weekly: frozenset[Chat]
    """Those of them that have not yet heard of this week."""
    weeks: Mapping[Audience, Week]
    unheard: Mapping[Audience, Sequence[int]]
    """The duties of which nobody can be told in private, what waits longest first."""
    digest: tuple[date, str] | None
    """The newest check code over all histories."""


@dataclass(frozen=True)
class Word:
    """What is said to one group."""

    chat: Chat
    weekly: bool
    overdue: Part
    due: Part
    unheard: Sequence[Unheard]
    unnamed: int
    """Of so much more nobody can be told; it waits for the next working day."""
    digest: tuple[date, str] | None


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
    chosen = sorted({*weekly, *others}, key=_place_among_alike)
    if not chosen:
        return None
    weeks = await _weeks(desk, {chat.audience for chat in weekly}) if weekly else {}
    digests = await desk.tx.events.digests() if weekly else []
    digest = (digests[-1][0], digests[-1][2]) if digests else None
    return Bulletin(chosen, frozenset(weekly), weeks, unheard_of, digest)


def _place_among_alike(chat: Chat) -> tuple[str, str, int, int]:
    return chat.district, sides_text(chat.sides), chat.chat_id, chat.thread_id


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
        own = [duty for duty, record in dates if belongs(desk, each, record)]
        overdue = bisect_left(own, desk.today, key=lambda duty: duty.due)
        ids = [duty.id for duty in own]
        weeks[each] = Week(ids[:overdue], ids[overdue:])
    return weeks


async def _unheard(desk: Desk) -> dict[Audience, list[int]]:
    """The duties of which nobody can be told in private, by whose groups are told instead."""
    found: dict[Audience, list[int]] = defaultdict(list)
    for each, homes in await unheard(desk):
        for audience in homes:
            found[audience].append(each.duty.id)
    return dict(found)


async def words_for(desk: Desk, told: Bulletin, chats: Sequence[Chat]) -> list[Word]:
    """What some of its groups are told, read anew in the transaction that will say it.

    A group that has been unbound or bound otherwise, or has heard something else today, waits for
    the next bulletin.
    """
    standing = await desk.tx.chats.still(chats)
    here = [chat for chat in standing if chat.spoken_on != desk.today]
    weekly = {chat.audience for chat in here if chat in told.weekly}
    lines = await _lines(desk, {i for each in weekly for i in told.weeks[each].named})
    wanted = {i for chat in here for i in told.unheard.get(chat.audience, ())[:SHOWN]}
    silent = await still_unheard(desk, wanted) if wanted else {}
    words = [_word(told, chat, lines, silent) for chat in here]
    return [word for word in words if word.weekly or word.unheard]


def _word(
    told: Bulletin,
    chat: Chat,
    lines: Mapping[int, tuple[str, DueLine]],
    silent: Mapping[int, Unheard],
) -> Word:
    weekly = chat in told.weekly
    week = told.weeks[chat.audience] if weekly else Week()
    of_nobody = told.unheard.get(chat.audience, ())
    return Word(
        chat,
        weekly,
        _part(lines, week.overdue),
        _part(lines, week.due),
        [silent[i] for i in of_nobody[:SHOWN] if i in silent and _is_new_in(chat, silent[i])],
        max(0, len(of_nobody) - SHOWN),
        told.digest if weekly else None,
    )


def _is_new_in(chat: Chat, found: Unheard) -> bool:
    """Tell whether something was not told in this place already today, before it was bound anew."""
    return not all(was_said_in(nag.message, chat) for nag in found.nags)


async def _lines(desk: Desk, duty_ids: Collection[int]) -> dict[int, tuple[str, DueLine]]:
    """Of some duties, those that are owed still: each in words, with whoever owes it."""
    if not duty_ids:
        return {}
    duties = await desk.tx.duties.by_id(duty_ids, hold=True)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    lines: dict[int, tuple[str, DueLine]] = {}
    for duty in duties.values():
        if duty.closed_by is not None:
            continue
        try:
            lines[duty.id] = _due_line(desk, duty, records[duty.record_id])
        except Exception as error:  # the rest of the week goes out
            desk.leave_out(duty.id, error)
    return lines


def _part(lines: Mapping[int, tuple[str, DueLine]], duty_ids: Sequence[int]) -> Part:
    holders: dict[str, list[DueLine]] = defaultdict(list)
    for duty_id in duty_ids[:DATES]:
        if duty_id in lines:
            holder, line = lines[duty_id]
            holders[holder].append(line)
    return Part(dict(holders), max(0, len(duty_ids) - DATES))


def _due_line(desk: Desk, duty: Duty, record: Record) -> tuple[str, DueLine]:
    title = desk.books.kinds[record.kind].rule(duty.code).title
    left, colour = days_left(duty.due, desk.today), light(duty.due, desk.today)
    line = DueLine(record.number, title, duty.due, left, colour)
    return desk.office.organ(duty.debtor).short, line


async def speak(desk: Desk, word: Word) -> None:
    """Say it, in one message."""
    chat, weekly = word.chat, word.weekly
    monday, sunday = monday_of(desk.today), monday_of(desk.today) + 6 * DAY
    nags = [nag for each in word.unheard for nag in each.nags]
    key = group_key(chat, desk.now, weekly=weekly)
    await desk.say(
        chat.chat_id,
        thread_id=chat.thread_id,
        key=key,
        text=desk.texts.render(
            "group_word",
            word=word,
            today=desk.today,
            sunday=sunday,
            silent=by_organ(desk, word.unheard),
        ),
        priority=Priority.NAG,
        doubtful=(weekly and chat.week_told == sunday) or any(nag.doubtful for nag in nags),
    )
    await desk.tx.chats.spoken_to(chat, desk.today, monday if weekly else None)
    await desk.tx.nags.said([nag.id for nag in nags], key)
