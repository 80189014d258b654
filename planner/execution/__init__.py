"""Plans to motion: the executive, the session with a person, and the report."""
