"""The bot's comment against a server on loopback that answers as GitHub's API does."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lambda_iam_scan.cli.pull_request import Done, PullRequest, WhenFixed, publish, worth_saying
from lambda_iam_scan.errors import RemoteError
from lambda_iam_scan.model.finding import ChangeKind, PermissionChange
from lambda_iam_scan.reporters.markdown import MARKER
from tests.cli.program import Program
from tests.reporters.sample import FINDINGS, REPORT

BODY = f"{MARKER}\n### one problem\n"


@dataclass
class GitHub:
    """Comments on pull request 7 of acme/shop, kept as the API keeps them. `fail` holds answers to give before the real one."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    fail: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    delay: float = 0.0
    timeout: int = 5
    login: str | None = "bot"
    requests: list[str] = field(default_factory=list)
    folded: set[int] = field(default_factory=set)

    def add(self, body: str, login: str = "bot", kind: str = "User") -> int:
        number = len(self.comments) + 1
        url = f"{self.url}/repos/acme/shop/issues/comments/{number}"
        self.comments[number] = {"id": number, "node_id": f"C{number}", "body": body, "url": url, "user": {"login": login, "type": kind}}
        return number

    url: str = ""

    def answer(self, method: str, path: str, data: dict[str, Any]) -> tuple[int, Any]:
        path = path.partition("?")[0]
        if path == "/user":
            return (200, {"login": self.login}) if self.login else (403, {"message": "Resource not accessible by integration"})
        if path == "/graphql":
            name = re.findall(r"\b(un)?minimizeComment\(", data["query"])[0]
            node = int(re.sub(r"\D", "", json.dumps(data["variables"])))
            (self.folded.discard if name else self.folded.add)(node)
            answer = {"isMinimized": not name}
            return 200, {"data": {f"{name}minimizeComment": {"minimizedComment": answer, "unminimizedComment": answer}}}
        if path == "/repos/acme/shop":
            return 200, {"full_name": "acme/shop", "url": f"{self.url}/repos/acme/shop"}
        if path == "/repos/acme/shop/issues/7":
            return 200, {"number": 7, "url": f"{self.url}/repos/acme/shop/issues/7"}
        if path == "/repos/acme/shop/issues/7/comments":
            if method == "POST":
                return 201, self.comments[self.add(data["body"])]
            return 200, list(self.comments.values())
        if match := re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", path):
            return self.change(method, int(match[1]), data)
        return 404, {"message": "Not Found"}

    def change(self, method: str, number: int, data: dict[str, Any]) -> tuple[int, Any]:
        if method == "DELETE":
            del self.comments[number]
            return 204, None
        self.comments[number]["body"] = data["body"]
        return 200, self.comments[number]


@pytest.fixture
def github() -> Iterator[GitHub]:
    state = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(size) or b"{}")
            state.requests.append(f"{self.command} {self.path.partition('?')[0]}")
            time.sleep(state.delay)
            if state.fail:
                self.reply(*state.fail.pop(0))
            else:
                status, found = state.answer(self.command, self.path, data)
                self.reply(status, {}, "" if found is None else json.dumps(found))

        def reply(self, status: int, headers: dict[str, str], answer: str) -> None:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(answer))} | headers).items():
                self.send_header(name, value)
            with contextlib.suppress(BrokenPipeError):
                self.end_headers()
                self.wfile.write(answer.encode())

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


def post(github: GitHub, body: str | None = BODY, when_fixed: WhenFixed = WhenFixed.COLLAPSE, slept: list[float] | None = None) -> Done:
    place = PullRequest(repository="acme/shop", number=7, token="t", api_url=github.url, timeout=github.timeout)
    return publish(place, body, when_fixed, sleep=(slept if slept is not None else []).append)


def bodies(github: GitHub) -> list[str]:
    return [comment["body"] for comment in github.comments.values()]


def test_a_first_comment_is_made(github: GitHub) -> None:
    assert post(github) is Done.CREATED
    assert bodies(github) == [BODY]


def test_the_same_comment_is_not_made_again(github: GitHub) -> None:
    github.add(BODY.replace("\n", "\r\n"))
    assert post(github) is Done.UNCHANGED
    assert not [request for request in github.requests if not request.startswith("GET")]


def test_another_text_is_put_into_the_same_comment(github: GitHub) -> None:
    github.add("a person's comment", login="someone")
    github.add(f"{MARKER}\nold")
    assert post(github) is Done.UPDATED
    assert bodies(github) == ["a person's comment", BODY]


@pytest.mark.parametrize("login", ["bot", None])
def test_a_comment_that_only_looks_like_ours_is_left_alone(github: GitHub, login: str | None) -> None:
    github.login = login
    github.add(f"{MARKER}\nforged", login="mallory")
    assert post(github) is Done.CREATED
    assert bodies(github) == [f"{MARKER}\nforged", BODY]


def test_a_token_that_may_not_ask_its_name_finds_the_comment_of_its_bot(github: GitHub) -> None:
    github.login = None
    github.add(f"{MARKER}\nold", login="github-actions[bot]", kind="Bot")
    assert post(github) is Done.UPDATED


def test_nothing_to_say_and_nothing_said(github: GitHub) -> None:
    assert post(github, None) is Done.NOTHING
    assert bodies(github) == []


def test_when_all_is_fixed_the_comment_is_folded_and_unfolded_when_it_is_needed_again(github: GitHub) -> None:
    github.add(BODY)
    assert post(github, None) is Done.COLLAPSED
    assert "all problems of this change are fixed" in bodies(github)[0]
    assert github.folded == {1}
    assert post(github, None) is Done.UNCHANGED
    assert post(github) is Done.UPDATED
    assert (bodies(github), github.folded) == ([BODY], set())


def test_when_all_is_fixed_the_comment_may_be_deleted(github: GitHub) -> None:
    github.add(BODY)
    assert post(github, None, WhenFixed.DELETE) is Done.DELETED
    assert bodies(github) == []


def refused(github: GitHub) -> str:
    with pytest.raises(RemoteError) as caught:
        post(github)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_short_rate_limit_is_waited_for_once(github: GitHub) -> None:
    github.fail = [(403, {"Retry-After": "3"}, '{"message": "You have exceeded a secondary rate limit"}')]
    slept: list[float] = []
    assert post(github, slept=slept) is Done.CREATED
    assert slept == [3.0]


def test_a_long_rate_limit_is_an_error_that_says_how_long(github: GitHub) -> None:
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 1800)}
    github.fail = [(403, reset, '{"message": "API rate limit exceeded"}')]
    assert re.fullmatch(r"GitHub's rate limit is used up; try again in 1[78]\d\d seconds", refused(github))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "GitHub does not accept the token"),
        (403, "the token may not comment on acme/shop#7: it needs write access to pull requests (no)"),
        (404, "acme/shop#7: no such pull request, or the token may not see it"),
        (422, "GitHub answered 422: no"),
    ],
)
def test_a_refusal_is_one_line(github: GitHub, status: int, says: str) -> None:
    github.fail = [(status, {}, '{"message": "no"}')]
    assert refused(github) == says


def test_a_passing_fault_is_tried_again(github: GitHub) -> None:
    github.fail = [(500, {}, "{}"), (502, {}, "<html>")]
    assert post(github) is Done.CREATED


def test_a_lasting_fault_is_not_tried_for_ever(github: GitHub) -> None:
    github.fail = [(500, {"Retry-After": "3600"}, "{}")] * 50
    assert refused(github).startswith("GitHub answered 500")
    assert len(github.requests) == 3


def test_a_comment_whose_answer_got_lost_is_not_made_twice(github: GitHub) -> None:
    github.comments = {}
    original = github.answer

    def losing(method: str, path: str, data: dict[str, Any]) -> tuple[int, Any]:
        status, found = original(method, path, data)
        return (502, {"message": "Bad gateway"}) if method == "POST" else (status, found)

    github.answer = losing  # type: ignore[method-assign]
    assert refused(github).startswith("GitHub answered 502")
    assert len(bodies(github)) == 1


def test_a_slow_server_is_one_line(github: GitHub) -> None:
    github.delay, github.timeout = 1.3, 1
    assert refused(github).endswith("did not answer within 1 seconds")


def test_no_server_is_one_line(github: GitHub) -> None:
    github.url = "http://127.0.0.1:9"
    assert "cannot be reached" in refused(github)


def test_what_deserves_a_comment() -> None:
    added = PermissionChange(function="f", action="s3:GetObject", resource="*", kind=ChangeKind.ADDED)
    quiet = replace(REPORT, findings=FINDINGS[1:2])
    assert worth_saying(REPORT)
    assert not worth_saying(quiet)
    assert worth_saying(replace(quiet, changes=(added,)))
    assert not worth_saying(replace(quiet, changes=(replace(added, kind=ChangeKind.REMOVED),)))


FIXTURE = Path(__file__).parents[2] / "fixtures" / "orders-api"


def test_the_command_comments_updates_and_collapses(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    project = tmp_path / "project"
    shutil.copytree(FIXTURE / "wrong", project)
    run = Program(project, monkeypatch, capsys)
    arguments = ("comment", "--repo", "acme/shop", "--pr", "7", "--api-url", github.url)

    first = run(*arguments)
    assert (first.status, first.out, first.err) == (1, "", "acme/shop#7: comment: created\n")
    assert "`dynamodb:PutItem`" in bodies(github)[0]
    assert run(*arguments, "--exit-zero").err == "acme/shop#7: comment: unchanged\n"

    shutil.copytree(FIXTURE / "right", project, dirs_exist_ok=True)
    assert run(*arguments).err == "acme/shop#7: comment: collapsed\n"
    assert len(bodies(github)) == 1
