"""One module a subcommand; each exports COMMAND, a click command, and is imported only when it is called."""
