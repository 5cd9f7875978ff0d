"""A list of numbered items in one field, and an answer that is given to each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf, Text
from bot.domain.errors import DomainError
from bot.domain.quantities import read_numeral
from bot.domain.span import fold

if TYPE_CHECKING:
    from bot.domain.entries import Reading
    from bot.domain.records import Value

MOST_ITEMS = 20
_BETWEEN = "\n"
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_STYLES = tuple(
    re.compile(style)
    for style in (
        rf"第?(?P<n>{_NUMERAL})[、.．]\s*",
        rf"第(?P<n>{_NUMERAL}|\d{{1,2}})项[、:：]?\s*",
        rf"[（(](?P<n>{_NUMERAL}|\d{{1,2}})[)）]\s*",
        r"(?P<n>\d{1,2})、\s*",
        r"(?P<n>\d{1,2})[)）]\s*",
        r"(?P<n>\d{1,2})[.．](?:(?!\d)|(?=\d{4}年|\d{1,2}月))\s*",  # 1.10亩 is an area
        rf"(?P<n>[{_CIRCLED}])\s*",
    )
)
"""The ways in which items are numbered; a list keeps to one of them."""
_APART = re.compile(r"[\s;；。，,:：]\Z")
_WITHIN_A_NUMBER = re.compile("[0-9一二三四五六七八九十第]")
_TRAILING = " \t\u3000;；,，。"


@dataclass(frozen=True, slots=True)
class Items(Text):
    """Items in free words, each on a line of its own once kept."""

    def read(self, answer: str, reading: Reading) -> Value:
        """Take the items apart at their numbers, else at line ends and semicolons."""
        words = str(Text.read(self, answer, reading))
        parts = _at_numbers(words) or re.split(r"[\n;；]", words)
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


def _at_numbers(words: str) -> list[str]:
    """The items of a numbered list, the words before it kept with the first; [] if it is none."""
    lists = [marks for style in _STYLES if (marks := _marks(words, style))]
    if not lists:
        return []
    marks = min(lists, key=lambda each: each[0].start())
    ends = [*(mark.start() for mark in marks[1:]), len(words)]
    first, *others = (words[m.end() : end] for m, end in zip(marks, ends, strict=True))
    return [words[: marks[0].start()] + first, *others]


def _marks(words: str, style: re.Pattern[str]) -> list[re.Match[str]]:
    """The numbers of one style that begin items: after a break from 1 up, else next in turn."""
    found = [(_number(mark["n"]), mark) for mark in style.finditer(words)]
    apart = {n for n, mark in found if _stands_apart(words, mark)}
    marks: list[re.Match[str]] = []
    last = 0
    for n, mark in found:
        in_turn = n == last + 1 and last and n not in apart and not _in_a_number(words, mark)
        if (n == 1 or last) and n > last and (in_turn or _stands_apart(words, mark)):
            marks.append(mark)
            last = n
    return marks


def _stands_apart(words: str, mark: re.Match[str]) -> bool:
    return mark.start() == 0 or bool(_APART.search(words, 0, mark.start()))


def _in_a_number(words: str, mark: re.Match[str]) -> bool:
    """Tell whether it is part of 第二、三组, 3、5号 and the like."""
    beside = words[mark.start() - 1] + words[mark.end() : mark.end() + 1]
    return bool(_WITHIN_A_NUMBER.search(beside))


def _number(numeral: str) -> int:
    return _CIRCLED.find(numeral) + 1 or int(read_numeral(fold(numeral).text) or 0)


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
        """Read `1已完成 2阶段性`, or one choice for all; raises `not_every_item`.

        One number alone says nothing of the other items.
        """
        names = {name: c.code for c in self.choices for name in c.spellings}
        either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        words = fold(answer).text
        pairs = re.findall(
            rf"(\d{{1,2}}|{_NUMERAL}|[{_CIRCLED}])\s?[.、:]?\s?(?:项|条)?\s?({either})", words
        )
        if not pairs:
            value = OneOf.read(self, answer, reading)
            if {names[name] for name in re.findall(either, words)} - {value}:
                raise DomainError("not_every_item")
            return value
        if len(pairs) == 1 or [_number(at) for at, _ in pairs] != [*range(1, len(pairs) + 1)]:
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
