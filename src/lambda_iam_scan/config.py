"""Settings of one run: flags, over `lambda-iam-scan.toml` or `[tool.lambda-iam-scan]`, over defaults. Pure; disk reads the files."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_iam_scan.model.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a user can choose about a scan. Paths are relative to the project root."""

    paths: tuple[str, ...] = ("",)
    """Code to look at; functions whose code lies elsewhere are left out."""
    templates: tuple[str, ...] = ()
    """Read exactly these instead of looking for templates."""
    policies: tuple[str, ...] = ()
    """Policy files that stand for the execution role of every function."""
    exclude: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    """Values for template parameters."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignore: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()
    fail_on: Severity = Severity.ERROR
    honour_suppressions: bool = True
