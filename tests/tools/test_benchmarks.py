"""Check the benchmarks' verdicts, and that their texts are what the names of the figures say."""

from __future__ import annotations

from benchmarks import pastes, texts
from benchmarks.measure import Figure
from benchmarks.reading import structured_errors, unmodified_outputs
from iamtriage import parse
from tests.tables import check_rows


@check_rows(
    ("figure", "verdict"),
    [
        (Figure("a", 3.0), "info"),
        (Figure("a", 3.0, "x", 4.0), "ok"),
        (Figure("a", 4.0, "x", 4.0, 3.0), "ok, target missed"),
        (Figure("a", 4.1, "x", 4.0, 3.0), "MISSED"),
        (Figure("a", 0.98, "", 0.97, is_minimum=True), "ok"),
        (Figure("a", 0.98, "", 0.97, 0.99, is_minimum=True), "ok, target missed"),
        (Figure("a", 0.96, "", 0.97, is_minimum=True), "MISSED"),
    ],
)
def test_verdict(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


@check_rows("name", pastes.PASTES)
def test_pastes_hold_a_failure(name: str) -> None:
    assert parse(pastes.PASTES[name]) is not None


@check_rows("line", [*texts.ORDINARY, *texts.ERRORS])
def test_lines_hold_none(line: str) -> None:
    assert parse(line) is None


def test_forms_are_as_many_as_the_figures_need() -> None:
    """Each error states the same denial or another failure of AWS or Kubernetes."""
    for error in (*structured_errors().values(), *unmodified_outputs().values()):
        assert parse(error) is not None  # type: ignore[arg-type]
    assert len(unmodified_outputs()) >= 16
