"""What the documents name exists, and what the settings read is documented."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PACKAGES = ["kumon_site", "conversations", "scheduling", "leads", "billing_rules"]
PACKAGES += ["templates", "tests", "docs", "deploy", "benchmarks"]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|txt|in|yml|yaml|json))`")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
PLACE = re.compile(r"(?:http://127\.0\.0\.1:8000|`(?:GET |POST )?)(/[\w/.-]+/?)[`>\s?]")
READ = re.compile(r"env(?:ironment)?\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\"")
LISTED = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def named(pattern):
    found = [
        (document, "".join(match) if isinstance(match, tuple) else match)
        for document in DOCUMENTS
        for match in pattern.findall(document.read_text())
    ]
    assert found
    return [
        pytest.param(document, name, id=f"{document.relative_to(ROOT)}: {name}")
        for document, name in dict.fromkeys(found)
    ]


def exists(document, name):
    """From the document's folder, the project's, or inside a package (`agent/speak.py`)."""
    folders = [document.parent, ROOT, *(ROOT / each for each in PACKAGES)]
    return any((folder / name).exists() for folder in [*folders, ROOT / "conversations" / "agent"])


@pytest.mark.parametrize(("document", "name"), named(LINK))
def test_a_link_leads_somewhere(document, name):
    if name.startswith("http"):
        pytest.skip("another site")
    if "pictures/" in name and not (ROOT / "docs" / "pictures").exists():
        pytest.skip("the browser tests take the pictures")
    assert (document.parent / name).exists()


@pytest.mark.parametrize(("document", "name"), named(FILE))
def test_a_named_file_exists(document, name):
    made_while_running = name.startswith((".data", ".venv", "benchmarks/results", "http"))
    assert made_while_running or exists(document, name)


@pytest.mark.parametrize(("document", "name"), named(COMMAND))
def test_a_named_command_exists(document, name):
    commands = get_commands()
    assert name in commands
    app = commands[name]
    assert not isinstance(app, str) or load_command_class(app, name)


@pytest.mark.parametrize(("document", "name"), named(PLACE))
def test_a_named_address_answers(document, name):
    if exists(document, name.strip("/")) or name.startswith("/ws/"):
        return
    try:
        resolve(name)
    except Resolver404:
        resolve(name.rstrip("/") + "/")


def test_every_variable_that_is_read_is_in_the_example_and_no_other():
    read = set(READ.findall((ROOT / "kumon_site" / "settings.py").read_text()))
    listed = LISTED.findall((ROOT / ".env.example").read_text())
    assert sorted(listed) == sorted(read)


def test_no_other_module_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for package in PACKAGES[:5]
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"os\.environ(\.get|\[)|os\.getenv", path.read_text())
        and not path.name.startswith(("test_", "conftest"))
    ]
    assert sorted(readers) == ["kumon_site/environment.py"]


def test_the_deployment_sets_only_variables_that_are_read():
    listed = set(LISTED.findall((ROOT / ".env.example").read_text()))
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    ours = [each for each in compose["services"].values() if "build" in each]
    assert len(ours) >= 5
    for service in ours:
        assert set(service["environment"]) <= listed
