"""Ways to call a function: partials, pools, decorators, generators, coroutines, registries."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent

PUT = "s3:PutObject Bucket=b"
HEAD = """import boto3, functools, asyncio, threading, contextlib, operator, itertools
s3 = boto3.client("s3")
def save(bucket="b", *rest, **kw): return s3.put_object(Bucket=bucket)
async def asave(bucket="b"): return s3.put_object(Bucket=bucket)
"""

POSITIVE = {
    "partial": "def handler(e, c): functools.partial(save, 'b')()",
    "partial of a client method": "def handler(e, c): functools.partial(s3.put_object, Bucket='b')(Key='k')",
    "args": "def go(*a, **k): save(*a, **k)\ndef handler(e, c): go('b')",
    "kwargs": "def go(**k): save(**k)\ndef handler(e, c): go(bucket='b')",
    "star literal": "def handler(e, c): save(*['b'])",
    "callback": "def go(f): f('b')\ndef handler(e, c): go(save)",
    "map": "def handler(e, c): list(map(save, ['b']))",
    "filter": "def handler(e, c): list(filter(save, ['b']))",
    "sorted key": "def handler(e, c): sorted(['b'], key=save)",
    "lru cache": "@functools.lru_cache(maxsize=None)\ndef make(): return s3\ndef handler(e, c): make().put_object(Bucket='b')",
    "lru cache bare": "@functools.lru_cache\ndef make(): return s3\ndef handler(e, c): make().put_object(Bucket='b')",
    "cache": "@functools.cache\ndef make(n): return boto3.client(n)\ndef handler(e, c): make('s3').put_object(Bucket='b')",
    "decorator": "def deco(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n"
    "@deco\ndef handler(e, c): save('b')",
    "decorator with arguments": "def deco(n):\n    def outer(f):\n        def inner(*a, **k):\n            boto3.client(n).put_object(Bucket='b')\n"
    "            return f(*a, **k)\n        return inner\n    return outer\n@deco('s3')\ndef handler(e, c): pass",
    "decorator class": "class deco:\n    def __init__(self, f): self.f = f\n    def __call__(self, *a): return self.f(*a)\n@deco\ndef handler(e, c): save('b')",
    "decorator that passes a client": "def with_s3(f):\n    def inner(e, c): return f(e, c, s3)\n    return inner\n"
    "@with_s3\ndef handler(e, c, client): client.put_object(Bucket='b')",
    "decorator of an unseen package": "from somewhere import traced\n@traced\ndef handler(e, c): save('b')",
    "decorator factory of an unseen package": "from somewhere import traced\n@traced(level=1)\ndef handler(e, c): save('b')",
    "wrapper of an unseen package": "from somewhere import wrap\ndef main(e, c): save('b')\nhandler = wrap(main)",
    "generator": "def gen(): yield s3\ndef handler(e, c):\n    for x in gen(): x.put_object(Bucket='b')",
    "yield from": "def gen(): yield s3\ndef outer(): yield from gen()\ndef handler(e, c): next(outer()).put_object(Bucket='b')",
    "body of a generator": "def gen():\n    save('b')\n    yield 1\ndef handler(e, c): list(gen())",
    "context manager": "@contextlib.contextmanager\ndef cm():\n    yield s3\ndef handler(e, c):\n    with cm() as x: x.put_object(Bucket='b')",
    "async context manager": "@contextlib.asynccontextmanager\nasync def cm():\n    yield s3\nasync def main():\n    async with cm() as x: x.put_object(Bucket='b')\n"
    "def handler(e, c): asyncio.run(main())",
    "async run": "def handler(e, c): asyncio.run(asave('b'))",
    "async gather": "async def main(): await asyncio.gather(*[asave(b) for b in ['b']])\ndef handler(e, c): asyncio.run(main())",
    "async task": "async def main():\n    t = asyncio.create_task(asave('b')); await t\ndef handler(e, c): asyncio.run(main())",
    "async task group": "async def main():\n    async with asyncio.TaskGroup() as g: g.create_task(asave('b'))\ndef handler(e, c): asyncio.run(main())",
    "to thread": "async def main(): await asyncio.to_thread(save, 'b')\ndef handler(e, c): asyncio.run(main())",
    "run in executor": "async def main():\n    loop = asyncio.get_running_loop(); await loop.run_in_executor(None, save, 'b')\n"
    "def handler(e, c): asyncio.run(main())",
    "async handler": "async def handler(e, c): await asave('b')",
    "async for": "async def gen(): yield s3\nasync def main():\n    async for x in gen(): x.put_object(Bucket='b')\ndef handler(e, c): asyncio.run(main())",
    "thread": "def handler(e, c):\n    t = threading.Thread(target=save, args=('b',)); t.start(); t.join()",
    "thread kwargs": "def handler(e, c): threading.Thread(target=save, kwargs={'bucket': 'b'}).start()",
    "submit": "from concurrent.futures import ThreadPoolExecutor\ndef handler(e, c):\n    with ThreadPoolExecutor(4) as p: p.submit(save, 'b').result()",
    "submit and as_completed": "import concurrent.futures\ndef make(): return s3\ndef handler(e, c):\n    with concurrent.futures.ThreadPoolExecutor() as p:\n"
    "        fs = {p.submit(make): 1 for _ in range(2)}\n        for f in concurrent.futures.as_completed(fs): f.result().put_object(Bucket='b')",
    "process pool": "from multiprocessing import Pool\ndef handler(e, c):\n    with Pool(2) as p: p.map(save, ['b'])",
    "starmap": "from multiprocessing.pool import ThreadPool\ndef handler(e, c): ThreadPool(2).starmap(save, [('b', 1)])",
    "reduce": "def handler(e, c): functools.reduce(lambda a, x: x.put_object(Bucket='b'), [s3], None)",
    "methodcaller": "def handler(e, c): operator.methodcaller('put_object', Bucket='b')(s3)",
    "attrgetter": "def handler(e, c): operator.attrgetter('put_object')(s3)(Bucket='b')",
    "chain": "def handler(e, c):\n    for x in itertools.chain([s3], []): x.put_object(Bucket='b')",
    "dispatch table with default": "def handler(e, c): {'a': save}.get(e['x'], save)('b')",
    "registry by decorator": "R = {}\ndef register(n):\n    def deco(f):\n        R[n] = f\n        return f\n    return deco\n"
    "@register('a')\ndef go(): save('b')\ndef handler(e, c): R[e['x']]()",
    "single dispatch": "@functools.singledispatch\ndef go(x): pass\n@go.register\ndef _(x: int): save('b')\n@go.register(str)\ndef _(x): pass\n"
    "def handler(e, c): go(e)",
    "function attribute": "def go(): go.client.put_object(Bucket='b')\ngo.client = s3\ndef handler(e, c): go()",
    "mutual recursion": "def a(n): b(n)\ndef b(n):\n    if n: a(n - 1)\n    save('b')\ndef handler(e, c): a(e['n'])",
    "recursion returns the client": "def get(n):\n    if n: return get(n - 1)\n    return s3\ndef handler(e, c): get(e['n']).put_object(Bucket='b')",
    "default argument object": "def go(c=s3): c.put_object(Bucket='b')\ndef handler(e, c): go()",
    "closure factory": "def make(bucket):\n    def go(): save(bucket)\n    return go\ndef handler(e, c): make('b')()",
    "lambda default": "def handler(e, c): [f() for f in [lambda b=b: save(b) for b in ['b']]]",
    "atexit": "import atexit\natexit.register(save, 'b')\ndef handler(e, c): pass",
    "retrying decorator": "from tenacity import retry\n@retry(stop=1)\ndef go(): save('b')\ndef handler(e, c): go()",
    "cached": "from cachetools import cached, TTLCache\n@cached(cache=TTLCache(1, 1))\ndef make(): return s3\ndef handler(e, c): make().put_object(Bucket='b')",
    "weak reference": "import weakref\ndef handler(e, c): weakref.ref(s3)().put_object(Bucket='b')",
}

NEGATIVE = {
    "partial never called": "def handler(e, c): functools.partial(save, 'b')",
    "decorated but never called": "@functools.lru_cache\ndef go(): save('b')\ndef handler(e, c): pass",
    "retrying decorator on what nothing calls": "from tenacity import retry\n@retry(stop=1)\ndef go(): save('b')\ndef handler(e, c): pass",
    "decorator that drops its function": "def deco(f): return lambda *a: None\n@deco\ndef handler(e, c): save('b')",
    "other branch of a table": "T = {'a': save, 'z': print}\ndef handler(e, c): T['z']('b')",
    "registered under another name": "R = {}\ndef register(n):\n    def deco(f):\n        R[n] = f\n        return f\n    return deco\n"
    "@register('a')\ndef go(): save('b')\n@register('z')\ndef no(): pass\ndef handler(e, c): R['z']()",
    "coroutine function not called": "async def main(): await asave('b')\ndef handler(e, c): asyncio.run(other())\nasync def other(): pass",
    "function kept in a list": "ALL = [save]\ndef handler(e, c): return ALL",
}


@pytest.mark.parametrize("name", POSITIVE)
def test_followed(name: str) -> None:
    result = found(HEAD + POSITIVE[name].replace("save('b')", "save('b')"), "s3:PutObject")
    assert result.calls


@pytest.mark.parametrize("name", NEGATIVE)
def test_not_counted(name: str) -> None:
    silent(HEAD + NEGATIVE[name])


def test_arguments_flow_through_pools_and_partials() -> None:
    for name in (
        "partial",
        "args",
        "kwargs",
        "map",
        "async run",
        "async gather",
        "to thread",
        "run in executor",
        "thread",
        "thread kwargs",
        "submit",
        "process pool",
    ):
        found(HEAD + POSITIVE[name], PUT)


@pytest.mark.parametrize(
    "body",
    [
        "def run(self): self.ret = self._target(*self._args, **self._kwargs)",
        "def join(self): super().join()",
        "def __init__(self, target, args):\n        super().__init__(target=target, args=args)\n    def run(self): self._target(*self._args)",
    ],
)
def test_a_thread_class_of_ones_own_calls_its_target_with_its_arguments(body: str) -> None:
    source = f"""
import boto3, threading
class Own(threading.Thread):
    {body}
def work(session, bucket): session.client('s3').put_object(Bucket=bucket)
def handler(event, context):
    Own(target=work, args=(boto3.Session(), 'b')).start()
"""
    assert len(found(source, "s3:PutObject Bucket=b").calls) == 1


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("*['x']", "d"),
        ("*['x', 'y']", "y"),
        ("*event", "? d"),
        ("'x', *[n for n in ('y', 'z') if event]", "d y z"),
        ("**{'second': 'y'}", "y"),
        ("**event", "? d"),
        ("**event, second='y'", "y"),
    ],
)
def test_parameters_that_may_be_left_to_their_defaults(arguments: str, names: str) -> None:
    source = f"def use(first=None, second='d'): s3.put_object(Bucket=second)\ndef handler(event, context): use({arguments})"
    assert buckets("import boto3\ns3 = boto3.client('s3')\n" + source) == names


RECURSIVE = """
import boto3
s3 = boto3.client('s3')
def down(client, n): return client if n == 0 else down(client, n - 1)
def last(items): return items[0] if len(items) == 1 else last(items[1:])
def deeper(key, n):
    s3.put_object(Bucket=key)
    if n: deeper(key + '/x', n - 1)
def even(client, n): return client if n == 0 else odd(client, n - 1)
def odd(client, n): return None if n == 0 else even(client, n - 1)
def used(n):
    if n == 0: return s3
    client = used(n - 1)
    client.put_object(Bucket='b')
    return client
def forever(client): return forever(client)
"""


@pytest.mark.parametrize(
    "body",
    [
        "down(s3, 20).put_object(Bucket='b')",
        "last([None] * 9 + [s3]).put_object(Bucket='b')",
        "even(s3, 20).put_object(Bucket='b')",
        "used(event)",
    ],
)
def test_recursion_that_goes_deep(body: str) -> None:
    found(RECURSIVE + f"def handler(event, context): {body}", "s3:PutObject Bucket=b")


def test_recursion_that_gives_nothing() -> None:
    silent(RECURSIVE + "def handler(event, context): forever(s3).put_object(Bucket='b')")
    silent(RECURSIVE + "def handler(event, context): down(None, 20).put_object(Bucket='b')")


def test_texts_that_grow_with_each_call() -> None:
    names = buckets(RECURSIVE + "def handler(event, context): deeper('k', 20)").split()
    assert {"k", "k/x"} <= set(names)
    assert any(name.startswith("k/x") and "*" in name for name in names)


NESTED = """
import boto3
s3 = boto3.client('s3')
def require(name):
    def decorator(f):
        def inner(x): return f(x) if name in x else None
        return inner
    return decorator
def compose(f): return lambda x: f(x + 'x')
class Step:
    def __init__(self, after=None): self.after = after
    def set_next(self, after): self.after = after; return after
    def run(self, x): return self.after.run(x) if self.after else None
class Last(Step):
    def run(self, x): return put(x)
def put(x): s3.put_object(Bucket='b')
def get(x): return x
def decorated(f):
    for name in 'abcdefghij': f = require(name)(f)
    return f
def composed(f):
    for _ in range(10): f = compose(f)
    return f
def linked(last):
    first = step = Step()
    for _ in range(10): step = step.set_next(Step())
    step.set_next(last)
    return first
def grow(f, n): return grow(lambda x: f(x), n - 1) if n else f('x')
class Parser:
    def __init__(self, deep): self.deep = deep
    def parse(self, x): return Parser(self.deep + 1).parse(x[0]) if x else self.deep
"""


@pytest.mark.parametrize(
    "body",
    [
        "decorated({f})({{}})",
        "composed({f})('x')",
        "require('1')(require('2')(require('3')(require('4')(require('5')(require('6')(require('7')({f})))))))({{}})",
        "Step(Step(Step(Step(Step(Step(Step(Step({last})))))))).run('x')",
        "linked({last}).run('x')",
    ],
)
def test_closures_and_objects_within_one_another_do_not_call_themselves(body: str) -> None:
    head = NESTED + "def handler(event, context): "
    found(head + body.format(f="put", last="Last()"), "s3:PutObject Bucket=b")
    silent(head + body.format(f="get", last="Step()"))


def test_names_that_closures_within_one_another_make() -> None:
    assert buckets(NESTED + "def handler(event, context): composed(lambda x: s3.put_object(Bucket=x))('b')") == "b" + "x" * 10


@pytest.mark.parametrize("body", ["grow(get, event['n'])", "Parser(0).parse(event)", "Parser(Parser(0)).parse(event)"])
def test_what_a_function_makes_for_itself_comes_to_an_end(body: str) -> None:
    silent(NESTED + f"def handler(event, context): {body}")


def test_what_an_exit_stack_calls_back() -> None:
    head = "import boto3, contextlib\ns3 = boto3.client('s3')\ndef handler(event, context):\n    with contextlib.ExitStack() as stack: "
    found(head + "stack.callback(s3.put_object, Bucket='b')", PUT)
    silent(head + "stack.callback")


def test_what_a_future_calls_back_is_given_the_future() -> None:
    head = "import boto3\nfrom concurrent.futures import ThreadPoolExecutor\ns3 = boto3.client('s3')\ndef handler(event, context):\n"
    done = "    ThreadPoolExecutor().submit(lambda: s3).add_done_callback(lambda f: %s)"
    found(head + done % "f.result().put_object(Bucket='b')", PUT)
    silent(head + done % "f.done()")


def test_a_function_that_calls_itself_with_arguments_of_unknown_number_comes_to_an_end() -> None:
    source = "import boto3\ndef put(name, other=None):\n    boto3.client('s3').put_object(Bucket=name)\n    put(name + 'x', *other)\n"
    found(f"{source}def handler(event, context): put('b', *event['names'])", "s3:PutObject Bucket=b")
    found(f"{source}def handler(event, context): put('b', [])", "s3:PutObject Bucket=b")
