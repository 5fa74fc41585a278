"""A CloudFormation template, or what a translator made into one, as a `Deployment`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from lambda_iam_scan.model.code import Argument, Fields, Gap, Items
from lambda_iam_scan.model.deployment import Deployment, EventSource, Feature, Function, Trigger
from lambda_iam_scan.model.iam import ResourcePolicy
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.code import Code, CodeFinder
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.readers._extract.event_sources import NOWHERE, event_sources
from lambda_iam_scan.readers._extract.features import destinations, features_of
from lambda_iam_scan.readers._extract.functions import FUNCTION, Functions
from lambda_iam_scan.readers._extract.permissions import permissions
from lambda_iam_scan.readers._extract.resource_policies import resource_policies
from lambda_iam_scan.readers._extract.roles import Roles
from lambda_iam_scan.readers._extract.triggers import triggers
from lambda_iam_scan.templates.intrinsics import is_call

T = TypeVar("T")


def extract(context: Context, slips: tuple[Gap, ...] = (), gaps: tuple[Gap, ...] = ()) -> Deployment:
    """Every Python function of the template, with its role and what feeds and invokes it.

    `gaps` are the reader's own, which may hide functions; `slips` and what is wrong with resources matter only to functions that are seen.
    """
    policies, problems = resource_policies(context)
    extraction = _Extraction(context)
    functions, unplaced = extraction.functions(), extraction.event_sources.get(NOWHERE, ())
    told = dict.fromkeys((*(slips if functions else ()), *gaps, *(problems if functions else ())))
    return Deployment(path=context.path, functions=functions, resource_policies=policies, gaps=tuple(told), unplaced=unplaced)


class _Extraction:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._targets = Functions(context)
        self._roles = Roles(context)
        self._code = CodeFinder(context)
        self._log_groups = {context.scope.name(name) for name, _ in context.scope.of_type("AWS::Logs::LogGroup")}

    @cached_property
    def event_sources(self) -> dict[str, tuple[EventSource, ...]]:
        return _grouped(event_sources(self._context, self._targets))

    @cached_property
    def _triggers(self) -> dict[str, tuple[Trigger, ...]]:
        return _grouped(triggers(self._context, self._targets, self._roles))

    @cached_property
    def _destinations(self) -> dict[str, tuple[Feature, ...]]:
        return _grouped(destinations(self._context, self._targets))

    @cached_property
    def _permissions(self) -> dict[str, tuple[ResourcePolicy, ...]]:
        return _grouped(permissions(self._context, self._targets))

    def functions(self) -> tuple[Function, ...]:
        found = []
        for logical_id, properties in self._context.scope.of_type(FUNCTION):
            code = self._code.of(logical_id, properties, self._context.scope.resources[logical_id])
            if code.python:
                found.append(self._function(logical_id, properties, code))
        return tuple(found)

    def _function(self, logical_id: str, properties: Mapping[str, Any], code: Code) -> Function:
        context, scope = self._context, self._context.scope
        log_group = scope.get(properties, "LoggingConfig", "LogGroup")
        return Function(
            id=f"{context.path}#{logical_id}",
            name=scope.name(logical_id),
            arn=scope.arn(logical_id),
            handler=code.handler,
            runtime=code.runtime,
            code_roots=code.roots,
            location=context.place(logical_id),
            handler_location=code.handler_location,
            logical_id=str(logical_id),
            environment=self._environment(properties),
            role=self._roles.of(properties.get("Role"), context.key_place(properties, "Role", logical_id)),
            event_sources=self.event_sources.get(logical_id, ()),
            triggers=self._triggers.get(logical_id, ()),
            features=(*features_of(context, logical_id, properties), *self._destinations.get(logical_id, ())),
            resource_policies=self._permissions.get(logical_id, ()),
            log_group=scope.text(log_group) if log_group is not None else None,
            gaps=code.gaps,
            options=self._options(logical_id, properties, code),
        )

    def _environment(self, properties: Mapping[str, Any]) -> tuple[tuple[str, Text], ...] | None:
        variables = self._context.scope.get(properties, "Environment", "Variables")
        if is_call(variables):
            return None
        if not isinstance(variables, Mapping):
            return ()
        scope = self._context.scope
        return tuple((str(name), scope.text(node)) for name, node in variables.items() if scope.branches(node))

    def _options(self, logical_id: str, properties: Mapping[str, Any], code: Code) -> Fields:
        """`layers`: their ARNs; `unseen-layers`: those that are not in the project; `log-group-declared` where the template makes it."""
        layers = self._context.texts(properties.get("Layers"))
        entries: list[tuple[Text, Argument]] = [*code.options]
        if layers:
            entries.append((Text.of("layers"), Items(layers)))
        if self._log_group(logical_id, properties) in self._log_groups:
            entries.append((Text.of("log-group-declared"), Text.of("true")))
        return Fields(tuple(entries))

    def _log_group(self, logical_id: str, properties: Mapping[str, Any]) -> Text:
        given = self._context.scope.get(properties, "LoggingConfig", "LogGroup")
        name = self._context.scope.name(logical_id)
        return Text.of("/aws/lambda/", name) if given is None else self._context.scope.text(given)


def _grouped(found: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for name, item in found:
        groups[name].append(item)
    return {name: tuple(items) for name, items in groups.items()}
