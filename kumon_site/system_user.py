"""Who PostgreSQL runs as: it refuses root, so root lends it an account without rights."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

ACCOUNT = "pgserver"


def needed() -> bool:
    """True when we are root, so that PostgreSQL needs another account."""
    return os.geteuid() == 0


def ensure() -> pwd.struct_passwd:
    """The account PostgreSQL runs as: ours, or for root one without rights, made when missing.

    Raises OSError or subprocess.CalledProcessError when the account cannot be made.
    """
    if not needed():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
        subprocess.run([useradd, "--system", ACCOUNT], check=True, capture_output=True)
        return pwd.getpwnam(ACCOUNT)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `command` under PostgreSQL's account, with its output captured.

    Output goes through files: a server that the command leaves behind would hold a pipe open.
    """
    account = ensure() if needed() else None
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=output,
            cwd="/",
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=account and [],
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, output.read())


def lend(folder: Path) -> None:
    """Give `folder` to the account and let it pass, not look, through the folders above."""
    if needed():
        account = ensure()
        os.chown(folder, account.pw_uid, account.pw_gid)
        let_pass(folder)


def let_pass(path: Path) -> None:
    """Let every account walk through the folders above `path` (search right only)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def let_read(tree: Path) -> None:
    """Let every account read `tree`, which an installation under a strict umask forbids."""
    let_pass(tree)
    if tree.stat().st_mode & 0o005 == 0o005:
        return
    for entry in (tree, *tree.rglob("*")):
        mode = entry.stat().st_mode
        entry.chmod(mode | 0o005 if mode & 0o100 else mode | 0o004)
