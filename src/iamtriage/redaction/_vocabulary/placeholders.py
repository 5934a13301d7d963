"""Recognize what people, tools and programs write in place of a secret: masks, words that mean "none", variables, calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._vocabulary.markers import is_marker
from iamtriage.redaction._vocabulary.secret_names import classify_key

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("MASK_WORDS", "is_expression", "is_placeholder")

MASK_WORDS = "encrypted|filtered|hidden|masked|omitted|protected|redacted|removed|secure"
"""What tools write in brackets, or between other signs, in place of a secret."""
_NAMED = r"\w*(?:pass|token|secret|key|pwd|cred)\w*"
# Words that mean "none", or describe a value.
_EMPTY_WORDS = """
    none null nil nothing undefined true false yes no not optional required filtered hidden masked redacted empty unset
    read write hours days minutes seconds must too wrong incorrect should
    cannot can't user for is was are has have any bool bytearray bytes dict float int object secretbytes secretstr str
    string tuple value void requis requise incorrecte invalide oublié expiré missing invalid expired denied failed
    unauthorized forbidden set changeme absent accepted created deleted disabled enabled generated malformed mandatory ok rejected rotated
    timeout unauthenticated unavailable updated verified value_specified_in_no_log_parameter
    creating creation destroying destruction importing modifications modifying provisioning reading refreshing still
    char nchar varchar nvarchar
    access_denied authorization_pending expired_token slow_down
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
# Placeholders that begin with a letter, in lower case: masks, ARNs, files, references, types, states.
_LETTERS_FIRST = (
    r"[*x.…•#_-]+|arn:.*|enc\[(?:aes256_gcm|pkcs7).*|vault:v[0-9]{1,6}:.*|(?:file|fileb)://.*"
    r"|(?:vault|ssm|secretsmanager|secretref|keychain|op|ref\+\w+)://?.*|(?:resolve:)?(?:secretsmanager|ssm|ssm-secure):.*"
    r"|(?:(?:creat|refresh|read|modify|destroy|import|provision)ing|creation|destruction|modifications|still)(?:\.{3})?"
    r"|n?(?:var)?char2?(?:\([0-9]{1,5}\)?)?|not[-_ ]found|change[-_]me|your[-_ ]\w.*"
    # Error codes of OAuth: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    r"|(?:insufficient|invalid|unauthorized|unsupported)_[a-z_]{4,40}"
)
# Placeholders of manuals, and error codes of AWS, as written.
_CODES = (
    r"TEXT|VALUE|FILE|PATH|NAME|(?:[A-Z]+_)*(?:KEY|PASSWD|PASSWORD|SECRET|TOKEN)|(?:HIDDEN|REDACTED)(?:_[A-Z]+)+"
    r"|(?:[A-Z][a-z]+){0,8}(?:Denied|Error|Exception|Failure|Fault|NotFound)|(?:Expired|Invalid|Malformed|Missing)(?:[A-Z][a-z]+){1,6}"
)
# The only placeholders that consist of letters and digits.
_TYPES_WITH_DIGITS = frozenset({"char2", "nchar2", "varchar2", "nvarchar2"})
_LETTER_PLACEHOLDER = re.compile(_LETTERS_FIRST, re.DOTALL)
_CODE_PLACEHOLDER = re.compile(_CODES)
# Masks, variables, placeholders of templates and manuals, paths, and all others.
_PLACEHOLDER = re.compile(
    rf"[*=#_-]{{1,8}}(?:{MASK_WORDS})[*=#_-]{{1,8}}|\$\w*{_NAMED}|[:@](?=\D+\Z){_NAMED}|"
    r"[*xX.…•#_-]+|<[^<>]{1,80}>|\[[^\[\]\"'=\\]{1,80}\]|\([^()]{1,60}\)|\{\{.{0,200}|\{(?:[a-zA-Z_][\w.!]{0,60})?\}|!\w.*"
    r"|\${1,2}\{[^{}]{1,120}\}?|\$\(.*|\$\{\{.*|(?-i:\$[A-Z_][A-Z0-9_]*)|\$env:\w+|\$(?:[0-9]|[a-z]\w{0,2})|(?-i:\*[a-z][a-z_-]{0,40})|%\(\w{1,60}\)s|%[-.0-9]{0,6}[a-z]|[#%]\{.*"
    r"|%[A-Za-z_]\w*%|\\{0,8}/(?:var|etc|run|home|root|opt|tmp|usr|mnt|dev)\\{0,8}/.*|@[\w.-]{1,80}@|\.{1,2}/[\w./-]*"
    # The AWS CLI shows the last four characters of a key.
    r"|-?[0-9]{1,3}:-?[0-9]{1,3}|[0-9]{1,9} bytes|\*{12,20}[A-Za-z0-9+/]{4}"
    rf"|{'|'.join(map(re.escape, _EMPTY))}|{_LETTERS_FIRST}|(?-i:{_CODES})",
    re.IGNORECASE | re.DOTALL,
)


def is_placeholder(value: str) -> bool:
    """Return whether a value is empty, a marker, a mask, a variable or a word that means "none"."""
    if not value or is_marker(value):
        return True
    if value[0].isalpha() and value.isascii():
        # Faster than to ignore the case of each alternative.
        folded = value.lower()
        if value.isalnum() and not value.isalpha():
            return folded in _TYPES_WITH_DIGITS
        if value == folded and value.isalpha():
            return folded in _EMPTY or folded.strip("x") == ""
        return (
            folded in _EMPTY
            or _LETTER_PLACEHOLDER.fullmatch(folded) is not None
            or _CODE_PLACEHOLDER.fullmatch(value) is not None
        )
    return _PLACEHOLDER.fullmatch(value) is not None


# The namespaces and objects from which programs read secrets.
_NAMESPACE = (
    r"(?:args|cfg|cls|conf|config|context|credentials|creds|ctx|data|each|env|event|github|input|inputs|local|module"
    r"|needs|opts|options|os|params|process|props|random_password|random_string|request|req|secrets|self|settings"
    r"|state|steps|this|var|vars|Values|\.Values|aws_[a-z_]{1,60}|kubernetes_[a-z_]{1,60}|azurerm_[a-z_]{1,60}"
    r"|google_[a-z_]{1,60})"
)
_MEMBER = re.compile(
    rf"\$?{_NAMESPACE}(?:(?:\.|->|::)\w{{1,80}}|\[[^\]\n]{{0,80}}\]?){{1,12}}(?:\([^\n]{{0,200}})?"
)
# Each has one of the signs.
_EXPRESSION_SIGNS = frozenset("$([+-")
_EXPRESSION = re.compile(
    r"(?:await )?(?:[A-Za-z_]\w{0,60}+\.){1,6}+[A-Za-z_]\w{0,60}+[(\[].*"
    # A type of Python.
    r"|(?:dict|frozenset|list|set|tuple|type|Dict|List|Optional|Set|Tuple|Type|Union)\[.*"
    r"|[A-Za-z_][\w.]{0,60}[ ]?\+[ ]?[\"'].*"
    # PHP, PowerShell.
    r"|\$\w{1,40}(?:\[[^\]\n]{0,80}\]?|->\w{1,80})+"
    r"|(?:Get|Read|New|ConvertTo|ConvertFrom|Import|Invoke|Select)-[A-Z]\w{1,60}(?:\s.*)?"
    r"|(?:(?:json|yaml|base64)decode|(?:non)?sensitive|lookup|file)\([^\"'\s]*"
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
    code = value.rstrip(",;.!") if has_signs else ""
    if _MEMBER.fullmatch(code) or (not _EXPRESSION_SIGNS.isdisjoint(code) and _EXPRESSION.fullmatch(code)):
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
