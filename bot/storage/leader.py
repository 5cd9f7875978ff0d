"""Leadership: at most one process serves a bot."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.storage import tables
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from bot.storage.database import Database

CHECK = 2.0
"""Seconds between two looks at whether the lock is still held."""

PATIENCE = 5
"""Seconds that PostgreSQL has to answer before its connection counts as dead."""

KEY = "hashtextextended(:name, 0)"
"""The number by which PostgreSQL knows a lock of that name."""

T = tables.leaders


class LeadershipLostError(Exception):
    """Another process leads by now."""


class Leadership:
    """The right to poll for a bot and to send in its name; `name` is unique to the bot.

    It is a lock that lives as long as its holder: on SQLite the operating system's, on a file
    beside the database; on PostgreSQL one of the session's, on a connection kept for it. A
    lease by the clock would make the successor of a crashed process wait until it ran out,
    and would trust two clocks; here the kernel or the server frees the lock with the process.

    PostgreSQL may free it while the process lives on and does not know yet. So who leads writes
    under `require`, which the successor's signature ends: never do two act as the leader.
    """

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self._name = f"bot/{bot_id}"
        self._since: datetime | None = None
        """What this process last signed with."""
        self._grip = (
            _FileGrip(database.file.with_name(f"{database.file.name}.bot-{bot_id}.lock"))
            if database.file
            else _SessionGrip(database.engine, f"liaison/{self._name}")
        )

    async def seize(self) -> bool:
        """Become the leader and sign for it; False while another process is."""
        if not await self._grip.take():
            return False
        try:
            await self._sign()
        except BaseException:
            await self._grip.drop()
            raise
        return True

    async def still_held(self) -> bool:
        """Tell whether this process leads: it holds the lock, and nobody has signed since."""
        if not await self._grip.holds():
            return False
        try:
            async with self._database.read() as tx:
                await self.require(tx.connection)
        except (LeadershipLostError, DBAPIError, OSError):
            return False
        return True

    async def lost(self) -> None:
        """Return once this process leads no more."""
        while await self.still_held():  # noqa: ASYNC110 (nobody tells: it must be asked)
            await asyncio.sleep(CHECK)

    async def require(self, connection: AsyncConnection) -> None:
        """Raise `LeadershipLostError` if another process has become the leader since.

        If not, none does before the connection's transaction ends. On SQLite the operating
        system's lock lasts as long as the process, and there is nothing to ask.
        """
        if connection.dialect.name != "postgresql":
            return
        mine = select(T.c.name).where(T.c.name == self._name, T.c.since == self._since)
        if await connection.scalar(mine.with_for_update(read=True)) is None:
            raise LeadershipLostError(self._name)

    async def holder(self) -> str:
        """Host, process and time of whoever led last, which is who leads now if anybody does."""
        async with self._database.read() as tx:
            row = (await tx.connection.execute(select(T).where(T.c.name == self._name))).first()
        return "" if row is None else f"{row.holder}, since {row.since:%Y-%m-%d %H:%M:%S} UTC"

    async def release(self) -> None:
        """Let the next process lead."""
        await self._grip.drop()

    async def _sign(self) -> None:
        self._since = datetime.now(UTC)
        signature = {
            "holder": f"{socket.gethostname()[:80]}, process {os.getpid()}",
            "since": self._since,
        }
        async with self._database.write() as tx:
            await tx.connection.execute(
                insert_into(T, tx.connection)
                .values(name=self._name, **signature)
                .on_conflict_do_update(index_elements=["name"], set_=signature)
            )


class _FileGrip:
    """A lock of the operating system's; never the imitation that outlives a killed process."""

    def __init__(self, file: Path) -> None:
        self._lock = FileLock(file, thread_local=False, fallback_to_soft=False)

    async def take(self) -> bool:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    async def holds(self) -> bool:
        return self._lock.is_locked

    async def drop(self) -> None:
        self._lock.release(force=True)


class _SessionGrip:
    """An advisory lock of one PostgreSQL session, with the connection that keeps it open."""

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: AsyncConnection | None = None

    async def take(self) -> bool:
        await self.drop()
        connection = await self._engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await self._ask(connection, f"SELECT pg_try_advisory_lock({KEY})"):
            await connection.close()
            return False
        self._connection = connection
        return True

    async def holds(self) -> bool:
        """Ask over the very connection; give it up for good when it fails, lest it reconnect."""
        if self._connection is None:
            return False
        try:
            await self._ask(self._connection, "SELECT :name")
        except (DBAPIError, OSError):
            connection, self._connection = self._connection, None
            await connection.invalidate()
            await connection.close()
            return False
        return True

    async def drop(self) -> None:
        if await self.holds() and self._connection is not None:
            await self._ask(self._connection, f"SELECT pg_advisory_unlock({KEY})")
            await self._connection.close()
            self._connection = None

    async def _ask(self, connection: AsyncConnection, question: str) -> object:
        async with asyncio.timeout(PATIENCE):
            return await connection.scalar(text(question), {"name": self._name})
