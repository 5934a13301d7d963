"""Failures that reading builds quickly are the same values as those that the classes build."""

from __future__ import annotations

import copy
import pickle
import weakref

import attrs
import pytest

from iamtriage.failures import AccessDenied, Envelope, Failure
from iamtriage.failures._building import build_envelope, build_failure
from iamtriage.failures._failures import FAILURE_CLASSES
from tests.tables import check_rows

_STATED = (
    "AccessDenied",
    "GetObject",
    "s3",
    403,
    "id",
    "host",
    "botocore",
    "t",
    "eu-west-1",
    "ip",
    "agent",
    "event",
)
_COMMON = ("text", (0, 4), (("code",), ((0, 4),)), "who", "111122223333", "s3:GetObject", "arn:aws:s3:::b")


def test_an_envelope_is_the_same_value() -> None:
    """It is equal, hashable, frozen, picklable, and can be referenced weakly."""
    built, made = build_envelope(*_STATED), Envelope(*_STATED)
    assert type(built) is Envelope
    assert built == made
    assert hash(built) == hash(made)
    assert repr(built) == repr(made)
    assert pickle.loads(pickle.dumps(built)) == copy.deepcopy(built) == attrs.evolve(built) == made
    assert weakref.ref(built)() is built
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        built.code = "other"  # type: ignore[misc]


@check_rows("cls", FAILURE_CLASSES, ids=lambda cls: cls.kind)
def test_a_failure_is_the_same_value(cls: type[Failure]) -> None:
    """So is the failure of each kind, with and without attributes of its kind."""
    envelope = Envelope(*_STATED)
    own = len(attrs.fields(cls)) - len(_COMMON) - 1
    for more in ((), tuple(f"value {number}" for number in range(own))):
        built = build_failure(cls.kind, envelope, *_COMMON, more)
        made = cls(envelope, *_COMMON, *more)  # type: ignore[arg-type]
        assert type(built) is cls
        assert built == made
        assert hash(built) == hash(made)
        assert repr(built) == repr(made)
        assert dict(built.spans) == dict(made.spans) == {"code": (0, 4)}
        again = pickle.loads(pickle.dumps(built))
        assert again == made
        assert again.spans == made.spans
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            built.action = "other"  # type: ignore[misc]


def test_what_is_being_filled_is_never_seen() -> None:
    """The class of a built failure is the public one, also for isinstance and match."""
    match build_failure("access_denied", Envelope(), *_COMMON, ()):
        case AccessDenied(action=action):
            assert action == "s3:GetObject"
        case other:
            pytest.fail(f"{type(other)} is not the public class")
