"""The IAM policy language: patterns, conditions, evaluation, in three values."""
