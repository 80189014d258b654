"""What is said about what was said or done before, and answers to questions. No model in it."""

__all__: list[str] = []
