"""Operations of every service map, whatever is known of their arguments. A part of them each: all would take long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambda_iam_scan.iam.arn import split
from lambda_iam_scan.least_privilege import as_json, grants
from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, OneOf, SdkCall
from lambda_iam_scan.model.iam import Necessity
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from tests.mapping.calls import ANYTHING, UNKNOWN
from tests.tables.shipped import TABLES

HERE = Location("app.py", 1)
ARN = Text.of("arn:aws:x:us-east-1:123456789012:kind/name")
VALUES: dict[str, Callable[[], Argument]] = {
    "unknown": lambda: UNKNOWN,
    "any text": lambda: ANYTHING,
    "a name": lambda: Text.of("name"),
    "an ARN": lambda: ARN,
    "none": lambda: Constant(None),
    "a number": lambda: Constant(7),
    "names": lambda: Items((Text.of("a"), Fields(()), Constant(True)), open=True),
    "a dictionary": lambda: Fields(((Text.of("Name"), Text.of("x")), (ANYTHING, UNKNOWN)), open=True),
    "one of two": lambda: OneOf((Text.of("a"), Items(()))),
}


@pytest.mark.parametrize("kind", VALUES)
def test_any_arguments_map(kind: str) -> None:
    for service in TABLES.services:
        facts = TABLES.service(service)
        assert facts is not None
        for operation in TABLES.operations(service)[:: 4 if kind == "unknown" else 11]:
            entries = tuple((Text.of(name), VALUES[kind]()) for name in facts.operations[operation])
            call = SdkCall(service=service, operation=operation, arguments=Fields(entries), location=HERE)
            found, gaps = requirements([call], TABLES)
            assert not gaps
            for item in found:
                assert item.resources, (service, operation)
                assert all(arn.parts for arn in item.resources), (service, operation, item.action)


def test_no_policy_that_is_suggested_has_a_wildcard_for_a_service() -> None:
    for service in TABLES.services:
        for operation in TABLES.operations(service):
            call = SdkCall(service=service, operation=operation, arguments=Fields((), open=True), location=HERE)
            for grant in grants(requirements([call], TABLES)[0]):
                written = [as_json(resource) for resource in grant.resources]
                assert all(arn == "*" or arn.split(":")[2].replace("-", "").isalnum() for arn in written), (service, operation, written)


def test_what_is_needed_for_sure_is_an_arn_a_star_or_unknown() -> None:
    for service in TABLES.services:
        for operation in TABLES.operations(service)[::3]:
            call = SdkCall(service=service, operation=operation, arguments=Fields((), open=True), location=HERE)
            for item in requirements([call], TABLES)[0]:
                for arn in item.resources if item.need is Necessity.ALWAYS else ():
                    assert arn.unknown or arn.literal == "*" or split(arn) is not None, (service, operation, str(arn))
