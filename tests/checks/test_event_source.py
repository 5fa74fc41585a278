"""LIS303: what the fixtures in fixtures/lambda do not show."""

from lambda_iam_scan.model.finding import Confidence
from tests.checks.judging import LOGS, codes, findings, function

QUEUE = "  Queue: {Type: AWS::SQS::Queue}\n"
POLL = "['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']"
GRANT = f"{{Effect: Allow, Action: {POLL}, Resource: !GetAtt Queue.Arn}}"
MAPPING = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Fn, EventSourceArn: !GetAtt Queue.Arn%s}}\n"


def says(*statements: str, resources: str = QUEUE + MAPPING % "", **more: str) -> list[str | None]:
    return [action for _, action in codes("event_source", function(LOGS, *statements, resources=resources, **more))]


def policy(statement: str) -> str:
    body = f"{{Queues: [!Ref Queue], PolicyDocument: {{Statement: [{statement}]}}}}"
    return f"{QUEUE}{MAPPING % ''}  Policy: {{Type: AWS::SQS::QueuePolicy, Properties: {body}}}\n"


def test_each_missing_action_is_a_finding_at_the_mapping() -> None:
    found = findings("event_source", function(LOGS, resources=QUEUE + MAPPING % ""))
    assert [finding.action for finding in found] == ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    assert {finding.location.line for finding in found} == {18}
    assert {finding.confidence for finding in found} == {Confidence.CERTAIN}


def test_the_finding_says_who_accesses_what_and_what_to_add() -> None:
    found = findings("event_source", function(LOGS, resources=QUEUE + MAPPING % ""))[0]
    queue = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"
    assert f"Lambda receives messages from the queue {queue} with the execution role" in found.message
    assert found.resource == queue
    assert '"sqs:ReceiveMessage",\n    "sqs:DeleteMessage",\n    "sqs:GetQueueAttributes"' in (found.suggestion or "")
    assert (found.suggestion or "").endswith("or attach the AWS managed policy AWSLambdaSQSQueueExecutionRole")


def test_one_of_three_is_missing() -> None:
    assert says("{Effect: Allow, Action: ['sqs:Receive*', 'sqs:DeleteMessage'], Resource: '*'}") == ["sqs:GetQueueAttributes"]


def test_another_queue_is_not_this_one() -> None:
    other = GRANT.replace("!GetAtt Queue.Arn", "arn:aws:sqs:*:*:other")
    assert says(other) == ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def test_a_pattern_that_may_fit_the_generated_name_is_no_finding() -> None:
    assert says(GRANT.replace("!GetAtt Queue.Arn", "'arn:aws:sqs:*:*:shop-*'")) == []


def test_the_queues_own_policy_may_grant() -> None:
    assert says(resources=policy(f"{{Effect: Allow, Principal: {{AWS: !GetAtt Role.Arn}}, Action: {POLL}, Resource: '*'}}")) == []


def test_the_queues_policy_for_another_role_does_not() -> None:
    other = "arn:aws:iam::111122223333:role/other"
    assert len(says(resources=policy(f"{{Effect: Allow, Principal: {{AWS: {other}}}, Action: {POLL}, Resource: '*'}}"))) == 3


def test_the_queues_own_policy_may_deny() -> None:
    denying = "{Effect: Deny, Principal: '*', Action: 'sqs:DeleteMessage', Resource: '*'}"
    (found,) = findings("event_source", function(LOGS, GRANT, resources=policy(denying)))
    assert (found.action, found.suggestion) == ("sqs:DeleteMessage", None)
    assert "denies sqs:DeleteMessage" in found.message


def test_a_role_with_an_unread_policy_may_have_it() -> None:
    assert says(managed="arn:aws:iam::111122223333:policy/elsewhere") == []


def test_aws_managed_keys_need_no_permission_and_customer_keys_do() -> None:
    for key, missing in (("alias/aws/sqs", []), ("arn:aws:kms:eu-west-1:111122223333:key/1", ["kms:Decrypt"])):
        queue = f"  Queue: {{Type: AWS::SQS::Queue, Properties: {{KmsMasterKeyId: '{key}'}}}}\n"
        assert says(GRANT, resources=queue + MAPPING % "") == missing


def test_a_key_behind_an_alias_is_any_key() -> None:
    queue = "  Queue: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/mine}}\n"
    some = "{Effect: Allow, Action: 'kms:Decrypt', Resource: 'arn:aws:kms:eu-west-1:111122223333:key/1'}"
    assert says(GRANT, some, resources=queue + MAPPING % "") == []
    assert says(GRANT, resources=queue + MAPPING % "") == ["kms:Decrypt"]


STREAM = "  Stream: {Type: AWS::Kinesis::Stream}\n" + MAPPING.replace("Queue", "Stream") % ""
READ = "'kinesis:GetRecords', 'kinesis:GetShardIterator'"


def test_one_of_two_ways_to_look_at_a_stream_is_enough() -> None:
    for way in ("'kinesis:DescribeStream'", "'kinesis:DescribeStreamSummary', 'kinesis:ListShards'"):
        assert says(f"{{Effect: Allow, Action: [{READ}, {way}], Resource: '*'}}", resources=STREAM) == []


def test_neither_way_names_the_one_to_add() -> None:
    found = findings("event_source", function(LOGS, f"{{Effect: Allow, Action: [{READ}], Resource: '*'}}", resources=STREAM))
    assert [finding.action for finding in found] == ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]
    assert "any one of kinesis:DescribeStreamSummary, kinesis:DescribeStream is enough" in found[0].notes


def test_an_event_source_of_another_template_is_judged_by_its_arn() -> None:
    mapping = MAPPING.replace("!GetAtt Queue.Arn", "arn:aws:sqs:eu-west-1:111122223333:orders") % ""
    assert says(GRANT.replace("!GetAtt Queue.Arn", "arn:aws:sqs:eu-west-1:111122223333:orders"), resources=mapping) == []
    assert len(says(resources=mapping)) == 3


def test_what_an_imported_arn_is_cannot_be_told() -> None:
    assert says(resources=MAPPING.replace("!GetAtt Queue.Arn", "!ImportValue source") % "") == []
