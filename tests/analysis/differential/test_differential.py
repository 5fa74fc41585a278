"""Programs are run and analyzed: every call made was found, with its arguments and credentials, and where the program does not depend on
the event, no other.

A disagreement is shown with the program's own text: shrink it by hand, and keep what remains as a small test beside the module at fault.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.analysis.differential import changing
from tests.analysis.differential.comparing import fits, invented, missed
from tests.analysis.differential.generating import EVENTS, KINDS, Program, carriers, program, single
from tests.analysis.differential.recording import run
from tests.analysis.harness import use

FIXTURES = Path(__file__).with_name("fixtures")
"""Programs as people write them. Each has `EVENTS`, and perhaps `POSSIBLE`: operations that other events would lead to."""
WRITTEN = sorted(FIXTURES.iterdir())


def agree(made: Program, files: dict[str, str]) -> None:
    """The analysis of a program's files says what they do."""
    calls, found = run(files, EVENTS), use(files)
    text = "\n".join(f"# {path}\n{file}" for path, file in files.items())
    assert not missed(found, calls), f"missed {[*map(str, missed(found, calls))]}, gaps {found.gaps}\n{text}"
    assert not made.exact or not invented(found, calls), f"invented {invented(found, calls)}\n{text}"


@pytest.mark.parametrize("number", range(len(carriers())), ids=[carrier.name for carrier in carriers()])
def test_each_way_of_a_value(number: int) -> None:
    carrier = carriers()[number]
    agree(*single(carrier, "bucket" if carrier.strings else KINDS[number % len(KINDS)]))


@pytest.mark.parametrize("seed", range(25))
def test_many_ways_one_after_another(seed: int) -> None:
    agree(*program(seed))


@pytest.mark.parametrize("seed", range(20))
def test_programs_that_change_what_they_have(seed: int) -> None:
    files = changing.changing(seed)
    calls, found = run(files, changing.EVENTS), use(files)
    assert not missed(found, calls), f"missed {[*map(str, missed(found, calls))]}, gaps {found.gaps}\n{files['app.py']}"


@pytest.mark.parametrize("path", WRITTEN, ids=[path.stem for path in WRITTEN])
def test_programs_as_people_write_them(path: Path) -> None:
    paths = {"app.py": path} if path.is_file() else {str(file.relative_to(path)): file for file in path.rglob("*.py")}
    files = {name: file.read_text() for name, file in paths.items()}
    calls, found = run(files, strict=True), use(files)
    assert not missed(found, calls), [*map(str, missed(found, calls))]
    possible = re.findall(r'^POSSIBLE = \["(.*)"\]$', files["app.py"], re.MULTILINE)
    operations = {f"{call.service}:{call.operation}" for call in calls}
    assert {f"{call.service}:{call.operation}" for call in found.calls} == operations | set(possible)
    assert not found.gaps


HEAD = "import boto3\ns3 = boto3.client('s3')\n"


def test_what_was_not_found_is_noticed() -> None:
    made = run({"app.py": HEAD + "def handler(event, context): s3.put_object(Bucket='b', Key='k')"}, [{}])
    for wrong in ("s3.put_object(Bucket='c', Key='k')", "s3.get_object(Bucket='b', Key='k')", "s3.put_object(Bucket='b')", "pass"):
        assert missed(use(HEAD + f"def handler(event, context): {wrong}"), made)
    for right in ("s3.put_object(Bucket='b', Key='k')", "s3.put_object(Bucket='b', Key=event['k'])", "s3.put_object(**event)"):
        assert not missed(use(HEAD + f"def handler(event, context): {right}"), made)


def test_what_was_not_done_is_noticed() -> None:
    made = run({"app.py": HEAD + "def handler(event, context): s3.put_object(Bucket='b')"}, [{}])
    assert not invented(use(HEAD + "def handler(event, context): s3.put_object(Bucket='b')"), made)
    assert invented(use(HEAD + "def handler(event, context): s3.put_object(Bucket='b'); s3.list_buckets()"), made)
    assert invented(use(HEAD + "def handler(event, context): s3.put_object(Bucket=event['b'])"), made)


def test_credentials_are_compared() -> None:
    role = "arn:aws:iam::123456789012:role/r"
    keys = f"boto3.client('sts').assume_role(RoleArn='{role}', RoleSessionName='s')['Credentials']"
    source = f"def handler(event, context):\n    k = {keys}\n    boto3.client('s3'%s).list_buckets()"
    own, assumed = HEAD + source % "", HEAD + source % ", aws_access_key_id=k['AccessKeyId'], aws_secret_access_key=k['SecretAccessKey']"
    made = run({"app.py": assumed}, [{}])
    assert [call.role for call in made] == [None, role]
    assert not missed(use(assumed), made)
    assert missed(use(own), made)


def test_structures_are_compared() -> None:
    source = "def handler(event, context): s3.put_object(Tagging={'a': ['x', %s]})"
    [call] = use(HEAD + source % "event").calls
    value = call.arguments.get("Tagging")
    assert value is not None
    assert fits(value, {"a": ["x", 1]})
    assert not fits(value, {"a": ["y", 1]})
    assert not fits(value, {"a": ["x"]})
    assert not fits(value, {"b": ["x", 1]})
