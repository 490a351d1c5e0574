"""What the bits of an element mean: whole arrays of a type read as places on a line.

Every number of a type has its place: the whole numbers one after the other, and so the
floating-point numbers, from minus infinity to infinity, with both zeros at one place. A step from
one to the next is a ULP. A complex number is two floating-point numbers, side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner.results.loaded import LoadedArray

    Bits = NDArray[np.unsignedinteger[Any]]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

Number = bool | int | float | complex

SIGNIFICANDS: Final = {
    "float16": 10,
    "bfloat16": 7,
    "float32": 23,
    "float64": 52,
    "complex64": 23,
    "complex128": 52,
}
"""Bits of the significand that are stored: IEEE 754; a bfloat16 is the upper half of a float32."""
_WHOLE: Final = frozenset(
    {"bool", *(f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64))}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """How a type is read: an element is `parts` unsigned integers of `width` bytes.

    `counts` says whether it is of numbers at all; of other types only the bits are compared.
    """

    dtype: str
    width: int
    parts: int

    @classmethod
    def of(cls, array: LoadedArray) -> Elements:
        """Tell it from the name of the type, and from how wide its elements are stored."""
        parts = 2 if array.dtype.startswith("complex") else 1
        return cls(dtype=array.dtype, width=array.values.dtype.itemsize // parts, parts=parts)

    @property
    def floating(self) -> bool:
        """Whether it has a point, and with it infinities, NaN and a minus zero."""
        return self.dtype in SIGNIFICANDS

    @property
    def counts(self) -> bool:
        """Whether its elements are numbers of a known kind."""
        return self.floating or self.dtype in _WHOLE

    def bits(self, array: LoadedArray) -> Bits:
        """Give the bits, a row of `parts` for each element in C order, without a copy."""
        bits: Bits = np.ravel(array.values).view(f"<u{self.width}").reshape(-1, self.parts)
        return bits

    def places(self, bits: Bits) -> Bits:
        """Give the place of each number on the line, an unsigned integer as wide as the number."""
        sign = self._origin(bits)
        if not self.floating:
            return bits ^ sign
        magnitude = bits & ~sign
        places: Bits = np.where(bits & sign, sign - magnitude, sign + magnitude)
        return places

    def from_zero(self, places: Bits) -> Bits:
        """Give how many steps each place is away from zero: of a whole number, its magnitude."""
        origin = self._origin(places)
        return np.maximum(places, origin) - np.minimum(places, origin)

    def below_zero(self, places: Bits) -> Flags:
        """Whether each place is one of a number below zero."""
        return places < self._origin(places)

    def above_zero(self, places: Bits) -> Flags:
        """Whether each place is one of a number above zero."""
        return places > self._origin(places)

    def nan(self, places: Bits) -> Flags:
        """Whether each is a NaN: on the line, they would lie beyond the infinities."""
        return self.from_zero(places) > self._infinity(places)

    def infinite(self, places: Bits) -> Flags:
        """Whether each is an infinity."""
        equal: Flags = self.from_zero(places) == self._infinity(places)
        return equal

    def floats(self, bits: Bits) -> Floats:
        """Give the values of floating-point numbers, exactly."""
        if self.dtype == "bfloat16":
            return (bits.astype("<u4") << np.uint32(16)).view("<f4").astype(np.float64)
        return bits.view(f"<f{self.width}").astype(np.float64)

    def differences(self, ours: Bits, theirs: Bits) -> tuple[Floats, Floats]:
        """Give absolute and relative differences of floating-point numbers, none of them a NaN.

        A relative one is divided by the larger magnitude. They are infinite where a number is, and
        the absolute one also where a float64 can't hold it.
        """
        one, other = self.floats(ours), self.floats(theirs)
        with np.errstate(over="ignore", invalid="ignore"):
            absolute = np.abs(one - other)
            larger = np.maximum(np.abs(one), np.abs(other))
            relative = np.divide(absolute, larger, out=np.zeros_like(absolute), where=larger > 0)
        if not np.isfinite(relative.sum()):
            # Finite numbers whose difference is too large for a float64 can be halved exactly.
            huge = np.isinf(absolute) & np.isfinite(larger)
            relative[huge] = np.abs(one[huge] / 2 - other[huge] / 2) / (larger[huge] / 2)
            relative[np.isinf(larger)] = np.inf
        return absolute, relative

    def number(self, bits: Bits) -> Number:
        """Give one element, of which `bits` is the row, as a number of Python."""
        if self.floating:
            parts = self.floats(bits)
            return complex(*parts) if self.parts > 1 else float(parts[0])
        if self.dtype == "bool":
            return bool(bits[0])
        return int(bits[0] if self.dtype.startswith("u") else bits.view(f"<i{self.width}")[0])

    def _origin(self, like: Bits) -> np.unsignedinteger[Any]:
        """Give the place of zero, which is also the sign bit where there is one."""
        signed = self.dtype != "bool" and not self.dtype.startswith("u")
        return like.dtype.type(1 << (8 * self.width - 1) if signed else 0)

    def _infinity(self, like: Bits) -> np.unsignedinteger[Any]:
        significand = SIGNIFICANDS[self.dtype]
        exponent = 8 * self.width - 1 - significand
        return like.dtype.type(((1 << exponent) - 1) << significand)
