"""Every declared kind: whole, without dead ends, and open to exactly whom it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

from bot.domain.entries import OneOf
from bot.domain.kinds import KINDS
from bot.domain.kinds.lead import CATEGORIES, LEAD
from bot.domain.kinds.lifecycle import FILE, Matter, Party
from bot.domain.people import Action, Actor, Role, Side
from bot.domain.periods import PERIODS, Stretch
from bot.domain.records import Duty, Record
from bot.office import read_office
from bot.services import buttons
from tests.domain.lives import PARTIES, allowed_when, life

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.domain.kinds.kind import Kind

OFFICE = read_office()
every_kind = pytest.mark.parametrize("kind", KINDS.all, ids=lambda kind: kind.code)

CODES = [
    *("1A", "1B", "1C", "2A", "2B", "2C"),
    *("3A", "3B", "3C", "3D", "3E", "3F", "3G", "3H", "3I"),
    *("4A", "4B", "4C", "4D", "4E", "5A", "W", "F"),
]
"""BRIEF §1.4, but for Y, which the procuratorate files and so is a kind of its own."""


def states_of(kind: Kind) -> set[str]:
    return {state.code for state in kind.states}


def record_of(kind: Kind, state: str) -> Record:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    sender, receiver = PARTIES[kind.code]
    return Record(
        id=1,
        kind=kind.code,
        number=f"{kind.title}〔2026〕1号",
        district="420704",
        sender=sender,
        receiver=receiver,
        sides=frozenset({Side.RESOURCES, Side.PROCURATORATE}),
        submitter=1,
        state=state,
        version=1,
        data={},
        created_at=at,
        updated_at=at,
    )


def person(organ: str, role: Role, person_id: int = 99) -> Actor:
    return Actor(person_id, "王敏", role, None if role is Role.ADMIN else OFFICE.standing(organ))


@every_kind
def test_the_steps_are_those_of_the_table(kind: Kind) -> None:
    declared = {
        move.code: (move.who.value, set(move.before), move.after, move.needs) for move in kind.moves
    }
    assert declared == life(kind.code)


ORGANS = ("zrzy-ec", "jcy-ec", "zrzy-hr", "jcy-hr", "zrzy", "jcy", "lzb-ec", "lzb")
"""The two parties, another district's, the city's, the forest offices."""


@every_kind
@pytest.mark.parametrize("organ", ORGANS)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("submitter", [True, False], ids=["filed it", "did not"])
def test_exactly_those_in_the_table_may(
    kind: Kind, organ: str, role: Role, submitter: bool
) -> None:
    """Every step × role × organ × state."""
    actor = person(organ, role, 1 if submitter else 99)
    sides = dict(zip(PARTIES[kind.code], ("sender", "receiver"), strict=True))
    parties = {sides.get(organ, ""), "submitter" if submitter else ""}
    for (code, (who, before, _, _)), state in product(life(kind.code).items(), states_of(kind)):
        record = record_of(kind, state)
        matter = fitting(kind, code, record)
        may = actor.may(Action.MOVE, record) and kind.open_to(kind.move(code), matter, actor)
        concerned = organ.startswith(("zrzy", "jcy")) and organ not in {"zrzy-hr", "jcy-hr"}
        on_duty = role in {Role.LIAISON, Role.DEPUTY}
        assert may == (on_duty and concerned and state in before and who in parties), (code, state)


TODAY = date(2026, 3, 9)


def owing(record: Record, owed: Collection[str], late: Collection[str] = ()) -> Matter:
    """A record on which some things are owed, some of them for too long."""
    ends = {code: TODAY - timedelta(days=1) if code in late else TODAY for code in owed}
    rule = PERIODS["A1"]
    duties = (
        Duty(
            id=at,
            record_id=record.id,
            code=code,
            debtor=record.receiver,
            creditor=record.sender,
            rule=rule,
            start=day,
            nominal=day,
            due=day,
            provisional=False,
            calendar_version="1",
            shown=Stretch.FAR,
            opened_by=1,
        )
        for at, (code, day) in enumerate(ends.items())
    )
    return Matter(record, tuple(duties), TODAY)


def situations(kind: Kind) -> Iterator[tuple[set[str], set[str], set[str]]]:
    """What may be owed, late and known, as far as a step of the kind may look at it."""
    codes = [rule.code for rule in kind.duties if rule.code in LOOKED_AT]
    for count in range(len(codes) + 1):
        for owed in combinations(codes, count):
            for late in (set(), set(owed)):
                for known in KNOWN:
                    yield set(owed), late, known


LOOKED_AT = {"reply", "delay", "objection", "rectify", "confirm"}
KNOWN: tuple[set[str], ...] = (
    set(),
    {"urged"},
    {"urged before"},
    {"reply_received_on"},
    {"received_on"},
    {"left"},
    {"public_interest"},
    {"replied"},
)


def knowing(record: Record, known: Collection[str]) -> Record:
    """The record with what is known of it."""
    said = {name: "2026-03-09" for name in known if name.endswith("_on")}
    left = "left" if "left" in known else "posted"
    sort = "public_interest" if "public_interest" in known else "breach"
    return replace(record, data={**said, "delivery": left, "type": sort})


def after(kind: Kind, matter: Matter, known: Collection[str]) -> Matter:
    """The same after every step was taken once, the urging last or first of all, or the reply."""
    taken = dict.fromkeys((move.code for move in kind.moves), 2)
    urged = {"urged": 3, "urged before": 1}
    last = next((at for word, at in urged.items() if word in known), 0)
    replied = 3 if "replied" in known else 2
    return replace(matter, taken={**taken, "urge": last, "reply": replied})


def fitting(kind: Kind, code: str, record: Record) -> Matter:
    """The record in a situation in which a step may be taken, if it may be in any."""
    for owed, late, known in situations(kind):
        if allowed_when(kind.code, code, record.state, owed=owed, late=late, known=known):
            return after(kind, owing(knowing(record, known), owed, late), known)
    raise AssertionError(code)


@every_kind
def test_what_else_a_step_depends_on_is_as_the_table_says(kind: Kind) -> None:
    for state, (owed, late, known) in product(states_of(kind), situations(kind)):
        matter = after(kind, owing(knowing(record_of(kind, state), known), owed, late), known)
        now = {move.code for move in kind.moves_now(matter)}
        assert now == {
            code
            for code, (_, before, _, _) in life(kind.code).items()
            if state in before
            and allowed_when(kind.code, code, state, owed=owed, late=late, known=known)
        }, (state, owed, late, known)


@every_kind
def test_the_states_named_exist_and_each_is_reached(kind: Kind) -> None:
    assert {kind.first, *(move.after for move in kind.moves if move.after)} == states_of(kind)
    assert all(move.before <= states_of(kind) for move in kind.moves)


@every_kind
def test_every_state_that_is_not_closed_leads_to_an_end(kind: Kind) -> None:
    ends = {state.code for state in kind.states if state.closed}
    for state in kind.states:
        assert bool(kind.moves_from(state.code)) != state.closed
        assert (state.holder is None) == state.closed
        reached, before = {state.code}, set[str]()
        while reached != before:
            before = set(reached)
            reached |= {m.lands(code) for code in before for m in kind.moves_from(code)}
        assert reached & ends


@every_kind
def test_whoever_holds_a_matter_can_take_a_step(kind: Kind) -> None:
    for state in kind.states:
        assert state.holder in {None, *(move.who for move in kind.moves_from(state.code))}


@every_kind
def test_what_steps_and_filing_need_are_fields(kind: Kind) -> None:
    needed = {name for move in kind.moves for name in move.needs}
    assert {*needed, *kind.required, kind.rest} <= kind.entries.keys()
    assert not needed & set(kind.offered)


@every_kind
def test_the_duties_rest_on_periods_and_steps_that_exist(kind: Kind) -> None:
    moves = {move.code for move in kind.moves}
    for duty in kind.duties:
        assert duty.period in PERIODS
        assert duty.starts <= moves | {FILE}
        assert duty.ends | duty.drops <= moves | (duty.starts & {FILE})
        assert not duty.ends & duty.drops
        assert duty.moved_by | set(duty.estimate) <= kind.entries.keys()
        assert duty.ends
        assert duty.clause
        assert {duty.debtor, duty.creditor} == {Party.RECEIVER, Party.SENDER}


@every_kind
def test_what_counts_as_never_filed_meets_no_duty(kind: Kind) -> None:
    gone = {move.code for move in kind.moves if move.after and kind.state(move.after).void}
    for duty in kind.duties:
        assert not duty.ends & gone


@every_kind
def test_titles_and_codes_are_unique(kind: Kind) -> None:
    for titles in (
        [entry.title for entry in kind.entries.values()],
        [state.title for state in kind.states],
        [move.title for move in kind.moves],
        [duty.code for duty in kind.duties],
    ):
        assert len(titles) == len(set(titles))
    for entry in kind.entries.values():
        if isinstance(entry.holds, OneOf):
            names = [choice.title for choice in entry.holds.choices]
            codes = [choice.code for choice in entry.holds.choices]
            assert len(names) == len(set(names))
            assert len(codes) == len(set(codes))


def test_every_category_of_the_notice_is_there() -> None:
    assert [choice.code for choice in CATEGORIES.choices] == CODES
    assert [f"{c.code} {c.title}" for c in CATEGORIES.choices] == [
        CATEGORIES.show(code) for code in CODES
    ]


@every_kind
def test_no_button_outgrows_its_64_bytes(kind: Kind) -> None:
    last = 2**63 - 1
    for move in kind.moves:
        code = buttons.code(buttons.MOVE, last, move.code, last)
        assert buttons.read(code).args == (str(last), move.code, str(last))
    for name, entry in kind.entries.items():
        if isinstance(entry.holds, OneOf):
            for choice in entry.holds.choices:
                code = buttons.code(buttons.CHOOSE, last, name, choice.code)
                assert buttons.read(code).args == (str(last), name, choice.code)
    for district in OFFICE.districts:
        assert buttons.read(buttons.code(buttons.CHOOSE, last, "district", district.code))


def test_a_forest_lead_concerns_the_forest_office_too() -> None:
    assert LEAD.also_concerns({"category": "F"}) == {Side.FORESTRY}
    assert LEAD.also_concerns({"category": "2C"}) == set()
    handed_over = record_of(LEAD, "handed_over")
    record = replace(handed_over, sides=handed_over.sides | {Side.FORESTRY})
    assert person("lzb-ec", Role.LIAISON).may(Action.SEE_DETAIL, record)
    assert not person("lzb-hr", Role.LIAISON).may(Action.SEE_CARD, record)


@pytest.mark.parametrize(
    ("category", "handing_over", "telling_back"),
    [
        ("1A", "第二条第（二）项第三款", "第二条第（二）项第二款"),
        ("5A", "第二条第（二）项第三款", "第二条第（二）项第二款"),
        ("W", "第二条第（二）项第一款", "第二条第（二）项第二款"),
        ("F", "第三条第二项第二款", "第三条第二项第二款"),
    ],
)
def test_a_lead_cites_the_clause_that_speaks_of_its_category(
    category: str, handing_over: str, telling_back: str
) -> None:
    cited = {rule.code: rule.clause_of({"category": category}) for rule in LEAD.duties}
    assert (cited["sign"], cited["answer"]) == (handing_over, handing_over)
    assert (cited["result"], cited["case"]) == (telling_back, telling_back)
