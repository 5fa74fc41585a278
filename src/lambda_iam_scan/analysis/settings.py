"""Pydantic: settings, whose fields come from the environment, and what else runs when a model is made.

Names, prefixes and aliases: https://docs.pydantic.dev/latest/concepts/pydantic_settings/#environment-variable-names
"""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.strings import literals
from lambda_iam_scan.analysis.values import (
    ANYTHING,
    TRUE,
    Arguments,
    ClassObject,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    ListObject,
    TupleValue,
    Value,
    elements,
    text,
)
from lambda_iam_scan.model.text import Text

_VALIDATORS = frozenset({"field_validator", "model_validator", "validator", "root_validator"})
_MAKERS = frozenset({"model_validate", "model_validate_json", "model_validate_strings", "parse_obj", "parse_raw", "validate"})
_MARK = "<validator>"
_ALIASES = ("validation_alias", "alias", "env")


def mark_validator(decorator: External, decorated: Value) -> None:
    """`@field_validator("name")`: the function runs whenever its class makes an object."""
    function = decorated.function if isinstance(decorated, Descriptor) else decorated
    name = decorator.path.removesuffix("()").rpartition(".")[2]
    if isinstance(function, FunctionObject) and decorator.path.startswith("pydantic.") and name in _VALIDATORS:
        function.attrs[_MARK] = TRUE


def validate(run: Core, cls: ClassObject) -> None:
    """Run the validators of a class and its bases."""
    for function in dict.fromkeys(function for parent in cls.order for function in parent.vars.values()):
        inner = function.function if isinstance(function, Descriptor) else function
        if isinstance(inner, FunctionObject) and _MARK in inner.attrs:
            run.call(inner, ANYTHING)


def makes_model(function: External) -> ClassObject | None:
    """The class of which `Model.model_validate(...)` and its kind make an object."""
    owner = function.argument("self", 99)
    made = function.path.startswith("pydantic") and function.path.rpartition(".")[2] in _MAKERS
    return owner if made and isinstance(owner, ClassObject) else None


def is_settings(cls: ClassObject) -> bool:
    """Whether a class derives from `BaseSettings`."""
    return any(base.rpartition(".")[2] == "BaseSettings" for base in cls.external)


def setting(run: Core, cls: ClassObject, name: str, declared: Value | None, default: Value | None) -> Value:
    """A field's value as the environment has it, in any case of letters; `declared` is what the class assigns to the field."""
    names = _aliases(declared) or (_prefix(cls) + name,)
    for wanted in names:
        for known in run.environment or ():
            if known.lower() == wanted.lower():
                return run.item(External("os.environ"), text(known))
    variable = text(names[0].upper())
    if default is None:
        return run.item(External("os.environ"), variable)
    return run.call(External("os.environ.get"), Arguments([variable, default]))


def _aliases(declared: Value | None) -> tuple[str, ...]:
    if not isinstance(declared, External):
        return ()
    for argument in _ALIASES:
        given = declared.argument(argument, 99)
        if isinstance(given, External):
            return tuple(name for _, choice in given.args for name in literals(choice))
        if isinstance(given, (ListObject, TupleValue)):
            return tuple(name for item in elements(given) for name in literals(item))
        if given is not None and literals(given):
            return literals(given)
    return ()


def _prefix(cls: ClassObject) -> str:
    """`env_prefix` of the configuration, however it is written; the nearest class that says one decides."""
    for parent in cls.order:
        config = parent.vars.get("model_config")
        given: Value | None = None
        if isinstance(config, External):
            given = config.argument("env_prefix", 99)
        elif isinstance(config, DictObject):
            given = config.entries.get(Text.of("env_prefix"))
        elif isinstance(inner := parent.vars.get("Config"), ClassObject):
            given = inner.vars.get("env_prefix")
        if given is not None and literals(given):
            return literals(given)[0]
    return ""
