"""Numbers of the parcels that satellite pictures show (图斑编号): 420704-2026-2-0137.

District, year, issue and serial; people leave out the zeros and write whatever dash they have.
"""

from __future__ import annotations

import re

from bot.domain.span import Span, fold

_DASH = r"\s?[-‐‒–—―−_/]\s?"
_PARCEL = re.compile(
    rf"(?<![0-9])(?P<district>[1-9][0-9]{{5}}){_DASH}(?P<year>20[0-9]{{2}}){_DASH}"
    rf"(?P<issue>1[0-2]|0?[1-9]){_DASH}(?P<serial>[0-9]{{1,5}})(?![0-9])"
)


def find_parcels(text: str) -> list[Span[str]]:
    """The parcels' numbers in a text, each in its one spelling."""
    folded = fold(text)
    return [folded.span(*match.span(), _spelt(match)) for match in _PARCEL.finditer(folded.text)]


def parse_parcel(text: str) -> str | None:
    """A text that is a parcel's number as a whole, in its one spelling."""
    match = _PARCEL.fullmatch(fold(text).text.strip())
    return _spelt(match) if match else None


def _spelt(match: re.Match[str]) -> str:
    issue, serial = int(match["issue"]), int(match["serial"])
    return f"{match['district']}-{match['year']}-{issue}-{serial:04}"
