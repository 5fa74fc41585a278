"""Asking AWS, with boto3's own retries; answers and refusals are values, only what ends the whole run is raised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from threading import Lock
from typing import Any, Protocol, TypeAlias

from lambda_iam_scan.errors import RemoteError, UsageError
from lambda_iam_scan.readers.deployed.calls import SERVICES
from lambda_iam_scan.snapshot import Answer, Question, Refusal

Client: TypeAlias = Any
ClientFactory: TypeAlias = Callable[[str, str | None], Client]
"""Makes a boto3 client from a service's name and a region; None: the session's own."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
ATTEMPTS = 8
"""Of each call, in botocore's standard mode: exponential backoff with jitter, at most 20 s apart."""
_NO_REGION = "no AWS region: give --region, or set AWS_DEFAULT_REGION or the profile's region"
NOT_RECORDED = "NotInSnapshot"

_ENDS_THE_RUN = {
    "ExpiredToken": "the AWS credentials have expired: sign in again",
    "ExpiredTokenException": "the AWS credentials have expired: sign in again",
    "RequestExpired": "the AWS credentials have expired, or this machine's clock is wrong",
    "InvalidClientTokenId": "AWS does not know these credentials, or not in this region",
    "UnrecognizedClientException": "AWS does not know these credentials, or not in this region",
    "InvalidAccessKeyId": "AWS does not know these credentials",
    "AuthFailure": "AWS does not accept these credentials",
    "SignatureDoesNotMatch": "AWS does not accept these credentials: the secret key is wrong",
    "InvalidSignatureException": "AWS does not accept these credentials: the secret key is wrong",
    "IncompleteSignature": "AWS does not accept these credentials",
    "OptInRequired": "the account has not opted in to this region",
}

_ABSENT = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)
"""Error codes that say: there is none. That is an answer, the empty one."""


class Ask(Protocol):
    """Puts one question; lists come whole. Raises `RemoteError` when no further question can be answered either."""

    def __call__(self, service: str, operation: str, region: str | None, /, **parameters: Any) -> Answer:
        """The SDK's answer in JSON's types, empty when there is no such thing, or the refusal."""


class Live:
    """Asks the account itself. Safe to share between threads."""

    def __init__(self, clients: ClientFactory) -> None:
        self._make = clients
        self._clients: dict[tuple[str, str | None], Client] = {}
        self._lock = Lock()

    def __call__(self, service: str, operation: str, region: str | None, /, **parameters: Any) -> Answer:
        """See `Ask`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = SERVICES[service](self._client(service, region), operation, parameters)
        except ClientError as error:
            permission = f"{service}:{_ACTIONS.get(error.operation_name, error.operation_name)}"
            return _not_answered(error.response.get("Error", {}), permission, region)
        except (BotoCoreError, ValueError) as error:
            raise _failure(error, region) from error
        return _plain(answer)

    def _client(self, service: str, region: str | None) -> Client:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]


class Recorder:
    """Remembers every answer, so that a role shared by many functions is read once and a snapshot can be written."""

    def __init__(self, ask: Ask, known: Mapping[Question, Answer] | None = None) -> None:
        self._ask = ask
        self.answers: dict[Question, Answer] = dict(known or {})

    def __call__(self, service: str, operation: str, region: str | None, /, **parameters: Any) -> Answer:
        """See `Ask`."""
        question = Question.of(service, operation, region, parameters)
        if question not in self.answers:
            answer = self._ask(service, operation, region, **parameters)
            self.answers[question] = answer
            self.heard(question, answer)
        return self.answers[question]

    def heard(self, question: Question, answer: Answer) -> None:
        """A new answer has come; a subclass may keep it."""

    def fresh(self, service: str, operation: str, region: str | None, /, **parameters: Any) -> Answer:
        """Ask anew and remember nothing: for signed URLs, which are secrets and soon expire."""
        return self._ask(service, operation, region, **parameters)


def replay(answers: Mapping[Question, Answer]) -> Ask:
    """Answers from a snapshot only; what was not asked when it was made is refused."""

    def ask(service: str, operation: str, region: str | None, /, **parameters: Any) -> Answer:
        known = answers.get(Question.of(service, operation, region, parameters))
        return Refusal(NOT_RECORDED, f"{service}:{operation}") if known is None else known

    return ask


def boto3_clients(profile: str | None = None, region: str | None = None, connections: int = 10) -> ClientFactory:
    """Clients of a boto3 session. Raises `UsageError` for a profile that is not configured."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    try:
        session: Any = boto3.Session(profile_name=profile, region_name=region)
    except BotoCoreError as error:
        raise UsageError(str(error)) from error
    known = frozenset(_regions())

    def client(service: str, where: str | None) -> Client:
        # A region that nobody knows is mostly a slip of the pen: no use in trying long.
        attempts = ATTEMPTS if where is None or where in known else min(ATTEMPTS, 2)
        config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, max_pool_connections=connections, connect_timeout=10)
        return session.client(service, region_name=where, config=config)

    return client


def default_region(profile: str | None = None) -> str:
    """The region that environment or profile name. Raises `UsageError` when neither does."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        region = boto3.Session(profile_name=profile).region_name
    except BotoCoreError as error:
        raise UsageError(str(error)) from error
    if not region:
        raise UsageError(_NO_REGION)
    return region


_ACTIONS = {"GetLayerVersionByArn": "GetLayerVersion"}
"""Operations whose IAM action has another name."""


def _not_answered(error: Mapping[str, Any], permission: str, region: str | None) -> Answer:
    code = str(error.get("Code") or "Unknown")
    if code in _ENDS_THE_RUN:
        raise RemoteError(f"{_ENDS_THE_RUN[code].replace('this region', f'region {region}' if region else 'this region')} ({code})")
    return {} if code in _ABSENT else Refusal(code, permission)


def _failure(error: Exception, region: str | None) -> RemoteError | UsageError:
    from botocore import exceptions

    if isinstance(error, exceptions.NoRegionError):
        return UsageError(_NO_REGION)
    if isinstance(error, ValueError) and "endpoint" in str(error) and _REGION.fullmatch(region or ""):
        return UsageError(f"AWS_ENDPOINT_URL or the profile's endpoint_url is no address ({_line(error)})")
    if isinstance(error, exceptions.InvalidRegionError | ValueError):
        return UsageError(f"{region!r} is no AWS region")
    if isinstance(error, exceptions.NoCredentialsError):
        return RemoteError("no AWS credentials: sign in, or give --profile")
    where = f" in region {region}" if region else ""
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return RemoteError(f"AWS does not answer{where}; {_meant(region)} ({_line(error)})")
    return RemoteError(_line(error))


def _regions() -> tuple[str, ...]:
    """Those that this botocore knows; there may be newer ones."""
    import botocore.session

    session: Any = botocore.session.get_session()
    return tuple(
        region for partition in session.get_available_partitions() for region in session.get_available_regions("lambda", partition)
    )


def _meant(region: str | None) -> str:
    close = [known for known in _regions() if sorted(known) == sorted(region or "")] or get_close_matches(region or "", _regions(), n=1)
    return f"did you mean {close[0]}?" if close and close[0] != region else "is the region right?"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _plain(answer: Any) -> Mapping[str, Any]:
    """In JSON's types, as a replay gives it; the envelope is dropped."""
    plain: dict[str, Any] = json.loads(json.dumps(answer, default=_written))
    plain.pop("ResponseMetadata", None)
    return plain


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
