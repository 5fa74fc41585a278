"""One module a source of functions and policies; each exports READER. They know templates, never each other."""
