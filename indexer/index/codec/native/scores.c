/* Scores of BM25F (bm25f.py): upper bounds of all papers of a segment, exact scores of the few that may be first. */
#include "kernel.h"
#include <string.h>

#define BLOCK 128
#define LEVELS 256

typedef struct {
    double weight;
    Streams *places; /* NULL: a constant, which every paper scores */
} Term;

typedef struct {
    Term *terms;
    Py_ssize_t n;
    Array lengths, parameters;
    int fields;
    Py_ssize_t papers;
} Scoring;

/* One user at a time: the GIL is held from the first write to the last read. */
static union {
    float bound[MAX_DOCS];
    int32_t bits[MAX_DOCS]; /* of floats that are not negative: in the same order */
} scratch;
static float largest[MAX_DOCS / BLOCK + 1]; /* of each block: most are passed over by one comparison */

static void release(Scoring *scoring) {
    PyMem_Free(scoring->terms);
    give_back(&scoring->lengths);
    give_back(&scoring->parameters);
}

/* Terms are (weight, Streams or None); the caller's list keeps them alive. */
static int read_scoring(Scoring *scoring, PyObject *terms, PyObject *lengths, PyObject *parameters) {
    memset(scoring, 0, sizeof *scoring);
    if (take(lengths, &scoring->lengths, 0, 0) < 0 || take(parameters, &scoring->parameters, 8, 0) < 0)
        return -1;
    scoring->fields = (int)((scoring->parameters.n - 1) / 3);
    if (scoring->fields < 1 || scoring->fields > MAX_FIELDS || scoring->lengths.n % scoring->fields ||
        !PyList_Check(terms)) {
        PyErr_SetString(PyExc_TypeError, "terms, lengths and parameters do not fit each other");
        return -1;
    }
    scoring->papers = scoring->lengths.n / scoring->fields;
    if (scoring->papers > MAX_DOCS) {
        damaged("a segment holds more papers than it may");
        return -1;
    }
    scoring->n = PyList_GET_SIZE(terms);
    scoring->terms = PyMem_Calloc((size_t)scoring->n + 1, sizeof(Term));
    if (scoring->terms == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t at = 0; at < scoring->n; at++) {
        Term *term = &scoring->terms[at];
        PyObject *places;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(terms, at), "dO", &term->weight, &places))
            return -1;
        if (places == Py_None)
            continue;
        if (!PyObject_TypeCheck(places, &StreamsType)) {
            PyErr_SetString(PyExc_TypeError, "places of a term are Streams");
            return -1;
        }
        term->places = (Streams *)places;
        for (Py_ssize_t number = 0; number < term->places->n; number++) {
            const Group *group = term->places->streams[number].group;
            if (group != NULL && group->first + group->fields > scoring->fields) {
                damaged("a group has fields that are not scored");
                return -1;
            }
        }
    }
    return 0;
}

/* --- exact --- */

/* Add a stream's frequencies in a document; documents come rising, so that the cursor only moves on. */
static void count_in(Stream *stream, uint16_t doc, int fields, int32_t *counts) {
    if (stream->group != NULL) {
        const uint16_t *docs = stream->group->docs.view.buf;
        stream->cursor = lower16(docs, stream->cursor, stream->high, doc);
        if (stream->cursor == stream->high || docs[stream->cursor] != doc)
            return;
        const int32_t *row = frequencies(stream->group, stream->cursor);
        for (int field = 0; field < stream->group->fields; field++)
            if (stream->columns >> (stream->group->first + field) & 1)
                counts[stream->group->first + field] += row[field];
    } else {
        stream->cursor = lower16(stream->docs, stream->cursor, stream->n, doc);
        if (stream->cursor == stream->n || stream->docs[stream->cursor] != doc)
            return;
        const int32_t *row = stream->counts + stream->cursor * fields;
        for (int field = 0; field < fields; field++)
            counts[field] += row[field];
    }
}

/* BM25F in float64 from integers, term by term in the order given. */
static int add_exact(Scoring *scoring, const uint16_t *docs, Py_ssize_t n, double *scores) {
    for (Py_ssize_t at = 0; at < scoring->n; at++)
        for (Py_ssize_t number = 0; scoring->terms[at].places && number < scoring->terms[at].places->n; number++) {
            Stream *stream = &scoring->terms[at].places->streams[number];
            stream->cursor = stream->group != NULL ? stream->low : 0;
        }
    for (Py_ssize_t place = 0; place < n; place++) {
        uint16_t doc = docs[place];
        if (doc >= scoring->papers || (place && doc <= docs[place - 1])) {
            damaged("documents do not rise");
            return -1;
        }
        for (Py_ssize_t at = 0; at < scoring->n; at++) {
            Term *term = &scoring->terms[at];
            int32_t counts[MAX_FIELDS] = {0};
            if (term->places == NULL) {
                scores[place] += term->weight;
                continue;
            }
            for (Py_ssize_t number = 0; number < term->places->n; number++)
                count_in(&term->places->streams[number], doc, scoring->fields, counts);
            scores[place] += term->weight * saturation(counts, &scoring->lengths, scoring->parameters.view.buf,
                                                       scoring->papers, scoring->fields, doc);
        }
    }
    return 0;
}

PyObject *kernel_exact(PyObject *module, PyObject *args) {
    PyObject *terms, *lengths, *parameters, *docs_object, *scores_object, *result = NULL;
    Array docs = {.view = {.obj = NULL}}, scores = {.view = {.obj = NULL}};
    Scoring scoring;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOO", &terms, &lengths, &parameters, &docs_object, &scores_object))
        return NULL;
    if (read_scoring(&scoring, terms, lengths, parameters) < 0 || take(docs_object, &docs, 2, 0) < 0 ||
        take(scores_object, &scores, 8, 1) < 0)
        goto done;
    if (docs.n != scores.n) {
        PyErr_SetString(PyExc_ValueError, "as many scores as documents are wanted");
        goto done;
    }
    if (add_exact(&scoring, docs.view.buf, docs.n, scores.view.buf) == 0)
        result = Py_NewRef(Py_None);
done:
    give_back(&docs);
    give_back(&scores);
    release(&scoring);
    return result;
}

/* --- bounds --- */

static void add_bounds(const Scoring *scoring, double slack) {
    double everywhere = 0.0;
    for (Py_ssize_t at = 0; at < scoring->n; at++)
        if (scoring->terms[at].places == NULL)
            everywhere += scoring->terms[at].weight * slack;
    for (Py_ssize_t doc = 0; doc < scoring->papers; doc++)
        scratch.bound[doc] = (float)everywhere;
    for (Py_ssize_t at = 0; at < scoring->n; at++) {
        const Streams *places = scoring->terms[at].places;
        if (places == NULL)
            continue;
        float levels[LEVELS];
        for (int level = 0; level < LEVELS; level++)
            levels[level] = (float)((double)level / 255.0 * (scoring->terms[at].weight * slack));
        for (Py_ssize_t number = 0; number < places->n; number++) {
            const Stream *stream = &places->streams[number];
            const uint16_t *docs = stream->docs;
            const uint8_t *bounds = stream->bounds;
            Py_ssize_t n = stream->n;
            /* A damaged file may name papers that the segment lacks; there is room for every number there can be. */
            for (Py_ssize_t posting = 0; posting < n; posting++)
                scratch.bound[docs[posting]] += levels[bounds[posting]];
        }
    }
    for (Py_ssize_t block = 0; block < scoring->papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < scoring->papers ? block + BLOCK : scoring->papers;
        union {
            int32_t bits;
            float bound;
        } most = {0};
        /* Whole numbers, because compilers make a few instructions of that loop and none of one over floats. */
        for (Py_ssize_t doc = block; doc < past; doc++)
            most.bits = scratch.bits[doc] > most.bits ? scratch.bits[doc] : most.bits;
        largest[block / BLOCK] = most.bound;
    }
}

/* The top-th largest bound among the papers of the mask, 0 where there are fewer: a heap of the largest so far. */
static float kth(Py_ssize_t papers, const uint8_t *mask, Py_ssize_t top, float *heap) {
    Py_ssize_t held = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (held == top && largest[block / BLOCK] < heap[0])
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++) {
            float value = scratch.bound[doc];
            if (!mask[doc])
                continue;
            Py_ssize_t at;
            if (held < top) {
                at = held++;
                while (at && heap[(at - 1) / 2] > value) {
                    heap[at] = heap[(at - 1) / 2];
                    at = (at - 1) / 2;
                }
            } else if (value > heap[0]) {
                at = 0;
                for (;;) {
                    Py_ssize_t child = 2 * at + 1;
                    if (child >= top)
                        break;
                    if (child + 1 < top && heap[child + 1] < heap[child])
                        child++;
                    if (heap[child] >= value)
                        break;
                    heap[at] = heap[child];
                    at = child;
                }
            } else {
                continue;
            }
            heap[at] = value;
        }
    }
    return held < top ? 0.0f : heap[0];
}

static Py_ssize_t at_least(Py_ssize_t papers, const uint8_t *mask, float floor, uint16_t *docs) {
    Py_ssize_t n = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (largest[block / BLOCK] < floor)
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++)
            if (scratch.bound[doc] >= floor && mask[doc])
                docs[n++] = (uint16_t)doc;
    }
    return n;
}

static int falling(const void *one, const void *other) {
    double left = *(const double *)one, right = *(const double *)other;
    return (left < right) - (left > right);
}

/* The top-th largest of n scores, or the least of all where there are fewer. */
static double kth_score(const double *scores, Py_ssize_t n, Py_ssize_t top, double *sorted) {
    memcpy(sorted, scores, (size_t)n * sizeof *scores);
    qsort(sorted, (size_t)n, sizeof *sorted, falling);
    return sorted[(top < n ? top : n) - 1];
}

/* Add to n documents that were scored, all those that reach a floor, the ones between another floor and it: scored, and
   all of them rising. Gives how many there are then, -1 on error. */
static Py_ssize_t add_between(Scoring *scoring, const uint8_t *mask, float low, float high, uint16_t *docs,
                              double *scores, Py_ssize_t n) {
    static uint16_t all[MAX_DOCS + 1], more[MAX_DOCS + 1];
    static double gained[MAX_DOCS];
    Py_ssize_t wanted = at_least(scoring->papers, mask, low, all), others = 0;
    for (Py_ssize_t at = 0; at < wanted; at++)
        if (scratch.bound[all[at]] < high)
            more[others++] = all[at];
    memset(gained, 0, (size_t)others * sizeof *gained);
    if (add_exact(scoring, more, others, gained) < 0)
        return -1;
    /* From the end, so that nothing is overwritten before it has moved. */
    Py_ssize_t known = n - 1, fresh = others - 1;
    for (Py_ssize_t at = n + others - 1; fresh >= 0; at--) {
        int take_known = known >= 0 && docs[known] > more[fresh];
        docs[at] = take_known ? docs[known] : more[fresh];
        scores[at] = take_known ? scores[known] : gained[fresh];
        known -= take_known;
        fresh -= !take_known;
    }
    return n + others;
}

PyObject *kernel_best(PyObject *module, PyObject *args) {
    PyObject *terms, *lengths, *parameters, *mask_object, *result = NULL;
    Array mask = {.view = {.obj = NULL}};
    Py_ssize_t top, few;
    double threshold, slack;
    Scoring scoring;
    /* Fresh memory of this size is page faults, 10 us of a call of 40; the GIL keeps this to one user at a time. */
    static uint16_t docs[MAX_DOCS + 1];
    static double scores[MAX_DOCS], sorted[MAX_DOCS];
    static float heap[MAX_DOCS];
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOnndd", &terms, &lengths, &parameters, &mask_object, &top, &few, &threshold, &slack))
        return NULL;
    if (read_scoring(&scoring, terms, lengths, parameters) < 0 || take(mask_object, &mask, 1, 0) < 0)
        goto done;
    if (mask.n != scoring.papers || top < 1) {
        PyErr_SetString(PyExc_ValueError, "a mask of all papers and a positive number of hits are wanted");
        goto done;
    }
    const uint8_t *matched = mask.view.buf;
    Py_ssize_t n = 0;
    if (few || top >= scoring.papers) {
        /* So few match that bounds would cost more than they save. */
        n = listed(matched, scoring.papers, docs);
    } else {
        add_bounds(&scoring, slack);
        float floor = kth(scoring.papers, matched, top, heap);
        n = at_least(scoring.papers, matched, floor, docs);
        memset(scores, 0, (size_t)n * sizeof *scores);
        if (add_exact(&scoring, docs, n, scores) < 0)
            goto done;
        if (n >= top) {
            double reached = kth_score(scores, n, top, sorted);
            threshold = threshold > reached ? threshold : reached;
        }
        /* Equal scores are ordered by year and id, so that what merely equals the threshold stays in. */
        if ((float)(threshold * (1 - 1e-6)) < floor) {
            n = add_between(&scoring, matched, (float)(threshold * (1 - 1e-6)), floor, docs, scores, n);
            if (n < 0)
                goto done;
        }
    }
    if (few || top >= scoring.papers) {
        memset(scores, 0, (size_t)n * sizeof *scores);
        if (add_exact(&scoring, docs, n, scores) < 0)
            goto done;
    }
    if (n > top) {
        double floor = kth_score(scores, n, top, sorted);
        Py_ssize_t kept = 0;
        floor = floor > threshold ? floor : threshold;
        for (Py_ssize_t at = 0; at < n; at++)
            if (scores[at] >= floor) {
                docs[kept] = docs[at];
                scores[kept++] = scores[at];
            }
        n = kept;
    }
    result = Py_BuildValue("y#y#", (char *)docs, n * 2, (char *)scores, n * (Py_ssize_t)sizeof *scores);
done:
    give_back(&mask);
    release(&scoring);
    return result;
}
