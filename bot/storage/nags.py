"""Who is reminded, or was, of which stage of which duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, or_, select, update

from bot.domain.records import NOBODY, Nag
from bot.storage import tables
from bot.storage.among import among
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.nags
D = tables.duties
O = tables.outbox  # noqa: E741 (the outbox, as everywhere one letter for a table)


class NewNag(NamedTuple):
    """What somebody is to be reminded of."""

    duty_id: int
    stage: int
    person_id: int
    at: datetime
    message: str = ""


_ENDED = select(D.c.id).where(D.c.id == T.c.duty_id, D.c.closed_by.is_not(None)).exists()
"""That the duty is owed no more."""


class Nags:
    """One row for each duty, stage and person; it waits, or a message says it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, duty_id: int, stage: int, people: Iterable[int], at: datetime, message: str = ""
    ) -> None:
        """Let people be reminded of a stage, but for those who are or were already."""
        await self.add_all([NewNag(duty_id, stage, each, at, message) for each in people])

    async def add_all(self, nags: Sequence[NewNag]) -> None:
        """The same, for whatever duties and stages."""
        if nags:
            await self._connection.execute(
                insert_into(T, self._connection).on_conflict_do_nothing(),
                [nag._asdict() for nag in nags],
            )

    async def get(self, nag_id: int) -> Nag | None:
        """The nag of that id."""
        rows = await self._many(T.c.id == nag_id)
        return rows[0] if rows else None

    async def waiting_for(self, now: datetime) -> list[int]:
        """The people for whom something waits whose hour has come."""
        rows = await self._connection.scalars(
            select(T.c.person_id)
            .where(T.c.message == "", T.c.at <= now)
            .distinct()
            .order_by(T.c.person_id)
        )
        return list(rows)

    async def of_person(self, person_id: int) -> list[Nag]:
        """All that waits for a person, also what they have put off."""
        return await self._many(T.c.message == "", T.c.person_id == person_id)

    async def to_nobody(self, duty_ids: Collection[int]) -> list[Nag]:
        """Everything about some duties that could be told to nobody, whether a group was told."""
        return await self._many(T.c.person_id == NOBODY, self._about(duty_ids))

    async def waiting_of(self, duty_id: int) -> list[Nag]:
        """What waits to be said of a duty."""
        return await self._many(T.c.message == "", T.c.duty_id == duty_id)

    async def of_duties(self, duty_ids: Collection[int]) -> list[Nag]:
        """All nags of some duties, said or not."""
        return await self._many(self._about(duty_ids))

    async def next_instant(self) -> datetime | None:
        """When the first of what waits is to be said."""
        instant: datetime | None = await self._connection.scalar(
            select(func.min(T.c.at)).where(T.c.message == "")
        )
        return instant

    async def said(self, nag_ids: Collection[int], message: str) -> None:
        """Note the message that says some nags."""
        if not nag_ids:
            return
        await self._connection.execute(
            update(T).where(among(self._connection, T.c.id, nag_ids)).values(message=message)
        )

    async def put_off(self, nag_id: int, until: datetime) -> None:
        """Let a nag wait again, for a later hour."""
        await self._connection.execute(
            update(T).where(T.c.id == nag_id).values(message="", at=until)
        )

    async def in_message(self, message: str) -> list[Nag]:
        """The nags that a message says."""
        return await self._many(T.c.message == message)

    async def drop(self, nag_ids: Collection[int]) -> None:
        """Forget some nags."""
        await self._connection.execute(delete(T).where(among(self._connection, T.c.id, nag_ids)))

    async def unsaid_messages(self, duty_ids: Collection[int], state: str) -> list[str]:
        """The messages about some duties that are in a state of the outbox."""
        return await self._messages(state, self._about(duty_ids))

    async def answered_messages(self, state: str) -> list[str]:
        """The messages in a state of the outbox that speak of something that is owed no more."""
        return await self._messages(state, _ENDED)

    async def silence(self, duty_ids: Collection[int]) -> None:
        """Forget what waits to be said of some duties."""
        await self._connection.execute(delete(T).where(T.c.message == "", self._about(duty_ids)))

    async def unsay(self, message: str, *, doubtful: bool = False) -> None:
        """Let the nags of a message wait again that was taken back, or did not arrive.

        Those of duties that are owed no more go.
        """
        await self._connection.execute(delete(T).where(T.c.message == message, _ENDED))
        await self._connection.execute(
            update(T).where(T.c.message == message).values(message="", doubtful=doubtful)
        )

    async def forget_after(self, moment: datetime) -> set[int]:
        """Forget what was said of later hours, as it is when the clock ran ahead; of which duties.

        What somebody has put off waits for a later hour too, and stays.
        """
        told = or_(T.c.message != "", T.c.person_id == NOBODY)
        rows = await self._connection.scalars(
            delete(T).where(T.c.at > moment, told).returning(T.c.duty_id)
        )
        return set(rows)

    async def forget_before(self, before: datetime) -> None:
        """Forget the reminders of duties that are owed no more, some time after they were said."""
        await self._connection.execute(delete(T).where(T.c.at < before, _ENDED))

    async def forget_said_before(self, before: datetime) -> None:
        """Forget what was said long ago, also of what is still owed."""
        await self._connection.execute(delete(T).where(T.c.at < before, T.c.message != ""))

    async def _messages(self, state: str, which: ColumnElement[bool]) -> list[str]:
        rows = await self._connection.scalars(
            select(T.c.message)
            .join(O, O.c.key == T.c.message)
            .where(T.c.message != "", O.c.state == state, which)
            .distinct()
        )
        return list(rows)

    def _about(self, duty_ids: Collection[int]) -> ColumnElement[bool]:
        return among(self._connection, T.c.duty_id, duty_ids)

    async def _many(self, *conditions: ColumnElement[bool]) -> list[Nag]:
        rows = await self._connection.execute(select(T).where(*conditions).order_by(T.c.id))
        return [Nag(**row._mapping) for row in rows]
