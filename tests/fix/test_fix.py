"""Templates are corrected in place: the rest of the text stays as it is, and a second run finds nothing more to do."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest
import yaml

from lambda_iam_scan import disk
from lambda_iam_scan.checks.missing import CHECK as MISSING
from lambda_iam_scan.checks.unused import CHECK as UNUSED
from lambda_iam_scan.checks.wildcard import CHECK as WILDCARD
from lambda_iam_scan.compare import compare
from lambda_iam_scan.config import Settings
from lambda_iam_scan.fix import fixed_templates
from lambda_iam_scan.model.code import CodeUse, Gap, GapKind
from lambda_iam_scan.model.finding import FunctionScan, Report, Scan
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind
from lambda_iam_scan.plugins import Reader, load
from lambda_iam_scan.tables import Tables
from tests.reporters.sample import MemoryTree

TABLES = Tables(disk.load_table)
TABLE = Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", Token("Table", TokenKind.RESOURCE))
OBJECT = Text.of("arn:", PARTITION, ":s3:::", Token("Bucket", TokenKind.RESOURCE), "/", Hole("key"))
GAP = Gap(kind=GapKind.DYNAMIC_CODE, reason="exec", location=Location("src/app.py", 1))


def need(action: str, resource: Text) -> Requirement:
    return Requirement(action=action, resources=(resource,), source=Source.CODE, need=Necessity.ALWAYS, location=Location("src/app.py", 1))


def report_on(template: str, needs: tuple[Requirement, ...], gaps: tuple[Gap, ...] = ()) -> Report:
    """Reader, comparison and checks at work on a template, with the needs of its code given."""
    tree = MemoryTree({"template.yaml": template, "src/app.py": "def handler(event, context): ..."})
    reader: Reader = load("readers", "sam" if "Serverless" in template else "cloudformation")
    functions = []
    for function in reader.read(tree, "template.yaml", TABLES, Settings()).functions:
        code = CodeUse(calls=(), gaps=gaps)
        functions.append(
            FunctionScan(
                function=function, code=code, requirements=needs, comparison=compare(needs, function, ()) if function.role else None
            )
        )
    scan = Scan(deployments=(), functions=tuple(functions))
    findings = tuple(finding for check in (MISSING, UNUSED, WILDCARD) for finding in check.run(scan, TABLES))
    return Report(version="1", tables="1", functions=scan.functions, findings=findings)


def fix(template: str, *needs: Requirement, gaps: tuple[Gap, ...] = ()) -> str:
    """The template's text when nothing is left to do."""
    for _ in range(5):
        tree = MemoryTree({"template.yaml": template})
        changed = fixed_templates(report_on(template, needs, gaps), tree).get("template.yaml")
        if changed is None:
            return template
        template = changed
    raise AssertionError("it never ends")


SAM = """\
# A comment that stays.
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:   # so does this
    Type: "AWS::DynamoDB::Table"

  Bucket: { Type: AWS::S3::Bucket }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: src/
      Policies:
        - Statement:
            - Effect: Allow   # the table
              Action: dynamodb:*
              Resource: !GetAtt Table.Arn
  Other:
    Type: AWS::SNS::Topic
"""


def with_statements(text: str) -> str:
    """SAM with other statements."""
    start = SAM.index("            - Effect")
    return SAM[:start] + "".join(f"            {line}\n" for line in dedent(text).strip().splitlines()) + SAM[SAM.index("  Other:") :]


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went, lines that came; the others are the same and in the same order."""
    old, new = before.splitlines(), after.splitlines()
    gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
    assert [line for line in old if line in new] == [line for line in new if line in old]
    return [line.strip() for line in gone], [line.strip() for line in come]


GET, PUT = need("dynamodb:GetItem", TABLE), need("dynamodb:PutItem", TABLE)


def test_a_wildcard_becomes_the_one_action_needed() -> None:
    assert changed_lines(SAM, fix(SAM, GET)) == (["Action: dynamodb:*"], ["Action: dynamodb:GetItem"])


def test_a_wildcard_becomes_a_list_of_the_actions_needed() -> None:
    assert changed_lines(SAM, fix(SAM, GET, PUT)) == (
        ["Action: dynamodb:*"],
        ["Action:", "- dynamodb:GetItem", "- dynamodb:PutItem"],
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_unused_action_leaves_a_block_list_and_its_comment_with_it(newline: str) -> None:
    before = with_statements("""
        - Effect: Allow
          Action:
            # reading
            - dynamodb:GetItem   # needed
            - dynamodb:Scan      # not needed
            # writing
            - dynamodb:PutItem
          Resource: !GetAtt Table.Arn
    """).replace("\n", newline)
    assert changed_lines(before, fix(before, GET, PUT)) == (["- dynamodb:Scan      # not needed"], [])


def test_an_unused_action_leaves_a_list_in_one_line() -> None:
    before = with_statements("""
        - Effect: Allow
          Action: [ "dynamodb:GetItem", dynamodb:Scan ]   # both
          Resource: !GetAtt Table.Arn
    """)
    assert changed_lines(before, fix(before, GET)) == (
        ['Action: [ "dynamodb:GetItem", dynamodb:Scan ]   # both'],
        ['Action: ["dynamodb:GetItem"]   # both'],
    )


def test_a_statement_that_nothing_needs_goes_when_another_stays() -> None:
    before = with_statements("""
        - Effect: Allow
          Action: dynamodb:GetItem
          Resource: !GetAtt Table.Arn
        # for the old queue
        - Effect: Allow
          Action: sqs:SendMessage
          Resource: arn:aws:sqs:eu-west-1:123456789012:jobs
    """)
    after = fix(before, GET)
    assert "sqs:" not in after
    assert "# for the old queue" in after
    assert yaml.compose(after)


def test_the_only_statement_is_never_removed() -> None:
    before = with_statements("- {Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:eu-west-1:123456789012:jobs'}")
    assert fix(before) == before


def test_a_sweeping_resource_becomes_the_resource_needed() -> None:
    before = with_statements("""
        - Effect: Allow
          Action: dynamodb:GetItem
          Resource: "*"
    """)
    sub = "Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"
    assert changed_lines(before, fix(before, GET)) == (['Resource: "*"'], [sub])


def test_a_missing_statement_is_written_below_the_others() -> None:
    before = SAM.replace("dynamodb:*", "dynamodb:GetItem")
    assert changed_lines(before, fix(before, GET, need("s3:PutObject", OBJECT))) == (
        [],
        ["- Effect: Allow", "Action: s3:PutObject", "Resource: !Sub arn:${AWS::Partition}:s3:::${Bucket}/*"],
    )


@pytest.mark.parametrize(
    "policies", ["", "      Policies: AWSLambdaBasicExecutionRole\n", "      Policies:\n        - AWSXrayWriteOnlyAccess\n"]
)
def test_a_missing_statement_is_written_where_none_was(policies: str) -> None:
    start = SAM.index("      Policies")
    before = SAM[:start] + policies + SAM[SAM.index("  Other:") :]
    after = fix(before, GET)
    assert "Action: dynamodb:GetItem" in after
    assert after.startswith(SAM[:start])
    assert after.endswith(SAM[SAM.index("  Other:") :])


CLOUDFORMATION = """\
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Code: src
      Role: !GetAtt Role.Arn
"""


def test_a_missing_statement_is_written_into_the_role_of_a_cloudformation_template() -> None:
    assert changed_lines(CLOUDFORMATION, fix(CLOUDFORMATION, GET))[1] == [
        "Policies:",
        "- PolicyName: RoleNeeds",
        "PolicyDocument:",
        'Version: "2012-10-17"',
        "Statement:",
        "- Effect: Allow",
        "Action: dynamodb:GetItem",
        "Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}",
    ]


# What is not certain stays as it is


def test_a_gap_keeps_everything_as_wide_as_it_is() -> None:
    assert fix(SAM, GET, gaps=(GAP,)) == SAM


def test_an_unknown_resource_is_not_granted_by_guess() -> None:
    before = SAM.replace("dynamodb:*", "dynamodb:GetItem")
    assert fix(before, GET, need("s3:GetObject", Text.of("arn:", PARTITION, ":s3:::", Hole("event"), "/x"))) == before


def test_a_name_that_the_template_does_not_have_is_not_written() -> None:
    before = SAM.replace("dynamodb:*", "dynamodb:GetItem")
    assert fix(before, GET, need("s3:GetObject", Text.of("arn:aws:s3:::", Token("Gone", TokenKind.RESOURCE), "/*"))) == before


def test_a_parameter_may_be_a_name_or_an_arn_so_nothing_follows_from_it() -> None:
    before = with_statements("""
        - Effect: Allow
          Action: dynamodb:GetItem
          Resource: !Ref TableArn
        - Effect: Allow
          Action: sqs:SendMessage
          Resource: arn:aws:sqs:eu-west-1:123456789012:jobs
    """).replace("Resources:", "Parameters:\n  TableArn: {Type: String}\nResources:", 1)
    composed = Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", Token("TableArn", TokenKind.PARAMETER))
    after = fix(before, need("dynamodb:GetItem", composed), need("sqs:SendMessage", Text.of("arn:aws:sqs:eu-west-1:123456789012:jobs")))
    assert after == before


def test_a_bucket_that_invokes_the_function_is_not_named_in_its_policy() -> None:
    events = "      Events:\n        Put:\n          Type: S3\n          Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}\n"
    before = SAM.replace("dynamodb:*", "dynamodb:GetItem").replace("      Policies:", events + "      Policies:")
    assert fix(before, GET, need("s3:GetObject", OBJECT)) == before


POLICIES = """\
      Policies:
        - PolicyName: P
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: dynamodb:*
                Resource: !GetAtt Table.Arn
"""
OWN_ROLE = CLOUDFORMATION.replace("  F:\n", POLICIES + "  F:\n")


def test_a_role_of_the_function_alone_is_narrowed() -> None:
    assert changed_lines(OWN_ROLE, fix(OWN_ROLE, GET)) == (["Action: dynamodb:*"], ["Action: dynamodb:GetItem"])


def test_a_role_that_two_functions_share_is_narrowed_to_the_needs_of_both() -> None:
    function = OWN_ROLE[OWN_ROLE.index("  F:\n") :]
    before = OWN_ROLE + function.replace("  F:", "  G:")
    assert changed_lines(before, fix(before, GET)) == (["Action: dynamodb:*"], ["Action: dynamodb:GetItem"])


def test_what_two_functions_of_a_role_miss_is_written_once() -> None:
    function = CLOUDFORMATION[CLOUDFORMATION.index("  F:\n") :]
    assert fix(CLOUDFORMATION + function.replace("  F:", "  G:"), GET).count("dynamodb:GetItem") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Service: lambda.amazonaws.com", "Service: [lambda.amazonaws.com, states.amazonaws.com]"),
        ("  F:\n", "  Pipe:\n    Type: AWS::Pipes::Pipe\n    Properties: {RoleArn: !GetAtt Role.Arn}\n  F:\n"),
        ("Resources:", "Outputs:\n  R: {Value: !GetAtt Role.Arn, Export: {Name: role}}\nResources:"),
    ],
)
def test_a_role_that_others_may_use_stays_as_wide_as_it_is(old: str, new: str) -> None:
    before = OWN_ROLE.replace(old, new)
    assert before != OWN_ROLE
    assert fix(before, GET) == before


def test_a_role_of_another_template_is_not_touched() -> None:
    before = CLOUDFORMATION.replace("!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/x")
    assert fix(before, GET) == before


@pytest.mark.parametrize("text", ["a: [", "- a", "", "\ufeffa: b"])
def test_what_is_no_template_stays(text: str) -> None:
    scan = report_on(SAM, (GET,))
    assert fixed_templates(replace(scan), MemoryTree({"template.yaml": text})) == {}
