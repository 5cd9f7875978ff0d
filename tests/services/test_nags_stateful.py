"""Matters begin, move, are answered and change hands in any order: who hears of what, and when.

What must be heard is told by `tests.services.hearing`, from the brief alone. The dispatcher is the
bot's own; the sender is one that sometimes fails in every way a sender can.
"""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, ClassVar, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.domain.calendar import SHANGHAI, local_date
from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lifecycle import Party
from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role, Side, Status, Visitor
from bot.domain.records import Nag
from bot.services import buttons, nag_lists
from bot.services.amendments import correct_record
from bot.services.clocks import matter_of
from bot.services.delivery import arrived, undeliverable
from bot.services.desk import Desk
from bot.services.group_keys import GROUP_KEY
from bot.services.ledger import file_record, move_record
from bot.services.nagging import respites
from bot.services.planning import NAG_KEY
from bot.services.putting_off import ask_until, put_off_until
from bot.services.roster import leave, welcome
from bot.services.ticking import NEWEST
from bot.storage.chats import Chat
from bot.storage.database import Database
from bot.storage.outbox import WAITING
from bot.storage.tables import nags, outbox
from reminders.dispatcher import Dispatcher
from tests.services.advising import FILED, GIVEN
from tests.services.hearing import Call, Debt, Ears, Member, Word
from tests.services.living import SAME_LIVES, Undone, opened
from tests.services.owing import BUREAU, COMING, DAY, PROCURATORATE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable

    import pytest

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Matter, Move
    from bot.domain.outgoing import Outgoing, Queued
    from bot.domain.records import Record, Value
    from bot.services.desk import Books
    from bot.storage.database import Tx

T = TypeVar("T")

PROFILE = settings(SAME_LIVES, max_examples=18, stateful_step_count=50, phases=[Phase.generate])
STARTS = (date(2026, 1, 26), date(2026, 4, 20), date(2026, 8, 3), date(2026, 9, 14))
"""Some weeks before the spring festival, the May days, and the National Day holiday."""
GROUP = Place(-100_77, title="鄂城群")
RANKS = (Role.LIAISON, Role.DEPUTY, Role.LEADER)
WAITS = (1, 40, 150, 300, 720, 1440, 3 * 1440, 8 * 1440, 33 * 1440)
"""Minutes that pass: into the lunch hour, the night, the weekend, the holidays."""
FAILURES = ("lost before", "lost after", "killed before", "killed after")
LEAD: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "占用耕地"}
SAID: dict[str, Value] = {**GIVEN, "case_number": "鄂城检行执监〔2026〕42070400003号"}
DATED = {"served_on", "received_on", "replied_on", "reply_received_on", "looked_on"}
SHOWN = 2
"""So many a message names here, lest no life have more."""


@dataclass(frozen=True)
class List:
    """A list of reminders as it stands in a chat now."""

    made_at: datetime
    told: dict[int, Call]
    """What it told of, by the nag's id."""
    debts: dict[int, Debt]
    message: Outgoing | None
    """As it reads now; None: its reader had blocked the bot when it was edited."""


class Inside(Database):
    """One open transaction in the place of a database, so that a whole life can be undone."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """A savepoint does for a transaction."""
        async with self._tx.savepoint():
            yield self._tx

    read = write


class Reminded(Undone):
    """Two organs, their people, one group; anything may happen to them, at any hour."""

    seen: ClassVar[Counter[str]] = Counter()
    """How often each thing happened, in all lives together."""

    def __init__(self, runner: asyncio.Runner, database: Database, books: Books) -> None:
        super().__init__(runner, database)
        self.books = books
        self.dispatcher = Dispatcher(Inside(self.tx), books)
        self.message_ids = count(9001)
        self.now = datetime(2026, 1, 1, tzinfo=SHANGHAI)
        self.ears = Ears()
        self.users: dict[int, int] = {}
        """Messenger's id to person."""
        self.records: list[Record] = []
        self.heard: Counter[Call] = Counter()
        self.words: list[Word] = []
        self.lists: dict[int, dict[int, List]] = {}
        """The lists that stand in each one's chat."""
        self.ticked = False
        """The dispatcher has run, in office hours, since anything last happened."""

    # How things are done.

    def do(self, use: Callable[[Desk], Awaitable[T]]) -> T:
        """Use a desk, and then compare what is owed."""
        self.ticked = False
        result = super().do(use)
        self.runner.run(self._note_debts())
        return result

    async def desk(self) -> Desk:
        return await Desk.open(self.tx, self.books, self.now, f"life{next(self.serials)}")

    async def _note_debts(self) -> None:
        """Take from the bot what is owed now."""
        open_now = {duty.id: duty for duty in await self.tx.duties.open_until(date.max)}
        for gone in self.ears.debts.keys() - open_now.keys():
            self.ears.settle_debt(gone)
        for new in open_now.keys() - self.ears.debts.keys():
            duty = open_now[new]
            debt = Debt(new, duty.debtor, duty.creditor, duty.due, duty.record_id)
            self.ears.owe(debt, self.now)

    def _handled(self, record_id: int, member: Member) -> None:
        self.ears.hands.setdefault(record_id, []).append(member.id)

    def hire(self, organ: str, rank: int, *, reachable: bool = True) -> Member:
        """Put somebody on the roster."""
        user_id = 7000 + next(self.serials)

        async def add(d: Desk) -> int:
            person = await d.tx.people.add(
                user_id=user_id,
                name="王敏",
                role=RANKS[rank],
                organ=organ,
                status=Status.ACTIVE,
                reachable=reachable,
                now=d.now,
            )
            return person.id

        member = Member(self.do(add), organ, rank, here=reachable, known=reachable)
        self.ears.members[member.id] = member
        self.users[user_id] = member.id
        return member

    def somebody(self, organ: str) -> Member:
        """Whoever acts for an organ."""
        team = self.ears.on_duty(organ)
        return team[0] if team else self.hire(organ, 0)

    # What happens to matters.

    @initialize(start=st.sampled_from(STARTS), days=st.integers(0, 12))
    def begin(self, start: date, days: int) -> None:
        self.now = datetime.combine(start, datetime.min.time(), SHANGHAI) + days * DAY
        self.now += timedelta(hours=10)
        self.ears.week_told = None
        for organ in (BUREAU, PROCURATORATE):
            for rank in range(3):
                self.hire(organ, rank)
        chat = Chat(GROUP.chat_id, 0, GROUP.title, "420704", frozenset(Side))
        bound = self.now - 30 * DAY
        self.do(lambda d: d.tx.chats.bind(chat, 1, bound))

    @property
    def today(self) -> date:
        return local_date(self.now)

    @rule(data=st.data(), kind=st.sampled_from(["lead", "advice", "advice"]))
    def file(self, data: st.DataObject, kind: str) -> None:
        """A matter begins; a recommendation is served, now and then long ago."""
        if len(self.records) >= 6:
            return
        said = LEAD if kind == "lead" else self._advice(data)
        author = self.somebody(BUREAU if kind == "lead" else PROCURATORATE)
        record = self.do(lambda d: self._file(d, author, self.books.kinds[kind], said))
        self.records.append(record)
        self._handled(record.id, author)
        self.seen["filed"] += 1
        if kind == "advice":
            self._move(record, ADVICE.move("serve"), {**SAID, "served_on": said["issued_on"]})
            self._move(self.records[-1], ADVICE.move("confirm_receipt"), SAID)

    def _advice(self, data: st.DataObject) -> dict[str, Value]:
        issued = self.today - data.draw(st.integers(0, 55), "issued") * DAY
        said = {**FILED, "issued_on": issued.isoformat()}
        said["advice_number"] = f"鄂州检行建〔2026〕{next(self.serials)}号"
        if data.draw(st.booleans(), "urgent"):
            said |= {"pace": "urgent", "reply_days": data.draw(st.integers(1, 40), "days")}
        return said

    async def _file(self, desk: Desk, author: Member, kind: Kind, said: dict[str, Value]) -> Record:
        person = await desk.tx.people.get(author.id)
        assert person is not None
        return await file_record(desk, desk.actor(person), kind, "420704", said)

    def _move(self, record: Record, move: Move, said: dict[str, Value]) -> bool:
        """Take a step; tells whether it was not refused."""
        given = {name: said.get(name, "有关情况") for name in move.needs}
        organ = record.receiver if move.who is Party.RECEIVER else record.sender
        actor = self.ears.members[record.submitter] if move.who is Party.SUBMITTER else None
        member = actor if actor and not actor.left else self.somebody(organ)

        async def take(desk: Desk) -> Record:
            person = await desk.tx.people.get(member.id)
            assert person is not None
            return await move_record(
                desk, desk.actor(person), record, move.code, given, version=record.version
            )

        taken = self._change(record, take)
        if taken:
            self._handled(record.id, member)
        return taken

    def _change(self, record: Record, use: Callable[[Desk], Awaitable[Record]]) -> bool:
        try:
            after = self.do(use)
        except DomainError:
            return False
        self.records[self.records.index(record)] = after
        return True

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """Any step that the life-cycle allows: met, moved, void, withdrawn, begun again."""
        record = data.draw(st.sampled_from(self.records), "of")
        kind = self.books.kinds[record.kind]
        matter = self.runner.run(self._matter(record))
        moves = [move for move in kind.moves_now(matter) if not move.approval]
        if not moves:
            self.records.remove(record)
            return
        move = data.draw(st.sampled_from(moves), "step")
        near = {name: self._day(data, name) for name in move.needs if name in DATED | COMING}
        if self._move(record, move, {**SAID, **near}):
            self.seen[f"{kind.code}: {move.code}"] += 1

    async def _matter(self, record: Record) -> Matter:
        return await matter_of(await self.desk(), record)

    def _day(self, data: st.DataObject, name: str) -> str:
        back = name in DATED
        days = data.draw(st.integers(-3, 0) if back else st.integers(0, 60), name)
        return (self.today + days * DAY).isoformat()

    @precondition(lambda self: any(r.kind == "advice" for r in self.records))
    @rule(data=st.data(), days=st.integers(-20, 20))
    def correct(self, data: st.DataObject, days: int) -> None:
        """The day of receipt was another: all dates move."""
        of_them = [record for record in self.records if record.kind == "advice"]
        record = data.draw(st.sampled_from(of_them), "of")
        name = data.draw(st.sampled_from(["served_on", "received_on"]), "corrected")
        if name not in record.data:
            return
        day = min(date.fromisoformat(str(record.data[name])) + days * DAY, self.today)
        member = self.somebody(PROCURATORATE if name == "served_on" else BUREAU)

        async def put_right(desk: Desk) -> Record:
            person = await desk.tx.people.get(member.id)
            assert person is not None
            change: dict[str, Value] = {name: day.isoformat()}
            return await correct_record(
                desk, desk.actor(person), record, change, "登记有误", version=record.version
            )

        self.seen["corrected"] += self._change(record, put_right)

    # What happens to people.

    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        """And sometimes nobody is left."""
        there = [m for m in self.ears.members.values() if not m.left]
        if len(there) < 3 or data.draw(st.booleans(), "stays"):
            return
        member = data.draw(st.sampled_from(there), "leaves")
        place = Place(self._user(member), private=True)

        async def go(desk: Desk) -> None:
            person = await desk.tx.people.get(member.id)
            assert person is not None
            await leave(desk, desk.actor(person), person.id, place)

        self.do(go)
        self.ears.leave(member.id)
        self.seen["left"] += 1

    def _user(self, member: Member) -> int:
        return next(user for user, person in self.users.items() if person == member.id)

    @rule(organ=st.sampled_from([BUREAU, PROCURATORATE]), rank=st.integers(0, 2))
    def somebody_joins(self, organ: str, rank: int) -> None:
        if len([m for m in self.ears.members.values() if not m.left]) < 9:
            self.hire(organ, rank)

    @rule(data=st.data())
    def somebody_blocks_the_bot(self, data: st.DataObject) -> None:
        """The bot finds out when it writes to them next."""
        there = [m for m in self.ears.members.values() if not m.left and m.here]
        if there:
            data.draw(st.sampled_from(there), "blocks").here = False
            self.seen["blocked"] += 1

    @rule(data=st.data())
    def somebody_comes_back(self, data: st.DataObject) -> None:
        """They open the private chat again."""
        away = [m for m in self.ears.members.values() if not m.left and not m.here]
        if away:
            member = data.draw(st.sampled_from(away), "comes back")
            member.here = member.known = True
            visitor = Visitor(self._user(member), "王敏")
            self.do(lambda desk: welcome(desk, visitor))
            self.seen["back"] += 1

    @rule(data=st.data())
    def somebody_puts_it_off(self, data: st.DataObject) -> None:
        """Something heard of what is still owed; never past the date."""
        self.put_something_off(data)

    def put_something_off(self, data: st.DataObject) -> None:
        waits = self.ears.waits
        known = [
            call
            for call in sorted(self.ears.heard)
            if call.debt in self.ears.debts
            and call in self.ears.called
            and call not in waits
            and not self.ears.members[call.person].left
            and call not in self.ears.queued.get(call.person, ())
        ]
        if not known:
            return
        call = data.draw(st.sampled_from(known), "put off")
        until = self.do(lambda desk: self._put_off(desk, call, data))
        if until:
            due = self.ears.debts[call.debt].due
            assert self.now < until <= self.ears.opening(due)
            self.ears.put_off(call, until)
            self.seen["put off"] += 1

    async def _put_off(self, desk: Desk, call: Call, data: st.DataObject) -> datetime | None:
        person = await desk.tx.people.get(call.person)
        duty = (await desk.tx.duties.by_id([call.debt]))[call.debt]
        assert person is not None
        key = (nags.c.duty_id, nags.c.stage, nags.c.person_id)
        found = select(nags.c.id).where(*(c == value for c, value in zip(key, call, strict=True)))
        nag_id = int(await desk.tx.connection.scalar(found) or 0)
        actor, offers = desk.actor(person), respites(desk, duty)
        if not offers:
            return None
        await ask_until(desk, actor, nag_id, person.user_id)
        _, until = data.draw(st.sampled_from(offers), "until")
        moment = int(until.timestamp())
        await put_off_until(desk, actor, nag_id, moment, person.user_id)
        return until

    # What the hour brings.

    @rule(minutes=st.sampled_from(WAITS))
    def let_time_pass(self, minutes: int) -> None:
        """The bot is down meanwhile, or it is night."""
        self.now += timedelta(minutes=minutes)
        self.ticked = False

    @rule()
    def tick(self) -> None:
        """The dispatcher runs, and what it says is not sent yet."""
        self.now += timedelta(seconds=1)
        before = self.runner.run(self._count_queued())
        self.runner.run(self.dispatcher.run(self.now))
        assert not self.dispatcher.failed
        self.ears.tick(self.now)
        self.ticked = self.ears.is_open(self.now)
        if not self.ticked:
            assert self.runner.run(self._count_queued()) <= before, "nothing outside hours"

    @rule(data=st.data(), days=st.integers(0, 6), failing=st.booleans())
    def come_to_work(self, data: st.DataObject, days: int, failing: bool) -> None:
        """A morning: the bot runs until all is said that can be, or only until it is queued."""
        day = self.today + (days + 1) * DAY
        while not self.ears.almanac.works(day):
            day += DAY
        self.now = self.ears.opening(day) + timedelta(minutes=data.draw(st.integers(0, 9), "at"))
        failures = data.draw(st.lists(st.sampled_from(FAILURES), max_size=4)) if failing else []
        self._send_all(failures)
        self.tick()
        if not data.draw(st.booleans(), "is sent"):
            return
        self._send_all(failures)
        for _ in range(3):  # whoever has been found out of reach is replaced
            self.tick()
            self._send_all([])
        assert not self.runner.run(self._waiting_now()), "nobody is left waiting"
        self.seen["mornings"] += 1
        if data.draw(st.booleans(), "puts off"):
            self.put_something_off(data)

    @rule()
    def send(self) -> None:
        """What was queued goes out, whatever hour it is by now."""
        self._send_all([])

    def _send_all(self, failures: list[str]) -> None:
        self.runner.run(self._send(list(failures)))
        self.ears.deliver()

    async def _send(self, failures: list[str]) -> None:
        while batch := await self.tx.outbox.claim(self.now, 1):
            (queued,) = batch
            how = failures.pop() if failures else "sent"
            if "after" in how and self._is_here(queued):
                await self._hear(queued)
            if "killed" in how:
                await self.tx.outbox.recover(self.now)
            elif "lost" in how:
                await self.tx.outbox.put_back(queued, "TimedOut", self.now, perhaps_sent=True)
            elif queued.message.manner is Manner.AMEND:
                await self._see_edited(queued)
            elif self._is_here(queued):
                await self._hear(queued)
                message_id = next(self.message_ids)
                await self._see(queued, message_id)
                await arrived(await self.desk(), queued, message_id)
            else:
                self.ears.members[self.users[queued.message.chat_id]].known = False
                await undeliverable(await self.desk(), queued, "blocked", away=True)
        self._look_at_lists()

    # What stands in the private chats.

    async def _see(self, queued: Queued, message_id: int) -> None:
        """A list comes to stand in its reader's chat."""
        message = queued.message
        if message.key.startswith(NAG_KEY):
            told = {n.id: Call(n.duty_id, n.stage, n.person_id) for n in await self._said(message)}
            debts = {call.debt: self.ears.debts[call.debt] for call in told.values()}
            reader = self.users[message.chat_id]
            self.lists.setdefault(reader, {})[message_id] = List(
                queued.queued_at, told, debts, message
            )

    async def _said(self, message: Outgoing) -> list[Nag]:
        return await self.tx.nags.in_message(message.key)

    async def _see_edited(self, queued: Queued) -> None:
        """An edit reaches only who has not blocked the bot, and is never a new message."""
        message, reader = queued.message, self.users[queued.message.chat_id]
        if message.post.startswith(NAG_KEY):
            self.seen["ticked"] += 1
            old = self.lists[reader][message.reply_to or 0]
            assert not self.ears.members[reader].left
            edited = message if self._is_here(queued) else None
            self.lists[reader][message.reply_to or 0] = replace(old, message=edited)
        await arrived(await self.desk(), queued, None)

    def _look_at_lists(self) -> None:
        """Of the newest list of each, just what waits for its reader can be acted upon.

        In no list of theirs of these days there is a way to do what is done.
        """
        for reader, all_of_theirs in self.lists.items():
            lists = {at: one for at, one in all_of_theirs.items() if self._is_fresh(one)}
            if self.ears.members[reader].left or not lists:
                continue
            newest = lists[max(lists)]
            if newest.message:
                ordered = self.ears.pressing(newest.debts.values(), reader)
                named = {debt.id for debt in ordered[:SHOWN]}
                assert self._live(newest) == {d for d in named if self._waits_for(newest, d)}
            seen: Counter[int] = Counter()
            for at in sorted(lists, reverse=True):
                matters = {debt.matter for debt in lists[at].debts.values()}
                seen.update(matters)
                if max(seen[matter] for matter in matters) <= NEWEST:
                    assert self._live(lists[at]) <= self.ears.debts.keys()

    def _is_fresh(self, listed: List) -> bool:
        return self.now - listed.made_at < 29 * DAY

    @staticmethod
    def _live(listed: List) -> set[int]:
        """What the buttons under a list lead to."""
        rows = listed.message.buttons if listed.message else ()
        presses = [buttons.read(row[0].data) for row in rows]
        return {listed.told[p.number(0)].debt for p in presses if p.verb == buttons.NAG}

    def _waits_for(self, listed: List, debt: int) -> bool:
        """It is owed, and its reader has not put it off."""
        call = max(call for call in listed.told.values() if call.debt == debt)
        return debt in self.ears.debts and call in self.ears.called - self.ears.waits.keys()

    def _is_here(self, queued: Queued) -> bool:
        person = self.users.get(queued.message.chat_id)
        return person is None or self.ears.members[person].here

    async def _hear(self, queued: Queued) -> None:
        """Somebody reads a message: what it says, nobody but they have to hear, and only once."""
        key, text = queued.message.key, queued.message.text
        if not key.startswith((NAG_KEY, GROUP_KEY)):
            return
        calls = [Call(n.duty_id, n.stage, n.person_id) for n in await self.tx.nags.in_message(key)]
        duties = await self.tx.duties.by_id({call.debt for call in calls})
        assert all(duty.closed_by is None for duty in duties.values()), "nothing after the answer"
        if key.startswith(GROUP_KEY):
            for duty in duties.values():
                assert (await self._number(duty.record_id)) in text
            word = Word(self._day_of(key), "本周" in text, frozenset(calls))
            assert word not in self.words or queued.repeated
            self.words += [] if word in self.words else [word]
            return
        reader = self.users[queued.message.chat_id]
        assert {call.person for call in calls} == {reader}
        assert not self.ears.members[reader].left
        await self._read(text, [self.ears.debts[each] for each in duties], reader)
        under_way = self.ears.queued.get(reader, set())
        for call in calls:
            new = self.heard[call] < self.ears.heard[call] + (call in under_way)
            assert new or queued.repeated, f"{call} is heard twice"
            self.heard[call] += new

    async def _read(self, text: str, debts: list[Debt], reader: int) -> None:
        """The most pressing stand in it by their numbers, the rest by how many they are."""
        ordered = self.ears.pressing(debts, reader)
        for debt in ordered[:SHOWN]:
            assert (await self._number(debt.matter)) in text
        rest = len(ordered) - SHOWN
        assert (f"另有{rest}件" in text) == (rest > 0)
        self.seen["more than are named"] += rest > 0

    async def _number(self, record_id: int) -> str:
        record = await self.tx.records.get(record_id)
        assert record is not None
        return record.number

    @staticmethod
    def _day_of(key: str) -> date:
        return date.fromisoformat(key.split("/")[1])

    # What must be.

    async def _count_queued(self) -> int:
        rows = await self.tx.connection.execute(select(outbox.c.id))
        return len(rows.all())

    async def _waiting(self) -> list[Nag]:
        rows = await self.tx.connection.execute(select(nags).where(nags.c.message == ""))
        return [Nag(**row._mapping) for row in rows]

    async def _waiting_now(self) -> list[Call]:
        """What waits though it could be said; the group has its one word a day."""
        return [
            Call(nag.duty_id, nag.stage, nag.person_id)
            for nag in await self._waiting()
            if nag.at <= self.now and nag.person_id
        ]

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        self.runner.run(self._look())

    async def _look(self) -> None:
        open_now = {duty.id: duty for duty in await self.tx.duties.open_until(date.max)}
        waiting = {Call(n.duty_id, n.stage, n.person_id): n.at for n in await self._waiting()}
        assert {call.debt for call in waiting} <= open_now.keys(), "of a closed duty nothing waits"
        assert waiting.keys() == self.ears.waits.keys()
        for call, at in self.ears.waits.items():
            assert (at > self.now) == (waiting[call] > self.now), "put off as long as was said"
        assert await self._under_way() == self.ears.queued
        too_much, missed = self.heard - self.ears.heard, self.ears.heard - self.heard
        assert not too_much, "nobody hears what they need not"
        assert not missed, "nobody misses anything"
        assert self.words == self.ears.words
        for duty in open_now.values():
            assert duty.rung_at is not None
            if self.ticked:
                assert duty.rung_at > self.now, "there is always a next stage"
            local = duty.rung_at.astimezone(SHANGHAI)
            assert self.ears.is_open(local), "in office hours"
            assert duty.stage == self.ears.stage_of(duty.due, local.date())

    async def _under_way(self) -> dict[int, set[Call]]:
        """What waits in the outbox for each person."""
        rows = await self.tx.connection.execute(
            select(nags.c.duty_id, nags.c.stage, nags.c.person_id)
            .join(outbox, outbox.c.key == nags.c.message)
            .where(outbox.c.state == WAITING, nags.c.person_id != 0)
        )
        found: dict[int, set[Call]] = {}
        for row in rows:
            found.setdefault(row.person_id, set()).add(Call(*row))
        return found


def test_whatever_happens_everybody_hears_what_they_must_once_and_nothing_else(
    quick_url: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nag_lists, "SHOWN", SHOWN)
    Reminded.seen.clear()
    with opened(quick_url) as (runner, database):

        class Here(Reminded):
            def __init__(self) -> None:
                super().__init__(runner, database, books)

        run_state_machine_as_test(Here, settings=PROFILE)
    wanted = {"filed", "corrected", "put off", "left", "blocked", "back", "mornings"}
    wanted |= {"more than are named", "ticked"}
    assert Reminded.seen.keys() >= wanted, "without which it would prove less than it says"
