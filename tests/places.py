"""Where the tests find files of the project, whatever folder they are in themselves."""

import json
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
ROOT = TESTS.parent


def reference(name: str) -> Any:
    """Independent numbers of a subject, such as "roulet2018"."""
    return json.loads((TESTS / "reference" / f"{name}.json").read_text(encoding="utf-8"))
