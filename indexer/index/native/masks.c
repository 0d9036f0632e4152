/* Masks over the papers of a segment: set, and listed. */
#include "arena.h"
#include <string.h>

int mark_papers(const Array *mask, const uint16_t *docs, Py_ssize_t n) {
    uint8_t *marks = mask->view.buf;
    uint16_t largest = 0;
    for (Py_ssize_t at = 0; at < n; at++)
        largest = docs[at] > largest ? docs[at] : largest;
    if (n && largest >= mask->n) {
        damaged("a posting names no paper");
        return -1;
    }
    for (Py_ssize_t at = 0; at < n; at++)
        marks[docs[at]] = 1;
    return 0;
}

PyObject *kernel_mark(PyObject *module, PyObject *args) {
    PyObject *mask_object, *docs_object, *result = NULL;
    Array mask = {.view = {.obj = NULL}}, docs = mask;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO", &mask_object, &docs_object))
        return NULL;
    if (take(mask_object, &mask, 1, 1) == 0 && take(docs_object, &docs, 2, 0) == 0 &&
        mark_papers(&mask, docs.view.buf, docs.n) == 0)
        result = Py_NewRef(Py_None);
    give_back(&mask);
    give_back(&docs);
    return result;
}

Py_ssize_t listed(const uint8_t *mask, Py_ssize_t papers, uint16_t *docs) {
    Py_ssize_t n = 0, doc = 0;
    for (; doc + 8 <= papers; doc += 8) {
        uint64_t eight;
        memcpy(&eight, mask + doc, 8);
        if (!eight)
            continue;
        /* Without a branch a paper: which of them match is nothing a processor can guess. */
        for (int next = 0; next < 8; next++) {
            docs[n] = (uint16_t)(doc + next);
            n += mask[doc + next] != 0;
        }
    }
    for (; doc < papers; doc++) {
        docs[n] = (uint16_t)doc;
        n += mask[doc] != 0;
    }
    return n;
}

/* A loop for each width of a column, each without a branch: 2 us for 40,000 papers. */
#define WITHIN(NAME, VALUE)                                                                                            \
    WIDER static void NAME(uint8_t *mask, const VALUE *values, Py_ssize_t papers, VALUE low, VALUE span) {             \
        for (Py_ssize_t doc = 0; doc < papers; doc++)                                                                  \
            mask[doc] |= (VALUE)(values[doc] - low) <= span;                                                           \
    }
WITHIN(within8, uint8_t)
WITHIN(within16, uint16_t)
WITHIN(within32, uint32_t)

PyObject *kernel_within(PyObject *module, PyObject *args) {
    PyObject *mask_object, *column_object, *result = NULL;
    Array mask = {.view = {.obj = NULL}}, column = mask;
    Py_ssize_t low, high;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOnn", &mask_object, &column_object, &low, &high))
        return NULL;
    if (take(mask_object, &mask, 1, 1) < 0 || take(column_object, &column, 0, 0) < 0)
        goto done;
    Py_ssize_t width = column.view.itemsize, most = width == 1 ? UINT8_MAX : width == 2 ? UINT16_MAX : UINT32_MAX;
    if (mask.n != column.n || (width != 1 && width != 2 && width != 4)) {
        damaged("a column does not fit its segment");
        goto done;
    }
    high = high < most ? high : most;
    if (low >= 0 && low <= high && width == 1)
        within8(mask.view.buf, column.view.buf, mask.n, (uint8_t)low, (uint8_t)(high - low));
    else if (low >= 0 && low <= high && width == 2)
        within16(mask.view.buf, column.view.buf, mask.n, (uint16_t)low, (uint16_t)(high - low));
    else if (low >= 0 && low <= high)
        within32(mask.view.buf, column.view.buf, mask.n, (uint32_t)low, (uint32_t)(high - low));
    result = Py_NewRef(Py_None);
done:
    give_back(&mask);
    give_back(&column);
    return result;
}

PyObject *kernel_listed(PyObject *module, PyObject *mask_object) {
    Array mask;
    PyObject *result = NULL;
    (void)module;
    if (take(mask_object, &mask, 1, 0) < 0)
        return NULL;
    Arena *arena = mask.n > MAX_DOCS ? NULL : take_arena();
    if (mask.n > MAX_DOCS)
        damaged("a segment holds more papers than it may");
    else if (arena != NULL)
        result = PyBytes_FromStringAndSize((const char *)arena->candidates,
                                           2 * listed(mask.view.buf, mask.n, arena->candidates));
    give_arena(arena);
    give_back(&mask);
    return result;
}
