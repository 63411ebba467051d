"""The record of a run over claims: `claims.json`, described in docs/command_line.md."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import Distribution, version
from pathlib import Path
from typing import Any

from quantsync.papers.paper import Claim, Paper
from quantsync.version import __version__


def run_record(
    papers: Iterable[Paper], claims: Mapping[str, Sequence[Claim]], full: bool = False
) -> dict[str, Any]:
    """The claims of some papers, and what is needed to compute them again."""
    papers = list(papers)
    return {
        "version": __version__,
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "platform": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "scipy": version("scipy"),
        },
        "full": full,
        "seeds": {paper.name: dict(paper.profile.seeds) for paper in papers},
        "papers": {
            paper.name: {"citation": paper.citation, "version": _in_a_line(paper.profile.version)}
            for paper in papers
        },
        "claims": [claim_record(c, paper) for paper in papers for c in claims[paper.name]],
    }


def claim_record(claim: Claim, paper: Paper) -> dict[str, Any]:
    """One claim of `run_record`."""
    return {
        "id": claim.id,
        "paper": paper.name,
        "version": _in_a_line(paper.profile.version),
        "where": claim.where,
        "quotation": claim.quotation,
        "statement": claim.statement,
        "printed": claim.printed,
        "computed": claim.computed,
        "uncertainty": claim.uncertainty,
        "bar": claim.bar,
        "class": claim.verdict,
        "reason": claim.reason,
        "readings": list(claim.readings),
        "merged": list(claim.merged),
        "answer": claim.answer,
        "code": claim.code,
        "command": claim.command,
    }


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def commit() -> str | None:
    """The commit of the sources that run, with "+" if they have changes; None if unknown."""
    here = Path(__file__).parent
    try:
        # A package that is merely installed below somebody's repository is not part of it.
        _git(here, "ls-files", "--error-unmatch", Path(__file__).name)
        changed = _git(here, "status", "--porcelain", "--untracked-files=no", "--", ":(top)*.py")
        return _git(here, "rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        origin = Distribution.from_name("quantsync").read_text("direct_url.json") or "{}"
        return json.loads(origin).get("vcs_info", {}).get("commit_id")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
