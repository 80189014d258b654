"""Training the adapter of the language model."""
