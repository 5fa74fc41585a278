"""The rules and the compiled tables travel with the program, from a wheel and from a checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lambda_iam_scan import disk

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_a_checkout_finds_the_rules_at_its_top() -> None:
    assert disk.rules_directory() == ROOT / "rules"


def test_the_wheel_holds_rules_and_tables(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "lambda_iam_scan/rules/services/s3.toml" in names
    assert any(name.startswith("lambda_iam_scan/tables/compiled/") for name in names)
    assert not any(name.startswith(("tests/", "fixtures/")) for name in names)


def test_the_program_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "lib")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import lambda_iam_scan; from lambda_iam_scan import disk;"
        "assert lambda_iam_scan.__file__.startswith(sys.argv[1]), lambda_iam_scan.__file__;"
        "assert str(disk.rules_directory()).startswith(sys.argv[1]);"
        "from lambda_iam_scan.tables import Tables; print('put_object' in Tables(disk.load_table).service('s3').methods)"
    )
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path / "lib")], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "True\n"
