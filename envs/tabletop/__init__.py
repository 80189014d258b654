"""The table: what can stand on it, how it is laid, and many of them simulated together."""
