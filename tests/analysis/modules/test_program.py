"""Imports: where a name of another module comes from."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import Text
from tests.analysis.harness import found, gaps, silent, use

PUT = "s3:PutObject Bucket=b"
STORE = "import boto3\nBUCKET = 'b'\ns3 = boto3.client('s3')\ndef save(bucket='b'): s3.put_object(Bucket=bucket)\n"

POSITIVE = {
    "import": {"app.py": "import store\ndef handler(e, c): store.save()", "store.py": STORE},
    "import as": {"app.py": "import store as s\ndef handler(e, c): s.save()", "store.py": STORE},
    "from": {"app.py": "from store import save as x\ndef handler(e, c): x()", "store.py": STORE},
    "star": {"app.py": "from store import *\ndef handler(e, c): save()", "store.py": STORE},
    "star with all": {"app.py": "from store import *\ndef handler(e, c): save()", "store.py": "__all__ = ['save']\n" + STORE},
    "constant": {"app.py": "import store, boto3\ndef handler(e, c): boto3.client('s3').put_object(Bucket=store.BUCKET)", "store.py": STORE},
    "package": {"app.py": "import lib.store\ndef handler(e, c): lib.store.save()", "lib/__init__.py": "", "lib/store.py": STORE},
    "from package": {"app.py": "from lib import store\ndef handler(e, c): store.save()", "lib/__init__.py": "", "lib/store.py": STORE},
    "package that re-exports": {
        "app.py": "import lib\ndef handler(e, c): lib.save()",
        "lib/__init__.py": "from .store import save",
        "lib/store.py": STORE,
    },
    "namespace package": {"app.py": "from lib.store import save\ndef handler(e, c): save()", "lib/store.py": STORE},
    "relative": {
        "app.py": "from pkg.a.go import run\ndef handler(e, c): run()",
        "pkg/__init__.py": "",
        "pkg/a/__init__.py": "",
        "pkg/a/go.py": "from ..store import save\nfrom . import other\ndef run(): save()",
        "pkg/a/other.py": "",
        "pkg/store.py": STORE,
    },
    "in a function": {"app.py": "def handler(e, c):\n    from store import save\n    save()", "store.py": STORE},
    "conditional": {
        "app.py": "try:\n    from fast import save\nexcept ImportError:\n    from store import save\ndef handler(e, c): save()",
        "store.py": STORE,
    },
    "circular": {
        "app.py": "import a\ndef handler(e, c): a.go()",
        "a.py": "import b\ndef go(): b.go()",
        "b.py": "import a\n" + STORE + "def go(): save()",
    },
    "import_module": {"app.py": "import importlib\ndef handler(e, c): importlib.import_module('store').save()", "store.py": STORE},
    "module getattr": {
        "app.py": "import lazy\ndef handler(e, c): lazy.s3.put_object(Bucket='b')",
        "lazy.py": "import boto3\ndef __getattr__(name): return boto3.client(name)",
    },
    "module in a table": {"app.py": "import store\nM = {'x': store}\ndef handler(e, c): M[e['x']].save()", "store.py": STORE},
    "class of a module by a name in the event": {
        "app.py": "import store\ndef handler(e, c): getattr(store, e['kind'], None)().save()",
        "store.py": "import boto3\nclass Store:\n def save(self): boto3.client('s3').put_object(Bucket='b')",
    },
    "function of a module by name": {"app.py": "import store\ndef handler(e, c): getattr(store, 'save')()", "store.py": STORE},
    "set from another module": {
        "app.py": "import conf, boto3\nconf.client = boto3.client('s3')\ndef handler(e, c): conf.go()",
        "conf.py": "client = None\ndef go(): client.put_object(Bucket='b')",
    },
    "byte order mark and cookie": {
        "app.py": "import store\ndef handler(e, c): store.save()",
        "store.py": "# -*- coding: utf-8 -*-\n" + STORE,
    },
}


@pytest.mark.parametrize("name", POSITIVE)
def test_followed(name: str) -> None:
    found(POSITIVE[name], PUT)


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import store\ndef handler(e, c): pass", "store.py": STORE},
        {"app.py": "from store import *\ndef handler(e, c): save()", "store.py": "__all__ = []\n" + STORE},
        {"app.py": "from store import *\ndef handler(e, c): _save()", "store.py": STORE + "_save = save"},
        {"app.py": "def handler(e, c): store.save()", "store.py": STORE},
        {"app.py": "from .store import save\ndef handler(e, c): save()", "lib/store.py": STORE},
        {"app.py": "def handler(e, c): pass\ndef never():\n    from store import save\n    save()", "store.py": STORE},
    ],
)
def test_not_counted(files: dict[str, str]) -> None:
    silent(files)


@pytest.mark.parametrize("handler", ["pkg.mod.handler", "pkg/mod.handler"])
def test_handler_paths(handler: str) -> None:
    result = found({"src/pkg/mod.py": STORE + "def handler(e, c): save()"}, PUT, handler=handler, roots=("src",))
    assert result.handler is not None
    assert (result.handler.path, result.handler.line) == ("src/pkg/mod.py", 5)


def test_handler_in_a_directory_that_is_no_name() -> None:
    found({"my-fn/app.py": STORE + "def handler(e, c): save()"}, PUT, handler="my-fn/app.handler")


def test_layers_come_after_the_code() -> None:
    files = {"fn/app.py": "from shared import save\ndef handler(e, c): save()", "layer/python/shared.py": STORE}
    found(files, PUT, roots=("fn", "layer/python"))
    assert not use(files, roots=("fn",)).calls


def test_installed_packages_are_not_the_users_code() -> None:
    files = {
        "app.py": "import dep\ndef handler(e, c): dep.save()",
        "dep.py": STORE,
        "dep-1.0.dist-info/RECORD": "dep.py,sha256=x,1\n",
    }
    silent(files)
    assert use(files).modules == ("app.py",)


def test_only_what_is_reached_is_read() -> None:
    files = {"app.py": "import a\ndef handler(e, c): pass\ndef x():\n    import b", "a.py": "", "b.py": "(((", "c.py": "((("}
    assert use(files).modules == ("a.py", "app.py")
    silent(files)


def test_what_cannot_be_parsed_is_a_gap_with_its_line() -> None:
    result = gaps({"app.py": "import broken\ndef handler(e, c): pass", "broken.py": "x = 1\ndef (:\n"}, GapKind.UNPARSABLE)
    assert result.gaps[0].location.path == "broken.py"
    assert result.gaps[0].location.line == 2


@pytest.mark.parametrize(("handler", "kind"), [("app.nothing", GapKind.HANDLER_NOT_FOUND), ("nowhere.handler", GapKind.HANDLER_NOT_FOUND)])
def test_handler_that_is_not_there(handler: str, kind: GapKind) -> None:
    gaps("def handler(e, c): pass", kind, handler=handler)


def test_code_that_is_not_there() -> None:
    gaps({"app.py": ""}, GapKind.CODE_NOT_FOUND, roots=("elsewhere",))


def test_every_module_whole_without_a_handler() -> None:
    files = {
        "lib/store.py": STORE,
        "lib/other.py": "import boto3\nclass A:\n    def go(self): boto3.client('sqs').purge_queue(QueueUrl='q')",
    }
    found(files, "s3:PutObject", "sqs:PurgeQueue", handler=None, roots=("lib",))
    assert not use(files, handler=None, roots=("lib2",)).calls


LIBRARY = "import boto3\ndef put(): boto3.client('s3').put_object(Bucket='b')"


@pytest.mark.parametrize(
    "path",
    [
        "'lib'",
        "'./lib'",
        "'/var/task/lib'",
        "os.path.join(os.path.dirname(__file__), 'lib')",
        "str(pathlib.Path(__file__).parent / 'lib')",
        "os.path.abspath('lib')",
    ],
)
@pytest.mark.parametrize("how", ["sys.path.append({})", "sys.path.insert(0, {})", "sys.path.extend([{}])"])
def test_search_path_extended_by_code(path: str, how: str) -> None:
    app = f"import os, sys, pathlib\n{how.format(path)}\nimport helper\ndef handler(event, context): helper.put()"
    if "abspath" not in path:
        found({"app.py": app, "lib/helper.py": LIBRARY}, "s3:PutObject")
    assert not gaps({"app.py": app, "other/helper.py": LIBRARY}, GapKind.MODULE_NOT_FOUND).calls


def test_search_path_of_the_environment() -> None:
    files = {"src/app.py": "import helper\ndef handler(event, context): helper.put()", "src/deps/helper.py": LIBRARY}
    environment = {"PYTHONPATH": Text.of("/opt/x:/var/task/deps")}
    found(files, "s3:PutObject", roots=("src",), environment=environment)
    assert not gaps(files, GapKind.MODULE_NOT_FOUND, roots=("src",), environment={}).calls


@pytest.mark.parametrize(
    "files",
    [
        {"f/app.py": "import store\ndef handler(e, c): store.save()", "layer/python/store.py": STORE},
        {"f/app.py": "from store import save\ndef handler(e, c): save()", "layer/python/store/__init__.py": STORE},
        {"f/app.py": "from lib import store\ndef handler(e, c): store.save()", "common/lib/store.py": STORE},
        {"f/app.py": "import lib.store\ndef handler(e, c): lib.store.save()", "common/lib/store.py": STORE},
        {"f/app.py": "import openai\ndef handler(e, c): ...", "layer/python/openai/__init__.py": ""},
        {"f/app.py": "import store\ndef handler(e, c): ...", "g/__init__.py": "", "g/store.py": STORE},
        {"f/app.py": "from pkg import go\ndef handler(e, c): go()", "f/pkg/__init__.py": "from .store import go"},
        {"f/app.py": "from pkg.store import go\ndef handler(e, c): go()", "f/pkg/__init__.py": ""},
    ],
)
def test_the_projects_own_code_that_the_function_does_not_have_is_a_gap(files: dict[str, str]) -> None:
    gaps(files, GapKind.MODULE_NOT_FOUND, roots=("f",))


@pytest.mark.parametrize(
    "files",
    [
        {"f/app.py": "import store\ndef handler(e, c): store.save()", "layer/python/stores.py": STORE},
        {
            "f/app.py": "import logging, boto3, cfnresponse\ndef handler(e, c): pass",
            "g/logging.py": "",
            "g/boto3/__init__.py": "",
            "cfnresponse.py": "",
        },
        {"f/app.py": "from somewhere import store\ndef handler(e, c): store.save()", "layer/python/store.py": STORE},
        {"f/app.py": "import openai\ndef handler(e, c): ...", "g/adapters/__init__.py": "", "g/adapters/openai/__init__.py": ""},
        {"f/app.py": "from pkg import go\ndef handler(e, c): go", "f/pkg/__init__.py": "go = 1"},
    ],
)
def test_other_packages_are_none_of_the_projects(files: dict[str, str]) -> None:
    silent(files, roots=("f",))


def test_a_directory_of_the_module_s_name_is_not_the_module() -> None:
    files = {"app.py": "from helper import put\ndef handler(event, context): put()", "helper/python/helper.py": LIBRARY}
    result = gaps(files, GapKind.MODULE_NOT_FOUND)
    assert "helper/python/helper.py may be it" in result.gaps[0].reason
    found({**files, "app.py": "from helper.python.helper import put\ndef handler(event, context): put()"}, "s3:PutObject")


# ---------------------------------------------------------------- packages that nobody knows


IMPORTED = "from acme_common.db import save\ndef handler(e, c): save(e)"


def test_a_layer_that_is_not_seen_may_bring_what_is_found_nowhere() -> None:
    found = gaps(IMPORTED, GapKind.MODULE_NOT_FOUND, unseen=("shared:3",))
    assert "layer shared:3" in found.gaps[0].reason
    assert not found.gaps[0].services


@pytest.mark.parametrize(
    "imported",
    ["requests", "numpy as np", "yaml", "psycopg2.extras", "jwt", "boto3", "aws_lambda_powertools", "json", "pyathena"],
)
def test_public_packages_may_come_from_anywhere(imported: str) -> None:
    silent(f"import {imported}\ndef handler(e, c): ...", unseen=("shared:3",))


def test_without_such_a_layer_what_is_found_nowhere_is_a_public_package() -> None:
    silent(IMPORTED)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "acme-common==1.0  # ours"),
        ("src/requirements-prod.txt", "requests\nAcme_Common[extra]>=2; python_version > '3.8'"),
        ("pyproject.toml", "[project]\ndependencies = ['acme.common >= 1']"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nacme-common = '^1'"),
        ("pyproject.toml", "[dependency-groups]\nprod = ['acme-common']"),
        ("Pipfile", "[packages]\nacme-common = '*'"),
    ],
)
def test_a_requirement_brings_a_package(path: str, text: str) -> None:
    silent({"app.py": IMPORTED, path: text}, unseen=("shared:3",))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "acme-common @ git+ssh://git@example.org/acme/common@v1"),
        ("requirements.txt", "-e git+https://example.org/acme/common#egg=acme_common"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nacme-common = {git = 'https://example.org/acme/common'}"),
        ("pyproject.toml", "[project]\ndependencies = ['acme-common']\n[tool.uv.sources]\nacme-common = {git = 'https://example.org/c'}"),
    ],
)
def test_a_requirement_from_elsewhere_than_an_index_is_somebody_s_own_code(path: str, text: str) -> None:
    found = gaps({"app.py": IMPORTED, path: text}, GapKind.MODULE_NOT_FOUND)
    assert "is installed from" in found.gaps[0].reason


def test_requirements_that_cannot_be_read_bring_nothing() -> None:
    gaps({"app.py": IMPORTED, "pyproject.toml": "[project"}, GapKind.MODULE_NOT_FOUND, unseen=("shared:3",))


# ---------------------------------------------------------------- handlers that call handlers


@pytest.mark.parametrize(
    ("handler", "variable"),
    [("datadog_lambda.handler.handler", "DD_LAMBDA_HANDLER"), ("newrelic_lambda_wrapper.handler", "NEW_RELIC_LAMBDA_HANDLER")],
)
def test_a_package_s_handler_calls_the_function_s_own(handler: str, variable: str) -> None:
    files = {"store.py": STORE.replace("(bucket='b')", "(event, context, bucket='b')")}
    found(files, PUT, handler=handler, environment={variable: Text.of("store.save")})
    gaps(files, GapKind.HANDLER_NOT_FOUND, handler=handler, environment={})


def test_a_class_whose_name_begins_otherwise_is_not_meant() -> None:
    store = "import boto3\nclass Store:\n def save(self): boto3.client('s3').put_object(Bucket='b')"
    silent({"app.py": "import store\ndef handler(e, c): getattr(store, 'Queue' + e['kind'], None)().save()", "store.py": store})
