"""Where a reading sits in what a person typed, whatever had to be folded to recognise it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Characters that are drawn as nothing although Unicode does not call them format characters.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Span(Generic[T_co]):
    """A value recognised in a text: `original[start:end] == text`, always."""

    start: int
    end: int
    value: T_co
    text: str

    def overlaps(self, others: Iterable["Span[object]"]) -> bool:
        """Whether any character is shared with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text after folding, with the way back to the characters it came from."""

    original: str
    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int, value: T) -> Span[T]:
        """Carry a non-empty stretch of the folded text back to the original."""
        first, last = self.places[start], self.places[end - 1] + 1
        return Span(first, last, value, self.original[first:last])

    def slice(self, start: int, end: int) -> str:
        """Give the original characters of a non-empty stretch of the folded text."""
        return self.span(start, end, None).text

    def blank(self, spans: Iterable[Span[object]]) -> "Folded":
        """Hide what is already understood, so that nothing reads numbers out of it."""
        hidden = {place for span in spans for place in range(span.start, span.end)}
        text = "".join(
            "\x00" if place in hidden else char
            for char, place in zip(self.text, self.places, strict=True)
        )
        return Folded(self.original, text, self.places)


def fold(text: str) -> Folded:
    """Fold full-width forms (NFKC) and drop invisible characters, one character at a time."""
    pairs = [(char, place) for place, raw in enumerate(text) for char in _fold_char(raw)]
    return Folded(text, "".join(char for char, _ in pairs), tuple(place for _, place in pairs))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or char in _BLANK or unicodedata.name(char, "").startswith("VARIATION SEL"):
        return ""
    if category == "No":  # ② before 1.10亩 is a list mark, not a digit of it
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) <= 4 else char
