"""Models, measures and papers of installed packages, found by their entry points."""

import importlib
import json
import os
import sys

import pytest
from commands import run
from own_module import MINE

import quantsync as qs
from quantsync.catalogue.measures import ADDED_MEASURES
from quantsync.catalogue.models import MODELS, Model
from quantsync.papers.registry import PAPERS

PAPER = """
from quantsync.papers.paper import Paper
paper = Paper("my_paper", "A. Physicist, A paper (2030)", {}, ())
"""
POINTS = """\
[quantsync.models]
my_mode = my_lab_code:mode
broken = my_lab_code.no_such:mode
spin_pair = my_lab_code:mode

[quantsync.measures]
my_quanta = my_lab_code:quanta
number = my_lab_code:number
purity = my_lab_code:quanta

[quantsync.papers]
my_paper = my_lab_code:paper
no_paper = my_lab_code:mode
"""


def install(folder, package="my-lab", points=POINTS):
    """A package as an installer leaves it."""
    about = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(points)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A folder on the path, with a package in it that declares things."""
    registries = (MODELS, ADDED_MEASURES, PAPERS)
    (tmp_path / "my_lab_code.py").write_text(MINE + PAPER)
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    for registry in registries:
        registry.forget()
    yield tmp_path
    sys.modules.pop("my_lab_code", None)
    for registry in registries:
        registry.forget()


def test_models_and_measures_of_a_package_go_by_their_names(lab):
    with pytest.warns(qs.errors.RegistryWarning) as told:
        found = qs.compute("my_mode", {"drive": 0, "gain": 0.2, "kind": "one"},
                           ["my_quanta", "number", "purity"])  # fmt: skip
    n = 0.2 / 1.8
    assert found["my_quanta"] == pytest.approx(n, rel=1e-8)
    assert found["number"] == pytest.approx(n, rel=1e-8)
    assert found["purity"] == pytest.approx(1 / (1 + 2 * n), rel=1e-8)
    texts = sorted(str(warning.message) for warning in told)
    assert len(texts) == 2
    assert "Package my-lab declares a measure 'purity', which quantsync has itself" in texts[0]
    assert "Package my-lab declares a model 'spin_pair', which quantsync has itself" in texts[1]
    assert Model.of("spin_pair").function is qs.models.spin_pair
    assert not Model.of("my_mode").is_registered
    assert Model.of("my_mode").parameters["drive"].unit == "rate"


def test_nothing_is_looked_for_where_the_name_is_the_packages_own(lab):
    qs.compute("spin_pair", {}, "purity")  # no warning
    assert "my_lab_code" not in sys.modules


@pytest.mark.filterwarnings("ignore::quantsync.errors.RegistryWarning")
def test_one_that_is_broken_costs_itself_alone_and_names_its_package(lab):
    with pytest.raises(
        qs.errors.InvalidArgumentError,
        match=r"model 'broken' of package my-lab \(my_lab_code.no_such:mode\) .*ModuleNotFoundErr",
    ):
        Model.of("broken")
    with pytest.raises(qs.errors.InvalidArgumentError, match="'no_paper' of package my-lab"):
        PAPERS["no_paper"]
    assert PAPERS["my_paper"].citation.startswith("A. Physicist")
    with pytest.raises(qs.errors.UnknownNameError, match="did you mean 'my_mode'"):
        Model.of("my_mod")
    with pytest.raises(qs.errors.UnknownNameError, match="did you mean 'my_quanta'"):
        qs.compute("spin_pair", {}, "my_quant")
    with pytest.warns(qs.errors.RegistryWarning, match="'broken' of package my-lab"):
        assert "my_mode" in MODELS.usable()


def test_what_two_packages_declare_is_used_of_neither(lab):
    install(lab, "other-lab", "[quantsync.models]\nmy_mode = my_lab_code:mode\n")
    importlib.invalidate_caches()
    MODELS.forget()
    with (
        pytest.warns(qs.errors.RegistryWarning, match="spin_pair"),
        pytest.raises(qs.errors.InvalidArgumentError, match="my-lab and other-lab both declare"),
    ):
        Model.of("my_mode")


def test_the_command_line_knows_them_and_a_store_of_them_is_resumed(lab):
    paths = [str(lab), os.environ.get("PYTHONPATH", "")]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    answer = run("compute", "my_mode", "gain=0.2", "-m", "my_quanta", env=env)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["units"] == {"my_quanta": "1"}
    listed = run("list", env=env)
    assert "my_mode" in listed.stdout
    assert "my_paper" in listed.stdout
    assert listed.stderr.count("my-lab") == 4  # two names that are taken, two that are broken
    assert "Traceback" not in listed.stderr
    assert "Mean" not in run("list", "my_mode", env=env).stderr
    (lab / "a.toml").write_text(
        'model = "my_mode"\nmeasures = ["my_quanta", "purity"]\nstore = "a.zarr"\n'
        "axes.drive = [0.0, 0.1]\n"
    )
    assert run("sweep", lab / "a.toml", env=env).returncode == 0
    resumed = run("sweep", "resume", lab / "a.zarr", env=env)
    assert resumed.returncode == 0, resumed.stderr
