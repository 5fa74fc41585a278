"""Terraform modules: every directory with `.tf` files is one."""

from __future__ import annotations

from importlib.util import find_spec
from posixpath import basename, dirname, join, normpath
from typing import Any

from lambda_iam_scan.config import Settings
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.readers._extract import Context, Origin, extract
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import Map, load


class Terraform:
    """The resources of a module, with the values that can be told before planning."""

    name = "terraform"

    def claims(self, tree: SourceTree, path: str) -> bool:
        """The first file of a module that speaks of Lambda stands for all of the module."""
        if not path.endswith(".tf"):
            return False
        files = _files(tree, path)
        return basename(path) == files[0] and any(_speaks_of_lambda(tree, join(dirname(path), name)) for name in files)

    def read(self, tree: SourceTree, path: str, tables: Tables, settings: Settings) -> Deployment:
        """A file that is not Terraform is a gap; the module's other files are read without it."""
        if find_spec("hcl2") is None:
            reason = "reading Terraform takes python-hcl2: install lambda-iam-scan[terraform]"
            return Deployment(path=path, functions=(), gaps=(Gap(kind=GapKind.UNREADABLE, reason=reason, location=Location(path)),))
        from lambda_iam_scan.readers._terraform import template_of

        bodies, gaps = _bodies(tree, path)
        given = dict(settings.parameters)

        def read_file(name: str) -> Any:
            file = normpath(join(dirname(path), name))
            try:
                found = load(tree.read(file), file).root
            except InputError:
                return None
            return found if isinstance(found, Map) else None

        def read_text(name: str) -> tuple[str, str] | None:
            file = normpath(join(dirname(path), name))
            try:
                return tree.read(file).decode("utf-8", "replace"), file
            except InputError:
                return None

        scope = Scope(template_of(bodies, given, read_file, read_text, tables.managed_policy_arn), tables.cloudformation, given)
        return extract(Context(tree, path, scope, tables, Origin()), gaps)


def _files(tree: SourceTree, path: str) -> tuple[str, ...]:
    return tuple(name for name in tree.list(dirname(path)) if name.endswith(".tf"))


def _speaks_of_lambda(tree: SourceTree, path: str) -> bool:
    try:
        content = tree.read(path)
    except InputError:
        return False
    return any(resource in content for resource in (b"aws_lambda_function", b"aws_lambda_event_source_mapping"))


def _bodies(tree: SourceTree, path: str) -> tuple[tuple[Map, ...], tuple[Gap, ...]]:
    from lambda_iam_scan.readers._terraform.hcl import parse

    bodies: list[Map] = []
    gaps: list[Gap] = []
    for name in _files(tree, path):
        file = join(dirname(path), name)
        try:
            bodies.append(parse(tree.read(file), file))
        except InputError as error:
            gaps.append(Gap(kind=GapKind.UNREADABLE, reason=f"the file cannot be read: {error}", location=Location(file)))
    return tuple(bodies), tuple(gaps)


READER = Terraform()
