"""What remains of a module's text: lowered once, kept in a small form that a warm scan reads back."""
