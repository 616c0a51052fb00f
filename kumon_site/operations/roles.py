"""The four roles of the unit's staff, as groups."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

READER, ATTENDANT, COORDINATOR, ADMINISTRATOR = (
    "Leitura",
    "Atendente",
    "Coordenação",
    "Administração",
)

_OURS = ("billing_rules", "leads", "scheduling", "conversations", "operations")
_RULES = Q(content_type__app_label="billing_rules") | Q(
    content_type__app_label="scheduling",
    content_type__model__in=["openinghours", "closure", "extraopening", "visitrules"],
)
_WORDS = Q(
    content_type__app_label="conversations",
    content_type__model__in=[
        "knowledgeentry",
        "unansweredquestion",
        "textoverride",
        "unit",
        "followuprules",
    ],
)
_FAMILIES = Q(codename__in=[
    "add_lead", "change_lead", "add_student", "change_student", "add_visit", "change_visit",
    "change_conversation", "add_message", "change_handoff",
])  # fmt: skip
_COORDINATION = Q(codename__in=["delete_student", "pair_gateway"])
_READ = Q(content_type__app_label__in=_OURS, codename__startswith="view_")

_GRANTS = {
    READER: _READ,
    ATTENDANT: _READ | _FAMILIES,
    COORDINATOR: _READ | _FAMILIES | _RULES | _WORDS | _COORDINATION,
    ADMINISTRATOR: Q(),  # everything, people and access included
}


def seed_roles() -> None:
    """Make the four groups and give each exactly its permissions, also those of new models.

    What these groups may do is said here; a wish beyond that is a group of the unit's own.
    """
    for name, grants in _GRANTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(grants))
