"""A bot that is killed and raised again: the process, and who strikes it at chosen moments.

Run as a script this is a fork server. It has imported everything; each line that it reads
makes it fork a bot, whose process id it writes, and how the bot ended once it has.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pydantic import SecretStr
from starlette.requests import ClientDisconnect

from bot.app import Liaison
from bot.sandbox.connections import disconnected
from bot.services import reposting
from bot.settings import Address, Settings
from handlers.flood import Rates

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable
    from random import Random

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "42:crash"
FAST = Rates(overall_per_second=1000, chat_interval=0, group_per_minute=10_000)
PATIENCE = 60
"""Seconds within which even a loaded machine forks a process, or ends one."""


class MortalBot:
    """The tests' end: the one bot that lives at a time."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._pid = 0

    async def start(self) -> None:
        """Let a bot be born."""
        assert self._server.stdin is not None
        self._server.stdin.write(b"\n")
        self._pid = await self._reads()

    def hurry(self) -> None:
        """Let the bot see that its clock was moved."""
        if self._pid:
            os.kill(self._pid, signal.SIGUSR1)

    def kill(self) -> None:
        """End the bot's life at this very instant, unless that was done before."""
        pid, self._pid = self._pid, 0
        if pid:
            os.kill(pid, signal.SIGKILL)

    async def death(self) -> int:
        """Wait for the bot's death and tell its exit code; minus nine for a killed one."""
        return await self._reads()

    async def _reads(self) -> int:
        assert self._server.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return int(await self._server.stdout.readline())


@asynccontextmanager
async def mortal_bot(
    api_url: str, database_url: str, log: Path, ahead: Path | None = None
) -> AsyncIterator[MortalBot]:
    """Run a fork server; at the end neither it nor a bot of its is left.

    `ahead` is a file with the seconds by which the bot's clock is ahead of the machine's.
    """
    with log.open("wb") as errors:
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            __file__,
            api_url,
            database_url,
            *([str(ahead)] if ahead else []),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    bot = MortalBot(server)
    try:
        yield bot
    finally:
        bot.kill()
        await server.communicate(b"")  # which closes its input, and so ends it


class Moment(StrEnum):
    """When a bot is killed."""

    STARTING = "while it starts"
    ANY = "at any instant"
    UPDATES = "right after it got updates"
    UNSENT = "with a message asked for that was never sent"
    UNHEARD = "with a message sent whose answer it never heard"
    ANSWERED = "right after it heard that a message was sent"


SAYINGS = {"sendmessage", "editmessagetext"}
IDLE = 1.5
"""Seconds after which a bot that does not come to its moment is killed anyway."""


class Assassin:
    """Stands between the bot and its server, sees all that passes, and strikes."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._kill: Callable[[], None] = lambda: None
        self._aim = Moment.ANY
        self._polled = asyncio.Event()
        self._struck = asyncio.Event()
        self._under_way = 0
        self._fuse: asyncio.TimerHandle | None = None
        self.updates: dict[int, dict[str, Any]] = {}
        """Every update that was handed out."""
        self.again = 0
        """How many of them were handed out again, because of a kill, a fault or a duplicate."""
        self.kills: Counter[str] = Counter()
        """How often the bot was killed at a moment, and in what state it was caught."""

    async def one_life(self, bot: MortalBot) -> None:
        """Let the bot live for a while, and kill it."""
        moment = self._random.choice(tuple(Moment))
        self._kill = bot.kill
        self._polled.clear()
        self._struck.clear()
        self._under_way = 0
        await bot.start()
        if moment is Moment.STARTING:
            await asyncio.sleep(self._random.uniform(0, 0.4))
        else:
            await self._ambush(moment)
        self._strike(Moment.STARTING if moment is Moment.STARTING else Moment.ANY)
        assert await bot.death() == -signal.SIGKILL

    async def _ambush(self, moment: Moment) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._polled.wait()
        await asyncio.sleep(self._random.uniform(0, 0.5))
        self._aim = moment
        if moment is not Moment.ANY:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    await self._struck.wait()

    def _strike(self, moment: Moment) -> None:
        if self._struck.is_set():
            return
        if self._fuse is not None:
            self._fuse.cancel()
        self._kill()
        self._struck.set()
        self._aim = Moment.ANY
        self.kills[moment] += 1
        self.kills["of which a message was under way"] += self._under_way > 0

    def _strikes_soon(self, moment: Moment) -> None:
        if self._aim is moment:
            self._aim = Moment.ANY
            delay = self._random.uniform(0, 0.03)
            self._fuse = asyncio.get_running_loop().call_later(delay, self._strike, moment)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Wrap the server's application."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            method = scope.get("path", "").rpartition("/")[2].lower()
            with suppress(ClientDisconnect):  # the bot died while it was asking
                if method == "getupdates":
                    await app(scope, self._asked(receive), self._handing_out(send))
                elif method in SAYINGS:
                    await self._saying(app, scope, receive, send)
                else:
                    await app(scope, receive, send)

        return watched

    def _asked(self, receive: Receive) -> Receive:
        """Read along which updates the bot confirms."""
        body = b""

        async def read_along() -> Message:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.request" and not message.get("more_body"):
                self._confirmed(int(parse_qs(body.decode())["offset"][0]))
            return message

        return read_along

    def _confirmed(self, offset: int) -> None:
        """The first question of a life tells what of the last life was committed."""
        if not self._polled.is_set():
            lost = any(number >= offset for number in self.updates)
            self.kills["of which updates came again, not yet committed"] += lost
            self._polled.set()

    def _handing_out(self, send: Send) -> Send:
        async def read_along(message: Message) -> None:
            await send(message)
            body = message.get("body", b"")
            batch = json.loads(body).get("result", []) if body.startswith(b"{") else []
            self.again += sum(update["update_id"] in self.updates for update in batch)
            self.updates |= {update["update_id"]: update for update in batch}
            if batch:
                self._strikes_soon(Moment.UPDATES)

        return read_along

    async def _saying(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if self._aim is Moment.UNHEARD:
                self._strike(Moment.UNHEARD)
            await send(message)
            self._strikes_soon(Moment.ANSWERED)

        self._under_way += 1
        try:
            if self._aim is Moment.UNSENT:
                self._strike(Moment.UNSENT)
                await disconnected(receive)
            else:
                await app(scope, receive, answer)
        finally:
            self._under_way -= 1


class AheadClock:
    """The machine's clock, ahead by so many seconds as a file says."""

    def __init__(self, ahead: Path) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The moment that it is."""
        return datetime.now(UTC) + timedelta(seconds=float(self._ahead.read_text()))


async def live(api_url: str, database_url: str, ahead: str = "") -> None:
    """Be the bot; the end of the tests' process is the end of it too."""
    loop = asyncio.get_running_loop()
    loop.add_reader(0, os._exit, 1)
    reposting.FAR = 0
    settings = Settings(
        bot_token=SecretStr(TOKEN),
        bot_api_url=api_url,
        database_url=database_url,
        listen=Address("127.0.0.1", 0),
    )
    liaison = Liaison(settings, rates=FAST, clock=AheadClock(Path(ahead)) if ahead else None)
    loop.add_signal_handler(signal.SIGUSR1, liaison.clock_moved)
    await liaison.run()


def serve(api_url: str, database_url: str, ahead: str = "") -> None:
    """Fork one bot after another, until nobody asks for more."""
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until the bot is ready to hear it
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(api_url, database_url, ahead))
            return
        os.write(1, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(1, b"%d\n" % os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    serve(*sys.argv[1:])
