"""Which class an attribute comes from."""

from __future__ import annotations

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.values.kinds import ClassObject, Descriptor, RecordKind, Value


def is_enum(cls: ClassObject) -> bool:
    """Whether a class is an enumeration."""
    return any(name.startswith("enum.") for name in cls.external)


def linearized(cls: ClassObject) -> tuple[ClassObject, ...]:
    """Method resolution order of a class's own kind (C3); a conflicting hierarchy is taken depth first."""
    own = [base for base in cls.bases if isinstance(base, ClassObject)]
    sequences = [list(base.order) for base in own] + [list(own)]
    out = [cls]
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        head = next((s[0] for s in sequences if not any(s[0] in other[1:] for other in sequences)), sequences[0][0])
        out.append(head)
        sequences = [[item for item in sequence if item is not head] for sequence in sequences]
    return tuple(out)


def _order(cls: ClassObject, after: ClassObject | None) -> tuple[ClassObject, ...]:
    """Where an attribute is looked for, for `super()` after a given class."""
    if after is None:
        return cls.order
    return cls.order[cls.order.index(after) + 1 :] if after in cls.order else ()


def find(cls: ClassObject, name: str, after: ClassObject | None = None) -> Value | None:
    """A class attribute by method resolution order, for `super()` after a given class."""
    return next((parent.vars[name] for parent in _order(cls, after) if name in parent.vars), None)


def descendants(cls: ClassObject) -> list[ClassObject]:
    """Classes derived from one, however far, those that change something: the others' objects do what its own do."""
    found: dict[int, ClassObject] = {}
    pending = list(cls.children)
    for child in pending:  # which grows meanwhile
        if id(child) not in found:
            found[id(child)] = child
            pending += child.children
    return [child for child in found.values() if any(not name.startswith("__") or name == "__call__" for name in child.vars)]


def function_in(method: Value) -> Value:
    """The function of a class or static method or property; any other value itself."""
    return method.function if isinstance(method, Descriptor) else method


def declared(cls: ClassObject, name: str) -> Node | None:
    """What the class or one of its bases declares of an attribute."""
    return next((parent.annotations[name] for parent in cls.order if name in parent.annotations), None)


def initializer(cls: ClassObject, after: ClassObject | None = None) -> Value | None:
    """What `__init__` is, for `super()` after a given class: a function of the user's, or the class whose fields are filled."""
    for parent in _order(cls, after):
        if "__init__" in parent.vars:
            return parent.vars["__init__"]
        if parent.record is not None and parent.record.fills:
            return parent
    return None


def record_of(cls: ClassObject) -> ClassObject | None:
    """The nearest class that is made of fields."""
    return next((parent for parent in cls.order if parent.record is not None), None)


def is_tuple(cls: ClassObject) -> bool:
    """Whether a class is a named tuple."""
    record = record_of(cls)
    return record is not None and record.record is not None and record.record.kind is RecordKind.TUPLE
