"""A function of the account: configuration, role, what feeds and invokes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.deployment import EventSource, Feature, Function, Trigger
from lambda_iam_scan.model.iam import PolicyKind, ResourcePolicy, Role
from lambda_iam_scan.model.text import Hole, Text
from lambda_iam_scan.readers.deployed.api import Ask
from lambda_iam_scan.readers.deployed.reading import Reading
from lambda_iam_scan.readers.deployed.resources import queue_attributes
from lambda_iam_scan.readers.deployed.role import read_role
from lambda_iam_scan.readers.deployed.wiring import event_source, features, invoke_destinations, layers, url_trigger

MAX_VERSIONS = 50
"""Published versions whose own policies are read, newest first."""
POLLED = ("dynamodb", "ec2", "kafka", "kinesis", "kms", "mq", "rds", "s3", "secretsmanager", "sns", "sqs")
"""Services of which Lambda may need something to poll an event source, or to tell of a failure."""
_ARN = re.compile(r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):\d{12}:function:[\w-]+(:[\w$-]+)?")


def region_of(name: str) -> str | None:
    """The region that a function's ARN names; None for a plain name."""
    match = _ARN.fullmatch(name)
    return match["region"] if match else None


def read_function(ask: Ask, name: str, region: str | None = None, *, code_roots: tuple[str, ...] = ()) -> Function:
    """The function called `name` (a name or ARN, with or without a qualifier).

    Raises `InputError` when there is none, when it may not be read at all, or when it is not Python.
    """
    region = region_of(name) or region
    reading = Reading(ask, name, region)
    answer = reading.get("lambda", "GetFunction", f"function {name}", FunctionName=name)
    configuration = (answer or {}).get("Configuration")
    if answer is None:
        configuration = reading.get("lambda", "GetFunctionConfiguration", f"function {name}", FunctionName=name)
    if not configuration:
        raise InputError(_not_read(name, region, reading.gaps))
    if not is_python(configuration):
        raise InputError(f"function {name}: its runtime is {configuration['Runtime']}; only Python can be analyzed")
    reading.subject = configuration["FunctionArn"]
    return function_of(reading, configuration, tags=(answer or {}).get("Tags"), code_roots=code_roots)


def is_python(configuration: Mapping[str, Any]) -> bool:
    """Python by its runtime. A container image does not say what it holds, so it may be."""
    return configuration.get("PackageType") == "Image" or str(configuration.get("Runtime", "")).startswith("python")


def function_of(
    reading: Reading,
    configuration: Mapping[str, Any],
    *,
    tags: Mapping[str, str] | None = None,
    code_roots: tuple[str, ...] = (),
    role: Role | None = None,
) -> Function:
    """A function whose configuration is known already: everything else about it is asked for now."""
    name, arn = configuration["FunctionName"], plain_arn(configuration["FunctionArn"])
    qualifiers = _qualifiers(reading, name)
    role = role or read_role(reading.ask, configuration["Role"])
    logs = configuration.get("LoggingConfig", {}).get("LogGroup")
    mappings = _mappings(reading, name, arn, qualifiers)
    triggers = _triggers(reading, name, qualifiers)
    own = _policies(reading, name, arn, qualifiers)
    more = _destinations(reading, name)
    environment = _environment(reading, configuration)
    handler = _handler(reading, configuration)
    return Function(
        id=arn,
        name=Text.of(name),
        arn=Text.of(arn),
        handler=handler,
        runtime=configuration.get("Runtime"),
        code_roots=code_roots,
        location=reading.location,
        logical_id=name,
        environment=environment,
        role=role,
        event_sources=mappings,
        triggers=triggers,
        features=(*features(configuration, reading.location), *more),
        resource_policies=own,
        log_group=Text.of(logs) if logs and logs != f"/aws/lambda/{name}" else None,
        gaps=tuple(reading.gaps),
        options=layers(configuration),
        tags=tuple(sorted((tags or {}).items())),
    )


def plain_arn(arn: str) -> str:
    """A function's ARN without qualifier."""
    return ":".join(arn.split(":")[:7])


def _handler(reading: Reading, configuration: Mapping[str, Any]) -> str | None:
    """As configured; an image may have it as its overridden command, else only the image knows it."""
    command = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {}).get("Command") or (None,)
    handler: str | None = configuration.get("Handler") or command[0]
    if handler is None:
        reading.gap(
            f"function {configuration['FunctionName']} is a container image, which alone knows its handler: every module is analyzed"
        )
    return handler


def _environment(reading: Reading, configuration: Mapping[str, Any]) -> tuple[tuple[str, Text], ...] | None:
    environment = configuration.get("Environment", {})
    if "Error" in environment:
        reading.gap(
            f"the environment of {configuration['FunctionName']} may not be read: whoever runs the scan needs kms:Decrypt on its key"
        )
        return None
    variables = environment.get("Variables", {})
    return tuple((name, Text.of(_hidden(value))) for name, value in sorted(variables.items()))


def _hidden(value: str | None) -> str | Hole:
    return Hole("the snapshot does not hold this variable's value") if value is None else value


def _qualifiers(reading: Reading, name: str) -> tuple[str, ...]:
    """Aliases, then published versions, newest first; the unqualified function is not among them."""
    what = f"of function {name}"
    aliases = reading.list("lambda", "ListAliases", f"the aliases {what}", "Aliases", FunctionName=name)
    versions = reading.list("lambda", "ListVersionsByFunction", f"the versions {what}", "Versions", FunctionName=name)
    published = [version["Version"] for version in reversed(versions) if version["Version"] != "$LATEST"]
    if len(published) > MAX_VERSIONS:
        reading.gap(f"function {name} has {len(published)} versions; the policies of the newest {MAX_VERSIONS} were read")
    return (*sorted(alias["Name"] for alias in aliases), *published[:MAX_VERSIONS])


def _aliases(qualifiers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(qualifier for qualifier in qualifiers if not qualifier.isdigit())


def _policies(reading: Reading, name: str, arn: str, qualifiers: tuple[str, ...]) -> tuple[ResourcePolicy, ...]:
    found = []
    for qualifier in (None, *qualifiers):
        qualified: dict[str, Any] = {"Qualifier": qualifier} if qualifier else {}
        resource = f"{arn}:{qualifier}" if qualifier else arn
        what = f"the resource-based policy of {resource.partition(':function:')[2]}"
        answer = reading.get("lambda", "GetPolicy", what, FunctionName=name, **qualified)
        if answer:
            policy = reading.policy(answer["Policy"], "resource-based policy", PolicyKind.RESOURCE_BASED)
            found.append(ResourcePolicy(resource=Text.of(resource), policy=policy))
    return tuple(found)


def _mappings(reading: Reading, name: str, arn: str, qualifiers: tuple[str, ...]) -> tuple[EventSource, ...]:
    """Event source mappings of the function and of its aliases; a version's own are found by its ARN alone."""
    what = f"the event source mappings of function {name}"
    rows = {}
    for target in (name, *(f"{arn}:{alias}" for alias in _aliases(qualifiers))):
        named = {"concerning": POLLED, "FunctionName": target}
        for row in reading.list("lambda", "ListEventSourceMappings", what, "EventSourceMappings", **named):
            rows[row["UUID"]] = row
    return tuple(event_source(row, reading.location, _key(reading, row)) for _, row in sorted(rows.items()))


def _key(reading: Reading, row: Mapping[str, Any]) -> str | None:
    """The key that encrypts a queue that Lambda polls."""
    arn = row.get("EventSourceArn", "")
    return queue_attributes(reading, arn).get("KmsMasterKeyId") if ":sqs:" in arn else None


def _triggers(reading: Reading, name: str, qualifiers: tuple[str, ...]) -> tuple[Trigger, ...]:
    """Function URLs: of the function itself and of its aliases (versions cannot have one)."""
    found = []
    for qualifier in (None, *_aliases(qualifiers)):
        qualified: dict[str, Any] = {"Qualifier": qualifier} if qualifier else {}
        row = reading.get("lambda", "GetFunctionUrlConfig", f"the URL of function {name}", FunctionName=name, **qualified)
        if row:
            found.append(url_trigger(row, reading.location))
    return tuple(found)


def _destinations(reading: Reading, name: str) -> tuple[Feature, ...]:
    what = f"the asynchronous invocation settings of function {name}"
    rows = reading.list("lambda", "ListFunctionEventInvokeConfigs", what, "FunctionEventInvokeConfigs", FunctionName=name)
    return tuple(feature for row in rows for feature in invoke_destinations(row, reading.location))


def _not_read(name: str, region: str | None, gaps: list[Gap]) -> str:
    if gaps:
        return gaps[0].reason
    where = f" in region {region}" if region else ""
    return f"function {name}: there is none of this name{where}; is the region right?"
