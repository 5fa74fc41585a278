"""Programs that take clients, names and functions through many features of the language, several one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

IMPORTS = """
import abc, asyncio, collections, concurrent.futures, contextlib, contextvars, copy, dataclasses, enum, functools, heapq, itertools
import json, operator, os, pathlib, queue, re, string, threading, types, typing, weakref
"""
HEAD = f"""{IMPORTS}
import boto3
def assumed(role):
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"]
    )
"""
ROLE = "arn:aws:iam::123456789012:role/"
EVENTS: tuple[dict[str, object], ...] = (
    {},
    {"flag": True, "kind": "a", "many": [1, 2, 3], "number": 2},
    {"flag": False, "kind": "z", "many": [], "number": 0},
)
CLIENTS = (
    'boto3.client("s3")',
    'boto3.client(service_name="s3", region_name="eu-west-1")',
    'boto3.Session().client("s3")',
    'boto3.session.Session(region_name="eu-west-1").client("s3")',
    f'assumed("{ROLE}reader").client("s3")',
    f'assumed(role="{ROLE}writer").client("s3")',
)
CALLS = (
    '{c}.put_object(Bucket={b}, Key="key", Body=b"x")',
    '{c}.get_object(Bucket={b}, Key=f"{{{b}}}/key")',
    '{c}.delete_object(**{{"Bucket": {b}, "Key": "key"}})',
    'getattr({c}, "head_object")(Bucket={b}, Key="key")',
    'getattr({c}, "get_" + "object_acl")(**dict(Bucket={b}, Key="key"))',
    'functools.partial({c}.copy_object, Bucket={b})(Key="key", CopySource={{"Bucket": {b}, "Key": "from"}})',
    '{c}.delete_objects(Bucket={b}, Delete={{"Objects": [{{"Key": {b}}}, {{"Key": "key"}}]}})',
    'list({c}.get_paginator("list_objects_v2").paginate(Bucket={b}, Prefix="p"))',
)


@dataclass(frozen=True)
class Carrier:
    """One way from a value to the same value. `open`: it depends on the event; `loose`: the analysis may take others too."""

    name: str
    lines: tuple[tuple[str, str], ...]
    open: bool
    loose: bool
    strings: bool
    loop: bool

    @property
    def opens(self) -> bool:
        """Whether the rest of the program goes into a block of its own."""
        return any(mark == ">" for mark, _ in self.lines)


@cache
def carriers() -> tuple[Carrier, ...]:
    """All ways, from `carriers.txt`."""
    text = Path(__file__).with_name("carriers.txt").read_text()
    return tuple(_carrier(part) for part in text.split("\n## ")[1:])


def _carrier(part: str) -> Carrier:
    title, *lines = part.strip().splitlines()
    words = title.split()
    marks = [word for word in words if word in ("?", "~", "str", "async")]
    name = " ".join(words[: len(words) - len(marks)])
    return Carrier(name, tuple((line[0], line[2:]) for line in lines), "?" in marks, "~" in marks, "str" in marks, "async" in marks)


class Name(str):
    """A placeholder's text; `name` without its module, `literal` what a string says."""

    name: str
    literal: str

    def __new__(cls, text: str, name: str = "", literal: str = "") -> Name:
        made = super().__new__(cls, text)
        made.name, made.literal = name or text, literal
        return made


@dataclass
class Program:
    """A program while it is made. `exact`: without branches on the event, and followed exactly."""

    random: Random
    files: dict[str, list[str]] = field(default_factory=lambda: {"app.py": [HEAD]})
    body: list[str] = field(default_factory=list)
    closing: list[tuple[int, str]] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    exact: bool = True
    depth: int = 1
    count: int = 0
    loop: bool = False

    def fresh(self, prefix: str) -> str:
        """A name that is not used yet."""
        self.count += 1
        return f"{prefix}{self.count}"

    def say(self, line: str, depth: int | None = None) -> None:
        """A line where the program has come to."""
        self.body.append("    " * (self.depth if depth is None else depth) + line)

    def carry(self, value: str, other: str, literal: str = "") -> str:
        """Take a value, an expression, through one carrier; gives the expression that it is then."""
        fitting = [one for one in carriers() if (literal or not one.strings) and not (one.loop and self.loop) and self._allowed(one)]
        chosen = self.random.choice(fitting)
        self.used.append(chosen.name)
        self.exact = self.exact and not chosen.open and not chosen.loose
        return self.through(chosen, value, other, literal)

    def _allowed(self, carrier: Carrier) -> bool:
        return self.depth < 9 or not carrier.opens

    def through(self, carrier: Carrier, value: str, other: str, literal: str = "") -> str:
        """Write one carrier's lines."""
        written = [line for _, line in carrier.lines]
        if sum(line.count("{v}") for line in written) != 1 or literal:
            value = self._named(value)
        if any(line.count("{d}") for line in written):
            other = self._named(other)
        names = {letter: self.fresh(letter) for letter in "fgxyk"}
        plain = {letter: Name(name) for letter, name in names.items()}
        given = {"v": Name(value, literal=literal), "d": Name(other)}
        definitions = [line.format(**plain, **given) for mark, line in carrier.lines if mark == ":"]
        local = {**plain, **given, **self._define(definitions, names)}
        base, result, opened = self.depth, "", False
        for mark, line in carrier.lines:
            if mark == ">":
                inner = (len(line) - len(line.lstrip())) // 4
                self.say(line.format(**local), base)
                self.depth, opened = base + inner + (0 if line.lstrip().startswith("@") else 1), True
            elif mark == "<":
                self.closing.append((base, line.format(**local)))
            elif mark == "|":
                self.say(line.format(**local))
            elif mark == "=":
                result = line.format(**local)
        if opened and not any(mark == "<" for mark, _ in carrier.lines):
            self.closing.append((base, ""))
        self.loop = self.loop or (carrier.loop and carrier.opens)
        return result

    def _named(self, value: str) -> str:
        if value.isidentifier():
            return value
        name = self.fresh("v")
        self.say(f"{name} = {value}")
        return name

    def _define(self, lines: list[str], names: dict[str, str]) -> dict[str, Name]:
        """Put definitions into some module; gives the names by which they are known where the program has come to."""
        text = "\n".join(lines)
        defined = {
            letter: name
            for letter, name in names.items()
            if re.search(rf"^(?:(?:async )?def |class |){name}\b(?: =|\(|:)", text, re.MULTILINE)
        }
        if not lines:
            return {}
        path = self.random.choice(["app.py", "app.py", "library.py", "package/__init__.py", "package/inner.py"])
        if path != "app.py":
            self.files.setdefault("package/__init__.py", [IMPORTS]) if path.startswith("package") else None
            self.files.setdefault(path, [IMPORTS])
        self.files[path] += [*lines, ""]
        module = path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
        return {letter: Name(self._imported(module, name), name) for letter, name in defined.items()}

    def _imported(self, module: str, name: str) -> str:
        if module == "app":
            return name
        parent, _, last = module.rpartition(".")
        form = self.random.randrange(6)
        if form == 0:
            self.files["app.py"].insert(1, f"import {module}")
            return f"{module}.{name}"
        if form == 1:
            self.files["app.py"].insert(1, f"import {module} as {last}_module")
            return f"{last}_module.{name}"
        if form == 2 and parent:
            self.files["app.py"].insert(1, f"from {parent} import {last}")
            return f"{last}.{name}"
        if form == 3:
            self.say(f"from {module} import {name} as here_{name}")
            return f"here_{name}"
        if form == 4:
            self.say(f'{last}_{name} = __import__("importlib").import_module("{module}")')
            return f"{last}_{name}.{name}"
        self.say(f"from {module} import {name}")
        return name

    def call(self) -> None:
        """Take a client and a bucket's name through carriers, and call an operation."""
        literal = f"bucket-{self.fresh('')}"
        steps = self.random.choice([0, 1, 1, 2, 3])
        client, decoy = self.random.choice(CLIENTS), f'assumed("{ROLE}decoy").client("s3")'
        for _ in range(steps):
            client = self.carry(client, decoy)
        bucket, other = f'"{literal}"', '"decoy-0"'
        for _ in range(self.random.choice([0, 1, 1, 2])):
            bucket = self.carry(bucket, other, literal)
        client, bucket = self._named(client), self._named(bucket)
        call = self.random.choice(CALLS).format(c=client, b=bucket)
        if self.random.random() < 0.5:
            self.say(call)
            return
        function = f"(lambda: {call})"
        for _ in range(self.random.choice([1, 1, 2])):
            function = self.carry(function, '(lambda: boto3.client("s3").list_buckets())')
        self.say(f"{function}()")

    def finished(self) -> dict[str, str]:
        """The program's files."""
        for depth, line in reversed(self.closing):
            self.say("pass", self.depth)
            self.say(line, depth) if line else None
            self.depth = depth
        self.files["app.py"] += ["def handler(event, context):", *self.body, "    return None"]
        return {path: "\n".join(lines) + "\n" for path, lines in self.files.items()}


def program(seed: int) -> tuple[Program, dict[str, str]]:
    """The program of a number."""
    made = Program(Random(seed))
    for _ in range(made.random.choice([1, 1, 2])):
        made.call()
    return made, made.finished()


KINDS = ("client", "bucket", "function")


def single(carrier: Carrier, kind: str) -> tuple[Program, dict[str, str]]:
    """A program with one carrier of one kind of value."""
    made = Program(Random(0))
    made.exact = not carrier.open and not carrier.loose
    client, decoy = 'boto3.client("s3")', f'assumed("{ROLE}decoy").client("s3")'
    if kind == "client":
        value = made._named(made.through(carrier, client, decoy))
        made.say(f'{value}.put_object(Bucket="bucket-0", Key="key")')
    elif kind == "bucket":
        value = made._named(made.through(carrier, '"bucket-0"', '"decoy-0"', "bucket-0"))
        made.say(f'{client}.put_object(Bucket={value}, Key="key")')
    else:
        call, other = f'(lambda: {client}.put_object(Bucket="bucket-0", Key="key"))', f"(lambda: {client}.list_buckets())"
        made.say(f"{made.through(carrier, call, other)}()")
    return made, made.finished()
