"""The reminders to come as a calendar, a sheet a month: what `/upcoming` tells, drawn."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, is_weekend, local_date
from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Action
from bot.domain.periods import Light, days_left, light
from bot.domain.sheet import Day, Entry, Sheet
from bot.services.upcoming import MOST_DAYS, messages_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from bot.domain.people import Actor
    from bot.services.desk import Desk
    from bot.services.unasked import Sort
    from bot.services.upcoming import Matter, Message

SHOWN = 3
"""So many matters are named in a day's box."""
WEEK = Calendar()


@dataclass(frozen=True)
class _Span:
    """The days that somebody asked for, and what is reminded of on each."""

    first: date
    last: date
    matters: dict[date, list[Matter]]
    notices: dict[date, list[Sort]]
    """What else is sent on each."""

    def months(self) -> Iterator[tuple[int, int]]:
        """Year and month of every sheet that the days reach into."""
        month = self.first.replace(day=1)
        while month <= self.last:
            yield month.year, month.month
            month = (month + 31 * DAY).replace(day=1)


async def send_calendar(desk: Desk, actor: Actor, days: int, user_id: int) -> None:
    """Send somebody in private the pictures of the months that some days reach into.

    They show what `/upcoming` tells the same person, each matter and each other sort of message
    once a day. They are drawn as they are sent; here is only decided what stands in them.
    """
    actor.require(Action.SEE_ROSTER)
    if not 1 <= days <= MOST_DAYS:
        raise DomainError("unknown_button")
    messages = await messages_for(desk, actor, days)
    last = desk.today + days * DAY
    span = _Span(desk.today, last, _matters(messages), _notices(messages))
    for year, month in span.months():
        sheet = _sheet(desk, span, year, month)
        text = desk.texts.render("upcoming_picture", month=sheet.title, days=days)
        await desk.say(user_id, text=text, manner=Manner.PICTURE, sheet=sheet)


def _matters(messages: Iterable[Message]) -> dict[date, list[Matter]]:
    """What is reminded of on each day, whoever is told, what is due first before the rest."""
    found: dict[date, dict[tuple[str, str], Matter]] = defaultdict(dict)
    for message in messages:
        for matter in (*message.matters, *message.unreached):
            found[local_date(message.at)].setdefault((matter.number, matter.title), matter)
    return {
        day: sorted(matters.values(), key=lambda matter: (matter.due, matter.number))
        for day, matters in found.items()
    }


def _notices(messages: Iterable[Message]) -> dict[date, list[Sort]]:
    """What else is sent on each day, whoever gets it."""
    found: dict[date, set[Sort]] = defaultdict(set)
    for message in messages:
        if message.notice is not None:
            found[local_date(message.at)].add(message.notice.sort)
    return {day: sorted(sorts) for day, sorts in found.items()}


def _sheet(desk: Desk, span: _Span, year: int, month: int) -> Sheet:
    label = desk.texts.label
    weeks = WEEK.monthdatescalendar(year, month)
    return Sheet(
        title=label("picture_month").format(year=year, month=month),
        subtitle=label("picture_span").format(days=(span.last - span.first).days),
        weekdays=tuple(label("picture_weekdays")),
        weeks=tuple(
            tuple(_day(desk, span, day) if day.month == month else None for day in week)
            for week in weeks
        ),
        lights=tuple(
            (each, label(f"picture_{each.value}"))
            for each in (Light.GREEN, Light.YELLOW, Light.RED)
        ),
        rest=label("picture_rest"),
        today=label("picture_today"),
    )


def _day(desk: Desk, span: _Span, day: date) -> Day:
    entries = [_entry(desk, matter, day) for matter in span.matters.get(day, ())]
    entries += [_notice(desk, sort) for sort in span.notices.get(day, ())]
    more = len(entries) - SHOWN
    return Day(
        number=day.day,
        entries=tuple(entries[:SHOWN]),
        more=desk.texts.label("picture_more").format(count=more) if more > 0 else "",
        note=_note(desk, day),
        rest=not desk.calendar.is_workday(day),
        today=day == desk.today,
        asked=span.first <= day <= span.last,
    )


def _note(desk: Desk, day: date) -> str:
    """What is special about a day: a holiday, a make-up day, that its schedule may still change."""
    words, name = [], desk.calendar.describe(day)
    if not desk.calendar.is_workday(day) and not name.startswith("周"):
        words.append(name)
    elif desk.calendar.is_workday(day) and is_weekend(day):
        words.append(desk.texts.label("picture_make_up"))
    if not desk.calendar.covers(day):
        words.append(desk.texts.label("picture_provisional"))
    return "，".join(words)


def _entry(desk: Desk, matter: Matter, day: date) -> Entry:
    return Entry(
        light=light(matter.due, day),
        number=desk.texts.screened(_short(matter.number, desk.today.year)),
        title=desk.texts.screened(matter.title),
        note="，".join(_special(desk, matter, days_left(matter.due, day))),
    )


def _notice(desk: Desk, sort: Sort) -> Entry:
    return Entry(light=None, number=desk.texts.label(f"picture_{sort.value}"), title="", note="")


def _short(number: str, year: int) -> str:
    """A record's number as it is said for short: 线索12号, and of another year 线索2025-12."""
    kind, _, rest = number.partition("〔")
    written, _, serial = rest.partition("〕")
    return f"{kind}{serial}" if written == str(year) else f"{kind}{written}-{serial[:-1]}"


def _special(desk: Desk, matter: Matter, left: int) -> Sequence[str]:
    """That a matter is due that day or overdue, and that its date may still change."""
    words = []
    if left <= 0:
        name = "picture_due" if not left else "picture_overdue"
        words.append(desk.texts.label(name).format(days=-left))
    if matter.provisional:
        words.append(desk.texts.label("picture_provisional"))
    return words
