"""Which message said what: so that an edit of it reaches the draft, or the record, it became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from bot.domain.records import Origin
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.origins


class Origins:
    """The messages that drafts and records were read from, for as long as they may be edited."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, origin: Origin, now: datetime) -> None:
        """Keep what a message said, or says now."""
        values = {
            "person_id": origin.person_id,
            "draft_id": origin.draft_id,
            "record_id": origin.record_id,
            "asked": origin.asked,
            "fields": _text(origin.fields),
            "at": now,
        }
        await self._connection.execute(
            insert_into(T, self._connection)
            .values(chat_id=origin.chat_id, message_id=origin.message_id, **values)
            .on_conflict_do_update(index_elements=["chat_id", "message_id"], set_=values)
        )

    async def get(self, chat_id: int, message_id: int) -> Origin | None:
        """What a message said, if anything was read from it."""
        rows = await self._connection.execute(
            select(T).where(T.c.chat_id == chat_id, T.c.message_id == message_id)
        )
        row = rows.one_or_none()
        return None if row is None else _origin(row)

    async def overtake(self, draft_id: int, name: str) -> None:
        """A field of a draft was given anew: no earlier message speaks for it any more."""
        rows = await self._connection.execute(select(T).where(T.c.draft_id == draft_id))
        for origin in [_origin(row) for row in rows]:
            if name in origin.fields:
                await self._connection.execute(
                    update(T)
                    .where(T.c.chat_id == origin.chat_id, T.c.message_id == origin.message_id)
                    .values(fields=_text(origin.fields - {name}))
                )

    async def became(self, draft_id: int, record_id: int) -> None:
        """A draft was filed: its messages speak for the record now."""
        await self._connection.execute(
            update(T).where(T.c.draft_id == draft_id).values(draft_id=None, record_id=record_id)
        )

    async def reopened(self, record_id: int, draft_id: int) -> None:
        """A record was taken back: its messages speak for the draft again."""
        await self._connection.execute(
            update(T).where(T.c.record_id == record_id).values(draft_id=draft_id, record_id=None)
        )

    async def forget(self, draft_id: int) -> None:
        """A draft is gone."""
        await self._connection.execute(delete(T).where(T.c.draft_id == draft_id))

    async def forget_before(self, moment: datetime) -> None:
        """Drop what no messenger lets anybody edit any more."""
        await self._connection.execute(delete(T).where(T.c.at < moment))


def _text(fields: Iterable[str]) -> str:
    return " ".join(sorted(fields))


def _origin(row: Row[tuple[object, ...]]) -> Origin:
    fields = dict(row._mapping)
    del fields["at"]
    return Origin(**{**fields, "fields": frozenset(fields["fields"].split())})
