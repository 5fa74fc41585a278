"""Terraform modules, as far as they can be read before planning."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.code import Fields, GapKind, Items
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.readers.terraform import READER
from tests.readers.reading import TABLES
from tests.trees import DictTree

FILES = {"src/app.py": "", "policy.json": '{"Statement": [{"Effect": "Allow", "Action": "from:File", "Resource": "*"}]}'}
BASE = """
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "code.zip"
}
resource "aws_iam_role" "role" {
  name = "the-role"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_lambda_function" "f" {
  function_name = "f-${var.stage}"
  runtime       = "python3.12"
  handler       = "app.handler"
  role          = aws_iam_role.role.arn
  filename      = data.archive_file.code.output_path
  ATTRIBUTES
}
variable "stage" { default = "dev" }
variable "open" {}
"""


def read(text: str, path: str = "main.tf", files: dict[str, str] | None = None, **parameters: str) -> Deployment:
    tree = DictTree({**FILES, **(files or {}), path: dedent(text)})
    assert READER.claims(tree, path)
    return READER.read(tree, path, TABLES, Settings(parameters=tuple(parameters.items())))


def function(more: str = "", attributes: str = "", **parameters: str) -> Function:
    (found,) = read(BASE.replace("ATTRIBUTES", attributes) + dedent(more), files=None, **parameters).functions
    return found


def role(more: str) -> Role:
    found = function(more).role
    assert found is not None
    return found


def brief(found: Role) -> list[tuple[str, str, list[str], list[str]]]:
    return [
        (policy.kind.value, policy.name, [str(e.text) for e in s.actions], [str(e.text) for e in s.resources])
        for policy in found.policies
        for s in policy.statements
    ]


def test_a_module_is_claimed_once_and_only_for_lambda() -> None:
    tree = DictTree({"a.tf": "", "b.tf": 'resource "aws_lambda_function" "f" {}', "other/c.tf": 'resource "aws_sqs_queue" "q" {}'})
    assert [path for path in tree.walk() if READER.claims(tree, path)] == ["a.tf"]


def test_a_function_with_its_packed_directory() -> None:
    found = function()
    assert found.id == "main.tf#aws_lambda_function_f"
    assert (str(found.name), found.handler, found.runtime, found.code_roots) == ("f-${var.stage}", "app.handler", "python3.12", ("src",))
    assert (found.location.path, found.location.line) == ("main.tf", 13)
    assert found.handler_location is not None
    assert found.handler_location.line == 16
    assert found.gaps == ()
    assert found.role is not None
    assert found.role.trust is not None
    assert str(function(stage="prod").name) == "f-prod"


@pytest.mark.parametrize(
    ("packed", "roots", "gaps"),
    [
        ('filename = "app.py"\ncontent = file("${path.module}/src/app.py")', ("src",), []),
        (
            'filename = "other.py"\ncontent = file("${path.module}/src/app.py")',
            (),
            ["code.zip is an archive; only source directories are analyzed"],
        ),
        ('filename = "app.py"\ncontent = "def handler(): pass"', (), ["code.zip is an archive; only source directories are analyzed"]),
    ],
)
def test_an_archive_of_one_file(packed: str, roots: tuple[str, ...], gaps: list[str]) -> None:
    text = BASE.replace('source_dir  = "${path.module}/src"', f"source {{\n{packed}\n}}").replace("ATTRIBUTES", "")
    (found,) = read(text.replace("data.archive_file.code.output_path", '"code.zip"')).functions
    assert (found.code_roots, [gap.reason for gap in found.gaps]) == (roots, gaps)


def test_code_of_which_only_the_deployment_knows_where_it_lies() -> None:
    (found,) = read(BASE.replace("data.archive_file.code.output_path", "var.open").replace("ATTRIBUTES", "")).functions
    assert [gap.reason for gap in found.gaps] == ["where the code lies is not known before deployment"]


def test_variables_lead_to_code_and_documents_by_default() -> None:
    text = BASE.replace("${path.module}/src", "${path.module}/${var.directory}").replace("ATTRIBUTES", "")
    text += 'variable "directory" { default = "src" }\nvariable "document" { default = "role" }\n'
    text += 'resource "aws_iam_role_policy" "p" {\n role = aws_iam_role.role.id\n policy = file("${path.module}/${var.document}.json")\n}\n'
    document = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
    (found,) = read(text, files={"role.json": document}).functions
    assert found.code_roots == ("src",)
    assert found.role is not None
    assert [actions for _, _, actions, _ in brief(found.role)] == [["s3:GetObject"]]


def test_references_in_the_environment() -> None:
    found = function(
        'resource "aws_dynamodb_table" "t" { name = "orders-${var.open}" }\nresource "aws_sqs_queue" "q" {}\nlocals { x = "y" }\n',
        "environment {\n variables = {\n T = aws_dynamodb_table.t.name\n Q = aws_sqs_queue.q.url\n L = local.x\n"
        ' C = var.open != "" ? "a" : "b"\n R = data.aws_region.current.name\n U = lower("X")\n F = format("%s-%s", local.x, "z")\n }\n}',
    )
    assert [(name, str(text)) for name, text in found.environment or ()] == [
        ("T", "orders-${var.open}"),
        ("Q", "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/${aws_sqs_queue_q}"),
        ("L", "y"),
        ("C", "*"),
        ("R", "${AWS::Region}"),
        ("U", '${lower("X")}'),
        ("F", "y-z"),
    ]


def test_an_environment_that_is_not_known_is_none() -> None:
    assert function(attributes="environment {\n variables = var.open\n }").environment is None


DYNAMO = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${aws_dynamodb_table_t}"
TABLE = 'resource "aws_dynamodb_table" "t" {}\n'
STATEMENT = '{ Effect = "Allow", Action = ["dynamodb:GetItem"], Resource = aws_dynamodb_table.t.arn }'


@pytest.mark.parametrize(
    "policy",
    [
        f'jsonencode({{ Version = "2012-10-17", Statement = [{STATEMENT}] }})',
        '<<EOF\n{"Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "${aws_dynamodb_table.t.arn}"}]}\nEOF',
        '<<EOF\n{"Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "${aws_dynamodb_table.t.arn}"}]}\nEOF  ',
        "data.aws_iam_policy_document.d.json",
    ],
)
def test_inline_policies_in_each_way_to_write_them(policy: str) -> None:
    document = 'data "aws_iam_policy_document" "d" {\n statement {\n actions = ["dynamodb:GetItem"]\n'
    document += " resources = [aws_dynamodb_table.t.arn]\n }\n}\n"
    found = role(
        f'{TABLE}{document}resource "aws_iam_role_policy" "p" {{\n name = "p"\n role = aws_iam_role.role.id\n policy = {policy}\n}}\n'
    )
    assert brief(found) == [("inline", "p", ["dynamodb:GetItem"], [DYNAMO])]
    assert found.policies[0].statements[0].location is not None
    assert found.policies[0].statements[0].location.line > 20
    assert found.gaps == ()


def test_a_policy_in_a_file_beside_the_module() -> None:
    text = 'resource "aws_iam_role_policy" "p" {\n name = "p"\n role = aws_iam_role.role.name\n policy = file("PATH")\n}\n'
    assert brief(role(text.replace("PATH", "${path.module}/policy.json"))) == [("inline", "p", ["from:File"], ["*"])]
    assert [gap.kind for gap in role(text.replace("PATH", "nowhere.json")).gaps] == [GapKind.UNRESOLVED_POLICY]


@pytest.mark.parametrize(
    ("template", "resources"),
    [
        ('{"Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "${table}"}]}', [DYNAMO]),
        ('{"Statement": [%{ if many }{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}%{ endif }]}', None),
    ],
)
def test_a_policy_from_a_template_file(template: str, resources: list[str] | None) -> None:
    text = (
        f"{TABLE}"
        'resource "aws_iam_role_policy" "p" {\n name = "p"\n role = aws_iam_role.role.name\n'
        ' policy = templatefile("${path.module}/p.tpl", { table = aws_dynamodb_table.t.arn })\n}\n'
    )
    (found,) = read(BASE.replace("ATTRIBUTES", "") + text, files={"p.tpl": template}).functions
    assert found.role is not None
    assert bool(found.role.gaps) is (resources is None)
    assert [granted for *_, granted in brief(found.role)] == ([resources] if resources else [])


@pytest.mark.parametrize("reference", ["aws_iam_role.role.name", "aws_iam_role.role.id", '"the-role"'])
def test_attached_managed_policies(reference: str) -> None:
    found = role(
        f"""
        resource "aws_iam_policy" "own" {{
          name   = "own"
          policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "a:B", Resource = "*" }}] }})
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          role       = {reference}
          policy_arn = aws_iam_policy.own.arn
        }}
        resource "aws_iam_role_policy_attachment" "b" {{
          role       = {reference}
          policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        }}
        """
    )
    assert [(policy.kind.value, policy.name) for policy in found.policies] == [
        ("customer-managed", "own"),
        ("aws-managed", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
    ]


@pytest.mark.parametrize(
    ("name", "policies"),
    [
        ("AWSLambdaVPCAccessExecutionRole", ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]),
        ("AmazonSQSFullAccess", ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
        ("our-own", []),
    ],
)
def test_a_managed_policy_looked_up_by_name_has_its_path(name: str, policies: list[str]) -> None:
    found = role(
        f"""
        data "aws_iam_policy" "d" {{
          name = "{name}"
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          role       = aws_iam_role.role.name
          policy_arn = data.aws_iam_policy.d.arn
        }}
        """
    )
    assert [policy.name for policy in found.policies] == policies
    assert bool(found.gaps) is (not policies)


def test_an_attachment_to_another_role_is_not_ours() -> None:
    text = (
        'resource "aws_iam_role_policy_attachment" "a" {\n role = "other"\n policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"\n}\n'
    )
    assert role(text).policies == ()


def test_documents_know_principals_and_conditions() -> None:
    found = read(
        BASE.replace("ATTRIBUTES", "")
        + """
resource "aws_sqs_queue" "q" {}
resource "aws_sqs_queue_policy" "p" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.role.arn]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"""
    )
    policy, trust = found.resource_policies
    (statement,) = policy.policy.statements
    assert str(trust.resource).endswith(":role/the-role")
    assert str(policy.resource) == "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${aws_sqs_queue_q}"
    assert [(p.kind, str(p.text)) for p in statement.principals] == [("AWS", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/the-role")]
    assert [(c.operator, c.key, str(c.values[0])) for c in statement.conditions] == [("Bool", "aws:SecureTransport", "false")]


PERMISSION = (
    'resource "aws_lambda_permission" "p" {\n action = "lambda:InvokeFunction"\n principal = "x.amazonaws.com"\n'
    " function_name = aws_lambda_function.f.function_name\n"
)


@pytest.mark.parametrize(("more", "suffix"), [("", ""), ('qualifier = "live"', ":live")])
def test_permissions(more: str, suffix: str) -> None:
    found = function(f"{PERMISSION}{more}\n}}\n")
    assert [str(policy.resource) for policy in found.resource_policies] == [f"{found.arn}{suffix}"]


@pytest.mark.parametrize(
    ("kind", "resources"),
    [
        (
            "eventbridge",
            'resource "aws_cloudwatch_event_rule" "r" {}\n'
            'resource "aws_cloudwatch_event_target" "t" {\n rule = aws_cloudwatch_event_rule.r.name\n arn = aws_lambda_function.f.arn\n}\n',
        ),
        (
            "s3",
            'resource "aws_s3_bucket" "b" {}\nresource "aws_s3_bucket_notification" "n" {\n bucket = aws_s3_bucket.b.id\n'
            " lambda_function {\n lambda_function_arn = aws_lambda_function.f.arn\n }\n}\n",
        ),
        (
            "sns",
            'resource "aws_sns_topic" "t" {}\nresource "aws_sns_topic_subscription" "s" {\n topic_arn = aws_sns_topic.t.arn\n'
            ' protocol = "lambda"\n endpoint = aws_lambda_function.f.arn\n}\n',
        ),
        (
            "apigateway-http",
            'resource "aws_apigatewayv2_api" "a" { protocol_type = "HTTP" }\nresource "aws_apigatewayv2_integration" "i" {\n'
            " api_id = aws_apigatewayv2_api.a.id\n integration_uri = aws_lambda_function.f.invoke_arn\n}\n",
        ),
    ],
)
def test_triggers(kind: str, resources: str) -> None:
    assert [trigger.kind for trigger in function(resources).triggers] == [kind]


def test_event_sources() -> None:
    found = function(
        'resource "aws_sqs_queue" "q" {}\nresource "aws_lambda_event_source_mapping" "m" {\n'
        " event_source_arn = aws_sqs_queue.q.arn\n function_name = aws_lambda_function.f.arn\n}\n"
    )
    assert [source.kind for source in found.event_sources] == ["sqs"]


def test_a_file_that_is_no_terraform_is_a_gap() -> None:
    found = read(BASE.replace("ATTRIBUTES", ""), files={"z.tf": "resource {{{"})
    assert len(found.functions) == 1
    (gap,) = found.gaps
    assert (gap.kind, gap.location.path) == (GapKind.UNREADABLE, "z.tf")
    assert "\n" not in gap.reason


@pytest.mark.parametrize("text", ["locals { a = local.a }", 'variable "v" { default = null }', "locals {\n a = local.b\n b = local.a\n}"])
def test_circles_end(text: str) -> None:
    name = "local.a" if "locals" in text else "var.v"
    assert function(text, f"environment {{\n variables = {{ A = {name} }}\n }}").environment is not None


@pytest.mark.parametrize(
    ("kind", "resource", "body"),
    [
        ("cognito", "aws_cognito_user_pool", "lambda_config {\n pre_sign_up = ARN\n }"),
        ("cloudwatch-logs", "aws_cloudwatch_log_subscription_filter", 'log_group_name = "g"\n destination_arn = ARN'),
        ("secretsmanager", "aws_secretsmanager_secret_rotation", 'secret_id = "s"\n rotation_lambda_arn = ARN'),
        ("apigateway-authorizer", "aws_api_gateway_authorizer", 'rest_api_id = "a"\n authorizer_uri = aws_lambda_function.f.invoke_arn'),
        ("alb", "aws_lb_target_group_attachment", "target_group_arn = aws_lb_target_group.t.arn\n target_id = ARN"),
    ],
)
def test_more_triggers(kind: str, resource: str, body: str) -> None:
    group = 'resource "aws_lb_target_group" "t" {}\n'
    found = function(f'{group}resource "{resource}" "r" {{\n {body}\n}}\n'.replace("ARN", "aws_lambda_function.f.arn"))
    assert [trigger.kind for trigger in found.triggers] == [kind]


def test_repeated_blocks_are_lists() -> None:
    mapping = 'event_source_arn = "arn:aws:mq:eu-west-1:1:broker:b:b"\n  function_name = aws_lambda_function.f.arn\n'
    access = "".join(f'  source_access_configuration {{\n    type = "{kind}"\n    uri = "{kind}-uri"\n  }}\n' for kind in ("A", "B"))
    (source,) = function(f'resource "aws_lambda_event_source_mapping" "m" {{\n  {mapping}{access}}}\n').event_sources
    given = source.options.get("SourceAccessConfigurations")
    assert isinstance(given, Items)
    assert [str(item.get("URI")) for item in given.values if isinstance(item, Fields)] == ["A-uri", "B-uri"]


def test_layers_that_the_module_packs_are_import_roots() -> None:
    more = """
    data "archive_file" "shared" {
      type        = "zip"
      source_dir  = "${path.module}/layer"
      output_path = "layer.zip"
    }
    resource "aws_lambda_layer_version" "shared" {
      layer_name = "shared"
      filename   = data.archive_file.shared.output_path
    }
    """
    attributes = 'layers = [aws_lambda_layer_version.shared.arn, "arn:aws:lambda:eu-west-1:1:layer:x:1"]'
    (found,) = read(BASE.replace("ATTRIBUTES", attributes) + dedent(more), files={"layer/python/common.py": ""}).functions
    assert found.code_roots == ("src", "layer/python")
    unseen = found.options.get("unseen-layers")
    assert isinstance(unseen, Items)
    assert [str(layer) for layer in unseen.values] == ["arn:aws:lambda:eu-west-1:1:layer:x:1"]


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ('join("", aws_iam_role.role[*].arn)', True),
        ('join("", aws_iam_role.role.*.arn)', True),
        ("one(aws_iam_role.role[*].arn)", True),
        ('join(",", aws_iam_role.role[*].arn)', False),
        ('join("", var.roles[*].arn)', False),
    ],
)
def test_the_instances_of_a_resource_joined_are_the_only_one(expression: str, known: bool) -> None:
    (found,) = read(BASE.replace("ATTRIBUTES", "").replace("= aws_iam_role.role.arn", f"= {expression}")).functions
    assert (found.role is not None and found.role.gaps == ()) is known


def test_dynamic_statements_grant_what_they_say() -> None:
    found = role(
        """
        data "aws_iam_policy_document" "d" {
          dynamic "statement" {
            for_each = var.open
            content {
              actions   = ["dynamodb:GetItem"]
              resources = [statement.value]
            }
          }
          dynamic "unrelated" {
            for_each = var.open
            content {
              actions   = ["dynamodb:PutItem"]
              resources = ["*"]
            }
          }
        }
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.role.id
          policy = data.aws_iam_policy_document.d.json
        }
        """
    )
    assert [actions for _, _, actions, _ in brief(found)] == [["dynamodb:GetItem"]]


TWO = '["arn:aws:iam::aws:policy/AmazonSQSFullAccess", "arn:aws:iam::aws:policy/AmazonSNSFullAccess"]'


@pytest.mark.parametrize(
    ("repeated", "policy", "names"),
    [
        (f"for_each = toset({TWO})", "each.value", ["AmazonSQSFullAccess", "AmazonSNSFullAccess"]),
        ("for_each = toset(local.both)", "each.value", ["AmazonSQSFullAccess", "AmazonSNSFullAccess"]),
        ('for_each = { one = "arn:aws:iam::aws:policy/AmazonSQSFullAccess" }', "each.value", ["AmazonSQSFullAccess"]),
        ("count = length(local.both)", "local.both[count.index]", ["AmazonSQSFullAccess", "AmazonSNSFullAccess"]),
        ("count = 1", "local.both[0]", None),
        ("for_each = toset(var.both)", "each.value", None),
    ],
)
def test_attachments_repeated_over_a_written_list(repeated: str, policy: str, names: list[str] | None) -> None:
    """A default of a variable decides nothing, and neither does an index that is not that of the instance."""
    found = role(
        f"""
        locals {{
          both = {TWO}
        }}
        variable "both" {{
          default = {TWO}
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          {repeated}
          role       = aws_iam_role.role.name
          policy_arn = {policy}
        }}
        """
    )
    assert [attached.name.rpartition("/")[2] for attached in found.policies] == (names or [])
    assert bool(found.gaps) is (names is None)


@pytest.mark.parametrize(("function", "kinds"), [("module.orders.arn", ["kinesis"]), ('"orders"', [])])
def test_a_module_may_have_a_function_of_another_polled(function: str, kinds: list[str]) -> None:
    stream = 'resource "aws_kinesis_stream" "s" {}\n'
    mapping = f"event_source_arn = aws_kinesis_stream.s.arn\n function_name = {function}\n"
    found = read(f'{stream}resource "aws_lambda_event_source_mapping" "m" {{\n {mapping}}}\n')
    assert [source.kind for source in found.unplaced] == kinds


DYNAMIC = """
dynamic "vpc_config" {
  for_each = var.open
  content {
    subnet_ids = vpc_config.value.subnet_ids
    security_group_ids = vpc_config.value.groups
  }
}
dynamic "environment" {
  for_each = var.open
  content {
    variables = { BUCKET = "b" }
  }
}
dynamic "tracing_config" {
  for_each = var.open
  content {
    mode = "Active"
  }
}
"""


def test_blocks_that_only_the_plan_counts_may_be_there() -> None:
    found = function(attributes=DYNAMIC)
    assert [(feature.kind, feature.certain) for feature in found.features] == [("vpc", False), ("tracing", False)]
    assert found.environment is None


def test_blocks_that_are_written_are_there() -> None:
    found = function(attributes='tracing_config {\n mode = "Active"\n }\nenvironment {\n variables = { BUCKET = "b" }\n }')
    assert [(feature.kind, feature.certain) for feature in found.features] == [("tracing", True)]
    assert [(name, text.literal) for name, text in found.environment or ()] == [("BUCKET", "b")]
