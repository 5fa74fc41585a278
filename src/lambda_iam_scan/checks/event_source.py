"""LIS303: Lambda polls an event source with the execution role, and may not."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.checks._lacking import findings, lacking, managed_policies
from lambda_iam_scan.model.finding import Finding, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Source
from lambda_iam_scan.tables import Tables

NOT_READABLE = Rule(
    code="LIS303",
    name="event-source-not-readable",
    severity=Severity.ERROR,
    summary="Lambda polls an event source with the execution role, which may not read it",
    what="An event source mapping makes Lambda read a queue, a stream, a broker or a cluster on the function's behalf, with the "
    "function's execution role. The role (or, for a queue, the queue's own policy) does not allow an action that this takes.",
    why="CloudFormation refuses to create the mapping, or Lambda disables it: the function is never invoked, and nothing appears in "
    "its logs. The code needs no such permission itself, which is why it is easily forgotten.",
    example="ManagedPolicyArns:\n  - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole\n"
    "---\nType: AWS::Lambda::EventSourceMapping\nProperties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Function}",
    instead="ManagedPolicyArns:\n  - arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole\n"
    "---\nType: AWS::Lambda::EventSourceMapping\nProperties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Function}",
    fix="Add the suggested statement to the role, or attach the AWS managed policy for this kind of event source. In SAM an entry "
    "under `Events` does it.",
)


class EventSources:
    """One finding for each action that is missing on each event source."""

    rules = (NOT_READABLE,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where the role certainly refuses what Lambda always needs."""
        rules = tables.lambda_rules("event_sources")
        for function in scan.functions:
            managed = managed_policies((source for source in function.function.event_sources if source.certain), rules)
            yield from findings(function, NOT_READABLE, lacking(function, Source.EVENT_SOURCE), managed)


CHECK = EventSources()
