"""The SO-101: its body, its kinematics, how actions move it, and the constants of one such arm."""
