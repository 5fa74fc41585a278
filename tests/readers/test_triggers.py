"""Who invokes a function, as the template says: the service, what of it, by which role, and which version of the function."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.deployment import Trigger
from lambda_iam_scan.model.text import Text
from tests.readers.reading import APP, declared, function, serverless

ARN = "arn:${AWS::Partition}:"
HERE = "${AWS::Region}:${AWS::AccountId}"
API = f"{ARN}execute-api:{HERE}:${{Api}}"
URI = "!Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'"
CALLER = "Caller: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}\n"


def only(resources: str) -> Trigger:
    (trigger,) = declared(resources).triggers
    return trigger


BY_RESOURCE_POLICY = [
    (
        "s3",
        "s3",
        f"{ARN}s3:::b",
        "B: {Type: AWS::S3::Bucket, Properties: {BucketName: b, NotificationConfiguration: {LambdaConfigurations: [{Function: FN}]}}}",
    ),
    ("sns", "sns", f"{ARN}sns:{HERE}:${{T}}", "T: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: lambda, Endpoint: FN}]}}"),
    (
        "sns",
        "sns",
        f"{ARN}sns:{HERE}:${{T}}",
        "T: {Type: AWS::SNS::Topic}\nS: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, TopicArn: !Ref T, Endpoint: FN}}",
    ),
    (
        "eventbridge",
        "events",
        f"{ARN}events:{HERE}:rule/r",
        "E: {Type: AWS::Events::Rule, Properties: {Name: r, Targets: [{Id: a, Arn: FN}]}}",
    ),
    (
        "alb",
        "elasticloadbalancing",
        None,
        "G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: FN}]}}",
    ),
    ("cognito", "cognito-idp", None, "U: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: FN}}}"),
    ("cognito", "cognito-idp", None, "U: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {CustomEmailSender: {LambdaArn: FN}}}}"),
    (
        "cloudwatch-logs",
        "logs",
        f"{ARN}logs:{HERE}:log-group:/aws/x:*",
        "L: {Type: AWS::Logs::SubscriptionFilter, Properties: {LogGroupName: /aws/x, DestinationArn: FN}}",
    ),
    ("cloudwatch-alarm", "lambda.alarms.cloudwatch", None, "A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [FN]}}"),
    ("iot", "iot", None, "I: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Actions: [{Lambda: {FunctionArn: FN}}]}}}"),
    ("iot", "iot", None, "I: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {ErrorAction: {Lambda: {FunctionArn: FN}}}}}"),
    ("config", "config", None, "C: {Type: AWS::Config::ConfigRule, Properties: {Source: {Owner: CUSTOM_LAMBDA, SourceIdentifier: FN}}}"),
    (
        "codecommit",
        "codecommit",
        f"{ARN}codecommit:{HERE}:r",
        "C: {Type: AWS::CodeCommit::Repository, Properties: {RepositoryName: r, Triggers: [{DestinationArn: FN}]}}",
    ),
    (
        "secretsmanager",
        "secretsmanager",
        "arn:aws:secretsmanager:eu-west-1:1:secret:s-1",
        "R: {Type: AWS::SecretsManager::RotationSchedule, Properties: "
        "{SecretId: 'arn:aws:secretsmanager:eu-west-1:1:secret:s-1', RotationLambdaARN: FN}}",
    ),
    ("bedrock-agent", "bedrock", None, "A: {Type: AWS::Bedrock::Agent, Properties: {ActionGroups: [{ActionGroupExecutor: {Lambda: FN}}]}}"),
    (
        "ses",
        "ses",
        f"{ARN}ses:{HERE}:receipt-rule-set/s:receipt-rule/r",
        "S: {Type: AWS::SES::ReceiptRule, Properties: {RuleSetName: s, Rule: {Name: r, Actions: [{LambdaAction: {FunctionArn: FN}}]}}}",
    ),
    (
        "appsync-authorizer",
        "appsync",
        None,
        "G: {Type: AWS::AppSync::GraphQLApi, Properties: {LambdaAuthorizerConfig: {AuthorizerUri: FN}}}",
    ),
]


@pytest.mark.parametrize(("kind", "service", "source", "resource"), BY_RESOURCE_POLICY)
def test_services_that_need_the_function_to_admit_them(kind: str, service: str, source: str | None, resource: str) -> None:
    trigger = only(resource.replace("FN", "!GetAtt F.Arn"))
    assert (trigger.kind, trigger.principal) == (kind, f"{service}.amazonaws.com")
    assert source is None or str(trigger.source) == source
    assert (trigger.role, trigger.uses_role, trigger.action) == (None, False, "lambda:InvokeFunction")
    assert trigger.location.line > 10
    assert declared(resource.replace("FN", "!ImportValue other")).triggers == ()


BY_ROLE = [
    ("scheduler", "S: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: FN, RoleArn: ROLE}}}"),
    ("pipes", "P: {Type: AWS::Pipes::Pipe, Properties: {Target: FN, RoleArn: ROLE}}"),
    ("pipes", "P: {Type: AWS::Pipes::Pipe, Properties: {Enrichment: FN, RoleArn: ROLE}}"),
    ("appsync", "D: {Type: AWS::AppSync::DataSource, Properties: {ServiceRoleArn: ROLE, LambdaConfig: {LambdaFunctionArn: FN}}}"),
    ("eventbridge", "E: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: FN, RoleArn: ROLE}]}}"),
    (
        "stepfunctions",
        "M: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: ROLE, Definition: {States: {A: {Type: Task, Resource: FN}}}}}",
    ),
    (
        "stepfunctions",
        "M: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: ROLE, DefinitionSubstitutions: {X: FN}, "
        'DefinitionString: \'{"States": {"A": {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${X}"}}}}\'}}',
    ),
    (
        "firehose",
        "D: {Type: AWS::KinesisFirehose::DeliveryStream, Properties: {ExtendedS3DestinationConfiguration: {RoleARN: ROLE, "
        "ProcessingConfiguration: {Processors: [{Parameters: [{ParameterName: LambdaArn, ParameterValue: FN}]}]}}}}",
    ),
    (
        "codepipeline",
        "P: {Type: AWS::CodePipeline::Pipeline, Properties: {RoleArn: ROLE, Stages: [{Actions: "
        "[{ActionTypeId: {Provider: Lambda}, Configuration: {FunctionName: FN}}]}]}}",
    ),
    (
        "apigateway-rest",
        "Api: {Type: AWS::ApiGateway::RestApi}\nM: {Type: AWS::ApiGateway::Method, Properties: "
        "{RestApiId: !Ref Api, HttpMethod: GET, Integration: {Uri: URI, Credentials: ROLE}}}".replace("URI", URI),
    ),
]


@pytest.mark.parametrize(("kind", "resource"), BY_ROLE)
def test_services_that_invoke_with_a_role_of_their_own(kind: str, resource: str) -> None:
    text = resource.replace("FN", "!GetAtt F.Arn")
    trigger = only(CALLER + text.replace("ROLE", "!GetAtt Caller.Arn"))
    assert trigger.kind == kind
    assert trigger.role is not None
    assert (trigger.role.id, trigger.uses_role) == ("template.yaml#Caller", False)
    unknown = only(text.replace("ROLE", "!ImportValue role"))
    assert unknown.uses_role
    if "FN" in resource:
        assert declared(CALLER + resource.replace("FN", "!ImportValue other").replace("ROLE", "!GetAtt Caller.Arn")).triggers == ()


REST = f"""
Api: {{Type: AWS::ApiGateway::RestApi}}
Orders: {{Type: AWS::ApiGateway::Resource, Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}}}
Order: {{Type: AWS::ApiGateway::Resource, Properties: {{RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{{id}}"}}}}
M:
  Type: AWS::ApiGateway::Method
  Properties: {{RestApiId: !Ref Api, HttpMethod: METHOD, ResourceId: RESOURCE, Integration: {{Uri: {URI}}}}}
"""
STAGE = "Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: prod}}\n"


@pytest.mark.parametrize(
    ("method", "resource", "source"),
    [
        ("GET", "!Ref Orders", f"{API}/*/GET/orders"),
        ("POST", "!Ref Order", f"{API}/*/POST/orders/*"),
        ("GET", "!GetAtt Api.RootResourceId", f"{API}/*/GET/"),
        ("ANY", "!Ref Orders", f"{API}/*/*/orders"),
        ("GET", "!ImportValue x", f"{API}/*/GET/*"),
    ],
)
def test_rest_methods_call_from_their_path(method: str, resource: str, source: str) -> None:
    trigger = only(REST.replace("METHOD", method).replace("RESOURCE", resource))
    assert (trigger.kind, str(trigger.source)) == ("apigateway-rest", source)


def test_the_only_stage_is_known() -> None:
    text = REST.replace("METHOD", "GET").replace("RESOURCE", "!Ref Orders")
    assert str(only(text + STAGE).source) == f"{API}/prod/GET/orders"
    assert str(only(text + STAGE + STAGE.replace("Stage:", "Other:").replace("prod", "dev")).source) == f"{API}/*/GET/orders"
    deployed = "Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: live}}\n"
    assert str(only(text + deployed).source) == f"{API}/live/GET/orders"
    assert str(only(text + STAGE + deployed).source) == f"{API}/prod/GET/orders"


@pytest.mark.parametrize(
    ("protocol", "key", "kind", "path"),
    [
        ("HTTP", "GET /orders/{id}", "apigateway-http", "GET/orders/*"),
        ("HTTP", "ANY /orders", "apigateway-http", "*/orders"),
        ("HTTP", "$default", "apigateway-http", "$default"),
        ("WEBSOCKET", "$connect", "apigateway-websocket", "$connect"),
        ("WEBSOCKET", "sendmessage", "apigateway-websocket", "sendmessage"),
    ],
)
def test_routes_call_from_their_key(protocol: str, key: str, kind: str, path: str) -> None:
    trigger = only(
        f"""
        Api: {{Type: AWS::ApiGatewayV2::Api, Properties: {{ProtocolType: {protocol}}}}}
        I: {{Type: AWS::ApiGatewayV2::Integration, Properties: {{ApiId: !Ref Api, IntegrationUri: !GetAtt F.Arn}}}}
        R: {{Type: AWS::ApiGatewayV2::Route, Properties: {{RouteKey: "{key}", Target: !Join ["/", [integrations, !Ref I]]}}}}
        """
    )
    assert (trigger.kind, str(trigger.source)) == (kind, f"{API}/*/{path}")


def test_an_integration_without_a_route_is_open() -> None:
    text = "Api: {Type: AWS::ApiGatewayV2::Api}\n"
    text += "I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !Ref F}}"
    assert str(only(text).source) == f"{API}/*/*"


def test_quick_create_calls_from_the_default_route() -> None:
    assert str(only("Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Target: !GetAtt F.Arn}}").source) == f"{API}/*/$default"


BODY = """
Api:
  Type: TYPE
  Properties:
    Body:
      paths:
        /orders/{{id}}:
          get: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: {uri}}}}}
          parameters: []
      {authorizers}
"""


@pytest.mark.parametrize(("type_name", "kind"), [("AWS::ApiGateway::RestApi", "rest"), ("AWS::ApiGatewayV2::Api", "http")])
def test_operations_of_an_openapi_body(type_name: str, kind: str) -> None:
    trigger = only(BODY.format(uri=URI, authorizers="").replace("TYPE", type_name))
    assert (trigger.kind, str(trigger.source)) == (f"apigateway-{kind}", f"{API}/*/GET/orders/*")


@pytest.mark.parametrize(
    "resources",
    [
        "Api: {Type: AWS::ApiGateway::RestApi}\n"
        f"A: {{Type: AWS::ApiGateway::Authorizer, Properties: {{RestApiId: !Ref Api, AuthorizerUri: {URI}}}}}",
        "Api: {Type: AWS::ApiGatewayV2::Api}\n"
        f"A: {{Type: AWS::ApiGatewayV2::Authorizer, Properties: {{ApiId: !Ref Api, AuthorizerUri: {URI}}}}}",
        "Api: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {securityDefinitions: "
        f"{{a: {{x-amazon-apigateway-authorizer: {{authorizerUri: {URI}}}}}}}}}}}}}",
    ],
)
def test_authorizers(resources: str) -> None:
    trigger = only(resources)
    assert trigger.kind == "apigateway-authorizer"
    assert str(trigger.source).startswith(f"{API}/authorizers/")


@pytest.mark.parametrize(("auth", "qualifier"), [("NONE", None), ("AWS_IAM", "live")])
def test_function_urls(auth: str, qualifier: str | None) -> None:
    more = f", Qualifier: {qualifier}" if qualifier else ""
    trigger = only(f"U: {{Type: AWS::Lambda::Url, Properties: {{TargetFunctionArn: !GetAtt F.Arn, AuthType: {auth}{more}}}}}")
    assert (trigger.kind, trigger.principal, trigger.action) == ("function-url", "*", "lambda:InvokeFunctionUrl")
    assert trigger.options.get("AuthType") == Text.of(auth)
    assert trigger.qualifier == (Text.of(qualifier) if qualifier else None)


def test_cloudfront_at_the_edge_and_before_a_url() -> None:
    edge = only(
        "V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}\n"
        "D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: "
        "{LambdaFunctionAssociations: [{LambdaFunctionARN: !Ref V}]}}}}"
    )
    assert (edge.kind, str(edge.qualifier)) == ("cloudfront-edge", "${V}")
    url = "U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM}}\n"
    origin = "{DomainName: !Select [2, !Split ['/', !GetAtt U.FunctionUrl]]%s}"
    text = url + "D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [" + origin + "]}}}"
    assert [found.kind for found in declared(text % ", OriginAccessControlId: x").triggers] == ["function-url", "cloudfront"]
    assert [found.kind for found in declared(text % "").triggers] == ["function-url"]


@pytest.mark.parametrize(("target", "qualifier"), [("!Ref Live", "live"), ("!Sub '${F.Arn}:3'", "3"), ("!GetAtt F.Arn", None)])
def test_a_trigger_names_the_version_it_invokes(target: str, qualifier: str | None) -> None:
    live = "Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live}}\n"
    trigger = only(live + f"E: {{Type: AWS::Events::Rule, Properties: {{Targets: [{{Id: a, Arn: {target}}}]}}}}")
    assert trigger.qualifier == (Text.of(qualifier) if qualifier else None)


def test_other_targets_and_subscriptions_are_none_of_ours() -> None:
    assert (
        declared(
            """
            Q: {Type: AWS::SQS::Queue}
            R: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Q.Arn}]}}
            T: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: f}]}}
            M: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {Comment: no function}}}
            """
        ).triggers
        == ()
    )


def test_a_local_state_machine_definition_is_read() -> None:
    text = """
        M:
          Type: AWS::Serverless::StateMachine
          Properties:
            DefinitionUri: flow.asl.json
            DefinitionSubstitutions: {Fn: !GetAtt F.Arn}
            Policies: [{LambdaInvokePolicy: {FunctionName: !Ref F}}]
        F: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: .}}
        """
    found = serverless(text, files={**APP, "flow.asl.json": '{"States": {"A": {"Resource": "${Fn}"}}}'})
    (trigger,) = found.functions[0].triggers
    assert trigger.kind == "stepfunctions"
    assert trigger.role is not None
    assert [policy.name for policy in trigger.role.policies] == ["LambdaInvokePolicy"]


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("{Resource: !GetAtt F.Arn}", 1),
        ("{Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !GetAtt F.Arn}}", 1),
        ("{Resource: 'arn:aws:states:::aws-sdk:lambda:invoke', Arguments: {FunctionName: !Ref F}}", 1),
        ("{Resource: 'arn:aws:states:::aws-sdk:scheduler:createSchedule', Parameters: {Target: {Arn: !GetAtt F.Arn}}}", 0),
        ("{Resource: 'arn:aws:states:::aws-sdk:lambda:getFunction', Parameters: {FunctionName: !GetAtt F.Arn}}", 0),
        ("{Type: Pass, Result: !GetAtt F.Arn}", 0),
    ],
)
def test_state_machines_invoke_what_tasks_name_and_not_what_they_only_pass_on(task: str, found: int) -> None:
    mapping = f"M: {{Type: AWS::StepFunctions::StateMachine, Properties: {{Definition: {{States: {{Call: {task}}}}}}}}}"
    assert len(declared(mapping).triggers) == found
    text = '{"States": {"All": {"Type": "Map", "ItemProcessor": {"States": {"Call": {"Resource": "${F.Arn}"}}}}}}'
    assert len(declared(f"M: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: !Sub '{text}'}}}}").triggers) == 1


def test_what_is_substituted_in_a_definition_may_be_the_integration() -> None:
    text = '{"States": {"Call": {"Resource": "${Way}", "Parameters": {"FunctionName": "${Fn}"}}}}'
    names = "DefinitionSubstitutions: {Fn: !Ref F, Way: 'arn:aws:states:::lambda:invoke'}"
    assert (
        only(f"M: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: '{text}', {names}}}}}").kind == "stepfunctions"
    )


def test_a_definition_that_is_no_json_invokes_nothing_we_know_of() -> None:
    assert declared("M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Sub '{\"${F.Arn}\"'}}").triggers == ()


SAM_EVENTS = [
    ("s3", "{Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}", "B: {Type: AWS::S3::Bucket}"),
    ("sns", "{Type: SNS, Properties: {Topic: !Ref T}}", "T: {Type: AWS::SNS::Topic}"),
    ("eventbridge", "{Type: Schedule, Properties: {Schedule: rate(1 hour)}}", ""),
    ("eventbridge", "{Type: EventBridgeRule, Properties: {Pattern: {source: [x]}}}", ""),
    ("scheduler", "{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 hour)}}", ""),
    ("apigateway-rest", "{Type: Api, Properties: {Path: /orders, Method: get}}", ""),
    ("apigateway-http", "{Type: HttpApi, Properties: {Path: '/orders/{id}', Method: get}}", ""),
    ("apigateway-http", "{Type: HttpApi}", ""),
    ("cloudwatch-logs", "{Type: CloudWatchLogs, Properties: {LogGroupName: /x, FilterPattern: y}}", ""),
    ("iot", "{Type: IoTRule, Properties: {Sql: SELECT 1}}", ""),
    ("cognito", "{Type: Cognito, Properties: {UserPool: !Ref U, Trigger: PreSignUp}}", "U: {Type: AWS::Cognito::UserPool}"),
]


@pytest.mark.parametrize(("kind", "event", "more"), SAM_EVENTS)
def test_sam_events_are_triggers_at_their_own_place(kind: str, event: str, more: str) -> None:
    found = function(f"Events:\n  E:\n    {event}\n", more)
    (trigger,) = found.triggers
    assert trigger.kind == kind
    assert trigger.location.line > 1
    if more == "" and kind not in ("cloudwatch-logs", "iot"):
        assert trigger.location.line == 11
    if kind == "scheduler":
        assert trigger.role is not None
        assert trigger.role.policies
    else:
        assert len(found.resource_policies) == 1
