"""Composes the stages. The only module that knows them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeAlias

from lambda_iam_scan import __version__
from lambda_iam_scan.analysis.facts.module import find_handlers
from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.analysis.modules.unparsable import unparsable
from lambda_iam_scan.compare import attached_policies
from lambda_iam_scan.config import Settings, path_matches
from lambda_iam_scan.directives import Directive, Directives
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.fingerprints import with_fingerprints
from lambda_iam_scan.function_scan import Facts, Progress, Scanner, Work
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.deployment import Deployment, EventSource, Function
from lambda_iam_scan.model.finding import Finding, FunctionScan, Report, Rule, Scan
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.plugins import Check, Reader, discover
from lambda_iam_scan.readers.bare import read_bare
from lambda_iam_scan.readers.policy_file import read_policy_files
from lambda_iam_scan.suppress import UNUSED_SUPPRESSION, Suppressed, suppress
from lambda_iam_scan.tables import Tables

Refine: TypeAlias = Callable[[Scan], Scan]
ScanAll: TypeAlias = Callable[[Scanner, Sequence[Work], Progress | None], Sequence[FunctionScan]]
"""How all functions are scanned by a scanner: in order, one after the other, or with help."""

_NOT_CODE = frozenset({"tests", "test", "docs", "examples"})
"""Directories whose handlers are not taken for Lambda functions when nothing declares any."""


_OWN = re.compile(r"\$\{AWS::(?:Partition|Region|AccountId)\}")


def scan(
    tree: SourceTree,
    tables: Tables,
    settings: Settings,
    *,
    facts: Facts | None = None,
    progress: Progress | None = None,
    scan_all: ScanAll = Scanner.scan_all,
) -> Report:
    """A project through every stage. Pure but for what `tree`, `tables` and `facts` read.

    Raises `InputError` when there is no Python to scan, or when a file that the user named cannot be read.
    """
    facts = facts or module_facts(tree)
    deployments = read_deployments(tree, tables, settings, facts)

    def with_broken(found: Scan) -> Scan:
        """What is no Python among the files that no function has brought in."""
        read = {module for function in found.functions for module in function.code.modules}
        others = (path for path in _modules(tree, deployments, settings) if path not in read)
        broken = unparsable(others, tree, facts)
        return replace(found, deployments=(*found.deployments, Deployment(path="", functions=(), gaps=broken))) if broken else found

    scanner = Scanner(tree, tables, facts)
    return report_on(deployments, scanner, settings, progress=progress, refine=with_broken, scan_all=scan_all)


def read_deployments(tree: SourceTree, tables: Tables, settings: Settings, facts: Facts) -> tuple[Deployment, ...]:
    """The functions to look at: those that templates declare and whose code lies under the given paths, else plain handlers."""
    declared = tuple(_below(tree, deployment, settings.paths) for deployment in _templates(tree, tables, settings))
    found = tuple(deployment for deployment in declared if deployment.functions or deployment.gaps)
    undeclared = tuple(path for path in settings.paths if not any(_declares(tree, deployment, path) for deployment in found))
    if not any(deployment.functions for deployment in found):
        _require_readable(found, settings)
        found = (*found, read_bare(tree, settings.paths, _handlers(tree, settings.paths, facts)))
    elif undeclared and (handlers := _handlers(tree, undeclared, facts)):
        found = (*found, read_bare(tree, undeclared, handlers))
    if settings.policies:
        role = read_policy_files(tree, settings.policies, tables)
        found = tuple(_with_role(deployment, role) for deployment in found)
    unplaced = tuple(source for deployment in declared for source in deployment.unplaced)
    return tuple(_with_event_sources(deployment, unplaced) for deployment in found) if unplaced else found


def _declares(tree: SourceTree, deployment: Deployment, path: str) -> bool:
    """Whether a deployment says something of a path: of functions below it, or by lying there itself."""
    return _is_below(deployment.path, path) or any(_lies_under(tree, function, path) for function in deployment.functions)


def _require_readable(found: tuple[Deployment, ...], settings: Settings) -> None:
    """Raises `InputError` when nothing says what the functions and roles are, because what would say it is broken.

    To go on would be to report a project without roles, and to pass.
    """
    broken = [gap for deployment in found for gap in deployment.gaps if gap.kind is GapKind.UNREADABLE]
    if broken and not settings.policies:
        raise InputError(broken[0].reason)


def _modules(tree: SourceTree, deployments: Iterable[Deployment], settings: Settings) -> list[str]:
    """Every module that belongs to a function's code, or to plain code: tests apart."""
    roots = {
        root
        for deployment in deployments
        for function in deployment.functions
        for root in (function.code_roots[:1] if deployment.path else settings.paths)
    }
    paths = {path for root in roots for path in tree.walk(root) if path.endswith(".py")}
    return sorted(path for path in paths if not _is_test(path) and any(_is_below(path, given) for given in settings.paths))


def report_on(
    deployments: tuple[Deployment, ...],
    scanner: Scanner,
    settings: Settings,
    *,
    progress: Progress | None = None,
    refine: Refine | None = None,
    scan_all: ScanAll = Scanner.scan_all,
) -> Report:
    """Analyze, map, compare and check what is deployed. `refine` may add what can be asked only once the needs are known."""
    attached = ((deployment.functions, attached_policies(deployment)) for deployment in deployments)
    work = [(function, policies) for functions, policies in attached for function in functions]
    scanned = scan_all(scanner, work, progress)
    found = Scan(deployments=deployments, functions=tuple(scanned))
    found = refine(found) if refine else found
    checks: tuple[Check, ...] = discover("checks")
    findings = with_fingerprints(sorted((_brief(finding) for check in checks for finding in check.run(found, scanner.tables)), key=_order))
    accepted = (
        suppress(findings, _directives(found, findings, scanner.directives)) if settings.honour_suppressions else Suppressed(findings, 0)
    )
    return Report(
        version=__version__,
        tables=scanner.tables.version,
        functions=found.functions,
        findings=with_fingerprints(arrange(accepted.findings, settings)),
        rules=all_rules(checks),
        suppressed=accepted.count,
        files=len({module for function in found.functions for module in function.code.modules}),
    )


def _directives(found: Scan, findings: Iterable[Finding], directives: Directives) -> tuple[Directive, ...]:
    """Those of every file that the scan has to do with."""
    modules = (module for function in found.functions for module in function.code.modules)
    return directives.of(
        (*modules, *(deployment.path for deployment in found.deployments), *(finding.location.path for finding in findings))
    )


def arrange(findings: Iterable[Finding], settings: Settings) -> tuple[Finding, ...]:
    """Select by code, apply the user's severities, and sort."""
    severities = dict(settings.severities)
    kept = (replace(finding, severity=severities.get(finding.code, finding.severity)) for finding in findings if _wanted(finding, settings))
    return tuple(sorted(kept, key=_order))


def all_rules(checks: tuple[Check, ...] | None = None) -> tuple[Rule, ...]:
    """Every rule of every check and of suppressions, by code."""
    found: tuple[Check, ...] = discover("checks") if checks is None else checks
    return tuple(sorted((UNUSED_SUPPRESSION, *(rule for check in found for rule in check.rules)), key=lambda rule: rule.code))


def _brief(finding: Finding) -> Finding:
    """In sentences the deployment's own partition, region and account are `*`; what is to be pasted keeps them."""
    return replace(finding, message=_OWN.sub("*", finding.message), notes=tuple(_OWN.sub("*", note) for note in finding.notes))


def _order(finding: Finding) -> tuple[object, ...]:
    return (finding.location, finding.code, finding.function or "", finding.action or "", finding.resource or "", finding.message)


def _wanted(finding: Finding, settings: Settings) -> bool:
    if settings.select and not finding.code.startswith(settings.select):
        return False
    if settings.ignore and finding.code.startswith(settings.ignore):
        return False
    path = finding.location.path
    return not any(path_matches(path, pattern) and finding.code.startswith(codes) for pattern, codes in settings.per_path_ignore)


def _templates(tree: SourceTree, tables: Tables, settings: Settings) -> Iterable[Deployment]:
    readers: tuple[Reader, ...] = discover("readers")
    for path in settings.templates:
        yield _read_named(readers, tree, path, tables, settings)
    if settings.templates:
        return
    for path in tree.walk():
        yield from _read_found(readers, tree, path, tables, settings)


def _read_named(readers: tuple[Reader, ...], tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
    """A template the user named: what is wrong with it ends the scan. Without a claim, the plainest reader says what is wrong."""
    tree.read(path)
    deployment = _read_claimed(readers, tree, path, tables, settings)
    if deployment is None:
        deployment = next(reader for reader in readers if reader.name == "cloudformation").read(tree, path, tables, settings)
        if not deployment.functions:
            raise InputError(f"{path}: not a template that any reader knows ({', '.join(reader.name for reader in readers)})")
    return deployment


def _read_found(readers: tuple[Reader, ...], tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Iterable[Deployment]:
    """A template nobody named that turns out to be broken is a gap, not the end."""
    try:
        found = _read_claimed(readers, tree, path, tables, settings)
    except InputError as error:
        gap = Gap(kind=GapKind.UNREADABLE, reason=f"the template cannot be read: {error}", location=Location(path))
        found = Deployment(path=path, functions=(), gaps=(gap,))
    return () if found is None else (found,)


def _read_claimed(readers: tuple[Reader, ...], tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment | None:
    """What the first reader says that finds something where it claims to: a `serverless.yml` may look like a CloudFormation template."""
    found = None
    for reader in readers:
        if reader.claims(tree, path):
            found = reader.read(tree, path, tables, settings)
            if found.functions or found.gaps:
                break
    return found


def _below(tree: SourceTree, deployment: Deployment, paths: tuple[str, ...]) -> Deployment:
    """Without the functions whose code lies elsewhere."""
    if "" in paths:
        return deployment
    kept = tuple(function for function in deployment.functions if any(_lies_under(tree, function, path) for path in paths))
    near = kept or any(_is_below(deployment.path, path) for path in paths)
    return replace(deployment, functions=kept, gaps=deployment.gaps if near else ())


def _lies_under(tree: SourceTree, function: Function, path: str) -> bool:
    """Whether a function's code does, or, where that is nowhere in the project, the template that declares it."""
    if not function.code_roots:
        return _is_below(function.location.path, path)
    root = function.code_roots[0]
    if _is_below(root, path):
        return True
    if not _is_below(path, root) or function.handler is None:
        return False
    module = function.handler.rpartition(".")[0].replace(".", "/")
    where = str(PurePosixPath(root, module))
    return _is_below(where, path) or f"{where}.py" == path


def _is_below(path: str, directory: str) -> bool:
    return directory == "" or path == directory or path.startswith(directory + "/")


def _handlers(tree: SourceTree, paths: tuple[str, ...], facts: Facts) -> dict[str, tuple[tuple[str, Location], ...]]:
    """Entry points of all modules below the paths. Raises `InputError` when there is no Python at all."""
    modules = sorted({path for given in paths for path in tree.walk(given) if path.endswith(".py")})
    if not modules:
        given = ", ".join(path or "." for path in paths)
        raise InputError(f"{given}: no Python file and no Lambda function here")
    found = {path: _entry_points(facts, path) for path in modules if not _is_test(path)}
    return {path: handlers for path, handlers in found.items() if handlers}


def _entry_points(facts: Facts, path: str) -> tuple[tuple[str, Location], ...]:
    module = facts(path)
    return () if isinstance(module, Gap) else find_handlers(module)


def _is_test(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        not _NOT_CODE.isdisjoint(parts[:-1])
        or parts[-1].startswith("test_")
        or parts[-1].endswith("_test.py")
        or parts[-1] in ("conftest.py", "setup.py")
    )


def _with_event_sources(deployment: Deployment, unplaced: tuple[EventSource, ...]) -> Deployment:
    """A deployment whose functions may be those that event sources of some template feed: which it does not say."""
    functions = (replace(function, event_sources=(*function.event_sources, *unplaced)) for function in deployment.functions)
    return replace(deployment, functions=tuple(functions))


def _with_role(deployment: Deployment, role: Role) -> Deployment:
    return replace(deployment, functions=tuple(replace(function, role=role) for function in deployment.functions))
