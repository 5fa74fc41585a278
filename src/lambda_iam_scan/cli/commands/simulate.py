"""`lambda-iam-scan simulate`: ask policies, not code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lambda_iam_scan.errors import UsageError

if TYPE_CHECKING:
    from lambda_iam_scan.iam.evaluate import Decision
    from lambda_iam_scan.iam.simulate import Case
    from lambda_iam_scan.model.iam import Policy, PolicyKind

EPILOG = """
\b
Examples:
  lambda-iam-scan simulate --policy role.json --action s3:PutObject --resource arn:aws:s3:::reports/2026.csv
  lambda-iam-scan simulate --policy role.json --action s3:GetObject --resource 'arn:aws:s3:::reports/x' --context aws:SecureTransport=false
  lambda-iam-scan simulate --batch requests.jsonl

A batch holds JSON lines {"id", "identityPolicies": [...], "resourcePolicy"?, "permissionBoundary"?,
"request": {"action", "resource", "principal", "context"}}; each gives a line {"id", "result"}.
Exit status: 0 allowed (or a batch), 1 denied, 2 bad input.
"""
_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command("simulate", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--policy", "policies", multiple=True, type=_FILE, metavar="FILE", help="Identity policy (JSON); repeatable.")
@click.option("--boundary", type=_FILE, metavar="FILE", help="Permissions boundary (JSON).")
@click.option("--resource-policy", type=_FILE, metavar="FILE", help="Policy of the resource itself (JSON); needs --principal.")
@click.option("--action", metavar="A", help="Action asked for, such as s3:PutObject.")
@click.option("--resource", default="*", metavar="ARN", show_default=True, help="Resource asked for.")
@click.option("--principal", metavar="ARN", help="Role, user or role session that asks.")
@click.option("--context", "pairs", multiple=True, metavar="KEY=VALUE", help="Condition key; repeat a key for several values.")
@click.option("--batch", type=_FILE, metavar="FILE", help="Evaluate many requests, one JSON line each; - reads stdin.")
def COMMAND(
    policies: tuple[Path, ...],
    boundary: Path | None,
    resource_policy: Path | None,
    action: str | None,
    resource: str,
    principal: str | None,
    pairs: tuple[str, ...],
    batch: Path | None,
) -> None:
    """Evaluate policies as AWS does: an explicit deny first, then what must allow.

    Prints the verdict, the deciding statement and why. Context keys that are not given are absent from the request.
    """
    if batch is not None:
        if policies or boundary or resource_policy or action or pairs:
            raise UsageError("--batch takes its policies and requests from the file; give it alone")
        return _batch(batch)
    if action is None or not (policies or resource_policy):
        raise UsageError("give --action and at least one --policy or --resource-policy, or a --batch")
    if resource_policy and not principal:
        raise UsageError("--resource-policy needs --principal: such a policy names whom it admits")
    from lambda_iam_scan.iam.evaluate import Result
    from lambda_iam_scan.iam.simulate import SOMEONE, Case
    from lambda_iam_scan.model.iam import PolicyKind

    case = Case(
        action=action,
        resource=resource,
        principal=principal or SOMEONE,
        context=_context(pairs),
        identity=tuple(_read_policy(path, PolicyKind.FILE) for path in policies),
        boundary=_read_policy(boundary, PolicyKind.BOUNDARY) if boundary else None,
        on_resource=(_read_policy(resource_policy, PolicyKind.RESOURCE_BASED),) if resource_policy else (),
    )
    decision = case.decide()
    for line in _verdict(case, decision):
        click.echo(line)
    raise click.exceptions.Exit(0 if decision.result is Result.ALLOWED else 1)


def _batch(path: Path) -> None:
    from lambda_iam_scan.iam.simulate import batch_results, read_batch

    for line in batch_results(read_batch(_read(path), str(path))):
        click.echo(line)


def _read(path: Path) -> str:
    from lambda_iam_scan import disk

    return sys.stdin.buffer.read().decode("utf-8", errors="replace") if str(path) == "-" else disk.read_text(path)


def _read_policy(path: Path, kind: PolicyKind) -> Policy:
    from lambda_iam_scan.iam.simulate import read_policy_text

    return read_policy_text(_read(path), str(path), kind)


def _context(pairs: Iterable[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--context {pair}: write it as KEY=VALUE")
        out.setdefault(key, []).append(value)
    return out


def _verdict(case: Case, decision: Decision) -> Iterator[str]:
    from lambda_iam_scan.iam.describe import describe_cause, statement_name
    from lambda_iam_scan.iam.evaluate import Result
    from lambda_iam_scan.inert import lines, plain
    from lambda_iam_scan.narrowing import statement_json

    yield plain(f"{decision.result.value}: {case.action} on {case.resource}")
    if decision.result is not Result.ALLOWED:
        yield plain(f"  because {describe_cause(decision, case.request())}")
    for match in decision.matches:
        yield plain(
            f"  {'by' if decision.result is not Result.IMPLICITLY_DENIED else 'nearest:'} {statement_name(match.policy, match.statement)}"
        )
        yield from (f"    {line}" for line in lines(statement_json([match.statement])))
