"""The real arm: calibration, the control loop, and the safety between policy and bus."""
