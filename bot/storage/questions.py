"""What was asked, kept for as long as pages may be turned: a button has no room for words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.questions


class Questions:
    """The questions behind lists of records."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, chat_id: int, text: str, now: datetime) -> int:
        """Keep a question asked in a chat; returns its number."""
        values = {"chat_id": chat_id, "text": text, "asked_at": now}
        result = await self._connection.execute(T.insert().values(values).returning(T.c.id))
        return int(result.scalar_one())

    async def get(self, question_id: int, chat_id: int) -> tuple[str, datetime] | None:
        """A question and when it was asked, if it was asked in this chat and is still kept."""
        rows = await self._connection.execute(
            select(T.c.text, T.c.asked_at).where(T.c.id == question_id, T.c.chat_id == chat_id)
        )
        row = rows.one_or_none()
        return None if row is None else (row.text, row.asked_at)

    async def forget_before(self, moment: datetime) -> None:
        """Drop the questions asked before a moment: they may name people."""
        await self._connection.execute(delete(T).where(T.c.asked_at < moment))
