"""Values as text: `str`, `repr` and `format`, in f-strings, templates and `%`. Objects of the user's are asked as Python asks them.

Source: the Python language reference, object.__str__, object.__repr__, object.__format__; the library reference, string.
"""

from __future__ import annotations

import re

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.enums import is_plain
from lambda_iam_scan.analysis.values.contents import TEXTS
from lambda_iam_scan.analysis.values.inheritance import is_enum, record_of
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Const,
    DictObject,
    Instance,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.lattice import pattern
from lambda_iam_scan.analysis.values.strings import as_text, string, why
from lambda_iam_scan.model.text import Hole, Text, Token

_MAX_PARTS = 64
_FORMATTED = Text.of(Hole("formatted value"))


def shown(run: Core, value: Value) -> Text:
    """`str(value)` of a single value."""
    if isinstance(value, Instance):
        return _shown_object(run, value)
    if isinstance(value, (ListObject, TupleValue, DictObject)):
        represent(run, value)
    return as_text(value)


def _shown_object(run: Core, value: Instance) -> Text:
    for name in ("__str__", "__repr__"):
        if (answer := run.special(value, name)) is not None:
            return as_text(answer)
    if is_enum(value.cls) and is_plain(value.cls) and "name" in value.attrs:
        return Text.of(f"{value.cls.name}.", as_text(value.attrs["name"]))
    if is_enum(value.cls) or any(base in TEXTS for base in value.cls.external):
        return as_text(value.attrs.get("value", Unknown(f"an object of {value.cls.name}")))
    represent(run, value)
    method = run.attribute(value, "__str__")
    return Text.of(Hole(f"an object of {value.cls.name}")) if isinstance(method, Unknown) else as_text(run.call(method, Arguments()))


def represent(run: Core, value: Value) -> Text:
    """`repr(value)`, which asks the objects within containers and dataclasses, too."""
    if isinstance(value, Instance) and (answer := run.special(value, "__repr__")) is not None:
        return as_text(answer)
    _ask_parts(run, value)
    if isinstance(value, Const) or (isinstance(value, Str) and value.literal is not None):
        return Text.of(repr(value.value if isinstance(value, Const) else value.literal))
    return Text.of(Hole(why(value)))


def _ask_parts(run: Core, value: Value) -> None:
    """Ask each object within once; of a large structure the parts nearest to the outside."""
    if not run.own_texts:
        return
    pending, seen = [value], {id(value)}
    for outer in pending:
        for item in _parts(outer):
            for choice in choices(item):
                if not isinstance(choice, _WITH_PARTS) or id(choice) in seen or len(pending) >= _MAX_PARTS:
                    continue
                seen.add(id(choice))
                if not isinstance(choice, Instance) or run.special(choice, "__repr__") is None:
                    pending.append(choice)


def _parts(value: Value) -> list[Value]:
    if isinstance(value, Instance):
        record = record_of(value.cls)
        return [] if record is None else [value.attrs[field.name] for field in record.fields if field.name in value.attrs]
    if isinstance(value, DictObject):
        return [*value.entries.values(), *([] if value.rest is None else [value.rest])]
    return list(elements(value)) if isinstance(value, (ListObject, TupleValue)) else []


_WITH_PARTS = (Instance, ListObject, TupleValue, DictObject)


def formatted(run: Core, value: Value, conversion: str | None, spec: Text) -> Text:
    """`f"{value!conversion:spec}"` of a single value; the conversion `=` stands for an expression's text and `repr`."""
    if type(value) is Str and conversion is None and not spec.parts:
        return value.text
    if conversion == "=":
        represent(run, value)
        return _FORMATTED
    if conversion in ("r", "a"):
        value = Str(represent(run, value))
    elif conversion == "s":
        value = Str(shown(run, value))
    if isinstance(value, Instance) and (answer := run.special(value, "__format__", Str(spec))) is not None:
        return as_text(answer)
    if not spec.parts:
        return shown(run, value)
    if isinstance(value, Instance):
        value = Str(shown(run, value))
    known = value.value if isinstance(value, Const) else value.literal if isinstance(value, Str) else None
    if known is None or spec.literal is None:
        return _FORMATTED
    try:
        return Text.of(format(known, spec.literal))
    except (ValueError, TypeError, OverflowError, MemoryError):
        return _FORMATTED


_PERCENT = re.compile(r"%(?:\((\w+)\))?([-#0 +]*\d*(?:\.\d+)?)([sdifrxXeEgGca%])")


def modulo(run: Core, form: Str, values: Value) -> Value:
    """`form % values`."""
    if form.literal is None:
        return Str(Text.of(Hole(why(values))))
    parts: list[str | Hole | Text] = []
    end = count = 0
    for match in _PERCENT.finditer(form.literal):
        parts.append(form.literal[end : match.start()])
        end = match.end()
        kind = match.group(3)
        if kind == "%":
            parts.append("%")
            continue
        value = _operand(values, match.group(1), count)
        count += 1
        shape = represent(run, value) if kind in "ra" else shown(run, value)
        parts.append(shape if match.group(2) == "" and kind in "sdira" else _FORMATTED)
    return string(Text.of(*parts, form.literal[end:]))


def _operand(values: Value, name: str | None, position: int) -> Value:
    if name is not None:
        found = values.entries.get(Text((name,))) if isinstance(values, DictObject) else None
        return Unknown(why(values)) if found is None else found
    if isinstance(values, TupleValue):
        return values.items[position] if position < len(values.items) else Unknown("missing value")
    return values if position == 0 else Unknown("missing value")


_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{\w*\})*))?\}")
_STEP = re.compile(r"\.(\w+)|\[([^\]]*)\]")


def filled(run: Core, form: Str, positional: list[Value], keywords: dict[str, Value]) -> Value:
    """`form.format(*positional, **keywords)`; holes in the form stay."""
    parts: list[str | Hole | Token | Text] = []
    count = 0
    for part in form.text.parts:
        if not isinstance(part, str):
            parts.append(part)
            continue
        end = 0
        for match in _FIELD.finditer(part):
            parts.append(part[end : match.start()])
            end = match.end()
            if match.group() in ("{{", "}}"):
                parts.append(match.group()[0])
                continue
            name = match.group(1)
            if not name:
                name, count = str(count), count + 1
            parts.append(_replacement(run, name, match, positional, keywords))
        parts.append(part[end:])
    return string(Text.of(*parts))


def _replacement(run: Core, name: str, match: re.Match[str], positional: list[Value], keywords: dict[str, Value]) -> Text:
    value = keywords.get(name)
    if value is None and name.isdigit() and int(name) < len(positional):
        value = positional[int(name)]
    if value is None:
        return _FORMATTED
    for attribute, index in _STEP.findall(match.group(2) or ""):
        value = run.attribute(value, attribute) if attribute else run.item(value, Const(int(index)) if index.isdecimal() else text(index))
    spec = match.group(4) or ""
    texts = [formatted(run, choice, match.group(3), _FORMATTED if "{" in spec else Text.of(spec)) for choice in choices(value)]
    return texts[0] if len(texts) == 1 else pattern(texts)
