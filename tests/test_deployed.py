"""What only an account can add between comparing and checking."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.deployed import at_its_code, localized, needed_arns, role_users, with_strangers
from lambda_iam_scan.model.code import CodeUse, GapKind
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import FunctionScan
from lambda_iam_scan.model.iam import Necessity, Requirement, Role, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text

HERE = "arn:aws-cn:lambda:cn-north-1:123456789012:function"
ROLE = "arn:aws-cn:iam::123456789012:role/r"
TABLE = Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/t")


def scan(*resources: Text, arn: Text | None = None) -> FunctionScan:
    text = arn or Text.of(f"{HERE}:f")
    role = Role(id=ROLE, name=Text.of("r"), arn=Text.of(ROLE))
    function = Function(id="f", name=text, arn=text, handler="a.h", runtime=None, code_roots=(), location=Location("a"), role=role)
    need = Requirement(action="dynamodb:GetItem", resources=resources, source=Source.CODE, need=Necessity.ALWAYS)
    return FunctionScan(function=function, code=CodeUse(calls=(), gaps=()), requirements=(need,), comparison=None)


def shown(one: FunctionScan) -> list[str]:
    return [str(resource) for resource in one.requirements[0].resources]


def test_the_functions_own_region_and_account_are_known() -> None:
    assert shown(localized(scan(TABLE))) == ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/t"]


def test_two_that_become_one() -> None:
    assert len(shown(localized(scan(TABLE, Text.of("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/t"))))) == 1


def test_a_declared_function_stays_symbolic() -> None:
    one = scan(TABLE, arn=TABLE)
    assert localized(one) is one


def test_it_stands_where_its_handler_is() -> None:
    one, place = scan(), Location("app.py", 3)
    assert at_its_code(one) is one
    assert at_its_code(replace(one, code=replace(one.code, handler=place))).function.location == place


def test_a_declared_function_stands_in_its_template() -> None:
    one = scan()
    declared = replace(one, function=replace(one.function, declared=one.function), code=replace(one.code, handler=Location("app.py", 3)))
    assert at_its_code(declared) is declared


def test_needed_arns_are_those_wholly_known() -> None:
    one = localized(scan(TABLE, Text.of("*"), Text.of("arn:aws:s3:::", Hole("x"))))
    assert needed_arns(one.requirements) == ("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/t",)


LISTED = tuple({"Role": ROLE, "FunctionArn": f"{HERE}:{name}"} for name in ("g:$LATEST", "f", "h"))


def test_role_users() -> None:
    assert role_users(LISTED) == {ROLE: (f"{HERE}:f", f"{HERE}:g", f"{HERE}:h")}


def test_a_function_that_is_not_scanned_may_need_what_is_unused_here() -> None:
    found = with_strangers(scan(), role_users(LISTED), frozenset({f"{HERE}:f"})).code.gaps
    assert [gap.kind for gap in found] == [GapKind.SHARED_ROLE]
    assert "function g and 1 more" in found[0].reason


def test_functions_that_are_all_scanned_hide_nothing() -> None:
    assert with_strangers(scan(), role_users(LISTED), frozenset(f"{HERE}:{name}" for name in "fgh")).code.gaps == ()
    assert with_strangers(scan(), {}, frozenset()).code.gaps == ()
