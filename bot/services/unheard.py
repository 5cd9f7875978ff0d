"""What nobody of the organ that owes it can be told in private."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.records import NOBODY
from bot.services.cards import homes
from bot.services.nagging import surroundings
from bot.services.planning import GROUP_KEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.domain.people import Side
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.storage.chats import Audience


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something owed, with the reminders of it that reach nobody."""

    duty: Duty
    record: Record
    nags: Sequence[Nag]


async def unheard(desk: Desk) -> list[tuple[Unheard, Sequence[Audience]]]:
    """All that waits although its hour has come, with those whose groups are told instead.

    What waits longest comes first.
    """
    nags = [nag for nag in await desk.tx.nags.of_person(NOBODY) if nag.at <= desk.now]
    if not nags:
        return []
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    owed = {duty_id: duty for duty_id, duty in duties.items() if duty.closed_by is None}
    records = await desk.tx.records.by_id({duty.record_id for duty in owed.values()})
    audiences = await desk.tx.chats.audiences()
    known: dict[tuple[str, frozenset[Side]], list[Audience]] = {}
    found: list[tuple[Unheard, Sequence[Audience]]] = []
    for each in _by_duty(nags, owed, records):
        matter = (each.record.district, each.record.sides)
        if matter not in known:
            known[matter] = homes(desk, audiences, each.record)
        found.append((each, known[matter]))
    return found


async def still_unheard(desk: Desk, duty_ids: Collection[int]) -> dict[int, Unheard]:
    """Of some duties those that are owed still and of which nobody can be told still, by id.

    What another group has been told of today counts: it goes to every group at home there.
    """
    duties = await desk.tx.duties.by_id(duty_ids, hold=True)
    owed = {duty_id: duty for duty_id, duty in duties.items() if duty.closed_by is None}
    records, staff = await surroundings(desk, owed.values())
    lost = {
        duty_id: duty
        for duty_id, duty in owed.items()
        if staff.one_of(duty.record_id, duty.debtor) is None
    }
    today = f"{GROUP_KEY}{desk.today.isoformat()}/"
    nags = [
        nag
        for nag in await desk.tx.nags.to_nobody(lost)
        if nag.at <= desk.now and (not nag.message or nag.message.startswith(today))
    ]
    return {each.duty.id: each for each in _by_duty(nags, lost, records)}


def _by_duty(
    nags: Sequence[Nag], duties: Mapping[int, Duty], records: Mapping[int, Record]
) -> Iterator[Unheard]:
    """The reminders of each of some duties together, in their order."""
    together: dict[int, list[Nag]] = defaultdict(list)
    for nag in nags:
        if nag.duty_id in duties:
            together[nag.duty_id].append(nag)
    for duty_id, those in together.items():
        duty = duties[duty_id]
        yield Unheard(duty, records[duty.record_id], those)
