"""Shapes of the compiled tables: what is known of an SDK service, of an IAM service, and of CloudFormation resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where an operation's parameter comes from, in a boto3 resource action, a helper or a library row.

    `target` is a jmespath-like path into the operation's input (`Bucket`, `Delete.Objects[].Key`, `Filters[0].Name`,
    `RequestItems{}` for a key of a map); `*` means that every entry of the value, a dictionary (`ExtraArgs`), is a parameter.
    `source` is `identifier` (of the resource, `value` its Python name), `argument` (a Python argument: `value` is `Name|2`, name and
    position, either may be missing, and the name may go into a dictionary: `CopySource.Bucket|0`), `literal` (`value` itself),
    `data` (an attribute of the resource, unknown).
    """

    target: str
    source: str
    value: Any


@dataclass(frozen=True, slots=True)
class Reference:
    """A boto3 resource made by an action, an attribute or a collection.

    `identifiers`: (identifier of the new resource, source, name) with source `identifier` (of the parent), `input` (a Python
    argument, by position in order), `request` (a parameter of the call), `literal`, `response` (not known), or `data` (an attribute
    of the parent, not known; reading it calls the parent's `load`). Identifiers have their Python names (`bucket_name`).
    """

    type: str
    identifiers: tuple[tuple[str, str, str | None], ...]
    many: bool = False
    loaded: bool = False
    """Its attributes come with the answer that makes it (`for item in bucket.objects.all(): item.size`): reading them asks nothing."""


@dataclass(frozen=True, slots=True)
class Action:
    """A method of a boto3 resource (or `load`, a waiter, a batch action): its operations in order, and what it returns.

    Without operations it calls nothing. Keyword arguments of the Python call are parameters of the *last* operation unless
    `parameters` names them. With a `helper`, its calls are what happens instead, and Python arguments are parameters only where it
    says so (`Object.upload_file`).
    """

    operations: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    returns: Reference | None = None
    helper: Helper | None = None


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

    All names are Python's. `actions` hold waiters (`wait_until_exists`), `load` and `reload` too; `attributes` are data members:
    reading one calls `load` when there is one. `Table.batch_writer()` gives the type `BatchWriter`, also by `with ... as`.
    """

    name: str
    identifiers: tuple[str, ...]
    actions: Mapping[str, Action]
    references: Mapping[str, Reference]
    """`Table` (called with the identifiers that come from `input`) and `bucket.Object`, `obj.Acl()`, `instance.vpc`."""
    collections: Mapping[str, Collection]
    load: Action | None
    attributes: frozenset[str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Second names of identifiers, for which nothing is asked (`instance.instance_id` is `instance.id`)."""


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
    """Operation -> names of its input parameters. Also holds requests that no method makes (`GenerateDbAuthToken`)."""
    methods: Mapping[str, str]
    """Client method (`put_object`) -> operation; also the names `get_paginator` takes."""
    paginators: frozenset[str]
    """Operations that can be paginated."""
    waiters: Mapping[str, str]
    """Name for `get_waiter` -> operation it polls."""
    helpers: Mapping[str, Helper]
    silent: frozenset[str]
    """Client methods and attributes that call nothing (`get_paginator`, `get_waiter`, `meta` ...).

    `generate_presigned_url` is in no table: it acts as the operation its first argument names.
    """
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


Path: TypeAlias = tuple[str, ...]
"""Steps into a call's arguments: names, `[]` for every item of a list, `{}` for every key of a map, `{*}` for every value."""

When: TypeAlias = tuple[Any, ...]
"""A condition on a call's arguments, as a tree of tuples.

`("given", place)`, `("true", place)` (booleans), `("==", place, value)`, `("in", place, (value, ...))`, `("~", place, glob)`,
`("not", when)`, `("and", when, ...)`, `("or", when, ...)`; a place is `(path, converter or None)`.
"""


def roots(when: When) -> frozenset[str]:
    """The parameters that a condition looks at."""
    if when[0] in ("not", "and", "or"):
        return frozenset().union(*(roots(inner) for inner in when[1:]))
    return frozenset((when[1][0][0],))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value comes from: a path into the arguments and perhaps a converter (see `mapping.converters`), or a `literal`."""

    path: Path
    converter: str | None = None
    literal: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that a need concerns.

    `arn` is a format (`arn:${Partition}:s3:::${BucketName}`) whose variables `bind` binds as far as parameters tell, each by the first
    place that is given; a `*` in a format is unknown too. Forms with ` | ` between are alternatives. `*` alone: the action takes no
    resource. `?`: nothing says which resource it is. With `?` or None, the places under the key `""` are ARNs themselves, all that
    are given. `type` is the resource type's name in the IAM catalogue, or empty; an `optional` one counts only when something of it is
    given.
    """

    type: str
    arn: str | None
    bind: Mapping[str, tuple[Place, ...]]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One row of the service-action table: an action that an operation needs.

    `need` is `always`; `when` (a condition on the arguments decides: `when`); `unless` (always, but where `when` is known to
    hold); or `possible` (depends on what no argument shows; with `when`, only where that may hold).
    """

    action: str
    need: str
    when: When | None
    on: tuple[tuple[Target, ...], ...]
    """All of them are needed; of each tuple only the first whose places are all given, else the last."""
    source: str
    via: str | None = None
    """Rows that are ours, not AWS's: `forward-access`, `advice`."""
    passed_to: tuple[str, ...] = ()
    """Values of `iam:PassedToService`."""
    text: str = ""
    """`when` as the rules write it."""
    note: str = ""
    """One sentence for people."""
    instead: bool = False
    """Where it holds, only such rows of the operation count: the call is authorized in another way altogether."""

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that decide whether it is needed, and on what."""
        places = (place for group in self.on for target in group for bound in target.bind.values() for place in bound)
        return frozenset(place.path[0] for place in places if place.path) | (roots(self.when) if self.when else frozenset())
