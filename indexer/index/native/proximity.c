/* How the words of a query stand in some hits, from their positions: features.py, to the last bit.

A position here is hit << OWNER | field << FIELD | position in the paper (candidates.py). */
#include "kernel.h"
#include <string.h>

#define OWNER 40
#define FIELD 32
#define MAX_WORDS 256
#define START (1LL << 20) /* where a title's first word may be missing, positions must not fall below 0 */

typedef struct {
    Array positions;      /* int64, rising */
    Py_ssize_t cursor; /* of the walk over titles */
    double weight;
    long long position;   /* in the query */
    int content;
} AskedWord;

typedef struct {
    AskedWord words[MAX_WORDS];
    Py_ssize_t n, hits;
    Array norms; /* (fields x hits) */
    double adjacent, title, k1;
    long long distance;
} Query;

static inline int field_of(int64_t position) { return (int)(position >> FIELD & 0xFF); }

/* What two words give each hit by being as far apart as in the query: bytes, or None where they never do. */
static PyObject *pair(const Query *query, const AskedWord *left, const AskedWord *right, double *together) {
    const int64_t *first = left->positions.view.buf, *second = right->positions.view.buf;
    const double *norms = query->norms.view.buf;
    int64_t apart = right->position - left->position;
    int any = 0;
    memset(together, 0, (size_t)query->hits * sizeof *together);
    for (Py_ssize_t one = 0, other = 0; one < left->positions.n && other < right->positions.n;) {
        int64_t wanted = first[one] + apart;
        if (second[other] < wanted) {
            other++;
        } else {
            if (second[other] == wanted) {
                together[wanted >> OWNER] += norms[field_of(wanted) * query->hits + (wanted >> OWNER)];
                any = 1;
            }
            one++;
        }
    }
    if (!any)
        return Py_NewRef(Py_None);
    double weight = query->adjacent * (left->weight < right->weight ? left->weight : right->weight);
    for (Py_ssize_t hit = 0; hit < query->hits; hit++)
        together[hit] = weight * (together[hit] / (query->k1 + together[hit]));
    return PyBytes_FromStringAndSize((const char *)together, query->hits * (Py_ssize_t)sizeof *together);
}

/* All pairs of neighbouring content words that stand so somewhere: (left, right, gained). */
static PyObject *all_pairs(const Query *query, double *together) {
    PyObject *found = PyList_New(0);
    Py_ssize_t left = -1;
    for (Py_ssize_t right = 0; found != NULL && right < query->n; right++) {
        if (!query->words[right].content)
            continue;
        Py_ssize_t before = left;
        left = right;
        const AskedWord *one = before < 0 ? NULL : &query->words[before], *other = &query->words[right];
        /* The same word twice is no pair: it has the same array of positions. */
        if (one == NULL || other->position - one->position > query->distance || one->positions.view.obj == other->positions.view.obj)
            continue;
        PyObject *gained = pair(query, one, other, together);
        PyObject *row = gained == NULL || gained == Py_None ? NULL : Py_BuildValue("nnO", before, right, gained);
        if (gained == NULL || (gained != Py_None && (row == NULL || PyList_Append(found, row) < 0)))
            Py_CLEAR(found);
        Py_XDECREF(gained);
        Py_XDECREF(row);
    }
    return found;
}

/* The next position of a word in a title, as where the query would begin there; INT64_MAX after the last. */
static int64_t next_start(AskedWord *word) {
    const int64_t *positions = word->positions.view.buf;
    while (word->cursor < word->positions.n && field_of(positions[word->cursor]))
        word->cursor++;
    return word->cursor < word->positions.n ? positions[word->cursor] - word->position + START : INT64_MAX;
}

/* For each hit the weight of the heaviest run of words that its title has as the query has; and which words it has. */
static void walk_titles(Query *query, double *gained, uint8_t *titled) {
    double total = 0.0;
    int64_t heads[MAX_WORDS];
    for (Py_ssize_t at = 0; at < query->n; at++) {
        total += query->words[at].weight;
        heads[at] = next_start(&query->words[at]);
    }
    for (;;) {
        int64_t least = INT64_MAX;
        for (Py_ssize_t at = 0; at < query->n; at++)
            least = heads[at] < least ? heads[at] : least;
        if (least == INT64_MAX)
            break;
        double held = 0.0;
        int words = 0;
        int64_t hit = least >> OWNER;
        for (Py_ssize_t at = 0; at < query->n; at++) {
            AskedWord *word = &query->words[at];
            if (heads[at] != least)
                continue;
            held += word->weight;
            words++;
            titled[at * query->hits + (((const int64_t *)word->positions.view.buf)[word->cursor++] >> OWNER)] = 1;
            heads[at] = next_start(word);
        }
        if (words > 1 && held > gained[hit])
            gained[hit] = held;
    }
    for (Py_ssize_t hit = 0; total > 0 && hit < query->hits; hit++) {
        double share = gained[hit] / total;
        gained[hit] *= query->title * (share * share);
    }
}

static int read_words(Query *query, PyObject *rows) {
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(rows); at++) {
        AskedWord *word = &query->words[at];
        PyObject *positions;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(rows, at), "OdLp", &positions, &word->weight, &word->position, &word->content) ||
            take(positions, &word->positions, 8, 0) < 0)
            return -1;
        query->n = at + 1;
        word->cursor = 0;
        const int64_t *items = word->positions.view.buf;
        for (Py_ssize_t position = 0; position < word->positions.n; position++)
            if (items[position] < 0 || items[position] >> OWNER >= query->hits ||
                field_of(items[position]) * query->hits >= query->norms.n) {
                PyErr_SetString(PyExc_ValueError, "a position lies in no hit");
                return -1;
            }
    }
    return 0;
}

PyObject *kernel_proximity(PyObject *module, PyObject *args) {
    PyObject *rows, *norms, *result = NULL;
    double *memory = NULL;
    /* Not static: objects are made here, which may let other threads in. */
    Query *query = PyMem_Calloc(1, sizeof *query);
    (void)module;
    if (query == NULL)
        return PyErr_NoMemory();
    if (!PyArg_ParseTuple(args, "O!OndLdd", &PyList_Type, &rows, &norms, &query->hits, &query->adjacent,
                          &query->distance, &query->title, &query->k1))
        goto done;
    if (PyList_GET_SIZE(rows) > MAX_WORDS || query->hits < 0) {
        PyErr_Format(PyExc_ValueError, "at most %d words are wanted", MAX_WORDS);
        goto done;
    }
    if (take(norms, &query->norms, DOUBLES, 0) < 0 || read_words(query, rows) < 0)
        goto done;
    size_t hits = (size_t)query->hits;
    memory = PyMem_Calloc(2 * hits + (size_t)query->n * hits / sizeof *memory + 1, sizeof *memory);
    if (memory == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *gained = memory, *together = memory + hits;
    uint8_t *titled = (uint8_t *)(memory + 2 * hits);
    walk_titles(query, gained, titled);
    PyObject *pairs = all_pairs(query, together);
    if (pairs != NULL)
        result = Py_BuildValue("Ny#y#", pairs, (const char *)gained, query->hits * (Py_ssize_t)sizeof *gained,
                               (const char *)titled, query->n * query->hits);
done:
    for (Py_ssize_t at = 0; at < query->n; at++)
        give_back(&query->words[at].positions);
    give_back(&query->norms);
    PyMem_Free(memory);
    PyMem_Free(query);
    return result;
}
