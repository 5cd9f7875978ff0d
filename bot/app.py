"""The composition root: the only module that knows every part of a running bot."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from telegram.error import InvalidToken, TelegramError

from bot.domain.clock import SystemClock
from bot.domain.kinds import KINDS
from bot.domain.periods import PERIODS, with_overrides
from bot.office import OfficeError, read_office
from bot.services.codes import require_known_codes
from bot.services.desk import Books, Desk
from bot.services.health import look
from bot.services.housekeeping import next_instant
from bot.services.pulse import Pulse
from bot.services.roster import ensure_first_admins, refresh_admin_menus
from bot.storage.database import Database
from bot.storage.leader import Leadership, LeadershipLostError
from bot.storage.outbox import SENDING, WAITING
from bot.storage.schema import migrate
from bot.text import Texts
from bot.web.app import WEBHOOK_PATH, build_web
from bot.web.listening import listen
from handlers.application import build_application
from handlers.commands import all_commands, publish_menus
from handlers.fetcher import Fetcher
from handlers.flood import TELEGRAM, Pace, Rates
from handlers.intake import ALLOWED_UPDATES, Intake
from handlers.sender import Sender
from reminders.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.domain.clock import Clock
    from bot.domain.kinds.kind import Kinds
    from bot.services.health import Health
    from bot.settings import Settings

log = logging.getLogger(__name__)

OTHERS_QUEUE = 1.0
"""Seconds between looks at queues into which other processes write too."""
AGAIN = 2.0
"""Seconds until an idle process asks again whether it may lead."""
LOOKS, BETWEEN_LOOKS = 20, 0.03
"""How often, and in how many seconds again, one looks whether the bot has said what it had to."""


def open_books(settings: Settings, bot_username: str, kinds: Kinds = KINDS) -> Books:
    """Read what stays the same: the office file, the kinds, the periods, the templates.

    Raises `OfficeError` for a file that is wrong, or that changes a statutory period.
    """
    office = read_office(settings.office)
    try:
        periods = with_overrides(PERIODS, office.periods)
    except ValueError as error:
        raise OfficeError(f"{settings.office}: periods: {error}") from error
    return Books(
        office=office,
        kinds=kinds,
        periods=periods,
        texts=Texts(places=office.places),
        bot_username=bot_username,
        first_admins=settings.admins,
    )


class WrongTokenError(Exception):
    """The Bot API server does not know the token."""


@dataclass(frozen=True)
class Parts:
    """The running parts of one bot, all of them there."""

    books: Books
    intake: Intake
    sender: Sender
    fetcher: Fetcher
    ticker: Ticker
    leadership: Leadership


class Liaison:
    """One bot, from its settings to its running parts."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        rates: Rates = TELEGRAM,
        kinds: Kinds = KINDS,
    ) -> None:
        self.settings = settings
        self._clock = clock or SystemClock()
        self._rates = rates
        self._kinds = kinds
        self.database = Database(settings.database_url)
        self._application = build_application(
            settings.require_token(),
            settings.base_url,
            settings.base_file_url,
            settings.proxy,
            kinds,
        )
        self._parts: Parts | None = None
        self._pulse = Pulse()
        self.ready = asyncio.Event()
        """Set while this process serves the bot."""

    async def run(self) -> None:
        """Serve the bot until cancelled; while another process serves it, wait.

        Raises `WrongTokenError` when the server does not know the token, and `OfficeError`
        when the office file is wrong or lacks a code in use.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            books = open_books(self.settings, "", self._kinds)
            await self.database.check()
            await migrate(self.database)
            async with self.database.read() as tx:
                await require_known_codes(tx, books.office)
            stack.push_async_callback(self._application.bot.shutdown)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listen(books))
                    tasks.create_task(self._work(books))
            except ExceptionGroup as group:
                if group.subgroup((InvalidToken, WrongTokenError)):
                    raise WrongTokenError from group
                raise

    def clock_moved(self) -> None:
        """The sandbox's page moved the clock: see what has become due."""
        if self._parts and self.ready.is_set():
            self._parts.ticker.hurry()
            self._parts.sender.wake()
            self._parts.fetcher.wake()

    async def next_instant(self) -> datetime | None:
        """The next moment at which the bot will do something by itself, if any is planned.

        What is due by now is done first, and said, unless that takes long.
        """
        if self._parts is None:
            return None
        await self._parts.ticker.tick()
        await self._fall_silent()
        async with self.database.read() as tx:
            desk = await Desk.open(tx, self._parts.books, self._clock.now(), "page")
            return await next_instant(desk)

    async def _fall_silent(self) -> None:
        """Wait until everything that was to be said has been sent, or for a while."""
        for _ in range(LOOKS):
            if not await self._has_to_say():
                return
            await asyncio.sleep(BETWEEN_LOOKS)

    async def _has_to_say(self) -> bool:
        async with self.database.read() as tx:
            counts = await tx.outbox.counts()
        return bool(counts.get(WAITING, 0) + counts.get(SENDING, 0))

    async def _work(self, books: Books) -> None:
        """Find Telegram, then serve whenever this process may."""
        await _until_telegram_answers(self._application.initialize)
        bot_username = self._application.bot.username
        self._parts = self._assemble(replace(books, bot_username=bot_username))
        await self._lead(self._parts)

    def _assemble(self, books: Books) -> Parts:
        """Put the parts together, now that the bot's name is known."""
        bot = self._application.bot
        rest = None if self.database.is_sqlite else OTHERS_QUEUE
        leadership = Leadership(self.database, bot.id)
        known = (bot, self.database.under(leadership.require), books, self._clock)
        sender = Sender(*known, Pace(self._rates), self._pulse, longest_sleep=rest)
        fetcher = Fetcher(*known, self.settings.proxy, sender.wake, longest_sleep=rest)

        def wake() -> None:
            sender.wake()
            fetcher.wake()

        return Parts(
            books=books,
            intake=Intake(self._application, self.database, books, self._clock, wake, self._pulse),
            sender=sender,
            fetcher=fetcher,
            ticker=Ticker(*known[1:], sender.wake, self._pulse),
            leadership=leadership,
        )

    async def _lead(self, parts: Parts) -> None:
        """Wait to be the only one, then serve, until the leadership is lost."""
        while True:
            await self._become_leader(parts.leadership)
            try:
                await self._serve(parts)
            finally:
                self.ready.clear()
                self._pulse.end()
                await parts.leadership.release()
            log.warning("leadership lost; waiting for it again")

    async def _become_leader(self, leadership: Leadership) -> None:
        """Stay idle while another process serves this bot, and say which one."""
        said = ""
        while not await leadership.seize():
            holder = await leadership.holder()
            if holder != said:
                log.warning("idle: this bot is already served by %s", holder)
                said = holder
            await asyncio.sleep(AGAIN)

    async def _serve(self, parts: Parts) -> None:
        """Send, fetch, take in and tick, for as long as this process leads."""
        async with self.database.write() as tx:
            now = self._clock.now()
            desk = await Desk.open(tx, parts.books, now, f"start/{now.timestamp()}")
            await ensure_first_admins(desk)
            await refresh_admin_menus(desk)
        await _until_telegram_answers(self._prepare_telegram)
        self._pulse.begin()
        parts.ticker.start()
        log.info("serving @%s", parts.books.bot_username)
        try:
            async with asyncio.TaskGroup() as tasks:
                workers = (parts.sender.run(), parts.fetcher.run())
                running = [tasks.create_task(work) for work in workers]
                if not self.settings.webhook_url:
                    running.append(tasks.create_task(parts.intake.poll()))
                self.ready.set()
                await parts.leadership.lost()
                for task in running:
                    task.cancel()
        except* LeadershipLostError:
            pass  # sooner than `lost` found out
        finally:
            await parts.ticker.stop()

    async def _prepare_telegram(self) -> None:
        """Choose polling or webhook, and publish the menus."""
        bot = self._application.bot
        secret = self.settings.webhook_secret
        if self.settings.webhook_url and secret:
            await bot.set_webhook(
                self.settings.webhook_url + WEBHOOK_PATH,
                allowed_updates=list(ALLOWED_UPDATES),
                secret_token=secret.get_secret_value(),
            )
        else:
            await bot.delete_webhook()
        await publish_menus(bot, all_commands(self._kinds))

    async def _listen(self, books: Books) -> None:
        """Serve health and, where there is one, the webhook over HTTP, from the very start."""

        async def take(batch: Sequence[dict[str, Any]]) -> bool:
            """With SQLite only the leader may write; another process says: not here."""
            if self._parts is None or (self.database.is_sqlite and not self.ready.is_set()):
                return False
            await self._parts.intake.take(batch)
            return True

        async def health() -> Health:
            """How the bot is, as this process sees it."""
            async with self.database.read() as tx:
                desk = await Desk.open(tx, books, self._clock.now(), "health")
                return await look(desk, self._pulse)

        secret = self.settings.webhook_secret if self.settings.webhook_url else None
        hidden = secret.get_secret_value() if secret else None
        app = build_web(take, health, self._pulse, hidden)
        await listen(app, *self.settings.listen)


async def ask_telegram(settings: Settings) -> tuple[bool, str]:
    """Ask the server once who the bot is; tells whether all is well, and in words."""
    application = build_application(
        settings.require_token(), settings.base_url, settings.base_file_url, settings.proxy, KINDS
    )
    try:
        await application.initialize()
    except TelegramError as error:
        return False, f"{settings.bot_api_url}: {type(error).__name__}"
    else:
        me = application.bot.bot
        hears = bool(me.can_read_all_group_messages)
        mode = (
            "sees all group messages"
            if hears
            else (
                "privacy mode is on: in groups it sees commands and replies only, "
                "so messages beginning with 线索 or 查 are not heard"
            )
        )
        return True, f"@{me.username} answers; {mode}"
    finally:
        await application.bot.shutdown()


async def _until_telegram_answers(ask: Callable[[], Awaitable[None]]) -> None:
    """Ask until it works, however long the network takes; a wrong token raises at once."""
    pause = 1.0
    while True:
        try:
            await ask()
        except InvalidToken as error:
            raise WrongTokenError from error
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30.0)
        else:
            return
