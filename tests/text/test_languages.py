"""Which language a text is in, told for little where it is English."""

from __future__ import annotations

import pytest

from indexer.index.text.languages import language_of, tagged_stem


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


def test_tagged_stems() -> None:
    """Of folded words, by the stemmer of the language."""
    assert tagged_stem("hauser", "de") == tagged_stem("haus", "de") == "de:haus"
    assert tagged_stem("сетеи", "ru")[:3] == "ru:"
