"""Training: from a task and its demonstrator to a policy with its card."""
