"""Steps that wait for the approval of an organ's leader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.domain.records import Proposal
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.records import Value

T = tables.proposals


class Proposals:
    """What waits for approval; decided ones are gone, the history has them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        record_id: int,
        move: str,
        data: Mapping[str, Value],
        *,
        organ: str,
        proposed_by: int,
        now: datetime,
    ) -> Proposal | None:
        """Keep a proposal; None if the same step on the record waits already."""
        values = {
            "record_id": record_id,
            "move": move,
            "data": dict(data),
            "organ": organ,
            "proposed_by": proposed_by,
            "proposed_at": now,
        }
        result = await self._connection.execute(
            insert_into(T, self._connection).values(values).on_conflict_do_nothing().returning(T)
        )
        row = result.one_or_none()
        return Proposal(**row._mapping) if row else None

    async def get(self, proposal_id: int) -> Proposal | None:
        """The proposal of that id, while it waits."""
        result = await self._connection.execute(select(T).where(T.c.id == proposal_id))
        row = result.one_or_none()
        return Proposal(**row._mapping) if row else None

    async def of_record(self, record_id: int) -> list[Proposal]:
        """What waits on a record."""
        rows = await self._connection.execute(
            select(T).where(T.c.record_id == record_id).order_by(T.c.id)
        )
        return [Proposal(**row._mapping) for row in rows]

    async def of_organ(self, organ: str) -> list[Proposal]:
        """What waits for an organ's leader, the oldest first."""
        rows = await self._connection.execute(select(T).where(T.c.organ == organ).order_by(T.c.id))
        return [Proposal(**row._mapping) for row in rows]

    async def remove(self, proposal_id: int) -> bool:
        """Take a proposal away; False if somebody else was quicker."""
        result = await self._connection.execute(delete(T).where(T.c.id == proposal_id))
        return result.rowcount > 0
