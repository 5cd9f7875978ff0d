"""Who is away when, and who stands in by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from bot.domain.absences import Absence
from bot.domain.calendar import DAY
from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.absences


class Absences:
    """Every absence that is to come or under way; what is over leaves no row."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self,
        person_id: int,
        first: date,
        last: date,
        deputy_id: int | None,
        now: datetime,
        *,
        shown: bool,
    ) -> Absence:
        """Write an absence, in place of one of the same person's that begins on the same day."""
        said = {"last": last, "deputy_id": deputy_id, "made_at": now, "shown": shown}
        result = await self._connection.execute(
            insert_into(T, self._connection)
            .values(person_id=person_id, first=first, **said)
            .on_conflict_do_update(index_elements=["person_id", "first"], set_=said)
            .returning(T)
        )
        return Absence(**result.one()._mapping)

    async def get(self, absence_id: int) -> Absence | None:
        """The absence with this id."""
        found = await self._many(T.c.id == absence_id)
        return found[0] if found else None

    async def of_person(self, person_id: int) -> list[Absence]:
        """One person's absences, the first one first."""
        return await self._many(T.c.person_id == person_id)

    async def of_deputy(self, deputy_id: int) -> list[Absence]:
        """The absences in which somebody stands in by name."""
        return await self._many(T.c.deputy_id == deputy_id)

    async def on(self, day: date) -> dict[int, Absence]:
        """Who is away on a day, by person."""
        return {each.person_id: each for each in await self.within(day, day)}

    async def within(self, first: date, last: date) -> list[Absence]:
        """The absences that some days fall into, even if only one of them."""
        return await self._many(T.c.first <= last, T.c.last >= first)

    async def turned(self, today: date) -> list[Absence]:
        """Those that are over, and those that have begun though no card says so yet."""
        begun = and_(T.c.first <= today, T.c.shown.is_(False))
        return await self._many(or_(T.c.last < today, begun))

    async def next_turn(self, today: date) -> date | None:
        """The next day on which somebody goes or is back."""
        absences = await self._many(T.c.last >= today)
        days = [day for each in absences for day in (each.first, each.last + DAY)]
        return min((day for day in days if day > today), default=None)

    async def note_shown(self, absence_id: int) -> None:
        """Remember that standing cards tell of an absence."""
        await self._connection.execute(update(T).where(T.c.id == absence_id).values(shown=True))

    async def name_nobody(self, deputy_id: int) -> None:
        """Let somebody stand in by name for nobody any more."""
        await self._connection.execute(
            update(T).where(T.c.deputy_id == deputy_id).values(deputy_id=None)
        )

    async def remove(self, absence_id: int) -> None:
        """Let an absence be over."""
        await self._connection.execute(delete(T).where(T.c.id == absence_id))

    async def remove_of(self, person_id: int) -> None:
        """Let all of somebody's absences be over."""
        await self._connection.execute(delete(T).where(T.c.person_id == person_id))

    async def _many(self, *conditions: ColumnElement[bool]) -> list[Absence]:
        rows = await self._connection.execute(
            select(T).where(*conditions).order_by(T.c.first, T.c.id)
        )
        return [Absence(**row._mapping) for row in rows]
