"""A backup is whole while a writer works, and is checked before it replaces anything."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.storage.backup import BackupError, back_up, restore
from bot.storage.database import Database
from bot.storage.schema import require_current

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated database file with one number counted."""
    copy = tmp_path / "liaison.sqlite3"
    copy.write_bytes(sqlite_template.read_bytes())
    return copy


def opened(file: Path) -> Database:
    return Database(f"sqlite+aiosqlite:///{file}")


async def count_on(database: Database) -> None:
    """Two counters that always agree once committed."""
    async with database.write() as tx:
        await tx.records.next_serial("left")
        await asyncio.sleep(0)
        await tx.records.next_serial("right")


def counted(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, last FROM counters"))


async def test_a_backup_is_whole_while_writers_work(file: Path, tmp_path: Path) -> None:
    database, target = opened(file), tmp_path / "backup"
    await count_on(database)
    writers = [count_on(database) for _ in range(30)]
    await asyncio.gather(back_up(database, target), *writers)
    await database.close()

    copied = counted(target)
    assert 1 <= copied["left"] == copied["right"] <= 31
    assert counted(file) == {"left": 31, "right": 31}
    assert target.stat().st_mode & 0o777 == 0o600


async def test_a_backup_leaves_out_what_is_half_done(file: Path, tmp_path: Path) -> None:
    database = opened(file)
    await count_on(database)
    async with database.write() as tx:
        await tx.records.next_serial("left")
        await back_up(database, tmp_path / "backup")
        await tx.records.next_serial("right")
    await database.close()
    assert counted(tmp_path / "backup") == {"left": 1, "right": 1}
    assert counted(file) == {"left": 2, "right": 2}


async def test_a_backup_never_overwrites(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("last month")
    with pytest.raises(BackupError, match="precious exists already"):
        await back_up(opened(file), target)
    assert target.read_text() == "last month"


async def test_a_backup_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written: unable to open"):
        await back_up(opened(tmp_path / "missing"), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


async def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    database = Database("postgresql+asyncpg://localhost/liaison")
    with pytest.raises(BackupError, match=r"pg_dump.*pg_restore"):
        await back_up(database, tmp_path / "backup")


async def test_a_restore_rehearsed(file: Path, tmp_path: Path) -> None:
    database = opened(file)
    await count_on(database)
    await back_up(database, tmp_path / "backup")
    await count_on(database)
    await database.close()

    aside = await restore(tmp_path / "backup", file)
    assert aside is not None
    assert counted(file) == {"left": 1, "right": 1}
    assert counted(aside) == {"left": 2, "right": 2}

    restored = opened(file)
    await require_current(restored)
    await count_on(restored)
    await restored.close()
    assert counted(file) == {"left": 2, "right": 2}
    assert counted(tmp_path / "backup") == {"left": 1, "right": 1}


async def test_a_restore_where_nothing_was(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.sqlite3"
    assert await restore(file, target) is None
    restored = opened(target)
    await require_current(restored)
    await restored.close()


async def test_a_database_in_use_is_not_replaced(file: Path, tmp_path: Path) -> None:
    database = opened(file)
    await back_up(database, tmp_path / "backup")
    await count_on(database)
    with pytest.raises(BackupError, match=r"in use .*: stop the bot first"):
        await restore(tmp_path / "backup", file)
    await count_on(database)
    await database.close()
    assert counted(file) == {"left": 2, "right": 2}


async def test_a_damaged_database_is_replaced_and_kept(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"not a database at all")
    aside = await restore(file, broken)
    assert aside is not None
    assert aside.read_bytes() == b"not a database at all"
    assert counted(broken) == {}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def damage(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    backup.write_bytes(content)


def change(statement: str, backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute(statement)
        connection.commit()


def renumber(backup: Path) -> None:
    change("UPDATE alembic_version SET version_num = '9999'", backup)


def orphan(backup: Path) -> None:
    change("INSERT INTO contents (event_id, nonce, body) VALUES (7, '', '')", backup)


def unlabel(backup: Path) -> None:
    change("DROP TABLE alembic_version", backup)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (damage, "cannot be restored|damaged"),
        (renumber, "schema 9999, which this program does not know"),
        (orphan, "rows that are missing"),
        (unlabel, "no such table: alembic_version"),
        (lambda backup: backup.unlink(), "cannot be restored"),
    ],
)
async def test_a_bad_backup_replaces_nothing(
    spoil: Callable[[Path], None], reason: str, file: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    await back_up(opened(file), backup)
    spoil(backup)
    before = contents(tmp_path)
    with pytest.raises(BackupError, match=reason):
        await restore(backup, file)
    assert contents(tmp_path) == before
    assert counted(file) == {}
