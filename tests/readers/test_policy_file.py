"""Policy files: what may stand in them, and one clear line for what may not."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.iam import PolicyKind, Role
from lambda_iam_scan.readers.policy_file import read_policy_files
from tests.readers.reading import TABLES
from tests.trees import DictTree

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
OTHER = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["s3:PutObject"], "Resource": "*"}}


def read(content: object, path: str = "role.json") -> Role:
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    return read_policy_files(DictTree({path: text}), (path,), TABLES)


def actions(role: Role) -> list[str]:
    return [str(entry.text) for policy in role.policies for statement in policy.statements for entry in statement.actions]


def test_a_document_is_a_role() -> None:
    role = read(DOCUMENT)
    assert role.id == "policy:role.json"
    assert role.trust is None
    assert role.gaps == ()
    (policy,) = role.policies
    assert (policy.kind, policy.name) == (PolicyKind.FILE, "role.json")
    assert policy.statements[0].location is not None
    assert (policy.statements[0].location.path, policy.statements[0].location.line) == ("role.json", 4)


def test_yaml_does_too() -> None:
    role = read("Version: 2012-10-17\nStatement:\n  - {Effect: Allow, Action: s3:GetObject, Resource: '*'}\n", "role.yaml")
    assert actions(role) == ["s3:GetObject"]


@pytest.mark.parametrize(
    "content",
    [
        [DOCUMENT, OTHER],
        {"PolicyName": "a", "PolicyDocument": [DOCUMENT, OTHER]},
        {"RolePolicyList": [{"PolicyName": "a", "PolicyDocument": DOCUMENT}, {"PolicyName": "b", "PolicyDocument": OTHER}]},
        {"RoleDetailList": [{"RolePolicyList": [{"PolicyDocument": quote(json.dumps(DOCUMENT))}, {"PolicyDocument": OTHER}]}]},
        {"PolicyVersion": {"Document": [DOCUMENT, OTHER], "IsDefaultVersion": True}},
        {
            "Policies": [
                {
                    "PolicyVersionList": [
                        {"Document": OTHER, "IsDefaultVersion": False},
                        {"Document": [DOCUMENT, OTHER], "IsDefaultVersion": True},
                    ]
                }
            ]
        },
    ],
)
def test_what_the_command_line_prints(content: object) -> None:
    assert actions(read(content)) == ["s3:GetObject", "s3:PutObject"]


def test_policies_keep_their_names() -> None:
    role = read({"RolePolicyList": [{"PolicyName": "a", "PolicyDocument": DOCUMENT}]})
    assert [policy.name for policy in role.policies] == ["a"]


def test_attached_managed_policies_are_looked_up() -> None:
    rows = [{"PolicyName": n, "PolicyArn": f"arn:aws:iam::{a}:policy/{n}"} for n, a in (("AmazonS3ReadOnlyAccess", "aws"), ("Ours", "1"))]
    role = read({"RoleDetailList": [{"RolePolicyList": [], "AttachedManagedPolicies": rows}]})
    assert [(policy.kind, policy.name) for policy in role.policies] == [
        (PolicyKind.AWS_MANAGED, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    ]
    assert [gap.kind for gap in role.gaps] == [GapKind.UNRESOLVED_POLICY]


def test_several_files_are_one_role() -> None:
    tree = DictTree({"a.json": json.dumps(DOCUMENT), "b.json": json.dumps(OTHER)})
    role = read_policy_files(tree, ("a.json", "b.json"), TABLES)
    assert role.id == "policy:a.json,b.json"
    assert actions(role) == ["s3:GetObject", "s3:PutObject"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": 1}, 'role.json: not a policy document: no "Statement"'),
        ([], 'role.json: not a policy document: no "Statement"'),
        ("hello", 'role.json: not a policy document: no "Statement"'),
        ("", 'role.json: not a policy document: no "Statement"'),
        ('{"Statement": [', "role.json:"),
        ({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}, "role.json:3:5: not a policy: Statement[0] "),
        ({"Statement": [{"Effect": "Maybe", "Action": "a:b", "Resource": "*"}]}, "role.json:4:17: not a policy: Statement[0].Effect "),
        ({"Statement": 5}, "role.json:"),
        ({"RolePolicyList": [{"PolicyDocument": "%7B"}]}, "policy:"),
    ],
)
def test_a_file_that_is_no_policy_is_one_line(content: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="no such file"):
        read_policy_files(DictTree({}), ("role.json",), TABLES)
