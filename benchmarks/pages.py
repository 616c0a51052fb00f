"""A run as text, Markdown and HTML. The HTML needs nothing beside it: its plots are inside."""

import io
from collections.abc import Iterable, Sequence
from html import escape
from statistics import median

from benchmarks.history import Part, Run
from benchmarks.report import Row

VERDICT = {True: "held", False: "MISSED", None: ""}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1b2733 }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-top: 1px solid #dde3ea }
td.value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.held { color: #18794e } .missed, .worse { color: #b42318; font-weight: 600 }
.detail { color: #5b6b7b; font-size: 13px } svg { max-width: 100%; height: auto }
"""


def table(rows: Iterable[Row]) -> str:
    lines = [
        f"  {row.name:<58} {row.value:>12.4g} {row.unit:<10} {row.goal:<16} {VERDICT[row.held]}"
        + (f"\n      {row.detail}" if row.detail else "")
        for row in rows
    ]
    return "\n".join(lines)


def markdown(run: Run, worse: Sequence[str]) -> str:
    lines = [f"# Benchmarks of {run.began:%Y-%m-%d %H:%M} UTC", "", run.machine, ""]
    lines += ["Worse than the baseline:", "", *(f"- {each}" for each in worse), ""] if worse else []
    for part in run.parts:
        lines += [f"## {part.name}", ""]
        if part.error:
            lines += ["failed:", "", "```", part.error, "```", ""]
            continue
        lines += ["| figure | value | goal | | |", "|---|---:|---|---|---|"]
        lines += [
            f"| {row.name} | {row.value:.4g} {row.unit} | {row.goal} | {VERDICT[row.held]} "
            f"| {row.detail} |"
            for row in part.rows
        ]
        lines.append("")
    return "\n".join(lines)


def html(run: Run, worse: Sequence[str], past: Sequence[Run]) -> str:
    parts = "".join(_part(part, past) for part in run.parts)
    named = "".join(f'<li class="worse">{escape(each)}</li>' for each in worse)
    heading = f"Benchmarks of {run.began:%Y-%m-%d %H:%M} UTC"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{heading}</title>'
        f"<style>{STYLE}</style><h1>{heading}</h1><p>{escape(run.machine)}; {len(past)} runs kept "
        f"here.</p>" + (f"<h2>Worse than the baseline</h2><ul>{named}</ul>" if named else "")
        + parts
    )  # fmt: skip


def _part(part: Part, past: Sequence[Run]) -> str:
    if part.error:
        return f"<h2>{part.name}</h2><p class='missed'>failed</p><pre>{escape(part.error)}</pre>"
    rows = "".join(_row(row) for row in part.rows)
    return f"<h2>{part.name}</h2><table>{rows}</table>{_plot(part, past)}"


def _row(row: Row) -> str:
    verdict = VERDICT[row.held]
    return (
        f'<tr><td>{escape(row.name)}<div class="detail">{escape(row.detail)}</div></td>'
        f'<td class="value">{row.value:.4g} {escape(row.unit)}</td><td>{escape(row.goal)}</td>'
        f'<td class="{verdict.lower()}">{verdict}</td></tr>'
    )


def _plot(part: Part, past: Sequence[Run]) -> str:
    """Each figure that has a goal, run by run, as a share of its median."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axes = figure.subplots()
    for row in part.rows:
        if row.more_is_better is None:
            continue
        known = [run.rows().get(f"{part.name}: {row.name}") for run in past]
        values = [found.value for found in known if found is not None]
        middle = median(values) if values else 0
        if middle:
            axes.plot([value / middle for value in values], marker="o", label=row.name)
    if not axes.lines:
        return ""
    axes.set_ylabel("of the median")
    axes.set_xlabel("run")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg")
    return drawn.getvalue().partition("<svg")[1] + drawn.getvalue().partition("<svg")[2]
