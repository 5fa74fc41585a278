"""The abstract values. Immutable ones compare by content; those that code can change are objects compared by identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.model.code import EXECUTION_ROLE, Argument, Fields, Principal
from lambda_iam_scan.model.text import Hole, Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.module import ModuleFacts


@dataclass(eq=False, slots=True)
class Path:
    """Where something was made: `serial` tells what is older; what is made and changed on one `line`, without branches, surely changes."""

    serial: int
    line: object = field(default_factory=object)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No value: what stands under a key that only some paths set."""


@dataclass(frozen=True, slots=True)
class Const:
    """A known value that is no string: None, a bool, a number, bytes, or `...`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Str:
    """A string as far as it is known."""

    text: Text

    def __hash__(self) -> int:
        return hash(self.text.parts)

    @property
    def literal(self) -> str | None:
        """The whole string when all of it is known."""
        return self.text.literal


@dataclass(frozen=True, slots=True)
class Union:
    """One of a few values; never nested, never fewer than two."""

    choices: tuple[Value, ...]
    depth: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TupleValue:
    """A tuple whose items are all known. `depth`: values are compared by content, so nothing may nest without end (`nested`)."""

    items: tuple[Value, ...]
    depth: int = field(default=0, compare=False)
    hashed: int | None = field(default=None, init=False, compare=False, repr=False)

    def __hash__(self) -> int:
        known = self.hashed
        if known is None:  # once, as it is made of all within
            known = hash(self.items)
            object.__setattr__(self, "hashed", known)
        return known


@dataclass(eq=False, slots=True)
class ListObject:
    """A list, set, deque, generator ...: known items in order and, in `rest`, what further ones can be."""

    items: list[Value]
    rest: Value | None = None
    control: Path | None = None
    kind: str = "list"
    held: bool = False
    """Whether anything but local variables may refer to it (`hold`)."""
    returned: Value | None = None
    """What `yield from` a generator gives in the end."""


@dataclass(eq=False, slots=True)
class DictObject:
    """A mapping with known string keys; `rest` is what stands under keys that are not known."""

    entries: dict[Text | object, Value]
    rest: Value | None = None
    control: Path | None = None
    default: Value | None = None
    """What makes a missing entry (`defaultdict`)."""
    held: bool = False
    owner: Value | None = None
    """The object or module whose attributes these are (`vars(owner)`): what is set here is set there."""

    @property
    def named(self) -> dict[str, Value]:
        """The entries whose keys are strings that are known."""
        return {key.literal: value for key, value in self.entries.items() if isinstance(key, Text) and key.literal is not None}


@dataclass(eq=False, slots=True)
class Scope:
    """Variables of a module, a class body or one activation of a function."""

    vars: dict[str, Value]
    parent: Scope | None
    module: ModuleObject
    control: Path | None = None
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    is_comprehension: bool = False
    is_class: bool = False
    owner: ClassObject | None = None
    """The class that a class body made."""
    closed_over: bool = False
    """Whether it is a function's, and a function within sees it."""
    arguments: tuple[Value, ...] = ()
    """What the function was called with, to recognise the same call within itself."""


@dataclass(eq=False, slots=True)
class ModuleObject:
    """A module of the user's. `types` are names that only type checkers see."""

    name: str
    path: str
    package: str
    facts: ModuleFacts
    types: dict[str, Value] = field(default_factory=dict)
    loaded: bool = False
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope({"__name__": text(self.name)}, None, self)

    @property
    def vars(self) -> dict[str, Value]:
        """Its variables, as they are now."""
        return self.scope.vars


@dataclass(frozen=True, slots=True)
class NamespacePackage:
    """A package without `__init__.py`."""

    name: str


@dataclass(eq=False, slots=True)
class FunctionObject:
    """A function with the scope it closes over."""

    name: str
    code: Node
    scope: Scope
    defaults: Mapping[str, Value]
    attrs: dict[str, Value] = field(default_factory=dict)

    @property
    def owner(self) -> ClassObject | None:
        """The class whose body defines it."""
        return self.scope.owner

    @property
    def module(self) -> ModuleObject:
        """Where it is defined."""
        return self.scope.module


class RecordKind(Enum):
    """What makes a class of fields."""

    DATACLASS = "dataclass"
    ATTRS = "attrs"
    TUPLE = "named tuple"
    MODEL = "pydantic model"


@dataclass(frozen=True, slots=True)
class Record:
    """A class made of fields; whether it has the `__init__` that fills them."""

    kind: RecordKind
    fills: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataclass or its kind."""

    name: str
    default: Value | None = None
    """What the class assigns to it, as it is written: often a call that describes the field."""
    annotation: Node | None = None
    module: ModuleObject | None = None
    """Where its annotation is written."""
    keyword_only: bool = False
    remarks: tuple[Value, ...] = ()
    """What `Annotated` says beside the type."""


@dataclass(eq=False, slots=True)
class ClassObject:
    """A class of the user's; bases may be external."""

    name: str
    bases: tuple[Value, ...]
    vars: dict[str, Value]
    module: ModuleObject
    metaclass: Value | None = None
    fields: tuple[Field, ...] = ()
    """Its own and its bases' fields in order; they are only what a body declares while it is no `record`."""
    annotations: dict[str, Node] = field(default_factory=dict)
    order: tuple[ClassObject, ...] = ()
    """Method resolution order, external classes left out."""
    children: list[ClassObject] = field(default_factory=list)
    """Classes that name this one as a base, in the order they were made."""
    record: Record | None = None
    """Set on the class that a decorator or a base makes a record, not on those derived from it."""
    control: Path | None = None

    @property
    def external(self) -> tuple[str, ...]:
        """Names of external classes among all ancestors."""
        return tuple(base.path for cls in self.order for base in cls.bases if isinstance(base, External))


@dataclass(slots=True)
class Arguments:
    """Arguments of one call. `more` and `more_keywords`: what further ones, of unknown number or name, can be."""

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    more: Value | None = None
    more_keywords: Value | None = None

    def get(self, name: str, position: int | None = None) -> Value | None:
        """An argument by keyword or position; None when it is not given, as far as one can see."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        if position is not None and self.more is not None:
            return self.more
        return None

    def every(self) -> list[Value]:
        """All values in it."""
        further = [value for value in (self.more, self.more_keywords) if value is not None]
        return [*self.positional, *self.keywords.values(), *further]

    def after(self, count: int) -> Arguments:
        """Without the first positional ones."""
        return Arguments(self.positional[count:], dict(self.keywords), self.more, self.more_keywords)

    def before(self, *first: Value) -> Arguments:
        """With further ones in front."""
        return Arguments([*first, *self.positional], dict(self.keywords), self.more, self.more_keywords)


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a user's class."""

    cls: ClassObject
    attrs: dict[str, Value]
    control: Path | None = None
    sure: set[str] = field(default_factory=set)
    """Attributes that are set whenever the object exists: a class attribute of that name cannot show through."""
    made: Arguments | None = None
    """What its class was called with, where an external base keeps it."""


@dataclass(frozen=True, slots=True)
class BoundMethod:
    """A function and its first argument."""

    function: Value
    receiver: Value


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial`: further arguments come later."""

    function: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    depth: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a class attribute does when read: `property`, `staticmethod`, `classmethod`."""

    kind: str
    function: Value
    setter: Value | None = None
    deleter: Value | None = None


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a method of `owner`."""

    owner: ClassObject
    receiver: Value


@dataclass(frozen=True, slots=True)
class External:
    """Something of a package that is not analyzed, by its dotted path; `args` are those of the call that made it, if one did.

    `boto3.client` is an attribute; `fastapi.FastAPI()` what a call gave, with its arguments in `args`.
    """

    path: str
    args: tuple[tuple[str, Value], ...] = ()
    depth: int = field(default=0, compare=False)

    def argument(self, name: str, position: int) -> Value | None:
        """An argument of the call that made it."""
        known = dict(self.args)
        return known.get(name, known.get(str(position)))


@dataclass(frozen=True, slots=True)
class Model:
    """A method of a known value (`dict.update`, `str.format`) waiting for its call."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A value that must be taken out: a future (`result()`), a context manager (`with`), an awaited task."""

    kind: str
    value: Value
    depth: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Client:
    """A low-level client."""

    service: str
    principal: Principal = EXECUTION_ROLE
    region: Text | None = None


@dataclass(eq=False, slots=True)
class SessionObject:
    """A session; `principals` change when credentials are put into it."""

    principals: tuple[Principal, ...]
    region: Text | None = None
    control: Path | None = None


@dataclass(frozen=True, slots=True)
class ResourceValue:
    """A boto3 resource; `ServiceResource` is what `boto3.resource` gives."""

    service: str
    type: str
    identifiers: tuple[tuple[str, Argument], ...] = ()
    principal: Principal = EXECUTION_ROLE
    region: Text | None = None
    loaded: bool = False
    """Whether its attributes are known to the program already."""


@dataclass(frozen=True, slots=True)
class CollectionValue:
    """`bucket.objects`; `listed` once `all()`, `filter()` ... has been called: then it can be iterated."""

    resource: ResourceValue
    name: str
    arguments: Fields | None = None


@dataclass(frozen=True, slots=True)
class SdkMethod:
    """A method of a client, resource, collection, paginator or waiter, not called yet."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Paginator:
    """`client.get_paginator(...)`."""

    client: Client
    operation: str


@dataclass(frozen=True, slots=True)
class Waiter:
    """`client.get_waiter(...)`."""

    client: Client
    operation: str


@dataclass(frozen=True, slots=True)
class Result:
    """A part of what an operation returned, by path (`[]` for an item of a list)."""

    service: str
    operation: str
    arguments: Fields
    principal: Principal
    path: tuple[str, ...] = ()
    region: Text | None = None
    """The client's own region; None for that of the function."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials as an object (`session.get_credentials()`, `RefreshableCredentials`), or one key of them."""

    principal: Principal


Value: TypeAlias = (
    Unknown
    | Absent
    | Const
    | Str
    | Union
    | TupleValue
    | ListObject
    | DictObject
    | ModuleObject
    | NamespacePackage
    | FunctionObject
    | ClassObject
    | Instance
    | BoundMethod
    | Partial
    | Descriptor
    | Super
    | External
    | Model
    | Wrapped
    | Client
    | SessionObject
    | ResourceValue
    | CollectionValue
    | SdkMethod
    | Paginator
    | Waiter
    | Result
    | Credentials
)


NONE = Const(None)
ABSENT = Absent()
TRUE = Const(True)
FALSE = Const(False)
CACHED = "<cached>"
"""An attribute of functions whose results are kept: the same object is given for the same arguments."""
NEVER = Unknown("the call does not return")
"""What a call gives that ends the program: nothing after it is reached."""
FAILS = Unknown("the call always raises an exception")
"""What a call gives that only an exception comes out of."""
ANYTHING = Arguments(more=Unknown("called by code that is not analyzed"), more_keywords=Unknown("called by code that is not analyzed"))
ANY_BOOL = Union((TRUE, FALSE))


@lru_cache(maxsize=4096)
def text(value: str) -> Str:
    """A known string."""
    return Str(Text((value,)) if value else Text(()))


def hole(reason: str) -> Str:
    """A string of which nothing is known."""
    return Str(Text((Hole(reason),)))


def choices(value: Value) -> tuple[Value, ...]:
    """The possible values: a union's members, or the value alone."""
    return value.choices if isinstance(value, Union) else (value,)


def whole(value: Value | None) -> int | None:
    """A known whole number, which a truth value is not."""
    return value.value if isinstance(value, Const) and type(value.value) is int else None


def is_none(value: Value) -> bool:
    """Whether it is None and nothing else."""
    return type(value) is Const and value.value is None


def ends(value: Value) -> bool:
    """Whether a value is that of a call after which nothing is reached."""
    return value is NEVER or value is FAILS


def given(value: Value) -> tuple[Value, ...]:
    """The possible values without None, unless it is the only one.

    For where None fails, or is never meant: in operators, strings and requests. Among others it is what a variable holds before it is set.
    """
    if not isinstance(value, Union):
        return (value,)
    return tuple([choice for choice in value.choices if not is_none(choice)])


def elements(value: ListObject | TupleValue) -> Iterator[Value]:
    """Everything a sequence may hold."""
    yield from value.items
    if isinstance(value, ListObject) and value.rest is not None:
        yield value.rest
