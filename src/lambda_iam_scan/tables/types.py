"""Shapes of the compiled tables: what is known of an SDK service, of an IAM service, and of CloudFormation resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where an operation's parameter comes from, in a boto3 resource action, a helper or a library row.

    `target` is a jmespath-like path into the operation's input (`Bucket`, `Delete.Objects[].Key`, `Filters[0].Name`);
    `source` is `identifier` (of the resource, `value` its name), `argument` (a Python argument, `value` its name; or its
    position as a number, or `name|2` for both), `literal` (`value` itself), `data` (an attribute of the resource, unknown).
    """

    target: str
    source: str
    value: Any


@dataclass(frozen=True, slots=True)
class Reference:
    """A boto3 resource made by an action, an attribute or a collection.

    `identifiers`: (identifier of the new resource, source, name) with source `identifier` (of the parent), `input` (a Python
    argument, by position in order), `request` (a parameter of the call), `literal`, or `response` (not known).
    """

    type: str
    identifiers: tuple[tuple[str, str, str | None], ...]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A method of a boto3 resource (or `load`, a waiter, a batch action): its operations in order, and what it returns.

    Without operations it calls nothing. Keyword arguments of the Python call are parameters of the *last* operation unless
    `parameters` names them.
    """

    operations: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    returns: Reference | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """`bucket.objects`: iterating (`all`, `filter`, `limit`, `pages`, `page_size`, `iter`) calls `request`.

    `batch` are its batch actions (`delete`).
    """

    request: Action
    item: Reference
    batch: Mapping[str, Action]


@dataclass(frozen=True, slots=True)
class Resource:
    """A boto3 resource type; the service resource itself has the name `ServiceResource` and no identifiers.

    `attributes` are data members: reading one calls `load` when there is one.
    """

    name: str
    identifiers: tuple[str, ...]
    actions: Mapping[str, Action]
    references: Mapping[str, Reference]
    """`Table` (called with the identifiers that come from `input`) and `bucket.Object`, `obj.Acl()`, `instance.vpc`."""
    collections: Mapping[str, Collection]
    load: Action | None
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Helper:
    """A hand-written client method (`upload_file`, `copy` ...): the operations it calls, each with its parameters."""

    calls: tuple[tuple[str, tuple[Parameter, ...]], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Service:
    """An SDK service (`s3`, `stepfunctions`), as code meets it."""

    name: str
    operations: Mapping[str, tuple[str, ...]]
    """Operation -> names of its input parameters."""
    methods: Mapping[str, str]
    """Client method (`put_object`) -> operation; also the names `get_paginator` takes."""
    paginators: frozenset[str]
    """Operations that can be paginated."""
    waiters: Mapping[str, str]
    """Name for `get_waiter` -> operation it polls."""
    helpers: Mapping[str, Helper]
    silent: frozenset[str]
    """Client methods and attributes that call nothing (`can_paginate`, `close`, `meta`, `exceptions` ...)."""
    resources: Mapping[str, Resource]
    """By type name; `ServiceResource` is what `boto3.resource(name)` gives. Empty when there is none."""


@dataclass(frozen=True, slots=True)
class IamAction:
    """An IAM action as the Service Authorization Reference has it. `name` is spelled with its prefix (`s3:GetObject`)."""

    name: str
    access: str
    """`List`, `Read`, `Write`, `Tagging` or `Permissions management`."""
    resources: tuple[str, ...]
    """Names of resource types of the same catalogue; empty: `*` only."""
    required: tuple[str, ...]
    """Those of `resources` that are required."""
    conditions: tuple[str, ...]
    dependent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IamService:
    """The catalogue of one IAM prefix.

    `actions` is keyed by lower-case name without prefix; `resources` maps type -> ARN format; `conditions` key -> type.
    """

    prefix: str
    actions: Mapping[str, IamAction]
    resources: Mapping[str, str]
    conditions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CloudFormationResource:
    """What `Ref` and `Fn::GetAtt` of a CloudFormation resource type give.

    Formats use `${Name}` for the physical name (property `name`, else generated), `${AWS::Region}` and its kind, and
    `${Property.Path}` for the resource's own properties. `ref` and each value of `attributes` are formats; `arn` is the ARN.
    """

    type: str
    name: str | None
    ref: str
    arn: str | None
    attributes: Mapping[str, str]
