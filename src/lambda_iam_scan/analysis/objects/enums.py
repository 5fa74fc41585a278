"""Enumerations: their members, and how a member is found. Source: the Python library reference, enum."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.values.inheritance import find, function_in, is_enum
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    BoundMethod,
    ClassObject,
    Const,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.text import Text

_ANY = Unknown("a member of an enumeration")


def make_members(run: Core, cls: ClassObject) -> None:
    """Put members in place of the values in a class body; a value that comes again is another name of the same member."""
    made: list[Instance] = []
    for name, value in list(cls.vars.items()):
        if name.startswith("_") and name.endswith("_") and len(name) > 2:
            continue
        if isinstance(value, External) and value.path == "enum.member()":
            value = value.argument("value", 0) or _ANY
        elif isinstance(value, External) and value.path == "enum.nonmember()":
            cls.vars[name] = value.argument("value", 0) or _ANY
            continue
        elif isinstance(value, (FunctionObject, Descriptor, ClassObject)):
            continue
        known = _next(run, cls, name, made) if isinstance(value, External) and value.path == "enum.auto()" else value
        same = next((one for one in made if isinstance(known, (Str, Const)) and one.attrs["value"] == known), None)
        cls.vars[name] = _member(run, cls, name, known) if same is None else same
        if same is None:
            made.append(cls.vars[name])  # type: ignore[arg-type]


def _member(run: Core, cls: ClassObject, name: str, value: Value) -> Instance:
    arguments: list[Value] = [*value.items] if isinstance(value, TupleValue) else [value]
    new = find(cls, "__new__")
    made = None if new is None else run.call(function_in(new), Arguments([cls, *arguments]))
    member = next((choice for choice in choices(made) if isinstance(choice, Instance)), None) if made is not None else None
    member = run.new_object(cls) if member is None else member
    value = member.attrs.get("_value_", value)
    for attribute, given in (("value", value), ("_value_", value), ("name", text(name)), ("_name_", text(name))):
        member.attrs[attribute] = given
        member.sure.add(attribute)
    if (init := find(cls, "__init__")) is not None:
        run.call(BoundMethod(init, member), Arguments(arguments))
    return member


def _next(run: Core, cls: ClassObject, name: str, before: list[Instance]) -> Value:
    """What `auto()` stands for."""
    if (generate := find(cls, "_generate_next_value_")) is not None:
        values = run.new_list([member.attrs["value"] for member in before])
        return run.call(function_in(generate), Arguments([text(name), Const(1), Const(len(before)), values]))
    return text(name.lower()) if any(base.endswith("StrEnum") for base in cls.external) else Unknown("enum.auto()")


def members(cls: ClassObject) -> list[Instance]:
    """The members, in order."""
    return list(dict.fromkeys(value for value in cls.vars.values() if isinstance(value, Instance) and value.cls is cls))


def by_name(cls: ClassObject, name: Value) -> Value:
    """`Enumeration[name]`."""
    known = [cls.vars[one] for one in literals(name) if one in cls.vars]
    return join(*(known or members(cls))) if known or members(cls) else _ANY


def by_value(run: Core, cls: ClassObject, arguments: Arguments) -> Value:
    """`Enumeration(value)`, where `value` may be a member; `_missing_` is asked for every other."""
    every = members(cls)
    if not every and (len(arguments.positional) > 1 or "names" in arguments.keywords):
        return functional(run, cls, arguments)
    wanted = arguments.get("value", 0)
    found: list[Value] = []
    for value in (_ANY,) if wanted is None else choices(wanted):
        exact = [member for member in every if member is value or member.attrs["value"] == value]
        answers = [] if exact or wanted is None else _missing(run, cls, value)
        certain = answers and isinstance(value, (Str, Const)) and all(isinstance(answer, Instance) for answer in answers)
        found += exact or (answers if certain else [*every, *(answer for answer in answers if isinstance(answer, Instance))])
    return join(*found) if found else _ANY


def _missing(run: Core, cls: ClassObject, value: Value) -> list[Value]:
    """What `_missing_` gives for a value that no member is known to have."""
    method = find(cls, "_missing_")
    if method is None:
        return []
    return list(choices(run.call(BoundMethod(function_in(method), cls), Arguments([value]))))


def mapping(run: Core, cls: ClassObject, key: str) -> DictObject:
    """Members by `name` or `value`."""
    entries: dict[Text | object, Value] = {}
    for member in members(cls):
        entries.update(dict.fromkeys(dict_keys(member.attrs[key]), member))
    return run.new_dict(entries)


def functional(run: Core, base: ClassObject | External, arguments: Arguments) -> Value:
    """`Enum("Color", "RED GREEN")`."""
    cls = ClassObject(next(iter(literals(arguments.get("value", 0) or _ANY)), "Enum"), (base,), {}, run.frame.module)
    cls.order = (cls, *(base.order if isinstance(base, ClassObject) else ()))
    cls.control = run.same_line()
    cls.vars = dict(_named(arguments.get("names", 1) or _ANY))
    make_members(run, cls)
    return cls


def _named(names: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(names, Str):
        for i, name in enumerate((names.literal or "").replace(",", " ").split()):
            yield name, Const(i + 1)
    elif isinstance(names, DictObject):
        yield from names.named.items()
    elif isinstance(names, (ListObject, TupleValue)):
        for i, item in enumerate(elements(names)):
            pair = list(item.items) if isinstance(item, TupleValue) else [item, Const(i + 1)]
            for name in literals(pair[0])[:1]:
                yield name, pair[-1]


def equal(left: Value, right: Value) -> bool | None:
    """Whether a member is, or equals, another value; None when that is not known, or neither is a member."""
    if not _is_member(left):
        return equal(right, left) if _is_member(right) else None
    if not isinstance(left, Instance):
        return None
    if isinstance(right, Instance):
        if right.cls is left.cls:
            return left.attrs["name"] == right.attrs.get("name")
        return False if _is_member(right) and is_plain(left.cls) and is_plain(right.cls) else None
    if not isinstance(right, (Str, Const)):
        return None
    value = left.attrs["value"]
    if is_plain(left.cls):
        return False
    if isinstance(value, Str) and isinstance(right, Str):
        return None if value.literal is None or right.literal is None else value == right
    return value == right if isinstance(value, Const) and isinstance(right, Const) else None


def _is_member(value: Value) -> bool:
    return isinstance(value, Instance) and "name" in value.attrs and is_enum(value.cls)


def is_plain(cls: ClassObject) -> bool:
    """Whether members are no strings or numbers at the same time."""
    return all(base in ("enum.Enum", "abc.ABC") for base in cls.external)
