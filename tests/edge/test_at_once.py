"""Two people press at the same moment, in two processes: one wins, the other is told so."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import open_books
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side, Status
from bot.services.away import say_away
from bot.services.desk import Desk
from bot.services.disputing import dispute, open_dispute
from bot.services.forms import answer, choose
from bot.services.ledger import file_record, move_record
from bot.services.verify import verify
from bot.storage.chats import Chat
from bot.storage.database import Database
from bot.storage.tables import outbox
from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Record
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

ROUNDS = 12
CAME_SECOND = "的状态已有变化，这次没有作任何改动。请看最新的卡片。"
READ_BEFORE = "鄂城区林长办此前已阅"
DRAFT_GONE = "这份草稿已提交或已取消，没有重复登记。"
FORESTERS = {"林川": Role.LIAISON, "方正": Role.DEPUTY}


async def desk_of(office: Office, tx: Any, cause: str) -> Desk:
    books = open_books(office.settings, "bot")
    return await Desk.open(tx, books, office.sandbox.clock.now(), cause)


async def actors_of(office: Office, desk: Desk) -> dict[str, Actor]:
    return {p.name: desk.actor(p) for p in await desk.tx.people.everybody(Status.ACTIVE)}


async def furnish(office: Office, leads: int) -> None:
    """Forest leads in a group of all three sides, and two people of the forest office."""
    async with office.database.write() as tx:
        desk = await desk_of(office, tx, "furnish")
        chat = Chat(office.group.id, 0, "鄂城群", "420704", frozenset(Side))
        await tx.chats.bind(chat, 1, desk.now)
        for name, role in FORESTERS.items():
            office.cast[name] = office.sandbox.user(name)
            await tx.people.add(
                user_id=office[name].id,
                name=name,
                role=role,
                organ="lzb-ec",
                status=Status.ACTIVE,
                reachable=True,
                now=desk.now,
            )
        wang = (await actors_of(office, desk))["王敏"]
        for _ in range(leads):
            data = {"category": "F", "route": "transfer", "summary": "某处林地被占"}
            await file_record(desk, wang, LEAD, "420704", data)


def press(office: Office, serial: int, name: str, data: str) -> dict[str, Any]:
    """The update that a press makes."""
    message = {"message_id": 900, "date": 1773018000, "chat": office.group.json()}
    query = {
        "id": f"q{serial}",
        "from": office[name].user.json(),
        "message": {**message, "from": office.sandbox.world.bot.json()},
        "chat_instance": "1",
        "data": data,
    }
    return {"update_id": serial, "callback_query": query}


async def answers(office: Office) -> Counter[str]:
    """How the presses were answered, and how often so."""
    async with office.database.read() as tx:
        rows = await tx.connection.execute(outbox.select().where(outbox.c.press != ""))
        return Counter(row.text for row in rows)


async def steps(office: Office, record: int) -> list[str]:
    async with office.database.read() as tx:
        return [event.name for event in await tx.events.of_record(record)]


PAIRS = {
    "two sign": ("李静", "1.mv.{}.sign.1", "赵立", "1.mv.{}.sign.1", CAME_SECOND),
    "one signs, one withdraws": (
        "李静",
        "1.mv.{}.sign.1",
        "王敏",
        "1.mv.{}.withdraw.1",
        CAME_SECOND,
    ),
    "two of one organ have read it": ("林川", "1.ak.{}", "方正", "1.ak.{}", READ_BEFORE),
}


@both
@pytest.mark.parametrize("pair", PAIRS)
async def test_of_two_presses_in_two_processes_one_is_a_step(
    closed_office: Office, pair: str
) -> None:
    office = closed_office
    one, first, other, second, refused = PAIRS[pair]
    await furnish(office, ROUNDS)
    serials = count(1)
    async with office.door() as left, office.door() as right:
        for record in range(1, ROUNDS + 1):
            await asyncio.gather(
                left.take([press(office, next(serials), one, first.format(record))]),
                right.take([press(office, next(serials), other, second.format(record))]),
            )
    said = await answers(office)
    assert said.pop("") == ROUNDS
    assert said.total() == ROUNDS
    assert all(refused in text for text in said)
    for record in range(1, ROUNDS + 1):
        filed, taken = await steps(office, record)
        assert (filed, taken in {"sign", "withdraw", "acknowledged"}) == ("file", True)
    async with office.database.read() as tx:
        assert (await verify(tx)).sound


@both
async def test_reading_and_signing_at_once_both_happen(closed_office: Office) -> None:
    office = closed_office
    await furnish(office, ROUNDS)
    serials = count(1)
    async with office.door() as left, office.door() as right:
        for record in range(1, ROUNDS + 1):
            await asyncio.gather(
                left.take([press(office, next(serials), "李静", f"1.mv.{record}.sign.1")]),
                right.take([press(office, next(serials), "林川", f"1.ak.{record}")]),
            )
    assert await answers(office) == {"": 2 * ROUNDS}
    for record in range(1, ROUNDS + 1):
        assert sorted(await steps(office, record)) == ["acknowledged", "file", "sign"]
    async with office.database.read() as tx:
        assert (await verify(tx)).sound


@both
async def test_a_form_submitted_at_once_in_two_processes_files_one(closed_office: Office) -> None:
    office = closed_office
    serials = count(1)
    async with office.door() as left, office.door() as right:
        for draft in range(1, ROUNDS + 1):
            message = {
                "message_id": 100 + draft,
                "date": 1773018000,
                "chat": office.group.json(),
                "from": office["王敏"].user.json(),
                "text": f"线索 2C 移送线索 某村第{draft}组占地",
            }
            await left.take([{"update_id": next(serials), "message": message}])
            await asyncio.gather(
                left.take([press(office, next(serials), "王敏", f"1.fi.{draft}")]),
                right.take([press(office, next(serials), "王敏", f"1.fi.{draft}")]),
            )
    assert await answers(office) == {"": ROUNDS, DRAFT_GONE: ROUNDS}
    numbers = [row["number"] for row in await office.rows("records")]
    assert numbers == [NUMBER.replace("1号", f"{n}号") for n in range(1, ROUNDS + 1)]


SAID = {"王敏": "收件回执是3月10日的", "李静": "移送日期应为3月6日"}
IN_DISPUTE = "已在异议中，没有重复提出"


async def dispute_in_form(office: Office, desk: Desk, name: str, record: int) -> int:
    """A complete form of somebody's for a dispute about a record; returns the draft's id."""
    kept, actor = await desk.tx.records.get(record), (await actors_of(office, desk))[name]
    assert kept is not None
    place = Place(office[name].id, private=True)
    draft = await open_dispute(desk, actor, kept, place)
    draft = await choose(desk, actor, draft, "subject", "sign")
    return (await answer(desk, actor, draft, SAID[name])).id


@both
async def test_of_two_that_dispute_the_same_at_once_one_does_and_both_settle_it(
    closed_office: Office,
) -> None:
    office, serials = closed_office, count(1)
    await furnish(office, ROUNDS)
    async with office.database.write() as tx:
        desk = await desk_of(office, tx, "forms")
        forms = [
            [await dispute_in_form(office, desk, name, record) for name in SAID]
            for record in range(1, ROUNDS + 1)
        ]
    async with office.door() as left, office.door() as right:
        for wang, li in forms:
            await asyncio.gather(
                left.take([press(office, next(serials), "王敏", f"1.fi.{wang}")]),
                right.take([press(office, next(serials), "李静", f"1.fi.{li}")]),
            )
        said = await answers(office)
        assert said.pop("") == ROUNDS
        assert said.total() == ROUNDS
        assert all(IN_DISPUTE in text for text in said)
        for one in await office.rows("disputes"):
            code = "1.se.{record_id}.{id}.{raised_by}".format(**one)
            await asyncio.gather(
                left.take([press(office, next(serials), "王敏", code)]),
                right.take([press(office, next(serials), "李静", code)]),
            )
    for record in range(1, ROUNDS + 1):
        assert await steps(office, record) == ["file", "disputed", *["dispute_settled"] * 2]
    for one in await office.rows("disputes"):
        closings = {one["closed_by_sender"], one["closed_by_receiver"]}
        assert len(closings - {None}) == 2
    async with office.database.read() as tx:
        assert (await verify(tx)).sound


@both
async def test_of_two_of_one_organ_that_settle_at_once_one_does(closed_office: Office) -> None:
    office, serials = closed_office, count(1)
    await furnish(office, ROUNDS)
    async with office.database.write() as tx:
        desk = await desk_of(office, tx, "disputes")
        wang = (await actors_of(office, desk))["王敏"]
        for lead in await tx.records.of(range(1, ROUNDS + 1)):
            await dispute(desk, wang, lead, "whole", "有误")
    async with office.door() as left, office.door() as right:
        for one in await office.rows("disputes"):
            code = "1.se.{record_id}.{id}.{raised_by}".format(**one)
            await asyncio.gather(
                left.take([press(office, next(serials), "李静", code)]),
                right.take([press(office, next(serials), "赵立", code)]),
            )
    told = Counter(text[-7:] for text in (await answers(office)).elements())
    assert told == {"。待对方确认。": ROUNDS, "看最新的卡片。": ROUNDS}
    for record in range(1, ROUNDS + 1):
        assert await steps(office, record) == ["file", "disputed", "dispute_settled"]


@both
async def test_of_two_that_have_read_the_same_version_one_comes_second(
    closed_office: Office, database_url: str
) -> None:
    """Whatever each of them saw before either wrote."""
    office = closed_office
    await furnish(office, 1)
    elsewhere = Database(database_url)
    async with office.database.read() as here, elsewhere.read() as there:
        seen = [await tx.records.get(1) for tx in (here, there)]
        actors = await actors_of(office, await desk_of(office, here, "read"))

    async def step(database: Database, name: str, record: Record | None) -> str:
        assert record is not None
        async with database.write() as tx:
            desk = await desk_of(office, tx, f"by {name}")
            return (await move_record(desk, actors[name], record, "sign", {}, version=1)).state

    done = await asyncio.gather(
        step(office.database, "李静", seen[0]),
        step(elsewhere, "赵立", seen[1]),
        return_exceptions=True,
    )
    await elsewhere.close()
    (lost,) = [each for each in done if isinstance(each, DomainError)]
    assert lost.code == "came_second"
    assert "signed" in done
    assert await steps(office, 1) == ["file", "sign"]
    assert [row["code"] for row in await office.rows("duties")] == ["sign", "answer"]


@both
async def test_of_two_absences_said_at_once_that_overlap_one_is_noted(
    closed_office: Office, database_url: str
) -> None:
    office = closed_office
    elsewhere = Database(database_url)

    async def say(database: Database, at: int, line: str) -> None:
        async with database.write() as tx:
            desk = await desk_of(office, tx, f"{at} {line}")
            wang = (await actors_of(office, desk))["王敏"]
            await say_away(desk, wang, line, Place(at))

    for day in range(10, 10 + ROUNDS):
        done = await asyncio.gather(
            say(office.database, 1, f"5月{day}日"),
            say(elsewhere, 2, f"4月30日至5月{day}日"),
            return_exceptions=True,
        )
        (lost,) = [each for each in done if each is not None]
        assert isinstance(lost, DomainError)
        assert lost.code == "away_overlaps"
        async with office.database.write() as tx:
            (noted,) = await tx.absences.of_person(1)
            await tx.absences.remove(noted.id)
    await elsewhere.close()
