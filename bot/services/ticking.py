"""Reminders that were said keep pace: what is done is ticked off in its place, its buttons go.

An edit makes no sound and is never sent as a new message: a reminder that its reader has deleted
stays deleted. One that still waits to be sent is no matter of this module: it is taken back and
said anew (`planning.silence`).
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Status
from bot.services.nag_items import Fate, ground_of, items_of
from bot.services.nag_lists import keyboard_of, said_at, text_of, told_apart, visible
from bot.services.planning import NAG_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence

    from bot.domain.people import Person
    from bot.domain.records import Nag
    from bot.services.desk import Desk
    from bot.services.nag_items import Ground
    from bot.storage.nags import Standing

log = logging.getLogger(__name__)

KEPT_LISTS = timedelta(days=30)
"""How long a list is kept up to date."""
NEWEST = 3
"""As many lists of one reader as one record changes: who looks for it looks no further back."""


async def tick_off(desk: Desk, record_ids: Collection[int]) -> None:
    """Bring the newest lists that name some records up to date; nobody is told anew."""
    owed = await desk.tx.duties.of_records(record_ids)
    record_of = {duty.id: duty.record_id for duties in owed.values() for duty in duties}
    named: dict[str, set[int]] = defaultdict(set)
    for nag in await desk.tx.nags.of_duties(record_of):
        if nag.told_in.startswith(NAG_KEY) and desk.now - said_at(nag.told_in) <= KEPT_LISTS:
            named[nag.told_in].add(record_of[nag.duty_id])
    await _amend(desk, _newest(await desk.tx.nags.standing(named), named))


async def tick_list(desk: Desk, key: str) -> None:
    """Bring one list up to date, if it stands."""
    await _amend(desk, await desk.tx.nags.standing([key]))


async def tick_arrived(desk: Desk, key: str) -> None:
    """Bring a list up to date of which something was done or put off while it was under way."""
    told = {nag.duty_id for nag in await desk.tx.nags.told_in([key])}
    await desk.tx.duties.by_id(told, hold=True)  # nothing is done meanwhile unseen
    await desk.tx.nags.arrived(key)
    await tick_list(desk, key)


def _newest(lists: Iterable[Standing], named: Mapping[str, Iterable[int]]) -> list[Standing]:
    """Of lists in order, the newest first, the first few of each chat that name a record."""
    seen: Counter[tuple[int, int]] = Counter()
    found: list[Standing] = []
    for each in lists:
        matters = [(each.chat_id, record_id) for record_id in named[each.key]]
        seen.update(matters)
        if any(seen[matter] <= NEWEST for matter in matters):
            found.append(each)
    return found


async def _amend(desk: Desk, lists: Sequence[Standing]) -> None:
    """Make some lists anew from what they told of; one that cannot be made stays as it is."""
    if not lists:
        return
    keys = [each.key for each in lists]
    await desk.tx.nags.hold_lists(keys)  # of two edits at once the later one tells of both
    nags = await desk.tx.nags.told_in(keys)
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    readers = await _readers(desk, {each.chat_id for each in lists})
    records = {duty.record_id for duty in duties.values()}
    ground = await ground_of(desk, readers.values(), records, {said_at(key) for key in keys})
    for each in lists:
        reader = readers.get(each.chat_id)
        if reader is not None:
            told = [nag for nag in nags if (nag.told_in, nag.person_id) == (each.key, reader.id)]
            await _try(desk, _amend_one(desk, reader, each, told, ground))


async def _readers(desk: Desk, chat_ids: Iterable[int]) -> dict[int, Person]:
    """Who is on the roster of those whose private chats some are."""
    people = [await desk.tx.people.by_user(chat_id) for chat_id in chat_ids]
    return {each.user_id: each for each in people if each and each.status is Status.ACTIVE}


async def _try(desk: Desk, edit: Awaitable[None]) -> None:
    """Edit one list, or leave no trace of it: somebody else's step must not fail by it."""
    try:
        async with desk.tx.savepoint():
            await edit
    except Exception as error:
        log.error("%s: a list cannot be edited: %s", desk.cause, type(error).__name__)


async def _amend_one(
    desk: Desk, reader: Person, listed: Standing, told: Sequence[Nag], ground: Ground
) -> None:
    """Make one list anew, if there is news; of what its reader may not see any more, none is."""
    at = said_at(listed.key)
    actor = desk.actor(reader)
    items = visible(actor, items_of(desk, actor, told, ground, at))
    if all(item.fate is Fate.OPEN for item in items):
        return
    doubtful = any(nag.doubtful for nag in told)
    mark = f"\n\n{desk.texts.render('perhaps_repeated')}" if doubtful else ""
    await desk.say(
        listed.chat_id,
        text=text_of(desk, items, at, told_apart(listed.key, told)) + mark,
        buttons=keyboard_of(desk, items),
        manner=Manner.AMEND,
        post=listed.key,
        reply_to=listed.message_id,
        priority=Priority.NEWS,
    )
