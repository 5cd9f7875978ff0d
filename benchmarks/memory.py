"""How much memory something takes at most, beyond what the process had before."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELF = Path("/proc/self")


class Peak:
    """Megabytes, once the block has ended; None where the system does not tell."""

    megabytes: float | None = None


@contextmanager
def memory_peak() -> Iterator[Peak]:
    """Note by how much the process grew at most while the block ran."""
    peak = Peak()
    gc.collect()
    before = _kilobytes("VmRSS")
    if before is not None:
        (_SELF / "clear_refs").write_text("5")  # the highest mark begins anew
    yield peak
    highest = _kilobytes("VmHWM")
    if before is not None and highest is not None:
        peak.megabytes = max(0, highest - before) / 1024


def _kilobytes(name: str) -> int | None:
    try:
        status = (_SELF / "status").read_text()
    except OSError:
        return None
    return int(status.partition(f"{name}:")[2].split()[0])
