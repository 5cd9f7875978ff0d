"""The bot is killed a hundred times while people work and the server has faults."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from bot.domain.people import Role, Side, Status
from bot.sandbox.happenings import Written
from bot.sandbox.server import Sandbox
from bot.services.verify import verify
from bot.storage import tables
from bot.storage.chats import Chat as Place
from bot.storage.database import Database
from bot.storage.schema import migrate
from tests.edge.crash_bot import TOKEN, Assassin, mortal_bot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    import pytest
    from sqlalchemy import Row, Table

    from bot.sandbox.chats import Chat
    from bot.sandbox.happenings import Happening
    from bot.sandbox.messages import Message
    from bot.sandbox.persona import Persona
    from bot.storage.database import Tx

KILLS = {"sqlite": 105, "postgresql": 25}
PATIENCE = 150
"""Seconds within which people get their answer, however often the bot dies meanwhile."""
NUMBER = re.compile(r"线索〔\d{4}〕\d+号")
REPEATED = "（此条可能重复发送）"
DISTRICTS = {"420704": "ec", "420703": "hr", "420702": "lzh"}
TALKING = ("sendMessage", "editMessageText", "answerCallbackQuery")


@dataclass
class Diary:
    """What people did and were told: the truth to which the database is held."""

    penalties: Iterator[int] = field(default_factory=lambda: count(1))
    acts: int = 0
    submitted: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The number of the record by the number of the penalty."""
    signed: set[int] = field(default_factory=set)
    """The ids of the records under whose card somebody pressed 签收."""
    questions: list[tuple[Message, str]] = field(default_factory=list)
    """What was asked, and a word of the right answer."""
    written: list[tuple[Message, str, tuple[str, ...]]] = field(default_factory=list)
    """Every message of the bot, with the text and the buttons it had at first."""

    def note(self, happening: Happening) -> None:
        """Keep what the bot writes, as it was before any edit."""
        if isinstance(happening, Written) and happening.message.sender.is_bot:
            message = happening.message
            data = tuple(button.data or "" for button in message.buttons)
            self.written.append((message, message.text, data))


class Clerk:
    """A person at work, who does one thing at a time and waits for what comes of it."""

    def __init__(
        self,
        sandbox: Sandbox,
        persona: Persona,
        place: Chat,
        diary: Diary,
        known: dict[str, str],
        seed: int,
    ) -> None:
        """Begin work at a place; `known` are the district's leads, as in the diary."""
        self._known = known
        self._sandbox = sandbox
        self._persona = persona
        self._place = place
        self._diary = diary
        self._random = Random(seed)
        self._seen: set[str] = set()

    async def work(self, closing: asyncio.Event) -> None:
        """Go on until the office closes; what was begun is brought to its end."""
        while not closing.is_set():
            await self._random.choice((self._main_task, self._main_task, self._ask))()
            await asyncio.sleep(self._random.uniform(0, 0.5))

    async def _main_task(self) -> None:
        raise NotImplementedError

    async def _ask(self) -> None:
        """Ask for help, or where one of the leads is."""
        known = list(self._known.items())
        if not known or self._random.random() < 0.3:
            question = self._write(self._persona.private, "/help")
            await self._answered(question, "用法")
            return
        penalty, number = self._random.choice(known[-20:])
        words = self._random.choice((f"/case {penalty}", f"查 {number}"))
        await self._answered(self._write(self._persona.private, words), number)

    async def _answered(self, question: Message, word: str) -> None:
        self._diary.questions.append((question, word))
        await self._finds(question, lambda message: word in message.text)

    def _write(self, place: Chat, words: str) -> Message:
        self._diary.acts += 1
        return self._persona.write(place, words)

    async def _press(self, message: Message, data: str) -> None:
        self._diary.acts += 1
        callbacks = self._sandbox.world.callbacks
        callback = callbacks[self._persona.press(message, data)]
        await self._sandbox.until(lambda: callback.answered, PATIENCE)

    async def _finds(self, after: Message, fits: Callable[[Message], object]) -> Message:
        """Wait for a message of the bot, below another one, that fits."""

        def found() -> Message | None:
            for message in reversed(after.chat.messages.values()):
                if message.id <= after.id:
                    return None
                if message.sender.is_bot and fits(message):
                    return message
            return None

        return await self._sandbox.until(found, PATIENCE)


class Bureau(Clerk):
    """Somebody of the bureau, who reports leads."""

    async def _main_task(self) -> None:
        penalty = f"鄂州资规罚字〔2025〕{next(self._diary.penalties)}号"
        line = f"/lead 2C 移送线索 李某某非法占地3.52亩 {penalty}"
        question = self._write(self._place, line)
        preview = await self._finds(question, lambda m: self._new(_button(m, "1.fi.")))
        draft = _button(preview, "1.fi.")
        self._seen.add(draft)
        if self._random.random() < 0.1:
            await self._press(preview, "取消")
            self._diary.cancelled.append(penalty)
            return
        presses = [self._press(preview, draft)]
        if self._random.random() < 0.3:
            presses.append(self._press(preview, draft))
        self._diary.submitted.append(penalty)
        await asyncio.gather(*presses)
        filed = await self._finds(
            question, lambda m: "已登记并移送" in m.text and self._new(_number(m))
        )
        self._seen.add(_number(filed))
        self._known[penalty] = self._diary.acknowledged[penalty] = _number(filed)

    def _new(self, thing: str) -> bool:
        return thing != "" and thing not in self._seen


class Procuratorate(Clerk):
    """Somebody of the procuratorate, who signs for leads."""

    async def _main_task(self) -> None:
        for card in reversed(self._place.messages.values()):
            data = _button(card, "1.mv.")
            if ".sign." in data and data not in self._seen:
                break
        else:
            return
        self._seen.add(data)
        self._diary.signed.add(int(data.split(".")[2]))
        await self._press(card, data)


def _button(message: Message, start: str) -> str:
    """The data of the first button that begins so."""
    return next((b.data for b in message.buttons if b.data and b.data.startswith(start)), "")


def _number(message: Message) -> str:
    found = NUMBER.search(message.text)
    return found[0] if found else ""


async def hire(sandbox: Sandbox, database: Database, diary: Diary, random: Random) -> list[Clerk]:
    """Two people on each side of three districts; the second of each keeps to private chats."""
    clerks: list[Clerk] = []
    now = datetime.now(UTC)
    async with database.write() as tx:
        for district, suffix in DISTRICTS.items():
            personas = [sandbox.user(name) for name in ("王敏", "张强", "李静", "赵立")]
            group = sandbox.group(district, *personas)
            known: dict[str, str] = {}
            for persona, organ, role, kind in zip(
                personas,
                (f"zrzy-{suffix}", f"zrzy-{suffix}", f"jcy-{suffix}", f"jcy-{suffix}"),
                (Role.LIAISON, Role.DEPUTY) * 2,
                (Bureau, Bureau, Procuratorate, Procuratorate),
                strict=True,
            ):
                person = await tx.people.add(
                    user_id=persona.id,
                    name=persona.name,
                    role=role,
                    organ=organ,
                    status=Status.ACTIVE,
                    reachable=True,
                    now=now,
                )
                persona.private.started = True
                sandbox.world.known.add(persona.id)  # as whoever has pressed Start is
                place = group if role is Role.LIAISON else persona.private
                clerks.append(kind(sandbox, persona, place, diary, known, random.getrandbits(32)))
            sides = frozenset({Side.PROCURATORATE, Side.RESOURCES})
            await tx.chats.bind(Place(group.id, 0, district, district, sides), person.id, now)
    return clerks


def misfortune(sandbox: Sandbox) -> None:
    """Let the server fail now and then, in every way it can."""
    for method in TALKING:
        sandbox.faults.add("429", method, rate=0.01, seconds=1)
        sandbox.faults.add("5xx", method, rate=0.01)
        sandbox.faults.add("drop_before", method, rate=0.01)
        sandbox.faults.add("drop_after", method, rate=0.02)
        sandbox.faults.add("slow", method, rate=0.03, seconds=0.1)
    sandbox.faults.add("5xx", "getUpdates", rate=0.01)
    sandbox.faults.add("drop_after", "getUpdates", rate=0.03)
    sandbox.faults.duplicate_updates(0.4)


async def test_no_crash_loses_or_doubles_anything(
    unmigrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbits(32))
    log = tmp_path / "bot.log"
    try:
        figures = await crash(unmigrated_url, seed, log)
    except BaseException as error:
        error.add_note(f"CRASH_SEED={seed}\n{log.read_text()[-4000:]}")
        raise
    with capsys.disabled():
        lines = "".join(f"  {value:>5}  {name}\n" for name, value in figures.items())
        sys.stdout.write(f"\n{unmigrated_url.partition(':')[0]}, CRASH_SEED={seed}\n{lines}")


async def crash(url: str, seed: int, log: Path) -> dict[str, int]:
    """Let people work while the bot dies again and again; check it all; return the figures."""
    random, diary = Random(seed), Diary()
    sandbox = Sandbox(token=TOKEN, seed=seed, exchanges_kept=1_000_000)
    sandbox.world.listeners.append(diary.note)
    async with _opened(url) as database:
        await migrate(database)
        clerks = await hire(sandbox, database, diary, random)
        sort = database.url.get_backend_name()
    misfortune(sandbox)
    assassin = Assassin(random)
    sandbox.app.add_middleware(assassin.around)
    closing = asyncio.Event()
    async with sandbox.serve() as api_url, mortal_bot(api_url, url, log) as bot:
        work = asyncio.gather(*(clerk.work(closing) for clerk in clerks))
        for _ in range(KILLS[sort]):
            await assassin.one_life(bot)
            if work.done():
                break
        sandbox.faults.clear()
        await bot.start()
        closing.set()
        await work
        await _drained(url, sandbox)
        bot.kill()
        await bot.death()
    async with _opened(url) as database, database.read() as tx:
        check = Check(tx, sandbox, diary, assassin)
        return await check.everything()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    """Open the database while no bot does: recovery after a crash is the bot's business."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def _drained(url: str, sandbox: Sandbox) -> None:
    """Wait until everything was taken in and said."""
    async with _opened(url) as database, asyncio.timeout(PATIENCE):
        while True:
            async with database.read() as tx:
                states = await tx.outbox.counts()
            if not (len(sandbox.world.updates) or states.keys() & {"waiting", "sending"}):
                return
            await asyncio.sleep(0.2)


class Check:
    """What people did and saw, held against the database."""

    def __init__(self, tx: Tx, sandbox: Sandbox, diary: Diary, assassin: Assassin) -> None:
        self._tx = tx
        self._sandbox = sandbox
        self._diary = diary
        self._assassin = assassin

    async def everything(self) -> dict[str, int]:
        """Check it all; return the figures."""
        records = await self._rows(tables.records)
        outbox = await self._rows(tables.outbox)
        posts = await self._rows(tables.posts)
        await self._updates_are_taken_in_once()
        await self._records_are_what_people_filed(records)
        self._answers_arrived(outbox)
        self._cards_are_current(records, posts)
        moved = self._old_cards_say_where_the_new_ones_are(outbox, posts)
        figures = self._repeats_say_so(outbox, posts)
        await self._database_is_sound()
        faults = Counter(each.status for each in self._sandbox.exchanges)
        return {
            **{f"kills {name}": times for name, times in sorted(self._assassin.kills.items())},
            **{f"requests answered {status or 'by a cut'}": n for status, n in faults.items()},
            "updates": self._diary.acts,
            "updates handed out again": self._assassin.again,
            "records": len(records),
            "signed": len(self._diary.signed),
            "questions": len(self._diary.questions),
            "messages": len(self._diary.written),
            "cards posted anew": moved,
            **figures,
        }

    async def _rows(self, table: Table) -> list[Row[tuple[object, ...]]]:
        return list(await self._tx.connection.execute(select(table)))

    async def _updates_are_taken_in_once(self) -> None:
        taken = sorted(row.update_id for row in await self._rows(tables.updates))
        assert taken == sorted(self._assassin.updates)
        assert taken == list(range(taken[0], taken[0] + self._diary.acts))
        assert await self._tx.updates.troubled() == 0

    async def _records_are_what_people_filed(self, records: list[Row[tuple[object, ...]]]) -> None:
        diary = self._diary
        filed = Counter(row.data["penalty_number"] for row in records)
        assert filed == Counter(diary.submitted)
        assert diary.acknowledged == {row.data["penalty_number"]: row.number for row in records}
        assert await self._rows(tables.drafts) == []  # each was filed or cancelled, and none twice
        serials = sorted(int(re.findall(r"\d+", row.number)[1]) for row in records)
        assert serials == list(range(1, len(records) + 1))
        assert {row.id for row in records if row.state == "signed"} == diary.signed
        for row in records:
            steps = [event.name for event in await self._tx.events.of_record(row.id)]
            assert steps == ["file", "sign"][: 1 + (row.id in diary.signed)]

    def _answers_arrived(self, outbox: list[Row[tuple[object, ...]]]) -> None:
        """Every press and every question was answered, each question by its own message."""
        assert all(callback.answered for callback in self._sandbox.world.callbacks.values())
        unsaid = [row for row in outbox if row.state not in {"sent", "superseded"}]
        assert [(row.state, row.manner, row.key, row.trouble) for row in unsaid] == []
        by_key = {row.key: row for row in outbox}
        asked = {
            (update["message"]["chat"]["id"], update["message"]["message_id"]): number
            for number, update in self._assassin.updates.items()
            if "message" in update
        }
        for question, word in self._diary.questions:
            row = by_key[f"u{asked[question.chat.id, question.id]}.0"]
            assert row.chat_id == question.chat.id
            assert word in question.chat.messages[row.message_id].text

    def _cards_are_current(
        self, records: list[Row[tuple[object, ...]]], posts: list[Row[tuple[object, ...]]]
    ) -> None:
        """The group's card, and one for each of the two who may sign, show the last state."""
        for record in records:
            cards = [post for post in posts if post.name.startswith(f"card/{record.id}/")]
            assert len(cards) == 3
            state = "已签收" if record.state == "signed" else "已移送"
            for card in cards:
                message = self._sandbox.world.chats[card.chat_id].messages[card.message_id]
                assert f"{record.number}　{state}" in message.text

    def _old_cards_say_where_the_new_ones_are(
        self, outbox: list[Row[tuple[object, ...]]], posts: list[Row[tuple[object, ...]]]
    ) -> int:
        """Of a record's cards in a group only the newest has buttons that do something."""
        standing = {post.name: post.message_id for post in posts}
        assert not [name for name in standing if name.startswith("left/")]
        cards = {
            (row.chat_id, row.message_id, row.post)
            for row in outbox
            if row.post.startswith("card/") and row.chat_id < 0 and row.message_id
        }
        old = [card for card in cards if standing[card[2]] != card[1]]
        for chat_id, message_id, post in old:
            message = self._sandbox.world.chats[chat_id].messages[message_id]
            assert message.text.endswith("的最新卡片已移到下方。"), message.text
            (way,) = message.buttons
            assert int(str(way.url).rpartition("/")[2]) == standing[post]
        return len(old)

    def _repeats_say_so(
        self, outbox: list[Row[tuple[object, ...]]], posts: list[Row[tuple[object, ...]]]
    ) -> dict[str, int]:
        """A message the bot does not know to have arrived was sent again, and marked.

        Or a newer text of the same post had overtaken it, and stands below it.
        """
        known = {(row.chat_id, row.message_id) for row in (*outbox, *posts)}
        standing = {post.name: post.message_id for post in posts}
        filed = self._filed(outbox)
        marked = Counter(
            _said(m, words) for m, words, _ in self._diary.written if REPEATED in words
        )
        unknown = overtaken = 0
        for message, words, data in self._diary.written:
            if (message.chat.id, message.id) in known:
                continue
            unknown += 1
            said = _said(message, words)
            if marked[said]:
                marked[said] -= 1
            else:
                overtaken += 1
                newer = [standing.get(name, 0) for name in _posts(message, data, filed)]
                assert max(newer, default=0) > message.id, f"unmarked twin of: {words}"
        return {
            "messages sent twice, the second marked": unknown - overtaken,
            "posts sent anew with a newer text": overtaken,
            "messages marked though they came once": marked.total(),
        }

    def _filed(self, outbox: list[Row[tuple[object, ...]]]) -> dict[str, str]:
        """By the button that filed a draft: the name that its message has got by that."""
        pressed = {
            f"u{number}": update["callback_query"]["data"]
            for number, update in self._assassin.updates.items()
            if "callback_query" in update
        }
        said = ((pressed.get(row.key.partition(".")[0], ""), row.post) for row in outbox)
        return {data: post for data, post in said if post.startswith("filed/")}

    async def _database_is_sound(self) -> None:
        report = await verify(self._tx)
        assert report.sound, report.broken
        assert report.events >= len(self._diary.submitted) + len(self._diary.signed)
        if self._tx.connection.dialect.name == "sqlite":
            answer = await self._tx.connection.scalar(text("PRAGMA integrity_check"))
            assert answer == "ok"


def _said(message: Message, words: str) -> tuple[int, str]:
    return message.chat.id, words.removesuffix(REPEATED).rstrip()


def _posts(message: Message, data: tuple[str, ...], filed: dict[str, str]) -> list[str]:
    """The names of the posts that a message with these buttons can have been."""
    names = []
    for each in data:
        _, verb, number, *_ = each.split(".")
        if verb == "fi":
            names.append(filed.get(each, f"draft/{number}/{message.chat.id}/0"))
        if verb == "de":
            names.append(f"card/{number}/{message.chat.id}/0")
    return names
