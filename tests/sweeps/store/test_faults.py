"""Hundreds of kills, damaged files and full disks: every sweep ends as an undisturbed one.

Minutes long, and therefore left out of the usual run: ``make slow``.
"""

import json
import subprocess
import sys

import pytest
from places import ROOT

pytest.importorskip("distributed")
CAMPAIGN = ROOT / "benchmarks" / "fault_campaign.py"


@pytest.mark.slow
@pytest.mark.skipif(not CAMPAIGN.exists(), reason="benchmarks are not part of this copy")
def test_a_campaign_of_faults_leaves_no_trace():
    ran = subprocess.run([sys.executable, str(CAMPAIGN)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = json.loads(ran.stdout[ran.stdout.index("{") :])
    kills = sum(number for what, number in counts.items() if what.startswith("kills of"))
    assert kills >= 200
    assert counts["wrong points"] == 0
    assert "stores that differ" not in counts
    assert counts["stores equal to an undisturbed one"] >= counts["campaigns"]
    assert counts.get("full disks named") == counts.get("full disks")
    assert counts["lost schedulers named"] == counts["kills of schedulers"]
    assert counts["file size limits named"] == counts["file size limits"]
