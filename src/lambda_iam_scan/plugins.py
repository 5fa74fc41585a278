"""What a reader, a check and a reporter are, and how they are found: each is one module of its package, found by name."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.finding import Finding, Report, Rule, Scan
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.tables import Tables


class Reader(Protocol):
    """A source of functions and policies: `READER = ...` in `readers/<name>.py`."""

    name: str

    def claims(self, tree: SourceTree, path: str) -> bool:
        """Cheap test on one file: is it mine? Called with every file `walk` gives, so look at the name first."""

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """Read one claimed file. Raises `InputError` only when nothing of it can be read; smaller trouble is a Gap."""


class Check(Protocol):
    """A finding producer: `CHECK = ...` in `checks/<name>.py`."""

    rules: tuple[Rule, ...]

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings in any order; pure. `severity`, suppression and fingerprints are the caller's business."""


class Reporter(Protocol):
    """An output format: `REPORTER = ...` in `reporters/<name>.py`; the format's name is the module's, `json` for json_v1."""

    name: str

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """The whole output, ending in a newline (or empty). Pure: source lines come from `tree`."""


class Style(Protocol):
    """How to draw for a person."""

    @property
    def width(self) -> int:
        """Columns."""

    @property
    def colour(self) -> bool:
        """Whether escape sequences are welcome."""

    @property
    def options(self) -> dict[str, str]:
        """Format-specific options, for example `{"as": "terraform"}`."""


def names(package: str) -> tuple[str, ...]:
    """Names of a plugin package's modules without importing them, sorted; private ones left out."""
    path = import_module(f"lambda_iam_scan.{package}").__path__
    return tuple(sorted(m.name for m in iter_modules(path) if not m.name.startswith("_")))


def load(package: str, name: str) -> Any:
    """The plugin object of one module (`READER`, `CHECK` or `REPORTER`), or None when the module exports none."""
    module = import_module(f"lambda_iam_scan.{package}.{name}")
    return getattr(module, package[:-1].upper(), None)


def discover(package: str) -> tuple[Any, ...]:
    """All plugins of `readers`, `checks` or `reporters`, in order of module name."""
    return tuple(plugin for name in names(package) if (plugin := load(package, name)) is not None)
