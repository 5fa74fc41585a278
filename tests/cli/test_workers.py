"""Functions scanned by several processes: the same report, and nothing lost when one of them is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.cli.workers import Workers
from lambda_iam_scan.config import Settings
from lambda_iam_scan.function_scan import Scanner
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.scan import scan
from tests.checks.judging import tables
from tests.trees import DictTree

FUNCTION = """\
  F{n}:
    Type: AWS::Lambda::Function
    Properties: {{Runtime: python3.12, Handler: app{n}.handler, Code: ., Role: arn:aws:iam::123456789012:role/r}}
"""
MODULE = "import boto3\ndef handler(event, context): boto3.client('s3').put_object(Bucket='bucket-{n}', Key='k', Body='')"
MANY = range(20)
TREE = DictTree(
    {"template.yaml": "Resources:\n" + "".join(FUNCTION.format(n=n) for n in MANY)} | {f"app{n}.py": MODULE.format(n=n) for n in MANY}
)


def begin(directory: Path) -> Scanner:
    """A scanner; its process leaves its number behind."""
    (directory / str(os.getpid())).touch()
    return Scanner(TREE, tables(), module_facts(TREE))


def begin_and_die(here: int) -> Scanner:
    """A scanner for one process; any other is killed."""
    if os.getpid() != here:
        os._exit(9)
    return Scanner(TREE, tables(), module_facts(TREE))


def broken() -> Scanner:
    """A scanner that comes upon a mistake of ours."""

    def facts(path: str) -> Gap:
        raise LookupError(path)

    return Scanner(TREE, tables(), facts)


def begin_and_wait(file: Path) -> Scanner:
    """A worker's scanner that takes forever."""
    file.write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(600)
    raise AssertionError


ONE_AFTER_THE_OTHER = scan(TREE, tables(), Settings())


@pytest.mark.parametrize(("jobs", "processes"), [(1, 0), (2, 1), (3, 2)])
def test_several_processes_make_the_report_that_one_makes(jobs: int, processes: int, tmp_path: Path) -> None:
    workers = Workers(partial(begin, tmp_path), jobs, worth=0)
    told: list[int] = []
    report = scan(TREE, tables(), Settings(), scan_all=workers.scan_all, progress=lambda phase, done, total: told.append(done))
    assert report == ONE_AFTER_THE_OTHER
    assert len(report.functions) == len(MANY)
    assert len(list(tmp_path.iterdir())) == processes
    assert told == sorted(told) or jobs == 1


def test_no_process_is_started_for_little_work(tmp_path: Path) -> None:
    assert scan(TREE, tables(), Settings(), scan_all=Workers(partial(begin, tmp_path), 2, worth=600).scan_all) == ONE_AFTER_THE_OTHER
    assert list(tmp_path.iterdir()) == []


def test_what_a_worker_that_is_killed_leaves_is_done_here() -> None:
    workers = Workers(partial(begin_and_die, os.getpid()), 2, worth=0)
    assert scan(TREE, tables(), Settings(), scan_all=workers.scan_all) == ONE_AFTER_THE_OTHER


def test_a_mistake_in_a_worker_is_raised_here() -> None:
    workers = Workers(broken, 2, worth=0)
    scanner = Scanner(TREE, tables(), module_facts(TREE))
    work = [(found.function, ()) for found in ONE_AFTER_THE_OTHER.functions]
    assert len(workers.scan_all(scanner, work)) == len(MANY)
    with pytest.raises(LookupError, match="app"):
        workers.scan_all(broken(), work)


PARENT = """
import sys
from functools import partial
from pathlib import Path
from lambda_iam_scan.cli.workers import Workers
from tests.cli.test_workers import ONE_AFTER_THE_OTHER, begin, begin_and_wait

if __name__ == "__main__":
    file = Path(sys.argv[1])
    work = [(found.function, ()) for found in ONE_AFTER_THE_OTHER.functions]
    Workers(partial(begin_and_wait, file), 2, worth=0).scan_all(begin(file.parent), work)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are ended in another way")
def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    script, file = tmp_path / "parent.py", tmp_path / "pid"
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, str(script), str(file)], env=environment, stderr=subprocess.DEVNULL)
    assert until(lambda: file.is_file() and file.read_text(encoding="utf-8") != "")
    parent.kill()
    parent.wait()
    worker = int(file.read_text(encoding="utf-8"))
    assert until(lambda: not runs(worker))


def until(condition: object) -> bool:
    """Whether it becomes so in half a minute."""
    assert callable(condition)
    end = time.monotonic() + 30
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return bool(condition())


def runs(process: int) -> bool:
    """Whether a process is alive, and not only unburied."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or ") Z " not in state.read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
