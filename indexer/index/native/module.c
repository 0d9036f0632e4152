/* The module: shared helpers, and the table of what it offers. */
#include "arena.h"
#include <string.h>

PyObject *bad_index;

/* Whether the items of a buffer are whole numbers, or doubles, as this machine holds them. */
static int is_of(const Py_buffer *view, int doubles) {
    const char *format = view->format == NULL ? "B" : view->format;
    format += *format == '@' || *format == '=';
    return *format && !format[1] && strchr(doubles ? "d" : "?bBhHiIlLqQ", *format) != NULL;
}

int take(PyObject *object, Array *array, Py_ssize_t width, int writable) {
    int flags = PyBUF_ND | PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0);
    array->view.obj = NULL;
    if (PyObject_GetBuffer(object, &array->view, flags) < 0)
        return -1;
    Py_ssize_t size = array->view.itemsize;
    if (size < 1 || (width && size != (width == DOUBLES ? 8 : width)) || !is_of(&array->view, width == DOUBLES) ||
        (uintptr_t)array->view.buf % (size_t)size) {
        PyErr_Format(PyExc_TypeError, "an array of %s of %zd bytes is wanted, not of items %s of %zd",
                     width == DOUBLES ? "fractions" : "whole numbers", width == DOUBLES ? 8 : width,
                     array->view.format == NULL ? "B" : array->view.format, size);
        PyBuffer_Release(&array->view);
        array->view.obj = NULL;
        return -1;
    }
    array->n = array->view.len / array->view.itemsize;
    return 0;
}

void give_back(Array *array) {
    if (array->view.obj != NULL)
        PyBuffer_Release(&array->view);
    array->view.obj = NULL;
}

PyObject *damaged(const char *what) {
    PyErr_Format(bad_index, "a segment is damaged: %s; run `quiver verify`, then `quiver rebuild`", what);
    return NULL;
}

void raise_fault(Fault fault) {
    switch (fault) {
    case FINE: break;
    case NO_MEMORY: PyErr_NoMemory(); break;
    case NOT_RISING: damaged("documents do not rise"); break;
    case NO_PAPER: damaged("a posting names no paper"); break;
    case NO_POSITIONS: damaged("positions of a word lie outside their array"); break;
    case NO_POSTINGS: damaged("postings of a word lie outside their array"); break;
    case NO_FORMS: damaged("forms of a word lie outside their array"); break;
    }
}

/* Arenas that are free, and how many; looked at with the interpreter's lock held. */
static Arena *idle;
static int held_idle;
#define MOST_IDLE 8

Arena *take_arena(void) {
    Arena *arena = idle;
    if (arena == NULL) {
        arena = PyMem_RawMalloc(sizeof *arena);
        if (arena == NULL)
            PyErr_NoMemory();
        return arena;
    }
    idle = arena->next;
    held_idle--;
    return arena;
}

void give_arena(Arena *arena) {
    if (arena == NULL || held_idle >= MOST_IDLE) {
        PyMem_RawFree(arena);
        return;
    }
    arena->next = idle;
    idle = arena;
    held_idle++;
}

Py_ssize_t lower16(const uint16_t *items, Py_ssize_t low, Py_ssize_t high, uint16_t wanted) {
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (items[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same, by steps that double from `low`: what is wanted is mostly near. */
Py_ssize_t gallop16(const uint16_t *items, Py_ssize_t low, Py_ssize_t high, uint16_t wanted) {
    Py_ssize_t step = 1;
    while (low + step < high && items[low + step] < wanted) {
        low += step;
        step *= 2;
    }
    return lower16(items, low, low + step < high ? low + step + 1 : high, wanted);
}

Py_ssize_t lower32(const uint32_t *items, Py_ssize_t low, Py_ssize_t high, uint32_t wanted) {
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (items[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static PyMethodDef functions[] = {
    {"term", kernel_term, METH_VARARGS,
     "term(readers, stems, name, given, fields) -> (papers, (Streams, ...)): a term in all segments; or (segment, group, "
     "number) of a word that must be admitted first"},
    {"first", kernel_first, METH_VARARGS,
     "first(segments, parameters, optional, every, top) -> (total, ((segment, docs, scores), ...)): what matches, and "
     "papers among which the first are; bytes of uint16 and float64"},
    {"exact", kernel_exact, METH_VARARGS,
     "exact(terms, lengths, parameters, docs, scores): add each term's share to the scores of documents"},
    {"snippet", kernel_snippet, METH_VARARGS,
     "snippet(text, width, known, resolve, tokens, firsts, beginnings, near) -> the passage as HTML, None where Python must find "
     "it: `known` has the number that a word counts for (0: none), else `resolve` gives it; `tokens` takes odd runs apart; "
     "`firsts` are the characters (a byte for each of 128) with which words may begin that are asked for, `beginnings` the "
     "first three letters of those words, y as i; None: any; `near` the signatures of words from which others may be some "
     "edits away"},
    {"proximity", kernel_proximity, METH_VARARGS,
     "proximity(words, norms, hits, adjacent, distance, title, k1) -> ([(left, right, gained), ...], gained, titled): how "
     "the words of a query, (positions, weight, position, content) each, lie in some hits; bytes of float64, and of a mask "
     "(words x hits)"},
    {"mark", kernel_mark, METH_VARARGS, "mark(mask, docs): set a mask of bytes to 1 at each document"},
    {"within", kernel_within, METH_VARARGS,
     "within(mask, column, low, high): set a mask to 1 where a column's value is low to high, ends included"},
    {"newest", kernel_newest, METH_VARARGS,
     "newest(rows, top) -> (docs, ...): the newest papers of the masks of some segments, (mask, years, ranks) each; bytes "
     "of uint16 in no order, among which the first are"},
    {"listed", kernel_listed, METH_O, "listed(mask) -> docs: the papers of a mask, rising, bytes of uint16"},
    {"tally", kernel_tally, METH_VARARGS,
     "tally(docs, values, counts, starts=): count the values that papers have"},
    {"largest", kernel_largest, METH_VARARGS,
     "largest(counts, top) -> [number, ...]: of the largest counts, rising, and of all that equal the last of them"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", "Inner loops of searches in C; see kernel.py.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void) {
    PyObject *errors = PyImport_ImportModule("indexer.index.errors");
    if (errors == NULL)
        return NULL;
    bad_index = PyObject_GetAttrString(errors, "BadIndexError");
    Py_DECREF(errors);
    if (bad_index == NULL || PyType_Ready(&GroupType) < 0 || PyType_Ready(&StringsType) < 0 ||
        PyType_Ready(&StreamsType) < 0 || PyType_Ready(&ReaderType) < 0 || PyType_Ready(&WordsType) < 0 ||
        PyType_Ready(&NumbersType) < 0 || PyType_Ready(&SignaturesType) < 0)
        return NULL;
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL)
        return NULL;
    if (PyModule_AddObjectRef(module, "Group", (PyObject *)&GroupType) < 0 ||
        PyModule_AddObjectRef(module, "Strings", (PyObject *)&StringsType) < 0 ||
        PyModule_AddObjectRef(module, "Streams", (PyObject *)&StreamsType) < 0 ||
        PyModule_AddObjectRef(module, "Reader", (PyObject *)&ReaderType) < 0 ||
        PyModule_AddObjectRef(module, "Words", (PyObject *)&WordsType) < 0 ||
        PyModule_AddObjectRef(module, "Numbers", (PyObject *)&NumbersType) < 0 ||
        PyModule_AddObjectRef(module, "Signatures", (PyObject *)&SignaturesType) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
