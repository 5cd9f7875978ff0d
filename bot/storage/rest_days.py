"""The State Council's notices of rest days, and the calendar that they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import delete, select, update

from bot.domain.calendar import RestDayNotice, WorkCalendar
from bot.storage import tables

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

T = tables.rest_day_notices

Edition: TypeAlias = tuple[int, datetime] | None
"""Which notice was imported last, and when; None: none ever was."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it was read, and whether it is in force."""

    id: int
    notice: RestDayNotice
    imported_by: int | None
    """The person who brought it; None: the command line."""
    imported_at: datetime | None
    """None: it waits to be confirmed."""


class RestDays:
    """Every notice of rest days; those imported stay for ever."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._edition: Edition = None
        self._looked = False

    async def edition(self) -> Edition:
        """The newest notice in force; asked of the database once a transaction."""
        if not self._looked:
            rows = await self._connection.execute(
                select(T.c.id, T.c.imported_at)
                .where(T.c.imported_at.is_not(None))
                .order_by(T.c.imported_at.desc(), T.c.id.desc())
                .limit(1)
            )
            row = rows.one_or_none()
            self._edition, self._looked = (row.id, row.imported_at) if row else None, True
        return self._edition

    def look_again(self) -> None:
        """The newest notice may be another one now."""
        self._looked = False

    async def imported(self) -> list[Kept]:
        """The notices in force, in the order in which they came."""
        rows = await self._connection.execute(
            select(T).where(T.c.imported_at.is_not(None)).order_by(T.c.imported_at, T.c.id)
        )
        return [_kept(row) for row in rows]

    async def add(
        self,
        notice: RestDayNotice,
        person_id: int | None,
        now: datetime,
        *,
        imported_at: datetime | None = None,
    ) -> int:
        """Keep a notice that was read, in force or to be confirmed; returns its number."""
        values = {
            "year": notice.year,
            "source": notice.source,
            "rest": {day.isoformat(): name for day, name in sorted(notice.rest.items())},
            "work": [day.isoformat() for day in sorted(notice.work)],
            "imported_by": person_id,
            "read_at": now,
            "imported_at": imported_at,
        }
        result = await self._connection.execute(T.insert().values(values).returning(T.c.id))
        self.look_again()
        return int(result.scalar_one())

    async def get(self, notice_id: int) -> Kept | None:
        """The notice of that number, as long as it is kept."""
        row = (await self._connection.execute(select(T).where(T.c.id == notice_id))).one_or_none()
        return None if row is None else _kept(row)

    async def bring_into_force(self, notice_id: int, now: datetime) -> bool:
        """Import what waits to be confirmed; False if somebody was quicker."""
        result = await self._connection.execute(
            update(T).where(T.c.id == notice_id, T.c.imported_at.is_(None)).values(imported_at=now)
        )
        self.look_again()
        return result.rowcount > 0

    async def drop(self, notice_id: int) -> None:
        """Forget what waits to be confirmed."""
        await self._connection.execute(
            delete(T).where(T.c.id == notice_id, T.c.imported_at.is_(None))
        )

    async def drop_before(self, moment: datetime) -> None:
        """Forget what has waited since before a moment."""
        await self._connection.execute(
            delete(T).where(T.c.imported_at.is_(None), T.c.read_at < moment)
        )


class Calendars:
    """The working days by the notices in force; made anew only when another one is."""

    def __init__(self) -> None:
        self._known: tuple[Edition, WorkCalendar] = (None, WorkCalendar())

    async def now(self, rest_days: RestDays) -> WorkCalendar:
        """The calendar as a transaction sees it."""
        edition = await rest_days.edition()
        known, calendar = self._known
        if edition != known:
            notices = [kept.notice for kept in await rest_days.imported()]
            calendar = WorkCalendar(notices)
            self._known = (edition, calendar)
        return calendar


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    fields = row._mapping
    rest = {date.fromisoformat(day): name for day, name in fields["rest"].items()}
    work = frozenset(map(date.fromisoformat, fields["work"]))
    notice = RestDayNotice(fields["year"], rest, work, fields["source"])
    return Kept(fields["id"], notice, fields["imported_by"], fields["imported_at"])
