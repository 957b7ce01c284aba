"""Writing exact numbers in digits."""

from __future__ import annotations

from fractions import Fraction


def ends_within(value: Fraction, places: int) -> bool:
    """Tell whether a value has no more than so many decimals."""
    return bool(10**places % value.denominator == 0)


def digits(value: Fraction, places: int) -> str:
    """Write a value with at most so many decimals, rounded half-even."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = rounded(value.numerator * 10**places, value.denominator)
    whole, rest = divmod(abs(scaled), 10**places)
    text = f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".") if places else str(whole)
    return f"-{text}" if scaled < 0 else text


def rounded(top: int, bottom: int) -> int:
    """Return top / bottom rounded half-even, as `round` does with a tenth of the work."""
    whole, rest = divmod(top, bottom)
    return whole + (2 * rest > bottom or (2 * rest == bottom and whole % 2))


def plain(value: Fraction) -> str:
    """Write a value for a message, whatever its size."""
    return digits(value, 6) if abs(value) < 10**18 else "a very large number"


def mixed(value: Fraction) -> str:
    """Write a value as a mixed fraction: "2 1/3"."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    parts = [str(whole)] if whole or not rest else []
    parts += [f"{rest}/{value.denominator}"] if rest else []
    return ("-" if value < 0 else "") + " ".join(parts)
