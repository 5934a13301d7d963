"""Test that blocks fit a terminal, can be pasted, and that no text controls the terminal."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from shutil import which
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._rendering.blocks import Block, Code, Fields, Heading, Items, Link, Mark, Paragraph, Source
from iamtriage._rendering.explanations.command_blocks import document_codes
from iamtriage._rendering.shell import width_of
from iamtriage._rendering.terminal import render
from iamtriage._text import escape_controls
from tests.rendering.hostile import PAYLOADS, documents, everywhere, prose_blocks, text_of, texts
from tests.rendering.test_shell import calls
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path

_SGR = re.compile(r"\x1b\[[0-9]+m")

_EXAMPLE: tuple[Block, ...] = (
    Heading("The role orders-api may not read objects of the bucket orders, nor those of any other.", 1),
    Fields((("who", "arn:aws:iam::111122223333:role/orders-api"), ("policy type", "identity-based policy"))),
    Heading("Why"),
    Heading("No identity-based policy of the role allows it.", 3, ("reported",)),
    Items(("AWS says so", "the text names the type of policy whose Allow is missing, and it names no other one")),
    Heading("A boundary may deny it as well.", 3, ("possible",)),
    Heading("What helps"),
    Heading("Allow it", 3, ("account administrator",)),
    Items(tuple(f"step {n}" for n in range(1, 11)), ordered=True),
    Code('{\n  "Action": "s3:GetObject"\n}', "json"),
    Code("aws iam put-role-policy --role-name orders-api --policy-name read --policy-document file://p.json", "sh"),
    Link("https://docs.example.com/allow", "Allowing it"),
    Heading("Ask", 3, ("you",)),
    Code("aws sts get-caller-identity", "sh"),
    Heading("Good to know"),
    Items(("Policies take effect after some seconds.",)),
    Paragraph("Nothing was looked up.", quiet=True),
    Heading("The text"),
    Source("Denied:\n\ts3:GetObject key=hush\n", (Mark(9, 21, "action"), Mark(26, 30, "secret", "hidden"))),
)  # fmt: skip
_SHOWN = r"""
The role orders-api may not read objects of the bucket
orders, nor those of any other.

  who          arn:aws:iam::111122223333:role/orders-api
  policy type  identity-based policy

Why
  No identity-based policy of the role allows it. [reported]
    - AWS says so
    - the text names the type of policy whose Allow is
      missing, and it names no other one

  A boundary may deny it as well. [possible]

What helps
  Allow it [account administrator]
     1. step 1
     2. step 2
     3. step 3
     4. step 4
     5. step 5
     6. step 6
     7. step 7
     8. step 8
     9. step 9
    10. step 10

      {
        "Action": "s3:GetObject"
      }

      aws iam put-role-policy --role-name orders-api \
          --policy-name read \
          --policy-document file://p.json

    Allowing it: https://docs.example.com/allow

  Ask [you]

      aws sts get-caller-identity

Good to know
  - Policies take effect after some seconds.

  Nothing was looked up.

The text
  | Denied:
  |     s3:GetObject key=[hidden]
"""


def test_an_explanation() -> None:
    assert render(_EXAMPLE, width=60, color=False) == _SHOWN.strip("\n")


def test_colors() -> None:
    shown = render((Heading("Why", 3, ("derived",)), Paragraph("Quiet.", quiet=True)), width=80, color=True)
    assert shown == "  \x1b[1mWhy\x1b[0m \x1b[36m[derived]\x1b[0m\n    \x1b[2mQuiet.\x1b[0m"


@check_rows(
    ("block", "shown"),
    [
        pytest.param(
            Paragraph("日本語の資源 を読む権限 がありません。 ありません。"),
            "日本語の資源 を読む権限 がありません。\nありません。",
            id="wide characters",
        ),
        pytest.param(Paragraph("e\u0301" * 20 + " " + "e\u0301" * 19), "e\u0301" * 20 + " " + "e\u0301" * 19, id="combining"),
        pytest.param(Paragraph("a " + "b" * 50 + " c"), "a\n" + "b" * 50 + "\nc", id="a word that is too long"),
        pytest.param(Items(("b" * 50, "c")), "- " + "b" * 50 + "\n- c", id="a long word in a list"),
        pytest.param(
            Fields((("who", "a b " + "c" * 32 + " d"), ("名前", "x"))),
            "who   a b\n      " + "c" * 32 + " d\n名前  x",
            id="fields",
        ),
        pytest.param(
            Fields((("a label that is far too long to stand beside", "x"), ("who", "y"), ("why", ""))),
            "a label that is far too long to stand\nbeside\n     x\nwho  y\nwhy",
            id="a long label",
        ),
        pytest.param(Paragraph("a\n\tb  c"), r"a\n\tb  c", id="one line"),
        pytest.param(Code("a: 1\n---\nb: 2\n", "yaml"), "a: 1\n---\nb: 2", id="documents of YAML"),
        pytest.param(Source("a\r\n\tb\x1b[1m\n\n", ()), "| a\n|     b\\x1b[1m", id="source"),
        pytest.param(Heading("", 1), "", id="nothing"),
    ],
)  # fmt: skip
def test_blocks(block: Block, shown: str) -> None:
    assert render((block,), width=40, color=False) == shown


def test_minimum_width_is_forty() -> None:
    assert render(_EXAMPLE, width=1, color=False) == render(_EXAMPLE, width=40, color=False)


@given(documents, st.integers(40, 120))
def test_no_text_controls_the_terminal(blocks: tuple[Block, ...], width: int) -> None:
    plain = render(blocks, width=width, color=False)
    assert plain.replace("\n", "").isprintable()
    assert plain.encode().decode() == plain
    for line in render(blocks, width=width, color=True).split("\n"):
        codes = _SGR.findall(line)
        assert _SGR.sub("", line).isprintable()
        assert codes[1::2] == ["\x1b[0m"] * (len(codes) - len(codes) // 2)
    assert _SGR.sub("", render(blocks, width=width, color=True)) == plain


@check_rows("text", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_texts_everywhere(text: str) -> None:
    shown = render(everywhere(text), width=80, color=False)
    assert shown.replace("\n", "").isprintable()
    assert shown.encode().decode() == shown


@given(st.lists(prose_blocks, max_size=5).map(tuple), st.integers(40, 100))
def test_prose_fits_the_width(blocks: tuple[Block, ...], width: int) -> None:
    for line in render(blocks, width=width, color=False).split("\n"):
        alone = re.fullmatch(r" *(?:[0-9]+\. |- )?[^ ]+", line)
        assert width_of(line) <= width or alone, line


@given(st.lists(prose_blocks, max_size=5).map(tuple), st.integers(40, 100))
def test_prose_loses_no_word(blocks: tuple[Block, ...], width: int) -> None:
    given_words = " ".join(text for block in blocks for text in text_of(block, names=False)).split()
    shown = re.sub(r"^ *(?:[0-9]+\.|-) ", "", render(blocks, width=width, color=False), flags=re.MULTILINE)
    # Bullets and the brackets of tags are added, so they are removed from both.
    strip = str.maketrans("", "", "[]-.0123456789")
    assert [w for w in shown.translate(strip).split() if w] == [
        w for w in " ".join(given_words).translate(strip).split() if w
    ]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4), st.integers(40, 100))
def test_fields_fit_the_width(rows: list[tuple[str, str]], width: int) -> None:
    longest = max(width_of(word) for row in rows for text in row for word in escape_controls(text).split(" "))
    lines = render((Fields(tuple(rows)),), width=width, color=False).split("\n")
    assert max(map(width_of, lines)) <= max(width, longest + 20)


@given(
    st.lists(
        texts.map(lambda t: "".join(c for c in t if c.isprintable() or c == "\n")), min_size=1, max_size=5
    )
)
def test_commands_can_be_pasted(words: list[str]) -> None:
    blocks = (Heading("Run it", 3), Code(shlex.join(["aws", *words]), "sh"))
    _, _, pasted = render(blocks, width=40, color=False).partition("\n\n")
    assert calls(pasted) == [words]


@check_rows(
    ("code", "shown"),
    [
        (Code('{"a": 1}', "json", "policy.json"), "echo '{\"a\": 1}' > policy.json"),
        (Code('{"a": "it\'s"}', "json", "policy.json"), "echo '{\"a\": \"it'\\''s\"}' > policy.json"),
        # echo of some shells changes it.
        (Code('{"a": "\\u202e"}', "json", "policy.json"), '{"a": "\\u202e"}'),
        (Code('{"a": 1}', "json", "$(id).json"), '{"a": 1}'),
        (Code('{"a": 1}', "json"), '{"a": 1}'),
        (
            Code('{"a": 1}', "json", "policy.json", "old-policy.json"),
            (
                "echo '{\"a\": 1}' > statement.json\n"
                "jq '.Statement |= ([., input] | flatten)' old-policy.json statement.json > policy.json"
            ),
        ),
        (
            Code('{"a": "\\u202e"}', "json", "policy.json", "old-policy.json"),
            'Add to the statements of old-policy.json, and save as policy.json:\n{"a": "\\u202e"}',
        ),
    ],
)
def test_document_that_the_next_command_reads(code: Code, shown: str) -> None:
    assert render((code,), width=100, color=False) == shown


@pytest.mark.skipif(which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("in_list", [True, False])
def test_statements_are_added_to_the_present_policy(*, in_list: bool, tmp_path: Path) -> None:
    statement = {"Sid": "Old", "Action": ["a:B", "a:C"]}
    old = {"Version": "2012-10-17", "Statement": [statement] if in_list else statement}
    added = ({"Sid": "Andrea's", "Resource": "${aws:username}*"}, {"Sid": "B" * 90, "Effect": "Allow"})
    (tmp_path / "old-policy.json").write_text(json.dumps(old), encoding="ascii")
    show = "aws s3api get-bucket-policy --bucket b > old-policy.json"
    change = "aws s3api put-bucket-policy --bucket b --policy file://policy.json"
    [code] = document_codes(added, (show, change), 60)
    subprocess.run(
        ["/bin/sh", "-c", render((code,), width=60, color=False)], cwd=tmp_path, check=True, timeout=20
    )
    new = json.loads((tmp_path / "policy.json").read_text(encoding="ascii"))
    assert new == {**old, "Statement": [statement, *added]}
