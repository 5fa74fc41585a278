"""The source tree on disk stays inside its root and leaves out what is not the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambda_iam_scan.directory import Directory, WithFiles
from lambda_iam_scan.errors import InputError


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


@pytest.mark.parametrize("path", ["a/x.py", "./a/x.py", "a//x.py", "a/../a/x.py", "a/b/../x.py"])
def test_a_file_by_any_of_its_names(tmp_path: Path, path: str) -> None:
    write(tmp_path, "a/x.py", "a/b/y.py", text="1")
    tree = Directory(tmp_path)
    assert tree.is_file(path)
    assert not tree.is_dir(path)
    assert tree.read(path) == b"1"
    assert not tree.is_file(f"{path}z")


@pytest.mark.parametrize("path", ["", ".", "a/..", "./"])
def test_the_root_by_any_of_its_names(tmp_path: Path, path: str) -> None:
    write(tmp_path, "a/x.py", "b.py")
    assert Directory(tmp_path).is_dir(path)
    assert Directory(tmp_path).list(path) == ("a/", "b.py")


def test_hidden_directories_can_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path, ".hidden/x.py", "a/y.py")
    assert Directory(tmp_path).is_file(".hidden/x.py")
    assert Directory(tmp_path).is_file("a/../.hidden/x.py")


def test_links_within_the_root_are_what_they_lead_to(tmp_path: Path) -> None:
    write(tmp_path, "shared/x.py", text="1")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/lib").symlink_to(tmp_path / "shared")
    (tmp_path / "code/y.py").symlink_to(tmp_path / "shared/x.py")
    (tmp_path / "code/gone.py").symlink_to(tmp_path / "nothing.py")
    (tmp_path / "code/out").symlink_to(tmp_path.parent)
    tree = Directory(tmp_path)
    assert tree.list("code") == ("gone.py", "lib/", "out", "y.py")
    assert tree.read("code/lib/x.py") == tree.read("code/y.py") == b"1"
    assert not tree.is_file("code/gone.py")
    assert not tree.is_dir("code/out")
    assert list(tree.walk()) == ["shared/x.py"]


def test_links_in_a_circle_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert not Directory(tmp_path).is_file("a")
    assert not Directory(tmp_path).is_dir("a/x")


def test_what_is_neither_file_nor_directory_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Directory(tmp_path).list("") == ("pipe",)
    assert list(Directory(tmp_path).walk()) == []
    with pytest.raises(InputError, match=r"^pipe: no such file$"):
        Directory(tmp_path).read("pipe")


def test_a_file_too_large_is_named_as_in_the_project(tmp_path: Path) -> None:
    with (tmp_path / "large.py").open("wb") as stream:
        stream.truncate(17 * 1024 * 1024)
    with pytest.raises(InputError, match=r"^large\.py: larger than 16 MiB$"):
        Directory(tmp_path).read("large.py")
