"""Recognize variables, types and calls of programs where the value of a secret would be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._vocabulary.secret_names import classify_key

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("is_expression",)

# The namespaces and objects from which programs read secrets.
_NAMESPACE = (
    r"(?:args|cfg|cls|conf|config|context|credentials|creds|ctx|data|each|env|event|github|input|inputs|local|module"
    r"|needs|opts|options|os|params|process|props|random_password|random_string|request|req|secrets|self|settings"
    r"|state|steps|this|var|vars|Values|\.Values|aws_[a-z_]{1,60}|kubernetes_[a-z_]{1,60}|azurerm_[a-z_]{1,60}"
    r"|google_[a-z_]{1,60})"
)
_EXPRESSION = re.compile(
    rf"\$?{_NAMESPACE}(?:(?:\.|->|::)\w{{1,80}}|\[[^\]\n]{{0,80}}\]?){{1,12}}(?:\([^\n]{{0,200}})?"
    r"|(?:await )?(?:[A-Za-z_]\w{0,60}+\.){1,6}+[A-Za-z_]\w{0,60}+[(\[].*"
    # A type of Python.
    r"|(?:dict|frozenset|list|set|tuple|type|Dict|List|Optional|Set|Tuple|Type|Union)\[.*"
    r"|[A-Za-z_][\w.]{0,60}[ ]?\+[ ]?[\"'].*"
    # PHP, PowerShell.
    r"|\$\w{1,40}(?:\[[^\]\n]{0,80}\]?|->\w{1,80})+"
    r"|(?:Get|Read|New|ConvertTo|ConvertFrom|Import|Invoke|Select)-[A-Z]\w{1,60}(?:\s.*)?"
    # A call with arguments. The value can be one of them.
    r"|(?:await )?[A-Za-z][a-z]{1,40}(?:_[a-z]{1,40}|[A-Z][a-z]{1,40}){1,6}\(.*"
    r"|(?:await )?(?:[A-Za-z_]\w{0,60}+\.){0,6}+[A-Za-z_]\w{0,60}+(?:\((?:[^()\n]|\([^()\n]{0,80}\)){0,200}\)|\[\\{0,8}[\"'][^\]\n]{0,80}\]|\(|\[)"
    r"(?:\.\w{1,60}(?:\([^()\n]{0,80}\))?|\[[^\]\n]{0,40}\]){0,6}"
)
# An expression, except an identifier, has one of these.
_SIGNS = frozenset("$()[].:+-")
_IDENTIFIER = re.compile(r"[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[a-z]+(?:[A-Z][a-z]+)*")
# An attribute or a constant of a program: "response.client_secret", "Token.Literal".
_ATTRIBUTE = re.compile(r"[*&]?(?:[A-Za-z_]\w{0,60}+\.){1,6}+(?P<last>[A-Za-z_]\w{0,60})")
_ITEM = re.compile(r"(?:[A-Za-z_]\w{0,60}+\.){0,6}+[A-Za-z_]\w{0,60}+\[[\w.:-]{1,40}\]")
# "auth_info[2]"
_INDEXED = re.compile(r"[a-z]+(?:_[a-z]+)*\[-?[0-9]{1,2}\]?")
_CONSTANT = re.compile(r"(?:[A-Z][a-z]{2,20}){1,4}(?:\.(?:[A-Z][a-z]{2,20}){1,4}){1,4}")


def is_expression(name: Name, value: str, *, is_assigned: bool) -> bool:
    """Return whether a value is code that reads a secret: "os.environ['PASSWORD']", "getpass.getpass()".

    Args:
        name: The name before the value.
        value: The value.
        is_assigned: Whether an equals sign is between them.
    """
    has_signs = not _SIGNS.isdisjoint(value)
    if has_signs and _EXPRESSION.fullmatch(value.rstrip(",;.!")):
        return True
    word = value.rstrip(",;)")
    if has_signs and name.what != "password" and (_CONSTANT.fullmatch(word) or _ITEM.fullmatch(word)):
        return True
    if has_signs and is_assigned and _INDEXED.fullmatch(word):
        return True
    attribute = _ATTRIBUTE.fullmatch(word) if "." in word and (is_assigned or not name.is_chosen) else None
    if attribute and name.tail in attribute["last"].lower().replace("_", ""):
        return True
    if attribute and is_assigned and not name.is_chosen and not any(map(str.isdigit, word)):
        return True
    if not word.isascii() or _IDENTIFIER.fullmatch(word) is None:
        return False
    is_other = not name.is_chosen and word.islower() and classify_key(word) is not None
    if is_other or word.lower().replace("_", "").removesuffix("s") in {name.tail, name.key}:
        # Its own name, or the key of a Kubernetes Secret.
        return True
    # A variable with its own name.
    return ("_" in word or not (word.islower() or word.isupper())) and classify_key(word) is not None
