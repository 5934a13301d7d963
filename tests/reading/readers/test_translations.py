"""Check how denials in languages other than English are read."""

from __future__ import annotations

from tests.tables import ANA, CLUSTER, Facts, Table, check_rows, denied, facts_in, rows

_FACTS: Facts = denied(principal=ANA, action="eks:ListClusters")
_ON: Facts = denied(principal=ANA, action="eks:DescribeCluster", resource=CLUSTER)

PLAIN: Table = (
    # Words of these languages follow values without a space.
    (
        "japanese-joined",
        f"ユーザー: {ANA}には、リソース: arn:aws:sqs:eu-west-1:111122223333:ordersで次を実行する権限がありません: sqs:SendMessage",
        denied(principal=ANA, action="sqs:SendMessage", resource="arn:aws:sqs:eu-west-1:111122223333:orders"),
    ),
    (
        "korean-joined",
        f"사용자: {ANA}은(는) sqs:SendMessage을(를) 수행할 권한이 없습니다. 리소스: arn:aws:sqs:eu-west-1:111122223333:orders",
        denied(principal=ANA, action="sqs:SendMessage", resource="arn:aws:sqs:eu-west-1:111122223333:orders"),
    ),
    (
        "chinese-joined",
        f"用户 {ANA}没有权限执行sqs:SendMessage操作",
        denied(principal=ANA, action="sqs:SendMessage"),
    ),
    (
        "user-far-before",
        f"Utente: {ANA} {'ordini ' * 128}non è autorizzato a eseguire: sqs:SendMessage",
        denied(action="sqs:SendMessage"),
    ),
    (
        "word-before-the-verb",
        "Utente ana non è autorizzato ad eseguire sqs:SendMessage",
        denied(principal="ana", action="sqs:SendMessage"),
    ),
    (
        "user-elsewhere",
        "L'utente ana, che non è autorizzato a eseguire: sqs:SendMessage",
        denied(action="sqs:SendMessage"),
    ),
    (
        "link",
        f"http:GetOrders Utente: {ANA} non è autorizzato a eseguire: sqs:SendMessage",
        denied(principal=ANA, action="sqs:SendMessage"),
    ),
    (
        "said-again-in-the-same-sentence",
        f"Benutzer: {ANA} ist nicht berechtigt, sqs:SendMessage auszuführen, da er nicht autorisiert ist. Ressource: *",
        denied(principal=ANA, action="sqs:SendMessage", resource="*"),
    ),
    (
        "german",
        f"Benutzer: {ANA} ist nicht berechtigt, Folgendes auszuführen: eks:DescribeCluster für Ressource: {CLUSTER}",
        _ON,
    ),
    (
        "french",
        f"Utilisateur : {ANA} n'est pas autorisé à effectuer : eks:DescribeCluster sur la ressource : {CLUSTER}",
        _ON,
    ),
    (
        "spanish",
        f"El usuario: {ANA} no está autorizado para realizar: eks:DescribeCluster en el recurso: {CLUSTER}",
        _ON,
    ),
    (
        "italian",
        f"L'utente: {ANA} non è autorizzato a eseguire: eks:DescribeCluster sulla risorsa: {CLUSTER}",
        _ON,
    ),
    (
        "portuguese",
        f"O usuário: {ANA} não está autorizado a executar: eks:DescribeCluster no recurso: {CLUSTER}",
        _ON,
    ),
    (
        "japanese",
        f"ユーザー: {ANA} には、リソース: {CLUSTER} に対して eks:DescribeCluster を実行する権限がありません",
        _ON,
    ),
    (
        "korean",
        f"사용자: {ANA} 는 리소스: {CLUSTER} 에서 eks:DescribeCluster 을(를) 수행할 권한이 없습니다",
        _ON,
    ),
    ("chinese", f"用户: {ANA} 无权对资源: {CLUSTER} 执行 eks:DescribeCluster", _ON),
    ("taiwan", f"使用者: {ANA} 未獲授權執行：eks:ListClusters", _FACTS),
    (
        "in-english-shell",
        f"An error occurred (AccessDenied) when calling the ListClusters operation: ユーザー: {ANA} には eks:ListClusters の権限がありません",
        {**_FACTS, "code": "AccessDenied", "operation": "ListClusters"},
    ),
    (
        "code-in-parentheses",
        f"ListClusters オペレーションを呼び出すときにエラー (AccessDenied) が発生しました: ユーザー: {ANA} には eks:ListClusters の権限がありません",
        {**_FACTS, "code": "AccessDenied", "operation": "ListClusters"},
    ),
    (
        "code-block-of-jira",
        "{code:java}\nAccessDenied: o usuário IAM não está autorizado a executar sqs:SendMessage\n{code}",
        denied(code="AccessDenied", action="sqs:SendMessage"),
    ),
    ("sudo", "L'utilisateur ana n'est pas autorisé à exécuter sudo sur example-host.", None),
    (
        "generic-user",
        "AccessDenied: o usuário IAM não está autorizado a executar sqs:SendMessage",
        denied(code="AccessDenied", action="sqs:SendMessage"),
    ),
    ("kubernetes-user", 'User "system:anonymous" 无权访问 dashboard', None),
    ("nobody-and-nothing", "この操作を実行する権限がありません", None),
)
EXPLICIT: Table = (
    (
        "german",
        f"Benutzer: {ANA} ist nicht berechtigt, Folgendes auszuführen: eks:ListClusters mit einer ausdrücklichen Ablehnung in einer Service-Control-Richtlinie",
        {**_FACTS, "deny": "explicit", "policy_type": "service_control"},
    ),
    (
        "french",
        f"Utilisateur : {ANA} n'est pas autorisé à effectuer : eks:ListClusters avec un refus explicite dans une politique basée sur l'identité",
        {**_FACTS, "deny": "explicit", "policy_type": "identity"},
    ),
    (
        "spanish",
        f"El usuario: {ANA} no está autorizado para realizar: eks:ListClusters con una denegación explícita en un límite de permisos",
        {**_FACTS, "deny": "explicit", "policy_type": "permissions_boundary"},
    ),
    (
        "italian",
        f"L'utente: {ANA} non è autorizzato a eseguire: eks:ListClusters con un rifiuto esplicito in una policy di sessione",
        {**_FACTS, "deny": "explicit", "policy_type": "session"},
    ),
    (
        "portuguese",
        f"O usuário: {ANA} não está autorizado a executar: eks:ListClusters com uma negação explícita em uma política de endpoint da VPC",
        {**_FACTS, "deny": "explicit", "policy_type": "vpc_endpoint"},
    ),
    (
        "japanese",
        f"ユーザー: {ANA} には eks:ListClusters を実行する権限がありません。リソースコントロールポリシーに明示的な拒否があります",
        {**_FACTS, "deny": "explicit", "policy_type": "resource_control"},
    ),
    (
        "chinese",
        f"用户: {ANA} 无权执行 eks:ListClusters，在信任策略中存在显式拒绝",
        {**_FACTS, "deny": "explicit", "policy_type": "role_trust"},
    ),
)
IMPLICIT: Table = (
    (
        "german",
        f"Benutzer: {ANA} ist nicht berechtigt, Folgendes auszuführen: eks:ListClusters, da keine identitätsbasierte Richtlinie die Aktion eks:ListClusters zulässt",
        {**_FACTS, "deny": "implicit", "policy_type": "identity"},
    ),
    (
        "french",
        f"Utilisateur : {ANA} n'est pas autorisé à effectuer : eks:ListClusters car aucune politique basée sur les ressources n'autorise l'action eks:ListClusters",
        {**_FACTS, "deny": "implicit", "policy_type": "resource"},
    ),
    (
        "spanish",
        f"El usuario: {ANA} no está autorizado para realizar: eks:ListClusters porque ninguna política de sesión permite la acción eks:ListClusters",
        {**_FACTS, "deny": "implicit", "policy_type": "session"},
    ),
    (
        "italian",
        f"L'utente: {ANA} non è autorizzato a eseguire: eks:ListClusters perché nessun limite delle autorizzazioni consente l'azione eks:ListClusters",
        {**_FACTS, "deny": "implicit", "policy_type": "permissions_boundary"},
    ),
    (
        "portuguese",
        f"O usuário: {ANA} não está autorizado a executar: eks:ListClusters porque nenhuma política de controle de serviço permite a ação eks:ListClusters",
        {**_FACTS, "deny": "implicit", "policy_type": "service_control"},
    ),
    (
        "japanese",
        f"ユーザー: {ANA} には eks:ListClusters を実行する権限がありません。アイデンティティベースのポリシーで許可されていないためです",
        {**_FACTS, "deny": "implicit", "policy_type": "identity"},
    ),
    (
        "chinese",
        f"用户: {ANA} 无权执行 eks:ListClusters，因为没有基于身份的策略允许该操作",
        {**_FACTS, "deny": "implicit", "policy_type": "identity"},
    ),
)
TABLES = (PLAIN, EXPLICIT, IMPLICIT)


@check_rows(("text", "expected"), rows(row for table in TABLES for row in table))
def test_facts_of_a_translated_denial(text: str, expected: Facts | None) -> None:
    """The values, the kind of denial and the policy type are read in each language."""
    assert facts_in(text) == expected
