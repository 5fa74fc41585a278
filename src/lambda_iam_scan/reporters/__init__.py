"""One module a format; each exports REPORTER."""
