"""Several directories as one tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.directory import Directory
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.readers.deployed.mounts import Mounts


@pytest.fixture
def tree(tmp_path: Path) -> Mounts:
    for name in ("one/app.py", "one/lib/x.py", "two/app.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return Mounts({"eu/orders": Directory(tmp_path / "one"), "eu/mail": Directory(tmp_path / "two")})


def test_walk(tree: Mounts) -> None:
    assert list(tree.walk()) == ["eu/mail/app.py", "eu/orders/app.py", "eu/orders/lib/x.py"]
    assert list(tree.walk("eu/orders/lib")) == ["eu/orders/lib/x.py"]
    assert list(tree.walk("eu/mail")) == ["eu/mail/app.py"]
    assert list(tree.walk("us")) == []


def test_list(tree: Mounts) -> None:
    assert (tree.list(""), tree.list("eu"), tree.list("eu/orders")) == (("eu/",), ("mail/", "orders/"), ("app.py", "lib/"))


def test_read_and_tests(tree: Mounts) -> None:
    assert tree.read("eu/mail/app.py") == b"two/app.py"
    assert tree.is_file("eu/orders/lib/x.py")
    assert not tree.is_file("eu/orders")
    assert tree.is_dir("eu")
    assert tree.is_dir("eu/orders/lib")
    assert not tree.is_dir("eu/ord")


@pytest.mark.parametrize("path", ["eu/orders/../../two/app.py", "eu/ordersx/app.py", "app.py", "eu/orders/absent.py"])
def test_nothing_outside(tree: Mounts, path: str) -> None:
    with pytest.raises(InputError):
        tree.read(path)


def test_a_mount_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    assert list(Mounts({"": Directory(tmp_path)}).walk()) == ["a.py"]
