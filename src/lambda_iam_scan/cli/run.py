"""The scan command at work: options and configuration to Settings, Settings to Report, Report to outputs and exit status."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import click

from lambda_iam_scan import disk, plugins
from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.baseline import apply_baseline, write_baseline
from lambda_iam_scan.changes import since
from lambda_iam_scan.cli.access import Access, deployed_report
from lambda_iam_scan.cli.places import placed_for
from lambda_iam_scan.cli.progress import ProgressBar
from lambda_iam_scan.cli.revision import checked_out, renamed
from lambda_iam_scan.cli.watch import stamps, watch
from lambda_iam_scan.cli.workers import Workers
from lambda_iam_scan.config import Settings, configured
from lambda_iam_scan.directory import Directory, WithFiles
from lambda_iam_scan.errors import InputError, LambdaIamScanError, UsageError
from lambda_iam_scan.function_scan import Facts, Progress, Scanner
from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.finding import Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.scan import all_rules, scan
from lambda_iam_scan.tables import Tables

_MODULES = {"json": "json_v1"}
"""Formats whose module has another name."""
DIALECTS = {"policy": ("json", "sam", "cloudformation", "terraform"), "graph": ("mermaid", "dot")}
"""What `--as` may say for a format."""


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
    processes: int | None = None
    since: str | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    fix: bool = False
    diff: bool = False
    watch: bool = False
    deployed: str | None = None
    region: str | None = None
    access: Access = field(default_factory=Access)


def run_scan(options: Options) -> int:
    """Scan, fix, write every output, and give the exit status; with `--watch` again and again."""
    outputs = parse_outputs(options.formats)
    require_dialect(outputs, options.dialect)
    if options.watch:
        root, tree, _ = open_project(options)
        watch(lambda: stamps(root, tree), lambda: _once_of_many(options, outputs))
    return _once(options, outputs)


def _once(options: Options, outputs: Sequence[Output]) -> int:
    project = scan_project(options)
    if options.fix or options.diff:
        project, changed = fix_project(project, options)
        if not options.fix:
            return int(changed and not options.exit_zero)
    if options.write_baseline:
        disk.write_output(Path(options.write_baseline), write_baseline(project.report.findings))
    for output in outputs:
        write(output, placed_for(output.format, project.report, project.root), project.tree, options)
    return 0 if options.exit_zero or options.write_baseline else exit_status(project.report, project.settings.fail_on)


def _once_of_many(options: Options, outputs: Sequence[Output]) -> None:
    """A file that is half saved may break a scan, not the watching."""
    click.clear()
    click.echo("scanning", err=True)
    try:
        _once(options, outputs)
    except LambdaIamScanError as error:
        click.echo(f"lambda-iam-scan: error: {plain(str(error))}", err=True)
    click.echo("watching for changes; Ctrl-C ends it", err=True)


@dataclass(frozen=True, slots=True)
class Project:
    """A scanned project."""

    root: Path
    tree: SourceTree
    settings: Settings
    report: Report


def scan_project(options: Options) -> Project:
    """Find the project and scan it, as it is or (`--since`) for what has changed, without what the baseline accepts."""
    root, tree, settings = open_project(options)
    if options.deployed == "":
        raise UsageError("--deployed: the function's name is empty")
    if options.deployed and options.since is not None:
        raise UsageError("--deployed and --since do not go together: an account has no earlier revision")
    with ProgressBar() as progress:
        if options.deployed:
            tables, facts = Tables(disk.load_table), disk_facts(tree, use_cache=not options.no_cache)
            report = deployed_report(options.deployed, options.region, options.access, tree, settings, tables, facts, progress)
        else:
            report = _scanned(tree, settings, options, progress)
    if options.since is not None:
        before = _scan_revision(options, root, settings)
        report = since(before, report, renamed(root, options.since))
    return Project(root, tree, settings, _without_accepted(report, root, settings))


def fix_project(project: Project, options: Options) -> tuple[Project, bool]:
    """Change templates where that is certain (`--fix`), show the changes (`--diff`), and say whether there are any."""
    from lambda_iam_scan.cli.fixing import diff, fixed, put

    if options.deployed or options.since is not None:
        raise UsageError("--fix and --diff do not go together with --deployed or --since")

    def again(tree: SourceTree) -> Report:
        return _without_accepted(_scanned(tree, project.settings, options), project.root, project.settings)

    texts = fixed(project.report, project.tree, again)
    if options.diff:
        text = diff(project.tree, texts)
        click.echo(
            "\n".join(plain(line) for line in text.splitlines()) if sys.stdout.isatty() else text, nl=sys.stdout.isatty() and bool(text)
        )
    if options.fix and texts:
        put(project.root, texts)
        click.echo(f"fixed {', '.join(plain(path) for path in sorted(texts))}", err=True)
        return replace(project, report=again(project.tree)), True
    return project, bool(texts)


def _scan_revision(options: Options, root: Path, settings: Settings) -> Report | None:
    """The report on an earlier state; None when there was nothing to scan."""
    assert options.since is not None
    with checked_out(root, options.since) as directory:
        tree = _tree(options, directory, root, settings)
        try:
            return _scanned(tree, settings, options)
        except InputError:
            return None


def _scanned(tree: SourceTree, settings: Settings, options: Options, progress: Progress | None = None) -> Report:
    begin = partial(scanner_of, tree, use_cache=not options.no_cache)
    own = begin()
    workers = Workers(begin, options.processes)
    return scan(tree, own.tables, settings, facts=own.facts, progress=progress, scan_all=workers.scan_all)


def scanner_of(tree: SourceTree, *, use_cache: bool) -> Scanner:
    """A scanner of a project's functions, in this process or in a worker."""
    return Scanner(tree, Tables(disk.load_table), disk_facts(tree, use_cache=use_cache))


def _without_accepted(report: Report, root: Path, settings: Settings) -> Report:
    if not settings.baseline:
        return report
    path = root / settings.baseline
    left = apply_baseline(report.findings, disk.read_text(path), settings.baseline)
    facts = (("in baseline", str(left.known)), ("gone from baseline", str(left.gone)))
    return replace(report, findings=left.findings, extra=(*report.extra, *(fact for fact in facts if fact[1] != "0")))


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
    if any(text.endswith("=") for text in formats):
        raise UsageError("--format NAME=FILE: no file named after the =")
    if sum(output.file is None for output in outputs) > 1:
        raise UsageError("--format: only one format can go to the terminal; give the others a file: --format sarif=out.sarif")
    return outputs


def require_dialect(outputs: Sequence[Output], dialect: str | None) -> None:
    """Raises `UsageError` when no format that was asked for has the dialect of `--as`."""
    if dialect is None or any(dialect in DIALECTS.get(output.format, ()) for output in outputs):
        return
    ways = "; ".join(f"--format {name}: {', '.join(dialects)}" for name, dialects in DIALECTS.items())
    raise UsageError(f"--as {dialect}: no such dialect of {', '.join(output.format for output in outputs)} (there are {ways})")


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
    extra = {"as": options.dialect} if options.dialect in DIALECTS.get(output.format, ()) else {}
    if output.file is not None:
        return TerminalStyle(100, False, extra)
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    automatic = not os.environ.get("NO_COLOR") and (terminal or bool(os.environ.get("FORCE_COLOR")))
    colour = {"always": True, "never": False}.get(options.colour, automatic)
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 160)
    return TerminalStyle(width, colour, extra)


def open_project(options: Options) -> tuple[Path, SourceTree, Settings]:
    """Find the project root, read its configuration, and lay the command line over it."""
    given = tuple(Path(path) for path in options.paths or (".",))
    root = disk.project_root(given)
    config = Path(options.config) if options.config else disk.find_config(root)
    settings = configured(disk.read_config(config), str(config)) if config else Settings()
    if options.paths or not config:
        settings = replace(settings, paths=tuple(_relative(path, root) for path in given))
    settings = overlay(settings, options, root)
    _require_known(settings)
    return root, _tree(options, root, root, settings), settings


def _tree(options: Options, directory: Path, root: Path, settings: Settings) -> SourceTree:
    """The files of a directory, and those outside the root that the user named."""
    tree = Directory(directory, settings.exclude)
    named = [Path(name) for name in (*options.templates, *options.policies)]
    outside = [path for path in named if directory == root or not path.resolve().is_relative_to(root)]
    return WithFiles(tree, {_relative(path, root): path for path in outside})


def overlay(settings: Settings, options: Options, root: Path) -> Settings:
    """Flags over configuration."""
    return replace(
        settings,
        templates=tuple(_relative(Path(name), root) for name in options.templates) or settings.templates,
        policies=tuple(_relative(Path(name), root) for name in options.policies) or settings.policies,
        exclude=(*settings.exclude, *options.exclude),
        baseline=None if options.write_baseline else str(Path(options.baseline).resolve()) if options.baseline else settings.baseline,
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


def _require_known(settings: Settings) -> None:
    """Raises `UsageError` for a code that no finding begins with: it would select nothing, and every scan would pass."""
    chosen = (*settings.select, *settings.ignore, *(code for code, _ in settings.severities))
    codes = (*chosen, *(code for _, codes in settings.per_path_ignore for code in codes))
    known = [rule.code for rule in all_rules()] if codes else []
    for code in codes:
        if not any(name.startswith(code) for name in known):
            close = get_close_matches(code, known, n=1)
            raise UsageError(
                f"{code}: no finding's code begins so" + (f"; did you mean {close[0]}?" if close else f" (there are {', '.join(known)})")
            )


def _relative(path: Path, root: Path) -> str:
    """A path as the tree knows it: relative to the root where it lies inside, else as given."""
    real = path.resolve()
    if real == root:
        return ""
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else path.as_posix()


def disk_facts(tree: SourceTree, *, use_cache: bool = True) -> Facts:
    """Facts by path, kept in memory for this run and on disk by content."""
    if not use_cache:
        return module_facts(tree)
    return module_facts(tree, partial(_cached, cache=disk.Cache(disk.cache_directory(), "facts")))


def _cached(source: bytes, path: str, cache: disk.Cache) -> ModuleFacts | Gap:
    stored = cache.load(source)
    found = ModuleFacts.from_bytes(stored, path) if stored is not None else None
    if found is not None:
        return found
    fresh = extract(source, path)
    if isinstance(fresh, ModuleFacts) and (written := fresh.to_bytes()) is not None:
        cache.store(source, written)
    return fresh
