"""Test that HCL is redacted value by value: it stays valid, and everything else stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import hcl2
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.planted import OPAQUE, PASSWORD
from tests.redaction.test_structured import assert_only_values_changed
from tests.redaction.test_yaml import SECRETS, STRINGS, assert_no_secret
from tests.tables import check_rows

if TYPE_CHECKING:
    import random

few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]

_EXPRESSIONS = (
    "true", "3", "null", "var.db_password", 'file("x.txt")', "random_password.db.result", 'var.x ? "a" : "b"',
    '"${var.password}-x"', 'lookup(var.names, "db_password")', '[for k, v in var.tags : upper("token-${k}") if v != ""]',
)  # fmt: skip
_KEYS = ("name", "region", "user", "tags", "note")
_PAIRS = (("DB_PASSWORD", PASSWORD), ("A", "b"), ("API_KEY", OPAQUE), ("NOTE", "x: y"))
_BLOCKS = ('resource "aws_db_instance" "db"', 'provider "aws"', "locals", "credentials")
_COMMENTS = ("", "", "", "  # a note", "  // token = x")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


class _Writer:
    """Writes HCL with random choices."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def body(self, depth: int = 0) -> str:
        return "".join(self._item(depth) for _ in range(self._rng.randint(1, 4)))

    def _item(self, depth: int) -> str:
        rng, indent = self._rng, "  " * depth
        choice = rng.random()
        if choice < 0.2 and depth < 2:
            return f"{indent}{rng.choice(_BLOCKS)} {{\n{self.body(depth + 1)}{indent}}}\n"
        if choice < 0.3 and not depth:
            return f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}\n'
        if choice < 0.35 and not depth:
            return f'variable "thing" {{\n  default = "{PASSWORD}"\n  sensitive = true\n}}\n'
        name, value = self._pair(depth)
        return f"{indent}{name}{' ' * rng.randint(1, 4)}= {value}{'' if '<<' in value else rng.choice(_COMMENTS)}\n"

    def _pair(self, depth: int) -> tuple[str, str]:
        if self._rng.random() < 0.35:
            name = self._rng.choice(tuple(SECRETS))
            return name, self._string(SECRETS[name], depth)
        return self._rng.choice(_KEYS), self._expression(depth)

    def _string(self, text: str, depth: int) -> str:
        if "\n" not in text or self._rng.random() < 0.5:
            return _quoted(text)
        lines = text.rstrip("\n").split("\n")
        if self._rng.random() < 0.5:
            return "\n".join(["<<EOT", *lines, "EOT"])
        indent = "  " * depth
        return "\n".join(["<<-EOT", *(f"{indent}  {line}" for line in lines), f"{indent}EOT"])

    def _expression(self, depth: int) -> str:
        rng = self._rng
        choice = rng.random()
        if choice < 0.5 or depth > 3:
            return self._string(rng.choice(STRINGS), depth)
        if choice < 0.6:
            return rng.choice(_EXPRESSIONS)
        if choice < 0.7:
            return "[" + ", ".join(_quoted(rng.choice(STRINGS)) for _ in range(rng.randint(0, 3))) + "]"
        indent = "  " * depth
        if choice < 0.8:
            pairs = [rng.choice(_PAIRS) for _ in range(rng.randint(1, 3))]
            rows = [
                f"{indent}  {{ name = {_quoted(name)}, value = {_quoted(value)} }},\n"
                for name, value in pairs
            ]
            return f"[\n{''.join(rows)}{indent}]"
        members = ""
        for _ in range(rng.randint(1, 3)):
            name, value = self._pair(depth + 1)
            end = "" if "<<" in value else rng.choice(("", ","))
            members += (
                f"{indent}  {rng.choice((name, _quoted(name)))}{rng.choice((' = ', ' : '))}{value}{end}\n"
            )
        return f"{{\n{members}{indent}}}" if rng.random() < 0.7 else f"jsonencode({{\n{members}{indent}}})"


@few
@given(st.randoms(use_true_random=False))
def test_hcl_stays_hcl(rng: random.Random) -> None:
    text = f"locals {{\n  a = 1\n}}\n{_Writer(rng).body()}"
    shown = redact(text)
    before, after = (cast("object", hcl2.loads(each)) for each in (text, shown))
    assert_only_values_changed(before, after)
    assert_no_secret(after)
    assert redact(shown) == shown
    assert [line.split("=")[0] for line in text.split("\n") if "= [" in line] == [
        line.split("=")[0] for line in shown.split("\n") if "= [" in line
    ]


@check_rows(
    ("text", "expected"),
    [
        # Lines of one length, as if a terminal had broken them.
        (
            'locals {\n  first_client_secret = "aB3dE6fG9hJ2kL5mN8pQ1rS4"\n  other_client_secret = "Zq7xE6fG9hJ2kL5mN8pQ1rS4"\n}\n',
            'locals {\n  first_client_secret = "[REDACTED secret]"\n  other_client_secret = "[REDACTED secret]"\n}\n',
        ),
        ('a {\n  password = "x y z" # b\n}', 'a {\n  password = "[REDACTED password]" # b\n}'),
        ('variable "api_key" {\n  default = "swordfish"\n}\n', 'variable "api_key" {\n  default = "[REDACTED secret]"\n}\n'),
        ('output "x" {\n  value = "swordfish"\n  sensitive = true\n}', 'output "x" {\n  value = "[REDACTED secret]"\n  sensitive = true\n}'),
        ("a {\n  password = <<EOT\none\ntwo\nEOT\n  b = 1\n}", "a {\n  password = <<EOT\n[REDACTED password]\nEOT\n  b = 1\n}"),
        ("a {\n  b = <<-EOT\n    export TOKEN=aB3dE6fG9hJ2\n  EOT\n}", "a {\n  b = <<-EOT\n    export TOKEN=[REDACTED token]\n  EOT\n}"),
        ('a {\n  secret_string = jsonencode({ any = "swordfish", username = "ana" })\n}', 'a {\n  secret_string = jsonencode({ any = "[REDACTED secret]", username = "ana" })\n}'),
        ('a {\n  b = { "db_password" : "swordfish" }\n}', 'a {\n  b = { "db_password" : "[REDACTED password]" }\n}'),
        ('a {\n  password = var.x ? "swordfish" : null\n}', 'a {\n  password = var.x ? "[REDACTED password]" : null\n}'),
        ('a {\n  password = "swordfish${var.x}"\n}', 'a {\n  password = "[REDACTED password]"\n}'),
        ('a {\n  # password = "swordfish"\n}', 'a {\n  # password = "[REDACTED password]"\n}'),
        ('x = 1\n\n  ~ resource "a" "b" {\n      ~ password = "x y" -> "z w"\n    }\n\nPlan: 1 to change.', 'x = 1\n\n  ~ resource "a" "b" {\n      ~ password = "[REDACTED password]" -> "[REDACTED password]"\n    }\n\nPlan: 1 to change.'),
        ('The plan:\n-/+ resource "a" "b" {\n      ~ b = jsonencode(\n          ~ [\n              ~ {\n                  ~ value = "x y" -> "z w"\n                    name = "DB_PASSWORD"\n                },\n            ] # forces replacement\n        )\n      + c = (known after apply)\n    }\n', 'The plan:\n-/+ resource "a" "b" {\n      ~ b = jsonencode(\n          ~ [\n              ~ {\n                  ~ value = "[REDACTED password]" -> "[REDACTED password]"\n                    name = "DB_PASSWORD"\n                },\n            ] # forces replacement\n        )\n      + c = (known after apply)\n    }\n'),
        # It is not HCL.
        ("a {\n  password = swordfish\n}", "a {\n  password = [REDACTED password]\n}"),
        ('a {\n  password = "swordfish"\n', 'a {\n  password = "[REDACTED password]"\n'),
    ],
)  # fmt: skip
def test_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected


@check_rows(
    "text",
    [
        "a {\n  password = var.db_password\n  token = data.x.y.token\n}\n",
        'a {\n  password = lookup(var.names, "db_password", "none")\n}\n',
        'a {\n  password = random_password.x["db_password"].result\n}\n',
        'a {\n  password = "${var.password}"\n  token = "${file("token.txt")}"\n}\n',
        'variable "db_password" {\n  type = string\n  sensitive = true\n}\n',
        'output "db_password" {\n  value = aws_db_instance.db.password\n  sensitive = true\n}\n',
        '  + resource "a" "b" {\n      + password = (sensitive value)\n      ~ token = (known after apply)\n    }\n',
        'a {\n  tags = { "secret_name" = "orders", count = 3 }\n  b = [for k, v in c : k => v...]\n}\n',
    ],
)
def test_other_values_are_kept(text: str) -> None:
    assert redact(text) == text


@check_rows("unit", ["a {\n", "a = [", 'a "token" {\n b = 1\n}\n', "a = <<EOT\n", 'resource "a" "b" {\n'])
def test_hostile_texts_are_kept(unit: str) -> None:
    text = unit * 2_000 + "# token"
    assert redact(text) == text
