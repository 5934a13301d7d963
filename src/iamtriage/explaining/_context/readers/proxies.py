"""Find what a reverse proxy changes in requests, by its configuration: the header Host or the path.

Sources: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header,
https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost,
https://caddyserver.com/docs/caddyfile/directives/reverse_proxy, https://doc.traefik.io/traefik/routing/services/ and
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.domains import is_of_aws

Part: TypeAlias = Literal["Host", "path"]

_MAX_CHARS = 32_000
_PROXY = lazy_pattern(
    r"(?i)\b(?:proxy_pass|reverse_proxy|ProxyPass(?:Match)?|http-request|passHostHeader|loadBalancer|server[ \t]{1,8}[\w.-]{1,64}[ \t]{1,8}[\w.-]{1,200}\.amazonaws|target[\"']?: ?[\"']https?|ingress\.kubernetes\.io/[a-z-]{1,40}|changeOrigin)\b"
)
# "There is no proxy in between", but not "it works with no proxy".
_KIND = r"(?:(?:reverse|corporate|company|HTTPS?|web|load|such|other) ){0,2}"
# "It works if there is no proxy", "Is there no proxy?"
_ONLY_ASKED = lazy_pattern(
    r"(?i:\b(?:if|when|whenever|whether|unless|until|once|with|without|works?|worked)\b[^\n.;]{0,60}\Z)"
)
_CLAUSE_END = lazy_pattern(r"[.;!?\n]")
_CHARS_OF_CLAUSE = 120
_NO_PROXY = lazy_pattern(
    rf"(?i:\b(?:there(?:'s| is| are)|(?:I|we|it|they) (?:have|has|use|uses)|has|have|is|are|no load balancer (?:or|and),?) no {_KIND}prox(?:y|ies)\b(?! (?:at home|needed|required|logs?|errors?|settings?|variables?)\b)"
    rf"|\bno {_KIND}prox(?:y|ies) (?:in between|in front|in the way|involved|configured|set|anywhere|at all|here|on (?:the|this|my))\b"
    rf"|\b(?:do|does|is|are|am|did)(?:n[o']t| not) (?:use|using|have|go(?:ing)? through|behind|run behind)(?: an?| any| the)? {_KIND}prox(?:y|ies)\b"
    rf"|\bneither (?:an? )?{_KIND}proxy nor\b)"
)
# "Last year we had nginx in front", "the nginx of last year", "nginx was removed since"
_KINDS = r"(?:nginx|prox(?:y|ies)|Apache|Caddy|HAProxy|Traefik)\b"
_PAST_PROXY = lazy_pattern(
    rf"(?i:\b{_KINDS}[^\n;]{{0,60}}?\b(?:(?<!changed )(?<!added )(?<!since )last (?:week|month|year)|(?:is|was|were|been|got)(?: (?:since|then|now|already)){{0,2}} (?:gone|removed|replaced|retired|decommissioned))\b"
    rf"|\b(?:last (?:week|month|year),? \w{{1,12}} (?:had|used|ran)|used to|no longer|former|previous)\b[^\n.;]{{0,40}}?\b{_KINDS})"
)
_NGINX = lazy_pattern(
    r"\bproxy_pass[ \t]{1,8}https?://(?P<host>[\w.:${}-]{1,253})(?P<path>/[^\s;]{0,200})?[ \t]{0,4};"
)
_NGINX_LOCATION = lazy_pattern(
    r"\blocation[ \t]{1,4}(?:[~^*=]{1,2}[ \t]{0,4})?(?P<path>[^\s{]{1,200})\s{0,8}\Z"
)
_NGINX_HEADER = "proxy_set_header"
_NGINX_HOST = lazy_pattern(rf"\b{_NGINX_HEADER}[ \t]{{1,8}}Host[ \t]{{1,8}}\"?(?P<value>[^\s;\"]{{1,253}})")
_SERVER_NAME = lazy_pattern(r"\bserver_name[ \t]{1,8}(?!_;)([\w.* \t-]{1,253});")
_NGINX_REWRITE = lazy_pattern(r"(?m)^[ \t]{0,16}rewrite[ \t]{1,8}[^\n;]{1,200}")
# The value that passes a port, too.
_NGINX_LINE, _NGINX_RELOAD = "proxy_set_header Host $http_host;", "nginx -t && nginx -s reload"
_NGINX_PASSES = frozenset({"$host", "$http_host", "$host:$server_port"})
_APACHE = lazy_pattern(
    r"(?m)^[ \t]{0,16}ProxyPass(?:Match)?[ \t]{1,8}(?:\S{1,200}[ \t]{1,8})?[\"']?https?://(?P<host>[\w.:-]{1,253})"
)
_APACHE_PASSES = lazy_pattern(r"(?m)^[ \t]{0,16}ProxyPreserveHost[ \t]{1,8}[Oo]n\b")
# Proxies that pass Host and path unless a setting changes them: the setting, and what to do with it.
_SETTINGS: tuple[tuple[str, Part, re.Pattern[str], str], ...] = (
    ("Caddy", "Host", lazy_pattern(r"\bheader_up[ \t]{1,8}[+-]?Host[ \t]{1,8}(?P<value>(?!\{(?:http\.request\.)?host(?:port)?\})[^\s}]\S{0,252})"), "Delete the line, and reload Caddy"),
    ("Caddy", "path", lazy_pattern(r"\bhandle_path[ \t]{1,8}\S{1,200}|\buri[ \t]{1,8}(?:strip_prefix|replace)[ \t]{1,8}\S{1,200}"), ""),
    ("HAProxy", "Host", lazy_pattern(r"\bhttp-request[ \t]{1,8}(?:set|replace)-header[ \t]{1,8}[Hh]ost[ \t]{1,8}(?P<value>(?!%\[req)\S{1,253})"), "Delete the line, and reload HAProxy"),
    ("HAProxy", "path", lazy_pattern(r"\bhttp-request[ \t]{1,8}(?:set-path|set-uri|replace-path|replace-uri)[ \t]{1,8}\S{1,200}"), ""),
    ("Traefik", "Host", lazy_pattern(r"(?i:\bpassHostHeader[\"']?\s{0,2}[=:]\s{0,2}[\"']?false)\b"), "Set passHostHeader to true, the default"),
    ("Traefik", "path", lazy_pattern(r"(?i:\bstripPrefix(?:Regex)?[.:])\S{0,80}"), ""),
    ("the Ingress controller", "Host", lazy_pattern(r"\bnginx\.ingress\.kubernetes\.io/upstream-vhost[\"']?: ?[\"']?(?P<value>[\w.:-]{1,253})"), "Remove the annotation from the Ingress"),
    ("the Ingress controller", "path", lazy_pattern(r"\bnginx\.ingress\.kubernetes\.io/rewrite-target[\"']?: ?[\"']?/\S{0,200}"), ""),
    ("the development proxy", "Host", lazy_pattern(r"\bchangeOrigin[\"']?: ?true\b"), "Set changeOrigin to false"),
)  # fmt: skip


_AWS_HOST = r"https?://(?P<host>[\w.-]{1,200}\.amazonaws\.com(?:\.cn)?)"
# Proxies that pass Host also to AWS, for whose host the client signed: the upstream, the line that decides, what shows
# that Host is replaced, and how to do that.
_TO_AWS: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None, str, str | None, str | None], ...] = (
    ("Apache", lazy_pattern(rf"\bProxyPass(?:Match)?[ \t]{{1,8}}(?:\S{{1,200}}[ \t]{{1,8}})?[\"']?{_AWS_HOST}"), None, "Remove ProxyPreserveHost On", None, "apachectl -k graceful"),
    ("Caddy", lazy_pattern(rf"\breverse_proxy[ \t]{{1,8}}(?:\S{{1,200}}[ \t]{{1,8}})?{_AWS_HOST}"), lazy_pattern(r"\bheader_up[ \t]{1,8}Host\b"), "Add the line to the block of reverse_proxy, and reload Caddy", "header_up Host {upstream_hostport}", None),
    ("HAProxy", lazy_pattern(r"\bserver[ \t]{1,8}[\w.-]{1,64}[ \t]{1,8}(?P<host>[\w.-]{1,200}\.amazonaws\.com(?:\.cn)?)(?::443)?\b"), lazy_pattern(r"\bhttp-request[ \t]{1,8}(?:set|replace)-header[ \t]{1,8}[Hh]ost\b"), "Add the line to the backend, and reload HAProxy", "http-request set-header Host {host}", None),
    ("Traefik", lazy_pattern(rf"(?i:\burl[\"']?\s{{0,2}}[=:]\s{{0,2}}[\"']?){_AWS_HOST}"), lazy_pattern(r"(?i:\bpassHostHeader[\"']?\s{0,2}[=:]\s{0,2}[\"']?false)\b"), "Set passHostHeader to false", None, None),
    ("the development proxy", lazy_pattern(rf"\btarget[\"']?: ?[\"']{_AWS_HOST}"), lazy_pattern(r"\bchangeOrigin[\"']?: ?true\b"), "Set changeOrigin to true", None, None),
)  # fmt: skip


class ProxyChange(NamedTuple):
    """What a proxy changes in the requests that it passes on.

    Attributes:
        proxy: The name of the proxy.
        part: What it changes.
        words: The words of the configuration that show it.
        sent: The value of Host that the server gets, if the text states it.
        step: How to change the configuration; empty for the path.
        line: The line that is missing.
        reload: The command that applies it.
        needed: The host of AWS to which the proxy passes the requests, and for which they are signed.
    """

    proxy: str
    part: Part
    words: str
    sent: str | None
    step: str
    line: str | None = None
    reload: str | None = None
    needed: str | None = None


NAME_OF_PROXY = lazy_pattern(r"(?i:\b(?:nginx|Apache|Caddy|HAProxy|Traefik|Envoy|Kong|Varnish|Squid)\b)")
"""The name of a proxy."""


def has_proxy(text: str, sign: re.Pattern[str] = _PROXY) -> bool:
    """Return whether a text shows a reverse proxy, by its configuration or another sign, and does not say that there is none any more."""
    if sign.search(text) is None or denies_proxy(text):
        return False
    return not any(_is_said(text, found) for found in _PAST_PROXY.finditer(text[:_MAX_CHARS]))


def denies_proxy(text: str) -> bool:
    """Return whether a text says that no proxy is between the client and AWS.

    >>> denies_proxy("There is no proxy in between."), denies_proxy("It works if there is no proxy.")
    (True, False)
    """
    return "rox" in text and any(_is_said(text, found) for found in _NO_PROXY.finditer(text[:_MAX_CHARS]))


def _is_said(text: str, found: re.Match[str]) -> bool:
    """Return whether a clause states what was found, and does not ask or suppose it."""
    before = text[max(found.start() - _CHARS_OF_CLAUSE, 0) : found.start()]
    end = _CLAUSE_END.search(text, found.end(), found.end() + _CHARS_OF_CLAUSE)
    return _ONLY_ASKED.search(before) is None and (end is None or end[0] != "?")


def find_proxy_change(text: str) -> ProxyChange | None:
    """Return what the proxy whose configuration a text shows changes, or ``None``.

    >>> found = find_proxy_change("location / { proxy_pass http://store; }")
    >>> found.part, found.sent, found.line
    ('Host', 'store', 'proxy_set_header Host $http_host;')
    """
    text = text[:_MAX_CHARS]
    if not has_proxy(text):
        return None
    if (found := _NGINX.search(text)) is not None:
        return _read_nginx(text, found)
    if (to_aws := _find_host_kept_for_aws(text)) is not None:
        return to_aws
    apache = _APACHE.search(text)
    if apache is not None and not is_of_aws(apache["host"]) and _APACHE_PASSES.search(text) is None:
        step, line = "Add the line next to ProxyPass", "ProxyPreserveHost On"
        return ProxyChange(
            "Apache", "Host", apache[0].strip(), apache["host"], step, line, "apachectl -k graceful"
        )
    for proxy, part, pattern, step in _SETTINGS:
        setting = pattern.search(text)
        if setting is not None and not (part == "Host" and re.search(_AWS_HOST, text)):
            return ProxyChange(proxy, part, setting[0], setting.groupdict().get("value"), step)
    return None


_COMMENT = lazy_pattern(r"(?m)^[ \t]{0,40}#[^\n]{0,400}")


def find_host_for_aws(text: str, name: str) -> ProxyChange | None:
    """Return how the proxy with this name sends requests to AWS with the host of AWS, or ``None``."""
    text = _COMMENT.sub("", text[:_MAX_CHARS])
    names = _SERVER_NAME.search(text)
    if (
        not has_proxy(text)
        or "proxy_set_header Authorization" in text
        or (names is not None and name not in names[1].split())
    ):
        return None
    if (passed := _NGINX.search(text)) is not None:
        header = _NGINX_HOST.search(text)
        if not is_of_aws(passed["host"]) or (header is not None and header["value"] in _NGINX_PASSES):
            return None
        sent = header["value"] if header and is_of_aws(header["value"]) else passed["host"]
        return ProxyChange("nginx", "Host", (header or passed)[0], sent, "")
    for proxy, upstream, replaces, *_ in _TO_AWS:
        passed = upstream.search(text)
        setting = replaces.search(text) if replaces else passed
        if passed and setting and not (proxy == "Apache" and _APACHE_PASSES.search(text)):
            return ProxyChange(proxy, "Host", setting[0].strip(), passed["host"], "")
    return None


def _find_host_kept_for_aws(text: str) -> ProxyChange | None:
    """Return the change if a proxy sends its own name to AWS, which expects the host that the client signed."""
    for proxy, upstream, replaces, step, line, reload in _TO_AWS:
        passed = upstream.search(text)
        kept = _APACHE_PASSES.search(text) if passed and proxy == "Apache" else passed
        if passed is not None and kept is not None and not (replaces and replaces.search(text)):
            host = passed["host"]
            added = line and line.replace("{host}", host)
            return ProxyChange(proxy, "Host", kept[0].strip(), None, step, added, reload, host)
    return None


def _read_nginx(text: str, passed: re.Match[str]) -> ProxyChange | None:
    """Return what nginx changes: without a line for Host, it sends the name in ``proxy_pass``."""
    start, end = text.rfind("{", 0, passed.start()) + 1, text.find("}", passed.end())
    block = text[start : len(text) if end == -1 else end]
    # A block with headers of its own inherits none.
    header = _NGINX_HOST.search(block if _NGINX_HEADER in block else text)
    value = header["value"] if header else "$proxy_host"
    if is_of_aws(passed["host"]):
        if header is None or value not in _NGINX_PASSES:
            return None
        step, line = f"Replace {header[0]}", f"proxy_set_header Host {passed['host']};"
        return ProxyChange("nginx", "Host", header[0], None, step, line, _NGINX_RELOAD, passed["host"])
    if value not in _NGINX_PASSES:
        sent = passed["host"] if value == "$proxy_host" else value
        step = f"Replace {header[0]}" if header else "Add the line to the block of proxy_pass"
        words = header[0] if header else passed[0]
        return ProxyChange("nginx", "Host", words, sent, step, _NGINX_LINE, _NGINX_RELOAD)
    location = _NGINX_LOCATION.search(text[: start - 1]) if start else None
    rewrite = _NGINX_REWRITE.search(block)
    if rewrite is not None:
        return ProxyChange("nginx", "path", rewrite[0].strip(), None, "")
    if passed["path"] and location is not None and passed["path"] != location["path"]:
        return ProxyChange("nginx", "path", f"location {location['path']} with {passed[0]}", None, "")
    return None
