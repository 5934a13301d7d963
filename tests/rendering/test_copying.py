"""Test the script of copy buttons: a constant, and only on request. tests/notebook runs it in a browser."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from iamtriage import explain
from iamtriage._rendering.blocks import Heading
from iamtriage._rendering.html.cards import render
from iamtriage._rendering.html.copying import SCRIPT
from tests.rendering.hostile import PAYLOADS, everywhere
from tests.rendering.test_cards import read_card
from tests.tables import check_rows

DENIED = (
    "An error occurred (AccessDenied) when calling the GetObject operation: User: "
    "arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject"
)


@pytest.mark.unmeasured
@check_rows("text", PAYLOADS.values(), ids=PAYLOADS)
@check_rows("page", [False, True])
def test_script_does_not_depend_on_the_texts(text: str, *, page: bool) -> None:
    html = render(everywhere(text), page=page, copy_buttons=True)
    assert re.findall(r"<script\b.*?</script>", html, re.DOTALL) == [f"<script>{SCRIPT}</script>"]
    assert html.replace(f"<script>{SCRIPT}</script>", "") == (
        render(everywhere(text), page=False)
        if not page
        else render(everywhere(text), page=True).replace("; base-uri", f"; script-src {_digest()}; base-uri")
    )


def _digest() -> str:
    return f"'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"


@check_rows(
    "word",
    ["</", "<!--", "innerHTML", "outerHTML", "insertAdjacent", "eval", "Function", "document.write", "http"],
)
def test_script_never_turns_text_into_markup_or_code(word: str) -> None:
    assert word not in SCRIPT


def test_policy_of_a_page_allows_only_the_script() -> None:
    html = render((Heading("a", 1),), page=True, copy_buttons=True)
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == _digest()
    assert "script-src" not in render((Heading("a", 1),), page=True)


def test_explanations_have_it_only_in_notebooks() -> None:
    explanation = explain(DENIED)
    for html in (explanation.to_html(), explanation.to_html(page=True)):
        assert "<script" not in html
    assert explanation._repr_html_() == explanation.to_html(copy_buttons=True)
    assert "script" in read_card(explanation._repr_html_()).elements
