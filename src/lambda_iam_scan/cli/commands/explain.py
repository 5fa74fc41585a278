"""`lambda-iam-scan explain`: a finding code, or what a function has to do with an action."""

from __future__ import annotations

import click

from lambda_iam_scan.errors import UsageError

EPILOG = """
\b
Examples:
  lambda-iam-scan explain LIS203
  lambda-iam-scan explain OrdersFunction s3:PutObject
  lambda-iam-scan explain OrdersFunction 's3:*' --path ./src
"""


@click.command("explain", epilog=EPILOG)
@click.argument("subject", metavar="CODE|FUNCTION")
@click.argument("action", required=False)
@click.option("--path", "paths", multiple=True, type=click.Path(), help="Code to scan when a function is asked about [default: .].")
@click.option(
    "--template", "templates", multiple=True, type=click.Path(), help="Read this template instead of looking for one; repeatable."
)
@click.option("--policy", "policies", multiple=True, type=click.Path(), help="A policy that stands for the execution role; repeatable.")
def COMMAND(subject: str, action: str | None, paths: tuple[str, ...], templates: tuple[str, ...], policies: tuple[str, ...]) -> None:
    """Explain a finding code, or why a function needs an ACTION or has it for nothing.

    With a code: what the finding means, why it matters, an example, what to do. With a function (logical id, name, handler or id) and an
    action: the calls that need it with the way from the handler, what the role says to it, and what grants it.
    """
    from lambda_iam_scan.inert import plain

    lines = explain_function(subject, action, paths, templates, policies) if action else explain_code(subject)
    for line in lines:
        click.echo(plain(line))


def explain_code(code: str) -> list[str]:
    """The rule's page, as docs/rules has it. Raises `UsageError` for a code that does not exist."""
    from lambda_iam_scan.rule_pages import find_rule, page
    from lambda_iam_scan.scan import all_rules

    try:
        return page(find_rule(all_rules(), code)).splitlines()
    except UsageError as error:
        raise UsageError(f"{error}; of a function, ask with an action: explain {code} s3:GetObject") from error


def explain_function(
    function: str, action: str, paths: tuple[str, ...], templates: tuple[str, ...], policies: tuple[str, ...]
) -> tuple[str, ...]:
    """Scan, then the evidence."""
    from lambda_iam_scan.cli.run import Options, scan_project
    from lambda_iam_scan.evidence import explain

    return explain(scan_project(Options(paths=paths, templates=templates, policies=policies)).report, function, action)
