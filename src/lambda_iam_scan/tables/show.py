"""The service-action table for people: what `rules show` prints."""

from __future__ import annotations

import re
from typing import Any

from lambda_iam_scan.tables.access import Tables
from lambda_iam_scan.tables.types import Need, Place, Target

_VARIABLE = re.compile(r"\$\{([\w.]+)\}")
_OWN = {"Partition", "Region", "Account"}


def shown(tables: Tables, service: str, operation: str) -> dict[str, Any]:
    """`{"service", "operation", "needs": [...]}`; `needs` is null when the table does not know the operation."""
    needs = tables.needs(service, operation)
    return {"service": service, "operation": operation, "needs": None if needs is None else [_need(need) for need in needs]}


def _need(need: Need) -> dict[str, Any]:
    when = f"not ({need.text})" if need.need == "unless" else need.text
    row: dict[str, Any] = {"action": need.action, "need": "when" if need.need == "unless" else need.need, "when": when or None}
    row["resources"] = list(dict.fromkeys(text for group in need.on for target in group for text in resource(target)))
    row["source"] = need.source
    if need.via:
        row["via"] = need.via
    if need.passed_to:
        row["passed_to"] = list(need.passed_to)
    if need.instead:
        row["instead"] = True
    if need.note:
        row["note"] = need.note
    return row


def resource(target: Target) -> list[str]:
    """ARNs with the parameters that fill them: `arn:${Partition}:s3:::${Bucket}/${Key}`; `*` for what no parameter tells.

    One for each parameter that may name the resource.
    """
    if target.arn in (None, "?"):
        return [_place(place) for place in target.bind.get("", ())] or ["*"]
    return list(dict.fromkeys(text for form in (target.arn or "*").split(" | ") for text in _form(form, target)))


def _form(arn: str, target: Target) -> list[str]:
    last = (_VARIABLE.findall(arn) or [""])[-1]
    return [_filled(arn, last, place, target) for place in target.bind.get(last, (None,))]


def _filled(arn: str, last: str, place: Place | None, target: Target) -> str:
    """The format with one place for its last variable; a parameter that takes an ARN stands for all of it."""
    if place is not None and place.path and place.path[-1].lower().endswith("arn"):
        return _place(place)

    def variable(match: re.Match[str]) -> str:
        name = match.group(1)
        found = place if name == last else next(iter(target.bind.get(name, ())), None)
        return _place(found) if found is not None else f"${{{name}}}" if name in _OWN else "*"

    return _VARIABLE.sub(variable, arn)


def _place(place: Place) -> str:
    if place.literal is not None:
        return place.literal
    path = ".".join(place.path).replace(".[]", "[]").replace(".{}", "{}").replace(".{*}", "{*}")
    return f"${{{path} | {place.converter}}}" if place.converter else f"${{{path}}}"


def as_text(row: dict[str, Any]) -> str:
    """One operation, a few lines a row."""
    lines = [f"{row['service']} {row['operation']}"]
    if row["needs"] is None:
        return f"{lines[0]}\n  not known: no list of IAM actions has it"
    if not row["needs"]:
        return f"{lines[0]}\n  needs no permission"
    for need in row["needs"]:
        when = f" {need['when']}" if need["need"] == "when" else f", when {need['when']}" if need["when"] else ""
        remarks = [*([need["via"]] if "via" in need else []), *(["instead of all others"] if "instead" in need else [])]
        lines.append(f"  {need['action']}  {need['need']}{when}" + "".join(f"  ({remark})" for remark in remarks))
        lines += [f"      on {text}" for text in need["resources"]]
        if "passed_to" in need:
            lines.append(f"      passed to {', '.join(need['passed_to'])}")
        if "note" in need:
            lines.append(f"      {need['note']}")
        lines.append(f"      {need['source']}")
    return "\n".join(lines)
