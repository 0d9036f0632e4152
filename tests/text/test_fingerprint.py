"""What changes what texts give must change the fingerprint, or an older index would answer by rules it never met."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zlib import crc32

from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.builder import SegmentBuilder
from indexer.index.segment.container import ArrayFile
from indexer.index.text.reading import VERSION
from indexer.readers.sources import read_file

CORPUS = Path(__file__).parents[2] / "corpus" / "papers.jsonl"
# What the corpus has little of: a line is a title and a name.
ODD = (
    ("A* search with C++, C#, F# and .NET in node.js at AT&T: R&D, Q&A, L1/L2", "Jean-Luc d'Aspremont, Jr."),
    ("i.i.d. samples, A.I., the U.S., w.r.t. 10,000 at 1e-3 and f(x), H2O, p-value", "J.R.R. O'Reilly"),
    ("β-VAE, $\\beta$-VAE and ΛCDM by Schrödinger, Schroedinger: optimisation, behaviour", "Müller, K.-R."),
    ("doi:10.1000/ABC.(1), arXiv:1706.03762v5, https://www.example.org/a/?utm_source=x#y", "Dürrenmatt Ni"),
    ("L'école de l'apprentissage profond pour les réseaux de neurones convolutifs", "Yann Le Cun"),
    ("图像分割的深度学习方法 机器学习 한국어 배포는 キーワード", "李 飞飞"),
    ("การเรียนรู้ของเครื่อง ការរៀនម៉ាស៊ីន", "สมชาย ใจดี"),
    ("NF-κB, NFkB, TNF-alpha, IL-1b, TGFβ1", "al-Khwarizmi"),
    ("Über die Verallgemeinerung tiefer neuronaler Netze und ihrer Gewichte", "van der Maaten"),
    ("self-supervised pre-training, co-occur- rence of x-rays; snake_case words²", "Ng A Y"),
)
ARRAYS = (
    *("text.term.blob", "text.start", "text.doc", "text.form.blob", "text.form_term"),
    *("names.term.blob", "names.start", "names.doc", "cluster.blob", "joins.blob", "joins.doc"),
    *("doc.length", "doc.language"),
)


def analysed(folder: Path) -> str:
    """A checksum of all that the texts and names give."""
    builder = SegmentBuilder(VenueTable.default())
    papers = [entry for entry in read_file(str(CORPUS)) if isinstance(entry, Paper)]
    papers += [
        Paper.from_record({"id": f"odd-{at}", "title": title, "authors": [name]})
        for at, (title, name) in enumerate(ODD)
    ]
    for paper in papers:
        builder.add(replace(paper, venue=""))
    builder.write(folder / "segment")
    file = ArrayFile(folder / "segment")
    checksum = 0
    for name in ARRAYS:
        checksum = crc32(file[name].tobytes(), checksum)
    file.close()
    return f"{checksum:08x}"


def test_another_analysis_has_another_version(tmp_path: Path) -> None:
    """Who changes what texts give raises VERSION, then writes here what they give: old indexes ask for a rebuild."""
    assert (VERSION, analysed(tmp_path)) == (3, "e815ca3b")
