data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

variable "orders_table" {
  type = string
}

# template.yaml#OrdersFunction
# incomplete: a part of the code could not be resolved, so more may be needed
data "aws_iam_policy_document" "orders_function" {
  statement {
    actions   = ["dynamodb:PutItem"]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.orders_table}"]
  }
  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::order-archive/*"]
  }
}

# src/report.py#handler
data "aws_iam_policy_document" "src_report_py_handler" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::order-archive/*", "arn:aws:s3:::b/*"]
  }
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["arn:aws:sqs:eu-west-1:*:jobs"]
  }
}
