"""A real arm's servo constants, from how it moves."""
