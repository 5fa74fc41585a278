"""AWS CDK applications, by what `cdk synth` left in `cdk.out`: CloudFormation templates beside copies of the code.

Source of the format: AWS CDK's cloud assembly schema (`manifest.json`, artifacts of type `aws:cloudformation:stack` and
`cdk:cloud-assembly`), and the resource metadata `aws:asset:path` and `aws:cdk:path`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from posixpath import basename, dirname, join
from typing import Any

from lambda_iam_scan.config import Settings
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.readers._extract import Context, extract
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.loops import load_template
from lambda_iam_scan.templates.nodes import Map, load

_MAX_ASSEMBLIES = 50


class Cdk:
    """`cdk.json` stands for the application; its stacks are read from the output directory."""

    name = "cdk"

    def claims(self, tree: SourceTree, path: str) -> bool:
        """By name alone."""
        return basename(path) == "cdk.json"

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """Every stack of the application. Without an output directory there is nothing to read, which is a gap."""
        out = join(dirname(path), _output(tree, path))
        if not tree.is_file(join(out, "manifest.json")):
            gap = Gap(kind=GapKind.UNREADABLE, reason="no synthesized templates: run `cdk synth` first", location=Location(path))
            return Deployment(path=path, functions=(), gaps=(gap,))
        stacks = [_stack(tree, template, tables, settings) for template in _templates(tree, out)]
        sources = _Sources(tree)
        return Deployment(
            path=path,
            functions=tuple(sources.original(function, out) for stack in stacks for function in stack.functions),
            resource_policies=tuple(policy for stack in stacks for policy in stack.resource_policies),
            gaps=tuple(gap for stack in stacks for gap in stack.gaps),
        )


def _output(tree: SourceTree, path: str) -> str:
    configuration = _mapping(tree, path)
    found = configuration.get("output")
    return str(found) if isinstance(found, str) else "cdk.out"


def _mapping(tree: SourceTree, path: str) -> Mapping[str, Any]:
    try:
        root = load(tree.read(path), path).root
    except InputError:
        return {}
    return root if isinstance(root, Map) else {}


def _templates(tree: SourceTree, out: str) -> Iterator[str]:
    """Stacks' templates, of nested assemblies (stages) too, in order of name."""
    waiting, seen = [out], 0
    while waiting and seen < _MAX_ASSEMBLIES:
        directory, seen = waiting.pop(0), seen + 1
        artifacts = _mapping(tree, join(directory, "manifest.json")).get("artifacts")
        for _, artifact in sorted(artifacts.items()) if isinstance(artifacts, Map) else ():
            properties = artifact.get("properties") if isinstance(artifact, Map) else None
            if not isinstance(properties, Map):
                continue
            if artifact.get("type") == "aws:cloudformation:stack" and isinstance(properties.get("templateFile"), str):
                yield join(directory, properties["templateFile"])
            elif artifact.get("type") == "cdk:cloud-assembly" and isinstance(properties.get("directoryName"), str):
                waiting.append(join(directory, properties["directoryName"]))


def _stack(tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
    try:
        root = load_template(tree.read(path), path).root
    except InputError as error:
        gap = Gap(kind=GapKind.UNREADABLE, reason=f"the stack's template cannot be read: {error}", location=Location(path))
        return Deployment(path=path, functions=(), gaps=(gap,))
    scope = Scope(root, tables.cloudformation, dict(settings.parameters))
    found = extract(Context(tree, path, scope, tables))
    own = tuple(function for function in found.functions if not _is_the_frameworks(scope, function))
    return replace(found, functions=own)


def _is_the_frameworks(scope: Scope, function: Function) -> bool:
    """Handlers of the CDK's own custom resources (bucket deployment ...) are nobody's code here."""
    resource = scope.resources.get(function.logical_id or "", {})
    place = scope.known(scope.get(resource, "Metadata", "aws:cdk:path")) or ""
    return any(segment.startswith("Custom::") for segment in place.split("/"))


class _Sources:
    """The application's own files, to lead from an asset, which is a copy, back to the original."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._files: tuple[str, ...] | None = None

    def original(self, function: Function, out: str) -> Function:
        """The function with the directories that its assets were copied from: those with the same handler, or a layer's first module."""
        roots = function.code_roots
        if not roots or function.handler is None or not roots[0].startswith(out):
            return function
        module = function.handler.rpartition(".")[0].replace(".", "/") + ".py"
        found = self._twin(roots[0], module) or roots[0]
        return replace(function, code_roots=(found, *(self._layer(root, out) for root in roots[1:])))

    def _layer(self, root: str, out: str) -> str:
        names = self._tree.list(root) if root.startswith(out) else ()
        modules = (name if name.endswith(".py") else f"{name}__init__.py" for name in names if name.endswith((".py", "/")))
        first = next((module for module in modules if self._tree.is_file(f"{root}/{module}")), None)
        return root if first is None else self._twin(root, first) or root

    def _twin(self, asset: str, module: str) -> str | None:
        try:
            content = self._tree.read(f"{asset}/{module}")
        except InputError:
            return None
        if self._files is None:
            self._files = tuple(self._tree.walk())
        same = [path for path in self._files if path == module or path.endswith("/" + module)]
        return next((path.removesuffix(module).rstrip("/") for path in same if self._tree.read(path) == content), None)


READER = Cdk()
