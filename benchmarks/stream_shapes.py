"""Write a failure to a log like programs do: alone, after a message, in traces and in documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.testing import ENVELOPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.stream_failures import Fresh, Printed
    from iamtriage.testing import EnvelopeName

__all__ = ("SHAPES", "Shape", "list_shapes")


class Shape(NamedTuple):
    """One way to write a failure.

    Attributes:
        write: A function that returns the text of the entry.
        envelopes: The envelopes that are written in this way.
        bare: Whether no logger wrote it, so that it does not have the format of the log.
    """

    write: Callable[[Fresh, Printed], str]
    envelopes: frozenset[EnvelopeName]
    bare: bool = False


def _alone(_: Fresh, failure: Printed) -> str:
    return failure.text


_MESSAGE_STARTS = ("could not sync {name}: ", "job {name} failed: ", "[{name}] giving up after 3 attempts: ")


def _after_message(fresh: Fresh, failure: Printed) -> str:
    return fresh.filled(fresh.rnd.choice(_MESSAGE_STARTS)) + failure.text


def _logged(fresh: Fresh, failure: Printed) -> str:
    """Write a message and the traceback, like Python's ``logger.exception``."""
    return f"job {fresh.name()} failed\n{failure.text}"


def _raised(_: Fresh, failure: Printed) -> str:
    return f"kubernetes.client.exceptions.ApiException: {failure.text}"


def _repeated(fresh: Fresh, failure: Printed) -> str:
    """Write the error and its traceback: two reports of one failure in one entry."""
    return f"job {fresh.name()} failed: {failure.sample.text('botocore')}\n{failure.text}"


def _caused(fresh: Fresh, failure: Printed) -> str:
    return (
        f"Request failed\njava.lang.RuntimeException: could not load {fresh.name()}\n"
        "\tat com.example.orders.Loader.load(Loader.java:74)\n"
        "\tat com.example.orders.Main.main(Main.java:21)\n"
        f"Caused by: {failure.text}\n"
        "\tat com.example.orders.Client.call(Client.java:403)\n"
        "\tat com.example.orders.Loader.load(Loader.java:70)\n"
        "\t... 12 more"
    )


def _thrown(_: Fresh, failure: Printed) -> str:
    return (
        f'Exception in thread "main" {failure.text}\n'
        "\tat com.example.orders.Client.call(Client.java:403)\n"
        "\tat com.example.orders.Main.main(Main.java:21)"
    )


def _panicked(_: Fresh, failure: Printed) -> str:
    return (
        f"panic: {failure.text}\n\ngoroutine 1 [running]:\nmain.must(...)\n\t/src/main.go:19\n"
        "main.main()\n\t/src/main.go:41 +0x1d\nexit status 2"
    )


def _powershell(fresh: Fresh, failure: Printed) -> str:
    said = failure.text.removeprefix("aws: [ERROR]: ")
    return (
        f"aws : {said}\nAt C:\\jobs\\run.ps1:12 char:1\n+ aws s3 cp report.csv s3://{fresh.name()}/report.csv\n"
        "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        f"    + CategoryInfo          : NotSpecified: ({said[:40]}...:String) [], RemoteException\n"
        "    + FullyQualifiedErrorId : NativeCommandError"
    )


def _indented(fresh: Fresh, failure: Printed) -> str:
    indent = fresh.rnd.choice((2, 4))
    document = json.loads(failure.text) if failure.text.startswith("{") else None
    return json.dumps(document, indent=indent, ensure_ascii=False) if document else failure.text


def _event(fresh: Fresh, failure: Printed) -> str:
    """Write the EventBridge event of a CloudTrail record."""
    detail = json.loads(failure.text)
    event = {
        "version": "0",
        "id": fresh.request_id(),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws." + detail["eventSource"].partition(".")[0],
        "account": detail["recipientAccountId"],
        "time": detail["eventTime"],
        "region": detail["awsRegion"],
        "resources": [],
        "detail": detail,
    }
    return json.dumps(event, ensure_ascii=False)


_ONE_LINERS: frozenset[EnvelopeName] = frozenset(
    {"botocore", "cli-v1", "go-v2", "terraform-plain", "cloudformation", "kubectl", "rust"}
)
SHAPES: dict[str, Shape] = {
    "alone": Shape(_alone, frozenset(ENVELOPES)),
    "after a message": Shape(_after_message, _ONE_LINERS),
    "logged": Shape(_logged, frozenset({"traceback", "kubernetes-client"})),
    "raised": Shape(_raised, frozenset({"kubernetes-client"})),
    "repeated": Shape(_repeated, frozenset({"traceback"})),
    "caused": Shape(_caused, frozenset({"java-v1", "java-v2"})),
    "thrown": Shape(_thrown, frozenset({"java-v1", "java-v2"}), bare=True),
    "panicked": Shape(_panicked, frozenset({"go-v1", "go-v2"}), bare=True),
    "PowerShell": Shape(_powershell, frozenset({"cli", "cli-legacy"}), bare=True),
    "printed": Shape(
        _alone,
        frozenset(
            {"cli", "cli-legacy", "cli-json", "terraform", "cloudtrail", "kubectl", "body", "dotnet", "ruby"}
        ),
        bare=True,
    ),
    "indented": Shape(_indented, frozenset({"cloudtrail", "kubernetes-status", "body"}), bare=True),
    "event": Shape(_event, frozenset({"cloudtrail"}), bare=True),
}
"""The shapes by name."""


def list_shapes(failure: Printed) -> tuple[str, ...]:
    """Return the names of the shapes of an envelope."""
    return tuple(name for name, shape in SHAPES.items() if failure.envelope in shape.envelopes)
