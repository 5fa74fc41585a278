"""The scan command at work: options and configuration to Settings, Settings to Report, Report to outputs and exit status."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from lambda_iam_scan import disk, plugins
from lambda_iam_scan.analysis.facts import ModuleFacts, extract
from lambda_iam_scan.cli.progress import ProgressBar
from lambda_iam_scan.config import Settings, configured
from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.finding import Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.scan import Facts, scan
from lambda_iam_scan.tables import Tables

_MODULES = {"json": "json_v1"}
"""Formats whose module has another name."""


@dataclass(frozen=True, slots=True)
class TerminalStyle:
    """How to draw: columns, colours, and options of the format."""

    width: int
    colour: bool
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """One `--format NAME[=FILE]`; without a file it goes to stdout."""

    format: str
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line said, before configuration fills the rest."""

    paths: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    config: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    no_ignore: bool = False
    fail_on: str | None = None
    exit_zero: bool = False
    formats: tuple[str, ...] = ()
    dialect: str | None = None
    colour: str = "auto"
    no_cache: bool = False


def run_scan(options: Options) -> int:
    """Scan, write every output, and give the exit status."""
    outputs = parse_outputs(options.formats)
    tree, settings = open_project(options)
    tables = Tables(disk.load_table)
    with ProgressBar() as progress:
        report = scan(tree, tables, settings, facts=disk_facts(tree, use_cache=not options.no_cache), progress=progress)
    for output in outputs:
        write(output, report, tree, options)
    return 0 if options.exit_zero else exit_status(report, settings.fail_on)


def exit_status(report: Report, fail_on: Severity) -> int:
    """1 when something is at or above `fail_on`, else 0."""
    return int(any(finding.severity.rank >= fail_on.rank for finding in report.findings))


def parse_outputs(formats: Sequence[str]) -> tuple[Output, ...]:
    """Raises `UsageError` for a format that does not exist, or two that would both go to stdout."""
    known = format_names()
    outputs = tuple(Output(name, Path(file) if file else None) for name, _, file in (text.partition("=") for text in formats or ("text",)))
    for output in outputs:
        if output.format not in known:
            raise UsageError(f"--format {output.format}: no such format (there are {', '.join(known)})")
    if sum(output.file is None for output in outputs) > 1:
        raise UsageError("--format: only one format can go to the terminal; give the others a file: --format sarif=out.sarif")
    return outputs


def format_names() -> tuple[str, ...]:
    """Every format there is, without importing any."""
    modules = {module: name for name, module in _MODULES.items()}
    return tuple(sorted(modules.get(name, name) for name in plugins.names("reporters")))


def write(output: Output, report: Report, tree: SourceTree, options: Options) -> None:
    """Render one output and put it where it belongs."""
    reporter: plugins.Reporter = plugins.load("reporters", _MODULES.get(output.format, output.format))
    text = reporter.render(report, tree, style_for(output, options))
    if output.file is not None:
        disk.write_output(output.file, text)
    else:
        click.echo(text.encode(sys.stdout.encoding or "utf-8", errors="backslashreplace"), nl=False)


def style_for(output: Output, options: Options) -> TerminalStyle:
    """Width and colour of the terminal; files are plain and 100 columns wide."""
    extra = {"as": options.dialect} if options.dialect else {}
    if output.file is not None:
        return TerminalStyle(100, False, extra)
    automatic = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    colour = {"always": True, "never": False}.get(options.colour, automatic)
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 160)
    return TerminalStyle(width, colour, extra)


def open_project(options: Options) -> tuple[SourceTree, Settings]:
    """Find the project root, read its configuration, and lay the command line over it."""
    given = tuple(Path(path) for path in options.paths or (".",))
    root = disk.project_root(given)
    config = Path(options.config) if options.config else disk.find_config(root)
    settings = configured(disk.read_config(config), str(config)) if config else Settings()
    if options.paths or not config:
        settings = replace(settings, paths=tuple(_relative(path, root) for path in given))
    tree = disk.Directory(root, (*settings.exclude, *options.exclude))
    named = (*options.templates, *options.policies)
    tree_with = disk.WithFiles(tree, {_relative(Path(name), root): Path(name) for name in named})
    return tree_with, overlay(settings, options, root)


def overlay(settings: Settings, options: Options, root: Path) -> Settings:
    """Flags over configuration."""
    return replace(
        settings,
        templates=tuple(_relative(Path(name), root) for name in options.templates) or settings.templates,
        policies=tuple(_relative(Path(name), root) for name in options.policies) or settings.policies,
        parameters=(*settings.parameters, *(_pair(text) for text in options.parameters)),
        select=_codes(options.select) or settings.select,
        ignore=(*settings.ignore, *_codes(options.ignore)),
        honour_suppressions=settings.honour_suppressions and not options.no_ignore,
        fail_on=Severity(options.fail_on) if options.fail_on else settings.fail_on,
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--parameter {text}: write NAME=VALUE")
    return name, value


def _codes(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


def _relative(path: Path, root: Path) -> str:
    """A path as the tree knows it: relative to the root where it lies inside, else as given."""
    real = path.resolve()
    if real == root:
        return ""
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else path.as_posix()


def disk_facts(tree: SourceTree, *, use_cache: bool = True) -> Facts:
    """Facts by path, kept in memory for this run and on disk by content."""
    cache = disk.Cache(disk.cache_directory(), "facts") if use_cache else None
    known: dict[str, ModuleFacts | Gap] = {}

    def facts(path: str) -> ModuleFacts | Gap:
        if path not in known:
            known[path] = _cached(tree.read(path), path, cache)
        return known[path]

    return facts


def _cached(source: bytes, path: str, cache: disk.Cache | None) -> ModuleFacts | Gap:
    if cache is None:
        return extract(source, path)
    stored = cache.load(source)
    found = ModuleFacts.from_bytes(stored, path) if stored is not None else None
    if found is not None:
        return found
    fresh = extract(source, path)
    if isinstance(fresh, ModuleFacts):
        cache.store(source, fresh.to_bytes())
    return fresh
