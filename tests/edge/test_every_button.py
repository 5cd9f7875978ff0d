"""Every button there is, pressed as nobody may: forged, out of date, and somebody else's.

A new sort of button needs its lines in `CASES`; without them the first test fails.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from bot.app import open_books
from bot.domain.calendar import DAY
from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner
from bot.domain.people import Person, Place, Role, Side, Status, Visitor
from bot.services import buttons
from bot.services.acknowledging import acknowledge
from bot.services.desk import Desk
from bot.services.disputing import dispute, settle
from bot.services.forms import Said, open_form
from bot.services.joining import ask_to_join
from bot.services.ledger import file_record, move_record
from bot.services.lookup import look_up
from bot.services.nagging import respites
from bot.services.proposals import propose
from bot.services.rest_days import preview_notice
from bot.storage.chats import Chat
from bot.storage.tables import metadata, outbox
from bot.text import Texts
from handlers.application import PRESSES
from tests.domain.notices import AMENDED, INVENTED_TEXT
from tests.edge.office import STRANGER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.people import Actor, Person
    from bot.domain.records import Record, Value
    from bot.storage.database import Tx
    from handlers.intake import Intake
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@dataclass(frozen=True)
class Case:
    """What may follow a button's verb. The placeholders are those of `Scene.facts`."""

    owner: str
    """Who could press the true one."""
    valid: str
    """What the true one says."""
    forged: tuple[str, ...]
    """What no button ever said."""
    stale: tuple[str, ...] = ()
    """What a button once said, of what is gone or changed since."""
    foreign: tuple[str, ...] = ()
    """Those of the roster who may not press the true one."""
    private: bool = False
    """It stands in the private chat."""


DRAFT = Case("王敏", "{draft}", ("x", "-1", "9" * 20, "{draft}.1.1.1.1.1"), ("{gone}",), ("李静",))
"""A button about a draft as a whole."""


def of_draft(valid: str, *forged: str) -> Case:
    """A button about a draft, which is its writer's alone; `valid` is what follows the draft."""
    return Case(
        "王敏",
        f"{{draft}}.{valid}",
        ("x", "{draft}", *(f"{{draft}}.{each}" for each in forged)),
        (f"{{gone}}.{valid}",),
        ("李静",),
    )


def of_record(
    *stale: str, owner: str = "李静", valid: str = "{signed}", foreign: tuple[str, ...] = ()
) -> Case:
    """A button about a record, which another district's people do not know of."""
    forged = ("x", "-1", "9" * 20, "１", f"{valid}.1.1.1.1.1")
    return Case(owner, valid, forged, ("9999", *stale), ("陈刚", "孙伟", *foreign))


def of_list(valid: str, *forged: str) -> Case:
    """A button under a list, which turns for whoever asked."""
    bad = ("x", *(f"{{list}}.{each}" for each in forged))
    after = f".{valid}" if valid else ""
    return Case("王敏", f"{{list}}{after}", bad, (f"9999{after}",), ("李静",))


def of_proposal(owner: str = "吴建国", other: str = "李静") -> Case:
    """A button under what is put before the leader of an organ, or what its proposer was told."""
    forged = ("x", "-1", "9" * 20)
    return Case(owner, "{proposal}", forged, ("9999",), (other, "王敏", "陈刚", "孙伟"))


CASES: dict[str, Case] = {
    buttons.FILE: replace(DRAFT, valid="{complete}"),
    buttons.CANCEL: DRAFT,
    buttons.BACK: DRAFT,
    buttons.EDIT: DRAFT,
    buttons.SAVE: DRAFT,
    buttons.RESUME: DRAFT,
    buttons.CHOOSE: of_draft("route.apply", "route", "route.sideways", "summary.x", "zz.apply"),
    buttons.GROUP: of_draft("1", "99", "x"),
    buttons.ASK: of_draft("party", "zz"),
    buttons.SKIP: of_draft("party", "zz", "category"),
    buttons.CLEAR: of_draft("party", "zz", "category"),
    buttons.APPEND: of_draft("{signed}", "x", "9999", "{elsewhere}"),
    buttons.ADD: of_record("{closed}"),
    buttons.CORRECT: of_record("{closed}"),
    buttons.DISPUTE: of_record("{closed}", foreign=("吴建国", "林川")),
    buttons.NOTE: of_record("{closed}", foreign=("吴建国", "林川")),
    buttons.SETTLE: Case(
        "李静",
        "{signed}.{dispute}.{raised}",
        ("x", "{signed}", "{signed}.{dispute}", "{signed}.{dispute}.x", "{signed}.-1.{raised}"),
        (
            "9999.{dispute}.{raised}",
            "{signed}.9999.{raised}",
            "{signed}.{dispute}.1",
            "{forest}.{dispute}.{raised}",
            "{closed}.{ended}.{ended_by}",
            "{signed}.{half}.{half_by}",
        ),
        ("陈刚", "吴建国", "孙伟", "林川"),
    ),
    buttons.UNDO: of_record(
        "{signed}", "{closed}", owner="王敏", valid="{fresh}", foreign=("李静",)
    ),
    buttons.CARD: of_record(),
    buttons.DETAIL: of_record(),
    buttons.HISTORY: of_record(),
    buttons.WHY: of_record(),
    buttons.FILES: of_record("{signed}"),
    buttons.MOVE: Case(
        "李静",
        "{signed}.review.2",
        ("x", "{signed}", "{signed}.review", "{signed}.review.x", "{signed}.explode.2"),
        ("9999.review.2", "{signed}.sign.1", "{signed}.review.1", "{signed}.archive.2"),
        ("王敏", "陈刚", "吴建国", "孙伟"),
    ),
    buttons.TODO_STEP: Case(
        "李静",
        "{signed}.review.2.0",
        ("x", "{signed}.review.2", "{signed}.review.x.0", "{signed}.explode.2.0"),
        ("9999.review.2.0", "{signed}.sign.1.0", "{signed}.review.1.0"),
        ("王敏", "陈刚", "吴建国", "孙伟"),
    ),
    buttons.ACKNOWLEDGE: Case(
        "林川",
        "{forest}",
        ("x", "-1", "9" * 20),
        ("9999", "{signed}", "{read}", "{closed}"),
        ("王敏", "李静", "陈刚", "吴建国", "孙伟"),
    ),
    buttons.PROPOSAL: of_proposal(),
    buttons.APPROVE: of_proposal(),
    buttons.DECLINE: of_proposal(),
    buttons.RETRACT: of_proposal("李静", "吴建国"),
    buttons.PAGE: of_list("0", "x", "-1"),
    buttons.FILTERS: of_list("", "zz", "s.zz"),
    buttons.FILTER_ON: of_list("s.lead.signed", "zz.yy", "s.lead.zz", "d.nowhere"),
    buttons.FILTER_OFF: of_list("s.lead.signed"),
    buttons.CALENDAR: Case("李静", "7", ("x", "0", "93", "-1", "9" * 20)),
    buttons.TODO: Case("李静", "0", ("x", "-1", "9" * 20), foreign=("孙伟",)),
    buttons.JOIN_SIDE: Case(STRANGER, "resources", ("nobody", "x.y"), private=True),
    buttons.JOIN: Case(
        STRANGER,
        "zrzy-ec.liaison",
        ("zrzy-ec.admin", "-.-", "nowhere.liaison"),
        private=True,
    ),
    buttons.ADMIT: Case(
        "孙伟",
        "{asked}.zrzy-ec.deputy",
        ("x", "{asked}", "{asked}.nowhere.deputy", "{asked}.zrzy-ec.admin"),
        ("9999.zrzy-ec.deputy", "{asked}.zrzy-ec.liaison"),
        ("王敏", "吴建国"),
    ),
    buttons.REFUSE: Case(
        "孙伟",
        "{asked}.zrzy-ec.deputy",
        ("x", "{asked}", "{asked}.nowhere.deputy"),
        ("9999.zrzy-ec.deputy", "{asked}.zrzy-ec.liaison"),
        ("王敏", "吴建国"),
    ),
    buttons.LEAVE: Case("王敏", "{wang}", ("x", "-1", "9" * 20), ("9999",), ("李静", "吴建国")),
    buttons.END_AWAY: Case(
        "王敏",
        "{away}",
        ("x", "-1", "9" * 20, "１", "{away}.1.1.1.1.1"),
        ("9999", "{over}"),
        ("李静", "吴建国", "陈刚", "孙伟"),
    ),
    buttons.BIND: Case(
        "孙伟", "420704.all", ("nowhere.all", "420704.sect", "420704"), foreign=("王敏", "吴建国")
    ),
    buttons.IMPORT: Case(
        "孙伟",
        "{notice}.{calendar}",
        ("x", "-1", "9" * 20, "{notice}", "{notice}.x", "{notice}.{calendar}.1.1.1.1"),
        ("9999.{calendar}", "{imported}.{calendar}", "{notice}.000000000000"),
        ("王敏", "吴建国", "周正"),
        private=True,
    ),
    buttons.NAG: Case(
        "李静",
        "{nag}",
        ("", "x", "-1", "9" * 20),
        ("9999", "{answered}"),
        ("陈刚", "孙伟"),
        private=True,
    ),
    buttons.LATER: Case(
        "李静",
        "{nag}",
        ("", "x", "-1", "9" * 20),
        ("9999", "{answered}"),
        ("王敏", "吴建国", "陈刚", "孙伟"),
        private=True,
    ),
    buttons.UNTIL: Case(
        "李静",
        "{nag}.{until}",
        ("{nag}", "{nag}.x", "{nag}.1", "x.{until}"),
        ("9999.{until}", "{answered}.{until}"),
        ("王敏", "吴建国", "陈刚", "孙伟"),
        private=True,
    ),
    buttons.HEALTH: Case("孙伟", "", ("x", "0"), foreign=("王敏", "吴建国"), private=True),
    buttons.RESEND: Case(
        "孙伟",
        "{given_up}",
        ("", "x", "-1", "9" * 20),
        ("9999", "{dismissed}"),
        ("王敏", "吴建国"),
        private=True,
    ),
    buttons.DISMISS: Case(
        "孙伟",
        "{given_up}",
        ("", "x", "all", "-1", "9" * 20),
        ("9999", "{dismissed}"),
        ("王敏", "吴建国"),
        private=True,
    ),
    buttons.NO_IMPORT: Case(
        "孙伟",
        "{notice}",
        ("x", "-1", "9" * 20),
        ("9999", "{imported}"),
        ("王敏", "吴建国", "周正"),
        private=True,
    ),
}

OPEN_TO_STRANGERS = {buttons.JOIN, buttons.JOIN_SIDE}
OPEN_TO_ALL = {buttons.CALENDAR, *OPEN_TO_STRANGERS}
NEVER_OLD = {buttons.TODO, buttons.HEALTH, buttons.BIND, *OPEN_TO_ALL}
"""What they show is found anew at every press, or said by the button itself."""


def test_every_button_has_its_cases() -> None:
    declared = {
        value
        for name, value in vars(buttons).items()
        if name.isupper() and isinstance(value, str) and len(value) == 2
    }
    assert set(CASES) == set(PRESSES) == declared
    assert all(case.forged for case in CASES.values())
    assert {verb for verb, case in CASES.items() if not case.stale} == NEVER_OLD
    assert {verb for verb, case in CASES.items() if not case.foreign} == OPEN_TO_ALL


LEADS = {
    "fresh": {"category": "2C"},
    "signed": {"category": "2C"},
    "closed": {"category": "2C"},
    "forest": {"category": "F"},
    "read": {"category": "F"},
    "elsewhere": {"category": "2C"},
}


DONE = Texts().refusal(DomainError("no_longer_owed"))
"""What a second tap is told in passing."""


@dataclass
class Scene:
    """An office with one of everything that a button can be about."""

    office: Office
    intake: Intake
    tx: Tx
    facts: dict[str, object]
    _serials: count[int]

    async def press(self, name: str, verb: str, args: str, *, private: bool) -> tuple[str, str]:
        """Press a button; tells how it was answered, by which manner and in which words."""
        serial = next(self._serials)
        data = ".".join(filter(None, (buttons.VERSION, verb, args.format(**self.facts))))
        user = self.office[name].user.json()
        chat = (self.office[name].private if private else self.office.group).json()
        message = {"message_id": 900, "date": 1773018000, "chat": chat, "from": self._bot()}
        query = {"id": f"q{serial}", "from": user, "message": message, "chat_instance": "1"}
        raw = {"update_id": serial, "callback_query": {**query, "data": data}}
        await self.intake._take_one(self.tx, raw)
        row = (
            await self.tx.connection.execute(
                select(outbox.c.manner, outbox.c.text).where(outbox.c.press == f"q{serial}")
            )
        ).one()
        return row.manner, row.text

    def _bot(self) -> dict[str, Any]:
        return self.office.sandbox.world.bot.json()

    async def rows(self) -> dict[str, list[Any]]:
        """Everything there is but updates taken in, and answers to presses."""
        found = {
            name: [tuple(row) for row in await self.tx.connection.execute(select(table))]
            for name, table in metadata.tables.items()
            if name not in {"updates", "outbox"}
        }
        said = await self.tx.connection.execute(select(outbox).where(outbox.c.press == ""))
        return {**found, "outbox": [tuple(row) for row in said]}


@pytest.fixture
async def scene(closed_office: Office) -> AsyncIterator[Scene]:
    """A transaction in which the scene is set; at the end it is undone."""
    office = closed_office
    async with office.door() as intake, office.database.write() as tx:
        facts = await set_scene(office, tx)
        yield Scene(office, intake, tx, facts, count(1))
        await tx.connection.rollback()


async def set_scene(office: Office, tx: Tx) -> dict[str, object]:
    """Leads in several states, a draft and one thrown away, a list, a request."""
    books, now = open_books(office.settings, "bot"), office.sandbox.clock.now()
    desk = await Desk.open(tx, books, now, "scene")
    everybody = Chat(office.group.id, 0, "鄂城群", "420704", frozenset(Side))
    await tx.chats.bind(everybody, 1, desk.now)
    office.cast["林川"] = office.sandbox.user("林川")
    await hire(desk, office["林川"].id, "林川", "lzb-ec")
    office.cast["周正"] = office.sandbox.user("周正")
    await hire(desk, office["周正"].id, "周正", None, Role.ADMIN)
    people = {person.name: person for person in await tx.people.everybody(Status.ACTIVE)}
    actors = {name: desk.actor(person) for name, person in people.items()}
    leads = {name: await lead(desk, actors, name) for name in LEADS}
    for name in ("signed", "elsewhere"):
        signs = actors["李静" if name == "signed" else "周岚"]
        await move_record(desk, signs, leads[name], "sign", {}, version=1)
    await acknowledge(desk, actors["林川"], leads["read"])
    disputes = await dispute_some(desk, actors, leads)
    nags = await nag_some(desk, people["李静"], leads)

    group = Place(office.group.id)
    absences = await some_absences(desk, people["王敏"])
    complete = await open_form(desk, actors["王敏"], LEAD, group, Said("2C 移送线索 某处占地"))
    gone = await open_form(desk, actors["王敏"], LEAD, group, Said(""))
    draft = await open_form(desk, actors["王敏"], LEAD, group, Said(""))
    await tx.drafts.remove(gone.id)
    await look_up(desk, actors["王敏"], "鄂城", group)
    stranger = office[STRANGER]
    request = Visitor(stranger.id, "路人甲", "")
    await ask_to_join(desk, request, "鄂城分局 B角 路人甲", Place(stranger.id, private=True))
    admin = Place(office["孙伟"].id, private=True)
    await tx.rest_days.add(AMENDED, people["孙伟"].id, desk.now, imported_at=desk.now)
    desk = await Desk.open(tx, books, now, "calendar")
    await preview_notice(desk, actors["孙伟"], INVENTED_TEXT, admin)
    return {
        "given_up": await give_up(desk, people["王敏"]),
        "dismissed": await give_up(desk, people["李静"], dismissed=True),
        "proposal": await proposal(desk, actors["李静"], actors["王敏"]),
        "imported": 1,
        "notice": 2,
        "calendar": desk.calendar.version,
        **{name: record.id for name, record in leads.items()},
        **disputes,
        **nags,
        **absences,
        "draft": draft.id,
        "complete": complete.id,
        "gone": gone.id,
        "list": 1,
        "asked": stranger.id,
        "wang": people["王敏"].id,
    }


async def nag_some(desk: Desk, li: Person, leads: dict[str, Record]) -> dict[str, object]:
    """Reminders: one of what is owed, one of what was answered; and an hour that is offered."""
    for name in ("fresh", "signed"):
        first = (await desk.tx.duties.of_record(leads[name].id))[0]
        await desk.tx.nags.add(first.id, -1, [li.id], desk.now)
        (nag,) = await desk.tx.nags.waiting_of(first.id)
        await desk.tx.nags.said([nag.id], f"nag/{name}")
        if name == "fresh":
            until = respites(desk, first)[0][1]
    found = {
        fact: (await desk.tx.nags.in_message(f"nag/{name}"))[0].id
        for fact, name in (("nag", "fresh"), ("answered", "signed"))
    }
    return {**found, "until": int(until.timestamp())}


async def dispute_some(
    desk: Desk, actors: dict[str, Actor], leads: dict[str, Record]
) -> dict[str, object]:
    """Disputes: one open, one that the bureau alone holds open, one that both have settled."""
    wang, open_of = actors["王敏"], desk.tx.disputes.open_of
    for subject in ("whole", "answer"):
        await dispute(desk, wang, leads["signed"], subject, "日期有误")
    one, half = await open_of(leads["signed"].id)
    await settle(desk, actors["李静"], leads["signed"], half.id, half.raised_by)
    await dispute(desk, wang, leads["closed"], "whole", "日期有误")
    (ended,) = await open_of(leads["closed"].id)
    for each in (wang, actors["李静"]):
        await settle(desk, each, leads["closed"], ended.id, ended.raised_by)
    await move_record(desk, wang, leads["closed"], "withdraw", {}, version=1)
    found = {"dispute": one, "half": half, "ended": ended}
    ids: dict[str, object] = {name: each.id for name, each in found.items()}
    events = {"raised": one, "half_by": half, "ended_by": ended}
    return ids | {name: each.raised_by for name, each in events.items()}


async def some_absences(desk: Desk, person: Person) -> dict[str, object]:
    """Two absences of one person's: one to come, and one that was over yesterday."""
    to_come, past = desk.today + 9 * DAY, desk.today - DAY
    put, now = desk.tx.absences.put, desk.now
    away = await put(person.id, to_come, to_come, None, now, shown=False)
    over = await put(person.id, past, past, None, now, shown=True)
    return {"away": away.id, "over": over.id}


async def give_up(desk: Desk, person: Person, *, dismissed: bool = False) -> int:
    """A message that could not be delivered, and perhaps is not to be any more."""
    await desk.say(person.user_id, text="话", key=f"lost/{person.id}")
    waiting = outbox.c.key == f"lost/{person.id}"
    row = (await desk.tx.connection.execute(select(outbox).where(waiting))).one()
    await desk.tx.connection.execute(
        update(outbox).where(waiting).values(state="failed", settled_at=desk.now)
    )
    if dismissed:
        await desk.tx.undelivered.dismiss(row.id, desk.now)
    return int(row.id)


async def hire(
    desk: Desk, user_id: int, name: str, organ: str | None, role: Role = Role.LIAISON
) -> Person:
    return await desk.tx.people.add(
        user_id=user_id,
        name=name,
        role=role,
        organ=organ,
        status=Status.ACTIVE,
        reachable=True,
        now=desk.now,
    )


async def lead(desk: Desk, actors: dict[str, Actor], name: str) -> Record:
    author, district = ("陈刚", "420703") if name == "elsewhere" else ("王敏", "420704")
    data = {"route": "transfer", "summary": "某村占地", **LEADS[name]}
    return await file_record(desk, actors[author], LEAD, district, data)


async def proposal(desk: Desk, prosecutor: Actor, bureau: Actor) -> int:
    """Something that waits for the approval of the procuratorate's leader."""
    said: dict[str, Value] = {
        "type": "breach",
        "advice_number": "鄂州检行建〔2025〕5号",
        "issued_on": "2025-12-01",
        "items": "催告",
    }
    receipt: dict[str, Value] = {
        "served_on": "2025-12-02",
        "delivery": "direct",
        "signatory": "王敏",
    }
    advice = await file_record(desk, prosecutor, ADVICE, "420704", said)
    advice = await move_record(desk, prosecutor, advice, "serve", receipt, version=1)
    advice = await move_record(desk, bureau, advice, "confirm_receipt", {}, version=2)
    urging: dict[str, Value] = {"urged_by": "visit", "urging": "已走访"}
    advice = await move_record(desk, prosecutor, advice, "urge", urging, version=3)
    data: dict[str, Value] = {"level": "superior", "escalation": "逾期未回复"}
    return (await propose(desk, prosecutor, advice, "escalate", data, version=4)).id


async def require_refused(scene: Scene, name: str, verb: str, args: str, *, private: bool) -> None:
    manner, text = await scene.press(name, verb, args, private=private)
    told = (name, verb, args, text)
    assert manner == (Manner.TOAST if text == DONE else Manner.ALERT), told
    assert text, told
    assert "故障" not in text, told


@both
@pytest.mark.parametrize("abuse", ["forged", "stale", "foreign"])
async def test_no_button_does_anything_for_whom_it_is_not(scene: Scene, abuse: str) -> None:
    before = await scene.rows()
    for verb, case in CASES.items():
        presses = {
            "forged": [(case.owner, args) for args in case.forged],
            "stale": [(case.owner, args) for args in case.stale],
            "foreign": [(name, case.valid) for name in (*case.foreign, *strangers(verb))],
        }
        for name, args in presses[abuse]:
            await require_refused(scene, name, verb, args, private=case.private)
        assert await scene.rows() == before, verb


def strangers(verb: str) -> tuple[str, ...]:
    return () if verb in OPEN_TO_STRANGERS else (STRANGER,)


@both
async def test_the_true_button_works_for_whom_it_is(scene: Scene) -> None:
    """Without which the refusals above would prove nothing."""
    for verb, case in CASES.items():
        trial = await scene.tx.connection.begin_nested()
        manner, text = await scene.press(case.owner, verb, case.valid, private=case.private)
        await trial.rollback()
        works = verb != buttons.FILES  # the scene has no files
        assert (manner == Manner.TOAST) == works, (verb, text)
