"""What rows of rules/libraries/ can say: each kind of row with one package, and beside it what looks alike and is none."""

from __future__ import annotations

import pytest

from lambda_iam_scan.analysis.sdk.patterns import matches, s3_below, s3_bucket, s3_key, s3_path
from lambda_iam_scan.analysis.values.kinds import Str, text
from lambda_iam_scan.analysis.values.strings import as_text
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import Hole, Text
from tests.analysis.harness import found, gaps, shown, silent, use

SOMETHING = Hole("not known")


def body(source: str, imports: str = "") -> str:
    """A handler with these statements."""
    lines = "\n".join(f"    {line}" for line in source.strip().splitlines())
    return f"{imports}\n\ndef handler(event, context):\n{lines}\n"


# ---------------------------------------------------------------- strings


@pytest.mark.parametrize(
    ("parts", "patterns", "verdict"),
    [
        (("s3://b/k",), ("s3://*",), True),
        (("/tmp/k",), ("s3://*",), False),
        (("s3://", SOMETHING), ("s3://*",), True),
        ((SOMETHING, "/k"), ("s3://*",), None),
        (("s", SOMETHING), ("s3://*",), None),
        (("/tmp/", SOMETHING), ("s3://*",), False),
        (("es",), ("es",), True),
        (("ess",), ("es",), False),
        (("r", SOMETHING), ("w*", "r*"), True),
        ((SOMETHING,), ("es",), None),
        (("aoss", SOMETHING), ("es",), False),
    ],
)
def test_patterns_have_three_answers(parts: tuple[str | Hole, ...], patterns: tuple[str, ...], verdict: bool | None) -> None:
    assert matches(Text.of(*parts), patterns) is verdict


@pytest.mark.parametrize("scheme", ["", "s3://", "s3a://"])
def test_addresses_have_parts(scheme: str) -> None:
    address = text(f"{scheme}bucket/some/key")
    assert s3_bucket(address) == text("bucket")
    assert s3_key(address) == text("some/key")
    assert s3_path(address) == text("bucket/some/key")
    assert str(as_text(s3_below(address))) == "some/key*"


def test_what_is_not_known_of_an_address_stays_in_its_place() -> None:
    address = Str(Text.of("s3://", SOMETHING, "/in/", SOMETHING, ".csv"))
    assert (str(as_text(s3_bucket(address))), str(as_text(s3_key(address)))) == ("*", "in/*.csv")
    unknown = Str(Text.of("s3://", SOMETHING))
    assert (str(as_text(s3_bucket(unknown))), str(as_text(s3_key(unknown)))) == ("*", "*")
    assert str(as_text(s3_key(text("s3://bucket/in/*.csv")))) == "in/*"
    assert str(as_text(s3_key(text("s3://bucket")))) == "*"


# ---------------------------------------------------------------- conditions


def test_an_operation_once_for_each_value_that_matches() -> None:
    found(
        body('pd.read_csv("s3://b/a.csv" if event else "/tmp/a.csv")', "import pandas as pd"),
        "s3:GetObject Bucket=b Key=a.csv",
        "s3:ListObjectsV2 Bucket=b",
    )
    found(
        body('wr.s3.read_csv(["s3://a/1.csv", "s3://b/2.csv"])', "import awswrangler as wr"),
        "s3:GetObject Bucket=a Key=1.csv*",
        "s3:GetObject Bucket=b Key=2.csv*",
    )


def test_a_condition_of_which_nothing_is_known_is_a_gap_about_the_service() -> None:
    result = gaps(body('pd.read_csv(event["path"])', "import pandas as pd"), GapKind.UNKNOWN_LIBRARY)
    assert result.gaps[0].services == ("s3",)
    assert not result.calls


@pytest.mark.parametrize(
    "argument",
    ['"/tmp/a.csv"', "io.BytesIO(b'')", "pathlib.Path('/tmp') / 'a.csv'", "", '"https://example.org/a.csv"', "[1, 2]", "None"],
)
def test_what_is_no_address_of_s3_is_silent(argument: str) -> None:
    silent(body(f"pd.read_csv({argument})", "import io\nimport pathlib\nimport pandas as pd"))


def test_a_stream_of_an_answer_is_no_address() -> None:
    source = 'pd.read_csv(boto3.client("s3").get_object(Bucket="b", Key="k")["Body"])'
    found(body(source, "import boto3\nimport pandas as pd"), "s3:GetObject Bucket=b Key=k")


def test_true_and_false() -> None:
    imports = "import redshift_connector"
    found(
        body('redshift_connector.connect(iam=True, host="h", cluster_identifier="c", db_user="u", database="d")', imports),
        "redshift:GetClusterCredentials ClusterIdentifier=c DbUser=u DbName=d",
        "redshift:DescribeClusters ClusterIdentifier=c",
        "redshift:DescribeCustomDomainAssociations",
    )
    silent(body('redshift_connector.connect(iam=False, host="h", user="u", password="p", database="d")', imports))
    silent(body('redshift_connector.connect(host="h", user="u", password="p")', imports))
    gaps(body('redshift_connector.connect(iam=event["iam"], cluster_identifier="c")', imports), *[GapKind.UNKNOWN_LIBRARY] * 2)


# ---------------------------------------------------------------- objects


def test_attributes_of_classes() -> None:
    model = """
        import os
        from pynamodb.models import Model
        from pynamodb.attributes import UnicodeAttribute

        class Base(Model):
            pass

        class Thing(Base):
            class Meta:
                table_name = "things"
                region = "eu-west-1"
            id = UnicodeAttribute(hash_key=True)

            def keep(self):
                self.save()

        def handler(event, context):
            BODY
    """
    table = "TableName=things"
    also = "dynamodb:DescribeTable"
    for source, wanted in (
        ("Thing.get('x')", "GetItem"),
        ("Thing('x').save()", "PutItem"),
        ("Thing('x').keep()", "PutItem"),
        ("Thing.query('x', index_name='i')", "Query IndexName=i"),
        ("Thing('x').delete()", "DeleteItem"),
        ("Thing.scan()", "Scan"),
    ):
        found(model.replace("BODY", source), f"dynamodb:{wanted} {table}", also)
    found(model.replace("BODY", "[thing.save() for thing in Thing.scan()]"), f"dynamodb:Scan {table}", f"dynamodb:PutItem {table}", also)
    found(model.replace("BODY", "Thing.get('x').update(actions=[])"), f"dynamodb:GetItem {table}", f"dynamodb:UpdateItem {table}", also)
    silent(model.replace("BODY", "Thing('x').serialize()"))
    silent(model.replace("(Model)", "").replace("BODY", "Thing.get('x')").replace("import Model", "import Other"))


def test_an_object_s_owner() -> None:
    found(
        """
        from pynamodb.indexes import GlobalSecondaryIndex
        from pynamodb.models import Model

        class ByName(GlobalSecondaryIndex):
            class Meta:
                index_name = "by-name"

        class Thing(Model):
            class Meta:
                table_name = "things"
            by_name = ByName()

        def handler(event, context):
            for thing in Thing.by_name.query("n"):
                thing.delete()
        """,
        "dynamodb:Query TableName=things IndexName=by-name",
        "dynamodb:DeleteItem TableName=things",
        "dynamodb:DescribeTable TableName=things",
    )


def test_arguments_of_what_made_an_argument() -> None:
    found(
        body(
            'store = AppConfigStore(environment="dev", application="shop", name="flags")\n'
            'FeatureFlags(store=store).evaluate(name="x", default=False)',
            "from aws_lambda_powertools.utilities.feature_flags import AppConfigStore, FeatureFlags",
        ),
        "appconfigdata:StartConfigurationSession ApplicationIdentifier=shop EnvironmentIdentifier=dev ConfigurationProfileIdentifier=flags",
        "appconfigdata:GetLatestConfiguration",
    )


def test_keys_of_a_dictionary() -> None:
    result = use(
        body(
            'get_parameters_by_name(parameters={"/a": {}, "/b": {"max_age": 5}})',
            "from aws_lambda_powertools.utilities.parameters import get_parameters_by_name",
        )
    )
    assert {shown(call) for call in result.calls if call.possible} == {"ssm:GetParameter Name=/a", "ssm:GetParameter Name=/b"}
    assert [call.operation for call in result.calls if not call.possible] == ["GetParameters", "GetParameters"]


def test_a_row_can_make_an_object_of_another_package() -> None:
    imports = "import fsspec"
    found(body('fsspec.filesystem("s3").ls("b/in")', imports), "s3:ListObjectsV2 Bucket=b", "s3:HeadObject Bucket=b Key=in")
    silent(body('fsspec.filesystem("file").ls("b/in")', imports))
    gaps(body('fsspec.filesystem(event["kind"]).ls("b/in")', imports), GapKind.UNKNOWN_LIBRARY)


def test_an_annotation_names_a_class_that_has_rows() -> None:
    source = """
        from aws_secretsmanager_caching import SecretCache

        class Settings:
            def __init__(self, cache: SecretCache):
                self.cache = cache

        def read(cache: KIND):
            return cache.get_secret_string("db")

        def handler(event, context):
            return read(event["cache"])
    """
    found(source.replace("KIND", "SecretCache"), "secretsmanager:GetSecretValue SecretId=db", "secretsmanager:DescribeSecret SecretId=db")
    silent(source.replace("KIND", "Settings"))


def test_a_derived_class_is_made_with_what_super_is_given() -> None:
    found(
        """
        import s3fs
        from aws_lambda_powertools.utilities.parameters import SSMProvider, DynamoDBProvider

        class Settings(DynamoDBProvider):
            def __init__(self):
                super().__init__(table_name="settings")

        class Files(s3fs.S3FileSystem):
            pass

        def handler(event, context):
            Settings().get("x")
            Files().cat_file("b/k")
        """,
        "dynamodb:GetItem TableName=settings",
        "s3:GetObject Bucket=b Key=k",
    )


# ---------------------------------------------------------------- callbacks and decorators


def test_what_callbacks_are_given() -> None:
    imports = "from aws_durable_execution_sdk_python import durable_execution, durable_step, DurableContext"
    found(
        f"""
        import boto3
        {imports}

        @durable_step
        def keep(step, table):
            boto3.resource("dynamodb").Table(table).put_item(Item={{}})

        @durable_execution
        def handler(event, context):
            context.step(keep("things"))
            context.run_in_child_context(lambda child: child.invoke(function_name="inner", payload={{}}))
            context.invoke("other", {{}})
        """,
        "dynamodb:PutItem TableName=things",
        "lambda:Invoke FunctionName=inner",
        "lambda:Invoke FunctionName=other",
    )


def test_the_same_methods_of_something_else_are_silent() -> None:
    silent(body("context.invoke('other', {})\nevent['frame'].to_csv('s3://b/k')\nevent.get_secret_string('x')"))


def test_a_decorator_of_an_object() -> None:
    source = """
        from crhelper import CfnResource
        helper = CfnResource()

        @helper.create
        def create(event, context):
            pass

        @helper.KIND
        def second(event, context):
            pass

        def handler(event, context):
            helper(event, context)
    """
    names = (
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:DeleteRule",
        "lambda:AddPermission",
        "lambda:RemovePermission",
    )
    found(source.replace("KIND", "poll_create"), *names)
    silent(source.replace("KIND", "delete"))


# ---------------------------------------------------------------- packages that nobody has described


def test_packages_that_use_aws_by_themselves_are_gaps() -> None:
    result = gaps(
        body("logging.getLogger().addHandler(cloudwatch.CloudwatchHandler(log_group='g'))", "import logging\nimport cloudwatch"),
        GapKind.UNKNOWN_LIBRARY,
    )
    assert result.gaps[0].services == ("logs",)
    gaps(
        "from dynamorm import DynaModel\n\nclass T(DynaModel):\n    pass\n\ndef handler(event, context):\n    T()\n",
        GapKind.UNKNOWN_LIBRARY,
    )
    gaps("import celery\n\n@celery.task\ndef f():\n    pass\n\ndef handler(event, context):\n    f()\n", GapKind.UNKNOWN_LIBRARY)


@pytest.mark.parametrize("package", ["requests", "numpy", "yaml", "watchtowers", "jwt"])
def test_harmless_packages_are_silent(package: str) -> None:
    silent(body(f'{package}.load("s3://b/k").run(event)', f"import {package}"))


def test_handlers_that_logging_is_configured_with() -> None:
    source = """import logging.config, boto3
firehose = boto3.client('firehose')
class Mine(logging.Handler):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
    def emit(self, record): firehose.put_record(DeliveryStreamName=self.stream, Record={})
logging.config.dictConfig({'version': 1, 'handlers': {'x': HANDLER}, 'root': {'handlers': ['x']}})
def handler(event, context): logging.info('x')
"""
    found(source.replace("HANDLER", "{'()': Mine, 'level': 'INFO', 'stream': 's'}"), "firehose:PutRecord DeliveryStreamName=s")
    found(source.replace("HANDLER", "{'class': 'app.Mine', 'stream': 's'}"), "firehose:PutRecord DeliveryStreamName=s")
    result = use(source.replace("HANDLER", "{'class': 'watchtower.CloudWatchLogHandler', 'log_group_name': 'g'}"))
    assert any(shown(call).startswith("logs:PutLogEvents logGroupName=g") for call in result.calls)
    silent(source.replace("HANDLER", "{'class': 'logging.StreamHandler', 'stream': 'ext://sys.stdout'}"))


def test_importing_alone_uses_nothing() -> None:
    silent(body("return 1", "import watchtower\nimport awswrangler\nfrom mlflow import log_metric"))


def test_calls_that_a_package_s_rows_do_not_list_are_gaps() -> None:
    gaps(body('s3fs.S3FileSystem().find_new_things("b")', "import s3fs"), GapKind.UNKNOWN_LIBRARY)
    result = gaps(body('wr.timestream.query("SELECT 1")', "import awswrangler as wr"), GapKind.UNKNOWN_LIBRARY)
    assert result.gaps[0].services == ("timestream-write", "timestream-query")
    silent(body("wr.config.reset()", "import awswrangler as wr"))
