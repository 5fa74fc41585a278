"""Packages: fetched, checked, and unpacked without trusting them."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import stat
import struct
import threading
import zipfile
from pathlib import Path

import pytest

from lambda_iam_scan.errors import RemoteError
from lambda_iam_scan.readers.deployed import package as module
from lambda_iam_scan.readers.deployed.package import Packages, download, unpack
from tests.aws_server import Aws, Reply, failing, package


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


def zip64(data: bytes, size: int | None = None) -> bytes:
    """The archive with a zip64 end record, as large archives and some tools have; its plain end record says nothing."""
    at = data.rindex(b"PK\5\6")
    count, length, start = struct.unpack_from("<HLL", data, at + 10)
    length = length if size is None else size
    end = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    return data[:at] + end + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def test_zip64(tmp_path: Path) -> None:
    assert unpacked(tmp_path, zip64(package({"app.py": "x = 1\n"}))) == ["app.py"]


def test_a_huge_table_of_contents_that_only_zip64_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DIRECTORY", 4096)
    data = package({f"{n}.txt": "" for n in range(400)})
    assert len(data) > 4096 * 2
    hidden = bytearray(zip64(data))
    hidden[-10:-6] = struct.pack("<L", 10)
    refused(tmp_path, bytes(hidden), "too many files")


def test_of_entries_with_one_name_the_last_stays(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "old")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("app.py", "new")
    assert unpacked(tmp_path, buffer.getvalue()) == ["app.py"]
    assert (tmp_path / "target" / "inner" / "app.py").read_text() == "new"


def test_names_that_differ_in_case(tmp_path: Path) -> None:
    assert unpacked(tmp_path, package({"app.py": "", "App.py": ""})) == ["App.py", "app.py"]


def test_names_that_differ_in_case_where_files_do_not(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("what a file system without case would have")
    (tmp_path / "p.zip").write_bytes(package({"app.py": ""}))
    with pytest.raises(RemoteError, match="differ in case"):
        unpack(tmp_path / "p.zip", tmp_path)


def test_encrypted(tmp_path: Path) -> None:
    data = bytearray(entry("app.py"))
    for at in (data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8):
        data[at] |= 1
    refused(tmp_path, bytes(data), "no sound zip")


def test_a_way_of_packing_that_is_not_known(tmp_path: Path) -> None:
    data = bytearray(entry("app.py"))
    for at in (data.index(b"PK\3\4") + 8, data.index(b"PK\1\2") + 10):
        data[at] = 99
    refused(tmp_path, bytes(data), "no sound zip")


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


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_waited_out(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr(module, "PAUSES", (0, 0))
    url = serve(aws, Reply(200, b"content"))
    aws.gate.rules.insert(0, failing("/package", status, "SlowDown", times=2))
    download(url, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"content"
    aws.gate.rules.insert(0, failing("/package", status, "SlowDown", times=3))
    with pytest.raises(RemoteError, match=f"HTTP status {status}"):
        download(url, tmp_path / "x")


def test_a_connection_that_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSES", (0,))
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_break_off, args=(server,))
        thread.start()
        with pytest.raises(RemoteError, match="cannot be fetched"):
            download(f"http://127.0.0.1:{server.getsockname()[1]}/x", tmp_path / "x")
        thread.join()


def _break_off(server: socket.socket) -> None:
    """Answers two requests with less than was announced."""
    for _ in range(2):
        with server.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")


def test_too_large_a_download(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DOWNLOAD", 10)
    with pytest.raises(RemoteError, match="larger"):
        download(serve(aws, Reply(200, b"x" * 11)), tmp_path / "x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://example.com/x", "ftp://example.com/x", "s3://bucket/key", ""])
def test_only_https_is_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="only https"):
        download(url, tmp_path / "x")


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSES", ())
    with pytest.raises(RemoteError, match="cannot be fetched"):
        download("http://127.0.0.1:1/x", tmp_path / "x")
