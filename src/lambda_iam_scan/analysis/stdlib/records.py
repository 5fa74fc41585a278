"""Classes made of fields: dataclasses, attrs, named tuples, namespaces. What their objects are filled with is in `analysis.records`."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.records.fields import VALIDATORS, described, inherited, is_description
from lambda_iam_scan.analysis.records.making import as_dictionary, as_tuple, fill, replaced
from lambda_iam_scan.analysis.records.pydantic.declared import remarks
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.inheritance import record_of
from lambda_iam_scan.analysis.values.kinds import (
    FALSE,
    NONE,
    TRUE,
    Arguments,
    ClassObject,
    Const,
    DictObject,
    External,
    Field,
    FunctionObject,
    Instance,
    ListObject,
    Record,
    RecordKind,
    Str,
    TupleValue,
    Unknown,
    Value,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import each, tuple_of
from lambda_iam_scan.analysis.values.strings import as_text, literals

_ANNOTATED_ONLY = ("dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.dataclass")
_EITHER = ("attr.define", "attrs.define", "attrs.frozen", "attr.frozen", "attrs.mutable", "attr.mutable")
_DESCRIBED_ONLY = ("attr.s", "attr.attrs", "attr.attributes")
_ATTRS_FIELDS = ("attr.ib", "attr.attrib", "attr.field", "attrs.field")
_DECORATORS = (*_ANNOTATED_ONLY, *_EITHER, *_DESCRIBED_ONLY)
_IDENTITY = "@"
"""Where the description of an attrs field keeps what tells it from others: its decorators change the field that it describes."""


@model(*_DECORATORS, *(f"{path}()" for path in _DECORATORS))
def _record(run: Core, function: External, arguments: Arguments) -> Value:
    cls = arguments.get("cls", 0) or arguments.get("maybe_cls", 0)
    if not isinstance(cls, ClassObject):
        return made(function, arguments)
    path = function.path.removesuffix("()")
    kind = RecordKind.MODEL if path.startswith("pydantic.") else RecordKind.ATTRS if path.startswith("attr") else RecordKind.DATACLASS
    own = {field.name: field for field in cls.fields if field.module is not None and field.name in cls.annotations}
    if kind is RecordKind.ATTRS and path not in _ANNOTATED_ONLY:
        own = _described(cls, own, annotated=None if path in _EITHER else function.argument("auto_attribs", 99) == TRUE)
    if function.argument("kw_only", 99) == TRUE:
        own = {name: replace(field, keyword_only=True) for name, field in own.items()}
    if kind is RecordKind.MODEL:
        own = {name: replace(field, remarks=remarks(run, cls, field.annotation)) for name, field in own.items()}
    fields = {field.name: field for field in inherited(cls) if field.name not in own or kind is not RecordKind.ATTRS}
    cls.fields = tuple({**fields, **own}.values())
    cls.record = Record(kind, fills=function.argument("init", 99) != FALSE)
    return cls


def _described(cls: ClassObject, own: dict[str, Field], *, annotated: bool | None) -> dict[str, Field]:
    """Fields of an attrs class: what is annotated, or what is described; None: what is annotated if all that is described is."""
    names = [name for name, value in cls.vars.items() if is_description(value)]
    if annotated or (annotated is None and all(name in own for name in names)):
        return own
    return {name: own.get(name, Field(name, cls.vars[name], module=cls.module)) for name in names}


@model("dataclasses.field", "attr.Factory", "attrs.Factory", "attrs.Converter", "attr.Converter")
def _description(run: Core, function: External, arguments: Arguments) -> Value:
    """What is given in a description is called when an object is made, not by whoever reads the description."""
    return made(function, arguments)


@model(*_ATTRS_FIELDS)
def _attrs_field(run: Core, function: External, arguments: Arguments) -> Value:
    kept = made(function, arguments)
    return replace(kept, args=(*kept.args, (_IDENTITY, Const(run.same_line().serial))))


@model(*(f"{path}().{decorator}" for path in _ATTRS_FIELDS for decorator in ("default", "validator")))
def _attrs_method(run: Core, function: External, arguments: Arguments) -> Value:
    """`@x.default` and `@x.validator`, in the class body that has `x`."""
    path, _, decorator = function.path.rpartition(".")
    method, body, known = first(arguments), run.frame.scope.vars, dict(function.args)
    for name, value in body.items():
        if isinstance(value, External) and value.argument(_IDENTITY, 99) == known[_IDENTITY]:
            given = dict(value.args)
            if decorator == "default":
                given["default"] = External("attrs.Factory()", (("factory", method), ("takes_self", TRUE)))
            else:
                others = given.get(VALIDATORS)
                given[VALIDATORS] = TupleValue((*(others.items if isinstance(others, TupleValue) else ()), method), 1)
            body[name] = External(path, tuple(given.items()), value.depth)
    return method


@model("dataclasses_json.dataclass_json", "dataclasses_json.dataclass_json()")
def _decorated(run: Core, function: External, arguments: Arguments) -> Value:
    cls = arguments.get("_cls", 0)
    return External(f"{function.path}()") if cls is None else cls


@model("record.__init__")
def _filled(run: Core, function: External, arguments: Arguments) -> Value:
    """`super().__init__(...)` of a class derived from one made of fields."""
    cls, value = function.argument("cls", 99), first(arguments)
    if isinstance(value, Instance) and isinstance(cls, ClassObject):
        fill(run, value, cls, arguments.after(1))
    return NONE


@model("dataclasses.fields", "attr.fields", "attrs.fields")
def _fields(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    cls = value.cls if isinstance(value, Instance) else value
    record = record_of(cls) if isinstance(cls, ClassObject) else None
    return Unknown("fields") if record is None else tuple_of(described(field.name) for field in record.fields)


@model("dataclasses.replace", "attr.evolve", "attrs.evolve", "copy.replace")
def _replace(run: Core, function: External, arguments: Arguments) -> Value:
    changes = arguments.after(1)
    return each(first(arguments), lambda value: replaced(run, value, changes) if isinstance(value, Instance) else value)


@model("dataclasses.asdict", "attr.asdict", "attrs.asdict")
def _asdict(run: Core, function: External, arguments: Arguments) -> Value:
    return each(first(arguments), lambda value: as_dictionary(run, value) if isinstance(value, Instance) else Unknown("fields"))


@model("dataclasses.astuple", "attr.astuple", "attrs.astuple")
def _astuple(run: Core, function: External, arguments: Arguments) -> Value:
    return each(first(arguments), lambda value: tuple_of(as_tuple(run, value)) if isinstance(value, Instance) else Unknown("fields"))


@model("collections.namedtuple", "typing.NamedTuple", "dataclasses.make_dataclass", "attr.make_class", "attrs.make_class")
def _made_class(run: Core, function: External, arguments: Arguments) -> Value:
    """A class that a call makes of names of fields."""
    given = next((value for name in ("field_names", "fields", "attrs") if (value := arguments.get(name, 1)) is not None), NONE)
    fields = list(_listed(given))
    defaults = arguments.get("defaults")
    if isinstance(defaults, (ListObject, TupleValue)) and defaults.items:
        last = list(defaults.items)[-len(fields) :]
        fields[-len(last) :] = [replace(field, default=value) for field, value in zip(fields[-len(last) :], last, strict=True)]
    kinds = {"make_dataclass": RecordKind.DATACLASS, "make_class": RecordKind.ATTRS}
    kind = kinds.get(function.path.rpartition(".")[2], RecordKind.TUPLE)
    cls = ClassObject(as_text(first(arguments)).literal or "namedtuple", (), {}, run.frame.module, None, tuple(fields))
    cls.record = Record(kind)
    cls.order = (cls,)
    namespace = arguments.get("namespace")
    for name, value in namespace.named.items() if isinstance(namespace, DictObject) else ():
        if isinstance(value, FunctionObject):
            cls.vars[name] = value
    return cls


def _listed(given: Value) -> list[Field]:
    """Fields named in a string, a list of names or of tuples that begin with a name, or a dictionary."""
    if isinstance(given, Str):
        return [Field(name) for name in (given.literal or "").replace(",", " ").split()]
    if isinstance(given, DictObject):
        return [Field(name, value) for name, value in given.named.items()]
    found = []
    for entry in elements(given) if isinstance(given, (ListObject, TupleValue)) else ():
        parts = list(entry.items) if isinstance(entry, TupleValue) else [entry]
        found += [Field(name, parts[2] if len(parts) > 2 else None) for name in literals(parts[0] if parts else NONE)]
    return found


@model("typing.NamedTuple()._make")
def _from_items(run: Core, function: External, arguments: Arguments) -> Value:
    """`Point._make([1, 2])`."""
    items = run.iterate(first(arguments, "iterable"))
    rest = items.rest if isinstance(items, ListObject) else None
    return run.call(function.argument("self", 99) or Unknown("a named tuple"), Arguments(list(items.items), more=rest))


@model("types.SimpleNamespace", "argparse.Namespace", "box.Box", "munch.Munch")
def _namespace(run: Core, function: External, arguments: Arguments) -> Value:
    cls = ClassObject("SimpleNamespace", (), {}, run.frame.module)
    cls.order = (cls,)
    value = run.new_object(cls)
    value.attrs.update(arguments.keywords)
    for given in arguments.keywords.values():
        hold(given)
    value.sure.update(value.attrs)
    return value
