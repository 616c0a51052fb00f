"""PostgreSQL and Redis in a folder, when no URL is given."""

from pathlib import Path


def urls(data_dir: Path) -> tuple[str, str]:
    """The database's and Redis's URL of the servers kept in `data_dir`; nothing is started."""
    return f"postgres://postgres@/postgres?host={data_dir}/run", "redis://127.0.0.1:6390/0"
