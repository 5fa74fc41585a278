"""Methods that models have from pydantic."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.records.pydantic.declared import is_model
from lambda_iam_scan.analysis.records.pydantic.dumping import dumped
from lambda_iam_scan.analysis.records.pydantic.models import copied, fill, unvalidated, validated
from lambda_iam_scan.analysis.values.kinds import NONE, Arguments, ClassObject, External, Instance, Unknown, Value, hole
from lambda_iam_scan.analysis.values.lattice import each


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """`Model.method(...)` or `model.method(...)`; None when it is neither, or not described here."""
    owner, name = function.argument("self", 99), function.path.rpartition(".")[2]
    if isinstance(owner, ClassObject) and is_model(owner):
        made = _OF_CLASSES.get(name)
        return None if made is None else made(run, owner, arguments)
    if isinstance(owner, Instance) and is_model(owner.cls):
        method = _OF_OBJECTS.get(name)
        return None if method is None else method(run, owner, arguments)
    first = next(iter(arguments.positional), None)
    if name == "__init__" and isinstance(first, Instance) and is_model(first.cls) and function.path.startswith(("pydantic", "sqlmodel")):
        return _initialized(run, first, arguments.after(1))
    return None


def _validate(run: Core, cls: ClassObject, arguments: Arguments) -> Value:
    return validated(run, cls, arguments.get("obj", 0) or arguments.more_keywords or Unknown("the data of a model"))


def _validate_text(run: Core, cls: ClassObject, arguments: Arguments) -> Value:
    given = arguments.get("json_data", 0) or Unknown("the data of a model")
    return validated(run, cls, each(given, lambda one: run.call(External("json.loads"), Arguments([one]))))


def _initialized(run: Core, value: Instance, arguments: Arguments) -> Value:
    fill(run, value, arguments)
    return NONE


def _as_text(run: Core, value: Instance, arguments: Arguments) -> Value:
    dumped(run, value, arguments)
    return hole("JSON")


_OF_CLASSES: dict[str, Callable[[Core, ClassObject, Arguments], Value]] = {
    "model_validate": _validate,
    "model_validate_strings": _validate,
    "parse_obj": _validate,
    "from_orm": _validate,
    "validate": _validate,
    "model_validate_json": _validate_text,
    "parse_raw": _validate_text,
    "model_construct": unvalidated,
    "construct": unvalidated,
}
_OF_OBJECTS: dict[str, Callable[[Core, Instance, Arguments], Value]] = {
    "__init__": _initialized,
    "model_dump": dumped,
    "dict": dumped,
    "model_dump_json": _as_text,
    "json": _as_text,
    "model_copy": copied,
    "copy": copied,
    "model_post_init": lambda run, value, arguments: NONE,
}
