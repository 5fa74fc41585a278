"""LIS306: what the fixtures in fixtures/lambda do not show."""

from tests.checks.judging import LOGS, codes, findings, function

DEAD = "DeadLetterConfig: {TargetArn: %s}"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:dead"


def says(*statements: str, **more: str) -> list[str | None]:
    return [action for _, action in codes("feature", function(LOGS, *statements, **more))]


def test_a_function_without_features_needs_nothing() -> None:
    assert says() == []


def test_the_target_tells_the_service() -> None:
    assert says(properties=DEAD % QUEUE) == ["sqs:SendMessage"]
    assert says(properties=DEAD % QUEUE.replace("sqs", "sns")) == ["sns:Publish"]


def test_a_target_that_is_not_known_is_not_judged() -> None:
    assert says(properties=DEAD % "!ImportValue dead") == []


def test_sending_elsewhere_is_not_enough() -> None:
    grant = "{Effect: Allow, Action: 'sqs:SendMessage', Resource: '%s'}"
    assert says(grant % QUEUE, properties=DEAD % QUEUE) == []
    assert says(grant % QUEUE.replace("dead", "other"), properties=DEAD % QUEUE) == ["sqs:SendMessage"]


def test_tracing_that_only_passes_through_needs_nothing() -> None:
    assert says(properties="TracingConfig: {Mode: PassThrough}") == []
    assert says(properties="TracingConfig: {Mode: Active}") == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def test_network_interfaces_may_be_limited_to_their_own_arns() -> None:
    vpc = "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}"
    make = (
        "{Effect: Allow, Action: ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'], "
        "Resource: 'arn:aws:ec2:eu-west-1:111122223333:%s/*'}"
    )
    look = "{Effect: Allow, Action: 'ec2:DescribeNetworkInterfaces', Resource: '*'}"
    assert says(make % "network-interface", look, properties=vpc) == []
    assert says(make % "instance", look, properties=vpc) == ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]


def test_describing_cannot_be_limited_to_resources() -> None:
    vpc = "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}"
    limited = "{Effect: Allow, Action: 'ec2:*NetworkInterface*', Resource: 'arn:aws:ec2:*:*:network-interface/*'}"
    assert says(limited, properties=vpc) == ["ec2:DescribeNetworkInterfaces"]


def test_the_key_of_the_environment_comes_with_a_grant() -> None:
    assert says(properties="KmsKeyArn: arn:aws:kms:eu-west-1:111122223333:key/1") == []


def test_a_file_system_without_a_policy_admits_everybody() -> None:
    mount = "FileSystemConfigs: [{Arn: !GetAtt Access.Arn, LocalMountPath: /mnt/data}]"
    access = "  Files: {Type: AWS::EFS::FileSystem}\n  Access: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}\n"
    assert says(properties=mount, resources=access) == []


def test_saving_checkpoints_of_the_function_itself_is_enough() -> None:
    grant = "{Effect: Allow, Action: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'], Resource: '%s'}"
    durable = "DurableConfig: {ExecutionTimeout: 60}\n      FunctionName: orders"
    assert says(grant % "arn:aws:lambda:eu-west-1:111122223333:function:orders:*", properties=durable) == []
    assert len(says(grant % "arn:aws:lambda:eu-west-1:111122223333:function:other:*", properties=durable)) == 2


def test_the_finding_names_the_target_and_the_statement() -> None:
    (finding,) = findings("feature", function(LOGS, properties=DEAD % QUEUE))
    assert f"Lambda sends events that failed to the dead-letter queue {QUEUE} with the execution role" in finding.message
    assert '"Action": "sqs:SendMessage"' in (finding.suggestion or "")
    assert finding.resource == QUEUE
