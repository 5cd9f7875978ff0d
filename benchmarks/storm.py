"""The storm: thousands of groups due in the same minute, and people who ask meanwhile.

Everything is real: the ticker and its dispatcher, the sender, its pace and transport, and the
sandbox server with Telegram's flood limits. Only time that nobody uses is skipped, for the bot
and the server alike; see `benchmarks.loops`.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import median, quantiles
from time import monotonic, perf_counter, process_time
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import insert, update

from benchmarks.databases import sqlite_ledger
from benchmarks.ledger import OFFICERS
from benchmarks.loops import WatchedLoop
from bot.app import Liaison
from bot.domain.people import Role, Side
from bot.sandbox.clock import SandboxClock
from bot.sandbox.happenings import Refused, Written
from bot.sandbox.server import Sandbox
from bot.settings import Address, Settings
from bot.storage import tables
from bot.storage.chats import sides_text
from reminders.ticker import EVERY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.office import Office
    from bot.sandbox.happenings import Happening
    from bot.sandbox.persona import Persona

RECORDS = 20_000
OPENING = datetime(2026, 3, 9, 1, tzinfo=UTC)
"""Nine o'clock in China, on a Monday: every group hears what its week brings."""
BEFORE = timedelta(seconds=20)
A_SECOND = 30
"""So many messages a second Telegram lets through."""
ASKERS = 4
PAUSE = 7.0
"""Seconds between two questions of one person."""
TOKEN = "42:storm"


@dataclass
class Storm:
    """What was seen of it, all in seconds of the clock on which waiting was skipped."""

    loop: WatchedLoop
    groups: frozenset[int]
    told: set[int] = field(default_factory=set)
    """The groups that have heard of their week."""
    sent: int = 0
    """All messages, answers and private lists too."""
    refused: int = 0
    """429s."""
    asked: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    real: float = 0.0
    blocked: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, happening: Happening) -> None:
        """Look on at the messenger's own end."""
        if isinstance(happening, Refused) and "Too Many Requests" in happening.description:
            self.refused += 1
        if not isinstance(happening, Written) or not happening.message.sender.is_bot:
            return
        self.sent += 1
        chat_id = happening.message.chat.id
        if chat_id in self.asked:
            self.waits.append(self.loop.time() - self.asked.pop(chat_id))
        if chat_id in self.groups:
            self.told.add(chat_id)
            if len(self.told) == len(self.groups):
                self.ended = self.loop.time()
                self.over.set()

    @property
    def floor(self) -> float:
        """The shortest time that the limit allows for what was sent."""
        return self.sent / A_SECOND

    @property
    def lasted(self) -> float:
        """From the hour at which all fell due until the last group heard."""
        return self.ended - self.began

    @property
    def report(self) -> str:
        """In a few lines."""
        p99 = quantiles(self.waits, n=100, method="inclusive")[98]
        return (
            f"  {'messages (groups, lists, answers)':<36} {self.sent:,}\n"
            f"  {'time ÷ floor of 30 a second':<36} {self.lasted:.1f} s ÷ {self.floor:.1f} s"
            f" = {self.lasted / self.floor:.3f}\n"
            f"  {'429s':<36} {self.refused}\n"
            f"  {'/case waits, p50, p99, worst':<36} {median(self.waits) * 1000:.0f}, "
            f"{p99 * 1000:.0f}, {max(self.waits) * 1000:.0f} ms ({len(self.waits)} asked)\n"
            f"  {'loop held up at most':<36} {self.blocked * 1000:.0f} ms, the server's work too\n"
            f"  {'real time':<36} {self.real:.0f} s"
        )


CLOCKS = {"wall": monotonic, "cpu": process_time}
"""What counts as work: all that passes meanwhile, or what this process computes.

By CPU time other programs on the machine do not count, and neither does the disk.
"""


def storm(folder: Path, office: Office, groups: int, work: str) -> Storm:
    """Let it come, and tell what was seen."""
    seconds = CLOCKS[work]
    with asyncio.Runner(loop_factory=lambda: WatchedLoop(skips=True, seconds=seconds)) as runner:
        return runner.run(_storm(folder, office, groups))


async def _storm(folder: Path, office: Office, groups: int) -> Storm:
    loop = asyncio.get_running_loop()
    if not isinstance(loop, WatchedLoop):
        raise TypeError("the storm needs a loop that skips")
    with loop.counting_sqlite():
        clock = SandboxClock(OPENING - BEFORE, loop.time)
        sandbox = Sandbox(token=TOKEN, clock=clock, exchanges_kept=10)
        people = [sandbox.user("王敏", user_id=7000 + n) for n in range(1, OFFICERS + 1)]
        everyone = _staff(office)
        people += [sandbox.user("李静", user_id=int(str(row["user_id"]))) for row in everyone]
        for each in people:
            each.private.started = True
            sandbox.world.known.add(each.id)
        founder = people[0]
        chats = [sandbox.group(f"{n}号群", founder).id for n in range(groups)]
        seen = Storm(loop, frozenset(chats))
        async with sqlite_ledger(folder, office, RECORDS) as database:
            async with database.write() as tx:
                await tx.connection.execute(insert(tables.people), everyone)
                await tx.connection.execute(insert(tables.chats), _bindings(office, chats))
                counted = {"calendar_version": (await tx.calendar()).version}
                await tx.connection.execute(update(tables.duties).values(counted))
            url = database.url.render_as_string(hide_password=False)
            async with sandbox.serve() as api, _at_work(sandbox, api, url) as liaison:
                await _pass(seen, sandbox, liaison, people[:ASKERS])
    return seen


async def _pass(seen: Storm, sandbox: Sandbox, liaison: Liaison, askers: list[Persona]) -> None:
    """From the opening until the last group has heard."""
    await asyncio.sleep((OPENING - sandbox.clock.now()).total_seconds())
    sandbox.limits.on = True
    sandbox.world.listeners.append(seen.see)
    seen.loop.longest_block()
    seen.began, real = seen.loop.time(), perf_counter()
    others = [
        asyncio.create_task(_tick(liaison)),
        *(asyncio.create_task(_ask(seen, each, n)) for n, each in enumerate(askers)),
    ]
    await seen.over.wait()
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    seen.real, seen.blocked = perf_counter() - real, seen.loop.longest_block()


async def _tick(liaison: Liaison) -> None:
    """Tick as the scheduler does, by the clock that skips."""
    while True:
        liaison.clock_moved()
        await asyncio.sleep(EVERY)


async def _ask(seen: Storm, asker: Persona, number: int) -> None:
    """Ask for a record again and again, each time once the answer is there."""
    await asyncio.sleep(number * PAUSE / ASKERS)
    for question in range(1, 1_000_000):
        while asker.id in seen.asked:  # noqa: ASYNC110 (as a person looks again)
            await asyncio.sleep(0.1)
        asked_for = 1 + (question * ASKERS + number) % RECORDS
        seen.asked[asker.id] = seen.loop.time()
        asker.write(None, f"/case {asked_for}号")
        await asyncio.sleep(PAUSE)


@asynccontextmanager
async def _at_work(sandbox: Sandbox, api: str, database_url: str) -> AsyncIterator[Liaison]:
    """The whole bot, against the sandbox."""
    settings = Settings(
        bot_token=SecretStr(sandbox.token),
        bot_api_url=api,
        database_url=database_url,
        listen=Address("127.0.0.1", 0),
    )
    liaison = Liaison(settings, clock=sandbox.clock)
    running = asyncio.create_task(liaison.run())
    try:
        await liaison.ready.wait()
        yield liaison
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _staff(office: Office) -> list[dict[str, object]]:
    """Somebody on duty in every organ."""
    return [
        {
            "id": OFFICERS + number,
            "user_id": 8000 + number,
            "name": "李静",
            "role": Role.LIAISON.value,
            "organ": organ.code,
            "status": "active",
            "reachable": True,
            "asked_at": OPENING,
        }
        for number, organ in enumerate(office.organs, 1)
    ]


def _bindings(office: Office, chats: list[int]) -> list[dict[str, object]]:
    """The groups, spread over the districts."""
    districts = ceil(len(chats) / len(office.districts))
    return [
        {
            "chat_id": chat_id,
            "thread_id": 0,
            "title": f"{number}号群",
            "district": office.districts[number // districts].code,
            "sides": sides_text((Side.PROCURATORATE, Side.RESOURCES)),
            "bound_by": 1,
            "bound_at": OPENING - timedelta(days=30),
        }
        for number, chat_id in enumerate(chats)
    ]
