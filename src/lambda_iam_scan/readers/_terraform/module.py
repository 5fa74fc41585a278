"""One Terraform module, all `.tf` files of a directory, as a CloudFormation template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.readers._extract.features import PERHAPS
from lambda_iam_scan.readers._terraform.hcl import FILE, LABELS, REFERENCE, TEMPLATE, parse_template
from lambda_iam_scan.readers._terraform.types import OWN, TYPES, Type
from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import Map, Seq, Str, location_of

_MAX_DEPTH = 40
_CODE = {"aws_lambda_function": "Code", "aws_lambda_layer_version": "Content"}
"""Properties that hold what is deployed."""

ReadFile = Callable[[str], Any]
"""Root node of a JSON file beside the module; None when there is no such file or it is none."""


ReadText = Callable[[str], tuple[str, str] | None]
"""Text of a file beside the module and its path in the project; None when there is no such file."""
ManagedArn = Callable[[str], str | None]
"""ARN of the AWS managed policy of a name, its path included; None when AWS has none of that name."""


def template_of(
    bodies: tuple[Map, ...], given: Mapping[str, str], read: ReadFile, text: ReadText, managed_arn: ManagedArn
) -> dict[str, Any]:
    """A CloudFormation template with the module's resources; logical ids are `<type>_<name>`."""
    return _Module(bodies, given, read, text, managed_arn).template()


class _Module:
    def __init__(self, bodies: tuple[Map, ...], given: Mapping[str, str], read: ReadFile, text: ReadText, managed_arn: ManagedArn) -> None:
        self._read = read
        self._text = text
        self._managed_arn = managed_arn
        self._resources = {(kind, name): block for kind, name, block in _labelled(bodies, "resource", 2)}
        self._data = {(kind, name): block for kind, name, block in _labelled(bodies, "data", 2)}
        self._variables = {name: block for name, _, block in _labelled(bodies, "variable", 1)}
        self._locals: dict[str, Any] = {}
        for body in bodies:
            for block in _blocks(body, "locals"):
                self._locals.update(block)
        self._given = given
        self._defaults: dict[str, Any] = {}
        """Of variables that the template refers to as its parameters."""
        self._depth = 0

    def template(self) -> dict[str, Any]:
        resources: dict[Any, Any] = {}
        for (kind, name), block in self._resources.items():
            if kind in TYPES:
                key = Str(_logical(kind, name), block.location)
                resources[key] = {"Type": TYPES[kind].name, "Properties": self._properties(kind, TYPES[kind], block)}
        for (kind, _), block in self._resources.items():
            self._attach(kind, block, resources)
        parameters = {name: {"Type": "String", "Default": default} for name, default in sorted(self._defaults.items())}
        return {"Parameters": parameters, "Resources": resources}

    def _properties(self, kind: str, row: Type, block: Map) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for source, target in row.arguments.items():
            key, value = _reach(block, source.split("."))
            if value is not None:
                _put(properties, target.split("."), self.value(value), key)
            elif "." in source and (dynamic := _dynamic(block, source.partition(".")[0])):
                self._put_perhaps(properties, source, target, dynamic[0])
        for source, (target, names) in row.blocks.items():
            if found := [self._entry(inner, names) for inner in _blocks(block, source)]:
                properties[target] = found
        if kind in _CODE:
            code = self._code(block)
            if code is not None:
                properties[_CODE[kind]] = code
        if kind == "aws_iam_role":
            properties["Policies"] = [self._inline(inline) for inline in _with_dynamic(block, "inline_policy") if "policy" in inline]
        if kind == "aws_lambda_permission":
            properties["FunctionName"] = self._qualified(block)
        return properties

    def _put_perhaps(self, properties: dict[str, Any], source: str, target: str, block: Map) -> None:
        """From a block that only the plan counts. Of variables that may not be there nothing is known."""
        key, value = _reach(block, source.split(".")[1:])
        if value is not None:
            known = _call("Ref", f"dynamic {source}", block) if target == "Environment.Variables" else self.value(value)
            _put(properties, target.split("."), known, key)
            _put(properties, [target.partition(".")[0], PERHAPS], True, None)

    def _entry(self, block: Map, names: Mapping[str, str]) -> Any:
        found = Map(block.location)
        found.update({target: self.value(block[source]) for source, target in names.items() if source in block})
        return found

    def _inline(self, block: Map) -> Any:
        found = Map(block.location)
        found.update({"PolicyName": self.value(block.get("name", "inline")), "PolicyDocument": self.value(block["policy"])})
        return found

    def _qualified(self, block: Map) -> Any:
        name = self.value(block.get("function_name"))
        if "qualifier" not in block:
            return name
        return {"Fn::Join": [":", [name, self.value(block["qualifier"])]]}

    # --- what belongs to another resource in CloudFormation

    def _attach(self, kind: str, block: Map, resources: dict[Any, Any]) -> None:
        if kind in ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment"):
            for role in (block.get("role"), *_list(block.get("roles"))):
                for policy in self._repeated(block, "policy_arn"):
                    self._add(resources, "aws_iam_role", role, "ManagedPolicyArns", policy)
        elif kind == "aws_cloudwatch_event_target":
            target = {"Id": "target", "Arn": self.value(block.get("arn"))}
            if "role_arn" in block:
                target["RoleArn"] = self.value(block["role_arn"])
            self._add(resources, "aws_cloudwatch_event_rule", block.get("rule"), "Targets", target)
        elif kind == "aws_lb_target_group_attachment":
            target = {"Id": self.value(block.get("target_id"))}
            self._add(resources, "aws_lb_target_group", block.get("target_group_arn"), "Targets", target)
        elif kind == "aws_s3_bucket_notification":
            for function in _blocks(block, "lambda_function"):
                row = Map(function.location)
                row["Function"] = self.value(function.get("lambda_function_arn"))
                self._add(resources, "aws_s3_bucket", block.get("bucket"), "NotificationConfiguration.LambdaConfigurations", row)

    def _repeated(self, block: Map, name: str) -> list[Any]:
        """An attribute's values, one for each instance that `for_each` or `count = length(...)` makes of a list in the module."""
        node = block.get(name)
        names = list(node.get(REFERENCE, [])) if isinstance(node, Map) else []
        each = None
        if names == ["each", "value"]:
            each = self._written(block.get("for_each"))
        elif names and block.get("count") == {"Ref": f"length({'.'.join(names)})"}:
            each = self._written(node)
        if isinstance(each, Seq):
            return [self.value(item) for item in each]
        if isinstance(each, Map) and not is_call(each):
            return [self.value(item) for item in each.values()]
        return [self.value(node)]

    def _written(self, node: Any) -> Any:
        """What a local stands for. A variable stands for itself: its default decides nothing."""
        for _ in range(_MAX_DEPTH):
            names = list(node.get(REFERENCE, [])) if isinstance(node, Map) else []
            if len(names) != 2 or names[0] != "local":
                break
            node = self._locals.get(names[1])
        return None if isinstance(node, Map) and REFERENCE in node else node

    def _add(self, resources: dict[Any, Any], kind: str, reference: Any, path: str, value: Any) -> None:
        """Append to a list of the resource that is referred to, by reference or by its name."""
        for (other, name), block in self._resources.items():
            names = reference.get(REFERENCE, [])[:2] if isinstance(reference, Mapping) else None
            written = _reach(block, [next(iter(TYPES[kind].arguments))])[1] if other == kind else None
            if other == kind and (names == [kind, name] or (isinstance(reference, str) and reference == written)):
                properties = resources[_logical(kind, name)]["Properties"]
                *way, last = path.split(".")
                for step in way:
                    properties = properties.setdefault(step, {})
                found = properties.setdefault(last, [])
                properties[last] = [*(found if isinstance(found, list) else [found]), value]

    # --- code

    def _code(self, block: Map) -> Any:
        """The directory that `archive_file` packs; S3 and finished archives as what they are."""
        given = block.get("filename", self._uploaded(block.get("s3_key")))
        if given is None:
            return {"S3Bucket": "s3", "S3Key": "s3"} if "s3_bucket" in block else None
        for (kind, _), data in (*self._data.items(), *self._resources.items()):
            if kind == "archive_file" and self._packs(data, given):
                return self._by_default(self.value(data.get("source_dir", data.get("source_file", self._only_file(data, given)))))
        return self._by_default(self.value(given))

    def _only_file(self, data: Map, given: Any) -> Any:
        """The file that an archive takes as it is, by the same name, if that is all."""
        sources = _blocks(data, "source")
        content = sources[0].get("content") if len(sources) == 1 else None
        path = self._by_default(self.value(content[FILE])) if isinstance(content, Map) and FILE in content else None
        same = isinstance(path, str) and path.rpartition("/")[2] == self._by_default(self.value(sources[0].get("filename")))
        return path if same else given

    def _uploaded(self, key: Any) -> Any:
        """The local file behind `s3_key = aws_s3_object.x.key`."""
        names = key.get(REFERENCE, []) if isinstance(key, Mapping) else []
        block = self._resources.get((names[0], names[1])) if len(names) > 1 else None
        return block.get("source") if block is not None and names[0] in ("aws_s3_object", "aws_s3_bucket_object") else None

    def _packs(self, data: Map, given: Any) -> bool:
        names = given.get(REFERENCE, []) if isinstance(given, Mapping) else []
        labels = list(data[LABELS])
        if names:
            return names[:3] == ["data", *labels] or names[:2] == labels
        return bool(self.value(data.get("output_path")) == self.value(given))

    # --- expressions

    def value(self, node: Any) -> Any:
        """An expression with its references resolved."""
        if self._depth > _MAX_DEPTH:
            return {"Ref": "a value that refers to itself"}
        self._depth += 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: Any) -> Any:
        if isinstance(node, Map):
            if REFERENCE in node:
                return self._reference(list(node[REFERENCE]), node)
            if FILE in node:
                path = self._by_default(self.value(node[FILE]))
                found = self._read(path) if isinstance(path, str) else None
                return self._unknown(["file"], node) if found is None else found
            if TEMPLATE in node:
                file, variables = node[TEMPLATE]
                return self._from_file(file, variables, node)
            mapping = Map(node.location)
            mapping.update((key, self.value(item)) for key, item in node.items() if key != LABELS)
            return _plain_join(mapping)
        if isinstance(node, list):
            sequence = Seq(location_of(node, _NOWHERE))
            sequence.extend(self.value(item) for item in node)
            return sequence
        return node

    def _from_file(self, file: Any, variables: Map, node: Map) -> Any:
        path = self._by_default(self.value(file))
        found = self._text(path) if isinstance(path, str) and not is_call(variables) else None
        parsed = parse_template(*found) if found is not None else None
        return self._unknown(["templatefile"], node) if parsed is None else self.value(_filled(parsed, variables))

    def _reference(self, names: list[str], node: Map) -> Any:
        kind, name, attribute = (*names, "", "")[:3]
        if kind == "var":
            return self._variable(name, node)
        if kind == "local" and name in self._locals:
            return self.value(self._locals[name])
        if kind == "path":
            return Str(".", node.location)
        if kind == "data":
            return self._data_source(names, node)
        if (kind, name) in self._resources and kind in TYPES:
            return self._attribute(kind, name, attribute, node)
        return self._unknown(names, node)

    def _variable(self, name: str, node: Map) -> Any:
        if name in self._given:
            return Str(self._given[name], node.location)
        declared = self._variables.get(name)
        default = None if declared is None else self.value(declared.get("default"))
        if default in (None, ""):
            return self._unknown(["var", name], node)
        if isinstance(default, Map | Seq):
            return default
        self._defaults[f"var.{name}"] = default
        return _call("Ref", f"var.{name}", node)

    def _by_default(self, node: Any) -> Any:
        """A text in which the variables are what they are by default, as far as they are known."""
        if isinstance(node, Map) and "Fn::Join" in node:
            mapping = Map(node.location)
            delimiter, parts = node["Fn::Join"]
            mapping["Fn::Join"] = [delimiter, [self._by_default(part) for part in parts] if isinstance(parts, list) else parts]
            return _plain_join(mapping)
        return self._defaults.get(node["Ref"], node) if isinstance(node, Map) and isinstance(node.get("Ref"), str) else node

    def _data_source(self, names: list[str], node: Map) -> Any:
        _, kind, name, attribute = (*names, "", "", "")[:4]
        if (kind, attribute) in OWN:
            return _call("Ref", OWN[(kind, attribute)], node)
        block = self._data.get((kind, name))
        if kind == "aws_iam_policy_document" and attribute == "json" and block is not None:
            return self._document(block)
        if kind == "aws_iam_policy" and block is not None and attribute == "arn":
            return self._looked_up(block, node)
        return self._unknown(names, node)

    def _looked_up(self, block: Map, node: Map) -> Any:
        if "arn" in block:
            return self.value(block["arn"])
        name = block.get("name")
        arn = self._managed_arn(name) if isinstance(name, str) else None
        return Str(arn, node.location) if arn is not None else self._unknown(list(node[REFERENCE]), node)

    def _attribute(self, kind: str, name: str, attribute: str, node: Map) -> Any:
        row, logical = TYPES[kind], _logical(kind, name)
        target = row.attributes.get(attribute)
        if kind == "aws_lambda_function" and attribute in ("invoke_arn", "qualified_arn"):
            arn = _call("Fn::GetAtt", [logical, "Arn"], node)
            return arn if attribute == "invoke_arn" else {"Fn::Join": [":", [arn, {"Ref": f"{logical}.version"}]]}
        if attribute in row.formats:
            return _call("Fn::Sub", [row.formats[attribute], {"Ref": {"Ref": logical}}], node)
        if target == "Ref":
            return _call("Ref", logical, node)
        if target is not None:
            return _call("Fn::GetAtt", [logical, target], node)
        value = self._resources[(kind, name)].get(attribute)
        return (
            self.value(value)
            if value is not None and not isinstance(value, Seq)
            else _call("Fn::GetAtt", [logical, attribute or "id"], node)
        )

    def _unknown(self, names: list[str], node: Map) -> Any:
        return _call("Ref", ".".join(names), node)

    # --- data "aws_iam_policy_document"

    def _document(self, block: Map) -> Any:
        document = Map(block.location)
        document["Version"] = "2012-10-17"
        statements = Seq(block.location)
        for source in (*_list(block.get("source_policy_documents")), *_list(block.get("override_policy_documents"))):
            merged = self.value(source)
            statements.extend(merged["Statement"] if isinstance(merged, Map) and isinstance(merged.get("Statement"), list) else [merged])
        statements.extend(self._statement(statement) for statement in _with_dynamic(block, "statement"))
        document["Statement"] = statements
        return document

    def _statement(self, block: Map) -> Map:
        statement = Map(block.location)
        statement["Effect"] = self.value(block.get("effect", "Allow"))
        for source, target in (
            ("sid", "Sid"),
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ):
            if source in block:
                statement[target] = self.value(block[source])
        for source, target in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
            if (blocks := _blocks(block, source)) != ():
                statement[target] = self._principals(blocks)
        conditions: dict[str, dict[str, Any]] = {}
        for condition in _blocks(block, "condition"):
            conditions.setdefault(str(condition.get("test")), {})[str(condition.get("variable"))] = self.value(condition.get("values"))
        if conditions:
            statement["Condition"] = conditions
        return statement

    def _principals(self, blocks: tuple[Map, ...]) -> Any:
        found: dict[str, list[Any]] = {}
        for block in blocks:
            identifiers = self.value(block.get("identifiers"))
            if block.get("type") == "*":
                return "*"
            found.setdefault(str(block.get("type")), []).extend(identifiers if isinstance(identifiers, list) else [identifiers])
        return found


def _filled(node: Any, variables: Map) -> Any:
    """A template with the expressions that it is given for its variables: it sees no others."""
    if isinstance(node, Map):
        if REFERENCE in node and node[REFERENCE][0] in variables:
            name, *rest = node[REFERENCE]
            return variables[name] if not rest else {"Ref": ".".join(("templatefile", name, *rest))}
        mapping = Map(node.location)
        mapping.update((key, _filled(value, variables)) for key, value in node.items())
        return mapping
    if isinstance(node, Seq):
        sequence = Seq(node.location)
        sequence.extend(_filled(value, variables) for value in node)
        return sequence
    return [_filled(value, variables) for value in node] if isinstance(node, list) else node


def _labelled(bodies: tuple[Map, ...], kind: str, count: int) -> Iterator[tuple[str, str, Map]]:
    for body in bodies:
        for block in _blocks(body, kind):
            labels = [str(label) for label in block[LABELS]]
            if len(labels) == count:
                yield labels[0], (*labels, "")[1], block


def _blocks(body: Map, kind: str) -> tuple[Map, ...]:
    return tuple(block for block in _list(body.get(kind)) if isinstance(block, Map))


def _with_dynamic(body: Map, kind: str) -> tuple[Map, ...]:
    """Blocks of a kind and what `dynamic` blocks repeat as such: a permission that only the plan counts is written all the same."""
    return (*_blocks(body, kind), *_dynamic(body, kind))


def _dynamic(body: Map, kind: str) -> tuple[Map, ...]:
    """What `dynamic` blocks repeat as blocks of a kind."""
    repeated = (block for block in _blocks(body, "dynamic") if list(block[LABELS]) == [kind])
    return tuple(content for block in repeated for content in _blocks(block, "content"))


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [] if node is None else [node] if is_call(node) else []


def _reach(block: Map, path: list[str]) -> tuple[Any, Any]:
    """A value at a path, blocks within blocks on the way, and the key it stands under."""
    node: Any = block
    key: Any = None
    for name in path:
        if isinstance(node, Seq) and node and isinstance(node[0], Map) and LABELS in node[0]:
            node = node[0]
        if not isinstance(node, Map) or name not in node:
            return None, None
        key = next(found for found in node if found == name)
        node = node[name]
    return key, node


def _put(properties: dict[str, Any], path: list[str], value: Any, key: Any) -> None:
    for name in path[:-1]:
        properties = properties.setdefault(name, {})
    properties[Str(path[-1], key.location) if isinstance(key, Str) else path[-1]] = value


def _plain_join(node: Map) -> Any:
    """`Fn::Join` of what turned out to be literals is a literal: paths are looked at before anything is resolved."""
    operand = node.get("Fn::Join")
    if len(node) != 1 or not isinstance(operand, list) or len(operand) != 2 or not isinstance(operand[1], list):
        return node
    known = isinstance(operand[0], str) and all(isinstance(part, str) for part in operand[1])
    return Str(operand[0].join(operand[1]), node.location) if known else node


def _call(name: str, operand: Any, node: Map) -> Map:
    call = Map(node.location)
    call[name] = operand
    return call


def _logical(kind: str, name: str) -> str:
    return f"{kind}_{name}"


_NOWHERE = Location("")
