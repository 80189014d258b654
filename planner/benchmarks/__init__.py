"""How well instructions are read, and carried out."""
