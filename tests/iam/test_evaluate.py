from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.document import read_policy
from lambda_iam_scan.iam.evaluate import PolicySet, Request, Result
from lambda_iam_scan.iam.principal import caller
from lambda_iam_scan.model.iam import PolicyKind
from lambda_iam_scan.model.text import Text
from tests.iam.building import HOLE, allow, deny, policy, text

ROLE = "arn:aws:iam::123456789012:role/r"
SESSION = "arn:aws:sts::123456789012:assumed-role/r/session"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"


def ask(
    identity: list[dict[str, Any]],
    *attached: dict[str, Any],
    boundary: list[dict[str, Any]] | None = None,
    resource: str = QUEUE,
    who: str = SESSION,
) -> Result:
    bound = policy(*boundary, kind=PolicyKind.BOUNDARY) if boundary is not None else None
    on_resource = [read_policy({"Statement": list(attached)}, name="rp", kind=PolicyKind.RESOURCE_BASED)] if attached else []
    request = Request("sqs:SendMessage", Text.of(resource), caller(who), Context(complete=True))
    return PolicySet([policy(*identity)], bound, closed=True).on(on_resource).decide(request).result


def admit(principal: Any, effect: str = "Allow", key: str = "Principal") -> dict[str, Any]:
    return {"Effect": effect, key: principal, "Action": "sqs:*", "Resource": "*"}


ALLOWED, DENIED, IMPLICIT = Result.ALLOWED, Result.EXPLICITLY_DENIED, Result.IMPLICITLY_DENIED
SEND = allow("sqs:SendMessage")


def test_identity_policies_alone() -> None:
    assert ask([SEND]) is ALLOWED
    assert ask([]) is IMPLICIT
    assert ask([SEND, deny("sqs:*")]) is DENIED
    assert ask([{"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::*"}]) is ALLOWED
    assert ask([{"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}]) is IMPLICIT


def test_a_boundary_limits() -> None:
    assert ask([SEND], boundary=[allow("sqs:*")]) is ALLOWED
    assert ask([SEND], boundary=[allow("s3:*")]) is IMPLICIT
    assert ask([SEND], boundary=[allow("*"), deny("sqs:*")]) is DENIED
    assert ask([], boundary=[allow("*")]) is IMPLICIT


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", ALLOWED),
        ({"AWS": "*"}, ALLOWED),
        ({"AWS": ROLE}, ALLOWED),
        ({"AWS": SESSION}, ALLOWED),
        ({"AWS": "123456789012"}, IMPLICIT),
        ({"AWS": "arn:aws:iam::123456789012:root"}, IMPLICIT),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, IMPLICIT),
        ({"Service": "lambda.amazonaws.com"}, IMPLICIT),
    ],
)
def test_a_resource_policy_of_the_same_account_suffices(principal: Any, expected: Result) -> None:
    assert ask([], admit(principal)) is expected
    assert ask([SEND], admit(principal)) is ALLOWED


def test_a_boundary_limits_what_is_granted_to_the_role_but_not_to_the_session() -> None:
    assert ask([], admit({"AWS": ROLE}), boundary=[allow("s3:*")]) is IMPLICIT
    assert ask([], admit({"AWS": SESSION}), boundary=[allow("s3:*")]) is ALLOWED
    assert ask([], admit({"AWS": SESSION}), boundary=[deny("sqs:*")]) is DENIED


def test_a_boundary_does_not_limit_what_is_granted_to_a_user_or_to_everyone() -> None:
    user = "arn:aws:iam::123456789012:user/bob"
    assert ask([], admit({"AWS": user}), boundary=[allow("s3:*")], who=user) is ALLOWED
    assert ask([], admit({"AWS": user}), boundary=[allow("s3:*")], who=user + "2") is IMPLICIT
    assert ask([], admit("*"), boundary=[allow("s3:*")]) is ALLOWED


def test_keys_and_roles_must_admit_whoever_asks() -> None:
    for action, resource in (("kms:Decrypt", "key/1"), ("sts:AssumeRole", "role/x")):
        arn = f"arn:aws:{action[:3]}:us-east-1:123456789012:{resource}"
        request = Request(action, Text.of(arn), caller(SESSION), Context(complete=True))
        own = PolicySet([policy(allow(action))], closed=True)
        for principal, expected in (("123456789012", ALLOWED), (ROLE, ALLOWED), (ROLE + "2", IMPLICIT)):
            admits = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action}
            attached = read_policy({"Statement": [admits]}, name="rp", kind=PolicyKind.RESOURCE_BASED)
            assert own.on([attached]).decide(request).result is expected


def test_a_resource_policy_denies() -> None:
    assert ask([SEND], admit("*", "Deny")) is DENIED
    assert ask([SEND], admit({"AWS": "123456789012"}, "Deny")) is DENIED
    assert ask([SEND], admit({"AWS": "999999999999"}, "Deny")) is ALLOWED
    assert ask([SEND], admit({"AWS": ROLE}, "Deny", "NotPrincipal")) is ALLOWED
    assert ask([SEND], admit({"AWS": ROLE + "2"}, "Deny", "NotPrincipal")) is DENIED


def test_across_accounts_both_sides_must_allow() -> None:
    theirs = "arn:aws:sqs:us-east-1:999999999999:jobs"
    account = {"AWS": "123456789012"}
    assert ask([SEND], resource=theirs) is IMPLICIT
    assert ask([], admit(account), resource=theirs) is IMPLICIT
    assert ask([SEND], admit(account), resource=theirs) is ALLOWED


# Laws

ACTIONS = st.sampled_from(["sqs:SendMessage", "sqs:*", "*", "s3:GetObject", "sqs:Send*", "SQS:sendmessage"])
RESOURCES = st.sampled_from(["*", QUEUE, "arn:aws:sqs:*:*:j*", "arn:aws:s3:::b/*", "arn:aws:sqs:us-east-1:123456789012:other"])
CONDITIONS = st.sampled_from([None, {"Bool": {"aws:SecureTransport": "true"}}, {"StringEquals": {"aws:PrincipalTag/t": "x"}}])


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny")) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(effects)), "Action": draw(ACTIONS), "Resource": draw(RESOURCES)}
    condition = draw(CONDITIONS)
    return {**made, "Condition": condition} if condition else made


NEEDED = st.sampled_from(
    [text(QUEUE), text("arn:aws:sqs:us-east-1:123456789012:", HOLE), text("arn:aws:sqs:us-east-1:123456789012:j", HOLE), text(HOLE)]
)
KNOWN = st.sampled_from([Context(), Context(complete=True), Context({"aws:securetransport": (text("true"),)})])


def decide(policies: list[dict[str, Any]], needed: Text, context: Context) -> Result:
    return PolicySet([policy(*policies)]).decide(Request("sqs:SendMessage", needed, caller(ROLE), context)).result


@given(st.lists(statements(), max_size=4), statements(("Deny",)), NEEDED, KNOWN)
@settings(max_examples=150, deadline=None)
def test_adding_a_deny_never_allows(policies: list[dict[str, Any]], denying: dict[str, Any], needed: Text, context: Context) -> None:
    assume(decide(policies, needed, context) is not ALLOWED)
    assert decide([*policies, denying], needed, context) is not ALLOWED


@given(st.lists(statements(), max_size=5).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), NEEDED, KNOWN)
@settings(max_examples=150, deadline=None)
def test_order_never_matters(orders: tuple[list[dict[str, Any]], list[dict[str, Any]]], needed: Text, context: Context) -> None:
    assert decide(orders[0], needed, context) is decide(orders[1], needed, context)


@given(st.lists(statements(), max_size=4), NEEDED, st.sampled_from(["", "jobs", "j", "obs", "x:y", QUEUE]), KNOWN)
@settings(max_examples=200, deadline=None)
def test_what_holds_of_a_pattern_holds_of_every_instance(
    policies: list[dict[str, Any]], needed: Text, filled: str, context: Context
) -> None:
    found = decide(policies, needed, context)
    instance = text(*(part if isinstance(part, str) else filled for part in needed.parts))
    complete = Context(context.values, complete=True)
    if found is not Result.UNDECIDED:
        assert (decide(policies, instance, complete) is ALLOWED) == (found is ALLOWED)
