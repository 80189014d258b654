"""Control tables: fields that do not collide, and numbers that keep their sign."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.errors import UnknownNameError
from pontine.sim2real.bus.registers import ControlTable, Register, RegisterError, from_sign_magnitude, sign_magnitude
from pontine.sim2real.bus.sts3215 import BROADEST_BLOCK, STS3215
from pontine.sim2real.bus.xl330 import XL330

TABLES = [STS3215, XL330]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.servo)
def test_registers_do_not_overlap_and_hold_their_defaults(table: ControlTable) -> None:
    for a, b in itertools.pairwise(sorted(table, key=lambda register: register.address)):
        assert a.end <= b.address, f"{a.name} reaches into {b.name}"
    assert len({register.name for register in table}) == len(list(table))
    for register in table:
        assert register.decode(register.encode(register.default)) == register.default


@settings(deadline=None)
@given(st.sampled_from([r for table in TABLES for r in table]), st.integers() | st.integers(-5000, 5000))
def test_a_register_keeps_a_number_or_refuses_it(register: Register, value: int) -> None:
    bits = 8 * register.size if register.sign_bit is None else register.sign_bit
    low = -(1 << bits - 1) if register.signed else 0 if register.sign_bit is None else 1 - (1 << bits)
    high = (1 << bits - 1 if register.signed else 1 << bits) - 1
    if not low <= value <= high:
        with pytest.raises(RegisterError, match=register.name):
            register.encode(value)
    else:
        data = register.encode(value)
        assert len(data) == register.size
        assert register.decode(data) == value


@settings(deadline=None)
@given(st.integers(-2047, 2047))
def test_sign_and_size_are_apart(value: int) -> None:
    raw = sign_magnitude(value, 11)
    assert raw & 0x7FF == abs(value)
    assert from_sign_magnitude(raw | 0xF000, 11) == value


@pytest.mark.parametrize("value", [2048, -2048])
def test_an_offset_past_the_sign_bit_is_refused(value: int) -> None:
    with pytest.raises(RegisterError, match="homing_offset"):
        STS3215["homing_offset"].encode(value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="goal_position"):
        STS3215["goal_positon"]


def test_one_block_holds_all_that_a_servo_measures() -> None:
    assert STS3215.span(BROADEST_BLOCK) == (56, 15)
