"""What the tool says: rules, findings, and the report that reporters render."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.iam import Comparison, Requirement
from lambda_iam_scan.model.source import Frame, Location


class Severity(StrEnum):
    """How bad it is if the finding is right."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """2 for error, 1 for warning, 0 for note."""
        return {"error": 2, "warning": 1, "note": 0}[self.value]


class Confidence(StrEnum):
    """How sure the tool is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A finding code and its documentation, in one fixed form: `explain`, SARIF and docs/ all come from it.

    `what`, `why`, `fix` are Markdown paragraphs; `example` is a fragment that has the problem, `instead` the same one without.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    what: str
    why: str
    example: str
    instead: str
    fix: str


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that matters to a finding, with a short phrase on why."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem at one place.

    `message` is one line without a final full stop and without colours; `notes` are further lines (evidence, "who accesses
    what"); `suggestion` says what to change, possibly several lines (a policy statement as JSON or YAML). `function` is a
    function's id. `fingerprint` identifies the finding across line moves.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    location: Location
    function: str | None = None
    action: str | None = None
    resource: str | None = None
    notes: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    flow: tuple[Frame, ...] = ()
    """The way from the handler to the call, when code is the cause."""
    suggestion: str | None = None
    members: tuple[str, ...] = ()
    """Actions that a single finding stands for (LIS203, LIS201 with no action of its own)."""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionScan:
    """One function through all stages; what checks look at. `comparison` is None when there is no role to compare with."""

    function: Function
    code: CodeUse
    requirements: tuple[Requirement, ...]
    comparison: Comparison | None

    @property
    def complete(self) -> bool:
        """False when some of the code could not be resolved."""
        return not self.code.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The whole project through all stages, before checks."""

    deployments: tuple[Deployment, ...]
    functions: tuple[FunctionScan, ...]


class ChangeKind(StrEnum):
    """What a change of the code did to a need."""

    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PermissionChange:
    """A permission on one resource that a function needs since a revision, or needs no longer."""

    function: str
    action: str
    resource: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result: what reporters render. `findings` are sorted by path, line, column, code, function, action."""

    version: str
    tables: str
    """Version of the compiled tables, for example `2026-11-23+botocore-1.44.5`."""
    functions: tuple[FunctionScan, ...]
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...] = ()
    suppressed: int = 0
    files: int = 0
    """Python modules analyzed."""
    extra: tuple[tuple[str, str], ...] = field(default=())
    """Facts for the summary that only some runs have (baseline, --since)."""
    changes: tuple[PermissionChange, ...] | None = None
    """Permissions newly or no longer needed since the revision of `--since`; None without it."""
