"""The pages on the literature: one per paper, and an index, in Markdown with TeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from quantsync.papers.bars import POLICY
from quantsync.papers.paper import CLASSES, Claim, Class, Figure, Paper

AWAITING: tuple[Class, ...] = ("misprint", "limit", "fails", "open")
"""Classes of rows on which a word of the authors would be welcome."""
EXPLAINED: Mapping[Class, str] = {
    "reproduced": "holds as printed, within the bar",
    "convention": "holds, with a choice that the paper leaves open (a sign, a unit, a window, a "
    "start), which is named",
    "misprint": "one correction makes the line hold; it is given in TeX, with what depends on it",
    "limit": "true in the limit that is named, which may be the paper's own condition",
    "fails": "not found to hold as printed, in the range that the paper names, under any reading "
    "that was tried, or only with a change on which all that follows rests; the reason says where "
    "it does hold",
    "open": "depends on an input that is not printed, or on a larger sample",
    "beyond": "a question of ours; not counted",
}
REASONS: Mapping[Class, str] = {
    "convention": "Convention",
    "misprint": "Correction",
    "limit": "Limit",
    "fails": "Why it does not hold",
    "open": "What it depends on",
    "beyond": "Remark",
}
CITING = """\
## How to cite a claim

By its id, the version of quantsync and the paper's own reference, for example: "quantsync 0.2,
claim roulet2018-C7, on A. Roulet and C. Bruder, Phys. Rev. Lett. 121, 063601 (2018), Eq. (6)". An
id is never given to another claim; the id of a row that has been merged into another leads there.
`quantsync reproduce roulet2018 --claim C7` computes the claim anew.

## When an author answers

An answer, best given as an issue of the repository, is quoted in the row itself ("Answer of the
authors"), with name and date and as it was given; in the code it is the field `answer` of the
claim. Where it names an input, a convention or a corrected formula, the claim is computed with it,
and its class follows from what comes out; the previous class stays in the changelog. Rows on which
an answer would be welcome are listed on each page. Nothing is sent to anybody by this project.
"""


def index(claims: Mapping[str, Sequence[Claim]], papers: Iterable[Paper]) -> str:
    """The index: classes, bars, and every claim of some papers in a line."""
    papers = list(papers)
    parts = [
        "# The literature, checked",
        "What the papers of this field say, and what quantsync computes, claim by claim. Classes "
        "are decided from the computed numbers, by one policy of bars; both are printed in every "
        "row. A page per paper shows all its figures and claims. This page and those are written "
        "by `quantsync reproduce`.",
        _counts(claims, papers),
        "## Classes",
        "\n".join(f"- **{CLASSES[name]}**: {text}." for name, text in EXPLAINED.items()),
        "## Bars",
        "One policy for all papers: what a paper's own precision or wording supports.",
        table(("What is said", "What decides"), POLICY.items()),
        "Each row names its bar, and says where half or twice the bar would decide otherwise.",
        CITING.rstrip(),
    ]
    for paper in papers:
        rows = (
            (f"[{c.number}]({paper.name}.md#{c.number.lower()})", c.where, _said(c), _class_of(c))
            for c in claims[paper.name]
        )
        parts += [
            f"## {paper.name}",
            f"{paper.citation}. [All figures and claims]({paper.name}.md).",
            table(("Claim", "Where", "Says", "Class"), rows),
        ]
    return _typeset("\n\n".join(parts)) + "\n"


def page(paper: Paper, claims: Sequence[Claim], figures: Mapping[str, PurePosixPath]) -> str:
    """The page of a paper; ``figures`` are the paths of pictures, relative to it, by name."""
    counted = [c for c in claims if c.verdict != "beyond"]
    profile = paper.profile
    parts = [f"# {paper.name}", f"{paper.citation}.", profile.summary]
    parts.append(_tally(claims) if claims else "No claims of this paper are checked yet.")
    parts.append(f"Quoted from: {profile.version}" if profile.version else "")
    parts.append(
        "[What the classes and bars mean, and how to cite a claim](claims.md). "
        f"`quantsync reproduce {paper.name}` computes this page."
    )
    home = _homes(paper, counted)
    for section in dict.fromkeys(c.section for c in counted):
        parts.append(f"## {section}")
        for claim in (c for c in counted if c.section == section):
            shown = [name for name, at in home.items() if at == claim.id]
            parts += [_figure(paper.figures[name], name, figures) for name in shown]
            parts.append(_row(claim, paper))
    others = [name for name in paper.figures if name not in home]
    for title, is_numbered in (("Further figures", True), ("Figures that we add", False)):
        if named := [name for name in others if name.isdigit() == is_numbered]:
            parts.append(f"## {title}")
            parts += [_figure(paper.figures[name], name, figures) for name in named]
    beyond = [c for c in claims if c.verdict == "beyond"]
    if beyond:
        parts += ["## Beyond the paper", "Questions of ours on the paper's systems; not counted."]
        parts += [_row(c, paper) for c in beyond]
    misprints = [(_link(c), _place(c), c.reason) for c in claims if c.verdict == "misprint"]
    if misprints:
        parts += ["## Misprints", table(("Claim", "Where", "Correction"), misprints)]
    for more in paper.tables:
        parts += [f"## {more.title}", more.text, table(more.columns, more.rows())]
    if remaining := _open(paper, claims):
        parts += ["## What remains open", *remaining]
    parts += _coverage(paper)
    return _typeset("\n\n".join(part.strip() for part in parts if part)) + "\n"


def row(claim: Claim, paper: Paper) -> str:
    """A claim alone, as the command line prints it: the row of the page."""
    return _typeset(_row(claim, paper))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += [
        "| " + " | ".join(_typeset(cell).replace("|", "\\|") for cell in cells) + " |"
        for cells in rows
    ]
    return "\n".join(lines)


def _typeset(text: str) -> str:
    """The same with TeX that Markdown leaves alone, and that it recognises as such."""
    # It takes backslashes before punctuation, and underscores behind it for emphasis. A formula
    # ends without a space, and letters that touch it ("the $j$th", shown as dollars) join it.
    return re.sub(r"([A-Za-z]*)\$([^$]+)\$([A-Za-z]*)", _formula, text)


def _formula(found: re.Match[str]) -> str:
    before, tex, after = found.groups()
    tex = _ESCAPED.sub(lambda e: _WORDS[e[0]], tex.replace("\n", " "))
    tex = re.sub(r"(?<![A-Za-z0-9])_(?! )", "_ ", tex).strip()
    before, after = (f"\\text{{{word}}}" if word else "" for word in (before, after))
    return f"${before}{tex}{after}$"


_WORDS = {
    r"\,": r"\thinspace ",
    r"\;": r"\thickspace ",
    r"\!": r"\negthinspace ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    r"\|": r"\Vert ",
    "|": r"\vert ",
    "*": r"\ast ",
    "<": r"\lt ",
    ">": r"\gt ",
}
_ESCAPED = re.compile("|".join(map(re.escape, _WORDS)))


def _counts(claims: Mapping[str, Sequence[Claim]], papers: Sequence[Paper]) -> str:
    """How many claims of each class each paper has."""
    rows = []
    for paper in papers:
        own = [c.verdict for c in claims[paper.name]]
        number = len(own) - own.count("beyond")
        counts = (str(own.count(name)) for name in CLASSES)
        rows.append((f"[{paper.name}]({paper.name}.md)", str(number), *counts))
    return table(("Paper", "Claims", *CLASSES.values()), rows)


def _tally(claims: Sequence[Claim]) -> str:
    """The classes of a paper's claims with their numbers."""
    lines = []
    for name, said in CLASSES.items():
        own = [c for c in claims if c.verdict == name]
        if own:
            listed = ", ".join(map(_link, own)) if name != "reproduced" else ""
            lines.append((said, str(len(own)), listed))
    return table(("Class", "Claims", "Which"), lines)


def _homes(paper: Paper, claims: Sequence[Claim]) -> dict[str, str]:
    """The claim above which a numbered figure is shown: the first that is on it."""
    on_it = {name: [c.id for c in claims if _is_on(c.where, name)] for name in paper.figures}
    return {name: found[0] for name, found in on_it.items() if name.isdigit() and found}


def _is_on(where: str, figure: str) -> bool:
    """Whether a place is in a figure: "Fig. 3(c)", "Figs. 2, 3"."""
    listed = re.findall(r"Figs?\. ((?:\d+(?:\([^)]*\)(?:,? ?\([^)]*\))*)?(?:, | and |-)?)+)", where)
    return any(figure in re.findall(r"\d+", text) for text in listed)


def _figure(figure: Figure, name: str, figures: Mapping[str, PurePosixPath]) -> str:
    title = f"Fig. {name}: {figure.title}" if name.isdigit() else figure.title
    shown = f"![{title}]({figures[name]})\n\n" if name in figures else ""
    return f"{shown}**{title}.** {figure.caption.strip()}".strip()


def _row(claim: Claim, paper: Paper) -> str:
    """A claim with everything that belongs to it."""
    lines = [f"### {claim.number}", f"**{_place(claim)}** · {_class_of(claim)}"]
    if claim.quotation:
        lines.append(f"> {claim.quotation}")
    if claim.statement:
        lines.append(claim.statement)
    full = paper.profile.full_run.get("claims", {}).get(claim.id)
    items = [
        ("In print", claim.printed),
        ("Computed", claim.computed),
        ("Uncertainty", claim.uncertainty),
        ("Bar", claim.bar),
        (REASONS.get(claim.verdict, ""), claim.reason),
        ("Readings tried", "; ".join(claim.readings) if claim.verdict == "fails" else ""),
        ("Full run", _full_run(full) if full else ""),
        ("Includes the earlier", ", ".join(old.rpartition("-")[2] for old in claim.merged)),
        ("Answer of the authors", claim.answer),
        ("Compute it", f"`{claim.command}`"),
    ]
    lines.append("\n".join(f"- *{name}:* {text}" for name, text in items if text))
    return "\n\n".join(lines)


def _full_run(found: Mapping[str, Any]) -> str:
    """What a claim came to with a sample as large as the paper's."""
    return f"{found['computed']} ({found['uncertainty']}): {CLASSES[found['class']]}"


def _open(paper: Paper, claims: Sequence[Claim]) -> list[str]:
    """What is not settled, and what only the authors can settle."""
    parts = [paper.profile.remarks] if paper.profile.remarks else []
    for verdict, title in (("fails", "Does not hold"), ("open", "Open")):
        listed = [(_link(c), _place(c), c.reason) for c in claims if c.verdict == verdict]
        if listed:
            parts += [f"### {title}", table(("Claim", "Where", "Why"), listed)]
    waiting = [_link(c) for c in claims if c.verdict in AWAITING and not c.answer]
    if waiting:
        taken_up = "[How it is taken up](claims.md#when-an-author-answers)."
        parts.append(
            f"An answer of the authors would be welcome on: {', '.join(waiting)}. {taken_up}"
        )
    return parts


def _coverage(paper: Paper) -> list[str]:
    """What of the paper is covered by which claim, and what is not checked."""
    profile = paper.profile
    known = {s.id.rpartition("-")[2] for s in paper.statements.values()}
    linked = {
        place: re.sub(r"\bC\d+\b", lambda m: _to(m[0]) if m[0] in known else m[0], _listed(text))
        for place, text in profile.coverage.items()
    }
    parts = ["## Coverage", table(("Where", "Covered by"), linked.items())] if linked else []
    if profile.unchecked:
        rows = ((u.where, u.what, u.reason) for u in profile.unchecked)
        parts += ["### Not checked", table(("Where", "What", "Why"), rows)]
    return parts


def _listed(covered: str) -> str:
    """Commas between what covers a place, unless it is a sentence."""
    return covered if covered.startswith("not checked") else covered.replace(" C", ", C")


def _said(claim: Claim) -> str:
    return claim.quotation or claim.statement


def _place(claim: Claim) -> str:
    """Where it stands, without its section if that is in the heading already."""
    return claim.where.partition(", ")[2] or claim.where


def _class_of(claim: Claim) -> str:
    return CLASSES[claim.verdict]


def _link(claim: Claim) -> str:
    return _to(claim.number)


def _to(number: str) -> str:
    return f"[{number}](#{number.lower()})"
