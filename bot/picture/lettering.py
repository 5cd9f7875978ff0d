"""The font of the pictures, which comes with us: no machine's own fonts are ever asked.

It holds GB 2312, with which offices write and name their places. Any other character is drawn as
〓, the printers' sign for a type they lack, never as an empty box.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import ImageFont

FONT = Path(__file__).parent / "NotoSansCJKsc-GB2312.otf"
LACKING = "〓"
_ROWS, _CELLS = range(0xA1, 0xF8), range(0xA1, 0xFF)


def _known() -> frozenset[str]:
    """Every character of GB 2312 and of ASCII that can be seen, and the space."""
    pairs = (bytes((row, cell)) for row in _ROWS for cell in _CELLS)
    signs = (pair.decode("gb2312", errors="ignore") for pair in pairs)
    return frozenset((*map(chr, range(0x20, 0x7F)), *filter(None, signs)))


KNOWN = _known()
"""What can be drawn."""


def drawable(text: str) -> str:
    """A text as it can be drawn: what the font lacks is shown to be lacking."""
    return "".join(sign if sign in KNOWN else LACKING for sign in text)


@cache
def _content() -> bytes:
    return FONT.read_bytes()


def font(size: int) -> ImageFont.FreeTypeFont:
    """The font in a size of so many pixels, for one thread."""
    return ImageFont.truetype(BytesIO(_content()), size, layout_engine=ImageFont.Layout.BASIC)
