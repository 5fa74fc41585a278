"""Files and directories that are deployed with the code: Lambda unpacks it in `/var/task`, where programs start."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.modules.program import TASK_ROOT
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.kinds import Arguments, External, Str, Value, hole, text
from lambda_iam_scan.analysis.values.lattice import each
from lambda_iam_scan.analysis.values.strings import as_text
from lambda_iam_scan.model.text import Text


def directory(run: Core, path: Text) -> str | None:
    """The project's directory that a path means; None when it is another, or not known."""
    known = path.literal
    if known is None or (known.startswith("/") and not f"{known}/".startswith(f"{TASK_ROOT}/")):
        return None
    below = posixpath.normpath(known.removeprefix(TASK_ROOT).lstrip("/") or ".")
    found = [posixpath.normpath(posixpath.join(root, below)) for root in run.program.roots]
    return next(("" if full == "." else full for full in found if run.program.tree.is_dir("" if full == "." else full)), None)


def listing(run: Core, path: Text) -> tuple[str, ...] | None:
    """What is in a directory, as paths of the project's; None when that is not known."""
    base = directory(run, path)
    return None if base is None else tuple(f"{base}/{name.rstrip('/')}".lstrip("/") for name in run.program.tree.list(base))


@model("os.listdir")
def _names(run: Core, function: External, arguments: Arguments) -> Value:
    found = listing(run, as_text(arguments.get("path", 0) or text(".")))
    return run.new_list((), hole("name of a file")) if found is None else run.new_list([text(posixpath.basename(path)) for path in found])


@model("glob.glob", "glob.iglob")
def _matching(run: Core, function: External, arguments: Arguments) -> Value:
    return matching(run, as_text(first(arguments, "pathname")))


def matching(run: Core, pattern: Text) -> Value:
    """Paths that a pattern with wildcards in its last part stands for, as the program sees them."""
    head, _, last = (pattern.literal or "").rpartition("/")
    found = None if pattern.literal is None or "*" in head else listing(run, Text.of(head or "."))
    if found is None:
        return run.new_list((), hole("path of a file"))
    names = [posixpath.basename(path) for path in found]
    return run.new_list([text(posixpath.join(head, name)) for name in names if fnmatchcase(name, last)])


@model("os.path.abspath", "os.path.realpath", "os.path.normpath")
def _normal(run: Core, function: External, arguments: Arguments) -> Value:
    def normal(path: Value) -> Value:
        known = path.literal if isinstance(path, Str) else None
        if known is None:
            return path
        return text(posixpath.normpath(known if function.path.endswith("normpath") else posixpath.join(TASK_ROOT, known)))

    return each(first(arguments, "path"), normal)
