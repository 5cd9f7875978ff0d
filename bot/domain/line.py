"""Reading one line of everyday words into the fields of a form."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf, Text, tokens
from bot.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.entries import Entry, Reading
    from bot.domain.records import Value

_LABEL = re.compile(r"(?P<word>\w{2,8})\s?[:：]\s?\Z")
_LABEL_WINDOW = 12
_SEPARATORS = " \t\n\u3000,，;；、:："


def read_line(
    line: str, entries: Mapping[str, Entry], rest: str, reading: Reading
) -> dict[str, Value]:
    """Give each field the first place in the line that fits it; the rest is the text field's.

    Numbers are found before anything else, so that no date, area or choice is read out of
    one. A word that says nothing but a field's value leaves the text; a value inside a
    sentence stays in it.
    """
    numbers = reading.numbers(line)
    taken: list[Span[object]] = []
    said: list[Span[object]] = []
    data: dict[str, Value] = {}
    for name, entry in _surest_first(entries):
        guard = [] if _is_number(entry) else numbers
        free = _free(entry.holds.find(line, reading), [*taken, *guard])
        if free:
            taken.append(free[0])
            said += [_with_label(line, s, entry) for s in free if s.value == free[0].value]
            data[name] = free[0].value
    left = _what_is_left(line, said)
    if rest and left:
        data[rest] = entries[rest].holds.read(left, reading)
    return {name: data[name] for name in entries if name in data}


def _surest_first(entries: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    """Numbers, then what has a unit or a role word, then choices; free text takes none."""

    def rank(item: tuple[str, Entry]) -> int:
        if _is_number(item[1]):
            return 0
        return 2 if isinstance(item[1].holds, OneOf) else 1

    return sorted((i for i in entries.items() if not isinstance(i[1].holds, Text)), key=rank)


def _is_number(entry: Entry) -> bool:
    return hasattr(entry.holds, "kinds")


def _free(spans: Iterable[Span[Value]], taken: list[Span[object]]) -> list[Span[Value]]:
    return [span for span in spans if not span.overlaps(taken)]


def _with_label(line: str, span: Span[Value], entry: Entry) -> Span[Value]:
    """A value's place together with the field's title, or a part of it, before a colon."""
    label = _LABEL.search(line, max(0, span.start - _LABEL_WINDOW), span.start)
    if label is None or label["word"] not in entry.title:
        return span
    return Span(label.start(), span.end, span.value, line[label.start() : span.end])


def _what_is_left(line: str, said: list[Span[object]]) -> str:
    """The words of a line that are more than a value already read, with what parts them."""
    used = {at for span in said for at in range(span.start, span.end)}
    words = [*tokens(line), (len(line), "")]
    kept = [
        line[start:following]
        for (start, word), (following, _) in pairwise(words)
        if any(at not in used and word[at - start].isalnum() for at in _places(start, word))
    ]
    return "".join(kept).strip(_SEPARATORS)


def _places(start: int, word: str) -> range:
    return range(start, start + len(word))
