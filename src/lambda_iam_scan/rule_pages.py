"""What `explain LIS203` prints and what stands in docs/rules: one text for both, from the rule itself."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.finding import Rule


def page(rule: Rule) -> str:
    """A rule as Markdown: what, why it matters, an example, what to use instead, what to do."""
    return f"""\
# {rule.code}: {rule.name}

{rule.summary}. Severity: {rule.severity.value}.

## What it does

{rule.what}

## Why it matters

{rule.why}

## Example

```{_language(rule.example)}
{rule.example.strip()}
```

Use instead:

```{_language(rule.instead)}
{rule.instead.strip()}
```

## What to do

{rule.fix}
"""


def index(rules: Sequence[Rule]) -> str:
    """The list of all rules, each with a link to its page."""
    rows = "\n".join(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity.value} | {rule.summary} |" for rule in rules)
    return f"""\
# Findings

Written by the tool itself from the texts that `lambda-iam-scan explain CODE` prints; a test keeps them the same.
`UPDATE_DOCS=1 pytest tests/test_rule_pages.py` writes them anew.

| code | name | severity | |
| --- | --- | --- | --- |
{rows}
"""


def pages(rules: Sequence[Rule]) -> dict[str, str]:
    """File name -> text of every page of docs/rules."""
    return {"README.md": index(rules)} | {f"{rule.code}.md": page(rule) for rule in rules}


def find_rule(rules: Sequence[Rule], wanted: str) -> Rule:
    """A rule by code or name, any case. Raises `UsageError`, naming the nearest, when there is none."""
    for rule in rules:
        if wanted.lower() in (rule.code.lower(), rule.name):
            return rule
    known = [word for rule in rules for word in (rule.code, rule.name)]
    close = get_close_matches(wanted.upper(), known, n=1) or get_close_matches(wanted.lower(), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else f" (there are {', '.join(rule.code for rule in rules)})"
    raise UsageError(f"explain {wanted}: no such finding{hint}")


def _language(text: str) -> str:
    """For the highlighter: policies and templates are JSON or YAML, the rest is Python."""
    start = text.lstrip()
    if start.startswith(('{"', "{\n", "[", '"')):
        return "json"
    head = start.split("\n", 1)[0].split("#")[0].strip()
    if head.startswith(("def ", "if ", "for ", "class ", "import ", "from ")) or "(" in head:
        return "python"
    return "yaml" if head.endswith(":") or ": " in head or head.startswith(("- ", "{")) else "python"
