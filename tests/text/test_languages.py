"""Which language a text is in, told for little where it is English."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.errors import UsageError
from indexer.index.text.languages import language_of, tagged_stem
from indexer.ingest.build import build, rebuild
from indexer.ingest.verify import verify
from query import PaperIndex


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We study the convergence of gradient descent for deep networks.", "en"),
        ("Graph Neural Networks", "en"),
        ("Die Vorhersage von Zeitreihen ist für die Planung der Netze wichtig.", "de"),
        ("Nous étudions les réseaux de neurones pour la reconnaissance des images.", "fr"),
        ("En este trabajo se presenta una red para la clasificación de las imágenes.", "es"),
        ("In questo lavoro si presenta una rete per il riconoscimento delle immagini.", "it"),
        ("Este trabalho apresenta uma rede para a classificação das imagens com os dados.", "pt"),
        ("In dit werk wordt een netwerk voor de herkenning van het beeld voorgesteld.", "nl"),
        ("В работе рассматривается обучение нейронных сетей.", "ru"),
        ("The works of van der Waals and de la Vallée Poussin on the die problem of Los Alamos", "en"),
        ("", "en"),
    ],
)
def test_language_of(text: str, code: str) -> None:
    """Sentences of eight languages, and English ones with foreign names."""
    assert language_of(text) == code


def test_a_record_may_say_its_language() -> None:
    """By its code, with a country or none; what is no such code decides nothing."""
    assert language_of("Dächer", "de-AT") == "de"
    assert language_of("Die Vorhersage von Zeitreihen ist für die Netze wichtig.", "en") == "en"
    assert language_of("Graph networks", "klingon") == "en"
    assert language_of("Dächer", "German") == language_of("Dächer", "ger") == "de"
    assert language_of("Graph networks", "denim") == "en"


def test_what_is_said_goes_before_what_holds_of_all_and_that_before_what_is_detected() -> None:
    """A record's own language, then that of the build."""
    assert language_of("Die Vorhersage ist für die Netze wichtig.", None, "nl") == "nl"
    assert language_of("Die Vorhersage ist für die Netze wichtig.", "fr", "nl") == "fr"
    assert language_of("Die Vorhersage ist für die Netze wichtig.", "klingon", "nl") == "nl"


def test_the_language_of_a_build(tmp_path: Path) -> None:
    """It is recorded, kept by a rebuild, and seen in what is found; papers know theirs."""
    source = tmp_path / "papers.jsonl"
    source.write_text(
        '{"id": "a", "title": "Häuser"}\n{"id": "b", "title": "Maisons", "language": "fr"}\n', encoding="utf-8"
    )
    index = tmp_path / "papers.idx"
    build([source], index)
    with PaperIndex.open(index) as opened:
        assert opened.language("a") == "en"
        assert opened.search("Haus").total == 0
    build([source], index, language="de")
    rebuild(index)
    assert verify(index) == []
    with PaperIndex.open(index) as opened:
        assert (opened.language("a"), opened.language("b")) == ("de", "fr")
        assert opened.search("Haus").total == 1
    with pytest.raises(UsageError, match="klingon"):
        build([source], index, language="klingon")


def test_tagged_stems() -> None:
    """Of folded words, by the stemmer of the language."""
    assert tagged_stem("hauser", "de") == tagged_stem("haus", "de") == "de:haus"
    assert tagged_stem("сетеи", "ru")[:3] == "ru:"
