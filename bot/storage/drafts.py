"""Forms being filled in: rows, so that a restart forgets none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from bot.domain.records import Draft
from bot.storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.drafts


class Drafts:
    """The drafts of everybody, each tied to its author and its place."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, draft: Draft, expires_at: datetime) -> Draft:
        """Write a new draft; its id is given here."""
        values = {
            "kind": draft.kind,
            "person_id": draft.person_id,
            "chat_id": draft.chat_id,
            "thread_id": draft.thread_id,
            "private": draft.private,
            "move": draft.move,
            "record_id": draft.record_id,
            "record_version": draft.record_version,
            "asking": draft.asking,
            "to_ask": " ".join(draft.to_ask),
            "data": dict(draft.data),
            "expires_at": expires_at,
        }
        result = await self._connection.execute(T.insert().values(values).returning(T))
        return _draft(result.one())

    async def get(self, draft_id: int) -> Draft | None:
        """The draft with this id."""
        rows = await self._connection.execute(select(T).where(T.c.id == draft_id))
        row = rows.one_or_none()
        return None if row is None else _draft(row)

    async def save(self, draft: Draft) -> None:
        """Write a draft's answers, its open question, and where it is filled in."""
        await self._connection.execute(
            update(T)
            .where(T.c.id == draft.id)
            .values(
                asking=draft.asking,
                to_ask=" ".join(draft.to_ask),
                data=dict(draft.data),
                chat_id=draft.chat_id,
                thread_id=draft.thread_id,
                private=draft.private,
                record_version=draft.record_version,
            )
        )

    async def asking_at(self, person_id: int, chat_id: int, thread_id: int) -> Draft | None:
        """The person's newest draft at this place that waits for an answer."""
        rows = await self._connection.execute(
            select(T)
            .where(
                T.c.person_id == person_id,
                T.c.chat_id == chat_id,
                T.c.thread_id == thread_id,
                T.c.asking != "",
            )
            .order_by(T.c.id.desc())
            .limit(1)
        )
        row = rows.one_or_none()
        return None if row is None else _draft(row)

    async def of_person(self, person_id: int) -> list[Draft]:
        """All drafts of a person, the newest first."""
        rows = await self._connection.execute(
            select(T).where(T.c.person_id == person_id).order_by(T.c.id.desc())
        )
        return [_draft(row) for row in rows]

    async def of_record(self, record_id: int) -> list[Draft]:
        """The drafts of steps on a record."""
        rows = await self._connection.execute(select(T).where(T.c.record_id == record_id))
        return [_draft(row) for row in rows]

    async def expired(self, now: datetime) -> list[Draft]:
        """The drafts whose time is over."""
        rows = await self._connection.execute(
            select(T).where(T.c.expires_at <= now).order_by(T.c.id)
        )
        return [_draft(row) for row in rows]

    async def next_expiry(self) -> datetime | None:
        """When the time of the oldest draft is over."""
        expiry: datetime | None = await self._connection.scalar(select(func.min(T.c.expires_at)))
        return expiry

    async def remove(self, draft_id: int) -> bool:
        """Delete a draft; tells whether it was still there, so that only one submit wins."""
        result = await self._connection.execute(delete(T).where(T.c.id == draft_id))
        return result.rowcount > 0


def _draft(row: Row[tuple[object, ...]]) -> Draft:
    fields = row._mapping
    return Draft(**{**fields, "to_ask": tuple(fields["to_ask"].split())})
