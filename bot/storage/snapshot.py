"""A consistent copy of a SQLite file, taken while others read and write it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def snapshot(source: Path, target: Path) -> None:
    """Copy what is committed in `source` to the new file `target`, readable by its owner only.

    Raises `FileExistsError` rather than overwrite; leaves no half-written file behind.
    """
    target.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as file:
            file.execute("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink()
        raise
