"""What only the stages together decide: where a gap is shown, and how often."""

from __future__ import annotations

import pytest

from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.finding import Report
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


@pytest.mark.parametrize(
    ("paths", "judged"), [((), ["F"]), (("sub",), ["F"]), (("sub/t.yaml",), ["F"]), (("sub/src",), []), (("other",), [])]
)
def test_functions_whose_code_is_elsewhere_lie_where_their_template_does(paths: tuple[str, ...], judged: list[str]) -> None:
    template = FUNCTION.format(handler="app.handler", code="{S3Bucket: b, S3Key: k}")
    files = {
        "sub/t.yaml": template,
        "sub/src/app.py": "def handler(event, context): pass",
        "other/a.py": "def handler(event, context): pass",
    }
    report = scan(DictTree(files), tables(), Settings(paths=paths or ("",)))
    assert [function.function.logical_id for function in report.functions if function.function.logical_id == "F"] == judged


BRANCHES = """
import os, boto3
def handler(event, context):
    if os.environ["MODE"] == "off":
        return None
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="k")
"""
PARAMETERS = "Parameters: {Mode: {Type: String, Default: 'off'}, Bucket: {Type: String, Default: mine}}\n"
PLAIN = (
    PARAMETERS
    + """
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      {Runtime: python3.12, Handler: app.handler, Code: ., Role: !GetAtt Role.Arn,
       Environment: {Variables: {MODE: !Ref Mode, BUCKET: !Ref Bucket}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'logs:*', Resource: '*'}
              - {Effect: Allow, Action: 's3:PutObject', Resource: !Sub 'arn:aws:s3:::${Bucket}/*'}
"""
)
SAM = (
    "Transform: AWS::Serverless-2016-10-31\n"
    + PARAMETERS
    + """
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      {Runtime: python3.12, Handler: app.handler, CodeUri: ., Environment: {Variables: {MODE: !Ref Mode, BUCKET: !Ref Bucket}},
       Policies: [{S3WritePolicy: {BucketName: !Ref Bucket}}]}
"""
)
SERVERLESS = """
service: shop
provider:
  name: aws
  runtime: python3.12
  iam: {role: {statements: [{Effect: Allow, Action: s3:PutObject, Resource: "arn:aws:s3:::${opt:bucket, 'mine'}/*"}]}}
functions:
  F: {handler: app.handler, environment: {MODE: "${opt:mode, 'off'}", BUCKET: "${opt:bucket, 'mine'}"}}
"""
TERRAFORM = """
variable "mode" { default = "off" }
variable "bucket" { default = "mine" }
data "archive_file" "code" {
  type = "zip"
  source_file = "app.py"
  output_path = "code.zip"
}
resource "aws_lambda_function" "F" {
  function_name = "f"
  runtime = "python3.12"
  handler = "app.handler"
  role = aws_iam_role.role.arn
  filename = data.archive_file.code.output_path
  environment {
    variables = { MODE = var.mode, BUCKET = var.bucket }
  }
}
resource "aws_iam_role" "role" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name = "p"
    policy = jsonencode({
      Statement = [
        { Effect = "Allow", Action = "logs:*", Resource = "*" },
        { Effect = "Allow", Action = "s3:PutObject", Resource = "arn:aws:s3:::${var.bucket}/*" },
      ]
    })
  }
}
"""


APPLICATIONS = [
    ("t.yaml", PLAIN, "${Bucket}"),
    ("template.yaml", SAM, "${Bucket}"),
    ("serverless.yml", SERVERLESS, "${opt:bucket}"),
    ("main.tf", TERRAFORM, "${var.bucket}"),
]


@pytest.mark.parametrize(("path", "template", "name"), APPLICATIONS)
def test_what_is_so_by_default_decides_nothing_in_the_code(path: str, template: str, name: str) -> None:
    def judged(**given: str) -> tuple[list[str], list[str]]:
        values = {key.capitalize() if name == "${Bucket}" else key: value for key, value in given.items()}
        report = scan(DictTree({"app.py": BRANCHES, path: template}), tables(), Settings(parameters=tuple(values.items())))
        (function,) = report.functions
        unused = [finding.code for finding in report.findings if finding.code in ("LIS101", "LIS102", "LIS201", "LIS202")]
        return [str(call.arguments.get("Bucket")) for call in function.code.calls], unused

    assert judged() == ([name], [])
    assert judged(mode="on", bucket="given") == (["given"], [])
    assert judged(mode="off") == ([], ["LIS201"])


GRANTED = """\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: .
      Policies: [{{Statement: [{{Effect: Allow, Action: "{action}", Resource: [{resources}]}}]}}]
Transform: AWS::Serverless-2016-10-31
"""


def report_on(call: str, action: str, *resources: str) -> Report:
    """On a function that makes one call, with a role that may do one action on these resources."""
    service, code = call.split(".", 1)
    app = f"import boto3\ndef handler(event, context): boto3.client('{service}').{code}"
    template = GRANTED.format(action=action, resources=", ".join(f'"arn:aws:{resource}"' for resource in resources))
    return scan(DictTree({"template.yaml": template, "app.py": app}), tables(), Settings())


def judged(call: str, action: str, *resources: str) -> list[tuple[str, str | None]]:
    """Code and resource of each finding."""
    return [(finding.code, finding.resource) for finding in report_on(call, action, *resources).findings]


PEERING = "ec2.create_vpc_peering_connection(VpcId='vpc-1', PeerVpcId=event['p'])", "ec2:CreateVpcPeeringConnection"
GLOBAL = "rds.create_global_cluster(GlobalClusterIdentifier='g')", "rds:CreateGlobalCluster"


def test_an_action_on_several_resources_is_granted_on_all_of_them_or_missing() -> None:
    assert not judged(*PEERING, "ec2:*:*:vpc/vpc-1", "ec2:*:*:vpc-peering-connection/*")
    assert judged(*PEERING, "ec2:*:*:vpc/vpc-1") == [
        ("LIS102", "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-peering-connection/*")
    ]


def test_a_resource_that_may_take_part_is_neither_missing_nor_unused() -> None:
    assert not judged(*GLOBAL, "rds::*:global-cluster:g", "rds:*:*:cluster:*")
    assert not judged(*GLOBAL, "rds::*:global-cluster:g")
    assert judged(*GLOBAL, "rds::*:global-cluster:g", "rds:*:*:db:*") == [("LIS202", "arn:aws:rds:*:*:db:*")]


COMMAND = "ssm.send_command(InstanceIds=[event['i']], DocumentName='d')", "ssm:SendCommand"


@pytest.mark.parametrize(
    ("instances", "outcome"),
    [
        (["ec2:*:*:instance/*", "ssm:*:*:managed-instance/*"], "granted"),
        (["ec2:*:*:instance/*"], "unverified"),
        (["ssm:*:*:managed-instance/*"], "unverified"),
        (["ec2:*:*:volume/*"], "missing"),
    ],
)
def test_a_resource_that_is_one_of_two_is_missing_only_where_both_are(instances: list[str], outcome: str) -> None:
    report = report_on(*COMMAND, "ssm:*:*:document/d", *instances)
    (function,) = report.functions
    (need,) = [index for index, need in enumerate(function.requirements) if need.action == COMMAND[1] and need.need == "always"]
    assert function.comparison is not None
    assert function.comparison.outcome(need) == outcome
    assert [finding.code for finding in report.findings] == (["LIS102", "LIS202"] if outcome == "missing" else [])


def test_what_is_suggested_names_both_of_two_resources() -> None:
    (missing,) = [finding for finding in report_on(*COMMAND, "ssm:*:*:document/d").findings if finding.code == "LIS102"]
    assert missing.suggestion is not None
    assert ":ec2:" in missing.suggestion
    assert ":managed-instance/*" in missing.suggestion


REPLICATED = """\
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: "sts:AssumeRole"}}]}}
  F:
    Type: AWS::Lambda::Function
    Properties: {{Runtime: python3.12, Handler: app.handler, Code: ., Role: !GetAtt R.Arn}}
  T:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      TableName: t
      Replicas:
        - Region: {region}
          ResourcePolicy:
            PolicyDocument:
              Statement: [{{Effect: Allow, Principal: {{AWS: !GetAtt R.Arn}}, Action: "dynamodb:GetItem", Resource: "*"}}]
"""


@pytest.mark.parametrize(
    ("region", "codes"), [("!Ref AWS::Region", []), ("us-east-1", []), ("eu-west-1", ["LIS101"])], ids=["own", "the client's", "another"]
)
def test_a_global_tables_policy_grants_in_the_region_of_its_replica(region: str, codes: list[str]) -> None:
    where = "" if "Ref" in region else ", region_name='us-east-1'"
    app = f"import boto3\ndef handler(event, context): boto3.client('dynamodb'{where}).get_item(TableName='t', Key=event)"
    report = scan(DictTree({"template.yaml": REPLICATED.format(region=region), "app.py": app}), tables(), Settings())
    assert [finding.code for finding in report.findings if finding.code.startswith("LIS1")] == codes


POLLED = """\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: src
      Policies:
        - Statement: [{Effect: Allow, Action: "kinesis:GetRecords", Resource: "arn:aws:kinesis:eu-west-1:111122223333:stream/s"}]
"""
MAPPING = """\
Parameters: {{Function: {{Type: String}}}}
Resources:
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: {function}, EventSourceArn: "arn:aws:{source}", StartingPosition: LATEST}}
"""


@pytest.mark.parametrize(
    ("function", "source", "codes"),
    [
        ("!Ref Function", "kinesis:eu-west-1:111122223333:stream/s", []),
        ("!ImportValue OrdersFunction", "kinesis:eu-west-1:111122223333:stream/s", []),
        ("!Ref Function", "sqs:eu-west-1:111122223333:q", ["LIS201"]),
        ("somebody-elses", "kinesis:eu-west-1:111122223333:stream/s", ["LIS201"]),
    ],
)
def test_what_another_template_lets_lambda_poll_may_be_for_any_function(function: str, source: str, codes: list[str]) -> None:
    mapping = MAPPING.format(function=function, source=source)
    tree = DictTree({"a/template.yaml": POLLED, "b/template.yaml": mapping, "a/src/app.py": "def handler(event, context): ..."})
    report = scan(tree, tables(), Settings(select=("LIS2", "LIS303")))
    assert [finding.code for finding in report.findings] == codes
    assert len(report.functions) == 1
