"""What objects of classes that derive from a container or a string keep, and where: an attribute of the object."""

from __future__ import annotations

from lambda_iam_scan.analysis.values.kinds import ClassObject, DictObject, Instance, ListObject, Str, TupleValue, Value, choices

USER_DICT = "collections.UserDict"
DICTIONARIES = ("builtins.dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter")
LISTS = (
    *("builtins.list", "builtins.set", "collections.deque", "collections.UserList", "typing.List", "typing.Set"),
    *("queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue", "asyncio.Queue"),
)
TUPLES = ("builtins.tuple", "builtins.frozenset", "typing.Tuple", "typing.FrozenSet")
TEXTS = ("builtins.str", "enum.StrEnum", "collections.UserString")
_KNOWN = frozenset((USER_DICT, *DICTIONARIES, *LISTS, *TUPLES, *TEXTS))
_NAMED = {USER_DICT: "data", "collections.UserList": "data", **dict.fromkeys(TEXTS, "value")}
"""Attributes that programs know by name, or enumerations have."""


def base_of(cls: ClassObject) -> str:
    """The container or string that a class derives from; empty when it does not."""
    return next((base for base in cls.external if base in _KNOWN), "")


def place_of(cls: ClassObject) -> str:
    """The attribute that has the content."""
    return _NAMED.get(base_of(cls), "<content>")


def content(value: Instance) -> DictObject | ListObject | TupleValue | Str | None:
    """What an object keeps; None when it does not, or not yet."""
    found = value.attrs.get(place_of(value.cls))
    kinds = (DictObject, ListObject, TupleValue, Str)
    return next((choice for choice in choices(found) if isinstance(choice, kinds)), None) if found is not None else None


def as_string(value: Value) -> Value:
    """An object of a class that derives from strings, such as a member of a `StrEnum`, as the string that it is; others as they are."""
    known = content(value) if isinstance(value, Instance) and base_of(value.cls) in TEXTS else None
    return known if isinstance(known, Str) else value
