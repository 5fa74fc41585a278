"""Dumping a model: its fields by name, as serializers and computed fields give them."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.containers import rebuilt
from lambda_iam_scan.analysis.records.pydantic.declared import aliases, option
from lambda_iam_scan.analysis.records.pydantic.validators import marked, names_of, of_object
from lambda_iam_scan.analysis.values.inheritance import record_of
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    External,
    Field,
    Instance,
    Unknown,
    Value,
    choices,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.analysis.values.strings import literals

_INFO = Unknown("what a serializer is told")
_MAX_DEPTH = 6


def dumped(run: Core, value: Instance, arguments: Arguments, depth: int = 0) -> Value:
    """`value.model_dump(...)`: a dictionary, or what the model's own serializer makes."""
    own = [method for _, method, _ in marked(value.cls, "model_serializer")]
    if own:
        plain = BoundMethod(External("pydantic serializer"), value)
        return run.call(of_object(own[-1], value), Arguments([plain, _INFO]))
    out = run.new_dict()
    record = record_of(value.cls)
    for field in () if record is None else record.fields:
        if not field.name.startswith("_"):
            item = _serialized(run, value, field, arguments, depth)
            if arguments.keywords.get("exclude_none") == TRUE and NONE in choices(item):
                item = join(ABSENT, *[choice for choice in choices(item) if choice != NONE])
            if item != ABSENT:
                run.put(out, text(_name(run, value, field, arguments)), item)
    for name, _, _ in marked(value.cls, "computed_field"):
        run.put(out, text(name), run.attribute(value, name))
    return out


def _name(run: Core, value: Instance, field: Field, arguments: Arguments) -> str:
    if arguments.keywords.get("by_alias") != TRUE:
        return field.name
    given = literals(option(value.cls, field, "serialization_alias") or NONE)
    return next(iter((*given, *(alias.name for alias in aliases(run, value.cls, field)))), field.name)


def _serialized(run: Core, value: Instance, field: Field, arguments: Arguments, depth: int) -> Value:
    item = run.attribute(value, field.name)
    for remark in field.remarks:
        if isinstance(remark, External) and remark.path.endswith("Serializer()") and (function := remark.argument("func", 0)):
            return run.call(function, Arguments([item, *_handler(remark.path.endswith("WrapSerializer()"))]))
    for _, method, mark in marked(value.cls, "field_serializer"):
        if field.name in names_of(mark) or "*" in names_of(mark):
            wraps = "wrap" in literals(mark.argument("mode", 99) or NONE)
            return run.call(of_object(method, value), Arguments([item, *_handler(wraps)]))
    return _plain(run, item, arguments, depth + 1)


def _handler(wraps: bool) -> list[Value]:
    return [External("keeps its argument"), _INFO] if wraps else [_INFO]


def _plain(run: Core, value: Value, arguments: Arguments, depth: int) -> Value:
    """Models within a value dumped as well."""
    if depth > _MAX_DEPTH:
        return value

    def plain(choice: Value) -> Value:
        if isinstance(choice, Instance) and record_of(choice.cls) is not None:
            return dumped(run, choice, arguments, depth)
        return rebuilt(run, choice, lambda inner: _plain(run, inner, arguments, depth + 1))

    return each(value, plain)
