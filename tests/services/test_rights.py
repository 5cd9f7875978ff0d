"""Every step of every kind × everybody × every state: allowed as BRIEF says, or without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.people import Role, Side, Status
from bot.domain.records import NewRecord
from bot.services.acknowledging import acknowledge
from bot.services.amendments import add_to_record
from bot.services.desk import identify
from bot.services.ledger import file_record, move_record
from bot.storage.events import stream_of
from bot.storage.tables import metadata
from tests.domain.lives import PARTIES, life

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

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
}
FIRST = {"lead": "handed_over", "warning": "told"}
SIDES = {"lead": ("zrzy", "lzb"), "warning": ("jcy",)}
"""What the codes of those organs begin with that may file one."""
FILED: dict[str, dict[str, Value]] = {
    "lead": {"category": "F", "route": "transfer", "summary": "某处林地被占"},
    "warning": {"matter": "apply", "summary": "未见申请强制执行"},
}
GIVEN: dict[str, Value] = {
    "case_number": "鄂城检行监〔2026〕5号",
    "advice_number": "鄂州检行建〔2026〕5号",
    "merged_into": "线索〔2026〕1号",
    "conclusion": "none",
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
    return "" if state in before else "came_second"


def refusal_to_read(kind: str, state: str, seat: Seat) -> str:
    if seat.role not in ON_DUTY:
        return f"not_entitled_{seat.role.value}"
    if seat.organ in ELSEWHERE:
        return "not_entitled"
    if seat.organ != BYSTANDER:
        return "not_yours_to_read"
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


async def put(desk: Desk, kind: str, state: str, submitter: int) -> Record:
    """A record in some state, with no more of a past than that it was filed."""
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
        data=FILED[kind],
    )
    record = await desk.tx.records.add(new, desk.now)
    facts = {"to": state, "number": record.number, "version": 1, "organ": sender}
    await desk.tx.events.append(stream_of(record.id), "file", facts, actor=submitter, now=desk.now)
    return record


def needs(kind: str, code: str) -> dict[str, Value]:
    return {name: GIVEN.get(name, "有关情况") for name in life(kind)[code][3]}


def states(kind: str) -> list[str]:
    return sorted({FIRST[kind], *(after for _, _, after, _ in life(kind).values())})


each_kind = pytest.mark.parametrize("kind", sorted(PARTIES))


def attempts(
    desk: Desk, record: Record, seats: list[Seat]
) -> Iterator[tuple[str, Seat, str, Callable[[], Coroutine[Any, Any, object]]]]:
    """Everything that anybody can try on a record: what, who, the table's answer, how."""
    kind, state = record.kind, record.state
    for seat in seats:
        for code in life(kind):
            move = partial(
                move_record, desk, seat.actor, record, code, needs(kind, code), version=1
            )
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
            record = await put(d, kind, state, seats[0].actor.person_id)
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
        own = next(s for s in seats if not refusal(kind, code, min(sources), s))
        async with desk() as d:
            for state in sorted(sources):
                record = await put(d, kind, state, seats[0].actor.person_id)
                moved = await move_record(d, own.actor, record, code, needs(kind, code), version=1)
                assert (moved.state, moved.version) == (after, 2), (code, who)
                event = (await d.tx.events.of_record(record.id))[-1]
                assert (event.name, event.actor) == (code, own.actor.person_id)
                assert [event.facts["from"], event.facts["to"]] == [state, after]


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
