"""What Lambda itself needs of an execution role: to write logs, to poll event sources, to serve the function's features.

A stage beside `mapping`: the facts are rows of rules/lambda/, whose grammar event_sources.toml explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, OneOf
from lambda_iam_scan.model.deployment import EventSource, Feature, Function
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token, TokenKind
from lambda_iam_scan.tables import Tables

_VARIABLE = re.compile(r"\$\{\s*([^}|]+?)\s*(?:\|\s*([a-z-]+)\s*)?\}")
_OWN = {str(token.name): Text.of(token) for token in (PARTITION, REGION, ACCOUNT)}
_UNKNOWN = Text.of(Hole("not known from the template"))
# Lambda's own requests come from outside the function: whether they carry its ARN is not documented for each.
_OUTSIDE = (("lambda:SourceFunctionArn", (Text.of(Hole("Lambda calls here, not the function's code")),)),)


def lambda_requirements(function: Function, tables: Tables) -> tuple[Requirement, ...]:
    """Needs of logging, then of event sources, then of features, each in order of declaration and rules.

    A row that depends on what is not known gives a need that is only possible; so does every row where it is not certain that an event
    source is the function's, and every row of every kind where its kind is not known. A feature of a kind that the rules do not know
    gives none.
    """
    found = [*_logging(function, tables)]
    for source in function.event_sources:
        found += _polling(source, tables)
    for feature in function.features:
        found += _feature(feature, function, tables)
    return _without_repetition(found)


def log_group_of(function: Function) -> Text:
    """Name of the log group that the function writes to."""
    return function.log_group if function.log_group is not None else Text.of("/aws/lambda/", function.name)


def _logging(function: Function, tables: Tables) -> Iterable[Requirement]:
    rules, group = tables.lambda_rules("logging"), log_group_of(function)
    values: dict[str, Argument] = {"group": group, **_flat(function.options)}
    rows = _Rows(rules, "logging", Source.LOGGING, function.location)
    return rows.requirements(values, "Lambda", f"the log group {group} with the execution role")


def _polling(source: EventSource, tables: Tables) -> Iterable[Requirement]:
    rules = tables.lambda_rules("event_sources")
    for kind in [source.kind] if source.kind in rules else [name for name, table in rules.items() if "label" in table]:
        for need in _polling_as(kind, source, rules):
            yield need if source.certain and kind == source.kind else _perhaps(need)


def _polling_as(kind: str, source: EventSource, rules: Mapping[str, Any]) -> Iterable[Requirement]:
    values: dict[str, Argument] = {"source": source.source, **_flat(source.options)}
    rows = _Rows(rules, kind, Source.EVENT_SOURCE, source.location)
    name = rules[kind]["label"]
    whom = f"the {name}" if source.source.unknown or not source.source.parts else f"the {name} {source.source}"
    return rows.requirements(values, "Lambda", f"{whom} with the execution role")


def _feature(feature: Feature, function: Function, tables: Tables) -> Iterable[Requirement]:
    rules = tables.lambda_rules("features")
    if feature.kind not in rules:
        return
    target: dict[str, Argument] = {} if feature.target is None else {"target": feature.target}
    values: dict[str, Argument] = {"function": function.arn, **target, **_flat(feature.options)}
    rows = _Rows(rules, feature.kind, Source.FEATURE, feature.location)
    for need in rows.requirements(values, rules[feature.kind]["who"], "with the execution role"):
        yield need if feature.certain else _perhaps(need)


def _perhaps(need: Requirement) -> Requirement:
    """The same where it is not certain that there is anything to need it."""
    return replace(need, need=Necessity.POSSIBLE, alternatives=())


def _flat(options: Fields, prefix: str = "") -> dict[str, Argument]:
    """Nested options under dotted names."""
    out: dict[str, Argument] = {}
    for key, value in options.entries:
        name = prefix + (key.literal or str(key))
        out[name] = value
        if isinstance(value, Fields):
            out.update(_flat(value, name + "."))
    return out


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one kind, its groups included."""

    rules: Mapping[str, Any]
    kind: str
    source: Source
    location: Location

    def requirements(self, values: Mapping[str, Argument], who: str, whom: str) -> Iterator[Requirement]:
        """A requirement for each row that applies; `who` and `whom` complete the sentence that says why."""
        for row, url in self._rows():
            for bound in _bindings(row.get("each"), values):
                need = _necessity(row, bound)
                if need is None:
                    continue
                alternatives = tuple(row.get("any", ()))
                for action in alternatives or (row["action"],):
                    yield Requirement(
                        action=action,
                        resources=_resources(row["on"], bound),
                        source=self.source,
                        need=need,
                        context=_OUTSIDE if who == "Lambda" else (),
                        reason=f"{who} {_filled(row['for'], bound)} {whom}",
                        rule=url,
                        location=self.location,
                        alternatives=alternatives,
                    )

    def _rows(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        own = self.rules[self.kind]
        for table in (own, *(self.rules["groups"][name] for name in own.get("use", ()))):
            for row in table.get("needs", ()):
                name = row.get("source", table.get("source", own["source"]))
                yield row, self.rules.get("sources", {}).get(name, name)


def _bindings(each: str | None, values: Mapping[str, Argument]) -> Iterator[Mapping[str, Argument]]:
    """The variables; with `each`, those of every entry of the list beside them."""
    if each is None:
        yield values
        return
    items = values.get(each)
    for item in items.values if isinstance(items, Items) else ():
        if isinstance(item, Fields):
            yield {**values, **_flat(item)}


def _necessity(row: Mapping[str, Any], values: Mapping[str, Argument]) -> Necessity | None:
    """How sure the row's need is; None when it does not apply."""
    wanted = [_matches(values.get(name), pattern) for name, pattern in row.get("when", {}).items()]
    excluded = [_matches(values.get(name), pattern).negated() for name, pattern in row.get("unless", {}).items()]
    applies = min((*wanted, *excluded), default=Truth.YES)
    if not applies:
        return None
    # Of several acceptable actions each by itself is only possible: the check sees to it that one is there.
    sure = applies is Truth.YES and row.get("need") != "possible" and "any" not in row
    if row.get("any") and applies is Truth.MAYBE:
        return None
    return Necessity.ALWAYS if sure else Necessity.POSSIBLE


def _matches(value: Argument | None, pattern: str) -> Truth:
    texts = _texts(value)
    if not texts:
        return Truth.NO
    if pattern == "*":
        return Truth.YES
    found = {_relation(pattern, text) for text in texts}
    return found.pop() if len(found) == 1 else Truth.MAYBE


def _relation(pattern: str, text: Text) -> Truth:
    # The id of a resource of the template (a key's, say) has no slash, so it is no alias of AWS's own.
    if "/" in pattern and all(isinstance(part, Token) and part.kind is TokenKind.RESOURCE and "." not in part.name for part in text.parts):
        return Truth.NO
    return compiled(pieces(Text.of(pattern), variables=False)).relation(text)


def _texts(value: Argument | None) -> tuple[Text, ...]:
    """The strings that an option may be; none when it is absent or no string."""
    if isinstance(value, Text):
        return (value,)
    if isinstance(value, OneOf):
        return tuple(text for choice in value.choices for text in _texts(choice))
    if isinstance(value, Constant):
        return () if value.value is None else (Text.of(str(value.value).lower()),)
    return () if value is None or isinstance(value, Fields | Items) else (_UNKNOWN,)


def _resources(on: str, values: Mapping[str, Argument]) -> tuple[Text, ...]:
    """The resources that `on` stands for: several when a variable has several values."""
    if on == "*":
        return (Text.of("*"),)
    out: list[tuple[Part | Text, ...]] = [()]
    at = 0
    for match in _VARIABLE.finditer(on):
        choices = [_converted(text, match[2]) for text in _value(match[1], values)]
        out = [(*parts, *_holes(on[at : match.start()]), choice) for parts in out for choice in choices]
        at = match.end()
    return tuple(dict.fromkeys(Text.of(*parts, *_holes(on[at:])) for parts in out))


def _filled(phrase: str, values: Mapping[str, Argument]) -> str:
    return _VARIABLE.sub(lambda match: " or ".join(str(text) for text in _value(match[1], values)), phrase)


def _holes(literal: str) -> Iterator[Part]:
    first, *rest = literal.split("*")
    yield first
    for piece in rest:
        yield Hole("any of them")
        yield piece


def _value(name: str, values: Mapping[str, Argument]) -> tuple[Text, ...]:
    own = _OWN.get(name)
    return (own,) if own is not None else _texts(values.get(name)) or (_UNKNOWN,)


def _converted(text: Text, converter: str | None) -> Text:
    return text if converter is None else _CONVERTERS[converter](text)


def _key_arn(text: Text) -> Text:
    """A key's ARN, from it or from a key id. What an alias stands for is not known."""
    start = text.parts[0] if text.parts and isinstance(text.parts[0], str) else ""
    alias = start.startswith("alias/") or any(isinstance(part, str) and ":alias/" in part for part in text.parts)
    if start.startswith("arn:") and not alias:
        return text
    name = Text.of(Hole("the key behind an alias")) if alias or text.unknown else text
    return Text.of("arn:", PARTITION, ":kms:", REGION, ":", ACCOUNT, ":key/", name)


def _before(text: Text, mark: str) -> Text:
    """The text up to a mark in one of its literal parts; all of it when there is none."""
    kept: list[Part] = []
    for part in text.parts:
        if isinstance(part, str) and mark in part:
            return Text.of(*kept, part.partition(mark)[0])
        kept.append(part)
    return text


def _schemas(registry: Text) -> Text:
    """All schemas of a Glue schema registry."""
    parts = [part.replace(":registry/", ":schema/") if isinstance(part, str) else part for part in registry.parts]
    return Text.of(*parts, "/", Hole("any schema"))


_CONVERTERS = {
    "key": _key_arn,
    "stream": lambda text: _before(text, "/consumer/"),
    "file-system": lambda text: _before(text, "/access-point/"),
    "schemas": _schemas,
}


def _without_repetition(found: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """One requirement for each need at a place: a sure one makes the same, only possible, superfluous."""
    kept: dict[tuple[object, ...], Requirement] = {}
    for need in found:
        key = (need.action, need.resources, need.source, need.location)
        known = kept.get(key)
        if known is None:
            kept[key] = need
        elif known.need is Necessity.POSSIBLE and need.need is Necessity.ALWAYS:
            kept[key] = replace(need, alternatives=known.alternatives)
        elif need.alternatives and not known.alternatives:
            kept[key] = replace(known, alternatives=need.alternatives)
    return tuple(kept.values())
