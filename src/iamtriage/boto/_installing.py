"""``explain_errors`` for every call of a session or client; not for the explaining, see ``_explaining``.

A client's class gets a base class in front, by botocore's event ``creating-client-class``; that of a client
made already is replaced by a subclass: https://docs.aws.amazon.com/boto3/latest/guide/events.html.
"""

# botocore has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from iamtriage.boto._client_classes import Switch, base_class, class_maker, wrapped_extras
from iamtriage.boto._explaining import explain_errors
from iamtriage.boto._sessions import core_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Kind

__all__ = ("install", "uninstall")

_EVENT = "creating-client-class"
_HANDLER = "iamtriage-explain-errors"


_LOCK = threading.Lock()
_SESSIONS: WeakKeyDictionary[object, Switch] = WeakKeyDictionary()
# The classes that were made for clients that were there already.
_CLASSES: WeakKeyDictionary[type, Switch] = WeakKeyDictionary()


def install(  # noqa: PLR0913 (those of explain_errors)
    target: object,
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: logging.Logger | logging.LoggerAdapter[Any] | None = None,
    level: int = logging.ERROR,
) -> None:
    """Explain the errors of every client of a session, or of one client, as :func:`explain_errors` does.

    It holds for calls, paginators, waiters, event streams, presigned URLs, S3 transfers, and the resources
    of a boto3 session. Of a session, it holds for the clients that are made from now on.
    Installing again replaces the options. A session and a client of it may both be installed.

    Args:
        target: a ``boto3.Session``, a ``botocore.session.Session``, a session of aiobotocore, or a client
            that one of them made.
        kinds: as for :func:`explain_errors`, and so are the others.
        full: whether notes are whole explanations.
        redacted: whether identifiers become pseudonyms.
        facts: what is known beside each failure.
        callback: is called with each explanation and its exception.
        logger: is told of each failure.
        level: the level of the log records.

    Raises:
        ValueError: a kind that there is not.
        DocumentError: a fact that there is not, or that cannot be read.
        TypeError: neither a session nor a client, or an option of another type.

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
    core = _session_of(target)
    with _LOCK:
        if core is None:
            _client_switch(target).explainer = explainer
            return
        switch = _SESSIONS.setdefault(core, Switch())
        switch.explainer = explainer
        # One registration, however often this is called: botocore knows it by its id.
        core.get_component("event_emitter").register_last(_EVENT, class_maker(switch), unique_id=_HANDLER)


def uninstall(target: object) -> None:
    """Undo :func:`install`. Clients that a session has made meanwhile fall silent, too.

    What is not installed stays as it is. A client does not leave what its session has installed.

    Args:
        target: what was installed.

    Raises:
        TypeError: neither a session nor a client.

    >>> import botocore.session
    >>> session = botocore.session.Session()
    >>> install(session)
    >>> uninstall(session)
    """
    core = _session_of(target)
    with _LOCK:
        if core is None:
            _restore_client(target)
        elif core in _SESSIONS:
            _SESSIONS[core].explainer = None
            core.get_component("event_emitter").unregister(_EVENT, unique_id=_HANDLER)


def _session_of(target: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Give the botocore session in a session, and None for a client.

    Raises:
        TypeError: neither a session nor a client.
    """
    if callable(getattr(type(target), "_make_api_call", None)):
        return None
    if not isinstance(target, type):
        try:
            return core_of(target)
        except TypeError:
            pass
    hint = ""
    if isinstance(target, type):
        hint = f"; this is the class {target.__name__} itself"
    elif hasattr(getattr(target, "meta", None), "client"):
        hint = "; of a resource, give the client: resource.meta.client"
    elif isinstance(target, ModuleType):
        hint = "; its own session is boto3.DEFAULT_SESSION, once boto3.setup_default_session() has made it"
    wanted = "a session of boto3, botocore or aiobotocore, or a client"
    msg = f"{wanted}, is wanted, not {type(target).__name__}{hint}"
    raise TypeError(msg)


# ----------------------------------------------------------------------------------------------- clients


def _client_switch(client: Any) -> Switch:  # noqa: ANN401 (botocore has no types)
    """Give the switch of a client, whose class is replaced where it has none."""
    made_of: Any = type(client)
    for cls in made_of.__mro__:
        if cls in _CLASSES:
            return _CLASSES[cls]
    switch = Switch()
    members: dict[str, Any] = {
        "__module__": made_of.__module__,
        "__qualname__": made_of.__qualname__,
        "__doc__": made_of.__doc__,
    }
    for cls in reversed(made_of.__mro__):
        members.update(wrapped_extras(vars(cls), made_of, switch))
    made: Any = type(made_of.__name__, (base_class([made_of], switch), made_of), members)
    _CLASSES[made] = switch
    client.__class__ = made
    return switch


def _restore_client(client: Any) -> None:  # noqa: ANN401 (botocore has no types)
    made_of: Any = type(client)
    for position, cls in enumerate(made_of.__mro__):
        if cls in _CLASSES:
            _CLASSES[cls].explainer = None
            if position == 0:
                client.__class__ = cls.__bases__[-1]
            # Else someone has put another class in front since; that one stays, and so does ours.
            return
