"""Planning, finding and queueing reminders, by the bot's own code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select, text, update

from benchmarks.databases import record_row
from benchmarks.ledger import LEAD, entries
from benchmarks.timing import Timed, watched
from bot.domain.calendar import DAY, SHANGHAI
from bot.domain.ladder import rungs
from bot.domain.outgoing import Outgoing, Priority
from bot.domain.people import Action, Actor, Role, Side, Status
from bot.domain.periods import PERIODS, Stretch
from bot.services.desk import Desk
from bot.services.planning import ladder_of, plan_of
from bot.services.upcoming import DAYS, MOST_DAYS, messages_for
from bot.storage import tables
from bot.storage.chats import Chat
from bot.storage.columns import UtcTime
from bot.storage.duties import written_rule
from reminders.dispatcher import Dispatcher

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.services.desk import Books
    from bot.storage.database import Database

NIGHT = datetime(2026, 3, 8, 20, tzinfo=SHANGHAI)
"""A Sunday evening: reminders may be planned, but nobody is told anything."""
OPENING = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
A_WEEK_AFTER = date(2026, 3, 16)
"""What is due then is reminded of at the opening, a week before."""
FAR = date(2026, 6, 1)
SPREAD = 60
"""So many different days on which the rest is due."""
CODES = tuple(rule.code for rule in LEAD.duties)
PER_ORGAN = 5
WAITING = 10_000
"""Messages that wait while the next ones are claimed."""
BATCH = 10_000
D = tables.duties
OWED = {
    "rule": written_rule(PERIODS["P-REPLY"]),
    "start": NIGHT.date(),
    "nominal": FAR,
    "provisional": False,
    "calendar_version": "",
    "shown": Stretch.FAR.value,
    "opened_by": 1,
}
"""What all duties have in common."""


@dataclass(frozen=True)
class Reminders:
    """What each part of the work took, and what came of it."""

    timed: dict[str, Timed]
    planned: int
    nags: int
    messages: int
    failed: int


async def measure_reminders(
    database: Database, books: Books, duties: int, planned: int, due: int
) -> Reminders:
    """Plan some duties, let many more be planned, start anew, and let some come due."""
    timed: dict[str, Timed] = {}
    await _furnish(database, books, planned)
    async with database.write() as tx:
        await _owe(tx.connection, books, duties, due)
    async with watched() as timed["planning"]:
        await Dispatcher(database, books).run(NIGHT)
    await _upkeep(database)
    await _foresee(database, books, timed)
    async with database.write() as tx:
        await _multiply(tx.connection, duties, planned)
        await _require_plans(await Desk.open(tx, books, NIGHT, "bench"), due)
    await _upkeep(database)
    async with watched() as timed["starting"]:  # every connection is opened anew
        await Dispatcher(database, books).run(OPENING - timedelta(minutes=1))
    async with watched() as timed["finding"], database.read() as tx:
        found = await tx.duties.reminded_by(OPENING, None, due)
    if len(found) != due:
        raise AssertionError(f"{len(found)} duties are due")
    dispatcher = Dispatcher(database, books)
    async with watched() as timed["queueing"]:
        await dispatcher.run(OPENING)
    nags, messages = await _count(database, tables.nags), await _count(database, tables.outbox)
    await _queue(database)
    async with watched() as timed["claiming"], database.write() as tx:
        await tx.outbox.claim(OPENING, 1)
    return Reminders(timed, await _count(database, D), nags, messages, dispatcher.failed)


async def _furnish(database: Database, books: Books, planned: int) -> None:
    """People in every organ, and as many records as so many duties rest on."""
    people = [
        {
            "id": 1 + number,
            "user_id": 7001 + number,
            "name": "王敏",
            "role": Role.LIAISON.value,
            "organ": books.office.organs[number // PER_ORGAN].code,
            "status": "active",
            "reachable": True,
            "asked_at": NIGHT,
        }
        for number in range(PER_ORGAN * len(books.office.organs))
    ]
    event = {"id": 1, "stream": "record/1", "no": 1, "at": NIGHT, "name": "file"}
    blank = {"body": "{}", "previous": "", "hash": ""}
    (entry,) = entries(books.office, 1)
    async with database.write() as tx:
        await tx.connection.execute(insert(tables.people), people)
        await tx.connection.execute(insert(tables.events), [event | blank])
        await tx.connection.execute(insert(tables.records), [record_row(entry)])
        columns = {column.name: column.name for column in tables.records.columns}
        columns |= {"id": "n.i", "number": "number || '-' || n.i"}
        await tx.connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
                f" WHERE i < {planned // len(CODES) + 1})"
                f" INSERT INTO records ({', '.join(columns)})"
                f" SELECT {', '.join(columns.values())} FROM records, n WHERE id = 1"
            )
        )


async def _owe(connection: AsyncConnection, books: Books, duties: int, due: int) -> None:
    """Open duties that nobody has planned yet, some of them due a week after the opening."""
    organs = books.office.organs
    for first in range(0, duties, BATCH):
        rows = [
            OWED
            | {
                "id": 1 + number,
                "record_id": 1 + number // len(CODES),
                "code": CODES[number % len(CODES)],
                "debtor": organs[number % len(organs)].code,
                "creditor": organs[(number + 1) % len(organs)].code,
                "due": A_WEEK_AFTER if number < due else FAR + DAY * (number % SPREAD),
            }
            for number in range(first, min(first + BATCH, duties))
        ]
        await connection.execute(insert(D), rows)


async def _foresee(database: Database, books: Books, timed: dict[str, Timed]) -> None:
    """Ask for a week, and for the longest span; beside it the naive walk over all that is owed."""
    async with database.write() as tx:
        record = await tx.records.get(1)
        if record is None:
            raise AssertionError("there is no record")
        group = Chat(-1, 0, "鄂城群", record.district, frozenset(Side))
        await tx.chats.bind(group, 1, NIGHT)
        people = await tx.people.everybody(Status.ACTIVE)
    async with database.read() as tx:
        desk = await Desk.open(tx, books, NIGHT, "bench")
        liaison = next(a for a in map(desk.actor, people) if a.may(Action.SEE_CARD, record))
        admin = Actor(0, "", Role.ADMIN, None)
        async with watched() as timed["walking"]:
            await _walk(desk, DAYS)
        for name, asker, days in (
            ("week", liaison, DAYS),
            ("longest", liaison, MOST_DAYS),
            ("all week", admin, DAYS),
        ):
            async with watched() as timed[name]:
                if not await messages_for(desk, asker, days):
                    raise AssertionError("nothing is to come")
    async with database.write() as tx:
        await tx.chats.unbind(group.chat_id)


async def _walk(desk: Desk, days: int) -> int:
    """How many stages there are in some days, found on each ladder by itself from its foot."""
    duties = await desk.tx.duties.open_until(date.max)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    until = desk.now + days * DAY
    return sum(
        rung.at > desk.now
        for duty in duties
        for rung in takewhile(
            lambda rung: rung.at <= until,
            rungs(
                ladder_of(desk, records[duty.record_id].kind),
                duty.due,
                desk.rounds,
                desk.rounds.opening(duty.due - 90 * DAY),
            ),
        )
    )


async def _multiply(connection: AsyncConnection, duties: int, planned: int) -> None:
    """Copies of what was planned, but for what is due, until there are enough."""
    columns = {column.name: column.name for column in D.columns}
    for copy in range(1, planned // duties):
        columns["id"] = f"id + {copy * duties}"
        columns["record_id"] = f"record_id + {copy * duties // len(CODES)}"
        await connection.execute(
            text(
                f"INSERT INTO duties ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
                f" FROM duties WHERE id <= {duties} AND rung_at > :opening"
            ).bindparams(bindparam("opening", OPENING, UtcTime()))
        )


async def _require_plans(desk: Desk, due: int) -> None:
    """All has been planned by the plan that is in force, and just some for the opening."""
    if await desk.tx.duties.planned_otherwise(plan_of(desk), 1):
        raise AssertionError("not all was planned")
    found = len(await desk.tx.duties.reminded_by(OPENING, None, due + 1))
    if found != due:
        raise AssertionError(f"{found} duties are due")


async def _upkeep(database: Database) -> None:
    """What autovacuum does by itself on PostgreSQL, and nobody on SQLite."""
    if not database.is_sqlite:
        async with database.write() as tx:
            await tx.connection.execute(text("ANALYZE"))
    await database.close()


async def _queue(database: Database) -> None:
    """Let as many messages wait as there are groups in a storm."""
    async with database.write() as tx:
        await tx.connection.execute(update(tables.outbox).values(state="sent"))
        for number in range(WAITING):
            said = Outgoing(-1 - number, f"wait/{number}", "每周一事", priority=Priority.NAG)
            await tx.outbox.add(said, OPENING)


async def _count(database: Database, table: Table) -> int:
    async with database.read() as tx:
        return await tx.connection.scalar(select(func.count()).select_from(table)) or 0
