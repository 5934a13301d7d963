"""Build botocore client classes that explain the exceptions they raise.

A base class before the client's own ones looks up the current explainer, but only if a call raises.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import inspect
import logging
from functools import wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from botocore.eventstream import EventStream

from iamtriage._typing import override
from iamtriage.boto._notifications import NOTIFICATIONS_PAUSED
from iamtriage.boto._wrapping import Guard, wrap_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from iamtriage.boto._explaining import ErrorExplainer

__all__ = ("Switch", "build_base_class", "build_class_hook", "pause_notifications", "wrap_extra_methods")

_LOG = logging.getLogger("iamtriage.boto")
# Methods that clients inherit from these modules make no calls. Waiters are wrapped separately.
_EXCLUDED_MODULES = frozenset({"botocore.client", "aiobotocore.client", __name__})


class Switch(Guard):
    """The explainer of installed clients, or ``None`` if it was uninstalled.

    All clients of a session share one switch.
    """

    def __init__(self) -> None:
        self.explainer: ErrorExplainer | None = None

    @override
    def handle_error(self, error: BaseException) -> None:
        if self.explainer is not None:
            self.explainer.handle_error(error)


def build_class_hook(switch: Switch) -> Callable[..., None]:
    """Build the handler of botocore's event ``creating-client-class``."""

    def extend_class(class_attributes: dict[str, Any], base_classes: list[Any], **_: object) -> None:
        try:
            extras = wrap_extra_methods(class_attributes, None, switch)
            base = build_base_class(base_classes, switch)
        except Exception:  # noqa: BLE001
            # A client without explanations is better than no client.
            _LOG.exception("could not install explain_errors in a client")
            return
        class_attributes.update(extras)
        base_classes.insert(0, base)

    return extend_class


def wrap_extra_methods(namespace: Mapping[str, Any], cls: Any, switch: Switch) -> dict[str, Any]:  # noqa: ANN401
    """Wrap the methods of a client class that are not API calls: transfers, presigned URLs, tokens.

    Their errors do not always come from a call: credentials can be missing, and boto3 wraps a failed upload.
    """
    operations = getattr(cls, "_PY_TO_OP_NAME", None) or namespace.get("_PY_TO_OP_NAME") or {}
    return {
        name: wrap_function(value, switch)
        for name, value in namespace.items()
        if isinstance(value, FunctionType)
        and not name.startswith("_")
        and name not in operations
        and name != "get_waiter"
        and value.__module__ not in _EXCLUDED_MODULES
    }


def build_base_class(base_classes: Iterable[Any], switch: Switch) -> type:
    """Build the base class that comes first in a client class."""
    streams = _EventStreams(switch)
    streamless = streams.streamless
    is_async = any(
        inspect.iscoroutinefunction(vars(cls).get("_make_api_call"))
        for base in base_classes
        for cls in base.__mro__
    )

    class WithWaiters:
        @wraps(BaseClient.get_waiter)
        def get_waiter(self, waiter_name: str) -> Any:  # noqa: ANN401 (botocore has no types)
            parent: Any = super()
            return _wrap_waiter(parent.get_waiter(waiter_name), switch)

    class Explained(WithWaiters):
        def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
            parent: Any = super()
            try:
                response = parent._make_api_call(operation_name, api_params)  # noqa: SLF001
            except Exception as error:
                switch.handle_error(error)
                raise
            if operation_name not in streamless:
                try:
                    streams.wrap(self, operation_name, response)
                except Exception:  # noqa: BLE001
                    streams.give_up(operation_name)
            return response

    class AsyncExplained(WithWaiters):
        async def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
            parent: Any = super()
            try:
                response = await parent._make_api_call(operation_name, api_params)  # noqa: SLF001
            except Exception as error:
                switch.handle_error(error)
                raise
            if operation_name not in streamless:
                try:
                    streams.wrap(self, operation_name, response)
                except Exception:  # noqa: BLE001
                    streams.give_up(operation_name)
            return response

    return AsyncExplained if is_async else Explained


# --------------------------------------------------------------------------------- waiters and streams


def _wrap_waiter(waiter: Any, switch: Switch) -> Any:  # noqa: ANN401 (botocore has no types)
    """Explain what a waiter raises."""
    cls: Any = type(waiter)
    waiter.__class__ = _build_subclass(cls, {"wait": wrap_function(pause_notifications(cls.wait), switch)})
    return waiter


def pause_notifications(wait: Any) -> Any:  # noqa: ANN401 (a method of botocore)
    """Wrap the method of a waiter so that errors while it polls are not reported, because it expects some."""
    if inspect.iscoroutinefunction(wait):

        @wraps(wait)
        async def wait_async(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            paused = NOTIFICATIONS_PAUSED.get()
            NOTIFICATIONS_PAUSED.set(True)
            try:
                return await wait(self, *args, **kwargs)
            finally:
                NOTIFICATIONS_PAUSED.set(paused)

        return wait_async

    @wraps(wait)
    def wait_plain(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        paused = NOTIFICATIONS_PAUSED.get()
        NOTIFICATIONS_PAUSED.set(True)
        try:
            return wait(self, *args, **kwargs)
        finally:
            NOTIFICATIONS_PAUSED.set(paused)

    return wait_plain


class _EventStreams:
    """Wraps the event streams in the responses of a service."""

    def __init__(self, switch: Switch) -> None:
        self.streamless: set[str] = set()
        """Operations whose responses are known to contain no event stream."""
        self._switch = switch
        self._classes: dict[type, type] = {}

    def give_up(self, operation_name: str) -> None:
        """Ignore an operation from now on, because its response or model differs from botocore's."""
        self.streamless.add(operation_name)
        _LOG.debug("could not inspect the response of %s", operation_name, exc_info=True)

    def wrap(self, client: Any, operation_name: str, response: Any) -> None:  # noqa: ANN401 (botocore's)
        """Make the event streams of a response explain what they raise."""
        model = client.meta.service_model.operation_model(operation_name)
        if not model.has_event_stream_output:
            self.streamless.add(operation_name)
            return
        for value in response.values():
            if isinstance(value, EventStream):
                cls = type(value)
                if cls not in self._classes:
                    self._classes[cls] = self._build_class(cls)
                value.__class__ = self._classes[cls]

    def _build_class(self, cls: Any) -> type:  # noqa: ANN401 (botocore has no types)
        # An asynchronous stream has an `__anext__` that is itself an asynchronous generator.
        name = "__anext__" if hasattr(cls, "__aiter__") else "__iter__"
        subclass: type = _build_subclass(cls, {name: wrap_function(getattr(cls, name), self._switch)})
        return subclass


def _build_subclass(cls: Any, members: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore has no types)
    """Build a subclass that has the name and documentation of its base class."""
    copied = {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(cls.__name__, (cls,), copied | members)
