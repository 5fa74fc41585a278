"""Plain code without a template: every handler is a function of its own, with nothing known of its role or environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text


def read_bare(tree: SourceTree, paths: tuple[str, ...], handlers: Mapping[str, tuple[tuple[str, Location], ...]]) -> Deployment:
    """Functions of code that nothing declares.

    `handlers` maps module paths to the entry points found in them. Where there is none at all, each of `paths` becomes
    one function without a handler: every module of it, whole.
    """
    functions = [
        _function(f"{path}#{name}", f"{_module(path, root)}.{name}", name, (root, *_roots(tree, paths, path, root)), location)
        for path, found in sorted(handlers.items())
        for name, location in found
        for root in (package_root(tree, path),)
    ]
    if not functions:
        functions = [_function(f"{path or '.'}#", None, path or ".", (path,), Location(path)) for path in paths]
    return Deployment(path="", functions=tuple(functions))


def package_root(tree: SourceTree, module: str) -> str:
    """The directory that must be on the import path for a module: the nearest above it that is not a package."""
    directory = _parent(module)
    while directory and tree.is_file(f"{directory}/__init__.py"):
        directory = _parent(directory)
    return directory


def _roots(tree: SourceTree, paths: tuple[str, ...], module: str, root: str) -> tuple[str, ...]:
    """Further places that imports may start from: the scanned directory above the module, the project root, then its own directory."""
    above = [path for path in paths if tree.is_dir(path) and (path == "" or module.startswith(path + "/"))]
    return tuple(dict.fromkeys(path for path in (*above, "", _parent(module)) if path != root))


def _function(function_id: str, handler: str | None, name: str, roots: tuple[str, ...], location: Location) -> Function:
    hole = Hole("the function is not declared in a template")
    return Function(
        id=function_id,
        name=Text.of(hole),
        arn=Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", hole),
        handler=handler,
        runtime=None,
        code_roots=roots,
        location=location,
        logical_id=name,
    )


def _module(path: str, root: str) -> str:
    relative = PurePosixPath(path).relative_to(root) if root else PurePosixPath(path)
    return str(relative.with_suffix(""))


def _parent(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent
