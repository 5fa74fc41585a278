"""The ARNs of the resources that one need of one call concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from lambda_iam_scan.mapping.conditions import at
from lambda_iam_scan.mapping.texts import is_arn, one_of, opaque
from lambda_iam_scan.mapping.values import Found, Value, Whole, one, text, with_arguments
from lambda_iam_scan.model.code import Argument, Items, OneOf, SdkCall
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token
from lambda_iam_scan.tables.types import Need, Place, Target
from lambda_iam_scan.templates.texts import merge

MAX_RESOURCES = 64
"""More ARNs of one need than this become one with a hole."""
NOT_TOLD = Text.of(Hole("no argument says which resource"))
_FORMAT = re.compile(r"\$\{([\w.]+)\}|(\*)")
_OWN: dict[str, Part] = {"Partition": PARTITION, "Region": REGION, "Account": ACCOUNT}


def resources(need: Need, call: SdkCall) -> tuple[Text, ...]:
    """The resources of one need, in order, without repetition; never empty."""
    found = [text for group in need.on for text in _group(group, call)]
    out = distinct(found) or (NOT_TOLD,)
    return out if len(out) <= MAX_RESOURCES else (merge(out, "one of many"),)


def distinct(texts: Iterable[Text]) -> tuple[Text, ...]:
    """Texts without repetition; why a part is unknown makes no difference."""
    return tuple({tuple(None if isinstance(part, Hole) else part for part in text.parts): text for text in texts}.values())


def _group(group: tuple[Target, ...], call: SdkCall) -> tuple[Text, ...]:
    """ARNs of the first alternative that is given; of the last when none is; one for both when it is not known which."""
    doubtful: list[Text] = []
    for target in group[:-1]:
        places = [_first(binding, call) for binding in target.bind.values()]
        if all(found.given for found in places):
            return _target(target, call) if not doubtful else (one_of([*doubtful, *_target(target, call)], "one of several types"),)
        if not any(found.absent for found in places):
            doubtful += _target(target, call)
    rest = _target(group[-1], call)
    return (one_of([*doubtful, *rest], "one of several types"),) if doubtful and rest else rest


def _first(binding: tuple[Place, ...], call: SdkCall) -> Found:
    """What the first place that is given holds. While an earlier one may be given too, nothing is certain."""
    values: list[Value] = []
    more = False
    for place in binding:
        found = one(_literal(place.literal)) if place.literal is not None else at((place.path, place.converter), call)
        marked = tuple(_as_named(value, place) for value in found.values)
        if found.given:
            return Found(tuple(values) if more else (*values, *marked), given=True, more=more or found.more)
        values += marked
        more = more or found.more
    return Found(tuple(values), more=more)


def _literal(written: str) -> Text:
    """A rule's own string, in which `*` is unknown."""
    parts: list[Part] = []
    for piece in written.split("*"):
        parts += [Hole("no argument says"), piece]
    return Text.of(*parts[1:])


def _as_named(value: Value, place: Place) -> Value:
    """A value as a name, or as the ARN that it is: by its looks, or by the parameter's name when nothing shows of it."""
    if isinstance(value, Whole):
        return value
    name = text(value)
    if name is None:
        return value
    if is_arn(name) or (opaque(name) and not name.unknown and (_takes_arn(place) or _called_arn(name))):
        return Whole(name)
    return name


def _called_arn(name: Text) -> bool:
    """Whether it is a template parameter that says of itself that it is an ARN (`KeyArn`)."""
    first = name.parts[0] if len(name.parts) == 1 else None
    return isinstance(first, Token) and first.name.lower().endswith("arn")


def _takes_arn(place: Place) -> bool:
    names = [step for step in place.path if step[0] not in "[{"]
    return bool(names) and names[-1].lower().endswith(("arn", "arns"))


def _target(target: Target, call: SdkCall) -> tuple[Text, ...]:
    if target.arn == "*":
        return (Text.of("*"),)
    if target.arn in (None, "?"):
        return _whole(target, call)
    variants = [(variant, _bound(target, variant)) for variant in _variants(target, call)]
    told = [(variant, found) for variant, found in variants if not all(item.absent for item in found.values())]
    out = [text for variant, found in told or variants[:1] for text in _rendered(target, found, variant)]
    return tuple(dict.fromkeys(out))


def _bound(target: Target, call: SdkCall) -> dict[str, Found]:
    return {name: _first(binding, call) for name, binding in target.bind.items()}


def _whole(target: Target, call: SdkCall) -> tuple[Text, ...]:
    """Arguments that are ARNs themselves. A role may be given by name."""
    out: list[Text] = []
    more = not target.bind
    for place in target.bind.get("", ()):
        found = at((place.path, place.converter), call)
        more = more or found.more
        for value in found.values:
            name = value.arn if isinstance(value, Whole) else text(value)
            known = name is not None and (is_arn(name) or opaque(name) or isinstance(value, Whole))
            out.append(name if known and name is not None else NOT_TOLD)
    if not out:
        return () if target.optional and not more else (NOT_TOLD,)
    return tuple(dict.fromkeys([*out, *([NOT_TOLD] if more and target.bind else [])]))


def _variants(target: Target, call: SdkCall) -> Iterator[SdkCall]:
    """The call once for each choice and list item that several variables share: they belong together."""
    roots: dict[str, int] = {}
    for binding in target.bind.values():
        for root in {place.path[0] for place in binding if place.path}:
            roots[root] = roots.get(root, 0) + 1
    lists = {place.path[0] for binding in target.bind.values() for place in binding if place.path[1:2] == ("[]",)}
    options = {root: _options(call.arguments.get(root)) for root, uses in sorted(roots.items()) if uses > 1 or root in lists}
    options = {root: choices for root, choices in options.items() if len(choices) > 1}
    total = 1
    for choices in options.values():
        total *= len(choices)
    if not options or total > MAX_RESOURCES:
        yield call
        return
    for choice in product(*options.values()):
        yield with_arguments(call, dict(zip(options, choice, strict=True)))


def _options(argument: Argument | None) -> Sequence[Argument]:
    if isinstance(argument, OneOf):
        return list(argument.choices)
    if isinstance(argument, Items) and argument.values:
        return [Items((item,)) for item in argument.values] + ([Items((), open=True)] if argument.open else [])
    return []


def _rendered(target: Target, found: Mapping[str, Found], call: SdkCall) -> list[Text]:
    if target.optional and not any(item.values for item in found.values()):
        return []
    choices = {name: _choices(item) for name, item in found.items()}
    total = 1
    for values in choices.values():
        total *= len(values)
    if total > MAX_RESOURCES:
        choices = {name: [merge([v.arn if isinstance(v, Whole) else v for v in values], "one of many")] for name, values in choices.items()}
    return [_filled(target.arn or "", dict(zip(choices, choice, strict=True)), call) for choice in product(*choices.values())]


def _choices(found: Found) -> list[Text | Whole]:
    """What a variable may be: the values known, and a hole when there may be others or none is a string."""
    known: list[Text | Whole] = []
    for value in found.values:
        name = value if isinstance(value, Whole) else text(value)
        known.append(name if name is not None and (isinstance(name, Whole) or name.parts) else NOT_TOLD)
    if found.more or not known:
        known.append(NOT_TOLD)
    unknown = [value for value in known if isinstance(value, Text) and value.unknown]
    certain = [value for value in known if value not in unknown]
    return list(dict.fromkeys(certain)) + unknown[:1]


def _filled(arn: str, values: Mapping[str, Text | Whole], call: SdkCall) -> Text:
    """A format with its variables; of several forms, that of which nothing tells which it is."""
    return one_of([_form(form, values, call) for form in arn.split(" | ")], "one of several types")


def _form(arn: str, values: Mapping[str, Text | Whole], call: SdkCall) -> Text:
    """One form of a format. An ARN given for one replaces the format up to it; what follows stays."""
    parts: list[Part | Text] = []
    at_end = 0
    for match in _FORMAT.finditer(arn):
        parts.append(arn[at_end : match.start()])
        at_end = match.end()
        name = match.group(1)
        value = values.get(name) if name else None
        if isinstance(value, Whole):
            parts = [value.arn, *_below_access_point(value.arn, arn[at_end:])]
            continue
        parts.append(value if value is not None else _own(name, call) if name in _OWN else Hole("no argument says"))
    return Text.of(*parts, arn[at_end:])


def _below_access_point(arn: Text, rest: str) -> list[Part]:
    """Objects of an S3 access point have `/object/` between its ARN and their key."""
    inside = any(isinstance(part, str) and ":accesspoint/" in part for part in arn.parts)
    return ["/object"] if inside and rest.startswith("/") else []


def _own(name: str, call: SdkCall) -> Part | Text:
    """Partition, region or account: the deployment's own, or what the client's `region_name` says."""
    literal = call.region.literal if call.region is not None else None
    if name == "Region" and call.region is not None:
        return call.region
    if name == "Partition" and literal is not None and literal.startswith(("cn-", "us-gov-")):
        return "aws-cn" if literal.startswith("cn-") else "aws-us-gov"
    return _OWN[name]
