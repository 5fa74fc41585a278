import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_iam_scan.compare import compare
from lambda_iam_scan.model.iam import Outcome, Policy, PolicyKind, Requirement, Statement
from lambda_iam_scan.narrowing import narrowed, statement_json, sweeping
from lambda_iam_scan.usage import usage, uses
from tests.iam.building import HOLE, TABLE, allow, function, need, policy, role, scanned, table_arn, text


def narrow(statement: dict[str, Any], *needs: Requirement) -> tuple[Statement, ...]:
    granted = role(statement)
    (used,) = usage(granted, uses([scanned(function(granted), *needs)]))
    return narrowed(used)


def plain(statement: dict[str, Any], *needs: Requirement) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(f"[{statement_json(narrow(statement, *needs))}]")
    return found


GET_ITEM = need("dynamodb:GetItem", table_arn(TABLE))
OBJECT = need("s3:GetObject", text("arn:aws:s3:::b/", HOLE))
SHOWN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"


def test_wildcards_become_what_is_needed() -> None:
    assert plain(allow("dynamodb:*"), GET_ITEM) == [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": SHOWN}]


def test_what_its_author_named_stays_as_written() -> None:
    written = allow(["S3:getobject", "s3:Put*"], ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"])
    assert plain(written, OBJECT) == [{"Effect": "Allow", "Action": "S3:getobject", "Resource": "arn:aws:s3:::b/*"}]


def test_objects_are_granted_by_the_bucket() -> None:
    assert plain(allow("s3:*"), need("s3:GetObject", "arn:aws:s3:::b/2026/x"))[0]["Resource"] == "arn:aws:s3:::b/*"


def test_what_takes_no_resource_gets_a_statement_of_its_own() -> None:
    found = plain(allow(["dynamodb:*"], Sid="All"), GET_ITEM, need("dynamodb:ListTables"))
    assert [(item["Action"], item["Resource"], item.get("Sid")) for item in found] == [
        ("dynamodb:GetItem", SHOWN, None),
        ("dynamodb:ListTables", "*", None),
    ]


def test_conditions_and_sid_are_kept() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}
    (found,) = plain(allow("dynamodb:*", Sid="Data", Condition=condition), GET_ITEM)
    assert (found["Sid"], found["Condition"]) == ("Data", condition)


def test_nothing_needed_leaves_nothing() -> None:
    assert narrow(allow("dynamodb:*"), OBJECT) == ()


def test_principals_are_written_too() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ["1", "2"]}, "Action": "sqs:*"}
    read: Policy = policy(statement, {**statement, "Principal": "*"}, kind=PolicyKind.RESOURCE_BASED)
    shown = json.loads(f"[{statement_json(read.statements)}]")
    assert [item["Principal"] for item in shown] == [{"AWS": ["1", "2"]}, "*"]


def test_a_name_before_the_wildcard_does_not_sweep() -> None:
    assert not sweeping(text("arn:aws:rds-db:*:*:dbuser:", TABLE, "/*"))


def test_sweeping() -> None:
    for arn in ("*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:dynamodb:*:*:table/*", "arn:aws:sqs:*", "arn:aws:logs:*:*:*"):
        assert sweeping(text(arn))
    for arn in (
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b*",
        "arn:aws:dynamodb:*:*:table/prod-*",
        "arn:aws:ssm:*:*:parameter/app/*",
        "arn:aws:sqs:*:*:jobs",
    ):
        assert not sweeping(text(arn))


NEEDS = st.lists(
    st.sampled_from(
        [
            GET_ITEM,
            OBJECT,
            need("dynamodb:Query", table_arn(TABLE), table_arn(TABLE, "/index/", HOLE)),
            need("dynamodb:ListTables"),
            need("s3:PutObject", "arn:aws:s3:::b/k", "arn:aws:s3:::c/k"),
            need("s3:GetObject", text("arn:aws:s3:::", HOLE, "/", HOLE), possible=True),
            need("s3:ListBucket", text("arn:aws:s3:::b")),
            need("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/fn:log-stream:x"),
        ]
    ),
    max_size=5,
    unique=True,
)
GRANTS = st.builds(
    allow,
    st.lists(st.sampled_from(["*", "s3:*", "s3:Get*", "dynamodb:*", "logs:PutLogEvents", "s3:PutObject"]), min_size=1, max_size=3),
    st.lists(
        st.sampled_from(["*", "arn:aws:s3:::*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:dynamodb:*:*:table/*"]),
        min_size=1,
        max_size=3,
    ),
)


@given(GRANTS, NEEDS)
@settings(max_examples=150, deadline=None)
def test_what_was_granted_still_is(statement: dict[str, Any], needs: list[Requirement]) -> None:
    kept = narrow(statement, *needs)
    narrower = role(Policy(name="narrow", kind=PolicyKind.INLINE, statements=kept))
    before = compare(needs, function(role(statement))).verdicts
    after = compare(needs, function(narrower)).verdicts
    for old, new in zip(before, after, strict=True):
        assert new.outcome is Outcome.GRANTED or old.outcome is not Outcome.GRANTED


def test_what_is_needed_somewhere_is_left_where_it_is_granted() -> None:
    anywhere = need("s3:DeleteObject", text("arn:aws:s3:::", HOLE, "/", HOLE))
    for resource in ("arn:aws:s3:::b/*", ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]):
        assert plain(allow(["s3:DeleteObject", "s3:GetObject"], resource), anywhere)[0]["Resource"] == resource
