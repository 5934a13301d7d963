"""Reads denials that AWS's documentation or console prints in another language; not English ones.

Word order differs, but ARNs, the action, the code in parentheses and the operation's name are
not translated, so those are read, and the words for "explicit deny" in AWS's languages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.codes import kind_of_code
from iamtriage._reading.grammar import account_of, trim
from iamtriage._reading.partials import Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(r"\(\s?(?P<code>[A-Z][A-Za-z0-9]{3,80})\s?\)")
_OPERATION = re.compile(
    r"(?P<after>[A-Z][A-Za-z0-9]{3,60})[ \-]?(?:オペレーション|操作|作業|작업|-Operation|-Vorgang|-Vorgangs)"
    r"|(?:operazione|opération|operación|operação|Operation|Vorgangs|操作|operasi)\s+[\"'«]?(?P<before>[A-Z][A-Za-z0-9]{3,60})"
)
_NOT_AUTHORIZED = re.compile(
    r"non è autorizzat[oa]|n'est pas autorisée? à|no está autorizad[oa]|não (?:está autorizad|tem autorização|tem permissão|é autorizad)"
    r"|ist nicht (?:berechtigt|autorisiert)|nicht autorisiert|権限がありません|許可されていません|承認されていません|권한이 없습니다|권한이 없음"
    r"|没有权限|无权|未获授权|無權|未獲授權|沒有權限|tidak (?:diizinkan|diotorisasi|berwenang)"
)
_EXPLICIT = re.compile(
    r"明示的な拒否|明示的拒否|negazione esplicita|rifiuto esplicito|refus explicite|denegación explícita|negação explícita|recusa explícita"
    r"|explizite[nrs]? (?:Verweigerung|Ablehnung)|ausdrückliche[nrs]? (?:Ablehnung|Verweigerung)|명시적(?:인)? 거부|显式拒绝|明确拒绝|明確拒絕|顯式拒絕|penolakan eksplisit"
)
_PRINCIPAL = re.compile(r"arn:[\w-]{1,24}:(?:iam|sts)::[^\s:]{0,40}:[^\s,;\"'、。]{1,600}|<[^<>\n]{1,60}>")
_ACTION = re.compile(r"(?<![\w:/-])(?P<service>[a-z][a-z0-9-]{1,40}):(?P<name>[A-Z][A-Za-z0-9]{2,80})(?![\w/]|:\S)")
_RESOURCE = re.compile(
    r"(?:risorsa|ressource|Ressource|recurso|リソース|资源|資源|리소스|sumber daya)\s?:?\s?[\"'«]?(?P<resource>(?:role|user|policy|group)\s\S+|arn:[^\s\"'»]+|\*)"
)
_LAST = re.compile(r":\s?(?P<resource>(?:ロール|역할|角色)\s\S{1,80})")
_LABELS = re.compile(r"(?:[Uu]tente|[Uu]tilisateur|[Uu]suario|[Uu]suário|Benutzer|ユーザー|사용자|用户|使用者|User|[Pp]engguna)\s?:\s?")
_REACH = 900


def read_translated(text: str) -> Iterator[Partial]:
    """Find denials in other languages than English."""
    if text.isascii():
        return
    for m in _NOT_AUTHORIZED.finditer(text):
        left, right = max(0, m.start() - _REACH), min(len(text), m.end() + _REACH)
        partial = Partial("core", m.start(), m.end(), kind="access_denied")
        labels = list(_LABELS.finditer(text, left, m.end() + 200))
        for label in reversed(labels):
            who = _PRINCIPAL.match(text, label.end())
            if who:
                start, end = trim(text, who.start(), who.end())
                partial.put("principal", text[start:end], start, end)
                account = account_of(text[start:end])
                if account:
                    at = text.find(account, start, end)
                    partial.put("account", account, at, at + len(account))
                partial.start = min(partial.start, label.start())
                break
        for action in _ACTION.finditer(text, left, right):
            partial.put("action", action[0], action.start(), action.end())
            partial.put("service", action["service"], rank=3)
            partial.end = max(partial.end, action.end())
            partial.start = min(partial.start, action.start())
            break
        for code in _CODE.finditer(text, left, right):
            if kind_of_code(code["code"]):
                partial.put("code", code["code"], code.start("code"), code.end("code"))
                break
        operation = _OPERATION.search(text, left, right)
        if operation:
            group = operation.lastgroup or "after"
            partial.put("operation", operation[group], operation.start(group), operation.end(group))
        if _EXPLICIT.search(text, left, right):
            partial.put("deny", "explicit")
        resource = _RESOURCE.search(text, m.end(), right) or _LAST.search(text, m.end(), right)
        if resource:
            start, end = trim(text, resource.start("resource"), resource.end("resource"))
            partial.put("resource", text[start:end], start, end)
        if "action" in partial.facts or "principal" in partial.facts or "code" in partial.facts:
            partial.aws = "principal" in partial.facts or "action" in partial.facts
            yield partial
