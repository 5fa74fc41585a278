"""Packages: fetched, checked, and unpacked without trusting them."""

from __future__ import annotations

import base64
import hashlib
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from lambda_iam_scan.errors import RemoteError
from lambda_iam_scan.readers.deployed import package as module
from lambda_iam_scan.readers.deployed.package import Packages, download, unpack
from tests.aws_server import Aws, Reply, package


def files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def unpacked(tmp_path: Path, data: bytes) -> list[str]:
    archive, target = tmp_path / "p.zip", tmp_path / "target" / "inner"
    archive.write_bytes(data)
    target.mkdir(parents=True)
    unpack(archive, target)
    assert files(tmp_path / "target") == ["inner/" + name for name in files(target)]
    return files(target)


def entry(name: str, content: bytes = b"x = 1\n", mode: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        unpacked(tmp_path, data)


def test_only_python_and_what_tells_vendored_packages(tmp_path: Path) -> None:
    data = package({"app.py": "", "lib/x.py": "", "data.bin": "", "boto3-1.dist-info/RECORD": "", "RECORD": ""})
    assert unpacked(tmp_path, data) == ["app.py", "boto3-1.dist-info/RECORD", "lib/x.py"]


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "..\\evil.py", "C:evil.py", "a/../../../inner/x.py"])
def test_escapes_are_left_out(tmp_path: Path, name: str) -> None:
    assert unpacked(tmp_path, entry(name)) == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_left_out(tmp_path: Path, kind: int) -> None:
    assert unpacked(tmp_path, entry("link.py", b"/etc/passwd", kind | 0o777)) == []


def test_regular_files_stay(tmp_path: Path) -> None:
    assert unpacked(tmp_path, entry("app.py", mode=stat.S_IFREG | 0o644)) == ["app.py"]


def test_a_file_that_is_also_a_directory(tmp_path: Path) -> None:
    assert unpacked(tmp_path, package({"a.py": "", "a.py/b.py": "", "c.py": ""})) == ["a.py", "c.py"]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, entry("app.py", b"\0" * 2_000_000), "far more")


def test_a_big_honest_file_is_not(tmp_path: Path) -> None:
    text = "".join(f"NAME_{number * 7919 % 99991} = {number}\n" for number in range(80_000)).encode()
    assert len(text) > 1024 * 1024
    assert unpacked(tmp_path, entry("table.py", text)) == ["table.py"]


def test_many_bytes_in_small_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOTAL", 100)
    refused(tmp_path, package({f"{n}.py": "x" * 60 for n in range(2)}), "far more")


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    refused(tmp_path, package({f"{n}.txt": "" for n in range(4)}), "too many files")


def test_a_huge_table_of_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DIRECTORY", 100)
    refused(tmp_path, package({f"{n}.txt": "" for n in range(4)}), "too many files")


def test_a_size_that_lies(tmp_path: Path) -> None:
    data = bytearray(entry("app.py", b"x = 1\n" * 100))
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = struct.pack("<L", 3)
    archive, target = tmp_path / "p.zip", tmp_path / "t"
    archive.write_bytes(bytes(data))
    target.mkdir()
    with pytest.raises(RemoteError, match=r"no sound zip|larger"):
        unpack(archive, target)


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip" * 100, b"PK\5\6" + b"\xff" * 18, entry("a.py")[:-30]])
def test_no_archive(tmp_path: Path, data: bytes) -> None:
    refused(tmp_path, data, "sound zip|too many")


def sha(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def serve(aws: Aws, reply: Reply) -> str:
    aws.gate.rules.append(lambda request: reply if request.path == "/package" else None)
    return f"{aws.url}/package"


def test_fetched_once(aws: Aws, tmp_path: Path) -> None:
    data = package({"app.py": "x = 1\n"})
    url = serve(aws, Reply(200, data, "application/zip"))
    store = Packages(tmp_path / "packages")
    assert store.find(sha(data)) is None
    place = store.fetch(sha(data), url)
    assert files(place) == ["app.py"]
    assert store.find(sha(data)) == place
    assert store.fetch(sha(data), url) == place
    assert [path.name for path in (tmp_path / "packages").iterdir()] == [place.name]


def test_another_package_than_the_hash_says(aws: Aws, tmp_path: Path) -> None:
    url = serve(aws, Reply(200, package({"app.py": ""}), "application/zip"))
    with pytest.raises(RemoteError, match="hash differs"):
        Packages(tmp_path).fetch(sha(b"other"), url)
    assert list(tmp_path.iterdir()) == []


def test_a_hash_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="no hash"):
        Packages(tmp_path).find("../../etc")


def test_an_expired_url(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="HTTP status 403"):
        download(serve(aws, Reply(403, b"")), tmp_path / "x")


def test_too_large_a_download(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DOWNLOAD", 10)
    with pytest.raises(RemoteError, match="larger"):
        download(serve(aws, Reply(200, b"x" * 11)), tmp_path / "x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://example.com/x", "ftp://example.com/x", "s3://bucket/key", ""])
def test_only_https_is_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="only https"):
        download(url, tmp_path / "x")


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="cannot be fetched"):
        download("http://127.0.0.1:1/x", tmp_path / "x")
