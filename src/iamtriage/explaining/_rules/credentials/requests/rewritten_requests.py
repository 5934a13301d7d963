"""Explain that a request reached the server with another host, path or header than it was signed for.

A reverse proxy, a redirect or the front end of the server changed it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html. For redirects of S3, see
https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html and https://github.com/boto/boto3/issues/3015, for
headers https://github.com/aws/aws-sdk-go-v2/issues/1816 and https://github.com/benbjohnson/litestream/issues/1386.
"""

from __future__ import annotations

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import quote_words
from iamtriage.explaining._context.domains import is_of_aws
from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs
from iamtriage.explaining._context.readers.proxies import (
    NAME_OF_PROXY,
    ProxyChange,
    denies_proxy,
    find_host_for_aws,
    find_proxy_change,
    has_proxy,
)
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import common_causes, pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import PRESIGNED
from iamtriage.failures._failures import Failure

_SIGNED_URL = lazy_pattern(
    r"(?<!ocation: )https?://(?P<host>[\w.-]{1,253}(?::\d{1,5})?)/[^\s\"'<>]{0,1024}?[?&](?:X-Amz-(?:Algorithm|Signature|Credential)|AWSAccessKeyId)="
)
_REDIRECT = lazy_pattern(r"\b[Ll]ocation: ?https?://(?P<host>[\w.-]{1,253}(?::\d{1,5})?)/")
_RECEIVED = lazy_pattern(r"(?:^|\\n|\n|&#10;)host:(?P<host>[\w.-]{1,253}(?::\d{1,5})?)(?=\s|\\|&|\Z)")
_REGIONAL_HOST = lazy_pattern(
    rf"(?P<bucket>[a-z0-9][a-z0-9.-]{{1,61}})\.s3[.-](?P<region>{REGION})\.amazonaws\.com(?:\.cn)?"
)
# What people say of a call that avoids the proxy.
_DIRECT = lazy_pattern(
    r"(?i:\b(?:direct(?:ly)?|straight to|(?:without|bypassing|around|not through|not via) (?:the |that )?(?:reverse |load )?"
    r"(?:proxy|balancer|ingress|nginx|caddy|traefik|haproxy|apache)|port-forward(?:ing)?)\b)"
)
_WITHOUT_ENDPOINT = lazy_pattern(
    rf"(?i:\bwithout (?:the |that |an? )?(?:--)?(?:endpoint|gateway)|{_DIRECT.pattern})"
)
# The URL to which a client sends what it signs itself.
_URL_OF_CLIENT = lazy_pattern(
    r"(?:--aws-sigv4\b|\bawscurl\b|\bauth ?=|\b(?:[Aa][Ww][Ss]|Sig)V?4\w{0,12}\b|\bhosts ?=)[^\n]{0,300}?(?:https?://|[\"']host[\"']: ?[\"'])(?P<host>[\w.-]{1,253}(?::\d{1,5})?)|\b(?:requests|httpx|session|axios)\.\w{3,7}\([\"']https?://(?P<called>[\w.-]{1,253}(?::\d{1,5})?)[^\n]{0,200}\bauth ?="
)
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/customendpoint.html and
# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
_OWN_NAMES = {
    ".es.amazonaws.": "the custom endpoint of the OpenSearch domain",
    ".execute-api.": "a custom domain name of the API",
}
# A URL that was presigned for S3, and whose host was replaced by that of a content delivery network.
_CDN = r"(?:[Cc]loud[Ff]ront|Cloudflare|Fastly|Akamai|CDN|custom domain)"
_THROUGH_CDN = lazy_pattern(
    rf"\b(?:(?:[Rr]eplac|[Cc]hang|[Ss]wap|[Rr]ewr)\w{{1,5}} (?:the |its )?(?:S3 )?(?:host|domain)\w{{0,8}}(?:[^\n.]|\.(?=\S)){{0,160}}?\b{_CDN}|(?:[Tt]hrough|[Vv]ia|[Bb]ehind|[Uu]sing|[Ww]ith) (?:our |the |a |an )?(?:own )?(?:\w{{1,20}} )?{_CDN})(?! (?:signed|key))\b"
)
URL_REDIRECTED = CauseType(
    "presigned-url-redirected",
    title="S3 redirects the presigned URL to a host that it was not signed for",
    text="The signature covers the header Host. S3 redirects the global endpoint to the bucket's Region, in the first hours after the bucket was created. An SDK signs a call again after a redirect, but a URL stays as it is.",
    recognised_by="The host of the presigned URL differs from the regional one in Location or in the canonical request of S3.",
    fix="Create the URL with the regional endpoint.",
    of="signature-mismatch",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html", pages.S3_PRESIGNED),
)


def explain_rewritten_request(case: Case[Failure]) -> Explanation | None:
    """Explain that a proxy or a redirect changed the request, or return ``None`` if the text does not show it."""
    text = case.failure.text
    if (redirected := _find_redirect(text)) is not None:
        return _explain_redirect(case, *redirected)
    if (through := _find_cdn(case)) is not None:
        return _explain_cdn(case, through)
    endpoint = case.context.other_endpoint
    if endpoint is not None and case.failure.kind == "signature_mismatch":
        name = endpoint.value.partition(":")[0]
        if (to_aws := find_host_for_aws(text, name)) is not None and to_aws.sent != name:
            return _explain_proxy_to_aws(case, to_aws, endpoint.value)
    if case.failure.kind == "signature_mismatch" and (replaced := _find_replaced_host(case)) is not None:
        return _explain_proxy_to_aws(case, *replaced)
    change, direct = find_proxy_change(text), _find_direct_call(case)
    if change is None and (direct is None or case.failure.kind != "signature_mismatch"):
        return None
    return _explain_proxy(case, change, direct)


def _find_replaced_host(case: Case[Failure]) -> tuple[ProxyChange, str] | None:
    """Return which host of AWS received a request in place of the one in the client's URL, if the text has both."""
    text, (start, _) = case.failure.text, case.failure.span
    received = _RECEIVED.search(text)
    if received is None or not is_of_aws(received["host"]):
        return None
    endpoint = case.context.other_endpoint
    shown = {(each["host"] or each["called"]).lower() for each in _URL_OF_CLIENT.finditer(text, 0, start)}
    signed = endpoint.value if endpoint else only_one(shown)
    if signed is None or (is_of_aws(signed) and not signed.endswith(".cloudfront.net")):
        return None
    named = NAME_OF_PROXY.search(text)
    proxy = named[0] if named else "a proxy on the way"
    if signed.endswith(".cloudfront.net"):
        proxy = "CloudFront"
    return ProxyChange(proxy, "Host", received[0].strip("\\n "), received["host"], ""), signed


def _explain_proxy_to_aws(case: Case[Failure], change: ProxyChange, signed: str) -> Explanation:
    """Explain that a reverse proxy passes requests to AWS that are signed for the name of the proxy."""
    direct = find_working(case.failure.text, _WITHOUT_ENDPOINT)
    fine = "" if direct is None else " The keys are right, because they work without it."
    of_bucket = None
    if change.sent and change.sent.startswith("s3"):
        of_bucket = " Passing the client's Host does not help: S3 takes it for the name of a bucket."
    # What a service accepts in Host besides its own name.
    named = next((each for end, each in _OWN_NAMES.items() if end in (change.sent or "")), None)
    pass_host = (
        named and f"Or make {signed.partition(':')[0]} {named}, and let the proxy pass Host unchanged."
    )
    if change.proxy == "CloudFront":
        pass_host = None  # It never passes the name of a distribution to the origin.
    is_endpoint = case.context.other_endpoint is not None
    return case.explain(
        f"The client signed for {signed}, but {change.proxy} sends Host: {change.sent}, so AWS computes another signature.{fine}",
        common_causes.REQUEST_CHANGED.cause(
            "derived",
            present(
                f"The text shows {quote_words(change.words)}.",
                direct and f"The text says {quote_words(direct)}.",
            ),
            text="The signature covers the header Host: a reverse proxy that replaces it breaks the signature.",
        ),
        remedies=your_remedy(
            "Sign for the host of AWS: do not use the proxy as the endpoint",
            "Remove the endpoint from the code, the options, the profile and AWS_ENDPOINT_URL."
            if is_endpoint
            else f"Send the request to https://{change.sent}.",
            pass_host,
            "If the network allows no direct calls, use a forward proxy, which changes no request (HTTPS_PROXY), or a VPC endpoint.",
            f"Otherwise, the proxy must sign each request again, with credentials of its own.{of_bucket or ''}",
            url=pages.SIGNATURES,
        ),
        notes="No permission is missing, and a new key does not help.",
    )


def _find_cdn(case: Case[Failure]) -> str | None:
    """Return the words that say that a URL which was presigned for S3 goes through a content delivery network."""
    text = case.failure.text
    if case.failure.kind != "signature_mismatch" or not PRESIGNED.search(text) or "Key-Pair-Id" in text:
        return None
    found = None if has_proxy(text) else _THROUGH_CDN.search(text)
    return None if found is None else found[0]


_UNCHANGED = "Or use the presigned URL unchanged, with the host of S3."
_SIGN_FOR_CLOUDFRONT = your_remedy(
    "Sign the URL for CloudFront, not for S3",
    "Use the signed URLs or cookies of CloudFront, with a key group of the distribution, and origin access control, with which CloudFront signs its own requests to S3. Without X-Amz- parameters, S3 then sees no second signature.",
    _UNCHANGED,
    commands="aws cloudfront sign --url https://DOMAIN/OBJECT_KEY --key-pair-id KEY_PAIR_ID --private-key file://private_key.pem --date-less-than EXPIRY_VALUE",
    url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html",
)
_SIGN_FOR_NETWORK = your_remedy(
    "Sign the URL for the network, not for S3",
    "Use the tokens or signed URLs of the network, and let it authenticate itself to S3.",
    _UNCHANGED,
    url=pages.SIGNATURES,
)


def _explain_cdn(case: Case[Failure], words: str) -> Explanation:
    """Explain that a presigned URL is only for the host of S3."""
    is_cloudfront = "cloudfront" in words.lower()
    received = _RECEIVED.search(case.failure.text)
    host = f", here {received['host']}" if received else ""
    network = "CloudFront" if is_cloudfront else "the content delivery network"
    return case.explain(
        f"The URL was presigned for the host of S3, and {network} sends the request with another host or path{host}, so S3 computes another signature. The keys are not the problem.",
        common_causes.REQUEST_CHANGED.cause(
            "derived",
            f"The text says {quote_words(words)}.",
            text="The signature of a presigned URL covers the header Host and the path: no other host can replace that of S3.",
        ),
        remedies=_SIGN_FOR_CLOUDFRONT if is_cloudfront else _SIGN_FOR_NETWORK,
        notes="No permission is missing.",
    )


def _find_redirect(text: str) -> tuple[str, str] | None:
    """Return the host that a presigned URL was signed for, and the regional one at which S3 received it."""
    signed = _SIGNED_URL.search(text)
    received = _RECEIVED.search(text) or _REDIRECT.search(text)
    if signed is None or received is None or signed["host"].lower() == received["host"].lower():
        return None
    return signed["host"], received["host"]


def _explain_redirect(case: Case[Failure], signed: str, received: str) -> Explanation | None:
    regional = _REGIONAL_HOST.fullmatch(received)
    if regional is None or not signed.endswith(".s3.amazonaws.com"):
        return None
    region, text = regional["region"], case.failure.text
    endpoint = f"https://s3.{region}.amazonaws.com"
    is_python = "boto3" in text or "generate_presigned_url" in text
    return case.explain(
        f"The URL was signed for {signed}, S3 redirected it to {received}, and the signature does not match there. Neither the keys nor permissions are the problem.",
        URL_REDIRECTED.cause("derived", "The text shows both hosts."),
        remedies=your_remedy(
            f"Create the URL with the endpoint of {region}",
            f"Its host is then {received}, and S3 does not redirect it.",
            "For a new bucket outside us-east-1, the redirect ends when DNS knows its Region, up to 24 hours later. Do not rely on it.",
            commands=None
            if is_python
            else f"aws s3 presign s3://{regional['bucket']}/KEY --region {region} --endpoint-url {endpoint}",
            manifest=f'from botocore.config import Config\ns3 = boto3.client("s3", region_name="{region}", endpoint_url="{endpoint}",\n    config=Config(s3={{"addressing_style": "virtual"}}))\n'
            if is_python
            else None,
            url=pages.S3_PRESIGNED,
        ),
    )


def _find_direct_call(case: Case[Failure]) -> str | None:
    """Return the words that show that the same call works without the proxy."""
    runs = [run for run in find_runs(case.failure) if run.command.program == "aws"]
    failed = find_failed(case.failure, runs)
    if failed is not None:
        endpoint = failed.command.option("endpoint-url")
        for run in runs:
            other = run.command.option("endpoint-url")
            is_same = run.command.words[:2] == failed.command.words[:2] and run.profile == failed.profile
            if is_same and run.has_succeeded and endpoint and other and other.value != endpoint.value:
                return f"The same command works with --endpoint-url {other.value}."
    said = find_working(case.failure.text, _DIRECT)
    is_named = has_proxy(case.failure.text, NAME_OF_PROXY)
    is_proxied = (
        is_named
        or has_proxy(case.failure.text)
        or ("roxy" in case.text and not denies_proxy(case.failure.text))
    )
    if said is None or not is_proxied:
        return None
    return f"The text says {quote_words(said)}."


def _explain_proxy(case: Case[Failure], change: ProxyChange | None, direct: str | None) -> Explanation | None:
    endpoint = case.context.other_endpoint
    signed_url = _SIGNED_URL.search(case.failure.text)
    signed = signed_url["host"] if signed_url else endpoint.value if endpoint else None
    if change is not None and change.needed is not None:
        received, needed = _RECEIVED.search(case.failure.text), change.needed
        # The URL of a bucket has another host than the endpoint.
        signed = signed if signed is not None and signed.endswith(f".{needed}") else needed
        line = change.line and change.line.replace(needed, signed)
        change = change._replace(sent=received and received["host"], needed=signed, line=line)
    if change is not None and change.sent is not None and change.sent == signed:
        return None
    fine = " The keys are right, because the same call works without the proxy." if direct else ""
    if direct and direct.startswith("The same"):
        fine = f" The keys are right: t{direct[1:]}"
    by_default = ""
    if change and change.line and change.part == "Host" and change.needed is None:
        by_default = f" By default, {change.proxy} replaces Host by the name in its configuration."
    name = "A reverse proxy" if change is None else change.proxy.replace("the ", "The ")
    what = "changes the request after it was signed, most often the header Host"
    if change is not None and change.part == "Host":
        was = ", not the host for which the client signed"
        if signed:
            was = f" in place of {signed}, for which the client signed"
        what = f"replaces the header Host{f', for which the client signed {signed}' if signed else ''}"
        if change.needed:
            what = f"sends its own name as the header Host{was}"
        if change.sent:
            what = f"sends Host: {change.sent}{was}"
    elif change is not None:
        what = "changes the path of the request, which the signature covers"
    return case.explain(
        f"{name} {what}, so the server computes another signature.{fine}",
        common_causes.REQUEST_CHANGED.cause(
            "derived" if change else "possible",
            present(f"The text shows {quote_words(change.words)}." if change else None, direct),
            text=f"The signature covers the method, the path, the query string, the header Host and other headers.{by_default}",
        ),
        remedies=_pass_unchanged(change, signed, endpoint),
        notes="The server that rejected the signature is not AWS: no IAM policy applies."
        if endpoint is not None
        else "No permission is missing.",
    )


def _pass_unchanged(change: ProxyChange | None, signed: str | None, endpoint: object) -> Remedy:
    rest = "The proxy must not change path, query string and method either: no rewrite, no path after the host in proxy_pass, and no caching of signed answers."
    if change is None:
        return your_remedy(
            "Let the proxy send the host that the client signed in the header Host",
            "If that is the proxy's own name (the endpoint URL of the client), pass it: in nginx proxy_set_header Host $http_host; in Apache ProxyPreserveHost On; Caddy, HAProxy and Traefik do unless a line changes it.",
            "If that is the host of AWS, as in a presigned URL, send it: in nginx proxy_set_header Host $proxy_host; in Apache ProxyPreserveHost Off, in Caddy header_up Host {upstream_hostport}, in Traefik passHostHeader: false."
            if endpoint is None
            else None,
            rest,
            url=pages.SIGNATURES,
        )
    if change.part == "path":
        return your_remedy(
            "Serve the storage at the root of a separate host name",
            f"Remove what changes the path: {quote_words(change.words)}. Clients sign the path that they send, so a prefix cannot be removed on the way.",
            f"Use a separate host name or port{f' in place of {signed}/PREFIX' if signed else ''} as the endpoint URL, and pass its path unchanged.",
            url=pages.SIGNATURES,
        )
    host = f"send Host: {change.needed}" if change.needed else "pass the header Host unchanged"
    return your_remedy(
        f"Let {change.proxy} {host}",
        f"{change.step}{':' if change.line else '.'}{f' {change.line}' if change.line else ''}",
        rest,
        commands=present(change.reload),
        url=pages.SIGNATURES,
    )


# The server's canonical request, or the headers that a client signed for Google.
_CHANGED = lazy_pattern(r"(?:^|\\n|[>\s])(?P<line>accept-encoding:(?P<value>[\w, ;=.*-]{0,80}\(gfe\)))")
_SIGNED = lazy_pattern(r"(?:\bSignedHeaders=|\n|\\n| )(?P<line>accept-encoding;[a-z0-9;-]{4,400})")
_GOOGLE = lazy_pattern(r"\bstorage\.googleapis\.com\b|\bGoogle secret key\b")
_SIGNER = """client := s3.NewFromConfig(cfg, func(o *s3.Options) {
	o.HTTPSignerV4 = signer{o.HTTPSignerV4}
})
type signer struct{ s3.HTTPSignerV4 }
func (s signer) SignHTTP(ctx context.Context, k aws.Credentials, r *http.Request, hash,
	service, region string, at time.Time, options ...func(*v4.SignerOptions)) error {
	r.Header.Del("Accept-Encoding")
	return s.HTTPSignerV4.SignHTTP(ctx, k, r, hash, service, region, at, options...)
}
"""
HEADER_CHANGED = CauseType(
    "signed-header-changed",
    title="The server's front end changes a header that the client signed",
    recognised_by="The canonical request of the server shows accept-encoding with (gfe), or the client signs Accept-Encoding for Google Cloud Storage.",
    fix="Exclude Accept-Encoding from the signature, or use the client library of that system.",
    sources=("https://github.com/aws/aws-sdk-go-v2/issues/1816",),
)


def explain_changed_header(case: Case[Failure]) -> Explanation | None:
    """Explain that something between client and server changes a request, if the text shows what it changes."""
    text = case.failure.text
    changed, signed = _CHANGED.search(text), _SIGNED.search(text)
    if changed is None and (signed is None or _GOOGLE.search(text) is None):
        return explain_rewritten_request(case)
    because = names = ""
    if changed:
        because = f"The server's canonical request has {quote_words(changed['line'])}: Google appended {changed['value'].rpartition(',')[2].strip()}."
    if signed:
        names = f"The signed headers are {quote_words(signed['line'].partition(';')[0])} and others."
    operation = case.failure.envelope.operation
    call = f" of the call {operation}" if operation and operation.isalnum() else ""
    return case.explain(
        f"Google Cloud Storage, not AWS, rejected the signature{call}: the client signs the header Accept-Encoding, which Google changes on the way.",
        HEADER_CHANGED.cause(
            "derived",
            (because, names),
            text="Clients that do not sign this header, such as the AWS CLI, work with the same keys.",
        ),
        remedies=your_remedy(
            "Exclude Accept-Encoding from the signature",
            "In your own code with the AWS SDK for Go v2, use a signer that first removes the header. For a tool, look for a newer version or a setting for Google Cloud Storage (rclone: provider = GCS).",
            "Set the variables, too: by default, the SDK adds checksums to uploads, which Google can reject.",
            manifest=_SIGNER,
            manifest_language="text",
            commands="export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required",
        ),
        notes="No IAM permission is missing, and no AWS policy applies. The keys and the clock are not the cause.",
    )
