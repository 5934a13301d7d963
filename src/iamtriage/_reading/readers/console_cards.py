"""Find access denied cards of the AWS console.

    card    = ["User:" value] ["Service:" prefix] ["Action:" action] ["On resource(s):" value] "Context:" clause
    clause  = "no" TYPE "allows the" [action] "action" | "a" TYPE "explicitly denies the" [action] "action"

People paste it line by line, in one line, or without any separator, and the console is translated. The card is read
from its end, because no other text has the clause. Without a card, the clause is a denial if it names the action and
starts a text or sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.masks import ARN, rejoin
from iamtriage._reading.vocabulary.pieces import BEST, HINT, STATED, Piece
from iamtriage._reading.vocabulary.policy_types import policy_type

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_MAX_CARD_LENGTH = 2600
_TYPE = r"(?:[\w-]{1,30}\s+){0,4}?(?:policy|policies|boundary)"
_ACTION = r"[a-z][a-z0-9-]{1,40}:[A-Z][A-Za-z0-9]{1,100}"
_CLAUSE = lazy_pattern(
    # A pattern that begins with a set of characters skips all others quickly.
    rf"[nat](?<!\w.)(?:(?<=n)o\s+(?P<silent>{_TYPE})\s+allows?|(?:(?<=a)n?|(?<=t)he)\s+(?P<denying>{_TYPE})\s+explicitly\s+den(?:ies|y))"
    rf"\s+the\s+(?:[\"'`]?(?P<action>{_ACTION})[\"'`]?\s+)?action\b"
)
# Markdown marks of bold text and code, and quotes. A single asterisk is a value.
_MARKS = r"(?:\*\*|__|[`\"']){0,2}"
_COLON = rf"{_MARKS}\s?:{_MARKS}\s?{_MARKS}"
_CONTEXT = lazy_pattern(
    rf"(?:Context|Contexte|Contexto|Contesto|Kontext|Konteks|コンテキスト|컨텍스트|上下文|情境){_COLON}\Z"
)
_MAX_CONTEXT_LENGTH = 40
# Without separators, a label directly follows the previous value.
_LABEL = lazy_pattern(
    r"(?:(?P<user>(?<![\w/-])(?:User|Utilisateur|Usuario|Usuário|Benutzer|Utente|Pengguna|ユーザー|사용자|用户|使用者))"
    r"|(?P<service>Service|Servicio|Serviço|Servizio|Dienst|Layanan|サービス|서비스|服务|服務)"
    r"|(?P<action>Action|Acción|Ação|Azione|Aktion|Tindakan|アクション|작업|操作)"
    r"|(?P<resource>(?:(?:On|Sur|En|Em|Su|Auf|Pada)\s(?:[a-z]{1,6}\s)?)?"
    r"(?:[Rr]esource|[Rr]essourcen?|[Rr]ecurso|[Rr]isors[ae]|[Ss]umber\sdaya|リソース|리소스|资源|資源)s?(?:\([a-z]{1,2}\))?)"
    rf"){_COLON}"
)
_VALUES = {
    "user": lazy_pattern(rf"(?:{ARN}|[\w+=,.@<>*-]{{1,128}})"),
    "service": lazy_pattern(r"[a-z][a-z0-9-]{1,40}(?![\w.:])"),
    "action": lazy_pattern(r"(?:(?P<prefix>[A-Za-z][A-Za-z0-9-]{1,40}):)?[A-Z][A-Za-z0-9]{1,100}(?![\w:])"),
    "resource": lazy_pattern(rf"(?:{ARN}|\*|[^\s\"'`<>]{{1,600}}(?:[ ][^\s\"'`<>]{{1,600}}){{0,3}})"),
}
# What can be between a value and the next label.
_BEFORE_NEXT_LABEL = lazy_pattern(r"[\s\"'`*_.,;|>-]{0,12}\Z")
_HEADING = lazy_pattern(rf"Access\s+denied\s+to\s+{_MARKS}(?P<action>{_ACTION})(?![\w:])")
_MAX_HEADING_DISTANCE = 400
# A clause without a card starts a text, a part of one, or the rest of a sentence.
_CLAUSE_START = lazy_pattern(r"(?:\A|\x1e|\n\n|\.{3}|…|:|[-–—][ ]|[(\"'`])\s?\Z")


def read_cards(readable: Readable) -> Iterator[Piece]:
    """Yield every card and every clause outside of the standard denials, in order."""
    text = readable.text
    if readable.are_in_sentences({"action"}):
        return
    done = 0
    for clause in _CLAUSE.finditer(text):
        floor = max(done, readable.last_sentence_end(clause.start()))
        if floor > clause.start():
            continue
        context = _CONTEXT.search(text, max(floor, clause.start() - _MAX_CONTEXT_LENGTH), clause.start())
        if context:
            piece = _read_card(text, floor, context.start(), clause)
        elif clause["action"] and _CLAUSE_START.search(text, max(0, clause.start() - 4), clause.start()):
            piece = Piece("core", clause.start(), clause.end(), kind="access_denied", is_aws=True)
        else:
            continue
        _read_clause(piece, clause)
        done = piece.end
        yield piece


def _read_card(text: str, floor: int, end: int, clause: re.Match[str]) -> Piece:
    """Build a piece from the fields of a card, backwards from the last one.

    Each field must directly precede the next one.
    """
    piece = Piece("core", end, clause.end(), kind="access_denied", is_aws=True)
    prefix: re.Match[str] | None = None
    action: re.Match[str] | None = None
    for label in reversed(list(_LABEL.finditer(text, max(floor, end - _MAX_CARD_LENGTH), end))):
        name = label.lastgroup or ""
        value = _VALUES[name].match(text, label.end(), end)
        if value is None or _BEFORE_NEXT_LABEL.match(text[value.end() : end]) is None:
            break
        piece.start = end = label.start()
        if name == "service":
            prefix = value
        elif name == "action":
            action = value
        else:
            first, last = trim(text, *value.span())
            written = rejoin(text[first:last])
            if name == "user":
                piece.put_principal(text, written, first, last)
            else:
                piece.put("resource", written, first, last)
    if action:
        _put_action(piece, action, prefix)
    heading = search_last(_HEADING, text, max(floor, end - _MAX_HEADING_DISTANCE), end)
    if heading:
        _put_named_action(piece, heading)
        piece.start = heading.start()
    return piece


def _put_action(piece: Piece, action: re.Match[str], prefix: re.Match[str] | None) -> None:
    """Add the action, with the service field as its prefix if it has none."""
    service = action["prefix"] or (prefix[0] if prefix else None)
    if service:
        name = action[0] if action["prefix"] else f"{service}:{action[0]}"
        piece.put("action", name, *action.span())
        start, end = action.span("prefix") if action["prefix"] or prefix is None else prefix.span()
        piece.put("service", service.lower(), start, end, BEST)


def _put_named_action(piece: Piece, m: re.Match[str]) -> None:
    """Add the action that a clause or heading names, if the card has none."""
    if m["action"] and "action" not in piece.facts:
        piece.put_action(m["action"], *m.span("action"), HINT, STATED)


def _read_clause(piece: Piece, clause: re.Match[str]) -> None:
    _put_named_action(piece, clause)
    piece.put("deny", "implicit" if clause["silent"] else "explicit")
    piece.put("policy_type", policy_type(clause["silent"] or clause["denying"]))
    piece.put("reason", " ".join(clause[0].split()), *clause.span())
