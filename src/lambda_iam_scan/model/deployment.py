"""What is deployed: functions, their roles, what feeds and invokes them."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_iam_scan.model.code import NO_FIELDS, Fields, Gap
from lambda_iam_scan.model.iam import ResourcePolicy, Role
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """An event source mapping: Lambda polls `source` with the function's execution role.

    `kind` is a row name of rules/lambda/event_sources.toml (`sqs`, `dynamodb`, `kinesis`, `msk`, `kafka`, `mq`, `documentdb`).
    `options` keep what decides the permissions: authentication, on-failure destination, encryption key ...
    """

    kind: str
    source: Text
    location: Location
    options: Fields = NO_FIELDS
    certain: bool = True
    """False: which function it feeds is not known; it may be this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A service that invokes the function.

    `kind` is a row name of rules/lambda/triggers.toml (`s3`, `sns`, `eventbridge`, `apigateway-rest` ...). With `role`
    (or `uses_role`, when it could not be read) the caller invokes by its own role; otherwise the function's resource-based
    policy must admit `principal` for `source`.
    """

    kind: str
    principal: str
    source: Text | None
    location: Location
    qualifier: Text | None = None
    role: Role | None = None
    uses_role: bool = False
    action: str = "lambda:InvokeFunction"
    options: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something of the function's configuration that needs permissions of its own.

    `kind` is a row name of rules/lambda/features.toml (`vpc`, `tracing`, `dead-letter-queue`, `on-failure` ...);
    `target` is the ARN it concerns.
    """

    kind: str
    location: Location
    target: Text | None = None
    options: Fields = NO_FIELDS
    certain: bool = True
    """False: whether the function has it is known with its deployment only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A deployed or declared Lambda function.

    `id` is `<template path>#<logical id>`, or `<module path>#<handler>` without a template. `code_roots` are directories
    relative to the project root, in import order: the code itself, then the layers' `python/` directories. `handler` is
    as configured (`pkg/mod.handler` or `pkg.mod.handler`); None means: analyze every module, whole.
    """

    id: str
    name: Text
    arn: Text
    handler: str | None
    runtime: str | None
    code_roots: tuple[str, ...]
    location: Location
    """The function's node in its template, or the handler's definition."""
    handler_location: Location | None = None
    logical_id: str | None = None
    environment: tuple[tuple[str, Text], ...] | None = None
    """None: not known (no template). Else complete, in order of declaration."""
    role: Role | None = None
    """None: nothing to compare with."""
    event_sources: tuple[EventSource, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    features: tuple[Feature, ...] = ()
    resource_policies: tuple[ResourcePolicy, ...] = ()
    """The function's own: `resource` carries the qualifier."""
    log_group: Text | None = None
    """None: the default, `/aws/lambda/<name>`."""
    gaps: tuple[Gap, ...] = ()
    options: Fields = NO_FIELDS
    tags: tuple[tuple[str, str], ...] = ()
    """As far as known: from an account."""
    declared: Function | None = None
    """What the template says of the same function, when role and configuration here come from the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What one template, configuration or account says."""

    path: str
    functions: tuple[Function, ...]
    resource_policies: tuple[ResourcePolicy, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unplaced: tuple[EventSource, ...] = ()
    """Event sources of functions that are declared elsewhere, or are not known."""
