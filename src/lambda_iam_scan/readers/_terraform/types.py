"""Terraform's AWS resource types as CloudFormation's: names of types, of arguments, and of what other resources refer to.

Source: Terraform AWS provider documentation ("Argument Reference", "Attribute Reference" of each resource). `attributes` maps an
attribute to CloudFormation's (`Ref`, or the name for `Fn::GetAtt`); arguments that are no attribute give their own value.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Type:
    """A resource type, with paths in Terraform's block to paths in CloudFormation's properties; dots lead into blocks.

    `formats` are attributes that CloudFormation has not, as `Fn::Sub` texts in which `${Ref}` is what `Ref` gives. `blocks` are
    repeatable blocks, each with the list that it is an entry of and the names in there.
    """

    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)


_NAMED = {"arn": "Arn", "id": "Ref", "name": "Ref"}
_HERE = "${AWS::Region}:${AWS::AccountId}"
_EXECUTION = {"execution_arn": f"arn:${{AWS::Partition}}:execute-api:{_HERE}:${{Ref}}"}
_LOG_GROUP = {"arn": f"arn:${{AWS::Partition}}:logs:{_HERE}:log-group:${{Ref}}"}
"""Without the `:*` that CloudFormation's has."""
_REF = {"arn": "Ref", "id": "Ref"}
_COGNITO = {
    "create_auth_challenge": "CreateAuthChallenge",
    "custom_message": "CustomMessage",
    "define_auth_challenge": "DefineAuthChallenge",
    "post_authentication": "PostAuthentication",
    "post_confirmation": "PostConfirmation",
    "pre_authentication": "PreAuthentication",
    "pre_sign_up": "PreSignUp",
    "pre_token_generation": "PreTokenGeneration",
    "user_migration": "UserMigration",
    "verify_auth_challenge_response": "VerifyAuthChallengeResponse",
}

TYPES = {
    "aws_lambda_function": Type(
        "AWS::Lambda::Function",
        {
            "function_name": "FunctionName",
            "runtime": "Runtime",
            "handler": "Handler",
            "role": "Role",
            "layers": "Layers",
            "package_type": "PackageType",
            "image_uri": "Code.ImageUri",
            "kms_key_arn": "KmsKeyArn",
            "environment.variables": "Environment.Variables",
            "vpc_config.subnet_ids": "VpcConfig.SubnetIds",
            "tracing_config.mode": "TracingConfig.Mode",
            "dead_letter_config.target_arn": "DeadLetterConfig.TargetArn",
            "logging_config.log_group": "LoggingConfig.LogGroup",
        },
        {"arn": "Arn", "id": "Ref", "function_name": "Ref"},
        blocks={"file_system_config": ("FileSystemConfigs", {"arn": "Arn", "local_mount_path": "LocalMountPath"})},
    ),
    "aws_lambda_layer_version": Type("AWS::Lambda::LayerVersion", {"layer_name": "LayerName"}, {"arn": "Ref", "id": "Ref"}),
    "aws_lambda_alias": Type("AWS::Lambda::Alias", {"name": "Name", "function_name": "FunctionName"}, {"arn": "Ref", "id": "Ref"}),
    "aws_lambda_function_url": Type(
        "AWS::Lambda::Url", {"function_name": "TargetFunctionArn", "qualifier": "Qualifier", "authorization_type": "AuthType"}
    ),
    "aws_lambda_permission": Type(
        "AWS::Lambda::Permission",
        {
            "action": "Action",
            "principal": "Principal",
            "source_arn": "SourceArn",
            "source_account": "SourceAccount",
            "event_source_token": "EventSourceToken",
            "principal_org_id": "PrincipalOrgID",
            "function_url_auth_type": "FunctionUrlAuthType",
            "invoked_via_function_url": "InvokedViaFunctionUrl",
        },
    ),
    "aws_lambda_event_source_mapping": Type(
        "AWS::Lambda::EventSourceMapping",
        {
            "event_source_arn": "EventSourceArn",
            "function_name": "FunctionName",
            "topics": "Topics",
            "queues": "Queues",
            "kms_key_arn": "KmsKeyArn",
            "destination_config.on_failure.destination_arn": "DestinationConfig.OnFailure.Destination",
            "self_managed_event_source.endpoints": "SelfManagedEventSource.Endpoints",
            "document_db_event_source_config.database_name": "DocumentDBEventSourceConfig.DatabaseName",
        },
        blocks={"source_access_configuration": ("SourceAccessConfigurations", {"type": "Type", "uri": "URI"})},
    ),
    "aws_lambda_function_event_invoke_config": Type(
        "AWS::Lambda::EventInvokeConfig",
        {
            "function_name": "FunctionName",
            "destination_config.on_failure.destination": "DestinationConfig.OnFailure.Destination",
            "destination_config.on_success.destination": "DestinationConfig.OnSuccess.Destination",
        },
    ),
    "aws_iam_role": Type(
        "AWS::IAM::Role",
        {
            "name": "RoleName",
            "assume_role_policy": "AssumeRolePolicyDocument",
            "managed_policy_arns": "ManagedPolicyArns",
            "permissions_boundary": "PermissionsBoundary",
        },
        _NAMED,
    ),
    "aws_iam_policy": Type("AWS::IAM::ManagedPolicy", {"name": "ManagedPolicyName", "policy": "PolicyDocument"}, _REF),
    "aws_iam_role_policy": Type("AWS::IAM::RolePolicy", {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"}),
    "aws_dynamodb_table": Type(
        "AWS::DynamoDB::Table",
        {"name": "TableName", "server_side_encryption.kms_key_arn": "SSESpecification.KMSMasterKeyId"},
        {**_NAMED, "stream_arn": "StreamArn"},
    ),
    "aws_s3_bucket": Type("AWS::S3::Bucket", {"bucket": "BucketName"}, {"arn": "Arn", "id": "Ref", "bucket": "Ref"}),
    "aws_sqs_queue": Type(
        "AWS::SQS::Queue",
        {"name": "QueueName", "kms_master_key_id": "KmsMasterKeyId"},
        {"arn": "Arn", "id": "Ref", "url": "Ref", "name": "QueueName"},
    ),
    "aws_sqs_queue_policy": Type("AWS::SQS::QueuePolicy", {"queue_url": "Queues", "policy": "PolicyDocument"}),
    "aws_s3_bucket_policy": Type("AWS::S3::BucketPolicy", {"bucket": "Bucket", "policy": "PolicyDocument"}),
    "aws_sns_topic": Type("AWS::SNS::Topic", {"name": "TopicName"}, {**_REF, "name": "TopicName"}),
    "aws_sns_topic_policy": Type("AWS::SNS::TopicPolicy", {"arn": "Topics", "policy": "PolicyDocument"}),
    "aws_sns_topic_subscription": Type("AWS::SNS::Subscription", {"protocol": "Protocol", "endpoint": "Endpoint", "topic_arn": "TopicArn"}),
    "aws_kinesis_stream": Type(
        "AWS::Kinesis::Stream", {"name": "Name", "kms_key_id": "StreamEncryption.KeyId"}, {"arn": "Arn", "name": "Ref"}
    ),
    "aws_kms_key": Type("AWS::KMS::Key", {"policy": "KeyPolicy"}, {"arn": "Arn", "key_id": "Ref", "id": "Ref"}),
    "aws_secretsmanager_secret": Type("AWS::SecretsManager::Secret", {"name": "Name"}, _REF),
    "aws_ssm_parameter": Type("AWS::SSM::Parameter", {"name": "Name"}, {"name": "Ref", "id": "Ref"}),
    "aws_cloudwatch_log_group": Type("AWS::Logs::LogGroup", {"name": "LogGroupName"}, {"id": "Ref", "name": "Ref"}, _LOG_GROUP),
    "aws_cloudwatch_event_rule": Type("AWS::Events::Rule", {"name": "Name", "event_bus_name": "EventBusName"}, _NAMED),
    "aws_cloudwatch_event_bus": Type("AWS::Events::EventBus", {"name": "Name"}, {"arn": "Arn", "id": "Ref", "name": "Ref"}),
    "aws_scheduler_schedule": Type(
        "AWS::Scheduler::Schedule", {"name": "Name", "target.arn": "Target.Arn", "target.role_arn": "Target.RoleArn"}, {"arn": "Arn"}
    ),
    "aws_sfn_state_machine": Type(
        "AWS::StepFunctions::StateMachine",
        {"name": "StateMachineName", "role_arn": "RoleArn", "definition": "Definition"},
        {"arn": "Ref", "id": "Ref", "name": "Name"},
    ),
    "aws_api_gateway_rest_api": Type(
        "AWS::ApiGateway::RestApi", {"name": "Name"}, {"id": "Ref", "root_resource_id": "RootResourceId"}, _EXECUTION
    ),
    "aws_api_gateway_resource": Type(
        "AWS::ApiGateway::Resource", {"rest_api_id": "RestApiId", "parent_id": "ParentId", "path_part": "PathPart"}, {"id": "Ref"}
    ),
    "aws_api_gateway_integration": Type(
        "AWS::ApiGateway::Method",
        {
            "rest_api_id": "RestApiId",
            "resource_id": "ResourceId",
            "http_method": "HttpMethod",
            "uri": "Integration.Uri",
            "credentials": "Integration.Credentials",
        },
    ),
    "aws_apigatewayv2_api": Type(
        "AWS::ApiGatewayV2::Api", {"protocol_type": "ProtocolType", "target": "Target"}, {"id": "Ref"}, _EXECUTION
    ),
    "aws_apigatewayv2_integration": Type(
        "AWS::ApiGatewayV2::Integration",
        {"api_id": "ApiId", "integration_uri": "IntegrationUri", "credentials_arn": "CredentialsArn"},
        {"id": "Ref"},
    ),
    "aws_apigatewayv2_route": Type("AWS::ApiGatewayV2::Route", {"api_id": "ApiId", "route_key": "RouteKey", "target": "Target"}),
    "aws_api_gateway_authorizer": Type(
        "AWS::ApiGateway::Authorizer",
        {"rest_api_id": "RestApiId", "authorizer_uri": "AuthorizerUri", "authorizer_credentials": "AuthorizerCredentials"},
        {"id": "Ref"},
    ),
    "aws_apigatewayv2_authorizer": Type(
        "AWS::ApiGatewayV2::Authorizer",
        {"api_id": "ApiId", "authorizer_uri": "AuthorizerUri", "authorizer_credentials_arn": "AuthorizerCredentialsArn"},
        {"id": "Ref"},
    ),
    "aws_cognito_user_pool": Type(
        "AWS::Cognito::UserPool",
        {"name": "UserPoolName", **{f"lambda_config.{theirs}": f"LambdaConfig.{ours}" for theirs, ours in _COGNITO.items()}},
        {"arn": "Arn", "id": "Ref"},
    ),
    "aws_cloudwatch_log_subscription_filter": Type(
        "AWS::Logs::SubscriptionFilter", {"log_group_name": "LogGroupName", "destination_arn": "DestinationArn"}
    ),
    "aws_secretsmanager_secret_rotation": Type(
        "AWS::SecretsManager::RotationSchedule", {"secret_id": "SecretId", "rotation_lambda_arn": "RotationLambdaARN"}
    ),
    "aws_lb_target_group": Type("AWS::ElasticLoadBalancingV2::TargetGroup", {"name": "Name", "target_type": "TargetType"}, _REF),
}

OWN = {
    ("aws_caller_identity", "account_id"): "AWS::AccountId",
    ("aws_region", "name"): "AWS::Region",
    ("aws_region", "id"): "AWS::Region",
    ("aws_region", "region"): "AWS::Region",
    ("aws_partition", "partition"): "AWS::Partition",
    ("aws_partition", "dns_suffix"): "AWS::URLSuffix",
}
"""Data sources that tell of the deployment itself."""
