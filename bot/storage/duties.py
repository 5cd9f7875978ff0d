"""Who owes what by when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, and_, bindparam, false, func, not_, or_, select, update

from bot.domain.calendar import local_date
from bot.domain.periods import Period, Roll, Stretch, Unit
from bot.domain.records import Duty, Outcome
from bot.storage import tables
from bot.storage.among import among
from bot.storage.chats import sides_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.ladder import Rung
    from bot.domain.people import Side
    from bot.domain.periods import Deadline

T, R = tables.duties, tables.records

Q = TypeVar("Q", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Scope:
    """Some of all duties; where it says None it holds any."""

    districts: frozenset[str] | None = None
    """Those of the records."""
    sides: frozenset[frozenset[Side]] | None = None
    """Between whom the records are: each of these as a whole."""
    organs: frozenset[str] | None = None
    """One of them owes it or waits for it."""


class Duties:
    """Every duty; one record has at most one open duty of a code."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(
        self,
        record_id: int,
        code: str,
        rule: Period,
        deadline: Deadline,
        *,
        debtor: str,
        creditor: str,
        event_id: int,
        shown: Stretch,
        rung: Rung | None = None,
        plan: str = "",
    ) -> Duty:
        """Start a duty; `event_id` is what started it, `shown` what its card says of it.

        `rung` is what is to be reminded of first, by the plan of that name; without one, the
        next tick plans it.
        """
        values = {
            "record_id": record_id,
            "code": code,
            "debtor": debtor,
            "creditor": creditor,
            "rule": written_rule(rule),
            "start": deadline.start,
            "nominal": deadline.nominal,
            "due": deadline.due,
            "provisional": deadline.provisional,
            "calendar_version": deadline.calendar_version,
            "opened_by": event_id,
            "shown": shown.value,
            "stage": rung.stage if rung else 0,
            "rung_at": rung.at if rung else None,
            "plan": plan,
        }
        result = await self._connection.execute(T.insert().values(values).returning(T))
        return _duty(result.one())

    async def close(
        self,
        record_id: int,
        codes: Collection[str],
        event_id: int,
        outcome: Outcome,
        met_on: date | None = None,
    ) -> list[int]:
        """End the record's open duties of these codes, and return the ids of those.

        `event_id` is what ended them, `outcome` how.
        """
        rows = await self._connection.scalars(
            update(T)
            .where(T.c.record_id == record_id, T.c.code.in_(codes), T.c.closed_by.is_(None))
            .values(closed_by=event_id, outcome=outcome.value, met_on=met_on)
            .returning(T.c.id)
        )
        return list(rows)

    async def of_record(self, record_id: int) -> list[Duty]:
        """Every duty a record has or had, the oldest row first."""
        rows = await self._connection.execute(
            select(T).where(T.c.record_id == record_id).order_by(T.c.id)
        )
        return [_duty(row) for row in rows]

    async def open_of(self, record_id: int) -> list[Duty]:
        """A record's open duties, the one that is due first before the others."""
        rows = await self._connection.execute(
            select(T)
            .where(T.c.record_id == record_id, T.c.closed_by.is_(None))
            .order_by(T.c.due, T.c.id)
        )
        return [_duty(row) for row in rows]

    async def of_records(self, record_ids: Collection[int]) -> dict[int, list[Duty]]:
        """Every duty that some records have or had, each one's as `of_record` gives them."""
        rows = await self._connection.execute(
            select(T).where(among(self._connection, T.c.record_id, record_ids)).order_by(T.c.id)
        )
        found: dict[int, list[Duty]] = {record_id: [] for record_id in record_ids}
        for row in rows:
            found[row.record_id].append(_duty(row))
        return found

    async def first_dues(self, debtor: str) -> dict[int, date]:
        """When what an organ owes first is due, by the record it is owed on."""
        rows = await self._connection.execute(
            select(T.c.record_id, func.min(T.c.due).label("due"))
            .where(T.c.debtor == debtor, T.c.closed_by.is_(None))
            .group_by(T.c.record_id)
        )
        return {row.record_id: row.due for row in rows}

    async def open_until(self, day: date) -> list[Duty]:
        """The open duties of all records that are due up to a day, the overdue ones too."""
        rows = await self._connection.execute(
            select(T).where(T.c.due <= day, T.c.closed_by.is_(None)).order_by(T.c.id)
        )
        return [_duty(row) for row in rows]

    async def reminded_until(self, moment: datetime, of: Scope) -> list[Duty]:
        """The open duties whose next stage comes up to a moment, or is late."""
        told = T.c.rung_at <= moment
        if of.organs is not None:  # who waits for it hears of it once it is overdue
            turned = and_(self._of(T.c.creditor, of.organs), T.c.due < local_date(moment))
            told = and_(told, or_(self._of(T.c.debtor, of.organs), turned))
        return await self._open(of, told)

    async def waited_for(self, of: Scope) -> list[Duty]:
        """The open duties of which something waits to be said."""
        waiting: ColumnElement[bool] = T.c.id.in_(
            select(tables.nags.c.duty_id).where(tables.nags.c.message == "")
        )
        if of.organs is not None:
            concerned = or_(self._of(T.c.debtor, of.organs), self._of(T.c.creditor, of.organs))
            waiting = and_(waiting, concerned)
        return await self._open(of, waiting)

    async def first_due(self, since: date, until: date, of: Scope, limit: int) -> list[Duty]:
        """The open duties that are due first from one day to another, as many as the limit."""
        due = self._within(select(T), of, T.c.due.between(since, until))
        rows = await self._connection.execute(due.order_by(T.c.due, T.c.id).limit(limit))
        return [_duty(row) for row in rows]

    async def count_due(self, day: date, of: Scope) -> dict[date, int]:
        """How many open duties are due on each day up to one."""
        counted = select(T.c.due, func.count().label("many")).group_by(T.c.due)
        rows = await self._connection.execute(self._within(counted, of, T.c.due <= day))
        return {row.due: row.many for row in rows}

    async def _open(self, of: Scope, condition: ColumnElement[bool]) -> list[Duty]:
        rows = await self._connection.execute(
            self._within(select(T), of, condition).order_by(T.c.id)
        )
        return [_duty(row) for row in rows]

    def _within(self, query: Q, of: Scope, condition: ColumnElement[bool]) -> Q:
        """Only what is open, of the records that a scope holds."""
        narrowed = query.where(T.c.closed_by.is_(None), condition)
        if of.districts is None and of.sides is None:
            return narrowed
        narrowed = narrowed.join(R, R.c.id == T.c.record_id)
        if of.districts is not None:
            narrowed = narrowed.where(self._of(R.c.district, of.districts))
        if of.sides is not None:
            sides = [sides_text(each) for each in of.sides]
            narrowed = narrowed.where(self._of(R.c.sides, sides))
        return narrowed

    def _of(self, column: Column[str], words: Collection[str]) -> ColumnElement[bool]:
        return among(self._connection, column, words)

    async def by_id(self, duty_ids: Collection[int], *, hold: bool = False) -> dict[int, Duty]:
        """Duties, open or not, by their ids; `hold`: none of them ends in this transaction's time.

        SQLite has one writer anyway; another PostgreSQL process waits.
        """
        wanted = select(T).where(among(self._connection, T.c.id, duty_ids)).order_by(T.c.id)
        rows = await self._connection.execute(wanted.with_for_update(read=True) if hold else wanted)
        return {row.id: _duty(row) for row in rows}

    async def planned_otherwise(self, plan: str, limit: int) -> list[Duty]:
        """Open duties that another plan than this one tells when to remind of, or none."""
        rows = await self._connection.execute(
            select(T)
            .where(T.c.closed_by.is_(None), or_(T.c.plan < plan, T.c.plan > plan))
            .limit(limit)
        )
        return [_duty(row) for row in rows]

    async def reminded_by(self, now: datetime, after: Duty | None, limit: int) -> list[Duty]:
        """Open duties with a stage up to a moment, the oldest stage first, those after one.

        None of them ends in this transaction's time. They are found in the order of the index:
        by their ids, PostgreSQL may walk all there are to find a few. They are held in the order
        of their ids, as by whoever else holds several.
        """
        due = (T.c.closed_by.is_(None), T.c.rung_at <= now)
        found = select(T.c.id).where(*due)
        if after is not None:
            later = or_(T.c.rung_at > after.rung_at, T.c.id > after.id)
            found = found.where(T.c.rung_at >= after.rung_at, later)
        ids = await self._connection.scalars(found.order_by(T.c.rung_at, T.c.id).limit(limit))
        rows = await self._connection.execute(
            select(T)
            .where(among(self._connection, T.c.id, ids.all()), *due)
            .order_by(T.c.id)
            .with_for_update()
        )
        return sorted(map(_duty, rows), key=lambda duty: (duty.rung_at, duty.id))

    async def next_rung(self) -> datetime | None:
        """When the first open duty is to be reminded of."""
        instant: datetime | None = await self._connection.scalar(
            select(func.min(T.c.rung_at)).where(T.c.closed_by.is_(None))
        )
        return instant

    async def plan(self, rungs: Mapping[int, Rung | None], plan: str) -> None:
        """Write when duties, by id, are reminded of next; None leaves it as it is."""
        moved = [
            {"of": duty_id, "to_stage": rung.stage, "to": rung.at}
            for duty_id, rung in rungs.items()
            if rung is not None
        ]
        await self._connection.execute(
            update(T).where(among(self._connection, T.c.id, rungs)).values(plan=plan)
        )
        if moved:
            await self._connection.execute(
                update(T)
                .where(T.c.id == bindparam("of"))
                .values(stage=bindparam("to_stage"), rung_at=bindparam("to")),
                moved,
            )

    async def counted_otherwise(self, version: str) -> list[Duty]:
        """The open duties of all records that another calendar than this one has dated."""
        rows = await self._connection.execute(
            select(T)
            .where(
                T.c.closed_by.is_(None),
                or_(T.c.calendar_version < version, T.c.calendar_version > version),
            )
            .order_by(T.c.record_id, T.c.id)
        )
        return [_duty(row) for row in rows]

    async def judged_otherwise(
        self, version: str, closed: Collection[tuple[str, str]]
    ) -> list[Duty]:
        """The duties met by a date that was not final, and that another calendar has dated.

        Only what counts now, of records that are in none of the `closed` states of their kinds.
        """
        newer = T.alias()
        overtaken = (
            select(newer.c.id)
            .where(newer.c.record_id == T.c.record_id, newer.c.code == T.c.code)
            .where(newer.c.id > T.c.id)
            .exists()
        )
        over = [and_(R.c.kind == kind, R.c.state == state) for kind, state in closed]
        rows = await self._connection.execute(
            select(T)
            .join(R, R.c.id == T.c.record_id)
            .where(T.c.outcome == Outcome.MET.value, T.c.provisional)
            .where(T.c.calendar_version != version, not_(or_(false(), *over)), ~overtaken)
            .order_by(T.c.record_id, T.c.id)
        )
        return [_duty(row) for row in rows]

    async def note_calendar(self, duty_ids: Collection[int], version: str) -> None:
        """Note that duties have the same dates by this calendar too."""
        await self._connection.execute(
            update(T)
            .where(among(self._connection, T.c.id, duty_ids))
            .values(calendar_version=version)
        )

    async def count_provisional(self) -> int:
        """How many open duties have a date that is not final."""
        query = select(func.count()).where(T.c.closed_by.is_(None), T.c.provisional)
        return await self._connection.scalar(query) or 0

    async def note_shown(self, duty_id: int, shown: Stretch) -> None:
        """Remember what the record's card says of a duty."""
        await self._connection.execute(update(T).where(T.c.id == duty_id).values(shown=shown.value))


def _duty(row: Row[tuple[object, ...]]) -> Duty:
    fields: dict[str, Any] = dict(row._mapping)
    fields["rule"] = _read(fields["rule"])
    fields["shown"] = Stretch(fields["shown"])
    fields["outcome"] = Outcome(fields["outcome"]) if fields["outcome"] else None
    return Duty(**fields)


def written_rule(rule: Period) -> dict[str, object]:
    """A period as its row keeps it."""
    return {**asdict(rule), "effective_from": rule.effective_from.isoformat()}


def _read(rule: Mapping[str, Any]) -> Period:
    return Period(
        **{
            **rule,
            "unit": Unit(rule["unit"]),
            "roll": Roll(rule["roll"]),
            "effective_from": date.fromisoformat(rule["effective_from"]),
        }
    )
