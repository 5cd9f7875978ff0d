"""Who takes over for whom, and who is in charge of a record."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from bot.domain.absences import Absence
from bot.domain.people import Person, Role, Status
from bot.services.ledger import move_record
from bot.services.proposals import decide, propose
from bot.services.standing_in import absentees, away_now, in_charge, stand_in
from tests.services.advising import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.records import Record
    from bot.storage.database import Database
    from tests.conftest import Hire
    from tests.services.advising import Advice
    from tests.services.staying_away import Days

TODAY = date(2026, 3, 9)


def person(number: int, role: Role = Role.LIAISON, *, reachable: bool = True) -> Person:
    return Person(number, 7000 + number, f"第{number}人", role, "zrzy-ec", Status.ACTIVE, reachable)


def absent(*ids: int, deputy: int | None = None) -> dict[int, Absence]:
    """Everybody of these is away, the first one with a deputy."""
    now = datetime(2026, 3, 9, 1, tzinfo=UTC)
    named = {each: deputy if at == 0 else None for at, each in enumerate(ids)}
    return {each: Absence(each, each, TODAY, TODAY, named[each], now) for each in ids}


ONE, TWO, THREE = person(1), person(2, Role.DEPUTY), person(3)
DEAF = person(4, reachable=False)
LEADER = person(5, Role.LEADER)
TEAM = (ONE, THREE, TWO)


@pytest.mark.parametrize(
    ("who", "team", "away", "taker"),
    [
        (ONE, TEAM, {}, ONE),
        (ONE, TEAM, absent(2), ONE),
        (ONE, TEAM, absent(1), THREE),
        (ONE, TEAM, absent(1, deputy=2), TWO),
        (ONE, TEAM, absent(1, 2, deputy=2), THREE),
        (ONE, TEAM, absent(1, 3), TWO),
        (ONE, TEAM, absent(1, 2, 3), None),
        (ONE, (ONE,), absent(1), None),
        (ONE, (ONE, TWO), absent(1, deputy=77), TWO),
        (DEAF, (*TEAM, DEAF), {}, ONE),
        (DEAF, (*TEAM, DEAF), absent(4, deputy=2), TWO),
        (ONE, (ONE, DEAF, TWO), absent(1, deputy=4), TWO),
        (ONE, (ONE, DEAF), absent(1, deputy=4), None),
        (LEADER, TEAM, {}, LEADER),
        (LEADER, TEAM, absent(5, deputy=2), TWO),
        (replace(ONE, status=Status.LEFT), (TWO, THREE), {}, THREE),
    ],
)
def test_who_takes_over(
    who: Person, team: tuple[Person, ...], away: Mapping[int, Absence], taker: Person | None
) -> None:
    assert stand_in(who, team, away) == taker


def test_who_cannot_be_reached_takes_over_all_the_same_where_that_does_not_matter() -> None:
    away = absent(1, deputy=4)
    assert stand_in(ONE, (ONE, DEAF, TWO), away, reachable=False) == DEAF
    assert stand_in(DEAF, (ONE, DEAF), {}, reachable=False) == DEAF


PEOPLE = st.lists(
    st.builds(
        lambda role, reachable: person(0, role, reachable=reachable),
        st.sampled_from([Role.LIAISON, Role.DEPUTY]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
).map(lambda drawn: [replace(each, id=at) for at, each in enumerate(drawn, 1)])


@given(PEOPLE, st.sets(st.integers(1, 5)), st.none() | st.integers(1, 6), st.booleans())
def test_whoever_takes_over_is_there(
    team: list[Person], gone: set[int], deputy: int | None, reachable: bool
) -> None:
    away = absent(*sorted(gone), deputy=deputy)
    for who in team:
        fit = [each for each in team if each.id not in away and (each.reachable or not reachable)]
        taker = stand_in(who, team, away, reachable=reachable)
        assert (taker is None) == (not fit)
        assert taker is None or taker in fit
        if who in fit:
            assert taker == who


def test_on_cards_whoever_is_named_stands_even_out_of_reach() -> None:
    team = (ONE, DEAF, TWO)
    for away, named in ((absent(1, deputy=4), DEAF), (absent(1), TWO), (absent(1, 2), DEAF)):
        told = away_now(ONE, team, away)
        assert told is not None
        assert told.deputy == named
    assert away_now(ONE, team, absent(2)) is None
    told = away_now(LEADER, team, absent(5))
    assert told is not None
    assert told.deputy is None


async def charged(days: Days, *pairs: tuple[Record, str]) -> list[str]:
    """The names of those in charge, "" where nobody is."""
    async with days.desk() as d:
        found = await in_charge(d, pairs)
    return [found[r.id, o].name if (r.id, o) in found else "" for r, o in pairs]


async def test_in_charge_is_whoever_took_the_last_step_or_else_the_submitter(
    days: Days, people: Hire
) -> None:
    wang, na = await people(), await people(role=Role.DEPUTY, name="李娜")
    li, zhao = await people("jcy-ec", name="李静"), await people("jcy-ec", name="赵立")
    filed, signed = await days.file(wang), await days.file(wang)
    own, other = "zrzy-ec", "jcy-ec"
    assert await charged(days, (filed, own), (filed, other)) == ["王敏", ""]
    signed = await days.step(li, signed, "sign")
    signed = await days.step(zhao, signed, "review")
    voided = await days.file(wang)
    voided = await days.step(li, voided, "sign")
    async with days.desk() as d:
        data = {"void_reason": "重复登记"}
        await move_record(d, days.act(na), voided, "void", data, version=voided.version)
    pairs = [(signed, own), (signed, other), (voided, own), (voided, other), (signed, "jcy-hr")]
    assert await charged(days, *pairs) == ["王敏", "赵立", "李娜", "李静", ""]
    async with days.desk() as d:
        await d.tx.people.detach(zhao.id)
        await d.tx.people.detach(wang.id)
    assert await charged(days, (signed, other), (filed, own)) == ["李静", ""]


async def test_a_leader_who_approves_is_not_in_charge(
    advice: Advice, people: Hire, days: Days
) -> None:
    leader = days.act(await people("jcy-ec", Role.LEADER, "吴建国"))
    await advice.deliver()
    record = await advice.take("06-20", "urge")
    async with advice.on("06-20") as d:
        data = needs("escalate", {})
        proposal = await propose(
            d, advice.prosecutor, record, "escalate", data, version=record.version
        )
        await decide(d, leader, proposal.id, approve=True)
        (escalated,) = await d.tx.records.of([record.id])
    assert escalated.state == "escalated"
    assert await charged(days, (escalated, "jcy-ec"), (escalated, "zrzy-ec")) == ["李静", "王敏"]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_many_records_take_two_questions(
    days: Days, people: Hire, database: Database
) -> None:
    wang = await people()
    records = [await days.file(wang) for _ in range(12)]
    async with days.desk() as d:
        with counted(database) as statements:
            found = await in_charge(d, [(r, o) for r in records for o in ("zrzy-ec", "jcy-ec")])
            assert len(statements) == 2
            assert await absentees(d, TODAY) == {}
            assert len(statements) == 3
        assert len(found) == 12
        assert await in_charge(d, []) == {}
