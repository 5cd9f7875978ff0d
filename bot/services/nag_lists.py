"""What one person is reminded of, in one private message: the morning's list, or a late one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.outgoing import Button, Priority
from bot.domain.people import Action
from bot.domain.periods import Light
from bot.services import buttons
from bot.services.nag_items import OVER, Fate, ground_of, items_of
from bot.services.nagging import give_to_hand, may_speak_of, respites
from bot.services.planning import NAG_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person
    from bot.domain.records import Duty, Nag
    from bot.services.desk import Desk
    from bot.services.nag_items import Item

SHOWN = 12
"""As many as the message names, each with buttons of its own; the rest is counted."""
LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN)
"""In the order of their urgency."""


async def remind(desk: Desk, person_id: int) -> None:
    """Tell somebody, in one message, everything that waits for them and whose hour has come."""
    person = await desk.tx.people.get(person_id, hold=True)
    if person is None or not person.reachable:
        return
    waiting = [nag for nag in await desk.tx.nags.of_person(person_id) if nag.at <= desk.now]
    items = await _items(desk, person, waiting)
    seen = visible(desk.actor(person), items)
    if seen:
        key = await _say(desk, person, seen)
        await desk.tx.nags.said([nag.id for nag in _about(seen, waiting)], key)
    if len(seen) < len(items):
        unseen = [item for item in items if item not in seen]
        await give_to_hand(desk, _about(unseen, waiting))


def visible(actor: Actor, items: Iterable[Item]) -> list[Item]:
    """What a reader may see, whose organ may have become another since."""
    return [item for item in items if actor.may(Action.SEE_CARD, item.record)]


def _about(items: Iterable[Item], nags: Iterable[Nag]) -> list[Nag]:
    """Those of some nags that are about some items; of one, maybe several stages."""
    duties = {item.duty.id for item in items}
    return [nag for nag in nags if nag.duty_id in duties]


async def _items(desk: Desk, person: Person, waiting: Sequence[Nag]) -> list[Item]:
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in waiting}, hold=True)
    open_now = {
        duty.id for duty in duties.values() if duty.closed_by is None and may_speak_of(desk, duty)
    }
    records = {duties[each].record_id for each in open_now}
    ground = await ground_of(desk, [person], records, [desk.now])
    nags = [nag for nag in waiting if nag.duty_id in open_now]
    return items_of(desk, desk.actor(person), nags, ground, desk.now)


async def _say(desk: Desk, person: Person, items: Sequence[Item]) -> str:
    """Queue the message; returns its key, which tells of how many duties it is, and when."""
    key = f"{NAG_KEY}{items[0].nag.id}/{len(items)}/{desk.now.timestamp()}"
    await desk.say(
        person.user_id,
        key=key,
        post=key,
        text=text_of(desk, items, desk.now),
        buttons=keyboard_of(desk, items),
        priority=Priority.NAG,
        doubtful=any(item.nag.doubtful and not item.nag.told_in for item in items),
    )
    return key


def said_at(key: str) -> datetime:
    """When the message of a key was queued; long ago for one of an older version.

    Its key does not tell, and it stands under no name by which it could be kept up to date.
    """
    try:
        return datetime.fromtimestamp(float(key.rpartition("/")[2]), UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def told_apart(key: str, told: Iterable[Nag]) -> int:
    """How many duties the message of a key once told of, besides those that it still tells of."""
    count = key.split("/")[2]  # a message of an older version has no count, only its hour
    return max(0, int(count) - len({nag.duty_id for nag in told})) if count.isdecimal() else 0


def text_of(desk: Desk, items: Sequence[Item], at: datetime, apart: int = 0) -> str:
    """What the message says: the most pressing by name, of the rest how many have which light.

    `apart`: how many it once told of, and others tell of by now.
    """
    rest = _rest(items)
    return desk.texts.render(
        "nags",
        today=local_date(at),
        items=items[:SHOWN],
        waits=any(item.fate is Fate.OPEN for item in items),
        over=not apart and all(item.fate in OVER for item in items),
        apart=apart,
        rest=len(rest),
        lights={colour: sum(item.light is colour for item in rest) for colour in LIGHTS},
        others=sum(bool(item.debtor) for item in rest),
        notice=desk.office.notice,
    )


def _rest(items: Sequence[Item]) -> list[Item]:
    """What is not named, and still waits."""
    return [item for item in items[SHOWN:] if item.fate is Fate.OPEN]


def keyboard_of(desk: Desk, items: Sequence[Item]) -> Keyboard:
    """The ways to act on what still waits, each in a row of its own, then the way to the rest."""
    rows = [_buttons(desk, item) for item in items[:SHOWN] if item.fate is Fate.OPEN]
    if _rest(items):
        rows.append(
            (Button(desk.texts.label("all_todo"), buttons.code(buttons.TODO, buttons.ALL)),)
        )
    return tuple(rows)


def _buttons(desk: Desk, item: Item) -> tuple[Button, ...]:
    """The step that meets the duty, or else the card; and the way to put it off."""
    label = f"{item.step.title if item.step else desk.texts.label('see')} {item.number}"
    keys = [Button(label, buttons.code(buttons.NAG, item.nag.id))]
    if respites(desk, item.duty):
        later = desk.texts.label("later")
        keys.append(Button(later, buttons.code(buttons.LATER, item.nag.id)))
    return tuple(keys)


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
