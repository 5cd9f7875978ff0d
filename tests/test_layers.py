import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LIAISON_")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=bare | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_rule_holds() -> None:
    linted = run(Path(sys.executable).parent / "lint-imports", "--no-cache")
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_nothing_happens_at_import() -> None:
    probed = run(sys.executable, "-W", "error", "tests/import_probe.py")
    assert (probed.stdout, probed.stderr, probed.returncode) == ("", "", 0)
