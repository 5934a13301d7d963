"""Say where a program or a tool switches off TLS, if a Deny statement requires it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.program_regions import find_variable_map
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.denials.conditions.requested_values import list_endpoints
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Remedy
    from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement

_KEYS = ("aws:SecureTransport", "s3:TlsVersion")
# A setting that turns TLS off, and what it is instead.
_OFF = lazy_pattern(
    r"(?i)(?<![\w$.-])(?P<name>(?:[\w.-]{0,40}(?:s3|aws|sqs|sns)[\w.-]{0,20}?)?(?:(?:use_?ssl|ssl[._]enabled|use_?https)(?=\W{1,5}false\b)|(?:use_?http|disable_?ssl)(?=\W{1,5}true\b)))[\"']?\s{0,3}(?:=>|[=:, ])\s{0,3}[\"']?(?P<value>true|false)\b"
)
_IS_HADOOP = lazy_pattern(r"\bs3a\b|\b(?i:hadoop|spark)\b")
_KEEP = "The Deny is there to stop calls without TLS: no policy has to change."


def requires_tls(requirement: Requirement) -> bool:
    """Return whether a requirement is a call over HTTPS."""
    return any(map(requirement.has_key, _KEYS))


def is_about_tls(key: str, values: tuple[str, ...]) -> bool:
    """Return whether a condition of a Deny matches only calls without TLS, or with an old version of it."""
    name = key.lower()
    return name == "s3:tlsversion" or (
        name == "aws:securetransport" and [each.lower() for each in values] == ["false"]
    )


def secure_call_remedy(denial: Denial, requirement: Requirement, title: str) -> Remedy:
    """Return how to call over HTTPS, from what the text shows of the call."""
    text = denial.failure.text
    lines: tuple[str, ...] = ()
    endpoints = (each for each in list_endpoints(denial) if each["scheme"].lower() == "http")
    found, off = next(endpoints, None), _OFF.search(text)
    if found is not None:
        name, (old, url) = found["name"], (f"http{found['host']}", f"https{found['host']}")
        step = f"Write {clip_text(url)}"
        if not name.lower().startswith("curl"):
            step += ", or leave the endpoint out: the AWS CLI and the SDKs use HTTPS by default"
        where = "the text"
        if name.lower() == "--endpoint-url":
            lines = present(commands.repeat_command(denial.context.command, changes={"endpoint-url": url}))
        elif (place := find_variable_map(text, name)) is not None:
            namespace = commands.namespace(place[1] or denial.facts.namespace)
            patch = clusters.patch_map_command(place[0], namespace, {name: url})
            where = f"the ConfigMap {clip_text(place[0])}"
            lines = (patch, clusters.renew_pods_command(denial.case, namespace))
        title, step = f"{title}, instead of {clip_text(old)} ({clip_text(name)} in {where})", f"{step}."
        if name.startswith("AWS_ENDPOINT_URL") and "://sqs" in url and f"{url}/" in text:
            # https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
            step += " The https:// of a queue URL changes nothing: SDKs call the endpoint."
    elif off is not None:
        on = "true" if off["value"].lower() == "false" else "false"
        step = f"{clip_text(off['name'])} is {off['value']} in the text: set it to {on}, or remove the setting, because TLS is the default."
    else:
        of_hadoop = ", fs.s3a.connection.ssl.enabled" if _IS_HADOOP.search(text) else ""
        step = f"Use an https:// endpoint URL with TLS 1.2 or later. The AWS CLI and the SDKs do so by default: look for http:// in --endpoint-url, AWS_ENDPOINT_URL, endpoint_url of the profile{of_hadoop} and the code."
    return your_remedy(title, step, _KEEP, commands=lines, url=requirement.url)
