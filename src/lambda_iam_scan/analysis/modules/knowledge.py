"""Packages that are known to do nothing with the clients and functions they are given. Everything else may."""

from __future__ import annotations

_HARMLESS = """
    abc argparse array ast atexit base64 binascii bisect builtins calendar cmath codecs collections colorsys configparser
    contextlib contextvars copy csv ctypes datetime decimal difflib email enum errno fnmatch fractions functools gc getpass
    gettext glob gzip hashlib heapq hmac html http inspect io ipaddress itertools json keyword locale logging lzma math mimetypes
    numbers operator os pathlib pickle platform pprint queue random re secrets select shutil signal socket sqlite3 ssl stat
    statistics string struct subprocess sys tempfile textwrap threading time timeit tokenize traceback types typing
    typing_extensions unicodedata unittest urllib uuid warnings weakref xml zipfile zlib zoneinfo annotation aws_xray_sdk
    dataclasses __future__ multiprocessing concurrent asyncio aws_lambda_powertools attr attrs pydantic tenacity backoff structlog
    moto pytest
"""
HARMLESS = frozenset(_HARMLESS.split())
"""Top-level packages that use no client they are given for calls of their own (X-Ray and Powertools wrap, they do not call)."""

MARKERS = frozenset({"abc", "builtins", "collections", "dataclasses", "enum", "pydantic", "typing", "typing_extensions"})
"""Packages whose classes call nothing that a derived class defines, but for special methods."""

LOGGERS = ("logging.", "aws_lambda_powertools.Logger", "aws_lambda_powertools.logging.", "structlog.", "loguru.")
"""Packages that write what they are given as text."""

_ONLY_LOOK = ("inspect.", "typing.", "typing_extensions.")
_ONLY_WRITE = ("logging.", "aws_lambda_powertools.Logger", "aws_lambda_powertools.logging.")
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"})
"""Packages, and methods of loggers, that call nothing they are given."""

TRANSPARENT = (
    "functools.",
    "contextlib.",
    "typing.",
    "abc.",
    "dataclasses.",
    "tenacity.",
    "backoff.",
    "retry.",
    "retrying.",
    "cachetools.",
    "aws_xray_sdk.",
    "aws_lambda_powertools.Tracer",
    "aws_lambda_powertools.Logger",
    "aws_lambda_powertools.Metrics",
    "aws_lambda_powertools.logging.",
    "aws_lambda_powertools.metrics.",
    "aws_lambda_powertools.tracing.",
    "aws_lambda_powertools.utilities.",
    "pydantic.",
    "click.",
    "pytest.",
    "unittest.",
    "moto.",
    "numba.",
    "deprecated.",
    "overrides.",
    "typing_extensions.",
    "async_lru.",
    "cachier.",
    "ratelimit.",
    "timeout_decorator.",
    "wrapt.",
    "opentelemetry.",
    "ddtrace.",
    "datadog_lambda.",
    "sentry_sdk.",
    "lumigo_tracer.",
    "epsagon.",
    "thundra.",
    "middy",
)
"""Decorators that leave a function to be called by whoever calls it now; others may register it to be called by a framework."""


def is_harmless(path: str) -> bool:
    """Whether values given to this external name go nowhere."""
    return top_package(path) in HARMLESS


def calls_nothing(path: str) -> bool:
    """Whether functions given to this external name are not called there, nor kept to be called."""
    return path.startswith(_ONLY_LOOK) or (path.startswith(_ONLY_WRITE) and path.rpartition(".")[2] in _LEVELS)


def top_package(path: str) -> str:
    """The package that an external name is from."""
    return path.split(".", 1)[0].split("(", 1)[0]


def is_transparent(path: str) -> bool:
    """Whether a decorator of this name registers nothing."""
    return path.startswith(TRANSPARENT)
