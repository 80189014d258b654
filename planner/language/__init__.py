"""Words to subgoals: the goal form, the lexicon and the grounder. No model in it.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["form", "grounder", "languages", "lexicon", "messages", "query", "skills"]
