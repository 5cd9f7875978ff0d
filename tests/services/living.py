"""What the stateful tests share: the bot in one transaction, and the same lives every time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine

from bot.storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bot.services.desk import Desk
    from bot.storage.database import Tx

T = TypeVar("T")

SAME_LIVES = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""The same lives in every run of the suite."""


@contextmanager
def opened(url: str) -> Iterator[tuple[asyncio.Runner, Database]]:
    """A database, and the loop in which it is used: Hypothesis itself calls no coroutine."""
    database = Database(url)
    with asyncio.Runner() as runner:
        yield runner, database
        runner.run(database.close())


class Undone(RuleBasedStateMachine):
    """Whatever it does to the bot, it does in one transaction that is undone in the end."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner = runner
        self.stack = AsyncExitStack()
        self.tx: Tx = runner.run(self.stack.enter_async_context(database.write()))
        self.serials = count(1)

    def teardown(self) -> None:
        self.runner.run(self._undo())

    async def _undo(self) -> None:
        async with self.stack:
            await self.tx.connection.rollback()

    async def desk(self) -> Desk:
        """A desk at the hour that it is."""
        raise NotImplementedError

    def do(self, use: Callable[[Desk], Awaitable[T]]) -> T:
        """Use a desk; what is refused leaves no trace, as with every update."""

        async def once() -> T:
            async with self.tx.savepoint():
                return await use(await self.desk())

        return self.runner.run(once())
