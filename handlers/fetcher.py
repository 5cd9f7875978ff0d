"""The one fetcher: downloads offered files outside any transaction, looks through them, settles.

One file at a time, so that no more than one content is ever in memory. A crash at any moment
only means that the file is fetched once more.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import httpx
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.domain.errors import DomainError
from bot.domain.files import TRIES, check_size, pause_after, too_large
from bot.domain.inspection import inspect
from bot.services.desk import Desk
from bot.services.fetched import keep, lose, refuse
from handlers.flood import wait_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot

    from bot.domain.clock import Clock
    from bot.domain.files import Attachment
    from bot.services.desk import Books
    from bot.storage.database import Database

Settle: TypeAlias = "Callable[[Desk], Awaitable[None]]"
"""What to write about an attempt, once its outcome is known."""

log = logging.getLogger(__name__)

LONGEST_FETCH = 180.0
"""Seconds for 20 MB over a bad line; then the next file has its turn."""
TIMEOUT = httpx.Timeout(20.0)
"""Seconds for connecting, and for every piece."""
LONGEST_SLEEP = 300.0


class Fetcher:
    """Fetches whatever files wait, the one that waits longest first."""

    def __init__(
        self,
        bot: Bot,
        database: Database,
        books: Books,
        clock: Clock,
        proxy: str | None,
        after_commit: Callable[[], None],
        longest_sleep: float | None = None,
    ) -> None:
        self._bot = bot
        self._database = database
        self._books = books
        self._clock = clock
        self._proxy = proxy
        self._after_commit = after_commit
        self._longest_sleep = longest_sleep or LONGEST_SLEEP
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something was offered, or the clock was moved: look again."""
        self._awake.set()

    async def run(self) -> None:
        """Fetch until cancelled."""
        async with httpx.AsyncClient(proxy=self._proxy, trust_env=False, timeout=TIMEOUT) as client:
            while True:
                self._awake.clear()
                try:
                    await self._fetch_all(client)
                    pause = await self._pause()
                except Exception as error:  # the database may be locked or away: look again soon
                    log.error("files could not be settled: %s", type(error).__name__)
                    pause = 1.0
                await self._wait(pause)

    async def _fetch_all(self, client: httpx.AsyncClient) -> None:
        """Fetch every file whose turn has come."""
        while True:
            async with self._database.write() as tx:
                claimed = await tx.files.claim(self._clock.now())
            if claimed is None:
                return
            settle = await self._attempt(client, claimed)
            async with self._database.write() as tx:
                cause = f"f{claimed.id}.{claimed.attempts}"
                await settle(await Desk.open(tx, self._books, self._clock.now(), cause))
            self._after_commit()

    async def _pause(self) -> float:
        async with self._database.read() as tx:
            instant = await tx.files.next_instant()
        if instant is None:
            return self._longest_sleep
        seconds = (instant - self._clock.now()).total_seconds()
        return min(max(seconds, 0.0), self._longest_sleep)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds + 0.001):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def _attempt(self, client: httpx.AsyncClient, claimed: Attachment) -> Settle:
        """Fetch one file and look through it; returns what to write about it."""
        if claimed.attempts > TRIES:  # whoever fetched it last did not live to say so
            return lambda desk: lose(desk, claimed, "given up")
        try:
            async with asyncio.timeout(LONGEST_FETCH):
                content = await self._download(client, claimed)
            await asyncio.to_thread(inspect, claimed.kind, content)
        except DomainError as error:
            refusal = error
            return lambda desk: refuse(desk, claimed, refusal)
        except BadRequest as error:
            return self._refused(claimed, error)
        except (TelegramError, httpx.HTTPError, TimeoutError) as error:
            asked = wait_of(error) if isinstance(error, RetryAfter) else 0.0
            return self._again(claimed, type(error).__name__, asked)
        except Exception as error:  # a file that cannot be looked through stops no other
            log.error("file %d cannot be looked through: %s", claimed.id, type(error).__name__)
            return self._again(claimed, type(error).__name__)
        return lambda desk: keep(desk, claimed, content)

    async def _download(self, client: httpx.AsyncClient, claimed: Attachment) -> bytes:
        """The content, and not one piece more of it than the office lets be kept.

        The library's own download reads a body of any length to its end.
        """
        rules = self._books.office.files
        file = await self._bot.get_file(claimed.remote_id)
        if file.file_size is not None:
            check_size(file.file_size, rules)
        content = bytearray()
        async with client.stream("GET", file.file_path or "") as response:
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                content += piece
                check_size(len(content), rules)
        check_size(len(content), rules)
        return bytes(content)

    def _refused(self, claimed: Attachment, error: BadRequest) -> Settle:
        """Telegram will not hand the file out: for good, unless it says otherwise."""
        reason = error.message.lower()
        if "too big" in reason:
            return lambda desk: refuse(desk, claimed, too_large(self._books.office.files))
        if "temporarily" in reason:
            return self._again(claimed, error.message)
        return lambda desk: lose(desk, claimed, error.message)

    def _again(self, claimed: Attachment, trouble: str, wait: float = 0.0) -> Settle:
        """Try again later, or give up after so many attempts."""
        if claimed.attempts >= TRIES:
            return lambda desk: lose(desk, claimed, trouble)
        pause = max(pause_after(claimed.attempts), timedelta(seconds=wait))
        return lambda desk: desk.tx.files.put_back(claimed.id, trouble, desk.now + pause)
