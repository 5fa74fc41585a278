"""`python -m lambda_iam_scan`."""

from lambda_iam_scan.cli.main import main

if __name__ == "__main__":
    main()
