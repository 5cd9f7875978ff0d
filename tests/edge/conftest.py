"""An office whose whole conversation is judged at the end of every test."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from tests.edge.office import MONDAY, PARTY, TOKEN, Office, edge_settings
from tests.sandbox import conformance as judge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.storage.database import Database


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test asks for the other one too."""
    sort = getattr(request, "param", "sqlite")
    url: str = request.getfixturevalue("sqlite_url" if sort == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def clock() -> SandboxClock:
    """The messenger's clock and the bot's."""
    return SandboxClock(MONDAY)


@pytest.fixture
async def closed_office(
    database: Database, database_url: str, clock: SandboxClock, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Office]:
    """An office whose bot is not at work yet."""
    caplog.set_level(logging.INFO)
    sandbox = Sandbox(token=TOKEN, clock=clock)
    async with sandbox.serve() as api:
        office = Office(sandbox, database, edge_settings(api, database_url))
        await office.furnish()
        yield office
        await office.close()
    assert PARTY not in caplog.text
    if not office.malformed:
        judge.check_exchanges(sandbox.exchanges)
        for update in sandbox.world.updates.batch():
            judge.check_update(update.json())


@pytest.fixture
async def office(closed_office: Office) -> Office:
    """An office at work, whose bot has said what it says at its start."""
    await closed_office.open()
    await closed_office.settle()
    return closed_office
