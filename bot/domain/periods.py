"""The periods that bind the two sides, each with its legal basis, and how they are counted.

《民法典》第201条至第203条、《民事诉讼法》第85条: the first day is not counted; months end on the
corresponding day, else at the end of the month; a last day that is a rest day moves to the first
workday after it; rest days inside the period are counted, except in working-day periods.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dateutil.relativedelta import relativedelta

from bot.domain.calendar import DAY, WorkCalendar, weekday_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Unit(StrEnum):
    """What a period is counted in."""

    MONTHS = "months"
    CALENDAR_DAYS = "calendar_days"
    WORK_DAYS = "work_days"
    QUARTER_END = "quarter_end"
    NAMED_DAY = "named_day"
    """The paper itself names the last day."""

    @property
    def label(self) -> str:
        """The unit in Chinese, after a number."""
        return _UNIT_LABELS[self]


_UNIT_LABELS = {
    Unit.MONTHS: "个月",
    Unit.CALENDAR_DAYS: "日",
    Unit.WORK_DAYS: "个工作日",
    Unit.QUARTER_END: "季度末",
    Unit.NAMED_DAY: "载明的日期",
}


class Roll(StrEnum):
    """What happens when the last day is a rest day; `SKIP`: rest days are never counted."""

    FORWARD = "forward"
    BACK = "back"
    NONE = "none"
    SKIP = "skip"

    @property
    def label(self) -> str:
        """The rule in Chinese."""
        return _ROLL_LABELS[self]


_ROLL_LABELS = {
    Roll.FORWARD: "末日逢休息日顺延",
    Roll.BACK: "末日逢休息日提前",
    Roll.NONE: "末日逢休息日不顺延",
    Roll.SKIP: "休息日不计",
}


@dataclass(frozen=True)
class Period:
    """A period as data.

    `length` is in `unit`s; 0 for a quarter end, for a named day, and where each paper sets its
    own number of days. `starts_on` is the event that starts it. `effective_from` is when the
    provision cited took effect. A period that is not `statutory` is the two sides' own
    agreement, which they may change. An inconsistent one raises ValueError.
    """

    code: str
    title: str
    starts_on: str
    length: int
    unit: Unit
    roll: Roll
    legal_basis: str
    effective_from: date
    statutory: bool

    def __post_init__(self) -> None:
        if (self.unit is Unit.WORK_DAYS) != (self.roll is Roll.SKIP):
            raise ValueError(f"{self.code}: working days, and only they, skip rest days")
        if self.length < 0 or self.unit not in _KINDS_OF_LENGTH[bool(self.length)]:
            raise ValueError(f"{self.code}: a period of {self.length} {self.unit}")

    @property
    def measure(self) -> str:
        """How long it is, as people say it: 2个月, 5个工作日, 季度末."""
        if self.length:
            return f"{self.length}{self.unit.label}"
        return "文书载明的天数" if self.unit is Unit.CALENDAR_DAYS else self.unit.label

    def lasting(self, length: int) -> Period:
        """The period with the length that one paper sets; ValueError if it sets none."""
        if self.length or length < 1:
            raise ValueError(f"{self.code}: no paper sets a length of {length}")
        return replace(self, length=length)


_KINDS_OF_LENGTH = {
    True: frozenset({Unit.MONTHS, Unit.CALENDAR_DAYS, Unit.WORK_DAYS}),
    False: frozenset({Unit.QUARTER_END, Unit.NAMED_DAY, Unit.CALENDAR_DAYS}),
}


class _Clause(NamedTuple):
    code: str
    length: int
    unit: Unit
    roll: Roll
    starts_on: str
    title: str
    articles: str


def _months(code: str, n: int, starts_on: str, title: str, articles: str) -> _Clause:
    return _Clause(code, n, Unit.MONTHS, Roll.FORWARD, starts_on, title, articles)


def _days(code: str, n: int, starts_on: str, title: str, articles: str) -> _Clause:
    return _Clause(code, n, Unit.CALENDAR_DAYS, Roll.FORWARD, starts_on, title, articles)


def _work_days(code: str, n: int, starts_on: str, title: str, articles: str) -> _Clause:
    return _Clause(code, n, Unit.WORK_DAYS, Roll.SKIP, starts_on, title, articles)


def _quarter_end(code: str, title: str, articles: str) -> _Clause:
    return _Clause(code, 0, Unit.QUARTER_END, Roll.BACK, "本季度内", title, articles)


def _named_day(code: str, starts_on: str, title: str, articles: str) -> _Clause:
    return _Clause(code, 0, Unit.NAMED_DAY, Roll.FORWARD, starts_on, title, articles)


def _under(
    source: str, effective_from: date, *clauses: _Clause, statutory: bool = True
) -> Iterator[Period]:
    for clause in clauses:
        yield Period(
            code=clause.code,
            title=clause.title,
            starts_on=clause.starts_on,
            length=clause.length,
            unit=clause.unit,
            roll=clause.roll,
            legal_basis=source + clause.articles,
            effective_from=effective_from,
            statutory=statutory,
        )


# 待核: known from the field, its text or number not yet compared with the official print.
_TABLE = (
    *_under(
        "《人民检察院检察建议工作规定》",
        date(2019, 2, 26),
        _months("A1", 2, "收到检察建议书", "书面回复检察建议", "第19条；协作通知第一部分"),
        _days(
            "A2", 0, "收到检察建议书", "紧急情况书面回复检察建议", "第19条；检察建议书载明的期限"
        ),
        _days("A4", 5, "发出检察建议书", "检察建议报上级院备案", "第21条（待核）"),
    ),
    *_under(
        "“两高”《关于检察公益诉讼案件适用法律若干问题的解释》",
        date(2018, 3, 2),
        _months("A3", 2, "收到检察建议书", "书面回复公益诉讼检察建议", "第21条"),
        _days("A3-URGENT", 15, "收到检察建议书", "紧急情形书面回复公益诉讼检察建议", "第21条"),
    ),
    *_under(
        "《人民检察院公益诉讼办案规则》",
        date(2021, 7, 1),
        _days("A5", 3, "决定提出检察建议", "送达公益诉讼检察建议书", "（待核）"),
    ),
    *_under(
        "《行政处罚法》",
        date(2021, 7, 15),
        _days("B1", 90, "行政处罚立案", "作出行政处罚决定", "第60条"),
        _work_days("B2", 7, "宣告处罚决定", "送达处罚决定书（当事人不在场）", "第61条、第85条"),
        _days("B3", 15, "当事人收到处罚决定书", "缴纳罚款", "第67条、第72条"),
    ),
    *_under(
        "《行政复议法》",
        date(2024, 1, 1),
        _days("B4", 60, "当事人知道处罚决定", "申请行政复议", "第20条"),
    ),
    *_under(
        "《行政诉讼法》",
        date(2015, 5, 1),
        _months("B5", 6, "当事人知道处罚决定", "提起行政诉讼", "第46条"),
    ),
    *_under(
        "《土地管理法》",
        date(2020, 1, 1),
        _days("B5-DEMOLISH", 15, "当事人收到处罚决定书", "对责令限期拆除提起行政诉讼", "第83条"),
    ),
    *_under(
        "《行政强制法》",
        date(2012, 1, 1),
        _work_days("B6", 10, "催告书送达", "催告期满（次日起可申请强制执行）", "第54条、第69条"),
        _months("B7", 3, "复议、起诉期限届满", "申请强制执行", "第53条；行诉法司法解释第156条"),
        _work_days("B8", 5, "法院收到强制执行申请", "法院受理强制执行申请", "第56条、第69条"),
        _days("B9-REVIEW", 15, "收到不予受理裁定", "对不予受理裁定申请复议", "第56条"),
        _days("B9-RULING", 15, "上一级法院收到复议申请", "就不予受理作出复议裁定", "第56条"),
        _work_days("B10", 7, "法院受理强制执行申请", "作出准予执行裁定", "第57条、第69条"),
        _days("B10-HEARING", 30, "法院受理强制执行申请", "听取意见后作出执行裁定", "第58条"),
        _work_days("B11-SERVICE", 5, "法院作出不予执行裁定", "送达裁定", "第58条、第69条"),
        _days("B11-REVIEW", 15, "收到不予执行裁定", "对不予执行裁定申请复议", "第58条"),
        _days("B11-RULING", 30, "上一级法院收到复议申请", "就不予执行作出复议裁定", "第58条"),
        _work_days("B12", 5, "法院作出执行裁定", "紧急情况立即执行", "第59条、第69条"),
    ),
    *_under(
        "《最高人民法院关于严格执行案件审理期限制度的若干规定》",
        date(2000, 9, 28),
        _months("B13", 3, "法院执行立案", "执结非诉执行案件", "第5条"),
        _months("B13-EXTENDED", 6, "法院执行立案", "执结非诉执行案件（院长批准延长）", "第5条"),
    ),
    *_under(
        "《最高人民法院关于人民法院办理执行异议和复议案件若干问题的规定》",
        date(2021, 1, 1),
        _days("B14-FILING", 3, "法院收到书面异议", "执行异议立案", "第2条"),
    ),
    *_under(
        "《民事诉讼法》",
        date(2024, 1, 1),
        _days("B14", 15, "法院收到书面异议", "审查执行异议、案外人异议", "第236条、第238条"),
        _months("B15", 6, "法院收到强制执行申请", "执行满六个月（可向上一级法院申请）", "第237条"),
    ),
    *_under(
        "《土地管理法实施条例》",
        date(2021, 9, 1),
        _days("B16", 90, "作出没收决定", "移交没收的建筑物", "第58条"),
    ),
    *_under(
        "《人民检察院行政诉讼监督规则》",
        date(2021, 9, 1),
        _months("C1", 6, "知道违法执行行为", "当事人申请监督", "（条文待核）"),
        _months("C2", 3, "受理监督案件", "监督案件审查终结", "（条文待核）"),
        _days("C3", 15, "决定提出检察建议", "向法院发出检察建议书", "（条文待核）"),
    ),
    *_under(
        "法发〔2016〕30号",
        date(2017, 1, 1),
        _months("C4", 3, "法院收到检察建议书", "法院回复检察建议", "第13条（参照）"),
        _months(
            "C4-EXTENDED", 4, "法院收到检察建议书", "法院回复检察建议（延长）", "第13条（参照）"
        ),
    ),
    *_under(
        "双方工作约定",
        date(2021, 11, 13),
        _work_days("P-SIGN", 2, "移送", "签收", "（可调整）"),
        _days("P-REPLY", 7, "签收", "程序性回复", "（可调整）"),
        _months("P-RESULT", 3, "作出处理", "反馈办理结果", "（可调整）"),
        _days("P-CHECK", 15, "签收", "反馈履职预警核查结论", "（可调整）"),
        _work_days("P-CONFIRM", 2, "一方登记收到日期", "另一方核对收到日期", "（可调整）"),
        _days("P-SELF", 7, "收到检察建议书", "登记自查情况", "（可调整）"),
        _days("P-DELAY", 7, "收到情况说明", "答复情况说明", "（可调整）"),
        _days("P-OBJECTION", 7, "收到书面异议", "复核书面异议", "（可调整）"),
        _days("P-REVIEW", 15, "收到书面回复", "审查书面回复", "（可调整）"),
        _days("P-SUPPLEMENT", 15, "要求补充回复", "补充回复", "（可调整）"),
        _named_day("P-RECTIFY", "确定整改期限", "完成整改", "；检察机关确定的整改期限"),
        _months("P-LOOKBACK", 3, "认定整改到位", "开展回头看", "（可调整）"),
        _days("P-TRANSFER", 15, "作出准予执行裁定", "移送执行", "（可调整）"),
        _quarter_end("P-QUARTER", "季度报送", "；协作通知第二部分"),
        statutory=False,
    ),
)

PERIODS: Mapping[str, Period] = MappingProxyType({period.code: period for period in _TABLE})


def with_overrides(
    periods: Mapping[str, Period], lengths: Mapping[str, int]
) -> Mapping[str, Period]:
    """Return the periods with an office's own lengths for agreed ones, in their own units.

    An unknown code, a statutory period, one without a length of its own or a length below 1
    raises ValueError naming the code.
    """
    changed = {code: _with_length(periods, code, length) for code, length in lengths.items()}
    return MappingProxyType({**periods, **changed})


def _with_length(periods: Mapping[str, Period], code: str, length: int) -> Period:
    if code not in periods:
        raise ValueError(f"{code}: no such period")
    if periods[code].statutory:
        raise ValueError(f"{code}: a statutory period cannot be changed")
    if length < 1:
        raise ValueError(f"{code}: a length of {length}")
    return replace(periods[code], length=length)


class Step(NamedTuple):
    """One day that decided a date, and what was done with it, in Chinese."""

    day: date
    why: str


@dataclass(frozen=True)
class Deadline:
    """A counted period: 名义届满 `nominal` → 法定届满 `due`, which lasts until 24:00.

    `steps` explain it; `calendar_version` tells which schedule it was counted with.
    """

    code: str
    start: date
    nominal: date
    due: date
    unpublished: tuple[date, ...]
    """The days that decided it and whose official schedule is not yet published."""
    steps: tuple[Step, ...]
    calendar_version: str

    @property
    def provisional(self) -> bool:
        """暂定: a schedule that is still to come may change it."""
        return bool(self.unpublished)


def count(
    period: Period, start: date, calendar: WorkCalendar, *, named: date | None = None
) -> Deadline:
    """Count `period` from `start`, the day of the event, which itself is not counted.

    `named` is the last day that the paper names, for a period that ends on such a day. A
    datetime raises TypeError: only a local date can start a period. ValueError: its length is
    set by each paper, and has not been given.
    """
    if isinstance(start, datetime):
        raise TypeError("a period starts on a local date, not at an instant")
    nominal = _nominal(period, start, calendar, named)
    due = _rolled(period.roll, nominal, calendar)
    decisive = tuple(_decisive_days(period.roll, start, nominal, due))
    return Deadline(
        code=period.code,
        start=start,
        nominal=nominal,
        due=due,
        unpublished=tuple(day for day in decisive if not calendar.covers(day)),
        steps=tuple(_steps(decisive, period.roll, calendar)),
        calendar_version=calendar.version,
    )


def _nominal(period: Period, start: date, calendar: WorkCalendar, named: date | None) -> date:
    match period.unit:
        case Unit.MONTHS:
            return start + relativedelta(months=period.length)
        case Unit.CALENDAR_DAYS if period.length:
            return start + DAY * period.length
        case Unit.WORK_DAYS:
            return calendar.add_workdays(start, period.length)
        case Unit.QUARTER_END:
            return start + relativedelta(months=-start.month % 3, day=31)
        case Unit.NAMED_DAY if named:
            return named
    raise ValueError(f"{period.code}: each paper sets its own end, and this one is not known")


def _rolled(roll: Roll, nominal: date, calendar: WorkCalendar) -> date:
    match roll:
        case Roll.FORWARD:
            return calendar.workday_on_or_after(nominal)
        case Roll.BACK:
            return calendar.workday_on_or_before(nominal)
        case Roll.NONE | Roll.SKIP:
            return nominal


def _decisive_days(roll: Roll, start: date, nominal: date, due: date) -> Iterator[date]:
    """Yield the days whose being a workday or not decided the due date."""
    if roll is Roll.NONE:
        return
    day = start + DAY if roll is Roll.SKIP else nominal
    while day != due:
        yield day
        day += DAY if day < due else -DAY
    yield due


_TREATMENT = {Roll.FORWARD: "顺延", Roll.BACK: "提前", Roll.SKIP: "不计入"}


def _steps(days: tuple[date, ...], roll: Roll, calendar: WorkCalendar) -> Iterator[Step]:
    """Explain the days that are not what their weekday suggests."""
    for day in days:
        name = calendar.describe(day)
        if not calendar.is_workday(day):
            yield Step(day, f"{name}，{_TREATMENT[roll]}")
        elif name:
            yield Step(day, f"{weekday_name(day)}{name}，计为工作日")


class Light(StrEnum):
    """The traffic light of a duty: 灰 stands for none that is due, 蓝 for a closed record."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    BLUE = "blue"

    @property
    def label(self) -> str:
        """The colour in Chinese."""
        return _LIGHT_LABELS[self]


_LIGHT_LABELS = {
    Light.GREEN: "绿",
    Light.YELLOW: "黄",
    Light.RED: "红",
    Light.GREY: "灰",
    Light.BLUE: "蓝",
}


class Stretch(StrEnum):
    """A stretch of a duty's time within which its card stays as it is."""

    FAR = "far"
    NEAR = "near"
    CLOSE = "close"
    OVERDUE = "overdue"


NEAR, CLOSE = 15 * DAY, 3 * DAY
"""How long before the last day a stretch begins, and with it 黄 and 红."""


def stretch(due: date, today: date) -> Stretch:
    """Tell how far off the day is: over 15 days, over 3, or at most 3; or past."""
    if today > due:
        return Stretch.OVERDUE
    if today >= due - CLOSE:
        return Stretch.CLOSE
    return Stretch.NEAR if today >= due - NEAR else Stretch.FAR


def next_turn(due: date, today: date) -> date | None:
    """Return the next day after today on which the stretch is another; None once overdue."""
    turns = (due - NEAR, due - CLOSE, due + DAY)
    return next((day for day in turns if day > today), None)


def days_left(due: date, today: date) -> int:
    """Count the calendar days until `due`: 0 on the day itself, negative when overdue."""
    return (due - today).days


def light(due: date, today: date) -> Light:
    """Show what is due as 红 at most 3 days or overdue, 黄 at most 15, else 绿."""
    return _LIGHT_OF[stretch(due, today)]


_LIGHT_OF = {
    Stretch.FAR: Light.GREEN,
    Stretch.NEAR: Light.YELLOW,
    Stretch.CLOSE: Light.RED,
    Stretch.OVERDUE: Light.RED,
}
