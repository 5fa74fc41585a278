"""What only the stages together decide: where a gap is shown, and how often."""

from __future__ import annotations

import pytest

from lambda_iam_scan.analysis.facts import ModuleFacts, extract
from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.scan import module_facts, scan
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


INLINE = """\
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/r
      Code:
        ZipFile: !Sub |
          import boto3
          TIMES = ${Times}
          def handler(event, context):
            if "${Stage}" == "prod":
              boto3.client("s3").put_object(Bucket="${Bucket}", Key=f"{event['k']}/${Stage}")
Parameters:
  Times: {Type: Number}
  Stage: {Type: String}
"""


def test_what_a_template_puts_into_code_is_known_as_far_as_the_template_says() -> None:
    report = scan(DictTree({"template.yaml": INLINE}), tables(), Settings())
    assert not report.functions[0].code.gaps
    (need,) = [need for need in report.functions[0].requirements if need.action == "s3:PutObject"]
    assert [str(resource) for resource in need.resources] == ["arn:${AWS::Partition}:s3:::${Bucket}/*/${Stage}"]
    (call,) = report.functions[0].code.calls
    assert call.location.line == 15


def test_code_of_which_nothing_is_known_is_a_gap() -> None:
    template = INLINE[: INLINE.index("!Sub |")] + "!Ref Source\nParameters: {Source: {Type: String}}\n"
    (gap,) = scan(DictTree({"template.yaml": template}), tables(), Settings()).functions[0].code.gaps
    assert gap.reason == "the code is written in the template (ZipFile)"


def test_handlers_of_tests_are_no_functions() -> None:
    names = ("app.py", "app_test.py", "test_app.py", "tests/app.py", "latest.py")
    tree = DictTree(dict.fromkeys(names, "def handler(event, context): ..."))
    assert [found.function.id for found in scan(tree, tables(), Settings()).functions] == ["app.py#handler", "latest.py#handler"]


def test_a_handler_nobody_declares_may_import_from_beside_itself() -> None:
    store = "import boto3\ndef save(): boto3.client('s3').list_buckets()"
    app = "import store\ndef handler(event, context): store.save()"
    for files in ({"src/__init__.py": ""}, {}):
        report = scan(DictTree({"src/app.py": app, "src/store.py": store, **files}), tables(), Settings())
        assert [call.operation for call in report.functions[0].code.calls] == ["ListBuckets"]
        assert not report.functions[0].code.gaps


def test_what_is_the_same_in_two_places_is_lowered_once_and_told_apart() -> None:
    lowered: list[str] = []

    def counting(source: bytes, path: str) -> ModuleFacts | Gap:
        lowered.append(path)
        return extract(source, path)

    facts = module_facts(DictTree({"a/x.py": "y = 1", "b/x.py": "y = 1", "b/z.py": "y = 2", "a/n.py": "(", "b/n.py": "("}), counting)
    first, copy, other = facts("a/x.py"), facts("b/x.py"), facts("b/z.py")
    assert isinstance(first, ModuleFacts)
    assert isinstance(copy, ModuleFacts)
    assert isinstance(other, ModuleFacts)
    assert lowered == ["a/x.py", "b/z.py"]
    assert (copy.path, copy.body, copy.lines) == ("b/x.py", first.body, first.lines)
    assert copy.body[0] is not first.body[0]
    assert other.body != first.body
    assert [gap.location.path for gap in map(facts, ["a/n.py", "b/n.py"]) if isinstance(gap, Gap)] == ["a/n.py", "b/n.py"]
    assert facts("b/x.py") is copy
