"""Arms that are not there: servos, mechanics and cameras behind a pseudo-terminal."""
