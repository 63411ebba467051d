"""The run with as many samples as the paper has, whose numbers are kept beside the code.

It takes about twelve minutes of one core. The page of the paper shows its numbers beside those of
the smaller samples that are drawn by default.
"""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quantsync.papers.keeping import maps_kept
from quantsync.papers.paper import Check
from quantsync.papers.zhao2025 import ensemble_claims, ensemble_data, pair_claims
from quantsync.version import __version__

FULL_RUN = Path(__file__).with_name("full_run.json")


def full_run(target: Path = FULL_RUN, store: Path | None = None) -> dict[str, Any]:
    """Decide the claims on random ensembles with full samples, and write what comes of them.

    With ``store``, a folder, the samples of Figs. 3 and 5 are kept there as they are drawn, and
    those that are there (of ``quantsync reproduce zhao2025 --full`` too) are not drawn again.
    """
    for name, figure in (("5", ensemble_data.figure_5), ("3", ensemble_data.figure_3)):
        with maps_kept(store and store / f"figure_{name}"):
            figure(True)
    checks = [
        value
        for module in (ensemble_claims, pair_claims)
        for value in vars(module).values()
        if isinstance(value, Check) and takes_full(value)
    ]
    claims = [found for check in checks for found in check(True)]
    record = {
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "samples": {
            "chain": ensemble_data.SAMPLES_IN_PRINT,
            "pair": ensemble_data.SAMPLES_IN_PRINT,
            "limit": ensemble_data.LIMIT_SAMPLES,
        },
        "seeds": dict.fromkeys(("chain", "pair", "limit"), ensemble_data.SEED),
        "claims": {
            found.id: {
                "computed": found.computed,
                "uncertainty": found.uncertainty,
                "class": found.verdict,
            }
            for found in claims
        },
    }
    target.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def kept() -> dict[str, Any]:
    """What the last full run has written."""
    return json.loads(FULL_RUN.read_text(encoding="utf-8")) if FULL_RUN.exists() else {}


def takes_full(check: Check) -> bool:
    """Whether a claim is decided from more samples in the full run."""
    return "full" in inspect.signature(check.function).parameters
