"""The user's modules: where an import leads, and what is known of packages that are not the user's."""
