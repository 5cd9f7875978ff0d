"""Reminders that were said keep pace: what is done is ticked off in its place, its buttons go.

An edit makes no sound and is never sent as a new message: a reminder that its reader has deleted
stays deleted. One that still waits to be sent is no matter of this module: it is taken back and
said anew (`planning.silence`).
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Status
from bot.services.nag_items import Fate, ground_of, items_of
from bot.services.nag_lists import keyboard_of, said_at, text_of, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.domain.people import Person
    from bot.domain.records import Nag
    from bot.services.desk import Desk
    from bot.storage.nags import Standing

KEPT_LISTS = timedelta(days=30)
"""How long a list is kept up to date."""
NEWEST = 3
"""As many lists of one reader as one matter changes: who looks for it looks no further back."""


async def tick_off(desk: Desk, record_ids: Collection[int]) -> None:
    """Bring the newest lists that name some records up to date; nobody is told anew."""
    owed = await desk.tx.duties.of_records(record_ids)
    ids = {duty.id for duties in owed.values() for duty in duties}
    await _amend(desk, _newest(desk, await desk.tx.nags.standing(ids)))


async def tick_list(desk: Desk, key: str) -> None:
    """Bring one list up to date, if it stands."""
    await _amend(desk, await desk.tx.nags.stands(key))


async def tick_arrived(desk: Desk, key: str) -> None:
    """Bring a list up to date of which something was done or put off while it was under way."""
    told = {nag.duty_id for nag in await desk.tx.nags.told_in([key])}
    await desk.tx.duties.by_id(told, hold=True)  # nothing is done meanwhile unseen
    await tick_list(desk, key)


def _newest(desk: Desk, lists: Iterable[Standing]) -> list[Standing]:
    """Of lists in order, the newest first, the first few of each chat that are not too old."""
    seen: Counter[int] = Counter()
    found: list[Standing] = []
    for each in lists:
        seen[each.chat_id] += 1
        if seen[each.chat_id] <= NEWEST and desk.now - said_at(each.key) <= KEPT_LISTS:
            found.append(each)
    return found


async def _amend(desk: Desk, lists: Sequence[Standing]) -> None:
    """Make some lists anew from what they told of."""
    if not lists:
        return
    keys = [each.key for each in lists]
    await desk.tx.nags.hold_lists(keys)  # of two edits at once the later one tells of both
    nags = await desk.tx.nags.told_in(keys)
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    for chat_id in dict.fromkeys(each.chat_id for each in lists):
        person = await desk.tx.people.by_user(chat_id)
        if person is not None and person.status is Status.ACTIVE:
            own = [nag for nag in nags if nag.person_id == person.id]
            records = {duties[nag.duty_id].record_id for nag in own}
            theirs = [each for each in lists if each.chat_id == chat_id]
            await _amend_for(desk, person, theirs, own, records)


async def _amend_for(
    desk: Desk,
    person: Person,
    lists: Sequence[Standing],
    nags: Sequence[Nag],
    record_ids: Collection[int],
) -> None:
    """Make one reader's lists anew; of what they may see no more, nothing is said any more."""
    ground = await ground_of(desk, person, record_ids)
    actor = desk.actor(person)
    for each in lists:
        at = said_at(each.key)
        told = [nag for nag in nags if nag.told_in == each.key]
        items = visible(actor, items_of(desk, person, told, ground, at))
        if any(item.fate is not Fate.OPEN for item in items):
            mark = f"\n\n{desk.texts.render('perhaps_repeated')}" if each.doubtful else ""
            await desk.say(
                each.chat_id,
                text=text_of(desk, items, at) + mark,
                buttons=keyboard_of(desk, person, items),
                manner=Manner.AMEND,
                post=each.key,
                reply_to=each.message_id,
                priority=Priority.NEWS,
            )
