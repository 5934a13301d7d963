"""Read the policies in code: Terraform and its plans, the CDK and Pulumi in TypeScript or Python.

Only literal values are read. A reference or expression has an unknown value, so it becomes a string such as
``"${aws_s3_bucket.orders.arn}/*"``, as in Terraform and CloudFormation. A policy is not read if code adds
statements or elements to it, or if a plan hides some.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ("CodePolicy", "find_policies_in_code", "read_conditions")

_START = lazy_pattern(
    # An object of the JSON grammar, in any language; the list of Pulumi and the Serverless Framework.
    r"\b(?:(?P<list>Statement|statements|iamRoleStatements)[\"']?[ \t]{0,20}[:=]>?\s{0,20}(?=[\[{])"
    # The block of a data source, and one of its statements without the rest.
    r'|(?P<data>data "aws_iam_policy_document" "[\w-]{1,64}") {0,4}(?=\{)'
    r'|(?<![\w."])(?P<block>statement) {0,4}(?=\{)'
    # A statement of the CDK, and of Pulumi in Python.
    r"|(?<!class )(?:PolicyStatement|GetPolicyDocumentStatementArgs)(?=\()"
    # The trust policy of a role of the CDK.
    r"|(?<!class )\b(?P<trust>Federated|WebIdentity)Principal(?=\())"
)
_TOKEN = lazy_pattern(
    r"\s+|//[^\n]*|#(?! \(\d)[^\n]*|/\*(?:[^*]|\*(?!/)){0,2000}\*/"
    # In Terraform, the expression in ${…} has quotes of its own.
    r"|(?P<text>\"(?:[^\"\\\n$]|\\.|\$\{[^{}\n]{0,400}\}|\$)*+\"|'(?:[^'\\\n]|\\.)*'|`[^`]{0,2000}`)"
    r"|(?P<mark>[\[\]{}()=,:;])|(?P<word>[^\s\"'`\[\]{}()=,:;]+)"
)
_KEYWORD = lazy_pattern(r"\s{0,40}\w{1,40}\s?=(?!=)")
_CHARS_OF_POLICY = 4_000
_MAX_POLICIES, _MAX_DEPTH, _MAX_EXPRESSION = 8, 10, 200
# Marks of a plan's lines: what is added or changed, and what is removed.
_KEPT, _REMOVED = frozenset({"+", "~", "+/-", "-/+"}), "-"
_CLOSING = frozenset("]})")
_ENDS = _CLOSING | {",", ";"}
_OPENING = frozenset("[{(")
_WORD_OPERATORS = frozenset({"as", "if", "or", "and", "in", "for"})
_OPERATORS = "+*/%?.&|<>!"
_LITERALS: dict[str, object] = {"true": True, "false": False, "True": True, "False": False}
_EFFECTS = {"ALLOW": "Allow", "DENY": "Deny"}
# Calls whose value is that of their first argument.
_ENCODERS = frozenset(
    {"jsonencode", "JSON.stringify", "json.dumps", "pulumi.jsonStringify", "tolist", "toset"}
)
_ELEMENTS = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "notactions": "NotAction",
    "resources": "Resource",
    "notresources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "notprincipals": "NotPrincipal"}
# The arguments of FederatedPrincipal in the CDK, in their order, which has sts:AssumeRole by default.
_FEDERATED = ("federated", "conditions", "assumeroleaction")
# Arguments that add statements of other documents.
_OTHER_DOCUMENTS = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


class CodePolicy(NamedTuple):
    """A policy in code.

    Attributes:
        content: The policy as a JSON document.
        start: Where it starts in the text.
        is_whole: Whether the document has all statements of the policy.
    """

    content: Mapping[str, Any]
    start: int
    is_whole: bool = True


def find_policies_in_code(text: str, skipped: Sequence[tuple[int, int]] = ()) -> Iterator[CodePolicy]:
    """Yield the policies of code.

    Args:
        text: The text.
        skipped: The spans of documents that were read already.

    >>> code = 'policy = jsonencode({ Statement = [{ Effect = "Allow" Action = "sts:AssumeRole" }] })'
    >>> [policy.content for policy in find_policies_in_code(code)]
    [{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole'}]}]
    """
    count = end = 0
    loose: list[dict[str, Any]] = []
    first = 0
    for found in _START.finditer(text):
        at = found.start()
        if at < end or any(start <= at < stop for start, stop in skipped):
            continue
        if count == _MAX_POLICIES:
            break
        count += 1
        parser = _Parser(text, found.end())
        statements = _read_statements(found, parser)
        if parser.has_failed:
            continue
        end = parser.end
        if not statements:
            continue
        if found.lastgroup in {None, "block"}:
            first = first if loose else at
            loose += statements
        else:
            yield CodePolicy(_build_policy(statements), at)
    if loose:
        yield CodePolicy(_build_policy(loose), first, is_whole=False)


def read_conditions(blocks: str) -> dict[str, Any]:
    """Return the conditions of blocks of Terraform, as a statement in JSON has them."""
    found = next(find_policies_in_code(f"statement {{\nactions = []\n{blocks}}}"), None)
    return {} if found is None else found.content["Statement"][0].get("Condition", {})


def _build_policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _read_statements(found: re.Match[str], parser: _Parser) -> list[dict[str, Any]]:
    """Return the statements that begin with a match; the parser has failed if they are not all known."""
    if found["trust"]:
        return _read_federated(found["trust"], parser.parse_call())
    value = parser.parse_arguments() if found.lastgroup is None else parser.parse_value()
    if parser.has_failed:
        return []
    if found["data"]:
        block = cast("dict[str, Any]", value)
        if any(key in block for key in _OTHER_DOCUMENTS):
            return []
        value = block.get("statement")
    blocks = _as_blocks(value)
    if blocks is None:
        # A statement in a variable.
        return []
    statements = [_build_statement(each) for each in blocks]
    return statements if all("Action" in each or "NotAction" in each for each in statements) else []


def _read_federated(kind: str, arguments: list[Any] | dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statement of the trust policy that the CDK writes for a federated principal."""
    named = dict(zip(_FEDERATED, arguments, strict=False)) if isinstance(arguments, list) else arguments
    named = {key.replace("_", "").lower(): value for key, value in named.items()}
    default = "sts:AssumeRole" if kind == "Federated" else "sts:AssumeRoleWithWebIdentity"
    federated, conditions = named.get("federated", named.get("identityprovider")), named.get("conditions")
    statement: dict[str, Any] = {"Effect": "Allow", "Action": named.get("assumeroleaction", default)}
    if not isinstance(federated, str) or not isinstance(conditions, dict | None):
        return []
    statement["Principal"] = {"Federated": federated}
    return [statement if not conditions else {**statement, "Condition": conditions}]


def _as_list(value: object) -> list[object]:
    """Return the values of one name, which can be one or none."""
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None else [value]


def _as_blocks(value: object) -> list[dict[str, Any]] | None:
    """Return the objects of one name, or ``None`` if one is not known."""
    listed = _as_list(value)
    return cast("list[dict[str, Any]]", listed) if all(isinstance(each, dict) for each in listed) else None


def _build_statement(block: dict[str, Any]) -> dict[str, Any]:
    """Return a statement in the JSON grammar; an empty one if its conditions are not known."""
    if "Effect" in block:
        return block
    written = {key.replace("_", "").lower(): value for key, value in block.items()}
    statement: dict[str, Any] = {"Effect": "Allow"}
    statement.update((name, written[key]) for key, name in _ELEMENTS.items() if key in written)
    for key, name in _PRINCIPALS.items():
        principals = _as_blocks(written.get(key))
        if principals is None:
            statement[name] = {"AWS": written[key]}
        for each in principals or ():
            kind, names = each.get("type"), each.get("identifiers")
            if kind == "*":
                statement[name] = "*"
            elif isinstance(kind, str):
                statement.setdefault(name, {})[kind] = names
    conditions = _as_blocks(written.get("condition", written.get("conditions")))
    if conditions is None:
        return {}
    for each in conditions:
        operator, variable = each.get("test"), each.get("variable")
        if operator is None:
            # An object of the JSON grammar.
            statement["Condition"] = each
        elif isinstance(operator, str) and isinstance(variable, str):
            statement.setdefault("Condition", {}).setdefault(operator, {})[variable] = each.get("values")
    return statement


class _Parser:
    """Parse one value of HCL, TypeScript or Python. A block that is repeated becomes a list.

    Attributes:
        has_failed: Whether the text is not such a value, or a part of it is not known.
        end: Where the value ends in the text.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._tokens = self._split(text, start)
        self.end = start
        self._next = next(self._tokens, None)
        self.has_failed = False

    @staticmethod
    def _split(text: str, start: int) -> Iterator[re.Match[str]]:
        end = min(start + _CHARS_OF_POLICY, len(text))
        at = start
        while at < end and (found := _TOKEN.match(text, at, end)) is not None:
            at = found.end()
            if found.lastgroup is not None:
                yield found

    def _take(self) -> re.Match[str] | None:
        taken, self._next = self._next, next(self._tokens, None)
        if taken is not None:
            self.end = taken.end()
        return taken

    def _takes(self, *marks: str) -> bool:
        if self._next is not None and self._next[0] in marks:
            self._take()
            return True
        return False

    def _takes_removed(self) -> bool:
        """Skip the mark of a plan's line; return whether the line is removed."""
        is_removed = self._next is not None and self._next[0] == _REMOVED
        if is_removed or (self._next is not None and self._next[0] in _KEPT):
            self._take()
        return is_removed

    def _fail(self) -> None:
        self.has_failed = True

    def parse_arguments(self, depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
        """Parse the arguments of a call: an object, or keywords as in Python."""
        self._take()
        if self._next is None or self._next[0] != "{":
            return self._parse_object(depth, ")")
        value = self.parse_value(depth + 1)
        if not self._takes(",", ")"):
            self._fail()
        return value

    def parse_call(self) -> list[Any] | dict[str, Any]:
        """Parse the arguments of a call: values, or keywords as in Python."""
        self._take()
        has_keywords = _KEYWORD.match(self._text, self.end) is not None
        return self._parse_object(0, ")") if has_keywords else self._parse_list(0, ")")

    def parse_value(self, depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
        """Parse a value, as JSON has it. An expression becomes a string with ``${…}``."""
        token = self._take()
        if token is None or depth == _MAX_DEPTH or token[0] in _ENDS:
            return self._fail()
        value = self._parse_operand(token, depth)
        # A changed value has the new one after an arrow.
        if self._takes("->"):
            return self.parse_value(depth + 1)
        return self._skip_expression(token.start()) if self._continues() else value

    def _parse_operand(self, token: re.Match[str], depth: int) -> Any:  # noqa: ANN401 (any JSON value)
        if token[0] == "[":
            if self._next is not None and self._next[0] == "for":
                return self._skip_expression(token.start(), 1)
            return self._parse_list(depth)
        if token[0] == "{":
            return self._parse_object(depth)
        if token["text"] is not None:
            return _unquote(token["text"])
        word, following = token[0], self._next
        if following is not None and following.start() == token.end() and following["text"] is not None:
            # A prefixed string of Python, or a tagged one of TypeScript.
            self._take()
            text = _unquote(following["text"])
            return text.replace("{", "${").replace("$${", "${") if text and word in {"f", "F"} else text
        if word in _ENCODERS and self._takes("("):
            value = self.parse_value(depth + 1)
            while self._next is not None and not self._takes(")"):
                self._take()
            return value
        if word.rpartition(".")[2] in _EFFECTS:
            return _EFFECTS[word.rpartition(".")[2]]
        if following is not None and following[0] == "(" and word.endswith("StatementArgs"):
            return self.parse_arguments(depth + 1) if depth + 1 < _MAX_DEPTH else self._fail()
        if word in _LITERALS:
            return _LITERALS[word]
        return word if word.isdecimal() else self._skip_expression(token.start())

    def _continues(self) -> bool:
        """Return whether the next token continues an expression."""
        token = self._next
        if token is None or token[0] in _ENDS or self._is_on_new_line(token):
            return False
        word = token["word"]
        return token[0] in {"(", "["} or (
            word is not None and (word[0] in _OPERATORS or word in _WORD_OPERATORS)
        )

    def _is_on_new_line(self, token: re.Match[str]) -> bool:
        return "\n" in self._text[self.end : token.start()]

    def _skip_expression(self, start: int, depth: int = 0) -> str:
        """Skip the rest of an expression, and return it as a reference."""
        while (token := self._next) is not None:
            if depth == 0 and (token[0] in _ENDS or self._is_on_new_line(token)):
                break
            depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
            self._take()
        written = self._text[start : self.end]
        return f"${{{' '.join(written.split())[:_MAX_EXPRESSION].translate(_BRACES)}}}"

    def _parse_list(self, depth: int, closing: str = "]") -> list[Any]:
        values: list[Any] = []
        while not self.has_failed and not self._takes(closing):
            is_removed = self._takes_removed()
            value = self.parse_value(depth + 1)
            if not is_removed:
                values.append(value)
            self._takes(",")
        return values

    def _parse_object(self, depth: int, closing: str = "}") -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not self.has_failed and not self._takes(closing):
            is_removed = self._takes_removed()
            name = self._parse_key(depth)
            if name is None:
                break
            is_block = not self._takes("=", ":")
            if is_block and self._next is not None and self._next[0] in {",", closing}:
                # A variable of the same name.
                value: Any = f"${{{name}}}"
                is_block = False
            elif is_block and (self._next is None or self._next[0] != "{"):
                self._fail()
                break
            else:
                self._takes(">")
                value = self.parse_value(depth + 1)
            self._takes(",")
            self._takes(";")
            if not is_removed:
                values[name] = [*_as_list(values.get(name)), value] if is_block else value
        return values

    def _parse_key(self, depth: int) -> str | None:
        """Parse the key of an object; one in brackets or parentheses, or with a prefix, is an expression."""
        key, name = self._take(), None
        # What a spread adds is not known.
        if key is not None and not key[0].startswith(("...", "*")):
            closing, following = _COMPUTED.get(key[0]), self._next
            if closing is not None:
                value = self.parse_value(depth + 1)
                name = value if self._takes(closing) else None
            elif key[0] in {"f", "F"} and following is not None and following["text"]:
                name = self._parse_operand(key, depth + 1)
            elif key["mark"] is None:
                name = _unquote(key["text"]) if key["text"] else key[0]
        if not isinstance(name, str):
            self._fail()
            return None
        return name


_BRACES = str.maketrans("{}", "()")
# Keys that are expressions: of TypeScript and of Terraform.
_COMPUTED = {"[": "]", "(": ")"}


def _unquote(text: str) -> str:
    """Return a string without its quotes and escapes. Policy variables get the form that IAM knows."""
    inner = text[1:-1]
    if text[0] == '"':
        try:
            inner = json.loads(text)
        except ValueError:
            inner = inner.replace('\\"', '"')
    return inner.replace("$${", "${").replace("&{", "${")
