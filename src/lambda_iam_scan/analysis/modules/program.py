"""The user's modules: where an import leads, under the function's code roots."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import cast

from lambda_iam_scan.analysis.facts.module import ModuleFacts
from lambda_iam_scan.analysis.modules.knowledge import HARMLESS
from lambda_iam_scan.analysis.modules.requirements import origin
from lambda_iam_scan.analysis.values.kinds import ModuleObject, NamespacePackage, TupleValue, text
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import Text

FactsOf = Callable[[str], ModuleFacts | Gap]

_NEVER_OURS = """
    boto3 botocore s3transfer aioboto3 aiobotocore urllib3 requests dateutil jmespath six aws_lambda_powertools aws_xray_sdk
    pydantic typing_extensions mypy_boto3 types_boto3 numpy pandas yaml certifi idna charset_normalizer
"""
NEVER_OURS = frozenset(_NEVER_OURS.split())
"""Top-level packages that people copy beside their code, with or without the metadata that would tell."""


class Program:
    """Modules by name. Only what an executed import asks for is ever read."""

    def __init__(self, roots: tuple[str, ...], tree: SourceTree, facts: FactsOf, unseen: tuple[str, ...] = ()) -> None:
        self.roots = roots or ("",)
        self.unseen = unseen
        self.tree = tree
        self.facts = facts
        self.modules: dict[str, ModuleObject | NamespacePackage | None] = {}
        self.failed: dict[str, Gap] = {}
        self.vendored = {root: _vendored(tree, root) for root in self.roots}

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all modules read, sorted."""
        return tuple(sorted({module.path for module in self.modules.values() if isinstance(module, ModuleObject)}))

    def add_root(self, root: str) -> None:
        """One more directory to import from (`sys.path.append`); names that were not found before may be there."""
        if root in self.roots or not self.tree.is_dir(root):
            return
        self.roots = (*self.roots, root)
        self.vendored[root] = _vendored(self.tree, root)
        self.modules = {name: module for name, module in self.modules.items() if module is not None}

    def find(self, name: str) -> ModuleObject | NamespacePackage | None:
        """A module of the user's by absolute name, not executed; None when it is none of theirs."""
        if name not in self.modules:
            self.modules[name] = self._find(name)
        return self.modules[name]

    def _find(self, name: str) -> ModuleObject | NamespacePackage | None:
        parts = name.split(".")
        if parts[0] in NEVER_OURS or not all(part.isidentifier() or "-" in part for part in parts):
            return None
        namespace = False
        for root in self.roots:
            if parts[0] in self.vendored[root]:
                continue
            base = "/".join((*((root,) if root else ()), *parts))
            for path, package in ((f"{base}/__init__.py", name), (f"{base}.py", name.rpartition(".")[0])):
                if self.tree.is_file(path):
                    return self.load(name, path, package)
            namespace = namespace or self.tree.is_dir(base)
        return NamespacePackage(name) if namespace else None

    def module_of(self, handler: str) -> ModuleObject | None:
        """The module that a configured handler names: as dotted name, else as a path that is no valid name."""
        name = handler.replace("/", ".").rpartition(".")[0]
        found = self.find(name) if name else None
        if isinstance(found, ModuleObject):
            return found
        path = handler.rpartition(".")[0]
        for root in self.roots:
            for form in (path, path.replace(".", "/")):
                full = f"{root}/{form}.py" if root else f"{form}.py"
                if form and self.tree.is_file(full) and full not in self.failed:
                    loaded = self.load(name, full, name.rpartition(".")[0])
                    self.modules[name] = loaded
                    return loaded
        return None

    def like(self, pattern: Text) -> tuple[str, ...]:
        """Names of the user's modules that a partly known name can stand for: what is not known of it is part of one name."""
        head = pattern.parts[0] if pattern.parts and isinstance(pattern.parts[0], str) else ""
        form = re.compile("".join(re.escape(part) if isinstance(part, str) else r"[^.]+" for part in pattern.parts))
        package = head.rpartition(".")[0].replace(".", "/")
        found = {name for root in self.roots if head for name in self._below(root, package) if form.fullmatch(name)}
        return tuple(sorted(found))

    def _below(self, root: str, package: str) -> Iterator[str]:
        base = "/".join(part for part in (root, package) if part)
        for path in self.tree.walk(base) if self.tree.is_dir(base) else ():
            if path.endswith(".py"):
                name = path[len(root) :].lstrip("/").removesuffix(".py").removesuffix("/__init__")
                if name.partition("/")[0] not in self.vendored[root]:
                    yield name.replace("/", ".")

    def missing(self, name: str, below: Iterable[str] = (), known: bool = False) -> str | None:
        """Why a module that was not found is the project's own all the same, so that calls in it are not seen; None when it need not be.

        It is when a package of the project's should contain it, or when the project has a file of this name elsewhere: a layer that
        another template makes, or something that a build step copies. `below` are names imported from it. Where a package of
        this name is `known`, a part of another package is its namesake.
        """
        top = name.partition(".")[0]
        if self._installed(top) or self._exists(name):
            return None
        for full in (name, *(f"{name}.{inner}" for inner in below)):
            candidates = _own_files(cast(Hashable, self.tree)).get(full.replace(".", "/").rpartition("/")[2], ())
            found = next((file for file in candidates if self._is_called(file, full, known)), None)
            if found is not None:
                return f"{name} is not among the function's code and layers; {found} may be it, and what it calls is not known"
        return None if self.modules.get(top) is None else f"{name} is not in the project, so what it calls is not known"

    def _is_called(self, file: str, name: str, alone: bool) -> bool:
        """Whether a file would be a module of this name if one imported from where it lies; `alone`: which is not within a package."""
        endings = (f"/{name.replace('.', '/')}.py", _package_file(name))
        root = next((f"/{file}".removesuffix(ending) for ending in endings if f"/{file}".endswith(ending)), None)
        return root is not None and not (alone and self.tree.is_file(f"{root}/__init__.py".lstrip("/")))

    def foreign(self, name: str) -> str | None:
        """Why a module that was not found, of a package that nobody knows, may be somebody's own; None when it is taken for a public one.

        It may come from a layer whose content is not in the project, unless a requirement brings it; and a requirement may bring it from
        elsewhere than an index of packages.
        """
        top = name.partition(".")[0]
        if self._installed(top) or self.modules.get(top) is not None:
            return None
        place = origin(self.tree, top)
        if place:
            return f"{name} is installed from {place}, and what it calls is not known"
        if place is None and self.unseen:
            layer = f"layer {self.unseen[0]}, whose content is not seen, may bring it"
            return f"{name} is not in the project; {layer}, and what it calls is not known"
        return None

    def _installed(self, top: str) -> bool:
        """Whether a top-level package is beside the code, or with every function."""
        return any(top in names for names in self.vendored.values()) or top in NEVER_OURS or top in HARMLESS or top in _ELSEWHERE

    def _exists(self, name: str) -> bool:
        """Whether there is such a file that could not be read: that is said already."""
        base = name.replace(".", "/")
        return any(f"/{path}".endswith((f"/{base}.py", _package_file(name))) for path in self.failed)

    def load(self, name: str, path: str, package: str) -> ModuleObject | None:
        """The module at a path; None when it cannot be read or parsed (`failed` says why)."""
        try:
            facts = self.facts(path)
        except InputError as error:
            facts = Gap(kind=GapKind.UNREADABLE, reason=str(error), location=Location(path))
        if isinstance(facts, Gap):
            self.failed[path] = facts
            return None
        module = ModuleObject(name, path, package, facts)
        module.vars["__file__"] = text(f"{TASK_ROOT}/{self._relative(path)}")
        module.vars["__package__"] = text(package)
        if path.endswith("/__init__.py"):
            module.vars["__path__"] = TupleValue((text(f"{TASK_ROOT}/{self._relative(path)}".removesuffix("/__init__.py")),))
        return module

    def _relative(self, path: str) -> str:
        """A file's path below the root that it is imported from."""
        root = max((root for root in self.roots if path.startswith(f"{root}/")), key=len, default="")
        return path[len(root) :].lstrip("/")


TASK_ROOT = "/var/task"
"""Where Lambda unpacks the code."""
_ELSEWHERE = sys.stdlib_module_names | {"cfnresponse"}
"""Modules that a project may have a copy or a namesake of, and Lambda has itself."""


def _package_file(name: str) -> str:
    return f"/{name.replace('.', '/')}/__init__.py"


@lru_cache(maxsize=2)
def _own_files(tree: Hashable) -> dict[str, tuple[str, ...]]:
    """The project's Python files by the last part of the module names they can have."""
    found: dict[str, list[str]] = {}
    for path in cast(SourceTree, tree).walk():
        if path.endswith(".py"):
            found.setdefault(path.removesuffix("/__init__.py").rpartition("/")[2].removesuffix(".py"), []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _vendored(tree: SourceTree, root: str) -> frozenset[str]:
    """Top-level names below a root that a `*.dist-info` directory says were installed there."""
    out: set[str] = set()
    for name in tree.list(root):
        if name.endswith(".dist-info/"):
            out |= _installed(tree, f"{root}/{name}" if root else name, name)
    return frozenset(out)


def _installed(tree: SourceTree, directory: str, name: str) -> set[str]:
    try:
        record = tree.read(f"{directory}RECORD").decode("utf-8", "replace")
    except InputError:
        bare = name.split("-")[0]
        return {bare, bare.lower()}
    tops = {line.split("/", 1)[0].split(",", 1)[0] for line in record.splitlines()[:20_000]}
    return {top.removesuffix(".py") for top in tops if "." not in top or top.endswith(".py")}


def absolute(module: ModuleObject, level: int, name: str) -> str:
    """A relative import's absolute name."""
    if not level:
        return name
    parts = module.package.split(".") if module.package else []
    base = parts[: len(parts) - level + 1] if level > 1 else parts
    return ".".join([*base, *([name] if name else [])])
