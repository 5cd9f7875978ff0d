"""The database: opening it, and the transaction in which everything happens."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sqlite3 import OperationalError
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only

from bot.storage.absences import Absences
from bot.storage.alarms import Alarms
from bot.storage.chats import Chats
from bot.storage.disputes import Disputes
from bot.storage.drafts import Drafts
from bot.storage.duties import Duties
from bot.storage.errors import DatabaseError
from bot.storage.events import Events
from bot.storage.files import Files
from bot.storage.heartbeats import Heartbeats
from bot.storage.nags import Nags
from bot.storage.origins import Origins
from bot.storage.outbox import Outbox
from bot.storage.people import People
from bot.storage.proposals import Proposals
from bot.storage.questions import Questions
from bot.storage.records import Records
from bot.storage.rest_days import Calendars, RestDays
from bot.storage.retention import Retention
from bot.storage.scroll import Scroll
from bot.storage.search import Search
from bot.storage.undelivered import Undelivered
from bot.storage.updates import Updates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from bot.domain.calendar import WorkCalendar

    Requirement: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]

PATIENCE = 30
"""Seconds that SQLite waits for a lock that another process holds."""


@dataclass(frozen=True)
class Tx:
    """One open transaction, with a repository for each noun."""

    connection: AsyncConnection
    calendars: Calendars

    async def calendar(self) -> WorkCalendar:
        """The working days as this transaction knows them."""
        return await self.calendars.now(self.rest_days)

    @cached_property
    def people(self) -> People:
        """The roster."""
        return People(self.connection)

    @cached_property
    def chats(self) -> Chats:
        """The bound groups and topics."""
        return Chats(self.connection)

    @cached_property
    def records(self) -> Records:
        """The ledger."""
        return Records(self.connection)

    @cached_property
    def search(self) -> Search:
        """What records are found by."""
        return Search(self.connection)

    @cached_property
    def proposals(self) -> Proposals:
        """Steps that wait for a leader's approval."""
        return Proposals(self.connection)

    @cached_property
    def disputes(self) -> Disputes:
        """What the two organs disagree about."""
        return Disputes(self.connection)

    @cached_property
    def questions(self) -> Questions:
        """What was asked, for turning pages."""
        return Questions(self.connection)

    @cached_property
    def drafts(self) -> Drafts:
        """Forms being filled in."""
        return Drafts(self.connection)

    @cached_property
    def origins(self) -> Origins:
        """Which message said what."""
        return Origins(self.connection)

    @cached_property
    def duties(self) -> Duties:
        """Who owes what by when."""
        return Duties(self.connection)

    @cached_property
    def nags(self) -> Nags:
        """Who is reminded of what."""
        return Nags(self.connection)

    @cached_property
    def absences(self) -> Absences:
        """Who is away when."""
        return Absences(self.connection)

    @cached_property
    def rest_days(self) -> RestDays:
        """The notices of rest days."""
        return RestDays(self.connection)

    @cached_property
    def events(self) -> Events:
        """The histories."""
        return Events(self.connection)

    @cached_property
    def files(self) -> Files:
        """The files of drafts and records."""
        return Files(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """What waits to be said."""
        return Outbox(self.connection)

    @cached_property
    def undelivered(self) -> Undelivered:
        """What could not be said."""
        return Undelivered(self.connection)

    @cached_property
    def heartbeats(self) -> Heartbeats:
        """When the bot last ticked."""
        return Heartbeats(self.connection)

    @cached_property
    def alarms(self) -> Alarms:
        """What administrators have been told of."""
        return Alarms(self.connection)

    @cached_property
    def scroll(self) -> Scroll:
        """How far the groups have scrolled."""
        return Scroll(self.connection)

    @cached_property
    def retention(self) -> Retention:
        """What has been kept long enough."""
        return Retention(self.connection)

    @cached_property
    def updates(self) -> Updates:
        """Which updates have been taken in."""
        return Updates(self.connection)

    async def size(self) -> int:
        """How many bytes the database takes up."""
        if self.connection.dialect.name == "postgresql":
            question = "SELECT pg_database_size(current_database())"
        else:
            question = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return int(await self.connection.scalar(text(question)) or 0)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what happens inside when it raises."""
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            self.rest_days.look_again()  # what was imported inside is undone
            raise

    async def take_turn(self, chat_id: int) -> None:
        """Hold the chat until the end of the transaction, so that its updates keep order.

        SQLite has one writer anyway; several PostgreSQL processes need the lock.
        """
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(
                text("SELECT pg_advisory_xact_lock(:chat)"), {"chat": chat_id}
            )


class Database:
    """A SQLite file or a PostgreSQL database, by URL."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        try:
            if self.is_sqlite and self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine: AsyncEngine = create_async_engine(
                self.url,
                hide_parameters=True,  # an error is logged; what was being written is case text
            )
        except OSError as error:
            raise DatabaseError(
                f"LIAISON_DATABASE_URL：{error.strerror}: {error.filename}"
            ) from error
        except ModuleNotFoundError as error:
            raise DatabaseError(
                "LIAISON_DATABASE_URL：使用 PostgreSQL 请先运行 make .venv/postgresql.stamp"
            ) from error
        self._calendars = Calendars()
        self._require: Requirement | None = None
        self._writer: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "invalidate", _free_sqlite)

    def under(self, require: Requirement) -> Database:
        """The same database for somebody whose writing has a condition.

        It is asked first in every transaction that writes, and undoes it by raising.
        """
        other = copy(self)
        other._require = require
        return other

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """Open a writing transaction; it commits at the end, or leaves no trace."""
        async with self._writer, self.engine.begin() as connection:
            if self._require is not None:
                await self._require(connection)
            yield Tx(connection, self._calendars)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open a transaction that only reads; it never waits for a writer."""
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(reads_only=True)
            async with connection.begin():
                yield Tx(connection, self._calendars)

    async def check(self) -> None:
        """Raise `DatabaseError` unless the database can be opened."""
        try:
            async with self.read():
                pass
        except (OSError, DBAPIError) as error:
            place = self.file or self.url.host
            raise DatabaseError(f"LIAISON_DATABASE_URL：打不开数据库 {place}") from error

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Make SQLite durable and strict, and leave BEGIN to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Keep a write-ahead log.

    Only the first to open a new file has anything to change; while another holds the file,
    SQLite refuses that at once, whatever the timeout: so it is asked again.
    """
    given_up = monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if "locked" not in str(error) or monotonic() > given_up:
                raise
            await_only(asyncio.sleep(0.05))
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a transaction that upgrades later may fail."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _free_sqlite(connection: DBAPIConnection, _record: object, _error: object) -> None:
    """Undo a cancelled transaction before its connection is closed.

    SQLite closes a connection only once its last cursor is gone, and until then holds the lock.
    """
    connection.rollback()
