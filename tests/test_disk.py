"""The source tree on disk stays inside its root and leaves out what is not the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.disk import Cache, Directory, WithFiles, find_config, project_root, read_config
from lambda_iam_scan.errors import InputError, UsageError


def write(root: Path, *paths: str, text: str = "") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_walk_is_sorted_and_uses_slashes(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.py", "a/b/c.py")
    assert list(Directory(tmp_path).walk()) == ["a/b/c.py", "a/z.py", "b.py"]


@pytest.mark.parametrize("directory", ["node_modules", ".venv", "site-packages", ".git", "botocore", "__pycache__"])
def test_walk_leaves_out_what_is_not_the_users(tmp_path: Path, directory: str) -> None:
    write(tmp_path, f"{directory}/x.py", "mine.py")
    assert list(Directory(tmp_path).walk()) == ["mine.py"]


def test_walk_leaves_out_packages_installed_beside_the_code(tmp_path: Path) -> None:
    write(tmp_path, "requests/api.py", "six.py", "app.py")
    write(tmp_path, "requests-2.0.dist-info/RECORD", text="requests/api.py,sha256=x,1\nsix.py,,\n")
    assert list(Directory(tmp_path).walk()) == ["app.py"]


def test_a_directory_of_the_same_name_without_metadata_is_the_users(tmp_path: Path) -> None:
    write(tmp_path, "requests/api.py")
    assert list(Directory(tmp_path).walk()) == ["requests/api.py"]


def test_a_virtual_environment_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    write(tmp_path, "myenv/pyvenv.cfg", "myenv/lib/x.py", "app.py")
    assert list(Directory(tmp_path).walk()) == ["app.py"]


def test_exclude_takes_globs(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "legacy/old.py")
    assert list(Directory(tmp_path, ("legacy",)).walk()) == ["app.py"]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret", "x\0y"])
def test_nothing_outside_the_root_is_read(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    write(tmp_path, "secret")
    write(root, "a/x")
    with pytest.raises(InputError):
        Directory(root).read(path)
    assert not Directory(root).is_file(path)


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "secret", text="s")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="no such file"):
        Directory(root).read("link")


def test_named_files_may_lie_anywhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "app.py")
    write(tmp_path, "role.json", text="{}")
    tree = WithFiles(Directory(root), {"../role.json": tmp_path / "role.json"})
    assert tree.read("../role.json") == b"{}"
    assert tree.is_file("app.py")


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
