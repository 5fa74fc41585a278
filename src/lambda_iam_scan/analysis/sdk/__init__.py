"""The AWS SDKs, and packages that use them on the code's behalf: which requests a call makes, with which parameters and credentials."""
