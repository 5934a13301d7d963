"""A notebook run by a real kernel: which cells get a card, and what it contains."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notebook.cells import SECRET


def _outputs(notebook: Any, name: str) -> list[Any]:  # noqa: ANN401 (nbformat's nodes are of any shape)
    [cell] = [cell for cell in notebook.cells if name in cell.metadata["tags"]]
    return list(cell.outputs)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s3", "The role orders-api was denied s3:ListBucket"),
        ("wrapped", "service control policy"),
        ("hostile", "was denied s3:GetObject"),
        ("secret", "The user ana was denied s3:GetObject"),
        ("stubbed", "expired"),
    ],
)
def test_a_denied_cell_has_one_card_under_its_traceback(notebook: Any, name: str, words: str) -> None:  # noqa: ANN401 (as above)
    traceback, card = _outputs(notebook, name)
    assert traceback.output_type == "error"
    assert card.output_type == "display_data"
    assert set(card.data) == {"text/html", "text/markdown", "text/plain"}
    assert all(
        words in " ".join(text.replace("`", "").split())
        for text in (card.data["text/markdown"], card.data["text/plain"])
    )
    assert 'class="iamtriage"' in card.data["text/html"]


@pytest.mark.parametrize("name", ["other", "throttled"])
def test_other_errors_have_no_card(notebook: Any, name: str) -> None:  # noqa: ANN401 (as above)
    assert [output.output_type for output in _outputs(notebook, name)] == ["error"]


def test_pasted_text_has_a_card_with_the_facts(notebook: Any) -> None:  # noqa: ANN401 (as above)
    [card] = _outputs(notebook, "pasted")
    assert "list pods" in card.data["text/plain"]
    assert "orders" in card.data["text/plain"]


@pytest.mark.parametrize("name", ["failure", "arn"])
def test_values_have_rich_output(notebook: Any, name: str) -> None:  # noqa: ANN401 (as above)
    [result] = _outputs(notebook, name)
    assert result.output_type == "execute_result"
    assert set(result.data) == {"text/html", "text/markdown", "text/plain"}


def test_no_card_shows_a_secret(notebook: Any) -> None:  # noqa: ANN401 (as above)
    """The traceback is Python's own and shows the message as it is."""
    _, card = _outputs(notebook, "secret")
    assert "[REDACTED secret access key]" in card.data["text/html"]
    assert not any(SECRET in text for text in card.data.values())


def test_the_kernel_stays_alive(notebook: Any) -> None:  # noqa: ANN401 (as above)
    [result] = _outputs(notebook, "after")
    assert result.data["text/plain"] == "'the kernel is alive'"
