"""What botocore and boto3 know of each service: operations, client methods, paginators, waiters, resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import boto3
import boto3.session
from boto3.resources import model as resource_model
from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader
from botocore.model import ServiceModel

Row = dict[str, Any]


class Sdk:
    """The installed SDK's data, service by service. `extra` is rules/sdk.toml: what is written by hand in boto3."""

    def __init__(self, extra: Mapping[str, Any]) -> None:
        session = boto3.session.Session()
        self._core: Loader = session._session.get_component("data_loader")
        self._extra = extra

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Names that `boto3.client` takes, sorted."""
        return tuple(sorted(self._core.list_available_services("service-2")))

    def model(self, service: str) -> ServiceModel:
        """botocore's model of one service."""
        return ServiceModel(self._core.load_service_model(service, "service-2"), service)

    def table(self, service: str) -> Row:
        """The compiled form of one service (see `access._service`)."""
        model = self.model(service)
        extra = self._extra.get("clients", {}).get(service, {})
        operations = {name: self.parameters(model, name) for name in model.operation_names}
        names = sorted(operations)
        return {
            "operations": [names, [" ".join(operations[name]) for name in names]],
            "methods": " ".join(xform_name(name) for name in names),
            "requests": {name: " ".join(row["parameters"]) for name, row in sorted(self.requests(service).items())},
            "paginators": sorted(self._optional(service, "paginators-1").get("pagination", {})),
            "waiters": self._waiters(service),
            "helpers": {name: _helper(row, extra) for name, row in extra.get("helpers", {}).items()},
            "silent": sorted({*self._extra["silent"], *extra.get("silent", ())}),
            "resources": self._resources(service, model),
        }

    def parameters(self, model: ServiceModel, operation: str) -> tuple[str, ...]:
        """Names of an operation's input parameters."""
        shape = model.operation_model(operation).input_shape
        return tuple(shape.members) if shape is not None else ()

    def requests(self, service: str) -> Mapping[str, Any]:
        """Operations that no SDK model has (signed HTTP, authentication tokens), from rules/sdk.toml."""
        found: Mapping[str, Any] = self._extra.get("requests", {}).get(service, {})
        return found

    def _optional(self, service: str, kind: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._core.load_service_model(service, kind)
        except (DataNotFoundError, UnknownServiceError):
            return {}
        return found

    def _waiters(self, service: str) -> dict[str, str]:
        waiters = self._optional(service, "waiters-2").get("waiters", {})
        return {xform_name(name): waiter["operation"] for name, waiter in waiters.items()}

    def _resources(self, service: str, model: ServiceModel) -> dict[str, Row]:
        data = self._optional(service, "resources-1")
        if not data:
            return {}
        waiters = self._optional(service, "waiters-2").get("waiters", {})
        build = _Resources(model, data["resources"], {name: row["operation"] for name, row in waiters.items()})
        out = {"ServiceResource": build.resource("ServiceResource", data["service"])}
        out |= {name: build.resource(name, definition) for name, definition in data["resources"].items()}
        return self._by_hand(service, out)

    def _by_hand(self, service: str, resources: dict[str, Row]) -> dict[str, Row]:
        """Add what boto3 injects into resource classes."""
        for name, extra in self._extra.get("resources", {}).get(service, {}).items():
            empty: Row = {"identifiers": [], "actions": {}, "references": {}, "collections": {}, "load": None, "attributes": ""}
            row = resources.setdefault(name, empty)
            row["identifiers"] = extra.get("identifiers", row["identifiers"])
            for method, action in extra.get("actions", {}).items():
                row["actions"][method] = _hand_action(action)
            if "load" in extra:
                row["load"] = row["actions"]["load"] = row["actions"]["reload"] = _hand_action(extra["load"])
        return resources


class _Resources:
    """boto3's resource definitions of one service, with the names that Python code sees."""

    def __init__(self, service: ServiceModel, definitions: Mapping[str, Any], waiters: Mapping[str, str]) -> None:
        self._service = service
        self._definitions = definitions
        self._waiters = waiters

    def resource(self, name: str, definition: Mapping[str, Any]) -> Row:
        """The compiled form of one resource type (see `decode._resource`)."""
        model: Any = _modelled(name, definition, self._definitions)
        shape = self._service.shape_for(model.shape) if model.shape else None
        model.load_rename_map(shape)
        load = self._action(model.load) if model.load else None
        actions = {action.name: self._action(action) for action in model.actions}
        actions |= {waiter.name: [[self._waiters[waiter.waiter_name]], _parameters(waiter.params), None] for waiter in model.waiters}
        if load is not None:
            actions |= {"load": load, "reload": load}
        aliases = {identifier.member_name: identifier.name for identifier in model.identifiers if identifier.member_name}
        return {
            "identifiers": [identifier.name for identifier in model.identifiers],
            "actions": actions,
            "references": {item.name: self._reference(item) for item in (*model.subresources, *model.references)},
            "collections": {item.name: self._collection(item) for item in model.collections},
            "load": load,
            "attributes": " ".join(sorted(set(model.get_attributes(shape)) - set(aliases))) if shape is not None else "",
            "aliases": aliases,
        }

    def _action(self, action: Any) -> list[Any]:
        return [[action.request.operation], _parameters(action.request.params), self._reference(action)]

    def _collection(self, item: Any) -> list[Any]:
        batch = {action.name: self._action(action) for action in item.resource.model.batch_actions}
        return [[[item.request.operation], _parameters(item.request.params), None], self._reference(item), batch]

    def _reference(self, action: Any) -> list[Any] | None:
        made = action.resource
        if made is None:
            return None
        identifiers = [_identifier(item) for item in made.identifiers]
        many = bool(made.path and "[]" in made.path) or any(name and "[" in name and how != "identifier" for _, how, name in identifiers)
        return [made.type, identifiers, many, *([True] if made.path else [])]


_modelled: Any = resource_model.ResourceModel
"""Without its annotations, which are stricter than the data files."""
_SOURCES = {"requestParameter": "request", "string": "literal"}


def _identifier(item: Any) -> list[Any]:
    """(identifier, source, name) of a resource that an action or attribute makes."""
    source = _SOURCES.get(item.source, item.source)
    named = xform_name(item.name) if source == "identifier" else item.value if source == "literal" else item.path
    return [xform_name(item.target), source, named]


def _parameters(parameters: Iterable[Any]) -> list[list[Any]]:
    """(target, source, value) of parameters that boto3 fills in itself; `[*]` is one item for each of a batch."""
    return [[p.target.replace("[*]", "[]"), _SOURCES.get(p.source, p.source), _filled(p)] for p in parameters]


def _filled(parameter: Any) -> Any:
    if parameter.source == "identifier":
        return xform_name(parameter.name)
    return parameter.value if parameter.value is not None else parameter.path


def _written(parameters: Mapping[str, str]) -> list[list[Any]]:
    """Parameters as rules/sdk.toml writes them: `Bucket = "argument:Bucket|1"`."""
    return [[target, *text.split(":", 1)] for target, text in parameters.items()]


def _calls(row: Mapping[str, Any]) -> list[Any]:
    return [[call["operation"], _written(call.get("parameters", {}))] for call in row["calls"]]


def _helper(row: Mapping[str, Any], extra: Mapping[str, Any]) -> list[Any]:
    return [_calls(row), row.get("source", extra.get("source", ""))]


def _hand_action(row: Mapping[str, Any]) -> list[Any]:
    returns = row.get("returns")
    made = [returns["type"], [list(item) for item in returns["identifiers"]], returns.get("many", False)] if returns else None
    if "calls" in row:
        return [[call["operation"] for call in row["calls"]], [], made, _helper(row, row)]
    return [row.get("operations", []), _written(row.get("parameters", {})), made]
