"""Updates as the messenger sends them, with anything in them missing, wrong, huge or nested."""

from __future__ import annotations

import copy
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.app import open_books
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Status
from bot.services.desk import Desk
from bot.services.forms import Said, open_form
from bot.services.ledger import file_record
from bot.services.verify import verify
from bot.storage.tables import outbox, records, updates
from bot.storage.updates import has_id
from handlers.intake import ALLOWED_UPDATES
from tests.edge.office import LINE, PARTY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.storage.database import Tx
    from handlers.intake import Intake
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

DATE = 1773018000
WANG: dict[str, Any] = {
    "id": 1001,
    "is_bot": False,
    "first_name": "王敏",
    "username": "wang",
    "language_code": "zh-hans",
}
BOT: dict[str, Any] = {"id": 42, "is_bot": True, "first_name": "联络员", "username": "liaison_bot"}
GROUP: dict[str, Any] = {"id": -1001000000001, "type": "supergroup", "title": "鄂城群"}
PRIVATE: dict[str, Any] = {"id": 1001, "type": "private", "first_name": "王敏"}
SAID: dict[str, Any] = {"message_id": 900, "date": DATE, "chat": GROUP, "from": WANG}
SAID_BY_BOT: dict[str, Any] = {
    **SAID,
    "message_id": 899,
    "from": BOT,
    "text": "属于哪一类情形？",
    "reply_markup": {"inline_keyboard": [[{"text": "取消", "callback_data": "1.ca.1"}]]},
}
FILE: dict[str, Any] = {"file_id": "BQAC1", "file_unique_id": "u1", "file_size": 1000}


def command(length: int) -> list[dict[str, Any]]:
    return [{"type": "bot_command", "offset": 0, "length": length}]


MESSAGES: tuple[dict[str, Any], ...] = (
    {"text": LINE, "entities": command(5)},
    {"text": "/case 线索2026-1", "entities": command(5)},
    {"text": "/todo@liaison_bot", "entities": command(17)},
    {"text": "/bind 鄂城 三方", "entities": command(5)},
    {"text": "/start d1", "entities": command(6), "chat": PRIVATE},
    {"text": "/join 鄂城分局 联络员 王敏", "entities": command(5), "chat": PRIVATE},
    {"text": "线索 2C 移送线索 某村占地", "chat": PRIVATE},
    {"text": f"{PARTY}占地", "chat": PRIVATE},
    {"text": "涉林", "reply_to_message": SAID_BY_BOT},
    {
        "text": "/lead",
        "entities": command(5),
        "reply_to_message": {**SAID, "message_id": 898, "text": f"{PARTY}占地3亩"},
        "quote": {"text": "占地3亩", "position": 3, "is_manual": True},
    },
    {"text": "好", "message_thread_id": 7, "is_topic_message": True},
    {
        "document": {**FILE, "file_name": "台账.xlsx", "mime_type": "application/pdf"},
        "caption": "现场图",
        "chat": PRIVATE,
    },
    {"photo": [{**FILE, "width": 90, "height": 60}], "caption": PARTY, "chat": PRIVATE},
    {"voice": {**FILE, "duration": 3}, "chat": PRIVATE},
    {"location": {"latitude": 30.4, "longitude": 114.9}, "chat": PRIVATE},
    {"contact": {"phone_number": "13812345678", "first_name": PARTY}},
    {
        "poll": {
            "id": "1",
            "question": "去吗？",
            "options": [{"text": "去", "voter_count": 0, "persistent_id": "0"}],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    },
    {"new_chat_members": [WANG, BOT]},
    {"left_chat_member": BOT},
    {"migrate_to_chat_id": -1001000000009, "chat": {**GROUP, "id": -500, "type": "group"}},
    {"migrate_from_chat_id": -500},
    {"text": "大家好", "sender_chat": GROUP, "from": {**BOT, "id": 1087968824}},
    {
        "text": "转来的",
        "forward_origin": {"type": "user", "date": DATE, "sender_user": WANG},
    },
)
PRESSES = ("1.mv.1.sign.1", "1.ak.1", "1.fi.1", "1.ch.1.category.2C", "1.de.1", "1.hi.1", "1.td.0")


def member(status: str) -> dict[str, Any]:
    until = {"until_date": 0} if status == "kicked" else {}
    return {"user": BOT, "status": status, **until}


def change(chat: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    sides = {"old_chat_member": member(old), "new_chat_member": member(new)}
    return {"chat": chat, "from": WANG, "date": DATE, **sides}


def press(data: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"id": "5", "from": WANG, "message": message, "chat_instance": "1", "data": data}


REALISTIC: dict[str, tuple[dict[str, Any], ...]] = {
    "message": tuple({**SAID, **body} for body in MESSAGES),
    "edited_message": tuple({**SAID, **body, "edit_date": DATE} for body in MESSAGES[:12]),
    "callback_query": (
        *(press(data, SAID_BY_BOT) for data in PRESSES),
        press("1.de.1", {"chat": GROUP, "message_id": 5, "date": 0}),
    ),
    "my_chat_member": (
        change(GROUP, "left", "member"),
        change(GROUP, "member", "kicked"),
        change(PRIVATE, "member", "kicked"),
        change(PRIVATE, "kicked", "member"),
    ),
}
"""The body of an update by its sort, for every sort that is asked for."""

MISSING = object()


def deep(levels: int) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for _ in range(levels):
        nested = {"id": [nested]}
    return nested


ODDITIES = st.one_of(
    st.just(MISSING),
    st.none(),
    st.booleans(),
    st.sampled_from(
        [0, -1, 1, 2**31, 2**52, 2**63 - 1, 2**63, -(2**63), 2**70, 10**400, 1.5, -0.0, 1e308]
    ),
    st.integers(),
    st.sampled_from(["", "x", "\0", "a\0b", "\ud800", "\U0010ffff", "9" * 30, "字" * 5000, "<b>&"]),
    st.text(max_size=30),
    st.sampled_from([[], {}, [[]], [None], {"x": 1}, [{}], {"id": None}, {"id": "x"}]),
    st.builds(deep, st.integers(1, 40)),
    st.sampled_from(REALISTIC["message"]),
)
"""What may stand where something else belongs."""


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything within an update's body."""
    steps = part.items() if isinstance(part, dict) else enumerate(part)
    for step, inner in steps:
        yield (*path, step)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, step))


def put(body: dict[str, Any], path: tuple[Any, ...], oddity: Any) -> None:
    """Put something where something else belongs, unless an oddity has taken the place away."""
    *way, last = path
    part: Any = body
    for step in way:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(part, dict) and oddity is MISSING:
        part.pop(last, None)
    elif isinstance(part, dict) or (isinstance(part, list) and last < len(part)):
        part[last] = None if oddity is MISSING else copy.deepcopy(oddity)


@st.composite
def fuzzed(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A realistic update with up to three things in it spoilt."""
    kind = draw(st.sampled_from(sorted(REALISTIC)))
    body = copy.deepcopy(draw(st.sampled_from(REALISTIC[kind])))
    for _ in range(draw(st.integers(1, 3))):
        if ways := list(places(body)):
            put(body, draw(st.sampled_from(ways)), draw(ODDITIES))
    return kind, body


@dataclass
class Rehearsal:
    """Stands for the database: every batch is taken in, looked at, and undone."""

    intake: Intake
    tx: Tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """The intake's transaction."""
        yield self.tx


@pytest.fixture
async def rehearsal(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Rehearsal]:
    """An office with a lead and an open draft, and the way in."""
    office = closed_office
    async with office.door() as intake, office.database.write() as tx:
        books, now = open_books(office.settings, "bot"), office.sandbox.clock.now()
        desk = await Desk.open(tx, books, now, "scene")
        people = {person.name: person for person in await tx.people.everybody(Status.ACTIVE)}
        wang = desk.actor(people["王敏"])
        assert people["王敏"].user_id == WANG["id"]
        assert office.group.id == GROUP["id"]
        data = {"category": "2C", "route": "transfer", "summary": "某村占地"}
        await file_record(desk, wang, LEAD, "420704", data)
        await open_form(desk, wang, LEAD, Place(GROUP["id"]), Said(""))
        stage = Rehearsal(intake, tx)
        monkeypatch.setattr(intake, "_database", stage)
        yield stage
        await tx.connection.rollback()


numbers = count(1)


async def take(stage: Rehearsal, *bodies: tuple[str, dict[str, Any]]) -> list[int]:
    """Take a batch in, each followed by a plain question; tells the ids of the questions."""
    batch, asked = [], []
    for kind, body in bodies:
        batch.append({"update_id": next(numbers), kind: body})
        asked.append(next(numbers))
        words = {"text": "/case 线索2026-99", "entities": command(5), "chat": PRIVATE}
        batch.append({"update_id": asked[-1], "message": {**SAID, **words}})
    await stage.intake.take(batch)
    taken = set(await stage.tx.connection.scalars(select(updates.c.update_id)))
    assert {raw["update_id"] for raw in batch} <= taken
    return asked


async def require_answered(stage: Rehearsal, asked: list[int]) -> None:
    """Every question that came in between got its own answer."""
    rows = await stage.tx.connection.execute(select(outbox.c.key, outbox.c.text))
    said = {row.key.partition(".")[0]: row.text for row in rows}
    for number in asked:
        assert "2026" in said[f"u{number}"], "the nearest number, or that there is none"


async def require_sound(stage: Rehearsal) -> None:
    """The histories prove themselves, every message can be said, every record be shown."""
    assert (await verify(stage.tx)).sound
    if stage.tx.connection.dialect.name == "sqlite":
        faults = await stage.tx.connection.execute(text("PRAGMA foreign_key_check"))
        assert faults.all() == []
    for row in await stage.tx.connection.execute(select(records)):
        kind = stage.intake._books.kinds[row.kind]
        assert kind.check(row.data) == row.data
        assert kind.state(row.state)
    now = stage.intake._clock.now()
    while await stage.tx.outbox.claim(now, 100):
        pass
    assert not (await stage.tx.outbox.counts()).get("failed")


def test_every_sort_that_is_asked_for_is_fuzzed() -> None:
    assert set(REALISTIC) == set(ALLOWED_UPDATES)


@both
async def test_the_updates_are_realistic(rehearsal: Rehearsal) -> None:
    """Unspoilt, none of them is set aside or fails: the messenger could have sent it."""
    for kind, bodies in REALISTIC.items():
        for body in bodies:
            trial = await rehearsal.tx.connection.begin_nested()
            await take(rehearsal, (kind, body))
            troubles = await rehearsal.tx.connection.scalars(select(updates.c.trouble))
            assert set(troubles) == {""}, body
            await trial.rollback()


@both
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(fuzzed(), min_size=1, max_size=3))
async def test_nothing_in_an_update_stops_the_others_or_harms_anything(
    rehearsal: Rehearsal, bodies: list[tuple[str, dict[str, Any]]]
) -> None:
    trial = await rehearsal.tx.connection.begin_nested()
    try:
        asked = await take(rehearsal, *bodies)
        await require_answered(rehearsal, asked)
        await require_sound(rehearsal)
    finally:
        await trial.rollback()


@given(st.dictionaries(st.sampled_from(["update_id", "message"]), ODDITIES))
def test_an_update_without_a_proper_id_is_no_update(raw: dict[str, Any]) -> None:
    number = raw.get("update_id")
    proper = type(number) is int and 0 < number < 2**63
    assert has_id(raw) is proper
