"""What makes a finding the same finding in the next run, though its line has moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from lambda_iam_scan.model.finding import Finding

_PLACE = re.compile(r":\d+(:\d+)?\b|\bline \d+\b")


def with_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, in their order, each with its fingerprint: 16 hexadecimal digits, numbered (`...-2`) where several would be equal.

    One that has a fingerprint already keeps it.
    """
    seen: Counter[str] = Counter()
    out = []
    for finding in findings:
        if finding.fingerprint:
            out.append(finding)
            continue
        digest = _digest(finding)
        seen[digest] += 1
        out.append(replace(finding, fingerprint=digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"))
    return tuple(out)


def _digest(finding: Finding) -> str:
    """Code, file, function and what it is about. The message counts only where there is no action, and without places."""
    about = (finding.action, finding.resource) if finding.action else (_PLACE.sub("", finding.message),)
    parts = (finding.code, finding.location.path, finding.function, *about)
    text = "\0".join("" if part is None else part for part in parts)
    return blake2b(text.encode("utf-8", errors="surrogatepass"), digest_size=8).hexdigest()
