"""Narrowing a list of records by button: what is offered, and what is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from bot.domain.entries import OneOf
from bot.domain.errors import DomainError
from bot.domain.facets import (
    Facet,
    Sort,
    category_of,
    choice_facet,
    quarter_title,
    quarters_until,
    state_facet,
)
from bot.domain.outgoing import Button, in_rows
from bot.services import buttons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.domain.kinds.kind import Kind
    from bot.domain.outgoing import Keyboard
    from bot.services.desk import Desk

Path: TypeAlias = tuple[str, ...]
"""The way to a panel of filters, as a button's code spells it; () is the first one."""

QUARTERS = 8
"""So many quarters are offered, the present one first; others can be asked for in words."""


@dataclass(frozen=True, slots=True)
class Option:
    """One filter: a record with any of its facets passes."""

    title: str
    facets: frozenset[Facet]

    @property
    def args(self) -> Path:
        """How a button names it: by the first of its facets."""
        return min(map(_args, self.facets))

    def named(self, args: Path) -> bool:
        """Tell whether a button names it, by any of its facets."""
        return args in map(_args, self.facets)


def _args(facet: Facet) -> Path:
    return (facet.sort.value, *filter(None, facet.value.split("/")))


@dataclass(frozen=True, slots=True)
class Panel:
    """Some filters to choose from, and ways to others."""

    options: tuple[Option, ...] = ()
    ways: tuple[tuple[str, Path], ...] = ()
    """Title and path of each."""
    width: int = 2
    """How many buttons stand in a row."""
    title: str = ""
    """What the way from the first panel is called; "" where none leads here directly."""


def in_force(desk: Desk, filters: frozenset[Facet]) -> list[Option]:
    """The filters in force as people read them: what has one title is one filter."""
    titled: dict[tuple[str, str], set[Facet]] = {}
    for facet in sorted(filters):
        state = facet.sort is Sort.STATE
        title = _state_title(desk, facet, filters) if state else _title(desk, facet)
        titled.setdefault((facet.topic, title), set()).add(facet)
    return [Option(title, frozenset(facets)) for (_, title), facets in titled.items()]


def switched(
    desk: Desk, filters: frozenset[Facet], districts: Collection[str], args: Path, *, on: bool
) -> frozenset[Facet]:
    """The filters once the one that a button names is put in force, or taken off.

    Doing it twice is doing it once. Raises `unknown_button` for what is not offered.
    """
    if not on:
        gone = (option.facets for option in in_force(desk, filters) if option.named(args))
        return filters.difference(*gone)
    panels = _panels(desk, districts, filters).values()
    for option in chain.from_iterable(panel.options for panel in panels):
        if option.named(args):
            return filters | option.facets
    raise DomainError("unknown_button")


def filter_keys(
    desk: Desk, question_id: int, filters: frozenset[Facet], districts: Collection[str], path: Path
) -> Keyboard:
    """The buttons of one panel, those in force ticked; raises `unknown_button` for no panel."""
    panels = _panels(desk, districts, filters)
    if path not in panels:
        raise DomainError("unknown_button")
    panel, standing = panels[path], in_force(desk, filters)
    others = () if path else [option for option in standing if option not in panel.options]
    ways = [
        Button(f"{title} ›", buttons.code(buttons.FILTERS, question_id, *way))
        for title, way in panel.ways
    ]
    return (
        *in_rows([_key(question_id, option, on=True) for option in others], 2),
        *in_rows(
            [_key(question_id, option, on=option.facets <= filters) for option in panel.options],
            panel.width,
        ),
        *in_rows(ways, panel.width),
        *_back(desk, question_id, path, panels),
    )


def _key(question_id: int, option: Option, *, on: bool) -> Button:
    """A filter's button: in force it is ticked, and pressed again takes it off."""
    verb = buttons.FILTER_OFF if on else buttons.FILTER_ON
    title = f"✓ {option.title}" if on else option.title
    return Button(title, buttons.code(verb, question_id, *option.args))


def _back(desk: Desk, question_id: int, path: Path, panels: Collection[Path]) -> Keyboard:
    """To the panel above, or else to the first one."""
    if not path:
        return ()
    up = path[:-1] if path[:-1] in panels else ()
    return ((Button(desk.texts.label("back"), buttons.code(buttons.FILTERS, question_id, *up)),),)


def _panels(desk: Desk, districts: Collection[str], filters: frozenset[Facet]) -> dict[Path, Panel]:
    """Every panel there is for somebody who sees these districts, by the way to it."""
    panels: dict[Path, Panel] = {}
    if len(districts) > 1:
        places = [d.code for d in desk.office.districts if d.code in districts]
        panels[(Sort.DISTRICT.value,)] = _named(desk, Sort.DISTRICT, places)
    panels |= _states(desk, filters)
    quarters = quarters_until(desk.today, QUARTERS)
    panels[(Sort.QUARTER.value,)] = _named(desk, Sort.QUARTER, quarters)
    for kind in desk.books.kinds.all:
        panels |= _categories(desk, kind)
    ways = tuple((panel.title, path) for path, panel in panels.items() if panel.title)
    first = _options(desk, (Facet(Sort.MINE), Facet(Sort.OVERDUE)))
    return {(): Panel(first, ways), **panels}


def _options(desk: Desk, facets: Iterable[Facet]) -> tuple[Option, ...]:
    return tuple(Option(_title(desk, facet), frozenset({facet})) for facet in facets)


def _named(desk: Desk, sort: Sort, values: Iterable[str]) -> Panel:
    options = _options(desk, (Facet(sort, value) for value in values))
    return Panel(options, title=desk.texts.label(f"filter_{sort.name.lower()}"))


def _states(desk: Desk, filters: frozenset[Facet]) -> dict[Path, Panel]:
    """The states kind by kind; no kind is asked for where only one can be found."""
    way: Path = (Sort.STATE.value,)
    panels: dict[Path, Panel] = {
        (*way, kind.code): _states_of(desk, kind) for kind in desk.books.kinds.all
    }
    kinds = _kinds_left(desk, filters) or desk.books.kinds.all
    ways = tuple((kind.title, (*way, kind.code)) for kind in kinds)
    first = panels[ways[0][1]] if len(ways) == 1 else Panel(ways=ways)
    return {way: replace(first, title=desk.texts.label("filter_state")), **panels}


def _states_of(desk: Desk, kind: Kind) -> Panel:
    return Panel(_options(desk, (state_facet(kind, state.code) for state in kind.states)), width=3)


def _kinds_left(desk: Desk, filters: Iterable[Facet]) -> list[Kind]:
    """The kinds that can be found: those asked for by name, or by a choice that they offer."""
    asked: dict[str, set[str]] = {}
    for facet in filters:
        if facet.sort in {Sort.KIND, Sort.CHOICE}:
            fitting = (kind.code for kind in desk.books.kinds.all if _may_bear(kind, facet))
            asked.setdefault(facet.topic, set()).update(fitting)
    return [k for k in desk.books.kinds.all if all(k.code in codes for codes in asked.values())]


def _may_bear(kind: Kind, facet: Facet) -> bool:
    """Tell whether a record of this kind can be what a facet says of its kind or a choice."""
    first, _, code = facet.value.partition("/")
    if facet.sort is Sort.KIND:
        return kind.code == first
    holds = kind.entries[first].holds if first in kind.entries else None
    return isinstance(holds, OneOf) and holds.knows(code)


def _categories(desk: Desk, kind: Kind) -> dict[Path, Panel]:
    """The categories of one kind, group by group where they are many."""
    field = category_of(kind)
    holds = kind.entries[field].holds if field else None
    if field is None or not isinstance(holds, OneOf):
        return {}
    title, way = kind.entries[field].title, (Sort.CHOICE.value, kind.code)
    groups = [
        _options(desk, (choice_facet(field, choice.code) for choice in holds.within(group)))
        for group in holds.groups()
    ]
    if len(groups) == 1:
        return {way: Panel(groups[0], title=title)}
    ways = [(*way, str(at)) for at in range(len(groups))]
    return {
        way: Panel(ways=tuple(zip(holds.groups(), ways, strict=True)), title=title),
        **{path: Panel(options, width=1) for path, options in zip(ways, groups, strict=True)},
    }


def _title(desk: Desk, facet: Facet) -> str:
    """What a filter is called, whether it was asked for by button or in words."""
    first, _, code = facet.value.partition("/")
    match facet.sort:
        case Sort.DISTRICT:
            return desk.office.district(first).name
        case Sort.PARTY:
            return desk.office.organ(first).short
        case Sort.KIND | Sort.STATE:
            kind = desk.books.kinds[first]
            return kind.state(code).title if code else kind.title
        case Sort.CHOICE:
            return _choice_title(desk, facet)
        case Sort.QUARTER:
            return quarter_title(facet.value)
        case _:
            return desk.texts.label(f"filter_{facet.sort.name.lower()}")


def _choice_title(desk: Desk, facet: Facet) -> str:
    """The title of a choice; fields of one name in two kinds may offer different ones."""
    field, _, code = facet.value.partition("/")
    return next(kind.show(field, code) for kind in desk.books.kinds.all if _may_bear(kind, facet))


def _state_title(desk: Desk, facet: Facet, filters: frozenset[Facet]) -> str:
    """The title of a state in force, beside its kind's where another's so called is not."""
    kind = desk.books.kinds[facet.value.partition("/")[0]]
    title = _title(desk, facet)
    alike = {
        state_facet(other, each.code)
        for other in _kinds_left(desk, filters)
        for each in other.states
        if each.title == title
    }
    return title if alike <= filters else f"{kind.title}{title}"
