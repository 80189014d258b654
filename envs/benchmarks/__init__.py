"""How fast the worlds are."""
