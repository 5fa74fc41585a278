"""Running a program with a `boto3` that sends nothing and writes down every call."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any
from unittest import mock

RESOURCES = {
    "Table": ("dynamodb", "TableName"),
    "Bucket": ("s3", "Bucket"),
    "Object": ("s3", "Key"),
    "Queue": ("sqs", "QueueUrl"),
    "Topic": ("sns", "TopicArn"),
}
"""Resource types and the parameter that their identifier is."""
HELPERS = {"upload_file": ("PutObject", ("Filename", "Bucket", "Key")), "download_file": ("GetObject", ("Bucket", "Key", "Filename"))}
BY_TYPE = {"put": "PutObject", "get": "GetObject", "delete": "DeleteObject", "publish": "Publish"}
"""Operations of resource methods whose names are not their own."""


@dataclass(frozen=True)
class Made:
    """A call that a program has made. `role` is the assumed role's ARN, None for the execution role; `line` where the program stood."""

    service: str
    operation: str
    arguments: Mapping[str, Any]
    role: str | None
    path: str
    line: int

    def __str__(self) -> str:
        words = [f"{name}={value!r}" for name, value in self.arguments.items()]
        return " ".join([f"{self.service}:{self.operation}{'@' + self.role if self.role else ''}", *words, f"({self.path}:{self.line})"])


class ClientError(Exception):
    """`botocore.exceptions.ClientError`."""


class Answer(dict[str, Any]):
    """What an operation gives: any member is there when it is asked for by subscript, none of the optional ones by `get`."""

    def __missing__(self, key: str) -> Any:
        if key in ("Body", "Payload"):
            return Body()
        if key.endswith(("Arn", "Url", "Id", "Name", "Token", "String", "Key")):
            return f"answer:{key}"
        return [Answer()] if key.endswith("s") else Answer()


class Body:
    """A streaming body."""

    def read(self) -> bytes:
        """An empty document."""
        return b"{}"


@dataclass
class Recorder:
    """The SDK of one run: `calls` are those made so far."""

    paths: frozenset[str]
    calls: list[Made] = field(default_factory=list)

    def record(self, service: str, operation: str, arguments: Mapping[str, Any], role: str | None) -> Answer:
        """Write down one call; gives its answer."""
        path, line = self._place()
        self.calls.append(Made(service, operation, _copied(arguments), role, path, line))
        if (service, operation) == ("sts", "AssumeRole"):
            keys = {"AccessKeyId": f"key of {arguments['RoleArn']}", "SecretAccessKey": "secret", "SessionToken": "token"}
            return Answer({"Credentials": Answer(keys)})
        return Answer()

    def _place(self) -> tuple[str, int]:
        frame: Any = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename not in self.paths:
            frame = frame.f_back
        return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)

    def modules(self) -> dict[str, ModuleType]:
        """What `import boto3` and its kind give."""
        session = Session(self)
        names: dict[str, dict[str, Any]] = {
            "boto3": {"client": session.client, "resource": session.resource, "Session": self.session},
            "boto3.session": {"Session": self.session},
            "botocore": {},
            "botocore.exceptions": {"ClientError": ClientError},
        }
        made = {}
        for name, members in names.items():
            made[name] = ModuleType(name)
            vars(made[name]).update(members)
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(made[parent], last, made[name])
        return made

    def session(self, aws_access_key_id: str | None = None, *rest: object, **options: object) -> Session:
        """`boto3.Session(...)`."""
        return Session(self, _role(aws_access_key_id))


def _role(key: str | None) -> str | None:
    return None if key is None else key.removeprefix("key of ")


def _copied(value: Any) -> Any:
    """A request as it is now: programs go on changing what they have passed."""
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, (list, tuple, set, frozenset)) else value


@dataclass
class Session:
    """A session with an assumed role's credentials, or the execution role's."""

    recorder: Recorder
    role: str | None = None

    def client(self, service_name: str, region_name: str | None = None, **options: Any) -> Client:
        """`session.client(...)`."""
        return Client(self.recorder, service_name, _role(options.get("aws_access_key_id")) or self.role)

    def resource(self, service_name: str, region_name: str | None = None, **options: Any) -> Resource:
        """`session.resource(...)`."""
        return Resource(self.client(service_name, region_name, **options), "", {})


class Caller:
    """A client or resource: what is called on it is an operation."""

    def _method(self, name: str) -> Any:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._method(name)


class Client(Caller):
    """A low-level client."""

    def __init__(self, recorder: Recorder, service: str, role: str | None) -> None:
        self._recorder, self._service, self._role = recorder, service, role
        self.exceptions = mock.Mock(ClientError=ClientError, NoSuchKey=ClientError)

    def _method(self, name: str) -> Any:
        def method(*positional: Any, **arguments: Any) -> Any:
            operation, names = HELPERS.get(name, (_operation(name), ()))
            given = {**dict(zip(names, positional, strict=False)), **arguments}
            return self._recorder.record(self._service, operation, {key: given[key] for key in given if key != "Filename"}, self._role)

        return method

    def get_paginator(self, operation_name: str) -> Any:
        """A paginator: one page."""
        return mock.Mock(spec=["paginate"], paginate=lambda **arguments: [self._method(operation_name)(**arguments)])

    def can_paginate(self, operation_name: str) -> bool:
        """Calls nothing."""
        return True

    def close(self) -> None:
        """Calls nothing."""


class Resource(Caller):
    """`boto3.resource(...)`, and what it makes."""

    def __init__(self, client: Client, kind: str, identifiers: dict[str, Any]) -> None:
        self._client, self._kind, self._identifiers = client, kind, identifiers

    def _method(self, name: str) -> Any:
        if name in RESOURCES:
            parameter = RESOURCES[name][1]

            def make(*given: str) -> Resource:
                names = ("Bucket", "Key") if name == "Object" and len(given) > 1 else (parameter,)
                return Resource(self._client, name, {**self._identifiers, **dict(zip(names, given, strict=True))})

            return make
        operation = BY_TYPE.get(name, _operation(name))
        return lambda **arguments: self._client._recorder.record(
            self._client._service, operation, {**self._identifiers, **arguments}, self._client._role
        )


def _operation(method: str) -> str:
    return "".join(word.capitalize() for word in method.split("_"))


class Files(MetaPathFinder, Loader):
    """Modules from texts."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.code: dict[str, tuple[CodeType, bool]] = {}
        for path, text in files.items():
            package = path.endswith("__init__.py")
            name = path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
            self.code[name] = (compile(text, path, "exec", dont_inherit=True), package)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The programs' own modules, and none else."""
        if fullname not in self.code:
            return None
        return ModuleSpec(fullname, self, is_package=self.code[fullname][1])

    def create_module(self, spec: ModuleSpec) -> None:
        """As usual."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's text."""
        exec(self.code[module.__name__][0], module.__dict__)


@contextmanager
def _imports(files: Files, sdk: Mapping[str, ModuleType]) -> Iterator[None]:
    before = dict(sys.modules)
    sys.modules.update(sdk)
    sys.meta_path.insert(0, files)
    try:
        yield
    finally:
        sys.meta_path.remove(files)
        for name in [*sdk, *files.code]:
            sys.modules.pop(name, None)
            if name in before:
                sys.modules[name] = before[name]


class Context:
    """What Lambda gives beside the event."""

    aws_request_id = "request"
    function_name = "function"


def run(
    files: Mapping[str, str], events: Iterable[Any] | None = None, environment: Mapping[str, str] | None = None, *, strict: bool = False
) -> tuple[Made, ...]:
    """Every call that `app.py` makes when it is imported and its handler gets each of the events (those of its own EVENTS, by default).

    An exception ends one event only, as in Lambda; `strict` raises it.
    """
    recorder = Recorder(frozenset(files))
    finder = Files(files)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | dict(environment or {})
    ends = () if strict else (Exception,)
    with ExitStack() as stack:
        stack.enter_context(_imports(finder, recorder.modules()))
        stack.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        stack.enter_context(mock.patch("time.sleep"))
        stack.enter_context(suppress(*ends))
        app = __import__("app")
        for event in app.EVENTS if events is None else events:
            with suppress(*ends):
                _finished(app.handler(event, Context()))
    return tuple(recorder.calls)


def _finished(result: Any) -> None:
    if asyncio.iscoroutine(result):
        asyncio.run(result)
