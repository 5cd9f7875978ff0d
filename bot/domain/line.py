"""Reading one line of everyday words into the fields of a form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.entries import Number, OneOf, ParcelNumber, Reason, tokens
from bot.domain.parcels import find_parcels
from bot.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.entries import Entry, Found, Reading
    from bot.domain.records import Value

_LABEL = re.compile(r"(?P<word>\w{2,8})\s?[:：]\s?\Z")
_LABEL_WINDOW = 12
_LABELLED = -1
NUMBERS = (Number, ParcelNumber)
"""What is found before anything else."""
_SEPARATORS = " \t\n\u3000,，;；、:：·/／-"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was written for a field but could not be taken, and why."""

    name: str
    """The field."""
    reason: Reason
    said: tuple[str, ...]
    """As it was written."""
    values: tuple[Value, ...] = ()
    """What may have been meant, where several things may."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A line as it was understood: what each field says, and what must be asked back."""

    data: Mapping[str, Value]
    doubts: tuple[Doubt, ...] = ()


def read_line(line: str, entries: Mapping[str, Entry], rest: str, reading: Reading) -> Heard:
    """Give each field the surest place in the line that fits it; the rest is the text field's.

    Numbers are found before anything else, so that no date, area or choice is read out of
    one. A word that says nothing but a field's value leaves the text; a value inside a
    sentence stays in it, and so does all that could not be taken.
    """
    hearing = _Hearing(line, entries, reading)
    for name, entry in _surest_first(entries):
        hearing.listen(name, entry)
    if rest:
        hearing.keep_the_rest(rest)
    return hearing.heard


class _Hearing:
    """One line being read, field by field."""

    def __init__(self, line: str, entries: Mapping[str, Entry], reading: Reading) -> None:
        self._line, self._entries, self._reading = line, entries, reading
        self._numbers = [
            *reading.numbers(line),
            *reading.unsure_numbers(line),
            *find_parcels(line),
        ]
        self._taken: list[Span[object]] = []  # closed to the fields that come later
        self._said: list[Span[object]] = []  # what leaves the text
        self._asked: list[Span[object]] = []  # choices that are asked back
        self._data: dict[str, Value] = {}
        self._doubts: list[Doubt] = []

    @property
    def heard(self) -> Heard:
        """What was understood so far, in the order of the fields."""
        order = tuple(self._entries)
        return Heard(
            {name: self._data[name] for name in order if name in self._data},
            tuple(sorted(self._doubts, key=lambda doubt: order.index(doubt.name))),
        )

    def listen(self, name: str, entry: Entry) -> None:
        """Take the one value that is surest, or ask back."""
        free = self._ranked(entry)
        best = [found for found in free if found.rank == free[0].rank]
        values = tuple(dict.fromkeys(found.value for found in best))
        if len(values) == 1:
            self._take(name, entry, [found for found in free if found.value == values[0]])
        elif values:
            self._asked += best if isinstance(entry.holds, OneOf) else []
            self._doubts.append(Doubt(name, Reason.SEVERAL, _texts(best), values))
        refused = entry.holds.doubtful(self._line, self._reading)
        self._doubts += _refused(name, [s for s in refused if not s.overlaps(self._taken)])

    def keep_the_rest(self, name: str) -> None:
        """Give the text field what is left; choices that are asked back are no text alone."""
        if _what_is_left(self._line, [*self._said, *self._asked]):
            left = _what_is_left(self._line, self._said)
            self._data[name] = self._entries[name].holds.read(left, self._reading)

    def _take(self, name: str, entry: Entry, places: list[Found]) -> None:
        self._data[name] = places[0].value
        apart = [found for found in places if not found.inside]
        self._taken += apart[:1]
        self._said += [_with_label(self._line, found, entry) for found in apart]

    def _ranked(self, entry: Entry) -> list[Found]:
        """The free places, the surest first: those that the field's own title stands before."""
        closed = self._taken if isinstance(entry.holds, NUMBERS) else [*self._taken, *self._numbers]
        ranked = [
            replace(found, rank=_LABELLED) if label and label["word"] in entry.title else found
            for found in entry.holds.find(self._line, self._reading)
            if found.inside or not found.overlaps(closed)
            if (label := _label(self._line, found)) is None or self._is_own(label, entry)
        ]
        return sorted(ranked, key=lambda found: found.rank)

    def _is_own(self, label: re.Match[str], entry: Entry) -> bool:
        """Whether a label is this field's, or at least no other's."""
        titles = [other.title for other in self._entries.values()]
        return label["word"] in entry.title or not any(label["word"] in t for t in titles)


def _refused(name: str, spans: list[Span[Reason]]) -> list[Doubt]:
    """One doubt for each reason why something written for a field cannot be taken."""
    return [
        Doubt(name, reason, _texts(span for span in spans if span.value is reason))
        for reason in dict.fromkeys(span.value for span in spans)
    ]


def _texts(spans: Iterable[Span[object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.text for span in spans))


def _surest_first(entries: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    """Numbers, then what has a unit or a role word, then choices."""

    def rank(item: tuple[str, Entry]) -> int:
        if isinstance(item[1].holds, NUMBERS):
            return 0
        return 2 if isinstance(item[1].holds, OneOf) else 1

    return sorted(entries.items(), key=rank)


def _label(line: str, span: Span[object]) -> re.Match[str] | None:
    """The word before a place and a colon."""
    return _LABEL.search(line, max(0, span.start - _LABEL_WINDOW), span.start)


def _with_label(line: str, span: Span[Value], entry: Entry) -> Span[Value]:
    """A value's place together with the field's title, or a part of it, before a colon."""
    label = _label(line, span)
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
