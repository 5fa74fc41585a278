"""The command line: options and exit statuses. Nothing else."""
