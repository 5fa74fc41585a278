"""Settings: fields that no argument gives come from the environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import alternatives, last, parts
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.records.pydantic.conversion import LISTS, MAPPINGS
from lambda_iam_scan.analysis.records.pydantic.declared import Alias, aliases, configured, is_model, is_old, named, option
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    TRUE,
    Arguments,
    ClassObject,
    DictObject,
    External,
    Field,
    Str,
    Unknown,
    Value,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.analysis.values.strings import literals


def from_environment(run: Core, cls: ClassObject, field: Field, arguments: Arguments) -> Value:
    """A field's value as the environment has it; ABSENT where it may have none. `arguments` are those that the object is made with."""
    names = list(_variables(run, cls, field, arguments))
    exact = _option(cls, arguments, "case_sensitive") == TRUE
    parts = _parts(run, cls, field, arguments, names, exact)
    for alias in names:
        variable = _set(run, alias.name, exact)
        if variable is not None:
            return _merged(run, _read(run, variable, alias, field), parts)
    if parts is not None:
        return parts
    variable = _first(names, exact)
    if _other_sources(run, cls, arguments):
        return join(ABSENT, hole(f"environment variable {variable}"))
    found = run.call(External("os.environ.get"), Arguments([text(variable), _ABSENT]))
    return each(found, lambda value: ABSENT if value == _ABSENT else _parsed(run, value, field))


def unset(run: Core, cls: ClassObject, field: Field, arguments: Arguments) -> Value:
    """A field that has no default and that nothing known sets."""
    names = list(_variables(run, cls, field, arguments))
    return hole(f"environment variable {_first(names, _option(cls, arguments, 'case_sensitive') == TRUE)}")


def _first(names: list[Alias], exact: bool) -> str:
    return names[0].name if exact else names[0].name.upper()


def _merged(run: Core, value: Value, parts: DictObject | None) -> Value:
    """Variables of a model's fields come before the model's own."""
    if parts is None or not isinstance(value, DictObject):
        return value
    run.merge_into(value, parts)
    return value


_ABSENT = External("the default of a field")


def _option(cls: ClassObject, arguments: Arguments, name: str) -> Value | None:
    """An option, which an argument of that name with an underscore overrides."""
    return arguments.keywords.get(f"_{name}") or configured(cls, name)


def _variables(run: Core, cls: ClassObject, field: Field, arguments: Arguments) -> Iterator[Alias]:
    """Names of variables in the order they are looked for: a prefix is not put before names that a field says itself."""
    if is_old(cls):
        given = option(cls, field, "env")
        found = () if given is None else tuple(named(given))
    else:
        found = aliases(run, cls, field)
    prefixes = literals(_option(cls, arguments, "env_prefix") or NONE) or ("",)
    yield from found or (Alias(prefix + field.name) for prefix in prefixes)


def _set(run: Core, name: str, exact: bool) -> str | None:
    """A variable of this name that is set by the deployment or the program."""
    known: Iterable[str] = [*(key for path, key in run.external_state if path == "os.environ"), *(run.environment or ())]
    return next((key for key in known if key == name or (not exact and key.lower() == name.lower())), None)


def _read(run: Core, variable: str, alias: Alias, field: Field) -> Value:
    value = run.item(External("os.environ"), text(variable))
    if not alias.path:
        return each(value, lambda choice: _parsed(run, choice, field))
    value = run.call(External("json.loads"), Arguments([value]))
    for step in alias.path:
        value = run.item(value, step)
    return value


def _parsed(run: Core, value: Value, field: Field) -> Value:
    """What is not a single value is written as JSON."""
    if isinstance(value, Str) and _is_complex(run, field):
        return run.call(External("json.loads"), Arguments([value])) if value.literal is not None else Unknown(f"setting {value.text}")
    return value


def _is_complex(run: Core, field: Field) -> bool:
    return _model(run, field) is not None or any(last(node) in (*LISTS, *MAPPINGS) for node in _types(field))


def _types(field: Field) -> tuple[Node, ...]:
    if field.annotation is None:
        return ()
    plain = parts(field.annotation)[0] if last(field.annotation) == "Annotated" else field.annotation
    return alternatives(plain)


def _model(run: Core, field: Field) -> ClassObject | None:
    """The model that a field's type is."""
    for node in _types(field) if field.module is not None else ():
        named = run.resolved(node, field.module.scope) if node[0] in ("name", "attr") and field.module is not None else None
        if isinstance(named, ClassObject) and is_model(named):
            return named
    return None


def _parts(run: Core, cls: ClassObject, field: Field, arguments: Arguments, names: list[Alias], exact: bool) -> DictObject | None:
    """A model's fields from variables of their own (`DB__HOST`)."""
    delimiter = next(iter(literals(_option(cls, arguments, "env_nested_delimiter") or NONE)), None)
    model = None if delimiter is None else _model(run, field)
    found = run.new_dict()
    for alias in names if model is not None else ():
        for inner in model.fields if model is not None else ():
            variable = _set(run, f"{alias.name}{delimiter}{inner.name}", exact)
            if variable is not None:
                run.put(found, text(inner.name), _read(run, variable, Alias(variable), inner))
    return found if found.entries else None


def _other_sources(run: Core, cls: ClassObject, arguments: Arguments) -> bool:
    """Whether settings come from elsewhere, too: a file that is deployed with the code, secrets, sources of the program's own."""
    own_sources = any("settings_customise_sources" in parent.vars for parent in cls.order)
    if own_sources or (_option(cls, arguments, "secrets_dir") or NONE) != NONE:
        return True
    file = _option(cls, arguments, "env_file")
    if file is None or file == NONE:
        return False
    names = [alias.name for alias in named(file)]
    roots = ["", *run.program.roots]
    return not names or any(run.program.tree.is_file(f"{root}/{name}".lstrip("/")) for name in names for root in roots)
