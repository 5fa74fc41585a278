"""One module a check; each exports CHECK."""
