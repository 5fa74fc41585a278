"""Making objects of models."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.records.fields import argument, default_of, is_description
from lambda_iam_scan.analysis.records.pydantic import validators
from lambda_iam_scan.analysis.records.pydantic.conversion import as_arguments, converted
from lambda_iam_scan.analysis.records.pydantic.declared import Alias, configured, is_model, is_settings, keywords
from lambda_iam_scan.analysis.records.pydantic.settings import from_environment, unset
from lambda_iam_scan.analysis.records.pydantic.sources import from_sources
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    DictObject,
    External,
    Field,
    Instance,
    TupleValue,
    Value,
    choices,
    text,
)
from lambda_iam_scan.analysis.values.lattice import join, present
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.text import Text

_ROOTS = ("root", "__root__")


def fill(run: Core, value: Instance, arguments: Arguments) -> None:
    """`__init__` of a model."""
    cls = value.cls
    arguments = validators.before(run, value, arguments, lambda: _settings(run, cls, arguments))
    sources = from_sources(run, cls) if is_settings(cls) else None
    for position, field in enumerate(cls.fields):
        if not field.name.startswith("_") or field.name in _ROOTS:
            by_position = not is_model(cls) or field.name in _ROOTS
            found = _field(run, value, field, arguments, position if by_position else None, sources)
            if found is not None:
                run.set_attribute(value, field.name, found)
    _private(run, value)
    _extra(run, value, arguments)
    if not is_model(cls) and (hook := find(cls, "__post_init__")) is not None:
        run.call(BoundMethod(hook, value), Arguments())
    validators.after(run, value)


def _settings(run: Core, cls: ClassObject, arguments: Arguments) -> dict[str, Value]:
    """What the environment gives to fields of settings that no argument does, under the names that validators of the data find it."""
    found = {}
    for field in cls.fields if is_settings(cls) else ():
        name = keywords(run, cls, field)[0].name
        if not field.name.startswith("_") and name not in arguments.keywords:
            found[name] = from_environment(run, cls, field, arguments)
    return {name: given for name, given in found.items() if given != ABSENT}


def _field(
    run: Core, value: Instance, field: Field, arguments: Arguments, position: int | None, sources: DictObject | None
) -> Value | None:
    """What a field gets; None where nothing is known of it."""
    given = _given(run, value.cls, field, arguments, position)
    if sources is not None and (own := sources.entries.get(Text.of(field.name))) is not None:
        given = join(given, own)
    found = []
    if ABSENT in choices(given) and (default := _default(run, value, field)) is not None:
        found.append(_validated(run, value, field, default, default=not is_settings(value.cls)))
    if given != ABSENT:
        found.append(_validated(run, value, field, present(given), default=False))
    if not found and is_settings(value.cls):
        found.append(unset(run, value.cls, field, arguments))
    if not found and field.module is not None:
        return run.annotated(field.annotation, field.module.scope)
    return join(*found) if found else None


def _given(run: Core, cls: ClassObject, field: Field, arguments: Arguments, position: int | None) -> Value:
    """What the data has, then what the environment has; ABSENT where it may be neither."""
    known = keywords(run, cls, field)
    given = argument(arguments, [alias.name for alias in known], position)
    alias = next((alias for alias in known if alias.name in arguments.keywords), Alias(field.name))
    for step in alias.path:
        given = run.item(given, step)
    if not is_settings(cls) or ABSENT not in choices(given):
        return given
    # An object that unseen code makes (`ANYTHING`) is made without arguments: that is what settings are for.
    here = present(given) if given != ABSENT and arguments.more is None else None
    return join(from_environment(run, cls, field, arguments), here)


def _default(run: Core, value: Instance, field: Field) -> Value | None:
    described = next((remark for remark in field.remarks if is_description(remark)), None)
    return default_of(run, field if field.default is not None else replace(field, default=described), value)


def _validated(run: Core, value: Instance, field: Field, given: Value, *, default: bool) -> Value:
    given = validators.early(run, value, field, given, default=default)
    if not default and field.module is not None:
        given = converted(run, given, field.annotation, field.module.scope)
    return validators.late(run, value, field, given, default=default)


def _private(run: Core, value: Instance) -> None:
    """Attributes that no data sets (`_client = PrivateAttr(...)`)."""
    for parent in reversed(value.cls.order):
        for name, declared in parent.vars.items():
            private = isinstance(declared, External) and declared.path.endswith(".PrivateAttr()")
            if private or (name in parent.annotations and name.startswith("_") and name not in _ROOTS):
                default = default_of(run, Field(name, declared), value)
                if default is not None:
                    run.set_attribute(value, name, default)


def _extra(run: Core, value: Instance, arguments: Arguments) -> None:
    """What is given beside the fields, where the model keeps it."""
    allowed = configured(value.cls, "extra")
    if allowed is None or not ("allow" in literals(allowed) or (isinstance(allowed, External) and allowed.path.endswith(".allow"))):
        return
    known = {alias.name for field in value.cls.fields for alias in keywords(run, value.cls, field)}
    for name, given in arguments.keywords.items():
        if name not in known:
            run.set_attribute(value, name, given)


# ---------------------------------------------------------------- other ways to make one


def validated(run: Core, cls: ClassObject, data: Value) -> Value:
    """`cls.model_validate(data)`."""
    return join(*[_of_data(run, cls, choice) for choice in choices(data)])


def _of_data(run: Core, cls: ClassObject, data: Value) -> Value:
    if isinstance(data, Instance):
        return data if cls in data.cls.order else run.call(cls, Arguments([], dict(data.attrs)))
    root = next((field.name for field in cls.fields if field.name in _ROOTS), None)
    return run.call(cls, as_arguments(data) if root is None else Arguments([], {root: data}))


def unvalidated(run: Core, cls: ClassObject, arguments: Arguments) -> Value:
    """`cls.model_construct(...)`: takes what it is given as it is."""
    value = run.new_object(cls)
    for field in cls.fields:
        given = argument(arguments, (field.name,))
        found = [] if given == ABSENT else [present(given)]
        if ABSENT in choices(given) and (default := _default(run, value, field)) is not None:
            found.append(default)
        if found:
            run.set_attribute(value, field.name, join(*found))
    _private(run, value)
    return value


def copied(run: Core, value: Instance, arguments: Arguments) -> Value:
    """`model_copy(update=...)`: validates nothing."""
    update = arguments.get("update")
    changes = Arguments() if update is None or update == NONE else as_arguments(update)
    made = run.new_object(value.cls)
    for name, item in {**value.attrs, **changes.keywords}.items():
        new = item if changes.more_keywords is None or name in changes.keywords else join(item, changes.more_keywords)
        run.set_attribute(made, name, new)
    return made


def pairs(run: Core, value: Instance) -> list[Value]:
    """What iterating over a model gives."""
    return [TupleValue((text(field.name), run.attribute(value, field.name)), 1) for field in value.cls.fields]
