"""Trains what hears handoffs: `python -m conversations.agent.training.train_handoff`.

`handoff/<reason>.txt` holds phrases with alternatives, `handoff/none.txt` what looks alike and
must not fire. The golden files, the readers' too, the intents' phrases and the knowledge base are
learnt from besides. The same phrases give the same weights.
"""

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from conversations.agent.text_model import NAMES_FILE, TRAINING
from conversations.agent.training import fit
from conversations.agent.training.fit import Example, Floats
from conversations.agent.training.patterns import variants
from conversations.agent.triggers import NOTHING, SURE, phrase_bonus, phrase_reason
from conversations.knowledge.seed_files import read_entries

PHRASES = TRAINING / "handoff"
GOLDEN = TRAINING.parent / "phrases"
READ = TRAINING.parent / "readers" / "golden"  # answers of families: days, hours, names, ages
# Among these are complaints, health and payments too: no line for ordinary talk.
_PERHAPS_A_REASON = re.compile(
    r"ningu|respond|atend|reclam|tdah|autis|aspec|tea\b|dislex|down|laudo|cancel|tranc|desist|falar"
    r"|lig(?:a|u|o)|boleto|mensalid|pag|venc|mandei|msg|mensag|comprov|cobr|profess|turma|nivel"
    r"|n[ií]vel|repos|falt",
    re.IGNORECASE,
)
MOST_VARIANTS = 12
GOLDEN_WEIGHT = 6  # times that a golden line is learnt
OPENINGS = (
    "oi, ",
    "bom dia! ",
    "boa tarde, ",
    "olá ",
    "boa noite. ",
    "então, ",
    "moça, ",
    "gente ",
)
ENDINGS = (" por favor", ", obrigada", " pfv", ", pode ser?", " tá bom?", " 🙏", "!!", " urgente")


def sources() -> list[Path]:
    """What a newcomer edits; the intents and the knowledge base only lend ordinary talk."""
    return [*PHRASES.glob("*.txt"), *GOLDEN.glob("*_golden.tsv"), NAMES_FILE]


def examples() -> list[Example]:
    """Hand-written phrases of every reason, and all ordinary talk that we have."""
    found = [one for path in sorted(PHRASES.glob("*.txt")) for one in _of_file(path)]
    found += [one for one in _golden() for _ in range(GOLDEN_WEIGHT)]
    calm = [phrase for phrase in _ordinary() if phrase_reason(phrase) == NOTHING]
    found += [Example(NOTHING, phrase, phrase) for phrase in calm]
    return [*found, *_together(found)]


def _of_file(path: Path) -> Iterator[Example]:
    chance = random.Random(path.stem)  # noqa: S311 - no secret
    for pattern in path.read_text(encoding="utf-8").splitlines():
        for phrase in variants(pattern, MOST_VARIANTS):
            opening = chance.choice(OPENINGS) if chance.random() < 0.15 else ""
            ending = chance.choice(ENDINGS) if chance.random() < 0.1 else ""
            yield Example(path.stem, f"{opening}{phrase}{ending}", pattern)


def _golden() -> Iterator[Example]:
    with (GOLDEN / "handoff_golden.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            label = NOTHING if row["expected"] == "-" else row["expected"]
            yield Example(label, row["text"], row["text"])


def _ordinary() -> Iterator[str]:
    for name in ("bargain", "irritation", "lateness"):
        lines = (GOLDEN / f"{name}_golden.tsv").read_text(encoding="utf-8").splitlines()
        yield from (line.split("\t")[0] for line in lines[1:])
    for line in (TRAINING / "intents.tsv").read_text(encoding="utf-8").splitlines():
        yield line.split("\t")[1]
    for entry in read_entries():
        yield from entry.questions
    yield from (line for line in _read_by_readers() if not _PERHAPS_A_REASON.search(line))


def _read_by_readers() -> Iterator[str]:
    for path in sorted(READ.glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from (line.split("\t")[0] for line in lines[1:] if line and line[0] != "#")
    for line in (READ / "when.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]


def _together(found: Sequence[Example]) -> Iterator[Example]:
    """Two calm sentences in one message stay calm; one reason among them is heard."""
    chance = random.Random(len(found))  # noqa: S311 - no secret
    calm = [one for one in found if one.label == NOTHING]
    for one in chance.sample(found, len(found) // 3):
        other = chance.choice(calm)
        first, second = (one, other) if chance.random() < 0.5 else (other, one)
        yield Example(one.label, f"{first.phrase}. {second.phrase}", one.group)


def probability(found: Sequence[Example], scores: Floats, labels: Sequence[str]) -> Floats:
    """Of any reason, for every example, with what the phrases add."""
    raised = scores.copy()
    for row, one in zip(raised, found, strict=True):
        for reason, extra in phrase_bonus(one.phrase).items():
            row[labels.index(reason)] += extra
    calm: Floats = 1 - fit.softmax(raised)[:, labels.index(NOTHING)]
    return calm


def main() -> None:
    found = examples()
    labels = sorted({one.label for one in found})
    seen = [one for one in found if crc32(one.group.encode()) % fit.FOLDS]
    unseen = [one for one in found if not crc32(one.group.encode()) % fit.FOLDS]
    weights, bias = _fitted(seen, labels)
    scores = fit.score(fit.rows([one.phrase for one in unseen]), weights, bias)
    heard = probability(unseen, scores, labels) >= SURE
    true = np.array([one.label != NOTHING for one in unseen])
    print(  # noqa: T201
        f"{len(found)} phrases; of patterns held out: {(heard & true).sum() / true.sum():.3f} "
        f"heard, {(heard & ~true).sum() / (~true).sum():.3f} of the calm ones too"
    )
    fit.keep("handoff", labels, *_fitted(found, labels), fit.digest(sources()))


def _fitted(found: Sequence[Example], labels: Sequence[str]) -> tuple[Floats, Floats]:
    return fit.fit(fit.rows([one.phrase for one in found]), fit.one_hot(found, labels))


if __name__ == "__main__":
    main()
