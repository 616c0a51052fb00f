"""The house as docs/architecture.md draws it."""

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["kumon_site", "conversations", "scheduling", "leads", "billing_rules"]
OUTSIDE = {"tests", "benchmarks", "docs", "deploy", "templates"}
NAMES_OF_NOTHING = {"services", "service", "utils", "util", "core", "common", "manager"}
NAMES_OF_NOTHING |= {"managers", "helpers", "helper", "misc", "base_utils", "lib"}
# A process's own loop or door, where an unforeseen error is told and the rest goes on.
EDGES = {
    "conversations/management/commands/work.py",
    "conversations/arrivals.py",
    "conversations/intake.py",
    "conversations/turn.py",
    "conversations/sender.py",
    "kumon_site/operations/tasks.py",
}
MOST_LINES = 300
LONGEST_FUNCTION = 60
HEAVY = [
    "langgraph",
    "langchain_core",
    "langchain",
    "openai",
    "anthropic",
    "qdrant_client",
    "numpy",
    "gcsa",
    "googleapiclient",
    "google.oauth2",
]

# By model's app, the apps its foreign keys may point to; Django's own are below everything.
BELOW = {
    "operations": ["operations", "conversations", "scheduling", "leads", "billing_rules"],
    "conversations": ["conversations", "scheduling", "leads", "billing_rules"],
    "scheduling": ["scheduling", "leads", "billing_rules"],
    "leads": ["leads"],
    "billing_rules": ["billing_rules"],
}
DJANGO = ["auth", "contenttypes"]

SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
CODE = [path for path in SOURCES if not path.name.startswith(("test_", "conftest"))]


def short(path):
    return str(path.relative_to(ROOT))


def test_imports_point_down_only(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports() == 0, capsys.readouterr().out


@pytest.mark.parametrize("app", BELOW)
def test_foreign_keys_point_down_only(app):
    upward = [
        f"{model.__name__}.{field.name} → {target}"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        if (target := field.related_model._meta.app_label) not in [*BELOW[app], *DJANGO]
    ]
    assert upward == []


def test_the_top_level_is_the_house():
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found <= {*PACKAGES, *OUTSIDE}
    assert set(PACKAGES) <= found


def test_a_module_is_named_for_its_step():
    named = {path: {path.stem, path.parent.name} & NAMES_OF_NOTHING for path in SOURCES}
    assert [short(path) for path, bad in named.items() if bad] == []


def test_a_file_that_grows_becomes_a_package():
    long = {short(path): len(path.read_text().splitlines()) for path in CODE}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


def test_functions_are_short():
    lengths = {
        f"{short(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    by_length = sorted(lengths.values())
    assert by_length[len(by_length) // 2] <= 10
    assert by_length[len(by_length) * 9 // 10] <= 30


def test_everything_is_caught_only_at_the_edges_of_a_process():
    broad = [
        short(path)
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert set(broad) <= EDGES
    assert len(broad) <= 6


def _catches_everything(handler):
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(getattr(each, "id", "") in ("Exception", "BaseException") for each in named)


def test_only_doors_ask_for_the_time():
    doors = ("views", "api", "console", "simulator", "admin", "management", "operations")
    asked = [
        short(path)
        for path in CODE
        if "timezone.now()" in path.read_text()
        and not set(doors) & set(path.parts)
        and path.name not in ("webhook.py", "admin.py", "tasks.py", "memory.py")
    ]
    assert asked == []


def test_the_web_process_imports_no_model_s_library():
    program = (
        "import sys, kumon_site.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"  # every view, as the first request loads them
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_answers_leave_at_once_through_the_socket_that_up_hands_over():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        program = [sys.executable, "-c", "import kumon_site.asgi"]
        subprocess.run(program, cwd=ROOT, stdin=listener, check=True, timeout=60)
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
