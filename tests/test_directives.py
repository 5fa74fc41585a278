"""Directives are read where they are, and only there."""

from __future__ import annotations

import json

import pytest

from lambda_iam_scan.directives import Directive, Directives, Ignore, Malformed, Needs
from tests.reporters.sample import MemoryTree


def read(text: str, path: str = "a.py") -> tuple[Directive, ...]:
    return Directives(MemoryTree({path: text})).of([path])


def one(text: str, path: str = "a.py") -> Directive:
    [directive] = read(text, path)
    return directive


@pytest.mark.parametrize("path", ["a.py", "t.yaml"])
def test_a_trailing_comment_concerns_its_line(path: str) -> None:
    directive = one("a: 1\nb: 2  # lambda-iam-scan: ignore[LIS201] still used by hand\n", path)
    assert isinstance(directive, Ignore)
    assert (directive.codes, directive.reason, directive.first, directive.last) == (("LIS201",), "still used by hand", 2, 2)
    assert (directive.location.line, directive.location.column) == (2, 7)


@pytest.mark.parametrize("path", ["a.py", "t.yaml"])
def test_a_comment_on_its_own_concerns_the_next_line_that_says_something(path: str) -> None:
    directive = one("# lambda-iam-scan: ignore[LIS101, lis203]\n\n# other\na: 1\n", path)
    assert isinstance(directive, Ignore)
    assert (directive.codes, directive.first) == (("LIS101", "LIS203"), 4)


@pytest.mark.parametrize(
    ("text", "action", "resources", "reason"),
    [
        ("needs s3:PutObject", "s3:PutObject", (), ""),
        ("needs s3:PutObject arn:aws:s3:::b/* by the plugin", "s3:PutObject", ("arn:aws:s3:::b/*",), "by the plugin"),
        ("needs s3:Get* arn:aws:s3:::a arn:aws:s3:::b", "s3:Get*", ("arn:aws:s3:::a", "arn:aws:s3:::b"), ""),
        ("needs ec2:DescribeInstances *", "ec2:DescribeInstances", ("*",), ""),
    ],
)
def test_declared_needs(text: str, action: str, resources: tuple[str, ...], reason: str) -> None:
    directive = one(f"x = 1  # lambda-iam-scan: {text}\n")
    assert isinstance(directive, Needs)
    assert (directive.action, directive.resources, directive.reason) == (action, resources, reason)


@pytest.mark.parametrize("text", ["ignore", "ignore[]", "ignore[E501] x", "ignore LIS201", "need s3:PutObject", "needs PutObject", ""])
def test_what_is_not_understood_is_kept_as_such(text: str) -> None:
    assert isinstance(one(f"x = 1  # lambda-iam-scan: {text}\n"), Malformed)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('x = "# lambda-iam-scan: ignore[LIS201]"\n', "a.py"),
        ("x = 1  # see lambda-iam-scan for more\n", "a.py"),
        ("a: b#lambda-iam-scan: ignore[LIS201]\n", "t.yaml"),
        ("x = (\n", "a.py"),
    ],
)
def test_what_is_no_directive(text: str, path: str) -> None:
    assert read(text, path) == ()


def test_comments_before_a_syntax_error_count() -> None:
    assert len(read("x = 1  # lambda-iam-scan: ignore[LIS903] broken below\ny = (\n")) == 1


TEMPLATE = {
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "F": {
            "Type": "AWS::Serverless::Function",
            "Metadata": {"lambda-iam-scan": ["ignore[LIS203] by design", "needs s3:GetObject arn:aws:s3:::b/*"]},
        },
    }
}


@pytest.mark.parametrize("path", ["t.json", "t.yaml"])
def test_metadata_of_a_resource(path: str) -> None:
    ignore, needs = read(json.dumps(TEMPLATE, indent=1), path)
    assert isinstance(ignore, Ignore)
    assert isinstance(needs, Needs)
    assert (ignore.codes, ignore.function, ignore.first, ignore.last) == (("LIS203",), f"{path}#F", 6, 14)
    assert needs.resources == ("arn:aws:s3:::b/*",)


def test_metadata_may_be_one_string() -> None:
    template = {"Resources": {"F": {"Metadata": {"lambda-iam-scan": "ignore[LIS301] logs go elsewhere"}}}}
    assert isinstance(one(json.dumps(template), "t.json"), Ignore)


def test_a_file_that_is_not_there_or_no_template_holds_none() -> None:
    assert Directives(MemoryTree({})).of(["gone.py"]) == ()
    assert read('{"Metadata": "lambda-iam-scan', "t.json") == ()
