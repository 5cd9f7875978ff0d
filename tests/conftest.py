"""What every test stands on."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.calendar import SHANGHAI
from bot.domain.kinds import KINDS
from bot.domain.people import Actor, Person, Role, Status
from bot.domain.periods import PERIODS, with_overrides
from bot.office import read_office
from bot.services.desk import Books, Desk
from bot.storage.database import Database, Tx
from bot.storage.schema import migrate
from bot.storage.tables import metadata
from bot.text import Texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from typing import Protocol

    class Hire(Protocol):
        """The type of the fixture `people`."""

        def __call__(
            self,
            organ: str | None = "zrzy-ec",
            role: Role = Role.LIAISON,
            name: str = "王敏",
            user_id: int | None = None,
            *,
            reachable: bool = True,
        ) -> Awaitable[Person]: ...

    OpenDesk = Callable[[], AbstractAsyncContextManager[Desk]]
    """The type of the fixture `desk`."""
    Act = Callable[[Person], Actor]
    """The type of the fixture `actor`."""

POSTGRES = make_url(
    os.environ.get("LIAISON_TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/")
)
"""A PostgreSQL server on which the tests may make and drop databases of their own."""

# A busy machine is slow now and then: that is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the dialogues be written anew after a change of what the bot says."""
    parser.addoption("--rewrite-dialogues", action="store_true")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LIAISON_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; copying it is quicker than migrating anew."""
    file = tmp_path_factory.mktemp("template") / "liaison.sqlite3"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated database of this test session's own."""
    with _postgres_database() as url:
        asyncio.run(_migrate(url))
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database, of either sort in turn."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, of either sort in turn."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/unmigrated.sqlite3"
    else:
        with _postgres_database() as url:
            yield url


class CarefulDatabase(Database):
    """A database that refuses, instead of waiting for ever, a writer opened within a writer."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._writing: set[asyncio.Task[object] | None] = set()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """Open a writing transaction, unless this very task has one open."""
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError("this task has a writer open already; close it first")
        self._writing.add(task)
        try:
            async with super().write() as tx:
                yield tx
        finally:
            self._writing.discard(task)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with nothing in it."""
    database = CarefulDatabase(database_url)
    yield database
    if not database.is_sqlite:
        await _empty(database)
    await database.close()


@pytest.fixture
def now() -> datetime:
    """An ordinary Monday morning."""
    return datetime(2026, 3, 9, 10, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def books() -> Books:
    """The books of the office that ships."""
    office = read_office()
    return Books(
        office=office,
        kinds=KINDS,
        periods=with_overrides(PERIODS, office.periods),
        texts=Texts(places=office.places),
        bot_username="liaison_bot",
    )


@pytest.fixture
def desk(database: Database, books: Books, now: datetime) -> OpenDesk:
    """Open a transaction: `async with desk() as d: …`; it commits at the end."""
    causes = (f"t{number}" for number in count(1))

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        async with database.write() as tx:
            yield await Desk.open(tx, books, now, next(causes))

    return open_desk


@pytest.fixture
def people(database: Database, now: datetime) -> Hire:
    """Put somebody on the roster, in a transaction of its own: `await people(name="王敏")`."""
    user_ids = count(7001)

    async def hire(
        organ: str | None = "zrzy-ec",
        role: Role = Role.LIAISON,
        name: str = "王敏",
        user_id: int | None = None,
        *,
        reachable: bool = True,
    ) -> Person:
        async with database.write() as tx:
            return await tx.people.add(
                user_id=user_id or next(user_ids),
                name=name,
                role=role,
                organ=organ,
                status=Status.ACTIVE,
                reachable=reachable,
                now=now,
            )

    return hire


@pytest.fixture
def actor(books: Books) -> Act:
    """Turn somebody on the roster into somebody who acts: `actor(await people())`."""

    def act(person: Person) -> Actor:
        standing = books.office.standing(person.organ) if person.organ else None
        return Actor(person.id, person.name, person.role, standing)

    return act


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


async def _empty(database: Database) -> None:
    names = ", ".join(metadata.tables)
    async with database.write() as tx:
        await tx.connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@contextmanager
def _postgres_database() -> Iterator[str]:
    """A database that exists for a while; skips the test where no server answers."""
    name = f"liaison_test_{uuid4().hex[:12]}"
    try:
        asyncio.run(_on_server(f"CREATE DATABASE {name}"))
        asyncio.run(_on_server(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    except OSError as error:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES.host}:{POSTGRES.port}: {error}")
    yield POSTGRES.set(database=name).render_as_string(hide_password=False)
    asyncio.run(_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


async def _on_server(statement: str) -> None:
    url = POSTGRES.set(database=POSTGRES.database or "postgres")
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
