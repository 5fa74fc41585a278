"""What is read before anything is executed: modules that are imported for sure, and none that may not be."""

from __future__ import annotations

from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.modules.ahead import read_ahead
from lambda_iam_scan.model.code import Gap
from tests.analysis.harness import Memory


def read(app: str, *others: str, handler: str = "app.handler", roots: tuple[str, ...] = ("",)) -> list[str]:
    """Modules read ahead of a handler in `app.py`, beside which there are others: empty ones, or `path: source`."""
    tree = Memory({"app.py": app} | {path: source for path, _, source in (other.partition(": ") for other in others)})
    paths: list[str] = []

    def facts(path: str) -> ModuleFacts | Gap:
        paths.append(path)
        return extract(tree.read(path), path)

    read_ahead(roots, handler, tree, facts)
    assert len(paths) == len(set(paths))
    return sorted(paths)


def test_the_handlers_module_and_what_it_imports_and_so_on() -> None:
    assert read("import a", "a.py: from b import x", "b.py: x = 1", "c.py") == ["a.py", "app.py", "b.py"]


def test_modules_that_import_one_another_are_read_once() -> None:
    assert read("import a", "a.py: import app, a") == ["a.py", "app.py"]


def test_the_packages_that_a_module_is_in() -> None:
    packages = ["p/__init__.py", "p/q/__init__.py", "p/q/m.py"]
    assert read("import p.q.m", *packages, "p/n.py") == ["app.py", *packages]


def test_what_is_imported_from_a_package_may_be_a_module() -> None:
    assert read("from p import m, x", "p/__init__.py: x = 1", "p/m.py") == ["app.py", "p/__init__.py", "p/m.py"]
    assert read("from p import m", "p/m.py", "m.py") == ["app.py", "p/m.py"]


def test_what_is_imported_from_a_module_is_no_module() -> None:
    assert read("from p import m", "p.py: m = 1", "p/m.py") == ["app.py", "p.py"]


def test_relative_imports() -> None:
    files = ("p/q/app.py: from . import a\nfrom .b import x", "p/q/a.py", "p/q/b.py: from ..c import y", "p/c.py", "a.py", "c.py", "b.py")
    assert read("", *files, handler="p/q/app.handler") == ["p/c.py", "p/q/a.py", "p/q/app.py", "p/q/b.py"]


def test_the_packages_that_the_handler_is_in() -> None:
    assert read("", "p/__init__.py: import a", "p/m.py", "a.py", handler="p.m.handler") == ["a.py", "p/__init__.py", "p/m.py"]


def test_star_imports() -> None:
    assert read("from p import *", "p/__init__.py", "p/m.py") == ["app.py", "p/__init__.py"]


def test_what_is_tried_is_read_and_what_may_not_be_is_left() -> None:
    assert read("try:\n import a\nexcept ImportError:\n import b", "a.py", "b.py") == ["a.py", "app.py"]
    assert read("if TYPE_CHECKING:\n import a\ndef f():\n import b", "a.py", "b.py") == ["app.py"]


def test_what_is_no_python_ends_there() -> None:
    assert read("import a, b", "a.py: import (", "b.py") == ["a.py", "app.py", "b.py"]


def test_no_module_of_the_users() -> None:
    assert read("import boto3, os.path, json.decoder", "boto3.py") == ["app.py"]
    assert read("", "a.py", handler="nothing.handler") == []


def test_other_directories_to_import_from() -> None:
    files = ("code/app.py: import a, b", "code/a.py", "layer/python/b.py", "b.py")
    assert read("", *files, roots=("code", "layer/python")) == ["code/a.py", "code/app.py", "layer/python/b.py"]
