"""Configuration tables become settings, or one clear line."""

from __future__ import annotations

import tomllib

import pytest

from lambda_iam_scan.config import Settings, configured, path_matches
from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.finding import Severity


def read(text: str) -> Settings:
    return configured(tomllib.loads(text), "lambda-iam-scan.toml")


def test_an_empty_table_gives_the_defaults() -> None:
    assert read("") == Settings()


def test_every_key() -> None:
    settings = read(
        """
        paths = ["src"]
        templates = ["infra/app.yaml"]
        policies = ["role.json"]
        exclude = ["legacy/**"]
        select = ["LIS1", "LIS203"]
        ignore = ["LIS901"]
        fail-on = "warning"
        suppressions = false
        baseline = "accepted.json"
        [parameters]
        Stage = "prod"
        Replicas = 2
        Public = true
        [per-path-ignore]
        "batch/**" = ["LIS2"]
        [severity]
        LIS201 = "error"
        """
    )
    assert settings == Settings(
        paths=("src",),
        templates=("infra/app.yaml",),
        policies=("role.json",),
        exclude=("legacy/**",),
        select=("LIS1", "LIS203"),
        ignore=("LIS901",),
        fail_on=Severity.WARNING,
        honour_suppressions=False,
        baseline="accepted.json",
        parameters=(("Public", "true"), ("Replicas", "2"), ("Stage", "prod")),
        per_path_ignore=(("batch/**", ("LIS2",)),),
        severities=(("LIS201", Severity.ERROR),),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('fail_on = "error"', "unknown key 'fail_on'; did you mean 'fail-on'?"),
        ("excludes = []", "unknown key 'excludes'; did you mean 'exclude'?"),
        ("zzz = 1", "unknown key 'zzz' (there are baseline, exclude,"),
        ('paths = "src"', "paths: expected a list of strings, not 'src'"),
        ('fail-on = "fatal"', "fail-on: expected error, warning or note, not 'fatal'"),
        ('select = ["E501"]', "select: 'E501' is no finding code"),
        ("suppressions = 1", "suppressions: expected true or false, not 1"),
        ("severity = []", "severity: expected a table, not []"),
        ('[severity]\nLIS201 = ["error"]', "severity: expected error, warning or note"),
    ],
)
def test_what_makes_no_sense_is_one_line_with_a_hint(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value).startswith("lambda-iam-scan.toml: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "pattern", ["legacy", "legacy/", "./legacy", "legacy/*", "legacy/**", "legacy/**/*.py", "*.py", "b.py", "legacy/a/b.py"]
)
def test_a_pattern_means_what_lies_below(pattern: str) -> None:
    assert path_matches("legacy/a/b.py", pattern)
    assert path_matches("src/legacy/a/b.py", pattern)


@pytest.mark.parametrize("pattern", ["legac", "egacy", "legacy/b.py", "a/legacy", "b", "*.yaml", ""])
def test_a_pattern_means_nothing_else(pattern: str) -> None:
    assert not path_matches("legacy/a/b.py", pattern)
