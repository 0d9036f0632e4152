/* What matches in the segments of a generation, and the papers among which the first of them are.

A paper's upper bound is the sum of the bounds of its postings, one byte each, in float32. Bounds of all papers cost
1.1 ns a posting; only those papers are scored exactly whose bound reaches what enough others have. */
#include "heap.h"
#include "searched_segment.h"
#include <string.h>

#define ROUNDING (1 - 1e-6) /* float32 strays by parts in 10^7 */

/* What was found in a segment. */
typedef struct {
    uint16_t *docs;
    double *scores;
    Py_ssize_t n;
} Found;

/* --- a segment --- */

/* Score n candidates; gives how many, or a fault. */
static Py_ssize_t score_listed(SearchedSegment *segment, Py_ssize_t n, Best *best) {
    double *scores = segment->arena->scores;
    memset(scores, 0, (size_t)n * sizeof *scores);
    Fault fault = add_exact(&segment->scoring, segment->arena->candidates, n, scores);
    if (fault)
        return fault;
    for (Py_ssize_t at = 0; at < n; at++)
        push(best, scores[at]);
    return n;
}

/* Score all papers whose bound may be among the first `top`; what they score raises the floor, and below the first
   guess of it there may be some more. */
static Py_ssize_t score_by_bounds(SearchedSegment *segment, Py_ssize_t top, Best *best) {
    Arena *arena = segment->arena;
    uint16_t *candidates = arena->candidates, *more = arena->more;
    double *scores = arena->scores, *gained = arena->gained;
    Py_ssize_t papers = segment->scoring.papers;
    float known = (float)(threshold(best, -1.0) * ROUNDING);
    float floor = top < papers ? kth_bound(arena, papers, top, known > 0 ? known : 0) : 0;
    floor = floor > FAINT ? floor : FAINT;
    Py_ssize_t n = between_bounds(arena, papers, floor, INFINITY, candidates);
    Py_ssize_t scored = score_listed(segment, n, best);
    if (scored < 0)
        return scored;
    float low = (float)(threshold(best, -1.0) * ROUNDING);
    low = low > FAINT ? low : FAINT;
    if (low >= floor)
        return n;
    Py_ssize_t others = between_bounds(arena, papers, low, floor, more);
    memset(gained, 0, (size_t)others * sizeof *gained);
    Fault fault = add_exact(&segment->scoring, more, others, gained);
    if (fault)
        return fault;
    /* Merged from the end, so that nothing is overwritten before it has moved. */
    Py_ssize_t had = n - 1, fresh = others - 1;
    for (Py_ssize_t at = n + others - 1; fresh >= 0; at--) {
        int take_had = had >= 0 && candidates[had] > more[fresh];
        candidates[at] = take_had ? candidates[had] : more[fresh];
        scores[at] = take_had ? scores[had] : gained[fresh];
        had -= take_had;
        fresh -= !take_had;
    }
    for (Py_ssize_t at = 0; at < others; at++)
        push(best, gained[at]);
    return n + others;
}

static void fill_hits(SearchedSegment *segment, Py_ssize_t listed_papers) {
    uint8_t *hits = segment->hits.view.buf;
    if (segment->hits.view.obj == NULL)
        return;
    if (listed_papers < 0) {
        mark_bounded(segment->arena, hits, segment->scoring.papers);
        return;
    }
    memset(hits, 0, (size_t)segment->scoring.papers);
    for (Py_ssize_t at = 0; at < listed_papers; at++)
        hits[segment->arena->candidates[at]] = 1;
}

/* The first of a segment in the arena's `candidates` and `scores`: how many, or a fault. Adds what matches to `total`. */
static Py_ssize_t search_segment(SearchedSegment *segment, int every, Py_ssize_t top, Best *best, Py_ssize_t *total) {
    uint16_t *candidates = segment->arena->candidates;
    uint8_t *seen = segment->arena->seen;
    Py_ssize_t papers = segment->scoring.papers, n = list_matches(segment, every, candidates);
    if (n >= 0) {
        fill_hits(segment, n);
        *total += n;
        if (!top)
            return 0;
        /* Bounds cost what their postings do, and zeroes for all papers; an exact score costs a tenth of a us. */
        if (n <= 100 + postings_of(segment) / 100 || n <= top)
            return score_listed(segment, n, best);
        memset(seen, 0, (size_t)papers);
        for (Py_ssize_t at = 0; at < n; at++)
            seen[candidates[at]] = 1;
        find_bounds(segment, seen);
    } else {
        *total += find_bounds(segment, marks(&segment->base));
        fill_hits(segment, -1);
    }
    return top ? score_by_bounds(segment, top, best) : 0;
}

/* --- all segments --- */

static int read_segment(SearchedSegment *segment, PyObject *row, const Array *parameters, Py_ssize_t optional) {
    PyObject *terms, *lengths, *base, *hits;
    if (!PyArg_ParseTuple(row, "OOOOd", &terms, &lengths, &base, &hits, &segment->slack) ||
        read_scoring(&segment->scoring, terms, lengths, parameters) < 0 ||
        (base != Py_None && take(base, &segment->base, 1, 0) < 0) ||
        (hits != Py_None && take(hits, &segment->hits, 1, 1) < 0))
        return -1;
    segment->optional = optional;
    int fits = optional >= 0 && optional <= segment->scoring.n &&
               (base == Py_None || segment->base.n == segment->scoring.papers) &&
               (hits == Py_None || segment->hits.n == segment->scoring.papers);
    for (Py_ssize_t at = 0; fits && at < optional; at++)
        fits = segment->scoring.terms[at].streams != NULL;
    if (fits)
        return 0;
    PyErr_SetString(PyExc_ValueError, "terms that match, and masks of all papers of the segment are wanted");
    return -1;
}

/* Copy what was found in a segment; also without the interpreter's lock. */
static Fault keep_found(Found *found, const Arena *arena, Py_ssize_t n) {
    if (!n)
        return FINE;
    found->docs = PyMem_RawMalloc((size_t)n * sizeof *found->docs);
    found->scores = PyMem_RawMalloc((size_t)n * sizeof *found->scores);
    if (found->docs == NULL || found->scores == NULL)
        return NO_MEMORY;
    memcpy(found->docs, arena->candidates, (size_t)n * sizeof *found->docs);
    memcpy(found->scores, arena->scores, (size_t)n * sizeof *found->scores);
    found->n = n;
    return FINE;
}

/* What was found in all segments, less what is below the floor. */
static PyObject *give_found(Found *all, Py_ssize_t segments, double floor) {
    PyObject *result = PyList_New(0);
    for (Py_ssize_t at = 0; result != NULL && at < segments; at++) {
        Found *found = &all[at];
        Py_ssize_t kept = 0;
        /* Equal scores are ordered by year and id, so that what merely equals the floor stays in. */
        for (Py_ssize_t row = 0; row < found->n; row++)
            if (found->scores[row] >= floor) {
                found->docs[kept] = found->docs[row];
                found->scores[kept++] = found->scores[row];
            }
        if (!kept)
            continue;
        PyObject *item = Py_BuildValue("ny#y#", at, (char *)found->docs, kept * 2, (char *)found->scores,
                                       kept * (Py_ssize_t)sizeof *found->scores);
        if (item == NULL || PyList_Append(result, item) < 0)
            Py_CLEAR(result);
        Py_XDECREF(item);
    }
    return result;
}

PyObject *kernel_first(PyObject *module, PyObject *args) {
    PyObject *rows, *parameters_object, *result = NULL;
    Py_ssize_t optional, top, total = 0, papers = 0, postings = 0, read = 0;
    int every;
    Array parameters;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!Onpn", &PyList_Type, &rows, &parameters_object, &optional, &every, &top))
        return NULL;
    if (take(parameters_object, &parameters, DOUBLES, 0) < 0)
        return NULL;
    Arena *arena = take_arena();
    Py_ssize_t segments = PyList_GET_SIZE(rows);
    SearchedSegment *searched = PyMem_Calloc((size_t)segments + 1, sizeof *searched);
    Found *all = PyMem_Calloc((size_t)segments + 1, sizeof *all);
    Best best = {0};
    if (arena == NULL || searched == NULL || all == NULL || top < 0) {
        PyErr_NoMemory();
        goto done;
    }
    for (; read < segments; read++) {
        if (read_segment(&searched[read], PyList_GET_ITEM(rows, read), &parameters, optional) < 0) {
            read++;
            goto done;
        }
        papers += searched[read].scoring.papers;
        searched[read].arena = arena;
        postings += postings_of(&searched[read]);
    }
    /* Where all papers are wanted nothing is too low. */
    best.room = top < papers ? top : 0;
    best.items = PyMem_Malloc(((size_t)best.room + 1) * sizeof *best.items);
    if (best.items == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    Py_ssize_t found_here = 0;
    LET_GO(postings + papers / 4)
    for (Py_ssize_t at = 0; at < segments && found_here >= 0; at++) {
        found_here = search_segment(&searched[at], every, top, &best, &total);
        if (found_here >= 0)
            found_here = keep_found(&all[at], arena, found_here);
    }
    TAKE_BACK
    if (found_here < 0) {
        raise_fault((Fault)found_here);
        goto done;
    }
    PyObject *found = give_found(all, segments, threshold(&best, -1.0));
    result = found == NULL ? NULL : Py_BuildValue("nN", total, found);
done:
    for (Py_ssize_t at = 0; searched != NULL && all != NULL && at < segments; at++) {
        PyMem_RawFree(all[at].docs);
        PyMem_RawFree(all[at].scores);
    }
    for (Py_ssize_t at = 0; at < read; at++) {
        release(&searched[at].scoring);
        give_back(&searched[at].base);
        give_back(&searched[at].hits);
    }
    give_arena(arena);
    PyMem_Free(best.items);
    PyMem_Free(searched);
    PyMem_Free(all);
    give_back(&parameters);
    return result;
}
