"""A baseline: findings that were there before and are accepted, by fingerprint."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Baselined:
    """What a baseline leaves: new findings, how many are known, and how many of the baseline are no longer found."""

    findings: tuple[Finding, ...]
    known: int
    gone: int


def write_baseline(findings: Iterable[Finding]) -> str:
    """The file's text. Code, path and message are for people who review it; only the fingerprint counts."""
    entries = {
        finding.fingerprint: {"code": finding.code, "path": finding.location.path, "message": finding.message} for finding in findings
    }
    return json.dumps({"schema_version": "1", "findings": dict(sorted(entries.items()))}, indent=2) + "\n"


def apply_baseline(findings: Iterable[Finding], text: str, where: str) -> Baselined:
    """Leave out what the baseline has. Raises `InputError`, naming the file, when it is none."""
    accepted = _fingerprints(text, where)
    found = tuple(findings)
    new = tuple(finding for finding in found if finding.fingerprint not in accepted)
    return Baselined(new, len(found) - len(new), len(accepted - {finding.fingerprint for finding in found}))


def _fingerprints(text: str, where: str) -> frozenset[str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON, so no baseline: {error}") from error
    entries = data.get("findings") if isinstance(data, dict) and data.get("schema_version") == "1" else None
    if not isinstance(entries, dict):
        raise InputError(f"{where}: not a baseline; write one with --write-baseline {where}")
    return frozenset(entries)
