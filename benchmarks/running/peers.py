"""What the product is held beside, run on the same machine in the same minute."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.running.copy import ROOT, free_port
from benchmarks.running.load import request
from kumon_site import embedded, system_user

SECRET = "an-app-secret-of-meta"


@contextmanager
def served(application: str, **environment: str) -> Iterator[int]:
    """An ASGI application of benchmarks/running/ under uvicorn, with the flags that ours has."""
    port = free_port()
    quiet = ["--no-access-log", "--log-level", "warning"]
    command = ["uvicorn", f"benchmarks.running.{application}", "--port", str(port), *quiet]
    with listening(port, *command, **environment):
        yield port


@contextmanager
def listening(port: int, *command: str, **environment: str) -> Iterator[None]:
    """`python -m command`, from when it answers at its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def cloud_posts(count: int) -> Iterator[bytes]:
    """A text as WhatsApp's Cloud API posts it, which is what pywa takes. It insists on a
    signature's header even where it does not check it."""
    for number in range(count):
        content = _cloud(number)
        digest = hmac.new(SECRET.encode(), json.dumps(content).encode(), hashlib.sha256).hexdigest()
        yield request("/", content, X_Hub_Signature_256=f"sha256={digest}")


def _cloud(number: int) -> dict[str, Any]:
    phone = f"55459{90000000 + number % 1000:08}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551130001000", "phone_number_id": "100"},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": phone, "user_id": f"BR.{phone}"}],
        "messages": [
            {
                "from": phone, "from_user_id": f"BR.{phone}", "id": f"wamid.{uuid.uuid4().hex}",
                "timestamp": str(int(time.time())), "type": "text",
                "text": {"body": "Queria matemática, quanto custa?"},
            }
        ],
    }  # fmt: skip
    change = {"value": value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def inserts(folder: Path, clients: int, seconds: int) -> float:
    """Single-row INSERT commits a second, by pgbench, on a copy's PostgreSQL."""
    script = folder / "insert.sql"
    script.write_text("INSERT INTO bench_insert (body) VALUES (repeat('x', 900));\n")
    script.chmod(0o644)
    folder.chmod(0o755)
    host = str(embedded.run_dir(folder / "data") / "postgres")
    base = ["-h", host, "-U", "postgres", "postgres"]
    _postgres("psql", ["-c", "CREATE TABLE IF NOT EXISTS bench_insert (id bigserial PRIMARY KEY, "
              "body text)", *base])  # fmt: skip
    output = _postgres(
        "pgbench",
        ["-n", "-f", str(script), "-c", str(clients), "-j", "2", "-T", str(seconds), *base],
    )
    line = next(line for line in output.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _postgres(program: str, arguments: list[str]) -> str:
    path = str(embedded.postgres_program(program))
    done = system_user.run([path, *arguments])
    if done.returncode:
        raise RuntimeError(done.stdout)
    return done.stdout
