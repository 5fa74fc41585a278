"""Imports by names that are not written out: which modules they can mean."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import found, gaps, silent

A, B, C = "s3:PutObject Bucket=a", "s3:PutObject Bucket=b", "s3:PutObject Bucket=c"


def module(bucket: str) -> str:
    return f"import boto3\ndef run(): boto3.client('s3').put_object(Bucket='{bucket}')\n"


FILES = {
    "plugins/__init__.py": "",
    "plugins/a.py": module("a"),
    "plugins/b.py": module("b"),
    "plugins/below/__init__.py": "",
    "plugins/below/c.py": module("c"),
    "other.py": module("other"),
}
HEAD = "import glob, importlib, importlib.util, os, pathlib, pkgutil, pydoc, runpy\nimport plugins\n"

EVERY = {
    "f-string": "importlib.import_module(f'plugins.{e}').run()",
    "sum": "importlib.import_module('plugins.' + e['n']).run()",
    "relative": "importlib.import_module(f'.{e}', 'plugins').run()",
    "relative to a package": "importlib.import_module('.' + e, package=plugins.__name__).run()",
    "__import__": "__import__(f'plugins.{e}', fromlist=['run']).run()",
    "getattr": "getattr(importlib.import_module(f'plugins.{e}'), 'run')()",
    "iter_modules": "[importlib.import_module(f'plugins.{m.name}').run() for m in pkgutil.iter_modules(plugins.__path__) if not m.ispkg]",
    "iter_modules, unpacked": (
        "[importlib.import_module('plugins.' + n).run() for _, n, p in pkgutil.iter_modules(plugins.__path__) if not p]"
    ),
    "iter_modules of a path": (
        "[importlib.import_module(f'plugins.{m.name}').run()"
        " for m in pkgutil.iter_modules([os.path.join(os.path.dirname(__file__), 'plugins')]) if not m.ispkg]"
    ),
    "listdir": (
        "[importlib.import_module(f'plugins.{f[:-3]}').run()"
        " for f in os.listdir(os.path.dirname(os.path.abspath(__file__)) + '/plugins') if f.endswith('.py') and f != '__init__.py']"
    ),
    "glob": "[importlib.import_module(f'plugins.{os.path.basename(p)[:-3]}').run() for p in glob.glob('plugins/[ab].py')]",
    "pathlib": (
        "[importlib.import_module(f'plugins.{p.stem}').run() for p in pathlib.Path(__file__).parent.joinpath('plugins').glob('?.py')]"
    ),
}


@pytest.mark.parametrize("use", EVERY.values(), ids=EVERY.keys())
def test_every_module_of_a_package(use: str) -> None:
    found({**FILES, "app.py": f"{HEAD}def handler(e, c): {use}"}, A, B)


ONE = {
    "known": "importlib.import_module('plugins.a').run()",
    "whose end is known": "importlib.import_module(f'plugins.{e}.c'); importlib.import_module('plugins.a').run()",
    "specification": "s = importlib.util.find_spec('plugins.a'); m = importlib.util.module_from_spec(s); s.loader.exec_module(m); m.run()",
    "file": "s = importlib.util.spec_from_file_location('x', 'plugins/a.py'); importlib.util.module_from_spec(s).run()",
    "run as a module": "runpy.run_module('plugins.a')['run']()",
    "run as a file": "runpy.run_path('plugins/a.py')['run']()",
    "located": "pydoc.locate('plugins.a.run')()",
    "resolved": "pkgutil.resolve_name('plugins.a:run')()",
}


@pytest.mark.parametrize("use", ONE.values(), ids=ONE.keys())
def test_one_module(use: str) -> None:
    found({**FILES, "app.py": f"{HEAD}def handler(e, c): {use}"}, A)


def test_every_module_at_any_depth() -> None:
    loop = "for m in pkgutil.walk_packages(plugins.__path__, 'plugins.'):\n  if not m.ispkg: importlib.import_module(m.name).run()"
    found({**FILES, "app.py": f"{HEAD}def handler(e, c):\n {loop}"}, A, B, C)


@pytest.mark.parametrize("name", ["f'{__name__}.{n}'", "'.' + n"])
def test_a_package_that_imports_its_modules(name: str) -> None:
    package = "import importlib, pkgutil\nfor _, n, _ in pkgutil.iter_modules(__path__):\n importlib.import_module(NAME, __package__)"
    files = {**FILES, "plugins/__init__.py": package.replace("NAME", name), "plugins/a.py": module("a") + "run()"}
    found({**files, "app.py": "import plugins\ndef handler(e, c): pass"}, A)


@pytest.mark.parametrize("name", ["e", "f'absent.{e}'", "f'plugins.z{e}'", "f'{e}.a'"])
def test_names_that_no_module_has(name: str) -> None:
    gaps({**FILES, "app.py": f"{HEAD}def handler(e, c): importlib.import_module({name})"}, GapKind.DYNAMIC_CODE)


def test_modules_that_are_not_imported() -> None:
    silent({**FILES, "app.py": f"{HEAD}def handler(e, c): pkgutil.iter_modules(plugins.__path__), os.listdir('plugins')"})
