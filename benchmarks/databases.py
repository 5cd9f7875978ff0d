"""Databases that last as long as a benchmark, filled with the same rows."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import insert, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from benchmarks.ledger import NOW, OFFICERS, entries
from bot.domain.periods import PERIODS, Stretch
from bot.domain.query import parts_of
from bot.storage import tables
from bot.storage.chats import sides_text
from bot.storage.database import Database
from bot.storage.duties import written_rule
from bot.storage.schema import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table

    from benchmarks.ledger import Entry
    from bot.office import Office

_BATCH = 15_360
_FILLED = (
    tables.people,
    tables.records,
    tables.record_keys,
    tables.record_texts,
    tables.postings,
    tables.events,
    tables.duties,
)


@asynccontextmanager
async def sqlite_ledger(folder: Path, office: Office, size: int) -> AsyncIterator[Database]:
    """A SQLite file holding the made-up ledger."""
    database = Database(f"sqlite+aiosqlite:///{folder}/liaison.sqlite3")
    await migrate(database)
    async with database.write() as tx:
        await tx.connection.execute(insert(tables.people), list(_officers()))
        await tx.connection.execute(insert(tables.events), [_EVENT])
    batch: list[Entry] = []
    for entry in entries(office, size):
        batch.append(entry)
        if len(batch) == _BATCH or entry.record.id == size:
            await _write(database, batch)
            batch = []
    async with database.write() as tx:
        await tx.connection.execute(text("ANALYZE"))
    await database.close()  # empties the write-ahead log: no look-up pays for what was written
    yield database
    await database.close()


async def _write(database: Database, batch: Sequence[Entry]) -> None:
    """The rows at once, the index by the code that files every record."""
    async with database.write() as tx:
        for table, rows in (
            (tables.records, [record_row(entry) for entry in batch]),
            (tables.record_keys, [row for entry in batch for row in _key_rows(entry)]),
            (tables.duties, [_duty_row(entry) for entry in batch if entry.overdue]),
        ):
            if rows:
                await tx.connection.execute(insert(table), rows)
        await tx.search.put([entry.indexed for entry in batch])


@asynccontextmanager
async def postgresql_copy(url: str, original: Database) -> AsyncIterator[Database]:
    """A PostgreSQL database of its own with the same rows; it is dropped afterwards."""
    async with empty_postgresql(url) as database:
        for table in _FILLED:
            await _copy(table, original, database)
        for upkeep in ("VACUUM ANALYZE", "CHECKPOINT"):
            await _on_server(database.url.render_as_string(hide_password=False), upkeep)
        yield database


@asynccontextmanager
async def empty_sqlite(folder: Path) -> AsyncIterator[Database]:
    """A SQLite file with nothing in it."""
    database = Database(f"sqlite+aiosqlite:///{folder}/reminders.sqlite3")
    await migrate(database)
    yield database
    await database.close()


@asynccontextmanager
async def empty_postgresql(url: str) -> AsyncIterator[Database]:
    """A PostgreSQL database of its own with nothing in it; it is dropped afterwards."""
    name = f"liaison_bench_{uuid4().hex[:12]}"
    await _on_server(url, f"CREATE DATABASE {name}")
    database = Database(make_url(url).set(database=name).render_as_string(hide_password=False))
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
        await _on_server(url, f"DROP DATABASE {name} WITH (FORCE)")


async def _copy(table: Table, original: Database, copy: Database) -> None:
    """Every row of a table, by PostgreSQL's own COPY."""
    dialect = copy.engine.dialect
    writers = [c.type.dialect_impl(dialect).bind_processor(dialect) for c in table.columns]
    async with original.read() as source, copy.write() as target:
        raw = await target.connection.get_raw_connection()
        driver: Any = raw.driver_connection
        rows = await source.connection.stream(table.select())
        async for some in rows.partitions(_BATCH):
            written = (
                [
                    write(value) if write else value
                    for write, value in zip(writers, row, strict=True)
                ]
                for row in some
            )
            await driver.copy_records_to_table(
                table.name, records=written, columns=[column.name for column in table.columns]
            )


async def server_trouble(url: str) -> str:
    """Why a PostgreSQL server cannot be used; empty if it can."""
    try:
        await _on_server(url, "SELECT 1")
    except (OSError, ImportError) as error:
        return str(error)
    return ""


async def _on_server(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _officers() -> Iterator[dict[str, object]]:
    for number in range(1, OFFICERS + 1):
        yield {
            "id": number,
            "user_id": 7000 + number,
            "name": "王敏",
            "role": "liaison",
            "organ": "zrzy",
            "status": "active",
            "asked_at": NOW,
        }


_EVENT = {
    "id": 1,
    "stream": "record/1",
    "no": 1,
    "at": NOW,
    "name": "file",
    "body": "{}",
    "previous": "",
    "hash": "",
}


def record_row(entry: Entry) -> dict[str, object]:
    """A record as its row keeps it."""
    record = entry.record
    return {
        "id": record.id,
        "kind": record.kind,
        "number": record.number,
        "district": record.district,
        "sender": record.sender,
        "receiver": record.receiver,
        "sides": sides_text(record.sides),
        "submitter": record.submitter,
        "state": record.state,
        "version": record.version,
        "data": record.data,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def _key_rows(entry: Entry) -> Iterator[dict[str, object]]:
    for number in entry.numbers:
        parts = parts_of(number)
        yield {
            "key": parts.key,
            "record_id": entry.record.id,
            "prefix": parts.prefix,
            "year": parts.year,
            "serial": parts.serial,
            "sub": parts.sub,
            "suffix": parts.suffix,
        }


def _duty_row(entry: Entry) -> dict[str, object]:
    due = NOW.date() - timedelta(days=30)
    return {
        "record_id": entry.record.id,
        "code": "answer",
        "debtor": entry.record.receiver,
        "creditor": entry.record.sender,
        "rule": written_rule(PERIODS["P-REPLY"]),
        "start": due,
        "nominal": due,
        "due": due,
        "provisional": False,
        "calendar_version": "2026",
        "shown": Stretch.OVERDUE.value,
        "opened_by": 1,
    }
