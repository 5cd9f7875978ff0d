"""Cut the font of the pictures out of Debian's Noto Sans CJK: `make font`.

Needs the package that the handbook's pictures need (`apt-get install fonts-noto-cjk`). What stays
are the characters of GB 2312 and ASCII; hints and features go. The licence stands beside the font.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from bot.picture.lettering import FONT, KNOWN

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIMPLIFIED = 2
"""The place of the simplified Chinese font in the collection."""
NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]
"""Copyright, names, version and licence stay with the font."""
UNUSED = ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]


def make_font() -> None:
    """Write the font anew."""
    options = Options(
        hinting=False,
        layout_features=[],
        name_IDs=NAMES,
        drop_tables=[*Options._drop_tables_default, *UNUSED],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=map(ord, KNOWN))
    font = TTFont(SOURCE, fontNumber=SIMPLIFIED, recalcTimestamp=False)
    subsetter.subset(font)
    font.save(FONT)


if __name__ == "__main__":
    make_font()
