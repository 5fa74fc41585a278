"""Help costs no import of what a scan needs: it appears at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lambda_iam_scan.cli.main import COMMANDS
from lambda_iam_scan.cli.options import FORMATS
from lambda_iam_scan.cli.run import format_names

HEAVY = (
    "libcst",
    "networkx",
    "samtranslator",
    "boto3",
    "botocore",
    "yaml",
    "rich",
    "asyncio",
    "lambda_iam_scan.model",
    "lambda_iam_scan.disk",
)
SCRIPT = """
import sys
from lambda_iam_scan.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    run = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], check=True, capture_output=True, text=True)
    assert run.stdout
    return set(run.stderr.split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert imported(*arguments) & set(HEAVY) == set()


def test_help_names_every_format() -> None:
    assert format_names() == FORMATS
