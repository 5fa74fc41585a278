"""Programs that change what they have: variables, containers and objects, on branches, in loops, through aliases and closures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

HEAD = """
import boto3, contextlib, copy, functools
s3 = boto3.client("s3")
SHARED = {"k1": "shared-1", "k2": "shared-2"}
NAMES = ["name-1", "name-2"]
CURRENT = "current-0"
class Failure(Exception):
    def __init__(self, name): self.name = name
class Box:
    kind = "kind-0"
    def __init__(self, x, y="y-0"):
        self.x = x
        self.y = y
        self.items = [x]
    def set(self, x):
        self.x = x
        return self
    def swap(self):
        self.x, self.y = self.y, self.x
    def perhaps(self, event, x):
        if event.get("p"): return self.x
        self.x = x
        return self.y
    @property
    def both(self): return self.x + "." + self.y
    @functools.cached_property
    def once(self): return {"k1": self.x}
class Other(Box):
    def set(self, x):
        self.y = self.x
        return super().set(x)
@contextlib.contextmanager
def within(box, x):
    old, box.x = box.x, x
    try:
        yield box.x
    finally:
        box.x = old
def each(names, more):
    for name in names:
        yield name
        more.append(name)
def pick(d, key, default="default-0"):
    if key in d: return d[key]
    d[key] = default
    return default
def fail(event, name):
    if event.get("q"): raise Failure(name)
    return name
def keep(name, kept=[]):
    kept.append(name)
    return kept[0]
def put(name): s3.put_object(Bucket=name, Key="key")
def set_current(name):
    global CURRENT
    old, CURRENT = CURRENT, name
    return old
def deep(n, name): return name if n <= 0 else deep(n - 1, name + "-d")
"""
EVENTS: tuple[dict[str, object], ...] = (
    {"n": 0, "many": [], "key": "k1"},
    {"p": True, "n": 2, "many": ["m1", "m2"], "key": "k2", "r": "k1"},
    {"q": True, "n": 1, "many": ["m3"], "key": "k3"},
    {"p": True, "q": True, "n": 5, "many": ["m1", "m2", "m3"], "key": "k1", "r": "zz"},
)
START = """
a, b, c = "a-0", "b-0", "c-0"
l, m = ["l-0", "l-1"], ["m-0"]
d, e = {"k1": "d-1", "k2": "d-2"}, {"k1": "e-1"}
o, p = Box("o-x"), Other("p-x", "p-y")
def inner(name):
    nonlocal a
    a, old = name, a
    return old
def outer(name):
    l.append(name)
    d["k1"] = name
    return b
"""


@dataclass
class Changing:
    """A program while it is made."""

    random: Random
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    loops: int = 0
    count: int = 0

    def one(self, *options: str) -> str:
        """One of the options, filled with what it asks for."""
        return self.fill(self.random.choice(options))

    def fill(self, form: str) -> str:
        """A form with `<string>`, `<test>` ... replaced."""
        return re.sub(r"<(\w+)>", lambda match: getattr(self, match.group(1))(), form)

    def literal(self) -> str:
        """A string that no other place of the program has."""
        self.count += 1
        return f'"n-{self.count}"'

    def name(self) -> str:
        """A variable that is a string."""
        return self.random.choice("abc")

    def key(self) -> str:
        """A key of a dictionary."""
        return self.random.choice(['"k1"', '"k1"', '"k2"', '"k3"', 'event["key"]'])

    def dictionary(self) -> str:
        """A dictionary."""
        return self.random.choice(["d", "d", "e", "SHARED", "o.once", "vars(p)"])

    def sequence(self) -> str:
        """A list."""
        return self.random.choice(["l", "l", "m", "o.items", "NAMES"])

    def box(self) -> str:
        """An object."""
        return self.random.choice(["o", "o", "p"])

    def string(self) -> str:
        """An expression that is a string."""
        if self.random.random() < 0.45:
            return self.one("<name>", "<name>", "<literal>")
        return self.one(
            "<dictionary>.get(<key>, <literal>)",
            "<sequence>[0]",
            "<sequence>[-1]",
            "<box>.x",
            "<box>.y",
            "<box>.kind",
            "<box>.both",
            "(<name> + '-x')",
            "f'{<name>}-f'",
            "<name>.replace('-', '_')",
            "(<string> if <test> else <string>)",
            "(event.get('r') or <string>)",
            "(<name> := <string>)",
            "inner(<string>)",
            "outer(<string>)",
            "pick(<dictionary>, <key>)",
            "pick(<dictionary>, <key>, <string>)",
            "keep(<string>)",
            "fail(event, <string>)",
            "set_current(<string>)",
            "CURRENT",
            "<box>.set(<string>).x",
            "<box>.perhaps(event, <string>)",
            "<sequence>.pop() if len(<sequence>) > 1 else <literal>",
            "next(iter(<sequence>), <literal>)",
            "sorted(<sequence>)[0]",
            "max(<sequence>)",
            "'.'.join(<sequence>)",
            "[n for n in <sequence> if n != <name>][0]",
            "(lambda n: n + <name>)(<literal>)",
            "deep(event['n'], <name>)",
            "<box>.once['k1']",
        ).join("()")

    def test(self) -> str:
        """A condition."""
        return self.one(
            "event.get('p')",
            "event.get('q')",
            "event['n'] > 1",
            "<name> == <string>",
            "<key> in <dictionary>",
            "<name> in <sequence>",
            "len(<sequence>) > 1",
            "not <test>",
            "(event.get('p') and (<name> := <string>))",
            "(event.get('q') or <name> != 'a-0')",
            "<box>.x is not None",
            "isinstance(<box>, Other)",
        )

    def say(self, line: str) -> None:
        """A line at this depth."""
        self.lines.append("    " * self.depth + line)

    def block(self, head: str, size: int = 3) -> None:
        """A block of statements."""
        self.say(head)
        self.depth += 1
        for _ in range(self.random.randint(1, size)):
            self.statement()
        self.depth -= 1

    def statement(self) -> None:
        """One statement."""
        if self.depth < 4 and self.random.random() < 0.3:
            self.compound()
            return
        choice = self.random.random()
        if choice < 0.2:
            self.say(self.fill("put(<string>)"))
        elif choice < 0.45:
            self.say(self.fill("<name> = <string>"))
        elif choice < 0.5 and self.loops:
            self.say(self.fill(self.random.choice(["if <test>: break", "if <test>: continue"])))
        elif choice < 0.53:
            self.say(self.fill("if <test>: return"))
        else:
            self.say(self.change())

    def change(self) -> str:
        """A statement that changes something."""
        return self.one(
            "<dictionary>[<key>] = <string>",
            "<dictionary>.update({<key>: <string>})",
            "<dictionary>.update(<dictionary>)",
            "<dictionary>.pop(<key>, None)",
            "<dictionary>.setdefault(<key>, <string>)",
            "d = {**<dictionary>, <key>: <string>}",
            "d = dict(<dictionary>)",
            "d, e = e, d",
            "e = d",
            "d = e",
            "e |= {<key>: <string>}",
            "e = copy.deepcopy(d)",
            "<sequence>.append(<string>)",
            "<sequence>.insert(0, <string>)",
            "<sequence>.extend([<string>, <string>])",
            "<sequence>.reverse()",
            "<sequence>.sort()",
            "<sequence>[0] = <string>",
            "<sequence>[-1] = <string>",
            "l = m",
            "m = l[:]",
            "l += m",
            "l = [n + '-c' for n in m]",
            "l = [*m, <string>]",
            "del l[:-1]",
            "m = sorted(l, reverse=True)",
            "<box>.x = <string>",
            "<box>.y = <string>",
            "<box>.swap()",
            "<box>.set(<string>)",
            "<box>.items.append(<string>)",
            "Box.kind = <string>",
            "p.kind = <string>",
            "o = Box(<string>, <string>)",
            "o, p = p, o",
            "p = o",
            "p = copy.copy(o)",
            "setattr(<box>, 'x', <string>)",
            "<name> += '-i'",
            "a, b = b, a",
            "a, *l = b, c, <string>",
            "[<name> := n for n in <sequence>]",
            "[d.update({n: <string>}) for n in event['many']]",
            "list(map(<sequence>.append, event['many'][:2]))",
            "list(map(put, <sequence>))",
            "inner(<string>)",
        )

    def compound(self) -> None:
        """A statement with blocks."""
        kind = self.random.randrange(12)
        if kind <= 2:
            self.block(self.fill("if <test>:"))
            if self.random.random() < 0.5:
                self.block("else:")
        elif kind <= 5:
            target, iterable = self.random.choice(
                [
                    ("n", "event['many']"),
                    (self.name(), "event['many']"),
                    (self.name(), "list(<sequence>)[:3]"),
                    (self.name(), "('t-1', 't-2')"),
                    ("k, " + self.name(), "list(<dictionary>.items())[:3]"),
                    ("i, " + self.name(), "enumerate(list(<sequence>)[:3])"),
                    (self.name(), "each(list(<sequence>)[:2], m)"),
                ]
            )
            self.loop(self.fill(f"for {target} in {iterable}:"))
        elif kind == 6:
            self.count += 1
            counter = f"i{self.count}"
            self.say(f"{counter} = 0")
            self.say(self.fill(f"while {counter} < event['n'] and {counter} < 3:"))
            self.depth += 1
            self.say(f"{counter} += 1")
            self.depth -= 1
            self.loop(None)
        elif kind == 7:
            self.block("try:")
            self.block(self.random.choice(["except (Failure, KeyError, IndexError) as x:", "except Exception:"]))
            if self.random.random() < 0.4:
                self.block("else:")
            if self.random.random() < 0.4:
                self.block("finally:")
        elif kind == 8:
            self.block("with contextlib.suppress(Exception):")
        elif kind == 9:
            self.block(self.fill("with within(<box>, <string>) as c:"))
        elif kind == 10:
            self.say(self.fill("match <string>:"))
            self.depth += 1
            self.block(self.fill("case <literal> | 'a-0' | 'b-0':"))
            self.block("case other if event.get('p'):")
            self.block("case _:")
            self.depth -= 1
        else:
            self.count += 1
            loops, self.loops = self.loops, 0
            self.block(f"def f{self.count}(n=a, d=d):")
            self.loops = loops
            self.say(f"put(f{self.count}() or 'none')")
            self.say(self.fill(f"f{self.count}(<string>, {{'k1': <string>}})"))

    def loop(self, head: str | None) -> None:
        """A loop's body."""
        self.loops += 1
        if head is not None:
            self.say(head)
        self.depth += 1
        for _ in range(self.random.randint(1, 4)):
            self.statement()
        self.depth -= 1
        self.loops -= 1
        if not self.loops and self.random.random() < 0.2:
            self.block("else:")


def changing(seed: int) -> dict[str, str]:
    """The program of a number."""
    made = Changing(Random(seed))
    for line in START.strip().splitlines():
        made.say(line)
    for _ in range(made.random.choice([3, 5, 8, 12])):
        made.statement()
    for name in ("a", "b", "c", "l[0]", "l[-1]", "d.get('k1', 'z')", "e.get('k2', 'z')", "o.x", "p.y", "o.both", "CURRENT", "Box.kind"):
        made.say(f"put({name})")
    return {"app.py": HEAD + "\ndef handler(event, context):\n" + "\n".join(made.lines) + "\n"}
