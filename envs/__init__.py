"""The arm, the table, the worlds and the tasks."""
