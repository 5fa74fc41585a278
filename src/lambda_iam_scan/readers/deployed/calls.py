"""Every call to AWS that this tool can make, spelled out: nothing here writes, and its own policy is read off this file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

POLL_SECONDS = (0.2, 0.5, 1, 2, 4, 8, 15, 30)
"""Waits between looks at an IAM job; AWS finishes most within seconds."""


def from_lambda(client: LambdaClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Functions, their policies, and what feeds them; lists come whole."""
    match operation:
        case "GetFunction":
            return client.get_function(**parameters)
        case "GetFunctionConfiguration":
            return client.get_function_configuration(**parameters)
        case "GetFunctionUrlConfig":
            return client.get_function_url_config(**parameters)
        case "GetPolicy":
            return client.get_policy(**parameters)
        case "GetLayerVersion":
            return client.get_layer_version_by_arn(**parameters)
        case "ListFunctions":
            return client.get_paginator("list_functions").paginate(**parameters).build_full_result()
        case "ListAliases":
            return client.get_paginator("list_aliases").paginate(**parameters).build_full_result()
        case "ListVersionsByFunction":
            return client.get_paginator("list_versions_by_function").paginate(**parameters).build_full_result()
        case "ListEventSourceMappings":
            return client.get_paginator("list_event_source_mappings").paginate(**parameters).build_full_result()
        case "ListFunctionEventInvokeConfigs":
            return client.get_paginator("list_function_event_invoke_configs").paginate(**parameters).build_full_result()
    raise LookupError(operation)


def from_iam(client: IAMClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Roles, their policies, and when they last used what."""
    match operation:
        case "GetRole":
            return client.get_role(**parameters)
        case "GetRolePolicy":
            return client.get_role_policy(**parameters)
        case "GetPolicy":
            return client.get_policy(**parameters)
        case "GetPolicyVersion":
            return client.get_policy_version(**parameters)
        case "ListRolePolicies":
            return client.get_paginator("list_role_policies").paginate(**parameters).build_full_result()
        case "ListAttachedRolePolicies":
            return client.get_paginator("list_attached_role_policies").paginate(**parameters).build_full_result()
        case "GenerateServiceLastAccessedDetails":
            return _last_accessed(client, client.generate_service_last_accessed_details(**parameters)["JobId"])
    raise LookupError(operation)


def from_s3(client: S3Client, operation: str, parameters: dict[str, Any]) -> Any:
    """Bucket policies."""
    match operation:
        case "GetBucketPolicy":
            return client.get_bucket_policy(**parameters)
    raise LookupError(operation)


def from_sqs(client: SQSClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Queue policies."""
    match operation:
        case "GetQueueUrl":
            return client.get_queue_url(**parameters)
        case "GetQueueAttributes":
            return client.get_queue_attributes(**parameters)
    raise LookupError(operation)


def from_sns(client: SNSClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Topic policies."""
    match operation:
        case "GetTopicAttributes":
            return client.get_topic_attributes(**parameters)
    raise LookupError(operation)


def from_kms(client: KMSClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Key policies."""
    match operation:
        case "GetKeyPolicy":
            return client.get_key_policy(**parameters)
    raise LookupError(operation)


def from_secretsmanager(client: SecretsManagerClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Policies of secrets; never their values."""
    match operation:
        case "GetResourcePolicy":
            return client.get_resource_policy(**parameters)
    raise LookupError(operation)


def from_sts(client: STSClient, operation: str, parameters: dict[str, Any]) -> Any:
    """Who is asking; needs no permission."""
    match operation:
        case "GetCallerIdentity":
            return client.get_caller_identity(**parameters)
    raise LookupError(operation)


SERVICES = {
    "iam": from_iam,
    "kms": from_kms,
    "lambda": from_lambda,
    "s3": from_s3,
    "secretsmanager": from_secretsmanager,
    "sns": from_sns,
    "sqs": from_sqs,
    "sts": from_sts,
}


def _last_accessed(client: IAMClient, job: str) -> dict[str, Any]:
    """The finished report of an IAM job, all pages in one."""
    page: Any = client.get_service_last_accessed_details(JobId=job)
    for seconds in POLL_SECONDS:
        if page["JobStatus"] != "IN_PROGRESS":
            break
        time.sleep(seconds)
        page = client.get_service_last_accessed_details(JobId=job)
    services = list(page.get("ServicesLastAccessed", ()))
    report = {name: page.get(name) for name in ("JobStatus", "JobCompletionDate", "Error")} | {"ServicesLastAccessed": services}
    while page.get("IsTruncated"):
        page = client.get_service_last_accessed_details(JobId=job, Marker=page["Marker"])
        services += page["ServicesLastAccessed"]
    return report
