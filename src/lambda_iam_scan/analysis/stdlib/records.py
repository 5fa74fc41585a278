"""Classes made of fields: dataclasses, attrs, named tuples, namespaces."""

from __future__ import annotations

from lambda_iam_scan.analysis.classes import field_described
from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.holding import hold
from lambda_iam_scan.analysis.lattice import tuple_of
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.strings import literals
from lambda_iam_scan.analysis.values import (
    Arguments,
    ClassObject,
    DictObject,
    External,
    Instance,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    elements,
)
from lambda_iam_scan.model.text import Text


@model(
    "dataclasses.dataclass",
    "attr.s",
    "attr.attrs",
    "attr.define",
    "attrs.define",
    "attrs.frozen",
    "attr.frozen",
    "attrs.mutable",
    "pydantic.dataclasses.dataclass",
    "attr.dataclass",
    "attr.attributes",
    "dataclasses_json.dataclass_json",
)
def _dataclass(run: Core, function: External, arguments: Arguments) -> Value:
    cls = arguments.get("cls", 0)
    if not isinstance(cls, ClassObject):
        return External(function.path)
    cls.is_dataclass = True
    if function.path.startswith("attr"):
        declared = {name: value for name, value in cls.vars.items() if isinstance(value, External) and value.path.startswith("attr")}
        known = dict(cls.fields)
        cls.fields = tuple({**known, **{name.lstrip("_"): value for name, value in declared.items()}}.items()) if declared else cls.fields
    return cls


@model("dataclasses.fields", "attr.fields", "attrs.fields")
def _fields(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    cls = value.cls if isinstance(value, Instance) else value
    return tuple_of(tuple(field_described(name) for name, _ in cls.fields)) if isinstance(cls, ClassObject) else Unknown("fields")


@model("dataclasses.replace", "attr.evolve", "attrs.evolve")
def _replace(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if not isinstance(value, Instance):
        return value
    made = run.new_object(value.cls)
    update = arguments.get("update")
    copied = {key.literal: item for key, item in update.entries.items() if isinstance(key, Text)} if isinstance(update, DictObject) else {}
    made.attrs.update({**value.attrs, **{key: item for key, item in copied.items() if key is not None}, **arguments.keywords})
    for given in (*copied.values(), *arguments.keywords.values()):
        hold(given)
    made.sure.update(made.attrs)
    return made


@model("dataclasses.asdict", "attr.asdict", "attrs.asdict")
def _asdict(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    return run.new_dict({Text.of(k): v for k, v in value.attrs.items()}) if isinstance(value, Instance) else Unknown("fields")


@model("collections.namedtuple", "typing.NamedTuple")
def _namedtuple(run: Core, function: External, arguments: Arguments) -> Value:
    fields = arguments.get("field_names", 1)
    names: list[str] = []
    if isinstance(fields, Str) and fields.literal is not None:
        names = fields.literal.replace(",", " ").split()
    elif isinstance(fields, (ListObject, TupleValue)):
        for entry in elements(fields):
            name = entry.items[0] if isinstance(entry, TupleValue) and entry.items else entry
            names += literals(name)
    cls = ClassObject("namedtuple", (), {}, run.frame.module, None, tuple((name, None) for name in names), is_dataclass=True)
    cls.order = (cls,)
    return cls


@model("types.SimpleNamespace", "argparse.Namespace", "box.Box", "munch.Munch")
def _namespace(run: Core, function: External, arguments: Arguments) -> Value:
    cls = ClassObject("SimpleNamespace", (), {}, run.frame.module)
    cls.order = (cls,)
    made = run.new_object(cls)
    made.attrs.update(arguments.keywords)
    for given in arguments.keywords.values():
        hold(given)
    made.sure.update(made.attrs)
    return made
