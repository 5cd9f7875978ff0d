"""Everything a user reads: the only module that renders templates.

Whatever a template or a button prints is screened here, once more and for the last time: it may
be older than a rule of masking, or have come in by a way that nobody thought of. The templates'
own words are not screened, for they speak of secrecy; nor is what is marked `safe`, which is a
text screened before, or the program's own.
"""

from __future__ import annotations

import logging
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

import templates
from bot.domain.calendar import SHANGHAI
from bot.domain.dates import format_beside, format_date, format_short
from bot.domain.guard import find_secrecy_marks
from bot.domain.masking import mask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.runtime import Context

    from bot.domain.errors import DomainError

log = logging.getLogger(__name__)


class Texts:
    """The templates of one language; `places` begin like a person's name and are none."""

    def __init__(self, language: str = "zh", places: Iterable[str] = ()) -> None:
        self._places = tuple(places)
        folder = Path(templates.__file__).parent / language
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._finalize,
        )
        self._environment.filters |= {
            "day": format_date,
            "short_day": format_short,
            "beside": format_beside,
            "moment": moment,
        }
        self._labels: dict[str, str] = tomllib.loads(
            (folder / "labels.toml").read_text(encoding="utf-8")
        )

    def render(self, name: str, **values: object) -> str:
        """Render a message's template; a value it misses is an error, never a blank."""
        return self._environment.get_template(f"{name}.j2").render(values).strip()

    def label(self, name: str) -> str:
        """The words on a button."""
        return self._labels[name]

    def screened(self, fact: str, where: str = "a button") -> str:
        """A fact as it may be said: masked as BRIEF §6 says, and not at all if it bears a mark."""
        if find_secrecy_marks(fact):
            log.warning("a fact with a secrecy mark was kept out of %s", where)
            return self.label("shielded")
        return mask(fact, places=self._places)

    @pass_context
    def _finalize(self, context: Context, fact: object) -> object:
        """Screen what a template prints; numbers and dates hold nobody's words."""
        if not isinstance(fact, str) or hasattr(fact, "__html__"):
            return fact
        return self.screened(fact, context.name or "")

    def refusal(self, error: DomainError) -> str:
        """What was wrong, what to do, and that nothing was lost."""
        return self.render(f"errors/{error.code}", **error.facts)

    def names(self) -> list[str]:
        """Every template, without its ending."""
        return [name.removesuffix(".j2") for name in self._environment.list_templates(["j2"])]


def moment(at: datetime) -> str:
    """A moment on a card: 11月23日 10:05."""
    local = at.astimezone(SHANGHAI)
    return f"{format_short(date(local.year, local.month, local.day))} {local:%H:%M}"
