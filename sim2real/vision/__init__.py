"""Cameras, tags and colours: where things are."""
