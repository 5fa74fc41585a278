"""Values through statements: assignment, branches, loops, `with`, `try`, `match`, scopes."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent, use
from tests.analysis.test_robustness import indent
from tests.mapping.calls import needed

HEAD = "import boto3\ns3 = boto3.client('s3')\n"


@pytest.mark.parametrize(
    "body",
    [
        "a = b = s3; b.put_object(Bucket='b')",
        "a, b = 1, s3; b.put_object(Bucket='b')",
        "a, *b = 1, s3; b[0].put_object(Bucket='b')",
        "(a, [x, y]), c = (1, [s3, 2]), 3; x.put_object(Bucket='b')",
        "if (c := s3): c.put_object(Bucket='b')",
        "c = s3 if event else None\n    c.put_object(Bucket='b')",
        "c = None or s3\n    c.put_object(Bucket='b')",
        "c = event and s3\n    c.put_object(Bucket='b')",
        "d = {'c': s3}; d['c'].put_object(Bucket='b')",
        "d = {}; d['c'] = s3; d['c'].put_object(Bucket='b')",
        "d = {}; d.setdefault('c', s3).put_object(Bucket='b')",
        "d = dict(); d.update(c=s3); d.get('c').put_object(Bucket='b')",
        "d = {**{'c': s3}}; d.pop('c').put_object(Bucket='b')",
        "d = {'c': s3} | {'e': 1}; d['c'].put_object(Bucket='b')",
        "x = [1]; x.append(s3); x[1].put_object(Bucket='b')",
        "x = [1] + [s3]; x[-1].put_object(Bucket='b')",
        "for c in [s3]: c.put_object(Bucket='b')",
        "for i, c in enumerate([s3]): c.put_object(Bucket='b')",
        "for k, c in {'a': s3}.items(): c.put_object(Bucket='b')",
        "for c in {'a': s3}.values(): c.put_object(Bucket='b')",
        "for k in (d := {'a': s3}): d[k].put_object(Bucket='b')",
        "for a, c in zip([1], [s3]): c.put_object(Bucket='b')",
        "[c.put_object(Bucket='b') for c in [s3]]",
        "list(c.put_object(Bucket='b') for c in [s3])",
        "{k: c.put_object(Bucket='b') for k, c in {'a': s3}.items()}",
        "while event:\n        s3.put_object(Bucket='b')\n        break",
        "for x in event: pass\n    else: s3.put_object(Bucket='b')",
        "try:\n        event['x']\n    except KeyError:\n        s3.put_object(Bucket='b')",
        "try:\n        event['x']\n    except* ValueError:\n        s3.put_object(Bucket='b')",
        "try:\n        event['x']\n    finally:\n        s3.put_object(Bucket='b')",
        "try:\n        c = s3\n        event['x']\n    except KeyError:\n        c.put_object(Bucket='b')",
        "match event:\n        case {'a': 1}: s3.put_object(Bucket='b')",
        "match (1, s3):\n        case (1, c): c.put_object(Bucket='b')",
        "match {'c': s3}:\n        case {'c': c}: c.put_object(Bucket='b')",
        "match event:\n        case 1: pass\n        case _: s3.put_object(Bucket='b')",
        "def inner(): s3.put_object(Bucket='b')\n    inner()",
        "c = s3\n    def inner(): c.put_object(Bucket='b')\n    inner()",
        "c = None\n    def inner():\n        nonlocal c\n        c = s3\n    inner()\n    c.put_object(Bucket='b')",
        "(lambda c: c.put_object(Bucket='b'))(s3)",
        "return s3.put_object(Bucket='b') if event else None",
        "assert s3.put_object(Bucket='b')",
        "raise ValueError(s3.put_object(Bucket='b'))",
        "x = f\"{s3.put_object(Bucket='b')}\"",
        "del event['x']; s3.put_object(Bucket='b')",
        "global G; G = s3; G.put_object(Bucket='b')",
        "import contextlib\n    with contextlib.suppress(Exception): s3.put_object(Bucket='b')",
        "import contextlib\n    with contextlib.closing(s3) as c: c.put_object(Bucket='b')",
        "import contextlib\n    with contextlib.ExitStack() as stack: stack.enter_context(contextlib.nullcontext(s3)).put_object(Bucket='b')",
        "getattr(s3, 'put_object')(Bucket='b')",
        "getattr(s3, 'put_' + 'object')(Bucket='b')",
        "for name in ('put_object',): getattr(s3, name)(Bucket='b')",
        "f = s3.put_object; f(Bucket='b')",
        "{'x': s3.put_object}['x'](Bucket='b')",
        "s3.put_object(**{'Bucket': 'b'})",
        "kw = dict(Bucket='b'); s3.put_object(**kw, Key='k')",
        "globals()['s3'].put_object(Bucket='b')",
        "x = [*event, s3]\n    for c in x: c.put_object(Bucket='b')",
        "next(c for c in [s3] if c).put_object(Bucket='b')",
        "sorted([s3], key=lambda c: 1)[0].put_object(Bucket='b')",
        "if not event: return\n    s3.put_object(Bucket='b')",
        "if isinstance(event, list): s3.put_object(Bucket='b')",
    ],
)
def test_a_client_on_its_way(body: str) -> None:
    found(f"{HEAD}def handler(event, context):\n    {body}\n", "s3:PutObject Bucket=b")


@pytest.mark.parametrize(
    "body",
    [
        "return\n    s3.put_object(Bucket='b')",
        "raise ValueError\n    s3.put_object(Bucket='b')",
        "def inner(): s3.put_object(Bucket='b')",
        "lambda: s3.put_object(Bucket='b')",
        "if False: s3.put_object(Bucket='b')",
        "if None or 0: s3.put_object(Bucket='b')",
        "while True:\n        pass\n    s3.put_object(Bucket='b')",
        "s3.put_object",
        "x = None\n    if x is not None: s3.put_object(Bucket='b')",
        "a, b = s3, 1; b.put_object(Bucket='b')",
        "c = s3; c = event; c.put_object(Bucket='b')",
        "d = {'a': s3}; d['a'] = event; d['a'].put_object(Bucket='b')",
        "match 1:\n        case 2: s3.put_object(Bucket='b')",
        "for c in []: s3.put_object(Bucket='b')",
        "x = 'a'\n    if x == 'b': s3.put_object(Bucket='b')",
        "if 'a' in ('b', 'c'): s3.put_object(Bucket='b')",
        "[1 for c in [s3] if c is None and c.put_object(Bucket='b')]",
        "s3 = event\n    s3.put_object(Bucket='b')",
    ],
)
def test_code_that_never_runs_or_another_value(body: str) -> None:
    silent(f"{HEAD}def handler(event, context):\n    {body}\n")


def test_type_checking_and_main_blocks_do_not_run() -> None:
    silent(
        HEAD
        + """
from typing import TYPE_CHECKING
import typing
if TYPE_CHECKING:
    s3.put_object(Bucket="b")
if typing.TYPE_CHECKING:
    s3.put_object(Bucket="b")
def handler(event, context): pass
if __name__ == "__main__":
    s3.put_object(Bucket="b")
"""
    )


def test_module_code_runs_on_import() -> None:
    found(HEAD + "s3.head_bucket(Bucket='b')\ndef handler(event, context): pass", "s3:HeadBucket Bucket=b")


def test_a_flag_decides_the_branch_call_by_call() -> None:
    source = HEAD + "def save(*, copy=False):\n    if copy: s3.copy_object(Bucket='b')\n    else: s3.put_object(Bucket='b')\n"
    found(source + "def handler(event, context): save()", "s3:PutObject")
    found(source + "def handler(event, context): save(copy=True)", "s3:CopyObject")
    found(source + "def handler(event, context): save(copy=event)", "s3:CopyObject", "s3:PutObject")


def test_lazy_globals_need_a_second_look() -> None:
    found(
        """
        import boto3
        _clients = {}
        def get(name):
            if name not in _clients:
                _clients[name] = boto3.client(name)
            return _clients[name]
        def use(): return _later.get_object(Bucket="b")
        _later = None
        def handler(event, context):
            global _later
            get("sqs").purge_queue(QueueUrl="q")
            if _later is not None: use()
            _later = get("s3")
        """,
        "sqs:PurgeQueue QueueUrl=q",
        "s3:GetObject Bucket=b",
    )


def test_strings_that_grow_in_a_loop_become_patterns() -> None:
    result = use(
        HEAD
        + """
def handler(event, context):
    key = "a"
    for x in event:
        key += "/b"
    while event:
        key = key + x
    s3.put_object(Bucket="b", Key=key)
"""
    )
    assert result.calls
    assert not result.gaps


def test_an_operation_chosen_by_a_test() -> None:
    found(
        HEAD + "def handler(event, context):\n    op = event['op']\n    if op in ('get_object', 'put_object'): getattr(s3, op)(Bucket='b')",
        "s3:GetObject",
        "s3:PutObject",
    )
    found(
        HEAD + "def handler(event, context):\n    op = event['op']\n    if op == 'get_object': getattr(s3, op)(Bucket='b')", "s3:GetObject"
    )


def test_both_branches_give_one_of_two_values() -> None:
    result = found(
        HEAD + "def handler(event, context):\n    if event: b = 'x'\n    else: b = 'y'\n    s3.put_object(Bucket=b)",
        "s3:PutObject Bucket=?",
    )
    assert "x" in str(result.calls[0].arguments)
    assert "y" in str(result.calls[0].arguments)


def test_of_several_clients_one_without_the_method_is_not_meant() -> None:
    found(
        HEAD + "def handler(event, context):\n    c = s3 if event else boto3.client('sqs')\n    c.put_object(Bucket='b')",
        "s3:PutObject Bucket=b",
    )
    assert use(HEAD + "def handler(event, context):\n    c = s3 if event else boto3.client('sqs')\n    c.put_thing(Bucket='b')").gaps


@pytest.mark.parametrize(
    ("expression", "bucket"),
    [
        ("json.loads('{\"a\": {\"b\": [\"x\"]}}')['a']['b'][0]", "x"),
        ("urlparse('s3://x/y').netloc", "x"),
        ("'client_x'[len('client_'):]", "x"),
        ("'x_client'[:-len('_client')]", "x"),
        ("'{a}'.format_map({'a': 'x'})", "x"),
        ("NewType('N', str)('x')", "x"),
        ("unquote('a%2Fb')", "a/b"),
        ("unquote_plus('a%2Bb%21')", "a+b!"),
        ("quote('a/b!')", "a/b%21"),
        ("quote('a/b!', safe='')", "a%2Fb%21"),
        ("quote_plus('a/b c', '/')", "a/b+c"),
        ("unquote_plus(event['k'])", "*"),
        ("quote('a/b', safe=event['k'])", "*"),
        ("unquote('a%2Fb', 'latin-1')", "*"),
        ("[b for (a, b), c in {('k', 'x'): 1, ('l', 'y'): 2}.items() if a == 'k'][0]", "x"),
    ],
)
def test_names_that_are_taken_apart(expression: str, bucket: str) -> None:
    imports = "import json\nfrom urllib.parse import quote, quote_plus, unquote, unquote_plus, urlparse\nfrom typing import NewType\n"
    found(imports + HEAD + f"def handler(event, context): s3.put_object(Bucket={expression})", f"s3:PutObject Bucket={bucket}")


@pytest.mark.parametrize("leave", ["sys.exit(1)", "exit()", "os._exit(0)"])
def test_nothing_follows_the_end_of_the_program(leave: str) -> None:
    silent(HEAD + f"import sys, os\ndef handler(event, context):\n    {leave}\n    s3.put_object(Bucket='b')")
    found(HEAD + f"import sys, os\ndef handler(event, context):\n    if event: {leave}\n    s3.put_object(Bucket='b')", "s3:PutObject")


def test_python_versions_that_lambda_no_longer_runs() -> None:
    body = "    if sys.version_info < (3, 6): s3.put_object(Bucket='b')\n    elif sys.version_info >= (3, 8): pass\n    else: s3.put_object(Bucket='b')"
    silent(HEAD + "import sys\ndef handler(event, context):\n" + body)
    found(HEAD + "import sys\ndef handler(event, context):\n    if sys.version_info >= (3, 12): s3.put_object(Bucket='b')", "s3:PutObject")


def test_context_variables_are_told_apart_by_name() -> None:
    source = """
        import boto3
        from contextvars import ContextVar
        one, two = ContextVar("one"), ContextVar("two", default=print)
        def handler(event, context):
            one.set(boto3.client("s3"))
            one.get().list_buckets()
            two.get().list_queues()
        """
    found(source, "s3:ListBuckets")


@pytest.mark.parametrize(
    ("manager", "reached"),
    [
        ("contextlib.suppress(KeyError)", True),
        ("swallows()", True),
        ("passes()", False),
        ("Swallows()", True),
        ("Passes()", False),
        ("contextlib.nullcontext()", False),
    ],
)
@pytest.mark.parametrize("left", ["raise KeyError", "return event['x']"])
def test_what_follows_a_block_whose_exceptions_are_swallowed(manager: str, reached: bool, left: str) -> None:
    source = (
        HEAD
        + f"""
import contextlib
@contextlib.contextmanager
def swallows():
    try: yield
    except KeyError: pass
@contextlib.contextmanager
def passes():
    try: yield
    except KeyError: raise
class Swallows:
    def __enter__(self): return self
    def __exit__(self, *a): return True
class Passes:
    def __enter__(self): return self
    def __exit__(self, *a): pass
def handler(event, context):
    with {manager}:
        {left}
    s3.put_object(Bucket='b')
"""
    )
    found(source, "s3:PutObject") if reached else silent(source)


@pytest.mark.parametrize(
    "name",
    ["self.t", "f'{self.t}'", "'' + self.t", "'%s' % self.t", "'{}'.format(self.t)", "''.join([self.t])", "str(self.t)"],
)
def test_none_is_no_name(name: str) -> None:
    source = f"""
class Store:
    t = None
    def __init__(self, t=None):
        self.t = t
        if not self.t: self.t = 'x'
        s3.put_object(Bucket={name}, Key='k')
def handler(event, context):
    Store(None if event else 'z')
"""
    [call] = use(HEAD + source).calls
    assert "None" not in str(call.arguments)
    assert needed(call) == {"s3:PutObject": ["arn::s3:::*/k"] if "join" in name else ["arn::s3:::x/k", "arn::s3:::z/k"]}


@pytest.mark.parametrize("made", ["defaultdict(set)", "defaultdict(lambda: set())"])
@pytest.mark.parametrize("key", ["event['b']", "f\"x-{event['b']}\"", "'b'"])
def test_a_missing_entry_is_made_whatever_its_key(made: str, key: str) -> None:
    source = f"""
from collections import defaultdict
def handler(event, context):
    names = {made}
    names[{key}].add('k')
    for bucket, keys in names.items():
        for key in keys:
            s3.put_object(Bucket=bucket, Key=key)
"""
    found(HEAD + source, "s3:PutObject Key=k")
    silent(HEAD + source.replace(f"names[{key}].add('k')", f"{key} in names"))


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("try:\n    b = 'x'; event['k']; b = 'y'\nexcept KeyError: pass", "a x y"),
        ("try:\n    b = 'x'; event['k']; b = 'y'\nexcept KeyError: b = 'z'", "y z"),
        ("try:\n    try: b = 'x'; event['k']\n    finally: b = 'y'\nexcept KeyError: pass", "a x y"),
        ("with contextlib.suppress(KeyError):\n    b = 'x'; event['k']; b = 'y'", "a x y"),
        ("with contextlib.suppress(KeyError):\n    b = 'x'\nb = 'z'", "z"),
        ("with contextlib.nullcontext():\n    b = 'x'; event['k']; b = 'y'", "y"),
        ("d = {'b': 'x'}\nwith contextlib.suppress(KeyError):\n    event['k']; d['b'] = 'y'\nb = d['b']", "x y"),
        ("d = {'b': 'x'}\nwith contextlib.nullcontext():\n    event['k']; d['b'] = 'y'\nb = d['b']", "y"),
        ("for b in ('x', 'y'): break", "x"),
        ("for b in ('x', 'y'):\n    if event: break", "x y"),
    ],
)
def test_what_a_name_can_be_after_a_block_that_is_left_early(body: str, names: str) -> None:
    assert (
        buckets(HEAD + "import contextlib\ndef handler(event, context):\n" + indent(["b = 'a'", body, "s3.put_object(Bucket=b)"])) == names
    )


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("b = 'x' if event else (b := 'y')", "x y"),
        ("event and (b := 'x')", "a x"),
        ("s3 and (b := 'x')", "x"),
        ("event or (b := 'x')", "a x"),
        ("None or (b := 'x')", "x"),
        ("c = 1 if event else (b := 'x')", "a x"),
        ("c = (b := 'x') if event else (b := 'y')", "x y"),
        ("c = 1 if None else (b := 'x')", "x"),
        ("[b := x for x in ('x', 'y')]", "y"),
        ("[b := 'x' for n in event]", "a x"),
        ("[b := 'x' for n in (1, 2) if event]", "a x"),
        ("[b for b in ('x', 'y')]", "a"),
        ("b = [lambda: x for x in ('x', 'y')][0]()", "y"),
        ("b = [lambda x=x: x for x in ('x', 'y')][0]()", "x"),
        ("b = [f() for f in (lambda: x for x in ('x', 'y'))][0]", "x y"),
        ("d = {'b': 'x'}; [d.update(b='y') for x in event]; b = d['b']", "x y"),
        ("d = {'b': 'x'}; [d.update(b='y') for x in (1, 2)]; b = d['b']", "y"),
        ("d = {'b': 'x'}; [d.update(b='y') for x in (1, 2) if event]; b = d['b']", "x y"),
        ("d = {'b': 'x'}; list(map(lambda x: d.update(b='y'), event)); b = d['b']", "x y"),
        ("d = {'b': 'x'}; list(map(lambda x: d.update(b='y'), [1])); b = d['b']", "y"),
        ("d = {'b': 'x'}; sorted(event, key=lambda x: d.update(b='y')); b = d['b']", "x y"),
        ("b = [c for c in ('x', event['b']) if c in {'x': 1, 'y': 2}][-1]", "x y"),
    ],
)
def test_what_a_name_can_be_where_expressions_set_it(body: str, names: str) -> None:
    assert buckets(HEAD + "def handler(event, context):\n" + indent(["b = 'a'", body, "s3.put_object(Bucket=b)"])) == names


def test_functions_made_in_a_comprehension_know_its_variables() -> None:
    found(
        HEAD + "def handler(event, context):\n    for f in [lambda: c.put_object(Bucket='b') for c in [s3]]: f()", "s3:PutObject Bucket=b"
    )
    silent(HEAD + "def handler(event, context):\n    for f in [lambda: c.put_object(Bucket='b') for d in [s3]]: f()")


GENERATORS = """
import contextlib
def two():
    yield 'x'
    yield 'y'
def one_or_two(event):
    if event: yield 'x'
    yield 'y'
def sets_back(d):
    d['b'] = 'x'
    yield
    d['b'] = 'y'
def sets(d):
    d['b'] = 'y'
    yield
def functions():
    for b in ('x', 'y'): yield lambda: b
def returns():
    yield 'x'
    return 'y'
def passes_on():
    result = yield from returns()
    yield result
@contextlib.contextmanager
def within(d):
    old, d['b'] = d['b'], 'x'
    try: yield d
    finally: d['b'] = old
"""


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("b, c = two()", "x"),
        ("b, c = one_or_two(event)", "x y"),
        ("b = list(two())[1]", "y"),
        ("b = list(passes_on())[1]", "y"),
        ("b = [f() for f in functions()][0]", "x y"),
        ("d = {}\nfor _ in sets_back(d): b = d['b']", "x y"),
        ("d = {'b': 'x'}\nfor _ in sets(d): b = d['b']", "y"),
        ("d = {'b': 'c'}\nwith within(d): b = d['b']", "c x"),
        ("d = {'b': 'c'}\nwith within(d): d['b'] = 'y'\nb = d['b']", "c x y"),
        ("d = {'b': 'c'}\nwith contextlib.nullcontext(): d['b'] = 'y'\nb = d['b']", "y"),
    ],
)
def test_what_a_name_can_be_with_generators(body: str, names: str) -> None:
    assert buckets(HEAD + GENERATORS + "def handler(event, context):\n" + indent([body, "s3.put_object(Bucket=b)"])) == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("l, i = ['p', 'q', 'r', 's', 't'], 0\nwhile i < len(l):\n    b = l[i]; i += 1", "a p q r s t"),
        ("i = 0\nwhile i < 9:\n    i += 1\n    if i == 7: b = 'x'", "a x"),
        ("l = ['x', 'y']\nfor i in (0, 1): b = l[i]", "y"),
        ("b = ''\nwhile event: b += '-'", "*"),
        ("b = 'x'\nwhile event: c = 'y'", "x"),
        ("d = {'k': 'x'}\nwhile c := d.pop('k', None): b = c", "a x"),
        ("d = {'k': 'x'}\nwhile c := d.pop('other', None): b = c", "a"),
        ("i = iter(['x', 'y'])\nwhile (c := next(i, None)) is not None: b = c", "a x y"),
        ("l = ['x', None]\nwhile (c := l.pop(0)) is not None: b = c", "a x"),
        ("l = ['x']\nwhile len(l) == 1 and l.pop(): b = 'y'", "a y"),
    ],
)
def test_what_a_name_can_be_after_many_passes_of_a_loop(body: str, names: str) -> None:
    assert buckets(HEAD + "def handler(event, context):\n" + indent(["b = 'a'", body, "s3.put_object(Bucket=b)"])) == names


def test_the_test_of_a_loop_takes_one_thing_at_a_time() -> None:
    queue = "import queue\nq = queue.Queue(); q.put('x'); q.put('y'); q.put(None)\n"
    loop = "while (b := q.get()) is not None: s3.put_object(Bucket=b)"
    assert buckets(HEAD + "def handler(event, context):\n" + indent([queue + loop])) == "x y"


CHAIN = "class Link:\n    def __init__(self, to): self.to = to\n"


def test_a_loop_that_is_longer_than_it_is_followed_comes_to_an_end() -> None:
    walk = "while link is not None: link = link.to"
    chain = "link = Link(Link(Link(Link(Link(Link(Link(None)))))))"
    found(HEAD + CHAIN + "def handler(event, context):\n" + indent([chain, walk, "s3.put_object(Bucket='b')"]), "s3:PutObject Bucket=b")


def test_a_loop_whose_test_stays_true_comes_to_none() -> None:
    walk = "link = Link(None)\nwhile link is not None: event()"
    silent(HEAD + CHAIN + "def handler(event, context):\n" + indent([walk, "s3.put_object(Bucket='b')"]))


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("d, l = {'x': 'x', 'y': 'y'}, ['y', 'x']\nd[l.pop()] += '1'\nb = d['x'] + d['y']", "x1y"),
        ("class C: b = 'x'\nl = [C(), C()]\nl.pop().b += '1'\nb = l.pop().b", "x"),
        ("d = {'x': ['y']}\nd['x'] += ['z']\nb = d['x'][1]", "z"),
        ("d = {'x': 'a'}\nd['x'] += 'b'\nd['x'] += 'c'\nb = d['x']", "abc"),
    ],
)
def test_an_augmented_target_is_evaluated_once(body: str, names: str) -> None:
    assert buckets(HEAD + "def handler(event, context):\n" + indent([body, "s3.put_object(Bucket=b)"])) == names


EXCEPTIONS = """
class Carries(Exception):
    def __init__(self, b): self.b = b
class Other(Exception):
    def __init__(self, b): self.b = b
class Plain(Exception): pass
def fails(b): raise Carries(b)
"""


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("try: raise Carries('x')\nexcept Carries as e: b = e.b", "x"),
        ("try: fails('x')\nexcept (KeyError, Carries) as e: b = e.b", "x"),
        ("try: raise Plain('x')\nexcept Plain as e: b = e.args[0]", "x"),
        ("try: raise Other('y')\nexcept Other as e: b = e.b\ntry: fails('x')\nexcept Carries as e: b = e.b", "x"),
    ],
)
def test_what_an_exception_carries(body: str, names: str) -> None:
    assert buckets(HEAD + EXCEPTIONS + "def handler(event, context):\n" + indent(["b = 'a'", body, "s3.put_object(Bucket=b)"])) == names


def test_classes_say_which_attributes_positions_in_a_pattern_are() -> None:
    head = HEAD + "class Two:\n    __match_args__ = ('one', 'two')\n    def __init__(self, one, two): self.one, self.two = one, two\n"
    case = "def handler(event, context):\n    match Two(None, s3):\n        case Two(%s): c.list_buckets()"
    found(head + case % "_, c", "s3:ListBuckets")
    silent(head + case % "c, _")


@pytest.mark.parametrize(
    ("tried", "caught"),
    [
        ("b = f()", "before"),
        ("b: str = f()", "before"),
        ("b, d = f(), 'd'", "before"),
        ("b = 'between'; b = f()", "before between"),
        ("b = f(); f()", "after before"),
        ("b = event.b = f()", "after before"),
        ("if event: b = f()", "after before"),
    ],
)
def test_what_a_block_binds_last_is_not_bound_where_an_exception_leaves_it(tried: str, caught: str) -> None:
    head = "import boto3\ndef f(): return 'after'\ndef handler(event, context):\n    b = 'before'\n    try:\n        "
    asked = "boto3.client('s3').put_object(Bucket=b, Key='k')"
    assert buckets(f"{head}{tried}\n    except KeyError: {asked}") == caught
    outer = f"{head}try: {tried}\n        except IndexError: pass\n        f()\n    except KeyError: {asked}"
    assert "after" in buckets(outer.replace("try: if event: b = f()", "try: b = f()"))
