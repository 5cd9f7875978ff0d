"""A small office for the edge tests: a messenger, people, bound groups, and the bot at work."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Liaison, open_books
from bot.domain.people import Role, Side, Status
from bot.settings import Address, Settings
from bot.storage.chats import Chat as Binding
from bot.storage.tables import metadata
from handlers.flood import Rates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.sandbox.chats import Chat
    from bot.sandbox.happenings import Toast
    from bot.sandbox.messages import Message
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox
    from bot.storage.database import Database
    from handlers.intake import Intake

MONDAY = datetime(2026, 3, 9, 1, tzinfo=UTC)
"""Nine o'clock in China on an ordinary working day."""
UNHURRIED = Rates(overall_per_second=1000, chat_interval=0, group_per_minute=10_000)
TOKEN = "42:edge"
SECRET = "only-between-us"
NOT_COUNTED = {"updates", "retention", "heartbeats"}
"""The tables of what was taken in and what ran."""
SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

LINE = (
    "/lead 超期裁定 移送线索 刘某某非法占用耕地3.52亩 "
    "鄂州资规罚字〔2025〕47号 （2026）鄂0704行审18号 申请3月3日"
)
PARTY = "刘某某"
"""What no group and no log may ever show of that line."""
NUMBER = "线索〔2026〕1号"
"""The number that the first lead gets."""


@dataclass(frozen=True)
class Seat:
    """Somebody on the roster."""

    name: str
    role: Role
    organ: str | None
    reachable: bool = True


ROSTER = (
    Seat("王敏", Role.LIAISON, "zrzy-ec"),
    Seat("李静", Role.LIAISON, "jcy-ec"),
    Seat("赵立", Role.DEPUTY, "jcy-ec", reachable=False),
    Seat("吴建国", Role.LEADER, "jcy-ec"),
    Seat("陈刚", Role.LIAISON, "zrzy-hr"),
    Seat("周岚", Role.LIAISON, "jcy-hr"),
    Seat("孙伟", Role.ADMIN, None),
)
STRANGER = "路人甲"
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})


def edge_settings(api: str, database_url: str) -> Settings:
    """Settings for a bot that polls the sandbox, whatever the environment says."""
    return Settings(
        bot_token=SecretStr(TOKEN),
        bot_api_url=api,
        database_url=database_url,
        listen=Address("127.0.0.1", 0),
    )


def free_port() -> int:
    """A port on loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def eventually(true: Callable[[], Awaitable[bool]], patience: float = 5) -> None:
    """Wait so many seconds for something that nothing announces, by asking again and again."""
    async with asyncio.timeout(patience):
        while True:
            if await true():
                return
            await asyncio.sleep(0.005)


def client_of(port: int) -> httpx.AsyncClient:
    """A client of a bot's listener that knows the secret."""
    url = f"http://127.0.0.1:{port}"
    return httpx.AsyncClient(base_url=url, trust_env=False, headers=SIGNED)


async def answering(client: httpx.AsyncClient) -> None:
    """Wait until a listener listens."""

    async def answers() -> bool:
        try:
            await client.get("/healthz")
        except httpx.ConnectError:
            return False
        return True

    await eventually(answers)


@asynccontextmanager
async def at_work(liaison: Liaison) -> AsyncIterator[asyncio.Task[None]]:
    """Run a bot for a while, whether it gets to serve or not."""
    running = asyncio.create_task(liaison.run())
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class Office:
    """Everybody and everything of one test; `office["王敏"]` is a person at their client."""

    def __init__(self, sandbox: Sandbox, database: Database, settings: Settings) -> None:
        self.sandbox = sandbox
        self.database = database
        """The test's own view into the bot's database."""
        self.settings = settings
        self.rates = UNHURRIED
        self.malformed = False
        """Set by a test that makes the messenger say what no messenger says."""
        self.cast = {seat.name: sandbox.user(seat.name) for seat in ROSTER}
        self.cast[STRANGER] = sandbox.user(STRANGER)
        self.group = sandbox.group("鄂城群", *self.cast.values())
        self.other = sandbox.group("华容群", *map(self.__getitem__, ("陈刚", "周岚", "王敏")))
        self.liaison: Liaison
        """The bot at work, or last at work."""
        self._work = AsyncExitStack()

    def __getitem__(self, name: str) -> Persona:
        return self.cast[name]

    # The bot.

    async def furnish(self) -> None:
        """Put everybody on the roster, and bind the groups."""
        now = self.sandbox.clock.now()
        async with self.database.write() as tx:
            for seat in ROSTER:
                person = await tx.people.add(
                    user_id=self[seat.name].id,
                    name=seat.name,
                    role=seat.role,
                    organ=seat.organ,
                    status=Status.ACTIVE,
                    reachable=seat.reachable,
                    now=now,
                )
                self.sandbox.world.known.add(person.user_id)
                self[seat.name].private.started = seat.reachable
        await self.bind(self.group, "420704")
        await self.bind(self.other, "420703")

    async def bind(self, chat: Chat, district: str, topic: int = 0) -> None:
        """Bind a group, or one topic of it, to a district's land matters."""
        async with self.database.write() as tx:
            binding = Binding(chat.id, topic, chat.title, district, LAND)
            await tx.chats.bind(binding, 1, self.sandbox.clock.now())

    def hire(self, **settings: object) -> Liaison:
        """A bot that is not yet at work."""
        wanted = self.settings.model_copy(update=settings)
        return Liaison(wanted, clock=self.sandbox.clock, rates=self.rates)

    async def open(self, **settings: object) -> Liaison:
        """Let the bot work until `close`."""
        self.liaison = liaison = self.hire(**settings)
        running = await self._work.enter_async_context(at_work(liaison))
        ready = asyncio.create_task(liaison.ready.wait())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        self.sandbox.clock.subscribe(liaison.clock_moved)
        self._work.callback(self.sandbox.clock.unsubscribe, liaison.clock_moved)
        return liaison

    async def close(self) -> None:
        """Let the bot stop, as a restart does."""
        await self._work.aclose()

    @asynccontextmanager
    async def behind_a_webhook(self) -> AsyncIterator[httpx.AsyncClient]:
        """Let the bot work with a webhook; yields a client of its listener."""
        port = free_port()
        async with client_of(port) as client:
            await self.open(
                listen=Address("127.0.0.1", port),
                webhook_url=f"http://127.0.0.1:{port}",
                webhook_secret=SecretStr(SECRET),
            )
            await answering(client)
            yield client
            await self.close()

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Intake]:
        """The way into a bot that neither polls nor sends: what it is to say just waits."""
        liaison = self.hire()
        await liaison._application.initialize()
        books = open_books(self.settings, liaison._application.bot.username)
        try:
            yield liaison._assemble(books).intake
        finally:
            await liaison._application.bot.shutdown()
            await liaison.database.close()

    # Reading.

    async def reads(
        self,
        reader: str,
        words: str,
        chat: Chat | None = None,
        *,
        after: Message | None = None,
    ) -> Message:
        """Wait until somebody reads a message of the bot's; in private, unless a chat is given."""
        first = after.id if after else 0

        def found() -> Message | None:
            seen = reversed(self[reader].reads(chat))
            bot = self.sandbox.world.bot
            return next(
                (m for m in seen if m.id > first and m.sender is bot and words in m.text), None
            )

        return await self.sandbox.until(found)

    async def answer(self, name: str, words: str, shows: str) -> Message:
        """Answer a form's question in private, and read the form as it goes on below."""
        return await self.reads(name, shows, after=self[name].write(None, words))

    async def toast(self, name: str, press: str) -> Toast:
        """Wait for the answer to a pressed button."""
        return await self.sandbox.until(
            lambda: next((t for t in self[name].toasts if t.callback_id == press), None)
        )

    async def pressed(self, name: str, message: Message, label: str) -> str:
        """Press a button, and return the answer's text."""
        return (await self.toast(name, self[name].press(message, label))).text

    async def forged(self, name: str, message: Message, data: str) -> str:
        """Press a button that never was, and return the answer's text."""
        return (await self.toast(name, self[name].press(message, data, forged=True))).text

    def talk(self, chat: Chat, after: Message | None = None) -> list[str]:
        """What a chat shows, line by line: texts, and rows of buttons."""
        first = after.id if after else 0
        shown = [m for m in chat.messages.values() if m.id > first]
        return [line for message in shown for line in _lines(message)]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what the messenger does not see."""

        async def asked() -> bool:
            return true()

        await eventually(asked)

    # The office at rest.

    async def tick(self) -> None:
        """Wait until the bot has done what the hour asks for."""
        parts, now = self.liaison._parts, self.sandbox.clock.now()
        await self.until(lambda: bool(parts and parts.ticker.last and parts.ticker.last >= now))

    async def settle(self) -> None:
        """Wait until every update is confirmed, every file fetched and everything said."""
        await self.sandbox.until(lambda: not len(self.sandbox.world.updates))
        await eventually(self._all_is_said)

    async def _all_is_said(self) -> bool:
        async with self.database.read() as tx:
            counts = await tx.outbox.counts()
            files = await tx.files.counts()
        return not (counts.keys() & {"waiting", "sending"} or "waiting" in files)

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """A whole table, in the order of its key."""
        found = metadata.tables[table]
        async with self.database.read() as tx:
            result = await tx.connection.execute(select(found).order_by(*found.primary_key.columns))
        return [dict(row._mapping) for row in result]

    async def counts(self) -> dict[str, int]:
        """How many rows every table has, but for those of what was taken in and what ran."""
        names = [name for name in metadata.tables if name not in NOT_COUNTED]
        return {name: len(await self.rows(name)) for name in names}

    async def everything(self) -> str:
        """All that is kept, as text to search in."""
        return "\n".join([str(row) for name in metadata.tables for row in await self.rows(name)])

    async def state(self, record: int = 1) -> str:
        """The state a record is in."""
        return str((await self.rows("records"))[record - 1]["state"])

    # What most stories begin with.

    async def filed(self, line: str = LINE, author: str = "王敏") -> Message:
        """Let somebody file a lead in their group; returns its card there."""
        place = self.other if author == "陈刚" else self.group
        asked = self[author].write(place, line)
        self[author].press(await self.reads(author, "核对无误", place, after=asked), "✅ 提交")
        number = (await self.reads(author, "已登记并移送", place, after=asked)).text.split("：")[1]
        return await self.reads(author, f"{number}　已移送", place, after=asked)


def _lines(message: Message) -> list[str]:
    head = "" if message.sender.is_bot else f"{message.author.first_name}："
    rows = message.keyboard.rows if message.keyboard else ()
    return [
        *f"{head}{message.text}".splitlines(),
        *(" ".join(f"[{button.label}]" for button in row) for row in rows),
    ]
