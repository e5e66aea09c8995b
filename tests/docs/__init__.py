"""The documents are held against the program: what they name exists, what they show works."""
