"""One private word to administrators when something needs a hand that they were not told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, TypeVar

from bot.domain.calendar import DAY, local_date, local_instant
from bot.domain.outgoing import Button, Priority
from bot.domain.people import Role, Status
from bot.services import buttons
from bot.services.health import lately_down
from bot.services.unheard import by_organ, told_nowhere

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from bot.domain.calendar import WorkCalendar
    from bot.domain.people import Person
    from bot.services.desk import Desk
    from bot.services.unheard import Unheard
    from bot.storage.heartbeats import Gap

T = TypeVar("T")

LAST_DAYS = 5
"""So many working days before a year begins its missing rest days are told of again."""
WORD = "word/"
"""What the subject of a day's word itself begins with."""
UNHEARD = "unheard/"
"""What the subject of a duty of which nobody can be told begins with."""
KEPT = 30
"""For so many days it is remembered that a day had its word."""


@dataclass(frozen=True)
class News:
    """What needs a hand and was not told before; each occurrence is a subject of its own."""

    given_up: Mapping[str, int]
    lost: Mapping[str, Person]
    gap: Mapping[str, Gap]
    unheard: Mapping[str, Unheard]
    missing: Mapping[str, int]

    @property
    def subjects(self) -> list[str]:
        """By what it is remembered that this was told."""
        return [*self.given_up, *self.lost, *self.gap, *self.unheard, *self.missing]

    def without(self, told: frozenset[str]) -> News:
        """What is left when some of it was told before."""
        return News(
            _but(self.given_up, told),
            _but(self.lost, told),
            _but(self.gap, told),
            _but(self.unheard, told),
            _but(self.missing, told),
        )


def _but(found: Mapping[str, T], told: frozenset[str]) -> Mapping[str, T]:
    return {subject: what for subject, what in found.items() if subject not in told}


async def alert_admins(desk: Desk) -> None:
    """In office hours, tell every administrator once what is new: one word a working day at most.

    As long as none of them can be reached it stays new.
    """
    if not desk.office.hours.is_open(desk.now, desk.calendar):
        return
    told = await desk.tx.alarms.told()
    admins = await _readers(desk)
    if _word(desk.today) in told or not admins:
        return
    current = await _current(desk)
    await desk.tx.alarms.forget(_outdated(told, current, desk.today))
    news = current.without(frozenset(told))
    if not news.subjects:
        return
    await desk.tx.alarms.tell([_word(desk.today), *news.subjects], desk.now)
    for admin in admins:
        await _say(desk, admin, news)


async def next_alert(desk: Desk) -> datetime | None:
    """When administrators will be told what is new by now; None: nothing is."""
    told = await desk.tx.alarms.told()
    news = (await _current(desk)).without(frozenset(told))
    if not news.subjects or not await _readers(desk):
        return None
    over = _word(desk.today) in told
    after = local_instant(desk.today + DAY, time()) if over else desk.now
    return desk.office.hours.next_open(after, desk.calendar)


async def alerts_ahead(
    desk: Desk, until: datetime, nowhere: Mapping[datetime, Collection[int]]
) -> dict[datetime, int | None]:
    """When administrators will be told something up to a moment, by what is known now.

    That is what is new by now and stays so, that a year's notice of rest days is missing, with
    that year, and `nowhere`: at some moments the ids of the duties of which nobody can be told.
    What else may happen nobody can foretell.
    """
    if not await _readers(desk):
        return {}
    told = set(await desk.tx.alarms.told())
    current, given_up = await _current(desk), await desk.tx.undelivered.attempts(lasting=True)
    by_now = {*map(_given_up, given_up), *current.lost, *current.gap}
    found: dict[datetime, int | None] = {}
    for day in (desk.today + DAY * n for n in range((local_date(until) - desk.today).days + 1)):
        at = desk.office.hours.next_open(max(desk.now, local_instant(day, time())), desk.calendar)
        if local_date(at) != day or _word(day) in told:
            continue
        unheard = {f"{UNHEARD}{duty_id}" for duty_id in nowhere.get(at, ())}
        told = {each for each in told if not each.startswith(UNHEARD) or each in unheard}
        years = _missing_year(desk.calendar, day)
        if new := {*by_now, *unheard, *years} - told:
            told |= new
            found[at] = next((year for subject, year in years.items() if subject in new), None)
    return {at: year for at, year in found.items() if at <= until}


async def _readers(desk: Desk) -> list[Person]:
    return [admin for admin in await desk.tx.people.of_role(Role.ADMIN) if admin.reachable]


async def _current(desk: Desk) -> News:
    """What needs a hand now, told or not."""
    gap = lately_down(await desk.tx.heartbeats.last(), desk.now)
    people = await desk.tx.people.everybody(Status.ACTIVE)
    given_up = await desk.tx.undelivered.attempts()
    return News(
        {_given_up(each): each[0] for each in given_up},
        {f"lost/{p.id}/{_second(p.lost_at)}": p for p in people if p.lost_at},
        {f"down/{_second(gap.begins)}": gap} if gap else {},
        {f"{UNHEARD}{each.duty.id}": each for each in await told_nowhere(desk)},
        _missing_year(desk.calendar, desk.today),
    )


def _missing_year(calendar: WorkCalendar, today: date) -> dict[str, int]:
    """The year whose rest days are not known: new when it falls due, a week before, then weekly.

    A year that has begun is counted from its second day, for the first is a rest day anyhow.
    """
    year = calendar.missing_year(today)
    if year is None:
        return {}
    first, second = date(year, 1, 1), date(year, 1, 2)
    if today >= second:
        return {f"calendar/{year}/{(today - second).days // 7}": year}
    soon = today >= calendar.add_workdays(first, -LAST_DAYS)
    return {f"calendar/{year}/soon" if soon else f"calendar/{year}": year}


def _given_up(message: tuple[int, int]) -> str:
    """The subject of a message that is given up, after so many attempts."""
    message_id, attempts = message
    return f"message/{message_id}/{attempts}"


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _word(day: date) -> str:
    """The subject by which it is known that a day has had its word."""
    return f"{WORD}{day.isoformat()}"


def _outdated(told: Mapping[str, datetime], current: News, today: date) -> list[str]:
    """What need not be remembered any more. A day to come had its word before a clock went back."""
    known, oldest = {*current.subjects}, _word(today - KEPT * DAY)
    return [
        subject
        for subject in told
        if (subject < oldest if subject.startswith(WORD) else subject not in known)
    ]


async def _say(desk: Desk, admin: Person, news: News) -> None:
    await desk.say(
        admin.user_id,
        text=desk.texts.render(
            "alert",
            count=len(news.given_up),
            lost=[person.name for person in news.lost.values()],
            gaps=[*news.gap.values()],
            unheard=by_organ(desk, news.unheard.values()),
            years=[*news.missing.values()],
            today=desk.today,
        ),
        buttons=((Button(desk.texts.label("see_health"), buttons.code(buttons.HEALTH)),),),
        priority=Priority.NAG,
        key=f"alert/{desk.today.isoformat()}/{admin.user_id}",
    )
