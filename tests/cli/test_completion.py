"""Shell completion knows the commands, and the default command's options without its name."""

from __future__ import annotations

import pytest
from click.shell_completion import BashComplete

from lambda_iam_scan.cli.main import program


def completed(*words: str) -> set[str]:
    *before, last = words
    found = BashComplete(program, {}, "lambda-iam-scan", "_LAMBDA_IAM_SCAN_COMPLETE").get_completions(before, last)
    return {item.value for item in found}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["exp"], {"explain"}),
        (["--bas"], {"--baseline"}),
        (["src", "--fail"], {"--fail-on"}),
        (["--fail-on", "w"], {"warning"}),
        (["--format", "g"], {"github", "gitlab", "graph"}),
        (["comment", "--when"], {"--when-fixed"}),
    ],
)
def test_offers(words: list[str], offered: set[str]) -> None:
    assert offered <= completed(*words)
