"""The messages that were given up: seen, said once more, or dropped for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, exists, func, or_, select, update

from bot.domain.people import Status
from bot.domain.trouble import FAULT, Trouble, trouble_of
from bot.storage import tables
from bot.storage.outbox import FAILED, NO_TEXT, SENDING, SENT, SUPERSEDED, WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.outbox
P = tables.people
C = tables.chats

DISMISSED = "dismissed"
"""The state of what an administrator has decided not to say any more."""
STATES = (WAITING, SENDING, SENT, SUPERSEDED, FAILED, DISMISSED)
"""Every state of a message."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A message that was not delivered; nothing of what it says."""

    id: int
    whom: str
    """The reader's name or the group's title; "" for who has left, or is bound no more."""
    private: bool
    at: datetime
    trouble: Trouble
    again: bool
    """It can be said once more: its words are kept still, and its reader is the same."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What a message was that can be said once more, and where it belongs."""

    id: int
    key: str
    post: str
    chat_id: int
    thread_id: int
    doubtful: bool
    """It may have arrived all the same."""


class Undelivered:
    """The failed rows of the outbox.

    Their words are kept as long as those of messages that arrived, so that they can be said
    once more; then only to whom and why.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def newest(self, limit: int) -> list[GivenUp]:
        """The latest to be given up, the very latest first."""
        rows = await self._connection.execute(
            select(
                T.c.id,
                T.c.chat_id,
                T.c.settled_at,
                T.c.trouble,
                _reader().label("whom"),
                _sayable().label("again"),
            )
            .where(T.c.state == FAILED)
            .order_by(T.c.settled_at.desc(), T.c.id.desc())
            .limit(limit)
        )
        return [
            GivenUp(
                id=row.id,
                whom=row.whom or "",
                private=row.chat_id > 0,
                at=row.settled_at,
                trouble=trouble_of(row.trouble),
                again=bool(row.again),
            )
            for row in rows
        ]

    async def attempts(self, *, lasting: bool = False) -> Sequence[tuple[int, int]]:
        """Each message that is given up, and how often it was tried.

        `lasting`: only those that no newer look of the same post can overtake.
        """
        which = (T.c.post == "",) if lasting else ()
        rows = await self._connection.execute(
            select(T.c.id, T.c.attempts).where(T.c.state == FAILED, *which).order_by(T.c.id)
        )
        return [(row.id, row.attempts) for row in rows]

    async def sayable(self, row_id: int | None = None) -> list[Lost]:
        """One of them, or all, as far as they can be said once more; in their order."""
        which = () if row_id is None else (T.c.id == row_id,)
        rows = await self._connection.execute(
            select(T.c.id, T.c.key, T.c.post, T.c.chat_id, T.c.thread_id, _doubtful())
            .where(T.c.state == FAILED, _sayable(), *which)
            .order_by(T.c.id)
        )
        return [Lost(*row) for row in rows]

    async def say_again(self, row_id: int, now: datetime) -> bool:
        """Queue one of them once more, as it was; tells whether it was still there.

        If it may have arrived it says so.
        """
        result = await self._connection.execute(
            update(T)
            .where(T.c.id == row_id, T.c.state == FAILED, _sayable())
            .values(
                state=WAITING,
                not_before=now,
                queued_at=now,
                settled_at=None,
                repeated=_doubtful(),
                trouble="",
            )
        )
        return result.rowcount > 0

    async def dismiss(self, row_id: int, now: datetime) -> bool:
        """Say one of them no more, and forget its words; tells whether it was still there."""
        result = await self._connection.execute(
            update(T)
            .where(T.c.id == row_id, T.c.state == FAILED)
            .values(state=DISMISSED, settled_at=now, **NO_TEXT)
        )
        return result.rowcount > 0

    async def forget_words(self, before: datetime) -> None:
        """Keep of those given up long ago only to whom and why."""
        await self._connection.execute(
            update(T).where(*_given_up(before), T.c.text != "").values(**NO_TEXT)
        )

    async def prune(self, before: datetime) -> None:
        """Forget what was given up long ago."""
        await self._connection.execute(delete(T).where(*_given_up(before)))

    async def count(self, before: datetime) -> int:
        """How many that are."""
        count = select(func.count()).select_from(T).where(*_given_up(before))
        return await self._connection.scalar(count) or 0


def _given_up(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return T.c.settled_at < before, T.c.state == FAILED


def _reader() -> ColumnElement[str | None]:
    """Who was to read it: somebody on the roster, or a bound group."""
    person = select(P.c.name).where(P.c.user_id == T.c.chat_id).scalar_subquery()
    group = (
        select(C.c.title)
        .where(*_is_place())
        .order_by(C.c.thread_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return case((T.c.chat_id > 0, person), else_=group)


def _sayable() -> ColumnElement[bool]:
    """Its words are there, and whoever it was meant for is there as they were then.

    Somebody who left and came back, or a group bound anew, may see other things by now.
    """
    person = exists().where(
        P.c.user_id == T.c.chat_id,
        P.c.status == Status.ACTIVE.value,
        P.c.asked_at <= T.c.queued_at,
    )
    group = exists().where(*_is_place())
    bound_since = exists().where(*_is_place(), C.c.bound_at > T.c.queued_at)
    return and_(T.c.text != "", or_(person, and_(group, ~bound_since)))


def _doubtful() -> ColumnElement[bool]:
    """An attempt may have arrived: an earlier one, or one that we know nothing of."""
    return or_(T.c.repeated, T.c.trouble.startswith(FAULT))


def _is_place() -> tuple[ColumnElement[bool], ...]:
    return C.c.chat_id == T.c.chat_id, C.c.thread_id.in_((0, T.c.thread_id))
