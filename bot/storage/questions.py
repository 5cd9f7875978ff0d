"""What was asked, kept for as long as pages may be turned: a button has no room for words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from bot.domain.facets import Facet
from bot.storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.questions


@dataclass(frozen=True, slots=True)
class Question:
    """What a list of records answers."""

    text: str
    asked_at: datetime
    asker: int | None = None
    """The person who asked; None in rows older than its column."""
    filters: frozenset[Facet] = frozenset()
    """What narrows it besides the filters that its text names."""


class Questions:
    """The questions behind lists of records."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, chat_id: int, question: Question) -> int:
        """Keep a question asked in a chat; returns its number."""
        values = {
            "chat_id": chat_id,
            "text": question.text,
            "asked_at": question.asked_at,
            "asker": question.asker,
            "filters": _written(question.filters),
        }
        result = await self._connection.execute(T.insert().values(values).returning(T.c.id))
        return int(result.scalar_one())

    async def get(self, question_id: int, chat_id: int) -> Question | None:
        """A question, if it was asked in this chat and is still kept."""
        rows = await self._connection.execute(
            select(T).where(T.c.id == question_id, T.c.chat_id == chat_id)
        )
        row = rows.one_or_none()
        if row is None:
            return None
        filters = frozenset(map(Facet.of, (row.filters or "").split()))
        return Question(row.text, row.asked_at, row.asker, filters)

    async def change(self, question_id: int, text: str, filters: frozenset[Facet]) -> None:
        """Ask something else under the same number."""
        values = {"text": text, "filters": _written(filters)}
        await self._connection.execute(update(T).where(T.c.id == question_id).values(values))

    async def forget_before(self, moment: datetime) -> None:
        """Drop the questions asked before a moment: they may name people."""
        await self._connection.execute(delete(T).where(T.c.asked_at < moment))


def _written(filters: frozenset[Facet]) -> str:
    return " ".join(sorted(facet.token for facet in filters))
