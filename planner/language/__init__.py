"""Words: the goal form that a model writes, the lexicon, and what is said in each language. It knows no scene.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["form", "languages", "lexicon", "messages"]
