"""Every script of a dialogue says what the bot says today.

`pytest tests/edge/test_dialogues.py --rewrite-dialogues` writes them anew: read the difference.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.edge.dialogue import Play, StillClock
from tests.edge.office import MONDAY

if TYPE_CHECKING:
    from tests.edge.office import Office

SCRIPTS = Path(__file__).parent / "dialogues"


@pytest.fixture
def clock() -> StillClock:
    """A clock that only a script moves."""
    return StillClock(MONDAY)


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.txt")), ids=lambda file: file.stem)
async def test_the_dialogue(script: Path, office: Office, request: pytest.FixtureRequest) -> None:
    said = await asyncio.to_thread(script.read_text, "utf-8")
    played = await Play(office).play(said)
    if request.config.getoption("--rewrite-dialogues"):
        await asyncio.to_thread(script.write_text, played, "utf-8")
    else:
        assert played == said
