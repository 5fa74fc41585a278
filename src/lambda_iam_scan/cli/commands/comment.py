"""`lambda-iam-scan comment`: keep one comment on a pull request."""

from __future__ import annotations

import os
import re

import click

from lambda_iam_scan.errors import UsageError

EPILOG = """
\b
Examples:
  lambda-iam-scan comment --repo acme/shop --pr 12 --since origin/main ./src
  GITHUB_TOKEN=... lambda-iam-scan comment --repo acme/shop --pr 12 --api-url https://github.example.com/api/v3
"""
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


@click.command("comment", epilog=EPILOG)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--repo", required=True, metavar="OWNER/NAME", help="The repository.")
@click.option("--pr", required=True, type=click.IntRange(min=1), metavar="N", help="The pull request.")
@click.option("--since", metavar="REV", help="Speak only of what has come since this git revision, for example origin/main.")
@click.option(
    "--template", "templates", multiple=True, type=click.Path(), help="Read this template instead of looking for one; repeatable."
)
@click.option("--policy", "policies", multiple=True, type=click.Path(), help="A policy that stands for the execution role; repeatable.")
@click.option("--baseline", type=click.Path(), metavar="FILE", help="Leave out the findings that this file accepts.")
@click.option(
    "--when-fixed",
    type=click.Choice(["collapse", "delete"]),
    default="collapse",
    show_default=True,
    help="What becomes of the comment when nothing is left to say.",
)
@click.option(
    "--api-url", envvar="GITHUB_API_URL", default="https://api.github.com", show_default=True, help="The API, for GitHub Enterprise."
)
@click.option("--timeout", type=click.IntRange(1, 300), default=15, show_default=True, help="Seconds for one request.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
def COMMAND(
    paths: tuple[str, ...],
    repo: str,
    pr: int,
    since: str | None,
    templates: tuple[str, ...],
    policies: tuple[str, ...],
    baseline: str | None,
    when_fixed: str,
    api_url: str,
    timeout: int,
    exit_zero: bool,
) -> None:
    """Scan, and keep one comment on a pull request that says what the change breaks or leaves open.

    The token comes from GITHUB_TOKEN or GH_TOKEN and needs write access to pull requests. The comment is made when there is something to
    say, updated in place, and collapsed or deleted when all is fixed.
    """
    from lambda_iam_scan.cli.pull_request import PullRequest, WhenFixed, publish, worth_saying
    from lambda_iam_scan.cli.run import Options, TerminalStyle, exit_status, scan_project
    from lambda_iam_scan.reporters.markdown import REPORTER

    place = PullRequest(repository=_repository(repo), number=pr, token=_token(), api_url=_url(api_url), timeout=timeout)
    project = scan_project(Options(paths=paths, templates=templates, policies=policies, since=since, baseline=baseline))
    text = REPORTER.render(project.report, project.tree, TerminalStyle(100, False)) if worth_saying(project.report) else None
    done = publish(place, text, WhenFixed(when_fixed))
    click.echo(f"{repo}#{pr}: comment: {done.value}", err=True)
    raise click.exceptions.Exit(0 if exit_zero else exit_status(project.report, project.settings.fail_on))


def _repository(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", text):
        raise UsageError(f"--repo {text}: write OWNER/NAME")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise UsageError(f"--api-url {text}: not an http(s) address")
    return text


def _token() -> str:
    token = next((value for name in TOKENS if (value := os.environ.get(name, "").strip())), None)
    if token is None:
        raise UsageError(f"comment needs a token in {' or '.join(TOKENS)}")
    return token
