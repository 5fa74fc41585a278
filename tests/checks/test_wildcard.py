from typing import Any

import pytest

from lambda_iam_scan.checks.wildcard import CHECK
from lambda_iam_scan.model.finding import Confidence, Finding
from lambda_iam_scan.model.iam import Policy, PolicyKind, Requirement, Source
from tests.checks.checking import found, one, run, tables
from tests.iam.building import HOLE, TABLE, allow, deny, gap, need, policy, role, table_arn, text

GET = need("s3:GetObject", "arn:aws:s3:::in/k")
GET_ITEM = need("dynamodb:GetItem", table_arn(TABLE))
IN = "arn:aws:s3:::in/*"
LOGS = tuple(
    need(f"logs:{name}", "arn:aws:logs:*:*:log-group:/aws/lambda/fn:*", source=Source.LOGGING)
    for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")
)


def managed(name: str) -> Policy:
    document = tables().managed_policy(name)
    assert document is not None
    statements = document["Statement"]
    every = statements if isinstance(statements, list) else [statements]
    return policy(*every, name=f"arn:aws:iam::aws:policy/service-role/{name}", kind=PolicyKind.AWS_MANAGED)


def test_a_wildcard_of_which_little_is_needed() -> None:
    finding = one(CHECK, allow("s3:Get*", IN), GET)
    assert (finding.code, finding.action) == ("LIS203", None)
    assert "s3:GetObject" not in finding.members
    assert "s3:GetObjectTagging" in finding.members
    assert "only s3:GetObject is needed" in finding.message
    assert '"Action": "s3:GetObject"' in (finding.suggestion or "")


def test_a_wildcard_of_which_nothing_is_needed() -> None:
    finding = one(CHECK, allow("sqs:*"), GET)
    assert (finding.code, finding.action, finding.suggestion) == ("LIS201", None, None)
    assert "sqs:SendMessage" in finding.members


@pytest.mark.parametrize(
    ("statement", "needs"),
    [
        (allow("s3:GetObject", IN), GET),
        (allow("s3:GetObjec?", IN), GET),
        (deny("s3:*"), GET),
        (allow("s3:Frob*"), GET),
        (allow("*"), GET),
        (allow("dynamodb:GetItem"), need("dynamodb:GetItem", text("arn:aws:dynamodb:*:*:table/", HOLE))),
        (allow("s3:ListAllMyBuckets"), need("s3:ListAllMyBuckets")),
        (allow(["xray:PutTraceSegments"]), need("xray:PutTraceSegments", source=Source.FEATURE)),
        (allow("logs:PutLogEvents", "arn:aws:logs:*:*:*"), LOGS[2]),
        (allow("dynamodb:GetItem", table_arn("prod-*")), need("dynamodb:GetItem", table_arn("prod-orders"))),
        (allow("s3:GetObject", IN), need("s3:GetObject", text("arn:aws:s3:::in/", HOLE))),
    ],
)
def test_no_finding(statement: dict[str, Any], needs: Requirement) -> None:
    assert found(CHECK, statement, needs) == []


def test_any_resource_where_the_one_is_known() -> None:
    finding = one(CHECK, allow("dynamodb:GetItem"), GET_ITEM)
    assert (finding.code, finding.resource) == ("LIS203", "*")
    assert "table/${Table}" in (finding.suggestion or "")


@pytest.mark.parametrize("resource", ["arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:*:*:*", "arn:aws:dynamodb:*"])
def test_any_table_where_the_one_is_known(resource: str) -> None:
    assert found(CHECK, allow("dynamodb:GetItem", resource), GET_ITEM) == [("LIS203", None, resource)]


def test_actions_without_resources_keep_their_star() -> None:
    finding = one(CHECK, allow(["dynamodb:GetItem", "dynamodb:ListTables"]), GET_ITEM, need("dynamodb:ListTables"))
    suggestion = finding.suggestion or ""
    assert suggestion.count('"Effect": "Allow"') == 2
    assert '"Resource": "*"' in suggestion


@pytest.mark.parametrize("kind", [PolicyKind.SAM_TEMPLATE, PolicyKind.AWS_MANAGED])
def test_a_policy_taken_as_a_whole_gives_one_finding(kind: PolicyKind) -> None:
    template = policy(allow(["dynamodb:GetItem", "dynamodb:Query"], "*"), allow("dynamodb:Scan"), name="DynamoDBReadPolicy", kind=kind)
    finding = one(CHECK, template, GET_ITEM)
    assert (finding.code, finding.members) == ("LIS203", ("dynamodb:Query", "dynamodb:Scan"))
    assert "DynamoDBReadPolicy" in finding.message
    unused = one(CHECK, template, GET)
    assert (unused.code, unused.action) == ("LIS201", None)


def test_a_policy_of_which_all_is_needed() -> None:
    template = policy(allow(["dynamodb:GetItem"], "*"), name="P", kind=PolicyKind.SAM_TEMPLATE)
    assert found(CHECK, template, GET_ITEM) == []


def test_generated_policies_are_never_reported() -> None:
    assert found(CHECK, policy(allow("sqs:*"), kind=PolicyKind.GENERATED), GET) == []


def test_the_basic_execution_role() -> None:
    assert found(CHECK, managed("AWSLambdaBasicExecutionRole"), *LOGS) == []
    assert found(CHECK, managed("AWSLambdaBasicExecutionRole"), *LOGS[1:]) == []


def test_an_execution_role_for_what_is_not_there() -> None:
    network = need("ec2:CreateNetworkInterface", source=Source.FEATURE)
    assert [code for code, *_ in found(CHECK, managed("AWSLambdaVPCAccessExecutionRole"), *LOGS)] == ["LIS203"]
    assert found(CHECK, managed("AWSLambdaVPCAccessExecutionRole"), *LOGS, network) == []


def test_administrators_are_reported_elsewhere() -> None:
    assert found(CHECK, policy(allow("*"), kind=PolicyKind.AWS_MANAGED), GET) == []


def test_gaps_lower_the_confidence() -> None:
    assert one(CHECK, allow("sqs:*"), gaps=(gap("sqs"),)).confidence is Confidence.POSSIBLE


def test_possible_needs_stay_granted() -> None:
    finding: Finding = run(CHECK, role(allow("kms:*", "arn:aws:kms:*:*:key/1")), need("kms:Decrypt", possible=True))[0]
    assert "kms:Decrypt" not in finding.members
    assert "kms:Decrypt" in (finding.suggestion or "")


def test_a_poller_s_template_is_taken_whole() -> None:
    poller = policy(allow(["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"]), name="SQSPollerPolicy", kind=PolicyKind.SAM_TEMPLATE)
    assert found(CHECK, poller, need("sqs:ReceiveMessage", source=Source.EVENT_SOURCE)) == []
    assert [code for code, *_ in found(CHECK, poller, need("sqs:ReceiveMessage"))] == ["LIS203"]


def test_a_wildcard_over_what_other_clients_need_is_less_than_certain() -> None:
    assert one(CHECK, allow("aoss:*")).confidence is Confidence.LIKELY
    assert one(CHECK, allow("sqs:*")).confidence is Confidence.CERTAIN


def test_not_action_allows_all_the_rest() -> None:
    excepting = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert "only s3:GetObject is needed" in one(CHECK, excepting, GET).message
    assert found(CHECK, excepting) == [("LIS201", None, None)]
    assert found(CHECK, {**excepting, "Effect": "Deny"}, GET) == []
