/* What matches in a segment, listed: where all words are wanted, and where few papers may match at all. */
#include "place.h"
#include <string.h>

static uint8_t seen[MAX_DOCS]; /* one user at a time, as the GIL is held */

static Py_ssize_t size_of(const Term *term) {
    Py_ssize_t size = marks(&term->silent) != NULL ? MAX_DOCS : 0;
    for (Py_ssize_t number = 0; number < term->places->n; number++)
        size += term->places->streams[number].n;
    return size;
}

static void see(const Term *term, Py_ssize_t papers) {
    memset(seen, 0, (size_t)papers);
    for (Py_ssize_t number = 0; number < term->places->n; number++) {
        const Stream *stream = &term->places->streams[number];
        for (Py_ssize_t posting = 0; posting < stream->n; posting++)
            seen[stream->docs[posting]] = 1;
    }
    const uint8_t *silent = marks(&term->silent);
    for (Py_ssize_t doc = 0; silent != NULL && doc < papers; doc++)
        seen[doc] |= silent[doc];
}

/* Whether a term holds a document; documents come rising, so that the cursors only move on. */
static int holds(Term *term, uint16_t doc) {
    const uint8_t *silent = marks(&term->silent);
    if (silent != NULL && silent[doc])
        return 1;
    for (Py_ssize_t number = 0; number < term->places->n; number++) {
        Stream *stream = &term->places->streams[number];
        stream->cursor = gallop16(stream->docs, stream->cursor, stream->n, doc);
        if (stream->cursor < stream->n && stream->docs[stream->cursor] == doc)
            return 1;
    }
    return 0;
}

static void rewind_term(Term *term) {
    for (Py_ssize_t number = 0; number < term->places->n; number++)
        term->places->streams[number].cursor = 0;
}

/* Keep of n candidates those that a term holds. */
static Py_ssize_t keep(Term *term, uint16_t *docs, Py_ssize_t n, Py_ssize_t papers) {
    Py_ssize_t kept = 0;
    /* A step of a search costs some 20 ns, a posting marked less than one. */
    if (size_of(term) > 16 * n) {
        rewind_term(term);
        for (Py_ssize_t at = 0; at < n; at++)
            if (holds(term, docs[at]))
                docs[kept++] = docs[at];
    } else {
        see(term, papers);
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = docs[at];
            docs[kept] = doc;
            kept += seen[doc];
        }
    }
    return kept;
}

/* List the papers that hold all bare terms, the rarest asked first. */
static Py_ssize_t all_hold(Place *place, uint16_t *docs) {
    Term *terms = place->scoring.terms;
    Py_ssize_t papers = place->scoring.papers, rarest = 0, n = 0;
    for (Py_ssize_t at = 1; at < place->bare; at++)
        rarest = size_of(&terms[at]) < size_of(&terms[rarest]) ? at : rarest;
    const Streams *lead = terms[rarest].places;
    if (lead->n == 1 && marks(&terms[rarest].silent) == NULL) {
        for (; n < lead->streams[0].n && lead->streams[0].docs[n] < papers; n++)
            docs[n] = lead->streams[0].docs[n];
    } else if (lead->n || marks(&terms[rarest].silent) != NULL) {
        see(&terms[rarest], papers);
        n = listed(seen, papers, docs);
    }
    const uint8_t *base = marks(&place->base);
    if (base != NULL) {
        Py_ssize_t kept = 0;
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = docs[at];
            docs[kept] = doc;
            kept += base[doc] != 0;
        }
        n = kept;
    }
    for (Py_ssize_t at = 0; at < place->bare && n; at++)
        if (at != rarest)
            n = keep(&terms[at], docs, n, papers);
    return n;
}

/* Keep of n candidates those that hold one of the bare terms. */
static Py_ssize_t one_holds(Place *place, uint16_t *docs, Py_ssize_t n) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < place->bare; at++)
        rewind_term(&place->scoring.terms[at]);
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t doc = docs[at];
        int held = 0;
        for (Py_ssize_t number = 0; number < place->bare && !held; number++)
            held = holds(&place->scoring.terms[number], doc);
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

Py_ssize_t postings_of(const Place *place) {
    Py_ssize_t postings = 0;
    for (Py_ssize_t at = 0; at < place->bare; at++)
        postings += size_of(&place->scoring.terms[at]);
    return postings;
}

Py_ssize_t list_matches(Place *place, int every, uint16_t *docs) {
    Py_ssize_t papers = place->scoring.papers;
    if (place->bare && every)
        return all_hold(place, docs);
    const uint8_t *base = marks(&place->base);
    if (base == NULL)
        return -1;
    Py_ssize_t n = count_set(base, papers);
    if (place->bare && n > 32 + postings_of(place) / 64)
        return -1;
    listed(base, papers, docs);
    return place->bare ? one_holds(place, docs, n) : n;
}
