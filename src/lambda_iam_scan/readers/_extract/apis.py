"""What API Gateway invokes: methods, routes, OpenAPI bodies, authorizers.

Source of the ARNs: Amazon API Gateway Developer Guide, "Control access to invoke an API", and AWS Lambda Developer Guide,
"Invoking a Lambda function using an Amazon API Gateway endpoint".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text
from lambda_iam_scan.readers._extract.calls import Call
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.intrinsics import references
from lambda_iam_scan.templates.nodes import location_of

_PRINCIPAL = "apigateway.amazonaws.com"
_ANY = frozenset({"ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD"})
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "any", "x-amazon-apigateway-any-method"})
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_STAGES = (("AWS::ApiGateway::Stage", "RestApiId"), ("AWS::ApiGatewayV2::Stage", "ApiId"))
_DEPLOYMENTS = (("AWS::ApiGateway::Deployment", "RestApiId"),)
_INTEGRATION = "x-amazon-apigateway-integration"
_AUTHORIZER = "x-amazon-apigateway-authorizer"


def api_calls(context: Context) -> Iterator[Call]:
    """Every integration and authorizer that names something to invoke."""
    yield from _rest_methods(context)
    yield from _routes(context)
    yield from _bodies(context)
    yield from _authorizers(context)


def _rest_methods(context: Context) -> Iterator[Call]:
    for logical_id, properties in context.scope.of_type("AWS::ApiGateway::Method"):
        uri = context.scope.get(properties, "Integration", "Uri")
        if uri is None:
            continue
        api = context.scope.text(properties.get("RestApiId"))
        method = context.scope.text(properties.get("HttpMethod"))
        path = _resource_path(context, properties.get("ResourceId"), 0)
        yield Call(
            kind="apigateway-rest",
            principal=_PRINCIPAL,
            function=context.scope.text(uri),
            source=_execute_api(api, "/", _stage(context, api), "/", _method(method), path),
            location=context.place(logical_id),
            role=context.scope.get(properties, "Integration", "Credentials"),
        )


def _resource_path(context: Context, node: Any, depth: int) -> Text:
    """Path of an `AWS::ApiGateway::Resource`, by way of its parents; of the API's root an empty last segment."""
    name = next(references(node), None)
    kind = context.scope.type_of(name) if name else ""
    if kind == "AWS::ApiGateway::RestApi":
        return Text.of("/")
    if name is None or kind != "AWS::ApiGateway::Resource" or depth > 20:
        return Text.of("/", Hole("resource path not known"))
    properties = context.scope.properties(name)
    parent = _resource_path(context, properties.get("ParentId"), depth + 1)
    base = Text.of() if parent.literal == "/" else parent
    return Text.of(base, "/", _variables(context.scope.text(properties.get("PathPart"))))


def _routes(context: Context) -> Iterator[Call]:
    """HTTP and WebSocket APIs: integrations, with the routes that lead to them."""
    scope = context.scope
    routes: dict[str, list[Mapping[str, Any]]] = {}
    for _, route in scope.of_type("AWS::ApiGatewayV2::Route"):
        for name in references(route.get("Target")):
            routes.setdefault(name, []).append(route)
    for logical_id, properties in scope.of_type("AWS::ApiGatewayV2::Integration"):
        uri = scope.first(properties.get("IntegrationUri"))
        if uri is None:
            continue
        api = scope.text(properties.get("ApiId"))
        for route in routes.get(logical_id) or [{}]:
            yield Call(
                kind=_v2_kind(context, properties.get("ApiId")),
                principal=_PRINCIPAL,
                function=scope.text(uri),
                source=_execute_api(api, "/", _stage(context, api), "/", _route(scope.known(route.get("RouteKey")))),
                location=context.place(logical_id),
                role=scope.first(properties.get("CredentialsArn")),
            )
    for logical_id, properties in scope.of_type("AWS::ApiGatewayV2::Api"):
        if (target := scope.first(properties.get("Target"))) is not None:
            (api,) = scope.reference(logical_id)[:1]
            source = _execute_api(api, "/", _stage(context, api), "/", _route(scope.known(properties.get("RouteKey")) or "$default"))
            role = scope.first(properties.get("CredentialsArn"))
            place = context.key_place(properties, "Target", logical_id)
            yield Call(kind="apigateway-http", principal=_PRINCIPAL, function=scope.text(target), source=source, location=place, role=role)


def _v2_kind(context: Context, node: Any) -> str:
    for name in references(node):
        if context.scope.known(context.scope.properties(name).get("ProtocolType")) == "WEBSOCKET":
            return "apigateway-websocket"
    return "apigateway-http"


def _route(key: str | None) -> Text:
    """`GET /orders/{id}` -> `GET/orders/*`; `$default` and WebSocket routes are their own name."""
    if key is None:
        return Text.of(Hole("route not known"))
    method, _, path = key.partition(" ")
    return Text.of(_method(Text.of(method)), _variables(Text.of(path))) if path else Text.of(key)


def _bodies(context: Context) -> Iterator[Call]:
    """OpenAPI definitions written in the template."""
    for logical_id, properties in context.scope.of_type("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        body = context.scope.get(properties, "Body")
        if not isinstance(body, Mapping):
            continue
        rest = context.scope.type_of(logical_id) == "AWS::ApiGateway::RestApi"
        (api,) = context.scope.reference(logical_id)[:1]
        yield from _operations(context, body, api, "apigateway-rest" if rest else "apigateway-http", logical_id)
        yield from _body_authorizers(context, body, api, logical_id)


def _operations(context: Context, body: Mapping[str, Any], api: Text, kind: str, logical_id: str) -> Iterator[Call]:
    scope, stage = context.scope, _stage(context, api)
    paths = scope.get(body, "paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        for branch in scope.branches(item):
            for name, operation in branch.items() if isinstance(branch, Mapping) else ():
                integration = scope.get(operation, _INTEGRATION) if str(name).lower() in _METHODS else None
                uri = scope.get(integration, "uri")
                if uri is None:
                    continue
                where = _operation(str(name), str(path))
                yield Call(
                    kind=kind,
                    principal=_PRINCIPAL,
                    function=scope.text(uri),
                    source=_execute_api(api, "/", stage, "/", where),
                    location=location_of(uri, _event(context, str(name), str(path)) or context.place(logical_id)),
                    role=scope.get(integration, "credentials"),
                )


def _operation(method: str, path: str) -> Text:
    """`get`, `/orders/{id}/` -> `GET/orders/*`; API Gateway drops a slash at the end."""
    if path.lstrip("/") == "$default":
        return _route("$default")
    return Text.of(_method(Text.of(method)), _variables(Text.of(path if path == "/" else path.rstrip("/"))))


def _event(context: Context, method: str, path: str) -> Location | None:
    """The SAM event that an operation was made for."""
    return context.origin.routes.get((method.lower().replace("x-amazon-apigateway-any-method", "any"), path.lstrip("/")))


def _body_authorizers(context: Context, body: Mapping[str, Any], api: Text, logical_id: str) -> Iterator[Call]:
    scope = context.scope
    for section in (scope.get(body, "securityDefinitions"), scope.get(body, "components", "securitySchemes")):
        for scheme in section.values() if isinstance(section, Mapping) else ():
            authorizer = scope.get(scheme, _AUTHORIZER)
            uri = scope.get(authorizer, "authorizerUri")
            if uri is not None:
                yield _authorizer(context, uri, api, context.place_of(uri, logical_id), scope.get(authorizer, "authorizerCredentials"))


def _authorizers(context: Context) -> Iterator[Call]:
    scope = context.scope
    for kind, api_name, role_name in (
        ("AWS::ApiGateway::Authorizer", "RestApiId", "AuthorizerCredentials"),
        ("AWS::ApiGatewayV2::Authorizer", "ApiId", "AuthorizerCredentialsArn"),
    ):
        for logical_id, properties in scope.of_type(kind):
            uri = scope.first(properties.get("AuthorizerUri"))
            if uri is not None:
                api = scope.text(properties.get(api_name))
                yield _authorizer(
                    context, uri, api, context.place(logical_id), scope.first(properties.get(role_name)), scope.text({"Ref": logical_id})
                )


def _authorizer(context: Context, uri: Any, api: Text, location: Location, role: Any, identifier: Text | None = None) -> Call:
    source = _execute_api(api, "/authorizers/", identifier or Hole("generated authorizer id"))
    return Call(
        kind="apigateway-authorizer",
        principal=_PRINCIPAL,
        function=context.scope.text(uri),
        source=source,
        location=location,
        role=role,
    )


def _execute_api(api: Text, *rest: Part | Text) -> Text:
    return Text.of("arn:", PARTITION, ":execute-api:", REGION, ":", ACCOUNT, ":", api, *rest)


def _stage(context: Context, api: Text) -> Text:
    """The API's only stage, else a hole. Where no stage is declared, a deployment may make one (SAM's make one that nobody calls)."""
    found = _stages(context, api, _STAGES) or _stages(context, api, _DEPLOYMENTS)
    return found.pop() if len(found) == 1 else Text.of(Hole("stage not known", segment=True))


def _stages(context: Context, api: Text, kinds: tuple[tuple[str, str], ...]) -> set[Text]:
    return {
        context.scope.text(properties["StageName"])
        for kind, name in kinds
        for _, properties in context.scope.of_type(kind)
        if "StageName" in properties and api in context.scope.texts(properties.get(name))
    }


def _method(method: Text) -> Text:
    name = (method.literal or "").upper()
    return Text.of(Hole("any method", segment=True)) if name in _ANY or not name else Text.of(name)


def _variables(path: Text) -> Text:
    """Path variables as holes: what a request puts there is not known. Only `{proxy+}` takes slashes."""
    parts: list[Part] = []
    for part in path.parts:
        if isinstance(part, str):
            for index, piece in enumerate(_VARIABLE.split(part)):
                parts.append(Hole("path variable", segment=not piece.endswith("+")) if index % 2 else piece)
        else:
            parts.append(part)
    return Text.of(*parts)
