"""Explain the errors of every boto3, botocore and aiobotocore client of the process.

All clients, whoever creates them, share the methods of a few classes. These methods are wrapped in place, so
existing clients are covered, too, and :func:`uninstall` restores the original methods. This module never
imports boto3 and aiobotocore. After a program has imported them, their classes are wrapped when the next
client is created.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import sys
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient

from iamtriage._typing import NamedTuple
from iamtriage.boto._install.client_classes import Switch, pause_notifications
from iamtriage.boto._wrapping import wrap_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.boto._explaining import ErrorExplainer

__all__ = ("get_explainer", "install_process")

_SWITCH = Switch()
_LOCK = threading.RLock()


class _Method(NamedTuple):
    """A method that raises errors of calls. Its module can be one that is not imported yet."""

    module: str
    cls: str
    name: str
    is_waiter: bool = False


# Transfers wrap the error of a call in their own exception. Presigned URLs need only credentials.
_METHODS = (
    _Method("botocore.client", "BaseClient", "_make_api_call"),
    _Method("botocore.waiter", "Waiter", "wait", is_waiter=True),
    _Method("botocore.eventstream", "EventStream", "__iter__"),
    _Method("botocore.signers", "RequestSigner", "generate_presigned_url"),
    _Method("botocore.signers", "S3PostPresigner", "generate_presigned_post"),
    _Method("boto3.s3.transfer", "S3Transfer", "upload_file"),
    _Method("boto3.s3.transfer", "S3Transfer", "download_file"),
    _Method("aiobotocore.client", "AioBaseClient", "_make_api_call"),
    _Method("aiobotocore.waiter", "AIOWaiter", "wait", is_waiter=True),
    _Method("aiobotocore.eventstream", "AioEventStream", "__anext__"),
    _Method("aiobotocore.signers", "AioRequestSigner", "generate_presigned_url"),
)
# Each entry is a class, the name of a method, the original method, and the wrapper.
_wrapped: dict[tuple[type, str], tuple[Any, Any]] = {}


def get_explainer() -> ErrorExplainer | None:
    """Return the explainer that is installed in the process."""
    return _SWITCH.explainer


def install_process(explainer: ErrorExplainer | None) -> None:
    """Install an explainer in the process, replace it, or remove it and restore all methods."""
    with _LOCK:
        _SWITCH.explainer = explainer
        if explainer is None:
            _restore()
            return
        _wrap(BaseClient, "__init__", _wrap_constructor)
        _wrap_imported()


def _wrap_imported() -> None:
    """Wrap the methods whose modules are imported."""
    with _LOCK:
        if _SWITCH.explainer is None:
            return
        for method in _METHODS:
            cls = getattr(sys.modules.get(method.module), method.cls, None)
            if cls is not None:
                _wrap(cls, method.name, _wrap_waiter if method.is_waiter else _wrap_method)


def _wrap(cls: type, name: str, build: Callable[[Any], Any]) -> None:
    original = vars(cls).get(name)
    if original is None:
        return
    known = _wrapped.get((cls, name))
    if known is None or known[1] is not original:
        new = build(original)
        _wrapped[cls, name] = (original, new)
        setattr(cls, name, new)


def _restore() -> None:
    for (cls, name), (original, new) in list(_wrapped.items()):
        # If other code has wrapped our wrapper since, both stay. Ours now does nothing.
        if vars(cls).get(name) is new:
            setattr(cls, name, original)
            del _wrapped[cls, name]


def _wrap_method(original: Any) -> Any:  # noqa: ANN401 (a method of botocore)
    return wrap_function(original, _SWITCH)


def _wrap_waiter(original: Any) -> Any:  # noqa: ANN401 (a method of botocore)
    return wrap_function(pause_notifications(original), _SWITCH)


def _wrap_constructor(original: Any) -> Any:  # noqa: ANN401 (a method of botocore)
    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, N807
        original(self, *args, **kwargs)
        _wrap_imported()

    return __init__
