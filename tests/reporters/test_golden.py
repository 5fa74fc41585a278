"""Every format renders the sample report as its golden file has it. `UPDATE_GOLDEN=1 pytest` rewrites the files: read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambda_iam_scan.plugins import load, names
from tests.reporters.sample import REPORT, TREE, Style

GOLDEN = Path(__file__).parent / "golden"

CASES = {
    "text-80.txt": ("text", Style(width=80)),
    "text-160-colour.txt": ("text", Style(width=160, colour=True)),
    "concise.txt": ("concise", Style()),
    "report.json": ("json_v1", Style()),
    "report.sarif": ("sarif", Style()),
    "github.txt": ("github", Style()),
    "comment.md": ("markdown", Style()),
    "junit.xml": ("junit", Style()),
    "gitlab.json": ("gitlab", Style()),
    "policy.json": ("policy", Style()),
    "policy-sam.yaml": ("policy", Style(options={"as": "sam"})),
    "policy-cloudformation.yaml": ("policy", Style(options={"as": "cloudformation"})),
    "policy.tf": ("policy", Style(options={"as": "terraform"})),
    "graph.mmd": ("graph", Style()),
    "table.txt": ("table", Style()),
    "graph.dot": ("graph", Style(options={"as": "dot"})),
    "graph.graphml": ("graph", Style(options={"as": "graphml"})),
}


@pytest.mark.parametrize("file", CASES)
def test_renders_as_before(file: str) -> None:
    module, style = CASES[file]
    text = load("reporters", module).render(REPORT, TREE, style)
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / file).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / file).read_text(encoding="utf-8")


def test_every_format_has_a_golden_file() -> None:
    assert {module for module, _ in CASES.values()} == set(names("reporters"))
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)
