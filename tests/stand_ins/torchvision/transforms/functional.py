"""Imported by LeRobot, not used here."""
