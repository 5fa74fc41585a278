"""Runs the handlers of `fixtures/end-to-end/` on request, with the credentials and the endpoint of its environment.

A process of its own, so that the tests' administrator is out of reach. One JSON line in, one JSON line out.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any


def run(request: dict[str, Any], loader: Any) -> dict[str, Any]:
    """Import the application anew, under the environment and credentials asked for, and call its handler."""
    import boto3
    import botocore.session
    from botocore.exceptions import ClientError

    os.environ.update(request["environment"])
    sys.modules.pop("app", None)
    sys.path[0] = request["directory"]
    session: Any = botocore.session.Session()
    session.register_component("data_loader", loader)
    boto3.setup_default_session(botocore_session=session)
    try:
        return {"result": importlib.import_module("app").handler(request["event"], None)}
    except ClientError as error:
        return {"operation": error.operation_name, "error": str(error)}


def main() -> None:
    """Serve until the input ends."""
    import botocore.loaders

    loader = botocore.loaders.create_loader()
    sys.dont_write_bytecode = True
    sys.path.insert(0, "")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line), loader)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
