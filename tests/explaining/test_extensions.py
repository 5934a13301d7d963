"""A company adds what only it knows to the explanations, and takes it away again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import Cause, Remedy, explain
from iamtriage.boto import explain_errors
from iamtriage.explaining import extend, extended, retract
from iamtriage.testing import denial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage import Explanation

SCP = "arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-0a1b2c3d"
TEXT = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders with an explicit deny in a service control policy: {SCP}"
CAUSE = Cause(
    "example-orders-scp",
    "SCP p-0a1b2c3d keeps the production queues.",
    "derived",
    url="https://wiki.example.com/scp/p-0a1b2c3d",
)
ASK = Remedy("Ask #cloud-platform for an exception", "organization administrator")


def name_owners(explanation: Explanation) -> Explanation | None:
    failure = explanation.failure
    if failure is None or "p-0a1b2c3d" not in failure.text:
        return None
    return explanation.with_added(causes=(CAUSE,), remedies=(ASK,), notes=("Exceptions take a day.",))


def _fail(explanation: Explanation) -> Explanation:
    raise ZeroDivisionError(explanation.topic)


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    with extended():
        yield


def test_additions_come_first() -> None:
    plain = explain(TEXT)
    with extended(name_owners):
        explanation = explain(TEXT)
    assert explanation.causes == (CAUSE, *plain.causes)
    assert explanation.remedies == (ASK, *plain.remedies)
    assert explanation.notes == ("Exceptions take a day.", *plain.notes)
    shown = str(explanation)
    assert CAUSE.text in shown
    assert ASK.title in shown
    assert explanation.to_dict()["causes"][0]["url"] == CAUSE.url


def test_other_explanations_are_unchanged() -> None:
    text = "An error occurred (Throttling) when calling the GetRole operation: Rate exceeded"
    plain = explain(text)
    with extended(name_owners):
        assert explain(text) == plain
        assert explain("All is well.").failure is None


def test_block_restores_what_was_there_before() -> None:
    plain = explain(TEXT)
    extend(name_owners)
    with extended():
        assert explain(TEXT) == plain
    assert explain(TEXT).causes[0] == CAUSE
    with pytest.raises(ZeroDivisionError), extended(_fail):
        explain(TEXT)
    assert explain(TEXT).causes[0] == CAUSE
    retract(name_owners)
    assert explain(TEXT) == plain
    retract(name_owners)


def test_functions_are_called_in_order_and_once() -> None:
    @extend
    def first(explanation: Explanation) -> Explanation:
        return explanation.with_added(notes=("first",))

    @extend
    def second(explanation: Explanation) -> Explanation:
        return explanation.with_added(notes=("second",))

    extend(first)
    assert explain(TEXT).notes[:2] == ("second", "first")
    assert explain(TEXT).notes.count("first") == 1
    retract(second)
    assert explain(TEXT).notes[0] == "first"


def test_other_threads_see_the_functions() -> None:
    found: list[Explanation] = []
    with extended(name_owners):
        thread = threading.Thread(target=lambda: found.append(explain(TEXT)))
        thread.start()
        thread.join()
    assert found[0].causes[0] == CAUSE


def test_notes_of_exceptions_have_the_addition() -> None:
    error = denial("s3:GetObject").exception()

    @explain_errors(full=True)
    def call() -> None:
        raise error

    def add_note(explanation: Explanation) -> Explanation:
        return explanation.with_added(notes=("Ask #cloud-platform.",))

    with extended(add_note), pytest.raises(type(error)) as caught:
        call()
    assert "Ask #cloud-platform." in "\n".join(caught.value.__notes__)


def test_a_faulty_function_is_reported() -> None:
    no_explanation: Any = str
    with extended(no_explanation), pytest.raises(TypeError, match=r"str\(\) must be an explanation or None"):
        explain(TEXT)
    with pytest.raises(TypeError, match="the argument of extend\\(\\) must be a function, not str"):
        extend("a note")  # type: ignore[type-var]
