"""Explain that Roles Anywhere or STS opens no session, also for Vault, or that a request has no signature."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, lower_first, quote_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.denies.stated_denies import find_stated_denies
from iamtriage.explaining._rules.denials.policy_causes import DENIES, NO_ALLOWS
from iamtriage.explaining._rules.denials.policy_types import resource_policies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region, message_text
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import (
    Commands,
    owner_remedy,
    present,
    trust_remedy,
    your_remedy,
)
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines, why_no_allow_helps
from iamtriage.policies._documents import allow, build_document

CALLED_FROM_SESSION = CauseType(
    "called-from-session",
    title="The call requires an IAM user's long-term credentials",
    text="No policy can allow it: AWS accepts only the access key of an IAM user here.",
    recognised_by='AWS says "Cannot call GetSessionToken with session credentials".',
    fix="Use the temporary credentials as they are, or call with the access key of an IAM user.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",),
)
_OF_USER = lazy_pattern(r"(?i:\bmfa|serial.?number|token.?code)")
_OF_ROLE = lazy_pattern(
    r"(?a)(?i:\b(?:instance|task|execution|pod|service)[ -](?:role|profile)\b|:assumed-role/|\bIRSA\b)"
    r"(?: ?[(`'\"]{0,2}(?P<role>[A-Za-z](?=[\w+=,.@-]*[-_0-9])[\w+=,.@-]{1,63}))?"
)
# The credentials come from the portal, so there is no access key of an IAM user.
_OF_IDENTITY_CENTER = lazy_pattern(
    r"\baws sso login\b|\bSuccessfully logged into Start URL|\bsso_(?:session|start_url)\b|\bawsapps\.com/start\b"
)
_ADDED = r"(?i:\b(?:add(?:ed|ing)?|allow(?:ed|s)?|grant(?:ed)?|gave|put)\b[^.\n]{{0,30}}\bsts:{}\b)"
_OF_KEY = lazy_pattern(
    r"(?i:\b(?:keys? (?:in|from) (?:a|the|its|an) [\w .]{0,20}file|(?:access|static|long-term) keys?|IAM user)\b)"
)
_DURATION = lazy_pattern(r"(?a)\bDurationSeconds\W{1,4}([0-9]{4,6})\b|--duration-seconds[ =]([0-9]{4,6})\b")
_BROWSER = lazy_pattern(r"(?i:\bbrowsers?\b|\bfront[- ]?end\b|\bmobile app\b)")


def explain_called_from_session(denial: Denial) -> Explanation:
    """Explain that GetSessionToken and GetFederationToken accept no temporary credentials."""
    text = denial.failure.text
    is_federation = "GetFederationToken" in (denial.operation or message_text(denial.case))
    call = "GetFederationToken" if is_federation else "GetSessionToken"
    profile = find_profile(denial.case)
    where = "in use" if profile is None else f"of the profile {clip_text(profile)}"
    shown: str | None
    shown, line = "The command shows where the credentials come from.", "aws configure list"
    steps = ["Temporary credentials, such as those of a role, need no further session: use them as they are."]
    summary = f"STS accepts {call} only with the long-term access key of an IAM user, and the credentials {where} are temporary."
    if is_of_vault(denial):
        return explain_vault_token(denial, summary, CALLED_FROM_SESSION.cause("reported"))
    of_role, policy = _OF_ROLE.search(text), None
    because: tuple[str, ...] = ()
    if is_federation or (of_role is not None and _OF_USER.search(text) is None):
        title = f"Leave out {call}, or call AssumeRole instead"
        before = _OF_KEY.search(text)
        because = (f"The text says {quote_words(before[0])}: such keys are long-term.",) if before else ()
        duration = next((each for found in _DURATION.findall(text) for each in found if each), "")
        limit = f", not DurationSeconds {duration}" if duration and int(duration) > 3600 else ""
        steps = [
            f"In the program itself, use the credentials that it has, without {call}.",
            "To let a browser read or write single objects, presigned URLs are enough: the program creates them with its own credentials.",
        ]
        if _BROWSER.search(text):
            steps.reverse()
        chosen = "with a session policy, or for a role that may do only what is needed"
        shown = "For AssumeRole, the trust policy of that role must trust the caller, which get-caller-identity prints."
        line = commands.SHOW_CALLER
        role = getattr(denial.role, "name", of_role and of_role["role"])
        if role is not None:
            chosen, shown = "for a role with a policy for only what is needed, which trusts the caller", None
            line = "aws iam create-role --role-name passed-on --assume-role-policy-document file://trust.json"
            arn = str(
                denial.role
                or f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:role/{role}"
            )
            policy = build_document([allow("sts:AssumeRole", principal={"AWS": arn})])
        step = f"For other credentials, call AssumeRole {chosen}. For a caller that is itself a role, the session lasts at most one hour (role chaining){limit}."
        steps.append(step)
    elif _OF_IDENTITY_CENTER.search(text) is not None and profile is not None:
        title = f"Leave out {call}, and use the credentials of the profile {clip_text(profile)} as they are"
        steps = [
            "The sign-in with IAM Identity Center asks for MFA, and its credentials need no further session: drop the step, and run what follows with the profile.",
            "How long they last is the session duration of the permission set (at most 12 hours).",
        ]
        shown = (
            "For a program that reads only environment variables, the command prints the lines that set them."
        )
        line = "aws configure export-credentials --format env"
    else:
        title = f"Leave out {call}, or call it as the IAM user"
        steps.append(
            "For MFA, call with the access key of the IAM user whose device it is: without AWS_SESSION_TOKEN in the environment, and in a profile without role_arn, sso_session and aws_session_token. A role cannot pass a code."
        )
    if f'"sts:{call}"' in text or re.search(_ADDED.format(call), text) is not None:
        steps.append(f"Remove the Allow for sts:{call} again, which has no effect.")
    page = f"https://docs.aws.amazon.com/STS/latest/APIReference/API_{call}.html"
    remedy = attrs.evolve(
        your_remedy(title, *present(*steps, shown), commands=with_profile(profile, line), url=page),
        policy=policy,
        layer="role_trust" if policy else None,
    )
    return denial.explain(summary, CALLED_FROM_SESSION.cause("reported", because), remedies=remedy)


_SIGNING_NAMES = frozenset({"execute-api", "es", "aoss", "appsync", "lambda", "vpc-lattice-svcs"})
_ROUTE = lazy_pattern(
    r"(?a)arn:aws(?P<suffix>-cn)?[a-z-]*:execute-api:(?P<region>[a-z0-9-]{6,30}):[^:]*:(?P<api>[a-z0-9]{10})/(?P<stage>[\w-]{1,128})"
    r"/(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)(?P<path>/[\w.~/+-]{0,300})?\Z"
)
# A query can contain a secret.
_CURL = lazy_pattern(
    r"(?a)\bcurl\b[^\n|]{0,200}?[ '\"](?P<url>https://[a-z0-9.-]{4,253}(?:/[\w.~/%+-]{0,300})?)(?=[\s'\"|;)]|\Z)"
)
# The hosts of the services that take such requests. A signed one carries the session token, so it goes nowhere else.
_AWS_HOST = lazy_pattern(
    rf"https://(?P<id>[a-z0-9]{{1,40}})[a-z0-9.-]{{0,200}}?(?:\.(?P<before>{REGION}))?\.(?P<service>(?:execute|appsync)-api|lambda-url|es|aoss)"
    rf"(?:\.(?P<after>{REGION}))?\.(?:amazonaws\.com(?:\.cn)?|on\.aws)(?=/|\Z)"
)
_SEARCH_HOST = lazy_pattern(rf"\.({REGION})\.(?:es|aoss)\.amazonaws\.com")
# The client of OpenSearch, and the setting with which it signs:
# https://docs.fluentbit.io/manual/pipeline/outputs/opensearch, https://github.com/fluent/fluent-plugin-opensearch,
# https://github.com/opensearch-project/logstash-output-opensearch,
# https://vector.dev/docs/reference/configuration/sinks/elasticsearch/ and https://docs.opensearch.org/latest/clients/
_SEARCH_CLIENTS = Signs(
    {
        r"(?im)\[output:(?:opensearch|es):|fluent-?bit|^[ \t]*\[OUTPUT\][ \t\r]*$": (
            "Fluent Bit",
            "In the [OUTPUT] section, set AWS_Auth On, AWS_Region {region} and AWS_Service_Name {service}. Then restart Fluent Bit.",
        ),
        r"(?i)\blogstash\b": (
            "Logstash",
            "Use the output opensearch with auth_type => {{ type => 'aws_iam' region => '{region}' service_name => '{service}' }}. Then restart Logstash.",
        ),
        r"(?i)\bfluentd\b|@type (?:opensearch|elasticsearch|aws)|failed to flush the buffer": (
            "Fluentd",
            "Use the output @type opensearch with a section <endpoint> instead of host: url https://ENDPOINT, region {region}, aws_service_name {service}. Then restart Fluentd.",
        ),
        r"\bvector::sinks\b|\bcomponent_type=\"?(?:elasticsearch|opensearch)\b|\[sinks\.\w": (
            "Vector",
            'In the sink, set auth.strategy = "aws" and aws.region = "{region}", and for OpenSearch Serverless opensearch_service_type = "serverless". Then restart Vector.',
        ),
        r"\bopensearch-?py\b": (
            "opensearch-py",
            'Create the client with http_auth=RequestsAWSV4SignerAuth(boto3.Session().get_credentials(), "{region}", "{service}") and connection_class=RequestsHttpConnection.',
        ),
        r"@opensearch-project/opensearch\b": (
            "the OpenSearch client for JavaScript",
            'Create the client with ...AwsSigv4Signer({{ region: "{region}", service: "{service}", getCredentials: defaultProvider() }}), from @opensearch-project/opensearch/aws-v3.',
        ),
        r"\borg\.opensearch\.client\b|\bopensearch-go\b|\bopensearchapi\.": (
            "the OpenSearch client",
            'Create the client with its signer for the Region {region} and the service "{service}": AwsSdk2Transport in Java, signer/awsv2 of opensearch-go in Go.',
        ),
    }
)


def explain_unsigned_request(denial: Denial) -> Explanation:
    """Explain a denial of a request without a signature."""
    if denial.service == "s3" and not denial.is_explicit:
        # Most denials do not need the module.
        from iamtriage.explaining._rules.denials.s3.s3_requests import explain_unsigned_object

        if (explained := explain_unsigned_object(denial)) is not None:
            return explained
    policy = resource_commands.policy_of(denial)
    name = policy.name
    causes = [UNSIGNED_CALL.cause("reported", text=_describe_signing(denial) if denial.is_explicit else None)]
    signing_name = denial.service if denial.service in _SIGNING_NAMES else "of the service"
    of_domain = " to the OpenSearch domain" if denial.service == "es" else ""
    verdict, title, remedies = f"the call{of_domain} was not signed", "Sign the request", []
    is_search = denial.service in {"es", "aoss"}
    client = _SEARCH_CLIENTS.find(denial.case.text) if is_search else None
    region = found[1] if (found := _SEARCH_HOST.search(denial.case.text)) else find_region(denial.case)
    step = f"Sign with Signature Version 4, the service name {signing_name} and {f'the Region {region}' if region else 'the Region of the endpoint'}: use {'opensearch-py (RequestsAWSV4SignerAuth)' if is_search else 'an AWS SDK'}, aws-sigv4-proxy or another client that signs."
    if client is not None:
        title = f"Let {client[0]} sign its requests"
        step = client[1].format(region=commands.region(region), service=denial.service)
    if denial.is_explicit:
        # A Deny matches signed requests, too, unless its conditions say otherwise.
        verdict = f"a Deny statement in the {name} matches the request, which was not signed"
        text = f"A Deny in the {name} matches. {why_no_allow_helps(denial)}"
        causes.insert(0, DENIES["resource"].cause("derived", reason_lines(denial), text=text))
        title = f"If the Deny exempts certain principals: {lower_first(title)}"
        # Most often the client has to sign, which no change of the policy replaces.
        remedies = [resource_policies.narrow_deny_remedy(denial, name, shows_change=False)]
    elif denial.policy_type == "resource":
        causes.append(
            NO_ALLOWS["resource"].cause("reported", text=f"The {name} does not allow anonymous callers.")
        )
    if denial.lowercase_action == "execute-api:invoke" and not denial.is_explicit:
        # A method with AWS_IAM answers an unsigned request with "Missing Authentication Token".
        route = _ROUTE.match(denial.resource or "")
        method = f"{route['method']} {route['path'] or '/'}" if route else "the method"
        from iamtriage.explaining._rules.denials.services.unsigned_apis import explain_unsigned_api

        return explain_unsigned_api(denial, method, _describe_signer(denial), _signed_curl(denial))
    sign = your_remedy(
        title,
        step,
        # Denials do not name the domain.
        f"Ask an administrator to allow {denial.action or 'the action'}{' on the ARN of the domain followed by /*' if denial.service == 'es' else ''} for {_describe_signer(denial, client[0] if client else None)}: in its own policy, or as a Principal in the {name}.",
        *((f"{_BACKEND_ROLE}{'' if client else _OPENSEARCH_USERS}",) if denial.service == "es" else ()),
        # A request of curl has the credentials of whoever types it, and not those of the client.
        commands=() if client else _signed_curl(denial),
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html",
    )
    open_to_network = owner_remedy(
        f"Or allow unsigned requests from known addresses only, never from everyone{', if the domain is not in a VPC' if denial.service == 'es' else ''}",
        _NETWORK_OF_DOMAIN if denial.service == "es" else _NETWORK,
        commands=resource_commands.policy_commands(denial, policy.show_command),
        url=pages.OPENSEARCH_POLICY,
    )
    return denial.explain(
        denial_summary(denial, verdict),
        *causes,
        topic="anonymous-call",
        remedies=(*remedies, sign, None if denial.is_explicit else open_to_network),
        notes=f"{'' if denial.is_explicit else 'No policy of a user or role applies to an unsigned request. '}Don't open the {name} to everyone.",
    )


_OF_NETWORK = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")


def _describe_signing(denial: Denial) -> str:
    """Return whether a signature lifts a Deny: not if the text shows a statement that is only about networks."""
    stated = find_stated_denies(denial)
    depends = not stated or any(
        each.statement.get("Principal") not in ("*", {"AWS": "*"})
        or any(condition.key.lower() not in _OF_NETWORK for condition in each.checked)
        for each in stated
    )
    return f"AWS saw no identity. Signing {'alone ' if depends else ''}does not lift the Deny."


def _describe_signer(denial: Denial, client: str | None = None) -> str:
    """Return which principal will sign, with the service account of the facts."""
    facts = denial.case.facts
    if not (facts.namespace and facts.service_account):
        if client is None:
            return "the role or user that signs"
        return f"the role that {client} has where it runs (of its pod's service account, its ECS task or its instance)"
    account = f"{clip_text(facts.namespace)}/{clip_text(facts.service_account)}"
    return f"the IAM role of the service account {account} (IRSA or EKS Pod Identity)"


def _signed_curl(denial: Denial) -> Commands:
    """Return the request as a curl command that signs it, if the text shows its URL or its route."""
    route = _ROUTE.match(denial.resource or "")
    shown = _find_called_host(denial, route["api"] if route else None)
    # VPC Lattice requires an unsigned payload.
    is_search = denial.service == "es" and denial.principal_text == "anonymous"
    if denial.service not in _SIGNING_NAMES - {"vpc-lattice-svcs"} or not (route or shown or is_search):
        return ()
    of_search = denial.lowercase_action.partition("es:eshttp")[2].upper()
    method = route["method"] if route else of_search or "GET"
    url = shown.string if shown else "DOMAIN_URL/REQUEST_PATH"
    if route and not shown:
        domain = f"amazonaws.com{'.cn' if route['suffix'] else ''}"
        url = f"https://{route['api']}.execute-api.{route['region']}.{domain}/{route['stage']}{route['path'] or ''}"
    region = denial.resource_arn.region if denial.resource_arn is not None else ""
    region, body = commands.region(region or (shown["before"] or shown["after"] if shown else None)), ""
    signed = commands.signed_curl(denial.service or "", region, url, method)
    if is_search and method in {"PATCH", "POST", "PUT"}:
        signed += " --header 'Content-Type: application/json' --data-binary @body.json"
        body = ", and the body of the request in body.json"
    return (
        Labelled("Then sign the request, in a shell that has no AWS_ACCESS_KEY_ID yet:", _EXPORT),
        Labelled(f"Then, with curl 8 or later{body}:", signed),
    )


def _find_called_host(denial: Denial, api: str | None) -> re.Match[str] | None:
    """Return the last URL that curl calls before the denial, or else the first one, if its host takes signed requests."""
    called = [
        (each.start(), host)
        for each in _CURL.finditer(denial.case.text)
        if (host := _AWS_HOST.match(each["url"]))
        and host["service"].startswith(denial.service or "")
        and api in {None, host["id"]}
    ]
    before = [host for start, host in called if start < denial.failure.span[0]] or [
        host for _, host in called[:1]
    ]
    return before[-1] if before else None


_EXPORT = 'eval "$(aws configure export-credentials --format env)"'
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
_BACKEND_ROLE = "With fine-grained access control, also map the role as a backend role of an OpenSearch role."
_OPENSEARCH_USERS = " Internal users of the domain can use basic authentication instead, if the access policy allows their calls."


_NETWORK = "Allow them only with a condition on aws:SourceIp, aws:SourceVpc or aws:SourceVpce. Without a condition, the resource is open to everyone."
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
_NETWORK_OF_DOMAIN = "Allow them only with a condition on aws:SourceIp. Without a condition, the domain is open to everyone. Access to a domain in a VPC is limited by its security groups."


def explain_rejected_session(denial: Denial) -> Explanation:
    """Explain that Session Manager does not accept the caller's credentials, which it calls forbidden."""
    # Other sessions need none of its rules.
    from iamtriage.explaining._rules.credentials.invalid_credentials import explain_invalid_credentials

    return explain_invalid_credentials(cast("Case[Any]", denial.case))


_PATH = lazy_pattern(
    r"(?a)(?:(?<=/v1/)|(?<![\w./-]))(?P<mount>[\w-]{1,40}(?:/[\w-]{1,40}){0,3})/(?:sts|creds)/(?P<role>[\w-]{1,64})\b"
)
_OWN_ROLE = lazy_pattern(
    r"(?a)(?P<not>\b(?:not|never)\b[^.,\n]{0,30} )?\b(?:IRSA|instance|task|pod|node|server)(?:'s)? role [`'\"]?(?P<name>[A-Za-z][\w+=,.@-]{1,63})(?<![.,])"
)
_TTL = lazy_pattern(r"\bttl[= ](?P<shown>(?P<number>\d{1,6})(?P<unit>[smh]?))(?!\w)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_HOUR = 3600


def is_of_vault(denial: Denial) -> bool:
    """Return whether the AWS secrets engine of Vault made the call."""
    if "Error generating STS keys" in denial.failure.text:
        return True
    return _PATH.search(denial.failure.text) is not None and "vault" in denial.failure.text.lower()


def explain_vault_token(denial: Denial, summary: str, reported: Cause) -> Explanation:
    """Explain that Vault has to assume a role, because it has the credentials of one itself."""
    text = denial.failure.text
    path, own = _PATH.search(text), next((each for each in _OWN_ROLE.finditer(text) if not each["not"]), None)
    mount, role = path.group("mount", "role") if path else ("aws", "VAULT_ROLE")
    caller = getattr(denial.role, "name", own and own["name"]) or "VAULT_ROLE_NAME"
    prefix = f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:role"
    target = f"vault-{role}"
    assume = json.dumps(
        build_document([allow("sts:AssumeRole", f"{prefix}/{target}")]), separators=(",", ":")
    )
    ttl = _TTL.search(text)
    is_long = ttl is not None and int(ttl["number"]) * _SECONDS[ttl["unit"]] > _HOUR
    limit = "A role assumes a role here, so each session lasts at most one hour (role chaining), which nobody can raise"
    limit += f": ttl={ttl['shown']} is too long." if ttl is not None and is_long else "."
    return denial.explain(
        summary,
        reported,
        remedies=trust_remedy(
            "Let Vault assume a role: set credential_type=assumed_role",
            f"Give the new role {target} the permissions that are in policy_document. In Vault, a policy_document then only limits them further.",
            limit,
            commands=(
                f"aws iam create-role --role-name {target} --assume-role-policy-document file://trust.json",
                commands.fill_command(
                    "aws iam put-role-policy --role-name {} --policy-name AllowAssumeRole --policy-document {}",
                    caller,
                    assume,
                ),
                f"vault write {mount}/roles/{role} credential_type=assumed_role role_arns={prefix}/{target}",
                f"vault write {mount}/sts/{role} ttl=1h",
            ),
            policy=build_document([allow("sts:AssumeRole", principal={"AWS": f"{prefix}/{caller}"})]),
            url="https://developer.hashicorp.com/vault/docs/secrets/aws",
        ),
        notes="No key of an IAM user is needed for this.",
    )
