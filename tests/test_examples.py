"""The examples fit the program: problem matchers read its output, pipelines call it with options that it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from lambda_iam_scan.cli.commands.comment import COMMAND as COMMENT
from lambda_iam_scan.cli.commands.scan import COMMAND as SCAN
from lambda_iam_scan.reporters.concise import REPORTER
from tests.reporters import test_hostile as hostile
from tests.reporters.sample import REPORT, TREE, Style

ROOT = Path(__file__).parent.parent


def tasks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / "examples/vscode/tasks.json").read_text())["tasks"]
    return found


def matches(line: str, task: int) -> list[tuple[str, str, str, str, str]]:
    """What each problem matcher of a task reads in a line."""
    matchers = tasks()[task]["problemMatcher"]
    patterns = [matcher["pattern"] for matcher in (matchers if isinstance(matchers, list) else [matchers])]
    found = [(pattern, re.search(pattern["regexp"], line)) for pattern in patterns]
    return [tuple(match[pattern[name]] for name in ("file", "line", "column", "code", "message")) for pattern, match in found if match]


@pytest.mark.parametrize("task", [0, 1])
def test_the_problem_matchers_read_each_line_once_and_rightly(task: int) -> None:
    lines = REPORTER.render(REPORT, TREE, Style()).splitlines()
    for finding, line in zip(REPORT.findings, lines, strict=True):
        place = finding.location
        assert matches(line, task) == [(place.path, str(max(place.line, 1)), str(max(place.column, 1)), finding.code, finding.message)]


def test_the_problem_matchers_read_a_hostile_project_too() -> None:
    for line in REPORTER.render(hostile.hostile(), hostile.TREE, Style()).splitlines():
        [(_, number, column, code, _)] = matches(line, 0)
        assert (number, column, code[:3]) == ("1", "1", "LIS")


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize(
    "file",
    [*sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").rglob("*.y*ml")), "action.yml", ".pre-commit-hooks.yaml"],
)
def test_pipelines_are_yaml_and_use_options_that_there_are(file: str) -> None:
    text = (ROOT / file).read_text()
    assert yaml.safe_load(text)
    used = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.sub(r"#.*", "", text)))
    assert used - {"--quiet"} <= options(SCAN) | options(COMMENT)


def test_no_input_of_the_action_is_pasted_into_a_script() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert not [step for step in steps if "${{" in step.get("run", "")]
