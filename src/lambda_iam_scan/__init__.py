"""lambda-iam-scan: which IAM permissions the Python code of AWS Lambda functions needs, lacks, and has for nothing."""

__version__ = "0.1.0"
