"""What one person is reminded of, in one private message: the morning's list, or a late one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.kinds.kind import Matter
from bot.domain.ladder import LATE
from bot.domain.outgoing import Button, Priority
from bot.domain.people import ON_DUTY
from bot.domain.periods import Light, days_left, light
from bot.services import buttons
from bot.services.cards import moves_for
from bot.services.clockface import counted_before, still_open
from bot.services.nagging import may_speak_of, respites
from bot.services.planning import NAG_KEY
from bot.services.standing_in import absentees, in_charge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from bot.domain.kinds.kind import Move
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk

log = logging.getLogger(__name__)

SHOWN = 12
"""As many as the message names, each with buttons of its own; the rest is counted."""


LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN)
"""In the order of their urgency."""


@dataclass(frozen=True, slots=True)
class Item:
    """One duty as the list names it."""

    nag: Nag
    duty: Duty
    record: Record
    number: str
    title: str
    """What is owed."""
    debtor: str
    """Who owes it, by the short name; "" where it is the reader's own organ."""
    clause: str
    due: date
    provisional: bool
    before: tuple[date, ...]
    owed: tuple[Duty, ...]
    """All that is owed on the record."""
    left: int
    light: Light
    late: bool
    """It comes later than it should have."""
    instead_of: str
    """The name of whoever is in charge and away, for whom the reader stands in."""


async def remind(desk: Desk, person_id: int) -> None:
    """Tell somebody, in one message, everything that waits for them and whose hour has come."""
    waiting = [nag for nag in await desk.tx.nags.of_person(person_id) if nag.at <= desk.now]
    person = await desk.tx.people.get(person_id)
    if person is None or not person.reachable:
        return
    items = await _items(desk, person, waiting)
    if items:
        key = await _say(desk, person, items)
        told = {item.duty.id for item in items}
        await desk.tx.nags.said([nag.id for nag in waiting if nag.duty_id in told], key)


async def _items(desk: Desk, person: Person, waiting: Sequence[Nag]) -> list[Item]:
    """One item a duty, by its latest stage; what is due first comes first."""
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in waiting}, hold=True)
    latest = {nag.duty_id: nag for nag in sorted(waiting, key=lambda nag: (nag.stage, nag.id))}
    open_now = [
        duty for duty in duties.values() if duty.closed_by is None and may_speak_of(desk, duty)
    ]
    records = await desk.tx.records.by_id({duty.record_id for duty in open_now})
    former = await desk.tx.duties.of_records(records)
    absent = await _absent(desk, person, records.values())
    found = (
        _readable(desk, person, latest[duty.id], duty, records[duty.record_id], former, absent)
        for duty in open_now
    )
    items = [item for item in found if item is not None]
    return sorted(items, key=lambda item: (bool(item.debtor), item.due, item.duty.id))


def _readable(
    desk: Desk,
    person: Person,
    nag: Nag,
    duty: Duty,
    record: Record,
    former: Mapping[int, list[Duty]],
    absent: Mapping[int, str],
) -> Item | None:
    """An item; None, and the rest of the list goes out, where its row cannot be put into words."""
    try:
        return _item(desk, person, nag, duty, record, former, absent)
    except Exception as error:
        log.error("duty %d cannot be put into words: %s", duty.id, type(error).__name__)
        return None


def _item(
    desk: Desk,
    person: Person,
    nag: Nag,
    duty: Duty,
    record: Record,
    former: Mapping[int, list[Duty]],
    absent: Mapping[int, str],
) -> Item:
    rule = desk.books.kinds[record.kind].rule(duty.code)
    own = person.organ == duty.debtor
    return Item(
        nag=nag,
        duty=duty,
        record=record,
        number=record.number,
        title=rule.title,
        debtor="" if own else desk.office.organ(duty.debtor).short,
        clause=rule.clause,
        due=duty.due,
        provisional=duty.provisional,
        before=counted_before(duty, former[record.id]),
        owed=still_open(former[record.id]),
        left=days_left(duty.due, desk.today),
        light=light(duty.due, desk.today),
        late=desk.now - nag.at > LATE,
        instead_of=absent.get(record.id, "") if own else "",
    )


async def _absent(desk: Desk, reader: Person, records: Collection[Record]) -> dict[int, str]:
    """Who of the reader's organ is in charge of a record, and away today, by its id."""
    away = await absentees(desk, desk.today)
    if not away or reader.organ is None or reader.role not in ON_DUTY:
        return {}
    charge = await in_charge(desk, [(record, reader.organ) for record in records])
    return {
        record_id: person.name for (record_id, _), person in charge.items() if person.id in away
    }


async def _say(desk: Desk, person: Person, items: Sequence[Item]) -> str:
    """Queue the message; returns its key."""
    key = f"{NAG_KEY}{items[0].nag.id}/{desk.cause}"
    await desk.say(
        person.user_id,
        key=key,
        text=_text(desk, items),
        buttons=_keyboard(desk, person, items),
        priority=Priority.NAG,
        doubtful=any(item.nag.doubtful for item in items),
    )
    return key


def _text(desk: Desk, items: Sequence[Item]) -> str:
    """What the message says: the most pressing by name, of the rest how many have which light."""
    rest = items[SHOWN:]
    return desk.texts.render(
        "nags",
        today=desk.today,
        items=items[:SHOWN],
        rest=len(rest),
        lights={colour: sum(item.light is colour for item in rest) for colour in LIGHTS},
        others=sum(bool(item.debtor) for item in rest),
        notice=desk.office.notice,
    )


def _keyboard(desk: Desk, person: Person, items: Sequence[Item]) -> Keyboard:
    """The ways to act on what is named, each in a row of its own, then the way to the rest."""
    actor = desk.actor(person)
    rows = [_buttons(desk, actor, item) for item in items[:SHOWN]]
    if len(items) > SHOWN:
        rows.append(
            (Button(desk.texts.label("all_todo"), buttons.code(buttons.TODO, buttons.ALL)),)
        )
    return tuple(rows)


def _buttons(desk: Desk, actor: Actor, item: Item) -> tuple[Button, ...]:
    """The step that meets the duty, or else the card; and the way to put it off."""
    step = step_among(desk, actor, item.duty, item.record, item.owed)
    label = f"{step.title} {item.number}" if step else item.number
    keys = [Button(label, buttons.code(buttons.NAG, item.nag.id))]
    if respites(desk, item.duty):
        later = desk.texts.label("later")
        keys.append(Button(later, buttons.code(buttons.LATER, item.nag.id)))
    return tuple(keys)


async def step_of(desk: Desk, actor: Actor, duty: Duty, record: Record) -> Move | None:
    """The one step by which somebody can meet a duty now; None where there are several, or none.

    Only who owes it meets it: the sender of a lead could end its wait by taking it back.
    """
    return step_among(desk, actor, duty, record, await desk.tx.duties.open_of(record.id))


def step_among(
    desk: Desk, actor: Actor, duty: Duty, record: Record, owed: Sequence[Duty]
) -> Move | None:
    """The same, with what is owed on the record at hand."""
    if actor.standing is None or actor.organ != duty.debtor:
        return None
    kind = desk.books.kinds[record.kind]
    matter = Matter(record, still_open(owed), desk.today)
    ends = kind.rule(duty.code).ends
    steps = [move for move in moves_for(actor, kind, matter) if move.code in ends]
    return steps[0] if len(steps) == 1 else None


def later_keys(desk: Desk, nag: Nag, duty: Duty) -> Keyboard:
    """Until when a reminder may be put off, each time on a key."""
    return tuple(
        (
            Button(
                desk.texts.label(f"later_{name}"),
                buttons.code(buttons.UNTIL, nag.id, int(at.timestamp())),
            ),
        )
        for name, at in respites(desk, duty)
    )
