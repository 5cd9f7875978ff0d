"""Secrecy marks: what carries one must not enter a chat on the internet (保密法第29条)."""

import re

from bot.domain.span import Span, fold

_STAR = r"[★☆✩✪✭✯⭐*✱※]"
# Inside a mark: spaces, stars and thin strokes always; a sentence's punctuation only where no
# other Chinese character touches it, for 司机，密切 is no mark. All bounded: linear.
_THIN = r"[\s★☆✩✪✭✯⭐*✱※·・•.\-–—_/\\|~^+=#]{0,3}"
_ANY = r"[^\w]{1,3}"
_TERM = rf"(?:{_THIN}(?:[0-9]{{1,2}}|[一二两三五六十]{{1,3}})\s?(?:年|个月|月|天)|{_THIN}长期)"
_TAIL = rf"(?:{_THIN}{_STAR})?{_TERM}?"


def _spaced(word: str) -> str:
    return _THIN.join(word.split())


def _scattered(word: str) -> str:
    return rf"(?<![一-龥]){_ANY.join(word.split())}(?![一-龥])"


_JIMI = "机 密"
_JUEMI = "绝 密"
_MIMI = "秘 密"
_NEIBU_ZILIAO = "内 部 资 料"
_MIJI = "密 级"

_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "绝密",
        re.compile(
            rf"(?:(?<![杜谢拒断隔]){_spaced(_JUEMI)}(?!{_THIN}[切码集度封植闭])"
            rf"|{_scattered(_JUEMI)}){_TAIL}"
        ),
    ),
    (
        "机密",
        re.compile(
            rf"(?:(?<![手司飞动时投相主农耕拖危有随]){_spaced(_JIMI)}"
            rf"(?!{_THIN}[切码集度封植闭纸性])|{_scattered(_JIMI)}){_TAIL}"
            rf"|机密[一-龥]{{0,2}}{_STAR}"
        ),
    ),
    (
        "秘密",
        re.compile(
            rf"(?:{_spaced(_MIMI)}|{_scattered(_MIMI)})"
            rf"(?:{_THIN}{_STAR}{_TERM}?|{_THIN}级(?!别))"
            rf"|(?<!保守)(?<!商业)(?<!工作)(?<!个人)(?<!技术){_spaced(_MIMI)}{_TERM}"
        ),
    ),
    (
        "保密",
        re.compile(
            rf"保{_THIN}密(?:[一-龥]{{0,2}}{_THIN}{_STAR}"
            r"|\s?期限\s?[:为]?\s?(?:[0-9一二三五十]{1,3}\s?(?:年|个月)|长期))"
        ),
    ),
    (
        "密级",
        re.compile(rf"(?<![保加精稠紧严])(?:{_spaced(_MIJI)}(?!{_THIN}别)|{_scattered(_MIJI)})"),
    ),
    (
        "内部资料",
        re.compile(rf"(?:{_spaced(_NEIBU_ZILIAO)}(?!{_THIN}[室库柜])|{_scattered(_NEIBU_ZILIAO)})"),
    ),
)


def find_secrecy_marks(text: str) -> list[Span[str]]:
    """Find secrecy marks, however spaced or disguised; the value is the plain mark."""
    folded = fold(text)
    marks = (
        folded.span(*match.span(), mark)
        for mark, pattern in _MARKS
        for match in pattern.finditer(folded.text)
    )
    found: list[Span[str]] = []
    for span in sorted(marks, key=lambda span: span.start):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found
