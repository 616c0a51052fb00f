"""The word lists in data/: a comment starts with #."""

from pathlib import Path

DATA = Path(__file__).parent / "data"


def lines_of(name: str) -> list[str]:
    """The phrases of a list that has one in each line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def words_of(name: str) -> frozenset[str]:
    """The words of a list, wherever its lines end."""
    return frozenset(word for line in lines_of(name) for word in line.split())
