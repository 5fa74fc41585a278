"""Special methods of the user's classes: what calls them, what does not, and the text that values give."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent, use

HEAD = """
import boto3, copy, logging, math, os, pickle
from dataclasses import dataclass
logger = logging.getLogger()
def put(): boto3.client("s3").put_object(Bucket="b")
def name(bucket): boto3.client("s3").put_object(Bucket=bucket)
"""


def method(special: str, result: str = "1") -> str:
    return f"class C:\n def {special}(self, *a):\n  put()\n  return {result}\n"


CALLED = {
    "print": (method("__str__", "''"), "print('a', C())"),
    "print by __repr__": (method("__repr__", "''"), "print(C())"),
    "str": (method("__str__", "''"), "str(C())"),
    "repr": (method("__repr__", "''"), "repr(C())"),
    "f-string": (method("__str__", "''"), "f'{C()}'"),
    "f-string with !r": (method("__repr__", "''"), "f'{C()!r}'"),
    "f-string with =": (method("__repr__", "''"), "f'{C()=}'"),
    "f-string with a format": (method("__format__", "''"), "f'{C():x}'"),
    "f-string without one": (method("__format__", "''"), "f'{C()}'"),
    "f-string of a padded object": (method("__str__", "''"), "f'{C():>3}'"),
    "format": (method("__format__", "''"), "format(C(), 'x')"),
    "str.format": (method("__format__", "''"), "'{0:x}'.format(C())"),
    "percent": (method("__str__", "''"), "'%s' % C()"),
    "percent r": (method("__repr__", "''"), "'%r' % (C(),)"),
    "log message": (method("__str__", "''"), "logger.info('%s', C())"),
    "repr within a list": (method("__repr__", "''"), "print([C()])"),
    "repr of a class that type() made": ("C = type('C', (), {'__repr__': lambda self: put()})\n", "print([C()])"),
    "repr within a dictionary": (method("__repr__", "''"), "f'{ {1: C()} }'"),
    "repr within a dataclass": (method("__repr__", "''") + "@dataclass\nclass D:\n c: C\n", "print(D(C()))"),
    "int": (method("__int__"), "int(C())"),
    "float": (method("__float__"), "float(C())"),
    "bool": (method("__bool__"), "bool(C())"),
    "bool by length": (method("__len__"), "bool(C())"),
    "hash": (method("__hash__"), "hash(C())"),
    "abs": (method("__abs__"), "abs(C())"),
    "round": (method("__round__"), "round(C(), 1)"),
    "floor": (method("__floor__"), "math.floor(C())"),
    "reversed": (method("__reversed__", "[]"), "reversed(C())"),
    "path": (method("__fspath__", "''"), "os.fspath(C())"),
    "copy": (method("__copy__"), "copy.copy(C())"),
    "deep copy": (method("__deepcopy__"), "copy.deepcopy(C())"),
    "pickle": (method("__reduce__"), "pickle.dumps(C())"),
    "sorted": (method("__lt__"), "sorted([C(), C()])"),
    "max": (method("__gt__"), "max(C(), C())"),
    "equal": (method("__eq__"), "C() == 1"),
    "equal, from the right": (method("__eq__"), "1 == C()"),
    "not equal": (method("__eq__"), "C() != 1"),
    "less, from the right": (method("__gt__"), "1 < C()"),
    "in a list": (method("__eq__"), "1 in [C()]"),
    "floor division": (method("__floordiv__"), "C() // 2"),
    "power": (method("__pow__"), "C() ** 2"),
    "setting an attribute": (method("__setattr__"), "setattr(C(), 'a', 1)"),
    "deleting an attribute": (method("__delattr__"), "delattr(C(), 'a')"),
    "instance": (
        "class M(type):\n def __instancecheck__(cls, o): put(); return True\nclass C(metaclass=M): pass\n",
        "isinstance(1, C)",
    ),
    "subclass": (
        "class M(type):\n def __subclasscheck__(cls, o): put(); return True\nclass C(metaclass=M): pass\n",
        "issubclass(int, C)",
    ),
    "end of an object": (method("__del__"), "C()"),
}


@pytest.mark.parametrize(("source", "use"), CALLED.values(), ids=CALLED.keys())
def test_called(source: str, use: str) -> None:
    found(f"{HEAD}{source}def handler(e, c): return {use}", "s3:PutObject")


NOT_CALLED = {
    "str is not repr": (method("__str__", "''"), "repr(C())"),
    "repr is not str": (method("__repr__", "''") + " def __str__(self): return ''\n", "print(C())"),
    "!r is not str": (method("__str__", "''"), "f'{C()!r}'"),
    "str asks no __format__": (method("__format__", "''"), "str(C())"),
    "str of a list": (method("__str__", "''"), "str([C()])"),
    "never printed": (method("__str__", "''"), "C()"),
    "other number": (method("__int__"), "float(C())"),
    "another object": (method("__eq__") + "class D: pass\n", "D() == 1"),
    "identity": (method("__eq__"), "C() is None"),
    "by key": (method("__lt__"), "sorted([C(), C()], key=id)"),
    "never made": (method("__del__"), "C"),
}


@pytest.mark.parametrize(("source", "use"), NOT_CALLED.values(), ids=NOT_CALLED.keys())
def test_not_called(source: str, use: str) -> None:
    silent(f"{HEAD}{source}def handler(e, c): return {use}")


TEXTS = {
    "__str__": ("class C:\n def __str__(self): return 'x'", "f'{C()}'"),
    "__format__": ("class C:\n def __format__(self, spec): return spec", "f'{C():x}'"),
    "padded number": ("n = 7", "f'{n:03d}'.replace('007', 'x')"),
    "padded name": ("n = 'x'", "f'{n:>2}'.strip()"),
    "with its name": ("x = 7", "f'{x=}'[:1]"),
    "attribute": ("class C:\n b = 'x'", "'{0.b}'.format(C())"),
    "item": ("d = {'k': 'x'}", "'{0[k]}'.format(d)"),
    "of two": ("class C:\n def __str__(self): return 'x'", "'%s' % C()"),
    "plain member": ("from enum import Enum\nclass x(Enum):\n A = 1", "f'{x.A}'.split('.')[0]"),
}


@pytest.mark.parametrize(("source", "value"), TEXTS.values(), ids=TEXTS.keys())
def test_texts(source: str, value: str) -> None:
    assert len(found(f"{HEAD}{source}\ndef handler(e, c): name({value})", "s3:PutObject Bucket=x").calls) == 1


def test_a_format_that_is_not_known() -> None:
    (call,) = use(f"{HEAD}def handler(e, c): name(f'a-{{3:{{e}}}}')").calls
    assert "a-" in str(call.arguments)
    assert "formatted value" in str(call.arguments)


STATEMENTS = {
    "setting an attribute": method("__setattr__") + "def handler(e, c): C().a = 1",
    "deleting an attribute": method("__delattr__") + "def handler(e, c):\n o = C()\n del o.a",
    "deleter": "class C:\n @property\n def a(self): return 1\n @a.deleter\n def a(self): put()\ndef handler(e, c):\n o = C()\n del o.a",
    "in place": method("__imatmul__", "self") + "def handler(e, c):\n o = C()\n o @= 1",
    "prepared body": "class M(type):\n def __prepare__(n, b): return {'f': put}\nclass C(metaclass=M):\n f()\ndef handler(e, c): pass",
    "prepared body of a derived class": (
        "class M(type):\n @classmethod\n def __prepare__(m, n, b): return {'f': put}\nclass B(metaclass=M): pass\n"
        "class C(B):\n f()\ndef handler(e, c): pass"
    ),
}


@pytest.mark.parametrize("source", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_statements(source: str) -> None:
    found(f"{HEAD}{source}", "s3:PutObject")


def test_what_a_module_keeps_does_not_end() -> None:
    silent(f"{HEAD}{method('__del__')}kept = C()\ndef handler(e, c): return kept")


def test_an_own_setattr_keeps_what_it_is_given() -> None:
    source = "class C:\n def __setattr__(self, n, v): super().__setattr__(n, v)\ndef handler(e, c):\n o = C()\n o.b = 'x'\n name(o.b)"
    found(f"{HEAD}{source}", "s3:PutObject Bucket=x")


def test_a_large_structure_ends() -> None:
    """Each object is asked once, however many ways lead to it."""
    layers = "".join(f"a{i} = {{j: [a{i - 1}] * 9 for j in range(9)}}\n " for i in range(1, 12))
    found(f"{HEAD}{method('__repr__', repr(''))}def handler(e, c):\n a0 = [C()]\n {layers}print(a3)", "s3:PutObject")
