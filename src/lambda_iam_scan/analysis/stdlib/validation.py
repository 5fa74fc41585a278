"""Functions and types of pydantic's, and those of the packages that stand on it. What models do is described in `analysis.pydantic`."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.records.pydantic.conversion import as_type
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.kinds import Arguments, External, Partial, Unknown, Value
from lambda_iam_scan.analysis.values.lattice import each

_POWERTOOLS = "aws_lambda_powertools.utilities.parser"
_MANY = ("Sqs", "Sns", "Kinesis", "DynamoDB", "CloudWatch", "Kafka")
"""Beginnings of the names of envelopes that hold any number of events."""


@model(
    *(f"{package}.{name}" for package in ("pydantic", "pydantic.v1", "pydantic.fields", _POWERTOOLS) for name in ("Field", "PrivateAttr")),
    *(f"pydantic.{kind}{name}" for kind in ("Before", "After", "Plain", "Wrap") for name in ("Validator", "Serializer")),
    *(f"pydantic.functional_validators.{kind}Validator" for kind in ("Before", "After", "Plain", "Wrap")),
)
def _described(run: Core, function: External, arguments: Arguments) -> Value:
    """Functions in a description are called when an object is made, not by whoever reads the description."""
    return made(function, arguments)


@model("pydantic.TypeAdapter().validate_python", "pydantic.TypeAdapter().validate_strings")
def _adapted(run: Core, function: External, arguments: Arguments) -> Value:
    return _as(run, function.argument("type", 0), first(arguments, "object"))


@model("pydantic.TypeAdapter().validate_json")
def _adapted_text(run: Core, function: External, arguments: Arguments) -> Value:
    return _as(run, function.argument("type", 0), run.call(External("json.loads"), Arguments([first(arguments, "data")])))


@model("pydantic.parse_obj_as", "pydantic.tools.parse_obj_as", "pydantic.v1.parse_obj_as")
def _parsed_as(run: Core, function: External, arguments: Arguments) -> Value:
    return _as(run, arguments.get("type_", 0), first(arguments, "obj", 1))


@model(f"{_POWERTOOLS}.parse", f"{_POWERTOOLS}.parser.parse")
def _parsed(run: Core, function: External, arguments: Arguments) -> Value:
    envelope = arguments.get("envelope", 2)
    if envelope is None:
        return _as(run, arguments.get("model", 1), first(arguments, "event"))
    found = _as(run, arguments.get("model", 1), Unknown("the content of an event"))
    many = isinstance(envelope, External) and envelope.path.removesuffix("()").rpartition(".")[2].startswith(_MANY)
    return run.new_list((), found) if many else found


def _as(run: Core, wanted: Value | None, value: Value) -> Value:
    if wanted is None:
        return Unknown("an object of a type that is not known")
    return each(wanted, lambda kind: each(value, lambda one: as_type(run, one, kind)))


@model(f"{_POWERTOOLS}.event_parser", f"{_POWERTOOLS}.parser.event_parser")
def _event_parser(run: Core, function: External, arguments: Arguments) -> Value:
    """`@event_parser` alone takes the model from the annotation."""
    handler = arguments.get("handler", 0)
    return made(function, arguments) if handler is None else handler


@model(f"{_POWERTOOLS}.event_parser()", f"{_POWERTOOLS}.parser.event_parser()")
def _parsing(run: Core, function: External, arguments: Arguments) -> Value:
    if function.argument("model", 99) is None:
        return first(arguments)
    return Partial(External("event parser", function.args, function.depth), (first(arguments),), ())


@model("event parser")
def _parse_and_call(run: Core, function: External, arguments: Arguments) -> Value:
    wanted = {key: value for key, value in function.args if key in ("model", "envelope")}
    event = run.call(External(f"{_POWERTOOLS}.parse"), Arguments([], {"event": first(arguments, "event", 1), **wanted}))
    return run.call(first(arguments), arguments.after(2).before(event))
