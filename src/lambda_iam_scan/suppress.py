"""What directives do: needs that the project declares, gaps that they answer, findings that they accept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lambda_iam_scan.directives import Directive, Ignore, Malformed, Needs
from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, Rule, Severity
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.text import Hole, Part, Text, Token, TokenKind

UNUSED_SUPPRESSION = Rule(
    code="LIS904",
    name="unused-suppression",
    severity=Severity.NOTE,
    summary="A suppression accepts a finding that is not there, or is not understood",
    what="A `lambda-iam-scan: ignore[...]` stands at a line where the tool finds nothing of that code, or a directive is spelled in a way "
    "that it does not understand.",
    why="A suppression that outlives its finding hides the next one; a misspelled one hides nothing.",
    example="Action: sqs:SendMessage  # lambda-iam-scan: ignore[LIS201] still needed by the old queue",
    instead="Action: sqs:SendMessage",
    fix="Remove the directive, or correct its spelling: `# lambda-iam-scan: ignore[LIS201] the reason`.",
)


def with_declared(function: Function, code: CodeUse, directives: Iterable[Directive]) -> tuple[CodeUse, tuple[Requirement, ...]]:
    """What the project declares of a function: its code without the gaps that a declaration answers, and the needs declared.

    A declaration in a module counts for every function that reaches the module, one in a template for the function it stands in.
    """
    ours = [needs for needs in directives if isinstance(needs, Needs) and _of_function(needs, function, code)]
    open_gaps = tuple(gap for gap in code.gaps if not any(needs.concerns(gap.location) for needs in ours))
    known = _tokens(function)
    return replace(code, gaps=open_gaps), tuple(_requirement(needs, known) for needs in ours)


def _of_function(needs: Needs, function: Function, code: CodeUse) -> bool:
    if needs.location.path in code.modules:
        return True
    return needs.function == function.id if needs.function else needs.concerns(function.location)


def _requirement(needs: Needs, known: dict[str, Token]) -> Requirement:
    unknown = Text.of(Hole("declared without a resource"))
    return Requirement(
        action=needs.action,
        resources=tuple(_resource(resource, known) for resource in needs.resources) or (unknown,),
        source=Source.DECLARED,
        need=Necessity.ALWAYS,
        reason=needs.reason or "declared in the project",
        location=needs.location,
    )


_NAME = re.compile(r"\$\{([A-Za-z0-9:._-]+)\}|(\*)")


def _resource(text: str, known: dict[str, Token]) -> Text:
    """An ARN as people declare it: `*` is a part not known, `${Name}` a name of the template."""
    parts: list[Part] = []
    at = 0
    for match in _NAME.finditer(text):
        parts += [text[at : match.start()], Hole("declared with a wildcard") if match[2] else known.get(match[1]) or _token(match[1])]
        at = match.end()
    return Text.of(*parts, text[at:])


def _token(name: str) -> Token:
    return Token(name, TokenKind.OWN if name.startswith("AWS::") else TokenKind.PARAMETER)


def _tokens(function: Function) -> dict[str, Token]:
    """Names that the function's environment and role use, with their kind."""
    statements = [statement for policy in (function.role.policies if function.role else ()) for statement in policy.statements]
    texts = [text for _, text in function.environment or ()] + [entry.text for one in statements for entry in one.resources]
    return {part.name: part for text in texts for part in text.parts if isinstance(part, Token)}


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Findings that remain, with a note for each directive that accepts nothing, and the number of those that were accepted."""

    findings: tuple[Finding, ...]
    count: int


def suppress(findings: Iterable[Finding], directives: Iterable[Directive]) -> Suppressed:
    """Leave out what the project accepts. Give it every finding, selected or not: else a directive seems unused that is not."""
    found, given = tuple(findings), tuple(directives)
    ignores = [directive for directive in given if isinstance(directive, Ignore)]
    used: set[tuple[Ignore, str]] = set()
    kept = []
    for finding in found:
        by = [(ignore, finding.code) for ignore in ignores if finding.code in ignore.codes and _accepts(ignore, finding)]
        used.update(by)
        if not by:
            kept.append(finding)
    return Suppressed((*kept, *_unused(given, used)), len(found) - len(kept))


def _accepts(ignore: Ignore, finding: Finding) -> bool:
    return ignore.concerns(finding.location) or (ignore.function is not None and ignore.function == finding.function)


def _unused(directives: Iterable[Directive], used: set[tuple[Ignore, str]]) -> Iterator[Finding]:
    for directive in directives:
        if isinstance(directive, Malformed):
            yield _note(directive, f"this directive {directive.reason}")
        elif isinstance(directive, Ignore):
            for code in directive.codes:
                if (directive, code) not in used:
                    yield _note(directive, f"this ignore[{code}] accepts nothing: no such finding here")


def _note(directive: Directive, message: str) -> Finding:
    return Finding(
        code=UNUSED_SUPPRESSION.code,
        name=UNUSED_SUPPRESSION.name,
        severity=UNUSED_SUPPRESSION.severity,
        confidence=Confidence.CERTAIN,
        message=message,
        location=directive.location,
        function=directive.function,
        suggestion="remove it" if isinstance(directive, Ignore) else None,
    )
