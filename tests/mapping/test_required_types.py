"""Resource types that AWS's reference requires for an action and that no parameter names."""

from __future__ import annotations

import pytest

from tests.mapping.calls import call, needed, on


def test_what_ec2_makes_is_needed_too() -> None:
    assert on("ec2.CreateVpcPeeringConnection", "ec2:CreateVpcPeeringConnection", VpcId="vpc-1", PeerVpcId="vpc-2") == [
        "arn::ec2:::vpc-peering-connection/*",
        "arn::ec2:::vpc/vpc-1",
    ]
    assert on("ec2.CreateSubnet", "ec2:CreateSubnet", VpcId="vpc-1") == ["arn::ec2:::subnet/*", "arn::ec2:::vpc/vpc-1"]
    assert on("ec2.AcceptVpcPeeringConnection", "ec2:AcceptVpcPeeringConnection", VpcPeeringConnectionId="pcx-1") == [
        "arn::ec2:::vpc-peering-connection/pcx-1",
        "arn::ec2:::vpc/*",
    ]


@pytest.mark.parametrize("arguments", [{}, {"Ipv6Pool": "pool-1"}])
def test_what_ec2_makes_is_needed_beside_optional_resources(arguments: dict[str, str]) -> None:
    found = on("ec2.CreateVpc", "ec2:CreateVpc", **arguments)
    assert "arn::ec2:::vpc/*" in found
    assert len(found) == 1 + len(arguments)


def test_a_resource_that_its_parameters_name_is_not_any() -> None:
    assert on("ec2.DeleteSubnet", "ec2:DeleteSubnet", SubnetId="subnet-1") == ["arn::ec2:::subnet/subnet-1"]
    assert not needed(call("ec2.DeleteSubnet", SubnetId="subnet-1"), need="possible")


def test_elsewhere_a_required_type_is_possible() -> None:
    copy = call("ec2.CopyImage", SourceImageId="ami-1", SourceRegion="us-east-1", Name="n")
    assert needed(copy) == {"ec2:CopyImage": ["arn::ec2:::image/*"]}
    assert needed(copy, need="possible") == {"ec2:CopyImage": ["arn::ec2:::snapshot/*"]}
    make = call("rds.CreateGlobalCluster", GlobalClusterIdentifier="g")
    assert needed(make) == {"rds:CreateGlobalCluster": ["arn::rds:::global-cluster:g"]}
    assert needed(make, need="possible") == {"rds:CreateGlobalCluster": ["arn::rds:::cluster:*"]}


def test_a_required_type_is_as_conditional_as_the_row_it_stands_beside() -> None:
    plain = needed(call("sesv2.SendEmail", FromEmailAddress="a@b.c", Content={"Simple": {}}), need="possible")
    templated = needed(call("sesv2.SendEmail", FromEmailAddress="a@b.c", Content={"Template": {"TemplateName": "t"}}), need="possible")
    assert "arn::ses:::template/t" in templated["ses:SendTemplatedEmail"]
    assert "ses:SendTemplatedEmail" not in plain


def test_types_of_a_tagging_action_are_alternatives() -> None:
    make = call("timestream-write.CreateDatabase", DatabaseName="d", Tags=[{"Key": "k", "Value": "v"}])
    assert needed(make)["timestream:TagResource"] == ["arn::timestream:::database/d"]
    assert "timestream:TagResource" not in needed(make, need="possible")


def test_a_command_is_needed_on_its_cluster_too() -> None:
    assert on("ecs.ExecuteCommand", "ecs:ExecuteCommand", cluster="c", task="t", command="sh", interactive=True) == [
        "arn::ecs:::cluster/c",
        "arn::ecs:::task/c/t",
    ]
    assert on("ecs.ExecuteCommand", "ecs:ExecuteCommand", task="t") == ["arn::ecs:::cluster/default", "arn::ecs:::task/default/t"]


def test_an_assignment_is_needed_on_its_account() -> None:
    instance, permissions = "arn:aws:sso:::instance/ssoins-1", "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
    arguments = {"InstanceArn": instance, "PermissionSetArn": permissions}
    assert on("sso-admin.CreateAccountAssignment", "sso:CreateAccountAssignment", **arguments, TargetId="111122223333") == [
        "arn::sso:::account/111122223333",
        instance,
        permissions,
    ]
