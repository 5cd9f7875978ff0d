"""A year of an office, quick: people file, act, are late and are away, while the clock runs on.

What is done is done by the use cases themselves; what is said goes out by the real dispatcher
and the real sender to the sandbox, where everybody reads it at their own client.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.domain.calendar import DAY, local_date
from bot.domain.entries import OneOf
from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Actor, Role, Side, Status
from bot.domain.records import NOBODY, Draft
from bot.services.clocks import matter_of
from bot.services.desk import Desk
from bot.services.forecasting import forecast
from bot.services.foresight import Sight
from bot.services.ledger import carry_out, file_record
from bot.services.nagging import respites
from bot.services.putting_off import put_off_until
from bot.services.unasked import Sort, notices, occasions
from bot.storage import tables
from bot.storage.chats import Chat
from tests.edge.heard import OTHERS, at, chat_of, is_of_itself, items_in, minute, words_of
from tests.services.advising import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from random import Random

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Move
    from bot.domain.people import Person
    from bot.domain.records import Record, Value
    from bot.sandbox.messages import Message
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.edge.heard import Heard, Told
    from tests.edge.office import Office

DISTRICTS = {"420704": "ec", "420703": "hr", "420702": "lzh", "420700": ""}
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
NAMES = [
    "王敏",
    "张强",
    "李静",
    "赵立",
    "陈刚",
    "周岚",
    "吴建国",
    "孙伟",
    "钱进",
    "郑红",
    "冯涛",
    "何苗",
    "许文",
    "吕亮",
    "施雨",
    "马超",
    "朱珠",
    "秦川",
    "尤佳",
    "曹阳",
]
STEPS_ON_THE_OLD = 0.75
"""How many of the steps are taken on the older half of the open matters."""

T, D, R, E = tables.nags, tables.duties, tables.records, tables.events


@dataclass
class Year:
    """One office and its year."""

    sandbox: Sandbox
    database: Database
    books: Books
    random: Random
    people: list[tuple[Person, Persona]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """What happened, for the figures at the end."""
    serial: int = 0

    # The office.

    async def furnish(self) -> None:
        """Twenty people of four districts, a group for each, and an administrator."""
        names = iter(NAMES)
        for code, suffix in DISTRICTS.items():
            organs = [f"{side}-{suffix}" if suffix else side for side in ("zrzy", "jcy")]
            staff = [
                await self._hire(next(names), organ, role)
                for organ in organs
                for role in (Role.LIAISON, Role.DEPUTY)
            ]
            leader = await self._hire(next(names), organs[0], Role.LEADER)
            group = self.sandbox.group(f"{code}群", *staff, leader)
            async with self.database.write() as tx:
                place = Chat(group.id, 0, group.title, code, LAND)
                await tx.chats.bind(place, 1, self.now)
        await self._hire("戚管", None, Role.ADMIN)

    async def _hire(self, name: str, organ: str | None, role: Role) -> Persona:
        persona = self.sandbox.user(name)
        persona.private.started = True
        self.sandbox.world.known.add(persona.id)
        async with self.database.write() as tx:
            person = await tx.people.add(
                user_id=persona.id,
                name=name,
                role=role,
                organ=organ,
                status=Status.ACTIVE,
                reachable=True,
                now=self.now,
            )
        self.people.append((person, persona))
        return persona

    @property
    def now(self) -> datetime:
        """The moment that it is."""
        return self.sandbox.clock.now()

    def on_duty(self) -> list[Actor]:
        """Those who act."""
        return [
            self.actor(person)
            for person, _ in self.people
            if person.role in {Role.LIAISON, Role.DEPUTY}
        ]

    def actor(self, person: Person) -> Actor:
        """Somebody as they act."""
        assert person.organ is not None
        return Actor(person.id, person.name, person.role, self.books.office.standing(person.organ))

    # What people do.

    async def a_day_of_work(self) -> None:
        """File something, take some steps, put a reminder off, go away or come back."""
        for _ in range(self.random.choice((0, 1, 1, 2))):
            await self._file()
        for _ in range(self.random.choice((3, 5, 7, 8))):
            await self._step()
        if self.random.random() < 0.3:
            await self._put_off()
            await self._begin_a_draft()
        if self.random.random() < 0.08:
            self._go_away()
        if self.random.random() < 0.05:
            self._block_or_unblock()

    async def _file(self) -> None:
        kind = self.random.choice((LEAD, LEAD, LEAD, ADVICE))
        side = next(iter(kind.from_sides)) if kind is ADVICE else Side.RESOURCES
        actor = self.random.choice(
            [a for a in self.on_duty() if a.standing and a.standing.side is side]
        )
        assert actor.standing is not None
        own = [code for code in DISTRICTS if code in actor.standing.districts]
        self.serial += 1
        data: dict[str, Value] = (
            {"category": "2C", "route": "transfer", "summary": f"第{self.serial}号地块"}
            if kind is LEAD
            else {
                "type": "breach",
                "advice_number": f"鄂州检行建〔{self.now.year}〕{self.serial}号",
                "issued_on": self.today.isoformat(),
                "items": "催告并申请强制执行",
            }
        )
        async with self.database.write() as tx:
            desk = await Desk.open(tx, self.books, self.now, f"f{self.serial}")
            await file_record(desk, actor, kind, self.random.choice(own), data)
        self.counts[f"{kind.title} filed"] += 1

    @property
    def today(self) -> date:
        """The day that it is."""
        return local_date(self.now)

    async def _step(self) -> None:
        """Take a step on one of the open matters, mostly on one that has waited for long."""
        self.serial += 1
        async with self.database.write() as tx:
            desk = await Desk.open(tx, self.books, self.now, f"s{self.serial}")
            rows = await tx.connection.execute(select(R.c.id, R.c.kind, R.c.state).order_by(R.c.id))
            closed = set(self.books.kinds.closed)
            open_now = [row.id for row in rows if (row.kind, row.state) not in closed]
            if open_now:
                first = open_now[: max(1, len(open_now) // 2)]
                waited = self.random.random() < STEPS_ON_THE_OLD
                record = await tx.records.get(self.random.choice(first if waited else open_now))
                assert record is not None
                await self._take(desk, self.books.kinds[record.kind], record)

    async def _take(self, desk: Desk, kind: Kind, record: Record) -> None:
        moves = kind.moves_now(await matter_of(desk, record))
        rare = {"withdraw", "void", "retract"} if self.random.random() < 0.95 else set()
        fitting = [m for m in moves if not (m.approval or m.renews or m.code in rare)]
        if not fitting:
            return
        move = self.random.choice(fitting)
        actors = [a for a in self.on_duty() if kind.falls_to(move, record, a)]
        if not actors:
            return
        try:
            async with desk.tx.savepoint():
                given = self._needs(kind, move, record)
                await carry_out(desk, self.random.choice(actors), record, move, given)
                self.counts["steps taken"] += 1
        except DomainError:
            self.counts["steps refused"] += 1

    def _needs(self, kind: Kind, move: Move, record: Record) -> dict[str, Value]:
        """All that a step asks for, as of today."""
        today = self.today.isoformat()
        later = (self.today + 25 * DAY).isoformat()
        said: dict[str, Value] = {}
        for name in move.needs:
            holds = kind.entries[name].holds
            if name in {"planned_on", "rectify_by"}:
                said[name] = later
            elif name.endswith("_on"):
                said[name] = today
            elif name.endswith("number"):
                prefix = "鄂州检行监" if name == "case_number" else "鄂州资规函"
                said[name] = f"{prefix}〔{self.now.year}〕{self.serial}号"
            elif name == "progress":
                said[name] = "done"
            elif isinstance(holds, OneOf):
                said[name] = GIVEN.get(name, "none")
            else:
                said[name] = "有关情况"
        return said

    async def _put_off(self) -> None:
        """Put off one of today's reminders, as its reader may."""
        async with self.database.write() as tx:
            desk = await Desk.open(tx, self.books, self.now, f"p{self.now.timestamp()}")
            of_today = T.c.at >= at(self.today, 0), T.c.message != "", T.c.person_id != NOBODY
            heard = (await tx.connection.execute(select(T).where(*of_today))).all()
            for nag in self.random.sample(heard, min(3, len(heard))):
                duty = (await tx.duties.by_id([nag.duty_id]))[nag.duty_id]
                offers = respites(desk, duty)
                if duty.closed_by is None and offers:
                    _, until = self.random.choice(offers)
                    person, persona = next(p for p in self.people if p[0].id == nag.person_id)
                    moment = int(until.timestamp())
                    await put_off_until(desk, self.actor(person), nag.id, moment, persona.id)
                    self.counts["reminders put off"] += 1

    async def _begin_a_draft(self) -> None:
        """Begin what will never be filed."""
        author = self.random.choice(self.on_duty())
        chat = next(persona.id for person, persona in self.people if person.id == author.person_id)
        draft = Draft(0, "lead", author.person_id, chat, 0, True, "", None, None, "")
        last = self.today + DAY * self.random.randrange(1, 30)
        async with self.database.write() as tx:
            await tx.drafts.add(draft, at(last, self.random.choice((8, 9, 20))))
        self.counts["drafts begun"] += 1

    def _go_away(self) -> None:
        there = [persona for _, persona in self.people if not persona.private.blocked]
        persona = self.random.choice(there)
        first = self.today + DAY * self.random.randrange(1, 10)
        last = first + DAY * self.random.randrange(12)
        persona.write(None, f"/away {first:%Y-%m-%d}至{last:%Y-%m-%d}")
        self.counts["absences asked for"] += 1

    def _block_or_unblock(self) -> None:
        _, persona = self.random.choice(self.people)
        if persona.private.blocked:
            persona.unblock()
        elif sum(p.private.blocked for _, p in self.people) < 3:
            persona.block()
            self.counts["times that somebody blocked the bot"] += 1

    def wake(self, office: Office) -> None:
        """Let the bot's sender see what the use cases have said."""
        if office.liaison._parts is not None:
            office.liaison._parts.sender.wake()

    # What was foretold, and what arrived.

    async def foretold(self, until: datetime) -> Heard:
        """Every message that is to come by then, if nobody does anything."""
        found: Heard = {}
        async with self.database.read() as tx:
            desk = await Desk.open(tx, self.books, self.now, "year")
            for each in (await forecast(desk, until, Sight())).said:
                items = found.setdefault((minute(each.at), chat_of(each.to)), [])
                if each.record is not None and each.duty is not None:
                    kind = self.books.kinds[each.record.kind]
                    items.append((each.record.number, kind.rule(each.duty.code).title))
        return found

    async def foretold_besides(self, until: datetime) -> Told:
        """What is sure to come that reminds of nothing."""
        async with self.database.read() as tx:
            desk = await Desk.open(tx, self.books, self.now, "year")
            ahead = await forecast(desk, until, Sight())
            others = await notices(desk, until, Sight(), ahead)
        return {(minute(each.at), chat_of(to), each.sort) for each in others for to in each.to}

    async def occasions(self) -> set[tuple[int, Sort]]:
        """Where it may come besides, as `/upcoming` says now."""
        chats = {f"群“{chat.title}”": chat.id for chat in self.sandbox.world.chats.values()}
        chats |= {person.name: persona.id for person, persona in self.people}
        async with self.database.read() as tx:
            told = await occasions(await Desk.open(tx, self.books, self.now, "year"), Sight())
        names = ((name, each.sort) for each in told if each.to for name in each.to.split("、"))
        return {(chats[name], sort) for name, sort in names}

    async def ended(self) -> dict[tuple[str, str], datetime]:
        """When each thing that is owed no more came to its last end, by number and title."""
        found: dict[tuple[str, str], datetime] = {}
        async with self.database.read() as tx:
            rows = await tx.connection.execute(
                select(D.c.code, R.c.kind, R.c.number, D.c.closed_by, E.c.at)
                .join(R, R.c.id == D.c.record_id)
                .outerjoin(E, E.c.id == D.c.closed_by)
                .order_by(D.c.id)
            )
        for row in rows.all():
            key = (row.number, self.books.kinds[row.kind].rule(row.code).title)
            if row.closed_by is None:
                found.pop(key, None)
            else:
                found[key] = row.at
        return found

    def arrived(self, since: datetime) -> Heard:
        """Every reminder and weekly word that came since, as people read it."""
        found: Heard = {}
        for chat_id, message in self.messages(since):
            found.setdefault((minute(message.date), chat_id), []).extend(items_in(message))
        for (_, to), items in found.items():
            assert to < 0 or len(set(items)) == len(items), f"twice in {to}"
        return found

    def arrived_besides(self, since: datetime) -> Told:
        """Everything that came since and reminds of nothing."""
        return {
            (minute(message.date), chat_id, sort)
            for chat_id, message in self._since(since)
            for words, sort in OTHERS.items()
            if words_of(message).startswith(words)
        }

    def messages(self, since: datetime) -> Iterator[tuple[int, Message]]:
        """What the bot has said of itself since, with the chat in which it said it."""
        return ((chat, message) for chat, message in self._since(since) if is_of_itself(message))

    def _since(self, since: datetime) -> Iterator[tuple[int, Message]]:
        for chat in list(self.sandbox.world.chats.values()):
            newest_first = reversed(chat.messages.values())
            for message in takewhile(lambda m: m.date > since, newest_first):
                if message.sender.is_bot:
                    yield chat.id, message
