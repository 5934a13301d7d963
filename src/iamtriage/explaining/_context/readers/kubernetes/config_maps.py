"""Read where a text shows the ConfigMap with the entries of ``aws-auth``."""

from __future__ import annotations

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.terraform_code import find_resources

_RIGHT = ("aws-auth", "kube-system")
# The metadata in YAML, JSON and HCL, and in what kubectl describe prints.
_IS = r"[\"']?\s{0,20}[:=]\s{0,20}[\"']?"
_NAME = r"aws-?auth(?:-[a-z0-9-]{1,40})?"
_METADATA = lazy_pattern(
    rf"(?i)\bname{_IS}(?P<name>{_NAME})[\"']?,?\s{{1,40}}[\"']?namespace{_IS}(?P<namespace>{KUBERNETES_NAME})(?=[\"'\s,]|$)"
    rf"|\bnamespace{_IS}(?P<namespace_2>{KUBERNETES_NAME})[\"']?,?\s{{1,40}}[\"']?name{_IS}(?P<name_2>{_NAME})(?=[\"'\s,]|$)"
)
# What kubectl prints of the ConfigMaps in all namespaces: the namespace, the name, the number of keys and the age.
_ROW = lazy_pattern(
    rf"(?m)^[ \t]{{0,8}}(?P<namespace>{KUBERNETES_NAME})[ \t]{{1,80}}aws-auth[ \t]{{1,20}}\d{{1,3}}[ \t]{{1,20}}\d{{1,5}}[smhdy]"
)
_ALL_NAMESPACES = lazy_pattern(r"\bkubectl\b[^\n]{0,80} (?:-A|--all-namespaces)\b")
# A manifest whose metadata has no namespace, and what kubectl does with it.
_UNPLACED = lazy_pattern(
    rf"(?s)\bkind:[ \t]{{1,4}}ConfigMap\b[^\n]{{0,40}}\n(?:(?!\bkind:|\bnamespace:|\n---|\bdata:).){{0,400}}?\bmetadata:[ \t]{{0,4}}\n(?:(?!\bnamespace:|\bdata:|\n---).){{0,400}}?\bname:[ \t]{{1,4}}[\"']?(?P<name>{_NAME})[\"']?[ \t]{{0,4}}\n(?:(?!\bnamespace:|\n---).){{0,400}}?\bdata:"
)
# In Terraform, the default is the namespace default.
_IN_TERRAFORM = (
    *("kubernetes_config_map", "kubernetes_config_map_v1"),
    *("kubernetes_config_map_data", "kubernetes_config_map_v1_data"),
)
_NAME_IN_TERRAFORM = lazy_pattern(_NAME)
_CREATED = lazy_pattern(r"\bconfigmap/aws-auth[a-z-]{0,40} created\b")
_APPLIED = lazy_pattern(r"\bkubectl\b(?P<options>[^\n]{0,200}?\b(?:apply|create|replace)\b[^\n]{0,200})")
_OPTION = lazy_pattern(rf"(?:^| )(?:-n|--namespace)[ =]?(?P<namespace>{KUBERNETES_NAME})\b")
_MAX_CHARS = 64_000


class MapPlace(NamedTuple):
    """The name and namespace of the ConfigMap that has the entries.

    Attributes:
        name: The name.
        namespace: The namespace.
        is_only: Whether the text says if there is one in the right place: ``True`` if there is none,
            ``False`` if there is one, ``None`` if the text does not say.
        is_stated: Whether the text names the namespace. Otherwise, it is that of the context of kubectl.
        is_created: Whether kubectl says that it created the ConfigMap.
        has_namespace: Whether the manifest or an option names the namespace.
    """

    name: str
    namespace: str
    is_only: bool | None
    is_stated: bool = True
    is_created: bool = False
    has_namespace: bool = True


def find_misplaced_map(text: str) -> MapPlace | None:
    r"""Return where the entries in a text are, if that is not the ConfigMap that EKS reads.

    >>> find_misplaced_map("metadata:\n  name: aws-auth\n  namespace: default\ndata:\n  mapRoles: |\n")
    MapPlace(name='aws-auth', namespace='default', is_only=None, is_stated=True, is_created=False, has_namespace=True)
    >>> find_misplaced_map("metadata:\n  name: aws-auth\n  namespace: kube-system\ndata:\n  mapRoles: |\n") is None
    True
    """
    text = text[:_MAX_CHARS]
    if (unplaced := _find_unplaced(text)) is not None:
        return unplaced
    if "namespace" not in text.lower():
        return None
    places = {
        (each["name"] or each["name_2"], each["namespace"] or each["namespace_2"])
        for each in _METADATA.finditer(text)
    }
    if len(places) != 1 or _RIGHT in places:
        return None
    name, namespace = places.pop()
    return MapPlace(name, namespace, _read_listed(text)[1])


def _read_listed(text: str) -> tuple[set[str], bool | None]:
    """Return the other namespaces with a map that kubectl lists, and whether there is none in the right place."""
    listed = {each["namespace"] for each in _ROW.finditer(text)}
    if "kube-system" in listed:
        return listed - {"kube-system"}, False
    return listed, True if listed and _ALL_NAMESPACES.search(text) is not None else None


def _find_unplaced(text: str) -> MapPlace | None:
    """Return where kubectl put a manifest without a namespace."""
    maps = find_resources(text, *_IN_TERRAFORM)
    metadata = next((inner for each in maps for inner in each.find_nested("metadata")), None)
    if metadata is not None and "namespace" not in metadata.arguments:
        name = metadata.text_of("name") or ""
        return MapPlace(name, "default", None) if _NAME_IN_TERRAFORM.fullmatch(name) else None
    found = _UNPLACED.search(text) if "ConfigMap" in text else None
    if found is None:
        return None
    applied, created = _APPLIED.search(text), _CREATED.search(text) is not None
    option = _OPTION.search(applied["options"]) if applied is not None else None
    if option is not None and option["namespace"] == "kube-system" and found["name"] == "aws-auth":
        return None
    if applied is None and not created:
        return None
    listed, is_only = _read_listed(text)
    namespace = option["namespace"] if option is not None else only_one(listed)
    is_stated = namespace is not None
    return MapPlace(
        found["name"],
        namespace or "default",
        is_only,
        is_stated=is_stated,
        is_created=created,
        has_namespace=option is not None,
    )
