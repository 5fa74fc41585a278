"""`lambda-iam-scan [PATHS]`: the main job."""

from __future__ import annotations

from typing import Any

import click

from lambda_iam_scan.cli.access import HEADING, access_options, take_access
from lambda_iam_scan.cli.options import HOW, GroupedCommand, GroupedOption, output_options, selection_options, status_options

_WHAT, _FIX = "What to scan", "Changing and watching"
EPILOG = """
\b
Examples:
  lambda-iam-scan ./src                            the template may lie beside or above ./src
  lambda-iam-scan . --policy role.json             any code against a policy document
  lambda-iam-scan . --format sarif=iam.sarif --format text
  lambda-iam-scan . --format policy --as sam       the minimal policy of each function
  lambda-iam-scan ./src --deployed orders          against the role that runs in the account
"""


@click.command("scan", cls=GroupedCommand, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--template",
    "templates",
    cls=GroupedOption,
    heading=_WHAT,
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Read this template instead of looking for one; repeatable.",
)
@click.option(
    "--policy",
    "policies",
    cls=GroupedOption,
    heading=_WHAT,
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="A policy document that stands for the execution role of every function; repeatable.",
)
@click.option(
    "--parameter",
    "parameters",
    cls=GroupedOption,
    heading=_WHAT,
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a template parameter; repeatable.",
)
@click.option("--exclude", cls=GroupedOption, heading=_WHAT, multiple=True, metavar="GLOB", help="Leave these paths out; repeatable.")
@click.option(
    "--config",
    cls=GroupedOption,
    heading=_WHAT,
    type=click.Path(),
    metavar="FILE",
    help="Configuration file [default: lambda-iam-scan.toml or pyproject.toml of the project].",
)
@selection_options
@click.option("--no-ignore", cls=GroupedOption, heading=HOW, is_flag=True, help="Report what comments in the project suppress, too.")
@click.option(
    "--since",
    cls=GroupedOption,
    heading=HOW,
    metavar="REV",
    help="Report only what has come since a git revision (the merge base), and the permissions newly or no longer needed.",
)
@click.option(
    "--baseline", cls=GroupedOption, heading=HOW, type=click.Path(), metavar="FILE", help="Leave out the findings that this file accepts."
)
@click.option(
    "--write-baseline",
    cls=GroupedOption,
    heading=HOW,
    type=click.Path(),
    metavar="FILE",
    help="Accept all present findings: write them to this file and exit with 0.",
)
@status_options
@click.option(
    "--fix", cls=GroupedOption, heading=_FIX, is_flag=True, help="Change SAM and CloudFormation templates (YAML) where that is certain."
)
@click.option("--diff", cls=GroupedOption, heading=_FIX, is_flag=True, help="Show what --fix changes; without --fix change nothing.")
@click.option("--watch", cls=GroupedOption, heading=_FIX, is_flag=True, help="Scan again whenever a file changes.")
@output_options
@click.option(
    "--jobs",
    "processes",
    cls=GroupedOption,
    heading="Output",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that scan the functions of a large project [default: one a processor, 4 at most].",
)
@click.option(
    "--deployed",
    cls=GroupedOption,
    heading=HEADING,
    metavar="NAME",
    help="Compare with the role that this function (name or ARN) really has in the account, and that role with its declaration.",
)
@click.option("--region", cls=GroupedOption, heading=HEADING, metavar="R", help="Its region [default: the ARN's, or the profile's].")
@access_options
def COMMAND(**options: Any) -> None:
    """Say which IAM permissions the code of Lambda functions needs, lacks, and has for nothing.

    PATHS are directories or files with the code [default: .]. Nothing of the project is imported or run, and the network is used only
    with --deployed.
    """
    from lambda_iam_scan.cli.run import Options, run_scan

    access = take_access(options)
    raise click.exceptions.Exit(run_scan(Options(**options, access=access)))
