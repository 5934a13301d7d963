r"""Find HCL, the language of Terraform, and the position of each of its values.

A text can be HCL as a whole, or contain blocks, as a plan does. Invalid HCL is searched as text.
Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md. Terraform plans also have signs
for changes, and a new value after ``->``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.json_spans import JsonScalar
from iamtriage.redaction._documents.nodes import Item, Node, Scalar
from iamtriage.redaction._vocabulary.secret_names import classify_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._documents.nodes import Value

__all__ = ("find_hcl",)

_TEMPLATE = r"[$%]\{(?:[^{}\"\n]|\"(?:[^\"\\\n]|\\[^\n])*+\")*+\}"
_TOKEN = re.compile(
    r"[ \t\r]*+(?:(?P<newline>\n)"
    r"|(?P<comment>(?:\#|//)[^\n]*+)"
    rf"|(?P<string>\"(?:[^\"\\\n$%]|\\[^\n]|[$%]{{2}}\{{|{_TEMPLATE}|[$%](?!\{{))*+\")"
    r"|(?P<heredoc><<-?(?P<tag>[A-Za-z_][\w-]*+)[ \t\r]*+\n)"
    r"|(?P<name>[A-Za-z_][\w-]*+(?:(?:\.|::)(?:[A-Za-z_][\w-]*+|[0-9]++|\*))*+)"
    r"|(?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)(?![\w.])"
    r"|(?P<open>[{\[(])|(?P<close>[}\])])"
    r"|(?P<sign>->|==|!=|<=|>=|&&|\|\||=>|\.{3}|-/\+|\+/-|[-+*/%<>!?:=,.~]))"
)
_BLOCK = re.compile(
    r"\n[ \t]*+(?:[-+~]{1,3}(?:/[-+])?[ \t]++)?"
    r"(?:resource|data|variable|output|provider|locals|module|terraform)"
    r"(?:[ ]\"[^\"\n]{1,200}\"){0,2}[ ]\{[ \t]*\r?$",
    re.MULTILINE,
)
_CHANGES = frozenset({"+", "-", "~", "-/+", "+/-", "<="})
_CONSTANTS = frozenset({"true", "false", "null"})
_LOOP_WORDS = frozenset({"for", "in", "if"})
# Functions whose result contains their arguments. Arguments of other functions can be names of secrets.
_TRANSPARENT_FUNCTIONS = """
    base64encode coalesce jsonencode merge nonsensitive sensitive tomap tostring yamlencode
"""
_TRANSPARENT = frozenset(_TRANSPARENT_FUNCTIONS.split())
# Blocks whose first label is the name or the type of what they define.
_LABELS = {"variable": "name", "output": "name", "resource": "kind"}
_MAX_DEPTH = 40
# More items that are shorter on average do not occur in real documents, and would take long.
_MAX_SHORT_ITEMS = 1_000
_MIN_CHARS_PER_ITEM = 20
# Texts that look like a block, but are not one. More of them would take long.
_MAX_FAILURES = 20
_INTERPOLATION = re.compile(_TEMPLATE)
# The minimum number of characters around an expression that can be a secret.
_MIN_LITERAL = 6
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class HclError(Exception):
    """The text is not HCL."""


def find_hcl(text: str) -> Iterator[Node]:
    """Yield the HCL in a text: one object if the whole text is HCL, otherwise each block."""
    if "{" not in text and "<<" not in text:
        return
    whole = _read(text, 0, is_whole=True)
    if whole is not None:
        yield whole
        return
    if " {\n" not in text and " {\r\n" not in text:
        return
    at = failures = 0
    # A text is searched faster for the line break before a line than for its start.
    lines = f"\n{text}"
    while failures < _MAX_FAILURES and (block := _BLOCK.search(lines, at)):
        node = _read(text, block.start(), is_whole=False)
        if node is not None:
            yield node
            at = node.end
        else:
            failures += 1
            at = block.end() - 1


def _read(text: str, at: int, *, is_whole: bool) -> Node | None:
    body = Node(at, "object")
    try:
        reader = _Reader(text, at)
        if is_whole:
            reader.read_body(body, "", 0)
        else:
            reader.skip_to_item(body)
            reader.read_item(body, 0)
    except HclError:
        return None
    body.end = len(text) if is_whole else reader.end
    return body if reader.has_evidence else None


class _Reader:
    """Reads HCL, token by token.

    Attributes:
        has_evidence: Whether there was a heredoc, or brackets that span several lines.
        end: The end of the last token that was read.
    """

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.has_evidence = False
        self.end = self._begin = at
        self._item_count = 0
        self._token: re.Match[str] | None = None
        self._advance()

    def _advance(self) -> None:
        """Read the next token, which is ``None`` at the end of the text."""
        if self._token is not None:
            self.end = self._token.end()
        self._token = _TOKEN.match(self._text, self.end)
        if self._token is None and self._text[self.end :].strip(" \t\r"):
            raise HclError

    @property
    def _kind(self) -> str:
        return "" if self._token is None else self._token.lastgroup or ""

    @property
    def _word(self) -> str:
        """The token as written."""
        return "" if self._token is None else self._token[self._kind]

    def _start(self) -> int:
        return self.end if self._token is None else self._token.start(self._kind)

    def _expect(self, word: str) -> None:
        if self._word != word:
            raise HclError
        self._advance()

    def skip_to_item(self, node: Node, signs: frozenset[str] = _CHANGES) -> None:
        """Skip newlines and signs before an item. Comments become values."""
        while self._kind in {"newline", "comment"} or (self._kind == "sign" and self._word in signs):
            if self._kind == "comment":
                start = self._start()
                comment = Scalar(start, start + len(self._word), is_expression=True)
                node.items.append(Item(None, "", comment))
            self._advance()

    def read_body(self, node: Node, closing: str, depth: int) -> None:
        """Read attributes and blocks up to a closing brace, or to the end of the text."""
        if depth > _MAX_DEPTH:
            raise HclError
        while True:
            self.skip_to_item(node)
            if self._word == closing and self._kind in {"close", ""}:
                return
            self.read_item(node, depth)
            if self._kind not in {"newline", "comment", "close", ""}:
                raise HclError

    def read_item(self, node: Node, depth: int) -> None:
        """Read an attribute or a block."""
        self._count_item()
        if self._kind == "name" and "." in self._word:
            # A property of Java or Spark.
            raise HclError
        key = self._read_key()
        if self._word == "=":
            self._advance()
            self._add(node, key, self._read_expression(key, depth, lines=False))
            return
        block = Node(key.start, "object")
        labels: list[Scalar] = []
        # All labels are written in one way.
        written = self._kind
        while self._kind == written and written in {"string", "name"}:
            labels.append(self._read_key())
        start = self._start()
        self._expect("{")
        # The name of a variable announces its value, and the type of a resource can be that of a Secret.
        name = _LABELS.get(key.decode(self._text), "")
        block.items += (Item(None, "" if at else name, label) for at, label in enumerate(labels))
        self.read_body(block, "}", depth + 1)
        self._expect("}")
        self.has_evidence = self.has_evidence or self._text.find("\n", start, self.end) >= 0
        block.end = self.end
        node.items.append(Item(key, "", block))

    def _count_item(self) -> None:
        self._item_count += 1
        size = self.end - self._begin
        if self._item_count > _MAX_SHORT_ITEMS and size < self._item_count * _MIN_CHARS_PER_ITEM:
            raise HclError

    def _read_key(self) -> Scalar:
        start, word = self._start(), self._word
        if self._kind not in {"string", "name"}:
            raise HclError
        self._advance()
        return (
            JsonScalar(start + 1, start + len(word) - 1)
            if word[0] == '"'
            else Scalar(start, start + len(word))
        )

    @staticmethod
    def _add(node: Node, key: Scalar | None, terms: list[Value]) -> None:
        if len(terms) == 1:
            node.items.append(Item(key, "", terms[0]))
        elif terms:
            group = Node(terms[0].start, "list")
            group.end = terms[-1].end
            group.items = [Item(None, "", term) for term in terms]
            node.items.append(Item(key, "", group))

    def _read_expression(self, key: Scalar | None, depth: int, *, lines: bool) -> list[Value]:
        """Read an expression, and return the values in it.

        Args:
            key: The key that the expression belongs to.
            depth: The nesting depth.
            lines: Whether the expression continues after newlines, as in brackets.
        """
        terms: list[Value] = []
        is_condition = is_term = False
        sign = ""
        first = self._start()
        while (kind := self._kind) and kind != "close":
            if kind in {"newline", "comment"}:
                if not lines:
                    break
                self._advance()
            elif kind == "sign":
                if self._word in {"=", ","} or (self._word == ":" and not is_condition):
                    break
                is_condition = is_condition or self._word == "?"
                if f"{sign}{self._word}" in {"><", "</"}:
                    # This is XML.
                    raise HclError
                sign = self._word
                is_term = False
                self._advance()
            else:
                is_loop = self._word in _LOOP_WORDS
                if is_term and not (lines or is_loop or self._word in {"(", "["}):
                    # No sign is between two values, so this is another text.
                    raise HclError
                is_term = not is_loop
                terms += self._read_term(key, depth)
        if self._start() == first:
            raise HclError
        return terms

    def _read_term(self, key: Scalar | None, depth: int) -> list[Value]:
        kind, start, word = self._kind, self._start(), self._word
        if kind == "open":
            is_index = start > 0 and (self._text[start - 1].isalnum() or self._text[start - 1] in '_)]"*')
            return self._read_brackets(word, depth, is_expression=is_index)
        if kind == "heredoc":
            return [self._read_heredoc()]
        self._advance()
        if kind == "string":
            literal = _INTERPOLATION.sub("", word[1:-1])
            is_expression = len(literal) < _MIN_LITERAL and literal != word[1:-1]
            return [JsonScalar(start + 1, start + len(word) - 1, is_expression=is_expression)]
        if kind == "name" and self._word == "(" and self._start() == start + len(word):
            return self._read_brackets("(", depth, is_expression=word not in _TRANSPARENT)
        is_reference = "." in word or word in _CONSTANTS or key is None
        if kind == "name" and not is_reference and classify_key(key.decode(self._text) if key else ""):
            # A value without quotes means that this is another language.
            raise HclError
        if word in _CONSTANTS or kind == "number":
            return [JsonScalar(start, start + len(word), is_text=False)]
        return []

    def _read_heredoc(self) -> Scalar:
        if self._token is None:
            raise HclError
        end_line = re.compile(
            rf"^[ \t]*+{re.escape(self._token['tag'])}(?=[ \t]*+(?:#|//|\r?$))", re.MULTILINE
        )
        start = self._token.end()
        found = end_line.search(self._text, start)
        if found is None:
            raise HclError
        self.has_evidence = True
        self.end = found.end()
        self._token = None
        self._advance()
        content = self._text[start : max(start, found.start() - 1)]
        start += len(content) - len(content.lstrip(" \t"))
        return Scalar(start, max(start, found.start() - 1))

    def _read_brackets(self, opening: str, depth: int, *, is_expression: bool) -> list[Value]:
        """Read the content of brackets: an object, a list, arguments or an index."""
        if depth > _MAX_DEPTH:
            raise HclError
        node = Node(self._start(), "object" if opening == "{" else "list")
        self._advance()
        separators = _CHANGES | {","}
        is_loop = False
        while True:
            self.skip_to_item(node, separators)
            if self._kind == "close":
                break
            is_loop = is_loop or self._word == "for"
            key: Scalar | None = None
            if opening == "{" and not is_loop:
                if self._word == "(":
                    self._read_brackets("(", depth + 1, is_expression=True)
                else:
                    key = self._read_key()
                if self._word not in {"=", ":"}:
                    raise HclError
                self._advance()
            self._count_item()
            terms = self._read_expression(key, depth + 1, lines=opening != "{")
            if is_loop and self._kind == "sign":
                self._advance()
            self._add(node, key, terms)
        self._expect(_CLOSING[opening])
        node.end = self.end
        self.has_evidence = self.has_evidence or self._text.find("\n", node.start, node.end) >= 0
        if is_expression:
            _mark_expressions(node)
        if opening == "(":
            return [item.value for item in node.items]
        return [node]


def _mark_expressions(node: Node) -> None:
    stack = [node]
    while stack:
        for item in stack.pop().items:
            if isinstance(item.value, Node):
                stack.append(item.value)
            else:
                item.value.is_expression = True
