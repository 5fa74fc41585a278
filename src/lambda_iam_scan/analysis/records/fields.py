"""Fields of dataclasses and their kind: what a class declares, and what is said of a field where it is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeGuard

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import last
from lambda_iam_scan.analysis.records.pydantic.declared import is_model, remarks
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    TRUE,
    Arguments,
    ClassObject,
    Const,
    DictObject,
    External,
    Field,
    Instance,
    Record,
    RecordKind,
    Unknown,
    Value,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.analysis.values.strings import literals

_DESCRIPTIONS = ("field()", "Field()", "ib()", "attrib()", "PrivateAttr()")
"""Calls that describe a field, by the last part of their names."""
VALIDATORS = "@validator"
"""Where the description of a field keeps the methods that `@x.validator` decorates."""
_NAMED_TUPLES = ("typing.NamedTuple", "typing_extensions.NamedTuple")


def declare(run: Core, cls: ClassObject) -> None:
    """Find what the body of a new class declares: annotations, and the fields that a base or, later, a decorator makes of them."""
    annotations = cls.vars.pop("__annotations__", None)
    for name, value in annotations.named.items() if isinstance(annotations, DictObject) else ():
        if isinstance(value, External) and isinstance(value.args[0][1], Const):
            cls.annotations[name] = value.args[0][1].value
    if is_model(cls):
        cls.record = Record(RecordKind.MODEL)
    elif any(isinstance(base, External) and base.path in _NAMED_TUPLES for base in cls.bases):
        cls.record = Record(RecordKind.TUPLE)
    model = cls.record is not None and cls.record.kind is RecordKind.MODEL
    fields = {field.name: field for field in inherited(cls, mixins=model)}
    for field in _annotated(cls):
        fields[field.name] = replace(field, remarks=remarks(run, cls, field.annotation)) if model else field
    if model and any(base.endswith(".RootModel") for base in cls.external):
        fields.setdefault("root", Field("root"))
    cls.fields = tuple(fields.values())


def inherited(cls: ClassObject, *, mixins: bool = False) -> tuple[Field, ...]:
    """Fields of the bases that are records themselves; pydantic takes what `mixins` declare as well."""
    found: dict[str, Field] = {}
    for parent in reversed(cls.order[1:]):
        if parent.record is not None or mixins:
            found.update((field.name, field) for field in parent.fields)
    return tuple(found.values())


def _annotated(cls: ClassObject) -> Iterator[Field]:
    keyword_only = False
    for name, node in cls.annotations.items():
        if last(node) == "KW_ONLY":
            keyword_only = True
        elif last(node) != "ClassVar":
            yield Field(name, cls.vars.get(name), node, cls.module, keyword_only)


def described(name: str) -> Value:
    """What reflection gives of one field: an object with its name."""
    return External("dataclasses.Field()", (("name", text(name)),), 1)


def option(field: Field, name: str, position: int = 99) -> Value | None:
    """An argument of the call that describes a field."""
    return field.default.argument(name, position) if is_description(field.default) else None


def is_description(value: Value | None) -> TypeGuard[External]:
    """Whether a class attribute describes a field (`field(...)`) and is not its default."""
    return isinstance(value, External) and value.path.rpartition(".")[2] in _DESCRIPTIONS


def parameter(field: Field, kind: RecordKind) -> str:
    """The argument that a field is given by."""
    if kind is not RecordKind.ATTRS:
        return field.name
    return next(iter(literals(option(field, "alias") or NONE)), field.name.lstrip("_"))


def argument(arguments: Arguments, names: Iterable[str], position: int | None = None) -> Value:
    """What a call gives for a parameter: ABSENT where it gives nothing, and beside other values where it may give nothing."""
    for name in names:
        if name in arguments.keywords:
            return arguments.keywords[name]
    if position is not None and position < len(arguments.positional):
        return arguments.positional[position]
    return join(ABSENT, None if position is None else arguments.more, arguments.more_keywords)


def believed(run: Core, field: Field, value: Value) -> Value:
    """A value, or what its field's annotation says of it where it is not known."""
    if field.module is None:
        return value
    scope = field.module.scope
    return each(value, lambda choice: run.believed(choice, field.annotation, scope))


def annotated(run: Core, field: Field) -> Value | None:
    """What the annotation alone says."""
    return None if field.module is None else run.annotated(field.annotation, field.module.scope)


def default_of(run: Core, field: Field, value: Instance) -> Value | None:
    """A field's default for one object; None when it has none."""
    default = field.default
    if is_description(default):
        factory = option(field, "default_factory") or option(field, "factory")
        if factory is not None and factory != NONE:
            return run.call(factory, Arguments())
        default = option(field, "default", 0)
    if default == Const(...):
        return None
    if isinstance(default, External) and default.path.endswith(".Factory()"):
        takes_self = default.argument("takes_self", 1) == TRUE
        return run.call(default.argument("factory", 0) or Unknown("no factory"), Arguments([value] if takes_self else []))
    return default
