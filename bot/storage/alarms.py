"""What administrators have been told of, so that they are told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.storage import tables
from bot.storage.among import among
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.alarms


class Alarms:
    """Subjects, each with the moment at which it was last told."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def told(self) -> Mapping[str, datetime]:
        """Everything that was told and is remembered."""
        return {row.subject: row.told_at for row in await self._connection.execute(select(T))}

    async def tell(self, subjects: Collection[str], now: datetime) -> None:
        """Note that these are told now."""
        if not subjects:
            return
        insert = insert_into(T, self._connection)
        await self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=["subject"], set_={"told_at": insert.excluded.told_at}
            ),
            [{"subject": subject, "told_at": now} for subject in subjects],
        )

    async def forget(self, subjects: Collection[str]) -> None:
        """Remember no more that these were told."""
        await self._connection.execute(
            delete(T).where(among(self._connection, T.c.subject, subjects))
        )
