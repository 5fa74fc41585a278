"""A generated application: many functions in a SAM template, shared modules, and the ordinary bulk of business code around the calls."""

from __future__ import annotations

from pathlib import Path

_SHARED = '''
"""Shared data access number {n}."""
import json
import logging
import os

import boto3

logger = logging.getLogger(__name__)
TABLE = os.environ.get("TABLE_{n}", "table-{n}")


class Repository{n}:
    """Reads and writes items."""

    def __init__(self, table_name=TABLE):
        self.table_name = table_name
        self._table = None

    @property
    def table(self):
        if self._table is None:
            self._table = boto3.resource("dynamodb").Table(self.table_name)
        return self._table

    def get(self, key):
        response = self.table.get_item(Key={{"id": key}})
        return response.get("Item")

    def save(self, item):
        logger.info("saving %s", json.dumps(item))
        self.table.put_item(Item=item)
'''

_RULE = '''

def rule_{n}(order, customer, today):
    """One of the rules that make up most of any code."""
    total = 0
    for line in order.get("lines", []):
        price = line["price"] * line.get("quantity", 1)
        if line.get("discount") and customer.get("level") in ("gold", "silver"):
            price = price * (100 - line["discount"]) / 100
        elif line.get("taxed", True):
            price += price * {n} / 1000
        total += price
    messages = [f"{{line['name']}}: {{line['price']}}" for line in order.get("lines", []) if line.get("visible")]
    result = {{"total": round(total, 2), "messages": messages, "rule": "rule-{n}", "day": str(today)}}
    if total > {n}00:
        result["warning"] = "order of {{}} is over the limit of {n}00".format(total)
    return result
'''

_HANDLER = '''"""Function {n}."""
import os

import boto3
from shared.data_{shared} import Repository{shared}
from rules_{n} import apply

s3 = boto3.client("s3")
queue = boto3.client("sqs")
repository = Repository{shared}()


def handler(event, context):
    results = []
    for record in event.get("Records", []):
        order = repository.get(record["id"])
        outcome = apply(order, record)
        repository.save(outcome)
        s3.put_object(Bucket=os.environ["BUCKET"], Key=f"orders/{{record['id']}}.json", Body=str(outcome))
        results.append(outcome)
    if results:
        queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=str(len(results)))
    return {{"count": len(results)}}
'''

_RESOURCE = """  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: functions/f{n}/
      Environment: {{Variables: {{BUCKET: !Ref Bucket, QUEUE: !Ref Queue}}}}
      Policies:
        - DynamoDBCrudPolicy: {{TableName: table-{shared}}}
        - S3WritePolicy: {{BucketName: !Ref Bucket}}
"""


def write_application(root: Path, functions: int, rules: int = 14) -> None:
    """Write an application of so many functions, each with a module of `rules` rules of its own and one of 20 shared modules."""
    template = ["AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n"]
    template.append("  Bucket: {Type: AWS::S3::Bucket}\n  Queue: {Type: AWS::SQS::Queue}\n")
    for n in range(functions):
        folder = root / "functions" / f"f{n}"
        (folder / "shared").mkdir(parents=True)
        shared = n % 20
        (folder / "app.py").write_text(_HANDLER.format(n=n, shared=shared))
        (folder / "shared" / f"data_{shared}.py").write_text(_SHARED.format(n=shared))
        calls = ", ".join(f"rule_{i}(order, record, None)" for i in range(rules))
        body = "".join(_RULE.format(n=i) for i in range(rules))
        (folder / f"rules_{n}.py").write_text(f'"""Rules of function {n}."""\n{body}\n\ndef apply(order, record):\n    return [{calls}]\n')
        template.append(_RESOURCE.format(n=n, shared=shared))
    (root / "template.yaml").write_text("".join(template))
