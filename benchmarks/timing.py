"""What some work took: time, memory, and for how long the event loop served nobody else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.loops import WatchedLoop
from benchmarks.memory import memory_peak

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Timed:
    """Seconds, and megabytes where the system tells."""

    seconds = 0.0
    blocked = 0.0
    megabytes: float | None = None


@asynccontextmanager
async def watched() -> AsyncIterator[Timed]:
    """Watch the block, in a loop that notes how long it was held up."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, WatchedLoop):
        raise TypeError("only a watched loop tells")
    timed = Timed()
    with memory_peak() as peak:
        await asyncio.sleep(0.001)
        loop.longest_block()
        start = perf_counter()
        yield timed
        timed.seconds = perf_counter() - start
    await asyncio.sleep(0.001)
    timed.blocked = loop.longest_block()
    timed.megabytes = peak.megabytes
