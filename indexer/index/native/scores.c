/* Exact scores of BM25F (bm25f.py) in a segment, from the integers of its postings. */
#include "scores.h"
#include <string.h>

void release(Scoring *scoring) {
    for (Py_ssize_t at = 0; at < scoring->n; at++) {
        give_back(&scoring->terms[at].active);
        give_back(&scoring->terms[at].match_only);
        Py_XDECREF(scoring->terms[at].streams);
    }
    PyMem_Free(scoring->terms);
    PyMem_Free(scoring->cursors);
    give_back(&scoring->lengths);
    memset(scoring, 0, sizeof *scoring);
}

/* A mask of every paper of the segment, or None. */
static int take_mask(PyObject *object, Array *mask, Py_ssize_t papers) {
    if (object == Py_None)
        return 0;
    if (take(object, mask, 1, 0) < 0)
        return -1;
    if (mask->n == papers)
        return 0;
    PyErr_SetString(PyExc_ValueError, "a mask of all papers of the segment is wanted");
    return -1;
}

int read_scoring(Scoring *scoring, PyObject *terms, PyObject *lengths, const Array *parameters) {
    memset(scoring, 0, sizeof *scoring);
    if (take(lengths, &scoring->lengths, 0, 0) < 0)
        return -1;
    scoring->parameters = parameters;
    scoring->fields = (int)((parameters->n - 1) / 3);
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
    Py_ssize_t items = 0, given = 0;
    scoring->n = PyList_GET_SIZE(terms);
    scoring->terms = PyMem_Calloc((size_t)scoring->n + 1, sizeof(Term));
    if (scoring->terms == NULL) {
        scoring->n = 0;
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t at = 0; at < scoring->n; at++) {
        Term *term = &scoring->terms[at];
        PyObject *streams, *active, *match_only;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(terms, at), "dOOO", &term->weight, &streams, &active, &match_only) ||
            take_mask(active, &term->active, scoring->papers) < 0 ||
            take_mask(match_only, &term->match_only, scoring->papers) < 0)
            return -1;
        if (streams == Py_None)
            continue;
        if (!PyObject_TypeCheck(streams, &StreamsType)) {
            PyErr_SetString(PyExc_TypeError, "streams of a term are Streams");
            return -1;
        }
        /* Kept, since the list that holds it may change while the lock is let go. */
        term->streams = (Streams *)Py_NewRef(streams);
        items += term->streams->n;
        for (Py_ssize_t number = 0; number < term->streams->n; number++) {
            const Group *group = term->streams->items[number].group;
            if (group != NULL && group->first + group->fields > scoring->fields) {
                damaged("a group has fields that are not scored");
                return -1;
            }
        }
    }
    scoring->cursors = PyMem_Calloc((size_t)items + 1, sizeof *scoring->cursors);
    if (scoring->cursors == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t at = 0; at < scoring->n; at++) {
        scoring->terms[at].cursors = scoring->cursors + given;
        given += scoring->terms[at].streams != NULL ? scoring->terms[at].streams->n : 0;
    }
    return 0;
}

/* Add a stream's frequencies in a document; documents come rising, so that the cursor only moves on. */
static void count_in(const Stream *stream, Py_ssize_t *cursor, uint16_t doc, int fields, int32_t *counts) {
    if (stream->group != NULL) {
        const uint16_t *docs = stream->group->docs.view.buf;
        *cursor = lower16(docs, *cursor, stream->high, doc);
        if (*cursor == stream->high || docs[*cursor] != doc)
            return;
        const int32_t *row = frequencies(stream->group, *cursor);
        for (int field = 0; field < stream->group->fields; field++)
            if (stream->columns >> (stream->group->first + field) & 1)
                counts[stream->group->first + field] += row[field];
    } else {
        *cursor = lower16(stream->docs, *cursor, stream->n, doc);
        if (*cursor == stream->n || stream->docs[*cursor] != doc)
            return;
        const int32_t *row = stream->counts + *cursor * fields;
        for (int field = 0; field < fields; field++)
            counts[field] += row[field];
    }
}

/* BM25F in float64 from integers, term by term in the order given. */
Fault add_exact(Scoring *scoring, const uint16_t *docs, Py_ssize_t n, double *scores) {
    for (Py_ssize_t at = 0; at < scoring->n; at++)
        for (Py_ssize_t number = 0; scoring->terms[at].streams && number < scoring->terms[at].streams->n; number++) {
            const Stream *stream = &scoring->terms[at].streams->items[number];
            scoring->terms[at].cursors[number] = stream->group != NULL ? stream->low : 0;
        }
    for (Py_ssize_t row = 0; row < n; row++) {
        uint16_t doc = docs[row];
        if (doc >= scoring->papers || (row && doc <= docs[row - 1]))
            return NOT_RISING;
        for (Py_ssize_t at = 0; at < scoring->n; at++) {
            Term *term = &scoring->terms[at];
            int32_t counts[MAX_FIELDS] = {0};
            if (!scores_in(term, doc))
                continue;
            if (term->streams == NULL) {
                scores[row] += term->weight;
                continue;
            }
            for (Py_ssize_t number = 0; number < term->streams->n; number++)
                count_in(&term->streams->items[number], &term->cursors[number], doc, scoring->fields, counts);
            scores[row] += term->weight * saturation(counts, &scoring->lengths, scoring->parameters->view.buf,
                                                       scoring->papers, scoring->fields, doc);
        }
    }
    return FINE;
}

PyObject *kernel_exact(PyObject *module, PyObject *args) {
    PyObject *terms, *lengths, *parameters_object, *docs_object, *scores_object, *result = NULL;
    Array docs = {.view = {.obj = NULL}}, scores = {.view = {.obj = NULL}}, parameters = {.view = {.obj = NULL}};
    Scoring scoring = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOO", &terms, &lengths, &parameters_object, &docs_object, &scores_object))
        return NULL;
    if (take(parameters_object, &parameters, DOUBLES, 0) < 0 || read_scoring(&scoring, terms, lengths, &parameters) < 0 ||
        take(docs_object, &docs, 2, 0) < 0 || take(scores_object, &scores, DOUBLES, 1) < 0)
        goto done;
    if (docs.n != scores.n) {
        PyErr_SetString(PyExc_ValueError, "as many scores as documents are wanted");
        goto done;
    }
    Fault fault;
    LET_GO(docs.n * scoring.n)
    fault = add_exact(&scoring, docs.view.buf, docs.n, scores.view.buf);
    TAKE_BACK
    raise_fault(fault);
    result = fault ? NULL : Py_NewRef(Py_None);
done:
    give_back(&docs);
    give_back(&scores);
    give_back(&parameters);
    release(&scoring);
    return result;
}
