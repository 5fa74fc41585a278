"""LIS101 to LIS105: needed by the code, and not granted."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.checks._roles import title
from lambda_iam_scan.iam.describe import granted_on
from lambda_iam_scan.model.code import Argument, Fields, Items, OneOf, SdkCall
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Related, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Cause, Effect, Entry, Necessity, Outcome, Requirement, Source, Statement, Verdict
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.narrowing import statement_json
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.usage import ANYTHING, known, nameable, whole

MISSING = Rule(
    code="LIS101",
    name="missing-permission",
    severity=Severity.ERROR,
    summary="The code makes a call that nothing in the role allows",
    what="An AWS call in the function's code (or in a library it uses) needs an action that no statement of the execution role, "
    "and no policy of the resource itself, allows. Or the role allows it, but a key's policy or another role's trust policy, which have "
    "to admit the role as well, do not.",
    why="The call fails with `AccessDenied` when it is first made, often on a path that tests do not take.",
    example='Policies:\n  - Statement:\n      - {Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn}\n'
    "# app.py\ntable.put_item(Item=order)",
    instead='Policies:\n  - Statement:\n      - Effect: Allow\n        Action: ["dynamodb:GetItem", "dynamodb:PutItem"]\n'
    "        Resource: !GetAtt Orders.Arn",
    fix="Add the action to a statement on the same resource; the finding's suggestion is a statement that suffices. Where the policy of "
    "a key or another role does not admit the role, name it there.",
)
RESOURCE = Rule(
    code="LIS102",
    name="resource-not-covered",
    severity=Severity.ERROR,
    summary="The action is allowed, but not on the resource that the code uses",
    what="The role allows the action on some resources, and the one that the call names is certainly not among them.",
    why="The call fails with `AccessDenied`. Usual causes are a renamed table or bucket, a second one added later, or an ARN that "
    "names the bucket where its objects are meant (`arn:aws:s3:::bucket` for `arn:aws:s3:::bucket/*`).",
    example='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports"}\n# app.py\ns3.get_object(Bucket="reports", Key=key)',
    instead='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*"}',
    fix="Add the resource to the statement, or correct the ARN there or the name in the code.",
)
DENIED = Rule(
    code="LIS103",
    name="explicitly-denied",
    severity=Severity.ERROR,
    summary="A Deny statement forbids what the code does",
    what="A statement with `Effect: Deny`, in the role, its permissions boundary or the resource's own policy, applies to the call.",
    why="An explicit deny wins over every allow, so the call always fails, however much is granted elsewhere.",
    example='{Effect: Allow, Action: "s3:*", Resource: "*"}\n{Effect: Deny, Action: "s3:Put*", Resource: "arn:aws:s3:::audit*"}\n'
    '# app.py\ns3.put_object(Bucket="audit-logs", Key=key, Body=data)',
    instead='{Effect: Deny, Action: "s3:Put*", Resource: "arn:aws:s3:::audit*",\n'
    ' Condition: {ArnNotEquals: {"aws:PrincipalArn": !GetAtt WriterRole.Arn}}}',
    fix="Take the call out, or except this role from the denying statement.",
)
CONDITION = Rule(
    code="LIS104",
    name="condition-never-holds",
    severity=Severity.ERROR,
    summary="The action is allowed only under a condition that this function cannot meet",
    what="The statement that would allow the call has a condition, and what is known of the function's requests contradicts it: the "
    "function's own ARN, its role, its region, that it runs outside a VPC, or what the call passes.",
    why="The statement never applies, so the call fails with `AccessDenied` although the policy seems to allow it.",
    example='{Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::reports/*",\n'
    ' Condition: {ArnEquals: {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:old-name"}}}',
    instead='{Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::reports/*",\n'
    ' Condition: {ArnEquals: {"lambda:SourceFunctionArn": !GetAtt Reporter.Arn}}}',
    fix="Correct the condition's value, or take the condition out.",
)
BOUNDARY = Rule(
    code="LIS105",
    name="blocked-by-boundary",
    severity=Severity.ERROR,
    summary="The role allows the action, its permissions boundary does not",
    what="The role has a permissions boundary, and that does not allow an action that the role's own policies grant and the code needs.",
    why="A boundary is the most a role may do: what it does not allow fails, whatever else is attached.",
    example="PermissionsBoundary: !Ref OnlyS3   # allows s3:*\nPolicies:\n"
    '  - Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}]',
    instead="PermissionsBoundary: !Ref S3AndSqs",
    fix="Have the action added to the boundary policy, or use a boundary that allows it.",
)

_RULES = {
    Cause.NO_STATEMENT: MISSING,
    Cause.NOT_ADMITTED: MISSING,
    Cause.RESOURCE: RESOURCE,
    Cause.EXPLICIT_DENY: DENIED,
    Cause.CONDITION: CONDITION,
    Cause.BOUNDARY: BOUNDARY,
}
_PHRASES = {
    Cause.EXPLICIT_DENY: "denied here",
    Cause.BOUNDARY: "the boundary's statement",
    Cause.NOT_ADMITTED: "allowed here",
}
_OF_CODE = frozenset({Source.CODE, Source.LIBRARY, Source.DECLARED})
"""What Lambda itself needs is reported by checks of its own (logging, event sources, features)."""


class Missing:
    """One finding for each resource that a need of the code is refused on."""

    rules: tuple[Rule, ...] = (MISSING, RESOURCE, DENIED, CONDITION, BOUNDARY)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where the policies certainly refuse what is always needed."""
        for function in scan.functions:
            for verdict in function.comparison.verdicts if function.comparison else ():
                need = function.requirements[verdict.requirement]
                if _refused(verdict) and need.need is Necessity.ALWAYS and need.source in _OF_CODE:
                    yield _finding(function, need, verdict)


def _refused(verdict: Verdict) -> bool:
    return verdict.outcome in (Outcome.MISSING, Outcome.DENIED) and verdict.cause in _RULES


def _finding(function: FunctionScan, need: Requirement, verdict: Verdict) -> Finding:
    assert verdict.cause is not None
    rule = _RULES[verdict.cause]
    calls = [function.code.calls[index] for index in need.calls]
    call = _call_on(verdict.resource, calls)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        confidence=_confidence(need, verdict),
        message=_message(function, need, verdict),
        location=call.location if call else need.location or function.function.location,
        function=function.function.id,
        action=need.action,
        resource=str(verdict.resource),
        notes=(need.reason,) if need.reason else (),
        related=tuple(_related(verdict)),
        flow=call.trace if call else (),
        suggestion=_suggestion(need, verdict),
    )


def _confidence(need: Requirement, verdict: Verdict) -> Confidence:
    """Less than certain where the fact is a library's, or where the catalogue's silence says that the action takes no resource."""
    silent = verdict.cause is Cause.RESOURCE and verdict.resource == ANYTHING
    return Confidence.LIKELY if silent or need.source is Source.LIBRARY else Confidence.CERTAIN


def _message(function: FunctionScan, need: Requirement, verdict: Verdict) -> str:
    who = f"{title(function)} needs {need.action}" + ("" if verdict.resource == ANYTHING else f" on {verdict.resource}")
    if verdict.cause is Cause.NO_STATEMENT:
        return f"{who}, but no statement of its role allows it"
    if verdict.cause is Cause.RESOURCE:
        return f"{who}, but its role allows that only on {granted_on(verdict.statements)}"
    return f"{who}, but {verdict.reason}"


def _related(verdict: Verdict) -> Iterable[Related]:
    phrase = _PHRASES.get(verdict.cause or Cause.UNKNOWN, "the statement that comes nearest")
    places: dict[Location, str] = {}
    for statement in verdict.statements:
        if statement.location:
            places.setdefault(statement.location, phrase)
    return (Related(message, location) for location, message in places.items())


def _suggestion(need: Requirement, verdict: Verdict) -> str | None:
    if verdict.cause not in (Cause.NO_STATEMENT, Cause.RESOURCE):
        return None
    wanted = [choice if nameable(choice) else ANYTHING for choice in verdict.resource.choices]
    resources = tuple(Entry(whole(resource) if known(resource) else resource) for resource in wanted)
    statement = Statement(effect=Effect.ALLOW, actions=(Entry(Text.of(need.action)),), resources=resources)
    return statement_json([statement])


def _call_on(resource: Text, calls: list[SdkCall]) -> SdkCall | None:
    """The call that most likely concerns the resource: the one most of whose arguments stand in its ARN."""
    shown = str(resource)
    return max(calls, key=lambda call: sum(text in shown for text in _texts(call.arguments)), default=None)


def _texts(argument: Argument) -> Iterable[str]:
    if isinstance(argument, Text):
        yield from (str(Text.of(part)) for part in argument.parts if not hasattr(part, "reason"))
    elif isinstance(argument, Fields):
        for _, value in argument.entries:
            yield from _texts(value)
    elif isinstance(argument, Items | OneOf):
        for value in argument.values if isinstance(argument, Items) else argument.choices:
            yield from _texts(value)


CHECK = Missing()
