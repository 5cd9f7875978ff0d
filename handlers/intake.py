"""Taking updates in: an update is confirmed only after its effects are committed.

python-telegram-bot's own updater confirms a batch as soon as it is queued in memory. Here a
batch is one transaction, each update a savepoint in it, together with its `update_id` and
the replies it causes; the next `getUpdates` confirms what has been committed. Telegram
itself is the durable queue.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telegram import Message, Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.domain.errors import DomainError
from bot.services.desk import Desk
from bot.storage.errors import is_collision, is_outage
from bot.storage.updates import has_id
from handlers.context import SCOPE, Scope
from handlers.flood import wait_of
from handlers.refusals import explain_fault, explain_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.clock import Clock
    from bot.services.desk import Books
    from bot.services.pulse import Pulse
    from bot.storage.database import Database, Tx
    from handlers.application import LiaisonApplication

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LONG_POLL = 25
"""Seconds that `getUpdates` waits for something to happen."""
LONGEST_PAUSE = 30.0
NO_OFFSET = 0
"""Confirms nothing, and asks for whatever has not been confirmed."""
SILENCE = timedelta(days=1)
"""After which nothing is left to confirm: Telegram itself keeps updates no longer."""
LARGEST_ID = 2**63
"""No id that a row can hold reaches it."""
TRIES = 3
"""How often an update is done over when another process was at the same row."""


class Intake:
    """The only door by which updates come in, from polling and webhook alike."""

    def __init__(
        self,
        application: LiaisonApplication,
        database: Database,
        books: Books,
        clock: Clock,
        after_commit: Callable[[], None],
        pulse: Pulse,
    ) -> None:
        self._application = application
        self._database = database
        self._books = books
        self._clock = clock
        self._after_commit = after_commit
        self._pulse = pulse

    async def poll(self) -> None:
        """Fetch and take in updates until cancelled; a fault only makes it pause.

        An offset confirms every lower id, and after a week of silence Telegram goes on at any
        id: so none is sent at the start nor after a silence. What comes again was taken in.
        Raises `InvalidToken` when the server does not know the token.
        """
        offset, heard, pause = NO_OFFSET, self._clock.now(), 0.5
        while True:
            if self._clock.now() - heard > SILENCE:
                offset = NO_OFFSET
            try:
                batch = await self._fetch(offset)
                await self.take(batch)
            except (InvalidToken, EndPointNotFound) as error:
                raise InvalidToken from error
            except Exception as error:
                await self._rest(error, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = 0.5
            if batch:
                offset = max(offset, *(_id_of(raw) + 1 for raw in batch))
                heard = self._clock.now()

    async def _fetch(self, offset: int) -> list[dict[str, Any]]:
        """Ask for raw updates: parsing a batch at once fails for the whole batch.

        Method names are case-insensitive; spelt like this, the library does not tell us to
        use its own method, which is the one that parses.
        """
        updates: list[dict[str, Any]] = await self._application.bot.do_api_request(
            "GetUpdates",
            {"offset": offset, "timeout": LONG_POLL, "allowed_updates": list(ALLOWED_UPDATES)},
            read_timeout=LONG_POLL + 10,
        )
        return [raw for raw in updates if has_id(raw)]

    async def _rest(self, error: Exception, pause: float) -> None:
        """Say what went wrong, without any content, and wait a little."""
        if isinstance(error, Conflict):
            log.warning("another program polls with this bot's token; waiting for it to stop")
        elif isinstance(error, TelegramError):
            log.warning("getUpdates failed: %s", type(error).__name__)
        else:
            log.error("updates could not be taken in: %s", type(error).__name__)
        asked = wait_of(error) if isinstance(error, RetryAfter) else 0.0
        await asyncio.sleep(max(pause, asked))

    async def take(self, batch: Sequence[dict[str, Any]]) -> None:
        """Take a batch in, as one transaction; afterwards it may be confirmed.

        A fault of the database raises and leaves no trace: the batch will come again.
        """
        if not batch:
            return
        async with self._database.write() as tx:
            for raw in batch:
                await self._take_one(tx, raw)
        self._after_commit()

    async def _take_one(self, tx: Tx, raw: dict[str, Any]) -> None:
        """Take one update in, unless it was before; what fails undoes only itself."""
        update_id = _id_of(raw)
        update, trouble = self._parse(raw)
        if not await tx.updates.take(update_id, self._clock.now(), trouble):
            return
        self._pulse.taken += 1
        if update is None:
            self._pulse.failed += 1
            return
        for attempt in range(1, TRIES + 1):
            desk = await Desk.open(tx, self._books, self._clock.now(), f"u{update_id}")
            try:
                async with tx.savepoint():
                    await self._handle(update, desk)
            except Exception as error:
                if is_outage(error):
                    raise
                if is_collision(error) and attempt < TRIES:
                    continue
                await self._explain(desk, update, error)
            return

    async def _explain(self, desk: Desk, update: Update, error: Exception) -> None:
        """Answer a refusal by its text, anything else vaguely and with a number."""
        try:
            async with desk.tx.savepoint():
                if isinstance(error, DomainError):
                    await explain_refusal(desk, update, error)
                    return
                self._pulse.failed += 1
                number = secrets.token_hex(3)
                log.error("update failed (%s): %s", number, _where(error))
                await desk.tx.updates.mark(update.update_id, f"{number} {type(error).__name__}")
                await explain_fault(desk, update, number)
        except Exception as fault:
            if is_outage(fault):
                raise
            log.error("a failure could not be explained: %s", _where(fault))

    def _parse(self, raw: dict[str, Any]) -> tuple[Update | None, str]:
        """Read one raw update; one that cannot be read is set aside by its id and reason."""
        try:
            update = Update.de_json(raw, self._application.bot)
            _require_ids(update)
        except Exception as error:  # whatever a malformed update makes the parser raise
            log.warning("unreadable update set aside: %s", type(error).__name__)
            return None, f"unreadable: {type(error).__name__}"
        return update, ""

    async def _handle(self, update: Update, desk: Desk) -> None:
        """Run the handlers on the update; what they raise comes out here."""
        scope = Scope(desk, self._pulse)
        token = SCOPE.set(scope)
        try:
            if update.callback_query is None:
                await desk.tx.take_turn(update.effective_chat.id if update.effective_chat else 0)
            else:
                await desk.tx.take_turn(update.callback_query.from_user.id)
            await self._application.process_update(update)
        finally:
            SCOPE.reset(token)
        if scope.error is not None:
            raise scope.error


def _id_of(raw: dict[str, Any]) -> int:
    """The update's id, without which Telegram sends none."""
    return int(raw["update_id"])


def _require_ids(update: Update) -> None:
    """Raise `TypeError` unless what we tie rows to is a number: the library checks no types."""
    user, chat, message = update.effective_user, update.effective_chat, update.effective_message
    ids: list[object] = [each.id for each in (user, chat) if each]
    if isinstance(message, Message):
        ids += [message.message_id, message.message_thread_id or 0]
        ids += [message.migrate_to_chat_id or 0, message.migrate_from_chat_id or 0]
    if not all(isinstance(each, int) and abs(each) < LARGEST_ID for each in ids):
        raise TypeError


def _where(error: BaseException) -> str:
    """Type and innermost place of an error: enough to find it, and no case text."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"
