"""What nobody of the organ that owes it can be told in private, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.records import NOBODY
from bot.services.cards import homes
from bot.services.group_keys import said_on
from bot.services.nagging import surroundings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from bot.domain.people import Side
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.services.staff import Staff
    from bot.storage.chats import Audience


class Why(StrEnum):
    """Why nobody of an organ can be told anything."""

    VACANT = "vacant"
    """Nobody is on duty there."""
    AWAY = "away"
    """Everybody is away."""
    OUT_OF_REACH = "out_of_reach"
    """Who is there has opened no private chat, or has blocked the bot."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Why nobody can be told, and the last day of the first to come back, where all are away."""

    why: Why
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something owed, with the reminders of it that reach nobody."""

    duty: Duty
    record: Record
    nags: Sequence[Nag]
    silence: Silence


@dataclass(frozen=True, slots=True)
class SilentOrgan:
    """What cannot be told to an organ, by the records' numbers."""

    organ: str
    """Its short name."""
    numbers: Sequence[str]
    silence: Silence


async def unheard(desk: Desk) -> list[tuple[Unheard, Sequence[Audience]]]:
    """All that reaches nobody and is to be told today, with those whose groups are told instead.

    What waits longest comes first. What one group has been told of today is to be told in every
    other that is at home there and has heard nothing yet.
    """
    told = await desk.tx.nags.to_nobody_in(said_on(desk.today))
    return await _at_home(desk, sorted([*await _waiting(desk), *told], key=lambda nag: nag.id))


async def told_nowhere(desk: Desk) -> list[Unheard]:
    """Of all that waits what no group can be told either: the record is at home in none."""
    waiting = await _at_home(desk, await _waiting(desk))
    return [each for each, its_homes in waiting if not its_homes]


async def _waiting(desk: Desk) -> list[Nag]:
    """What waits for somebody although its hour has come."""
    return [nag for nag in await desk.tx.nags.of_person(NOBODY) if nag.at <= desk.now]


async def _at_home(desk: Desk, nags: Sequence[Nag]) -> list[tuple[Unheard, Sequence[Audience]]]:
    found = await _unheard(desk, nags)
    if not found:
        return []
    audiences = await desk.tx.chats.audiences()
    known: dict[tuple[str, frozenset[Side]], list[Audience]] = {}
    for each in found:
        matter = (each.record.district, each.record.sides)
        if matter not in known:
            known[matter] = homes(desk, audiences, each.record)
    return [(each, known[each.record.district, each.record.sides]) for each in found]


async def still_unheard(desk: Desk, duty_ids: Collection[int]) -> dict[int, Unheard]:
    """What is still so of some duties, by their ids.

    What another group has been told of today counts: it goes to every group at home there.
    """
    today = said_on(desk.today)
    nags = [
        nag
        for nag in await desk.tx.nags.to_nobody(duty_ids)
        if nag.at <= desk.now and (not nag.message or nag.message.startswith(today))
    ]
    return {each.duty.id: each for each in await _unheard(desk, nags, hold=True)}


async def _unheard(desk: Desk, nags: Sequence[Nag], *, hold: bool = False) -> list[Unheard]:
    """Of some reminders for nobody those that are right: owed still, and nobody can be told."""
    together: dict[int, list[Nag]] = defaultdict(list)
    for nag in nags:
        together[nag.duty_id].append(nag)
    if not together:
        return []
    duties = await desk.tx.duties.by_id(together, hold=hold)
    records, staff = await surroundings(desk, duties.values())
    return [
        Unheard(duty, records[duty.record_id], those, silence_of(staff, duty.debtor))
        for duty, those in ((duties[duty_id], those) for duty_id, those in together.items())
        if duty.closed_by is None and staff.one_of(duty.record_id, duty.debtor) is None
    ]


def silence_of(staff: Staff, organ: str) -> Silence:
    """Why nobody of an organ can be told, where that is so."""
    team = staff.team(organ)
    back = [staff.away[person.id].last for person in team if person.id in staff.away]
    if not team:
        return Silence(Why.VACANT)
    return Silence(Why.AWAY, min(back)) if len(back) == len(team) else Silence(Why.OUT_OF_REACH)


def by_organ(desk: Desk, found: Iterable[Unheard]) -> list[SilentOrgan]:
    """The same, organ by organ; each record once."""
    numbers: dict[str, dict[str, None]] = defaultdict(dict)
    silences: dict[str, Silence] = {}
    for each in found:
        numbers[each.duty.debtor][each.record.number] = None
        silences[each.duty.debtor] = each.silence
    return [
        SilentOrgan(desk.office.organ(organ).short, tuple(those), silences[organ])
        for organ, those in numbers.items()
    ]
