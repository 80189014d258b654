"""From a new arm to one that is fit to move: find, calibrate, check."""
