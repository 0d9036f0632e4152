from collections.abc import Callable, Sequence

from indexer.index.segment.container import Array

Column = Array | tuple[Array, Callable[[int, int], None], bytearray, int, int]

class Numbers:
    def __init__(self, column: Column, among: int, /) -> None: ...
    def find(self, number: int, /) -> int: ...
    def lower(self, number: int, /) -> int: ...

class Signatures:
    def __init__(self, blob: Array, at: Array, /) -> None: ...
    def alike(self, key: bytes, edits: int, /) -> bytes: ...

class Strings(Sequence[bytes]):
    def __init__(self, blob: Column, at: Column, heads: Column | None, /) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> bytes: ...  # type: ignore[override]
    def find(self, key: bytes, /) -> int: ...
    def lower(self, key: bytes, /) -> int: ...

class Group:
    def __init__(
        self,
        docs: Array,
        codes: Array,
        combos: Array,
        code_x: Array,
        combo_x: Array,
        pos: Array,
        high: Array,
        pos_x: Array,
        pos_v: Array,
        skip: Array,
        fields: int,
        first: int,
        /,
    ) -> None: ...
    def phrase(
        self,
        spans: tuple[tuple[int, int], ...],
        lengths: Array,
        parameters: Array,
        papers: int,
        slop: int,
        columns: int,
        name_bits: int,
        /,
    ) -> tuple[bytes, bytes, bytes]: ...
    def positions(
        self, low: int, high: int, docs: Array, lengths: Array, papers: int, first: int, columns: int, /
    ) -> bytes: ...

class Words:
    def __init__(
        self,
        group: Group,
        start: Column,
        unread: bytearray,
        forms: tuple[Column, Column, Column, Column, Column, Array, bytearray] | None,
        /,
    ) -> None: ...
    def mark(
        self, mask: Array, numbers: Array | None, low: int, high: int, own: Numbers | None, columns: int, /
    ) -> bytes | None: ...

Row = tuple[Array, Array, Group | None, int, int, int, Array | None]

class Streams:
    def __new__(cls, rows: list[Row], fields: int, /) -> Streams: ...
    @property
    def size(self) -> int: ...
    def mark(self, mask: Array, /) -> None: ...
    def united(self, live: Array | None, /) -> int: ...

class Reader:
    def __init__(
        self,
        text: tuple[Strings, Group, Column, Array, Numbers | None],
        names: tuple[Strings, Group, Column, Array, Numbers | None],
        live: Array | None,
        /,
    ) -> None: ...
    def admit(self, group: int, term: int, /) -> None: ...

def term(
    readers: tuple[Reader, ...],
    stems: tuple[bytes, ...],
    name: bytes | None,
    given: tuple[tuple[Row, ...], ...],
    fields: int,
    /,
) -> tuple[int, tuple[Streams, ...]] | tuple[int, int, int]: ...

Term = tuple[float, Streams | None, Array | None, Array | None]

def first(
    segments: list[tuple[list[Term], Array, Array | None, Array | None, float]],
    parameters: Array,
    optional: int,
    every: bool,
    top: int,
    /,
) -> tuple[int, list[tuple[int, bytes, bytes]]]: ...
def exact(terms: list[Term], lengths: Array, parameters: Array, docs: Array, scores: Array, /) -> None: ...
def mark(mask: Array, docs: Array, /) -> None: ...
def snippet(
    text: str,
    width: int,
    known: dict[str, int],
    resolve: Callable[[str], int],
    tokens: Callable[[str], tuple[tuple[str, int, int], ...]],
    firsts: bytes | None,
    beginnings: bytes | None,
    near: bytes,
    /,
) -> str | None: ...
def proximity(
    words: list[tuple[Array, float, int, bool]],
    norms: Array,
    hits: int,
    adjacent: float,
    distance: int,
    title: float,
    k1: float,
    /,
) -> tuple[list[tuple[int, int, bytes]], bytes, bytes]: ...
def within(mask: Array, column: Array, low: int, high: int, /) -> None: ...
def newest(rows: list[tuple[Array, Array, Array]], top: int, /) -> tuple[bytes, ...]: ...
def listed(mask: Array, /) -> bytes: ...
def tally(docs: Array, values: Array, counts: Array, starts: Array | None = None, /) -> None: ...
def largest(counts: Array, top: int, /) -> list[int]: ...
