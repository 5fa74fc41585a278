"""10,000 evaluations of a role with 20 statements; the aim is less than a second. Run: `python benchmarks/evaluate.py`."""

from __future__ import annotations

import time
from typing import Any

from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.document import read_policy
from lambda_iam_scan.iam.evaluate import PolicySet, Request
from lambda_iam_scan.iam.principal import caller
from lambda_iam_scan.model.iam import PolicyKind
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text

SERVICES = ("s3", "sqs", "sns", "dynamodb", "ssm")


def statement(number: int) -> dict[str, Any]:
    """One of twenty: four a service, of different kinds."""
    service = SERVICES[number % 5]
    made: dict[str, Any] = {
        "Effect": "Deny" if number % 7 == 6 else "Allow",
        "Action": [f"{service}:Get*", f"{service}:Put{number}", f"{service}:*Item"],
        "Resource": [f"arn:aws:{service}:*:123456789012:name-{number}/*", f"arn:aws:{service}:us-east-1:*:other-{number}"],
    }
    if number % 3 == 0:
        made["Condition"] = {"StringLike": {"aws:PrincipalTag/team": ["red*", "blue"]}, "Bool": {"aws:SecureTransport": "true"}}
    return made


def main() -> None:
    """Time concrete requests, then ones that are known in part."""
    document = {"Version": "2012-10-17", "Statement": [statement(number) for number in range(20)]}
    policies = PolicySet([read_policy(document, name="role", kind=PolicyKind.FILE)], closed=True)
    who = caller("arn:aws:iam::123456789012:role/r")
    context = Context({"aws:principaltag/team": (Text.of("red-1"),), "aws:securetransport": (Text.of("true"),)}, complete=True)
    concrete = [
        Request(f"{SERVICES[n % 5]}:GetItem", Text.of(f"arn:aws:{SERVICES[n % 5]}:us-east-1:123456789012:name-{n % 20}/{n}"), who, context)
        for n in range(10_000)
    ]
    symbolic = [
        Request(
            f"{SERVICES[n % 5]}:GetItem",
            Text.of("arn:", PARTITION, f":{SERVICES[n % 5]}:", REGION, ":", ACCOUNT, f":name-{n % 20}/", Hole("key")),
            who,
            context,
        )
        for n in range(1_000)
    ]
    for name, requests in (("concrete", concrete), ("known in part", symbolic)):
        start = time.process_time()
        for request in requests:
            policies.decide(request)
        print(f"{len(requests):6} requests, {name}: {time.process_time() - start:.2f} s of CPU")


if __name__ == "__main__":
    main()
