"""What tests of use cases stand on, besides the database."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy import func, select

from bot.storage.tables import metadata
from tests.services.advising import Advice
from tests.services.reminding import Bell
from tests.services.staying_away import Days

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.conftest import Act, Hire, OpenDesk

    Deliver = Callable[[], Awaitable[list[Outgoing]]]
    """The type of the fixture `deliver`."""
    CountRows = Callable[[], Awaitable[dict[str, int]]]
    """The type of the fixture `rows`."""

T = TypeVar("T")


@pytest.fixture
async def sender(people: Hire) -> Person:
    """A liaison of the bureau's, who files: 王敏."""
    return await people()


@pytest.fixture
async def receiver(people: Hire) -> Person:
    """A liaison of the procuratorate's, to whom it is handed: 李静."""
    return await people("jcy-ec", name="李静")


@pytest.fixture
async def advice(desk: OpenDesk, people: Hire, actor: Act) -> Advice:
    """A recommendation yet to be filed, with a liaison on either side: 李静 and 王敏."""
    prosecutor = actor(await people("jcy-ec", name="李静"))
    return Advice(desk, prosecutor, actor(await people("zrzy-ec", name="王敏")))


@pytest.fixture
async def owed(advice: Advice) -> Advice:
    """One served on 13 April and checked at once: the reply is due on Monday, 15 June."""
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    assert await advice.dues() == {"reply": "06-15"}
    return advice


@pytest.fixture
def bell(database: Database, books: Books) -> Bell:
    """The dispatcher, rung by hand."""
    return Bell(database, books)


@pytest.fixture
def deliver(desk: OpenDesk) -> Deliver:
    """Send all that waits in the outbox, successfully: `said = await deliver()`."""
    return _sending(desk, timedelta())


@pytest.fixture
def deliver_early(desk: OpenDesk) -> Deliver:
    """The same with whatever waits for an hour to come."""
    return _sending(desk, timedelta(days=99))


def _sending(desk: OpenDesk, ahead: timedelta) -> Deliver:
    message_ids = count(501)

    async def send_all() -> list[Outgoing]:
        said: list[Outgoing] = []
        async with desk() as d:
            while batch := await d.tx.outbox.claim(d.now + ahead, 100):
                for queued in batch:
                    await d.tx.outbox.sent(queued, next(message_ids), d.now)
                    said.append(queued.message)
        return said

    return send_all


@pytest.fixture
def quick_url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database whose statements run at once: handing each to a thread takes half the time."""

    async def at_once(
        _: object, work: Callable[..., object], *args: object, **options: object
    ) -> object:
        return work(*args, **options)

    monkeypatch.setattr("aiosqlite.core.Connection._execute", at_once)
    return f"{sqlite_url}?check_same_thread=false"


@pytest.fixture
def rows(database: Database) -> CountRows:
    """How many rows each table that has any holds: `await rows()`."""

    async def count_rows() -> dict[str, int]:
        async with database.read() as tx:
            counted = {
                name: int(await tx.connection.scalar(select(func.count()).select_from(table)) or 0)
                for name, table in metadata.tables.items()
            }
        return {name: number for name, number in counted.items() if number}

    return count_rows


@pytest.fixture
def days(desk: OpenDesk, actor: Act) -> Days:
    """An office in which days go by."""
    return Days(desk, actor)
