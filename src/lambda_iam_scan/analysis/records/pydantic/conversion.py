"""A value as its field's type makes it: dictionaries become models, texts what they say."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import alternatives, last, parts, quoted
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.objects.containers import rebuilt
from lambda_iam_scan.analysis.values.externals import GENERIC
from lambda_iam_scan.analysis.values.inheritance import is_enum, record_of
from lambda_iam_scan.analysis.values.kinds import (
    FALSE,
    TRUE,
    Arguments,
    ClassObject,
    Const,
    DictObject,
    External,
    Instance,
    ListObject,
    Scope,
    Str,
    TupleValue,
    Unknown,
    Value,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.model.text import Text

LISTS = ("list", "List", "Sequence", "Iterable", "set", "Set", "tuple", "Tuple", "frozenset", "FrozenSet", "deque")
MAPPINGS = ("dict", "Dict", "Mapping", "MutableMapping")
_YES = ("1", "on", "t", "true", "y", "yes")
_NO = ("0", "off", "f", "false", "n", "no")


def converted(run: Core, value: Value, annotation: Node | None, scope: Scope) -> Value:
    """A value as an annotation says."""
    return value if annotation is None else each(value, lambda choice: _converted(run, choice, annotation, scope))


def _converted(run: Core, value: Value, annotation: Node, scope: Scope) -> Value:
    if isinstance(value, (Unknown, External)):
        return run.believed(value, annotation, scope)
    if annotation[0] == "str":
        node = quoted(annotation[1])
        return value if node is None else _converted(run, value, node, scope)
    options = alternatives(annotation)
    if len(options) > 1:
        return _first_that_fits(run, value, options, scope)
    if annotation[0] == "index":
        return _generic(run, value, annotation, scope)
    return as_type(run, value, run.resolved(annotation, scope)) if annotation[0] in ("name", "attr") else value


def _first_that_fits(run: Core, value: Value, options: tuple[Node, ...], scope: Scope) -> Value:
    """A union: models by their names, everything else by the first type that changes anything."""
    if isinstance(value, DictObject):
        classes = [run.resolved(node, scope) for node in options if node[0] in ("name", "attr")]
        models = [cls for cls in classes if isinstance(cls, ClassObject) and record_of(cls) is not None]
        named = [cls for cls in models if _has_every_name(cls, value)]
        if models:
            return join(*[as_type(run, value, cls) for cls in named or models])
    if isinstance(value, Str) and any(last(node) == "str" for node in options):
        return value
    for node in options:
        found = _converted(run, value, node, scope)
        if found is not value:
            return found
    return value


def _has_every_name(cls: ClassObject, value: DictObject) -> bool:
    names = {field.name for field in cls.fields}
    return all(isinstance(key, Text) and key.literal in names for key in value.entries)


def _generic(run: Core, value: Value, annotation: Node, scope: Scope) -> Value:
    kind, inner = last(annotation), parts(annotation)
    if kind in ("Annotated", "Final", "Optional", "Required"):
        return converted(run, value, inner[0], scope)
    if kind in LISTS and isinstance(value, (ListObject, TupleValue)):
        return rebuilt(run, value, lambda item: converted(run, item, inner[0], scope))
    if kind in MAPPINGS and isinstance(value, DictObject) and len(inner) == 2:
        return rebuilt(run, value, lambda item: converted(run, item, inner[1], scope))
    return as_type(run, value, run.resolved(annotation[1], scope)) if kind not in (*LISTS, *MAPPINGS) else value


def as_type(run: Core, value: Value, wanted: Value) -> Value:
    """A value as a type that is a value, too: what `TypeAdapter` is given."""
    if isinstance(wanted, ClassObject):
        return _as_object(run, value, wanted)
    if not isinstance(wanted, External):
        return value
    if wanted.path == "typing.Annotated" and wanted.args:
        return as_type(run, value, wanted.args[0][1])
    if wanted.path == GENERIC:
        items = wanted.args[-1][1]
        if isinstance(value, (Unknown, External)):
            held = as_type(run, value, items)
            return run.new_dict(None, held) if wanted.args[0][1] in _DICTIONARIES else run.new_list((), held)
        return rebuilt(run, value, lambda item: as_type(run, item, items))
    return _scalar(value, wanted.path)


_DICTIONARIES = tuple(External(path) for path in ("builtins.dict", "typing.Dict", "typing.Mapping", "collections.abc.Mapping"))


def _as_object(run: Core, value: Value, cls: ClassObject) -> Value:
    if isinstance(value, Instance):
        return value
    if isinstance(value, DictObject) and record_of(cls) is not None:
        return run.call(cls, as_arguments(value))
    if is_enum(cls) and isinstance(value, (Str, Const)):
        return run.call(cls, Arguments([value]))
    return run.any_instance(cls) if isinstance(value, (Unknown, External)) and record_of(cls) is not None else value


def as_arguments(data: Value) -> Arguments:
    """Data of a model as keywords."""
    if not isinstance(data, DictObject):
        return Arguments(more_keywords=data if isinstance(data, Unknown) else Unknown("part of the data of a model"))
    known = data.named
    rest = data.rest if len(known) == len(data.entries) else Unknown("part of the data of a model")
    return Arguments([], known, None, rest)


def _scalar(value: Value, path: str) -> Value:
    """A text that a number or a truth value is read from."""
    literal = value.literal if isinstance(value, Str) else None
    if path == "builtins.bool" and isinstance(value, Str):
        lower = (literal or "").lower()
        return TRUE if lower in _YES else FALSE if lower in _NO else Unknown("a text that says true or false")
    if path == "builtins.int" and isinstance(value, Str):
        number = (literal or "").strip()
        return Const(int(number)) if number.lstrip("-").isdecimal() and len(number) < 19 else Unknown("a text that says a number")
    return value
