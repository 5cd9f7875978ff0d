"""The lights on standing cards, which turn as the days go by though nobody does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.periods import NEAR, stretch
from bot.services.cards import refresh_standing

if TYPE_CHECKING:
    from bot.domain.records import Duty
    from bot.services.desk import Desk


async def refresh_lights(desk: Desk) -> None:
    """Bring the cards up to date whose light has turned: within 15 days, within 3, overdue.

    A turn is found whenever one looks, also after the bot was down on the day itself. The
    cards are edited where they stand, however far above.
    """
    for duty in await desk.tx.duties.open_until(desk.today + NEAR):
        if duty.shown is not stretch(duty.due, desk.today):
            await _turn_light(desk, duty)


async def _turn_light(desk: Desk, duty: Duty) -> None:
    await desk.tx.duties.note_shown(duty.id, stretch(duty.due, desk.today))
    record = await desk.tx.records.get(duty.record_id)
    if record is not None:
        await refresh_standing(desk, record)
