"""The servo bus: wire formats, registers, the serial port."""
