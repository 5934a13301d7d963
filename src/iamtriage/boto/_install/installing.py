"""Install ``explain_errors`` in the clients of the process or of a session, or in one client.

botocore's event ``creating-client-class`` adds a base class to the classes of new clients. An existing client
gets a subclass of its class: https://docs.aws.amazon.com/boto3/latest/guide/events.html.
"""

# botocore has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from iamtriage.boto._explaining import explain_errors
from iamtriage.boto._install.client_classes import (
    Switch,
    build_base_class,
    build_class_hook,
    wrap_extra_methods,
)
from iamtriage.boto._install.process import get_explainer, install_process
from iamtriage.boto._sessions import get_botocore_session

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Kind

__all__ = ("install", "installed", "uninstall")

_EVENT = "creating-client-class"
_HANDLER = "iamtriage-explain-errors"

_LOCK = threading.Lock()
_SESSIONS: WeakKeyDictionary[object, Switch] = WeakKeyDictionary()
# Subclasses that replace the classes of existing clients.
_CLASSES: WeakKeyDictionary[type, Switch] = WeakKeyDictionary()


def install(  # noqa: PLR0913 (the options of explain_errors)
    target: object = None,
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: object = None,
    level: int = logging.ERROR,
) -> None:
    """Explain the errors of all clients of the process, of a session or of one client.

    The notes are those of :func:`explain_errors`. Without a target, ``install`` covers every boto3, botocore
    and aiobotocore client in the process: existing ones, and those that you or any library creates later. It
    covers calls, paginators, waiters, event streams, presigned URLs, S3 transfers and boto3 resources. For a
    session, it covers clients that are created afterwards. Installing again replaces the options. If several
    targets cover a call, its exception still gets only one note. A new process (``spawn``) needs its own
    ``install``.

    Args:
        target: ``None`` for the process; else a ``boto3.Session``, a ``botocore.session.Session``, an
            aiobotocore session, or a client of one of them.
        kinds: As for :func:`explain_errors`, like all other options.
        full: Whether notes are whole explanations.
        redacted: Whether identifiers become pseudonyms.
        facts: What you know about each call.
        callback: A function to call with each explanation and its exception.
        logger: A logger that logs each failure.
        level: The level of the log records.

    Raises:
        ValueError: A kind is unknown.
        DocumentError: A fact is unknown or cannot be read.
        TypeError: The target is neither a session nor a client, or an option has the wrong type.

    >>> import boto3
    >>> session = boto3.Session(region_name="eu-west-1")
    >>> install(session)
    >>> sts = session.client("sts", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example-secret")
    >>> type(sts).__name__
    'STS'
    """
    explainer = explain_errors(
        kinds=kinds,
        full=full,
        redacted=redacted,
        facts=facts,
        callback=callback,
        logger=logger,
        level=level,
    )
    if target is None:
        install_process(explainer)
        return
    core = _find_session(target)
    with _LOCK:
        if core is None:
            _get_switch(target).explainer = explainer
            return
        switch = _SESSIONS.setdefault(core, Switch())
        switch.explainer = explainer
        # botocore recognizes the unique ID, so repeated calls register one handler.
        core.get_component("event_emitter").register_last(
            _EVENT, build_class_hook(switch), unique_id=_HANDLER
        )


def uninstall(target: object = None) -> None:
    """Undo :func:`install`, including for clients that were created since.

    Without a previous ``install``, nothing changes. Each target is independent: uninstalling the process does
    not affect an installed session, and uninstalling a client does not affect its session.

    Args:
        target: The session or client that was installed; ``None`` for the process.

    Raises:
        TypeError: The target is neither a session nor a client.

    >>> import botocore.session
    >>> session = botocore.session.Session()
    >>> install(session)
    >>> uninstall(session)
    """
    if target is None:
        install_process(None)
        return
    core = _find_session(target)
    with _LOCK:
        if core is None:
            _restore_client(target)
        elif core in _SESSIONS:
            _SESSIONS[core].explainer = None
            core.get_component("event_emitter").unregister(_EVENT, unique_id=_HANDLER)


@contextmanager
def installed(  # noqa: PLR0913 (the options of explain_errors)
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: object = None,
    level: int = logging.ERROR,
) -> Generator[None]:
    """Install in the process for a block, then restore the previous installation.

    The block covers all threads. The options and errors are those of :func:`install`.

    >>> with installed():
    ...     pass
    """
    before = get_explainer()
    install_process(
        explain_errors(
            kinds=kinds,
            full=full,
            redacted=redacted,
            facts=facts,
            callback=callback,
            logger=logger,
            level=level,
        )
    )
    try:
        yield
    finally:
        install_process(before)


def _find_session(target: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return the botocore session of a session, or ``None`` for a client.

    Raises:
        TypeError: The target is neither a session nor a client.
    """
    if callable(getattr(type(target), "_make_api_call", None)):
        return None
    if not isinstance(target, type):
        try:
            return get_botocore_session(target)
        except TypeError:
            pass
    hint = ""
    if isinstance(target, type):
        hint = f"; got the class {target.__name__} itself"
    elif hasattr(getattr(target, "meta", None), "client"):
        hint = "; for a resource, pass its client: resource.meta.client"
    elif isinstance(target, ModuleType):
        hint = "; after boto3.setup_default_session(), pass boto3.DEFAULT_SESSION"
    expected = "a boto3, botocore or aiobotocore session or client"
    msg = f"target must be {expected}, not {type(target).__name__}{hint}"
    raise TypeError(msg)


# ----------------------------------------------------------------------------------------------- clients


def _get_switch(client: Any) -> Switch:  # noqa: ANN401 (botocore has no types)
    """Return the switch of a client. If it has none yet, replace its class."""
    original: Any = type(client)
    for cls in original.__mro__:
        if cls in _CLASSES:
            return _CLASSES[cls]
    switch = Switch()
    members: dict[str, Any] = {
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        "__doc__": original.__doc__,
    }
    for cls in reversed(original.__mro__):
        members.update(wrap_extra_methods(vars(cls), original, switch))
    subclass: Any = type(original.__name__, (build_base_class([original], switch), original), members)
    _CLASSES[subclass] = switch
    client.__class__ = subclass
    return switch


def _restore_client(client: Any) -> None:  # noqa: ANN401 (botocore has no types)
    for position, cls in enumerate(type(client).__mro__):
        if cls in _CLASSES:
            _CLASSES[cls].explainer = None
            # If other code has subclassed our class since, both classes stay.
            if position == 0:
                client.__class__ = cls.__bases__[-1]
            return
