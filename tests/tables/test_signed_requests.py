"""Requests that code signs itself: they are in the tables beside the SDK's operations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mapping.calls import call, needed
from tests.tables.shipped import TABLES


@pytest.mark.parametrize(
    ("api", "arguments", "action", "resource"),
    [
        ("rds.GenerateDbAuthToken", {"DBUsername": "app"}, "rds-db:connect", "arn::rds-db:::dbuser:*/app"),
        ("dsql.GenerateDbConnectAuthToken", {"Hostname": "abc.dsql.us-east-1.on.aws"}, "dsql:DbConnect", "arn::dsql:::cluster/abc"),
        ("dsql.GenerateDbConnectAdminAuthToken", {}, "dsql:DbConnectAdmin", "arn::dsql:::cluster/*"),
        ("apigateway.InvokeApi", {"ApiId": "a", "Method": "GET"}, "execute-api:Invoke", "arn::execute-api:::a/*/GET/*"),
        ("appsync.GraphQL", {"ApiId": "a"}, "appsync:GraphQL", "arn::appsync:::apis/a/*"),
        ("lambda.InvokeFunctionUrl", {}, "lambda:InvokeFunctionUrl", "arn::lambda:::function:*"),
        ("opensearch.HttpRequest", {"DomainName": "d", "Method": "POST"}, "es:ESHttpPost", "arn::es:::domain/d/*"),
        ("opensearchserverless.HttpRequest", {}, "aoss:APIAccessAll", "arn::aoss:::collection/*"),
        ("kafka.Connect", {"ClusterName": "c"}, "kafka-cluster:Connect", "arn::kafka:::cluster/c/*"),
    ],
)
def test_needs(api: str, arguments: dict[str, Any], action: str, resource: str) -> None:
    assert needed(call(api, **arguments)) == {action: [resource]}


def test_an_unknown_http_method_may_be_any() -> None:
    assert needed(call("opensearch.HttpRequest", DomainName="d")) == {}
    possible = needed(call("opensearch.HttpRequest", DomainName="d"), need="possible")
    assert set(possible) == {f"es:ESHttp{verb}" for verb in ("Get", "Head", "Post", "Put", "Delete", "Patch")}


def test_they_are_operations_but_no_client_methods() -> None:
    facts = TABLES.service("opensearch")
    assert facts is not None
    assert facts.operations["HttpRequest"] == ("DomainName", "Method")
    assert "HttpRequest" not in facts.methods.values()
