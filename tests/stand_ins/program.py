"""A stand-in model as a program, so that a running copy of the product can be pointed at it."""

import argparse
import os
import signal
import threading

import django

from tests.stand_ins import brains
from tests.stand_ins.models import ModelFault, ModelServer


def run(server: type[ModelServer], prefix: str) -> None:
    parser = argparse.ArgumentParser(description=f"A stand-in for {server.__name__}")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--brain", default="tests.stand_ins.brains:by_rules", help="module:callable"
    )
    parser.add_argument(
        "--faults",
        default="ok",
        help="by commas, for one call each and then anew: ok, refusal, cut, broken, empty, html, "
        "slow:SECONDS, drip:SECONDS, dropped, torn, bare, extra, 500, 401, 429:RETRY-AFTER",
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kumon_site.settings")
    django.setup()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with server(brain=brains.load(options.brain), port=options.port) as stand_in:
        stand_in.repeat(ModelFault.of(one) for one in options.faults.split(","))
        print(f"{prefix}_API_KEY=stand-in {prefix}_BASE_URL={stand_in.url}", flush=True)
        stopped.wait()
