"""Read the statements that people write in rows or tables: "Sid NoMfa  Deny  Action s3:*  Resource *".

Each element has its name before it, or above it in the table's header. In a note after the kind of its
policy, it has none: "bucket policy: Deny s3:*, StringNotEquals aws:SourceVpce vpce-0a1b2c3d". A statement is
not read if a part of it is not understood.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.policies._readers.policy_code import CodePolicy

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ("NOTE", "SIGNS_OF_NOTES", "find_policies_in_notes", "find_policies_in_rows")

_ELEMENT = r"Sid|Effect|(?:Not)?(?:Principal|Action|Resource)|Condition"
_ELEMENTS = lazy_pattern(rf"(?<![\w:/.-])({_ELEMENT})s?\b(?![:/.-]\w)[ \t]{{0,8}}[:=]?")
_EFFECT = lazy_pattern(r"(?<![\w:/.-])(?:Allow|Deny)(?![\w:/.-])")
_HEADER = lazy_pattern(
    rf"[ \t]{{0,8}}\|?(?:[ \t]{{0,20}}(?:{_ELEMENT})s?[ \t]{{0,60}}(?:\||\Z)){{3,6}}[ \t]{{0,8}}"
)
_RULE = lazy_pattern(r"[\s|:+-]{3,400}")
_SID = lazy_pattern(r"(?a)[A-Za-z0-9]\w{0,99}")
_MARGIN = lazy_pattern(r"[ \t]{0,40}(?:[-*•][ \t]{1,4})?")
_TOKEN = lazy_pattern(r"[^\s,;|\"'`\[\]{}()]{1,600}")
_FILLING = frozenset({"-", "=", "==", ":", "is", "and"})
_ACTION = lazy_pattern(r"(?a)\*|[a-z0-9-]{2,40}:[A-Za-z*?][\w*?]{0,100}")
_RESOURCE = lazy_pattern(r"(?a)\*|arn:[\w*?-]{3,20}:[\w*?-]{2,40}:[^\s]{2,600}")
_KINDS = frozenset({"AWS", "Service", "Federated"})
_ARN = lazy_pattern(r"(?a)arn:[\w-]{3,20}:(?:iam|sts)::\d{12}:[\w+=,.@*/-]{1,600}")
# The rest of an ARN of the same account, as people shorten a list: ".../user/ben".
_SHORTENED = lazy_pattern(r"(?:\.{2,3}|…)[:/]?((?:user|role)/[\w+=,.@/-]{1,200})")
_PRINCIPAL = lazy_pattern(r"(?a)\*|\d{12}|[a-z0-9.-]{2,60}\.amazonaws\.com(?:\.cn)?")
_OPERATOR = lazy_pattern(
    r"(?:For(?:Any|All)Values:)?(?:String|Numeric|Date|Bool|Binary|(?:Not)?IpAddress|Arn|Null)[A-Za-z]{0,40}"
)
_KEY = lazy_pattern(r"(?a)[a-z][a-z0-9-]{1,40}:[A-Za-z][\w./-]{0,128}")
_VALUE = lazy_pattern(r"[\w./:*@$+=-]{1,200}")
_LISTED = lazy_pattern(r"[,\[]|\n[ \t]{0,40}-[ \t]")
_WORDS = frozenset({"but", "for", "if", "no", "not", "or", "the", "unless", "when"})
_MAX_LINES, _MAX_STATEMENTS = 12, 16


def find_policies_in_rows(text: str) -> Iterator[CodePolicy]:
    r"""Yield the policies whose statements are rows of a text. More of a policy can be elsewhere.

    >>> rows = "Sid NoMfa  Deny  Action s3:*  Resource *\n  Condition Bool aws:MultiFactorAuthPresent = false"
    >>> [policy] = find_policies_in_rows(rows)
    >>> policy.content["Statement"][0]["Condition"]
    {'Bool': {'aws:MultiFactorAuthPresent': 'false'}}
    """
    if '"Action"' in text or not ("Action" in text and ("Deny" in text or "Allow" in text)):
        # JSON has quotation marks around the elements.
        return
    statements: list[dict[str, Any]] = []
    start = end = count = 0
    for first, last, elements in _find_rows(text):
        statement = _read(elements)
        if statement is None:
            continue
        is_next = "Principal" in statement if statements and text[end:first].strip() == "" else None
        if statements and is_next is not ("Principal" in statements[-1]):
            yield _build(statements, start)
            statements = []
        start = start if statements else first
        statements, end, count = [*statements, statement], last, count + 1
        if count == _MAX_STATEMENTS:
            break
    if statements:
        yield _build(statements, start)


def _build(statements: list[dict[str, Any]], start: int) -> CodePolicy:
    return CodePolicy({"Version": "2012-10-17", "Statement": statements}, start, is_whole=False)


def _find_rows(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Yield the bounds of the lines that can be a statement, with its elements as written."""
    lines, at, starts = text.split("\n"), 0, list[int]()
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    starts.append(at)
    header: list[str] | None = None
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        number += 1
        if _HEADER.fullmatch(line):
            header = [each.strip().removesuffix("s") for each in line.strip().strip("|").split("|")]
        elif header is not None and "|" in line:
            cells = [each.strip() for each in line.strip().strip("|").split("|")]
            if len(cells) == len(header) and not _RULE.fullmatch(line):
                yield starts[first], starts[number], dict(zip(header, cells, strict=True))
        elif _EFFECT.search(line) or _ELEMENTS.match(line, len(_margin(line))):
            header, column = None, len(_margin(line).rstrip("-*• \t")) or _indent(line)
            while (
                number < min(len(lines), first + _MAX_LINES)
                and lines[number].strip()
                and _indent(lines[number]) > column
                and not (_EFFECT.search(lines[number]) and _EFFECT.search("\n".join(lines[first:number])))
            ):
                number += 1
            yield starts[first], starts[number], _split("\n".join(lines[first:number])[len(_margin(line)) :])
        elif line.strip():
            header = None


def _margin(line: str) -> str:
    found = _MARGIN.match(line)
    return "" if found is None else found[0]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _split(row: str) -> dict[str, str]:
    """Return the elements of a row by their names. What precedes the first one has no name."""
    lead, *parts = _ELEMENTS.split(row)
    elements = {"": lead}
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if name in elements:
            return {}
        elements[name] = value
    return elements


def _read(elements: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the statement with these elements, ``None`` if one is missing or not understood."""
    head = " ".join(elements.get(each, "") for each in ("", "Sid", "Effect"))
    effect = only_one(_EFFECT.findall(head)) if len(_EFFECT.findall(head)) == 1 else None
    actions = {each for each in ("Action", "NotAction") if each in elements}
    if effect is None or len(actions) != 1 or elements.keys().isdisjoint(("Principal", "Resource")):
        return None
    statement: dict[str, Any] = {"Effect": effect}
    sid = next(iter(_TOKEN.findall(_EFFECT.sub("", elements.get("Sid") or elements.get("", "")))), "")
    if _SID.fullmatch(sid):
        statement = {"Sid": sid, **statement}
    for name, written in elements.items():
        if name in {"", "Sid", "Effect"} or (name == "Condition" and not _tokens(written)):
            continue
        value = _read_element(name, written)
        if not value:
            return None
        statement[name] = value
    return statement


def _read_element(name: str, written: str) -> Any:  # noqa: ANN401 (any JSON value)
    tokens = _tokens(written)
    if name == "Condition":
        return _read_condition(tokens, is_list=_LISTED.search(written) is not None)
    if name.endswith("Principal"):
        return _read_principal(tokens)
    form = _ACTION if name.endswith("Action") else _RESOURCE
    return _shorten(tokens) if all(map(form.fullmatch, tokens)) else None


def _tokens(written: str) -> list[str]:
    found = (each.rstrip(":") for each in _TOKEN.findall(written) if each not in _FILLING)
    return [each for each in found if each]


def _shorten(values: list[str]) -> str | list[str] | None:
    return values[0] if len(values) == 1 else values or None


def _read_principal(tokens: list[str]) -> str | dict[str, Any] | None:
    kind, named = "AWS", dict[str, list[str]]()
    account = ""
    for token in tokens:
        if token in _KINDS:
            kind = token
            continue
        shortened = _SHORTENED.fullmatch(token)
        value = f"{account}{shortened[1]}" if shortened and account else token
        if _ARN.fullmatch(value):
            account = value[: value.rindex(":") + 1]
        elif not _PRINCIPAL.fullmatch(value):
            return None
        named.setdefault("Service" if ".amazonaws.com" in value else kind, []).append(value)
    return "*" if tokens == ["*"] else {each: _shorten(values) for each, values in named.items()}


def _read_condition(tokens: list[str], *, is_list: bool) -> dict[str, dict[str, Any]] | None:
    condition: dict[str, dict[str, list[str]]] = {}
    keys: dict[str, list[str]] | None = None
    values: list[str] | None = None
    for token in tokens:
        if _OPERATOR.fullmatch(token):
            keys, values = condition.setdefault(token, {}), None
        elif keys is not None and values != [] and _KEY.fullmatch(token):
            values = keys.setdefault(token, [])
        elif values is None or token in _WORDS or not _VALUE.fullmatch(token) or (values and not is_list):
            return None
        else:
            values.append(token)
    if not all(condition.values()) or not all(all(each.values()) for each in condition.values()):
        return None
    return {
        operator: {key: _shorten(each) for key, each in found.items()}
        for operator, found in condition.items()
    }


NOTE = lazy_pattern(
    r"(?<![\w-])(?:(?:(?P<of_all>(?i:endpoint policy|resource control policy)|RCP)"
    r"|(?P<of_resource>(?i:(?:bucket|function|key|queue|repository|resource(?:-based)?|secret|topic)(?:'s)?"
    r" policy|trust(?: policy| relationship)?))|(?i:policy|boundary|SCP))"
    r"(?:(?: of| on| for)?(?: the| our| my)?(?: role| user)?"
    r" (?!(?:denies|has|says|contains|with)\b)[\w+=,.@-]{1,64})?"
    r"(?: \([^()\n]{1,60}\))?(?: (?:has|says|contains|with|statement))?"
    # The name of a policy or a statement.
    r"|[\w+=,.@-]{2,64}(?=: (?:Allow|Deny) [a-z0-9-]{2,40}:[A-Z*]))"
    r"(?:(?: ?(?::|=>?|[-=]>|→)\s{1,20}(?:[-*•] )?| (?:an? )?)(?P<effect>Allow|Deny)|[ \t]denies)(?=[ \t]\S)"
)
"""What precedes the statement that a text notes in a line."""
SIGNS_OF_NOTES = (" Deny ", " Allow ", "\nDeny ", "\nAllow ", " denies ")
"""A text without any of these has no such statement."""
_CHARS_OF_NOTE = 500
_NEXT_NOTE = lazy_pattern(r"\n[ \t]{0,8}(?:[-*•#] {1,4})?(?P<effect>Allow|Deny)(?=[ \t]\S)")
_END_OF_NOTE = lazy_pattern(r"\.(?=\s|$)|;|\s(?:#|//|[-–—]{1,2}\s)|\s\([^()\n]{1,80}\)")
_WORD_OF_NOTE = lazy_pattern(r"[!=]=?|[^\s,|\"'`\[\]{}()=!]{1,600}")
# What follows a word.
_PARTS = {
    "action": "action", "actions": "action", "by": "principal", "condition": "condition",
    "conditions": "condition", "for": "principal", "from": "principal", "if": "condition", "on": "resource",
    "principal": "principal", "resource": "resource", "resources": "resource", "to": "principal",
    "unless": "condition", "when": "condition", "where": "condition", "with": "condition",
}  # fmt: skip
_NAME_OF_ACTION = lazy_pattern(r"[A-Z][a-z]\w{1,60}\*?")
_PARTITION = lazy_pattern(r"\barn:(aws[a-z-]{0,12}):")
_SHORT_RESOURCE = lazy_pattern(r"(?a)[a-z][\w.*-]{1,62}/[\w./*-]{1,200}")
_EVERYONE = frozenset({"all", "anyone", "everybody", "everyone"})
_NEGATED = {
    "StringEquals": "StringNotEquals", "StringLike": "StringNotLike", "ArnLike": "ArnNotLike",
    "ArnEquals": "ArnNotEquals", "IpAddress": "NotIpAddress", "Bool": "Bool",
}  # fmt: skip
_BOOLEANS = {"true": "false", "false": "true"}
_CONNECTIVES = frozenset({"=", "==", "!", "!=", "is", "not", "and", "or", "in"})
# What is no word of a sentence.
_NOTED_VALUE = lazy_pattern(r"(?=[^\d/*:.-]{0,200}[\d/*:.-])[\w./:@*$+=-]{1,200}|true|false|[A-Z]{2,20}")


def find_policies_in_notes(notes: Iterable[re.Match[str]]) -> Iterator[CodePolicy]:
    r"""Yield the policies of which a text notes a statement in a line, after what kind of policy it is.

    Args:
        notes: The matches of :data:`NOTE`.

    >>> note = "bucket policy: Deny s3:GetObject unless aws:SourceVpce = vpce-0a1b2c3d"
    >>> [policy] = find_policies_in_notes(NOTE.finditer(note))
    >>> policy.content["Statement"][0]["Condition"]
    {'StringNotEquals': {'aws:SourceVpce': 'vpce-0a1b2c3d'}}
    """
    for found in islice(notes, _MAX_STATEMENTS):
        of_text = _PARTITION.search(found.string)
        partition = of_text[1] if of_text else "aws"
        has_principal = found["of_all"] or found["of_resource"]
        statements = list[dict[str, Any]]()
        row: re.Match[str] | None = found
        while row is not None:
            effect, at = row["effect"] or "Deny", row.end()
            line = found.string.find("\n", at, at + _CHARS_OF_NOTE)
            words = found.string[at : at + _CHARS_OF_NOTE if line == -1 else line]
            # Nobody notes the principal of a Deny for all, or of a policy that is for all.
            principals = (["*"] if effect == "Deny" or found["of_all"] else []) if has_principal else None
            if (statement := _read_note(effect, words, principals, partition)) is not None:
                statements.append(statement)
            row = (
                None
                if line == -1 or len(statements) == _MAX_STATEMENTS
                else _NEXT_NOTE.match(found.string, line)
            )
        if statements:
            content = {"Version": "2012-10-17", "Statement": statements}
            # People note what a trust policy has, and a part of other policies.
            is_whole = all("Resource" not in each and each["Effect"] == "Allow" for each in statements)
            start = found.start("effect") if found["effect"] else found.end()
            yield CodePolicy(content, start, is_whole=is_whole)


def _read_note(effect: str, row: str, principals: list[str] | None, partition: str) -> dict[str, Any] | None:
    """Return the statement of a note, or ``None`` if a part of it is missing or not understood.

    Args:
        effect: The effect.
        row: What follows it in the line.
        principals: The principals if the note has none; ``None`` for a policy without principals.
        partition: The partition of its resources.
    """
    end = _END_OF_NOTE.search(row)
    found = (each.rstrip(":") for each in _WORD_OF_NOTE.findall(row[: end.start()] if end else row))
    words = [each for each in found if each]
    parts: dict[str, list[str]] = {"action": [], "resource": [], "principal": [], "condition": []}
    part = "action"
    for word in words:
        if (name := _PARTS.get(word.lower())) is not None:
            part = name
            continue
        part = "condition" if _OPERATOR.fullmatch(word) else part
        if part == "condition" or word not in {"and", "="}:
            written = "*" if word.lower() in _EVERYONE else word
            if part == "action" and parts[part] and _NAME_OF_ACTION.fullmatch(word):
                # "dynamodb:GetItem, PutItem"
                written = f"{parts[part][0].partition(':')[0]}:{word}"
            parts[part].append(written)
    if parts["action"] == ["*"] and all(
        ":" in each and _ACTION.fullmatch(each) for each in parts["resource"]
    ):
        # "Deny * on s3:*, sqs:*" means everyone.
        parts["action"], parts["resource"] = parts["resource"] or ["*"], []
    if effect == "Deny" or principals is not None:
        parts["resource"] = parts["resource"] or ["*"]
    service = parts["action"][0].partition(":")[0] if parts["action"] else ""
    if service == "s3" or effect == "Deny":
        # In an Allow, the wildcards could be more than the policy has.
        parts["resource"] = [_complete_arn(each, partition, service) for each in parts["resource"]]
    elements: dict[str, Any] = {"Action": _shorten(parts["action"]), "Resource": _shorten(parts["resource"])}
    if all(each.startswith("sts:") for each in parts["action"]) and principals is not None:
        del elements["Resource"]
    if principals is not None:
        elements["Principal"] = _read_principal(parts["principal"] or principals)
    if parts["condition"]:
        is_negated = ("unless" in words) is not any(each in {"!=", "not"} for each in words)
        elements["Condition"] = _read_noted_condition(parts["condition"], is_negated=is_negated)
    is_known = all(map(_ACTION.fullmatch, parts["action"])) and all(
        map(_RESOURCE.fullmatch, parts["resource"])
    )
    is_other = principals is None and parts["principal"]
    return {"Effect": effect, **elements} if is_known and not is_other and all(elements.values()) else None


def _complete_arn(written: str, partition: str, service: str) -> str:
    """Return the ARN of a resource that people shorten: "instance/*", or a bucket with a folder."""
    if _RESOURCE.fullmatch(written) or not _SHORT_RESOURCE.fullmatch(written):
        return written
    return f"arn:{partition}:{service}:{'::' if service == 's3' else '*:*:'}{written}"


def _read_noted_condition(written: list[str], *, is_negated: bool) -> dict[str, dict[str, Any]] | None:
    """Return a condition, whose operator follows from its values if it has none."""
    words = [each for each in written if each not in _CONNECTIVES]
    if words and _KEY.fullmatch(words[0]):
        words = [_find_operator(words[0], words[1:]), *words]
    read = _read_condition(words, is_list=True) if words and _OPERATOR.fullmatch(words[0]) else None
    values = (each for each in words if not _OPERATOR.fullmatch(each))
    if read is None or not all(map(_NOTED_VALUE.fullmatch, values)):
        return None
    if not is_negated:
        return read
    negated = {_NEGATED.get(operator, ""): keys for operator, keys in read.items()}
    if "Bool" in negated:
        negated["Bool"] = {key: _BOOLEANS.get(value) for key, value in negated["Bool"].items()}
    return None if len(read) > 1 or "" in negated else negated


def _find_operator(key: str, values: list[str]) -> str:
    if key.lower() == "aws:sourceip":
        return "IpAddress"
    if set(values) <= _BOOLEANS.keys():
        return "Bool"
    if any(each.startswith("arn:") for each in values):
        return "ArnLike"
    return "StringLike" if any("*" in each for each in values) else "StringEquals"
