"""Episodes on disk, as LeRobot datasets."""
