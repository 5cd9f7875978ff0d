"""The ledger's rows, and the keys under which they are found."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    SmallInteger,
    String,
    bindparam,
    select,
    union_all,
    update,
)

from bot.domain.errors import DomainError
from bot.domain.query import distance, parts_of, slips_of
from bot.domain.records import Record
from bot.storage import tables
from bot.storage.among import among, among_named, listed
from bot.storage.chats import sides_from, sides_text
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.numbers import DocumentNumber
    from bot.domain.query import NumberParts, Scope
    from bot.domain.records import NewRecord

T = tables.records
K = tables.record_keys
MOST_NUMBERED = 2000
"""How many numbers one question may read."""
MOST_NEAR = 200
"""How many are compared with a number that nobody bears, on either side of it."""


class Records:
    """Every matter of every kind."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_serial(self, counter: str) -> int:
        """Count a named series on by one; a rolled-back number is used again."""
        counters = tables.counters
        result = await self._connection.execute(
            insert_into(counters, self._connection)
            .values(name=counter, last=1)
            .on_conflict_do_update(index_elements=["name"], set_={"last": counters.c.last + 1})
            .returning(counters.c.last)
        )
        return int(result.scalar_one())

    async def add(self, new: NewRecord, now: datetime) -> Record:
        """Write a new record, at version 1."""
        values = {
            "kind": new.kind,
            "number": new.number,
            "district": new.district,
            "sender": new.sender,
            "receiver": new.receiver,
            "sides": sides_text(new.sides),
            "submitter": new.submitter,
            "state": new.state,
            "version": 1,
            "data": dict(new.data),
            "created_at": now,
            "updated_at": now,
        }
        result = await self._connection.execute(T.insert().values(values).returning(T))
        return record_from(result.one())

    async def get(self, record_id: int) -> Record | None:
        """The record with this id."""
        rows = await self._connection.execute(select(T).where(T.c.id == record_id))
        row = rows.one_or_none()
        return None if row is None else record_from(row)

    async def of(self, record_ids: Sequence[int]) -> list[Record]:
        """The records with these ids, in this order."""
        found = await self.by_id(record_ids)
        return [found[each] for each in dict.fromkeys(record_ids) if each in found]

    async def by_id(self, record_ids: Collection[int]) -> dict[int, Record]:
        """The records with these ids, by id, the oldest first."""
        rows = await self._connection.execute(
            select(T).where(among(self._connection, T.c.id, record_ids)).order_by(T.c.id)
        )
        return {record.id: record for record in map(record_from, rows)}

    async def save(self, record: Record, now: datetime) -> Record:
        """Write a changed record, one version on.

        Raises `DomainError("came_second")` when somebody else changed it meanwhile.
        """
        result = await self._connection.execute(
            update(T)
            .where(T.c.id == record.id, T.c.version == record.version)
            .values(
                state=record.state,
                sides=sides_text(record.sides),
                data=dict(record.data),
                version=record.version + 1,
                updated_at=now,
            )
            .returning(T)
        )
        row = result.one_or_none()
        if row is None:
            raise DomainError("came_second", number=record.number)
        return record_from(row)

    async def index(self, record_id: int, numbers: Iterable[DocumentNumber]) -> None:
        """Let the record be found under these numbers too."""
        rows = {number.key(): _parts(number) for number in numbers}
        if rows:
            await self._connection.execute(
                insert_into(K, self._connection).on_conflict_do_nothing(),
                [{"key": key, "record_id": record_id, **parts} for key, parts in rows.items()],
            )

    async def by_key(self, key: str, limit: int = 20) -> list[Record]:
        """The records found under a number's key, the newest first."""
        rows = await self._connection.execute(
            select(T)
            .join(K, K.c.record_id == T.c.id)
            .where(K.c.key == key)
            .order_by(T.c.id.desc())
            .limit(limit)
        )
        return [record_from(row) for row in rows]

    async def numbered(self, parts: NumberParts) -> frozenset[int]:
        """The ids of the records that bear this number, or else one with these parts.

        Of very many, the newest.
        """
        newest = select(K.c.record_id).order_by(K.c.record_id.desc()).limit(MOST_NUMBERED)
        if parts.key:
            exact = await self._connection.scalars(newest.where(K.c.key == parts.key))
            if bearing := frozenset(exact):
                return bearing
        given = {"year": parts.year, "sub": parts.sub, "suffix": parts.suffix}
        alike = (
            newest.where(K.c.serial == parts.serial)
            .where(*(K.c[name] == value for name, value in given.items() if value))
            .where(K.c.prefix.contains(parts.prefix.removesuffix("字"), autoescape=True))
        )
        return frozenset(await self._connection.scalars(alike))

    async def near(self, parts: NumberParts, scope: Scope, limit: int) -> list[Record]:
        """The records in sight whose numbers are nearest to one that nobody bears."""
        dialect = self._connection.dialect.name
        given = {
            "prefix": parts.prefix,
            "year": parts.year,
            "serial": parts.serial,
            "slips": listed(dialect, slips_of(parts.serial)),
            "districts": listed(dialect, scope.districts),
            "sides": listed(dialect, [sides_text(sides) for sides in scope.sides]),
        }
        seen = _near(dialect)
        nearest: dict[int, tuple[int, int]] = {}
        for record_id, *number in await self._connection.execute(seen, given):
            if far := distance(parts, *number):
                nearest[record_id] = min(far, nearest.get(record_id, far))
        order = sorted(nearest, key=lambda record_id: (nearest[record_id], -record_id))[:limit]
        return await self.of(order)


@cache
def _near(dialect: str) -> Select[Any]:
    """The question for the numbers around one, made once: it takes longer to make than to ask."""
    prefix, year = bindparam("prefix", type_=String), bindparam("year", type_=SmallInteger)
    serial = bindparam("serial", type_=BigInteger)
    key = select(K.c.record_id, K.c.prefix, K.c.year, K.c.serial)
    series = key.where(K.c.prefix == prefix, K.c.year == year)
    below = series.where(K.c.serial < serial).order_by(K.c.serial.desc())
    above = series.where(K.c.serial > serial).order_by(K.c.serial)
    alike = key.where(
        among_named(dialect, K.c.serial, bindparam("slips")),
        (K.c.year == year) | (K.c.prefix == prefix),
    )
    some = union_all(
        *(
            select(numbers.order_by(K.c.record_id.desc()).limit(MOST_NEAR).subquery())
            for numbers in (below, above, alike)
        )
    ).subquery()
    return (
        select(some)
        .join(T, some.c.record_id == T.c.id)
        .where(
            among_named(dialect, T.c.district, bindparam("districts")),
            among_named(dialect, T.c.sides, bindparam("sides")),
        )
    )


def within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """That a record is in somebody's sight."""
    return (
        T.c.district.in_(scope.districts),
        T.c.sides.in_([sides_text(sides) for sides in scope.sides]),
    )


def _parts(number: DocumentNumber) -> dict[str, str | int | None]:
    parts = asdict(parts_of(number))
    del parts["key"]
    return parts


def record_from(row: Row[tuple[object, ...]]) -> Record:
    """The record that a row of the ledger holds."""
    fields = row._mapping
    return Record(
        id=fields["id"],
        kind=fields["kind"],
        number=fields["number"],
        district=fields["district"],
        sender=fields["sender"],
        receiver=fields["receiver"],
        sides=sides_from(fields["sides"]),
        submitter=fields["submitter"],
        state=fields["state"],
        version=fields["version"],
        data=fields["data"],
        created_at=fields["created_at"],
        updated_at=fields["updated_at"],
    )
