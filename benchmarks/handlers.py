"""Measure the overhead of iamtriage for successful calls."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

# The limit of what install_explain adds to a failing call, in percent.
INSTALL_LIMIT = 1.0
NOTHING_RAISED_LIMIT_US = 2.0
_ANSWER = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>"
    b"</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)


def _client(*, installed: bool) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return a client whose requests are answered without being sent, to measure the minimum time of a call."""
    from botocore.awsrequest import AWSResponse
    from botocore.session import Session

    from iamtriage.boto import install

    class Raw:
        def stream(self, *_: object, **__: object) -> Iterator[bytes]:
            yield _ANSWER

    session = Session()
    if installed:
        install(session)
    client = session.create_client(
        "sts", region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example"
    )
    client.meta.events.register(
        "before-send.sts", lambda request, **_: AWSResponse(request.url, 200, {}, Raw())
    )
    return client


class _Bare:
    """A client whose calls do nothing."""

    def _make_api_call(self, _: str, api_params: object) -> object:
        return api_params

    def get_waiter(self, name: str) -> str:
        return name

    def call(self) -> object:
        return self._make_api_call("GetCallerIdentity", None)


def _layered() -> _Bare:
    """Return a client with the class that install adds."""
    from iamtriage.boto._install.client_classes import Switch, build_base_class

    layered: Any = type("Layered", (build_base_class([_Bare], Switch()), _Bare), {})
    client: _Bare = layered()
    client.call()
    return client


def _whole_process(call_seconds: float) -> Iterator[Figure]:
    """Measure the overhead of install() for a successful call: the function that replaces botocore's method."""
    from iamtriage.boto._install.client_classes import Switch
    from iamtriage.boto._wrapping import wrap_function

    bare = _Bare()
    wrapped: Any = type("Wrapped", (_Bare,), {})
    wrapped._make_api_call = wrap_function(_Bare._make_api_call, Switch())  # noqa: SLF001
    added = seconds(wrapped().call) - seconds(bare.call)
    note = f"({added * 1e6:.2f} us of {call_seconds * 1e6:.1f} us)"
    yield Figure(
        "install(), the process: what it adds to a successful call",
        100 * added / call_seconds,
        "%",
        INSTALL_LIMIT,
        note=note,
    )


def _failed_call() -> Iterator[Figure]:
    """Measure the time for reading the parameters of a failed call. Nothing is kept while calls succeed."""
    from botocore.exceptions import ClientError

    from iamtriage.boto import call_facts

    client = _client(installed=False)
    client.meta.events.unregister("before-send.sts")
    error = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
    client.meta.events.register(
        "before-call.sts", lambda **_: (type("Response", (), {"status_code": 403})(), error)
    )
    try:
        client.assume_role(RoleArn="arn:aws:iam::111122223333:role/ops", RoleSessionName="bench")
    except ClientError as raised:
        caught = raised
    yield Figure("call_facts of a failed call", seconds(lambda: call_facts(caught)) * 1e6, "us")


def handlers() -> Iterator[Figure]:
    """Measure the overhead of install for a call, and of explain_errors if nothing is raised."""
    from iamtriage.boto import explain_errors

    # The position of a client in memory causes a difference of one or two percent, so several pairs are measured.
    pairs: list[tuple[float, float, float]] = []
    for first in (True, False, True, False, True):
        clients = {installed: _client(installed=installed) for installed in (first, not first)}
        names = {"installed": clients[True], "plain": clients[False]}
        pairs.append(
            ratio(
                "installed.get_caller_identity()",
                "plain.get_caller_identity()",
                names,
                repeats=121,
                min_seconds=0.004,
            )
        )
    value, ours, other = statistics.median_low(pairs)
    note = f"({ours * 1e6:.1f} us / {other * 1e6:.1f} us)"
    yield Figure("install: successful call with it / without", value, "x", note=note)
    # Two clients differ by more than the overhead, so it is also measured with a call that does nothing.
    bare = _Bare()
    added = seconds(_layered().call) - seconds(bare.call)
    note = f"({added * 1e6:.2f} us of {other * 1e6:.1f} us)"
    yield Figure(
        "install: what it adds to a successful call", 100 * added / other, "%", INSTALL_LIMIT, note=note
    )
    yield from _whole_process(other)
    yield from _failed_call()
    explainer = explain_errors()

    def new() -> None:
        with explain_errors():
            pass

    def reused() -> None:
        with explainer:
            pass

    @explain_errors()
    def decorated() -> None:
        pass

    def plain() -> None:
        pass

    idle = seconds(plain)
    for name, run in (("new", new), ("reused", reused), ("decorator", decorated)):
        yield Figure(
            f"explain_errors, {name}: nothing raised",
            (seconds(run) - idle) * 1e6,
            "us",
            NOTHING_RAISED_LIMIT_US,
        )
