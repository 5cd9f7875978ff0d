"""What else the bot says of itself, besides reminders and the groups' words.

By what is known now some of it can be told to the minute: drafts thrown away, the day's digest of
what has happened, a word to administrators of what is new, or that a year's notice is missing. The
rest depends on what happens yet, and is told as an occasion: further digests, what administrators
will be told that cannot be known now, dates that a newer schedule changes. Left out is only what
comes instead of a message that cannot be delivered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.calendar import SHANGHAI, local_date
from bot.domain.people import Person, Role, Side, Status
from bot.services.alerting import alerts_ahead
from bot.services.housekeeping import digest_time, groups_told, next_digest, witnesses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from bot.services.desk import Desk
    from bot.services.forecasting import Forecast
    from bot.services.foresight import Sight
    from bot.storage.chats import Chat


class Sort(StrEnum):
    """What a notice says."""

    DRAFT = "draft"
    DIGEST = "digest"
    DATES = "dates"
    """Dates that a newer schedule changes: never but on occasion."""
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to come that reminds of nothing."""

    at: datetime
    to: Sequence[Person | Chat]
    sort: Sort
    title: str = ""
    """The kind of record that the draft is of."""
    year: int | None = None
    """The year whose rest days are missing."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A message that is sent whenever there is reason to."""

    sort: Sort
    to: str | None = None
    """Who gets it; None: that is not certain."""
    hour: str | None = None
    """When in the day; None: that is not certain."""


async def notices(desk: Desk, until: datetime, sight: Sight, ahead: Forecast) -> list[Notice]:
    """What is sure to be said up to a moment besides what is forecast, as far as it is seen."""
    found = [
        *await _drafts(desk, until, sight),
        *await _digest(desk, sight, ahead),
        *await _alerts(desk, until, sight, ahead),
    ]
    seen = [replace(each, to=_seen(sight, each.to)) for each in found if each.at <= until]
    return [each for each in seen if each.to]


async def occasions(desk: Desk, sight: Sight) -> list[Occasion]:
    """What is said only if something happens, as far as it is seen."""
    told = await _told_digest(desk, ())
    hour = f"{digest_time(desk, desk.today).astimezone(SHANGHAI):%H:%M}"
    found = [
        Occasion(Sort.DIGEST, names_of(_seen(sight, told)), hour),
        Occasion(Sort.ALERT, names_of(await _admins(desk, sight))),
    ]
    return [*(each for each in found if each.to), Occasion(Sort.DATES)]


def _seen(sight: Sight, to: Iterable[Person | Chat]) -> list[Person | Chat]:
    return [each for each in to if sight.sees(each)]


def names_of(to: Iterable[Person | Chat]) -> str:
    """What those are called who hear something."""
    names = (each.name if isinstance(each, Person) else f"群“{each.title}”" for each in to)
    return "、".join(dict.fromkeys(names))


async def _drafts(desk: Desk, until: datetime, sight: Sight) -> list[Notice]:
    """Where a draft stands it is said that it was thrown away: of one in private to its writer.

    In a group that is not bound any more nothing is said.
    """
    people = {each.id: each for each in await desk.tx.people.everybody(Status.ACTIVE)}
    found = []
    for draft in await desk.tx.drafts.expired(until):
        author = people.get(draft.person_id)
        chat = None if draft.private else await desk.tx.chats.at(draft.chat_id, draft.thread_id)
        mine = author and draft.private and author.reachable and sight.is_own(author)
        if author is None or not (chat or mine):
            continue
        at = desk.rounds.next_hour(max(draft.expires_at or desk.now, desk.now))
        title = desk.books.kinds[draft.kind].title
        found.append(Notice(at, [chat or author], Sort.DRAFT, title))
    return found


async def _digest(desk: Desk, sight: Sight, ahead: Forecast) -> list[Notice]:
    """What has happened that no digest covers yet.

    Which groups are busy, and so do without, is known only to those who see everything.
    """
    at = await next_digest(desk)
    if at is None:
        return []
    told = await _told_digest(desk, {chat for chat, day in ahead.spoken if day == local_date(at)})
    sure = [each for each in told if sight.whole or isinstance(each, Person)]
    return [Notice(at, sure, Sort.DIGEST)]


async def _told_digest(desk: Desk, busy: Collection[Chat]) -> list[Person | Chat]:
    """Who gets a digest: people of each side, or else groups that are busy with nothing else."""
    quiet = [chat for chat in await desk.tx.chats.everywhere() if chat not in busy]
    told: list[Person | Chat] = []
    for side in Side:
        people = await witnesses(desk, side)
        groups = [] if people else groups_told(quiet, side)
        quiet = [chat for chat in quiet if chat not in groups]
        told += [*people, *groups]
    return told


async def _alerts(desk: Desk, until: datetime, sight: Sight, ahead: Forecast) -> list[Notice]:
    admins = await _admins(desk, sight)
    words = await alerts_ahead(desk, until, ahead.nowhere) if admins else {}
    return [Notice(at, admins, Sort.ALERT, year=year) for at, year in words.items()]


async def _admins(desk: Desk, sight: Sight) -> list[Person]:
    """The administrators, whose own affair it is what they are told."""
    if not sight.whole:
        return []
    return [each for each in await desk.tx.people.of_role(Role.ADMIN) if each.reachable]
