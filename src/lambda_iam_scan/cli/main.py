"""The `lambda-iam-scan` program: finds the command, turns errors into one line and an exit status."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from lambda_iam_scan import __version__
from lambda_iam_scan.errors import LambdaIamScanError, UsageError
from lambda_iam_scan.inert import plain

DEFAULT = "scan"
COMMANDS = {
    "scan": "Scan code and report what its roles lack or have for nothing (the default).",
    "account": "Scan every Python function of an AWS account.",
    "comment": "Post or update the report as a pull-request comment.",
    "explain": "Explain a finding code, or why a function needs an action.",
    "rules": "Show, date and update the service-action table.",
    "simulate": "Evaluate policies for one request, or for many.",
}
"""Every subcommand with its one-line help: `--help` needs no import of them."""


class Program(click.Group):
    """A group whose default command needs no name, and whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"lambda_iam_scan.cli.commands.{cmd_name}").COMMAND
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command first when none is named."""
        own = {"--help", "-h", "--version"}
        completing_first_word = ctx.resilient_parsing and not args
        if not completing_first_word and (not args or (args[0] not in COMMANDS and args[0] not in own)):
            _check_misspelt(args)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The default command's help, then the other commands."""
        command = self.get_command(ctx, DEFAULT)
        assert command is not None
        inner = click.Context(command, info_name=ctx.info_name)
        command.format_help(inner, formatter)
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Commands, then what the default command completes."""
        found = list(super().shell_complete(ctx, incomplete))
        command = self.get_command(ctx, DEFAULT)
        if command is not None:
            found += command.shell_complete(click.Context(command, parent=ctx), incomplete)
        return found


def _check_misspelt(args: list[str]) -> None:
    """Raises `UsageError` where the first path is none, but nearly a command."""
    if not args or args[0].startswith("-") or os.path.lexists(args[0]):
        return
    from difflib import get_close_matches

    for command in get_close_matches(args[0], COMMANDS, n=1, cutoff=0.75):
        raise UsageError(f"{args[0]}: no such file or directory; did you mean the command {command}?")


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="lambda-iam-scan", message="%(prog)s %(version)s")
def program() -> None:
    """Which IAM permissions the Python code of AWS Lambda functions needs, lacks, and has for nothing."""


def main() -> NoReturn:
    """Run and exit: 0 nothing to report, 1 findings, 2 bad usage or input, 3 a bug in the tool."""
    gc.disable()  # the process ends with its work, which leaves hardly any garbage; to look for it all the time costs a tenth
    try:
        status = program.main(prog_name="lambda-iam-scan", standalone_mode=False)
    except click.exceptions.Exit as stop:
        status = stop.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except click.Abort:
        status = 130
    except KeyboardInterrupt:
        status = 130
    except LambdaIamScanError as error:
        click.echo(f"lambda-iam-scan: error: {_one_line(error)}", err=True)
        status = error.exit_status
    except BrokenPipeError:
        # The reader of our output has gone; point stdout elsewhere so that the interpreter's own flush stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except Exception as error:
        if os.environ.get("LAMBDA_IAM_SCAN_DEBUG"):
            raise
        click.echo(
            f"lambda-iam-scan: bug: {type(error).__name__}: {_one_line(error)} (set LAMBDA_IAM_SCAN_DEBUG=1 for the traceback)", err=True
        )
        status = 3
    sys.exit(status if isinstance(status, int) else 0)


def _one_line(error: BaseException) -> str:
    """An error's text as one inert line: it may quote the analyzed project."""
    return plain(" ".join(str(error).split()))
