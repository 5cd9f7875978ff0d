"""The roster's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from bot.domain.people import Person, Role, Status
from bot.storage import tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.people


class People:
    """Who is on the roster, who asks to be, and who has left it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, person_id: int, *, hold: bool = False) -> Person | None:
        """The person with our id; `hold`: they stay on the roster in this transaction's time.

        SQLite has one writer anyway; another PostgreSQL process waits.
        """
        wanted = select(T).where(T.c.id == person_id)
        return await self._only(wanted.with_for_update(read=True) if hold else wanted)

    async def by_user(self, user_id: int) -> Person | None:
        """The person with the messenger's id."""
        return await self._only(select(T).where(T.c.user_id == user_id))

    async def add(
        self,
        *,
        user_id: int,
        name: str,
        role: Role,
        organ: str | None,
        status: Status,
        reachable: bool,
        now: datetime,
    ) -> Person:
        """Write a new person."""
        values = {
            "user_id": user_id,
            "name": name,
            "role": role.value,
            "organ": organ,
            "status": status.value,
            "reachable": reachable,
            "asked_at": now,
        }
        result = await self._connection.execute(T.insert().values(values).returning(T))
        return _person(result.one())

    async def change(self, person_id: int, **values: object) -> None:
        """Write some columns of a person."""
        await self._connection.execute(update(T).where(T.c.id == person_id).values(**values))

    async def forget(self, person_id: int) -> None:
        """Remove somebody who only asked to be on the roster."""
        await self._connection.execute(
            delete(T).where(T.c.id == person_id, T.c.status == Status.ASKED.value)
        )

    async def detach(self, person_id: int) -> None:
        """Let somebody leave: the row goes on naming who acted, and belongs to no account.

        Should they come back, they are a new row; no request can change what histories show.
        """
        await self.change(person_id, user_id=-person_id, status=Status.LEFT.value, reachable=False)

    async def mark_reachable(self, user_id: int, now: datetime, *, reachable: bool) -> bool:
        """Note whether a private message to this person arrives; tells whether that is news."""
        result = await self._connection.execute(
            update(T)
            .where(T.c.user_id == user_id, T.c.reachable.is_not(reachable))
            .values(reachable=reachable, lost_at=None if reachable else now)
        )
        return result.rowcount > 0

    async def of_organs(
        self, organs: Collection[str], roles: Collection[Role] = tuple(Role)
    ) -> list[Person]:
        """The active people of some organs, in the order of their roles and of joining."""
        return await self._many(
            T.c.organ.in_(organs),
            T.c.role.in_([role.value for role in roles]),
            T.c.status == Status.ACTIVE.value,
        )

    async def of_role(self, role: Role) -> list[Person]:
        """The active people of one role."""
        return await self._many(T.c.role == role.value, T.c.status == Status.ACTIVE.value)

    async def everybody(self, *statuses: Status) -> list[Person]:
        """All people of these statuses."""
        return await self._many(T.c.status.in_([status.value for status in statuses]))

    async def _only(self, wanted: Select[Any]) -> Person | None:
        row = (await self._connection.execute(wanted)).one_or_none()
        return None if row is None else _person(row)

    async def _many(self, *conditions: ColumnElement[bool]) -> list[Person]:
        rows = await self._connection.execute(select(T).where(*conditions).order_by(T.c.id))
        order = list(Role)
        return sorted((_person(row) for row in rows), key=lambda p: order.index(p.role))


def _person(row: Row[tuple[object, ...]]) -> Person:
    fields = row._mapping
    return Person(
        id=fields["id"],
        user_id=fields["user_id"],
        name=fields["name"],
        role=Role(fields["role"]),
        organ=fields["organ"],
        status=Status(fields["status"]),
        reachable=fields["reachable"],
        decided_by=fields["decided_by"],
        lost_at=fields["lost_at"],
    )
