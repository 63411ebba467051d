"""The pages on the literature are what the command writes, and every claim is complete."""

import dataclasses
import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest
from commands import run
from places import ROOT

from quantsync.errors import UnknownNameError
from quantsync.papers import bars, pages, record
from quantsync.papers.paper import CLASSES, Found, Paper
from quantsync.papers.paper import claim as declare
from quantsync.papers.registry import PAPERS
from quantsync.papers.reproduce import pictures, write_figure

DOCS = ROOT / "docs" / "literature"
SCHEMA = json.loads((ROOT / "src/quantsync/papers/claims.schema.json").read_text(encoding="utf-8"))
EVERY = [(paper, s) for paper, p in PAPERS.items() for s in p.statements.values()]
IDS = [s.id for _, s in EVERY]
every_claim = pytest.mark.parametrize(("paper", "statement"), EVERY, ids=IDS)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_page_is_what_the_command_writes(paper, claims_of):
    page = pages.page(PAPERS[paper], claims_of(paper), pictures(PAPERS[paper]))
    assert (DOCS / f"{paper}.md").read_text(encoding="utf-8") == page, "run make docs"


@pytest.mark.parametrize("paper", PAPERS)
def test_the_index_is_what_the_command_writes(paper, claims_of):
    index = (DOCS / "claims.md").read_text(encoding="utf-8")
    own = pages.index({paper: claims_of(paper)}, [PAPERS[paper]])
    for part in own.split("\n\n"):
        # The table of counts has a line for each paper.
        for line in part.splitlines() if part.startswith("| Paper") else [part.strip()]:
            assert line in index, "run make docs"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| \[{paper}\].*$", own, re.MULTILINE)
    assert row[0].replace(f"({paper}.md", f"(docs/literature/{paper}.md") in readme


def test_the_index_has_nothing_else():
    index = (DOCS / "claims.md").read_text(encoding="utf-8")
    headings = [line[3:] for line in index.splitlines() if line.startswith("## ")]
    assert headings[-len(PAPERS) :] == list(PAPERS)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_picture_of_a_page_is_there_and_light(paper):
    page = (DOCS / f"{paper}.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page)
    assert sorted(shown) == sorted(map(str, pictures(PAPERS[paper]).values()))
    assert all(0 < (DOCS / name).stat().st_size < 250_000 for name in shown)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_within_a_page_leads_somewhere(paper):
    page = (DOCS / f"{paper}.md").read_text(encoding="utf-8")
    anchors = {line[4:].lower() for line in page.splitlines() if re.fullmatch(r"### C\d+", line)}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


@pytest.mark.parametrize("name", [*PAPERS, "claims"])
def test_every_formula_of_a_page_is_one_to_markdown(name):
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    for paragraph in re.sub(r"`[^`]*`", "", page).split("\n\n"):
        for before, tex, after in re.findall(r"(.?)\$([^$]+)\$(.?)", paragraph):
            # Markdown takes these for itself; GitHub wants no space within and no letter beside.
            assert not re.search(r"\\[^A-Za-z\\ ]|[*<>|`\n]|[^A-Za-z0-9]_(?! )", tex), tex
            assert tex == tex.strip(), tex
            assert not re.search(r"\w", before + after), (before, tex, after)
            assert tex.count("{") == tex.count("}"), tex
        assert paragraph.count("$") % 2 == 0, paragraph


def test_tex_is_written_as_markdown_and_github_take_it():
    written = pages.table(("a",), [(r"the $j$th of $\{|x|\}'_{11}$ | $\mathbf{B}_{a}^*$",)])
    assert written.splitlines()[2] == (
        r"| the $j\text{th}$ of $\lbrace \vert x\vert \rbrace '_ {11}$ \| "
        r"$\mathbf{B}_ {a}^\ast$ |"
    )


def test_a_paper_of_a_package_has_its_page_with_and_without_claims():
    bare = Paper("my_paper", "A. Physicist, A paper (2030)", {}, ())
    assert pages.page(bare, [], {}).startswith("# my_paper\n\nA. Physicist")
    assert "##" not in pages.page(bare, [], {})
    assert "Quoted" not in pages.page(bare, [], {})

    @declare("C2", "Sec. I, Eq. (1)", "$1 = 1$", printed="1", bar=bars.identity(), merged="C1")
    def one(bar):
        return Found("1", bar(0), uncertainty="exact")

    own = Paper("my-paper", "A. Physicist, A paper (2030)", {}, (one,))
    (found,) = own.claims("my-paper-C1")
    assert (found.id, found.paper, found.number) == ("my-paper-C2", "my-paper", "C2")
    assert found.command == "quantsync reproduce my-paper --claim C2"
    page = pages.page(own, [found], {})
    assert "### C2" in page
    assert "Coverage" not in page
    assert "What remains open" not in page
    answered = dataclasses.replace(found, answer="Yes. (A. Physicist, 1 May 2031)")
    assert "- *Answer of the authors:* Yes." in pages.row(answered, own)
    made = record.run_record([own], {"my-paper": [answered]})
    jsonschema.validate(made, SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_id_is_used_twice(paper):
    statements = PAPERS[paper].statements.values()
    ids = [s.id for s in statements] + [old for s in statements for old in s.merged]
    assert len(set(ids)) == len(ids) > 0
    assert all(re.fullmatch(rf"{paper}-C\d+", name) for name in ids)
    # Numbers are handed out in turn and none is taken back.
    numbers = sorted(int(name.rpartition("C")[2]) for name in ids)
    assert numbers == list(range(1, len(numbers) + 1))


@every_claim
def test_every_claim_is_quoted_in_at_most_20_words(paper, statement):
    words = re.sub(r"\$[^$]*\$", " EQ ", re.sub(r"\[[^]]*\]", " ", statement.quotation))
    assert len(words.replace("...", " ").split()) <= 20
    beyond = statement.amendment == "beyond"
    assert bool(statement.quotation) != beyond
    assert statement.statement or not beyond
    assert "," in statement.where or beyond, "a section, then a place in it"


@every_claim
def test_every_claim_is_typeset(paper, statement):
    texts = [
        statement.quotation, statement.statement, statement.printed, statement.reason,
        statement.otherwise, *statement.readings, statement.bar.text,
    ]  # fmt: skip
    for text in texts:
        assert text.count("$") % 2 == 0, text
        plain = re.sub(r"\$[^$]*\$|`[^`]*`", "", text)
        assert not re.search(r"[\\^|_]|\b(?:eps|gamma|omega|sqrt|Delta)\b", plain), text


@pytest.mark.parametrize("paper", PAPERS)
def test_every_claim_says_all(paper, claims_of):
    for claim in claims_of(paper):
        assert all((claim.printed, claim.computed, claim.uncertainty, claim.bar)), claim.id
        assert bool(claim.reason) or claim.verdict in ("reproduced", "beyond"), claim.id
        assert claim.readings or claim.verdict != "fails", claim.id
        for text in (claim.computed, claim.uncertainty, claim.reason, claim.printed):
            assert text.count("$") % 2 == 0, (claim.id, text)
            assert "|" not in text, (claim.id, text)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_profile_covers_the_paper(paper):
    own, profile = PAPERS[paper], PAPERS[paper].profile
    numbers = {s.id.partition("-")[2] for s in own.statements.values()}
    assert profile.version
    assert 2 <= len(profile.summary.split(". ")) <= 12
    assert len(profile.coverage) > 5
    for place, covered in profile.coverage.items():
        named = set(re.findall(r"\bC\d+\b", covered))
        assert named <= numbers, (place, named - numbers)
        assert named or covered.startswith(("figure", "not checked: ")), place
    assert all(u.reason for u in profile.unchecked)
    assert all(figure.caption for figure in own.figures.values())


@pytest.mark.parametrize("paper", PAPERS)
def test_the_record_fulfils_its_schema(paper, claims_of):
    made = record.run_record([PAPERS[paper]], {paper: claims_of(paper)})
    jsonschema.validate(made, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert [c["id"] for c in made["claims"]] == list(PAPERS[paper].statements)
    assert json.loads(json.dumps(made)) == made


def test_the_schema_names_the_classes_and_the_page_documents_every_field():
    claim = SCHEMA["$defs"]["claim"]
    assert claim["properties"]["class"]["enum"] == list(CLASSES) == list(pages.EXPLAINED)
    documented = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    for name in [*SCHEMA["required"], *claim["required"]]:
        assert f"`{name}`" in documented, name


def test_one_claim_alone_is_what_the_run_finds(claims_of):
    (alone,) = PAPERS["roulet2018"].claims("c7")
    assert alone in claims_of("roulet2018")
    with pytest.raises(UnknownNameError, match="C99"):
        PAPERS["roulet2018"].claims("C99")


def test_a_merged_row_leads_to_the_one_it_has_joined():
    for paper in PAPERS.values():
        for statement in paper.statements.values():
            for old in statement.merged:
                assert paper.find(old) == statement.id


def test_the_command_reruns_and_lists_claims(claims_of):
    (expected,) = [c for c in claims_of("roulet2018") if c.number == "C7"]
    printed = run("reproduce", "roulet2018", "--claim", "C7").stdout
    assert printed.startswith("### C7")
    assert expected.computed in printed
    found = json.loads(run("reproduce", "--claim", "roulet2018-C7", "--json").stdout)
    assert found == record.claim_record(expected, PAPERS["roulet2018"])
    listed = json.loads(run("list", "claims", "roulet2018", "--json").stdout)["claims"]
    assert [c["id"] for c in listed] == list(PAPERS["roulet2018"].statements)
    narrow = run("list", "claims", "roulet2018", env=os.environ | {"COLUMNS": "60"}).stdout
    assert "C7" in narrow
    assert "\N{HORIZONTAL ELLIPSIS}" not in narrow  # nothing is cut
    assert r"$\mu_+\ge 0\ge\mu_-$" in narrow


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("roulet2018", "--claim", "C999"), ("C999", "claim of roulet2018")),
        (("roulet2018", "2", "--claim", "C7"), ("--claim", "FIGURE")),
        (("roulet2018", "--claim", "C7", "--out", "elsewhere"), ("--claim", "--out")),
        (("roulet2018", "--claim", "C7", "--format", "pdf"), ("--claim", "--format")),
        (("roulet2018", "2", "--format", "gif"), ("gif", "png")),
        (("--claim", "C7"), ("C7", "paper")),
        (("roulet2018", "--json"), ("--json", "--claim")),
    ],
)
def test_what_cannot_be_reproduced_is_said_in_a_line(arguments, words):
    answer = run("reproduce", *arguments)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert all(word in answer.stderr for word in words)


def test_a_run_that_is_ended_ends_its_processes(tmp_path):
    command = [sys.executable, "-m", "quantsync", "reproduce", "--out", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout.readline().startswith(b"benedetti2016 1 ")
        process.terminate()
        told, _ = process.communicate(timeout=60)  # the pipe closes when the last of them ends
    assert process.returncode == 130
    assert b"Traceback" not in told


def test_pictures_in_every_format_are_the_same_files_each_time(tmp_path):
    (svg,) = {path.suffix for path in pictures(PAPERS["roulet2018"], ("pdf", "svg")).values()}
    assert svg == ".svg"  # what a page can show
    for folder in (tmp_path / "a", tmp_path / "b"):
        write_figure(PAPERS["roulet2018"], "2", folder, formats=("png", "svg", "pdf"))
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        a, b = ((tmp_path / name / f"figure_2{ending}").read_bytes() for name in "ab")
        assert a.startswith(start)
        # Names of clip paths in SVG depend on the last digits of the layout.
        a, b = (re.sub(rb"#?p[0-9a-f]{10}", b"", one) for one in (a, b))
        assert a == b


def test_the_commit_is_that_of_the_sources(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "__file__", str(tmp_path / "record.py"))
    (tmp_path / "record.py").touch()
    assert record.commit() is None  # no repository
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert record.commit() is None  # not a file of the repository around it
    subprocess.run(["git", "add", "record.py"], cwd=tmp_path, check=True)
    subprocess.run(["git", *name, "commit", "-qm", "x"], cwd=tmp_path, check=True)
    assert re.fullmatch("[0-9a-f]{40}", record.commit())
    (tmp_path / "record.py").write_text("changed")
    assert record.commit().endswith("+")
