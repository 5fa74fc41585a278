"""`lambda-iam-scan account`: every Python function of an account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lambda_iam_scan.cli.access import access_options, take_access
from lambda_iam_scan.cli.options import GroupedCommand, GroupedOption, output_options, selection_options, status_options

_WHICH, _CODE = "Which functions", "Where their code is"
EPILOG = """
\b
Examples:
  lambda-iam-scan account --code download
  lambda-iam-scan account --code download --format table --format json=account.json
  lambda-iam-scan account --region eu-west-1 --region us-east-1 --code-map map.toml --format json=account.json
  lambda-iam-scan account --code download --last-accessed --snapshot account.snapshot

The map is TOML, a pattern of function names and a directory each: "orders-*" = "services/orders"
"""


@click.command("account", cls=GroupedCommand, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--region",
    "regions",
    cls=GroupedOption,
    heading=_WHICH,
    multiple=True,
    metavar="R",
    help="Region; repeatable [default: the profile's].",
)
@click.option(
    "--function",
    "names",
    cls=GroupedOption,
    heading=_WHICH,
    multiple=True,
    metavar="GLOB",
    help="Only functions of these names; repeatable.",
)
@click.option(
    "--code",
    cls=GroupedOption,
    heading=_CODE,
    type=click.Choice(["download"]),
    help="Download packages and layers of functions that have no directory.",
)
@click.option(
    "--code-map",
    cls=GroupedOption,
    heading=_CODE,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="TOML file: function name pattern = local directory.",
)
@click.option("--code-tag", cls=GroupedOption, heading=_CODE, metavar="KEY", help="Tag of a function that holds its local directory.")
@click.option(
    "--jobs",
    cls=GroupedOption,
    heading=_WHICH,
    type=click.IntRange(1, 32),
    default=4,
    metavar="N",
    help="Functions read at a time [default: 4].",
)
@click.option("--fresh", cls=GroupedOption, heading=_WHICH, is_flag=True, help="Do not go on from an interrupted run.")
@access_options
@selection_options
@status_options
@output_options
def COMMAND(**given: Any) -> None:
    """Compare every Python function of an AWS account with the role that it really has.

    Only reads, and only configuration, policies and packages: docs/deployed.md has the policy it needs. What may not be read is a gap.
    """
    from lambda_iam_scan.cli.account import Selection, run_account
    from lambda_iam_scan.cli.run import Options

    access = take_access(given)
    selection = Selection(**{name: given.pop(name) for name in ("regions", "names", "code", "code_map", "code_tag", "fresh")})
    raise click.exceptions.Exit(run_account(selection, access, Options(**given)))
