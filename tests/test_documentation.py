"""What the documentation shows is what happens: every `console` block is run, every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "rules/README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md")))


def sessions() -> list[tuple[str, str]]:
    """Every command of a `console` block with the output shown below it."""
    blocks = [block for page in PAGES for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)]
    return [
        (command, shown.rstrip("\n"))
        for block in blocks
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]


def test_there_are_sessions() -> None:
    assert sessions()


@pytest.mark.parametrize(("command", "shown"), sessions())
def test_a_session_shows_what_the_command_prints(command: str, shown: str, tmp_path: Path) -> None:
    program, *arguments = command.split()
    assert program == "lambda-iam-scan"
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    run = subprocess.run(
        [sys.executable, "-m", "lambda_iam_scan", *arguments],
        cwd=ROOT,
        env=environment | {"LAMBDA_IAM_SCAN_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.stdout.rstrip("\n") == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
