"""Types of papers: those of CSL, and what other formats call them."""

from __future__ import annotations

import re

TYPES = (
    *("paper-conference", "article-journal", "article", "manuscript", "chapter", "thesis", "report", "book"),
    *("article-magazine", "article-newspaper", "bill", "broadcast", "classic", "collection", "dataset", "document"),
    *("entry", "entry-dictionary", "entry-encyclopedia", "event", "figure", "graphic", "hearing", "interview"),
    *("legal_case", "legislation", "map", "motion_picture", "musical_score", "pamphlet", "patent", "performance"),
    *("periodical", "personal_communication", "post", "post-weblog", "regulation", "review", "review-book"),
    *("software", "song", "speech", "standard", "treaty", "webpage"),
)
"""The types of CSL 1.0.2; `article` is a preprint. An index stores their places here: new ones go to the end."""

UNKNOWN_TYPE = "document"
"""What a type becomes that no table knows."""

# Names as other formats write them, without case and signs: BibTeX and BibLaTeX, RIS, EndNote, Zotero, Crossref,
# OpenAlex, Semantic Scholar, DataCite, DBLP and PubMed.
_FOREIGN = {
    "paper-conference": """
        inproceedings conference conferencepaper conferencearticle conferenceproceeding proceedingsarticle cpaper
        proceedingspaper paper workshoppaper workshop meetingabstract conferenceabstract conferenceposter poster
        congress abstract""",
    "article-journal": """
        journalarticle jour journal journalpaper articlejournalarticle ejour suppperiodical newjournalarticle
        electronicarticle abst inpr letter letters editorial erratum correction casereport clinicaltrial
        shortcommunication datapaper peerreviewedarticle metaanalysis randomizedcontrolledtrial comment
        lettersandcomments historicalarticle retraction""",
    "article": "preprint eprint postedcontent workingpaperpreprint arxiv unpb eprintpreprint",
    "manuscript": "unpublished submission draft manscpt unpublishedwork unpd",
    "chapter": """
        incollection inbook bookchapter bookinbook suppbook booksection bookpart suppcollection chap echap
        booktrack section conferencechapter""",
    "thesis": "phdthesis mastersthesis dissertation thes bathesis candthesis doctoralthesis masterthesis habilitation",
    "report": """
        techreport technicalreport rprt reportseries reportcomponent workingpaper govdoc governmentdocument
        whitepaper deliverable""",
    "book": """
        monograph mvbook collectedwork editedbook referencebook bookset bookseries booklet ebook edbook proceedings
        mvproceedings proceedingsseries conf edboo reference mvreference serial""",
    "article-magazine": "magazinearticle mgzn magazine",
    "article-newspaper": "newspaperarticle news newspaper pressrelease",
    "bill": "unbill",
    "broadcast": "tvbroadcast radiobroadcast podcast",
    "classic": "clswk ancienttext ancient",
    "collection": "mvcollection",
    "dataset": "data database dbase aggrdatabase aggregateddatabase aggr onlinedatabase datasets mdataset",
    "document": """misc other generic gen none unknown custom electronic literaturemisc grant grnt component attachment
        multi multimedia ctlg catalog""",
    "entry": "inreference",
    "entry-dictionary": "dictionaryentry dict dictionary",
    "entry-encyclopedia": "encyclopediaarticle ency encyc encyclopedia",
    "figure": "fig image",
    "graphic": "artwork art chart equa equation",
    "hearing": "hear",
    "legal_case": "case jurisdiction",
    "legislation": "statute stat legal legislationact standardlegislation",
    "motion_picture": "film video videorecording mpct movie audiovisual advs audiovisualmaterial",
    "musical_score": "music musicscore",
    "pamphlet": "pamp",
    "patent": "pat",
    "periodical": "jfull jrnl journalissue journalvolume journalfull mvperiodical ser",
    "personal_communication": "email instantmessage pcomm icomm personalcommunication",
    "post": "forumpost socialmediapost",
    "post-weblog": "blogpost blog",
    "review": "peerreview reviewarticle",
    "review-book": "bookreview",
    "software": "comp computerprogram code program softwaredataset",
    "song": "audio audiorecording soun sound soundrecording",
    "speech": "presentation slide lecture talk",
    "standard": "stand std",
    "webpage": "online www web elec website weblink",
}

_SIGNS = re.compile(r"[\W_]+")
_BY_NAME = {_SIGNS.sub("", name): name for name in TYPES} | {
    name: kind for kind, names in _FOREIGN.items() for name in names.split()
}


def csl_type(name: str) -> str:
    """The CSL type that a format's own name for a type means (`InProceedings`, `journal-article`); empty if none."""
    return name if name in TYPES else _BY_NAME.get(_SIGNS.sub("", name).casefold(), "")
