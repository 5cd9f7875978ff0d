"""The schema's age: bringing a database up to this program's, and refusing any other."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.storage.snapshot import snapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(RuntimeError):
    """The database does not fit this program; the message is one line that says what to do."""


async def migrate(database: Database, migrations: Path = MIGRATIONS) -> list[str]:
    """Apply every missing migration, each in a transaction of its own; tells which.

    A SQLite file with something in it is copied first. Two processes may do this at once:
    each migration is applied by one of them. Raises `SchemaError` on a newer schema.
    """
    applied: list[str] = []
    while revision := await _apply_next(database, migrations, first=not applied):
        applied.append(revision)
    return applied


async def require_current(database: Database) -> None:
    """Raise `SchemaError` unless the schema is exactly the one this program was written for."""
    async with database.read() as tx:
        current = await tx.connection.run_sync(_current)
    known = revisions()
    _refuse_unknown(current, known)
    if current != known[-1]:
        raise SchemaError(
            f"the database is at schema {current or 'none'}, this program needs {known[-1]}: "
            "run `liaison migrate`"
        )


def revisions(migrations: Path = MIGRATIONS) -> list[str]:
    """Every revision this program knows, the oldest first."""
    scripts = ScriptDirectory(str(migrations)).walk_revisions()
    return [script.revision for script in scripts][::-1]


def alembic_config(connection: Connection, migrations: Path = MIGRATIONS) -> Config:
    """What Alembic needs to know; it works on `connection` and opens none itself."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


async def _apply_next(database: Database, migrations: Path, *, first: bool) -> str | None:
    """Apply the oldest missing migration, alone at it; None when nothing is missing."""
    known = revisions(migrations)
    async with database.write() as tx:
        await _wait_for_turn(tx.connection)
        current = await tx.connection.run_sync(_current)
        _refuse_unknown(current, known)
        missing = known[known.index(current) + 1 :] if current else known
        if not missing:
            return None
        if first and database.file and await tx.connection.run_sync(_holds_tables):
            await _keep_copy(database.file, missing[0])
        await tx.connection.run_sync(_upgrade, migrations, missing[0])
    return missing[0]


async def _wait_for_turn(connection: AsyncConnection) -> None:
    """Hold the schema until the end of the transaction; SQLite's one writer does already."""
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended('liaison/schema', 0))")
        )


async def _keep_copy(file: Path, revision: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = file.with_name(f"{file.name}.before-{revision}-{stamp}")
    await asyncio.to_thread(snapshot, file, target)


def _holds_tables(connection: Connection) -> bool:
    return bool(inspect(connection).get_table_names())


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, migrations: Path, revision: str) -> None:
    command.upgrade(alembic_config(connection, migrations), revision)


def _refuse_unknown(current: str | None, known: list[str]) -> None:
    if current is not None and current not in known:
        raise SchemaError(
            f"the database is at schema {current}, which is newer than this program "
            f"(it knows up to {known[-1]}): install the newer program"
        )
