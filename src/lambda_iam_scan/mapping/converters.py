"""What an argument says about the resource it names, where the argument is more than its plain name.

The closed list that rules may use; rules/README.md documents each. A converter gets one argument and the call it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from lambda_iam_scan.mapping import bedrock, partiql
from lambda_iam_scan.mapping.texts import UNKNOWN, arn, cut, is_arn, marked, opaque, pieces, prefixed, unmarked, without_prefix
from lambda_iam_scan.mapping.values import MAYBE, NOTHING, Found, Whole, one, text
from lambda_iam_scan.model.code import Argument, Constant, Fields, SdkCall
from lambda_iam_scan.model.text import ACCOUNT, REGION, Hole, Part, Text

Converter = Callable[[Argument, SdkCall], Found]
_OfText = Callable[[Text, SdkCall], Found]


def queue_url(url: Text, call: SdkCall) -> Found:
    """Queue URL, also of an older form or a local stand-in, to the queue's ARN; a plain name stays one."""
    if is_arn(url):
        return one(Whole(url))
    parts = pieces(url, "/")
    if len(parts) == 1:
        return one(UNKNOWN if opaque(url) else url)
    if len(parts) < 4:
        return one(Whole(arn("sqs", parts[-1], region=Hole("of the queue's URL"), account=Hole("of the queue's URL"))))
    region = _queue_region(parts[2])
    return one(Whole(arn("sqs", parts[-1], region=region, account=parts[-2])))


_QUEUE_HOST = re.compile(r"(?:sqs|[a-z]+-sqs|vpce-[^.]+\.sqs)\.([^.]+)\.|([^.]+)\.queue\.")


def _queue_region(host: Text) -> Text:
    shown, unknown = marked(host)
    match = _QUEUE_HOST.match(shown)
    if match is None:
        return Text.of(REGION) if host.literal is not None else Text.of(Hole("of the queue's URL"))
    return unmarked(match.group(1) or match.group(2), unknown)


_COMPLETE = re.compile(r"-[A-Za-z0-9]{6}$")


def secret(name: Text, call: SdkCall) -> Found:
    """Secret name to the name in its ARN, which ends in six random characters. An ARN without them gets them too."""
    suffix = ("-", Hole("six random characters", 6))
    if not is_arn(name):
        return one(name if name.unknown else Text.of(name, *suffix))
    last = name.parts[-1]
    complete = not isinstance(last, str) or _COMPLETE.search(last) is not None
    return one(Whole(name if complete else Text.of(name, *suffix)))


def parameter(name: Text, call: SdkCall) -> Found:
    """SSM parameter name to what follows `parameter/` in its ARN: without leading slash, version and label."""
    if is_arn(name):
        return one(Whole(cut_after(name, 6)))
    if name.unknown:
        return one(name)
    plain, _ = cut(name, ":")
    if opaque(plain):
        return one(Whole(arn("ssm", "parameter", Hole("a slash, or a name"), plain)))
    last = plain.parts[-1] if plain.parts else ""
    if call.operation == "GetParametersByPath" and isinstance(last, str) and last.endswith("/") and plain.literal != "/":
        # Whether the slash that ends a path belongs to the ARN is not documented: `/app/` is taken for either.
        plain = Text.of(*plain.parts[:-1], last.rstrip("/"), Hole("a slash, or nothing"))
    return one(without_prefix(plain, "/"))


def cut_after(name: Text, colons: int) -> Text:
    """The first `colons` segments of an ARN: without a version or qualifier behind."""
    segments = pieces(name, ":")[:colons]
    return Text.of(*(part for index, segment in enumerate(segments) for part in ((":", segment) if index else (segment,))))


def function(name: Text, call: SdkCall) -> Found:
    """A function's name in its five forms, with the qualifier that the name or `Qualifier` carries."""
    parts = pieces(name, ":")
    qualifier = parts[-1] if (is_arn(name) and len(parts) == 8) or (not is_arn(name) and len(parts) in (2, 4)) else None
    given = call.arguments.get("Qualifier")
    if qualifier is None and given is not None:
        qualifier = text(given) or UNKNOWN
    behind = (":", qualifier) if qualifier is not None and qualifier.parts else ()
    if is_arn(name):
        return one(Whole(Text.of(cut_after(name, 7), *behind)))
    if len(parts) >= 3 and parts[1].literal == "function":
        return one(Whole(arn("lambda", "function:", parts[2], *behind, account=parts[0])))
    return one(Text.of(parts[0], *behind))


def key(name: Text, call: SdkCall) -> Found:
    """KMS key id. An alias hides the key, whose ARN is what IAM looks at; AWS's own keys (`alias/aws/`) need no permission."""
    alias = name
    if is_arn(name):
        resource = pieces(name, ":")[5:]
        alias = resource[0] if resource else UNKNOWN
    if prefixed(alias, "alias/aws/"):
        return NOTHING
    if not prefixed(alias, "alias/"):
        return one(Whole(name) if is_arn(name) else name)
    hidden = Hole("the key behind an alias")
    if not is_arn(name):
        return one(Text.of(hidden))
    _, _, _, region, account, *_ = pieces(name, ":")
    return one(Whole(arn("kms", "key/", hidden, region=region, account=account)))


def alias(name: Text, call: SdkCall) -> Found:
    """KMS alias name without `alias/`; what is no alias names none."""
    if is_arn(name):
        return one(Whole(name))
    if prefixed(name, "alias/"):
        return one(without_prefix(name, "alias/"))
    return MAYBE if opaque(name) else NOTHING


def event_bus_name(name: Text, call: SdkCall) -> Found:
    """Event bus name, also from its ARN; the default bus has no name in a rule's ARN."""
    bus = pieces(name, "/")[-1] if is_arn(name) else name
    return NOTHING if bus.literal == "default" else one(bus)


def log_group(name: Text, call: SdkCall) -> Found:
    """Log group name; an ARN stands whole, without `:*`."""
    return one(Whole(cut_after(name, 7))) if is_arn(name) else one(name)


def role(name: Text, call: SdkCall) -> Found:
    """Role name or ARN to ARN. A name hides the path (`service-role/` for those that consoles make)."""
    if is_arn(name) or opaque(name):
        return one(Whole(name))
    path = (Hole("the role's path"),) if name.literal is not None and "/" not in name.literal.strip("/") else ()
    return one(Whole(arn("iam", "role/", *path, without_prefix(name, "/"), region="")))


def last(value: Text, call: SdkCall) -> Found:
    """What follows the last `/`, or without one the last `:`."""
    below = pieces(value, "/")
    return one(below[-1] if len(below) > 1 else pieces(value, ":")[-1])


def revision(name: Text, call: SdkCall) -> Found:
    """Task definition: family, or family and revision, or ARN. A family alone means one of its revisions."""
    return _revised(name, ":", Hole("the newest revision"))


def job_definition(name: Text, call: SdkCall) -> Found:
    """Job definition: as a task definition, but its name alone may stand for itself too."""
    return _revised(name, Hole("perhaps a revision"))


def _revised(name: Text, *behind: Part) -> Found:
    if opaque(name):
        return one(name if name.unknown else Text.of(name, Hole("perhaps a revision")))
    parts = pieces(name, ":")
    told = len(parts) > (6 if is_arn(name) else 1) or not isinstance(name.parts[-1], str)
    found = name if told else Text.of(name, *behind)
    return one(Whole(found) if is_arn(name) else found)


def whole(value: Text, call: SdkCall) -> Found:
    """The value if it is an ARN; a plain name tells nothing."""
    return one(Whole(value)) if is_arn(value) else MAYBE


_EC2 = {
    "ami": "image",
    "dopt": "dhcp-options",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "lt": "launch-template",
    "nat": "natgateway",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
"""Resource types by the beginning of an id: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""


def ec2_resource(name: Text, call: SdkCall) -> Found:
    """An EC2 resource id to its ARN. Images and snapshots have no account in theirs."""
    if is_arn(name):
        return one(Whole(name))
    prefix = (cut(name, "-")[0].literal or "") if not opaque(name) else ""
    kind = _EC2.get(prefix)
    account = "" if prefix in ("ami", "snap") else ACCOUNT
    if kind is None:
        return one(Whole(arn("ec2", Hole("a type that the id does not show"), "/", name, account=Hole("images have none"))))
    return one(Whole(arn("ec2", f"{kind}/", name, account=account)))


def managed_node(name: Text, call: SdkCall) -> Found:
    """What Systems Manager manages: an EC2 instance (`i-`), a machine of its own (`mi-`), a container of an ECS task (`ecs:`)."""
    if is_arn(name):
        return one(Whole(name))
    if prefixed(name, "ecs:"):
        return one(Whole(arn("ecs", "task/", Hole("of a target of ECS"))))
    managed = prefixed(name, "mi-")
    if managed or prefixed(name, "i-"):
        return one(Whole(arn("ssm", "managed-instance/", name) if managed else arn("ec2", "instance/", name)))
    return one(name)


def host_label(host: Text, call: SdkCall) -> Found:
    """First label of a host name."""
    return one(cut(without_prefix(host, "https://"), ".")[0])


def s3_uri_bucket(uri: Text, call: SdkCall) -> Found:
    """Bucket of `s3://bucket/key`."""
    return one(_s3_uri(uri)[0])


def s3_uri_key(uri: Text, call: SdkCall) -> Found:
    """Key of `s3://bucket/key`; of a bare prefix, whatever lies below."""
    found = _s3_uri(uri)[1]
    return one(found if found is not None and found.parts else UNKNOWN)


def _s3_uri(uri: Text) -> tuple[Text, Text | None]:
    for scheme in ("s3://", "s3a://", "s3n://"):
        if prefixed(uri, scheme):
            return cut(without_prefix(uri, scheme), "/")
    return UNKNOWN, None


def copy_bucket(source: Argument, call: SdkCall) -> Found:
    """Bucket of a `CopySource`, string or dictionary."""
    return _copied(source, "Bucket")


def copy_key(source: Argument, call: SdkCall) -> Found:
    """Key of a `CopySource`."""
    return _copied(source, "Key")


def copy_version(source: Argument, call: SdkCall) -> Found:
    """Version of a `CopySource`, if it names one."""
    return _copied(source, "VersionId")


def _copied(source: Argument, what: str) -> Found:
    if isinstance(source, Fields):
        value = source.get(what)
        if value == Constant(None):
            return NOTHING
        return one(value) if value is not None else MAYBE if source.open else NOTHING
    written = text(source)
    if written is None or written.unknown:
        return MAYBE
    path, query = cut(without_prefix(written, "/"), "?versionId=")
    if what == "VersionId":
        return one(query) if query is not None else NOTHING if isinstance(written.parts[-1], str) else MAYBE
    bucket, name = _access_point(path) if is_arn(path) else cut(path, "/")
    if what == "Bucket":
        return one(bucket)
    return one(_unquoted(name) if name is not None and name.parts else UNKNOWN)


def _access_point(path: Text) -> tuple[Text, Text | None]:
    return cut(path, "/object/")


def _unquoted(name: Text) -> Text:
    return Text.of(*(unquote(part) if isinstance(part, str) else part for part in name.parts))


def _of_text(convert: _OfText) -> Converter:
    """A converter of strings as one of arguments: what is no string gives nothing."""

    def converter(argument: Argument, call: SdkCall) -> Found:
        value = text(argument)
        return NOTHING if value is None else convert(value, call)

    return converter


def _partiql(verb: str, *, index: bool = False) -> Converter:
    return _of_text(lambda statement, call: partiql.named(statement, verb, index=index))


CONVERTERS: dict[str, Converter] = {
    "alias": _of_text(alias),
    "arn": _of_text(whole),
    "bedrock-model": _of_text(lambda model, call: bedrock.model(model)),
    "copy-bucket": copy_bucket,
    "copy-key": copy_key,
    "copy-version": copy_version,
    "ec2-resource": _of_text(ec2_resource),
    "event-bus-name": _of_text(event_bus_name),
    "function": _of_text(function),
    "host-label": _of_text(host_label),
    "job-definition": _of_text(job_definition),
    "key": _of_text(key),
    "last": _of_text(last),
    "log-group": _of_text(log_group),
    "managed-node": _of_text(managed_node),
    "parameter": _of_text(parameter),
    "partiql-delete": _partiql("DELETE"),
    "partiql-insert": _partiql("INSERT"),
    "partiql-select": _partiql("SELECT"),
    "partiql-select-index": _partiql("SELECT", index=True),
    "partiql-update": _partiql("UPDATE"),
    "queue-url": _of_text(queue_url),
    "revision": _of_text(revision),
    "role": _of_text(role),
    "s3-uri-bucket": _of_text(s3_uri_bucket),
    "s3-uri-key": _of_text(s3_uri_key),
    "secret": _of_text(secret),
}
"""By the name that rules use."""
