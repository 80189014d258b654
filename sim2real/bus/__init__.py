"""The servo bus: wire formats, registers, the serial port.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["bus", "dynamixel", "errors", "feetech", "port", "protocol", "registers", "sts3215", "wire", "xl330"]
