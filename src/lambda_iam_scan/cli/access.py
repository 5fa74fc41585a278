"""How the commands reach an account, or a snapshot of one: their common options, and where the answers come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lambda_iam_scan.cli.options import GroupedOption, with_options
from lambda_iam_scan.errors import InputError

if TYPE_CHECKING:
    from lambda_iam_scan.config import Settings
    from lambda_iam_scan.deployed import Context
    from lambda_iam_scan.function_scan import Facts, Progress
    from lambda_iam_scan.model.finding import Report
    from lambda_iam_scan.model.source import SourceTree
    from lambda_iam_scan.readers.deployed.api import Ask, Recorder
    from lambda_iam_scan.snapshot import Answer, Question
    from lambda_iam_scan.tables import Tables

HEADING = "Deployed functions"
UNUSED_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the command line said about reaching the account."""

    profile: str | None = None
    snapshot: Path | None = None
    last_accessed: bool = False
    unused_days: int = UNUSED_DAYS
    jobs: int = 4

    @property
    def days(self) -> int | None:
        """Days for weighing unused permissions; None: IAM's record is not asked for."""
        return self.unused_days if self.last_accessed else None

    @property
    def replays(self) -> bool:
        """Whether a snapshot that is there already takes the account's place."""
        return self.snapshot is not None and self.snapshot.exists()


access_options = with_options(
    click.option("--profile", cls=GroupedOption, heading=HEADING, metavar="NAME", help="AWS profile [default: the environment's]."),
    click.option(
        "--last-accessed", cls=GroupedOption, heading=HEADING, is_flag=True, help="Weigh unused permissions by IAM's last-accessed record."
    ),
    click.option(
        "--unused-days",
        cls=GroupedOption,
        heading=HEADING,
        type=click.IntRange(1, 400),
        default=UNUSED_DAYS,
        metavar="N",
        help=f"Days without use that count as never used [default: {UNUSED_DAYS}].",
    ),
    click.option(
        "--snapshot",
        cls=GroupedOption,
        heading=HEADING,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Replay what was read from the account if FILE is there, else write it: no secrets, no network.",
    ),
)
"""The options that `Access` holds, but for `jobs`."""


def take_access(given: dict[str, Any]) -> Access:
    """Move the options of `access_options` out of a command's arguments."""
    return Access(**{name: given.pop(name) for name in ("profile", "snapshot", "last_accessed", "unused_days")}, jobs=given.pop("jobs", 4))


def answers_of(snapshot: Path) -> dict[Question, Answer]:
    """What a snapshot file holds. Raises `InputError` when it is none."""
    from lambda_iam_scan.snapshot import loads

    try:
        return loads(snapshot.read_text(encoding="utf-8"))
    except InputError as error:
        raise InputError(f"{snapshot}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{snapshot}: cannot be read as a snapshot") from error


def source(access: Access, region: str | None) -> Ask:
    """Where answers come from: the snapshot if it is there, else the account."""
    from lambda_iam_scan.readers.deployed.api import Live, boto3_clients, replay

    if access.replays and access.snapshot:
        click.echo(f"replaying {access.snapshot}; delete it to read the account again", err=True)
        return replay(answers_of(access.snapshot))
    return Live(boto3_clients(access.profile, region, connections=access.jobs + 2))


@contextmanager
def trusting(access: Access) -> Iterator[None]:
    """While an account answers, surprises are our bugs; when a snapshot does, they are the file's. Raises `InputError` for these."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if not access.replays:
            raise
        raise InputError(f"{access.snapshot}: damaged; delete it and read the account again") from error


def deployed_report(
    name: str,
    region: str | None,
    access: Access,
    tree: SourceTree,
    settings: Settings,
    tables: Tables,
    facts: Facts,
    progress: Progress,
) -> Report:
    """The report of `--deployed NAME`: the project's code against the role that the function has in the account."""
    from lambda_iam_scan.deployed import Context, scan_deployed
    from lambda_iam_scan.readers.deployed.api import Recorder

    recorder = Recorder(source(access, region))
    context = Context(ask=recorder, tables=tables, settings=settings, progress=progress, unused_days=access.days, jobs=access.jobs)
    with trusting(access):
        report = scan_deployed(name, region, tree, context, facts)
    save(access, recorder, report, tree, context, facts)
    return report


def save(access: Access, recorder: Recorder, report: Report, tree: SourceTree, context: Context, facts: Facts) -> None:
    """Write the snapshot that was asked for, unless it was replayed."""
    if access.snapshot is None or access.replays:
        return
    from lambda_iam_scan.deployed import telling
    from lambda_iam_scan.disk import write_output
    from lambda_iam_scan.snapshot import dumps

    write_output(access.snapshot, dumps(recorder.answers, telling(report, tree, context, facts)))
