"""A sandbox that serves, a bot that asks, and a judge over both."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
from telegram import Bot

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from tests.sandbox import conformance as judge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def conformance() -> SimpleNamespace:
    return SimpleNamespace(
        check_exchange=judge.check_exchange,
        check_exchanges=judge.check_exchanges,
        check_update=judge.check_update,
    )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose whole conversation is judged at the end of every test."""
    sandbox = Sandbox(clock=SandboxClock(START))
    yield sandbox
    judge.check_exchanges(sandbox.exchanges)
    for update in sandbox.world.updates.batch():
        judge.check_update(update.json())


@pytest.fixture
def wang(sandbox: Sandbox) -> Persona:
    return sandbox.user("王敏", post="鄂城分局 联络员", username="wangmin")


@pytest.fixture
def li(sandbox: Sandbox) -> Persona:
    return sandbox.user("李强", post="区检察院 联络员")


@pytest.fixture
def group(sandbox: Sandbox, wang: Persona, li: Persona) -> Chat:
    return sandbox.group("城区协作群", wang, li)


@pytest.fixture
async def url(sandbox: Sandbox) -> AsyncIterator[str]:
    async with sandbox.serve() as url:
        yield url


@pytest.fixture
async def bot(sandbox: Sandbox, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with Bot(sandbox.token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot:
        yield bot


@pytest.fixture
async def http(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        yield client
