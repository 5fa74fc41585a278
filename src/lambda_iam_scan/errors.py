"""Every error a user can cause. The exit status is the class's; the text is one line that says what to do."""

from __future__ import annotations


class LambdaIamScanError(Exception):
    """Base of all. Anything else that escapes is a bug in the tool (exit status 3)."""

    exit_status = 2


class UsageError(LambdaIamScanError):
    """Arguments or configuration that make no sense."""


class InputError(LambdaIamScanError):
    """Input that cannot be read at all: a path that is not there, a template that is not YAML ..."""


class PolicyError(InputError):
    """A policy document that breaks the grammar. `path` is the JSON path of the offending element (`Statement[0].Effect`)."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class TablesError(LambdaIamScanError):
    """The compiled tables are missing, damaged, or of another format version."""


class RemoteError(LambdaIamScanError):
    """A service outside (AWS, GitHub, the service reference) did not answer as needed."""
