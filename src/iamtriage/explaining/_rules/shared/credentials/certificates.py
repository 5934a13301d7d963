"""Explain connections that fail because a TLS certificate is not trusted.

Where each client reads its certificate authorities:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html (ca_bundle: the AWS CLI, Python, Go, .NET),
https://nodejs.org/api/cli.html#node_extra_ca_certsfile, https://github.com/aws/aws-sdk-js/issues/2970.
"""

from __future__ import annotations

from collections.abc import Iterable

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials.credential_remedies import WINDOWS
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.failures._failures import Failure

CERTIFICATE_ERROR = lazy_pattern(
    r"x509: |[Ss]elf[- ]signed certificate|issuer certificate|(?:leaf|first|peer|remote|server|its|SSL|TLS) certificate"
    r"|certificate (?:verify failed|signed by|has expired|is not trusted|is invalid|verification)|CERT(?:IFICATE)?_|PKIX"
    r"|certification path|InvalidCertificate|UnknownIssuer|The SSL connection could not"
    # The connection was cut, or the other side does not speak TLS.
    r"|(?:SSLError|SSL validation|\[SSL)(?!.{0,300}?(?:EOF|WRONG_VERSION|wrong version))"
)
"""What TLS libraries print if they reject a certificate."""

UNTRUSTED_CERTIFICATE = CauseType(
    "untrusted-certificate",
    title="The TLS certificate is not trusted",
    text="The certificate is not that of the host, or is from an unknown certificate authority.",
    recognised_by='The message names a certificate, x509, PKIX, "SSL validation failed" or CERTIFICATE_VERIFY_FAILED.',
    fix="Add the certificate authority of the proxy or of the host to AWS_CA_BUNDLE, or correct the endpoint URL.",
    sources=(pages.VPC_ENDPOINTS,),
)
INSPECTING_PROXY = CauseType(
    "inspecting-proxy",
    title="A proxy inspects TLS connections",
    text="A proxy or firewall of the network inspects TLS and presents its own certificate.",
    fix="Add the proxy's certificate authority to AWS_CA_BUNDLE.",
    recognised_by="The text names a proxy, or the product of one.",
    sign=r"\bZscaler\b|\bNetskope\b|\bFortinet\b|\bFortiGate\b|\bBlue ?Coat\b|\bPalo Alto\b|\bForcepoint\b|\bCisco Umbrella\b|\bmitmproxy\b|\b(?:HTTPS_PROXY|https_proxy)\b",
    remedy="Trust the certificate authority",
    of="untrusted-certificate",
)
NO_WAY_OUT = CauseType(
    "network-blocked",
    title="The network blocks the connection",
    text="There is no route to the internet and no VPC endpoint, or security groups, network ACLs or a proxy block the connection.",
    fix="Create a NAT gateway, or a VPC endpoint for each service that is called, and allow port 443 in security groups and routes.",
    recognised_by="The text says that there is no NAT gateway.",
    sign=r"\b(?:without|no) (?:an? |any )?NAT\b",
    remedy="endpoint",
    of="no-answer",
)
# The host of a proxy in a variable or in the output of echo, without user name and password.
_PROXY_HOST = lazy_pattern(
    r"(?:\b(?:HTTPS?_PROXY|https?_proxy)\b[%)\"']{0,2}\s{0,3}[=:]?\s{0,3}|\bproxy URL: |\bproxyconnect tcp: dial tcp: lookup )[\"']?(?:https?://)?(?:[^\s@/\"']{1,200}@)?"
    r"([A-Za-z][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,6})(?::\d{2,5})?(?![\w.])"
)
_UNKNOWN_AUTHORITY = lazy_pattern(
    r"(?i)self[- ]signed|unable to get (?:local )?issuer|unknown (?:certificate )?authority|UnknownIssuer|PKIX path building|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)"
)
_WINDOWS_VARIABLE = r"$env:AWS_CA_BUNDLE = 'C:\certs\authority.pem'"
# Errors other than an unknown authority, the likeliest reason, and what to check first.
_OTHER_REASONS = Signs(
    {
        r"not yet valid|certificate has expired|CERT_HAS_EXPIRED|NotValidYet|NotAfter": (
            "this machine's clock is wrong, or a proxy's certificate has expired",
            "Compare the output of date -u with the true time, and correct the clock.",
        ),
        r"x509: certificate is (?:valid for|not valid)|doesn't match|altnames|alternative|[Hh]ostname mismatch": (
            "it is for another host name",
            "If the host begins with the name of a bucket that has dots, use path-style addressing: S3's certificate covers one name before s3. In a VPC, check the private DNS of the endpoint.",
        ),
    }
)


# Where a client reads the certificate authorities that it trusts: the step, and the commands.
_CLIENTS: Signs[tuple[str, tuple[str, ...]]] = Signs(
    {
        r"\bPKIX\b|SunCertPath|awssdk\.|com\.amazonaws\.": (
            "Java reads its own trust store, not AWS_CA_BUNDLE: import the file into the one of the JVM that runs the program, and restart it.",
            ("keytool -importcert -cacerts -storepass changeit -alias proxy -file authority.pem",),
        ),
        r"\bSeahorse::|\bAws::|DispatchFailure|rustls|UnknownIssuer": (
            "Ruby and Rust programs read the authorities of the machine, or the file in SSL_CERT_FILE.",
            ("export SSL_CERT_FILE=/path/to/authority.pem",),
        ),
        r"TLSSocket|node_modules|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|NetworkingError|CredentialsProviderError|\(node:": (
            "Node.js does not read AWS_CA_BUNDLE: name the file in NODE_EXTRA_CA_CERTS before the program starts.",
            ("export NODE_EXTRA_CA_CERTS=/path/to/authority.pem",),
        ),
        r"cURL error|Aws\\": (
            "PHP reads curl.cainfo and openssl.cafile in php.ini: name the file there. The last command prints where php.ini is.",
            ("php --ini",),
        ),
        r"from daemon|\bcontainerd\b|\bErrImagePull\b|failed to do request|\bdocker (?:pull|push|login)\b": (
            "The container runtime reads the authorities of its machine, not AWS_CA_BUNDLE: add the file there, and restart the runtime.",
            (
                "sudo cp authority.pem /usr/local/share/ca-certificates/authority.crt",
                "sudo update-ca-certificates",
                "sudo systemctl restart docker",
            ),
        ),
    }
)


def explain_untrusted_certificate(case: Case[Failure], message: str, topic: str) -> Explanation:
    """Explain that a client does not trust a host's certificate, with the proxy that the text names."""
    host = next(iter(clues.find_aws_hosts(message)), None)
    proxy = find_proxy(case.text)
    named = () if proxy is None else (f"The text names the proxy {proxy}.",)
    inspected = "a proxy inspects TLS connections" if proxy is None else f"it is that of the proxy {proxy}"
    likely, *first_steps = _OTHER_REASONS.find(message) or (inspected,)
    because = () if host is None else (f"The text names the host {host}.",)
    return case.explain(
        f"The client does not trust the certificate that it got for {host or 'the AWS endpoint'}: most likely, {likely}. No request reached AWS, so no credentials or permissions were checked.",
        UNTRUSTED_CERTIFICATE.cause(
            "derived",
            because,
            text="The certificate is from an authority that the client does not know."
            if _UNKNOWN_AUTHORITY.search(message)
            else "",
        ),
        INSPECTING_PROXY.cause("derived" if named else "possible", named),
        topic=topic,
        remedies=_trust_authority_remedy(case, host, first_steps),
    )


def _trust_authority_remedy(case: Case[Failure], host: str | None, first_steps: Iterable[str]) -> Remedy:
    """Return how the client that failed trusts the certificate authority of a proxy."""
    text = case.text
    on_windows = WINDOWS.search(text) is not None
    name = host or "sts.amazonaws.com"
    in_pod = " In a pod, mount the file from a ConfigMap." if clues.mentions_kubernetes(case) else ""
    issuer = "Look at the issuer that openssl prints."
    if on_windows:
        issuer = f"Open https://{name} in a browser, and look at who issued the certificate."
    step, trust = _CLIENTS.find(text) or (
        "Name that file in AWS_CA_BUNDLE, or as ca_bundle in the profile. It replaces the client's own list: if the proxy exempts some hosts, append it to a list of the public authorities instead.",
        (_WINDOWS_VARIABLE if on_windows else "export AWS_CA_BUNDLE=/path/to/authority.pem",),
    )
    openssl = fill_command(
        "openssl s_client -connect {} < /dev/null | openssl x509 -noout -issuer -subject", f"{name}:443"
    )
    return your_remedy(
        "Trust the certificate authority of the proxy",
        *first_steps,
        f"{issuer} If it is not Amazon, a proxy or firewall inspects TLS: get its root certificate as a PEM file from the network team, or let them exempt AWS hosts.",
        f"{step}{in_pod} Do not turn off the verification.",
        "If the issuer is Amazon, the client's list of authorities is old: update the system's ca-certificates, the client or the image.",
        commands=(None if on_windows else openssl, *trust),
        url=pages.CLI_PROXY,
    )


def find_proxy(text: str) -> str | None:
    """Return the host of the proxy that a variable or an error names.

    >>> find_proxy("HTTPS_PROXY=http://ana:secret@proxy.example.com:3128")
    'proxy.example.com'
    """
    found = _PROXY_HOST.search(text)
    return None if found is None else clues.safe_name(found[1])
