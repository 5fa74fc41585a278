"""Objects made of fields: how the `__init__` that a decorator or base writes fills one, and how it is taken apart.

Sources: the Python library reference (dataclasses, typing.NamedTuple); https://www.attrs.org/en/stable/init.html
"""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import last
from lambda_iam_scan.analysis.objects.containers import rebuilt
from lambda_iam_scan.analysis.records.fields import VALIDATORS, annotated, argument, believed, default_of, described, option, parameter
from lambda_iam_scan.analysis.records.pydantic import models
from lambda_iam_scan.analysis.values.inheritance import find, record_of
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    FALSE,
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    ClassObject,
    DictObject,
    External,
    Field,
    Instance,
    ListObject,
    RecordKind,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import each, join, present
from lambda_iam_scan.model.text import Text


def filling(cls: ClassObject) -> External:
    """The `__init__` of a record, as a function."""
    return External("record.__init__", (("cls", cls),))


def fill(run: Core, value: Instance, cls: ClassObject, arguments: Arguments) -> None:
    """Do what the `__init__` does that `cls`, a record, has."""
    if cls.record is None or cls.record.kind is RecordKind.MODEL:
        models.fill(run, value, arguments)
        return
    attrs = cls.record.kind is RecordKind.ATTRS
    if attrs:
        _hook(run, value, "__attrs_pre_init__")
    position, only_for_init = 0, []
    for field in cls.fields:
        given: Value = ABSENT
        if option(field, "init") != FALSE:
            by_position = not field.keyword_only and option(field, "kw_only") != TRUE
            given = argument(arguments, (parameter(field, cls.record.kind),), position if by_position else None)
            position += by_position
        found = _received(run, value, field, given)
        if field.annotation is not None and last(field.annotation) == "InitVar":
            only_for_init.append(found or Unknown(f"{field.name} is not given"))
        elif found is not None:
            run.set_attribute(value, field.name, found)
    for field in cls.fields:
        for check in _validators(option(field, "validator"), option(field, VALIDATORS)):
            run.call(check, Arguments([value, described(field.name), run.attribute(value, field.name)]))
    if cls.record.kind is not RecordKind.TUPLE:
        _hook(run, value, "__attrs_post_init__" if attrs else "__post_init__", *only_for_init)


def _hook(run: Core, value: Instance, name: str, *arguments: Value) -> None:
    if (method := find(value.cls, name)) is not None:
        run.call(BoundMethod(method, value), Arguments(list(arguments)))


def _received(run: Core, value: Instance, field: Field, given: Value) -> Value | None:
    """What a field gets, converted; None where nothing is known of it."""
    found = None if given == ABSENT else believed(run, field, present(given))
    if ABSENT in choices(given) and (otherwise := default_of(run, field, value)) is not None:
        found = otherwise if found is None else join(otherwise, found)
    if found is None:
        found = annotated(run, field)
    for converter in _each(option(field, "converter")) if found is not None else ():
        found = run.call(converter, Arguments([found or NONE]))
    return found


def _validators(*given: Value | None) -> Iterator[Value]:
    for value in given:
        yield from _each(value)


def _each(value: Value | None) -> Iterator[Value]:
    """One function, or each of a list of them."""
    if isinstance(value, (ListObject, TupleValue)):
        yield from elements(value)
    elif value is not None and value != NONE:
        yield value


# ---------------------------------------------------------------- taking apart


def replaced(run: Core, value: Instance, changes: Arguments) -> Value:
    """A new object of the same class, made by its `__init__` from what the old one has and the changes."""
    cls = record_of(value.cls)
    if cls is None or cls.record is None:
        return value
    given = {}
    for field in cls.fields:
        if option(field, "init") != FALSE and field.name in value.attrs:
            given[parameter(field, cls.record.kind)] = run.attribute(value, field.name)
    if changes.more_keywords is not None:
        given = {name: join(item, believed(run, Field(name), changes.more_keywords)) for name, item in given.items()}
    return run.call(value.cls, Arguments([], {**given, **changes.keywords}))


def as_dictionary(run: Core, value: Instance, depth: int = 0) -> DictObject:
    """`asdict`: fields by name, records within them as dictionaries, too."""
    cls = record_of(value.cls)
    names = list(value.attrs) if cls is None else [field.name for field in cls.fields if field.name in value.attrs]
    return run.new_dict({Text.of(name): _plain(run, run.attribute(value, name), depth + 1) for name in names})


def as_tuple(run: Core, value: Instance) -> tuple[Value, ...]:
    """The values of the fields, in order."""
    cls = record_of(value.cls)
    return () if cls is None else tuple(run.attribute(value, field.name) for field in cls.fields)


_MAX_DEPTH = 6


def _plain(run: Core, value: Value, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        return value
    return each(value, lambda choice: _plain_choice(run, choice, depth))


def _plain_choice(run: Core, value: Value, depth: int) -> Value:
    if isinstance(value, Instance) and record_of(value.cls) is not None:
        return as_dictionary(run, value, depth)
    return rebuilt(run, value, lambda inner: _plain(run, inner, depth + 1))
