"""Write the next migration: `python -m bot.storage.migrations "what changes"`.

It is the difference between the newest migration and `bot.storage.tables`, found on an
empty database in memory. Then `ruff check --fix` and `ruff format` it, read it, and let the
tests compare what it makes with the tables.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.script import Script
from sqlalchemy import create_engine

from bot.storage.schema import alembic_config, revisions


def main() -> None:
    """Generate one file in `versions/`."""
    with create_engine("sqlite://").connect() as connection:
        config = alembic_config(connection)
        command.upgrade(config, "head")
        script = command.revision(
            config,
            " ".join(sys.argv[1:]),
            autogenerate=True,
            rev_id=f"{len(revisions()) + 1:04}",
        )
    if isinstance(script, Script):
        _drop_remarks(Path(script.path))


def _drop_remarks(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")


if __name__ == "__main__":
    main()
