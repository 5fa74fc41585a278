"""Configuration, tables, and the cache on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.disk import Cache, find_config, project_root, read_config
from lambda_iam_scan.errors import InputError, UsageError


def write(root: Path, *paths: str, text: str = "") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_root_is_the_nearest_ancestor_with_a_template(tmp_path: Path) -> None:
    write(tmp_path, "p/template.yaml", text="Resources: {F: {Type: AWS::Lambda::Function}}")
    write(tmp_path, "p/src/app.py")
    assert project_root((tmp_path / "p/src",)) == (tmp_path / "p").resolve()


def test_yaml_that_is_no_template_marks_no_root(tmp_path: Path) -> None:
    write(tmp_path, "p/compose.yaml", text="services: {}")
    write(tmp_path, "p/src/app.py")
    assert project_root((tmp_path / "p/src",)) == (tmp_path / "p/src").resolve()


def test_root_of_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory"):
        project_root((tmp_path / "nowhere",))


def test_configuration_in_pyproject_counts_only_with_our_table(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", text="[tool.other]\n")
    assert find_config(tmp_path) is None
    write(tmp_path, "pyproject.toml", text='[tool.lambda-iam-scan]\nignore = ["LIS2"]\n')
    found = find_config(tmp_path)
    assert found is not None
    assert read_config(found) == {"ignore": ["LIS2"]}


def test_broken_configuration_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, "lambda-iam-scan.toml", text="paths = [")
    with pytest.raises(UsageError, match=r"lambda-iam-scan\.toml: "):
        read_config(tmp_path / "lambda-iam-scan.toml")


def test_cache_keeps_by_content(tmp_path: Path) -> None:
    Cache(tmp_path, "facts").store(b"source", b"facts")
    assert Cache(tmp_path, "facts").load(b"source") == b"facts"
    assert Cache(tmp_path, "facts").load(b"other source") is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, "file")
    cache = Cache(tmp_path / "file", "facts")
    cache.store(b"source", b"facts")
    assert cache.load(b"source") is None


@pytest.mark.parametrize("name", ["cdk.json", "serverless.yml", "main.tf"])
def test_other_tools_mark_a_root_too(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"p/{name}", "p/src/app.py")
    assert project_root((tmp_path / "p/src",)) == (tmp_path / "p").resolve()
