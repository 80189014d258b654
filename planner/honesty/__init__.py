"""Whether what was read can be believed: words that a reading leaves out, and those of harm. No model in it."""

__all__: list[str] = []
