"""Migrations arrive at the tables, undo themselves when they fail, and know their own age."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from bot.domain.periods import PERIODS
from bot.domain.records import Outcome
from bot.storage.database import Database
from bot.storage.questions import Question
from bot.storage.schema import (
    MIGRATIONS,
    SchemaError,
    migrate,
    require_current,
    revisions,
)
from bot.storage.tables import metadata, questions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

NEXT = f"""
from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{revisions()[-1]}"


def upgrade():
    op.create_table("nails", sa.Column("id", sa.Integer(), primary_key=True))
"""


_EVENT = (
    "INSERT INTO events (id, stream, no, at, actor, name, body, previous, hash) VALUES "
    "({id}, 'record/1', {id}, '2026-03-09T01:00:00.000000Z', 1, '{name}', '{{}}', '', '{id}')"
)
_DUTY = (
    "INSERT INTO duties (record_id, code, debtor, creditor, period, start, nominal, due, "
    "provisional, calendar_version, shown, opened_by, closed_by) VALUES (1, '{code}', 'jcy-ec', "
    "'zrzy-ec', '{period}', '2026-03-01', '{nominal}', '{due}', false, 'v', 'far', 1, {closed})"
)
OLD_ROWS = (
    "INSERT INTO people (id, user_id, name, role, status, reachable, asked_at) "
    "VALUES (1, 7, '王敏', 'liaison', 'active', true, '2026-03-01T01:00:00.000000Z')",
    "INSERT INTO records (id, kind, number, district, sender, receiver, sides, submitter, state, "
    "version, data, created_at, updated_at) VALUES (1, 'lead', '线索〔2026〕1号', '420704', "
    "'zrzy-ec', 'jcy-ec', 'procuratorate,resources', 1, 'merged', 1, '{}', "
    "'2026-03-01T01:00:00.000000Z', '2026-03-01T01:00:00.000000Z')",
    *(_EVENT.format(id=at, name=name) for at, name in enumerate(("file", "sign", "withdraw"), 1)),
    _DUTY.format(code="sign", period="P-SIGN", nominal="2026-03-02", due="2026-03-02", closed=2),
    _DUTY.format(code="answer", period="P-REPLY", nominal="2026-03-11", due="2026-03-11", closed=3),
    _DUTY.format(
        code="result", period="P-RESULT", nominal="2026-06-06", due="2026-06-08", closed="NULL"
    ),
)
"""What a bot of schema 0006 may have kept."""


@pytest.fixture
def tomorrows(tmp_path: Path) -> Path:
    """The migrations of a later program, which has one more."""
    later = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "next.py").write_text(NEXT)
    return later


def copies(folder: Path) -> list[Path]:
    return list(folder.glob("*.before-*"))


async def tables_of(database: Database) -> list[str]:
    async with database.read() as tx:
        return await tx.connection.run_sync(lambda c: inspect(c).get_table_names())


def plain(item: object) -> str:
    """What the database says of one thing, as text that two can be compared by."""
    if isinstance(item, Mapping):
        return str(sorted((str(key), plain(value)) for key, value in item.items()))
    if isinstance(item, list):
        return str([plain(value) for value in item])
    return str(item)


def shape(connection: Connection, schema: str | None = None) -> dict[str, object]:
    """Everything the database itself says about our tables."""
    inspector = inspect(connection)

    def described(table: str) -> list[str]:
        lists = (
            inspector.get_columns(table, schema),
            inspector.get_indexes(table, schema),
            inspector.get_unique_constraints(table, schema),
            inspector.get_foreign_keys(table, schema),
            inspector.get_check_constraints(table, schema),
        )
        found = [plain(item) for items in lists for item in items]
        found.append(plain(inspector.get_pk_constraint(table, schema)))
        return sorted(text.replace("'fresh'", "'None'").replace("fresh.", "") for text in found)

    return {table: described(table) for table in metadata.tables}


def differences(connection: Connection) -> object:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_the_migrations_arrive_at_the_tables(database: Database) -> None:
    async with database.read() as tx:
        assert await tx.connection.run_sync(differences) == []


async def test_a_migrated_sqlite_file_equals_a_fresh_one(sqlite_url: str, tmp_path: Path) -> None:
    migrated, fresh = Database(sqlite_url), Database(f"sqlite+aiosqlite:///{tmp_path}/fresh")
    async with migrated.read() as old, fresh.write() as new:
        await new.connection.run_sync(metadata.create_all)
        assert await old.connection.run_sync(shape) == await new.connection.run_sync(shape)
    await migrated.close()
    await fresh.close()


async def test_a_migrated_postgresql_equals_a_fresh_one(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.engine.connect() as connection:
        migrated = await connection.run_sync(shape)
        await connection.execute(text("CREATE SCHEMA fresh"))
        elsewhere = await connection.execution_options(schema_translate_map={None: "fresh"})
        await elsewhere.run_sync(metadata.create_all)
        assert await elsewhere.run_sync(shape, "fresh") == migrated
        await connection.rollback()
    await database.close()


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await require_current(database)
    assert await migrate(database) == []


def older_migrations(folder: Path, revision: str) -> list[str]:
    """Lay out the migrations up to one; returns the others."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    known = revisions()
    newer = known[known.index(revision) + 1 :]
    for script in (folder / "versions").glob("*.py"):
        if script.name[:4] in newer:
            script.unlink()
    return newer


@pytest.mark.parametrize("revision", revisions()[:-1])
async def test_every_older_schema_becomes_the_newest(
    unmigrated_url: str, tmp_path: Path, revision: str
) -> None:
    older = tmp_path / "migrations"
    newer = older_migrations(older, revision)
    database = Database(unmigrated_url)
    await migrate(database, older)
    before = set(await tables_of(database))
    with pytest.raises(SchemaError, match="liaison migrate"):
        await require_current(database)
    assert await migrate(database) == newer
    await require_current(database)
    assert before <= set(await tables_of(database)) == {*metadata.tables, "alembic_version"}
    await database.close()


async def test_a_list_of_an_older_schema_is_anybodys_and_not_narrowed(
    unmigrated_url: str, tmp_path: Path, now: datetime
) -> None:
    older_migrations(tmp_path / "migrations", "0002")
    database = Database(unmigrated_url)
    await migrate(database, tmp_path / "migrations")
    row = {"id": 3, "chat_id": 7, "text": "鄂城", "asked_at": now}
    async with database.write() as tx:
        await tx.connection.execute(questions.insert().values(row))
    await migrate(database)
    async with database.read() as tx:
        assert await tx.questions.get(3, 7) == Question("鄂城", now)
    await database.close()


async def test_duties_of_an_older_schema_keep_their_dates_and_get_their_rule(
    unmigrated_url: str, tmp_path: Path
) -> None:
    older_migrations(tmp_path / "migrations", "0006")
    database = Database(unmigrated_url)
    await migrate(database, tmp_path / "migrations")
    async with database.write() as tx:
        for statement in OLD_ROWS:
            await tx.connection.exec_driver_sql(statement)
    await migrate(database)
    async with database.read() as tx:
        met, dropped, running = await tx.duties.of_record(1)
        assert [d.code for d in await tx.duties.open_of(1)] == ["result"]
    assert (met.outcome, met.met_on, met.late) == (Outcome.MET, date(2026, 3, 9), 7)
    assert (dropped.outcome, dropped.met_on) == (Outcome.DROPPED, None)
    assert (running.outcome, running.due, running.nominal) == (
        None,
        date(2026, 6, 8),
        date(2026, 6, 6),
    )
    assert met.rule == PERIODS["P-SIGN"]
    assert running.rule.measure == "3个月", "the usual one, where the dates tell of none"
    assert dropped.rule.measure == "10日", "as the office had set it"
    await database.close()


async def test_two_that_migrate_at_once_do_it_once(unmigrated_url: str) -> None:
    one, other = Database(unmigrated_url), Database(unmigrated_url)
    done = await asyncio.gather(migrate(one), migrate(other))
    assert sorted(chain.from_iterable(done)) == revisions()
    await require_current(one)
    await one.close()
    await other.close()


async def test_an_older_schema_is_told_to_migrate(unmigrated_url: str) -> None:
    database = Database(unmigrated_url)
    with pytest.raises(SchemaError, match=r"at schema none, .*: run `liaison migrate`"):
        await require_current(database)
    await database.close()


async def test_a_newer_schema_is_refused(sqlite_url: str, tomorrows: Path) -> None:
    database = Database(sqlite_url)
    await migrate(database, tomorrows)
    for step in (require_current, migrate):
        with pytest.raises(SchemaError, match="at schema next, which is newer"):
            await step(database)
    await database.close()


async def test_a_failing_migration_leaves_no_trace(database: Database, tomorrows: Path) -> None:
    before = await tables_of(database)
    (tomorrows / "versions" / "next.py").write_text(f"{NEXT}    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError, match="half way"):
        await migrate(database, tomorrows)
    assert await tables_of(database) == before
    await require_current(database)


async def test_a_sqlite_file_is_copied_before_it_is_changed(
    sqlite_url: str, tomorrows: Path
) -> None:
    database = Database(sqlite_url)
    assert await migrate(database, tomorrows) == ["next"]
    assert "nails" in await tables_of(database)
    await database.close()

    file = Path(database.url.database or "")
    (kept,) = copies(file.parent)
    assert kept.name.startswith(f"{file.name}.before-next-")
    assert kept.stat().st_mode & 0o777 == 0o600
    copy = Database(f"sqlite+aiosqlite:///{kept}")
    await require_current(copy)
    await copy.close()


async def test_an_empty_file_needs_no_copy(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3")
    assert await migrate(database) == revisions()
    await database.close()
    assert copies(tmp_path) == []
