"""Everything a user reads: the only module that renders templates."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import templates
from bot.domain.calendar import SHANGHAI
from bot.domain.dates import format_date, format_short

if TYPE_CHECKING:
    from bot.domain.errors import DomainError


class Texts:
    """The templates of one language."""

    def __init__(self, language: str = "zh") -> None:
        folder = Path(templates.__file__).parent / language
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "day": format_date,
            "short_day": format_short,
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
