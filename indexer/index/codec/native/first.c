/* What matches in the segments of a generation, and the papers among which the first of them are.

A paper's upper bound is the sum of the bounds of its postings, one byte each, in float32. Bounds of all papers cost
1.1 ns a posting; only those papers are scored exactly whose bound reaches what enough others have. */
#include "scores.h"
#include <string.h>

#define BLOCK 128
#define LEVELS 256
#define FAINT 1e-30f /* the bound of what matches and may score nothing: above 0, and lost in any other sum */
#define ROUNDING (1 - 1e-6) /* float32 strays by parts in 10^7 */

/* A segment as a search sees it. */
typedef struct {
    Scoring scoring;
    Array base;   /* a mask of the papers that may match; without one all may */
    Array hits;   /* a mask to be filled with what matches, if wanted */
    double slack; /* by what factor bounds of this segment must grow */
    Py_ssize_t bare; /* the first so many terms must match: all or one of them */
} Place;

/* What was found in a segment. */
typedef struct {
    uint16_t *docs;
    double *scores;
    Py_ssize_t n;
} Found;

/* The best scores so far, the least of them first: what one more must exceed. */
typedef struct {
    double *items;
    Py_ssize_t n, room;
} Best;

/* One user at a time: the GIL is held from the first write to the last read. Fresh memory of this size would be page
   faults, 10 us of a call of 40. */
static union {
    float bound[MAX_DOCS];
    int32_t bits[MAX_DOCS]; /* of floats that are not negative: in the same order */
} scratch;
static float largest[MAX_DOCS / BLOCK + 1]; /* of each block: most are passed over by one comparison */
static uint8_t seen[MAX_DOCS];
static uint16_t candidates[MAX_DOCS + 1], more[MAX_DOCS + 1];
static double gained[MAX_DOCS];

/* --- the best --- */

static void push(Best *best, double score) {
    Py_ssize_t at;
    double *heap = best->items;
    if (best->n < best->room) {
        at = best->n++;
        for (; at && heap[(at - 1) / 2] > score; at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
    } else if (best->room && score > heap[0]) {
        at = 0;
        for (;;) {
            Py_ssize_t child = 2 * at + 1;
            if (child >= best->n)
                break;
            child += child + 1 < best->n && heap[child + 1] < heap[child];
            if (heap[child] >= score)
                break;
            heap[at] = heap[child];
            at = child;
        }
    } else {
        return;
    }
    heap[at] = score;
}

/* A score that enough papers reach, -1 where there are fewer. */
static double threshold(const Best *best) {
    return best->room && best->n == best->room ? best->items[0] : -1.0;
}

/* --- bounds --- */

static void levels_of(const Term *term, double slack, float *levels) {
    for (int level = 0; level < LEVELS; level++) {
        float value = (float)((double)level / 255.0 * (term->weight * slack));
        levels[level] = value > FAINT ? value : FAINT;
    }
}

/* Damaged files may name papers that the segment lacks; in these arrays is room for every number there can be. */
static void add_bounds(const Term *term, double slack) {
    float levels[LEVELS];
    levels_of(term, slack, levels);
    for (Py_ssize_t number = 0; number < term->places->n; number++) {
        const Stream *stream = &term->places->streams[number];
        const uint16_t *docs = stream->docs;
        const uint8_t *bounds = stream->bounds;
        Py_ssize_t n = stream->n;
        for (Py_ssize_t posting = 0; posting < n; posting++)
            scratch.bound[docs[posting]] += levels[bounds[posting]];
    }
}

/* The same of a term that need not match: only papers gain that match already. */
static void add_to_hits(const Term *term, double slack, Py_ssize_t papers) {
    const uint8_t *active = marks(&term->active);
    if (term->places == NULL) {
        float constant = (float)(term->weight * slack);
        for (Py_ssize_t doc = 0; doc < papers; doc++)
            if (scratch.bits[doc] > 0 && (active == NULL || active[doc]))
                scratch.bound[doc] += constant;
        return;
    }
    float levels[LEVELS];
    levels_of(term, slack, levels);
    for (Py_ssize_t number = 0; number < term->places->n; number++) {
        const Stream *stream = &term->places->streams[number];
        for (Py_ssize_t posting = 0; posting < stream->n; posting++) {
            uint16_t doc = stream->docs[posting];
            float level = scratch.bits[doc] > 0 ? levels[stream->bounds[posting]] : 0.0f;
            if (doc < papers && (active == NULL || active[doc]))
                scratch.bound[doc] += level;
        }
    }
}

/* A mask over 65,536 papers at most as bounds: faint where it is set. */
WIDER static void add_faint(const uint8_t *mask, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        scratch.bound[doc] += (float)mask[doc] * FAINT;
}

WIDER static void confine(const uint8_t *base, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        scratch.bits[doc] &= -(int32_t)(base[doc] != 0);
}

/* Find the largest bound of each block; gives how many bounds are above 0. */
WIDER static Py_ssize_t survey(Py_ssize_t papers) {
    Py_ssize_t matched = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        union {
            int32_t bits;
            float bound;
        } most = {0};
        int32_t above = 0;
        /* Whole numbers, because compilers make a few instructions of that loop and none of one over floats. */
        for (Py_ssize_t doc = block; doc < past; doc++) {
            int32_t bits = scratch.bits[doc];
            most.bits = bits > most.bits ? bits : most.bits;
            above += bits > 0;
        }
        largest[block / BLOCK] = most.bound;
        matched += above;
    }
    return matched;
}

/* The top-th largest bound, or `low` where fewer are above it. */
static float kth(Py_ssize_t papers, Py_ssize_t top, float low) {
    static float heap[MAX_DOCS];
    Py_ssize_t held = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (largest[block / BLOCK] <= low)
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++) {
            float value = scratch.bound[doc];
            if (value <= low)
                continue;
            Py_ssize_t at;
            if (held < top) {
                at = held++;
                for (; at && heap[(at - 1) / 2] > value; at = (at - 1) / 2)
                    heap[at] = heap[(at - 1) / 2];
            } else {
                at = 0;
                for (;;) {
                    Py_ssize_t child = 2 * at + 1;
                    if (child >= top)
                        break;
                    child += child + 1 < top && heap[child + 1] < heap[child];
                    if (heap[child] >= value)
                        break;
                    heap[at] = heap[child];
                    at = child;
                }
            }
            heap[at] = value;
            if (held == top)
                low = heap[0];
        }
    }
    return low;
}

/* List the papers whose bound is in low..high, `high` left out. */
static Py_ssize_t between(Py_ssize_t papers, float low, float high, uint16_t *docs) {
    Py_ssize_t n = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (largest[block / BLOCK] < low)
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++)
            if (scratch.bound[doc] >= low && scratch.bound[doc] < high)
                docs[n++] = (uint16_t)doc;
    }
    return n;
}

/* --- what matches, listed --- */

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
static Py_ssize_t keep(Term *term, Py_ssize_t n, Py_ssize_t papers) {
    Py_ssize_t kept = 0;
    /* A step of a search costs some 20 ns, a posting marked less than one. */
    if (size_of(term) > 16 * n) {
        rewind_term(term);
        for (Py_ssize_t at = 0; at < n; at++)
            if (holds(term, candidates[at]))
                candidates[kept++] = candidates[at];
    } else {
        see(term, papers);
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = candidates[at];
            candidates[kept] = doc;
            kept += seen[doc];
        }
    }
    return kept;
}

/* List the papers that hold all bare terms, the rarest asked first. */
static Py_ssize_t all_hold(Place *place) {
    Term *terms = place->scoring.terms;
    Py_ssize_t papers = place->scoring.papers, rarest = 0, n = 0;
    for (Py_ssize_t at = 1; at < place->bare; at++)
        rarest = size_of(&terms[at]) < size_of(&terms[rarest]) ? at : rarest;
    const Streams *lead = terms[rarest].places;
    if (lead->n == 1 && marks(&terms[rarest].silent) == NULL) {
        for (; n < lead->streams[0].n && lead->streams[0].docs[n] < papers; n++)
            candidates[n] = lead->streams[0].docs[n];
    } else if (lead->n || marks(&terms[rarest].silent) != NULL) {
        see(&terms[rarest], papers);
        n = listed(seen, papers, candidates);
    }
    const uint8_t *base = marks(&place->base);
    if (base != NULL) {
        Py_ssize_t kept = 0;
        for (Py_ssize_t at = 0; at < n; at++) {
            uint16_t doc = candidates[at];
            candidates[kept] = doc;
            kept += base[doc] != 0;
        }
        n = kept;
    }
    for (Py_ssize_t at = 0; at < place->bare && n; at++)
        if (at != rarest)
            n = keep(&terms[at], n, papers);
    return n;
}

/* Keep of n candidates those that hold one of the bare terms. */
static Py_ssize_t one_holds(Place *place, Py_ssize_t n) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < place->bare; at++)
        rewind_term(&place->scoring.terms[at]);
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t doc = candidates[at];
        int held = 0;
        for (Py_ssize_t number = 0; number < place->bare && !held; number++)
            held = holds(&place->scoring.terms[number], doc);
        candidates[kept] = doc;
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

/* List what matches where that is cheap; -1 where bounds of all papers are. */
static Py_ssize_t list_matches(Place *place, int every, Py_ssize_t postings) {
    Py_ssize_t papers = place->scoring.papers;
    if (place->bare && every)
        return all_hold(place);
    const uint8_t *base = marks(&place->base);
    if (base == NULL)
        return -1;
    Py_ssize_t n = count_set(base, papers);
    if (place->bare && n > 32 + postings / 64)
        return -1;
    listed(base, papers, candidates);
    return place->bare ? one_holds(place, n) : n;
}

/* --- a segment --- */

/* Score what is listed and not yet known to be too low; gives how many, -1 on error. `docs` are the candidates. */
static Py_ssize_t score_listed(Place *place, Py_ssize_t n, double *scores, Best *best) {
    memset(scores, 0, (size_t)n * sizeof *scores);
    if (add_exact(&place->scoring, candidates, n, scores) < 0)
        return -1;
    for (Py_ssize_t at = 0; at < n; at++)
        push(best, scores[at]);
    return n;
}

/* Score all papers whose bound may be among the first `top`; what they score raises the floor, and below the first
   guess of it there may be some more. */
static Py_ssize_t score_by_bounds(Place *place, Py_ssize_t top, double *scores, Best *best) {
    Py_ssize_t papers = place->scoring.papers;
    float known = (float)(threshold(best) * ROUNDING), floor = top < papers ? kth(papers, top, known > 0 ? known : 0) : 0;
    floor = floor > FAINT ? floor : FAINT;
    Py_ssize_t n = between(papers, floor, INFINITY, candidates);
    if (score_listed(place, n, scores, best) < 0)
        return -1;
    float low = (float)(threshold(best) * ROUNDING);
    low = low > FAINT ? low : FAINT;
    if (low >= floor)
        return n;
    Py_ssize_t others = between(papers, low, floor, more);
    memset(gained, 0, (size_t)others * sizeof *gained);
    if (add_exact(&place->scoring, more, others, gained) < 0)
        return -1;
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

WIDER static void mark_bounded(uint8_t *hits, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        hits[doc] = scratch.bits[doc] > 0;
}

static void fill_hits(Place *place, Py_ssize_t listed_papers) {
    uint8_t *hits = place->hits.view.buf;
    if (place->hits.view.obj == NULL)
        return;
    if (listed_papers < 0) {
        mark_bounded(hits, place->scoring.papers);
        return;
    }
    memset(hits, 0, (size_t)place->scoring.papers);
    for (Py_ssize_t at = 0; at < listed_papers; at++)
        hits[candidates[at]] = 1;
}

/* Bounds of all papers that match, 0 elsewhere; gives how many match. */
static Py_ssize_t find_bounds(Place *place, const uint8_t *base) {
    Scoring *scoring = &place->scoring;
    Py_ssize_t papers = scoring->papers, extras = scoring->n - place->bare;
    memset(scratch.bound, 0, (size_t)papers * sizeof *scratch.bound);
    for (Py_ssize_t at = 0; at < place->bare; at++) {
        add_bounds(&scoring->terms[at], place->slack);
        if (marks(&scoring->terms[at].silent) != NULL)
            add_faint(marks(&scoring->terms[at].silent), papers);
    }
    if (!place->bare)
        for (Py_ssize_t doc = 0; doc < papers; doc++)
            scratch.bound[doc] = FAINT;
    if (base != NULL)
        confine(base, papers);
    for (Py_ssize_t at = 0; at < extras; at++)
        add_to_hits(&scoring->terms[place->bare + at], place->slack, papers);
    return survey(papers);
}

/* The first of a segment in `candidates` and `scores`: how many, -1 on error. Adds what matches to `total`. */
static Py_ssize_t search_place(Place *place, int every, Py_ssize_t top, double *scores, Best *best, Py_ssize_t *total) {
    Py_ssize_t postings = 0, papers = place->scoring.papers;
    for (Py_ssize_t at = 0; at < place->bare; at++)
        postings += size_of(&place->scoring.terms[at]);
    Py_ssize_t n = list_matches(place, every, postings);
    if (n >= 0) {
        fill_hits(place, n);
        *total += n;
        if (!top)
            return 0;
        /* Bounds cost what their postings do, and zeroes for all papers; an exact score costs a tenth of a us. */
        if (n <= 100 + postings / 100 || n <= top)
            return score_listed(place, n, scores, best);
        memset(seen, 0, (size_t)papers);
        for (Py_ssize_t at = 0; at < n; at++)
            seen[candidates[at]] = 1;
        find_bounds(place, seen);
    } else {
        *total += find_bounds(place, marks(&place->base));
        fill_hits(place, -1);
    }
    return top ? score_by_bounds(place, top, scores, best) : 0;
}

/* --- all segments --- */

static int read_place(Place *place, PyObject *row, const Array *parameters, Py_ssize_t bare) {
    PyObject *terms, *lengths, *base, *hits;
    if (!PyArg_ParseTuple(row, "OOOOd", &terms, &lengths, &base, &hits, &place->slack) ||
        read_scoring(&place->scoring, terms, lengths, parameters) < 0 ||
        (base != Py_None && take(base, &place->base, 1, 0) < 0) ||
        (hits != Py_None && take(hits, &place->hits, 1, 1) < 0))
        return -1;
    place->bare = bare;
    int fits = bare >= 0 && bare <= place->scoring.n &&
               (base == Py_None || place->base.n == place->scoring.papers) &&
               (hits == Py_None || place->hits.n == place->scoring.papers);
    for (Py_ssize_t at = 0; fits && at < bare; at++)
        fits = place->scoring.terms[at].places != NULL;
    if (fits)
        return 0;
    PyErr_SetString(PyExc_ValueError, "terms that match, and masks of all papers of the segment are wanted");
    return -1;
}

/* What was found in a segment, less what is too low now. */
static int keep_found(Found *found, const double *scores, Py_ssize_t n) {
    if (!n)
        return 0;
    found->docs = PyMem_Malloc((size_t)n * sizeof *found->docs);
    found->scores = PyMem_Malloc((size_t)n * sizeof *found->scores);
    if (found->docs == NULL || found->scores == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(found->docs, candidates, (size_t)n * sizeof *found->docs);
    memcpy(found->scores, scores, (size_t)n * sizeof *found->scores);
    found->n = n;
    return 0;
}

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
    Py_ssize_t bare, top, total = 0, papers = 0, read = 0;
    int every;
    static double scores[MAX_DOCS];
    Array parameters;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!Onpn", &PyList_Type, &rows, &parameters_object, &bare, &every, &top))
        return NULL;
    if (take(parameters_object, &parameters, 8, 0) < 0)
        return NULL;
    Py_ssize_t segments = PyList_GET_SIZE(rows);
    Place *places = PyMem_Calloc((size_t)segments + 1, sizeof *places);
    Found *all = PyMem_Calloc((size_t)segments + 1, sizeof *all);
    Best best = {0};
    if (places == NULL || all == NULL || top < 0) {
        PyErr_NoMemory();
        goto done;
    }
    for (; read < segments; read++) {
        if (read_place(&places[read], PyList_GET_ITEM(rows, read), &parameters, bare) < 0) {
            read++;
            goto done;
        }
        papers += places[read].scoring.papers;
    }
    /* Where all papers are wanted nothing is too low. */
    best.room = top < papers ? top : 0;
    best.items = PyMem_Malloc(((size_t)best.room + 1) * sizeof *best.items);
    if (best.items == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t at = 0; at < segments; at++) {
        Py_ssize_t n = search_place(&places[at], every, top, scores, &best, &total);
        if (n < 0 || keep_found(&all[at], scores, n) < 0)
            goto done;
    }
    PyObject *found = give_found(all, segments, threshold(&best));
    result = found == NULL ? NULL : Py_BuildValue("nN", total, found);
done:
    for (Py_ssize_t at = 0; places != NULL && all != NULL && at < segments; at++) {
        PyMem_Free(all[at].docs);
        PyMem_Free(all[at].scores);
    }
    for (Py_ssize_t at = 0; at < read; at++) {
        release(&places[at].scoring);
        give_back(&places[at].base);
        give_back(&places[at].hits);
    }
    PyMem_Free(best.items);
    PyMem_Free(places);
    PyMem_Free(all);
    give_back(&parameters);
    return result;
}
