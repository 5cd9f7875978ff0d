"""Every text a user reads: complete, within the messenger's limits, and in Chinese only."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import bot
from bot.domain.absences import LONGEST, Absence, format_days
from bot.domain.calendar import RestDayNotice, WorkCalendar
from bot.domain.entries import OneOf, Reason, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.files import KINDS as FILE_KINDS
from bot.domain.files import FileRules
from bot.domain.kinds import KINDS
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import CATEGORIES, LEAD, ROUTES
from bot.domain.measures import Money, Surface
from bot.domain.people import Person, Role, Side, Status
from bot.domain.periods import PERIODS, Light, Stretch, count, stretch
from bot.domain.records import Duty, Value
from bot.domain.rest_days import HOLIDAYS, breaks
from bot.domain.trouble import Trouble
from bot.domain.why import prove
from bot.office import read_office
from bot.sandbox.markup_html import parse_html
from bot.services import (
    alike,
    away,
    drafts,
    group_words,
    leaving,
    nag_lists,
    recounting,
    rest_days,
)
from bot.services.alike import Alike
from bot.services.blanks import LONGEST_BEFORE
from bot.services.clockface import Conflict, Estimate, Face, Late, OneSided, Owed
from bot.services.disclosure import LONGEST_AMENDMENTS, pages_of
from bot.services.disputes import Disagreement
from bot.services.group_words import DueLine, Part, Word
from bot.services.health import LISTED, Health, Need
from bot.services.nag_items import Fate
from bot.services.previews import LONGEST_SAID
from bot.services.proofs import MOST_CHANGES, proven
from bot.services.signatures import Receipt
from bot.services.standing_in import Away
from bot.services.todo import PAGE, Asked, Disputed, Line
from bot.services.unasked import Occasion, Sort
from bot.services.unheard import Silence, SilentOrgan, Why
from bot.services.upcoming import Matter, Message
from bot.services.why import ROWS, WIDTH
from bot.storage.chats import Chat
from bot.storage.heartbeats import Gap
from bot.text import Texts
from handlers.commands import all_commands

TEXTS = Texts()
OFFICE = read_office()
ROOT = Path(bot.__file__).parent.parent
MESSAGE, CAPTION, TOAST = 4096, 1024, 200

WILD = "<&>\"'😀{{某}}</b>%"
AT = datetime(2026, 12, 31, 2, 5, tzinfo=UTC)


def wild(length: int) -> str:
    """So many characters of everything that markup could choke on."""
    return (WILD * length)[:length]


NUMBER = "鄂州资规罚字〔2025〕（回龙）12345678901号"
NAME = "某" * 20
ORGAN = max((organ.name for organ in OFFICE.organs), key=len)
SHORT = max((organ.short for organ in OFFICE.organs), key=len)
DISTRICT = max((district.name for district in OFFICE.districts), key=len)
SHORTS = [organ.short for organ in OFFICE.organs if not organ.city][:3]


def longest(name: str) -> Value:
    """The longest value that a field may hold."""
    holds = LEAD.entries[name].holds
    if isinstance(holds, Text):
        return wild(holds.limit)
    if isinstance(holds, OneOf):
        return max(holds.choices, key=lambda choice: len(choice.title)).code
    if isinstance(holds, Surface):
        return "1234567890.12"
    if isinstance(holds, Money):
        return 123456789012345
    return NUMBER if "number" in name or name == "merged_into" else "2026-12-31"


DATA = {name: longest(name) for name in LEAD.entries}
EVERYTHING = LEAD.visible(DATA, frozenset(Sight))
PUBLIC = LEAD.visible(DATA, frozenset({Sight.GROUP}))
CONTENT = pages_of({t: v for t, v in EVERYTHING.items() if t not in PUBLIC})
PERSON = Person(1, 7001, NAME, Role.DEPUTY, "zrzy-ec", Status.ACTIVE, reachable=False)
ABSENCE = Absence(1, 1, date(2026, 12, 28), date(2027, 6, 25), 1, AT)
AWAY = Away(PERSON, ABSENCE, PERSON)
DAYS = format_days(ABSENCE.first, ABSENCE.last, date(2025, 1, 1))
DUTY = Duty(
    id=1,
    record_id=1,
    code="result",
    debtor="jcy-ec",
    creditor="zrzy-ec",
    rule=PERIODS["P-RESULT"],
    start=date(2026, 9, 30),
    nominal=date(2026, 12, 30),
    due=date(2026, 12, 31),
    provisional=True,
    calendar_version="1",
    shown=Stretch.FAR,
    opened_by=1,
)
OWED = Owed(
    "告知办理结果", SHORT, DUTY, -365, Stretch.OVERDUE, (date(2026, 12, 28),) * 2, "调休上班"
)
ESTIMATE = Estimate(
    "紧急情况书面回复",
    count(PERIODS["A1"], date(2026, 12, 31), WorkCalendar()),
    ADVICE.entries["received_on"].title,
    "待双方确认收到日期",
)
CONFLICT = Conflict(
    (("送达日期（检察机关登记）", date(2026, 12, 30)), ("收到日期", date(2026, 12, 31))),
    date(2026, 12, 30),
)
ONE_SIDED = OneSided("收到日期（被建议单位登记）", date(2026, 12, 1))
LATE = Late(
    ADVICE.rule("reply"),
    date(2026, 12, 1),
    date(2026, 12, 31),
    30,
    provisional=True,
    differing=True,
)
FACE = Face(
    Light.YELLOW, (OWED,) * 4, (ESTIMATE,) * 2, (CONFLICT,) * 2, (ONE_SIDED,) * 2, (LATE,) * 2
)
SOURCE = "国办发明电〔2026〕1234号"
NOTICE = RestDayNotice(
    2027,
    {date(2027, month, day): "国庆节、中秋节" for month in range(1, 13) for day in (1, 11, 21)},
    frozenset(date(2027, month, day) for month in range(1, 13) for day in (5, 15)),
    SOURCE,
)
LINE = Line(NUMBER, "补正后重新移送", False, DUTY.due, -365, Light.RED, (DUTY.due,))
SHIFT: dict[str, object] = {
    "number": NUMBER,
    "title": max((rule.title for kind in KINDS.all for rule in kind.duties), key=len),
    "debtor": SHORT,
    "moved": True,
    "before": date(2026, 12, 31),
    "was_provisional": True,
    "met_on": date(2026, 12, 31),
    "late": 361,
    "statutory": False,
    "after": date(2026, 12, 31),
    "provisional": True,
}
STEP = {
    "at": AT,
    "title": max((move.title for move in LEAD.moves), key=len),
    "organ": SHORT,
    "person": NAME,
    "state": max((state.title for state in LEAD.states), key=len),
}
CARD: dict[str, object] = {
    "number": NUMBER,
    "state": "退回补正",
    "sender": SHORT,
    "receiver": SHORT,
    "district": DISTRICT,
    "fields": PUBLIC,
    "closed": False,
    "holder": SHORT,
    "away": AWAY,
    "next_step": "办理并告知结果",
    "face": FACE,
    "living": False,
    "today": date(2030, 1, 1),
    "disputes": [Disagreement("收到日期（被建议单位登记）", SHORT, date(2026, 12, 31), SHORT)] * 8,
    "receipts": {how: [Receipt(SHORT, AT)] * 3 for how in ("signed", "unsigned", "read", "unread")},
    "last": STEP,
}

FACTS: dict[str, object] = {
    "number": NUMBER,
    "person": NAME,
    "organ": ORGAN,
    "role": Role.DEPUTY.label,
    "by": NAME,
    "office": OFFICE.name,
    "district": DISTRICT,
    "organs": SHORTS,
    "vacant": SHORTS,
    "title": "补正后重新移送",
    "titles": [e.title for e in LEAD.entries.values()][:4],
    "username": "a" * 32,
    "user_id": 2**52,
    "kind": "liaison",
    "topic": True,
    "heard": False,
    "asking": True,
    "admitted": True,
    "days": 365,
    "earlier": CONFLICT.days[0],
    "later": CONFLICT.days[1],
    "streams": 99_999,
    "code": "f" * 64,
    "day": date(2026, 12, 31),
    "first": date(2026, 12, 31),
    "last": date(2026, 12, 31),
    "length": 4096,
    "limit": 500,
    "count": 9999,
    "approved": True,
    "today": date(2030, 1, 1),
    "why": wild(200),
    "proposed": True,
    "filed": max((kind.filed for kind in KINDS.all), key=len),
    "state": "待补充回复",
    "receiver": SHORT,
    "owed": FACE.owed,
    "proposer": NAME,
    "fields": {"提级层级": "某" * 30, "提级理由": wild(500)},
    "coded": True,
    "choices": ["某" * 8] * 30,
    "words": wild(40),
    "question": wild(64),
    "answer": wild(64),
    "blocks": ["某" * 300] * 10,
    "steps": [STEP] * 60,
    "left_out": 400,
    "within": True,
    "over": False,
    "registered": True,
    "card": TEXTS.render("card", **CARD),
    "commands": all_commands(KINDS),
    "move": "",
    "file": wild(87),
    "size": "19.9 MB",
    "digest": "f" * 12,
    "again": False,
    "reason": "某" * 120,
    "allowed": FileRules(tuple(FILE_KINDS)).allowed,
    "largest": "19.9 MB",
    "most": 20,
    "lines": [{"number": NUMBER, "district": DISTRICT, "state": "退回补正"}] * 20,
    "until": AT,
    "private": True,
    "passage": wild(41),
    "said": 15,
    "really": 15,
    "year": 2027,
    "source": SOURCE,
    "notice": NOTICE,
    "breaks": [*breaks(NOTICE)],
    "work": sorted(NOTICE.work),
    "admin": True,
    "away": AWAY,
    "span": DAYS,
    "under_way": True,
    "replaced": True,
    "leader": False,
    "deputy": NAME,
    "gone": DAYS,
    "taker": NAME,
    "unread": wild(20),
    "could": [NAME] * 6,
    "taken": True,
    "known": date(2026, 12, 28),
    "notices": [{"source": SOURCE, "year": 2027, "at": AT, "person": NAME}] * rest_days.LISTED,
}
"""Every fact by the name that templates give it, at its longest."""

DRAFT = {
    "filing": True,
    "optional": True,
    "seen": "after_approval",
    "choosing": False,
    "files": 10,
    "unsettled": ["收到日期（被建议单位登记）"] * 3,
    "foreseen": [(ESTIMATE, True)] * 2,
    "beside": "",
    "today": date(2030, 1, 1),
    "alike": [Alike(1, NUMBER, "退回补正", "其中永久基本农田")] * alike.SHOWN,
    "fields": LEAD.visible({n: DATA[n] for n in LEAD.offered}, frozenset(Sight)),
    "hidden": [entry.title for entry in LEAD.entries.values()],
    "missing": [LEAD.entries[name].title for name in (*LEAD.required, *LEAD.guided)],
    "question": max((entry.ask for entry in LEAD.entries.values()), key=len),
    "by_button": False,
    "private": False,
    "doubts": [
        {"title": entry.title, "said": wild(LONGEST_SAID), "why": TEXTS.label(f"doubt_{reason}")}
        for entry in LEAD.entries.values()
        if not isinstance(entry.holds, OneOf | Text)
        for reason in list(Reason)[:1]
    ],
}
FILE = {
    "name": wild(87),
    "size": "1023 字节",
    "digest": "f" * 12,
    "person": NAME,
    "organ": SHORT,
    "at": AT,
}
PROOF = prove(PERIODS["B13-EXTENDED"], date(2026, 8, 31), WorkCalendar())
PROVEN = proven(TEXTS, PROOF, f"{SHORT}补正后重新移送", f"{OFFICE.notice}第二条第（二）项第三款")
KEY = {
    "title": max((entry.title for entry in ADVICE.entries.values()), key=len),
    "day": date(2026, 12, 31),
    "how": "confirmed",
    "organ": SHORT,
    "person": NAME,
    "at": AT,
}
WHY: dict[str, object] = {
    "title": max((rule.title for kind in KINDS.all for rule in kind.duties), key=len),
    "debtor": SHORT,
    "ended": "",
    "left": -365,
    "proof": PROVEN,
    "outdated": date(2026, 12, 31),
    "start_seen": True,
    "today": date(2027, 1, 1),
    "earlier": 99,
    "changes": [{"at": AT, "source": "", "step": f"{SHORT}更正", "before": DUTY, "after": DUTY}]
    * MOST_CHANGES,
    "missing": [KEY["title"]] * 2,
    "by": KEY["title"],
    "due": date(2026, 12, 31),
}
GAP = Gap(AT - timedelta(days=12), AT)
WHYS = [
    TEXTS.label(f"trouble_{trouble.value}_{sort}")
    for trouble in Trouble
    for sort in ("person", "group")
    if trouble is not Trouble.NETWORK
]
SILENT = (SilentOrgan(SHORT, (NUMBER,) * 99, Silence(Why.OUT_OF_REACH)),) * len(OFFICE.organs)
HEALTH = Health(
    now=AT,
    serving=False,
    ticked=AT,
    tick_age=timedelta(days=99),
    gap=GAP,
    outbox={"waiting": 9999, "sent": 99_999, "failed": 9999},
    waited=timedelta(days=99),
    given_up=(),
    unheard=SILENT,
    repeated=9999,
    last_repeated=AT,
    known_until=date(2028, 12, 28),
    missing_year=2027,
    people=(PERSON,) * 99,
    groups=99,
    without_liaison=(SHORT,) * 99,
    without_leader=(SHORT,) * 99,
    files={"failed": 99},
    updates_failed=999,
    size=2**40,
)
MATTER = Matter(NUMBER, "补正后重新移送", -361, DUTY.due, True, SHORT, "", wild(20), True, True)
WEEK = Part(
    {
        SHORT + str(n): [DueLine(NUMBER, "补正后重新移送", DUTY.due, -361, Light.RED)]
        for n in range(group_words.DATES)
    },
    999,
)
OWN_FACTS: dict[str, dict[str, object]] = {
    "why": {
        "blocks": ["\n".join(["某" * WIDTH] * ROWS)],
        "lines": ["某" * WIDTH] * ROWS,
        "left_out": 99,
    },
    "why_proof": {
        "proof": PROOF,
        "began": f"{SHORT}补正后重新移送",
        "source": PROOF.period.legal_basis,
        "others": ["检察建议书载明的期限"],
        "clause": f"{OFFICE.notice}第二条第（二）项第三款",
        "estimated": True,
        "start_seen": True,
        "reasons": [("2026年12月31日至2027年1月1日、" * 12, "周六、周日，不计入")] * 12,
    },
    "why_period": {"period": PERIODS["B14-FILING"], "proof": PROVEN},
    "why_receipt": {
        "keys": [KEY, KEY],
        "both": True,
        "one_sided": True,
        "begun": True,
        "agreed": False,
        "counted": date(2026, 12, 31),
        "particulars": {"送达方式": "直接送达", "签收人": wild(40)},
    },
    "why_duty": WHY,
    "why_line": {
        **WHY,
        "duty": DUTY,
        "before": [date(2026, 12, 31)] * 30,
        "step": "补正后重新移送",
        "at": AT,
    },
    "why_waiting": WHY,
    "why_waiting_line": WHY,
    "errors/set_by_paper": {"period": "P-RECTIFY", "title": "紧急情况书面回复检察建议"},
    "card": CARD,
    "draft": DRAFT,
    "detail": {
        "fields": CONTENT[0],
        "purged": True,
    },
    "detail_more": {"fields": max(CONTENT, key=lambda page: len(str(page)))},
    "amendment": {
        "at": AT,
        "changes": [
            (e.title, wild(LONGEST_BEFORE + 1), wild(LONGEST_BEFORE + 1))
            for e in LEAD.entries.values()
        ],
    },
    "earlier_step": {"at": AT},
    "earlier_steps": {"blocks": ["某" * LONGEST_AMENDMENTS]},
    "amendments": {"blocks": ["某" * LONGEST_AMENDMENTS]},
    "drafts": {
        "lines": [
            {"title": f"{NUMBER}｜补正后重新移送", "gist": wild(20), "missing": 3, "until": AT}
        ]
        * drafts.SHOWN,
        "count": 99,
    },
    "proposal_decided": {"approved": False},
    "draft_overtaken": {"fields": {"回头看日期": "2026年", "回头看结论": wild(500)}, "files": 10},
    "dispute": {"title": "收到日期（被建议单位登记）", "words": wild(200)},
    "files": {"lines": [FILE] * 20},
    "file_sent": {"at": 20, "count": 20, "line": FILE},
    "errors/not_found": {"number": NUMBER},
    "found_several": {
        "single": False,
        "about": 999_999,
        "page": 20,
        "partial": True,
        "filters": [choice.title for choice in CATEGORIES.choices],
        "choosing": False,
        "bare": True,
    },
    "help": {
        "for_admin": all_commands(KINDS),
        "private": False,
        "words": ["线索", "检察建议", "案情通报"],
    },
    "todo": {
        "leader": True,
        "asked": [Asked(1, NUMBER, "补正后重新移送", NAME, AT)] * PAGE,
        "approvals": 99,
        "disputed": [Disputed(1, NUMBER, "收到日期（被建议单位登记）", SHORT, True)] * 5,
        "disputes": 99,
        "parts": [
            [replace(LINE, others=others, on_behalf="" if others else NAME)] * PAGE
            for others in (False, True)
        ],
        "count": 99,
        "page": 9,
        "pages": 10,
        "today": date(2027, 1, 1),
    },
    "nags": {
        "today": date(2027, 12, 27),
        "items": [
            {
                "light": Light.RED,
                "number": NUMBER,
                "title": "对不予受理裁定申请复议",
                "debtor": SHORT,
                "due": date(2026, 12, 31),
                "provisional": True,
                "before": (DUTY.due, DUTY.due),
                "left": -361,
                "late": True,
                "instead_of": NAME,
                "fate": Fate.OPEN,
                "now_due": None,
                "nag": None,
                "clause": "第二条第（二）项第三款",
            }
        ]
        * nag_lists.SHOWN,
        "waits": True,
        "over": False,
        "rest": 999,
        "lights": dict.fromkeys(nag_lists.LIGHTS, 333),
        "others": 999,
        "apart": 999,
        "notice": OFFICE.notice,
    },
    "group_word": {
        "word": Word(
            chat=Chat(-1, 0, SHORT, "420704", frozenset(Side)),
            weekly=True,
            overdue=WEEK,
            due=WEEK,
            unheard=(),
            unnamed=999,
            digest=(date(2026, 12, 31), "f" * 64),
        ),
        "today": date(2027, 12, 27),
        "sunday": date(2028, 1, 2),
        "silent": [SilentOrgan(SHORT, (NUMBER,), Silence(Why.AWAY, ABSENCE.last))]
        * group_words.SHOWN,
    },
    "put_off": {"until": AT, "due": DUTY.due},
    "upcoming_picture": {"days": 92, "month": "2026年12月"},
    "upcoming": {
        "days": 92,
        "lines": ["某" * 90] * 39,
        "more": 999,
        "whole": False,
        "occasions": [Occasion(sort, wild(100), "17:00") for sort in Sort],
    },
    "upcoming_line": {
        "message": Message(AT, wild(255), True, (MATTER,) * 30, 99, (MATTER,) * 20),
        "shown": 12,
    },
    "roster_organ": {"lines": [(PERSON, AWAY)] * 6},
    "away": {"spells": [(DAYS, AWAY)] * away.SHOWN},
    "filed": {**CARD, "move": "reply", "proposed": False, "late": [LATE] * 3},
    "away_noted": {"others": [NAME] * 9, "days": DAYS},
    "errors/away_too_long": {"days": LONGEST},
    "errors/no_such_command": {"command": wild(32)},
    "errors/away_no_such_day": {"said": wild(12)},
    "left_behind": {"lines": [LINE] * leaving.SHOWN},
    "errors/nobody_of_that_name": {"person": wild(20)},
    "errors/notice_weekday": {"said": "周三"},
    "errors/notice_incomplete": {"titles": HOLIDAYS[1:]},
    "calendar": {"provisional": 9999},
    "calendar_preview": {"lines": [TEXTS.render("date_shift", **SHIFT)] * rest_days.SHOWN},
    "dates_shifted": {"lines": [TEXTS.render("date_shift", **SHIFT)] * recounting.SHOWN},
    "date_shift": SHIFT,
    "health": {
        "health": HEALTH,
        "needs": [need.value for need in Need],
        "given_up": [{"whom": "某" * 255, "at": AT, "why": max(WHYS, key=len), "again": False}]
        * LISTED,
    },
    "alert": {"lost": [NAME] * 99, "gaps": [GAP], "unheard": SILENT, "years": [2027]},
}
"""What a name means in one template only."""


def render(name: str) -> str:
    return TEXTS.render(name, **{**FACTS, **OWN_FACTS.get(name, {})})


@pytest.mark.parametrize("name", TEXTS.names())
def test_a_template_at_its_longest_is_a_message(name: str) -> None:
    """Counted in UTF-16 units, once the markup is taken out."""
    assert 0 < parse_html(render(name)).length <= MESSAGE


def test_what_stands_under_a_file_is_a_caption() -> None:
    doubted = f"{render('file_sent')}\n\n{render('perhaps_repeated')}"
    assert parse_html(doubted).length <= CAPTION


ENGLISH = {
    *(
        value
        for enum in (Role, Side, Status, Light)
        for member in enum
        for value in (member.value,)
    ),
    *(state.code for state in LEAD.states),
    *(move.code for move in LEAD.moves),
    *LEAD.entries,
    *(organ.code for organ in OFFICE.organs),
    *("Role", "Side", "Status", "None", "True", "False", "Undefined"),
}


@pytest.mark.parametrize("name", [n for n in TEXTS.names() if n != "help"])
def test_no_word_of_the_program_reaches_a_reader(name: str) -> None:
    said = re.sub(r"/\w+|<[^>]+>", " ", render(name))
    words = set(re.findall(r"[A-Za-z][A-Za-z_.-]+", said))
    assert not words & ENGLISH
    assert not any(word.split(".")[0] in ENGLISH for word in words)


def test_the_help_names_no_word_of_the_program_but_its_commands() -> None:
    said = re.sub(r"<code>.*?</code>|/\w+|<[^>]+>", " ", render("help"))
    assert re.findall(r"[A-Za-z]+", said) == []


def test_a_missing_fact_is_an_error_never_a_blank() -> None:
    with pytest.raises(UndefinedError):
        TEXTS.render("nobody_there", number=NUMBER, registered=False)
    with pytest.raises(UndefinedError):
        TEXTS.render("card", **{k: v for k, v in CARD.items() if k != "holder"})


@pytest.mark.parametrize("name", ["detail", "draft"])
def test_markup_in_what_people_write_is_shown_as_they_wrote_it(name: str) -> None:
    assert wild(500) in parse_html(render(name)).text


@pytest.mark.parametrize(
    ("left", "living", "said"),
    [
        (-2, False, "已逾期2天"),
        (-2, True, "已逾期"),
        (0, False, "今天到期"),
        (3, False, "还有3天"),
        (3, True, "2026年12月31日（星期四）届满（暂定），2026年12月30日届满遇休息日顺延，3天以内"),
        (9, True, "，15天以内"),
        (90, True, "顺延\n"),
    ],
)
def test_the_card_tells_how_much_time_is_left(left: int, living: bool, said: str) -> None:
    far = stretch(DUTY.due, DUTY.due - timedelta(days=left))
    face = replace(FACE, owed=(replace(OWED, left=left, stretch=far, before=(), special=""),))
    text = parse_html(TEXTS.render("card", **{**CARD, "face": face, "living": living})).text
    assert said in text
    assert not living or "还有" not in text


def sources() -> list[ast.Module]:
    files = [file for room in ("bot", "handlers") for file in (ROOT / room).rglob("*.py")]
    return [ast.parse(file.read_text(encoding="utf-8")) for file in files]


def raised() -> set[str]:
    """The codes with which a `DomainError` is made."""
    return {
        node.args[0].value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "DomainError"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def strings() -> set[str]:
    return {
        node.value.removeprefix("errors/")
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


ERRORS = {name.removeprefix("errors/") for name in TEXTS.names() if name.startswith("errors/")}


def test_every_refusal_is_explained_and_every_explanation_is_used() -> None:
    assert raised() <= ERRORS
    assert strings() >= ERRORS
    assert len(raised()) > 25


def test_every_template_is_used() -> None:
    assert {name for name in TEXTS.names() if not name.startswith("errors/")} <= strings()


@pytest.mark.parametrize("code", sorted(ERRORS - {"not_a_choice"}))
def test_a_refusal_fits_the_alert_over_a_button(code: str) -> None:
    assert parse_html(render(f"errors/{code}")).length <= TOAST


def test_few_choices_are_listed_and_many_are_left_to_the_buttons() -> None:
    few, many = (
        TEXTS.refusal(
            DomainError(
                "not_a_choice", choices=[c.title for c in holds.choices], coded=holds.with_codes
            )
        )
        for holds in (ROUTES, CATEGORIES)
    )
    assert "申请监督；移送线索" in few
    assert "超期裁定" not in many
    assert parse_html(many).length <= TOAST
