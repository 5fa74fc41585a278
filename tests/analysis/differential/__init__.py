"""What the analysis says of a program, against what the program does when Python runs it."""
