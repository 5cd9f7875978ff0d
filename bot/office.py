"""The office file: which organs there are, who works with whom, and how things are written.

One TOML file says it all; `bot/offices/ezhou.toml` is the one that ships, and another city
writes its own. Nothing about Ezhou stands anywhere else in the code.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from bot.domain.calendar import OfficeHours
from bot.domain.errors import DomainError
from bot.domain.files import FileRules
from bot.domain.ladder import Ladder
from bot.domain.people import Side, Standing

if TYPE_CHECKING:
    from pathlib import Path


class OfficeError(ValueError):
    """The office file is wrong; the message is one line that names the place."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class Organ(_Table):
    """A public body with people in it."""

    code: str = Field(pattern=r"^[a-z0-9-]{2,24}$")
    name: str
    short: str
    """The name on cards."""
    side: Side
    city: bool = False
    """A city organ sees every district; a district organ those it is named in."""


class District(_Table):
    """A district, with the organ of each side that answers for it: who works with whom."""

    code: str = Field(pattern=r"^[a-z0-9-]{2,24}$")
    name: str
    short: str
    aliases: tuple[str, ...] = ()
    procuratorate: str
    resources: str
    forestry: str

    def organ(self, side: Side) -> str:
        """Code of the organ that answers for this district on a side."""
        return str(getattr(self, side.value))

    @property
    def spellings(self) -> tuple[str, ...]:
        """All the ways people write it, longest first."""
        return tuple(sorted({self.name, self.short, *self.aliases}, key=len, reverse=True))


class Numbers(_Table):
    """How document numbers begin in this office (BRIEF §2: prefixes are configuration)."""

    abbreviations: tuple[str, ...] = Field(min_length=1)
    """With what a document number in running text may begin."""
    example: str
    """A document number as this office writes it, shown wherever one is asked for."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Hours(OfficeHours):
    """The blocks of a working day in which the bot may write by itself."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Files(FileRules):
    """Which files may be sent, how large and how many; nothing but spreadsheets by default."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Stages(Ladder):
    """On which days a duty is reminded of, and whom; see `Ladder`."""


class Reminders(_Table):
    """When the bot reminds people of what their organ owes (BRIEF §3)."""

    ladder: Stages = Stages()
    ladders: dict[str, Stages] = {}
    """Other stages for some kinds of record, by the kind's code."""
    urgent: frozenset[str] = frozenset()
    """Codes of the periods whose reminders go out on rest days too."""

    def ladder_of(self, kind: str) -> Ladder:
        """The stages for a kind of record."""
        return self.ladders.get(kind, self.ladder)


class Thresholds(_Table):
    """Limits that an office may set for itself."""

    draft_days: int = Field(default=30, ge=1, le=365)
    """How long an unfinished draft is kept (BRIEF §6)."""
    personal_days: int = Field(default=365, ge=30, le=3650)
    """How long after its close a record keeps its free words."""
    audit_days: int = Field(default=1095, ge=365, le=3650)
    """How long the entries of somebody who left bear their name."""


class Office(_Table):
    """The whole office file."""

    name: str
    notice: str
    """The number of the notice that the co-operation rests on."""
    notice_title: str
    organs: tuple[Organ, ...] = Field(min_length=2)
    districts: tuple[District, ...] = Field(min_length=1)
    places: tuple[str, ...] = ()
    """Places hereabouts that begin like a person's name, so that none is masked as one."""
    numbers: Numbers
    hours: Hours
    reminders: Reminders = Reminders()
    thresholds: Thresholds = Thresholds()
    files: Files = Files()
    periods: dict[str, int] = {}
    """Lengths of policy periods that this office sets otherwise, by code."""

    @model_validator(mode="after")
    def _consistent(self) -> Office:
        codes = [organ.code for organ in self.organs]
        _no_twins("organs", codes)
        _no_twins("organs", [organ.short for organ in self.organs])
        _no_twins("districts", [district.code for district in self.districts])
        _no_twins("districts", [word for d in self.districts for word in d.spellings])
        sides = {organ.code: organ.side for organ in self.organs}
        for district in self.districts:
            for side in Side:
                organ = district.organ(side)
                if sides.get(organ) is not side:
                    raise ValueError(f"districts: {district.code}: no {side} organ {organ!r}")
        return self

    def organ(self, code: str) -> Organ:
        """The organ of that code; raises `DomainError("unknown_organ")`."""
        for organ in self.organs:
            if organ.code == code:
                return organ
        raise DomainError("unknown_organ")

    def district(self, code: str) -> District:
        """The district of that code; raises `DomainError("unknown_district")`."""
        for district in self.districts:
            if district.code == code:
                return district
        raise DomainError("unknown_district")

    def standing(self, organ_code: str) -> Standing:
        """The organ's side, and the districts it answers for."""
        organ = self.organ(organ_code)
        return Standing(
            organ.code,
            organ.side,
            frozenset(d.code for d in self.districts if organ.city or organ.code in _organs(d)),
        )

    def illustrate(self, text: str) -> str:
        """Fill an example with names of this office.

        `{district}` is its first district below the city, `{organ}` that district's resources
        organ, both short; `{number}` is a document number. Any other name raises `KeyError`.
        """
        organs = [(d, self.organ(d.organ(Side.RESOURCES))) for d in self.districts]
        district, organ = next((pair for pair in organs if not pair[1].city), organs[0])
        return text.format(district=district.short, organ=organ.short, number=self.numbers.example)


def _organs(district: District) -> frozenset[str]:
    return frozenset(district.organ(side) for side in Side)


def _no_twins(table: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{table}: {twins[0]!r} stands twice")


def read_office(path: Path | None = None) -> Office:
    """Read and validate an office file; without a path, the one that ships.

    Raises `OfficeError` with one line naming the file and the first wrong place.
    """
    source = path or resources.files("bot") / "offices" / "ezhou.toml"
    try:
        return Office.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except OSError as error:
        raise OfficeError(f"{source}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeError(f"{source}: is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise OfficeError(f"{source}: {place or 'file'}: {first['msg']}") from error
