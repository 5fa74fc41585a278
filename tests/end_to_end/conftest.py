from tests.aws_server import aws, aws_server

__all__ = ["aws", "aws_server"]
