"""What has been kept long enough, and when it was last looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, cast, delete, exists, func, literal, select, tuple_, update

from bot.domain.people import Status
from bot.storage import tables
from bot.storage.events import stream_of
from bot.storage.records import record_from
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.records import Record

R = tables.records
E = tables.events
C = tables.contents
A = tables.attachments
P = tables.people
D = tables.drafts
L = tables.retention


class Retention:
    """The only part that removes what a history covers; the chains hold without it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, rule: str, now: datetime) -> None:
        """Keep when a rule was last carried out."""
        await self._connection.execute(
            insert_into(L, self._connection)
            .values(rule=rule, ran_at=now)
            .on_conflict_do_update(index_elements=["rule"], set_={"ran_at": now})
        )

    async def last(self, rule: str) -> datetime | None:
        """When a rule was last carried out."""
        ran_at: datetime | None = await self._connection.scalar(
            select(L.c.ran_at).where(L.c.rule == rule)
        )
        return ran_at

    async def closed(
        self, closed: Collection[tuple[str, str]], before: datetime, limit: int
    ) -> list[Record]:
        """The records in one of these states since then, of whose content there is something.

        Their history's, or a file.
        """
        rows = await self._connection.execute(
            select(R).where(R.c.id.in_(_closed(closed, before))).order_by(R.c.id).limit(limit)
        )
        return [record_from(row) for row in rows]

    async def count_closed(self, closed: Collection[tuple[str, str]], before: datetime) -> int:
        """How many they are."""
        return await self._count(_closed(closed, before))

    async def forget_contents(self, record_id: int) -> None:
        """Remove the contents of a record's history: the chain keeps their hashes only."""
        of_record = select(E.c.id).where(E.c.stream == stream_of(record_id))
        await self._connection.execute(delete(C).where(C.c.event_id.in_(of_record)))

    async def forget_names(self, before: datetime) -> None:
        """Take the names off those who left, and of whom no history tells anything since then."""
        await self._connection.execute(update(P).where(P.c.id.in_(_gone(before))).values(name=""))

    async def count_names(self, before: datetime) -> int:
        """How many they are."""
        return await self._count(_gone(before))

    async def count_drafts(self, now: datetime) -> int:
        """How many drafts are out of time."""
        return await self._count(select(D.c.id).where(D.c.expires_at <= now))

    async def _count(self, rows: Select[tuple[int]]) -> int:
        count = select(func.count()).select_from(rows.subquery())
        return await self._connection.scalar(count) or 0


def _closed(closed: Collection[tuple[str, str]], before: datetime) -> Select[tuple[int]]:
    stream = literal("record/").concat(cast(R.c.id, String))
    content = select(C.c.event_id).join(E, E.c.id == C.c.event_id).where(E.c.stream == stream)
    file = select(A.c.id).where(A.c.record_id == R.c.id)
    return select(R.c.id).where(
        tuple_(R.c.kind, R.c.state).in_(closed),
        R.c.updated_at < before,
        exists(content) | exists(file),
    )


def _gone(before: datetime) -> Select[tuple[int]]:
    lately = select(E.c.actor).where(E.c.at >= before, E.c.actor.is_not(None))
    return select(P.c.id).where(
        P.c.status == Status.LEFT.value,
        P.c.name != "",
        P.c.asked_at < before,
        P.c.id.not_in(lately),
    )
