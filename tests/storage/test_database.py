"""The transaction: all or nothing, and a reader never waits."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from bot.storage.database import Database, Tx

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Hire, OpenDesk


async def serial(database: Database) -> int:
    async with database.write() as tx:
        return await tx.records.next_serial("lead")


async def count_then_fail(tx: Tx) -> None:
    await tx.records.next_serial("lead")
    raise LookupError


async def test_what_fails_leaves_no_trace(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.write() as tx:
            await count_then_fail(tx)
    assert await serial(database) == 1


async def test_a_savepoint_undoes_only_itself(database: Database) -> None:
    async with database.write() as tx:
        await tx.records.next_serial("lead")
        with pytest.raises(LookupError):
            async with tx.savepoint():
                await count_then_fail(tx)
    assert await serial(database) == 2


async def test_a_reader_never_waits_for_a_writer(database: Database) -> None:
    await serial(database)
    async with database.write() as writer:
        await writer.records.next_serial("lead")
        async with asyncio.timeout(1), database.read() as reader:
            last = await reader.connection.scalar(text("SELECT last FROM counters"))
    assert last == 1


async def test_a_reader_sees_one_moment(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await serial(database)
    async with database.read() as reader:
        before = await reader.connection.scalar(text("SELECT last FROM counters"))
        await serial(database)
        after = await reader.connection.scalar(text("SELECT last FROM counters"))
    assert (before, after) == (1, 1)
    await database.close()


async def test_two_programs_write_one_file_in_turn(sqlite_url: str) -> None:
    one, other = Database(sqlite_url), Database(sqlite_url)
    serials = await asyncio.gather(*(serial(db) for db in (one, other) * 5))
    assert sorted(serials) == list(range(1, 11))
    await one.close()
    await other.close()


async def test_sqlite_is_durable_and_strict(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.read() as tx:
        pragmas = {
            name: await tx.connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    await database.close()


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/new/liaison.sqlite3")
    async with database.read() as tx:
        assert await tx.connection.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_a_chat_s_updates_take_turns(database: Database) -> None:
    """Whoever comes second finds the first one's work done, on either database."""
    order: list[str] = []

    async def work(name: str, seconds: float) -> None:
        async with database.write() as tx:
            await tx.take_turn(-1001234567890)
            order.append(f"{name} begins")
            await asyncio.sleep(seconds)
            order.append(f"{name} ends")

    first = asyncio.create_task(work("first", 0.1))
    await asyncio.sleep(0.05)
    await asyncio.gather(first, work("second", 0))
    assert order == ["first begins", "first ends", "second begins", "second ends"]


async def test_an_error_names_no_value_that_was_being_written(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as tx:
            await tx.connection.execute(text("INSERT INTO nowhere VALUES (:x)"), {"x": "张某某"})
    assert "张某某" not in str(caught.value)


async def test_a_new_file_that_another_process_holds_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE nails (id INTEGER)")
    database = Database(f"sqlite+aiosqlite:///{file}")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    async with database.read() as tx:
        assert await tx.connection.scalar(text("PRAGMA journal_mode")) == "wal"
    await database.close()
    other.close()


async def abandon(database: Database) -> object:
    """Break a transaction off as a cancelled statement does; returns its open cursor."""
    async with database.write() as tx:
        adapted = (await tx.connection.get_raw_connection()).dbapi_connection
        assert adapted is not None
        unread: object = await adapted.driver_connection.execute(
            "INSERT INTO counters VALUES ('nails', 1), ('screws', 1) RETURNING name"
        )
        await tx.connection.invalidate()
        with suppress(PendingRollbackError):
            await tx.connection.rollback()
        return unread


async def test_an_abandoned_writer_leaves_no_lock_behind(sqlite_url: str) -> None:
    one, other = Database(sqlite_url), Database(sqlite_url)
    cursor = await abandon(one)  # it lives on, as in the traceback of a cancelled task
    async with asyncio.timeout(5):
        assert await serial(other) == 1
    assert cursor
    await one.close()
    await other.close()


async def test_a_writer_within_a_writer_fails_at_once(
    database: Database, desk: OpenDesk, people: Hire
) -> None:
    """In tests: the second would wait for the first for ever."""
    async with desk():
        for second in (desk(), database.write()):
            with pytest.raises(RuntimeError, match="has a writer open already"):
                await second.__aenter__()
        with pytest.raises(RuntimeError, match="has a writer open already"):
            await people()
    await people()
