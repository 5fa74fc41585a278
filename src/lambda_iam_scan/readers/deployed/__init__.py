"""Functions and roles as they run in an account. The only place that talks to AWS; boto3 is imported when it first does."""
