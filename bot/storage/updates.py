"""Which updates of the messenger have been taken in: the proof against doing one twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.updates


def has_id(raw: Mapping[str, object]) -> bool:
    """Tell whether an update has an id that a row may have; Telegram sends no other."""
    update_id = raw.get("update_id")
    return type(update_id) is int and 0 < update_id < 2**63


class Updates:
    """The ids of updates whose effects are committed with them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, update_id: int, now: datetime, trouble: str = "") -> bool:
        """Note an update as taken in; tells whether it is new.

        `trouble` names what made it unreadable or made it fail; never its content.
        """
        result = await self._connection.execute(
            insert_into(T, self._connection)
            .values(update_id=update_id, at=now, trouble=trouble[:200])
            .on_conflict_do_nothing()
        )
        return result.rowcount > 0

    async def mark(self, update_id: int, trouble: str) -> None:
        """Note what made an update fail after it was taken in."""
        await self._connection.execute(
            update(T).where(T.c.update_id == update_id).values(trouble=trouble[:200])
        )

    async def troubled(self) -> int:
        """How many updates could not be read or failed."""
        return int(
            await self._connection.scalar(
                select(func.count()).select_from(T).where(T.c.trouble != "")
            )
            or 0
        )

    async def prune(self, before: datetime) -> None:
        """Forget old ids, but for the troubled; Telegram redelivers for a day at most."""
        await self._connection.execute(delete(T).where(T.c.at < before, T.c.trouble == ""))

    async def prune_troubled(self, before: datetime) -> None:
        """Forget what became of the troubled, once nobody will look for it any more."""
        await self._connection.execute(delete(T).where(T.c.at < before))
