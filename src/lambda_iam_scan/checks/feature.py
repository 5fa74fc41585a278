"""LIS306: part of the function's configuration needs permissions that the execution role lacks."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.checks._lacking import findings, lacking, managed_policies
from lambda_iam_scan.model.finding import Finding, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Source
from lambda_iam_scan.tables import Tables

NOT_GRANTED = Rule(
    code="LIS306",
    name="feature-not-granted",
    severity=Severity.ERROR,
    summary="A feature that the function is configured with needs permissions that its role lacks",
    what="VPC access, X-Ray tracing, dead-letter queues, destinations, S3 file systems, Lambda Insights and durable execution act with "
    "the function's execution role. The role does not allow an action that the configured feature takes.",
    why="The function cannot be created or invoked (VPC, file systems, durable execution), or what the feature is for is lost without "
    "a word: traces, events that failed, metrics.",
    example="DeadLetterConfig: {TargetArn: !GetAtt Failed.Arn}\n"
    "ManagedPolicyArns:\n  - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    instead="DeadLetterConfig: {TargetArn: !GetAtt Failed.Arn}\n"
    'Policies:\n  - Statement:\n      - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Failed.Arn}',
    fix="Add the suggested statement or AWS managed policy to the role, or switch the feature off.",
)


class Features:
    """One finding for each action that is missing for each feature."""

    rules = (NOT_GRANTED,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where the role certainly refuses what a feature always needs."""
        rules = tables.lambda_rules("features")
        for function in scan.functions:
            managed = managed_policies(function.function.features, rules)
            yield from findings(function, NOT_GRANTED, lacking(function, Source.FEATURE), managed)


CHECK = Features()
