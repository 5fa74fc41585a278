"""What a model declares: its configuration, and the names that its fields are given by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import alternatives, last, parts
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.values.kinds import (
    TRUE,
    Arguments,
    ClassObject,
    Const,
    DictObject,
    External,
    Field,
    ListObject,
    Str,
    TupleValue,
    Value,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.text import Text

_PACKAGES = ("pydantic.", "pydantic_settings.", "sqlmodel.", "aws_lambda_powertools.utilities.parser.")
_GENERATORS = ("to_camel", "to_pascal", "to_snake")


def is_model(cls: ClassObject) -> bool:
    """Whether a class derives from one of pydantic's, or of a package whose models are pydantic's."""
    bases = [base for base in cls.external if base.startswith(_PACKAGES) or ".pydantic_v1." in base]
    return any(not base.endswith("Source") for base in bases)


def is_settings(cls: ClassObject) -> bool:
    """Whether objects of a class read the environment."""
    return is_model(cls) and any(base.endswith(".BaseSettings") for base in cls.external)


def is_old(cls: ClassObject) -> bool:
    """Whether settings are those of pydantic 1, which had them in the package itself."""
    return any(base.startswith("pydantic.") for base in cls.external)


def configured(cls: ClassObject, name: str) -> Value | None:
    """An option as the nearest `model_config` or `class Config` that has it says."""
    for parent in cls.order:
        config = parent.vars.get("model_config") or parent.vars.get("Config")
        found: Value | None = None
        if isinstance(config, External):
            found = config.argument(name, 99)
        elif isinstance(config, DictObject):
            found = config.entries.get(Text.of(name))
        elif isinstance(config, ClassObject):
            found = next((base.vars[name] for base in config.order if name in base.vars), None)
        if found is not None:
            return found
    return None


# ---------------------------------------------------------------- fields


def remarks(run: Core, cls: ClassObject, annotation: Node | None) -> tuple[Value, ...]:
    """What `Annotated` says beside a field's type, where it is written or under the name that the type has."""
    return tuple(_remarks(run, cls, annotation)) if annotation is not None else ()


def _remarks(run: Core, cls: ClassObject, annotation: Node) -> Iterator[Value]:
    for node in alternatives(annotation):
        if node[0] == "index" and last(node) == "Annotated":
            yield from _remarks(run, cls, parts(node)[0])
            yield from (run.evaluate(part) for part in parts(node)[1:])
        elif node[0] in ("name", "attr"):
            named = run.resolved(node, cls.module.scope)
            if isinstance(named, External) and named.path == "typing.Annotated":
                yield from (value for key, value in named.args if key != "0")


def option(cls: ClassObject, field: Field, name: str) -> Value | None:
    """What `Field(...)`, as default or within `Annotated`, says of a field, else what `fields` of the configuration does."""
    for described in (field.default, *field.remarks):
        if isinstance(described, External) and described.path.endswith((".Field()", ".PrivateAttr()")):
            found = described.argument(name, 99)
            if found is not None:
                return found
    listed = configured(cls, "fields")
    found = listed.entries.get(Text.of(field.name)) if isinstance(listed, DictObject) else None
    if isinstance(found, DictObject):
        return found.entries.get(Text.of(name))
    return found if name == "alias" else None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name in the data, and the way from what stands there to the value (`AliasPath`)."""

    name: str
    path: tuple[Value, ...] = ()


def aliases(run: Core, cls: ClassObject, field: Field) -> tuple[Alias, ...]:
    """Names that a field is given by instead of its own, in the order they are looked for."""
    given = option(cls, field, "validation_alias") or option(cls, field, "alias")
    if given is not None:
        return tuple(named(given))
    generator = configured(cls, "alias_generator")
    if isinstance(generator, External):
        form = generator.path.rpartition(".")[2]
        return (Alias(_generated(form, field.name)),) if form in _GENERATORS else ()
    return () if generator is None else tuple(named(run.call(generator, Arguments([text(field.name)]))))


def named(value: Value) -> Iterator[Alias]:
    """The names in a string, a list of strings, `AliasPath` or `AliasChoices`."""
    if isinstance(value, (ListObject, TupleValue)):
        for item in elements(value):
            yield from named(item)
    elif isinstance(value, External) and value.path.endswith(".AliasChoices()"):
        for _, item in value.args:
            yield from named(item)
    elif isinstance(value, External) and value.path.endswith(".AliasPath()"):
        path = [item for key, item in value.args if key.isdigit()]
        if path and isinstance(path[0], Str) and path[0].literal is not None:
            yield Alias(path[0].literal, tuple(path[1:]))
    else:
        yield from (Alias(name) for name in literals(value))


def keywords(run: Core, cls: ClassObject, field: Field) -> tuple[Alias, ...]:
    """Every name that a field can be given by, its own last."""
    own = Alias(field.name)
    found = aliases(run, cls, field)
    required = field.default is None or field.default == Const(...)
    by_name = any(configured(cls, name) == TRUE for name in _BY_NAME)
    return (*found, own) if not found or required or by_name else found


_BY_NAME = ("populate_by_name", "allow_population_by_field_name", "validate_by_name")


def _generated(form: str, name: str) -> str:
    """A name as pydantic's own generators write it."""
    if form == "to_snake":
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    words = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    return words if form == "to_pascal" else words[:1].lower() + words[1:]
