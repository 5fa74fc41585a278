"""Objects: attributes, inheritance, descriptors, dataclasses, singletons, delegation."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import buckets, found, silent, use
from tests.analysis.test_robustness import indent

PUT = "s3:PutObject Bucket=b"
HEAD = "import boto3\n"

POSITIVE = {
    "fields of a dataclass": """
from dataclasses import dataclass, fields
@dataclass
class Settings:
    bucket: str = "b"
def handler(e, x):
    settings = Settings()
    for field in fields(settings): boto3.client("s3").put_object(Bucket=getattr(settings, field.name))""",
    "made from the fields of a dataclass": """
from dataclasses import dataclass, fields
VALUES = {"BUCKET": "b", "OTHER": "o"}
@dataclass
class Settings:
    bucket: str
    @classmethod
    def read(cls): return cls(**{field.name: VALUES[field.name.upper()] for field in fields(cls)})
def handler(e, x): boto3.client("s3").put_object(Bucket=Settings.read().bucket)""",
    "fields of a named tuple": """
from typing import NamedTuple
class Names(NamedTuple):
    b: str
    other: str
def handler(e, x): boto3.client("s3").put_object(Bucket=Names._fields[0])""",
    "fields of a named tuple made by a call": """
from collections import namedtuple
Names = namedtuple("Names", "b other")
def handler(e, x): boto3.client("s3").put_object(Bucket=Names("x", "y")._fields[0])""",
    "annotations of a class": """
VALUES = {"bucket": "b"}
class Settings:
    bucket: str
    def __init__(self):
        for name in self.__annotations__: setattr(self, name, VALUES[name])
def handler(e, x): boto3.client("s3").put_object(Bucket=Settings().bucket)""",
    "fields of a model": """
from pydantic import BaseModel
class Settings(BaseModel):
    b: str = ""
def handler(e, x):
    for name in Settings.model_fields: boto3.client("s3").put_object(Bucket=name)""",
    "functions among a module's members": """
import inspect, sys
def task_put(): boto3.client("s3").put_object(Bucket="b")
def other(): boto3.client("sns").list_topics()
TASKS = [value for name, value in inspect.getmembers(sys.modules[__name__], inspect.isfunction) if name.startswith("task_")]
def handler(e, x):
    for task in TASKS: task()""",
    "methods among an object's members": """
import inspect
class Steps:
    def put(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    for name, step in inspect.getmembers(Steps(), predicate=inspect.ismethod): step()""",
    "unknown attribute of an object that keeps functions": """
class Steps:
    def __init__(self): self.put = boto3.client("s3").put_object
def handler(e, x): getattr(Steps(), e["step"])(Bucket="b")""",
    "unknown attribute whose end is known": """
class Steps:
    def put_step(self): boto3.client("s3").put_object(Bucket="b")
    def other(self): boto3.client("sns").list_topics()
def handler(e, x): getattr(Steps(), f"{e['step']}_step")()""",
    "missing entry of a dictionary's subclass": """
class Clients(dict):
    def __missing__(self, name):
        self[name] = boto3.client(name)
        return self[name]
CLIENTS = Clients()
def handler(e, x): CLIENTS["s3"].put_object(Bucket="b")""",
    "missing entry of a defaultdict's subclass": """
from collections import defaultdict
class Clients(defaultdict):
    def __missing__(self, name): return boto3.client(name)
def handler(e, x): Clients()["s3"].put_object(Bucket="b")""",
    "entries of a dictionary's subclass": """
class Config(dict):
    def __getattr__(self, name): return self[name]
def handler(e, x):
    config = Config(client=boto3.client("s3"), Bucket="b")
    config.client.put_object(Bucket=config["Bucket"])""",
    "keywords from a dictionary's subclass": """
class Config(dict):
    def __init__(self, **given): super().__init__(**given)
def handler(e, x):
    config = Config(Bucket="b")
    boto3.client("s3").put_object(**config)""",
    "get of a mapping": """
from collections.abc import Mapping
class Lazy(Mapping):
    def __getitem__(self, key): return boto3.client(key).put_object(Bucket="b")
    def __iter__(self): return iter(["s3"])
    def __len__(self): return 1
def handler(e, x): Lazy().get("s3")""",
    "items of a mapping": """
from typing import Mapping
class Lazy(Mapping[str, object]):
    def __getitem__(self, key): return boto3.client(key)
    def __iter__(self): return iter(["s3"])
    def __len__(self): return 1
def handler(e, x):
    for name, client in Lazy().items(): client.put_object(Bucket="b")""",
    "setdefault of a mapping": """
from collections.abc import MutableMapping
class Store(MutableMapping):
    def __getitem__(self, key): raise KeyError(key)
    def __setitem__(self, key, value): boto3.client("s3").put_object(Bucket="b")
    def __delitem__(self, key): pass
    def __iter__(self): return iter(())
    def __len__(self): return 0
def handler(e, x): Store().setdefault("a", 1)""",
    "pop of a mapping": """
from collections.abc import MutableMapping
class Store(MutableMapping):
    def __getitem__(self, key): return 1
    def __setitem__(self, key, value): pass
    def __delitem__(self, key): boto3.client("s3").put_object(Bucket="b")
    def __iter__(self): return iter(())
    def __len__(self): return 0
def handler(e, x): Store().pop("a", None)""",
    "update of a UserDict": """
from collections import UserDict
class Store(UserDict):
    def __setitem__(self, key, value): boto3.client(key).put_object(Bucket=value)
def handler(e, x): Store().update(s3="b")""",
    "in a mapping": """
from collections.abc import Mapping
class Store(Mapping):
    def __getitem__(self, key): return boto3.client("s3").put_object(Bucket="b")
    def __iter__(self): return iter(())
    def __len__(self): return 0
def handler(e, x): return "a" in Store()""",
    "iterating over a sequence": """
from collections.abc import Sequence
class Pages(Sequence):
    def __getitem__(self, index): return boto3.client("s3")
    def __len__(self): return 3
def handler(e, x):
    for client in Pages(): client.put_object(Bucket="b")""",
    "appending to a sequence": """
from collections.abc import MutableSequence
class Log(MutableSequence):
    def __getitem__(self, index): return 1
    def __setitem__(self, index, value): pass
    def __delitem__(self, index): pass
    def insert(self, index, value): boto3.client("s3").put_object(Bucket=value)
    def __len__(self): return 0
def handler(e, x): Log().append("b")""",
    "registered by __new__ of the metaclass": """
class Meta(type):
    known = {}
    def __new__(mcs, name, bases, body, **options):
        made = super().__new__(mcs, name, bases, body)
        if options.get("command"): mcs.known[options["command"]] = made
        return made
class Command(metaclass=Meta):
    def run(self): boto3.client("sns").list_topics()
class Put(Command, command="put"):
    def run(self): boto3.client("s3").put_object(Bucket="b")
class Other(Command):
    def run(self): boto3.client("sqs").list_queues()
def handler(e, x): Meta.known[e["command"]]().run()""",
    "registered by __init__ of the metaclass": """
KNOWN = []
class Meta(type):
    def __init__(cls, name, bases, body):
        type.__init__(cls, name, bases, body)
        if bases: KNOWN.append(cls)
class Base(metaclass=Meta):
    def run(self): boto3.client("sns").list_topics()
class A(Base):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    for cls in KNOWN: cls().run()""",
    "metaclass of abstract classes": """
from abc import ABCMeta
class Meta(ABCMeta):
    known = {}
    def __new__(mcs, name, bases, body, **options):
        made = super().__new__(mcs, name, bases, body, **options)
        mcs.known[name] = made
        return made
class A(metaclass=Meta):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): Meta.known["A"]().run()""",
    "singleton by metaclass of abstract classes": """
from abc import ABCMeta
class Single(ABCMeta):
    made = {}
    def __call__(cls, *a, **k):
        if cls not in cls.made: cls.made[cls] = super().__call__(*a, **k)
        return cls.made[cls]
class A(metaclass=Single):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): A().run()""",
    "metaclass that adds to the body": """
class Meta(type):
    def __new__(mcs, name, bases, body):
        body["client"] = boto3.client(body["service"])
        return super().__new__(mcs, name, bases, body)
class A(metaclass=Meta):
    service = "s3"
def handler(e, x): A.client.put_object(Bucket="b")""",
    "subscript and unknown attribute of a class": """
class Meta(type):
    def __getitem__(cls, key): return cls.make(key)
    def __getattr__(cls, name): return cls["b"]
class A(metaclass=Meta):
    @staticmethod
    def make(key): return boto3.resource("s3").Bucket(key)
def handler(e, x): A.anything.put_object(Key="k")""",
    "iterating over a class": """
class Meta(type):
    def __iter__(cls): return iter([boto3.client("s3")])
class A(metaclass=Meta): pass
def handler(e, x):
    for client in A: client.put_object(Bucket="b")""",
    "instance attribute": """
class A:
    def __init__(self): self.c = boto3.client("s3")
    def go(self): self.c.put_object(Bucket="b")
def handler(e, x): A().go()""",
    "class attribute": """
class A:
    c = boto3.client("s3")
    def go(self): self.c.put_object(Bucket="b")
def handler(e, x): A().go()""",
    "class attribute by class": """
class A:
    c = boto3.client("s3")
def handler(e, x): A.c.put_object(Bucket="b")""",
    "set from outside": """
class A:
    c = None
    def go(self): self.c.put_object(Bucket="b")
def handler(e, x):
    a = A(); a.c = boto3.client("s3"); a.go()""",
    "lazy property": """
class A:
    _c = None
    @property
    def c(self):
        if self._c is None: self._c = boto3.client("s3")
        return self._c
def handler(e, x): A().c.put_object(Bucket="b")""",
    "property setter": """
class A:
    @property
    def c(self): return self._c
    @c.setter
    def c(self, v): self._c = v
def handler(e, x):
    a = A(); a.c = boto3.client("s3"); a.c.put_object(Bucket="b")""",
    "cached property": """
from functools import cached_property
class A:
    @cached_property
    def c(self): return boto3.client("s3")
def handler(e, x): A().c.put_object(Bucket="b")""",
    "static and class methods": """
class A:
    @staticmethod
    def s(c): return c
    @classmethod
    def make(cls): return cls()
    def go(self): self.s(boto3.client("s3")).put_object(Bucket="b")
def handler(e, x): A.make().go()""",
    "inheritance and super": """
class Base:
    def __init__(self, name): self.c = boto3.client(name)
class A(Base):
    def __init__(self): super().__init__("s3"); self.b = "b"
    def go(self): self.c.put_object(Bucket=self.b)
def handler(e, x): A().go()""",
    "old super": """
class Base(object):
    def __init__(self, name): self.c = boto3.client(name)
class A(Base):
    def __init__(self): super(A, self).__init__("s3")
def handler(e, x): A().c.put_object(Bucket="b")""",
    "template method": """
class Base:
    def run(self): return self.step()
    def step(self): raise NotImplementedError
class A(Base):
    def step(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): A().run()""",
    "mixins in order": """
class X:
    def go(self): super().go()
class Y:
    def go(self): boto3.client("s3").put_object(Bucket="b")
class A(X, Y): pass
def handler(e, x): A().go()""",
    "abstract base": """
from abc import ABC, abstractmethod
class Base(ABC):
    @abstractmethod
    def go(self): ...
class A(Base):
    def go(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): A().go()""",
    "dataclass": """
from dataclasses import dataclass, field
@dataclass(frozen=True)
class A:
    bucket: str
    c: object = field(default_factory=lambda: boto3.client("s3"))
    def go(self): self.c.put_object(Bucket=self.bucket)
def handler(e, x): A("b").go()""",
    "dataclass post init": """
from dataclasses import dataclass
@dataclass
class A:
    bucket: str = "b"
    def __post_init__(self): self.c = boto3.client("s3")
def handler(e, x):
    a = A(); a.c.put_object(Bucket=a.bucket)""",
    "attrs": """
import attr
@attr.s
class A:
    bucket = attr.ib(default="b")
    c = attr.ib(factory=lambda: boto3.client("s3"))
def handler(e, x):
    a = A(); a.c.put_object(Bucket=a.bucket)""",
    "attrs define": """
from attrs import define, field
@define
class A:
    bucket: str
    c: object = field(factory=lambda: boto3.client("s3"))
def handler(e, x):
    a = A(bucket="b"); a.c.put_object(Bucket=a.bucket)""",
    "named tuple": """
from collections import namedtuple
A = namedtuple("A", "bucket c")
def handler(e, x):
    a = A("b", boto3.client("s3")); a.c.put_object(Bucket=a.bucket)""",
    "typed named tuple": """
from typing import NamedTuple
class A(NamedTuple):
    bucket: str
    c: object
def handler(e, x):
    bucket, c = A("b", boto3.client("s3")); c.put_object(Bucket=bucket)""",
    "pydantic": """
from pydantic import BaseModel
class Settings(BaseModel):
    bucket: str = "b"
def handler(e, x): boto3.client("s3").put_object(Bucket=Settings().bucket)""",
    "call": """
class A:
    def __call__(self, c): c.put_object(Bucket="b")
def handler(e, x): A()(boto3.client("s3"))""",
    "enter": """
class A:
    def __enter__(self): return boto3.client("s3")
    def __exit__(self, *a): pass
def handler(e, x):
    with A() as c: c.put_object(Bucket="b")""",
    "exit": """
class A:
    def __init__(self): self.c = boto3.client("s3")
    def __enter__(self): return self
    def __exit__(self, *a): self.c.put_object(Bucket="b")
def handler(e, x):
    with A(): pass""",
    "getattr delegation": """
class Proxy:
    def __init__(self, inner): self._inner = inner
    def __getattr__(self, name): return getattr(self._inner, name)
def handler(e, x): Proxy(boto3.client("s3")).put_object(Bucket="b")""",
    "singleton by new": """
class A:
    _instance = None
    def __new__(cls, *args):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.c = boto3.client("s3")
        return cls._instance
def handler(e, x): A().c.put_object(Bucket="b")""",
    "singleton by metaclass": """
class Single(type):
    _all = {}
    def __call__(cls, *args, **kwargs):
        if cls not in cls._all:
            cls._all[cls] = super().__call__(*args, **kwargs)
        return cls._all[cls]
class A(metaclass=Single):
    def __init__(self): self.c = boto3.client("s3")
def handler(e, x): A().c.put_object(Bucket="b")""",
    "singleton by decorator": """
def singleton(cls):
    made = {}
    def get(*args):
        if cls not in made: made[cls] = cls(*args)
        return made[cls]
    return get
@singleton
class A:
    def __init__(self): self.c = boto3.client("s3")
def handler(e, x): A().c.put_object(Bucket="b")""",
    "descriptor": """
class Lazy:
    def __init__(self, name): self.name = name
    def __get__(self, obj, cls): return boto3.client(self.name)
class A:
    c = Lazy("s3")
def handler(e, x): A().c.put_object(Bucket="b")""",
    "subclass registry": """
class Base:
    kinds = []
    def __init_subclass__(cls, **kw): Base.kinds.append(cls)
class A(Base):
    def go(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    for kind in Base.kinds: kind().go()""",
    "iterator": """
class A:
    def __iter__(self): yield boto3.client("s3")
def handler(e, x):
    for c in A(): c.put_object(Bucket="b")""",
    "getitem": """
class A:
    def __getitem__(self, name): return boto3.client(name)
def handler(e, x): A()["s3"].put_object(Bucket="b")""",
    "setattr and vars": """
class A: pass
def handler(e, x):
    a = A(); setattr(a, "c", boto3.client("s3")); a.c.put_object(Bucket="b")""",
    "bound method in a table": """
class A:
    def __init__(self): self.table = {"x": self.go}
    def go(self): boto3.client("s3").put_object(Bucket="b")
    def run(self, k): self.table[k]()
def handler(e, x): A().run(e["k"])""",
    "method chosen by name": """
class A:
    def do_x(self): boto3.client("s3").put_object(Bucket="b")
    def other(self): boto3.client("s3").delete_bucket(Bucket="b")
def handler(e, x): getattr(A(), f"do_{e['k']}")()""",
    "enum member with behaviour": """
from enum import Enum
class Kind(Enum):
    X = "s3"
    def client(self): return boto3.client(self.value)
def handler(e, x): Kind(e["k"]).client().put_object(Bucket="b")""",
    "handler is a method": """
class A:
    def __init__(self): self.c = boto3.client("s3")
    def run(self, e, x): self.c.put_object(Bucket="b")
handler = A().run""",
    "handler is an object": """
class A:
    def __call__(self, e, x): boto3.client("s3").put_object(Bucket="b")
handler = A()""",
    "namespace": """
from types import SimpleNamespace
def handler(e, x): SimpleNamespace(c=boto3.client("s3")).c.put_object(Bucket="b")""",
    "thread subclass": """
from threading import Thread
class A(Thread):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): A().start()""",
    "generic class": """
from typing import Generic, TypeVar
T = TypeVar("T")
class Repo(Generic[T]):
    def go(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): Repo[int]().go()""",
    "new generic syntax": """
class Repo[T]:
    def go(self): boto3.client("s3").put_object(Bucket="b")
type R = Repo
def handler(e, x): Repo().go()""",
    "in": """
class A:
    def __contains__(self, k): return boto3.client("s3").put_object(Bucket="b")
def handler(e, x): return 1 in A()""",
    "del": """
class A:
    def __delitem__(self, k): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    a = A()
    del a["x"]""",
    "augmented": """
class A:
    def __iadd__(self, k): boto3.client("s3").put_object(Bucket="b"); return self
def handler(e, x):
    a = A()
    a += 1""",
    "reflected": """
class A:
    def __radd__(self, k): boto3.client("s3").put_object(Bucket="b"); return self
def handler(e, x): return 1 + A()""",
    "comparison": """
class A:
    def __lt__(self, o): return boto3.client("s3").put_object(Bucket="b")
def handler(e, x): return A() < 1""",
    "truth": """
class A:
    def __bool__(self): return boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    if A(): pass""",
    "length": """
class A:
    def __len__(self): return boto3.client("s3").put_object(Bucket="b")
def handler(e, x): return len(A())""",
    "class item": """
class A:
    def __class_getitem__(cls, name): return boto3.client(name)
def handler(e, x): A["s3"].put_object(Bucket="b")""",
    "subclasses": """
class Base: pass
class A(Base):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    for cls in Base.__subclasses__(): cls().run()""",
    "object.__setattr__": """
class A:
    def __init__(self): object.__setattr__(self, "c", boto3.client("s3"))
class B:
    def __init__(self): super().__setattr__("d", A())
def handler(e, x): B().d.c.put_object(Bucket="b")""",
    "partialmethod": """
from functools import partialmethod
class A:
    def do(self, op, **k): getattr(boto3.client("s3"), op)(**k)
    put = partialmethod(do, "put_object", Bucket="b")
def handler(e, x): A().put()""",
    "named tuple replaced": """
from typing import NamedTuple
class A(NamedTuple):
    c: object
    b: str = "a"
def handler(e, x):
    a = A(boto3.client("s3"))._replace(b="b")
    a.c.put_object(Bucket=a.b)""",
    "attr.Factory": """
import attr
@attr.s
class A:
    c = attr.ib(default=attr.Factory(lambda: boto3.client("s3")))
def handler(e, x): A().c.put_object(Bucket="b")""",
    "typed dictionary": """
from typing import TypedDict
class P(TypedDict):
    Bucket: str
def handler(e, x): boto3.client("s3").put_object(**P(Bucket="b"))""",
    "attribute with an annotation on the class": """
from mypy_boto3_s3 import S3Client
import container
class A:
    c: "S3Client"
    def __init__(self): self.c = container.s3()
def handler(e, x): A().c.put_object(Bucket="b")""",
    "context decorator": """
import contextlib
class A(contextlib.ContextDecorator):
    def __enter__(self): boto3.client("s3").put_object(Bucket="b")
    def __exit__(self, *a): return False
@A()
def work(): pass
def handler(e, x): work()""",
    "class pattern": """
from dataclasses import dataclass
@dataclass
class A:
    c: object
def handler(e, x):
    match A(boto3.client("s3")):
        case A(c): c.put_object(Bucket="b")""",
    "class made by type()": """
def put(self): boto3.client("s3").put_object(Bucket=self.bucket)
A = type("A", (object,), {"put": put, "bucket": "b"})
def handler(e, x): A().put()""",
}

NEGATIVE = {
    "reflection that calls nothing": """
import inspect, sys
from dataclasses import dataclass, fields
@dataclass
class Settings:
    bucket: str = "b"
    def put(self): boto3.client("s3").put_object(Bucket="b")
    @property
    def made(self): return boto3.client("s3").put_object(Bucket="b")
def task(): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    names = [field.name for field in fields(Settings)]
    found = [name for name, value in inspect.getmembers(Settings(), inspect.ismethod)]
    for name, cls in inspect.getmembers(sys.modules[__name__], inspect.isclass): cls()
    return names, found, Settings.__annotations__, getattr(Settings(), e["name"])""",
    "entry that is there": """
class Clients(dict):
    def __missing__(self, name): return boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    clients = Clients(a=1)
    clients["b"] = 2
    return clients["a"], clients["b"], clients.get("c")""",
    "mapping that is only read": """
from collections.abc import MutableMapping
class Store(MutableMapping):
    def __getitem__(self, key): return 1
    def __setitem__(self, key, value): boto3.client("s3").put_object(Bucket="b")
    def __delitem__(self, key): boto3.client("s3").put_object(Bucket="b")
    def __iter__(self): return iter(["a"])
    def __len__(self): return 0
    def keep(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): return Store().get("a"), list(Store().items()), "a" in Store()""",
    "methods of dictionaries that don't call one another": """
class Store(dict):
    def __setitem__(self, key, value): boto3.client("s3").put_object(Bucket="b")
    def __getitem__(self, key): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    store = Store(a=1)
    store.update(b=2)
    return store.get("a"), list(store.items())""",
    "metaclass without a class": """
class Meta(type):
    def __new__(mcs, name, bases, body):
        boto3.client("s3").put_object(Bucket="b")
        return super().__new__(mcs, name, bases, body)
class A: pass
def handler(e, x): A()""",
    "method of a class that its metaclass registers": """
class Meta(type):
    known = {}
    def __new__(mcs, name, bases, body):
        mcs.known[name] = super().__new__(mcs, name, bases, body)
        return mcs.known[name]
    def __init__(cls, name, bases, body): super().__init__(name, bases, body)
    def __getattr__(cls, name): return boto3.client("s3").put_object(Bucket="b")
    def __getitem__(cls, name): return boto3.client("s3").put_object(Bucket="b")
class A(metaclass=Meta):
    here = 1
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): return A.here, Meta.known["A"](), {"a": 1}["a"]""",
    "method never called": """
class A:
    def __init__(self): self.c = boto3.client("s3")
    def go(self): self.c.put_object(Bucket="b")
def handler(e, x): A()""",
    "overridden method": """
class Base:
    def go(self): boto3.client("s3").put_object(Bucket="b")
class A(Base):
    def go(self): pass
def handler(e, x): A().go()""",
    "other attribute": """
class A:
    def __init__(self): self.c, self.d = boto3.client("s3"), print
def handler(e, x): A().d.put_object(Bucket="b")""",
    "class never used": """
class A:
    def __init__(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): pass""",
    "same name in another class": """
class A:
    def put_object(self, Bucket): pass
def handler(e, x): A().put_object(Bucket="b")""",
    "subclass not made": """
class Base:
    def run(self): self.step()
    def step(self): pass
class A(Base):
    def step(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x): Base().run()""",
    "getattr that does not delegate": """
class Proxy:
    def __init__(self, inner): self._inner = inner
    def __getattr__(self, name): return print
def handler(e, x): Proxy(boto3.client("s3")).put_object(Bucket="b")""",
    "two objects are told apart": """
class A:
    def __init__(self, c): self.c = c
def handler(e, x):
    one, two = A(boto3.client("s3")), A(print)
    two.c.put_object(Bucket="b")""",
    "special methods that nothing calls": """
class A:
    def __contains__(self, k): boto3.client("s3").put_object(Bucket="b")
    def __iadd__(self, k): boto3.client("s3").put_object(Bucket="b")
    def __delitem__(self, k): boto3.client("s3").put_object(Bucket="b")
    def __len__(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    a = A()
    return a is None, 1 in [a], len([a])""",
    "subclass of another class": """
class Base: pass
class Other: pass
class A(Other):
    def run(self): boto3.client("s3").put_object(Bucket="b")
def handler(e, x):
    for cls in Base.__subclasses__(): cls().run()""",
    "pattern of another class": """
class A: pass
class B: pass
def handler(e, x):
    match A():
        case B(): boto3.client("s3").put_object(Bucket="b")
        case {"a": 1}: boto3.client("s3").put_object(Bucket="b")
        case [_, *_]: boto3.client("s3").put_object(Bucket="b")
""",
    "isinstance tells apart": """
class A:
    def put_object(self, Bucket): pass
def use(c):
    if isinstance(c, A): c.put_object(Bucket="b")
def handler(e, x): use(A()); use(boto3.client("s3"))""",
}


@pytest.mark.parametrize("name", POSITIVE)
def test_followed(name: str) -> None:
    found(HEAD + POSITIVE[name], PUT)


@pytest.mark.parametrize("name", NEGATIVE)
def test_not_counted(name: str) -> None:
    silent(HEAD + NEGATIVE[name])


REGISTRY = "import boto3\nREGISTRY = {}\nclass Meta(type):\n    METHOD\nclass A(metaclass=Meta):\n    def run(self): boto3.client('s3').list_buckets()\n"


@pytest.mark.parametrize(
    "method",
    [
        "def __new__(mcs, name, bases, ns):\n        cls = super().__new__(mcs, name, bases, ns)\n        REGISTRY[name] = cls\n        return cls",
        "def __new__(mcs, name, bases, ns):\n        REGISTRY[name] = cls = type.__new__(mcs, name, bases, ns)\n        return cls",
        "def __init__(cls, name, bases, ns):\n        super().__init__(name, bases, ns)\n        REGISTRY[name] = cls",
    ],
)
def test_registries_of_metaclasses(method: str) -> None:
    source = REGISTRY.replace("METHOD", method)
    found(source + "def handler(event, context): REGISTRY['A']().run()", "s3:ListBuckets")
    silent(source + "def handler(event, context): REGISTRY.get('A')")


def test_what_a_metaclass_puts_into_a_class() -> None:
    method = "def __new__(mcs, name, bases, ns):\n        ns['client'] = boto3.client('sns')\n        return super().__new__(mcs, name, bases, ns)"
    found(REGISTRY.replace("METHOD", method) + "def handler(event, context): A.client.list_topics()", "sns:ListTopics")


ITERATORS = """import boto3
class Each:
    def __init__(self, *items):
        self.items = items
        self.at = 0
    def __iter__(self): return self
    def __next__(self):
        if self.at >= len(self.items): raise StopIteration
        self.at += 1
        return self.items[self.at - 1]
"""


def test_iterators_that_count() -> None:
    services = ("s3", "sqs", "sns", "kms", "sts")
    clients = ", ".join(f"boto3.client('{service}')" for service in services)
    result = use(ITERATORS + f"def handler(event, context):\n    for c in Each({clients}): c.list_things()")
    assert {gap.services for gap in result.gaps} == {(service,) for service in services}


def test_an_iterator_asked_once_gives_the_first() -> None:
    source = "def handler(event, context): next(Each(boto3.client('s3'), boto3.client('kms'))).list_buckets()"
    found(ITERATORS + source, "s3:ListBuckets")


KEPT = """import boto3, functools, collections, inspect, typing
s3 = boto3.client('s3')
@functools.lru_cache
def kept(): return {}
@functools.lru_cache(maxsize=8)
def kept_by(name): return {}
def new(): return {}
class Keeps:
    @functools.cached_property
    def kept(self): return {}
    @property
    def new(self): return {}
class Fields:
    def __init__(self, **given): self.__dict__.update(given)
def set_global(name, value): globals()[name] = value
class Items(list):
    def last(self): return self[-1]
Pair = collections.namedtuple("Pair", "one two")
class Typed(typing.NamedTuple):
    one: str
    two: str
"""


OWN_DICTIONARY = """
import boto3
class Kept:
    def __init__(self, name): self.name = name
    def __get__(self, owner, cls=None): return owner.__dict__[self.name]
    def __set__(self, owner, value): owner.__dict__[self.name] = value
class Shouting(Kept):
    def __get__(self, owner, cls=None): return 'loud'
class Store:
    bucket = Kept('bucket')
    loud = Shouting('loud')
    def __setattr__(self, name, value):
        if name == 'never': raise AttributeError(name)
        super().__setattr__(name, value)
def handler(event, context):
    s = Store()
    {body}
    boto3.client('s3').put_object(Bucket=b)
"""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("s.bucket = 'x'; b = s.bucket", "x"),
        ("s.loud = 'x'; b = s.loud", "loud"),
        ("s.__dict__['loud'] = 'x'; b = s.loud", "loud"),
        ("s.__dict__['loud'] = 'x'; b = s.__dict__['loud']", "x"),
        ("vars(s)['never'] = 'x'; b = s.never", "x"),
    ],
)
def test_an_objects_own_dictionary_and_data_descriptors(body: str, name: str) -> None:
    found(OWN_DICTIONARY.format(body=body), f"s3:PutObject Bucket={name}")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("kept()['b'] = 'x'; b = kept()['b']", "x"),
        ("kept_by('a')['b'] = 'x'; kept_by('c')['b'] = 'y'; b = kept_by('a')['b']", "x"),
        ("kept_by(event)['b'] = 'x'; b = kept_by(event)['b']", "?"),
        ("new()['b'] = 'x'; b = new().get('b', 'y')", "y"),
        ("k = Keeps(); k.kept['b'] = 'x'; b = k.kept['b']", "x"),
        ("k = Keeps(); k.kept['b'] = 'x'; b = Keeps().kept.get('b', 'y')", "y"),
        ("k = Keeps(); k.new['b'] = 'x'; b = k.new.get('b', 'y')", "y"),
        ("b = Fields(b='x', c='y').b", "x"),
        ("f = Fields(b='x'); vars(f)['b'] = 'y'; b = f.b", "y"),
        ("set_global('B', 'x'); b = B", "x"),
        ("i = Items(['x']); i.append('y'); b = i.last()", "y"),
        ("i = Items(['x']); i.append('y'); b = [n for n in i][0]", "x"),
        ("i = Items(); i.extend(['x', 'y']); i[0] = 'z'; b = i[0]", "z"),
        ("b = Pair('x', 'y')[1]", "y"),
        ("b = Typed('x', two='y')[-1]", "y"),
        ("b = Typed('x', 'y')[:1][0]", "x"),
        ("b = collections.namedtuple('P', 'one two', defaults=['y'])('x').two", "y"),
        ("b = list(inspect.signature(lambda x, y: 1).parameters)[1]", "y"),
        ("b = list(inspect.signature(Items.last).parameters)[0]", "self"),
        ("b = ''.join(vars(Items))", "last"),
        ("d = collections.defaultdict(list); d[event].append('x'); b = d['y'][0]", "? x"),
        ("b = list(map(str.upper, ['x']))[0]", "X"),
    ],
)
def test_what_a_name_can_be_that_an_object_keeps(body: str, names: str) -> None:
    source = KEPT + "def handler(event, context):\n" + indent([body, "s3.put_object(Bucket=b)"])
    assert buckets(source) == names


def test_handlers_registered_in_a_cached_property() -> None:
    source = KEPT + "def handler(event, context):\n    k = Keeps()\n    k.%s['a'] = s3.list_buckets\n    k.%s['a']()"
    found(source % ("kept", "kept"), "s3:ListBuckets")
    silent(source % ("new", "new"))


OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul"}
OPERATORS |= {"&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift"}


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_call_the_methods_of_the_class(operator: str) -> None:
    head = f"import boto3\nclass A:\n    def __{OPERATORS[operator]}__(self, other): boto3.client('s3').list_buckets()\n"
    found(head + f"def handler(event, context): A() {operator} 1", "s3:ListBuckets")
    found(head + f"def handler(event, context):\n    a = A()\n    a {operator}= 1", "s3:ListBuckets")
    silent(head + f"def handler(event, context): A() {'-' if operator == '+' else '+'} 1")


@pytest.mark.parametrize("operator", [operator for operator in OPERATORS if operator not in ("//", "**")])
def test_operators_in_place_come_first(operator: str) -> None:
    body = f"    def __{OPERATORS[operator]}__(self, other): boto3.client('s3').list_buckets()\n"
    in_place = f"    def __i{OPERATORS[operator]}__(self, other): boto3.client('kms').list_keys()\n"
    found(f"import boto3\nclass A:\n{body}{in_place}def handler(event, context):\n    a = A()\n    a {operator}= 1", "kms:ListKeys")


UNSEEN = """
import abc, sys, elsewhere
class Base(abc.ABC):
    @abc.abstractmethod
    def run(self): raise NotImplementedError
    def get(self): return self.run()
class First(Base):
    def run(self): boto3.client("s3").put_object(Bucket="b")
class Second(First):
    def run(self): super().run(); boto3.client("sns").list_topics()
class Apart:
    def run(self): boto3.client("sqs").list_queues()
def find(name) -> Base: return elsewhere.find(name)
def run(x: Base): return x.get()
class Holder:
    kept: "Base"
"""


@pytest.mark.parametrize("body", ["find(e).run()", "run(elsewhere.find(e))", "Holder().kept.get()"])
def test_an_object_that_only_an_annotation_names_may_be_of_a_derived_class(body: str) -> None:
    found(HEAD + UNSEEN + f"def handler(e, x): {body}", PUT, "sns:ListTopics")
    silent(HEAD + UNSEEN + f"def handler(e, x): {body.replace('run()', 'walk()').replace('get()', 'walk()').replace('run(', 'str(')}")


def test_only_so_many_derived_classes_are_taken() -> None:
    derived = "".join(f"class C{i}(Base):\n    def run(self): return {i}\n" for i in range(24))
    source = HEAD + UNSEEN + derived + "def handler(e, x): find(e).run()"
    assert [gap.kind for gap in use(source).gaps] == [GapKind.BUDGET]
    plain = "".join(f"class C{i}(First): pass\n" for i in range(24))
    found(HEAD + UNSEEN + plain + "def handler(e, x): find(e).run()", PUT, "sns:ListTopics")


@pytest.mark.parametrize(
    "name",
    [
        "getattr(sys.modules[__name__], e['kind'])",
        "getattr(sys.modules[__name__], e['kind'], None)",
        "getattr(sys.modules[__name__], f\"{e['kind']}art\")",
        "globals()[e['kind']]",
    ],
)
def test_a_class_whose_name_is_not_known(name: str) -> None:
    source = HEAD + UNSEEN + f"def handler(e, x): {name}"
    assert "sqs:ListQueues" in [f"{call.service}:{call.operation}" for call in use(f"{source}().run()").calls]
    silent(source)


def test_a_class_whose_name_ends_otherwise_is_not_meant() -> None:
    silent(HEAD + UNSEEN + "def handler(e, x): getattr(sys.modules[__name__], f\"{e['kind']}ase\")().walk()")
    found(HEAD + UNSEEN + "def handler(e, x): getattr(sys.modules[__name__], f\"{e['kind']}art\")().run()", "sqs:ListQueues")
