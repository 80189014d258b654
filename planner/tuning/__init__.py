"""Training the adapter of the language model.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["corpus", "grpo", "households", "lora", "sft", "synthetic_scenes", "tune"]
