/* What matches in a segment, listed: where all words are wanted, and where few papers may match at all. */
#include "searched_segment.h"
#include <string.h>

static Py_ssize_t size_of(const Term *term) {
    Py_ssize_t size = marks(&term->match_only) != NULL ? MAX_DOCS : 0;
    for (Py_ssize_t number = 0; number < term->streams->n; number++)
        size += term->streams->items[number].n;
    return size;
}

static void see(uint8_t *seen, const Term *term, Py_ssize_t papers) {
    memset(seen, 0, (size_t)papers);
    for (Py_ssize_t number = 0; number < term->streams->n; number++) {
        const Stream *stream = &term->streams->items[number];
        for (Py_ssize_t posting = 0; posting < stream->n; posting++)
            seen[stream->docs[posting]] = 1;
    }
    const uint8_t *match_only = marks(&term->match_only);
    for (Py_ssize_t doc = 0; match_only != NULL && doc < papers; doc++)
        seen[doc] |= match_only[doc];
}

/* Whether a term holds a document; documents come rising, so that the cursors only move on. */
static int holds(Term *term, uint16_t doc) {
    const uint8_t *match_only = marks(&term->match_only);
    if (match_only != NULL && match_only[doc])
        return 1;
    for (Py_ssize_t number = 0; number < term->streams->n; number++) {
        const Stream *stream = &term->streams->items[number];
        Py_ssize_t *cursor = &term->cursors[number];
        *cursor = gallop16(stream->docs, *cursor, stream->n, doc);
        if (*cursor < stream->n && stream->docs[*cursor] == doc)
            return 1;
    }
    return 0;
}

static void rewind_term(Term *term) {
    for (Py_ssize_t number = 0; number < term->streams->n; number++)
        term->cursors[number] = 0;
}

/* Keep of n candidates those that a term holds. */
static Py_ssize_t keep(uint8_t *seen, Term *term, uint16_t *docs, Py_ssize_t n, Py_ssize_t papers) {
    Py_ssize_t kept = 0;
    /* A step of a search costs some 20 ns, a posting marked less than one. */
    if (size_of(term) > 16 * n) {
        rewind_term(term);
        for (Py_ssize_t at = 0; at < n; at++)
            if (holds(term, docs[at]))
                docs[kept++] = docs[at];
    } else {
        see(seen, term, papers);
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = docs[at];
            docs[kept] = doc;
            kept += seen[doc];
        }
    }
    return kept;
}

/* List the papers that hold all optional terms, the rarest asked first. */
static Py_ssize_t all_hold(SearchedSegment *segment, uint16_t *docs) {
    Term *terms = segment->scoring.terms;
    Py_ssize_t papers = segment->scoring.papers, rarest = 0, n = 0;
    for (Py_ssize_t at = 1; at < segment->optional; at++)
        rarest = size_of(&terms[at]) < size_of(&terms[rarest]) ? at : rarest;
    const Streams *lead = terms[rarest].streams;
    if (lead->n == 1 && marks(&terms[rarest].match_only) == NULL) {
        for (; n < lead->items[0].n && lead->items[0].docs[n] < papers; n++)
            docs[n] = lead->items[0].docs[n];
    } else if (lead->n || marks(&terms[rarest].match_only) != NULL) {
        see(segment->arena->marked, &terms[rarest], papers);
        n = listed(segment->arena->marked, papers, docs);
    }
    const uint8_t *base = marks(&segment->base);
    if (base != NULL) {
        Py_ssize_t kept = 0;
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = docs[at];
            docs[kept] = doc;
            kept += base[doc] != 0;
        }
        n = kept;
    }
    for (Py_ssize_t at = 0; at < segment->optional && n; at++)
        if (at != rarest)
            n = keep(segment->arena->marked, &terms[at], docs, n, papers);
    return n;
}

/* Keep of n candidates those that hold one of the optional terms. */
static Py_ssize_t one_holds(SearchedSegment *segment, uint16_t *docs, Py_ssize_t n) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < segment->optional; at++)
        rewind_term(&segment->scoring.terms[at]);
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t doc = docs[at];
        int held = 0;
        for (Py_ssize_t number = 0; number < segment->optional && !held; number++)
            held = holds(&segment->scoring.terms[number], doc);
        docs[kept] = doc;
        kept += held;
    }
    return kept;
}

WIDER static Py_ssize_t count_set(const uint8_t *mask, Py_ssize_t papers) {
    Py_ssize_t n = 0;
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        n += mask[doc] != 0;
    return n;
}

Py_ssize_t postings_of(const SearchedSegment *segment) {
    Py_ssize_t postings = 0;
    for (Py_ssize_t at = 0; at < segment->optional; at++)
        postings += size_of(&segment->scoring.terms[at]);
    return postings;
}

Py_ssize_t list_matches(SearchedSegment *segment, int every, uint16_t *docs) {
    Py_ssize_t papers = segment->scoring.papers;
    if (segment->optional && every)
        return all_hold(segment, docs);
    const uint8_t *base = marks(&segment->base);
    if (base == NULL)
        return -1;
    Py_ssize_t n = count_set(base, papers);
    if (segment->optional && n > 32 + postings_of(segment) / 64)
        return -1;
    listed(base, papers, docs);
    return segment->optional ? one_holds(segment, docs, n) : n;
}
