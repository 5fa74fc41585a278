"""Suppressions, baseline, --since, --fix and the formats, on a real project."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lambda_iam_scan.cli.run import format_names
from tests.cli.program import Program

FIXTURE = Path(__file__).parents[2] / "fixtures" / "orders-api" / "wrong"
DELETE = ("self._table.put_item(", "self._table.delete_item(Key={'id': order['id']})\n        self._table.put_item(")
"""An edit after which the code needs one more action."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    target = tmp_path / "project"
    shutil.copytree(FIXTURE, target)
    return target


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(project, monkeypatch, capsys)


def findings(run: Program, *arguments: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run("--format", "json", *arguments).out)["findings"]
    return found


def codes(run: Program, *arguments: str) -> list[str]:
    return sorted(finding["code"] for finding in findings(run, *arguments))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_every_format_goes_into_a_file(run: Program, project: Path) -> None:
    result = run(*(part for name in format_names() for part in ("--format", f"{name}=out/{name}")))
    assert (result.status, result.out) == (1, "")
    assert sorted(path.name for path in (project / "out").iterdir()) == sorted(format_names())
    assert all(path.read_text().endswith("\n") for path in (project / "out").iterdir())


def test_a_suppression_accepts_and_no_ignore_shows_it(run: Program, project: Path) -> None:
    assert "LIS201" in codes(run)
    edit(project / "template.yaml", "- events:PutRule", "- events:PutRule  # lambda-iam-scan: ignore[LIS201] for operations")
    assert not {"LIS201", "LIS904"} & set(codes(run))
    assert "LIS201" in codes(run, "--no-ignore")
    assert ", 1 suppressed" in run().out


def test_a_suppression_that_accepts_nothing_is_noted_whatever_is_selected(run: Program, project: Path) -> None:
    edit(project / "template.yaml", "- events:PutRule", "- events:PutRule  # lambda-iam-scan: ignore[LIS201,LIS402] x")
    assert "LIS904" in codes(run)
    assert codes(run, "--select", "LIS904,LIS1") == ["LIS101", "LIS102", "LIS904"]
    edit(project / "template.yaml", "ignore[LIS201,LIS402]", "ignore[LIS201]")
    assert "LIS904" not in codes(run, "--select", "LIS9")


def test_a_baseline_accepts_what_is_there_even_when_it_moves(run: Program, project: Path) -> None:
    before = len(findings(run))
    assert run("--write-baseline", "accepted.json").status == 0
    edit(project / "template.yaml", "Resources:", "# a comment\nResources:")
    assert codes(run, "--baseline", "accepted.json") == []
    assert f"in baseline {before}" in run("--baseline", "accepted.json").out
    edit(project / "src/orders/store.py", *DELETE)
    assert codes(run, "--baseline", "accepted.json") == ["LIS101"]


def test_a_baseline_that_is_none(run: Program, project: Path) -> None:
    (project / "b.json").write_text("[]")
    result = run("--baseline", "b.json")
    assert (result.status, result.out) == (2, "")
    assert "b.json: not a baseline" in result.err


def test_configuration_is_read_and_checked(run: Program, project: Path) -> None:
    (project / "lambda-iam-scan.toml").write_text('select = ["LIS2"]\nfail-on = "warning"\n')
    assert {code[:4] for code in codes(run)} == {"LIS2"}
    (project / "lambda-iam-scan.toml").write_text('selct = ["LIS2"]\n')
    result = run()
    assert result.status == 2
    assert "unknown key 'selct'; did you mean 'select'?" in result.err


def git(project: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True)


def test_since_reports_what_the_change_introduces(run: Program, project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "before")
    assert codes(run, "--since", "main") == []
    assert run("--since", "main").out == "No new problem found in 1 function (3 Python files)\n"
    edit(project / "src/orders/store.py", *DELETE)
    report = json.loads(run("--format", "json", "--since", "main").out)
    assert [(finding["code"], finding["action"]) for finding in report["findings"]] == [("LIS101", "dynamodb:DeleteItem")]
    assert [(change["action"], change["change"]) for change in report["permission_changes"]] == [("dynamodb:DeleteItem", "added")]
    assert "Permissions newly needed" in run("--since", "main").out


def test_since_takes_no_empty_revision_and_follows_files_that_moved(run: Program, project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "before")
    assert run("--since", "").status == 2
    git(project, "mv", "src/orders/store.py", "src/orders/shelf.py")
    edit(project / "src/orders/api.py", "store", "shelf")
    assert codes(run, "--since", "main") == []


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_code_that_no_finding_has_is_refused(run: Program, option: str) -> None:
    result = run(option, "LIS2O1")
    assert (result.status, result.out) == (2, "")
    assert "LIS2O1: no finding's code begins so; did you mean LIS201?" in result.err
    assert "LIS998" in run(option, "LIS1,LIS998").err


def test_a_broken_template_of_its_own_is_no_reason_to_pass(run: Program, project: Path) -> None:
    edit(project / "template.yaml", "Resources:", "Resources: [")
    result = run()
    assert (result.status, result.out) == (2, "")
    assert "the template cannot be read: template.yaml:" in result.err
    (project / "role.json").write_text('{"Statement": []}')
    assert run("--policy", "role.json", "--exit-zero").status == 0


def test_a_broken_template_among_others_is_a_gap(run: Program, project: Path) -> None:
    (project / "other.yaml").write_text("Resources:\n  F: {Type: AWS::Lambda::Function\n b: [")
    assert "LIS902" in codes(run)


def test_a_file_that_does_not_parse_is_named_though_nothing_imports_it(run: Program, project: Path) -> None:
    (project / "src" / "broken.py").write_text("def (")
    (project / "src" / "newer.py").write_text("type Pair[T] = tuple[T, T]\n")
    (project / "src" / "tests").mkdir()
    (project / "src" / "tests" / "broken.py").write_text("def (")
    assert [finding["path"] for finding in findings(run) if finding["code"] == "LIS903"] == ["src/broken.py"]
    assert len(findings(run, "--select", "LIS1")) == 2


def test_named_code_that_no_template_declares_is_scanned_beside_what_one_does(run: Program, project: Path) -> None:
    (project / "jobs").mkdir()
    (project / "jobs" / "job.py").write_text("def lambda_handler(event, context): pass\n")
    (project / "lib").mkdir()
    (project / "lib" / "help.py").write_text("def helper(): pass\n")
    shown = [function["id"] for function in json.loads(run("src", "jobs", "lib", "--format", "json").out)["functions"]]
    assert shown == ["template.yaml#OrdersApi", "jobs/job.py#lambda_handler"]
    assert len(json.loads(run(".", "--format", "json").out)["functions"]) == 1


def test_a_code_directory_that_is_not_there_is_said_once(run: Program, project: Path) -> None:
    edit(project / "template.yaml", "CodeUri: src/", "CodeUri: gone/")
    assert [finding["message"] for finding in findings(run) if finding["code"] == "LIS901"] == ["the code directory gone/ does not exist"]


def test_diff_shows_and_changes_nothing_fix_changes_and_then_nothing_is_left(run: Program, project: Path) -> None:
    template = project / "template.yaml"
    before = template.read_text()
    shown = run("--diff")
    assert shown.status == 1
    assert "+              Action: dynamodb:PutItem\n" in shown.out
    assert template.read_text() == before
    fixed = run("--fix")
    assert (fixed.status, fixed.err) == (0, "fixed template.yaml\n")
    after = template.read_text()
    assert before.split("- Statement:")[0] == after.split("- Statement:")[0]
    again = run("--diff")
    assert (again.status, again.out) == (0, "")
    assert codes(run) == ["LIS203"]
    run("--fix")
    assert template.read_text() == after


def test_a_declared_need_is_needed(run: Program, project: Path) -> None:
    edit(
        project / "src/orders/store.py",
        "self._table.put_item(",
        "pass  # lambda-iam-scan: needs events:PutRule *\n        self._table.put_item(",
    )
    assert [f["action"] for f in findings(run) if f["code"] == "LIS201"] == []


def test_comment_needs_a_token_and_sound_arguments(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert "comment needs a token in GITHUB_TOKEN or GH_TOKEN" in run("comment", "--repo", "a/b", "--pr", "1").err
    assert "--repo x: write OWNER/NAME" in run("comment", "--repo", "x", "--pr", "1").err
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    assert "not an http(s) address" in run("comment", "--repo", "a/b", "--pr", "1", "--api-url", "ftp://x").err


@pytest.mark.parametrize("fixture", ["nightly-report/wrong", "nightly-report/right"])
def test_the_minimal_policy_grants_all_that_is_needed_and_nothing_else(
    tmp_path: Path, fixture: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(FIXTURE.parents[1] / fixture, project)
    run = Program(project, monkeypatch, capsys)
    [policy] = json.loads(run("report.py", "--format", "policy").out).values()
    (project / "minimal.json").write_text(json.dumps(policy))
    report = json.loads(run("report.py", "--policy", "minimal.json", "--format", "json").out)
    assert [
        need
        for function in report["functions"]
        for need in function["required"]
        if need["need"] == "always" and need["outcome"] != "granted"
    ] == []
    assert [finding["message"] for finding in report["findings"] if finding["code"][:4] in ("LIS1", "LIS2")] == []


def test_code_hosts_name_files_from_the_top_of_the_repository_and_editors_from_here(
    run: Program, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.parent / ".git").mkdir()
    assert {finding["path"] for finding in findings(run)} == {"src/orders/api.py", "src/orders/store.py", "template.yaml"}
    assert "file=project/src/orders/api.py," in run("--format", "github").out
    assert '"uri": "project/src/orders/api.py"' in run("--format", "sarif").out
    assert '"path": "project/template.yaml"' in run("--format", "gitlab").out
    assert run("--format", "concise").out.startswith("src/orders/api.py:")
    monkeypatch.chdir(project.parent)
    assert run("project", "--format", "concise").out.startswith("project/src/orders/api.py:")
    assert findings(run, "project")[0]["path"] == "src/orders/api.py"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "sarif="], "no file named"),
        (["--as", "sam"], "--as sam: no such dialect of text (there are --format policy: json, sam"),
        (["--format", "graph", "--as", "terraform"], "no such dialect of graph"),
        (["explain", "OrdersApi"], "explain OrdersApi s3:GetObject"),
    ],
)
def test_what_makes_no_sense_is_said(run: Program, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert says in result.err


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
    ],
)
def test_colour(run: Program, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], arguments: list[str], coloured: bool) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run(*arguments).out) is coloured


def test_a_dialect_is_for_the_format_that_has_it(run: Program) -> None:
    assert run("--format", "policy=p.tf", "--format", "graph=g.mmd", "--as", "terraform", "--exit-zero").status == 0
    assert 'data "aws_iam_policy_document"' in Path("p.tf").read_text()
    assert Path("g.mmd").read_text().startswith("flowchart LR")
