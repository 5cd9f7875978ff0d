"""The dispatcher: finds what is to be reminded of now and queues it, a few items a transaction.

One bad row stops nothing: it is undone by itself, and tried again at the next tick.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from bot.services.desk import Desk
from bot.services.group_words import bulletin, speak, words_for
from bot.services.nag_lists import remind
from bot.services.nagging import AT_ONCE, duties_to_nag, hand_on, readers, redirect, surroundings
from bot.services.planning import plan_anew, recall, set_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence
    from datetime import datetime

    from bot.services.desk import Books
    from bot.storage.database import Database, Tx

log = logging.getLogger(__name__)

BATCH = 10
"""As many messages as one transaction queues: a person's question waits no longer than that."""

T = TypeVar("T")


class Dispatcher:
    """Plans, hands on and says what is due, each time it is asked to."""

    def __init__(self, database: Database, books: Books) -> None:
        self._database = database
        self._books = books
        self.failed = 0
        """How many items went wrong the last time."""

    async def run(self, now: datetime) -> None:
        """Do all that is due now; a step that fails keeps no other from its turn."""
        self.failed = 0
        for step in (self._recall, self._plan, self._hand_on, self._remind, self._speak):
            try:
                await step(now)
            except Exception as error:
                self.failed += 1
                log.error("%s: failed: %s", step.__name__, type(error).__name__)

    async def _desk(self, tx: Tx, now: datetime, work: str) -> Desk:
        return await Desk.open(tx, self._books, now, f"t{now.timestamp()}/{work}")

    async def _recall(self, now: datetime) -> None:
        """Take back what must not be said as it stands, or was said while the clock ran ahead."""
        async with self._database.write() as tx:
            desk = await self._desk(tx, now, "recall")
            await recall(desk)
            await set_back(desk)

    async def _plan(self, now: datetime) -> None:
        """Plan whatever another calendar or office file has planned, until none is left."""
        more = True
        while more:
            async with self._database.write() as tx:
                more = await plan_anew(await self._desk(tx, now, "plan"))

    async def _hand_on(self, now: datetime) -> None:
        """Turn stages whose hour has come into rows for those to be reminded."""
        last = None
        while True:
            async with self._database.write() as tx:
                desk = await self._desk(tx, now, "stages")
                duties = await duties_to_nag(desk, last)
                records, staff = await surroundings(desk, duties)
                if not await self._all_at_once(desk, hand_on(desk, duties, records, staff)):
                    for duty in duties:
                        await self._try(desk, hand_on(desk, [duty], records, staff))
            if len(duties) < AT_ONCE:
                return
            last = duties[-1]

    async def _remind(self, now: datetime) -> None:
        """Tell each person what waits for them, in one message."""
        async with self._database.write() as tx:
            desk = await self._desk(tx, now, "readers")
            await redirect(desk)
            people = await readers(desk)
        for some in _chunks(people, BATCH):
            async with self._database.write() as tx:
                desk = await self._desk(tx, now, f"lists{some[0]}")
                for person_id in some:
                    await self._try(desk, remind(desk, person_id))
                self.failed += len(desk.unworded)

    async def _speak(self, now: datetime) -> None:
        """Tell the groups what the week brings, and what reaches nobody."""
        async with self._database.read() as tx:
            told = await bulletin(await self._desk(tx, now, "groups"))
        if told is None:
            return
        for some in _chunks(told.chats, BATCH):
            async with self._database.write() as tx:
                desk = await self._desk(tx, now, "groups")
                for word in await words_for(desk, told, some):
                    await self._try(desk, speak(desk, word))
                self.failed += len(desk.unworded)

    async def _all_at_once(self, desk: Desk, items: Awaitable[None]) -> bool:
        """Do several items, or leave no trace of them: tells whether all went well."""
        try:
            async with desk.tx.savepoint():
                await items
        except Exception as error:
            log.warning("%s: one by one: %s", desk.cause, type(error).__name__)
            return False
        return True

    async def _try(self, desk: Desk, item: Awaitable[None]) -> None:
        """Do one item, or leave no trace of it."""
        try:
            async with desk.tx.savepoint():
                await item
        except Exception as error:
            self.failed += 1
            log.error("%s: one failed: %s", desk.cause, type(error).__name__)


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
