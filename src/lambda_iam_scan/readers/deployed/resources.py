"""Resource-based policies of what the code uses: queues, buckets, topics, keys, secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.iam import PolicyKind, ResourcePolicy
from lambda_iam_scan.model.text import Hole, Text
from lambda_iam_scan.readers.deployed.api import Ask
from lambda_iam_scan.readers.deployed.parallel import Progress, in_parallel
from lambda_iam_scan.readers.deployed.reading import Reading
from lambda_iam_scan.readers.deployed.role import home_region


def read_resource_policies(
    ask: Ask, arns: Iterable[str], *, jobs: int = 1, progress: Progress | None = None
) -> tuple[tuple[ResourcePolicy, ...], tuple[Gap, ...]]:
    """The policies of those resources among `arns` that can have one, each resource once; what may not be read is a gap."""
    owners = sorted({owner for arn in arns if (owner := policy_owner(arn))})
    read = in_parallel(lambda arn: _policy_of(ask, arn), owners, "policies of resources", jobs=jobs, progress=progress)
    return tuple(policy for policy, _ in read if policy), tuple(gap for _, gaps in read for gap in gaps)


def _policy_of(ask: Ask, arn: str) -> tuple[ResourcePolicy | None, Iterable[Gap]]:
    parts = arn.split(":")
    # A bucket does not tell its region; boto3 finds it, from within the partition.
    reading = Reading(ask, arn, parts[3] or (home_region(arn) if parts[1] != "aws" else None))
    document = _READ[parts[2]](reading, arn)
    if not document:
        return None, reading.gaps
    policy = reading.policy(document, "resource-based policy", PolicyKind.RESOURCE_BASED)
    return ResourcePolicy(resource=Text.of(arn), policy=policy), reading.gaps


def secret_name(resource: Text) -> str | None:
    """The name of a secret that code asks for by its name: then the end of its ARN is not known from the code."""
    first, *rest = resource.parts
    known = isinstance(first, str) and len(rest) == 1 and isinstance(rest[0], Hole) and rest[0].length == len("abcdef")
    _, is_secret, name = str(first).partition(":secret:")
    return name.removesuffix("-") if known and is_secret and name.endswith("-") and name != "-" else None


def find_secret(ask: Ask, resource: Text) -> tuple[Text, tuple[Gap, ...]]:
    """A secret asked for by name under the ARN that it really has; as it was when there is none or it may not be asked for (a gap)."""
    name = secret_name(resource) or ""
    reading = Reading(ask, str(resource), str(resource).split(":")[3])
    answer = reading.get("secretsmanager", "GetResourcePolicy", f"the policy of secret {name}", SecretId=name)
    arn = (answer or {}).get("ARN")
    return (Text.of(arn) if arn else resource), tuple(reading.gaps)


def policy_owner(arn: str) -> str | None:
    """The ARN of the resource whose policy decides about `arn` (an object's bucket); None when it is not wholly known or has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] not in _READ:
        return None
    if parts[2] == "s3":
        parts[5] = parts[5].partition("/")[0]
    if parts[2] == "kms" and not parts[5].startswith("key/"):
        return None
    whole = ":".join(parts)
    return None if any(mark in whole for mark in "*?$") else whole


def _bucket(reading: Reading, arn: str) -> Any:
    bucket = arn.rpartition(":")[2]
    return _field(reading.get("s3", "GetBucketPolicy", f"the policy of bucket {bucket}", Bucket=bucket), "Policy")


def queue_attributes(reading: Reading, arn: str) -> Mapping[str, Any]:
    """`Policy` and `KmsMasterKeyId` of a queue, as far as it has them; what may not be read is a gap of `reading`."""
    _, _, _, region, account, name = arn.split(":")
    what = f"what queue {name} is set to"
    there = Reading(reading.ask, reading.subject, region, reading.kind, reading.gaps)
    url = _field(there.get("sqs", "GetQueueUrl", what, QueueName=name, QueueOwnerAWSAccountId=account), "QueueUrl")
    wanted = ["KmsMasterKeyId", "Policy"]
    answer = there.get("sqs", "GetQueueAttributes", what, QueueUrl=url, AttributeNames=wanted) if url else None
    return (answer or {}).get("Attributes") or {}


def _queue(reading: Reading, arn: str) -> Any:
    return queue_attributes(reading, arn).get("Policy")


def _topic(reading: Reading, arn: str) -> Any:
    answer = reading.get("sns", "GetTopicAttributes", f"the policy of topic {arn.rpartition(':')[2]}", TopicArn=arn)
    return _field((answer or {}).get("Attributes"), "Policy")


def _key(reading: Reading, arn: str) -> Any:
    answer = reading.get("kms", "GetKeyPolicy", f"the policy of key {arn.rpartition('/')[2]}", KeyId=arn, PolicyName="default")
    return _field(answer, "Policy")


def _secret(reading: Reading, arn: str) -> Any:
    answer = reading.get("secretsmanager", "GetResourcePolicy", f"the policy of secret {arn.rpartition(':')[2]}", SecretId=arn)
    return _field(answer, "ResourcePolicy")


_READ: Mapping[str, Callable[[Reading, str], Any]] = {"kms": _key, "s3": _bucket, "secretsmanager": _secret, "sns": _topic, "sqs": _queue}


def _field(answer: Mapping[str, Any] | None, key: str) -> Any:
    return answer.get(key) if answer else None
