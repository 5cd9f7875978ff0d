"""What is owed on a recommendation at any moment, told from the brief and from nothing else.

BRIEF §1.1 (periods, receipt, objection), §1.5 (counting), §3 (life-cycle, in `tests.domain.lives`).
Nothing here reads the kind's rules or counts as the bot counts: every day is looked at by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.domain.lives import allowed_when, life

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.domain.calendar import RestDayNotice
    from bot.domain.records import Value

PROCURATORATE, BUREAU = "jcy-ec", "zrzy-ec"
DAY = timedelta(days=1)
PUBLISHED = json.loads(
    (Path(__file__).parent.parent / "domain/data/holidays_cn.json").read_text("utf-8")
)
BY_LAW = {
    date(year, month, day)
    for year, days in {
        2027: ((1, 1), (2, 5), (2, 8), (4, 5), (6, 9), (9, 15), (10, 1)),
        2028: ((1, 25), (1, 26), (1, 27), (1, 28), (4, 4), (5, 1), (5, 2), (10, 2), (10, 3)),
    }.items()
    for month, day in days
}
"""The weekdays that are free by law, in the years without a notice that come up here."""
LIFE = life("advice")
ENDS = {"retract", "withdraw", "replace", "sue", "close"}
"""The steps after which nothing is owed."""
ORDER = (
    ("issued_on", "served_on"),
    ("issued_on", "received_on"),
    ("served_on", "replied_on"),
    ("received_on", "replied_on"),
    ("replied_on", "reply_received_on"),
)
"""What cannot be before what: it is issued, received, replied to, and the reply is received."""
BEGINS = {
    "reply": {"confirm_receipt", "differ_receipt", "confirm_service", "differ_service"}
    | {"prove_service"},
    "rectify": {"grant_delay", "go_on", "relapse", "fail"},
    "supplement": {"ask_more"},
}
"""With which steps a thing begins to be owed that the bureau may be urged for."""
COMING = {"planned_on", "rectify_by"}
"""What is told of a day to come."""
REVIEWS = {"pass", "go_on", "ask_more", "fail"}


class Almanac:
    """Which days offices work, and how far that is published: the newest notice has its way."""

    def __init__(self, notices: Sequence[RestDayNotice] = ()) -> None:
        self.off = {date.fromisoformat(day) for day in PUBLISHED["off_weekdays"]}
        self.made_up = {date.fromisoformat(day) for day in PUBLISHED["makeup_workdays"]}
        self.years = set(PUBLISHED["covered_years"])
        for notice in notices:
            self.years.add(notice.year)
            self.off = (self.off - notice.work) | set(notice.rest)
            self.made_up = (self.made_up - set(notice.rest)) | notice.work
        self.off |= {day for day in BY_LAW if day.year not in self.years}

    def works(self, day: date) -> bool:
        return day in self.made_up if day.weekday() >= 5 else day not in self.off

    def final(self, day: date) -> bool:
        """The notice of a year may touch the last days of the December before it."""
        before_new_year = day.month == 12 and day.day >= 29
        return day.year in self.years and (not before_new_year or day.year + 1 in self.years)


class Owed(NamedTuple):
    """One open duty, in the words of the issue."""

    debtor: str
    creditor: str
    period: str
    start: date
    nominal: date
    due: date
    provisional: bool


@dataclass
class Told:
    """A recommendation as the brief tells it: where it stands, and what is still to be answered."""

    data: dict[str, Value]
    state: str = "issued"
    entered: date = date.min
    """When it came into this state."""
    answered: date | None = None
    """By when the written reply was due, as it was judged last."""
    final: bool = True
    """Whether no notice to come may change that."""
    explained: date | None = None
    """Since when an explanation waits for its answer."""
    objected: date | None = None
    mending: date | None = None
    """Since when there is an end of mending."""
    set_on: date = date.min
    """When the end of mending was set last."""
    proposed: bool = False
    checked: bool = False
    """The self-check was told, or the reply that makes it needless."""
    replied_in: str = ""
    """Where it stood when it was replied to."""
    steps: list[str] = field(default_factory=list)
    """All that were taken, in order."""

    # Its steps.

    def allowed(self, today: date, almanac: Almanac) -> set[str]:
        """The steps that may be taken, by whom they fall to."""
        owed = self.owed(almanac)
        late = {code for code, each in owed.items() if each.due < today}
        return {
            code
            for code, (_, before, _, _) in LIFE.items()
            if self.state in before
            and allowed_when(
                "advice", code, self.state, owed=owed, late=late, known=self.known(late)
            )
        }

    def known(self, late: set[str]) -> set[str]:
        """What steps look at, besides what is owed."""
        told = {"left": self.data.get("delivery") == "left", "urged": self.urged(late)}
        told["replied"] = self.arrived == "reply"
        told["public_interest"] = self.data["type"] == "public_interest"
        return {*self.data, *(word for word, true in told.items() if true)}

    @property
    def arrived(self) -> str:
        """What the bureau has sent last."""
        sent = [code for code in self.steps if code in {"reply", "report", "supplement"}]
        return sent[-1] if sent else ""

    def urged(self, late: set[str]) -> bool:
        """It was urged since it is late with something, or since what it did was not enough."""
        begun = [steps for code, steps in BEGINS.items() if code in late]
        begun += [{"fail"}] if self.state in {"unmended", "escalated"} else []
        since = [max((at for at, s in enumerate(self.steps) if s in b), default=-1) for b in begun]
        return any("urge" in self.steps[at + 1 :] for at in since)

    def take(self, code: str, given: Mapping[str, Value], today: date) -> None:
        """What a step changes."""
        self.data |= given
        self.steps.append(code)
        match code:
            case "confirm_receipt":
                self.data["received_on"] = self.data["served_on"]
            case "confirm_service":
                self.data["served_on"] = self.data["received_on"]
            case "check":
                self.checked = True
            case "reply":
                self.checked, self.replied_in = True, self.state
            case "return_reply":
                self.take_back_the_reply(today)
            case "explain":
                self.explained = today
            case "object":
                self.objected = today
            case "grant_delay" | "go_on" | "relapse" | "fail":
                self.mending = self.set_on = today
        self._answer(code)
        if after := LIFE[code][2]:
            self.state, self.entered = after, today

    def take_back_the_reply(self, today: date) -> None:
        """It was none: all stands as before it, but for what it made needless."""
        self.answered, self.state, self.entered = None, self.replied_in, today
        gone = {*LIFE["reply"][3], "reply_received_on"}
        self.data = {name: value for name, value in self.data.items() if name not in gone}

    def _answer(self, code: str) -> None:
        """What waits no more after a step."""
        if code in {"grant_delay", "refuse_delay"} | REVIEWS | ENDS:
            self.explained = None
        if code in {"uphold", "drop_objection", "pass"} | ENDS:
            self.objected = None
        if code in {"report", "pass"} | ENDS:
            self.mending = None

    def contradicts(self, news: Mapping[str, Value]) -> set[str]:
        """Why it cannot be so: with which codes it may be refused."""
        said = {**self.data, **news}
        data = {name: value for name, value in said.items() if value != ""}
        known = [(str(data[a]), str(data[b])) for a, b in ORDER if a in data and b in data]
        codes = {"wrong_order"} if any(then < first for first, then in known) else set()
        items, told = str(data["items"]).split("\n"), str(data.get("progress", "done")).split(",")
        codes |= {"not_every_item"} if len(told) not in {1, len(items)} else set()
        harm = data.get("pace") == "harm" and data["type"] != "public_interest"
        codes |= {"harm_without_public_interest"} if harm else set()
        unasked = "reply_days" in data and data.get("pace") != "urgent"
        return codes | ({"days_without_urgency"} if unasked else set())

    # What is owed.

    @property
    def keys_turned(self) -> bool:
        """Both sides have said when it was received, or there is a proof of service."""
        return {"served_on", "received_on"} <= self.data.keys() or "service_proof" in self.data

    @property
    def told_days(self) -> set[str]:
        """The days on which it was received, by what either side has said."""
        return {str(self.data[n]) for n in ("served_on", "received_on") if n in self.data}

    @property
    def over(self) -> bool:
        return self.state in {"sued", "closed", "withdrawn", "replaced", "retracted"}

    def owed(self, almanac: Almanac) -> dict[str, Owed]:
        """Exactly what must be open now."""
        return dict(self._owed(_Count(almanac)))

    def _owed(self, count: _Count) -> Iterator[tuple[str, Owed]]:
        since = self.entered
        if self.state == "served":
            yield "confirm", count.work_days("P-CONFIRM", 2, since, BUREAU)
        if self.state == "received":
            yield "confirm_service", count.work_days("P-CONFIRM", 2, since, PROCURATORATE)
        if self.keys_turned and not self.answered and not self.over:
            yield "reply", self.reply(count)
        if self.state == "delivered" and not self.checked:
            yield "self_check", count.days("P-SELF", 7, self.receipt, BUREAU)
        if self.state == "replied":
            first = self.arrived == "reply"
            noted = date.fromisoformat(str(self.data.get("reply_received_on", since)))
            code, since = ("review", noted) if first else ("review_more", since)
            yield code, count.days("P-REVIEW", 15, since, PROCURATORATE)
        if self.state == "supplementing":
            yield "supplement", count.days("P-SUPPLEMENT", 15, since, BUREAU)
        if self.state == "mended":
            yield "look_back", count.months("P-LOOKBACK", 3, since, PROCURATORATE)
        if self.explained:
            yield "delay", count.days("P-DELAY", 7, self.explained, PROCURATORATE)
        if self.objected:
            yield "objection", count.days("P-OBJECTION", 7, self.objected, PROCURATORATE)
        if self.mending:
            end = date.fromisoformat(str(self.data["rectify_by"]))
            yield "rectify", count.until("P-RECTIFY", end, self.mending, BUREAU)

    @property
    def receipt(self) -> date:
        """Of two days the earlier."""
        return min(map(date.fromisoformat, self.told_days))

    def reply(self, count: _Count) -> Owed:
        """The written reply: two months, unless the paper is urgent."""
        match self.data.get("pace"), self.data["type"]:
            case "urgent", _:
                return count.days("A2", int(self.data["reply_days"]), self.receipt, BUREAU)
            case "harm", _:
                return count.days("A3-URGENT", 15, self.receipt, BUREAU)
            case _, "public_interest":
                return count.months("A3", 2, self.receipt, BUREAU)
        return count.months("A1", 2, self.receipt, BUREAU)

    def judge(self, almanac: Almanac) -> None:
        """Hold the reply to its period as it is now: when it is given, and when it is corrected."""
        period = self.reply(_Count(almanac))
        self.answered, self.final = period.due, not period.provisional

    def hear_of_a_notice(self, almanac: Almanac) -> None:
        """A reply judged by a date that was not final is judged anew, as long as it matters."""
        closed = self.state in {"closed", "withdrawn", "replaced", "retracted"}
        if self.answered and not self.final and not closed:
            self.judge(almanac)

    @property
    def days_late(self) -> int:
        """By how many days the reply went out too late; 0 if in time, or if there is none."""
        if not self.answered:
            return 0
        return max(0, (date.fromisoformat(str(self.data["replied_on"])) - self.answered).days)

    def light(self, today: date, almanac: Almanac) -> str:
        """Green over 15 days, yellow, red at 3 or overdue; grey with nothing due, blue done."""
        if self.over and self.state != "sued":
            return "🔵"
        owed = self.owed(almanac).values()
        if not owed:
            return "⚪"
        left = min((o.due - today).days for o in owed)
        return "🔴" if left <= 3 else "🟡" if left <= 15 else "🟢"


@dataclass(frozen=True)
class _Count:
    """Counting from day to day: the first day is not counted, a last day of rest moves on."""

    almanac: Almanac
    others: dict[str, str] = field(
        default_factory=lambda: {BUREAU: PROCURATORATE, PROCURATORATE: BUREAU}
    )

    def days(self, period: str, n: int, start: date, debtor: str) -> Owed:
        return self.until(period, start + n * DAY, start, debtor)

    def months(self, period: str, n: int, start: date, debtor: str) -> Owed:
        day, passed = start, 0
        while passed < n:
            day += DAY
            last = (day + DAY).day == 1
            if day.day == start.day or (last and day.day < start.day):
                passed += 1
        return self.until(period, day, start, debtor)

    def until(self, period: str, nominal: date, start: date, debtor: str) -> Owed:
        looked_at = [nominal]
        while not self.almanac.works(looked_at[-1]):
            looked_at.append(looked_at[-1] + DAY)
        return self._owed(period, start, debtor, nominal, looked_at)

    def work_days(self, period: str, n: int, start: date, debtor: str) -> Owed:
        looked_at = [start]
        while sum(map(self.almanac.works, looked_at[1:])) < n:
            looked_at.append(looked_at[-1] + DAY)
        return self._owed(period, start, debtor, looked_at[-1], looked_at[1:])

    def _owed(
        self, period: str, start: date, debtor: str, nominal: date, looked_at: list[date]
    ) -> Owed:
        provisional = not all(map(self.almanac.final, looked_at))
        creditor = self.others[debtor]
        return Owed(debtor, creditor, period, start, nominal, looked_at[-1], provisional)
