"""The abstract values. Immutable ones compare by content; those that code can change are objects compared by identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from lambda_iam_scan.analysis.ir import Node
from lambda_iam_scan.model.code import EXECUTION_ROLE, Argument, Fields, Principal
from lambda_iam_scan.model.text import Hole, Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.core import Arguments
    from lambda_iam_scan.analysis.facts import ModuleFacts

MAX_TEXTS = 12
"""Different strings or constants in one union; more become one pattern."""
MAX_DEPTH = 5
"""Tuples, partials and the like within one another."""
MAX_LENGTH = 20_000
"""Characters of a string."""
MAX_ALIKE = 10
"""Members of one kind, where the kind says most."""
MAX_CHOICES = 200
"""Members of a union in all."""


@dataclass(eq=False, frozen=True, slots=True)
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


@dataclass(eq=False, slots=True)
class ListObject:
    """A list, set, deque, generator ...: known items in order and, in `rest`, what further ones can be."""

    items: list[Value]
    rest: Value | None = None
    control: Path | None = None
    kind: str = "list"
    held: bool = False
    """Whether anything but local variables may refer to it (`hold`)."""


@dataclass(eq=False, slots=True)
class DictObject:
    """A mapping with known string keys; `rest` is what stands under keys that are not known."""

    entries: dict[Text | object, Value]
    rest: Value | None = None
    control: Path | None = None
    default: Value | None = None
    """What makes a missing entry (`defaultdict`)."""
    held: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """Variables of a module, a class body or one activation of a function."""

    vars: dict[str, Value]
    parent: Scope | None
    module: ModuleObject
    control: Path | None = None
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    is_class: bool = False
    owner: ClassObject | None = None
    """The class that a class body made."""
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


@dataclass(eq=False, slots=True)
class ClassObject:
    """A class of the user's; bases may be external."""

    name: str
    bases: tuple[Value, ...]
    vars: dict[str, Value]
    module: ModuleObject
    metaclass: Value | None = None
    fields: tuple[tuple[str, Value | None], ...] = ()
    """Fields of a dataclass or its kind, in order, with defaults."""
    annotations: dict[str, Node] = field(default_factory=dict)
    order: tuple[ClassObject, ...] = ()
    children: list[ClassObject] = field(default_factory=list)
    """Classes that name this one as a base, in the order they were made."""
    """Method resolution order, external classes left out."""
    is_dataclass: bool = False
    control: Path | None = None

    @property
    def external(self) -> tuple[str, ...]:
        """Names of external classes among all ancestors."""
        return tuple(base.path for cls in self.order for base in cls.bases if isinstance(base, External))


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

INDIVISIBLE = frozenset({Str, Const, Unknown, Absent, Result, Client, ResourceValue, CollectionValue, Paginator, Waiter, Credentials})
"""Kinds of values that hold no other values."""
_TOLD_APART = frozenset({Str, Const, FunctionObject, BoundMethod, ClassObject, ModuleObject, Partial, Client, ResourceValue, SdkMethod})

NONE = Const(None)
ABSENT = Absent()
TRUE = Const(True)
FALSE = Const(False)
NEVER = Unknown("the call does not return")
"""What a call gives that ends the program: nothing after it is reached."""
ANY_BOOL = Union((TRUE, FALSE))


def text(value: str) -> Str:
    """A known string."""
    return Str(Text((value,)) if value else Text(()))


def hole(reason: str) -> Str:
    """A string of which nothing is known."""
    return Str(Text((Hole(reason),)))


def choices(value: Value) -> tuple[Value, ...]:
    """The possible values: a union's members, or the value alone."""
    return value.choices if isinstance(value, Union) else (value,)


def given(value: Value) -> tuple[Value, ...]:
    """The possible values without None, unless it is the only one.

    For where None fails, or is never meant: in operators, strings and requests. Among others it is what a variable holds before it is set.
    """
    found = choices(value)
    return tuple(choice for choice in found if choice != NONE) if len(found) > 1 else found


def join(first: Value | None, *others: Value | None) -> Value:
    """One of these; duplicates merge, and too many strings become one pattern."""
    if first is not None:
        for other in others:
            if other is not None and other is not first and not (type(other) is Unknown and type(first) is Unknown):
                break
        else:
            return first
    found: dict[Value, None] = {}
    for value in (first, *others):
        if value is not None:
            for choice in choices(value):
                found[choice] = None
    return of(found)


def of(found: Iterable[Value]) -> Value:
    """A union of distinct values; of several unknowns the first one speaks."""
    members: list[Value] = []
    unknown = False
    texts = 0
    for value in found:
        if isinstance(value, Unknown):
            if unknown:
                continue
            unknown = True
        elif isinstance(value, (Str, Const)):
            texts += 1
        members.append(value)
    if len(members) == 1:
        return members[0]
    if not members:
        return Unknown("no value reaches this place")
    if texts > MAX_TEXTS:
        members = _widened(members)
    members = _fewer_alike(members)
    if len(members) > MAX_CHOICES:
        members = [*members[: MAX_CHOICES - 1], Unknown("too many possible values")]
    return Union(tuple(members), max(map(depth_of, members))) if len(members) > 1 else members[0]


def hold(value: Value) -> None:
    """Containers in a value are referred to from elsewhere from now on: a call may read them that was not given them.

    Until then only the function that made them can, so their changes matter to no other call's result. What objects and modules
    have is held when it is put there.
    """
    kind = type(value)
    if kind in INDIVISIBLE or kind is Instance:
        return
    if isinstance(value, (ListObject, DictObject)):
        if value.held:
            return
        value.held = True
    for part in parts_of(value):
        hold(part)


def parts_of(value: Value) -> Iterator[Value]:
    """The values that a container, or a value that is compared by content, holds."""
    if isinstance(value, (ListObject, TupleValue)):
        yield from elements(value)
    elif isinstance(value, DictObject):
        yield from value.entries.values()
        yield from (part for part in (value.rest, value.default) if part is not None)
    elif isinstance(value, Union):
        yield from value.choices
    elif isinstance(value, Wrapped):
        yield value.value
    elif isinstance(value, BoundMethod):
        yield from (value.function, value.receiver)
    elif isinstance(value, External):
        yield from (inner for _, inner in value.args)
    elif isinstance(value, Partial):
        yield from (value.function, *value.args, *(inner for _, inner in value.keywords))
    elif isinstance(value, (Model, Super, SdkMethod)):
        yield value.receiver
    elif isinstance(value, Descriptor):
        yield from (value.function, *([] if value.setter is None else [value.setter]))


def depth_of(value: Value) -> int:
    """How deeply a value that is compared by content is nested."""
    return getattr(value, "depth", 0)


def nested(*values: Value) -> int | None:
    """The depth of a value made of these; None when it would be too deep."""
    found = max(map(depth_of, values), default=0) + 1
    return found if found <= MAX_DEPTH else None


def tuple_of(items: Iterable[Value]) -> TupleValue | ListObject:
    """A tuple; one that nests too deeply is an object of its own."""
    known = tuple(items)
    found = nested(*known)
    return ListObject(list(known)) if found is None or len(known) > 64 else TupleValue(known, found)


def wrapped(kind: str, value: Value) -> Value:
    """A value to be taken out later."""
    found = nested(value)
    return value if found is None else Wrapped(kind, value, found)


def string(value: Text) -> Str:
    """A string; one that grows without end keeps its beginning."""
    if len(value.parts) <= 40 and sum(len(part) for part in value.parts if isinstance(part, str)) <= MAX_LENGTH:
        return Str(value)
    head = value.parts[0] if isinstance(value.parts[0], str) else ""
    return Str(Text.of(head[:200], Hole("a long string")))


def _fewer_alike(members: list[Value]) -> list[Value]:
    """Many tuples, results, or objects of one class say little more than a few: what is done with one is done with all."""
    if len(members) <= MAX_ALIKE:
        return members
    counted: dict[object, int] = {}
    out = []
    for value in members:
        kind = value.cls if isinstance(value, Instance) else type(value)
        if kind not in _TOLD_APART:
            counted[kind] = counted.get(kind, 0) + 1
            if counted[kind] > MAX_ALIKE:
                continue
        out.append(value)
    return out


def _widened(members: list[Value]) -> list[Value]:
    strings = [value.text for value in members if isinstance(value, Str)]
    numbers = [value for value in members if isinstance(value, Const) and value.value is not None]
    kept: list[Value] = [value for value in members if not isinstance(value, Str) and value not in numbers]
    if strings:
        kept.append(Str(pattern(strings)))
    if not any(isinstance(value, Unknown) for value in kept) and any(
        isinstance(value, Const) and value.value is not None for value in members
    ):
        kept.append(Unknown("one of many values"))
    return kept


def pattern(texts: list[Text]) -> Text:
    """What all of these strings have in common: beginning and end."""
    first = [part.parts[0] if part.parts and isinstance(part.parts[0], str) else "" for part in texts]
    last = [part.parts[-1] if part.parts and isinstance(part.parts[-1], str) else "" for part in texts]
    head, tail = _common(first), _common([end[::-1] for end in last])[::-1]
    if any(len(head) + len(tail) > len(part.literal) for part in texts if part.literal is not None):
        tail = ""
    return Text.of(head, Hole("one of many values"), tail)


def _common(strings: list[str]) -> str:
    low, high = min(strings), max(strings)
    size = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:size]


def each(value: Value, change: Callable[[Value], Value]) -> Value:
    """Map every choice and join the outcomes."""
    if isinstance(value, Union):
        return join(*[change(choice) for choice in value.choices])
    return change(value)


def present(value: Value) -> Value:
    """A value where it is there at all."""
    if isinstance(value, Union) and ABSENT in value.choices:
        return of(choice for choice in value.choices if choice != ABSENT)
    return value


def literals(value: Value) -> tuple[str, ...]:
    """The strings that a value is known to be, those of other kinds left out."""
    return tuple(choice.literal for choice in choices(value) if isinstance(choice, Str) and choice.literal is not None)


def as_text(value: Value) -> Text:
    """A value put into a string (`f"{value}"`, `str(value)`)."""
    if isinstance(value, Str):
        return value.text
    if isinstance(value, Const):
        return Text.of(value.value.decode("latin-1") if isinstance(value.value, bytes) else str(value.value))
    if isinstance(value, Result):
        return result_text(value)
    if isinstance(value, Union):
        texts = list(dict.fromkeys(as_text(choice) for choice in given(value)))
        return texts[0] if len(texts) == 1 else pattern(texts)
    return Text.of(Hole(why(value)))


def why(value: Value) -> str:
    """Why nothing more is known of a value that should have been a string."""
    if isinstance(value, Absent):
        return "perhaps not given"
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, External):
        return f"result of {value.path.removesuffix('()')}"
    if isinstance(value, Result):
        return f"result of {value.service}:{value.operation}"
    return "not a known string"


def result_text(value: Result) -> Text:
    """What an operation's answer says as far as its request decides it."""
    from lambda_iam_scan.analysis.results import known_result

    return known_result(value)


def elements(value: ListObject | TupleValue) -> Iterator[Value]:
    """Everything a sequence may hold."""
    yield from value.items
    if isinstance(value, ListObject) and value.rest is not None:
        yield value.rest
