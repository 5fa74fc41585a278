"""Composes the stages for what runs in an account: the same analysis, with roles, policies and evidence as AWS has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.compare import Attached, attached_policies, compare
from lambda_iam_scan.config import Settings
from lambda_iam_scan.fingerprints import with_fingerprints
from lambda_iam_scan.function_scan import Facts, Progress, Scanner
from lambda_iam_scan.last_accessed import LastAccessed, adjust
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.finding import Finding, FunctionScan, Related, Report, Scan
from lambda_iam_scan.model.iam import Cause, Comparison, Outcome, Requirement, ResourcePolicy, Verdict
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text
from lambda_iam_scan.readers.deployed.account import Configuration, list_all
from lambda_iam_scan.readers.deployed.api import Ask
from lambda_iam_scan.readers.deployed.evidence import read_last_accessed
from lambda_iam_scan.readers.deployed.function import plain_arn, read_function
from lambda_iam_scan.readers.deployed.parallel import in_parallel
from lambda_iam_scan.readers.deployed.resources import find_secret, policy_owner, read_resource_policies, secret_name
from lambda_iam_scan.readers.deployed.twin import combine, twin, with_code
from lambda_iam_scan.scan import arrange, read_deployments, report_on
from lambda_iam_scan.snapshot import Telling
from lambda_iam_scan.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every scan of an account needs. `unused_days`: weigh unused permissions by IAM's record, None: do not.

    `jobs`: how many questions may be put at a time.
    """

    ask: Ask
    tables: Tables
    settings: Settings
    progress: Progress | None = None
    unused_days: int | None = None
    jobs: int = 1


def scan_deployed(name: str, region: str | None, tree: SourceTree, context: Context, facts: Facts | None = None) -> Report:
    """One deployed function: the project's code against the role that it has in the account, and that role against its declaration.

    Raises `InputError` when the function cannot be read or is not Python.
    """
    facts = facts or module_facts(tree)
    deployed = read_function(context.ask, name, region)
    deployments = read_deployments(tree, context.tables, context.settings, facts)
    declared = twin(deployed, (function for deployment in deployments for function in deployment.functions))
    function = combine(deployed, declared) if declared else with_code(deployed, tree, context.settings.paths)
    here = (deployed.arn.literal or "").split(":")[3]
    others, gaps = list_all(context.ask, here)
    path = next((deployment.path for deployment in deployments if declared in deployment.functions), "")
    return scan_functions((Deployment(path=path, functions=(function,), gaps=gaps),), others, tree, context, facts)


def scan_functions(
    deployments: tuple[Deployment, ...],
    listed: Sequence[Configuration],
    tree: SourceTree,
    context: Context,
    facts: Facts | None = None,
) -> Report:
    """Functions of an account that know where their code is. `listed` are all functions there: some may share a role with these."""
    refinement = _Refinement(context, listed)
    scanner = Scanner(tree, context.tables, facts or module_facts(tree))
    report = report_on(deployments, scanner, context.settings, progress=context.progress, refine=refinement.refine)
    if context.unused_days is not None:
        report = adjust(report, refinement.records, context.unused_days)
    report = anchored(report)
    return replace(report, findings=with_fingerprints(arrange(report.findings, context.settings)))


def telling(report: Report, tree: SourceTree, context: Context, facts: Facts) -> Telling:
    """What a snapshot must tell of environment variables so that its replay gives this report again, and nothing else of them.

    Most that matter stand in the name of something needed. Others take part in making one (a prefix, an operation's name): they
    are found by analyzing again without them.
    """
    arns = tuple(sorted({arn for scan in report.functions for arn in needed_arns(scan.requirements)}))
    plain, scanner = Telling(arns), Scanner(tree, context.tables, facts)

    def without(function: Function, hidden: Iterable[tuple[str, str]]) -> object:
        names = {name for name, _ in hidden}
        variables = ((name, UNTOLD if name in names else text) for name, text in function.environment or ())
        return _seen(scanner.scan(replace(function, environment=tuple(variables))))

    found: set[tuple[str, str]] = set()
    for scan in report.functions:
        known = ((name, text.literal) for name, text in scan.function.environment or ())
        hidden = [(name, value) for name, value in known if value is not None and not plain.tells(name, value)]
        told = without(scan.function, []) if hidden else None
        if hidden and without(scan.function, hidden) != told:
            found |= {pair for pair in hidden if without(scan.function, [pair]) != told}
    return Telling(arns, frozenset(found))


UNTOLD = Text.of(Hole("not told"))


def _seen(scan: FunctionScan) -> object:
    """What analysis contributes to a report, but for what calls say: that goes to AWS, and may be secret."""
    needs = [(need.action, need.resources, need.source, need.need) for need in scan.requirements]
    calls = [(call.service, call.operation, call.location, call.principal) for call in scan.code.calls]
    return needs, calls, [(gap.kind, gap.location) for gap in scan.code.gaps]


def anchored(report: Report) -> Report:
    """What stands in a policy of the account is shown with its function: code hosts take no findings outside the project."""
    homes = {scan.function.id: scan.function.location for scan in report.functions}
    only = next(iter(homes.values())) if len(homes) == 1 else None
    return replace(report, findings=tuple(_anchored(finding, homes.get(finding.function or "", only)) for finding in report.findings))


def _anchored(finding: Finding, home: Location | None) -> Finding:
    place = finding.location
    if home is None or not place.path.startswith("arn:") or home.path.startswith("arn:"):
        return finding
    return replace(finding, location=home, related=(Related("stands here", place), *finding.related))


class _Refinement:
    """What can be asked only once the needs are known."""

    def __init__(self, context: Context, listed: Sequence[Configuration]) -> None:
        self._context = context
        self._listed = listed
        self.records: dict[str, LastAccessed] = {}

    def refine(self, scan: Scan) -> Scan:
        """Literal ARNs, the policies of the resources that they name, and who else uses the roles."""
        functions, hidden = self._found(tuple(localized(at_its_code(one)) for one in scan.functions))
        needed = (arn for one in functions for arn in needed_arns(one.requirements))
        attached, gaps = read_resource_policies(self._context.ask, needed, jobs=self._context.jobs, progress=self._context.progress)
        known = Attached((*(policy for deployment in scan.deployments for policy in attached_policies(deployment)), *attached))
        users = role_users(self._listed)
        scanned = frozenset(one.function.arn.literal or "" for one in functions)
        gaps = (*hidden, *gaps)
        unread = frozenset(gap.location.path for gap in gaps)
        functions = tuple(held_back(_compared(with_strangers(one, users, scanned), known), unread) for one in functions)
        said = {gap.reason for one in functions for gap in one.function.gaps}
        gaps = (*(gap for gap in gaps if gap.reason not in said), *self._evidence(functions))
        return Scan(deployments=(*scan.deployments, Deployment(path="", functions=(), gaps=gaps)), functions=functions)

    def _found(self, functions: tuple[FunctionScan, ...]) -> tuple[tuple[FunctionScan, ...], tuple[Gap, ...]]:
        """Secrets that code asks for by name, under their own ARNs."""
        named = {text for one in functions for need in one.requirements for text in need.resources if secret_name(text)}
        ordered = sorted(named, key=str)
        found = in_parallel(partial(find_secret, self._context.ask), ordered, "secrets", jobs=self._context.jobs)
        arns = {text: arn for text, (arn, _) in zip(ordered, found, strict=True)}
        return tuple(_renamed(one, arns) for one in functions), tuple(gap for _, gaps in found for gap in gaps)

    def _evidence(self, functions: Iterable[FunctionScan]) -> tuple[Gap, ...]:
        if self._context.unused_days is None:
            return ()
        ask, roles = self._context.ask, sorted({one.function.role.id for one in functions if one.function.role})
        what, jobs, progress = "last use of roles", self._context.jobs, self._context.progress
        read = in_parallel(lambda role: read_last_accessed(ask, role), roles, what, jobs=jobs, progress=progress)
        self.records |= {role: record for role, (record, _) in zip(roles, read, strict=True) if record}
        return tuple(gap for _, gaps in read for gap in gaps)


def _renamed(scan: FunctionScan, arns: Mapping[Text, Text]) -> FunctionScan:
    renamed = (replace(need, resources=tuple(arns.get(text, text) for text in need.resources)) for need in scan.requirements)
    return replace(scan, requirements=tuple(renamed)) if arns else scan


def _compared(scan: FunctionScan, policies: Iterable[ResourcePolicy]) -> FunctionScan:
    return replace(scan, comparison=compare(scan.requirements, scan.function, policies)) if scan.function.role else scan


def held_back(scan: FunctionScan, unread: frozenset[str]) -> FunctionScan:
    """Nothing is missing on a resource whose own policy could not be read: it may grant what the role does not."""
    if scan.comparison is None or not unread:
        return scan
    owners = ({policy_owner(str(one.resource)), str(one.resource)} for one in scan.comparison.verdicts)
    verdicts = (_doubted(one) if owner & unread else one for one, owner in zip(scan.comparison.verdicts, owners, strict=True))
    return replace(scan, comparison=Comparison(verdicts=tuple(verdicts)))


def _doubted(verdict: Verdict) -> Verdict:
    if verdict.outcome is not Outcome.MISSING:
        return verdict
    reason = f"{verdict.reason}, but the policy of {verdict.resource} could not be read"
    return replace(verdict, outcome=Outcome.UNVERIFIED, cause=Cause.UNKNOWN, reason=reason)


def at_its_code(scan: FunctionScan) -> FunctionScan:
    """A function that no template declares stands where its handler is defined, if that was found."""
    if scan.function.declared or scan.code.handler is None:
        return scan
    return replace(scan, function=replace(scan.function, location=scan.code.handler))


def localized(scan: FunctionScan) -> FunctionScan:
    """Partition, region and account in the needs are those of the function: it runs, so they are known."""
    arn = scan.function.arn.literal
    if arn is None:
        return scan
    _, partition, _, region, account, *_ = arn.split(":")
    known: dict[Part, str] = {PARTITION: partition, REGION: region, ACCOUNT: account}
    return replace(scan, requirements=tuple(_localized(requirement, known) for requirement in scan.requirements))


def _localized(requirement: Requirement, known: Mapping[Part, str]) -> Requirement:
    return replace(requirement, resources=tuple(dict.fromkeys(_with(known, resource) for resource in requirement.resources)))


def _with(known: Mapping[Part, str], resource: Text) -> Text:
    """A text with the parts that are known, also in what it may be."""
    return Text.of(
        *(
            replace(part, choices=tuple(_with(known, choice) for choice in part.choices))
            if isinstance(part, Hole) and part.choices
            else known.get(part, part)
            for part in resource.parts
        )
    )


def needed_arns(requirements: Iterable[Requirement]) -> tuple[str, ...]:
    """ARNs of what is needed, as far as wholly known, sorted."""
    return tuple(sorted({arn for need in requirements for resource in need.resources if (arn := resource.literal) and arn != "*"}))


def role_users(listed: Iterable[Configuration]) -> dict[str, tuple[str, ...]]:
    """Role ARN -> ARNs of all functions that use it, whatever their language."""
    users: dict[str, list[str]] = {}
    for configuration in listed:
        users.setdefault(configuration["Role"], []).append(plain_arn(configuration["FunctionArn"]))
    return {role: tuple(sorted(arns)) for role, arns in users.items()}


def with_strangers(scan: FunctionScan, users: Mapping[str, tuple[str, ...]], scanned: frozenset[str]) -> FunctionScan:
    """With a gap when the role serves a function that is not scanned: what is unused here may be needed there."""
    role = scan.function.role
    strangers = [arn.rpartition(":")[2] for arn in users.get(role.id, ()) if arn not in scanned] if role else []
    if not role or not strangers:
        return scan
    more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
    reason = f"role {role.name} also serves function {strangers[0]}{more}, whose code is not scanned: nothing is surely unused"
    gap = Gap(kind=GapKind.SHARED_ROLE, reason=reason, location=scan.function.location)
    return replace(scan, code=replace(scan.code, gaps=(*scan.code.gaps, gap)))
