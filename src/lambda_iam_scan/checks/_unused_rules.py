"""Documentation of LIS201 to LIS203."""

from __future__ import annotations

from lambda_iam_scan.model.finding import Rule, Severity

UNUSED = Rule(
    code="LIS201",
    name="unused-permission",
    severity=Severity.WARNING,
    summary="The role grants an action that nothing needs",
    what="A statement names an action that no function with this role needs: not its code, not the libraries it uses, and not Lambda "
    "itself for logs, event sources, tracing or networking. A wildcard, an AWS managed policy or a SAM policy template of which "
    "nothing at all is needed is reported once, without an action.",
    why="What the function may do without needing it, an attacker may do who gets into the function. The confidence says how much of "
    "the code could be resolved: where a call could not be, its permission may look unused.",
    example='{Effect: Allow, Action: ["s3:GetObject", "s3:DeleteObject"], Resource: "arn:aws:s3:::in/*"}\n'
    '# app.py\ns3.get_object(Bucket="in", Key=key)',
    instead='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::in/*"}',
    fix="Take the action out of the statement. Where something needs it that the analysis cannot see, say so in the code: "
    "`# lambda-iam-scan: needs s3:DeleteObject arn:aws:s3:::in/*`.",
)
UNUSED_RESOURCE = Rule(
    code="LIS202",
    name="unused-resource",
    severity=Severity.WARNING,
    summary="The action is needed, but never on this resource",
    what="A statement grants actions on a resource that no function with this role uses them on. Resources are compared at the level "
    "people grant them: a bucket, a table, a queue, a function; never a single object or index.",
    why="It keeps access to data alive that the function has no business with, often after a table or bucket was replaced.",
    example='{Effect: Allow, Action: "s3:GetObject", Resource: ["arn:aws:s3:::in/*", "arn:aws:s3:::other/*"]}\n'
    '# app.py\ns3.get_object(Bucket="in", Key=key)',
    instead='{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::in/*"}',
    fix="Take the resource out of the statement, or move the action to a statement that names only the resources it is needed on.",
)
BROADER = Rule(
    code="LIS203",
    name="broader-than-needed",
    severity=Severity.WARNING,
    summary="A wildcard, managed policy or policy template grants more than is needed",
    what="Some of what a wildcard in `Action`, an AWS managed policy or a SAM policy template grants is needed, and the rest is not; or "
    "`Resource` is `*` although every resource that is needed is known.",
    why="A wildcard grows: whatever AWS adds to the service is granted with it. The narrower statement grants the same to this code "
    "and nothing else to an attacker.",
    example='{Effect: Allow, Action: "dynamodb:*", Resource: "*"}\n# app.py\ntable.get_item(Key=key)',
    instead='{Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn}',
    fix="Put the suggested statement in its place; it grants everything that the analysis found, possible needs included.",
)
