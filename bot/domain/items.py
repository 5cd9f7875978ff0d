"""A list of numbered items in one field, and an answer that is given to each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf, Text
from bot.domain.errors import DomainError
from bot.domain.span import fold

if TYPE_CHECKING:
    from bot.domain.entries import Reading
    from bot.domain.records import Value

MOST_ITEMS = 20
_BETWEEN = "\n"
_MARK = re.compile(
    r"(?:^|(?<=[\s;；。，,:：]))(?:第?[一二三四五六七八九十]{1,3}[、.．项]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}(?:[、)）]|[.．](?!\d)))\s*",
    re.MULTILINE,
)
_TRAILING = " \t\u3000;；,，"


@dataclass(frozen=True, slots=True)
class Items(Text):
    """Items in free words, each on a line of its own once kept."""

    def read(self, answer: str, reading: Reading) -> Value:
        """Take the items apart at their numbers, else at line ends and semicolons."""
        words = str(Text.read(self, answer, reading))
        parts = _MARK.split(words) if _MARK.search(words) else re.split(r"[\n;；]", words)
        items = [item for part in parts if (item := " ".join(part.split()).strip(_TRAILING))]
        if not items:
            raise DomainError("empty_answer")
        if len(items) > MOST_ITEMS:
            raise DomainError("too_many_items", limit=MOST_ITEMS, count=len(items))
        return _BETWEEN.join(items)

    def show(self, value: Value) -> str:
        """The items, numbered."""
        items = items_of(value)
        if len(items) == 1:
            return items[0]
        return "；".join(f"{at}. {item}" for at, item in enumerate(items, 1))


def items_of(value: Value) -> list[str]:
    """The items that a field holds."""
    return str(value).split(_BETWEEN)


@dataclass(frozen=True, slots=True)
class EachOf(OneOf):
    """One choice for every item of a list: the same for all, or item by item.

    Kept as one code for all of them, or as one code an item with commas between.
    """

    of: str = ""
    """The field with the items, which are shown beside the question."""

    def knows(self, value: Value) -> bool:
        """Tell whether every code is one of the choices."""
        return all(OneOf.knows(self, code) for code in str(value).split(","))

    def read(self, answer: str, reading: Reading) -> Value:
        """Read `1已完成 2阶段性`, or one choice for all; raises `not_every_item`."""
        names = {name: c.code for c in self.choices for name in c.spellings}
        either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        pairs = re.findall(rf"(\d{{1,2}})\s?[.、:]?\s?(?:项|条)?({either})", fold(answer).text)
        if not pairs:
            return OneOf.read(self, answer, reading)
        if [int(at) for at, _ in pairs] != list(range(1, len(pairs) + 1)):
            raise DomainError("not_every_item")
        return ",".join(names[name] for _, name in pairs)

    def show(self, value: Value) -> str:
        """The choice, or each item's number with its choice."""
        codes = str(value).split(",")
        if len(codes) == 1:
            return OneOf.show(self, value)
        return "；".join(f"第{at}项{OneOf.show(self, code)}" for at, code in enumerate(codes, 1))

    def fits(self, value: Value, items: Value) -> bool:
        """Tell whether there is one answer for all of the items, or one for each."""
        return str(value).count(",") in {0, len(items_of(items)) - 1}
