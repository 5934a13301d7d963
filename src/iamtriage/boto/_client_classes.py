"""Classes of botocore clients that explain what they raise; not for which clients have one.

What stands in front of a client's classes asks a switch what to do, and only when something is raised.
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
from typing_extensions import override

from iamtriage.boto._notifications import QUIET
from iamtriage.boto._wrapping import Guard, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from iamtriage.boto._explaining import ErrorExplainer

__all__ = ("Switch", "base_class", "class_maker", "subclass", "wrapped_extras")

_LOG = logging.getLogger("iamtriage.boto")
# What a client inherits from them calls nothing by itself: waiters are explained when they wait.
_QUIET_MODULES = frozenset({"botocore.client", "aiobotocore.client", __name__})


class Switch(Guard):
    """What installed clients do with errors now. Clients share that of their session."""

    def __init__(self) -> None:
        self.explainer: ErrorExplainer | None = None

    @override
    def look_at(self, error: BaseException) -> None:
        if self.explainer is not None:
            self.explainer.look_at(error)


def class_maker(switch: Switch) -> Callable[..., None]:
    def add_to_class(class_attributes: dict[str, Any], base_classes: list[Any], **_: object) -> None:
        try:
            extras = wrapped_extras(class_attributes, None, switch)
            base = base_class(base_classes, switch)
        except Exception:  # noqa: BLE001
            # A client without explanations is better than none.
            _LOG.exception("a client could not be prepared")
            return
        class_attributes.update(extras)
        base_classes.insert(0, base)

    return add_to_class


def wrapped_extras(namespace: Mapping[str, Any], made_of: Any, switch: Switch) -> dict[str, Any]:  # noqa: ANN401
    """Wrap the methods of a client class that are no API calls: transfers, presigned URLs, tokens.

    Their errors need not pass a call: credentials may be missing, and a failed upload is an error of boto3.
    """
    names = getattr(made_of, "_PY_TO_OP_NAME", None) or namespace.get("_PY_TO_OP_NAME") or {}
    return {
        name: wrapped(value, switch)
        for name, value in namespace.items()
        if isinstance(value, FunctionType)
        and not name.startswith("_")
        and name not in names
        and name != "get_waiter"
        and value.__module__ not in _QUIET_MODULES
    }


def base_class(base_classes: Iterable[Any], switch: Switch) -> type:
    """Make the class that stands in front of a client's others."""
    streams = _Streams(switch)
    plain = streams.plain
    is_async = any(
        inspect.iscoroutinefunction(vars(cls).get("_make_api_call"))
        for base in base_classes
        for cls in base.__mro__
    )

    class Waiting:
        @wraps(BaseClient.get_waiter)
        def get_waiter(self, waiter_name: str) -> Any:  # noqa: ANN401 (botocore has no types)
            following: Any = super()
            return _explained_waiter(following.get_waiter(waiter_name), switch)

    class Explained(Waiting):
        def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
            following: Any = super()
            try:
                answer = following._make_api_call(operation_name, api_params)  # noqa: SLF001
            except Exception as error:
                switch.look_at(error)
                raise
            if operation_name not in plain:
                try:
                    streams.explain(self, operation_name, answer)
                except Exception:  # noqa: BLE001
                    streams.failed(operation_name)
            return answer

    class AsyncExplained(Waiting):
        async def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
            following: Any = super()
            try:
                answer = await following._make_api_call(operation_name, api_params)  # noqa: SLF001
            except Exception as error:
                switch.look_at(error)
                raise
            if operation_name not in plain:
                try:
                    streams.explain(self, operation_name, answer)
                except Exception:  # noqa: BLE001
                    streams.failed(operation_name)
            return answer

    return AsyncExplained if is_async else Explained


# --------------------------------------------------------------------------------- waiters and streams


def _explained_waiter(waiter: Any, switch: Switch) -> Any:  # noqa: ANN401 (botocore has no types)
    """Explain what a waiter raises, not what it is told while it waits: it expects some of that."""
    cls: Any = type(waiter)
    following: Any = cls.wait

    if inspect.iscoroutinefunction(following):

        @wraps(following)
        async def wait_async(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            before = QUIET.get()
            QUIET.set(True)
            try:
                return await following(self, *args, **kwargs)
            finally:
                QUIET.set(before)

        wait = wait_async
    else:

        @wraps(following)
        def wait_plain(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            before = QUIET.get()
            QUIET.set(True)
            try:
                return following(self, *args, **kwargs)
            finally:
                QUIET.set(before)

        wait = wait_plain
    waiter.__class__ = subclass(cls, {"wait": wrapped(wait, switch)})
    return waiter


class _Streams:
    """The calls of a service that answer with event streams, and what becomes of these."""

    def __init__(self, switch: Switch) -> None:
        self.plain: set[str] = set()
        """Operations that are known to answer with none."""
        self._switch = switch
        self._classes: dict[type, type] = {}

    def failed(self, operation_name: str) -> None:
        """Leave an operation alone whose answer or model is not what botocore makes."""
        self.plain.add(operation_name)
        _LOG.debug("the answer of %s could not be looked at", operation_name, exc_info=True)

    def explain(self, client: Any, operation_name: str, answer: Any) -> None:  # noqa: ANN401 (botocore's)
        """Make the event streams of an answer explain what they raise."""
        model = client.meta.service_model.operation_model(operation_name)
        if not model.has_event_stream_output:
            self.plain.add(operation_name)
            return
        for value in answer.values():
            if isinstance(value, EventStream):
                cls = type(value)
                if cls not in self._classes:
                    self._classes[cls] = self._class_of(cls)
                value.__class__ = self._classes[cls]

    def _class_of(self, made_of: Any) -> type:  # noqa: ANN401 (botocore has no types)
        # A stream that is read by `async for` has an `__anext__` that is a generator itself.
        name = "__anext__" if hasattr(made_of, "__aiter__") else "__iter__"
        made: type = subclass(made_of, {name: wrapped(getattr(made_of, name), self._switch)})
        return made


def subclass(made_of: Any, members: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore has no types)
    """Make a class that passes for another one."""
    likeness = {name: getattr(made_of, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(made_of.__name__, (made_of,), likeness | members)
