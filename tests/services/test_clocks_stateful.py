"""Recommendations live any life there is; after each step exactly that is owed which must be.

What must be is told by `tests.services.owing`, from the brief alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.calendar import SHANGHAI, RestDayNotice, WorkCalendar
from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.people import Actor, Role, Status
from bot.domain.records import Outcome
from bot.services.amendments import correct_record
from bot.services.blanks import REMOVED
from bot.services.cards import render_card
from bot.services.clocks import matter_of
from bot.services.desk import Books, Desk
from bot.services.ledger import file_record, move_record
from bot.services.lights import refresh_lights
from bot.services.proposals import decide, propose
from bot.services.recounting import recount
from bot.services.verify import verify
from tests.services.living import SAME_LIVES, Undone, opened
from tests.services.owing import (
    BUREAU,
    COMING,
    DAY,
    ENDS,
    LIFE,
    ORDER,
    PROCURATORATE,
    Almanac,
    Owed,
    Told,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping

    from bot.domain.records import Duty, Record, Value
    from bot.storage.database import Database

PROFILE = settings(SAME_LIVES, max_examples=5, stateful_step_count=25)
CHOICES = {
    "type": ("breach", "governance", "public_interest"),
    "pace": ("normal", "urgent", "harm"),
    "delivery": ("direct", "posted", "left"),
    "reply_way": ("direct", "posted"),
    "adoption": ("all", "some", "none"),
    "progress": ("done", "none", "done,partly", "done,partly,none"),
    "urged_by": ("visit", "talks"),
    "level": ("superior", "local"),
    "reply_number": ("鄂州资规函〔2026〕7号",),
    "supplement_number": ("鄂州资规函〔2026〕9号",),
    "successor": ("鄂州检行建〔2026〕8号",),
    "litigation_number": ("鄂州检行公〔2026〕1号",),
}
PAST = {"served_on", "received_on", "replied_on", "reply_received_on", "looked_on"} | {
    "report_sent_on",
    "supplement_sent_on",
}
CORRECTABLE = {
    "served_on": PROCURATORATE,
    "received_on": BUREAU,
    "type": PROCURATORATE,
    "pace": PROCURATORATE,
    "replied_on": BUREAU,
    "rectify_by": PROCURATORATE,
}
"""The fields on which dates rest, and whose word each is."""
ONWARD = {code for code, (_, _, after, _) in LIFE.items() if after} - ENDS - {"escalate"}
BESIDE = {code for code, (_, _, after, _) in LIFE.items() if not after}
DELIVERED = ("serve", "confirm_receipt")
REPLIED = (*DELIVERED, "reply")
PASTS = (
    ("retract",),
    ("serve", "differ_receipt"),
    ("serve", "prove_service", "enter_receipt", "reply"),
    ("serve", "prove_service", "reply", "pass", "enter_receipt"),
    ("receive", "confirm_service", "check", "object", "uphold"),
    ("receive", "differ_service", "explain", "refuse_delay"),
    (*DELIVERED, "urge", "escalate", "urge", "escalate", "close"),
    (*REPLIED, "fail", "urge", "escalate", "sue"),
    (*DELIVERED, "explain", "grant_delay", "object", "drop_objection", "reply"),
    (*DELIVERED, "object", "replace"),
    (*REPLIED, "note_reply", "go_on", "explain"),
    (*REPLIED, "ask_more", "supplement", "withdraw"),
    (*REPLIED, "fail", "urge", "report"),
    (*DELIVERED, "explain", "grant_delay", "reply", "note_reply", "report"),
    (*REPLIED, "note_reply", "return_reply", "urge", "reply"),
    (*REPLIED, "pass", "relapse"),
    (*REPLIED, "pass", "look_back", "close"),
)
"""How far a matter has come when it is first looked at; what is not due is left out."""
CLOSED = {"closed", "withdrawn", "replaced", "retracted"}


@dataclass
class Matter:
    """A recommendation as the bot has it, and as the brief tells it."""

    record: Record
    told: Told
    rows: list[Duty] = field(default_factory=list)
    """Every row of its clocks as it was last seen."""


@dataclass(frozen=True)
class Look:
    """All there is of a matter at one moment."""

    rows: list[Duty]
    events: set[int]
    kept: Record | None
    proposals: int
    allowed: set[str]
    card: str
    old: dict[int, list[Duty]]


@dataclass(frozen=True)
class Cast:
    """An office with its people."""

    books: Books
    actors: dict[str, Actor]
    """By organ, who carries its matters on."""
    leader: Actor
    """Of the procuratorate."""


class Lives(Undone):
    """Any steps in any order, on any days."""

    taken: ClassVar[Counter[str]] = Counter()
    """How often each step was taken, by all lives together."""

    def __init__(
        self, runner: asyncio.Runner, database: Database, cast: Cast, past: tuple[str, ...]
    ) -> None:
        super().__init__(runner, database)
        self.cast, self.past = cast, past
        self.today, self.hour = date.min, 10
        self.notices: list[RestDayNotice] = []
        self.almanac, self.calendar = Almanac(), WorkCalendar()
        self.old: list[Matter] = []
        self.matter: Matter

    def teardown(self) -> None:
        report = self.runner.run(verify(self.tx))
        super().teardown()
        assert report.sound

    # How a step is taken.

    async def desk(self) -> Desk:
        now = datetime.combine(self.today, time(self.hour, 30), SHANGHAI)
        return Desk(self.tx, self.cast.books, self.calendar, now, f"life{next(self.serials)}")

    def refusal(self, use: Callable[[Desk], Awaitable[object]]) -> str:
        """The code with which it is refused; "" if it is done."""
        try:
            self.do(use)
        except DomainError as error:
            return error.code
        return ""

    def actor(self, code: str) -> Actor:
        return self.cast.actors[BUREAU if LIFE[code][0] == "receiver" else PROCURATORATE]

    def allowed(self) -> set[str]:
        return self.matter.told.allowed(self.today, self.almanac)

    def needs(self, data: st.DataObject, names: tuple[str, ...]) -> dict[str, Value]:
        return {name: self.value(data, name) for name in names}

    def value(self, data: st.DataObject, name: str) -> Value:
        if name in CHOICES:
            return data.draw(st.sampled_from(CHOICES[name]), name)
        if name in PAST:
            return self.past_day(data, name)
        if name in COMING:
            return (self.today + data.draw(st.integers(0, 90), name) * DAY).isoformat()
        return "有关情况"

    def past_day(self, data: st.DataObject, name: str) -> str:
        """A day up to today, seldom one that contradicts the days already told."""
        told = self.matter.told.data
        after = [str(told[first]) for first, then in ORDER if then == name and first in told]
        before = [str(told[then]) for first, then in ORDER if first == name and then in told]
        latest = min(date.fromisoformat(day) for day in (*before, self.today.isoformat()))
        first = max(map(date.fromisoformat, after), default=latest - 9 * DAY)
        days = data.draw(st.integers(-1, max(0, (latest - first).days) + bool(before)), name)
        return min(first + days * DAY, self.today).isoformat()

    def pace(self, data: st.DataObject, known: Mapping[str, Value]) -> dict[str, Value]:
        """A pace, with the days that an urgent paper sets, or mostly without."""
        pace = self.value(data, "pace")
        if pace == "urgent":
            return {"pace": pace, "reply_days": data.draw(st.integers(1, 40), "reply_days")}
        kept = "reply_days" not in known or data.draw(st.booleans(), "days kept")
        return {"pace": pace} if kept else {"pace": pace, "reply_days": REMOVED}

    # What happens.

    @initialize(today=st.dates(date(2026, 1, 1), date(2026, 12, 31)), data=st.data())
    def begin(self, today: date, data: st.DataObject) -> None:
        """File one, and let it come some way."""
        self.today = today
        ends = {"sue": "public_interest", "close": "breach"}
        meant = next((ends[code] for code in self.past if code in ends), "")
        self.file(data, {"type": meant} if meant else {})
        for code in self.past:
            self.today += data.draw(st.integers(0, 80), "days") * DAY
            if code not in self.allowed():
                continue
            if code == "escalate":
                self.propose_escalation(data)
                self.decide(approve=True)
            else:
                self.take(data, {code})

    def file(self, data: st.DataObject, more: dict[str, Value]) -> None:
        said: dict[str, Value] = {
            "type": self.value(data, "type"),
            "advice_number": "鄂州检行建〔2026〕5号",
            "issued_on": (self.today - data.draw(st.integers(0, 9), "issued") * DAY).isoformat(),
            "items": "催告\n完善移送台账",
        }
        paced = "type" not in more and data.draw(st.booleans(), "pace said")
        said |= self.pace(data, {}) if paced else {}
        if said.get("pace") == "harm":
            said["type"] = "public_interest"
        said |= more
        author = self.cast.actors[PROCURATORATE]
        record = self.do(lambda d: file_record(d, author, ADVICE, "420704", said))
        self.matter = Matter(record, Told(dict(said), entered=self.today))

    @precondition(lambda self: self.matter.told.state in CLOSED)
    @rule(data=st.data())
    def file_the_next(self, data: st.DataObject) -> None:
        """A new one, which names the old one if it takes its place."""
        before = self.matter
        self.old.append(before)
        replaced = before.told.state == "replaced"
        self.file(data, {"replaces": before.record.number} if replaced else {})

    @precondition(lambda self: self.allowed() & ONWARD)
    @rule(data=st.data())
    def step_on(self, data: st.DataObject) -> None:
        self.take(data, self.allowed() & ONWARD)

    @precondition(lambda self: self.allowed() & BESIDE)
    @rule(data=st.data())
    def step_beside(self, data: st.DataObject) -> None:
        """The matter stays where it stands."""
        self.take(data, self.allowed() & BESIDE)

    @precondition(lambda self: self.allowed() & ENDS)
    @rule(data=st.data(), really=st.sampled_from([False, False, True]))
    def step_out(self, data: st.DataObject, really: bool) -> None:
        """Seldom, or no life would be long."""
        if really:
            self.take(data, self.allowed() & ENDS)

    def take(self, data: st.DataObject, codes: set[str]) -> None:
        code = data.draw(st.sampled_from(sorted(codes)), "step")
        given = self.needs(data, LIFE[code][3])
        refused = self.refusal(lambda d: self.move(d, code, given))
        wrong = self.matter.told.contradicts(given)
        assert refused in (wrong or {""}), (refused, wrong)
        if not refused:
            self.note(code, given)

    async def move(self, desk: Desk, code: str, given: dict[str, Value]) -> None:
        record = self.matter.record
        self.matter.record = await move_record(
            desk, self.actor(code), record, code, given, version=record.version
        )

    def note(self, code: str, given: dict[str, Value]) -> None:
        """Tell the model of a step that was taken."""
        self.taken[code] += 1
        self.matter.told.take(code, given, self.today)
        if code == "reply" or (code == "enter_receipt" and self.matter.told.answered):
            self.matter.told.judge(self.almanac)
        self.forget_moot_proposal()

    def forget_moot_proposal(self) -> None:
        self.matter.told.proposed &= "escalate" in self.allowed()

    @precondition(lambda self: self.matter.told.state not in CLOSED)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        told = self.matter.told
        known = [name for name in CORRECTABLE if name in told.data or name == "pace"]
        name = data.draw(st.sampled_from(known[::-1]), "corrected")
        said = self.pace(data, told.data) if name == "pace" else {name: self.value(data, name)}
        if name == "rectify_by":
            days = data.draw(st.integers(-1, 120), "days from its step")
            said = {name: (told.set_on + days * DAY).isoformat()}
        news = {n: value for n, value in said.items() if told.data.get(n) != value}
        wrong = told.contradicts(news) if news else {"nothing_to_correct"}
        if "rectify_by" in news and str(news["rectify_by"]) < told.set_on.isoformat():
            wrong = wrong | {"before_its_step"}
        refused = self.refusal(lambda d: self.put_right(d, name, said))
        assert refused in (wrong or {""}), (refused, wrong)
        if not refused:
            self.taken["corrected " + name] += 1
            told.data |= news
            told.data = {n: value for n, value in told.data.items() if value != REMOVED}
            if told.answered and name != "rectify_by":
                told.judge(self.almanac)
            self.forget_moot_proposal()

    async def put_right(self, desk: Desk, name: str, said: dict[str, Value]) -> None:
        actor, record = self.cast.actors[CORRECTABLE[name]], self.matter.record
        self.matter.record = await correct_record(
            desk, actor, record, said, "登记有误", version=record.version
        )

    @precondition(lambda self: "escalate" in self.allowed())
    @rule(data=st.data())
    def propose_escalation(self, data: st.DataObject) -> None:
        told, record, actor = self.matter.told, self.matter.record, self.actor("escalate")
        given = self.needs(data, LIFE["escalate"][3])
        refused = self.refusal(
            lambda d: propose(d, actor, record, "escalate", given, version=record.version)
        )
        assert refused == ("already_proposed" if told.proposed else "")
        if not refused:
            self.proposal = given
            told.proposed = True

    @precondition(lambda self: self.matter.told.proposed)
    @rule(approve=st.booleans())
    def decide(self, approve: bool) -> None:
        told, timely = self.matter.told, "escalate" in self.allowed()
        refused = self.refusal(lambda d: self.answer(d, approve=approve))
        assert refused == ("" if timely else "proposal_gone")
        if timely:
            told.proposed = False
            if approve:
                self.note("escalate", self.proposal)

    async def answer(self, desk: Desk, *, approve: bool) -> None:
        record = self.matter.record
        (proposal,) = await desk.tx.proposals.of_record(record.id)
        await decide(desk, self.cast.leader, proposal.id, approve=approve)
        self.matter.record = await desk.tx.records.get(record.id) or record

    @rule(days=st.integers(1, 40), hour=st.sampled_from([0, 10, 23]))
    def let_time_pass(self, days: int, hour: int) -> None:
        self.today, self.hour = self.today + days * DAY, hour
        self.do(refresh_lights)

    @precondition(lambda self: self.matter.told.owed(self.almanac))
    @rule(data=st.data())
    def import_a_notice(self, data: st.DataObject) -> None:
        """A notice comes that names days on which something is due; all is counted anew."""
        owed = self.matter.told.owed(self.almanac).values()
        near = sorted(
            {day + n * DAY for o in owed for day in (o.nominal, o.due) for n in (-1, 0, 1)}
        )
        year = data.draw(st.sampled_from(near), "year").year
        own = [day for day in near if day.year == year]
        off = data.draw(st.sets(st.sampled_from(own)), "off")
        source = f"国办发明电〔{year}〕{next(self.serials)}号"
        notice = RestDayNotice(year, dict.fromkeys(off, "假日"), frozenset(own) - off, source)
        self.notices.append(notice)
        self.almanac, self.calendar = Almanac(self.notices), WorkCalendar(self.notices)
        self.matter.told.hear_of_a_notice(self.almanac)
        shifts = self.do(lambda desk: recount(desk, source, None))
        self.taken["recounted"] += len(shifts)

    # What must be.

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        now = self.runner.run(self._look())
        self._exactly_that_is_owed_which_must_be(now)
        self._rows_are_only_added_and_closed(now)
        self._the_reply_is_judged_by_what_is_said_now(now)
        self._the_card_tells_it(now)
        told, record = self.matter.told, self.matter.record
        assert (record.state, record.data) == (told.state, told.data)
        assert now.kept == record
        assert now.proposals == told.proposed
        assert now.allowed == self.allowed()

    async def _look(self) -> Look:
        tx, record = self.tx, self.matter.record
        return Look(
            await tx.duties.of_record(record.id),
            {event.id for event in await tx.events.of_record(record.id)},
            await tx.records.get(record.id),
            len(await tx.proposals.of_record(record.id)),
            {move.code for move in ADVICE.moves_now(await matter_of(await self.desk(), record))},
            await render_card(await self.desk(), ADVICE, record),
            {old.record.id: await tx.duties.of_record(old.record.id) for old in self.old},
        )

    def _exactly_that_is_owed_which_must_be(self, now: Look) -> None:
        found = {row.code: _owed(row) for row in _open(now.rows)}
        assert found == self.matter.told.owed(self.almanac)
        assert len(_open(now.rows)) == len(found), "one row at most is open of a duty"

    def _rows_are_only_added_and_closed(self, now: Look) -> None:
        for old in self.old:
            assert now.old[old.record.id] == old.rows
        before, self.matter.rows = self.matter.rows, now.rows
        assert [_fixed(row) for row in before] == [_fixed(r) for r in now.rows[: len(before)]]
        for was, row in zip(before, now.rows, strict=False):
            assert was.closed_by is None or _closing(row) == _closing(was)
        opened = {(row.code, row.opened_by) for row in now.rows}
        assert {event for _, event in opened} <= now.events
        for row in now.rows:
            assert (row.closed_by is None) == (row.outcome is None)
            assert (row.outcome is Outcome.MET) == (row.met_on is not None)
            assert row.closed_by is None or row.closed_by in now.events
            if row.outcome is Outcome.REPLACED:
                assert (row.code, row.closed_by) in opened

    def _the_reply_is_judged_by_what_is_said_now(self, now: Look) -> None:
        told = self.matter.told
        if told.answered:
            last = [row for row in now.rows if row.code == "reply"][-1]
            assert last.outcome is Outcome.MET
            assert str(last.met_on) == told.data["replied_on"]
            assert last.late == told.days_late

    def _the_card_tells_it(self, now: Look) -> None:
        told, card = self.matter.told, now.card
        assert card.startswith(told.light(self.today, self.almanac))
        for duty in told.owed(self.almanac).values():
            assert f"：{duty.due.year}年{duty.due.month}月{duty.due.day}日" in card
        waiting = not told.keys_turned and told.state not in CLOSED
        assert ("尚未起算" in card) == waiting
        by_day = told.keys_turned and told.state not in CLOSED
        one_sided = not {"served_on", "received_on"} <= told.data.keys()
        assert ("单方登记" in card) == (by_day and one_sided)
        assert ("双方登记的日期不一致" in card) == (by_day and len(told.told_days) > 1)
        late = told.days_late
        assert ("，双方日期不一致）" in card) == (late > 0 and len(told.told_days) > 1)
        assert (f"办理，<b>逾期{late}天</b>" in card) == (late > 0)
        assert ("，暂定" in card) == (late > 0 and not told.final)


def _open(rows: list[Duty]) -> list[Duty]:
    return [row for row in rows if row.closed_by is None]


def _owed(row: Duty) -> Owed:
    days = (row.start, row.nominal, row.due)
    return Owed(row.debtor, row.creditor, row.rule.code, *days, row.provisional)


def _closing(row: Duty) -> tuple[object, ...]:
    return (row.closed_by, row.outcome, row.met_on)


def _fixed(row: Duty) -> Duty:
    """All that never changes: not its end, what cards say of it, or which schedule agrees."""
    still = replace(row, closed_by=None, outcome=None, met_on=None)
    return replace(still, shown=row.shown.FAR, calendar_version="")


async def _hire(database: Database, books: Books) -> Cast:
    """Put the people on the roster."""
    actors = []
    async with database.write() as tx:
        for serial, (organ, role) in enumerate(
            [(PROCURATORATE, Role.LIAISON), (BUREAU, Role.LIAISON), (PROCURATORATE, Role.LEADER)]
        ):
            person = await tx.people.add(
                user_id=7001 + serial,
                name="李静",
                role=role,
                organ=organ,
                status=Status.ACTIVE,
                reachable=role is Role.LEADER,
                now=datetime(2025, 12, 1, 10, tzinfo=SHANGHAI),
            )
            actors.append(Actor(person.id, person.name, role, books.office.standing(organ)))
    prosecutor, bureau, leader = actors
    return Cast(books, {PROCURATORATE: prosecutor, BUREAU: bureau}, leader)


def test_no_step_is_left_out() -> None:
    assert {code for past in PASTS for code in past} == LIFE.keys()


@pytest.mark.parametrize("past", PASTS, ids="-".join)
def test_after_each_step_of_any_life_exactly_that_is_owed_which_must_be(
    quick_url: str, books: Books, past: tuple[str, ...]
) -> None:
    Lives.taken.clear()
    with opened(quick_url) as (runner, database):
        cast = runner.run(_hire(database, books))

        class Here(Lives):
            def __init__(self) -> None:
                super().__init__(runner, database, cast, past)

        run_state_machine_as_test(Here, settings=PROFILE)
    assert Lives.taken.keys() >= set(past), "without which it would prove less than it says"
