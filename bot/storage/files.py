"""Files: what was offered and what became of it, and each content once, under its hash."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, update

from bot.domain.files import Attachment, FileState, pause_after
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.files import Offered
    from bot.domain.people import Place

T = tables.attachments
F = tables.files
D = tables.drafts
GIVEN_UP = (FileState.REFUSED.value, FileState.FAILED.value)


class Files:
    """The files of drafts and records. A content is only ever read alone.

    waiting → stored | refused | failed. Who fetches a waiting file first notes the attempt, and
    when to try again should nothing more be heard of it: so a crash needs no mending, and a
    file that kills whoever fetches it is given up in the end.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        offered: Offered,
        place: Place,
        now: datetime,
        *,
        name: str,
        kind: str,
        person_id: int,
        draft_id: int | None,
        record_id: int | None,
    ) -> Attachment:
        """Write a file that waits to be fetched, for a draft or for a record."""
        values = {
            "draft_id": draft_id,
            "record_id": record_id,
            "person_id": person_id,
            "chat_id": place.chat_id,
            "thread_id": place.thread_id,
            "message_id": offered.message_id,
            "remote_id": offered.remote_id,
            "name": name,
            "kind": kind,
            "declared": offered.size,
            "state": FileState.WAITING.value,
            "attempts": 0,
            "not_before": now,
            "trouble": "",
            "added_at": now,
        }
        row_id = await self._connection.scalar(T.insert().values(values).returning(T.c.id))
        return await self._one(T.c.id == row_id)

    async def of_draft(self, draft_id: int) -> list[Attachment]:
        """The files that wait or are stored for a draft, in the order they were offered."""
        return await self._kept(T.c.draft_id == draft_id)

    async def of_record(self, record_id: int) -> list[Attachment]:
        """The files that wait or are stored for a record, in the order they were offered."""
        return await self._kept(T.c.record_id == record_id)

    async def _kept(self, owner: ColumnElement[bool]) -> list[Attachment]:
        rows = await self._connection.execute(
            _attachments().where(owner, T.c.state.not_in(GIVEN_UP)).order_by(T.c.id)
        )
        return [_attachment(row) for row in rows]

    async def _one(self, which: ColumnElement[bool]) -> Attachment:
        rows = await self._connection.execute(_attachments().where(which))
        return _attachment(rows.one())

    async def content(self, digest: str) -> bytes | None:
        """The content of that hash, while a row names it."""
        content: bytes | None = await self._connection.scalar(
            select(F.c.content).where(F.c.sha256 == digest)
        )
        return content

    # Fetching.

    async def claim(self, now: datetime) -> Attachment | None:
        """The file that waits longest for its turn, the attempt noted; None: nothing is due."""
        rows = await self._connection.execute(
            _attachments()
            .where(*_fetchable(), T.c.not_before <= now)
            .order_by(T.c.not_before, T.c.id)
            .limit(1)
        )
        row = rows.one_or_none()
        if row is None:
            return None
        attempts = row.attempts + 1
        await self._connection.execute(
            update(T)
            .where(T.c.id == row.id)
            .values(attempts=attempts, not_before=now + pause_after(attempts))
        )
        return await self._one(T.c.id == row.id)

    async def next_instant(self) -> datetime | None:
        """When the earliest waiting file may be fetched."""
        instant: datetime | None = await self._connection.scalar(
            select(func.min(T.c.not_before)).where(*_fetchable())
        )
        return instant

    async def put_back(self, attachment_id: int, trouble: str, not_before: datetime) -> None:
        """Let a file wait for another attempt."""
        await self._settle(attachment_id, trouble=trouble[:200], not_before=not_before)

    async def store(
        self, attachment_id: int, content: bytes, now: datetime
    ) -> tuple[Attachment, bool] | None:
        """Keep the content of a waiting file, once for every file that has it.

        Tells whether its draft or record had that very content before: then the row goes.
        None when the file is wanted no more.
        """
        rows = await self._connection.execute(
            select(T).where(T.c.id == attachment_id, *_fetchable()).with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            return None
        digest = sha256(content).hexdigest()
        owner = T.c.draft_id == row.draft_id
        if row.record_id is not None:
            owner = T.c.record_id == row.record_id
        twin = await self._connection.scalar(select(T.c.id).where(T.c.sha256 == digest, owner))
        if twin is not None:
            await self.remove(attachment_id)
            return await self._one(T.c.id == twin), True
        await self._connection.execute(
            insert_into(F, self._connection)
            .values(sha256=digest, size=len(content), content=content)
            .on_conflict_do_nothing()
        )
        stored = {"state": FileState.STORED.value, "sha256": digest, "trouble": ""}
        await self._settle(attachment_id, **stored, settled_at=now)
        return await self._one(T.c.id == attachment_id), False

    async def give_up(
        self, attachment_id: int, state: FileState, trouble: str, now: datetime
    ) -> bool:
        """Settle a waiting file of which nothing is kept; tells whether it was still wanted."""
        values = {"state": state.value, "trouble": trouble[:200], "settled_at": now}
        return await self._settle(attachment_id, **values)

    async def _settle(self, attachment_id: int, **values: object) -> bool:
        result = await self._connection.execute(
            update(T).where(T.c.id == attachment_id, *_fetchable()).values(**values)
        )
        return result.rowcount > 0

    async def remove(self, attachment_id: int) -> None:
        """Forget a file altogether."""
        await self._connection.execute(delete(T).where(T.c.id == attachment_id))

    # What becomes of their owners.

    async def follow(self, draft_id: int, record_id: int) -> list[Attachment]:
        """Hand the files of a draft over to its record, but for what that has already."""
        there = select(T.c.sha256).where(T.c.record_id == record_id, T.c.sha256.is_not(None))
        await self._connection.execute(
            delete(T).where(T.c.draft_id == draft_id, T.c.sha256.in_(there))
        )
        moved = await self._connection.execute(
            update(T)
            .where(T.c.draft_id == draft_id)
            .values(draft_id=None, record_id=record_id)
            .returning(T.c.id)
        )
        return await self._kept(T.c.id.in_(moved.scalars().all()))

    async def hand_on(self, draft_id: int, other_id: int) -> None:
        """Hand the files of a draft over to the draft it has become."""
        await self._connection.execute(
            update(T).where(T.c.draft_id == draft_id).values(draft_id=other_id)
        )

    async def drop(self, draft_id: int) -> None:
        """Forget the files of a draft."""
        await self._forget(T.c.draft_id == draft_id)

    async def purge(self, record_id: int) -> None:
        """Forget the files of a record."""
        await self._forget(T.c.record_id == record_id)

    async def _forget(self, owner: ColumnElement[bool]) -> None:
        gone = await self._connection.execute(delete(T).where(owner))
        if gone.rowcount:
            await self.sweep()

    async def sweep(self) -> None:
        """Remove every content that no row names."""
        await self._connection.execute(
            delete(F).where(~exists(select(T.c.id).where(T.c.sha256 == F.c.sha256)))
        )

    async def forget_loose(self, before: datetime) -> None:
        """Forget files given up long ago, and those whose draft is gone."""
        await self._connection.execute(delete(T).where(_loose(before)))
        await self.sweep()

    async def count_loose(self, before: datetime) -> int:
        """How many they are."""
        return (
            await self._connection.scalar(select(func.count()).select_from(T).where(_loose(before)))
            or 0
        )

    async def counts(self) -> Mapping[str, int]:
        """How many files are in each state."""
        rows = await self._connection.execute(select(T.c.state, func.count()).group_by(T.c.state))
        return {row[0]: row[1] for row in rows}


def _fetchable() -> tuple[ColumnElement[bool], ...]:
    """That a file waits, and that what it is for is still there."""
    return T.c.state == FileState.WAITING.value, ~_orphaned()


def _orphaned() -> ColumnElement[bool]:
    return T.c.record_id.is_(None) & ~exists(select(D.c.id).where(D.c.id == T.c.draft_id))


def _loose(before: datetime) -> ColumnElement[bool]:
    return _orphaned() | (T.c.state.in_(GIVEN_UP) & (T.c.settled_at < before))


_PARTS = [field.name for field in fields(Attachment) if field.name != "size"]


def _attachments() -> Select[tuple[object, ...]]:
    """The rows with the size of their content, never the content."""
    size = func.coalesce(F.c.size, T.c.declared).label("size")
    return select(*(T.c[name] for name in _PARTS), size).outerjoin(F, F.c.sha256 == T.c.sha256)


def _attachment(row: Row[tuple[object, ...]]) -> Attachment:
    parts = dict(row._mapping)
    return Attachment(**{**parts, "state": FileState(parts["state"])})
