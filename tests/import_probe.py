"""Imports every module of ours in a fresh interpreter and fails if that did more than import.

Run as a script by test_layers.py.
"""

import gc
import importlib
import logging
import os
import pkgutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "reminders")
ALEMBIC_RUNS_THESE = "bot.storage.migrations."
DEEDS = {"socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen"}

faults: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note a file written, a file of ours opened as data, a connection or a process."""
    if event in DEEDS:
        faults.append(f"{event} {arguments}")
    elif event == "open" and isinstance(arguments[0], str):
        path, flags = Path(arguments[0]), arguments[2]
        written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        ours = path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix)
        if written or (ours and path.suffix not in {".py", ".pyc"}):
            faults.append(f"open {path}")


def import_everything() -> None:
    """Import all modules but those that only Alembic runs."""
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(ALEMBIC_RUNS_THESE):
                importlib.import_module(module.name)


def note_leftovers() -> None:
    """Note that logging was set up, or settings or a database engine made."""
    root = logging.getLogger()
    if root.handlers or root.level != logging.WARNING:
        faults.append("logging is configured")
    made = (type(thing).__name__ for thing in gc.get_objects())
    faults.extend(f"made {name}" for name in made if name in {"Settings", "Engine", "AsyncEngine"})


if __name__ == "__main__":
    sys.addaudithook(watch)
    import_everything()
    note_leftovers()
    sys.exit("\n".join(faults) or 0)
