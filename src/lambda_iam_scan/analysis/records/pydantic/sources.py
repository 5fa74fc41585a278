"""Sources of settings that the program defines itself (`settings_customise_sources`), for instance from a parameter store."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.records.pydantic.validators import function_of
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Const,
    DictObject,
    FunctionObject,
    Instance,
    Unknown,
    Value,
    choices,
    elements,
    text,
)

_BUILT_IN = ("init_settings", "env_settings", "dotenv_settings", "file_secret_settings")
_CALLED = (Instance, FunctionObject, BoundMethod)


def from_sources(run: Core, cls: ClassObject) -> DictObject:
    """What all of them give together."""
    found = run.new_dict()
    for source in _sources(run, cls):
        for choice in choices(source):
            if isinstance(choice, _CALLED):
                run.merge_into(found, _read(run, cls, choice))
    return found


def _sources(run: Core, cls: ClassObject) -> list[Value]:
    owner, method = cls, function_of(find(cls, "settings_customise_sources"))
    if method is None and isinstance(config := find(cls, "Config"), ClassObject):
        owner, method = config, function_of(find(config, "customise_sources"))
    if method is None:
        return []
    known: dict[str, Value] = {"settings_cls": cls, **{name: Unknown(f"{name} of pydantic") for name in _BUILT_IN}}
    taken = {parameter[0]: known[parameter[0]] for parameter in method.code[1] if parameter[0] in known}
    return list(elements(run.iterate(run.call(BoundMethod(method, owner), Arguments([], taken)))))


def _read(run: Core, cls: ClassObject, source: Value) -> Value:
    """A source is a function of the settings, or an object that is called, or asked for one field after the other."""
    if not isinstance(source, Instance):
        return run.call(source, Arguments([Unknown("the settings")]))
    if find(source.cls, "__call__") is not None:
        return run.call(source, Arguments())
    found = run.new_dict()
    for field in cls.fields:
        given = run.call(run.attribute(source, "get_field_value"), Arguments([Unknown("a field"), text(field.name)]))
        value = run.item(given, Const(0))
        if value != NONE:
            run.put(found, text(field.name), value)
    return found
