from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DomainError
from bot.domain.people import ABOUT_RECORDS, Action, Actor, Role, Side, Standing, is_name
from bot.domain.records import Record

TABLE = """
                liaison deputy leader admin
submit             +      +      .      .
move               +      +      .      .
approve            .      .      +      .
see_card           +      +      +      .
see_detail         +      +      +      .
see_roster         +      +      +      +
manage_people      .      .      .      +
bind_chat          .      .      .      +
set_calendar       .      .      .      +
see_health         .      .      .      +
"""
"""BRIEF §4, written out by hand: the code's own table is not asked."""

CITY = frozenset({"420700", "420704", "420703"})
OWN = frozenset({"420704"})
SIDES = [frozenset(some) for size in (1, 2, 3) for some in combinations(Side, size)]


def granted() -> dict[tuple[Role, Action], bool]:
    head, *rows = [line.split() for line in TABLE.strip().splitlines()]
    return {
        (Role(role), Action(row[0])): mark == "+"
        for row in rows
        for role, mark in zip(head, row[1:], strict=True)
    }


def record(district: str, sides: frozenset[Side]) -> Record:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    return Record(
        id=1,
        kind="lead",
        number="线索〔2026〕1号",
        district=district,
        sender="zrzy-ec",
        receiver="jcy-ec",
        sides=sides,
        submitter=1,
        state="handed",
        version=1,
        data={},
        created_at=at,
        updated_at=at,
    )


def actor(role: Role, side: Side = Side.RESOURCES, districts: frozenset[str] = OWN) -> Actor:
    standing = None if role is Role.ADMIN else Standing("organ", side, districts)
    return Actor(1, "王敏", role, standing)


def test_the_table_written_here_is_complete() -> None:
    assert set(granted()) == set(product(Role, Action))


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_a_role_has_the_rights_of_the_table(role: Role, action: Action) -> None:
    assert actor(role).may(action) is granted()[role, action]


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("districts", [OWN, CITY], ids=["district", "city"])
def test_a_right_about_records_ends_with_the_district_and_the_side(
    role: Role, action: Action, side: Side, districts: frozenset[str]
) -> None:
    somebody = actor(role, side, districts)
    for district, sides in product(("420704", "420703", "gedian"), SIDES):
        concerned = district in districts and side in sides
        expected = granted()[role, action] and (concerned or action not in ABOUT_RECORDS)
        assert somebody.may(action, record(district, sides)) is expected


@pytest.mark.parametrize("action", sorted(ABOUT_RECORDS))
def test_an_administrator_sees_no_case_text(action: Action) -> None:
    everything = record("420704", frozenset(Side))
    assert not actor(Role.ADMIN).may(action, everything)


def test_the_forest_office_sees_forest_records_only() -> None:
    forester = actor(Role.LIAISON, Side.FORESTRY)
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    assert not forester.may(Action.SEE_CARD, record("420704", land))
    assert forester.may(Action.SEE_CARD, record("420704", land | {Side.FORESTRY}))


def test_what_is_not_granted_is_refused_by_name() -> None:
    with pytest.raises(DomainError) as refused:
        actor(Role.LEADER).require(Action.SUBMIT)
    assert refused.value.code == "not_entitled_leader"


def test_an_administrator_speaks_for_no_organ() -> None:
    with pytest.raises(DomainError, match="not_entitled"):
        _ = actor(Role.ADMIN).organ


def test_every_role_has_a_chinese_label() -> None:
    assert len({role.label for role in Role}) == len(Role)
    assert all("一" <= role.label[0] <= "龥" for role in Role)


@pytest.mark.parametrize("name", ["王敏", "欧阳修远", "买买提·艾力", "𬱖明", "WangMin", "王" * 20])
def test_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "王",
        "王 敏",
        "王敏1",
        "王敏!",
        "·王敏",
        "王敏·",
        "王··敏",
        "<b>",
        "王_敏",
        "王" * 21,
        "王敏\n",
    ],
)
def test_no_name(name: str) -> None:
    assert not is_name(name)


@given(st.text())
def test_a_name_is_short_and_has_nothing_in_it_but_letters(text: str) -> None:
    if is_name(text):
        assert 2 <= len(text) <= 20
        assert text.replace("·", "").isalpha()
