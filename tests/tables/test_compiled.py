"""The shipped files: in step with rules/, small, and the same each time they are built."""

from __future__ import annotations

import pytest

from lambda_iam_scan.tables.packing import pack
from tests.tables.shipped import TABLES
from tools.tables import rules
from tools.tables.__main__ import Build

MEGABYTE = 1_000_000


def test_the_shipped_tables_are_not_older_than_the_rules() -> None:
    assert TABLES.provenance["rules"] == rules.digest(), "rules/ changed: run `make tables`"


def test_the_digest_tells_every_change(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules.digest()
    monkeypatch.setattr(rules, "RULES", rules.RULES / "services")
    assert rules.digest() != before


def test_the_shipped_tables_are_small() -> None:
    assert sum(path.stat().st_size for path in rules.COMPILED.rglob("*") if path.is_file()) < 6 * MEGABYTE


@pytest.mark.parametrize("service", ["sqs", "lambda"])
def test_the_same_inputs_give_the_same_bytes(service: str) -> None:
    first, second = Build(), Build()
    assert pack(first.needs(service)) == pack(second.needs(service))
    assert pack(first.sdk.table(service)) == pack(second.sdk.table(service))
    assert pack(first.catalogue.table(service)) == pack(second.catalogue.table(service))


def test_the_build_says_what_is_wrong_with_a_rule() -> None:
    build = Build()
    build.services["sqs"] = {
        "source": "x",
        "operations": {
            "SendMessage": [
                {"action": "sqs:SendMesage"},
                {"action": "sqs:SendMessage", "when": "Queue"},
                {"action": "sqs:SendMessage", "on": "queu"},
            ],
            "SendMessages": [],
        },
    }
    build.needs("sqs")
    assert [problem.split(": ", 1)[1] for problem in build.problems] == [
        "the SDK has no operation SendMessages",
        "there is no such action",
        "the operation has no parameter Queue",
        "\"sqs has no resource type 'queu'\"",
    ]


def test_every_operation_has_needs_or_is_known_to_lack_them() -> None:
    """Operations that no list of IAM actions has are a gap: few, and none of those that Lambda code uses most."""
    unknown = {
        (service, operation)
        for service in TABLES.services
        for operation in set(getattr(TABLES.service(service), "operations", ())) - set(TABLES.operations(service))
    }
    assert len(unknown) < 800
    unknown -= {("sts", "GetScopedCredentials")}  # newer than every list of actions
    assert not [service for service, _ in unknown if service in ("s3", "sqs", "sns", "events", "stepfunctions", "kms", "sts", "firehose")]
