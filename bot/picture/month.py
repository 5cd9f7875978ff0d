"""Draws a sheet of the calendar: as wide as a phone shows it, and legible there."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from bot.domain.periods import Light
from bot.picture.lettering import drawable, font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.sheet import Day, Entry, Sheet

_Line: TypeAlias = tuple[str, FreeTypeFont, str]
"""A line of text, the type it is set in, and its colour."""

WIDTH, MARGIN = 1080, 20
"""A phone shows such a picture at a third of its size, and the text in 27 as its own in 9."""
HEAD, WEEKDAYS, FOOT = 112, 48, 76
DATE, LINE, PAD = 50, 35, 6
LEAST = 116
"""The height of a week in which nothing is due."""
NARROW = 0.56
"""How wide a weekend without any entry is, a working day being 1."""
INK, FAINT, EDGES, PAPER = "#1c2733", "#9aa6b0", "#d5dce2", "#ffffff"
BRAND, SHADE, SHADE_INK = "#1f4f73", "#edf0f3", "#6d7985"
LIGHTS: dict[Light | None, tuple[str, str]] = {
    None: ("#7d8fa3", "#eaf0f6"),
    Light.GREEN: ("#3f9d5c", "#e2f1e7"),
    Light.YELLOW: ("#dba520", "#fbf1d6"),
    Light.RED: ("#c8402f", "#f9e1de"),
}
"""The colour of each light, and the tint of what it stands beside; None: of what has none."""


def draw(sheet: Sheet) -> bytes:
    """The sheet as a PNG."""
    return _Drawing(sheet).png()


class _Drawing:
    """One sheet being drawn; coordinates are pixels from the upper left."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._title, self._date, self._text, self._small = map(font, (54, 32, 27, 23))
        self._sizes = (self._text, font(25), self._small)
        self._edges = _edges(sheet)
        self._texts = [[self._broken(day, at) for at, day in enumerate(w)] for w in sheet.weeks]
        heights = map(self._height, sheet.weeks, self._texts)
        self._tops = [*accumulate(heights, initial=HEAD + WEEKDAYS)]
        self._image = Image.new("RGB", (WIDTH, self._tops[-1] + FOOT), PAPER)
        self._brush = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        self._draw_head()
        for week, (top, bottom) in enumerate(pairwise(self._tops)):
            for at, (left, right) in enumerate(pairwise(self._edges)):
                day = self._sheet.weeks[week][at]
                if day is not None:
                    self._draw_day(day, self._texts[week][at], (left, top, right, bottom))
        self._draw_lines()
        self._draw_foot()
        content = BytesIO()
        self._image.save(content, "PNG", optimize=True)
        return content.getvalue()

    # Measuring.

    def _broken(self, day: Day | None, column: int) -> list[list[_Line]]:
        """The lines of each entry of a day, as wide as its column."""
        width = self._edges[column + 1] - self._edges[column] - 26
        return [self._lines(entry, width) for entry in day.entries] if day else []

    def _lines(self, entry: Entry, width: int) -> list[_Line]:
        """Number, what is owed, what is special; a number is rather set small than broken."""
        number = next((s for s in self._sizes if s.getlength(entry.number) <= width), self._small)
        warning = LIGHTS[entry.light][0] if entry.light is Light.RED else INK
        parts = ((entry.number, number, INK), (entry.title, self._text, INK))
        return [
            (line, type_, ink)
            for text, type_, ink in (*parts, (entry.note, self._text, warning))
            if text
            for line in _wrapped(text, type_, width)
        ]

    def _height(
        self, week: Sequence[Day | None], texts: Sequence[Sequence[Sequence[_Line]]]
    ) -> int:
        """The height of a week: that of its fullest day."""
        ends = [LINE if day and day.more else 2 * PAD for day in week]
        fills = [sum(map(_depth, entries)) for entries in texts]
        return max(LEAST, *(DATE + fill + end for fill, end in zip(fills, ends, strict=True)))

    # Drawing.

    def _write(
        self, at: tuple[float, float], text: str, type_: FreeTypeFont, ink: str, anchor: str = "ls"
    ) -> None:
        self._brush.text(at, drawable(text), ink, type_, anchor)

    def _draw_head(self) -> None:
        self._write((MARGIN, 76), self._sheet.title, self._title, BRAND)
        self._write((WIDTH - MARGIN, 74), self._sheet.subtitle, self._date, SHADE_INK, "rs")
        for name, (left, right) in zip(self._sheet.weekdays, pairwise(self._edges), strict=True):
            self._write(((left + right) / 2, HEAD + 34), name, self._text, SHADE_INK, "ms")

    def _draw_day(
        self, day: Day, texts: Sequence[Sequence[_Line]], box: tuple[int, int, int, int]
    ) -> None:
        left, top, right, _ = box
        if day.rest:
            self._brush.rectangle(box, SHADE)
        self._draw_date(day, left, top, right)
        at = top + DATE
        for entry, lines in zip(day.entries, texts, strict=True):
            self._draw_entry(entry, lines, (left + PAD, at, right - PAD))
            at += _depth(lines)
        self._write((left + PAD + 4, at + 26), day.more, self._small, SHADE_INK)

    def _draw_date(self, day: Day, left: int, top: int, right: int) -> None:
        number, middle, ink = str(day.number), (left + 29, top + 27), INK
        if day.today:
            self._brush.circle(middle, 22, BRAND)
            ink = PAPER
        elif not day.asked:
            ink = FAINT
        elif day.rest:
            ink = SHADE_INK
        self._write(middle, number, self._date, ink, "mm")
        beside = right - left - 56 > self._small.getlength(day.note)
        place = (right - PAD, top + (35 if beside else DATE + 28))
        self._write(place, day.note, self._small, SHADE_INK if day.rest else BRAND, "rs")

    def _draw_entry(
        self, entry: Entry, lines: Sequence[_Line], place: tuple[int, int, int]
    ) -> None:
        left, top, right = place
        colour, tint = LIGHTS[entry.light]
        bottom = top + _depth(lines) - PAD
        self._brush.rounded_rectangle((left, top, right, bottom), 6, tint)
        self._brush.rounded_rectangle((left, top, left + 6, bottom), 3, colour)
        for at, (line, type_, ink) in enumerate(lines):
            self._write((left + 13, top + 4 + LINE * at + 25), line, type_, ink)

    def _draw_lines(self) -> None:
        left, right = self._edges[0], self._edges[-1]
        for top in self._tops:
            self._brush.line((left, top, right, top), EDGES, 2)
        for edge in self._edges:
            self._brush.line((edge, self._tops[0], edge, self._tops[-1]), EDGES, 2)

    def _draw_foot(self) -> None:
        at, middle = float(MARGIN), self._tops[-1] + 40
        shown = [(LIGHTS[light][0], 5, words) for light, words in self._sheet.lights]
        others = ((SHADE, 5, self._sheet.rest), (BRAND, 12, self._sheet.today))
        for colour, radius, words in (*shown, *others):
            sample = (at, middle - 12, at + 24, middle + 12)
            self._brush.rounded_rectangle(sample, radius, colour, EDGES)
            self._write((at + 34, middle), words, self._small, INK, "lm")
            at += 34 + self._small.getlength(words) + 34


def _edges(sheet: Sheet) -> list[int]:
    """Where the columns begin, and where the last one ends; an empty weekend is narrow."""
    used = {at for week in sheet.weeks for at, day in enumerate(week) if day and day.entries}
    weights = [1.0 if at < 5 or at in used else NARROW for at in range(7)]
    unit = (WIDTH - 2 * MARGIN) / sum(weights)
    return [MARGIN + round(unit * passed) for passed in accumulate(weights, initial=0.0)]


def _depth(lines: Sequence[_Line]) -> int:
    """How much room an entry takes, with the gap beneath it."""
    return LINE * len(lines) + 4 + PAD


def _wrapped(text: str, type_: FreeTypeFont, width: int) -> list[str]:
    """A text in as many lines as it needs, none wider than that, as even as may be.

    A number is first broken where its digits begin.
    """
    text = drawable(text)
    words = re.findall(r"^\D+|\d.*", text)
    if len(words) == 2 and type_.getlength(text) > width >= max(map(type_.getlength, words)):
        return words
    needed = max(1, -(-int(type_.getlength(text)) // width))
    while True:
        each = -(-len(text) // needed)
        lines = [text[at : at + each] for at in range(0, len(text), each)]
        if needed >= len(text) or all(type_.getlength(line) <= width for line in lines):
            return lines
        needed += 1
