"""Whose matter a line is about: the person or body that a penalty was laid on, masked.

Taken only from a telling position: after 被执行人, before 非法占地, or as a word of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.entries import APART, OneOf, Text, place_of
from bot.domain.masking import (
    AFTER_NAME,
    COMPOUND,
    DEED,
    LEFT,
    NAME,
    mask_name,
    mask_names,
    places_in,
)
from bot.domain.span import Span, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.entries import Found, Reading
    from bot.domain.records import Value


class PartyType(StrEnum):
    """What sort of party: the codes of BRIEF §2, 被执行人类型."""

    PERSON = "person"
    COMPANY = "company"
    VILLAGE = "village"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Party:
    """A party as it may be kept, and how it was named; the lower the rank, the surer."""

    name: str
    type: PartyType
    rank: int


# Bounded repetitions from a word's beginning: linear.
_MASKED = rf"(?P<masked>(?:{COMPOUND}|[一-龥])(?:某{{1,2}}|[×*]{{1,2}})[甲乙丙丁]?)"
_VILLAGE = "村民?委员?会|居民?委员?会|村民小组|村集体"
_GOVERNMENT = "人民政府|[镇乡区]政府|街道办(?:事处)?|管委会|管理委员会"
_COMPANY = (
    "公司|企业|集团|合作社|厂|[石沙砂煤矿农林牧渔殖车]场|加油站|酒店|商行|经营部|个体户|学校|医院"
)
_SEEN = "发现|反映|显示|查明|举报"
"""What comes before whoever did it, and is no part of a name."""
_BODY = (
    rf"(?P<body>(?:(?![的了对由将被我你向经查]|{_SEEN})[一-龥A-Za-z0-9()]){{1,30}}?"
    rf"(?:(?P<village>{_VILLAGE})|(?P<government>{_GOVERNMENT})|(?P<company>{_COMPANY})))"
)
_ENDS = r"(?![一-龥A-Za-z0-9])"
_LABEL = (
    r"(?:被执行人|当事人|被处罚人|违法(?:行为)?人|相对人|户主)"
    r"(?:姓名|名称)?\s?(?:叫|为|是|系)?\s?:?\s?"
)
_BEFORE_DEED = rf"(?=\s{{0,2}}(?:{DEED}))"
_PATTERNS = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        (0, rf"{_LABEL}{NAME}{AFTER_NAME}"),
        (0, rf"{_LABEL}{_MASKED}(?!某)"),
        (0, rf"{_LABEL}{_BODY}(?:{_ENDS}|(?={DEED}))"),
        (1, rf"{LEFT}{NAME}{_BEFORE_DEED}"),
        (1, rf"{LEFT}{_MASKED}{_BEFORE_DEED}"),
        (1, rf"(?:{LEFT}|(?<=[的被])|(?<={_SEEN})){_BODY}{_BEFORE_DEED}"),
        (2, rf"(?:\A|(?<=[\s,;。、:/])){_BODY}(?=\Z|[\s,;。、/])"),
    )
)
_DISTRICT = re.compile(r"(?:[一-龥]{2,3}市)?[一-龥]{2,4}区(?=某|[一-龥]{1,4}[镇乡])")


def find_parties(text: str, places: Iterable[str] = ()) -> list[Span[Party]]:
    """Find the parties named most surely, each with the word before it that says so.

    `places` begin like a person's name and are none.
    """
    folded = fold(text)
    nowhere = places_in(folded, places)
    found: list[Span[Party]] = []
    for rank, pattern in _PATTERNS:
        if found and found[0].value.rank < rank:
            break
        for match in pattern.finditer(folded.text):
            original = folded.slice(*match.span(_group(match)))
            span = folded.span(*match.span(), Party(_kept(original), _type(match), rank))
            place = "name" in match.groupdict() and span.overlaps(nowhere)
            if not place and not span.overlaps(found):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def _group(match: re.Match[str]) -> str:
    return next(name for name in ("name", "masked", "body") if match.groupdict().get(name))


def _type(match: re.Match[str]) -> PartyType:
    groups = match.groupdict()
    return next((kind for kind in PartyType if groups.get(kind.value)), PartyType.PERSON)


def _kept(name: str) -> str:
    """The name without the district that has a field of its own, a person's masked."""
    district = _DISTRICT.match(name)
    return mask_name(name[district.end() :] if district else name)


@dataclass(frozen=True, slots=True)
class PartyName(Text):
    """Whom a matter is about: a natural person's name is masked, a body's is not."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The parties named most surely, as one value; inside a sentence they stay there."""
        parties = find_parties(text, reading.places)
        names = "、".join(dict.fromkeys(span.value.name for span in parties))
        return [
            replace(place_of(span, names, span.value.rank), inside=span.value.rank > 0)
            for span in parties
        ]

    def read(self, answer: str, reading: Reading) -> Value:
        """Keep the answer, every person named in it masked."""
        return mask_names(str(Text.read(self, answer, reading)))


@dataclass(frozen=True, slots=True)
class PartyTypes(OneOf):
    """A party's type: said, or seen from the party that a line names."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The types said, then the type of the parties named, if they are of one."""
        parties = find_parties(text, reading.places)
        said = [found for found in OneOf.find(self, text, reading) if found.rank <= APART]
        alike = len({span.value.type for span in parties}) == 1
        seen = [replace(place_of(s, s.value.type, 4), inside=True) for s in parties if alike]
        return [*said, *seen]
