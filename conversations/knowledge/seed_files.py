"""The knowledge base that a fresh unit starts with: one file per entry in `seed/`.

A file is its header (`key:`, `title:`, `questions:` with one "- " line each), an empty line, and
the answer as parents read it.
"""

from pathlib import Path

from conversations.knowledge.index import Entry

FOLDER = Path(__file__).with_name("seed")


def read_entries() -> list[Entry]:
    """Every seeded entry, by key; they have no row yet, so `id` is None."""
    return [_read(path) for path in sorted(FOLDER.glob("*.md"))]


def _read(path: Path) -> Entry:
    header, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    key, title, _, *questions = header.splitlines()
    return Entry(
        id=None,
        key=key.removeprefix("key:").strip(),
        title=title.removeprefix("title:").strip(),
        body=body.strip(),
        questions=tuple(line.removeprefix("-").strip() for line in questions),
    )
