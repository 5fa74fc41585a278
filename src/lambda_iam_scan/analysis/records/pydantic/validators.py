"""What of the user's runs when an object of a model is made: validators of fields and of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.containers import rebuilt
from lambda_iam_scan.analysis.records.pydantic.conversion import as_arguments
from lambda_iam_scan.analysis.records.pydantic.declared import configured, option
from lambda_iam_scan.analysis.values.inheritance import find, function_in
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    ClassObject,
    Descriptor,
    DictObject,
    External,
    Field,
    FunctionObject,
    Instance,
    Partial,
    Unknown,
    Value,
    choices,
    text,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.text import Text

MARK = "<pydantic>"
"""The attribute of a function that says which decorator of pydantic's it has."""
_CLASS_METHODS = ("field_validator", "validator", "root_validator")
_DECORATORS = (*_CLASS_METHODS, "model_validator", "computed_field", "field_serializer", "model_serializer")
_MODULES = ("pydantic.", "aws_lambda_powertools.utilities.parser.")
_KEEP = External("keeps its argument")
INFO = "pydantic.ValidationInfo()"
_EARLY = ("before", "wrap", "plain")


def decorate(run: Core, decorator: External, decorated: Value) -> Value | None:
    """`@field_validator("name")` and its kind: the function is marked, and called when an object is made or dumped."""
    path = decorator.path.removesuffix("()")
    name = path.rpartition(".")[2]
    function = function_of(decorated)
    if function is None or name not in _DECORATORS or not path.startswith(_MODULES):
        return None
    if not isinstance(decorated, FunctionObject):
        run.update(function.attrs, MARK, decorator, None)
        return decorated
    marked_one = replace(decorated, attrs={**decorated.attrs, MARK: decorator})
    if name in _CLASS_METHODS:
        takes_class = any(parameter[0] in ("cls", "self") for parameter in decorated.code[1][:1])
        return Descriptor("classmethod" if takes_class else "staticmethod", marked_one)
    return Descriptor("property", marked_one) if name == "computed_field" else marked_one


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """`validator("name")(function)`, which makes a validator of a function that others share."""
    given = next(iter(arguments.positional), None)
    return decorate(run, function, given) if given is not None and function.path.endswith("()") else None


def function_of(value: Value | None) -> FunctionObject | None:
    """The function in a method of whatever kind."""
    inner = None if value is None else function_in(value)
    return inner if isinstance(inner, FunctionObject) else None


def marked(cls: ClassObject, *kinds: str) -> Iterator[tuple[str, Value, External]]:
    """Methods with decorators of these kinds that no class overrides, by name, those of bases first."""
    named: dict[str, Value] = {}
    for parent in reversed(cls.order):
        named.update(parent.vars)
    for name, value in named.items():
        function = function_of(value)
        mark = None if function is None else function.attrs.get(MARK)
        if function is not None and isinstance(mark, External) and mark.path.removesuffix("()").rpartition(".")[2] in kinds:
            yield name, value, mark


def of_class(method: Value, cls: ClassObject) -> Value:
    """A method as it is called for a class; a function that takes no class is called without."""
    function = function_of(method) or method
    return function if isinstance(method, Descriptor) and method.kind == "staticmethod" else BoundMethod(function, cls)


def of_object(method: Value, value: Instance) -> BoundMethod:
    """A method as it is called for an object."""
    return BoundMethod(function_of(method) or method, value)


def names_of(mark: External) -> list[str]:
    """The fields that a decorator names."""
    return [name for key, value in mark.args if key.isdigit() for name in literals(value)]


def _mode(mark: External) -> str:
    """When it runs: `before`, `after`, `wrap` or `plain`."""
    if mark.argument("pre", 99) == TRUE:
        return "before"
    return next(iter(literals(mark.argument("mode", 99) or NONE)), "after")


# ---------------------------------------------------------------- the whole


def before(run: Core, value: Instance, arguments: Arguments, settings: Callable[[], Mapping[str, Value]]) -> Arguments:
    """Validators that see the data first, with what `settings` adds to it; what they give is taken instead."""
    for _, method, mark in marked(value.cls, "model_validator", "root_validator"):
        mode = _mode(mark)
        if mode in _EARLY:
            given = {**settings(), **arguments.keywords}
            data = run.new_dict({Text.of(name): item for name, item in given.items()}, arguments.more_keywords)
            made = [Partial(_KEEP, (value,), ())] if mode == "wrap" else []
            result = run.call(of_class(method, value.cls), Arguments([data, *made, _information(run, value, "")]))
            found = next((choice for choice in choices(result) if isinstance(choice, DictObject)), None)
            arguments = arguments if found is None else as_arguments(found)
    return arguments


def after(run: Core, value: Instance) -> None:
    """What sees the finished object."""
    if (hook := function_of(find(value.cls, "model_post_init"))) is not None:
        run.call(BoundMethod(hook, value), Arguments([NONE]))
    for _, method, mark in marked(value.cls, "model_validator"):
        if _mode(mark) == "after":
            run.call(of_object(method, value), Arguments([_information(run, value, "")]))
    for _, method, mark in marked(value.cls, "root_validator"):
        if _mode(mark) == "after":
            result = run.call(of_class(method, value.cls), Arguments([fields_so_far(run, value)]))
            for choice in choices(result):
                for name, item in as_arguments(choice).keywords.items() if isinstance(choice, DictObject) else ():
                    run.set_attribute(value, name, item)


def fields_so_far(run: Core, value: Instance) -> DictObject:
    """What the fields validated so far have."""
    return run.new_dict({Text.of(name): item for name, item in value.attrs.items()})


# ---------------------------------------------------------------- fields


def validates_default(cls: ClassObject, field: Field) -> bool:
    """Whether a default is validated as well."""
    return TRUE in (option(cls, field, "validate_default"), configured(cls, "validate_default"), configured(cls, "validate_all"))


def early(run: Core, value: Instance, field: Field, given: Value, *, default: bool) -> Value:
    """What the validators that come before the conversion make of a field."""
    return _by_validators(run, value, field, given, _EARLY, default)


def late(run: Core, value: Instance, field: Field, given: Value, *, default: bool) -> Value:
    """What those that come after it make of it."""
    return _by_validators(run, value, field, given, ("after",), default)


def _by_validators(run: Core, value: Instance, field: Field, given: Value, modes: tuple[str, ...], default: bool) -> Value:
    validated = not default or validates_default(value.cls, field)
    for remark in field.remarks if validated else ():
        kind = remark.path.rpartition(".")[2] if isinstance(remark, External) else ""
        mode = kind.removesuffix("Validator()").lower()
        if isinstance(remark, External) and kind.endswith("Validator()") and mode in modes and (function := remark.argument("func", 0)):
            given = _kept(given, run.call(function, Arguments([given, *_handler(mode), _information(run, value, field.name)])))
    for _, method, mark in marked(value.cls, "field_validator", "validator"):
        named = names_of(mark)
        if (field.name in named or "*" in named) and _mode(mark) in modes and (validated or mark.argument("always", 99) == TRUE):
            given = _validated(run, value, field, method, mark, given)
    return given


def _validated(run: Core, value: Instance, field: Field, method: Value, mark: External, given: Value) -> Value:
    named: dict[str, Value] = {}
    function = function_of(method)
    if function is not None and mark.path.endswith(".validator()"):
        known: dict[str, Value] = {
            "values": fields_so_far(run, value),
            "config": Unknown("the configuration of a model"),
            "field": External("pydantic.ModelField()", (("name", text(field.name)),)),
        }
        named = {parameter[0]: known[parameter[0]] for parameter in function.code[1] if parameter[0] in known}
    more = [*_handler(_mode(mark)), *([] if named else [_information(run, value, field.name)])]

    def validated(one: Value) -> Value:
        return _kept(one, run.call(of_class(method, value.cls), Arguments([one, *more], named)))

    return rebuilt(run, given, validated) if mark.argument("each_item", 99) == TRUE else validated(given)


def _kept(given: Value, result: Value) -> Value:
    """What a validator gives; where that is not known, what it was given may be what it gives."""
    kept = [choice for choice in choices(result) if not isinstance(choice, Unknown)]
    return result if len(kept) == len(choices(result)) else join(given, *kept)


def _handler(mode: str) -> list[Value]:
    return [_KEEP] if mode == "wrap" else []


def _information(run: Core, value: Instance, name: str) -> Value:
    """`info` of a validator."""
    return External(INFO, (("data", fields_so_far(run, value)), ("field_name", text(name))))
