"""The one sender: claims rows of the outbox, sends them outside any transaction, settles.

Order is kept within a chat; chats go side by side. A crash between send and settle may
repeat a message, which then says so; it never loses one.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.domain.outgoing import Manner, Priority
from bot.domain.trouble import FAULT, Trouble, trouble_of
from bot.services.delivery import arrived, postponed, topic_gone, undeliverable
from bot.services.desk import Desk
from bot.services.places import upgraded
from bot.services.planning import recall
from bot.services.reposting import CARD
from handlers.flood import Pace, wait_of
from handlers.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot

    from bot.domain.clock import Clock
    from bot.domain.outgoing import Queued
    from bot.services.desk import Books
    from bot.services.pulse import Pulse
    from bot.storage.database import Database, Tx

Settle: TypeAlias = "Callable[[Tx], Awaitable[None]]"
"""What to write about an attempt, once its outcome is known."""

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Sends under way together: httpx scans its pool, and more of them make it slower."""
LONGEST_WAIT = timedelta(minutes=5)
LAST_SENDS = 5.0
"""Seconds that sends under way have to arrive when the bot stops."""
PRESS_ANSWERS = (Manner.TOAST, Manner.ALERT)
TOUCHES = (Manner.DELETE, Manner.AMEND)
"""What is done to a message that may be gone."""
NO_MESSAGES = (*PRESS_ANSWERS, Manner.MENU)
"""What does not count against the limits on messages."""
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
NO_TOPIC = ("message thread not found", "topic_deleted")


class Sender:
    """Empties the outbox as fast as Telegram's limits allow."""

    def __init__(
        self,
        bot: Bot,
        database: Database,
        books: Books,
        clock: Clock,
        pace: Pace,
        pulse: Pulse,
        longest_sleep: float | None = None,
    ) -> None:
        self._voice = Voice(bot, database, books)
        self._database = database
        self._books = books
        self._clock = clock
        self._pace = pace
        self._pulse = pulse
        self._longest_sleep = longest_sleep or LONGEST_WAIT.total_seconds()
        self._awake = asyncio.Event()
        self._flying: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Something was queued, or the clock was moved: look again."""
        self._awake.set()

    async def run(self) -> None:
        """Send until cancelled; what an earlier sender left claimed is sent again, marked."""
        async with self._database.write() as tx:
            now = self._clock.now()
            recovered = await tx.outbox.recover(now)
            await recall(await Desk.open(tx, self._books, now, f"recover/{now.timestamp()}"))
        if recovered:
            log.warning("%d messages may have been sent before the last stop", recovered)
        try:
            while True:
                self._awake.clear()
                await self._wait(await self._launch())
        finally:
            await self._come_down()

    async def _come_down(self) -> None:
        """Let what is under way arrive and be settled, so that a stop repeats nothing."""
        if self._flying:
            _, late = await asyncio.wait(self._flying.values(), timeout=LAST_SENDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _launch(self) -> float:
        """Claim what may be sent now and send it; returns the seconds until there is more."""
        now = monotonic()
        flying = len(self._flying)
        room = min(AT_ONCE, self._pace.room(now)) - flying
        if room <= 0:  # whatever lands wakes us
            return self._pace.overall_wait(now, flying) or self._longest_sleep
        resting = self._pace.resting(now)
        busy = {*self._flying, *resting}
        try:
            async with self._database.write() as tx:
                nags = self._pace.nags(now)
                claimed = await tx.outbox.claim(self._clock.now(), room, busy, nags)
                full = len(claimed) == room  # then nobody need know what waits besides
                lanes = {*busy, *(_lane(q) for q in claimed)}
                instant = None if full else await tx.outbox.next_instant(lanes)
        except Exception as error:  # the database may be locked or away: look again soon
            log.error("outbox could not be read: %s", type(error).__name__)
            return 1.0
        self._pace.note_nags(sum(q.message.priority is Priority.NAG for q in claimed), now)
        for queued in claimed:
            self._fly(queued)
        pauses = [*resting.values(), self._longest_sleep]
        if instant is not None:
            wait = (instant - self._clock.now()).total_seconds()
            pauses.append(max(wait, self._pace.nag_wait(monotonic())))  # what is due is a nag
        return max(min(pauses), 0.0)

    def _fly(self, queued: Queued) -> None:
        lane = _lane(queued)
        task = asyncio.create_task(self._deliver(queued))
        self._flying[lane] = task
        task.add_done_callback(lambda _: self._land(lane))

    def _land(self, lane: int) -> None:
        self._flying.pop(lane, None)
        self._awake.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds + 0.001):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def _deliver(self, queued: Queued) -> None:
        """Send one message and settle it, whatever becomes of it."""
        settle = await self._attempt(queued)
        if queued.message.manner not in NO_MESSAGES and not queued.unchanged:
            self._pace.note(_lane(queued), monotonic())
        while True:
            try:
                async with self._database.write() as tx:
                    await settle(tx)
            except Exception as error:  # sent but not settled: nothing else may take the lane
                log.error("outbox could not be settled: %s", type(error).__name__)
                await asyncio.sleep(1)
            else:
                return

    async def _attempt(self, queued: Queued) -> Settle:
        """Send one message; returns what to write about it."""
        try:
            message_id = await self._voice.say(queued)
        except RetryAfter as error:
            self._pulse.floods += 1
            return self._postpone(queued, "flood limit", wait_of(error), perhaps_sent=False)
        except ChatMigrated as error:
            return self._follow(queued, error.new_chat_id)
        except (BadRequest, Forbidden) as error:
            return self._refused(queued, error)
        except TelegramError as error:
            self._pulse.errors[Trouble.NETWORK] += 1
            wait = min(2.0 ** min(queued.attempts, 9), LONGEST_WAIT.total_seconds())
            return self._postpone(
                queued, type(error).__name__, wait, perhaps_sent=_may_have_arrived(error)
            )
        except Exception as error:  # it cannot be said at all: the row must not stay claimed
            self._pulse.errors[Trouble.FAULT] += 1
            trouble = f"{FAULT}{type(error).__name__}"
            log.error("message %d cannot be sent: %s", queued.id, trouble)
            return self._at_desk(
                queued, lambda desk: undeliverable(desk, queued, trouble, away=False)
            )
        self._pulse.waits.note((self._clock.now() - queued.queued_at).total_seconds())
        return self._at_desk(queued, lambda desk: arrived(desk, queued, message_id))

    def _postpone(self, queued: Queued, trouble: str, wait: float, *, perhaps_sent: bool) -> Settle:
        """Try again later. The wait is real time, whatever a movable clock does meanwhile."""
        self._pace.hold(_lane(queued), monotonic() + wait)
        return self._at_desk(
            queued, lambda desk: postponed(desk, queued, trouble, perhaps_sent=perhaps_sent)
        )

    def _follow(self, queued: Queued, new_chat_id: int) -> Settle:
        """The group became a supergroup: rewrite every reference, and try again there."""

        async def follow(desk: Desk) -> None:
            await postponed(desk, queued, "group upgraded", perhaps_sent=False)
            await upgraded(desk, queued.message.chat_id, new_chat_id)

        return self._at_desk(queued, follow)

    def _refused(self, queued: Queued, error: BadRequest | Forbidden) -> Settle:
        """Telegram will not have this message as it is: decide what that means."""
        reason = error.message.lower()
        now = self._clock.now()
        if "message is not modified" in reason:
            return lambda tx: tx.outbox.sent(queued, queued.message_id, now)
        if queued.message.manner in {*NO_MESSAGES, *TOUCHES}:
            return lambda tx: tx.outbox.sent(queued, None, now)
        if queued.message_id is not None and any(words in reason for words in GONE):
            return lambda tx: self._anew(tx, queued)
        trouble = error.message.removeprefix("Bad Request: ")
        self._pulse.errors[trouble_of(trouble)] += 1
        if any(words in reason for words in NO_TOPIC):
            return self._at_desk(queued, lambda desk: topic_gone(desk, queued, trouble))
        away = isinstance(error, Forbidden) or "chat not found" in reason
        return self._at_desk(queued, lambda desk: undeliverable(desk, queued, trouble, away=away))

    async def _anew(self, tx: Tx, queued: Queued) -> None:
        """The post is gone from the chat: its text becomes a new message.

        Not so a card of which only the light was to turn, at midnight: that disturbs nobody.
        """
        await tx.outbox.forget_post(queued.message.post)
        if queued.message.priority is Priority.NAG and queued.message.post.startswith(CARD):
            await tx.outbox.sent(replace(queued, message_id=None), None, self._clock.now())
            return
        await tx.outbox.put_back(queued, "post gone", self._clock.now(), perhaps_sent=False)

    def _at_desk(self, queued: Queued, work: Callable[[Desk], Awaitable[None]]) -> Settle:
        """What to write about an attempt, by a use case."""

        async def settle(tx: Tx) -> None:
            cause = f"o{queued.id}.{queued.attempts}"
            await work(await Desk.open(tx, self._books, self._clock.now(), cause))

        return settle


def monotonic() -> float:
    """Seconds of the clock by which the loop sleeps: pauses are counted on the same one."""
    return asyncio.get_running_loop().time()


def _lane(queued: Queued) -> int:
    """What keeps order: the chat."""
    return queued.message.chat_id


def _may_have_arrived(error: TelegramError) -> bool:
    """Tell whether the request may have reached Telegram before it failed."""
    never_left = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return isinstance(error, NetworkError) and not isinstance(error.__cause__, never_left)
