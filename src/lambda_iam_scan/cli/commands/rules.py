"""`lambda-iam-scan rules`: what an operation needs and by which source, how old the tables are, and newer ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lambda_iam_scan.tables import Tables


@click.group("rules")
def COMMAND() -> None:
    """Show, date and update the service-action table."""


@COMMAND.command("show")
@click.argument("subject", metavar="SERVICE[.OPERATION]")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the output.")
def show(subject: str, output: str) -> None:
    """The IAM actions that an SDK operation needs, when, on which resources, and the source of each fact.

    SERVICE is the name that boto3.client() takes (s3, stepfunctions); OPERATION an API operation (PutObject) or client method (put_object).
    """
    from lambda_iam_scan.disk import load_table
    from lambda_iam_scan.tables import Tables
    from lambda_iam_scan.tables.show import as_text, shown

    tables = Tables(load_table)
    service, operation = _found(subject, tables)
    if operation is not None:
        row = shown(tables, service, operation)
        click.echo(json.dumps(row, indent=2) if output == "json" else as_text(row))
        return
    rows = [shown(tables, service, name) for name in tables.operations(service)]
    click.echo(json.dumps(rows, indent=2) if output == "json" else "\n\n".join(map(as_text, rows)))


@COMMAND.command("version")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the output.")
def version(output: str) -> None:
    """From which package versions and dates the tables in force were built."""
    from lambda_iam_scan.disk import load_table
    from lambda_iam_scan.tables import Tables

    tables = Tables(load_table)
    if output == "json":
        click.echo(json.dumps({"version": tables.version, "built_from": dict(tables.provenance)}, indent=2))
        return
    click.echo(tables.version)
    for name, value in tables.provenance.items():
        click.echo(f"  {name}: {value}")
    click.echo(f"  {len(tables.services)} SDK services, {len(tables.iam_prefixes)} IAM prefixes")


@COMMAND.command("update")
@click.option("--from", "source", metavar="DIR|URL", help="A copy of AWS's service reference, or the address of its list of services.")
@click.option("--shipped", is_flag=True, help="Go back to the shipped tables.")
def update(source: str | None, shipped: bool) -> None:
    """Fetch AWS's service reference and compile newer tables into the cache.

    The shipped tables stay in force when anything about the reply is wrong.
    """
    from lambda_iam_scan import disk

    if shipped:
        click.echo("the shipped tables are in force again" if disk.forget_tables() else "the shipped tables were in force already")
        return
    click.echo(update_from(source))


def update_from(source: str | None) -> str:
    """Fetch, validate, compile, put in force; what was done, in one line. Raises `RemoteError` or `TablesError`, changing nothing."""
    from datetime import UTC, datetime

    from lambda_iam_scan import disk
    from lambda_iam_scan.cli.service_reference import INDEX, documents
    from lambda_iam_scan.errors import RemoteError, TablesError
    from lambda_iam_scan.tables.reference import read_service
    from lambda_iam_scan.tables.renew import renewed

    try:
        references = [read_service(prefix, content) for prefix, content in documents(source or INDEX)]
        tables, counts = renewed(disk.shipped_table, references, datetime.now(UTC).date().isoformat())
        disk.install_tables(tables)
    except (RemoteError, TablesError) as error:
        raise RemoteError(f"{error}; the tables in force stay as they are") from error
    return f"{counts['services']} services read: {counts['actions']} new actions, {counts['operations']} operations brought up to date"


def _found(subject: str, tables: Tables) -> tuple[str, str | None]:
    """Service and operation that a subject means. Raises `UsageError` with what comes nearest."""
    service, _, name = subject.partition(".")
    if service not in tables.services:
        same = tuple(known for known in tables.services if tables.prefix(known) == service)
        raise _unknown(f"there is no SDK service {service!r}", service, same or tables.services, cutoff=0.0 if same else 0.6)
    if not name:
        return service, None
    facts: Any = tables.service(service)
    if name in facts.operations:
        return service, name
    if name in facts.methods:
        return service, facts.methods[name]
    raise _unknown(f"{service} has no operation {name!r}", name, (*facts.operations, *facts.methods))


def _unknown(what: str, name: str, known: tuple[str, ...], cutoff: float = 0.6) -> Exception:
    from difflib import get_close_matches

    from lambda_iam_scan.errors import UsageError

    near = get_close_matches(name, known, n=3, cutoff=cutoff)
    return UsageError(f"{what}; did you mean {', '.join(near)}?" if near else what)
