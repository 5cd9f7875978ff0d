"""Every step of every kind × everybody × every state: allowed as BRIEF says, or without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.people import Role, Side, Status
from bot.domain.periods import PERIODS, Stretch, count
from bot.domain.records import NewRecord
from bot.services.acknowledging import acknowledge
from bot.services.amendments import add_to_record
from bot.services.desk import identify
from bot.services.ledger import carry_out, file_record, move_record
from bot.services.proposals import propose
from bot.storage.events import stream_of
from bot.storage.tables import metadata
from tests.domain.lives import PARTIES, allowed_when, life

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping

    from bot.domain.people import Actor
    from bot.domain.records import Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk

DISTRICT = "420704"
BYSTANDER = "lzb-ec"
ELSEWHERE = ("zrzy-hr", "jcy-hr", "lzb-hr")
CITY = ("zrzy", "jcy", "lzb")
ON_DUTY = {Role.LIAISON, Role.DEPUTY}
CLOSED = {
    "lead": {"archived", "withdrawn", "voided"},
    "warning": {"cleared", "advised", "withdrawn", "voided"},
    "advice": {"closed", "withdrawn", "replaced", "retracted"},
}
FIRST = {"lead": "handed_over", "warning": "told", "advice": "issued"}
SIDES = {"lead": ("zrzy", "lzb"), "warning": ("jcy",), "advice": ("jcy",)}
"""What the codes of those organs begin with that may file one."""
FILED: dict[str, dict[str, Value]] = {
    "lead": {"category": "F", "route": "transfer", "summary": "某处林地被占"},
    "warning": {"matter": "apply", "summary": "未见申请强制执行"},
    "advice": {
        "type": "breach",
        "advice_number": "鄂州检行建〔2026〕5号",
        "issued_on": "2026-01-05",
        "items": "催告\n完善移送台账",
    },
}
OWED = {"lead": (), "warning": (), "advice": ("reply", "delay", "objection")}
"""What is owed, too late, on the records that everybody tries everything on."""
KNOWN: dict[str, dict[str, Value]] = {
    "lead": {},
    "warning": {},
    "advice": {
        "urging": "已走访",
        "served_on": "2026-01-06",
        "received_on": "2026-01-06",
        "delivery": "left",
    },
}
TAKEN = {"advice": ("reply", "urge")}
"""Steps that its history knows of, besides its filing, the last one last."""
DAY_GIVEN = "2026-01-07"
GIVEN: dict[str, Value] = {
    "case_number": "鄂城检行监〔2026〕5号",
    "advice_number": "鄂州检行建〔2026〕5号",
    "merged_into": "线索〔2026〕1号",
    "conclusion": "none",
    **dict.fromkeys(("served_on", "received_on", "replied_on", "reply_received_on"), DAY_GIVEN),
    "looked_on": DAY_GIVEN,
    **dict.fromkeys(("planned_on", "rectify_by"), "2099-01-05"),
    **dict.fromkeys(("delivery", "reply_way"), "direct"),
    **dict.fromkeys(("reply_number", "supplement_number"), "鄂州资规函〔2026〕7号"),
    "adoption": "all",
    "progress": "done,partly",
    "successor": "鄂州检行建〔2026〕6号",
    "urged_by": "visit",
    "level": "superior",
    "litigation_number": "鄂州检行公〔2026〕1号",
}
"""What steps ask for; anything else is free words."""


@dataclass(frozen=True)
class Seat:
    """Somebody on the roster, as the table sees them."""

    actor: Actor
    organ: str
    role: Role
    filed_it: bool


@pytest.fixture
async def seats(
    people: Hire, actor: Act, desk: OpenDesk, request: pytest.FixtureRequest
) -> list[Seat]:
    """Every role of every organ; the first of the sender's liaisons has filed the record.

    Somebody who comes up nowhere else has filed a lead that others can be merged into.
    """
    author = actor(await people("zrzy-ec", name="旁人"))
    async with desk() as d:
        await file_record(d, author, KINDS["lead"], DISTRICT, FILED["lead"])
    sender, receiver = PARTIES[request.getfixturevalue("kind")]
    organs = (sender, receiver, BYSTANDER, *ELSEWHERE, *CITY)
    wanted = [(sender, Role.LIAISON), *((o, r) for o in organs for r in Role if r != Role.ADMIN)]
    hired = [Seat(actor(await people(o, r)), o, r, not n) for n, (o, r) in enumerate(wanted)]
    return [*hired, Seat(actor(await people(None, Role.ADMIN)), "", Role.ADMIN, filed_it=False)]


def refusal(kind: str, code: str, state: str, seat: Seat) -> str:
    """Why the table refuses a step; "" when it allows it."""
    sender, receiver = PARTIES[kind]
    who, before, _, _ = life(kind)[code]
    party = {sender: "sender", receiver: "receiver"}.get(seat.organ)
    if seat.role not in ON_DUTY:
        return f"not_entitled_{seat.role.value}"
    if seat.organ in ELSEWHERE:
        return "not_entitled"
    if not seat.filed_it if who == "submitter" else who != party:
        return "not_your_move"
    if state not in before:
        return "came_second"
    owed, known = OWED[kind], marks(KNOWN[kind])
    return "" if allowed_when(kind, code, state, owed=owed, late=owed, known=known) else "not_now"


def marks(data: Mapping[str, Value]) -> set[str]:
    """What the table of lives calls known of a record with some data and that history."""
    chosen = {str(data.get(name)) for name in ("delivery", "type")}
    return {*data, "urged", "replied"} | (chosen & {"left", "public_interest"})


def refusal_to_read(kind: str, state: str, seat: Seat) -> str:
    if seat.role not in ON_DUTY:
        return f"not_entitled_{seat.role.value}"
    if seat.organ in ELSEWHERE:
        return "not_entitled"
    if seat.organ != BYSTANDER:
        return "not_yours_to_read"
    if not KINDS[kind].signature and state not in CLOSED[kind]:
        return "already_read"
    return "came_second" if state in CLOSED[kind] else ""


def refusal_to_add(kind: str, state: str, seat: Seat) -> str:
    if seat.role not in ON_DUTY:
        return f"not_entitled_{seat.role.value}"
    if seat.organ in ELSEWHERE:
        return "not_entitled"
    return "" if seat.organ in PARTIES[kind] and state not in CLOSED[kind] else "not_to_amend"


def refusal_to_file(kind: str, seat: Seat) -> str:
    if seat.role not in ON_DUTY:
        return f"not_entitled_{seat.role.value}"
    if not seat.organ.startswith(SIDES[kind]):
        return "not_your_kind"
    return "not_your_district" if seat.organ in ELSEWHERE else ""


async def refused(doing: Coroutine[Any, Any, object]) -> str:
    """The code with which something is refused; "" when it was done."""
    try:
        await doing
    except DomainError as error:
        return error.code
    return ""


async def everything(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {
        name: [tuple(row) for row in await desk.tx.connection.execute(select(table))]
        for name, table in metadata.tables.items()
    }


async def tried(desk: Desk, doing: Coroutine[Any, Any, object]) -> str:
    """Like `refused`, but what is done is undone again."""
    trial = await desk.tx.connection.begin_nested()
    code = await refused(doing)
    await trial.rollback()
    return code


async def put(
    desk: Desk,
    kind: str,
    state: str,
    submitter: int,
    owed: Collection[str] = (),
    known: Mapping[str, Value] | None = None,
) -> Record:
    """A record in some state, with no past but that it was filed; what is owed is late."""
    sender, receiver = PARTIES[kind]
    serial = await desk.tx.records.next_serial(f"{kind}/2026")
    new = NewRecord(
        kind=kind,
        number=f"{KINDS[kind].title}〔2026〕{serial}号",
        district=DISTRICT,
        sender=sender,
        receiver=receiver,
        sides=frozenset(Side),
        submitter=submitter,
        state=state,
        data={**FILED[kind], **(known or {})},
    )
    record = await desk.tx.records.add(new, desk.now)
    facts = {"to": state, "number": record.number, "version": 1, "organ": sender}
    event = await desk.tx.events.append(
        stream_of(record.id), "file", facts, actor=submitter, now=desk.now
    )
    steps = {**facts, "from": state}
    for code in TAKEN.get(kind, ()):
        await desk.tx.events.append(
            stream_of(record.id), code, steps, actor=submitter, now=desk.now
        )
    for code in owed:
        rule = PERIODS["A1"]
        await desk.tx.duties.open(
            record.id,
            code,
            rule,
            count(rule, date(2025, 1, 6), desk.calendar),
            debtor=receiver,
            creditor=sender,
            event_id=event.id,
            shown=Stretch.OVERDUE,
        )
    return record


def fitting(kind: str, code: str) -> tuple[Collection[str], Mapping[str, Value]]:
    """What must be owed and known for a step of a kind to be allowed."""
    known = KNOWN[kind]
    for owed in ((), OWED[kind], (*OWED[kind], "rectify")):
        for data in (known, known | {"type": "public_interest"}, _without(known, "received_on")):
            if allowed_when(kind, code, "delivered", owed=owed, late=owed, known=marks(data)):
                return owed, data
    raise AssertionError(code)


def _without(data: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {each: value for each, value in data.items() if each != name}


def needs(kind: str, code: str) -> dict[str, Value]:
    return {name: GIVEN.get(name, _any(name)) for name in life(kind)[code][3]}


def _any(name: str) -> Value:
    return DAY_GIVEN if name.endswith("_on") else "有关情况"


def states(kind: str) -> list[str]:
    return sorted({FIRST[kind], *(after for _, _, after, _ in life(kind).values() if after)})


each_kind = pytest.mark.parametrize("kind", sorted(PARTIES))


def attempts(
    desk: Desk, record: Record, seats: list[Seat]
) -> Iterator[tuple[str, Seat, str, Callable[[], Coroutine[Any, Any, object]]]]:
    """Everything that anybody can try on a record: what, who, the table's answer, how."""
    kind, state = record.kind, record.state
    for seat in seats:
        for code in life(kind):
            take = propose if code in KINDS[kind].reserved else move_record
            move = partial(take, desk, seat.actor, record, code, needs(kind, code), version=1)
            yield code, seat, refusal(kind, code, state, seat), move
        read = partial(acknowledge, desk, seat.actor, record)
        yield "read", seat, refusal_to_read(kind, state, seat), read
        add = partial(add_to_record, desk, seat.actor, record, "补充")
        yield "add", seat, refusal_to_add(kind, state, seat), add


@each_kind
async def test_every_step_is_open_to_exactly_those_whom_the_table_names(
    desk: OpenDesk, seats: list[Seat], kind: str
) -> None:
    """What is refused changes no row at all, what is allowed leads where the table says."""
    assert sorted(state.code for state in KINDS[kind].states) == states(kind)
    done = 0
    async with desk() as d:
        for state in states(kind):
            author = seats[0].actor.person_id
            record = await put(d, kind, state, author, OWED[kind], KNOWN[kind])
            before = await everything(d)
            for code, seat, expected, attempt in attempts(d, record, seats):
                told = (code, state, seat.organ, seat.role.value, seat.filed_it)
                if expected:
                    assert await refused(attempt()) == expected, told
                else:
                    assert await tried(d, attempt()) == "", told
                    done += 1
            assert await everything(d) == before, state
    assert done > 30


@each_kind
async def test_an_allowed_step_leads_where_the_table_says(
    desk: OpenDesk, seats: list[Seat], kind: str
) -> None:
    for code, (who, sources, after, _) in life(kind).items():
        own = next(s for s in seats if refusal(kind, code, min(sources), s) in {"", "not_now"})
        async with desk() as d:
            for state in sorted(sources):
                record = await put(d, kind, state, seats[0].actor.person_id, *fitting(kind, code))
                move = KINDS[kind].move(code)
                moved = await carry_out(d, own.actor, record, move, needs(kind, code))
                assert (moved.state, moved.version) == (after or state, 2), (code, who)
                event = (await d.tx.events.of_record(record.id))[-1]
                assert (event.name, event.actor) == (code, own.actor.person_id)
                assert [event.facts["from"], event.facts["to"]] == [state, after or state]


@each_kind
async def test_filing_is_open_to_exactly_those_whom_the_table_names(
    desk: OpenDesk, seats: list[Seat], kind: str
) -> None:
    done = 0
    async with desk() as d:
        before = await everything(d)
        for seat in seats:
            expected = refusal_to_file(kind, seat)
            filing = file_record(d, seat.actor, KINDS[kind], DISTRICT, FILED[kind])
            code = await (refused(filing) if expected else tried(d, filing))
            assert code == expected, (seat.organ, seat.role)
            done += not expected
        assert await everything(d) == before
    assert done >= 4


@pytest.mark.parametrize("status", [None, Status.ASKED, Status.LEFT])
async def test_whoever_is_not_on_the_roster_is_nobody(
    desk: OpenDesk, status: Status | None
) -> None:
    """So there is no actor who could even try."""
    async with desk() as d:
        if status is not None:
            await d.tx.people.add(
                user_id=7001,
                name="路人甲",
                role=Role.LIAISON,
                organ="zrzy-ec",
                status=status,
                reachable=True,
                now=d.now,
            )
        assert await identify(d, 7001) is None
