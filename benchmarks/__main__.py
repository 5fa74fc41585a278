"""`python -m benchmarks [DIR]`: what a scan of a directory costs, or of a generated application of 300 functions."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.application import write_application
from benchmarks.cold import measure

FUNCTIONS = 300


def main(arguments: list[str]) -> None:
    """Measure a directory, or a generated one."""
    if arguments:
        measure(Path(arguments[0]))
        return
    with tempfile.TemporaryDirectory() as directory:
        write_application(Path(directory), FUNCTIONS)
        measure(Path(directory))


if __name__ == "__main__":
    main(sys.argv[1:])
