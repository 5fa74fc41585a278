"""Lazy access to the compiled tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Any

from lambda_iam_scan.errors import TablesError
from lambda_iam_scan.tables import decode
from lambda_iam_scan.tables.packing import FORMAT, unpack
from lambda_iam_scan.tables.types import CloudFormationResource, IamService, Need, Service

Load = Callable[[str], bytes | None]
"""Reads one compiled table by name (`services/s3`, `iam/s3`, `cloudformation` ...); None when there is no such table."""


_OF_KEYS = frozenset({"Key"})
"""Parameters that condition keys are taken from (`dynamodb:LeadingKeys`), beside those that are plain strings."""


class Tables:
    """The facts of `rules/` and of the packages they were compiled with. Every method is cached; absent means None.

    Raises `TablesError` when a table is damaged or of another format version.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._raw: dict[str, Any] = {}
        self._made: dict[tuple[str, str], Any] = {}
        self._deciding: dict[tuple[str, str], frozenset[str] | None] = {}

    @cached_property
    def _index(self) -> Mapping[str, Any]:
        index = self._read("index")
        if index is None:
            raise TablesError("the compiled tables are missing: run `make tables`, or install the package anew")
        if index.get("format") != FORMAT:
            raise TablesError(f"the compiled tables have format {index.get('format')!r}, not {FORMAT}: install matching tables")
        found: Mapping[str, Any] = index
        return found

    @property
    def version(self) -> str:
        """For example `2026-11-23+botocore-1.44.5`."""
        return str(self._index["version"])

    @property
    def provenance(self) -> Mapping[str, str]:
        """What the tables were built from: package -> version, and the digest of `rules/`."""
        found: Mapping[str, str] = self._index["provenance"]
        return found

    @property
    def services(self) -> tuple[str, ...]:
        """Names of all SDK services, sorted."""
        return tuple(sorted(self._index["services"]))

    def prefix(self, service: str) -> str | None:
        """The IAM prefix of an SDK service (`states` for `stepfunctions`), None when it has none."""
        found: str | None = self._index["services"].get(service)
        return found

    def service(self, name: str) -> Service | None:
        """An SDK service by the name `boto3.client` takes."""
        return self._one("services", name, decode.service) if name in self._index["services"] else None

    def iam(self, prefix: str) -> IamService | None:
        """The catalogue of an IAM prefix (`s3`, `states`), any case."""
        prefix = prefix.lower()
        return self._one("iam", prefix, decode.iam) if prefix in self._index["iam"] else None

    @property
    def iam_prefixes(self) -> tuple[str, ...]:
        """All IAM prefixes, sorted."""
        return tuple(self._index["iam"])

    def needs(self, service: str, operation: str) -> tuple[Need, ...] | None:
        """Rows of the service-action table for one operation; empty: it needs no permission; None: nothing is known (a gap)."""
        if service not in self._index["services"]:
            return None
        table = self._one("needs", service, decode.Needs)
        return None if table is None else table.rows(operation)

    def deciding(self, service: str, operation: str) -> frozenset[str] | None:
        """Parameters whose contents say what an operation needs; None when nothing is known of it."""
        if (service, operation) not in self._deciding:
            rows = self.needs(service, operation)
            self._deciding[service, operation] = None if rows is None else _OF_KEYS.union(*(row.parameters for row in rows))
        return self._deciding[service, operation]

    def operations(self, service: str) -> tuple[str, ...]:
        """Operations of a service that the service-action table has, sorted."""
        table = self._one("needs", service, decode.Needs) if service in self._index["services"] else None
        return () if table is None else table.operations

    def managed_policy(self, arn_or_name: str) -> Mapping[str, Any] | None:
        """Document (JSON) of an AWS managed policy by ARN of any partition, or by name (with or without its path)."""
        found = self._managed(arn_or_name)
        return None if found is None else found["document"]

    def managed_policy_arn(self, arn_or_name: str) -> str | None:
        """The ARN of an AWS managed policy, in partition `aws`."""
        found = self._managed(arn_or_name)
        return None if found is None else f"arn:aws:iam::aws:policy{found['path']}{found['name']}"

    def _managed(self, arn_or_name: str) -> Mapping[str, Any] | None:
        head, _, resource = arn_or_name.rpartition(":")
        if head and not (head.startswith("arn:aws") and head.endswith(":iam::aws") and resource.startswith("policy/")):
            return None
        path, _, name = resource.removeprefix("policy").rpartition("/")
        bucket: Mapping[str, Any] = self._read(f"policies/{policy_bucket(name)}") or {}
        found = bucket.get(name)
        if found is None or ((head or path) and found["path"].strip("/") != path.strip("/")):
            return None
        return {"name": name, **found}

    def library(self, package: str) -> Mapping[str, Any] | None:
        """Rows of rules/libraries/ for a top-level package (`aws_lambda_powertools`)."""
        found: Mapping[str, Any] | None = self._read(f"libraries/{package}") if package in self._index["libraries"] else None
        return found

    def annotation(self, module: str, name: str) -> tuple[str, str] | None:
        """What a boto3-stubs name stands for: (service, `Client`) or (service, resource type), else None.

        `module` may be any of the stub packages' modules: `mypy_boto3_s3`, `types_boto3_s3.client`, `types_aiobotocore_s3` ...
        """
        package = module.split(".", 1)[0]
        for family in ("mypy_boto3_", "types_boto3_", "types_aiobotocore_", "types_aioboto3_"):
            if package.startswith(family):
                names = self._annotations.get(package.removeprefix(family))
                return None if names is None else decode.annotation(names, name)
        return None

    @cached_property
    def _annotations(self) -> Mapping[str, Any]:
        return self._read("annotations") or {}

    def cloudformation(self, type_name: str) -> CloudFormationResource | None:
        """What `Ref` and `Fn::GetAtt` give for `AWS::DynamoDB::Table` ..."""
        row = (self._read("cloudformation") or {}).get(type_name)
        return None if row is None else decode.cloudformation(type_name, row)

    def lambda_rules(self, name: str) -> Mapping[str, Any]:
        """Rows of rules/lambda/<name>.toml (`event_sources`, `triggers`, `features`, `logging`), as parsed TOML."""
        found: Mapping[str, Any] | None = self._read(f"lambda/{name}")
        if found is None:
            raise TablesError(f"the compiled tables lack lambda/{name}: run `make tables`")
        return found

    def _one(self, kind: str, name: str, make: Callable[[str, Any], Any]) -> Any:
        if (kind, name) not in self._made:
            data = self._read(f"{kind}/{name}")
            try:
                self._made[kind, name] = None if data is None else make(name, data)
            except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
                raise TablesError(f"compiled table {kind}/{name} is damaged: {error!r}") from error
        return self._made[kind, name]

    def _read(self, name: str) -> Any:
        if name not in self._raw:
            content = self._load(name)
            self._raw[name] = None if content is None else unpack(name, content)
        return self._raw[name]


def policy_bucket(name: str) -> str:
    """Which of the 64 tables holds the AWS managed policy of that name: two hexadecimal digits."""
    return f"{blake2b(name.encode('utf-8', 'replace'), digest_size=1).digest()[0] % 64:02x}"
