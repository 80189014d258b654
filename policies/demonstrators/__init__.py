"""Scripted rules that solve the tasks and that policies are cloned from."""
