"""The account command at work: which functions, where their code is, the scan, the outputs."""

from __future__ import annotations

import hashlib
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import click

from lambda_iam_scan import disk
from lambda_iam_scan.cli.access import Access, answers_of, save, source, trusting
from lambda_iam_scan.cli.progress import ProgressBar
from lambda_iam_scan.cli.run import Options, disk_facts, exit_status, overlay, parse_outputs, write
from lambda_iam_scan.config import Settings
from lambda_iam_scan.deployed import Context, scan_functions
from lambda_iam_scan.directory import Directory
from lambda_iam_scan.errors import InputError, RemoteError, UsageError
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.readers.deployed.account import Configuration, Journal, list_functions, read_functions
from lambda_iam_scan.readers.deployed.api import Recorder, default_region
from lambda_iam_scan.readers.deployed.code import Place, download_code, mapped, tagged
from lambda_iam_scan.readers.deployed.function import is_python
from lambda_iam_scan.readers.deployed.mounts import Mounts
from lambda_iam_scan.readers.deployed.package import Packages
from lambda_iam_scan.readers.deployed.parallel import in_parallel
from lambda_iam_scan.snapshot import Refusal
from lambda_iam_scan.tables import Tables

JOURNAL_HOURS = 24
"""An interrupted run older than this is not gone on with: the account has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which functions, and where their code is."""

    regions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    code: str | None = None
    code_map: Path | None = None
    code_tag: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class _Located:
    """A function and where its code is; without places, the function has a gap that says why."""

    function: Function
    places: tuple[Place, ...] = ()


def run_account(selection: Selection, access: Access, options: Options) -> int:
    """Scan, write every output, and give the exit status."""
    outputs = parse_outputs(options.formats)
    if not (selection.code or selection.code_map or selection.code_tag):
        raise UsageError("where is the code? Give --code download, --code-map FILE or --code-tag KEY")
    settings = overlay(Settings(), options, Path.cwd())
    finder = _Finder(selection, read_code_map(selection.code_map), Packages(disk.cache_directory() / "packages"))
    regions = tuple(dict.fromkeys(selection.regions)) or _regions(access)
    recorder = _recorder(access, regions, selection.fresh)
    with ProgressBar() as progress, trusting(access):
        listed = {region: list_functions(recorder, region) for region in regions}
        chosen = {region: _chosen(rows, selection.names) for region, rows in listed.items()}
        _something_to_scan(regions, listed, chosen, selection.names)
        located = [_locate(recorder, region, chosen[region], finder, access.jobs, progress) for region in regions]
        tree, deployments = _mounted(regions, located)
        tables = Tables(disk.load_table)
        context = Context(ask=recorder, tables=tables, settings=settings, progress=progress, unused_days=access.days, jobs=access.jobs)
        everything = [configuration for region in regions for configuration in listed[region]]
        facts = disk_facts(tree, use_cache=not options.no_cache)
        report = scan_functions(deployments, everything, tree, context, facts)
        report = replace(report, extra=(*report.extra, *_left_out(chosen.values(), located)))
    save(access, recorder, report, tree, context, facts)
    for output in outputs:
        write(output, report, tree, options)
    if isinstance(recorder, Journal):
        recorder.finished()
    return 0 if options.exit_zero else exit_status(report, settings.fail_on)


def read_code_map(path: Path | None) -> tuple[tuple[str, str], ...]:
    """Pairs of function name pattern and directory; directories are relative to the file. Raises `UsageError`."""
    if path is None:
        return ()
    try:
        rows = tomllib.loads(disk.read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error
    for pattern, directory in rows.items():
        if not isinstance(directory, str) or not (path.parent / directory).is_dir():
            raise UsageError(f"{path}: {pattern}: {directory!r} is no directory")
    return tuple((pattern, str(path.parent / directory)) for pattern, directory in rows.items())


def _regions(access: Access) -> tuple[str, ...]:
    """Those of the snapshot that is replayed, else the profile's own."""
    if access.replays and access.snapshot:
        asked = answers_of(access.snapshot)
        return tuple(sorted({question.region for question in asked if question.operation == "ListFunctions"}))
    return (default_region(access.profile),)


def _recorder(access: Access, regions: Sequence[str], fresh: bool) -> Recorder:
    """A recorder that goes on from an interrupted run of the same account and regions, unless a snapshot is replayed."""
    ask = source(access, regions[0])
    if access.replays:
        return Recorder(ask)
    identity = ask("sts", "GetCallerIdentity", regions[0])
    account = "unknown" if isinstance(identity, Refusal) else identity["Account"]
    # Many regions make a longer name than file systems take.
    where = regions[0] if len(regions) == 1 else hashlib.sha256(" ".join(regions).encode()).hexdigest()[:16]
    path = disk.cache_directory() / "accounts" / f"{account}-{where}.jsonl"
    with suppress(OSError):
        if fresh or time.time() - path.stat().st_mtime > JOURNAL_HOURS * 3600:
            path.unlink()
    journal = Journal(ask, path)
    if journal.resumed:
        click.echo(f"going on from an interrupted run ({journal.resumed} answers; --fresh begins anew)", err=True)
    return journal


def _locate(
    recorder: Recorder, region: str, listed: Iterable[Configuration], finder: _Finder, jobs: int, progress: ProgressBar
) -> list[_Located]:
    """A region's chosen functions that may be Python, read, with their code."""
    chosen = [row for row in listed if is_python(row)]
    functions = read_functions(recorder, region, chosen, jobs=jobs, progress=progress)
    find = partial(finder.find, recorder, region)
    return in_parallel(find, list(zip(functions, chosen, strict=True)), f"code of {region}", jobs=jobs, progress=progress)


def _chosen(rows: Iterable[Configuration], patterns: Sequence[str]) -> list[Configuration]:
    return [row for row in rows if not patterns or any(fnmatchcase(row["FunctionName"], pattern) for pattern in patterns)]


def _something_to_scan(
    regions: Sequence[str],
    listed: Mapping[str, Sequence[Configuration]],
    chosen: Mapping[str, Sequence[Configuration]],
    names: Sequence[str],
) -> None:
    """Raises `InputError` where there is nothing: a name or a region is wrong, and "no problem found" would hide it."""
    where = f"region{'s' if len(regions) > 1 else ''} {', '.join(regions)}"
    if not any(listed.values()):
        raise InputError(f"there is no Lambda function in {where}; is the region right?")
    if not any(chosen.values()):
        raise InputError(f"no Lambda function in {where} is called {' or '.join(names)}")


def _left_out(chosen: Iterable[Sequence[Configuration]], located: Iterable[Sequence[_Located]]) -> Iterator[tuple[str, str]]:
    """For the summary: functions that were there and not scanned."""
    other = sum(not is_python(row) for rows in chosen for row in rows)
    absent = sum(not one.places for found in located for one in found)
    yield from ((name, str(number)) for name, number in (("not Python", other), ("code not at hand", absent)) if number)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the code of functions, in the order of trust: map, tag, download."""

    selection: Selection
    code_map: tuple[tuple[str, str], ...]
    packages: Packages

    def find(self, recorder: Recorder, region: str, pair: tuple[Function, Configuration]) -> _Located:
        function, configuration = pair
        directory = mapped(function, self.code_map) or tagged(function, self.selection.code_tag, Path.cwd())
        if directory:
            return _Located(function, (Place(Path(directory), _shown(directory, str(function.name))),))
        if self.selection.code:
            return self._downloaded(recorder, region, function, configuration)
        return _Located(_without_code(function, "neither map nor tag names a directory for it"))

    def _downloaded(self, recorder: Recorder, region: str, function: Function, configuration: Configuration) -> _Located:
        try:
            places, reasons = download_code(recorder, self.packages, configuration, region)
        except RemoteError as error:
            return _Located(_without_code(function, str(error)))
        gaps = tuple(Gap(kind=GapKind.UNREADABLE, reason=reason, location=function.location) for reason in reasons)
        return _Located(replace(function, gaps=(*function.gaps, *gaps)), places)


def _shown(directory: str | Path, name: str) -> str:
    """A local directory as people know it: relative to where they are, if it lies below."""
    path, here = Path(directory).resolve(), Path.cwd()
    return path.relative_to(here).as_posix().removeprefix(".") if path.is_relative_to(here) else name


def _without_code(function: Function, why: str) -> Function:
    reason = f"function {function.name} was not scanned, its code is not at hand: {why}"
    return replace(function, gaps=(*function.gaps, Gap(kind=GapKind.CODE_NOT_FOUND, reason=reason, location=function.location)))


def _mounted(regions: Sequence[str], located: Sequence[Sequence[_Located]]) -> tuple[SourceTree, tuple[Deployment, ...]]:
    """One tree with all code, and a deployment a region; functions without code are left out, their gaps stay."""
    trees: dict[str, SourceTree] = {}
    deployments = []
    for region, found in zip(regions, located, strict=True):
        functions = []
        for one in (one for one in found if one.places):
            prefix = f"{region}/" if len(regions) > 1 else ""
            trees |= {prefix + place.name: Directory(place.directory) for place in one.places}
            roots = (f"{prefix}{place.name}/{root}".rstrip("/") for place in one.places for root in place.roots)
            functions.append(replace(one.function, code_roots=tuple(roots)))
        gaps = tuple(gap for one in found if not one.places for gap in one.function.gaps)
        deployments.append(Deployment(path="", functions=tuple(functions), gaps=gaps))
    return Mounts(trees), tuple(deployments)
