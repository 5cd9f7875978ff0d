"""Areas and sums of money in running text, in figures or in Chinese numerals."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Self

from bot.domain.span import Folded, Span, fold

SQUARE_METRES_PER_MU = Decimal("666.67")

_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 15  # beyond any land or fine, and within exact arithmetic
_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_SCALES = _TENS | _MYRIADS

# Bounded repetitions, and a look-behind lets a run start only at its first character: linear.
_HAN = f"[{''.join((*_DIGITS, *_SCALES))}点]"
_FIGURE = (
    r"(?<![0-9.点A-Za-z])(?<![0-9],)(?<![0-9][-~至到—–])(?<![百千万亿])"
    r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,13})(?:[.点][0-9]{1,6})?(?![0-9])"
    r"(?:[百佰千仟万亿]{1,2}(?:[0-9]{1,4}[百佰千仟万]){0,2})?"
)
_NUMERAL = rf"(?:{_FIGURE}|(?<![0-9])(?<!{_HAN})半|(?<!{_HAN})(?<!{_HAN}[至到]){_HAN}{{1,24}})"
_PIECE = re.compile(r"([0-9]+(?:[.点][0-9]+)?)([百佰千仟万亿]*)")
_SMALL = "[0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"

_SQUARE_METRES = {
    "亩": SQUARE_METRES_PER_MU,
    "平方公里": Decimal(1_000_000),
    "平方千米": Decimal(1_000_000),
    "km2": Decimal(1_000_000),
    "公顷": Decimal(10_000),
    "hm2": Decimal(10_000),
    "ha": Decimal(10_000),
    "平方米": Decimal(1),
    "平米": Decimal(1),
    "平方": Decimal(1),
    "m2": Decimal(1),
}
_AREA = re.compile(
    rf"(?P<minus>(?<![0-9A-Za-z)\]〕-])[-−–负])?(?P<number>{_NUMERAL})\s{{0,2}}(?:(?P<unit>亩)"
    rf"(?:(?P<half>半)|(?P<tenths>{_SMALL})分(?:(?P<hundredths>{_SMALL})厘)?)?"
    r"|(?P<other>平方公里|平方千米|公顷|平方米|平米|平方|(?i:hectares?|ha|[kh]?m[2²])(?![A-Za-z0-9])))"
)
_ROLE = re.compile(
    r"(?:(?P<basic_farmland>永久基本农田|基本农田|永农)|(?<!非)(?P<arable>耕地|水田|旱地|水浇地)"
    r"|(?P<total>占地|占用|违法用地|土地|总面积|合计|共计|(?<!地)(?<!田)面积)"
    r"|(?P<other>拆除?了?|没收|退还|其中(?:(?!耕地|水田|旱地|农田|永农|占)[一-龥]){1,8}))"
    r"(?:总?面积)?\s{0,2}(?:大约|约|共计|共|计|达|近|为|是){0,2}\s{0,2}:?\s{0,2}\Z"
)
_ROLE_WINDOW = 20

_PART = re.compile(
    r"(?<=亩)\s?\((?:其中)?(?P<role>永久基本农田|基本农田|永农|耕地|水田|旱地)\s?:?\s?"
    r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,4})?)(?=\s?\))"
)
_MONEY = re.compile(
    rf"(?:(?P<sign>¥\s{{0,2}})|(?P<word>(?:罚款|罚没款|金额|缴纳)(?:人民币|为|共|计|约){{0,2}}\s{{0,2}}))?"
    rf"(?P<number>{_NUMERAL})(?P<yuan>\s{{0,2}}[元圆块](?![/月旦])"
    rf"(?:(?P<jiao>{_SMALL})角)?零?(?:(?P<fen>{_SMALL})分)?整?)?"
)
_RATE = re.compile(r"每(?:平方米|平米|平方|亩|公顷|m2|日|天)\s{0,2}(?:处以|罚款|罚)?\s{0,2}\Z")


class AreaRole(StrEnum):
    """What a stated area measures."""

    TOTAL = "total"
    ARABLE = "arable"
    BASIC_FARMLAND = "basic_farmland"
    OTHER = "other"
    """A part of the land, or what is to be pulled down, confiscated or given back."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area of land, kept in square metres to the hundredth; negative only by mistake."""

    square_metres: Decimal
    role: AreaRole | None = None

    @classmethod
    def of_mu(cls, mu: Decimal, role: AreaRole | None = None) -> Self:
        """Convert from 亩 (1 亩 = 666.67 ㎡)."""
        return cls(_to_cents(mu * SQUARE_METRES_PER_MU), role)

    @property
    def mu(self) -> Decimal:
        """The area in 亩 to the hundredth."""
        return _to_cents(self.square_metres / SQUARE_METRES_PER_MU)

    def __str__(self) -> str:
        return f"{self.mu}亩（{_to_cents(self.square_metres)}㎡）"


def find_areas(text: str) -> list[Span[Area]]:
    """Find areas with the role word directly before them; `3.52亩（2346.68㎡）` is one area."""
    folded = fold(text)
    spans: list[Span[Area]] = []
    for span in sorted([*_areas(folded), *_parts(folded)], key=lambda span: span.start):
        if spans and (merged := _restated(text, spans[-1], span)):
            spans[-1] = merged
        else:
            spans.append(span)
    return spans


def find_money(text: str) -> list[Span[int]]:
    """Find sums of money, in 分; a rate such as 100元/㎡ is no sum."""
    folded = fold(text)
    spans: list[Span[int]] = []
    for match in _MONEY.finditer(folded.text):
        amount = _amount(match)
        before = folded.text[max(0, match.start() - 12) : match.start()]
        if amount is not None and not _RATE.search(before):
            start = match.start("number") if match["word"] else match.start()
            spans.append(folded.span(start, match.end(), amount))
    return spans


def format_money(fen: int) -> str:
    """Show a sum in 分 as people say it: 1.2万元, 35,200.05元, 800元."""
    yuan = Decimal(fen) / 100
    if yuan >= 10**4 and yuan % 100 == 0:
        return f"{(yuan / 10**4).normalize():,f}万元"
    return f"{yuan:,.2f}元" if yuan % 1 else f"{yuan:,.0f}元"


def read_numeral(text: str) -> Decimal | None:
    """Read 1,200.5 or 3.5万 or 一千二百 or 三点五二 or 叁拾; None if it is none."""
    value = _numeral(text.replace(",", ""))
    return value if value is not None and value < _LIMIT else None


def _numeral(text: str) -> Decimal | None:
    if text == "半":
        return Decimal("0.5")
    if text[:1].isdecimal():
        return sum((_scaled(piece) for piece in _PIECE.finditer(text)), Decimal(0))
    whole, point, fraction = text.partition("点")
    return _chinese_decimal(whole, fraction) if point else _chinese_integer(whole)


def _to_cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _scaled(piece: re.Match[str]) -> Decimal:
    return Decimal(piece[1].replace("点", ".")) * math.prod(_SCALES[scale] for scale in piece[2])


def _chinese_decimal(whole: str, fraction: str) -> Decimal | None:
    digits = fraction.rstrip("万亿")
    scale = fraction[len(digits) :]
    integer = _chinese_integer(whole)
    if integer is None or not digits or len(scale) > 1 or any(c not in _DIGITS for c in digits):
        return None
    value = integer + Decimal(f"0.{''.join(str(_DIGITS[c]) for c in digits)}")
    return value * _SCALES.get(scale, 1)


def _chinese_integer(text: str) -> Decimal | None:
    """Add up 一万二千三百; 三五 (three to five) and other loose digits are no integer."""
    total, section, digit, last = 0, 0, -1, 10**12
    for char in text:
        if char in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[char]
            last = 1 if digit == 0 and text != char else last
        elif char in _TENS:
            section += (digit if digit > 0 else 1) * _TENS[char]
            digit, last = -1, _TENS[char]
        elif char == "万":
            total += (section + max(digit, 0)) * 10**4
            section, digit, last = 0, -1, 10**4
        else:
            total = (total + section + max(digit, 0)) * 10**8
            section, digit, last = 0, -1, 10**8
    if not text or text[0] in _MYRIADS:
        return None
    # 一万二 means 一万二千, 三百五 means 三百五十; 三百零五 and 十五 do not.
    tail = last // 10 if 10 < last < 10**12 else 1
    return Decimal(total + section + max(digit, 0) * tail)


def _areas(folded: Folded) -> Iterator[Span[Area]]:
    for match in _AREA.finditer(folded.text):
        number = read_numeral(match["number"])
        if number is None:
            continue
        role = _role(folded.text[max(0, match.start() - _ROLE_WINDOW) : match.start()])
        unit = match["unit"] or _unit(match["other"])
        metres = (number + _parts_of_mu(match)) * _SQUARE_METRES[unit]
        metres = -metres if match["minus"] else metres
        yield folded.span(match.start(), match.end(), Area(_to_cents(metres), role))


def _parts(folded: Folded) -> Iterator[Span[Area]]:
    """Find what part of an area in 亩 is farmland where no unit is repeated: 3.52亩（耕地1.10）."""
    for match in _PART.finditer(folded.text):
        role, number = _role(match["role"]), read_numeral(match["number"])
        if number is not None:
            yield folded.span(*match.span("number"), Area.of_mu(number, role))


def _unit(written: str) -> str:
    unit = written.lower().replace("²", "2")
    return "ha" if unit.startswith("hectare") else unit


def _parts_of_mu(match: re.Match[str]) -> Decimal:
    if match["half"]:
        return Decimal("0.5")
    return _small(match["tenths"]) / 10 + _small(match["hundredths"]) / 100


def _small(digit: str | None) -> Decimal:
    return Decimal(_DIGITS.get(digit, digit) if digit else 0)


def _role(before: str) -> AreaRole | None:
    match = _ROLE.search(before)
    return AreaRole(match.lastgroup) if match and match.lastgroup else None


def _restated(text: str, first: Span[Area], second: Span[Area]) -> Span[Area] | None:
    """Join an area and the same area in the other unit in brackets; the finer figure counts."""
    brackets = text[first.end : second.start].strip() + text[second.end : second.end + 1]
    one, other = first.value.square_metres, second.value.square_metres
    if brackets not in ("()", "（）") or second.value.role or abs(one - other) > one / 100:
        return None
    in_mu = "亩" in second.text
    area = Area(one if in_mu else other, first.value.role)
    return Span(first.start, second.end + 1, area, text[first.start : second.end + 1])


def _amount(match: re.Match[str]) -> int | None:
    number = read_numeral(match["number"])
    big = match["number"][-1] in _MYRIADS
    if number is None or not (match["yuan"] or match["sign"] or (match["word"] and big)):
        return None
    fen = number * 100 + _small(match["jiao"]) * 10 + _small(match["fen"])
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))
