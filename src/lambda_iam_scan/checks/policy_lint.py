"""LIS401, LIS403, LIS404: what a policy names and AWS does not know, or can never match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lambda_iam_scan.actions import expand, find_action, named, nearest
from lambda_iam_scan.checks._roles import AUTHORED, everyone, only, place, seen
from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.iam.keys import GLOBAL_KEYS, SESSION_PREFIXES, TAG_KEYS
from lambda_iam_scan.iam.language import ANY, NO_DELIMITER, Element, Elements, Many, literal, meet
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.iam.unscoped import asked
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Condition, Effect, Entry, Policy, Role, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import IamAction, Tables
from lambda_iam_scan.usage import ANYTHING, Use, roles, uses

UNKNOWN_ACTION = Rule(
    code="LIS401",
    name="unknown-action",
    severity=Severity.WARNING,
    summary="The policy names an action that does not exist",
    what="An entry of `Action` or `NotAction` is no action of any AWS service, or a wildcard that matches none.",
    why="IAM accepts it without a word and it grants (or denies) nothing. Usually it is a misspelling, or the name of an API "
    "operation or of an SDK service where IAM uses another one.",
    example='Action: ["s3:GetObjects", "stepfunctions:StartExecution"]',
    instead='Action: ["s3:GetObject", "states:StartExecution"]',
    fix="Use the name that the finding suggests, or look it up in AWS's Service Authorization Reference.",
)
NEVER_MATCHES = Rule(
    code="LIS403",
    name="resource-never-matches",
    severity=Severity.WARNING,
    summary="The statement's resources can never match one of its actions",
    what="An action acts on a kind of resource that no entry of the statement's `Resource` can be: a bucket action with only an "
    "object ARN, an object action with only the bucket's, a resource of another service, or an ARN for an action that takes none.",
    why="The statement grants (or denies) nothing for this action, although it reads as if it did.",
    example='{Effect: Allow, Action: "s3:ListBucket", Resource: "arn:aws:s3:::reports/*"}',
    instead='{Effect: Allow, Action: "s3:ListBucket", Resource: "arn:aws:s3:::reports"}',
    fix="Name the resource that the action acts on; the finding shows the format of its ARN.",
)
UNKNOWN_KEY = Rule(
    code="LIS404",
    name="condition-key-unknown",
    severity=Severity.WARNING,
    summary="A condition tests a key that the statement's actions never carry",
    what="The condition key does not exist, or belongs to other actions than the statement's.",
    why="A key that a request does not carry fails most conditions, so an Allow never applies; and holds in negated ones, so a "
    "guard is no guard.",
    example='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*",\n'
    ' Condition: {StringLike: {"s3:prefix": "2026/*"}}}',
    instead='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/2026/*"}',
    fix="Use a key of the action (AWS's Service Authorization Reference lists them), or move the condition to the actions that have it.",
)


class PolicyLint:
    """Mistakes in what somebody wrote into a role's policies."""

    rules: tuple[Rule, ...] = (UNKNOWN_ACTION, NEVER_MATCHES, UNKNOWN_KEY)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings on authored policies and boundaries, each place once."""
        told: set[tuple[str, Location, str]] = set()
        for role, functions in roles(scan):
            needed = uses(functions) if seen(functions) else None
            bounds = (role.boundary,) if role.boundary else ()
            for policy in (*(policy for policy in role.policies if policy.kind in AUTHORED), *bounds):
                lint = _Lint(role, functions, policy, tables, needed)
                for finding in (found for statement in policy.statements for found in lint.statement(statement)):
                    key = (finding.code, finding.location, finding.message)
                    if key not in told:
                        told.add(key)
                        yield finding


@dataclass(frozen=True, slots=True)
class _Lint:
    role: Role
    functions: Sequence[FunctionScan]
    policy: Policy
    tables: Tables
    needed: tuple[Use, ...] | None
    """Actions that something needs; None when no code was seen."""

    def statement(self, statement: Statement) -> Iterable[Finding]:
        """All lints of one statement."""
        for entry in (*statement.actions, *statement.not_actions):
            yield from self._action(statement, entry)
        yield from self._resources(statement)
        for condition in statement.conditions:
            yield from self._key(statement, condition)

    def _action(self, statement: Statement, entry: Entry) -> Iterable[Finding]:
        written = entry.text.literal
        if written is None or written == "*" or self._exists(entry.text, written):
            return
        prefix = written.partition(":")[0]
        near = nearest(written, self.tables)
        if ":" not in written:
            problem = f"{written} is no action: it lacks the service's prefix, as in s3:GetObject"
        elif self.tables.iam(prefix) is None:
            problem = f"{written} is no action: IAM knows no service {prefix}"
        elif named(entry.text) is None:
            problem = f"{written} matches no action"
        else:
            problem = f"{written} is no action of AWS"
        hint = f"; did you mean {near}?" if near else ""
        confidence = Confidence.CERTAIN if near or ":" not in written else Confidence.LIKELY
        yield self._finding(
            UNKNOWN_ACTION, problem + hint, entry.location or statement.location, confidence, action=written, suggestion=near
        )

    def _exists(self, text: Text, written: str) -> bool:
        if named(text) is not None:
            return find_action(written, self.tables) is not None
        prefix, colon, _ = written.partition(":")
        if "*" in prefix or "?" in prefix:
            return True
        return bool(colon) and bool(expand(text, self.tables))

    def _resources(self, statement: Statement) -> Iterable[Finding]:
        """Named actions that no resource of the statement can be meant for. Those that are allowed and unused anyway are LIS201's."""
        if not statement.resources:
            return
        for entry in statement.actions:
            name = named(entry.text)
            action = find_action(name, self.tables) if name else None
            if action is None or any(self._fits(action, resource.text) for resource in statement.resources):
                continue
            if statement.effect is Effect.ALLOW and self.needed is not None and not self._fails(action, statement):
                continue
            given = listed(str(resource.text) for resource in statement.resources)
            message = f"{action.name} never matches {given}: it acts on {self._acts_on(action)}"
            yield self._finding(
                NEVER_MATCHES, message, entry.location or statement.location, Confidence.LIKELY, action=action.name, resource=given
            )

    def _fails(self, action: IamAction, statement: Statement) -> bool:
        """Whether something needs the action, and not on what the statement names: rules may know better than the catalogue."""
        asked = [use for use in self.needed or () if use.action.lower() == action.name.lower()]
        return bool(asked) and not any(
            compiled(pieces(entry.text), True).relation(use.resource, arn=True)
            for use in asked
            for entry in statement.resources
            if use.resource != ANYTHING
        )

    def _formats(self, action: IamAction) -> tuple[str, ...]:
        service = self.tables.iam(action.name.partition(":")[0])
        found = (service.resources.get(kind) for kind in action.resources) if service else ()
        return tuple(format for format in found if format)

    def _fits(self, action: IamAction, resource: Text) -> bool:
        if resource == ANYTHING:
            return True
        pattern = compiled(pieces(resource), True, spans=str(resource).count(":") < _ARN_COLONS)
        formats = self._formats(action)
        if not formats:
            # Without resource types the request is about "*"; with types of which no format is known nothing can be said.
            return bool(action.resources) or pattern.relation(asked(action.name, ANYTHING)) is not Truth.NO
        return any(meet(_arns(format), pattern.elements) for format in formats)

    def _acts_on(self, action: IamAction) -> str:
        formats = self._formats(action)
        shown = [re.sub(r"\$\{(Partition|Region|Account)\}", "*", format) for format in formats]
        return f"{listed(shown)}" if shown else "no resource of its own, so grant it on *"

    def _key(self, statement: Statement, condition: Condition) -> Iterable[Finding]:
        problem = self._key_problem(statement, condition.key)
        if problem:
            message = f"condition key {condition.key} {problem}"
            yield self._finding(UNKNOWN_KEY, message, condition.location or statement.location, Confidence.LIKELY)

    def _key_problem(self, statement: Statement, key: str) -> str | None:
        prefix = key.partition(":")[0].lower()
        if prefix == "aws":
            exists = key.lower() in GLOBAL_KEYS or key.lower().startswith(TAG_KEYS)
            return None if exists else "does not exist"
        if prefix in SESSION_PREFIXES or "." in prefix:
            return None
        service = self.tables.iam(prefix)
        if service is None or not any(_same_key(key, known) for known in service.conditions):
            return "does not exist"
        actions = [action for entry in statement.actions for action in self._meant(entry)]
        if not actions or len(actions) < len(statement.actions) or not self._of_actions(key, prefix):
            return None
        if any(_same_key(key, known) for action in actions for known in action.conditions):
            return None
        return f"is never part of a request for {listed(dict.fromkeys(action.name for action in actions))}"

    def _meant(self, entry: Entry) -> list[IamAction]:
        names = expand(entry.text, self.tables) or ()
        return [action for name in names if (action := find_action(name, self.tables))]

    def _of_actions(self, key: str, prefix: str) -> bool:
        """Whether the catalogue lists the key with any action at all: keys of resources are listed elsewhere."""
        service = self.tables.iam(prefix)
        return service is not None and any(_same_key(key, known) for action in service.actions.values() for known in action.conditions)

    def _finding(
        self,
        rule: Rule,
        message: str,
        location: Location | None,
        confidence: Confidence,
        *,
        action: str | None = None,
        resource: str | None = None,
        suggestion: str | None = None,
    ) -> Finding:
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=rule.severity,
            confidence=confidence,
            message=f"{message} (policy {self.policy.name} of {everyone(self.functions)})",
            location=place(self.policy, self.role, self.functions, location),
            function=only(self.functions),
            action=action,
            resource=resource,
            suggestion=suggestion,
        )


_ARN_COLONS = 5
_PLAIN_NAMES = frozenset({"Partition", "Region", "Account", "BucketName", "TableName"})
"""Names in ARN formats that hold neither `:` nor `/`; what others may hold differs from service to service."""


@lru_cache(maxsize=1024)
def _arns(format: str) -> Elements:
    """Every ARN of a format such as `arn:${Partition}:s3:::${BucketName}`; a few formats have a `*` of their own."""
    out: list[Element] = []
    for piece in re.findall(r"\$\{[^}]*\}|\*|[^$*]+|\$", format):
        if piece == "*" or piece.startswith("${"):
            out.append(Many(NO_DELIMITER if piece[2:-1] in _PLAIN_NAMES else ANY))
        else:
            out.extend(literal(piece))
    return tuple(out)


def _same_key(written: str, known: str) -> bool:
    """`s3:ExistingObjectTag/team` is `s3:ExistingObjectTag/<key>`."""
    stem = re.split(r"<|\$\{", known, maxsplit=1)[0].lower()
    return written.lower() == known.lower() if stem == known.lower() else written.lower().startswith(stem)


CHECK = PolicyLint()
