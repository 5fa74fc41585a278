"""What only the stages together decide: where a gap is shown, and how often."""

from __future__ import annotations

import pytest

from lambda_iam_scan.config import Settings
from lambda_iam_scan.scan import scan
from tests.checks.judging import tables
from tests.trees import DictTree

FUNCTION = """\
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: {handler}
      Code: {code}
      Role: arn:aws:iam::123456789012:role/r
"""


@pytest.mark.parametrize(
    ("handler", "code", "expected"),
    [
        ("app.handler", "{S3Bucket: b, S3Key: k}", [(7, "the code lies in S3, not beside the template")]),
        ("app.handler", "nowhere", [(7, "the code directory nowhere does not exist")]),
        ("app.main", ".", [(6, "handler app.main: app.py does not define main")]),
        ("web.main", ".", [(6, "handler web.main: no module web under .")]),
        ("main", ".", [(6, "handler main: it names no module; write module.function")]),
        ("app.handler", ".", []),
    ],
)
def test_missing_code_is_told_once_where_the_template_says_so(handler: str, code: str, expected: list[tuple[int, str]]) -> None:
    tree = DictTree({"template.yaml": FUNCTION.format(handler=handler, code=code), "app.py": "def handler(event, context): ..."})
    report = scan(tree, tables(), Settings(select=("LIS901",)))
    assert [(finding.location.line, finding.message) for finding in report.findings] == expected


SERVERLESS = """\
service: s
provider: {name: aws, runtime: python3.12}
functions: {f: {handler: app.handler}}
resources: {Resources: {Queue: {Type: AWS::SQS::Queue}}}
"""


def test_what_looks_like_the_template_of_another_reader_is_read_by_the_one_that_finds_something() -> None:
    tree = DictTree({"serverless.yml": SERVERLESS, "app.py": "def handler(event, context): ..."})
    assert [found.function.id for found in scan(tree, tables(), Settings()).functions] == ["serverless.yml#FLambdaFunction"]
    named = Settings(templates=("serverless.yml",))
    assert [found.function.id for found in scan(tree, tables(), named).functions] == ["serverless.yml#FLambdaFunction"]
