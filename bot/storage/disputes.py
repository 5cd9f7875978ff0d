"""What is in dispute on a record, and which organ has called it settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from bot.domain.records import Dispute
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.disputes
R = tables.records
OPEN = or_(T.c.closed_by_sender.is_(None), T.c.closed_by_receiver.is_(None))
"""One of the two organs has not called it settled; the unique index says the same."""


class Disputes:
    """Every dispute; a record has at most one open dispute of a subject."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self, record_id: int, subject: str, organ: str, event_id: int, *, by_sender: bool
    ) -> bool:
        """Raise a dispute, or raise anew one that its own organ has called settled.

        False where there is an open one that the organ has not.
        """
        own = T.c.closed_by_sender if by_sender else T.c.closed_by_receiver
        raised = {"organ": organ, "raised_by": event_id}
        result = await self._connection.execute(
            insert_into(T, self._connection)
            .values(record_id=record_id, subject=subject, **raised)
            .on_conflict_do_update(
                index_elements=["record_id", "subject"],
                index_where=OPEN,
                set_={**raised, "closed_by_sender": None, "closed_by_receiver": None},
                where=own.is_not(None),
            )
            .returning(T.c.id)
        )
        return result.one_or_none() is not None

    async def open_of(self, record_id: int) -> list[Dispute]:
        """What is in dispute on a record, the oldest first."""
        rows = await self._connection.execute(
            select(T).where(T.c.record_id == record_id, OPEN).order_by(T.c.id)
        )
        return [Dispute(**row._mapping) for row in rows]

    async def open_between(self, organ: str) -> list[Dispute]:
        """What is in dispute between an organ and another, the oldest first."""
        parties = or_(R.c.sender == organ, R.c.receiver == organ)
        rows = await self._connection.execute(
            select(T).join(R, R.c.id == T.c.record_id).where(OPEN, parties).order_by(T.c.id)
        )
        return [Dispute(**row._mapping) for row in rows]

    async def settle(
        self, dispute_id: int, raised_by: int, event_id: int, *, by_sender: bool
    ) -> bool:
        """Note that an organ calls a dispute settled as it was raised; False if it did before."""
        own = T.c.closed_by_sender if by_sender else T.c.closed_by_receiver
        result = await self._connection.execute(
            update(T)
            .where(T.c.id == dispute_id, T.c.raised_by == raised_by, own.is_(None))
            .values({own: event_id})
        )
        return result.rowcount > 0
