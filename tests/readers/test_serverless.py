"""Serverless Framework configurations: functions, roles, variables and event sources as the framework makes them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.readers.serverless import READER
from tests.readers.reading import APP, TABLES
from tests.trees import DictTree

HEAD = "service: shop\nprovider:\n  name: aws\n  runtime: python3.12\n"


def read(text: str, **parameters: str) -> Deployment:
    tree = DictTree({**APP, "serverless.yml": text})
    assert READER.claims(tree, "serverless.yml")
    return READER.read(tree, "serverless.yml", TABLES, Settings(parameters=tuple(parameters.items())))


def only(text: str, **parameters: str) -> Function:
    (function,) = read(HEAD + dedent(text), **parameters).functions
    return function


def role(text: str) -> Role:
    found = only(text).role
    assert found is not None
    return found


def actions(found: Role) -> dict[str, list[str]]:
    return {policy.name: [str(entry.text) for statement in policy.statements for entry in statement.actions] for policy in found.policies}


FUNCTION = "functions:\n  place-order: {handler: app.handler}\n"


@pytest.mark.parametrize(
    ("path", "content", "claimed"), [("serverless.yml", HEAD, True), ("serverless.yml", "a: 1", False), ("x.yml", HEAD, False)]
)
def test_claims_by_name(path: str, content: str, claimed: bool) -> None:
    assert READER.claims(DictTree({path: content}), path) is claimed


def test_a_function_is_named_after_service_and_stage() -> None:
    found = only(FUNCTION)
    assert found.id == "serverless.yml#PlaceDashorderLambdaFunction"
    assert str(found.name) == "shop-${sls:stage}-place-order"
    assert (found.handler, found.runtime, found.code_roots) == ("app.handler", "python3.12", ("",))
    assert (found.location.line, found.location.column) == (6, 3)
    assert found.handler_location is not None
    assert found.handler_location.line == 6
    assert str(only(FUNCTION, stage="prod").name) == "shop-prod-place-order"


def test_other_providers_are_none_of_ours() -> None:
    assert read("service: s\nprovider: {name: google}\nfunctions: {f: {handler: app.handler}}\n").functions == ()


@pytest.mark.parametrize("where", ["iamRoleStatements:\n    STATEMENT", "iam: {role: {statements: [STATEMENT_]}}"])
def test_statements_of_the_provider_are_the_shared_role(where: str) -> None:
    statement = "{Effect: Allow, Action: [dynamodb:GetItem], Resource: !GetAtt T.Arn}"
    text = where.replace("STATEMENT_", statement).replace("STATEMENT", f"- {statement}")
    found = read(HEAD + f"  {text}\n{FUNCTION}resources: {{Resources: {{T: {{Type: AWS::DynamoDB::Table}}}}}}\n").functions[0].role
    assert found is not None
    assert found.id == "serverless.yml#IamRoleLambdaExecution"
    assert actions(found)["statements"] == ["dynamodb:GetItem"]
    assert [policy.kind.value for policy in found.policies] == ["generated", "inline"]
    (statement_found,) = found.policies[1].statements
    assert str(statement_found.resources[0].text) == "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}"
    assert statement_found.location is not None
    assert statement_found.location.line in (5, 6)
    assert "logs:PutLogEvents" in actions(found)["generated"]
    assert found.trust is not None


def test_a_function_with_statements_has_a_role_of_its_own() -> None:
    found = role("functions:\n  f: {handler: app.handler, iamRoleStatements: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}\n")
    assert found.id == "serverless.yml#FIamRoleLambdaExecution"
    assert actions(found)["statements"] == ["s3:*"]


@pytest.mark.parametrize("given", ["!GetAtt Own.Arn", "Own"])
def test_a_role_of_the_resources(given: str) -> None:
    text = f"functions: {{f: {{handler: app.handler, role: {given}}}}}\nresources: {{Resources: {{Own: {{Type: AWS::IAM::Role}}}}}}\n"
    assert role(text).id == "serverless.yml#Own"


@pytest.mark.parametrize(
    ("event", "kind", "action"),
    [
        ("sqs: !GetAtt Q.Arn", "sqs", "sqs:ReceiveMessage"),
        ("sqs: {arn: !GetAtt Q.Arn, batchSize: 1}", "sqs", "sqs:ReceiveMessage"),
        ("stream: {type: dynamodb, arn: !GetAtt T.StreamArn}", "dynamodb", "dynamodb:GetRecords"),
        ("stream: 'arn:aws:kinesis:eu-west-1:1:stream/s'", "kinesis", "kinesis:GetRecords"),
    ],
)
def test_event_sources_come_with_their_permissions(event: str, kind: str, action: str) -> None:
    found = only(
        f"functions:\n  f:\n    handler: app.handler\n    events:\n      - {event}\n"
        "resources: {Resources: {Q: {Type: AWS::SQS::Queue}, T: {Type: AWS::DynamoDB::Table}}}\n"
    )
    assert [(source.kind, source.location.line) for source in found.event_sources] == [(kind, 9)]
    assert found.role is not None
    assert action in actions(found.role)["generated"]


def test_events_that_the_framework_permits_itself_need_nothing() -> None:
    found = only("functions:\n  f: {handler: app.handler, events: [{http: GET /}, {s3: bucket}, {schedule: rate(1 hour)}]}\n")
    assert (found.triggers, found.event_sources) == ((), ())


VARIABLES = """
custom:
  stage: ${opt:stage, 'dev'}
  table: orders-${self:custom.stage}
  circle: ${self:custom.circle}
  nested: {list: [a, b]}
functions:
  f:
    handler: app.handler
    environment: {VALUE: "EXPRESSION"}
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${self:custom.table}", "orders-${sls:stage}"),
        ("${self:service}-x", "shop-x"),
        ("${self:custom.nested.list.1}", "b"),
        ("${self:custom.${opt:key, 'table'}}", "orders-${sls:stage}"),
        ("${self:custom.nowhere, 'else'}", "else"),
        ("${sls:stage}", "${sls:stage}"),
        ("${self:provider.stage, 'x'}", "x"),
        ("${opt:mode, 'off'}", "${opt:mode}"),
        ("${env:MODE, param:mode, 'off'}", "${env:MODE}"),
        ("${self:custom.nowhere, opt:mode, 'off'}", "${opt:mode}"),
        ("${opt:mode, ''}", ""),
        ("${env:BUCKET}", "${resolve:env:BUCKET}"),
        ("a-${ssm:/path}-b", "a-${resolve:ssm:/path}-b"),
        ("x-${aws:region}", "x-${AWS::Region}"),
        ("${file(x.yml):a}", "${resolve:file(x.yml):a}"),
    ],
)
def test_variables(expression: str, value: str) -> None:
    environment = only(VARIABLES.replace("EXPRESSION", expression)).environment
    assert environment is not None
    assert [str(text) for _, text in environment] == [value]


def test_given_options_are_used_and_circles_end() -> None:
    found = only(VARIABLES.replace("EXPRESSION", "${self:custom.table}"), stage="prod")
    assert [str(text) for _, text in found.environment or ()] == ["orders-prod"]
    assert only(VARIABLES.replace("EXPRESSION", "${self:custom.circle}")).environment


def test_the_stage_is_one_name_however_it_is_written() -> None:
    text = "  stage: live\n" + VARIABLES.replace("EXPRESSION", "${sls:stage}-${self:provider.stage}-${opt:stage, self:provider.stage}")
    assert [str(value) for _, value in only(text).environment or ()] == ["${sls:stage}-${sls:stage}-${sls:stage}"]
    assert [value.by_default.literal for _, value in only(text).environment or ()] == ["live-live-live"]
    assert [str(value) for _, value in only(text, stage="prod").environment or ()] == ["prod-prod-prod"]


def test_features_and_shared_environment() -> None:
    text = HEAD + "  tracing: {lambda: true}\n  environment: {A: '1'}\n  vpc: {subnetIds: [s], securityGroupIds: [g]}\n"
    text += "functions:\n  f: {handler: app.handler, onError: 'arn:aws:sns:eu-west-1:1:t', environment: {B: '2'}}\n"
    (found,) = read(text).functions
    assert sorted(feature.kind for feature in found.features) == ["dead-letter-queue", "tracing", "vpc"]
    assert [name for name, _ in found.environment or ()] == ["A", "B"]


@pytest.mark.parametrize("own", ["", ", iamRoleStatements: []"])
def test_the_framework_grants_what_features_take(own: str) -> None:
    text = HEAD + "  tracing: {lambda: true}\n  vpc: {subnetIds: [s], securityGroupIds: [g]}\nfunctions:\n"
    text += f"  f: {{handler: app.handler, onError: 'arn:aws:sns:eu-west-1:1:t'{own}}}\n  g: {{handler: app.handler}}\n"
    role = read(text).functions[0].role
    assert role is not None
    granted = {str(entry.text) for policy in role.policies for statement in policy.statements for entry in statement.actions}
    assert {"xray:PutTraceSegments", "sns:Publish", "ec2:CreateNetworkInterface"} <= granted
    assert [policy.name for policy in role.policies].count("AWSLambdaVPCAccessExecutionRole") <= 1


def test_a_role_that_is_given_is_granted_nothing() -> None:
    given = "resources: {Resources: {Own: {Type: AWS::IAM::Role, Properties: {}}}}\n"
    text = HEAD + "  vpc: {subnetIds: [s], securityGroupIds: [g]}\nfunctions:\n  f: {handler: app.handler, role: Own}\n" + given
    role = read(text).functions[0].role
    assert role is not None
    assert role.policies == ()


def test_layers_of_the_configuration_are_import_roots() -> None:
    layers = "layers:\n  shared_code: {path: layer}\n"
    text = f"functions:\n  f: {{handler: app.handler, layers: [{{Ref: SharedUnderscorecodeLambdaLayer}}]}}\n{layers}"
    tree = DictTree({**APP, "serverless.yml": HEAD + text, "layer/python/common.py": ""})
    (found,) = READER.read(tree, "serverless.yml", TABLES, Settings()).functions
    assert found.code_roots == ("", "layer/python")


@pytest.mark.parametrize(("handler", "known_as"), [("wsgi_handler.handler", "src/api.app"), ("other.handler", "other.handler")])
def test_the_plugin_for_wsgi_serves_the_application_that_it_is_given(handler: str, known_as: str) -> None:
    found = only(f"custom:\n  wsgi: {{app: src/api.app}}\nfunctions:\n  f: {{handler: {handler}}}\n")
    assert found.handler == known_as


LIFT = """
constructs:
  jobs: {type: queue, worker: {handler: app.consumer}}
  files: {type: storage}
functions:
  f: {handler: app.handler, environment: {BUCKET: "${construct:files.bucketName}"}}
"""


def test_constructs_bring_functions_and_permissions_of_their_own() -> None:
    found = read(HEAD + LIFT).functions
    assert [(str(function.name), function.handler) for function in found] == [
        ("shop-${sls:stage}-f", "app.handler"),
        ("shop-${sls:stage}-jobsWorker", "app.consumer"),
    ]
    assert [gap.reason for function in found if function.role for gap in function.role.gaps] == [
        "the plugin Lift gives this role the permissions for its constructs, which are not known here"
    ] * 2


@pytest.mark.parametrize("more", ["lift: {automaticPermissions: false}\n" + LIFT, FUNCTION])
def test_without_automatic_permissions_the_role_is_whole(more: str) -> None:
    assert not [gap for function in read(HEAD + more).functions if function.role for gap in function.role.gaps]
