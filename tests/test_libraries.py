"""The rows of rules/libraries/: well-formed, with sources; for every package what it calls, and what looks alike and calls nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambda_iam_scan.analysis.sdk.patterns import CONVERTERS
from lambda_iam_scan.mapping.requirements import requirements
from lambda_iam_scan.model.code import GapKind, SdkCall
from lambda_iam_scan.model.iam import Necessity
from lambda_iam_scan.model.text import Text
from tests.analysis.harness import gaps, shown, silent, tables, use

FOLDER = Path(__file__).parents[1] / "rules" / "libraries"
FILES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
ROWS = [(name, row) for name, library in FILES.items() for row in (*library.get("calls", ()), *library.get("reads", ()))]
FORM = re.compile(
    r"(?:(?:argument|constructor):(?:\w*(?:\|\d+)?|self)|owner:|literal:.*|environment:\w+)"
    r"(?:\.?(?:\w+(?:\|\d+)?|\{\}))*(?: as (?P<converter>[\w-]+))?"
)
KEYS = frozenset(
    {"call", "source", "when", "operations", "client", "returns", "calls_back", "gives", "gap", "keys", "region", "read", "sure"}
)
OF_LISTS = frozenset({"packages", "handlers", "public"})
OF_OPERATION = frozenset({"service", "operation", "parameters", "when", "possible"})


def forms(row: dict[str, Any]) -> Iterator[str]:
    yield from row.get("when", ())
    for key in ("client", "keys", "region"):
        yield from row.get(key, ())
    yield from row.get("calls_back", ())
    if isinstance(row.get("returns"), dict):
        yield from row["returns"].values()
    for operation in row.get("operations", ()):
        yield from operation.get("when", ())
        yield from operation.get("parameters", {}).values()


# ---------------------------------------------------------------- form


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_a_source_and_speaks_of_its_package(name: str) -> None:
    library = FILES[name]
    assert library["source"]
    assert set(library) <= {
        "source",
        "aliases",
        "calls",
        "reads",
        "unlisted",
        "items",
        "packages",
        "hooks",
        "imported",
        "handlers",
        "public",
    }
    for row in (*library.get("calls", ()), *library.get("reads", ())):
        paths = row["call"] if "call" in row else row["read"]
        calls = paths if isinstance(paths, list) else [paths]
        assert name.startswith("_") or all(call.split(".")[0] == name for call in calls), calls


def test_rows_have_known_keys_and_forms() -> None:
    for name, row in ROWS:
        assert set(row) <= KEYS, (name, set(row) - KEYS)
        assert all(set(operation) <= OF_OPERATION for operation in row.get("operations", ())), row
        for form in (one for written in forms(row) for one in written.split(" or ")):
            match = FORM.fullmatch(form)
            assert match is not None, (name, form)
            assert match["converter"] in (None, *CONVERTERS), form


def test_parameters_belong_to_their_operation() -> None:
    for name, row in ROWS:
        for operation in row.get("operations", ()):
            service = tables().service(operation["service"])
            assert service is not None, operation
            assert tables().needs(operation["service"], operation["operation"]) is not None, (name, operation)


def test_services_of_gaps_exist() -> None:
    listed = [*FILES["_uses_aws"]["packages"].values(), *(row["gap"] for _, row in ROWS if "gap" in row)]
    unlisted = [library["unlisted"] for library in FILES.values() if "unlisted" in library]
    unknown = {service for services in (*listed, *unlisted) for service in services if tables().service(service) is None}
    assert not unknown


def test_a_package_is_described_or_only_known_to_use_aws() -> None:
    assert not set(FILES["_uses_aws"]["packages"]) & set(FILES)


# ---------------------------------------------------------------- packages


def body(imports: str, statements: str) -> str:
    lines = "\n".join(f"    {line}" for line in statements.splitlines())
    return f"{imports}\n\ndef handler(event, context):\n{lines}\n"


CASES = [
    ("from aws_lambda_powertools.utilities import parameters", "parameters.get_parameter('/a')", "ssm:GetParameter Name=/a"),
    (
        "from aws_lambda_powertools.utilities import parameters",
        "parameters.set_parameter(name='/a', value='1')",
        "ssm:PutParameter Name=/a",
    ),
    ("from aws_lambda_powertools.utilities import parameters", "parameters.SSMProvider().get('/a')", "ssm:GetParameter Name=/a"),
    ("from aws_lambda_powertools.utilities import parameters", "parameters.get_secret('s')", "secretsmanager:GetSecretValue SecretId=s"),
    (
        "from aws_lambda_powertools.utilities import parameters",
        "parameters.set_secret('s', 'v')",
        "secretsmanager:PutSecretValue SecretId=s",
    ),
    (
        "from aws_lambda_powertools.utilities.parameters import DynamoDBProvider",
        "DynamoDBProvider(table_name='t').get_multiple('x')",
        "dynamodb:Query TableName=t",
    ),
    (
        "from aws_lambda_powertools.utilities.parameters import get_app_config",
        "get_app_config(name='n', environment='e', application='a')",
        "appconfigdata:StartConfigurationSession ApplicationIdentifier=a EnvironmentIdentifier=e ConfigurationProfileIdentifier=n",
    ),
    (
        "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer",
        "DynamoDBPersistenceLayer(table_name='t')",
        "dynamodb:DeleteItem TableName=t",
    ),
    (
        "from aws_lambda_powertools.utilities.data_masking import DataMasking\n"
        "from aws_lambda_powertools.utilities.data_masking.provider.kms.aws_encryption_sdk import AWSEncryptionSDKProvider",
        "DataMasking(provider=AWSEncryptionSDKProvider(keys=['arn:aws:kms:eu-west-1:1:key/k'])).encrypt({})",
        "kms:GenerateDataKey KeyId=arn:aws:kms:eu-west-1:1:key/k",
    ),
    (
        "from aws_lambda_powertools.utilities.streaming import S3Object",
        "S3Object(bucket='b', key='k')",
        "s3:GetObject Bucket=b Key=k",
    ),
    (
        "from aws_secretsmanager_caching import SecretCache",
        "SecretCache().get_secret_binary('s')",
        "secretsmanager:DescribeSecret SecretId=s",
    ),
    (
        "from aws_secretsmanager_caching import InjectSecretString, SecretCache",
        "InjectSecretString('s', SecretCache())(print)",
        "secretsmanager:GetSecretValue SecretId=s",
    ),
    ("import awswrangler as wr", "wr.s3.to_parquet(df=1, path='s3://b/k.parquet')", "s3:PutObject Bucket=b Key=k.parquet"),
    (
        "import awswrangler as wr",
        "wr.s3.to_parquet(1, 's3://b/t/', dataset=True, database='d', table='t')",
        "glue:GetTable DatabaseName=d Name=t",
    ),
    ("import awswrangler as wr", "wr.s3.delete_objects('s3://b/old')", "s3:DeleteObjects Bucket=b"),
    ("import awswrangler as wr", "wr.s3.read_csv('s3://b/in.csv')", "s3:ListObjectsV2 Bucket=b"),
    (
        "import aws_encryption_sdk as e",
        "e.EncryptionSDKClient().decrypt(source=b'', key_provider=e.StrictAwsKmsMasterKeyProvider(key_ids=['k']))",
        "kms:Decrypt",
    ),
    (
        "import awswrangler as wr",
        "wr.athena.read_sql_query('SELECT 1', database='d', workgroup='w')",
        "athena:StartQueryExecution WorkGroup=w",
    ),
    ("import awswrangler as wr", "wr.dynamodb.put_items([], 't')", "dynamodb:DescribeTable TableName=t"),
    ("import awswrangler as wr", "wr.secretsmanager.get_secret('s')", "secretsmanager:GetSecretValue SecretId=s"),
    ("import s3fs", "s3fs.S3FileSystem().open('b/k')", "s3:GetObject Bucket=b Key=k"),
    ("import s3fs", "s3fs.S3FileSystem().open('s3://b/k', 'wb')", "s3:PutObject Bucket=b Key=k"),
    ("import s3fs", "s3fs.S3FileSystem(anon=False).rm('b/k', recursive=True)", "s3:ListObjectsV2 Bucket=b"),
    ("import s3fs", "s3fs.S3FileSystem().cp('b/k', 'c/l')", "s3:CopyObject Bucket=c Key=l CopySource=b/k"),
    ("import fsspec", "fsspec.open('s3://b/k', mode='wb')", "s3:PutObject Bucket=b Key=k"),
    ("import pandas as pd", "pd.read_parquet('s3://b/in')", "s3:GetObject Bucket=b Key=in*"),
    ("import pandas as pd", "pd.DataFrame([1]).to_csv('s3://b/out.csv', index=False)", "s3:PutObject Bucket=b Key=out.csv"),
    (
        "import pandas as pd",
        "df = pd.read_csv('/tmp/x.csv')\ndf[df.a > 1].groupby('a').sum().to_json(f's3://b/{event}.json')",
        "s3:PutObject Bucket=b Key=*.json",
    ),
    ("import polars as pl", "pl.scan_parquet('s3://b/in').collect()", "s3:GetObject Bucket=b Key=in*"),
    ("from smart_open import open", "with open('s3://b/k') as f:\n    f.read()", "s3:GetObject Bucket=b Key=k"),
    ("import smart_open", "smart_open.open(uri='s3://b/k', mode='w')", "s3:PutObject Bucket=b Key=k"),
    (
        "import redshift_connector",
        "redshift_connector.connect(iam=True, is_serverless=True, serverless_work_group='w', host='h')",
        "redshift-serverless:GetCredentials workgroupName=w",
    ),
    (
        "import aws_encryption_sdk as e",
        "e.EncryptionSDKClient().encrypt(source=b'', key_provider=e.StrictAwsKmsMasterKeyProvider(key_ids=['k']))",
        "kms:GenerateDataKey KeyId=k",
    ),
    (
        "from langchain_aws import ChatBedrockConverse",
        "ChatBedrockConverse(model='m').invoke('x')",
        "bedrock-runtime:InvokeModel modelId=m",
    ),
    (
        "from langchain_aws import ChatBedrock",
        "ChatBedrock(model_id='m').stream('x')",
        "bedrock-runtime:InvokeModelWithResponseStream modelId=m",
    ),
    (
        "from strands import Agent\nfrom strands.models import BedrockModel",
        "Agent(model=BedrockModel(model_id='m'))('x')",
        "bedrock-runtime:InvokeModelWithResponseStream modelId=m",
    ),
    (
        "from strands import Agent\nfrom strands.models import BedrockModel",
        "Agent(model=BedrockModel(model_id='m', streaming=False))('x')",
        "bedrock-runtime:InvokeModel modelId=m",
    ),
    ("from strands import Agent", "Agent(model='m')('x')", "bedrock-runtime:InvokeModelWithResponseStream modelId=m"),
    (
        "import anthropic",
        "anthropic.AnthropicBedrock().messages.create(model='m', max_tokens=1, messages=[])",
        "bedrock-runtime:InvokeModel modelId=m",
    ),
    (
        "from pynamodb.models import Model\nfrom pynamodb.transactions import TransactWrite\n"
        "class T(Model):\n    class Meta:\n        table_name = 't'",
        "with TransactWrite(connection=1) as transaction:\n    transaction.save(T('x'))",
        "dynamodb:TransactWriteItems",
    ),
    (
        "from aws_lambda_powertools.utilities.feature_flags import AppConfigStore, FeatureFlags",
        "FeatureFlags(store=AppConfigStore('e', 'a', 'n')).store.get_raw_configuration",
        "appconfigdata:StartConfigurationSession ApplicationIdentifier=a EnvironmentIdentifier=e ConfigurationProfileIdentifier=n",
    ),
    ("import watchtower", "watchtower.CloudWatchLogHandler('g')", "logs:PutLogEvents logGroupName=g"),
    ("import watchtower", "watchtower.CloudWatchLogHandler(log_group='g')", "logs:PutLogEvents logGroupName=g"),
    ("import watchtower", "watchtower.CloudWatchLogHandler()", "logs:PutLogEvents logGroupName=watchtower"),
    ("import watchtower", "watchtower.CloudWatchLogHandler('g', log_group_retention_days=3)", "logs:PutRetentionPolicy logGroupName=g"),
    ("from dyntastic import Dyntastic\nclass T(Dyntastic):\n    __table_name__ = 't'", "T.get('x').save()", "dynamodb:PutItem TableName=t"),
    ("from dyntastic import Dyntastic\nclass T(Dyntastic):\n    __table_name__ = 't'", "T.safe_get('x')", "dynamodb:GetItem TableName=t"),
    (
        "from dyntastic import Dyntastic\nclass T(Dyntastic):\n    __table_name__ = 't'",
        "for row in T.query('x', index='i'):\n    row.delete()",
        "dynamodb:DeleteItem TableName=t",
    ),
    (
        "from pydynox import Model, ModelConfig\nclass T(Model):\n    model_config = ModelConfig(table='t')",
        "T.sync_get(pk='x').sync_update(name='y')",
        "dynamodb:UpdateItem TableName=t",
    ),
    (
        "from pydynox import GlobalSecondaryIndex as G, Model, ModelConfig\n"
        "class T(Model):\n    model_config = ModelConfig(table='t')\n    by_name = G('i', partition_key='name')",
        "T.by_name.sync_query(name='x')",
        "dynamodb:Query TableName=t IndexName=i",
    ),
    ("from pydynox import DynamoDBClient", "DynamoDBClient().sync_get_item('t', {})", "dynamodb:GetItem TableName=t"),
    ("from ssm_cache import SSMParameter", "SSMParameter('/a').value", "ssm:GetParameters WithDecryption=True"),
    ("from ssm_cache import SecretsManagerParameter as P", "P('s').value", "secretsmanager:GetSecretValue SecretId=s"),
    ("from ssm_cache import SSMParameterGroup as G", "G().parameter('/a').value", "ssm:GetParameters WithDecryption=True"),
    ("from ssm_cache import SSMParameterGroup as G", "G(base_path='/a').parameters('/b')", "ssm:GetParametersByPath WithDecryption=True"),
    (
        "from ssm_parameter_store import EC2ParameterStore as S",
        "S().get_parameter('/a', decrypt=False)",
        "ssm:GetParameter Name=/a WithDecryption=False",
    ),
    ("from lambda_cache import ssm", "ssm.get_entry(parameter='/a')", "ssm:GetParameter Name=/a"),
    ("from lambda_cache import s3", "s3.cache(s3Uri='s3://b/k')(print)", "s3:GetObject Bucket=b Key=k"),
    ("from lambda_decorators import ssm_parameter_store", "ssm_parameter_store('/a')(print)", "ssm:GetParameters WithDecryption=True"),
    ("import lambdawarmer", "lambdawarmer.warmer(send_metric=True)(print)", "cloudwatch:PutMetricData Namespace=LambdaWarmer"),
    ("import credstash", "credstash.getSecret('s')", "dynamodb:Query TableName=credential-store"),
    ("import credstash", "credstash.getSecret('s', '0001', table='t')", "dynamodb:GetItem TableName=t"),
    (
        "from codeguru_profiler_agent import with_lambda_profiler",
        "with_lambda_profiler(profiling_group_name='g')(print)",
        "codeguruprofiler:ConfigureAgent profilingGroupName=g",
    ),
    ("from aws_msk_iam_sasl_signer import MSKAuthTokenProvider as P", "P.generate_auth_token('eu-west-1')", "kafka:Connect"),
    (
        "import aurora_data_api",
        "with aurora_data_api.connect(aurora_cluster_arn='c', secret_arn='s', database='d') as c:\n"
        "    with c.cursor() as cursor:\n        cursor.execute('select 1')",
        "rds-data:ExecuteStatement resourceArn=c secretArn=s",
    ),
    (
        "from chalice import Chalice\napp = Chalice('a')",
        "app.websocket_api.send(connection_id='c', message='m')",
        "apigatewaymanagementapi:PostToConnection ConnectionId=c",
    ),
    (
        "from python_dynamodb_lock.python_dynamodb_lock import DynamoDBLockClient",
        "DynamoDBLockClient(event).acquire_lock('k')",
        "dynamodb:PutItem TableName=DynamoDBLockTable",
    ),
    (
        "from pyathena import connect",
        "connect(s3_staging_dir='s3://b/k/', work_group='w').cursor().execute('select 1').fetchall()",
        "athena:StartQueryExecution WorkGroup=w",
    ),
    (
        "from awslabs.mcp_lambda_handler import MCPLambdaHandler",
        "MCPLambdaHandler(name='n', session_store='t')",
        "dynamodb:PutItem TableName=t",
    ),
    (
        "from pydantic_settings import AWSSecretsManagerSettingsSource as S",
        "S(None, 's')",
        "secretsmanager:GetSecretValue SecretId=s",
    ),
]


def sure(source: str) -> list[SdkCall]:
    result = use(source)
    assert not result.gaps, result.gaps
    return [call for call in result.calls if not call.possible]


@pytest.mark.parametrize(("imports", "statements", "wanted"), CASES, ids=[case[1].splitlines()[0][:60] for case in CASES])
def test_what_a_package_calls(imports: str, statements: str, wanted: str) -> None:
    calls = sure(body(imports, statements))
    assert any(set(wanted.split()) <= set(shown(call).split()) for call in calls), [shown(call) for call in calls]
    assert all(call.library for call in calls)


@pytest.mark.parametrize(("imports", "statements", "wanted"), CASES, ids=[case[1].splitlines()[0][:60] for case in CASES])
def test_the_same_code_with_a_package_of_one_s_own_is_silent(imports: str, statements: str, wanted: str) -> None:
    package = re.findall(r"(?:from|import) (\w+)", imports)[0]
    silent(re.sub(rf"\b{package}\b", "nobody_knows_this", body(imports, statements)))


@pytest.mark.parametrize(
    ("imports", "statements"),
    [
        ("import pandas as pd", "pd.DataFrame().to_csv('/tmp/x.csv')\npd.read_csv('x.csv').to_csv()"),
        ("import pandas as pd", "pd.read_csv('s3://b/k', storage_options={'key': 'AKIA', 'secret': 'x'})"),
        ("from smart_open import open", "open('/tmp/x', 'w')\nopen('https://example.org/x')"),
        ("import fsspec", "fsspec.open('/tmp/x', 'wb')\nfsspec.filesystem('memory').ls('b/k')"),
        ("import redshift_connector", "redshift_connector.connect(host='h', user='u', password='p')"),
        ("from aws_xray_sdk.core import patch_all, xray_recorder", "patch_all()\nxray_recorder.begin_subsegment('x')"),
        ("from aws_lambda_powertools.utilities.data_masking import DataMasking", "DataMasking().erase({}, fields=['a'])"),
        ("from aws_lambda_powertools import Logger, Metrics, Tracer", "Logger().info('s3://b/k')\nMetrics().add_metric('x', 'Count', 1)"),
        ("import anthropic", "anthropic.Anthropic().messages.create(model='m', max_tokens=1, messages=[])"),
        ("from strands import Agent, tool", "Agent(model=OtherModel())"),
        ("import pyarrow as pa", "pa.Table.from_pydict({}).to_pandas()"),
        ("from langchain_community.llms import Ollama", "Ollama(model='m').invoke('x')"),
        ("from ssm_cache import SSMParameter", "SSMParameter('/a').name"),
        (
            "from aws_lambda_powertools.utilities.feature_flags import AppConfigStore as S, FeatureFlags as F",
            "F(S('e', 'a', 'n')).store.cache_seconds",
        ),
        ("from chalice import Chalice\napp = Chalice('a')", "app.log.info('x')\napp.websocket_api.configure('d', 's')"),
        ("import xarray", "xarray.open_dataset('/tmp/x.nc').to_netcdf('/tmp/y.nc')"),
        ("import duckdb", "duckdb.connect().execute('select 1').fetchall()\nduckdb.sql('select 2')"),
        ("import litellm", "litellm.completion(model='gpt-4o', messages=[])"),
        ("from langchain.chat_models import init_chat_model", "init_chat_model('gpt-4o', model_provider='openai')"),
        ("import os\nfrom sqlalchemy import create_engine", "create_engine(os.environ['URL']).connect()"),
        ("from kafka import KafkaProducer", "KafkaProducer(bootstrap_servers='b')"),
        ("from minio import Minio", "Minio('play.min.io', 'key', 'secret').list_buckets()"),
        ("from awscrt import mqtt, io", "mqtt.Client(io.ClientBootstrap())"),
        ("from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    a: str = '1'", "S().a"),
        ("from llama_index.core import Document", "Document(text='x')"),
        ("from llama_index.llms.openai import OpenAI", "OpenAI(model='m').complete('x')"),
        ("from cloudpathlib import CloudPath", "CloudPath('gs://b/k').read_text()"),
        ("import zarr", "zarr.open('/tmp/x')"),
        ("from awslabs.mcp_lambda_handler import MCPLambdaHandler", "MCPLambdaHandler(name='n').handle_request(event, context)"),
    ],
)
def test_other_uses_of_these_packages_call_nothing(imports: str, statements: str) -> None:
    silent(body(imports, statements))


@pytest.mark.parametrize(
    ("imports", "statements"),
    [
        ("import awswrangler as wr", "wr.catalog.databases()"),
        ("import pyarrow.fs", "pyarrow.fs.S3FileSystem()"),
        ("import aws_encryption_sdk as e", "e.EncryptionSDKClient().encrypt(source=b'', keyring=event)"),
        ("from langchain_community.llms import Bedrock", "Bedrock(model_id='m').invoke('x')"),
        ("import litellm", "litellm.completion(model='bedrock/m', messages=[])"),
        ("import litellm", "litellm.completion(model=event['model'], messages=[])"),
        ("import duckdb", "duckdb.connect().execute(\"select * from 's3://b/*.parquet'\")"),
        ("import xarray", "xarray.open_zarr('s3://b/k')"),
        ("import xarray", "xarray.open_dataset('/tmp/x.nc').to_zarr('s3://b/k')"),
        ("from cloudpathlib import CloudPath", "CloudPath('s3://b/k').read_text()"),
        ("from llama_index.llms.bedrock_converse import BedrockConverse", "BedrockConverse(model='m').complete('x')"),
        ("from langchain.chat_models import init_chat_model", "init_chat_model('m', model_provider='bedrock_converse')"),
        ("from sqlalchemy import create_engine", "create_engine('awsathena+rest://@athena.eu-west-1.amazonaws.com/d')"),
        ("from kafka import KafkaProducer", "KafkaProducer(sasl_mechanism='AWS_MSK_IAM')"),
        ("from minio.credentials import IamAwsProvider", "IamAwsProvider()"),
        ("from aws_assume_role_lib import patch_boto3", "patch_boto3()"),
        ("import sqs_extended_client", "pass"),
    ],
)
def test_what_is_known_by_service_only_is_a_gap(imports: str, statements: str) -> None:
    gaps(body(imports, statements), GapKind.UNKNOWN_LIBRARY)


def test_what_a_package_may_call_is_possible_and_never_missing() -> None:
    found = use(body("from langchain_aws import ChatBedrock", "chain = prompt | ChatBedrock(model_id='amazon.nova-lite-v1:0')"))
    needs, _ = requirements(found.calls, tables())
    actions = {need.action: need.need for need in needs}
    assert actions["bedrock:InvokeModel"] is Necessity.POSSIBLE
    assert actions["bedrock:InvokeModelWithResponseStream"] is Necessity.POSSIBLE


def test_signed_requests_may_need_the_service_s_http_actions() -> None:
    signed = "AWS4Auth(credentials.access_key, credentials.secret_key, 'eu-west-1', SERVICE, session_token=credentials.token)"
    source = body("import boto3\nfrom requests_aws4auth import AWS4Auth", f"credentials = boto3.Session().get_credentials()\n{signed}")
    needs, _ = requirements(use(source.replace("SERVICE", "'es'")).calls, tables())
    assert {need.action for need in needs} >= {"es:ESHttpGet", "es:ESHttpPost"}
    assert all(need.need is Necessity.POSSIBLE for need in needs)
    gaps(source.replace("SERVICE", "'s3'"), GapKind.UNKNOWN_LIBRARY)


SIGNERS = {
    "from botocore.auth import SigV4Auth": "SigV4Auth(credentials, SERVICE, 'eu-west-1').add_auth(event['request'])",
    "from botocore.crt.auth import CrtSigV4Auth": "CrtSigV4Auth(credentials=credentials, service_name=SERVICE, region_name='eu-west-1')",
    "from httpx_auth import AWS4Auth": "AWS4Auth(credentials.access_key, credentials.secret_key, 'eu-west-1', SERVICE)",
    "from httpx_aws_auth import AwsSigV4Auth": "AwsSigV4Auth(credentials=event, region='eu-west-1', service=SERVICE)",
    "from httpx_auth_awssigv4 import SigV4Auth": "SigV4Auth(credentials.access_key, credentials.secret_key, SERVICE, 'eu-west-1')",
    "from requests_auth_aws_sigv4 import AWSSigV4": "AWSSigV4(SERVICE)",
    "from aws_requests_auth.boto_utils import BotoAWSRequestsAuth": "BotoAWSRequestsAuth('h', 'eu-west-1', SERVICE)",
}


@pytest.mark.parametrize("imports", SIGNERS)
@pytest.mark.parametrize(
    ("service", "action", "need"),
    [
        ("appsync", "appsync:GraphQL", Necessity.ALWAYS),
        ("execute-api", "execute-api:Invoke", Necessity.ALWAYS),
        ("aoss", "aoss:APIAccessAll", Necessity.ALWAYS),
        ("lambda", "lambda:InvokeFunctionUrl", Necessity.POSSIBLE),
        ("es", "es:ESHttpGet", Necessity.POSSIBLE),
    ],
)
def test_signers_of_requests(imports: str, service: str, action: str, need: Necessity) -> None:
    signed = f"credentials = boto3.Session().get_credentials()\n{SIGNERS[imports]}"
    found = use(body(f"import boto3\n{imports}", signed.replace("SERVICE", repr(service))))
    needs, _ = requirements(found.calls, tables())
    assert {found.action: found.need for found in needs}[action] is need
    assert not found.gaps
    if "region" in SIGNERS[imports] or "eu-west-1" in SIGNERS[imports]:
        assert {str(call.region) for call in found.calls} == {"eu-west-1"}
    gaps(body(f"import boto3\n{imports}", signed.replace("SERVICE", "'bedrock'")), GapKind.UNKNOWN_LIBRARY)
    assert use(body(f"import boto3\n{imports}", signed.replace("SERVICE", "event['service']"))).gaps


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("boto3.Session().get_credentials().access_key", True),
        ("__import__('os').environ['AWS_ACCESS_KEY_ID']", True),
        ("'AKIAIOSFODNN7EXAMPLE'", False),
        ("__import__('os').environ['PARTNER_KEY']", False),
    ],
)
def test_whose_key_signs(key: str, ours: bool) -> None:
    made = f"AWS4Auth({key}, 'secret', 'eu-west-1', 'execute-api')"
    needs, _ = requirements(use(body("import boto3\nfrom requests_aws4auth import AWS4Auth", made)).calls, tables())
    assert [need.action for need in needs] == (["execute-api:Invoke"] if ours else [])


SESSIONS = {
    "from aws_assume_role_lib import assume_role": "assume_role(boto3.Session(), ROLE)",
    "from boto3_assume import assume_role": "assume_role(source_session=boto3.Session(), assume_role_kwargs={'RoleArn': ROLE})",
    "from boto3_refresh_session import RefreshableSession": "RefreshableSession(assume_role_kwargs={'RoleArn': ROLE})",
    "from boto3_refresh_session import AssumeRoleConfig as C, RefreshableSession": "RefreshableSession(assume_role_kwargs=C(RoleArn=ROLE))",
}


@pytest.mark.parametrize("imports", SESSIONS)
def test_sessions_of_assumed_roles_sign_with_the_role_s_credentials(imports: str) -> None:
    ours, theirs = "boto3.client('sqs').purge_queue(QueueUrl='q')", "session.client('s3').get_object(Bucket='b', Key='k')"
    statements = f"session = {SESSIONS[imports]}\n{theirs}\n{ours}"
    found = use(body(f"import boto3\n{imports}", statements.replace("ROLE", "'arn:aws:iam::1:role/r'")))
    assert not found.gaps
    needs, _ = requirements(found.calls, tables())
    assert {need.action for need in needs if need.need is Necessity.ALWAYS} == {"sts:AssumeRole", "sqs:PurgeQueue"}
    assert {str(call.principal.role) for call in found.calls if call.service == "s3"} == {"arn:aws:iam::1:role/r"}


def test_a_package_that_changes_clients_when_it_is_imported_leaves_them_clients() -> None:
    found = use(body("import boto3\nimport sqs_extended_client", "boto3.client('sqs').send_message(QueueUrl='q', MessageBody='m')"))
    assert [shown(call).split()[0] for call in found.calls] == ["sqs:SendMessage"]
    assert [gap.services for gap in found.gaps] == [("s3",)]


@pytest.mark.parametrize(("environment", "wanted"), [({"DD_API_KEY_SECRET_ARN": Text.of("s")}, ["GetSecretValue"]), ({}, [])])
def test_what_a_package_does_when_the_environment_says_so(environment: dict[str, Text], wanted: list[str]) -> None:
    source = body("from datadog_lambda.wrapper import datadog_lambda_wrapper", "pass").replace(
        "def handler", "@datadog_lambda_wrapper\ndef handler"
    )
    found = use(source, environment=environment)
    assert not found.gaps
    assert [call.operation for call in found.calls if call.possible] == wanted


HISTORY = """
import boto3
from langchain_core.chat_history import BaseChatMessageHistory
class History(BaseChatMessageHistory):
    table = boto3.resource("dynamodb").Table("t")
    @property
    def messages(self): return []
    def add_message(self, message): self.table.put_item(Item={})
    def clear(self): self.table.delete_item(Key={})
"""


def test_a_history_does_what_it_is_asked_for() -> None:
    def operations(statement: str) -> list[str]:
        return [call.operation for call in sure(body(HISTORY, statement))]

    assert operations("History().add_user_message('x')") == ["PutItem"]
    assert operations("History().add_messages(['x'])") == ["PutItem"]
    assert operations("History().clear()") == ["DeleteItem"]
    assert operations("import langchain_core\nlangchain_core.anything(History())") == ["PutItem", "DeleteItem"]


def test_a_session_of_sagemaker_has_the_client_that_it_was_given() -> None:
    imports = "import boto3\nfrom sagemaker.session import Session"
    calls = sure(body(imports, "Session(sagemaker_client=boto3.client('sagemaker')).sagemaker_client.list_model_cards()"))
    assert [shown(call) for call in calls] == ["sagemaker:ListModelCards"]
    silent(body("from sagemaker.session import Session", "Session().local_mode"))


RULE = """
from rdklib import ConfigRule, Evaluator
class Rule(ConfigRule):
    def evaluate_periodic(self, event, client_factory, parameters):
        client_factory.build_client('securityhub').describe_hub()
        client_factory.build_client('s3', assume_role_mode=False).list_buckets()
"""


def test_clients_that_a_package_makes() -> None:
    found = use(body(RULE, "Evaluator(Rule(), ['AWS::::Account']).handle(event, context)"))
    assert [shown(call) for call in found.calls if not call.possible] == ["securityhub:DescribeHub@other", "s3:ListBuckets"]
    assert [gap.kind for gap in found.gaps] == [GapKind.UNKNOWN_LIBRARY]
    silent(body(RULE, "Rule()"))


def test_a_package_that_uses_aws_is_one_gap_however_often_it_is_used() -> None:
    gaps(body("import prefect_aws", "prefect_aws.S3Bucket('b')\nprefect_aws.S3Bucket('c')\nprefect_aws.x()"), GapKind.UNKNOWN_LIBRARY)


def test_a_list_of_objects_is_not_listed() -> None:
    calls = use(body("import awswrangler as wr", "wr.s3.read_csv(['s3://b/in.csv'])")).calls
    assert [call.operation for call in calls if not call.possible] == ["GetObject"]


def test_a_signed_get_caller_identity_needs_nothing() -> None:
    made = "SigV4QueryAuth(boto3.Session().get_credentials(), 'sts', 'eu-west-1')"
    silent(body("import boto3\nfrom botocore.auth import SigV4QueryAuth", made))


def test_a_stubbed_client_is_asked_nothing() -> None:
    stubbed = "with Stubber(boto3.client('s3')) as stub: stub.add_response('get_object', {})"
    silent(body("import boto3\nfrom botocore.stub import Stubber", stubbed))


def test_a_signer_with_another_role_s_credentials_is_not_charged_to_the_execution_role() -> None:
    assumed = "c = boto3.client('sts').assume_role(RoleArn='arn:aws:iam::1:role/r', RoleSessionName='s')['Credentials']"
    made = "Credentials(c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken'])"
    imports = "import boto3\nfrom botocore.auth import SigV4Auth\nfrom botocore.credentials import Credentials"
    found = use(body(imports, f"{assumed}\nSigV4Auth({made}, 'appsync', 'eu-west-1')"))
    needs, _ = requirements(found.calls, tables())
    assert {need.action for need in needs} == {"sts:AssumeRole"}


def test_appsync_over_gql() -> None:
    for imports, made in (
        ("from gql.transport.appsync_auth import AppSyncIAMAuthentication", "AppSyncIAMAuthentication(host='h')"),
        ("from gql.transport.appsync_websockets import AppSyncWebsocketsTransport", "AppSyncWebsocketsTransport(url='https://h')"),
    ):
        needs, _ = requirements(use(body(imports, made)).calls, tables())
        assert {need.action for need in needs} == {"appsync:GraphQL"}
    silent(body("from gql.transport.appsync_auth import AppSyncApiKeyAuthentication as A", "A(host='h', api_key='k')"))


def test_the_caller_s_own_client_signs() -> None:
    assumed = "boto3.client('sts').assume_role(RoleArn='arn:aws:iam::1:role/r', RoleSessionName='s')['Credentials']"
    session = (
        "boto3.Session(aws_access_key_id=c['AccessKeyId'], aws_secret_access_key=c['SecretAccessKey'], aws_session_token=c['SessionToken'])"
    )
    for imports, statement in (
        ("import awswrangler as wr", "wr.s3.download('s3://b/k', '/tmp/k', boto3_session=session)"),
        ("from smart_open import open", "open('s3://b/k', transport_params={'client': session.client('s3')})"),
        (
            "from aws_secretsmanager_caching import SecretCache",
            "SecretCache(client=session.client('secretsmanager')).get_secret_string('x')",
        ),
        ("from python_dynamodb_lock import DynamoDBLockClient as C", "C(session.resource('dynamodb')).acquire_lock('k')"),
        ("import watchtower", "watchtower.CloudWatchLogHandler('g', boto3_client=session.client('logs'))"),
    ):
        found = use(body(f"import boto3\n{imports}", f"c = {assumed}\nsession = {session}\n{statement}"))
        calls = [call for call in found.calls if call.library]
        assert calls
        assert {str(call.principal.role) for call in calls} == {"arn:aws:iam::1:role/r"}
