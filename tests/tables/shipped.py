"""The shipped tables, read once for all tests."""

from __future__ import annotations

from lambda_iam_scan.disk import shipped_table
from lambda_iam_scan.tables import Tables

TABLES = Tables(shipped_table)
