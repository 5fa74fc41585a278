import pytest

from lambda_iam_scan.model.iam import PolicyKind, Source
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.usage import ANYTHING, known, level, roles, touches, usage, uses, whole
from tests.iam.building import HOLE, OTHER_TABLE, TABLE, allow, deny, function, need, policy, role, scan_of, scanned, table_arn, text

LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/fn"


@pytest.mark.parametrize(
    ("arn", "granted", "written"),
    [
        ("arn:aws:s3:::bucket/a/b", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket"),
        (f"{LOG}:log-stream:x", LOG, f"{LOG}:*"),
        ("arn:aws:lambda:us-east-1:1:function:f:live", "arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:1:function:f:*"),
        ("arn:aws:sqs:us-east-1:1:jobs", "arn:aws:sqs:us-east-1:1:jobs", "arn:aws:sqs:us-east-1:1:jobs"),
        (
            "arn:aws:dynamodb:us-east-1:1:table/t/index/i",
            "arn:aws:dynamodb:us-east-1:1:table/t",
            "arn:aws:dynamodb:us-east-1:1:table/t/index/i",
        ),
        ("*", "*", "*"),
    ],
)
def test_the_level_people_grant(arn: str, granted: str, written: str) -> None:
    assert level(text(arn)) == text(granted)
    assert whole(text(arn)) == text(written)


def test_tokens_keep_their_place() -> None:
    assert level(table_arn(TABLE, "/index/", HOLE)) == table_arn(TABLE)
    assert level(text("arn:aws:s3:::", TABLE, "-x/", HOLE)) == text("arn:aws:s3:::", TABLE, "-x")


@pytest.mark.parametrize(
    ("granted", "needed", "expected"),
    [
        (text("arn:aws:s3:::b"), text("arn:aws:s3:::b/k"), True),
        (text("arn:aws:s3:::b/logs/*"), text("arn:aws:s3:::b/data/x"), True),
        (text("arn:aws:s3:::c/*"), text("arn:aws:s3:::b/k"), False),
        (table_arn(TABLE, "/index/*"), table_arn(TABLE), True),
        (table_arn(OTHER_TABLE), table_arn(TABLE), False),
        (table_arn("x-*"), table_arn(TABLE), True),
        (text("arn:aws:sqs:*:*:a"), text("arn:aws:sqs:us-east-1:1:b"), False),
        (text("arn:aws:sqs:*:*:a"), ANYTHING, True),
        (ANYTHING, text("arn:aws:sqs:us-east-1:1:b"), True),
    ],
)
def test_touches(granted: Text, needed: Text, expected: bool) -> None:
    assert touches(granted, needed) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (text("arn:aws:sqs:", HOLE, ":", HOLE, ":jobs"), True),
        (table_arn(TABLE), True),
        (text("arn:aws:s3:::b/", HOLE), True),
        (text("arn:aws:secretsmanager:us-east-1:1:secret:db-", HOLE), True),
        (table_arn(HOLE), False),
        (text("arn:aws:s3:::", HOLE, "/k"), False),
        (text(HOLE), False),
        (ANYTHING, False),
    ],
)
def test_known(resource: Text, expected: bool) -> None:
    assert known(resource) is expected


def test_each_entry_with_what_needs_it() -> None:
    granted = role(policy(allow(["s3:GetObject", "s3:Put*", "sqs:*"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]), deny("s3:*")))
    needs = need("s3:GetObject", "arn:aws:s3:::a/k"), need("s3:PutObject", "arn:aws:s3:::c/k", possible=True)
    found = usage(granted, uses([scanned(function(granted), *needs)]))
    assert len(found) == 1  # the denying statement is none of ours
    (used,) = found
    assert [len(entry.here) for entry in used.actions] == [1, 0, 0]
    assert [len(entry.anywhere) for entry in used.actions] == [1, 1, 0]
    assert [len(entry.here) for entry in used.resources] == [1, 0]
    assert [use.action for use in used.uses] == ["s3:GetObject"]


def test_statements_of_exceptions() -> None:
    granted = role({"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x/*"})
    (used,) = usage(granted, uses([scanned(function(granted), need("s3:GetObject", "arn:aws:s3:::a/k"), need("iam:GetUser"))]))
    assert [use.action for use in used.uses] == ["s3:GetObject"]
    assert used.actions == used.resources == ()


def test_roles_are_met_once_with_all_their_functions() -> None:
    shared = role(policy(allow("s3:*"), kind=PolicyKind.INLINE))
    scan = scan_of(scanned(function(shared, "a")), scanned(function(None, "b")), scanned(function(shared, "c")))
    ((met, functions),) = roles(scan)
    assert met is shared
    assert [item.function.id for item in functions] == ["template.yaml#a", "template.yaml#c"]


def test_uses_are_told_apart_and_never_repeated() -> None:
    one = scanned(
        function(None, "a"), need("s3:GetObject", "x"), need("s3:GetObject", "x"), need("s3:GetObject", "x", source=Source.FEATURE)
    )
    assert len(uses([one])) == 2
