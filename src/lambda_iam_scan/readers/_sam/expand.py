"""Runs SAM's translator: in this process, without AWS, without a word on stderr, and without giving anything away of the environment.

Parameters that the user gave no value stay symbolic, since a default need not be what is deployed; where the translator cannot do
without, it gets the default. A resource it rejects is left to `plain`, so that one mistake does not hide a whole template.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.readers._extract import Origin
from lambda_iam_scan.readers._sam.origin import origin_of
from lambda_iam_scan.readers._sam.plain import plain_resources
from lambda_iam_scan.readers._sam.prepare import Prepared, prepare, resources_key, restore
from lambda_iam_scan.templates.nodes import Map, Str, location_of

_PLACES_OF_CODE = (
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::LayerVersion", "Content"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"),
)
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Expansion:
    """A CloudFormation template, what its parts were before, and what could not be expanded."""

    template: Mapping[str, Any]
    origin: Origin
    gaps: tuple[Gap, ...]
    unread: frozenset[str] = frozenset()
    """Functions whose events and permissions are not all known, for what would have made them was rejected."""


def expand(root: Map, given: Mapping[str, str]) -> Expansion:
    """Expand a SAM template. Never raises for what a template may hold; resources that the translator rejects become gaps."""
    rejected: dict[str, Any] = {}
    gaps: list[Gap] = []
    for _ in range(_ATTEMPTS):
        prepared = prepare(_without(root, rejected))
        translated, errors = _translate(prepared, given)
        if errors and _defaults(root):
            prepared = prepare(_without(root, rejected))
            translated, errors = _translate(prepared, {**_defaults(root), **given})
        if translated is not None:
            break
        gaps += [_gap(root, logical_id, message) for logical_id, message in errors]
        wrong = [logical_id for logical_id, _ in errors if logical_id in root["Resources"] and logical_id not in rejected]
        for logical_id in wrong or [name for name, _ in _serverless(prepared.template)]:
            rejected[logical_id] = root["Resources"][logical_id]
    else:
        prepared = prepare(_without(root, dict(_serverless(root))))
        rejected = dict(_serverless(root))
        translated = prepared.template
    gaps += [Gap(kind=GapKind.UNREADABLE, reason=f"{key} is not expanded", location=key.location) for key in prepared.loops]
    plain, roles = plain_resources(root, rejected)
    template = _assemble(root, translated, prepared, plain)
    unread = frozenset(rejected)
    if any(_connects(resource) for resource in rejected.values()):
        # A connector writes into roles and policies anywhere in the template.
        resources = template["Resources"].items()
        unread |= {name for name, resource in resources if resource.get("Type") == "AWS::Lambda::Function"}
        roles = (*roles, *(name for name, resource in resources if resource.get("Type") == "AWS::IAM::Role"))
    return Expansion(template, origin_of(root, frozenset(roles)), tuple(dict.fromkeys(gaps)), unread)


def _connects(resource: Mapping[str, Any]) -> bool:
    return resource.get("Type") == "AWS::Serverless::Connector" or bool(resource.get("Connectors"))


def _assemble(root: Map, translated: Mapping[str, Any], prepared: Prepared, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    resources: dict[str, Any] = {**translated.get("Resources", {}), **prepared.kept, **plain}
    for resource in resources.values():
        for kind, name in _PLACES_OF_CODE:
            if resource.get("Type") == kind and name in resource.get("Properties", {}):
                resource["Properties"][name] = restore(resource["Properties"][name], prepared.local)
    order = {str(name): index for index, name in enumerate(root["Resources"])}
    names = sorted(resources, key=lambda name: order.get(str(name), len(order)))
    by_name = {resources_key(root["Resources"], name) if name in order else name: resources[name] for name in names}
    _restore_metadata(root, by_name)
    return {**{name: translated.get(name, {}) for name in ("Parameters", "Mappings", "Conditions")}, "Resources": _symbolic(by_name)}


def _restore_metadata(root: Map, resources: Mapping[str, Any]) -> None:
    """`sam build` reads Metadata (Dockerfile, BuildMethod), which the translator does not always pass on."""
    for logical_id, resource in root["Resources"].items():
        metadata = resource.get("Metadata") if isinstance(resource, Map) else None
        if metadata is not None:
            for name in resources:
                if name == logical_id or (
                    str(name).startswith(str(logical_id)) and resources[name].get("Type") == "AWS::Lambda::LayerVersion"
                ):
                    resources[name].setdefault("Metadata", metadata)


def _without(root: Map, rejected: Mapping[str, Any]) -> Map:
    template = deepcopy(root)
    for logical_id in rejected:
        template["Resources"].pop(logical_id, None)
    return template


def _serverless(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for logical_id, resource in template["Resources"].items():
        if isinstance(resource, Map) and str(resource.get("Type")).startswith("AWS::Serverless::"):
            yield logical_id, resource


def _gap(root: Map, logical_id: str, message: str) -> Gap:
    place = location_of(root["Resources"].get(logical_id), root.location)
    return Gap(kind=GapKind.UNREADABLE, reason=f"the SAM translator rejects the template: {message}", location=place)


# --- the translator itself


class _Symbol(str):
    """A parameter that stays a parameter: in `Fn::Sub` the hole again; where it is all of a value, `_symbolic` makes it a reference."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str) -> _Symbol:
        self = super().__new__(cls, "${" + name + "}")
        self.name = name
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _Symbol:
        return self


class _ManagedPolicies(dict[str, str]):
    """Names of AWS managed policies to ARNs that keep the name's place, so that the author's are told from the translator's."""

    def get(self, name: Any, default: Any = None) -> Any:
        arn = super().get(name)
        return Str(arn, name.location) if arn is not None and isinstance(name, Str) else arn or default


class _Session:
    """All that the translator asks of a boto3 session. The region only decides the partition, which is made symbolic again."""

    region_name = "us-east-1"


def _translate(prepared: Prepared, given: Mapping[str, str]) -> tuple[Mapping[str, Any] | None, list[tuple[str, str]]]:
    """The translated template, or logical ids and messages of what the translator rejects."""
    if not prepared.template["Resources"]:
        return prepared.template, []
    with _quiet():
        from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
        from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
        from samtranslator.parser.parser import Parser
        from samtranslator.translator.translator import Translator

        _share_definitions()
        _share_policy_templates()
        _recognize_registries()
        policies = _ManagedPolicies(get_bundled_managed_policy_map("aws") or {})
        translator = Translator(policies, Parser(), boto_session=_Session())
        parameters = _parameters(prepared.template, given)
        try:
            return translator.translate(prepared.template, parameters), []
        except InvalidDocumentException as error:
            return None, [(_culprit(cause), _line(cause.message)) for cause in error.causes]
        except ExceptionWithMessage as error:
            return None, [("", _line(error.message))]
        except Exception as error:  # the translator trips over malformed input in more ways than it has errors for
            return None, [("", _line(f"{type(error).__name__}: {error}"))]
        finally:
            translator.metrics.publish()  # to nobody; unpublished ones make it complain on stderr when it is collected


def _share_definitions() -> None:
    """Let every event of an API edit the one definition.

    The translator copies the whole definition for each event, twice: three hundred functions behind one API would take
    twenty seconds instead of two. Nobody else holds the definition meanwhile, so that the result is the same.
    """
    from samtranslator.open_api import open_api
    from samtranslator.swagger import swagger

    for module in (open_api, swagger):
        if hasattr(module, "_deepcopy"):
            module._deepcopy = _same


def _share_policy_templates() -> None:
    """Let SAM's own policy templates be read and validated once, not for every template anew: that is a third of its work."""
    from samtranslator.translator import translator

    make = getattr(translator, "make_policy_template_for_function_plugin", None)
    if make is not None and not hasattr(make, "cache_info"):
        vars(translator)["make_policy_template_for_function_plugin"] = cache(make)


def _recognize_registries() -> None:
    """Let the translator see a Glue schema registry's ARN for what it is.

    It counts colons, for which region and partition must be words; here they stay `${AWS::Region}` and `${AWS::Partition}`.
    """
    from samtranslator.model.eventsources.pull import PullEventSource

    if hasattr(PullEventSource, "get_registry_name"):
        PullEventSource.get_registry_name = _registry_name


def _registry_name(_: Any, uri: object) -> str | None:
    match = _REGISTRY.fullmatch(uri) if isinstance(uri, str) else None
    return match[1] if match else None


_REGISTRY = re.compile(r"arn:(?:(?:\$\{[^{}]*\}|[^:{}])*:){4}registry/(.+)", re.DOTALL)


def _same(definition: Any) -> Any:
    return definition


def _culprit(cause: Any) -> str:
    found = getattr(cause, "_logical_id", "")
    return found if isinstance(found, str) else ""


def _line(message: str) -> str:
    return " ".join(message.split())[:300]


def _parameters(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    declared = template.get("Parameters")
    names = (*(declared if isinstance(declared, Mapping) else ()), "AWS::Region", "AWS::Partition")
    return {**{str(name): _Symbol(str(name)) for name in names}, **given}


def _defaults(template: Mapping[str, Any]) -> dict[str, Any]:
    """What parameters are by default, as far as that says something of the value: an SSM parameter's is only its name."""
    declared = template.get("Parameters")
    rows = declared.items() if isinstance(declared, Mapping) else ()
    known = ((str(name), row) for name, row in rows if isinstance(row, Mapping) and row.get("Default") not in ("", None))
    return {name: row["Default"] for name, row in known if not str(row.get("Type", "")).startswith("AWS::SSM::")}


def _symbolic(node: Any) -> Any:
    """References again for symbols, and for `arn:aws:` in what the translator wrote: that is the partition of the region it was told."""
    if isinstance(node, _Symbol):
        return {"Ref": node.name}
    if isinstance(node, list):
        node[:] = [_symbolic(item) for item in node]
    elif isinstance(node, dict):
        for key, value in node.items():
            node[key] = _substitution(value) if key == "Fn::Sub" else _symbolic(value)
    return node


def _substitution(node: Any) -> Any:
    if type(node) is str:
        return node.replace("arn:aws:", "arn:${AWS::Partition}:")
    return [_substitution(item) if type(item) is str else _symbolic(item) for item in node] if isinstance(node, list) else _symbolic(node)


@contextmanager
def _quiet() -> Iterator[None]:
    """Neither warnings nor the translator's log lines reach the user; what they say is in the gaps."""
    logger = logging.getLogger("samtranslator")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
