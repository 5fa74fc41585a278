"""CloudFormation templates: functions, their code, their roles."""

from __future__ import annotations

import json

import pytest

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.layers import unknown_layers
from lambda_iam_scan.model.code import GapKind, Items
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.iam import PolicyKind, Role
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers import cloudformation
from lambda_iam_scan.readers.cloudformation import READER
from tests.readers.reading import APP, FUNCTION, ROLE, TABLES, cfn, declared, read
from tests.trees import DictTree

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def lambda_function(properties: str, files: dict[str, str] | None = None, more: str = "", metadata: str = "") -> Function:
    text = f"F: {{Type: AWS::Lambda::Function, Properties: {{{properties}}}{metadata}}}\n{more}"
    (found,) = cfn(text, files=files or APP).functions
    return found


def role_of(resources: str, above: str = "") -> Role:
    role = declared(resources, above=above).role
    assert role is not None
    return role


def policies(role: Role) -> list[tuple[str, str, list[str]]]:
    return [(policy.kind.value, policy.name, [str(e.text) for s in policy.statements for e in s.actions]) for policy in role.policies]


# --- which files


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("t.yaml", "Resources: {T: {Type: AWS::SQS::Queue}}", True),
        ("t.json", '{"Resources": {"T": {"Type": "AWS::SQS::Queue"}}}', True),
        ("t.template", "Resources: {T: {Type: AWS::SQS::Queue}}", True),
        ("t.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {T: {Type: AWS::SQS::Queue}}", False),
        ("t.yaml", "Resources: {T: {Type: AWS::Serverless::Function}}", False),
        ("t.yaml", "jobs: {}", False),
        ("t.txt", "Resources: {T: {Type: AWS::SQS::Queue}}", False),
    ],
)
def test_claims_templates_without_the_sam_transform(path: str, content: str, claimed: bool) -> None:
    assert READER.claims(DictTree({path: content}), path) is claimed


def test_a_broken_template_is_one_line_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^template.yaml:2:\d+: [^\n]+$"):
        read(cloudformation.READER, "Resources: {A: {Type: 'AWS::X'}\n  b: [")


def test_what_only_looks_like_a_template_deploys_nothing() -> None:
    assert read(cloudformation.READER, "text: about Resources of AWS::Lambda").functions == ()
    assert read(cloudformation.READER, "Resources: [AWS::Lambda::Function]").functions == ()


def test_json_is_read_like_yaml() -> None:
    template = {
        "Resources": {
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.12", "Handler": "app.handler", "Code": "."}}
        }
    }
    tree = DictTree({**APP, "t.json": json.dumps(template, indent="\t")})
    from lambda_iam_scan.config import Settings
    from tests.readers.reading import TABLES

    (found,) = READER.read(tree, "t.json", TABLES, Settings()).functions
    assert (found.id, found.handler, found.location.line) == ("t.json#F", "app.handler", 3)


@pytest.mark.parametrize(("runtime", "gaps"), [("python3.12", [(GapKind.UNREADABLE, 4)]), ("nodejs22.x", [])])
def test_keys_that_stand_twice_are_gaps_where_there_is_a_function(runtime: str, gaps: list[tuple[GapKind, int]]) -> None:
    function = f"F: {{Type: AWS::Lambda::Function, Properties: {{Runtime: {runtime}, Handler: app.handler, Code: .}}}}\n"
    found = cfn("A: {Type: AWS::SQS::Queue}\nA: {Type: AWS::SNS::Topic}\n" + function)
    assert [(gap.kind, gap.location.line) for gap in found.gaps] == gaps


# --- functions


def test_a_function_with_everything_it_says_itself() -> None:
    found = declared("")
    assert found.id == "template.yaml#F"
    assert found.name == Text.of("f")
    assert str(found.arn) == "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f"
    assert (found.handler, found.runtime, found.code_roots) == ("app.handler", "python3.12", ("",))
    assert found.environment == ()
    assert found.log_group is None
    assert found.location.path == "template.yaml"
    assert found.handler_location is not None
    assert found.handler_location.line == found.location.line + 2
    assert found.gaps == ()


def test_other_languages_are_none_of_ours() -> None:
    found = cfn("F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x, Handler: app.handler, Code: .}}")
    assert found.functions == ()
    assert found.gaps == ()


@pytest.mark.parametrize(("files", "count"), [({"app.js": ""}, 0), ({"app.py": "", "app.js": ""}, 1), ({"other.py": ""}, 1)])
def test_an_unknown_runtime_is_told_by_the_handlers_file(files: dict[str, str], count: int) -> None:
    found = cfn("F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Ref Given, Handler: app.handler, Code: .}}", files=files)
    assert len(found.functions) == count


def test_the_environment_is_followed_to_resources() -> None:
    variables = (
        "{TABLE: !Ref T, ARN: !GetAtt T.Arn, STAGE: !Ref Stage, N: 5, ON: true, GONE: !Ref 'AWS::NoValue', EITHER: !If [C, a-x, b-x]}"
    )
    found = cfn(
        "T: {Type: AWS::DynamoDB::Table}\n"
        f"F: {{Type: AWS::Lambda::Function, Properties: {{Handler: app.handler, Code: ., Environment: {{Variables: {variables}}}}}}}",
        above="Parameters: {Stage: {Type: String}}\nConditions: {C: !Equals [!Ref Stage, a]}",
    )
    environment = found.functions[0].environment
    assert environment is not None
    assert [(name, str(text)) for name, text in environment] == [
        ("TABLE", "${T}"),
        ("ARN", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}"),
        ("STAGE", "${Stage}"),
        ("N", "5"),
        ("ON", "true"),
        ("EITHER", "*-x"),
    ]


def test_given_parameters_reach_the_environment() -> None:
    text = "F: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler, Code: ., Environment: {Variables: {STAGE: !Ref Stage}}}}"
    found = cfn(text, above="Parameters: {Stage: {Type: String, Default: dev}}", Stage="prod")
    assert found.functions[0].environment == (("STAGE", Text.of("prod")),)


def test_a_log_group_of_its_own() -> None:
    found = lambda_function(
        "Handler: app.handler, Code: ., LoggingConfig: {LogGroup: !Ref L}",
        more="L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: mine}}",
    )
    assert found.log_group == Text.of("mine")


# --- code


@pytest.mark.parametrize(
    ("code", "roots"),
    [
        (".", ("",)),
        ("src", ("src",)),
        ("./src/", ("src",)),
        ("src/app.py", ("src",)),
        ("../x", ()),
        ("/etc", ()),
        ("nowhere", ()),
        ("a.zip", ()),
    ],
)
def test_code_lies_beside_the_template(code: str, roots: tuple[str, ...]) -> None:
    files = {"app.py": "", "src/app.py": "", "a.zip": "", "etc/app.py": ""}
    found = lambda_function(f"Runtime: python3.12, Handler: app.handler, Code: {code}", files)
    assert found.code_roots == roots
    assert [gap.kind for gap in found.gaps] == ([] if roots else [GapKind.CODE_NOT_FOUND])


def test_code_in_s3_is_a_gap() -> None:
    found = lambda_function("Runtime: python3.12, Handler: app.handler, Code: {S3Bucket: b, S3Key: k}")
    assert [gap.kind for gap in found.gaps] == [GapKind.CODE_NOT_FOUND]


def test_an_asset_of_cdk_is_a_directory() -> None:
    found = lambda_function(
        "Runtime: python3.12, Handler: app.handler, Code: {S3Bucket: b, S3Key: k}",
        {"asset.1/app.py": ""},
        metadata=", Metadata: {'aws:asset:path': asset.1}",
    )
    assert found.code_roots == ("asset.1",)


def test_code_in_the_template_is_an_option() -> None:
    found = lambda_function("Runtime: python3.12, Handler: index.handler, Code: {ZipFile: 'x = 1'}")
    assert found.options.get("inline") == Text.of("x = 1")
    assert [(gap.kind, gap.location.line) for gap in found.gaps] == [(GapKind.CODE_NOT_FOUND, 3)]


def test_a_handler_that_nobody_knows_is_a_gap() -> None:
    found = lambda_function("Runtime: python3.12, Handler: !Base64 x, Code: .")
    assert found.handler is None
    assert found.code_roots == ()
    assert [gap.kind for gap in found.gaps] == [GapKind.HANDLER_NOT_FOUND]


@pytest.mark.parametrize(
    ("files", "metadata", "roots"),
    [
        ({"layer/python/lib.py": ""}, "", ("layer/python",)),
        ({"layer/lib.py": ""}, ", Metadata: {BuildMethod: python3.12}", ("layer",)),
        ({"layer/lib.py": ""}, "", ()),
        ({"layer/lib.py": ""}, ", Metadata: {BuildMethod: makefile}", ()),
    ],
)
def test_layers_are_import_roots(files: dict[str, str], metadata: str, roots: tuple[str, ...]) -> None:
    layer = f"L: {{Type: AWS::Lambda::LayerVersion, Properties: {{Content: layer}}{metadata}}}"
    found = lambda_function(
        "Runtime: python3.12, Handler: app.handler, Code: ., Layers: [!Ref L, 'arn:aws:lambda:eu-west-1:1:layer:x:1']",
        {**APP, **files},
        layer,
    )
    assert found.code_roots == ("", *roots)
    assert unseen(found) == ["arn:aws:lambda:eu-west-1:1:layer:x:1"]


def unseen(function: Function) -> list[str]:
    layers = function.options.get("unseen-layers")
    return [str(layer) for layer in layers.values] if isinstance(layers, Items) else []


@pytest.mark.parametrize(("content", "names"), [("nowhere", ["arn"]), ("{S3Bucket: b, S3Key: k}", ["arn"]), ("layer", [])])
def test_layers_whose_content_is_not_in_the_project_are_not_seen(content: str, names: list[str]) -> None:
    layer = f"L: {{Type: AWS::Lambda::LayerVersion, Properties: {{Content: {content}}}}}"
    found = lambda_function("Runtime: python3.12, Handler: app.handler, Code: ., Layers: [!Ref L]", {**APP, "layer/x.txt": ""}, layer)
    assert len(unseen(found)) == len(names)


def test_layers_of_others_are_known_by_name() -> None:
    arn = "arn:aws:lambda:eu-west-1:017000801446:layer:"
    layers = f"['{arn}AWSLambdaPowertoolsPythonV3-python312-x86_64:7', '{arn}shared:1', !Ref Own]"
    found = lambda_function(f"Runtime: python3.12, Handler: app.handler, Code: ., Layers: {layers}")
    assert unknown_layers(found, TABLES) == ("shared:1", "${Own}")


DOCKERFILE = 'FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py .\nCMD ["app.handler"]\n'
CONTEXT = ", Metadata: {DockerContext: ./img, Dockerfile: Dockerfile}"


def test_an_image_is_read_by_its_dockerfile() -> None:
    files = {"img/app.py": "", "img/Dockerfile": DOCKERFILE}
    found = lambda_function("PackageType: Image, Code: {ImageUri: x}", files, metadata=CONTEXT)
    assert (found.handler, found.code_roots, found.gaps) == ("app.handler", ("img",), ())
    found = lambda_function("PackageType: Image, ImageConfig: {Command: [other.handler]}, Code: {ImageUri: x}", files, metadata=CONTEXT)
    assert found.handler == "other.handler"


def test_an_image_from_elsewhere_is_a_gap_and_one_of_another_language_is_none() -> None:
    found = lambda_function("PackageType: Image, Code: {ImageUri: x}")
    assert [gap.kind for gap in found.gaps] == [GapKind.CODE_NOT_FOUND]
    files = {"img/Dockerfile": DOCKERFILE.replace("python", "nodejs")}
    assert (
        cfn(
            f"F: {{Type: AWS::Lambda::Function, Properties: {{PackageType: Image, Code: {{ImageUri: x}}}}{CONTEXT}}}", files=files
        ).functions
        == ()
    )


# --- roles


def test_a_role_has_its_inline_policies_with_their_places() -> None:
    found = cfn(
        """
        Role:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: own
                PolicyDocument:
                  Version: 2012-10-17
                  Statement:
                    - Effect: Allow
                      Action: s3:GetObject
                      Resource: !Sub arn:aws:s3:::${AWS::AccountId}/*
                      Condition: {StringEquals: {"aws:RequestedRegion": !Ref AWS::Region}}
        """
        + FUNCTION.replace("\n", "\n        ")
    )
    role = found.functions[0].role
    assert role is not None
    (policy,) = role.policies
    (statement,) = policy.statements
    assert (policy.kind, policy.name) == (PolicyKind.INLINE, "own")
    assert statement.location is not None
    assert (statement.location.line, statement.location.column) == (12, 17)
    assert [str(entry.text) for entry in statement.resources] == ["arn:aws:s3:::${AWS::AccountId}/*"]
    assert statement.resources[0].location is not None
    assert statement.resources[0].location.line == 14
    assert [(c.operator, c.key, str(c.values[0])) for c in statement.conditions] == [
        ("StringEquals", "aws:RequestedRegion", "${AWS::Region}")
    ]
    assert (role.id, str(role.arn)) == ("template.yaml#Role", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Role}")
    assert role.trust is None
    assert role.gaps == ()


@pytest.mark.parametrize(
    "attached",
    [
        "P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Role], PolicyDocument: %s}}",
        "P: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: !Ref Role, PolicyDocument: %s}}",
    ],
)
def test_policies_that_name_their_role_belong_to_it(attached: str) -> None:
    attached %= "{Statement: {Effect: Allow, Action: a:B, Resource: '*'}}"
    assert policies(role_of(attached)) == [("inline", "p", ["a:B"])]
    assert policies(role_of(attached.replace("!Ref Role", "other"))) == []


MANAGED = "M: {Type: AWS::IAM::ManagedPolicy, Properties: {%sPolicyDocument: {Statement: {Effect: Allow, Action: a:B, Resource: '*'}}}}"


def test_managed_policies_of_the_template() -> None:
    assert policies(role_of(MANAGED % "Roles: [!Ref Role], ")) == [("customer-managed", "M", ["a:B"])]
    assert policies(role_of(MANAGED % "")) == []
    role = (
        cfn(
            f"R: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: [!Ref M, {BASIC}]}}}}\n{MANAGED % ''}\n"
            + FUNCTION.replace("Role.Arn", "R.Arn")
        )
        .functions[0]
        .role
    )
    assert role is not None
    assert [(kind, name) for kind, name, _ in policies(role)] == [("customer-managed", "M"), ("aws-managed", BASIC)]
    assert role.gaps == ()


def test_aws_managed_policies_stand_where_they_are_named() -> None:
    role = (
        cfn(
            "Role:\n  Type: AWS::IAM::Role\n  Properties:\n    ManagedPolicyArns:\n"
            "      - !Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'\n" + FUNCTION
        )
        .functions[0]
        .role
    )
    assert role is not None
    (policy,) = role.policies
    assert (policy.kind, policy.name) == (PolicyKind.AWS_MANAGED, BASIC)
    assert {statement.location.line for statement in policy.statements if statement.location} == {7}


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::123456789012:policy/Ours", "!Ref PolicyArn", "!ImportValue policy"]
)
def test_a_managed_policy_that_nobody_knows_is_a_gap(arn: str) -> None:
    role = cfn(f"Role: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: [{arn}]}}}}\n{FUNCTION}").functions[0].role
    assert role is not None
    assert [gap.kind for gap in role.gaps] == [GapKind.UNRESOLVED_POLICY]


def test_boundary_and_trust() -> None:
    role = role_of("")
    assert role.trust is not None
    assert [(p.kind, str(p.text)) for s in role.trust.statements for p in s.principals] == [("Service", "lambda.amazonaws.com")]
    assert role.boundary is None
    text = ROLE.replace("Properties:", f"Properties:\n    PermissionsBoundary: {BASIC}")
    role = cfn(text + FUNCTION).functions[0].role or role
    assert role.boundary is not None
    assert role.boundary.kind is PolicyKind.BOUNDARY
    assert role.unread_boundary is None


def test_a_boundary_from_elsewhere_may_block_what_is_granted() -> None:
    text = ROLE.replace("Properties:", "Properties:\n    PermissionsBoundary: !ImportValue limits")
    role = cfn(text + FUNCTION).functions[0].role
    assert role is not None
    assert role.boundary is None
    assert role.unread_boundary in role.gaps


@pytest.mark.parametrize("arn", ["arn:aws:iam::123456789012:role/elsewhere", "!Ref RoleArn", "!ImportValue role"])
def test_a_role_from_elsewhere_is_known_by_name_only(arn: str) -> None:
    role = cfn(FUNCTION.replace("!GetAtt Role.Arn", arn)).functions[0].role
    assert role is not None
    assert [gap.kind for gap in role.gaps] == [GapKind.UNRESOLVED_ROLE]
    assert role.policies == ()
    assert role.trust is None


def test_functions_share_a_role() -> None:
    found = cfn(ROLE + FUNCTION + FUNCTION.replace("F:", "G:").replace("FunctionName: f", "FunctionName: g"))
    first, second = found.functions
    assert first.role == second.role
    assert first.id != second.id


def test_a_role_chosen_by_a_condition_has_a_gap() -> None:
    text = ROLE + FUNCTION.replace("!GetAtt Role.Arn", "!If [C, !GetAtt Role.Arn, !Ref Given]")
    role = cfn(text, above="Parameters: {Given: {Type: String}}\nConditions: {C: !Equals [!Ref Given, '']}").functions[0].role
    assert role is not None
    assert role.id == "template.yaml#Role"
    assert [gap.kind for gap in role.gaps] == [GapKind.UNRESOLVED_ROLE]


def test_a_statement_that_breaks_the_grammar_is_a_gap_and_the_others_stay() -> None:
    role = role_of(
        "P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Role], "
        "PolicyDocument: {Statement: [{Effect: Maybe, Action: a:B, Resource: '*'}, {Effect: Allow, Action: a:C, Resource: '*'}]}}}"
    )
    assert policies(role) == [("inline", "p", ["a:C"])]
    assert [gap.kind for gap in role.gaps] == [GapKind.UNRESOLVED_POLICY]


# --- resource-based policies


@pytest.mark.parametrize(
    ("resources", "arn"),
    [
        (
            "Q: {Type: AWS::SQS::Queue}\nP: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Q], PolicyDocument: DOCUMENT}}",
            "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Q}",
        ),
        (
            "P: {Type: AWS::SQS::QueuePolicy, Properties: "
            "{Queues: ['https://sqs.eu-west-1.amazonaws.com/123456789012/q'], PolicyDocument: DOCUMENT}}",
            "arn:${AWS::Partition}:sqs:eu-west-1:123456789012:q",
        ),
        ("P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: DOCUMENT}}", "arn:${AWS::Partition}:s3:::b"),
        (
            "T: {Type: AWS::SNS::Topic}\nP: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref T], PolicyDocument: DOCUMENT}}",
            "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${T}",
        ),
        (
            "K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: DOCUMENT}}",
            "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${K}",
        ),
        (
            "P: {Type: AWS::SecretsManager::ResourcePolicy, Properties: "
            "{SecretId: 'arn:aws:secretsmanager:eu-west-1:1:secret:s-1', ResourcePolicy: DOCUMENT}}",
            "arn:aws:secretsmanager:eu-west-1:1:secret:s-1",
        ),
        (
            "R: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: DOCUMENT}}",
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/r",
        ),
        (
            "A: {Type: AWS::ApiGateway::RestApi, Properties: {Policy: DOCUMENT}}",
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${A}",
        ),
        (
            "A: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {x-amazon-apigateway-policy: DOCUMENT}}}",
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${A}",
        ),
        (
            "P: {Type: AWS::Events::EventBusPolicy, Properties: {StatementId: s, Statement: "
            "{Effect: Allow, Principal: '*', Action: events:PutEvents, Resource: '*'}}}",
            "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default",
        ),
        (
            "T: {Type: AWS::DynamoDB::Table, Properties: {ResourcePolicy: {PolicyDocument: DOCUMENT}}}",
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}",
        ),
        (
            "T: {Type: AWS::DynamoDB::Table, Properties: "
            "{TableName: t, StreamSpecification: {ResourcePolicy: {PolicyDocument: DOCUMENT}}}}",
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/t/stream/${T.StreamLabel}",
        ),
        (
            "T: {Type: AWS::DynamoDB::GlobalTable, Properties: "
            "{Replicas: [{Region: eu-west-1, ResourcePolicy: {PolicyDocument: DOCUMENT}}]}}",
            "arn:${AWS::Partition}:dynamodb:eu-west-1:${AWS::AccountId}:table/${T}",
        ),
        (
            "T: {Type: AWS::DynamoDB::GlobalTable, Properties: {Replicas: "
            "[{Region: !Ref 'AWS::Region', ReplicaStreamSpecification: {ResourcePolicy: {PolicyDocument: DOCUMENT}}}]}}",
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}/stream/${T.StreamLabel}",
        ),
    ],
)
def test_resource_based_policies_know_what_they_are_attached_to(resources: str, arn: str) -> None:
    document = "{Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: x:Y, Resource: '*'}}"
    found = cfn(resources.replace("DOCUMENT", document))
    assert [str(policy.resource) for policy in found.resource_policies] == [arn]
    assert [len(policy.policy.statements) for policy in found.resource_policies] == [1]
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("execute-api:/prod/GET/*", "API/prod/GET/*"),
        ("execute-api:/*", "API/*"),
        ("arn:aws:execute-api:eu-west-1:1:x/*", None),
        ("*", None),
    ],
)
def test_a_policy_of_an_api_may_leave_out_which_api_it_is(written: str, meant: str | None) -> None:
    document = f"{{Statement: {{Effect: Allow, Principal: '*', Action: execute-api:Invoke, Resource: '{written}'}}}}"
    (attached,) = cfn(f"A: {{Type: AWS::ApiGateway::RestApi, Properties: {{Policy: {document}}}}}").resource_policies
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${A}"
    resources = [str(entry.text) for statement in attached.policy.statements for entry in statement.resources]
    assert resources == [written if meant is None else meant.replace("API", api)]


def test_each_replica_of_a_global_table_has_its_own_policy_or_none() -> None:
    document = "{Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: x:Y, Resource: '*'}}"
    policy = f"ResourcePolicy: {{PolicyDocument: {document}}}"
    replicas = f"[{{Region: us-east-1, {policy}}}, {{Region: us-west-2}}, {{Region: !Ref 'AWS::Region', {policy}}}]"
    found = cfn(f"T: {{Type: AWS::DynamoDB::GlobalTable, Properties: {{TableName: t, Replicas: {replicas}}}}}")
    assert [str(policy.resource) for policy in found.resource_policies] == [
        "arn:${AWS::Partition}:dynamodb:us-east-1:${AWS::AccountId}:table/t",
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/t",
    ]


@pytest.mark.parametrize("replicas", ["!Ref Given", "[]", "[eu-west-1]", "[{ResourcePolicy: !Ref Given}]"])
def test_replicas_that_tell_no_policy(replicas: str) -> None:
    assert cfn(f"T: {{Type: AWS::DynamoDB::GlobalTable, Properties: {{Replicas: {replicas}}}}}").resource_policies == ()


PERMISSION = "P: {Type: AWS::Lambda::Permission, Properties: {Action: 'lambda:InvokeFunction', FunctionName: %s, Principal: %s%s}}"


def test_a_permission_is_the_statement_that_lambda_writes() -> None:
    more = ", SourceArn: 'arn:aws:s3:::b', SourceAccount: '1', EventSourceToken: t, PrincipalOrgID: o-1"
    more += ", FunctionUrlAuthType: NONE, InvokedViaFunctionUrl: true"
    found = declared(PERMISSION % ("!Ref F", "s3.amazonaws.com", more))
    (policy,) = found.resource_policies
    (statement,) = policy.policy.statements
    assert policy.resource == found.arn
    assert [str(entry.text) for entry in statement.actions] == ["lambda:InvokeFunction"]
    assert [(p.kind, str(p.text)) for p in statement.principals] == [("Service", "s3.amazonaws.com")]
    assert {(c.operator, c.key, str(c.values[0])) for c in statement.conditions} == {
        ("ArnLike", "AWS:SourceArn", "arn:aws:s3:::b"),
        ("StringEquals", "AWS:SourceAccount", "1"),
        ("StringEquals", "lambda:EventSourceToken", "t"),
        ("StringEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
        ("Bool", "lambda:InvokedViaFunctionUrl", "true"),
    }


@pytest.mark.parametrize(
    ("name", "qualifier"),
    [
        ("!Ref F", ""),
        ("!GetAtt F.Arn", ""),
        ("f", ""),
        ("'123456789012:function:f'", ""),
        ("'arn:aws:lambda:eu-west-1:123456789012:function:f'", ""),
        ("!Ref Live", ":live"),
        ("'f:live'", ":live"),
        ("!Sub '${F.Arn}:live'", ":live"),
        ("!Ref V", ":${V}"),
        ("!Sub '${F}:$LATEST'", ""),
    ],
)
def test_a_permission_finds_its_function_and_qualifier(name: str, qualifier: str) -> None:
    more = "Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live, FunctionVersion: !GetAtt V.Version}}\n"
    more += "V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}\n"
    found = declared(more + PERMISSION % (name, "s3.amazonaws.com", ""))
    assert [str(policy.resource) for policy in found.resource_policies] == [str(found.arn) + qualifier]


@pytest.mark.parametrize("name", ["other", "!Ref Other", "'arn:aws:lambda:eu-west-1:1:function:other'", "!ImportValue f"])
def test_a_permission_of_another_function_is_not_ours(name: str) -> None:
    assert declared(PERMISSION % (name, "s3.amazonaws.com", "")).resource_policies == ()


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        ("s3.amazonaws.com", "Service"),
        ("!Sub 's3.${AWS::URLSuffix}'", "Service"),
        ("alexa-appkit.amazon.com", "Service"),
        ("'123456789012'", "AWS"),
        ("!Ref AWS::AccountId", "AWS"),
        ("'arn:aws:iam::123456789012:root'", "AWS"),
        ("'*'", "*"),
    ],
)
def test_principals_of_permissions(principal: str, kind: str) -> None:
    (policy,) = declared(PERMISSION % ("!Ref F", principal, "")).resource_policies
    assert [p.kind for s in policy.policy.statements for p in s.principals] == [kind]
