"""The layers' contracts speak of every reader, check and reporter there is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lambda_iam_scan.plugins import names


def test_every_plugin_is_held_independent() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    listed = next(contract["modules"] for contract in contracts if contract["type"] == "independence")
    there = {f"lambda_iam_scan.{folder}.{name}" for folder in ("readers", "checks", "reporters") for name in names(folder)}
    assert set(listed) == there
