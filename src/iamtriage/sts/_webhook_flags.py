"""Read the flags of the EKS pod identity webhook, and parse values as Go does."""

from __future__ import annotations

from collections.abc import Mapping

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import EndpointError

__all__ = (
    "get_bool_flag",
    "get_flag",
    "get_flag_names",
    "get_int_flag",
    "merge_flags",
    "parse_go_bool",
    "parse_go_int",
    "require_string",
    "require_strings",
)

# The flags of the webhook that set variables, with their defaults.
_DEFAULTS: dict[str, object] = {
    "annotation-prefix": "eks.amazonaws.com",
    "aws-default-region": "",
    "compose-role-arn": False,
    "container-credentials-audience": "pods.eks.amazonaws.com",
    "container-credentials-full-uri": "http://169.254.170.23/v1/credentials",
    "container-credentials-token-mount-path": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
    "container-credentials-token-path": "eks-pod-identity-token",
    "sts-regional-endpoint": False,
    "token-audience": "sts.amazonaws.com",
    "token-expiration": 86400,
    "token-mount-path": "/var/run/secrets/eks.amazonaws.com/serviceaccount",
}
_GO_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_GO_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
# For strconv.ParseInt(…, 10, 64): more digits are out of its range, or are leading zeros.
_GO_INT = lazy_pattern(r"[+-]?0*([0-9]{1,19})")


def get_flag_names(flags: Mapping[str, object] | None) -> frozenset[str]:
    """Return the names of flags, without ``--``."""
    return frozenset(name.removeprefix("--") for name in flags or ())


def merge_flags(flags: Mapping[str, object] | None) -> dict[str, object]:
    """Return the flags with the webhook's defaults; names can begin with ``--``."""
    if flags is None:
        return dict(_DEFAULTS)
    if not isinstance(flags, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("webhook_flags", "a mapping", flags))
    return _DEFAULTS | {
        require_string(name, "a key of webhook_flags").removeprefix("--"): value
        for name, value in flags.items()
    }


def get_flag(flags: Mapping[str, object], name: str) -> str:
    """Return the value of a flag that is a string.

    Raises:
        TypeError: The flag is not a string.
    """
    return require_string(flags[name], f"the flag {name}")


def get_bool_flag(flags: Mapping[str, object], name: str) -> bool:
    """Return the value of a flag that is a boolean, or a string that Go reads as one.

    Raises:
        EndpointError: The flag is not a boolean.
    """
    value = flags[name]
    parsed = parse_go_bool(value) if isinstance(value, str) else value
    if not isinstance(parsed, bool):
        msg = f"the flag {name} must be a boolean, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return parsed


def get_int_flag(flags: Mapping[str, object], name: str) -> int:
    """Return the value of a flag that is an integer, or a string that Go reads as one.

    Raises:
        EndpointError: The flag is not an integer.
    """
    value = flags[name]
    number = parse_go_int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool):
        msg = f"the flag {name} must be an integer, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return number


def require_string(value: object, name: str) -> str:
    """Return a value if it is a string.

    Raises:
        TypeError: The value is not a string.
    """
    if not isinstance(value, str):
        raise TypeError(wrong_type_message(name, "a string", value))
    return value


def require_strings(values: Mapping[str, str] | None, name: str) -> Mapping[str, str] | None:
    """Return a mapping whose keys and values are strings, or ``None`` for ``None``.

    Raises:
        TypeError: The value, a key or a value of it is not a string.
    """
    if values is None:
        return None
    if not isinstance(values, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message(name, "a mapping", values))
    for key, value in values.items():
        require_string(key, f"a key of {name}")
        require_string(value, f"{name}[{quote_text(key)}]")
    return values


def parse_go_bool(text: str) -> bool | None:
    """Parse a boolean like Go's ``strconv.ParseBool``, or return ``None`` if it rejects the text.

    Source: https://pkg.go.dev/strconv#ParseBool

    >>> parse_go_bool("T"), parse_go_bool("0"), parse_go_bool("yes")
    (True, False, None)
    """
    return True if text in _GO_TRUE else False if text in _GO_FALSE else None


def parse_go_int(text: str) -> int | None:
    """Parse an integer like Go's ``strconv.ParseInt``, or return ``None`` if it rejects the text."""
    digits = _GO_INT.fullmatch(text)
    if digits is None:
        return None
    number = -int(digits[1]) if text.startswith("-") else int(digits[1])
    return number if -(2**63) <= number < 2**63 else None
