"""SAM templates: what the translator makes of them, and what of it the author wrote."""

from __future__ import annotations

import gc
import logging
import os

import pytest

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.iam import Policy, Role
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers import sam
from lambda_iam_scan.readers.sam import READER
from tests.readers.reading import APP, function, read, serverless
from tests.trees import DictTree

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def role(properties: str, more: str = "", **parameters: str) -> Role:
    found = function(properties, more, **parameters).role
    assert found is not None
    return found


def own(found: Role) -> list[Policy]:
    """Policies but the one that every role of SAM's has."""
    return [policy for policy in found.policies if policy.name != BASIC]


def brief(policies: list[Policy]) -> list[tuple[str, str, int]]:
    return [(policy.kind.value, policy.name, policy.location.line if policy.location else 0) for policy in policies]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("t.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {}", True),
        ("t.json", '{"Transform": ["AWS::Serverless-2016-10-31"], "Resources": {}}', True),
        ("t.yaml", "Resources: {F: {Type: AWS::Serverless::Function}}", True),
        ("t.yaml", "Resources: {F: {Type: AWS::Lambda::Function}}", False),
        ("t.py", "Transform: AWS::Serverless-2016-10-31\nResources: {}", False),
    ],
)
def test_claims_templates_with_the_sam_transform(path: str, content: str, claimed: bool) -> None:
    assert READER.claims(DictTree({path: content}), path) is claimed


def test_a_broken_template_is_one_line_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^template.yaml:2:\d+: [^\n]+$"):
        read(sam.READER, "Transform: AWS::Serverless-2016-10-31\nResources: [}")


FAULTY = "Events: {E: {Type: Nothing}}"


@pytest.mark.parametrize(
    ("runtime", "shared", "read"),
    [
        ("Runtime: nodejs22.x", "", False),
        ("MemorySize: 128", "Globals: {Function: {Runtime: java21}}", False),
        ("Runtime: python3.12", "Globals: {Function: {Runtime: java21}}", True),
        ("Runtime: !Ref Runtime", "Parameters: {Runtime: {Type: String}}", True),
        ("PackageType: Image", "Globals: {Function: {Runtime: java21}}", True),
    ],
)
def test_a_template_that_has_surely_no_python_is_not_read_any_further(runtime: str, shared: str, read: bool) -> None:
    found = serverless(f"F: {{Type: AWS::Serverless::Function, Properties: {{Handler: app.handler, {runtime}, {FAULTY}}}}}", above=shared)
    assert bool(found.gaps) is read


def test_a_function_keeps_its_place_and_its_own_code() -> None:
    found = serverless(
        """
        F:
          Type: AWS::Serverless::Function
          Properties:
            Handler: app.handler
            Runtime: python3.12
            CodeUri: src/
        """,
        files={"src/app.py": ""},
    ).functions[0]
    assert (found.id, found.code_roots, found.handler) == ("template.yaml#F", ("src",), "app.handler")
    assert (found.location.line, found.location.column, found.location.end_line) == (5, 3, 10)
    assert found.handler_location is not None
    assert found.handler_location.line == 8
    assert found.role is not None
    assert found.role.id == "template.yaml#FRole"
    assert found.gaps == ()


def test_the_role_that_sam_makes_is_trusted_and_logs() -> None:
    found = role("Timeout: 3")
    assert brief(list(found.policies)) == [("generated", BASIC, 4)]
    assert found.trust is not None
    assert found.gaps == ()


def test_a_statement_of_the_author_stands_in_its_place() -> None:
    found = role(
        """
        Policies:
          - Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - s3:GetObject
                Resource: !Sub "arn:aws:s3:::${AWS::AccountId}/*"
        """
    )
    (policy,) = own(found)
    assert brief([policy]) == [("inline", "FRolePolicy0", 11)]
    (statement,) = policy.statements
    assert statement.location is not None
    assert (statement.location.line, statement.location.end_line) == (13, 16)
    assert statement.actions[0].location is not None
    assert statement.actions[0].location.line == 15
    assert [str(entry.text) for entry in statement.resources] == ["arn:aws:s3:::${AWS::AccountId}/*"]


TABLE = "T: {Type: AWS::DynamoDB::Table, Properties: {}}"


def test_policy_templates_go_by_their_names() -> None:
    found = role("Policies:\n  - DynamoDBReadPolicy: {TableName: !Ref T}\n  - SQSPollerPolicy: {QueueName: q}", TABLE)
    first, second = own(found)
    assert brief([first, second]) == [("sam-template", "DynamoDBReadPolicy", 11), ("sam-template", "SQSPollerPolicy", 12)]
    (statement,) = first.statements
    assert "dynamodb:GetItem" in [str(entry.text) for entry in statement.actions]
    assert str(statement.resources[0].text) == "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}"
    assert statement.location is not None
    assert statement.location.line == 11


def test_a_conditional_policy_template_counts() -> None:
    found = role(
        "Policies:\n  - !If [C, {DynamoDBReadPolicy: {TableName: !Ref T}}, !Ref 'AWS::NoValue']",
        TABLE,
        above="Conditions: {C: !Equals [!Ref 'AWS::Region', x]}",
    )
    assert brief(own(found)) == [("sam-template", "DynamoDBReadPolicy", 11)]


def test_managed_policies_that_the_author_names_are_told_from_those_sam_adds() -> None:
    found = role(
        f"""
        Tracing: Active
        Policies:
          - AmazonS3ReadOnlyAccess
          - arn:aws:iam::aws:policy/AmazonSQSFullAccess
          - {BASIC}
        """
    )
    assert brief(own(found)) == [
        ("generated", "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess", 4),
        ("aws-managed", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", 12),
        ("aws-managed", "arn:aws:iam::aws:policy/AmazonSQSFullAccess", 13),
    ]


@pytest.mark.parametrize(
    ("properties", "policy"),
    [
        ("VpcConfig: {SubnetIds: [s], SecurityGroupIds: [g]}", "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"),
        ("DeadLetterQueue: {Type: SQS, TargetArn: 'arn:aws:sqs:eu-west-1:1:q'}", "DeadLetterQueuePolicy"),
        (
            "Events: {Q: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:1:q'}}}",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
        ),
        (
            "EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: 'arn:aws:sqs:eu-west-1:1:q'}}}",
            "FEventInvokeConfigOnFailurePolicy",
        ),
    ],
)
def test_what_sam_adds_for_events_and_features_is_nobodys_to_narrow(properties: str, policy: str) -> None:
    (found,) = own(role(properties))
    assert found.kind.value == "generated"
    assert found.name == policy or "OnFailure" in policy
    assert {statement.location.line for statement in found.statements if statement.location} == {4}


def test_a_role_of_the_authors_own_makes_policies_void() -> None:
    found = role(
        "Role: !GetAtt R.Arn\nPolicies: [AmazonS3ReadOnlyAccess]",
        "R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}",
    )
    assert found.id == "template.yaml#R"
    assert found.policies == ()


def test_connectors_are_policies_at_their_own_place() -> None:
    found = serverless(
        """
        F:
          Type: AWS::Serverless::Function
          Connectors:
            Data:
              Properties: {Destination: {Id: T}, Permissions: [Read]}
          Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: .}
        T: {Type: AWS::Serverless::SimpleTable}
        """
    ).functions[0]
    assert found.role is not None
    (policy,) = own(found.role)
    assert policy.kind.value == "sam-template"
    assert policy.location is not None
    assert policy.location.line == 8
    assert any(str(entry.text) == "dynamodb:GetItem" for statement in policy.statements for entry in statement.actions)


def test_globals_reach_every_function() -> None:
    above = "Globals:\n  Function:\n    Runtime: python3.12\n    CodeUri: .\n    Environment: {Variables: {STAGE: dev}}\n"
    found = serverless(
        "F: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Environment: {Variables: {OWN: x}}}}\n"
        "G: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: nodejs22.x}}",
        above=above,
    )
    (only,) = found.functions
    assert only.code_roots == ("",)
    assert dict(only.environment or ()) == {"STAGE": Text.of("dev"), "OWN": Text.of("x")}


def test_a_missing_code_directory_is_the_templates_own() -> None:
    found = serverless("F: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: python3.12}}").functions[0]
    assert found.code_roots == ("",)


def test_code_in_s3_and_code_in_the_template() -> None:
    text = "F: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: python3.12, CODE}}"
    for code in ("CodeUri: s3://bucket/key", "CodeUri: {Bucket: b, Key: k}"):
        (found,) = serverless(text.replace("CODE", code)).functions
        assert [gap.kind for gap in found.gaps] == [GapKind.CODE_NOT_FOUND]
    (found,) = serverless(text.replace("CODE", "InlineCode: 'x = 1'")).functions
    assert found.options.get("inline") == Text.of("x = 1")


def test_images_and_layers_that_sam_builds() -> None:
    found = serverless(
        """
        F:
          Type: AWS::Serverless::Function
          Properties: {PackageType: Image, Layers: []}
          Metadata: {DockerContext: img, Dockerfile: Dockerfile}
        G:
          Type: AWS::Serverless::Function
          Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: ., Layers: [!Ref L]}
        L:
          Type: AWS::Serverless::LayerVersion
          Properties: {ContentUri: layer/}
          Metadata: {BuildMethod: python3.12}
        """,
        files={**APP, "layer/lib.py": "", "img/app.py": "", "img/Dockerfile": 'FROM python:3.12\nCMD ["app.handler"]\n'},
    )
    image, layered = found.functions
    assert (image.handler, image.code_roots) == ("app.handler", ("img",))
    assert layered.code_roots == ("", "layer")


@pytest.mark.parametrize(("path", "gaps"), [("layer/extensions/run.py", 1), ("layer/python/extensions.py", 0)])
def test_an_extension_in_a_layer_is_a_program_of_its_own(path: str, gaps: int) -> None:
    found = serverless(
        """
        G:
          Type: AWS::Serverless::Function
          Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: ., Layers: [!Ref L]}
        L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}
        """,
        files={**APP, path: ""},
    )
    assert len([gap for gap in found.functions[0].gaps if gap.kind is GapKind.UNKNOWN_LIBRARY]) == gaps


def test_pseudo_parameters_and_empty_parameters_stay_symbolic() -> None:
    found = function(
        """
        FunctionName: !Sub "${AWS::StackName}-${Name}-${AWS::Region}"
        Environment: {Variables: {REGION: !Ref AWS::Region, NAME: !Ref Name, PATH: !Ref Path, STAGE: !Ref Stage}}
        """,
        above="Parameters: {Name: {Type: String, Default: ''}, Path: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p}, "
        "Stage: {Type: String, Default: dev}}",
    )
    assert str(found.name) == "${AWS::StackName}-${Name}-${AWS::Region}"
    assert [str(text) for _, text in found.environment or ()] == ["${AWS::Region}", "${Name}", "${Path}", "${Stage}"]


def test_a_substitution_of_a_substitution_keeps_the_pseudo_parameter() -> None:
    above = "Globals: {Function: {Environment: {Variables: {A: !Sub ['${R}-${AWS::Region}', {R: !Ref 'AWS::Region'}]}}}}"
    found = function(
        "Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day), Name: !Sub ['${R}-x', {R: !Ref 'AWS::Region'}]}}}", above=above
    )
    assert [str(text) for _, text in found.environment or ()] == ["${AWS::Region}-${AWS::Region}"]
    assert str(found.triggers[0].source).endswith(":rule/${AWS::Region}-x")


def test_given_parameters_win() -> None:
    found = function("FunctionName: !Sub f-${Stage}", above="Parameters: {Stage: {Type: String, Default: dev}}", Stage="prod")
    assert found.name == Text.of("f-prod")


def test_the_partition_the_translator_writes_is_the_deployments_own() -> None:
    found = function("Events: {E: {Type: Api, Properties: {Path: /, Method: get}}}")
    (policy,) = found.resource_policies
    (condition,) = policy.policy.statements[0].conditions
    assert str(condition.values[0]) == "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ServerlessRestApi}/*/GET/"


def test_an_alias_that_sam_publishes_is_what_is_invoked() -> None:
    found = function("AutoPublishAlias: live\nEvents: {E: {Type: Api, Properties: {Path: /, Method: get}}}")
    assert [str(trigger.qualifier) for trigger in found.triggers] == ["live"]
    assert [str(policy.resource) for policy in found.resource_policies] == [f"{found.arn}:live"]


# --- what the translator does not take


GOOD = "G: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: .}}\n"


def two(properties: str) -> Deployment:
    first = GOOD.replace("G:", "F:").replace("CodeUri: .", f"CodeUri: ., {properties}")
    return serverless(first + GOOD)


def test_one_rejected_function_does_not_hide_the_others() -> None:
    found = two("Policies: [{DynamoDBReadPolicy: {}}, {Statement: [{Effect: Allow, Action: a:B, Resource: '*'}]}]")
    first, second = found.functions
    assert (first.id, first.code_roots) == ("template.yaml#F", ("",))
    assert first.role is not None
    assert [gap.kind for gap in first.role.gaps] == [GapKind.UNRESOLVED_ROLE]
    assert [str(entry.text) for policy in own(first.role) for s in policy.statements for entry in s.actions] == ["a:B"]
    assert second.role is not None
    assert second.role.gaps == ()
    (gap,) = found.gaps
    assert gap.kind is GapKind.UNREADABLE
    assert "\n" not in gap.reason
    assert "TableName" in gap.reason
    assert gap.location.line == 4


@pytest.mark.parametrize("properties", ["Events: {E: {Type: Nonsense}}", "Unheard: of", "Policies: 5", "Events: [x]"])
def test_rejected_functions_are_still_functions(properties: str) -> None:
    found = two(properties)
    assert [function.logical_id for function in found.functions] == ["F", "G"]
    assert [gap.kind for gap in found.gaps] == [GapKind.UNREADABLE]


def test_what_a_rejected_part_would_have_permitted_is_not_known() -> None:
    """Its own events and permissions; of a connector, those of any function."""
    rejected, other = two("Events: {E: {Type: Nonsense}}").functions
    assert [gap.kind for gap in rejected.gaps] == [GapKind.UNREADABLE]
    assert other.gaps == ()
    (connected,) = serverless(f"C: {{Type: AWS::Serverless::Connector, Properties: {{Source: {{Id: Nobody}}}}}}\n{GOOD}").functions
    assert connected.role is not None
    assert [gap.kind for gap in (*connected.gaps, *connected.role.gaps)] == [GapKind.UNREADABLE, GapKind.UNRESOLVED_ROLE]


@pytest.mark.parametrize(
    "resources",
    [
        "F: {Type: AWS::Serverless::Function}",
        "F: {Type: AWS::Serverless::Function, Properties: 3}",
        "F: 3",
        "F: {Type: {a: b}}",
        "F: {Type: AWS::Serverless::Api, Properties: {StageName: [1], DefinitionBody: {paths: 3}}}",
        "'Fn::ForEach::X': [V, [a], {'F${V}': {Type: AWS::Serverless::Function}}]",
        "F: {Type: AWS::Serverless::Function, Connectors: 3, Properties: {Events: 3}}",
        "F: {Type: AWS::Serverless::StateMachine, Properties: {}}",
    ],
)
def test_no_template_breaks_the_reader(resources: str) -> None:
    found = serverless(f"{resources}\n{GOOD}")
    assert "G" in [function.logical_id for function in found.functions]


def test_nested_applications_are_left_alone() -> None:
    app = "A: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}}}\n"
    found = serverless(app + GOOD.replace("CodeUri: .", "CodeUri: ., Environment: {Variables: {X: !GetAtt A.Outputs.Name}}"))
    assert found.gaps == ()
    assert [(name, str(text)) for name, text in found.functions[0].environment or ()] == [("X", "${A.Outputs.Name}")]


def test_nothing_of_the_translator_shows(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    level = logging.getLogger("samtranslator").level
    two("Events: {E: {Type: Api, Properties: {Path: /, Method: get}}}")
    two("Events: {E: {Type: Nonsense}}")
    gc.collect()
    assert capfd.readouterr() == ("", "")
    assert "AWS_DEFAULT_REGION" not in os.environ
    assert logging.getLogger("samtranslator").level == level


def test_reading_twice_gives_the_same() -> None:
    text = "Policies: [AmazonS3ReadOnlyAccess]\nEvents: {A: {Type: Api, Properties: {Path: /, Method: get}}}"
    assert function(text) == function(text)


def test_an_api_included_from_beside_the_template_invokes() -> None:
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
    integration = f"x-amazon-apigateway-integration: {{type: aws_proxy, uri: {{'Fn::Sub': '{uri}'}}}}"
    body = f"swagger: '2.0'\ninfo: {{}}\npaths:\n  /x:\n    get:\n      {integration}\n"
    found = serverless(
        """
        A:
          Type: AWS::Serverless::Api
          Properties:
            StageName: prod
            DefinitionBody: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: api.yaml}}}
        F: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: .}}
        """,
        files={**APP, "api.yaml": body},
    )
    (trigger,) = found.functions[0].triggers
    assert (trigger.kind, str(trigger.source)[-10:]) == ("apigateway-rest", "prod/GET/x")
    assert (trigger.location.path, trigger.location.line) == ("api.yaml", 6)
    assert found.gaps == ()
