"""How far each group has scrolled, and so which of its cards nobody sees any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, literal, select, update

from bot.domain.outgoing import numbers_its_own
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.scrolls
P = tables.posts

LEFT = "left/"
"""What the name of a post begins with once its text is to stand elsewhere."""


class Scroll:
    """The depth of a place: how many messages it is known to have had since its first post.

    A post keeps the depth at which it was put; the difference is how far above it stands.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def heard(self, chat_id: int, thread_id: int, message_id: int) -> None:
        """Note a message at a place where posts stand; anywhere else nothing is kept."""
        newest = T.c.message_id
        await self._connection.execute(
            update(T)
            .where(T.c.chat_id == chat_id, T.c.thread_id == thread_id, newest < message_id)
            .values(
                depth=T.c.depth + (message_id - newest if _unbroken(chat_id, thread_id) else 1),
                message_id=message_id,
            )
        )

    async def put(self, chat_id: int, thread_id: int, message_id: int) -> int:
        """Note a post just put at a place; tells the depth at which it stands."""
        await self._connection.execute(
            insert_into(T, self._connection)
            .values(chat_id=chat_id, thread_id=thread_id, message_id=message_id, depth=0)
            .on_conflict_do_nothing()
        )
        await self.heard(chat_id, thread_id, message_id)
        depth = await self._connection.scalar(
            select(T.c.depth).where(T.c.chat_id == chat_id, T.c.thread_id == thread_id)
        )
        return int(depth or 0)

    async def leave(self, name: str, far: int) -> bool:
        """Give up the place of a post that stands more than `far` messages above the newest.

        Its next text is a new message then, and `left` tells what became an old one.
        """
        scrolled = (
            select(literal(1))
            .where(
                T.c.chat_id == P.c.chat_id,
                T.c.thread_id == P.c.thread_id,
                T.c.depth - P.c.depth > far,
            )
            .exists()
        )
        result = await self._connection.execute(
            update(P).where(P.c.name == name, scrolled).values(name=LEFT + name)
        )
        return result.rowcount > 0

    async def left(self, name: str) -> int | None:
        """The message at which a post stood before it was given up; told once."""
        message_id: int | None = await self._connection.scalar(
            delete(P).where(P.c.name == LEFT + name).returning(P.c.message_id)
        )
        return message_id


def _unbroken(chat_id: int, thread_id: int) -> bool:
    """Tell whether the ids of a place's messages follow each other, the unheard ones too.

    A basic group shares its ids with all of the bot's private chats, a topic with all others.
    """
    return numbers_its_own(chat_id) and not thread_id
