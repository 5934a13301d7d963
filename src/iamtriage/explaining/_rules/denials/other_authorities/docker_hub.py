"""Explain that Docker Hub denied a pull or a push of an image whose name lacks the ECR registry.

Source: https://docs.docker.com/reference/cli/docker/image/tag/ (a name without a host is one of Docker Hub).
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage.explaining._rules.basics import Explanation, Remedy
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

_NAMES = "https://docs.docker.com/reference/cli/docker/image/tag/"
_IMAGE = r"(?P<image>[a-z0-9][\w-]{0,100}(?:/[a-z0-9][\w.-]{0,100}){0,3})"
_DENIED = lazy_pattern(
    rf"(?:\bdocker\.io/(?:library/)?{_IMAGE}(?::(?P<tag>[\w.-]{{1,128}}))?[\"']?: (?P<pull>pull access denied|(?:failed to authorize|unexpected status)[^\n]{{0,200}}\b(?:401|403)\b|insufficient_scope)"
    rf"|\b(?P<daemon>pull access denied) for {_IMAGE.replace('image>', 'name>')},"
    rf"|\brepository \[docker\.io/(?:library/)?{_IMAGE.replace('image>', 'pushed>')}\][^\n]{{0,80}}\n(?:[^\n]{{0,200}}\n){{0,40}}?[^\n]{{0,80}}?(?P<push>(?:push access )?denied))"
)
_HOST = lazy_pattern(
    rf"(?<![\w.-])[0-9]{{12}}\.dkr\.ecr(?:-fips)?\.{REGION}\.amazonaws\.com(?:\.cn)?(?![\w.-])", re.ASCII
)
_OF_ECR = lazy_pattern(r"\bdkr\.ecr\b|\bECR\b|\baws ecr\b|ContainerRegistry")
_OF_AWS = lazy_pattern(
    r"\bdkr\.ecr\b|\bECR\b|\baws ecr\b|ContainerRegistry|\bECS\b|\bEKS\b|CannotPull|ECSTask"
)
# What says that the image is not meant to be in ECR.
_NOT_ECR = lazy_pattern(
    r"(?i:\b(?:not|no|without|instead of|rather than|never)(?: (?:an?|any|been|in|from|on|use|using|the|our|with|amazon|aws)){0,3} ECR\b|n't(?: (?:use|have|need|with))? (?:Amazon )?ECR\b)"
)
# The values of a Helm chart that name a registry: the whole line before it, and the value.
_REGISTRY_KEYS = ("imageRegistry", "registry")
_KEY = lazy_pattern(r"^(?P<indent> {0,12})(?P<key>[A-Za-z]\w{0,60}):(?P<value>[^\n#]{0,300})", re.MULTILINE)
_TEMPLATE = lazy_pattern(r"^[ \t-]{0,20}(?P<line>image: *[\"']?(?P<value>\{\{[^\n]{1,300}))$", re.MULTILINE)
_REPOSITORY = lazy_pattern(r"^(?P<indent> {0,12})repository: *[\"']?(?P<name>[\w./-]{1,200})[\"']? *$", re.MULTILINE)  # fmt: skip
_BROAD = ("AmazonEC2ContainerRegistryFullAccess", "AmazonEC2ContainerRegistryPowerUser", "AdministratorAccess")  # fmt: skip
_ADDED = lazy_pattern(
    rf"(?i:\b(?:added|attached|gave|granted|tried)\b)[^\n.]{{0,120}}?\b(?P<policy>{'|'.join(_BROAD)})\b"
)


def explain_docker_hub(text: str) -> Explanation | None:
    """Explain that Docker Hub, not ECR, denied the access to an image, or return ``None`` for other texts."""
    found = next((each for each in _DENIED.finditer(text) if not _is_own(each)), None)
    if found is None:
        return None
    name = found["image"] or found["name"] or found["pushed"]
    hosts: set[str] = set(_HOST.findall(text))
    # An organization in the name can be one of Docker Hub.
    signs = _OF_ECR if "/" in name else _OF_AWS
    is_elsewhere = not hosts and _NOT_ECR.search(text) is not None
    if (
        is_elsewhere
        or signs.search(text) is None
        or re.search(
            rf"(?i:image:? |FROM )[\"']?docker\.io/\S{{0,20}}{re.escape(name)}",
            text.replace("unpack image", ""),
        )
    ):
        return None
    host = only_one(hosts, "ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com")
    is_push = found["push"] is not None
    call = "push to" if is_push else "pull of"
    added = _ADDED.search(text)
    return explain_elsewhere(
        re.sub(r"\s+", " ", found[0])[:200],
        f"Docker Hub, not ECR, denied the {call} {name}: the name of the image has no registry, so the request went to docker.io. No request reached ECR, and no IAM permission is missing.",
        _push_remedy(host, name) if is_push else _name_remedy(text, host, name, found["tag"]),
        notes=present(
            f"Detach {added['policy']} again: it does not help here, and pulling images needs only AmazonEC2ContainerRegistryPullOnly."
            if added
            else None,
        ),
    )


def _is_own(found: re.Match[str]) -> bool:
    """Return whether the name has a registry, or is one of the official images."""
    name = found["name"] or ""
    return "." in name.partition("/")[0] or found["image"] in {
        "postgres",
        "redis",
        "nginx",
        "alpine",
        "busybox",
    }


def _name_remedy(text: str, host: str, name: str, tag: str | None) -> Remedy:
    """Return the remedy that writes the registry into the name of the image, where the text shows that."""
    title = "Write the ECR registry into the name of the image"
    repository = [each for each in _REPOSITORY.finditer(text) if each["name"] == name]
    template = [each for each in _TEMPLATE.finditer(text) if ".repository" in each["value"]]
    key = _find_registry(text)
    if repository:
        lines = f"repository: {host}/{name}"
        unused = key is not None and len(template) == 1 and f".Values.{key}" not in template[0]["value"]
        where = "In the values of the chart, change repository"
        if unused and key is not None:
            where += f", or let the template use {key}, which it ignores"
            lines += f'\n# Or, in the template, with repository as it is:\nimage: "{{{{ .Values.{key} }}}}/{template[0]["value"]}'
        return your_remedy(
            title,
            f"{where}. Then run helm upgrade again.",
            manifest=lines,
            manifest_language="yaml",
            url=_NAMES,
        )
    image = f"{host}/{name}:{tag or 'TAG'}"
    return your_remedy(
        title,
        "Change it where the image is named: the manifest, the values of the chart, the task definition, the compose file or FROM in the Dockerfile. ECR then authenticates the pull.",
        manifest=f"image: {image}",
        manifest_language="yaml",
        url=_NAMES,
    )


def _push_remedy(host: str, name: str) -> Remedy:
    return your_remedy(
        "Tag the image with the name of the ECR registry, and push that",
        "docker login is only for the registry that it names, and the name of the image decides where docker push goes.",
        "The repository must exist in ECR: aws ecr create-repository creates it.",
        commands=(f"docker tag {name}:TAG {host}/{name}:TAG", f"docker push {host}/{name}:TAG"),
        url=_NAMES,
    )


def _find_registry(text: str) -> str | None:
    """Return the path of the value that names an ECR registry, such as ``global.imageRegistry``."""
    path: list[tuple[int, str]] = []
    for each in _KEY.finditer(text):
        indent = len(each["indent"])
        path = [*(part for part in path if part[0] < indent), (indent, each["key"])]
        if each["key"] in _REGISTRY_KEYS and "dkr.ecr" in each["value"]:
            return ".".join(part for _, part in path)
    return None
