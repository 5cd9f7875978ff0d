"""Document, court and system numbers: one key for every spelling people use.

Real papers break GB/T 9704 in every way (brackets, full width, 第, empty zeros, spaces), so a
number is compared by its parts and shown in one canonical form.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from bot.domain.span import Folded, Span, fold

# Every repetition below is bounded and most are anchored on a year, so that searching is linear.
_OPEN = r"[(\[{<〔【〖「『〈《]"
_CLOSE = r"[)\]}>〕】〗」』〉》]"
_HAN = "[一-龥]"
_GAP = r"\s{0,3}"
_DASH = r"[-‐‒–—―−_/]"
_PLAIN_YEAR = r"(?:19|20)[0-9]{2}"
_YEAR = rf"{_OPEN}{_GAP}(?P<year>{_PLAIN_YEAR}){_GAP}年?{_GAP}{_CLOSE}"
_BARE_YEAR = rf"(?P<bare_year>{_PLAIN_YEAR})"
_SUB = rf"(?:{_OPEN}(?P<sub>{_HAN}{{1,6}}){_CLOSE})?"
_SERIAL = r"(?P<serial>[Zz]?[0-9]{1,11})"
_SUFFIX = r"(?:之(?P<suffix>[一二三四五六七八九十]{1,3}|[1-9][0-9]?(?![0-9])))?"
_PROVINCE = "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵]"
_CASE_TYPE = "行审复|行审|行初|行终|行申|行再|行监|执恢|执异|执复|执监|执保|执|民初|民终|刑初|刑终"
_COURT_CODE = rf"(?:最高法知?|{_PROVINCE}(?:[0-9]{{0,4}}|{_HAN}{{1,5}}?)){_GAP}(?:{_CASE_TYPE})"
# Without 号 a serial counts only where the sentence pauses: `〔2021〕5、6号` is not number 5.
_PAUSE = r"(?=$|\s|[。;!?)\]】〕》」]|[,.](?!\s?[0-9]))"
_END = rf"(?:{_GAP}号|{_PAUSE})"

_PREFIX = rf"{_HAN}{{2,16}}(?:\({_HAN}{{1,6}}\){_HAN}{{0,6}})?"
_DOCUMENT = re.compile(rf"(?P<prefix>{_PREFIX})(?:{_YEAR}|-?{_BARE_YEAR}-){_SUB}{_SERIAL}号?")
_COURT = re.compile(
    rf"{_YEAR}{_GAP}(?P<prefix>{_COURT_CODE}){_GAP}字?{_GAP}第?{_GAP}"
    rf"(?P<serial>[0-9]{{1,6}}){_END}{_SUFFIX}"
)
_TAIL = re.compile(rf"{_YEAR}{_GAP}{_SUB}{_GAP}第?{_GAP}{_SERIAL}{_END}")
_FULL_PREFIX = re.compile(rf"(?P<prefix>{_PREFIX}){_GAP}")

# Words that no organ's code contains: a prefix holding one has swallowed part of a sentence.
_SENTENCE = re.compile(
    "的|了|已|收到|发出|送达|作出|印发|下发|制发|关于|根据|按照|检察院|法院|[你我贵该分]局|[你我贵该]院"
)
_WINDOW = 30

# Anything with a year and a serial, however badly written: what is not certain is asked back.
_MORE = (
    rf"(?P<more>(?:{_GAP}号)?(?:(?:{_GAP}[、和及与至到~]{_GAP}|{_GAP}{_DASH}{_GAP})第?[0-9]{{1,11}}"
    rf"|[\s,]{{1,3}}[0-9]{{1,11}}(?={_GAP}号)){{1,9}}{_GAP}号(?![楼院门宗地]))?"
)
_LOOSE = re.compile(
    rf"(?<![0-9])(?P<open>{_OPEN}{_GAP})?{_PLAIN_YEAR}(?P<close>{_GAP}年?{_GAP}{_CLOSE})?"
    rf"(?P<gap>{_GAP}(?:{_DASH}|年?第)?{_GAP})(?P<court>{_COURT_CODE}{_GAP}字?第?)?{_SUB}第?"
    rf"[Zz]?[0-9]{{1,11}}{_MORE}(?P<end>{_GAP}号)?"
)
_RUN = re.compile(rf"{_HAN}{{1,12}}(?:\({_HAN}{{1,6}}\){_HAN}{{0,6}})?\s{{0,3}}\Z")

_NUMBERED = re.compile(
    rf"{_OPEN}{_GAP}{_PLAIN_YEAR}{_GAP}{_CLOSE}"
    rf"(?:[^\s,。;]{{0,14}}?{_GAP}第?{_GAP}[0-9]{{1,11}}{_GAP}号|{_GAP}第?{_GAP}[0-9]{{5,11}}(?![0-9]))"
)

_TO_FULL_BRACKETS = str.maketrans("()", "（）")
_CHINESE_DIGITS = "零一二三四五六七八九"


class NumberKind(StrEnum):
    """Whose numbering a number belongs to."""

    DOCUMENT = "document"
    COURT = "court"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number by its parts; two spellings of one number are equal."""

    kind: NumberKind
    prefix: str
    year: int
    serial: int | str
    sub: str = ""
    suffix: str = ""
    original: str = field(default="", compare=False)

    def key(self) -> str:
        """Give the look-up key, the same for every spelling and for no other number."""
        if self.kind is NumberKind.COURT:
            return f"({self.year}){self.prefix}{self.serial}{self.suffix}"
        return f"{self.prefix}({self.year}){self.sub}{self.serial}{self.suffix}"

    def __str__(self) -> str:
        if self.kind is NumberKind.COURT:
            return f"（{self.year}）{self.prefix}{self.serial}号{self.suffix}"
        number = f"{self.prefix}〔{self.year}〕{self.sub}{self.serial}号{self.suffix}"
        return number.translate(_TO_FULL_BRACKETS)


def normalise(text: str) -> str:
    """Bring a number into one spelling: half width, 〔year〕, (…), no 第, no spaces."""
    text = re.sub(r"\s+", "", fold(text).text)
    text = re.sub(rf"{_OPEN}({_PLAIN_YEAR})年?{_CLOSE}", r"〔\1〕", text)
    text = re.sub(rf"{_OPEN}({_HAN}{{1,6}}){_CLOSE}", r"(\1)", text)
    return re.sub(r"第(?=[Zz]?[0-9])", "", re.sub(_DASH, "-", text))


def parse_number(text: str, *, system_prefixes: Sequence[str] = ()) -> DocumentNumber | None:
    """Read a text that is one number as a whole, in any spelling; 号 may be missing."""
    if system := _system(tuple(system_prefixes)).fullmatch(fold(text).text.strip()):
        return _number(NumberKind.SYSTEM, system, text)
    plain = normalise(text)
    if court := _COURT.fullmatch(plain):
        return _number(NumberKind.COURT, court, text)
    document = _DOCUMENT.fullmatch(plain)
    if document is None or _SENTENCE.search(document["prefix"]):
        return None
    return _number(NumberKind.DOCUMENT, document, text)


def find_numbers(
    text: str, *, abbreviations: Sequence[str], system_prefixes: Sequence[str]
) -> list[Span[DocumentNumber]]:
    """Find the numbers in running text.

    Chinese has no word boundary, so a free-text prefix must start at a configured abbreviation of
    an organ (鄂州, 华容, …); court and system numbers carry their own beginning. What
    `ambiguous_numbers` asks back is left out.
    """
    folded = fold(text)
    certain = _certain(folded, abbreviations, system_prefixes)
    doubtful = _doubtful(folded, certain, abbreviations, system_prefixes)
    return [span for span in certain if not span.overlaps(doubtful)]


def ambiguous_numbers(
    text: str, *, abbreviations: Sequence[str] = (), system_prefixes: Sequence[str] = ()
) -> list[Span[NumberKind]]:
    """Find what looks like a number but must be asked back: `〔2021〕5、6号`, `〔202110号`."""
    folded = fold(text)
    certain = _certain(folded, abbreviations, system_prefixes)
    return _doubtful(folded, certain, abbreviations, system_prefixes)


def numbered(folded: Folded) -> list[tuple[int, int]]:
    """Give the stretches from a bracketed year to its serial, whoever issued them.

    Whatever such a serial looks like, it is neither a date nor a telephone number.
    """
    return [match.span() for match in _NUMBERED.finditer(folded.text)]


def _number(
    kind: NumberKind, match: re.Match[str], original: str, prefix: str = ""
) -> DocumentNumber:
    parts = match.groupdict()
    return DocumentNumber(
        kind=kind,
        prefix=re.sub(r"\s", "", prefix or parts["prefix"]),
        year=int(parts["year"] or parts["bare_year"]),
        serial=_serial(parts["serial"]),
        sub=f"({parts['sub']})" if parts.get("sub") else "",
        suffix=_suffix(parts.get("suffix") or ""),
        original=original,
    )


def _serial(digits: str) -> int | str:
    return f"Z{int(digits[1:])}" if digits[0] in "Zz" else int(digits)


def _suffix(text: str) -> str:
    if not text.isascii() or not text:
        return f"之{text}" if text else ""
    tens, ones = divmod(int(text), 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return f"之{ten}{_CHINESE_DIGITS[ones] if ones else ''}"


@lru_cache(maxsize=8)
def _system(prefixes: tuple[str, ...]) -> re.Pattern[str]:
    words = _alternatives(prefixes)
    separator = rf"(?:{_GAP}{_DASH}{_GAP}|\s{{1,3}}|{_GAP}年?第{_GAP})"
    # `线索 2026-03-03` and `线索 2026 3亩` are a word followed by a date or an area.
    not_more = rf"(?!{_GAP}[年月日亩%万元.、和及与至到~㎡]|{_GAP}[-/,]{_GAP}[0-9])"
    return re.compile(
        rf"(?P<prefix>{words}){_GAP}{_DASH}?{_GAP}"
        rf"(?:{_YEAR}{_GAP}{_DASH}?{_GAP}|{_BARE_YEAR}{separator})"
        rf"第?{_GAP}(?P<serial>[0-9]{{1,6}})(?:{_GAP}号|(?![0-9]){not_more})"
    )


@lru_cache(maxsize=8)
def _organ(abbreviations: tuple[str, ...]) -> re.Pattern[str]:
    # Neighbouring abbreviations are one code: 鄂州华容检建 does not start at 华容.
    return re.compile(rf"(?:{_alternatives(abbreviations)}){{1,4}}")


def _alternatives(words: tuple[str, ...]) -> str:
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    return "|".join(map(re.escape, longest_first)) or "(?!)"


def _certain(
    folded: Folded, abbreviations: Sequence[str], system_prefixes: Sequence[str]
) -> list[Span[DocumentNumber]]:
    organ = _organ(tuple(abbreviations))
    finders: tuple[Callable[[], Iterator[Span[DocumentNumber]]], ...] = (
        lambda: _plain(folded, _COURT, NumberKind.COURT),
        lambda: _plain(folded, _system(tuple(system_prefixes)), NumberKind.SYSTEM),
        lambda: _documents(folded, organ),
    )
    taken: list[Span[DocumentNumber]] = []
    for finder in finders:
        taken += [span for span in finder() if not span.overlaps(taken)]
    return sorted(taken, key=lambda span: span.start)


def _plain(
    folded: Folded, pattern: re.Pattern[str], kind: NumberKind
) -> Iterator[Span[DocumentNumber]]:
    for match in pattern.finditer(folded.text):
        original = folded.slice(match.start(), match.end())
        yield folded.span(match.start(), match.end(), _number(kind, match, original))


def _documents(folded: Folded, organ: re.Pattern[str]) -> Iterator[Span[DocumentNumber]]:
    for tail in _TAIL.finditer(folded.text):
        start = _prefix_start(folded.text, tail.start(), organ)
        if start is not None:
            original = folded.slice(start, tail.end())
            prefix = folded.text[start : tail.start()]
            number = _number(NumberKind.DOCUMENT, tail, original, prefix)
            yield folded.span(start, tail.end(), number)


def _prefix_start(text: str, end: int, organ: re.Pattern[str]) -> int | None:
    """Find the abbreviation nearest to `end` from which a clean prefix reaches `end`."""
    begin = max(0, end - _WINDOW)
    for match in reversed(list(organ.finditer(text, begin, end))):
        prefix = _FULL_PREFIX.fullmatch(text, match.start(), end)
        if prefix is not None:
            return None if _SENTENCE.search(prefix["prefix"]) else match.start()
    return None


def _doubtful(
    folded: Folded,
    certain: list[Span[DocumentNumber]],
    abbreviations: Sequence[str],
    system_prefixes: Sequence[str],
) -> list[Span[NumberKind]]:
    known = _organ((*abbreviations, *system_prefixes))
    spans: list[Span[NumberKind]] = []
    for match in _LOOSE.finditer(folded.text):
        organ = _prefix_start(folded.text, match.start(), known)
        start = _run_start(folded.text, match) if match["court"] or organ is None else organ
        kind = _likely_kind(folded.text[start : match.end()], match, system_prefixes)
        span = folded.span(start, match.end(), kind)
        if _asks_back(match, organ is not None, span.overlaps(certain)):
            spans.append(span)
    return spans


def _likely_kind(text: str, match: re.Match[str], system_prefixes: Sequence[str]) -> NumberKind:
    if match["court"]:
        return NumberKind.COURT
    ours = text.startswith(tuple(filter(None, system_prefixes)))
    return NumberKind.SYSTEM if ours else NumberKind.DOCUMENT


def _asks_back(match: re.Match[str], known: bool, certain: bool) -> bool:
    brackets = bool(match["open"]) + bool(match["close"])
    if match["more"]:
        return brackets > 0 or known
    if certain or not match["end"] or brackets == 2:
        return False
    return brackets == 1 or bool(match["court"]) or (known and bool(match["gap"]))


def _run_start(text: str, match: re.Match[str]) -> int:
    """Find where the words directly before a loose number begin, short of any sentence."""
    if match["court"]:
        return match.start()
    begin = max(0, match.start() - _WINDOW)
    run = _RUN.search(text, begin, match.start())
    if run is None:
        return match.start()
    return max([run.start(), *(run.start() + m.end() for m in _SENTENCE.finditer(run.group()))])
