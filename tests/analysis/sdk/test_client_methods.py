"""What methods of clients, resources, collections, paginators and waiters call, and with which parameters."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import Constant, Fields, GapKind, Items, OneOf
from lambda_iam_scan.model.code import Unknown as UnknownArgument
from lambda_iam_scan.model.text import Hole, Text, Token, TokenKind
from tests.analysis.harness import found, gaps, silent, use

HEAD = "import boto3, os, json, re\ns3 = boto3.client('s3')\nddb = boto3.resource('dynamodb')\nsr = boto3.resource('s3')\nsqs = boto3.resource('sqs')\n"

CASES = {
    "s3.get_paginator('list_objects_v2').paginate(Bucket='b', PaginationConfig={})": ["s3:ListObjectsV2 Bucket=b"],
    "s3.get_paginator(operation_name='list_objects_v2').paginate(Bucket='b').build_full_result()": ["s3:ListObjectsV2 Bucket=b"],
    "s3.get_waiter('object_exists').wait(Bucket='b', Key='k', WaiterConfig={})": ["s3:HeadObject Bucket=b Key=k"],
    "s3.generate_presigned_url('get_object', {'Bucket': 'b', 'Key': 'k'})": ["s3:GetObject Bucket=b Key=k"],
    "s3.generate_presigned_post('b', 'k')": ["s3:PutObject Bucket=b Key=k"],
    "s3._make_api_call('PutObject', {'Bucket': 'b'})": ["s3:PutObject Bucket=b"],
    "s3.copy({'Bucket': 'a', 'Key': 'x'}, 'b', 'k')": [
        "s3:HeadObject Bucket=a Key=x",
        "s3:CopyObject Bucket=b",
        "s3:CreateMultipartUpload",
        "s3:UploadPartCopy",
        "s3:CompleteMultipartUpload",
    ],
    "s3.download_file(Bucket='b', Key='k', Filename='f', ExtraArgs={'VersionId': 'v'})": [
        "s3:HeadObject",
        "s3:GetObject Bucket=b Key=k VersionId=v",
    ],
    "ddb.Table('t').get_item(Key={})": ["dynamodb:GetItem TableName=t"],
    "ddb.Table(name='t').table_name": [],
    "ddb.Table('t').item_count": ["dynamodb:DescribeTable TableName=t"],
    "ddb.Table('t').load()": ["dynamodb:DescribeTable TableName=t"],
    "ddb.Table('t').wait_until_exists()": ["dynamodb:DescribeTable TableName=t"],
    "with ddb.Table('t').batch_writer() as w: w.put_item(Item={})": ["dynamodb:BatchWriteItem"],
    "ddb.batch_get_item(RequestItems={'t': {}})": ["dynamodb:BatchGetItem"],
    "ddb.create_table(TableName='t').put_item(Item={})": ["dynamodb:CreateTable TableName=t", "dynamodb:PutItem TableName=t"],
    "ddb.meta.client.scan(TableName='t')": ["dynamodb:Scan TableName=t"],
    "[t.scan() for t in ddb.tables.all()]": ["dynamodb:ListTables", "dynamodb:Scan"],
    "sr.Object('b', 'k').put(Body=b'')": ["s3:PutObject Bucket=b Key=k"],
    "sr.Bucket('b').Object('k').get()['Body'].read()": ["s3:GetObject Bucket=b Key=k"],
    "sr.Bucket('b').put_object(Key='k')": ["s3:PutObject Bucket=b Key=k"],
    "sr.Bucket('b').objects.filter(Prefix='p').delete()": ["s3:ListObjects Bucket=b Prefix=p", "s3:DeleteObjects Bucket=b"],
    "sr.Bucket('b').objects.all()": ["s3:ListObjects Bucket=b"],
    "sr.Bucket('b').object_versions.delete()": ["s3:ListObjectVersions Bucket=b", "s3:DeleteObjects Bucket=b"],
    "[(o.key, o.size, o.last_modified) for o in sr.Bucket('b').objects.all()]": ["s3:ListObjects Bucket=b"],
    "[o.load() for o in sr.Bucket('b').objects.all()]": ["s3:ListObjects Bucket=b", "s3:HeadObject Bucket=b"],
    "[o.Object().content_type for o in sr.Bucket('b').objects.all()]": ["s3:ListObjects Bucket=b", "s3:HeadObject Bucket=b"],
    "sr.ObjectSummary('b', 'k').size": ["s3:HeadObject Bucket=b Key=k"],
    "[u.arn for u in boto3.resource('iam').users.all()]": ["iam:ListUsers"],
    "[t.item_count for t in ddb.tables.all()]": ["dynamodb:ListTables", "dynamodb:DescribeTable"],
    "sr.Bucket('b').upload_file('f', 'k')": [
        "s3:PutObject Bucket=b Key=k",
        "s3:CreateMultipartUpload",
        "s3:UploadPart",
        "s3:CompleteMultipartUpload",
    ],
    "sr.Object('b', 'k').Acl().put(ACL='private')": ["s3:PutObjectAcl Bucket=b Key=k"],
    "sr.Object(bucket_name='b', key='k').bucket_name": [],
    "sqs.get_queue_by_name(QueueName='q').send_message(MessageBody='m')": [
        "sqs:GetQueueUrl QueueName=q",
        "sqs:SendMessage QueueUrl=https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/q",
    ],
    "sqs.get_queue_by_name(QueueName='q', QueueOwnerAWSAccountId='111122223333').purge()": [
        "sqs:GetQueueUrl QueueName=q",
        "sqs:PurgeQueue QueueUrl=https://sqs.${AWS::Region}.amazonaws.com/111122223333/q",
    ],
    "boto3.resource('sns').create_topic(Name='t').publish(Message='m')": [
        "sns:CreateTopic Name=t",
        "sns:Publish TopicArn=arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:t",
    ],
    "c = boto3.client('sqs', region_name='eu-west-3'); c.purge_queue(QueueUrl=c.get_queue_url(QueueName='q')['QueueUrl'])": [
        "sqs:GetQueueUrl QueueName=q",
        "sqs:PurgeQueue QueueUrl=https://sqs.eu-west-3.amazonaws.com/${AWS::AccountId}/q",
    ],
    "sqs.Queue('https://q').send_message(MessageBody='m')": ["sqs:SendMessage QueueUrl=https://q"],
    "[m.delete() for m in sqs.Queue('u').receive_messages()]": ["sqs:ReceiveMessage QueueUrl=u", "sqs:DeleteMessage QueueUrl=u"],
    "boto3.resource('ec2').Instance('i-1').stop()": ["ec2:StopInstances"],
    "boto3.resource('ec2').Instance('i-1').state": ["ec2:DescribeInstances"],
    "boto3.resource('ec2').instances.filter(Filters=[]).stop()": ["ec2:DescribeInstances", "ec2:StopInstances"],
    "boto3.client('rds').generate_db_auth_token('h', 1, 'u')": ["rds:GenerateDbAuthToken DBHostname=h DBUsername=u"],
    "sr.create_bucket(Bucket='b').put_object(Key='k')": ["s3:CreateBucket Bucket=b", "s3:PutObject Bucket=b Key=k"],
    "from boto3.s3.transfer import S3Transfer; S3Transfer(s3).download_file('b', 'k', 'f')": [
        "s3:HeadObject Bucket=b Key=k",
        "s3:GetObject Bucket=b Key=k",
    ],
}


@pytest.mark.parametrize("body", CASES)
def test_operations(body: str) -> None:
    found(f"{HEAD}def handler(event, context):\n    {body}\n", *CASES[body])


@pytest.mark.parametrize(
    "body",
    [
        "s3.get_paginator('list_objects_v2')",
        "s3.get_waiter('object_exists')",
        "ddb.Table('t')",
        "ddb.Table('t').name",
        "sr.Bucket('b').objects",
        "sr.Bucket('b').Object('k').key",
        "sqs.Queue('u').url",
        "ddb.Table('t').meta.client",
        "ddb.Table('t').batch_writer()",
    ],
)
def test_what_calls_nothing(body: str) -> None:
    silent(f"{HEAD}def handler(event, context):\n    {body}\n")


WAITER = """
from botocore.waiter import WaiterModel, create_waiter_with_client
def handler(event, context):
    config = {'version': 2, 'waiters': {'Tagged': {'operation': OPERATION, 'delay': 5, 'maxAttempts': 3, 'acceptors': []}}}
    create_waiter_with_client('Tagged', WaiterModel(config), s3).wait(Bucket='b', WaiterConfig={'Delay': 1})
"""


def test_waiters_that_the_program_describes() -> None:
    found(HEAD + WAITER.replace("OPERATION", "'GetBucketTagging'"), "s3:GetBucketTagging Bucket=b")
    gaps(HEAD + WAITER.replace("OPERATION", "event['x']"), GapKind.DYNAMIC_OPERATION)
    gaps(HEAD + WAITER.replace("OPERATION", "'GetBucketTaggings'"), GapKind.UNKNOWN_OPERATION)
    silent(HEAD + WAITER.replace("OPERATION", "'GetBucketTagging'").replace(".wait(", "; print("))


def texts(body: str, name: str, **options: object) -> list[Text]:
    result = use(f"{HEAD}def handler(event, context):\n    {body}\n", **options)  # type: ignore[arg-type]
    last = [call.arguments.get(name) for call in result.calls]
    return [value for value in last if isinstance(value, Text)]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("f'logs-{event[\"x\"]}-eu'", "logs-*-eu"),
        ("'a/' + event['x'] + '/b'", "a/*/b"),
        ("'{}-{k}'.format('a', k='b')", "a-b"),
        ("'%s/%s' % ('a', event)", "a/*"),
        ("'/'.join(['a', event['x'], 'c'])", "a/*/c"),
        ("os.path.join('a', 'b')", "a/b"),
        ("f'{1 + 1}'", "2"),
        ("f'{event:>10}x'", "*x"),
        ("'a' 'b' f'{\"c\"}'", "abc"),
        ("str(12)", "12"),
        ("re.sub('[^a-z]+', '-', 'my  bucket')", "my-bucket"),
        ("re.sub(r'(?<!^)(?=[A-Z])', '_', 'BucketPolicy').lower()", "bucket_policy"),
        ("re.compile(r'(\\d)').sub(r'<\\1>', 'a1')", "a<1>"),
        ("re.compile('a', re.I).sub('b', 'Aa')", "*"),
        ("re.sub('a', 'b', 'Aa', flags=re.I)", "*"),
        ("re.sub('(a+)+b', 'x', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac')", "*"),
        ("re.sub('(a?){40}b', 'x', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac')", "*"),
        ("re.sub('(a|a)*b', 'x', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac')", "*"),
        ("re.sub('(', 'x', 'a')", "*"),
        ("re.sub('a', lambda match: 'b', 'a')", "*"),
        ("re.sub('a', 'b', event['x'])", "*"),
        ("''.join('_' + c.lower() if c.isupper() else c for c in 'bucketPolicy')", "bucket_policy"),
        ("''.join(c for c in event['x'])", "*"),
        ("''.join(c.upper() for c in 'a' * 50)", "*"),
        ("json.dumps({})", "*"),
        ("context.invoked_function_arn.split(':')[4]", "${AWS::AccountId}"),
        ("boto3.client('sts').get_caller_identity()['Account']", "${AWS::AccountId}"),
        ("boto3.client('sts').get_caller_identity().get('Account')", "${AWS::AccountId}"),
        ("boto3.Session().region_name", "${AWS::Region}"),
        ("s3.meta.region_name", "${AWS::Region}"),
        ("boto3.client('sqs').get_queue_url(QueueName='q')['QueueUrl']", "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/q"),
        ("boto3.client('sns').create_topic(Name='t')['TopicArn']", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:t"),
        ("os.environ['AWS_REGION']", "${AWS::Region}"),
        ("'\\x61\\u0062\\N{LATIN SMALL LETTER C}\\x0a'.strip()", "abc"),
        ("r'\\d'", "\\d"),
    ],
)
def test_strings(expression: str, shown: str) -> None:
    assert str(texts(f"s3.put_object(Bucket={expression})", "Bucket")[-1]) == shown


def test_environment_variables() -> None:
    table = Text.of(Token("Table", TokenKind.RESOURCE))
    body = "s3.put_object(Bucket=os.environ['T'])"
    assert texts(body, "Bucket", environment={"T": table}) == [table]
    assert texts(body, "Bucket") == [Text.of(Hole("environment variable T"))]
    assert texts(body, "Bucket", environment={}) == [Text.of(Hole("environment variable T"))]
    default = "s3.put_object(Bucket=os.getenv('T', 'fallback'))"
    assert texts(default, "Bucket", environment={}) == [Text.of("fallback")]
    assert texts(default, "Bucket", environment={"T": table}) == [table]
    assert "fallback" in str(use(f"{HEAD}def handler(e, c): {default}").calls[0].arguments)
    assert texts("from os import environ as v; s3.put_object(Bucket=f\"x-{v.get('T')}\")", "Bucket", environment={"T": table}) == [
        Text.of("x-", *table.parts)
    ]


def test_structures_are_kept_where_they_decide() -> None:
    result = use(
        f"{HEAD}def handler(e, c):\n    items = [{{'Key': 'a'}}]\n    items.append({{'Key': e}})\n"
        "    s3.delete_objects(Bucket='b', Delete={'Objects': items}, **e)"
    )
    arguments = result.calls[0].arguments
    assert arguments.open
    deleted = arguments.get("Delete")
    assert isinstance(deleted, Fields)
    assert isinstance(objects := deleted.get("Objects"), Items)
    assert isinstance(objects.values[0], Fields)
    assert objects.values[0].get("Key") == Text.of("a")


def test_nothing_is_kept_of_what_structures_hold_that_decide_nothing() -> None:
    result = use(f"{HEAD}def handler(e, c): s3.put_object(Bucket='b', Metadata={{'a': 'x', 'b': ['y']}})")
    kept = result.calls[0].arguments.get("Metadata")
    assert isinstance(kept, Fields)
    assert kept.get("a") == Text.of("x")
    assert isinstance(kept.get("b"), UnknownArgument)


def test_resource_parameters_reach_nested_places() -> None:
    result = use(f"{HEAD}def handler(e, c): boto3.resource('ec2').Instance('i-1').stop()")
    assert result.calls[0].arguments.get("InstanceIds") == Items((Text.of("i-1"),))


def test_trace_leads_from_the_handler_to_the_call() -> None:
    result = use(HEAD + "def inner(c):\n    c.put_object(Bucket='b')\ndef outer(c): inner(c)\ndef handler(e, c):\n    outer(s3)")
    assert [(frame.function, frame.location.line) for frame in result.calls[0].trace] == [("handler", 10), ("outer", 8), ("inner", 7)]
    assert result.calls[0].location == result.calls[0].trace[-1].location


def _only(body: str) -> Fields:
    """The arguments of the one call that the handler makes."""
    (call,) = use(HEAD + "def handler(event, context):\n" + "".join(f"    {line}\n" for line in body.splitlines())).calls
    return call.arguments


def test_a_key_that_only_some_paths_set_may_be_absent() -> None:
    arguments = _only("kw = {'Bucket': 'b', 'Key': 'k'}\nif event.get('v'):\n    kw['VersionId'] = 'v'\ns3.get_object(**kw)")
    assert arguments.get("VersionId") == OneOf((Constant(None), Text.of("v")))
    assert arguments.get("Key") == Text.of("k")


@pytest.mark.parametrize("value", ["event.get('v')", "'v' if event else None"])
def test_none_is_never_sent(value: str) -> None:
    given = _only(f"s3.get_object(Bucket='b', Key='k', VersionId={value})").get("VersionId")
    assert not isinstance(given, OneOf | Constant)


def test_a_list_filled_in_loops_holds_each_kind_of_item() -> None:
    body = "items = []\nfor row in event:\n    items.append({'Put': {'TableName': 'a'}})\nitems.append({'Update': {'TableName': 'b'}})\n"
    given = _only(body + "ddb.meta.client.transact_write_items(TransactItems=items)").get("TransactItems")
    assert isinstance(given, Items)
    assert [entry.entries[0][0].literal for entry in given.values if isinstance(entry, Fields)] == ["Put", "Update"]
    assert (given.open, given.loose) == (False, True)


def test_a_list_filled_with_what_is_not_known_may_hold_more() -> None:
    given = _only("sqs.meta.client.send_message_batch(QueueUrl='u', Entries=[entry for entry in event['x']])").get("Entries")
    assert isinstance(given, Items)
    assert given.open


def test_a_method_has_its_name() -> None:
    source = """
    import boto3
    iam = boto3.client("iam")
    def pages(method):
        yield from iam.get_paginator(method.__name__).paginate()
    def handler(event, context):
        list(pages(iam.list_policies))
    """
    found(source, "iam:ListPolicies")
    gaps(source.replace("__name__", "__doc__"), GapKind.DYNAMIC_OPERATION)
