"""Lazy access to the compiled tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lambda_iam_scan.tables.types import CloudFormationResource, IamService, Service

Load = Callable[[str], bytes | None]
"""Reads one compiled table by name (`services/s3`, `iam/s3`, `managed-policies` ...); None when there is no such table."""


class Tables:
    """The facts of `rules/` and of the packages they were compiled with. Every method is cached; absent means None.

    Raises `TablesError` when a table is damaged or of another format version.
    """

    def __init__(self, load: Load) -> None:
        self._load = load

    @property
    def version(self) -> str:
        """For example `2026-11-23+botocore-1.44.5`."""
        raise NotImplementedError

    @property
    def services(self) -> tuple[str, ...]:
        """Names of all SDK services, sorted."""
        raise NotImplementedError

    def service(self, name: str) -> Service | None:
        """An SDK service by the name `boto3.client` takes."""
        raise NotImplementedError

    def iam(self, prefix: str) -> IamService | None:
        """The catalogue of an IAM prefix (`s3`, `states`), any case."""
        raise NotImplementedError

    @property
    def iam_prefixes(self) -> tuple[str, ...]:
        """All IAM prefixes, sorted."""
        raise NotImplementedError

    def needs(self, service: str, operation: str) -> tuple[Mapping[str, Any], ...] | None:
        """Rows of the service-action table for one operation; None: nothing is known (a gap). Meaning: rules/README.md."""
        raise NotImplementedError

    def managed_policy(self, arn_or_name: str) -> Mapping[str, Any] | None:
        """Document (JSON) of an AWS managed policy by ARN of any partition, or by name."""
        raise NotImplementedError

    def library(self, package: str) -> Mapping[str, Any] | None:
        """Rows of rules/libraries/ for a top-level package (`aws_lambda_powertools`)."""
        raise NotImplementedError

    def annotation(self, module: str, name: str) -> tuple[str, str] | None:
        """What a boto3-stubs name stands for: (service, `Client`) or (service, resource type), else None."""
        raise NotImplementedError

    def cloudformation(self, type_name: str) -> CloudFormationResource | None:
        """What `Ref` and `Fn::GetAtt` give for `AWS::DynamoDB::Table` ..."""
        raise NotImplementedError

    def lambda_rules(self, name: str) -> Mapping[str, Any]:
        """Rows of rules/lambda/<name>.toml (`event_sources`, `triggers`, `features`, `logging`), as parsed TOML."""
        raise NotImplementedError
