/* Masks over the papers of a segment: set them, and count what the papers in them have. */
#include "kernel.h"

PyObject *kernel_mark(PyObject *module, PyObject *args) {
    PyObject *mask_object, *docs_object;
    Array mask, docs;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO", &mask_object, &docs_object))
        return NULL;
    if (take(mask_object, &mask, 1, 1) < 0)
        return NULL;
    if (take(docs_object, &docs, 2, 0) < 0) {
        give_back(&mask);
        return NULL;
    }
    uint8_t *marks = mask.view.buf;
    const uint16_t *numbers = docs.view.buf;
    uint16_t largest = 0;
    for (Py_ssize_t at = 0; at < docs.n; at++)
        largest = numbers[at] > largest ? numbers[at] : largest;
    PyObject *result = NULL;
    if (docs.n && largest >= mask.n) {
        damaged("a posting names no paper");
    } else {
        for (Py_ssize_t at = 0; at < docs.n; at++)
            marks[numbers[at]] = 1;
        result = Py_NewRef(Py_None);
    }
    give_back(&mask);
    give_back(&docs);
    return result;
}

static inline uint32_t item(const Array *array, Py_ssize_t at) {
    switch (array->view.itemsize) {
    case 1:
        return ((const uint8_t *)array->view.buf)[at];
    case 2:
        return ((const uint16_t *)array->view.buf)[at];
    default:
        return ((const uint32_t *)array->view.buf)[at];
    }
}

/* Without `starts` every paper has one value; with it those from starts[doc] to starts[doc + 1], but where `again` is
   set, each looked up in `names`. */
PyObject *kernel_tally(PyObject *module, PyObject *args) {
    PyObject *objects[6], *result = NULL;
    Array all[6] = {{.view = {.obj = NULL}}};
    Array *mask = &all[0], *values = &all[1], *counts = &all[2], *starts = &all[3], *names = &all[4], *again = &all[5];
    static const Py_ssize_t widths[6] = {1, 0, 4, 4, 0, 1};
    (void)module;
    objects[3] = objects[4] = objects[5] = Py_None;
    if (!PyArg_ParseTuple(args, "OOO|OOO", &objects[0], &objects[1], &objects[2], &objects[3], &objects[4], &objects[5]))
        return NULL;
    int several = objects[3] != Py_None;
    for (int at = 0; at < (several ? 6 : 3); at++)
        if (take(objects[at], &all[at], widths[at], at == 2) < 0)
            goto done;
    const uint8_t *matched = mask->view.buf;
    uint32_t *tally = counts->view.buf;
    if (several ? starts->n != mask->n + 1 || again->n != values->n : values->n != mask->n) {
        damaged("a column has another length than its segment");
        goto done;
    }
    const uint32_t *first = starts->view.buf;
    const uint8_t *repeated = again->view.buf;
    for (Py_ssize_t doc = 0; doc < mask->n; doc++) {
        if (!matched[doc])
            continue;
        Py_ssize_t at = several ? first[doc] : doc, past = several ? first[doc + 1] : doc + 1;
        if (past > values->n) {
            damaged("values of a paper lie outside their column");
            goto done;
        }
        for (; at < past; at++) {
            if (several && repeated[at])
                continue;
            uint32_t value = item(values, at);
            if (several) {
                if (value >= names->n) {
                    damaged("a value has no name");
                    goto done;
                }
                value = item(names, value);
            }
            if (value >= counts->n) {
                damaged("a value is beyond its table");
                goto done;
            }
            tally[value]++;
        }
    }
    result = Py_NewRef(Py_None);
done:
    for (int at = 0; at < 6; at++)
        give_back(&all[at]);
    return result;
}
