"""Backups of a SQLite database: taken while the bot works, checked before they are restored."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.storage.schema import revisions
from bot.storage.snapshot import snapshot

if TYPE_CHECKING:
    from bot.storage.database import Database


class BackupError(RuntimeError):
    """Nothing was copied or replaced; the message is one line that says why."""


async def back_up(database: Database, target: Path) -> None:
    """Write a consistent copy of the database to the new file `target`, mode 0600.

    Raises `BackupError` when the file exists already, or for PostgreSQL, which has its own.
    """
    if database.file is None:
        raise BackupError(
            "a PostgreSQL database is backed up with `pg_dump --format=custom` "
            "and restored with `pg_restore`"
        )
    try:
        await asyncio.to_thread(snapshot, database.file, target)
    except FileExistsError as error:
        raise BackupError(f"{target} exists already") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be written: {error}") from error


async def restore(source: Path, target: Path) -> Path | None:
    """Put a checked copy of the backup `source` in the place of the database file `target`.

    The old file is kept beside it; returns where, or None when there was none. Raises
    `BackupError` when the backup is damaged or of another program, or the database in use.
    """
    return await asyncio.to_thread(_restore, source, target)


def _restore(source: Path, target: Path) -> Path | None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = target.with_name(f"{target.name}.restoring-{stamp}")
    try:
        snapshot(source, copy)
        _check(copy)
        aside = _set_aside(target, target.with_name(f"{target.name}.replaced-{stamp}"))
        copy.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{source} cannot be restored: {error}") from error
    finally:
        copy.unlink(missing_ok=True)
    return aside


def _check(file: Path) -> None:
    """Raise `BackupError` unless the file is whole and of a schema this program knows."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"the backup is damaged: {verdict}")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise BackupError("the backup is damaged: rows point to rows that are missing")
        (revision,) = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    if revision not in revisions():
        raise BackupError(f"the backup has schema {revision}, which this program does not know")


def _set_aside(file: Path, aside: Path) -> Path | None:
    """Move the database file away, its journals folded into it first where it is sound."""
    if not file.exists():
        return None
    try:
        _fold_journals(file)
    except sqlite3.OperationalError as error:
        raise BackupError(f"{file} is in use ({error}): stop the bot first") from error
    except sqlite3.DatabaseError:  # so damaged that it cannot be opened: kept as it is
        for ending in ("-wal", "-shm"):
            if (journal := Path(f"{file}{ending}")).exists():
                journal.rename(f"{aside}{ending}")
    return file.rename(aside)


def _fold_journals(file: Path) -> None:
    """Leave WAL mode, which SQLite grants to the only connection there is."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
