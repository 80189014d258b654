"""Words to subgoals: the goal form, the lexicon and the grounder. No model in it."""
