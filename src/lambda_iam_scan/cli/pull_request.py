"""The bot's one comment on a pull request, kept through the GitHub API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from lambda_iam_scan.errors import RemoteError, UsageError
from lambda_iam_scan.model.finding import ChangeKind, Report, Severity
from lambda_iam_scan.reporters.markdown import MARKER

if TYPE_CHECKING:
    from github.IssueComment import IssueComment

T = TypeVar("T")

LONGEST_WAIT = 60.0
"""Seconds that a rate limit is waited for, once; a longer one is an error."""
_RETRIES = 2
_FIXED = f"{MARKER}\n### Lambda permissions: all problems of this change are fixed\n"


class WhenFixed(StrEnum):
    """What becomes of the comment when nothing is left to say."""

    COLLAPSE = "collapse"
    DELETE = "delete"


class Done(StrEnum):
    """What was done."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    COLLAPSED = "collapsed"
    DELETED = "deleted"
    NOTHING = "nothing to say"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """Where to comment and as whom. `timeout` is in seconds, for one request."""

    repository: str
    number: int
    token: str
    api_url: str = "https://api.github.com"
    timeout: int = 15


def worth_saying(report: Report) -> bool:
    """Whether a report deserves a comment: errors, warnings, or permissions newly needed. Notes alone do not."""
    new_needs = any(change.kind is ChangeKind.ADDED for change in report.changes or ())
    return new_needs or any(finding.severity is not Severity.NOTE for finding in report.findings)


def publish(place: PullRequest, body: str | None, when_fixed: WhenFixed, sleep: Callable[[float], object] = time.sleep) -> Done:
    """Make the pull request's comment say `body`; None when there is nothing to say.

    Never makes a second comment, never touches one that is not ours. Raises `RemoteError` with one line when GitHub refuses, does not
    answer, or asks to wait for longer than `LONGEST_WAIT`; `UsageError` when PyGithub is not installed.
    """
    session = _Session(place, sleep)
    mine = session.own_comment()
    if body is not None:
        return session.say(mine, body)
    return session.retract(mine, when_fixed) if mine is not None else Done.NOTHING


class _Session:
    """One pull request through PyGithub."""

    def __init__(self, place: PullRequest, sleep: Callable[[float], object]) -> None:
        self._place = place
        self._sleep = sleep
        self._client = _client(place)
        self._issue = self._ask(lambda: self._client.get_repo(place.repository).get_issue(place.number))

    def own_comment(self) -> IssueComment | None:
        """The first comment with our marker that our token's user, or a bot if that is not told, has written."""
        marked = self._ask(lambda: [comment for comment in self._issue.get_comments() if (comment.body or "").startswith(MARKER)])
        if not marked:
            return None
        login = self._login()
        ours = [comment for comment in marked if (comment.user.login == login if login else comment.user.type == "Bot")]
        return ours[0] if ours else None

    def _login(self) -> str | None:
        """Tokens of GitHub Actions may not ask who they are."""
        from github import GithubException

        try:
            return str(self._client.get_user().login)
        except GithubException as error:
            if error.status in (401, 403, 404):
                return None
            raise RemoteError(_explain(error, self._place)) from error

    def say(self, mine: IssueComment | None, body: str) -> Done:
        if mine is None:
            self._ask(lambda: self._issue.create_comment(body))
            return Done.CREATED
        if _same(mine.body, body):
            return Done.UNCHANGED
        was_folded = _same(mine.body, _FIXED)
        self._ask(lambda: mine.edit(body))
        if was_folded:
            self._fold(mine.unminimize)
        return Done.UPDATED

    def retract(self, mine: IssueComment, when_fixed: WhenFixed) -> Done:
        if when_fixed is WhenFixed.DELETE:
            self._ask(mine.delete)
            return Done.DELETED
        if _same(mine.body, _FIXED):
            return Done.UNCHANGED
        self._ask(lambda: mine.edit(_FIXED))
        self._fold(lambda: mine.minimize("RESOLVED"))
        return Done.COLLAPSED

    def _fold(self, change: Callable[[], bool]) -> None:
        """Folding is the GraphQL API's alone and a nicety: where it is refused, the comment's text says it all."""
        from github import GithubException

        try:
            change()
        except (GithubException, KeyError, TypeError):
            return

    def _ask(self, call: Callable[[], T]) -> T:
        """One request, or several; a short rate limit is waited for once."""
        import requests
        from github import GithubException

        for attempt in (1, 2):
            try:
                return call()
            except GithubException as error:
                wait = _wait(error)
                if attempt == 2 or wait is None or wait > LONGEST_WAIT:
                    raise RemoteError(_explain(error, self._place)) from error
                self._sleep(wait)
            except requests.exceptions.Timeout as error:
                raise RemoteError(f"{self._place.api_url} did not answer within {self._place.timeout} seconds") from error
            except requests.exceptions.RequestException as error:
                raise RemoteError(f"{self._place.api_url} cannot be reached ({type(error).__name__})") from error
        raise AssertionError("unreachable")


def _client(place: PullRequest) -> Any:
    try:
        from github import Auth, Github
        from urllib3.util.retry import Retry
    except ImportError as error:
        raise UsageError("comment needs PyGithub: pip install 'lambda-iam-scan[github]'") from error
    # Not for POST: a comment whose answer got lost would be made twice.
    retry = Retry(
        total=_RETRIES,
        read=False,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=frozenset({"GET", "PATCH", "DELETE"}),
        backoff_factor=0.2,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    return Github(
        auth=Auth.Token(place.token),
        base_url=place.api_url.rstrip("/"),
        timeout=place.timeout,
        retry=retry,
        per_page=100,
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="lambda-iam-scan",
    )


def _wait(error: Any) -> float | None:
    """Seconds that GitHub asks to wait, or None when it does not.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if error.status not in (403, 429):
        return None
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if str(headers.get("retry-after", "")).isdigit():
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0" and str(headers.get("x-ratelimit-reset", "")).isdigit():
        return max(0.0, float(headers["x-ratelimit-reset"]) - time.time()) + 1
    return None


def _explain(error: Any, place: PullRequest) -> str:
    what = f"{place.repository}#{place.number}"
    if (wait := _wait(error)) is not None:
        return f"GitHub's rate limit is used up; try again in {int(wait)} seconds"
    if error.status == 401:
        return "GitHub does not accept the token"
    if error.status == 403:
        return f"the token may not comment on {what}: it needs write access to pull requests ({_said(error)})"
    if error.status == 404:
        return f"{what}: no such pull request, or the token may not see it"
    if error.status >= 500:
        return f"GitHub answered {error.status}, {_RETRIES + 1} times where that could be tried again"
    return f"GitHub answered {error.status}: {_said(error)}"


def _said(error: Any) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    return str(message or "no reason given")[:200]


def _same(one: str, other: str) -> bool:
    """GitHub stores comments with other line ends than it was given."""
    return one.replace("\r\n", "\n").strip() == other.strip()
