"""Addresses of the web: in the form in which they are compared, and which catalogue's paper one is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from indexer.index.late_pattern import late

# Parameters that say where a reader came from, not what is read.
_TRACKING = frozenset(
    """
    fbclid gclid dclid msclkid yclid twclid igshid mc_cid mc_eid _ga _gl _hsenc _hsmi ref ref_src ref_url referrer
    spm cmpid ncid
    """.split()
)
_SCHEME = late(r"(?:https?|ftp)://", re.IGNORECASE)
_HOST = late(r"(?:[^/@?#\s]*@)?([\w-]+(?:\.[\w-]+)+|localhost|\[[0-9a-f:]+\])\.?(?::([0-9]{1,5}))?", re.IGNORECASE)
_USUAL_PORTS = frozenset(("80", "443"))
# Hosts that are often pasted without their scheme: a bare address of these is taken for one.
_BARE = late(
    r"(?:www\.(?=[\w-]+\.)|(?:dx\.)?doi\.org/|(?:export\.)?arxiv\.org/|openreview\.net/|aclanthology\.org/|openalex\.org/"
    r"|dblp\.org/|pubmed\.ncbi\.nlm\.nih\.gov/|proceedings\.mlr\.press/|(?:papers|proceedings)\.n(?:eur)?ips\.cc/"
    r"|api\.semanticscholar\.org/|ar5iv\.org/)",
    re.IGNORECASE,
)


class Address(NamedTuple):
    """Host (lower case, no `www.`, with an unusual port), path (encoded as it came), query; the fragment is dropped."""

    host: str
    path: str
    query: str


def address_of(text: str) -> Address | None:
    """The address that a text is; None where it has no scheme and no host that is known without one."""
    scheme = _SCHEME.match(text)
    if scheme is None and _BARE.match(text) is None:
        return None
    rest = (text[scheme.end() :] if scheme is not None else text).partition("#")[0]
    found = _HOST.match(rest)
    if found is None or rest[found.end() : found.end() + 1] not in ("", "/", "?"):
        return None
    host = found[1].lower().removeprefix("www.")
    if found[2] is not None and found[2] not in _USUAL_PORTS:
        host = f"{host}:{found[2]}"
    path, _, query = rest[found.end() :].partition("?")
    return Address(host, path, query)


def canonical_address(address: Address) -> str:
    """The address as it is compared: its path keeps its case, encoded in one way, without last slash.

    Parameters keep their order; those that only track are dropped.
    """
    path = address.path.rstrip("/")
    if "%" in path or not path.isascii():
        path = quote(unquote(path), safe="/~!$&'()*+,;=:@-._")
    query = address.query
    if query:
        query = "&".join(pair for pair in query.split("&") if pair and not _tracks(pair.partition("=")[0].lower()))
    return f"{address.host}{path}?{query}" if query else address.host + path


def _tracks(name: str) -> bool:
    return name in _TRACKING or name.startswith("utm_")


# The addresses of most papers: nothing in them is encoded, and no parameter, port or punctuation is to be dropped.
_SIMPLE = late(r"https?://(?:www\.)?+((?:[a-z0-9-]+\.)+[a-z0-9-]+)((?:/[\w.~-]*\w)*)/?", re.ASCII)


def simple_address(text: str) -> str:
    """What `canonical_address` gives for an address that holds no identifier, told at once; empty for any other text.

    A microsecond in place of six: nine of ten addresses of conference lists are such.
    """
    found = _SIMPLE.fullmatch(text)
    if found is None or "10." in found[2] or _known_host(found[1]):
        return ""
    return found[1] + found[2]


@lru_cache(maxsize=1024)
def _known_host(host: str) -> bool:
    known = host in _RESOLVERS or _SAME_HOST.get(host, host) in _HOSTS
    return known or _ARXIV_HOST.fullmatch(host) is not None


# --- catalogues, resolvers, publishers ---

# What of path and query is the identifier, and of which kind.
_HOSTS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "orcid.org": (("orcid", late(r"/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])")),),
    "openreview.net": (
        ("openreview", late(r"/(?:forum|pdf|attachment|revisions|references/pdf)\?(?:.*&)?id=([\w-]+).*")),
    ),
    "openalex.org": (("openalex", late(r"/(?:works/)?(w[0-9]+)", re.IGNORECASE)),),
    "aclanthology.org": (
        ("acl", late(r"/(?:anthology/|papers/\w/\w+/)?([\w.-]*?[0-9]+)(?:v[0-9])?(?:\.(?:pdf|bib|xml))?/?")),
    ),
    "dblp.org": (
        ("dblp", late(r"/(?:rec|db)/(?:(?:bibtex|html|xml|rdf|bib)[0-9]?/)?(.+?)(?:\.[a-z]{2,4})?(?:\?.*)?")),
    ),
    "pubmed.ncbi.nlm.nih.gov": (("pubmed", late(r"/([0-9]+)(?:[/?].*)?")),),
    "ncbi.nlm.nih.gov": (
        ("pubmed", late(r"/(?:m/)?pubmed/([0-9]+)(?:[/?].*)?")),
        ("pmc", late(r"/(?:pmc/)?articles/(PMC[0-9]+)(?:[/?].*)?", re.IGNORECASE)),
    ),
    "europepmc.org": (
        ("pubmed", late(r"/(?:article|abstract)/med/([0-9]+)(?:[/?].*)?", re.IGNORECASE)),
        ("pmc", late(r"/(?:article|abstract|articles)/(?:pmc/)?(PMC[0-9]+)(?:[/?].*)?", re.IGNORECASE)),
    ),
    "hal.science": (("hal", late(r"/([a-z0-9]+-[0-9]{8})(?:v[0-9]+)?(?:[/?].*)?", re.IGNORECASE)),),
    "ssrn.com": (
        ("ssrn", late(r"/(?:sol3/\w+\.cfm(?:/.*)?\?(?:.*&)?)?abstract(?:_?id)?=([0-9]+).*", re.IGNORECASE)),
    ),
    "semanticscholar.org": (
        ("s2", late(r"/(?:paper|reader)/(?:[^/]+/)?([0-9a-f]{40})(?:[/?].*)?")),
        ("s2", late(r"/(?:v1/paper/|graph/v1/paper/)?(corpusid:[0-9]+)", re.IGNORECASE)),
    ),
}  # fmt: skip
_SAME_HOST = {
    "api.openalex.org": "openalex.org", "explore.openalex.org": "openalex.org", "api.openreview.net": "openreview.net",
    "aclweb.org": "aclanthology.org", "aclanthology.info": "aclanthology.org",
    "aclanthology.coli.uni-saarland.de": "aclanthology.org", "dblp.uni-trier.de": "dblp.org",
    "dblp.dagstuhl.de": "dblp.org", "dblp2.uni-trier.de": "dblp.org", "pmc.ncbi.nlm.nih.gov": "ncbi.nlm.nih.gov",
    "api.semanticscholar.org": "semanticscholar.org", "papers.ssrn.com": "ssrn.com", "inria.hal.science": "hal.science",
    "hal.archives-ouvertes.fr": "hal.science", "hal.inria.fr": "hal.science", "theses.hal.science": "hal.science",
    "tel.archives-ouvertes.fr": "hal.science", "shs.hal.science": "hal.science", "cea.hal.science": "hal.science",
    "halshs.archives-ouvertes.fr": "hal.science", "cnrs.hal.science": "hal.science",
}  # fmt: skip
_ARXIV_HOST = late(
    r"(?:[a-z0-9-]+\.)*(?:arxiv\.org|ar5iv\.org|alphaxiv\.org|arxiv-vanity\.com|scirate\.com)|huggingface\.co"
)
_ARXIV_PATH = late(r"/(?:abs|pdf|html|ps|format|src|e-print|papers|arxiv|overview)/(.+?)/?(?:\?.*)?")

_DOI = r"10\.[0-9]{4,9}(?:\.[0-9]+)*/"
_RESOLVERS = frozenset(("doi.org", "dx.doi.org", "hdl.handle.net", "doi.acm.org", "doi.ieeecomputersociety.org"))
_DOI_IN_RESOLVER = late(rf"/(?:doi:)?({_DOI}\S+)", re.IGNORECASE)
_DOI_IN_PATH = late(rf"(?:/|[?&](?:doi|id)=)(?:doi[:/])?({_DOI}[^\s?#&]+)", re.IGNORECASE)
# What publishers put behind the DOI of a page.
_BEHIND_DOI = late(
    r"(?:/(?:full|abstract|pdf|epdf|epub|pdfdirect|meta|references|html|fulltext|full-text|summary|citations)(?:/.*)?"
    r"|\.full(?:\.pdf|-text)?|\.pdf|\.html?|\.abstract)$",
    re.IGNORECASE,
)
_PREPRINT_VERSION = late(r"(10\.(?:1101|64898)/[\w.-]+?)v[0-9]{1,2}", re.IGNORECASE)


def identifier_in(address: Address) -> tuple[str, str] | None:
    """Kind and bare value of the identifier that an address of a catalogue, a resolver or a publisher holds."""
    host, path, query = address
    if host in _RESOLVERS:
        found = _DOI_IN_RESOLVER.fullmatch(unquote(path))
        return ("doi", found[1]) if found else None
    if _ARXIV_HOST.fullmatch(host):
        found = _ARXIV_PATH.fullmatch(path)
        return ("arxiv", found[1]) if found else None
    target = f"{path}?{query}" if query else path
    for kind, pattern in _HOSTS.get(_SAME_HOST.get(host, host), ()):
        found = pattern.fullmatch(target)
        if found:
            return kind, unquote(found[1])
    found = _DOI_IN_PATH.search(unquote(target)) if "10." in target else None
    if found is None:
        return None
    bare = _BEHIND_DOI.sub("", found[1])
    version = _PREPRINT_VERSION.fullmatch(bare)
    return "doi", version[1] if version else bare
