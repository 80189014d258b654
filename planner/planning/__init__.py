"""Subgoals to plans: the search, the plan and its score."""
