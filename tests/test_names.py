"""The public names: listed once, loaded lazily, and unknown ones answered with the nearest."""

import inspect
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from places import ROOT

import quantsync as qs
from quantsync.errors import UnknownArgumentError

SPACES = [
    n for n in qs.__all__ if inspect.ismodule(getattr(qs, n)) and n not in ("errors", "system")
]
PLACES = {"": qs, **{f"{n}.": getattr(qs, n) for n in SPACES if hasattr(getattr(qs, n), "__all__")}}
FUNCTIONS = sorted(
    prefix + name
    for prefix, place in PLACES.items()
    for name in place.__all__
    if inspect.isfunction(getattr(place, name)) and prefix != "models."
)
# What these take belongs to the system or to the space.
OPEN = {"evolve", "basis_state"}


def found(name):
    place, _, last = name.rpartition(".")
    return getattr(PLACES[f"{place}." if place else ""], last)


def test_all_names_exist_and_are_shown():
    assert sorted(qs.__all__) == qs.__all__
    assert set(qs.__all__) <= set(dir(qs))
    for name in qs.__all__:
        assert getattr(qs, name) is getattr(qs, name)


def test_folders_are_there_whatever_was_loaded_before():
    code = "import quantsync as qs; qs.lindblad.Evolution, qs.operators.Operator, qs.papers"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_that_do_not_exist_name_the_nearest():
    with pytest.raises(AttributeError, match=r"no attribute 'steady_sate'; did you mean 'steady"):
        qs.steady_sate  # noqa: B018


def test_names_that_stand_elsewhere_say_where():
    for name in ("measures.chi", "meanfield.limit_cycle", "gaussian.entropy", "system.table_of"):
        last = name.split(".")[1]
        with pytest.raises(AttributeError, match=rf"'{last}'; it is quantsync\.{name}\.$"):
            getattr(qs, last)
    with pytest.raises(AttributeError, match=r"no attribute 'np'\.$"):
        qs.np  # noqa: B018


@pytest.mark.parametrize(
    ("name", "wrong", "nearest"),
    [
        ("Lindbladian", "dissipator", "dissipators"),
        ("HarmonicNetwork", "stifness", "stiffness"),
        ("GaussianState", "covariances", "covariance"),
        ("OpenNetwork", "diffusions", "diffusion"),
        ("MeanFieldModel", "default", "defaults"),
        ("Store", "chunks", "chunk"),
        ("Refine", "levels", "level"),
        ("Measure", "unit", "units"),
        ("Spin", "sizes", "size"),
        ("Fock", "level", "levels"),
    ],
)
def test_an_unknown_argument_of_a_class_names_the_nearest_one(name, wrong, nearest):
    match = rf"^{name}\(\) has no argument `{wrong}`; did you mean `{nearest}`\?"
    with pytest.raises(UnknownArgumentError, match=match):
        getattr(qs, name)(**{wrong: 1})


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in OPEN])
def test_an_unknown_argument_names_the_nearest_one(name):
    known = [n for n in inspect.signature(found(name)).parameters if len(n) > 3]
    wrong = (known[-1] + "s") if known else "something"
    hint = f"did you mean `{known[-1]}`" if known else "It has"
    with pytest.raises(UnknownArgumentError, match=f"has no argument `{wrong}`.*{hint}"):
        found(name)(np.eye(2) / 2, qs.Space(A=qs.Spin(1 / 2)), **{wrong: 1})


def test_models_stay_functions_when_their_folders_are_imported():
    code = (
        "import quantsync.models.spin_pair.model, quantsync.models.driven_pair.study;"
        "import quantsync as qs; print(qs.models.spin_pair().shape, qs.models.driven_pair().shape)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "() ()"


def test_classes_and_functions_survive_pickling():
    for name in ("Lindbladian", "Space", "steady_state", "negativity", "sweep"):
        assert pickle.loads(pickle.dumps(getattr(qs, name))) is getattr(qs, name)


def test_the_page_of_names_lists_them_all():
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`(\w+)`", page))
    flat = {n for n in qs.__all__ if not inspect.ismodule(getattr(qs, n))} - {"__version__"}
    assert flat <= listed
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| (.*) \|$", page, re.M))
    for folder in SPACES:
        place = getattr(qs, folder)
        public = {n for n in place.__all__ if not inspect.ismodule(getattr(place, n))}
        # What stands flat need not be repeated, unless the folder means another thing by it.
        flat = {n for n in public & set(qs.__all__) if getattr(qs, n) is getattr(place, n)}
        other = public - flat - {"evolve"}  # qs.evolve hands on to it
        assert other == set(re.findall(r"`(\w+)`", rows[folder])), folder
