"""Find denials in the languages of the AWS documentation and console.

The word order differs, but ARNs, the action, the code in parentheses and the operation are not translated. The
tables have the words for "not authorized", "resource", "explicit deny", "no … policy allows" and the policy types.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, lazy_patterns
from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.masks import MASK, rejoin
from iamtriage._reading.vocabulary.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable
    from iamtriage.typing import PolicyType

_CODE = lazy_pattern(r"\(\s?(?P<code>[A-Z][A-Za-z0-9]{3,80})\s?\)")
_OPERATION = lazy_pattern(
    r"(?P<after>[A-Z][A-Za-z0-9]{3,60})[ \-]?(?:オペレーション|操作|作業|작업|-Operation|-Vorgang|-Vorgangs)"
    r"|(?:operazione|opération|operación|operação|Operation|Vorgangs|操作|operasi)\s+[\"'«]?(?P<before>[A-Z][A-Za-z0-9]{3,60})"
)
_NOT_AUTHORIZED = lazy_pattern(
    r"non è autorizzat[oa]|n'est pas autorisée? à|no está autorizad[oa]|não (?:está autorizad|tem autorização|tem permissão|é autorizad)"
    r"|ist nicht (?:berechtigt|autorisiert)|nicht autorisiert|権限がありません|許可されていません|承認されていません|권한이 (?:없습니다|없음|부여되지)"
    r"|没有(?:执行[^\n]{0,60})?权限|无权|未获授权|無權|未獲授權|沒有權限|tidak (?:diizinkan|diotorisasi|berwenang)"
)
_EXPLICIT = lazy_pattern(
    r"明示的な?拒否|negazione esplicita|rifiuto esplicito|re(?:fus|jet) explicite|denegación explícita|(?:negação|recusa) explícita"
    r"|(?:explizite|ausdrückliche)[nrs]? (?:Verweigerung|Ablehnung|Zugriffsverweigerung)|명시적(?:인)? 거부|显式拒绝|明确拒绝|明確拒絕|顯式拒絕|penolakan eksplisit"
)
_IMPLICIT = lazy_pattern(
    r"(?:perché|poiché) nessun|car aucune|parce qu'aucune|(?:ya que|porque) ninguna|(?:pois|porque) nenhuma|(?:da|weil) keine"
    r"|(?:許可する|許可している)[^\n]{0,80}ない(?:ため)?|許可(?:して|されて)いないため|허용하는[^\n]{0,80}없|因为没有|因為沒有|karena tidak ada"
)
_TYPES: dict[PolicyType, re.Pattern[str]] = lazy_patterns(
    {
        "service_control": r"サービスコントロールポリシー|policy di controllo dei servizi|politique de contrôle (?:des|de) services?|política de control de servicios?|política de controle de serviços?|Service-Control-(?:Richtlinie|Policy)|Dienststeuerungsrichtlinie|서비스 제어 정책|服务控制策略|服務控制政策|kebijakan kontrol layanan",
        "resource_control": r"リソースコントロールポリシー|controllo delle risorse|contrôle des ressources|control de recursos|controle de recursos|Ressourcenkontrollrichtlinie|리소스 제어 정책|资源控制策略|資源控制政策",
        "permissions_boundary": r"アクセス許可(?:の)?境界|limite delle autorizzazioni|limite d'autorisations|límite de permisos|limite de permissões|Berechtigungsgrenze|권한 경계|权限边界|許可界限|batas izin",
        "session": r"セッションポリシー|policy di sessione|politique de session|política de sesión|política de sessão|Sitzungsrichtlinie|세션 정책|会话策略|工作階段政策",
        "vpc_endpoint": r"VPC ?エンドポイントポリシー|endpoint VPC|point de terminaison (?:d'un )?VPC|punto de (?:conexión|enlace) de (?:la )?VPC|endpoint (?:da|de) VPC|VPC-Endpunkt|VPC 엔드포인트 정책|VPC ?(?:端点|终端节点)|VPC ?端點",
        "role_trust": r"(?:ロールの)?信頼ポリシー|policy di attendibilità|politique (?:d'approbation|de confiance)|política de confianza|política de confiança|Vertrauensrichtlinie|신뢰 정책|信任策略|信任政策",
        "identity": r"アイデンティティベース|ID ?ベース|basat[ao] sull'identità|basée sur l'identité|basada en (?:la )?identidad|baseada em identidade|identitätsbasiert|자격 증명 기반|ID 기반|基于身份|身分型|以身分為基礎|berbasis identitas",
        "resource": r"リソースベース|basat[ao] sulle risorse|basée sur les ressources|basada en (?:los )?recursos|baseada em recursos?|ressourcenbasiert|리소스 기반|基于资源|資源型|以資源為基礎|berbasis sumber daya",
    },
    re.IGNORECASE,
)
# Japanese, Korean and Chinese words can follow a name without a space.
_JOINED = r"(?<=[A-Za-z0-9_*.-])[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
_SECTION = rf"(?:{MASK}|[^\s:]){{0,40}}+"
_NAME = rf"(?:{MASK}|(?!{_JOINED})[^\s,;\"'、。」»<>]){{1,600}}+"
_PRINCIPAL = lazy_pattern(
    rf"arn:[\w-]{{1,24}}:(?:iam|sts)::{_SECTION}:{_NAME}|<[^<>\n]{{1,60}}>|(?!(?:IAM|AWS)\s)[\w+=,.@-]{{3,64}}(?=\s)"
)
_ACTION = lazy_pattern(
    r"(?<![A-Za-z0-9_/.{-])(?<![A-Za-z0-9]:)(?<!::)(?P<service>[A-Za-z][a-zA-Z0-9-]{1,40}):(?P<name>[A-Za-z][A-Za-z0-9*]{2,80})(?![A-Za-z0-9_/]|:\S)"
)
_RESOURCE = lazy_pattern(
    rf"(?:risorsa|ressource|Ressource|recurso|リソース|资源|資源|리소스|sumber daya|resource)(?:の)?\s?:?\s?[\"'«`]?(?P<resource>(?:role|user|policy|group)\s\S+|arn:(?:{MASK}|(?!{_JOINED})[^\s\"'»、。,<])++|\*)"
)
_LAST_RESOURCE = lazy_pattern(r":\s?(?P<resource>(?:ロール|역할|角色)\s[^\s(（]{1,80})")
_LABEL = lazy_pattern(
    r"(?:[Uu]tente|[Uu]tilisateur|[Uu]suario|[Uu]suário|Benutzer|ユーザー|사용자|用户|使用者|User|[Pp]engguna)(?P<colon>\s?:)?\s?"
)
_NOT_NAMES = ("arn:", "<")
# Kubernetes has users such as system:anonymous.
_NOT_ACTIONS = frozenset({"arn", "http", "https", "system"})
_MAX_DISTANCE = 900
# Characters after a denial in which the label of its principal can start.
_MAX_LABEL_DISTANCE = 200
# Denials to read. More would take long, because the text around each of them is searched.
_MAX_DENIALS = 64
_MAX_SPACES = 8


def read_translations(readable: Readable) -> Iterator[Piece]:
    """Yield denials in languages other than English."""
    text = readable.text
    if readable.sentences:
        return
    end = 0
    for m in islice(_NOT_AUTHORIZED.finditer(text), _MAX_DENIALS):
        if m.start() < end:
            continue
        left, right = max(end, m.start() - _MAX_DISTANCE), min(len(text), m.end() + _MAX_DISTANCE)
        piece = _read_around(text, m, left, right)
        if piece is not None:
            end = piece.end
            yield piece


def read_translation_codes(readable: Readable) -> Iterator[Piece]:
    """Yield codes in parentheses next to an operation in a translation of botocore's message."""
    text = readable.text
    for code in _CODE.finditer(text):
        around = text[max(0, code.start() - 120) : code.end() + 120]
        if kind_of_code(code["code"]) and not around.isascii():
            operation = _OPERATION.search(text, max(0, code.start() - 120), code.end() + 120)
            if operation:
                piece = Piece("head", min(operation.start(), code.start()), code.end(), is_aws=True)
                piece.put("code", code["code"], code.start("code"), code.end("code"))
                group = operation.lastgroup or "after"
                piece.put("operation", operation[group], operation.start(group), operation.end(group))
                yield piece


def _find_action(text: str, left: int, right: int) -> re.Match[str] | None:
    for action in _ACTION.finditer(text, left, right):
        before = text[max(0, action.start() - 30) : action.start()].rsplit(" ", maxsplit=1)[-1]
        if action["service"] not in _NOT_ACTIONS and "arn:" not in before:
            return action
    return None


def _read_around(text: str, m: re.Match[str], left: int, right: int) -> Piece | None:
    piece = Piece("core", m.start(), m.end(), kind="access_denied")
    _read_principal(text, left, m, piece)
    action = _find_action(text, left, right)
    if action is not None:
        piece.put_action(action[0], *action.span())
        piece.end = max(piece.end, action.end())
        piece.start = min(piece.start, action.start())
    principal = piece.facts.get("principal")
    if action is None and (principal is None or not principal.value.startswith(_NOT_NAMES)):
        # Without an action, "user bob is not authorized to …" is what other software says, such as sudo.
        return None
    resource = _RESOURCE.search(text, left, right) or _LAST_RESOURCE.search(text, m.end(), right)
    if resource:
        start, end = trim(text, *resource.span("resource"))
        piece.put("resource", rejoin(text[start:end]), start, end)
        piece.end = max(piece.end, end)
    explicit = _EXPLICIT.search(text, left, right)
    reason = explicit or _IMPLICIT.search(text, m.start(), right)
    if reason:
        piece.put("deny", "explicit" if explicit else "implicit")
        low = left if reason.start() < m.start() else m.start()
        types = (name for name, pattern in _TYPES.items() if pattern.search(text, low, right))
        piece.put("policy_type", next(types, None))
        piece.end = max(piece.end, reason.end())
    piece.is_aws = True
    return piece


def _read_principal(text: str, left: int, m: re.Match[str], piece: Piece) -> None:
    """Parse the principal after the last label that has one."""
    labels = [*_LABEL.finditer(text, left, m.end() + _MAX_LABEL_DISTANCE)]
    for label in reversed(labels):
        principal = _PRINCIPAL.match(text, label.end())
        if principal and (
            label["colon"] or principal[0].startswith("arn:") or _is_followed_by(text, principal.end(), m[0])
        ):
            start, end = trim(text, *principal.span())
            piece.put_principal(text, rejoin(text[start:end]), start, end)
            piece.start = min(piece.start, label.start())
            return


def _is_followed_by(text: str, position: int, words: str) -> bool:
    return text[position : position + len(words) + _MAX_SPACES].lstrip().startswith(words)
