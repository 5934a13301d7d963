"""Benchmarks of what stands around calls that succeed; nothing else of the library runs then."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

# The project's sixth issue.
INSTALL_LIMIT = 1.01
NOTHING_RAISED_LIMIT_US = 2.0
_ANSWER = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>"
    b"</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)


def _client(*, installed: bool) -> Any:  # noqa: ANN401 (botocore has no types)
    """Make a client whose calls are answered before they are sent: the least that a call can cost."""
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


def handlers() -> Iterator[Figure]:
    """Give what install adds to a call, and what explain_errors costs where nothing is raised."""
    from iamtriage.boto import explain_errors

    # Where in memory a client lies makes one or two per cent, so of several pairs the one in the middle counts.
    pairs: list[tuple[float, float, float]] = []
    for first in (True, False, True, False, True):
        clients = {made: _client(installed=made) for made in (first, not first)}
        names = {"with_it": clients[True], "without": clients[False]}
        pairs.append(
            ratio(
                "with_it.get_caller_identity()",
                "without.get_caller_identity()",
                names,
                repeats=121,
                least=0.004,
            )
        )
    value, ours, other = statistics.median_low(pairs)
    yield Figure(
        "install: successful call with it / without",
        value,
        "x",
        INSTALL_LIMIT,
        None,
        f"({ours * 1e6:.1f} us / {other * 1e6:.1f} us)",
    )
    kept = explain_errors()

    def anew() -> None:
        with explain_errors():
            pass

    def again() -> None:
        with kept:
            pass

    @explain_errors()
    def decorated() -> None:
        pass

    def plain() -> None:
        pass

    idle = seconds(plain)
    for name, run in (("new", anew), ("kept", again), ("decorator", decorated)):
        yield Figure(
            f"explain_errors, {name}: nothing raised",
            (seconds(run) - idle) * 1e6,
            "us",
            NOTHING_RAISED_LIMIT_US,
        )
