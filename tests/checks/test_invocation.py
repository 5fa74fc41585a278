"""LIS304 and LIS305: what the fixtures in fixtures/lambda do not show."""

import pytest

from lambda_iam_scan.model.finding import Confidence
from tests.checks.judging import BASIC, codes, findings, function

TOPIC = "arn:aws:sns:eu-west-1:111122223333:orders"
SUBSCRIBED = f"  Sub: {{Type: AWS::SNS::Subscription, Properties: {{Protocol: lambda, TopicArn: '{TOPIC}', Endpoint: !GetAtt Fn.Arn}}}}\n"


def permission(properties: str, name: str = "Permission") -> str:
    action = "" if "Action:" in properties else "Action: 'lambda:InvokeFunction', "
    return f"  {name}: {{Type: AWS::Lambda::Permission, Properties: {{{action}FunctionName: !Ref Fn, {properties}}}}}\n"


def says(resources: str) -> list[str]:
    return [code for code, _ in codes("invocation", function(managed=BASIC, resources=resources))]


@pytest.mark.parametrize(
    "properties",
    [
        f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}'",
        "Principal: sns.amazonaws.com, SourceArn: 'arn:aws:sns:eu-west-1:111122223333:*'",
        "Principal: sns.amazonaws.com, SourceAccount: '111122223333'",
        f"Principal: !Sub 'sns.${{AWS::URLSuffix}}', SourceArn: '{TOPIC}'",
        "Principal: sns.amazonaws.com, SourceArn: !Ref AnyTopic",
        "Principal: sns.amazonaws.com, PrincipalOrgID: o-1",
        f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}', Action: 'lambda:*'",
    ],
)
def test_a_permission_that_fits_or_may_fit(properties: str) -> None:
    assert says(SUBSCRIBED + permission(properties)) == []


@pytest.mark.parametrize(
    "properties",
    [
        f"Principal: s3.amazonaws.com, SourceArn: '{TOPIC}', SourceAccount: '111122223333'",
        f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}-too'",
        "Principal: sns.amazonaws.com, SourceAccount: '999999999999'",
        f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}', EventSourceToken: secret",
        "Principal: '111122223333'",
    ],
)
def test_a_permission_that_does_not_fit(properties: str) -> None:
    assert says(SUBSCRIBED + permission(properties)) == ["LIS304"]


def test_a_permission_on_another_function_does_not_serve() -> None:
    assert says(SUBSCRIBED + permission(f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}'").replace("!Ref Fn", "other")) == ["LIS304"]


def test_the_finding_says_who_and_how_and_gives_the_permission() -> None:
    (finding,) = findings("invocation", function(managed=BASIC, resources=SUBSCRIBED))
    assert finding.message == (
        f"Amazon SNS (sns.amazonaws.com) may not invoke Fn for the topic {TOPIC}: "
        "no statement of the function's resource-based policy admits sns.amazonaws.com"
    )
    assert finding.notes[0].endswith("in its own name, by the function's resource-based policy; the execution role has no part in it")
    assert finding.suggestion == (
        "FnSnsPermission:\n  Type: AWS::Lambda::Permission\n  Properties:\n    Action: lambda:InvokeFunction\n"
        "    FunctionName: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}\n"
        f"    Principal: sns.amazonaws.com\n    SourceArn: {TOPIC}"
    )


def test_the_permission_that_comes_nearest_is_shown() -> None:
    (finding,) = findings(
        "invocation", function(managed=BASIC, resources=SUBSCRIBED + permission(f"Principal: sns.amazonaws.com, SourceArn: '{TOPIC}-too'"))
    )
    assert f"only with ArnLike AWS:SourceArn {TOPIC}-too" in finding.message
    assert ("the statement that comes nearest", 18) in [(related.message, related.location.line) for related in finding.related]


def test_many_callers_refused_for_the_same_reason_are_one_finding() -> None:
    second = SUBSCRIBED.replace("Sub:", "Second:").replace("orders", "returns")
    (finding,) = findings("invocation", function(managed=BASIC, resources=SUBSCRIBED + second))
    assert "orders" in finding.message
    assert "returns" in finding.message
    assert "invokes it too" in [related.message for related in finding.related]


def test_the_suggestion_for_s3_ties_the_account() -> None:
    bucket = (
        "  Bucket: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: "
        "{LambdaConfigurations: [{Event: 's3:ObjectCreated:*', Function: !GetAtt Fn.Arn}]}}}\n"
    )
    (finding,) = findings("invocation", function(managed=BASIC, resources=bucket))
    assert 'SourceAccount: !Sub "${AWS::AccountId}"' in (finding.suggestion or "")


SCHEDULE = "  Schedule: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Fn.Arn, RoleArn: %s}}}\n"


def test_a_callers_role_that_is_not_declared_is_not_judged() -> None:
    assert says(SCHEDULE % "arn:aws:iam::111122223333:role/scheduler") == []


def test_a_callers_role_is_named_with_what_it_allows() -> None:
    allows = "{Statement: [{Effect: Allow, Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:*:function:other'}]}"
    invoker = f"  Invoker: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {allows}}}]}}}}\n"
    template = function(managed=BASIC, properties="FunctionName: orders", resources=SCHEDULE % "!GetAtt Invoker.Arn" + invoker)
    (finding,) = findings("invocation", template)
    assert "it uses the role ${Invoker}, and lambda:InvokeFunction is allowed on arn:aws:lambda:*:*:function:other" in finding.message
    assert '"Effect": "Allow"' in (finding.suggestion or "")


@pytest.mark.parametrize(("resource", "expected"), [("${Fn.Arn}", []), ("${Fn.Arn}:*", []), ("${Fn.Arn}:live", ["LIS304"])])
def test_a_callers_role_for_the_latest_version(resource: str, expected: list[str]) -> None:
    allows = f"{{Statement: [{{Effect: Allow, Action: 'lambda:InvokeFunction', Resource: !Sub '{resource}'}}]}}"
    invoker = f"  Invoker: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {allows}}}]}}}}\n"
    schedule = SCHEDULE.replace("!GetAtt Fn.Arn", "!Sub '${Fn.Arn}:$LATEST'")
    assert "$LATEST" in schedule
    assert says(schedule % "!GetAtt Invoker.Arn" + invoker) == expected


ROUTE = """\
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}
  Call:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: "GET /orders/%s", Target: !Sub "integrations/${Call}"}}
"""


@pytest.mark.parametrize(
    ("variable", "allowed", "expected"),
    [
        ("{id}", "*/GET/orders/*", []),
        ("{id}", "*/*/orders/{id}", []),
        ("{id}", "*/POST/orders/*", ["LIS304"]),
        ("{id}/items", "*/GET/orders/*/lines", ["LIS304"]),
        ("{proxy+}", "*/GET/orders/*/lines", []),
        ("{id}", "prod/*", []),
    ],
)
def test_a_path_variable_is_one_segment(variable: str, allowed: str, expected: list[str]) -> None:
    source = f"!Sub 'arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/{allowed}'"
    assert says(ROUTE % variable + permission(f"Principal: apigateway.amazonaws.com, SourceArn: {source}")) == expected


URL = "  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Fn, AuthType: %s}}\n"
PUBLIC = permission("Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: NONE").replace(
    "Action: 'lambda:InvokeFunction', ", ""
)


def test_a_public_url_needs_both_actions_since_2025() -> None:
    (finding,) = findings("invocation", function(managed=BASIC, resources=URL % "NONE" + PUBLIC))
    assert (finding.action, finding.confidence) == ("lambda:InvokeFunction", Confidence.LIKELY)
    assert "InvokedViaFunctionUrl: true" in (finding.suggestion or "")


def test_a_url_that_is_not_public_or_may_not_be_is_for_its_callers_to_be_allowed() -> None:
    assert says(URL % "AWS_IAM") == []
    assert says(URL % "!ImportValue auth") == []


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("Principal: sns.amazonaws.com", ["LIS305"]),
        ("Principal: events.amazonaws.com, SourceArn: '*'", ["LIS305"]),
        ("Principal: events.amazonaws.com, SourceArn: 'arn:aws:events:*:*:rule/nightly'", ["LIS305"]),
        ("Principal: events.amazonaws.com, SourceArn: 'arn:aws:events:*:111122223333:rule/*'", []),
        ("Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:*:*:abc123/*'", []),
        ("Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:*:*:*/*'", ["LIS305"]),
        ("Principal: s3.amazonaws.com, SourceArn: 'arn:aws:s3:::photos'", ["LIS305"]),
        ("Principal: s3.amazonaws.com, SourceArn: 'arn:aws:s3:::photos', SourceAccount: '111122223333'", []),
        ("Principal: s3.amazonaws.com, SourceAccount: '111122223333'", []),
        ("Principal: alexa-appkit.amazon.com", ["LIS305"]),
        ("Principal: alexa-appkit.amazon.com, EventSourceToken: amzn1.ask.skill.1", []),
        ("Principal: sns.amazonaws.com, PrincipalOrgID: o-1", []),
        ("Principal: '*'", ["LIS305"]),
        ("Principal: '*', PrincipalOrgID: o-1", []),
        ("Principal: '111122223333'", []),
        ("Principal: 'arn:aws:iam::111122223333:root'", []),
        ("Principal: sns.amazonaws.com, Action: 'lambda:GetFunction'", []),
    ],
)
def test_what_is_open_to_any_account(properties: str, expected: list[str]) -> None:
    assert says(permission(properties)) == expected


def test_a_bucket_whose_owner_is_open_is_only_likely() -> None:
    (finding,) = findings(
        "invocation", function(managed=BASIC, resources=permission("Principal: s3.amazonaws.com, SourceArn: 'arn:aws:s3:::b'"))
    )
    assert finding.confidence is Confidence.LIKELY
    assert finding.suggestion == 'SourceAccount: !Sub "${AWS::AccountId}"'


def test_the_tie_that_is_suggested_is_what_invokes_the_function() -> None:
    (finding,) = findings("invocation", function(managed=BASIC, resources=SUBSCRIBED + permission("Principal: sns.amazonaws.com")))
    assert finding.suggestion == f"SourceArn: {TOPIC}"


def test_permissions_of_public_urls_are_meant_for_everybody() -> None:
    also = permission("Principal: '*', InvokedViaFunctionUrl: true", "Also")
    assert says(URL % "NONE" + PUBLIC + also) == []
