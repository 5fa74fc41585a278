"""What the author of a SAM template wrote, by the names that the translator will give to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.iam import PolicyKind
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.readers._extract import Origin
from lambda_iam_scan.readers._extract.context import Entry
from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import Map, entry_location, location_of

_UNMADE = "SAM's translator could not make this role"
_WITH_POLICIES = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


def origin_of(template: Map, incomplete: frozenset[str]) -> Origin:
    """Policies and places of a template before translation. `incomplete`: roles of resources that could not be expanded."""
    resources = template["Resources"]
    entries: dict[tuple[str, str], Entry] = {}
    places: dict[str, Location] = {}
    routes: dict[tuple[str, str], Location] = {}
    for logical_id, resource in resources.items():
        place = entry_location(resources, logical_id, template.location)
        places[str(logical_id)] = place
        if not isinstance(resource, Map):
            continue
        entries.update(_entries(str(logical_id), resource))
        for section in (resource.get("Connectors"), _properties(resource).get("Events")):
            for name, event in section.items() if isinstance(section, Map) else ():
                places[f"{logical_id}{name}"] = entry_location(section, name, place)
                routes.update(_route(event, places[f"{logical_id}{name}"]))
    return Origin(entries=entries, places=places, routes=routes, incomplete=dict.fromkeys(sorted(incomplete), _UNMADE), translated=True)


def _entries(logical_id: str, resource: Map) -> Iterator[tuple[tuple[str, str], Entry]]:
    """The translator names the role `<id>Role` and its policies `<id>RolePolicy<index>`."""
    if resource.get("Type") not in _WITH_POLICIES:
        return
    policies = _properties(resource).get("Policies")
    role = f"{logical_id}Role"
    for index, node in enumerate(policies if isinstance(policies, list) else [policies]):
        template = _policy_template(node)
        name = f"{role}Policy{index}"
        place = location_of(node, resource.location)
        if template is not None:
            yield (role, name), Entry(PolicyKind.SAM_TEMPLATE, template, place)
        elif isinstance(node, Map) and not isinstance(node.get("Ref"), str):
            yield (role, name), Entry(PolicyKind.INLINE, name, place)


def _policy_template(node: Any) -> str | None:
    """Name of the SAM policy template that an entry is, also inside a condition."""
    if not isinstance(node, Mapping) or len(node) != 1:
        return None
    ((name, operand),) = node.items()
    if name == "Fn::If" and isinstance(operand, list):
        return next((found for branch in operand[1:] if (found := _policy_template(branch))), None)
    return str(name) if not is_call(node) and name != "Statement" else None


def _route(event: Any, place: Location) -> Iterator[tuple[tuple[str, str], Location]]:
    properties = _properties(event)
    if isinstance(event, Map) and event.get("Type") in ("Api", "HttpApi"):
        method, path = properties.get("Method", "any"), properties.get("Path", "$default")
        if isinstance(method, str) and isinstance(path, str):
            yield (method.lower().replace("x-amazon-apigateway-any-method", "any"), str(path).lstrip("/")), place


def _properties(resource: Any) -> Mapping[str, Any]:
    found = resource.get("Properties") if isinstance(resource, Mapping) else None
    return found if isinstance(found, Mapping) else {}
