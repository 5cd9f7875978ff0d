"""When the bot last looked after what the hour asks for, and when it last did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.heartbeats

TICK = "tick"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time during which nobody ticked."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last tick, and the last time there was none for long."""

    at: datetime
    gap: Gap | None


class Heartbeats:
    """One row: whoever leads writes it, every process reads it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def beat(self, now: datetime) -> None:
        """A tick has ended."""
        await self._connection.execute(
            insert_into(T, self._connection)
            .values(name=TICK, at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"at": now})
        )

    async def resume(self, now: datetime, longest: timedelta) -> None:
        """Ticking begins anew: remember since when there was none, if that is too long."""
        await self._connection.execute(
            update(T)
            .where(T.c.name == TICK, T.c.at < now - longest)
            .values(down_from=T.c.at, down_until=now)
        )

    async def last(self) -> Heartbeat | None:
        """The last tick, whichever process did it; None before the first."""
        row = (await self._connection.execute(select(T).where(T.c.name == TICK))).one_or_none()
        if row is None:
            return None
        known = row.down_from is not None and row.down_until is not None
        return Heartbeat(row.at, Gap(row.down_from, row.down_until) if known else None)
