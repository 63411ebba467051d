"""The command line as a part of pipes: points in, a line of JSON for each out."""

import json
import subprocess
import sys

import pytest
from commands import run
from own_module import MINE

import quantsync as qs


def answers(text, *arguments, **options):
    answer = run("compute", *arguments, input=text, **options)
    return answer, [json.loads(line) for line in answer.stdout.splitlines()]


def test_every_line_of_parameters_gets_a_line_with_their_measures():
    lines = [{"epsilon": 0.1}, {"epsilon": 0.2, "detuning": 1}, {"gain_a": 5.0}]
    text = "\n".join(map(json.dumps, lines)) + "\n\n"
    answer, found = answers(text, "spin_pair", "gain_a=20", "-", "-m", "synchronization,purity")
    assert (answer.returncode, answer.stderr) == (0, "")
    for line, one in zip(lines, found, strict=True):
        values = {"gain_a": 20} | line
        assert one["measures"] == qs.compute("spin_pair", values, ["synchronization", "purity"])
        assert one["parameters"].items() >= values.items()
        assert one["units"]["synchronization"] == "1/rad"


def test_a_line_that_cannot_be_computed_says_why_and_the_others_go_on(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    bad = ["[1]", '{"drive"', '{"driv": 1}', '{"drive": "a"}', '{"kind": "x"}', '{"gain": NaN}',
           '{"gain": 1, "gain": 2}', "\x00\udcff"]  # fmt: skip
    text = "\n".join(['{"drive": 0}', *bad, '{"drive": 1}'])
    answer = run("compute", "mine:mode", "-", "-m", "mine:quanta", cwd=tmp_path,
                 input=text.encode("utf-8", "surrogateescape"), text=False)  # fmt: skip
    assert answer.returncode == 3
    found = [json.loads(line) for line in answer.stdout.decode().splitlines()]
    assert [one.get("line") for one in found] == [None, *range(2, 10), None]
    words = ["[1]", "no JSON", "'drive'", "'a'", "KeyError", "finite", "twice", "no JSON"]
    for one, word in zip(found[1:-1], words, strict=True):
        assert word in one["error"], one
    assert "mine.py, line 24" in found[5]["error"]
    assert found[-1]["measures"]["quanta"] > found[0]["measures"]["quanta"]


def test_an_unknown_measure_ends_before_the_first_line():
    answer, found = answers('{"epsilon": 0.1}', "spin_pair", "-", "-m", "puritty")
    assert (answer.returncode, found) == (2, [])
    assert "'purity'" in answer.stderr


def test_an_answer_comes_before_the_next_question():
    child = subprocess.Popen(
        [sys.executable, "-m", "quantsync", "compute", "spin_pair", "-", "-m", "purity"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for epsilon in (0.1, 0.2):
        child.stdin.write(json.dumps({"epsilon": epsilon}) + "\n")
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["parameters"]["epsilon"] == epsilon
    child.stdin.close()
    assert child.wait() == 0
    child.stdout.close()


@pytest.mark.parametrize(
    "arguments", [("compute", "spin_pair", "-", "-m", "purity"), ("list", "--json")]
)
def test_a_reader_that_has_had_enough_ends_it_quietly(arguments):
    child = subprocess.Popen(
        [sys.executable, "-m", "quantsync", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    child.stdout.close()
    try:
        child.stdin.write('{"epsilon": 0.1}\n' * 100)
        child.stdin.close()
    except BrokenPipeError:
        pass
    told = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 1
    assert told == ""
