"""Options that show under headings in `--help`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
HOW, OUT = "What counts", "Output"
FORMATS = ("concise", "github", "gitlab", "graph", "json", "junit", "markdown", "policy", "sarif", "table", "text")
"""The name of every reporter: to look for them would take time that help has not."""


class GroupedOption(click.Option):
    """An option with a `heading` for the help text."""

    def __init__(self, *args: Any, heading: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command that lists its options under their headings, in order of first use."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section a heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        for option in sorted(options, key=lambda option: not isinstance(option, GroupedOption)):
            record = option.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(option, "heading", "Other"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def with_options(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """A decorator that adds several options at once, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


selection_options = with_options(
    click.option(
        "--select", cls=GroupedOption, heading=HOW, multiple=True, metavar="CODES", help="Report only codes that begin so: LIS1,LIS203."
    ),
    click.option("--ignore", cls=GroupedOption, heading=HOW, multiple=True, metavar="CODES", help="Leave out codes that begin so."),
)
"""`select` and `ignore`."""
status_options = with_options(
    click.option(
        "--fail-on",
        cls=GroupedOption,
        heading=HOW,
        type=click.Choice(["error", "warning", "note"]),
        help="Exit with 1 from this severity on [default: error].",
    ),
    click.option("--exit-zero", cls=GroupedOption, heading=HOW, is_flag=True, help="Exit with 0 whatever is found."),
)
"""`fail_on` and `exit_zero`."""
output_options = with_options(
    click.option(
        "--format",
        "formats",
        cls=GroupedOption,
        heading=OUT,
        multiple=True,
        metavar="NAME[=FILE]",
        shell_complete=lambda ctx, option, begun: [name for name in FORMATS if name.startswith(begun)],
        help=f"Output format, to a file or to the terminal: {', '.join(FORMATS)}; repeatable [default: text].",
    ),
    click.option(
        "--as",
        "dialect",
        cls=GroupedOption,
        heading=OUT,
        metavar="KIND",
        help="Dialect of the format: json, sam, cloudformation, terraform for policy; mermaid, dot, graphml for graph.",
    ),
    click.option(
        "--color",
        "colour",
        cls=GroupedOption,
        heading=OUT,
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours [default: auto: on a terminal or with FORCE_COLOR, unless NO_COLOR is set].",
    ),
    click.option("--no-cache", cls=GroupedOption, heading=OUT, is_flag=True, help="Neither read nor write the cache of parsed modules."),
)
"""`formats`, `dialect`, `colour` and `no_cache`."""
