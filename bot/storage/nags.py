"""Who is reminded, or was, of which stage of which duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, delete, func, or_, select, update

from bot.domain.records import NOBODY, Nag
from bot.storage import tables
from bot.storage.among import among
from bot.storage.outbox import WAITS
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.nags
D = tables.duties
P = tables.posts
O = tables.outbox  # noqa: E741 (the outbox, as everywhere one letter for a table)


class NewNag(NamedTuple):
    """What somebody is to be reminded of."""

    duty_id: int
    stage: int
    person_id: int
    at: datetime


class Standing(NamedTuple):
    """A message with reminders that its reader has before them."""

    key: str
    chat_id: int
    message_id: int


ASKED = "later/"
"""With this the name of every post begins where it is asked until when to put something off."""

_ENDED = select(D.c.id).where(D.c.id == T.c.duty_id, D.c.closed_by.is_not(None)).exists()
"""That the duty is owed no more."""


def asked_in(nag_id: int, at: datetime) -> str:
    """The name of the post where it is asked of a nag of some hour; they sort by their hours."""
    return f"{ASKED}{int(at.timestamp())}/{nag_id}"


def _said_by(message: str) -> tuple[ColumnElement[bool], ...]:
    """That a message says a nag; found by the index, as it was then the last to tell of it."""
    return T.c.told_in == message, T.c.message == message


class Nags:
    """One row for each duty, stage and person; it waits, or a message says it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, duty_id: int, stage: int, people: Iterable[int], at: datetime) -> None:
        """Let people be reminded of a stage, but for those who are or were already."""
        await self.add_all([NewNag(duty_id, stage, each, at) for each in people])

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

    async def to_nobody_in(self, prefix: str) -> list[Nag]:
        """What could be told to nobody and was told in a message, by how its key begins.

        The keys go on with small letters; by any collation they stand between these two.
        """
        between = T.c.told_in.between(prefix, f"{prefix}z")
        return await self._many(between, T.c.person_id == NOBODY, T.c.message == T.c.told_in)

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
            update(T)
            .where(among(self._connection, T.c.id, nag_ids))
            .values(message=message, told_in=message)
        )

    async def put_off(self, nag_id: int, until: datetime) -> None:
        """Let a nag wait again, for a later hour."""
        await self._connection.execute(
            update(T).where(T.c.id == nag_id).values(message="", at=until)
        )

    async def hold_message(self, message: str) -> None:
        """Let nobody else settle a message in this transaction's time.

        By writing it as it is: then `recover`, which locks the table, waits too.
        """
        held = update(O).where(O.c.key == message).values(key=message)
        await self._connection.execute(held)

    async def in_message(self, message: str) -> list[Nag]:
        """The nags that a message says."""
        return await self._many(*_said_by(message))

    async def arrived(self, message: str) -> None:
        """Note for each nag that a message told of whether it said that it may be a repetition."""
        repeated = select(O.c.repeated).where(O.c.key == message).scalar_subquery()
        await self._connection.execute(
            update(T)
            .where(T.c.told_in == message)
            .values(doubtful=func.coalesce(repeated, T.c.doubtful))
        )

    async def standing(self, messages: Collection[str]) -> list[Standing]:
        """Those of some messages that stand, the newest first."""
        rows = await self._connection.execute(
            select(P.c.name, P.c.chat_id, P.c.message_id)
            .where(among(self._connection, P.c.name, messages))
            .order_by(P.c.message_id.desc())
        )
        return [Standing(*row) for row in rows]

    async def hold_lists(self, messages: Collection[str]) -> None:
        """Let nobody else edit messages that stand in this transaction's time.

        SQLite has one writer anyway; another PostgreSQL process waits.
        """
        await self._connection.execute(
            select(P.c.name)
            .where(among(self._connection, P.c.name, messages))
            .order_by(P.c.name)
            .with_for_update()
        )

    async def told_in(self, messages: Collection[str]) -> list[Nag]:
        """The nags that some messages were the last to tell of, put off since or not."""
        return await self._many(among(self._connection, T.c.told_in, messages))

    async def drop(self, nag_ids: Collection[int]) -> None:
        """Forget some nags."""
        await self._connection.execute(delete(T).where(among(self._connection, T.c.id, nag_ids)))

    async def unsaid_messages(self, duty_ids: Collection[int]) -> list[str]:
        """The messages about some duties that wait to be sent."""
        rows = await self._connection.scalars(
            select(O.c.key)
            .join(T, T.c.message == O.c.key)
            .where(WAITS, self._about(duty_ids))
            .distinct()
        )
        return list(rows)

    async def duties_queued(self) -> set[int]:
        """The duties of which the messages speak that wait to be sent."""
        told = select(T.c.duty_id).join(O, T.c.told_in == O.c.key).where(WAITS)
        return set(await self._connection.scalars(told))

    async def answered_messages(self) -> list[str]:
        """The messages that wait to be sent and speak of what is owed no more or was put off."""
        over = select(T.c.id).where(T.c.told_in == O.c.key, or_(T.c.message != O.c.key, _ENDED))
        rows = await self._connection.scalars(select(O.c.key).where(WAITS, over.exists()))
        return list(rows)

    async def silence(self, duty_ids: Collection[int]) -> None:
        """Forget what waits to be said of some duties; what was put off counts as said."""
        waiting = (T.c.message == "", self._about(duty_ids))
        await self._connection.execute(delete(T).where(*waiting, T.c.told_in == ""))
        await self._connection.execute(update(T).where(*waiting).values(message=T.c.told_in))

    async def unsay(self, message: str, *, doubtful: bool = False) -> None:
        """Let the nags of a message wait again that was taken back, or did not arrive.

        Those of duties that are owed no more go.
        """
        await self._connection.execute(delete(T).where(*_said_by(message), _ENDED))
        await self._connection.execute(
            update(T).where(*_said_by(message)).values(message="", told_in="", doubtful=doubtful)
        )

    async def forget_after(self, moment: datetime) -> set[int]:
        """Forget what was said of later hours, as it is when the clock ran ahead; of which duties.

        What somebody has put off waits for a later hour too, and stays, and so does what is owed
        no more.
        """
        told = and_(or_(T.c.message != "", T.c.person_id == NOBODY), ~_ENDED)
        rows = await self._connection.scalars(
            delete(T).where(T.c.at > moment, told).returning(T.c.duty_id)
        )
        return set(rows)

    async def forget_said_before(self, before: datetime, prefix: str) -> None:
        """Forget what was said long ago, and where the messages stand, beginning in some way.

        With them goes where it was asked until when to put something off.
        """
        await self._connection.execute(delete(T).where(T.c.at < before, T.c.message != ""))
        told = select(T.c.id).where(T.c.told_in == P.c.name).exists()
        await self._connection.execute(delete(P).where(P.c.name.startswith(prefix), ~told))
        asked = (P.c.name.startswith(ASKED), P.c.name < asked_in(0, before))
        await self._connection.execute(delete(P).where(*asked))

    def _about(self, duty_ids: Collection[int]) -> ColumnElement[bool]:
        return among(self._connection, T.c.duty_id, duty_ids)

    async def _many(self, *conditions: ColumnElement[bool]) -> list[Nag]:
        rows = await self._connection.execute(select(T).where(*conditions).order_by(T.c.id))
        return [Nag(**row._mapping) for row in rows]
