"""Training: from a task and its demonstrator to a policy with its card.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["algorithm", "algorithms", "config", "curve", "failures", "run_folder", "student", "train", "vec_env"]
