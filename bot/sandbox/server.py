"""The sandbox: a Bot API server on loopback, its chat page, and the people who use it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from bot.sandbox.api import BotApi
from bot.sandbox.clock import SandboxClock
from bot.sandbox.downloads import Downloads
from bot.sandbox.errors import SandboxError
from bot.sandbox.faults import Faults
from bot.sandbox.guard import LoopbackGuard
from bot.sandbox.happenings import ClockMoved
from bot.sandbox.limits import Limits
from bot.sandbox.listening import listening_on
from bot.sandbox.page import Page, explain
from bot.sandbox.people import User
from bot.sandbox.persona import Persona
from bot.sandbox.transcript import transcript
from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import AsyncIterator, Callable
    from typing import TypeVar

    from bot.sandbox.api import Exchange
    from bot.sandbox.chats import Chat

    T = TypeVar("T")


class Sandbox:
    """A whole messenger in memory; it forgets everything when it goes."""

    def __init__(
        self,
        *,
        token: str = "42:sandbox",  # noqa: S107 (no secret: valid nowhere else)
        username: str = "liaison_bot",
        title: str = "联络协作演示",
        clock: SandboxClock | None = None,
        seed: int = 0,
        exchanges_kept: int = 10_000,
    ) -> None:
        self.token = token
        self.title = title
        self.clock = clock or SandboxClock()
        bot = User(int(token.partition(":")[0]), "联络员助手", is_bot=True, username=username)
        self.world = World(self.clock, bot, seed)
        self.faults = Faults(self.world.updates, seed)
        self.limits = Limits()
        self.people: dict[int, Persona] = {}
        self._api = BotApi(self.world, self.faults, self.limits, token, exchanges_kept)
        self.clock.subscribe(lambda: self.world.emit(ClockMoved()))
        self._page = Page(self)
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._api),
                Route(
                    "/file/bot{token}/{path:path}",
                    Downloads(self.world.files, self.faults, token),
                ),
                *self._page.routes(),
            ],
            middleware=[Middleware(LoopbackGuard)],
            exception_handlers={SandboxError: explain},
        )

    @property
    def exchanges(self) -> deque[Exchange]:
        """Return the requests of the bot, oldest first; only the newest are kept."""
        return self._api.exchanges

    # People.

    def user(
        self,
        name: str,
        *,
        user_id: int | None = None,
        post: str = "",
        username: str | None = None,
    ) -> Persona:
        """Register a person."""
        user = self.world.add_user(name, user_id, username, post)
        persona = self.people[user.id] = Persona(self.world, user)
        return persona

    def group(
        self,
        title: str,
        *members: Persona,
        kind: Literal["group", "supergroup"] = "supergroup",
        forum: bool = False,
        with_bot: bool = True,
        announce: bool = False,
    ) -> Chat:
        """Found a group, its first member the creator.

        With `announce` the bot is told that it was added; otherwise it has been in all along.
        """
        chat = self.world.add_group(title, [each.user for each in members], kind, forum=forum)
        if with_bot:
            if announce:
                members[0].add_bot(chat)
            else:
                self.world.enrol_bot(chat)
        return chat

    def topic(self, chat: Chat, name: str) -> int:
        """Open a topic in a forum and return its thread id."""
        return self.world.open_topic(chat, name)

    def upgrade(self, chat: Chat) -> Chat:
        """Turn a basic group into a supergroup and return it."""
        return self.world.upgrade(chat)

    # Watching.

    async def until(self, predicate: Callable[[], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 (a helper for tests: the limit belongs to the call)
        """Wait until `predicate` returns something true, asking again after every change."""
        try:
            async with asyncio.timeout(timeout):
                with self.world.changed.watch() as changed:
                    while not (result := predicate()):
                        await changed.wait()
                        changed.clear()
                    return result
        except TimeoutError:
            raise TimeoutError(f"nothing came of it:\n{self.transcript()}") from None

    def transcript(self, chat: Chat | None = None) -> str:
        """Return the dialogue of one chat, or of all, as readable text."""
        chats = [chat] if chat else [c for c in self.world.chats.values() if c.messages]
        return "\n\n".join(transcript(each) for each in chats)

    # Serving.

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Listen on a loopback address and yield the base URL; port 0 takes a free one."""
        self._api.open()
        async with listening_on(self.app, host, port, self._close) as url:
            pushing = asyncio.create_task(self._api.webhook.run())
            try:
                yield url
            finally:
                pushing.cancel()
                with suppress(asyncio.CancelledError):
                    await pushing

    def _close(self) -> None:
        self._api.close()
        self._page.streams.close()
