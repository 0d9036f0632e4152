/* Facets: how many papers have each value of a column, and which counts are the largest. */
#include "kernel.h"

/* Papers to count, and the counts of the values they have. */
typedef struct {
    const uint16_t *docs;
    Py_ssize_t papers;
    const uint32_t *starts; /* where several values a paper begin */
    Py_ssize_t column, n;
    uint32_t *counts;
} Rows;

/* A loop for each width of a column: the width decided inside would double their time. */
#define TALLY(NAME, VALUE)                                                                                             \
    static int NAME(const Rows *rows, const VALUE *values) {                                                           \
        for (Py_ssize_t at = 0; at < rows->papers; at++) {                                                             \
            if (rows->docs[at] >= rows->column || (Py_ssize_t)values[rows->docs[at]] >= rows->n)                       \
                return -1;                                                                                             \
            rows->counts[values[rows->docs[at]]]++;                                                                    \
        }                                                                                                              \
        return 0;                                                                                                      \
    }
TALLY(tally8, uint8_t)
TALLY(tally16, uint16_t)
TALLY(tally32, uint32_t)

/* The same where a paper has several values. */
static int tally_several(const Rows *rows, Py_ssize_t papers, const uint32_t *values) {
    for (Py_ssize_t at = 0; at < rows->papers; at++) {
        Py_ssize_t doc = rows->docs[at];
        if (doc >= papers || rows->starts[doc + 1] > rows->column)
            return -1;
        for (Py_ssize_t row = rows->starts[doc]; row < rows->starts[doc + 1]; row++) {
            if ((Py_ssize_t)values[row] >= rows->n)
                return -1;
            rows->counts[values[row]]++;
        }
    }
    return 0;
}

/* Without `starts` every paper has one value; with it those from starts[doc] to starts[doc + 1]. */
PyObject *kernel_tally(PyObject *module, PyObject *args) {
    PyObject *objects[4], *result = NULL;
    Array all[4] = {{.view = {.obj = NULL}}};
    Array *docs = &all[0], *values = &all[1], *counts = &all[2], *starts = &all[3];
    static const Py_ssize_t widths[4] = {2, 0, 4, 4};
    (void)module;
    objects[3] = Py_None;
    if (!PyArg_ParseTuple(args, "OOO|O", &objects[0], &objects[1], &objects[2], &objects[3]))
        return NULL;
    int several = objects[3] != Py_None, fault = -1;
    for (int at = 0; at < (several ? 4 : 3); at++)
        if (take(objects[at], &all[at], widths[at], at == 2) < 0)
            goto done;
    Rows rows = {docs->view.buf, docs->n, starts->view.buf, values->n, counts->n, counts->view.buf};
    const void *column = values->view.buf;
    Py_ssize_t width = values->view.itemsize;
    LET_GO(docs->n)
    if (several)
        fault = width == 4 ? tally_several(&rows, starts->n - 1, column) : -1;
    else
        fault = width == 1   ? tally8(&rows, column)
                : width == 2 ? tally16(&rows, column)
                : width == 4 ? tally32(&rows, column)
                             : -1;
    TAKE_BACK
    result = fault ? damaged("a column does not fit its segment") : Py_NewRef(Py_None);
done:
    for (int at = 0; at < 4; at++)
        give_back(&all[at]);
    return result;
}

#define TOP 64
#define BLOCK 256

WIDER static uint32_t largest_of(const uint32_t *counts, Py_ssize_t n) {
    uint32_t most = 0;
    for (Py_ssize_t at = 0; at < n; at++)
        most = counts[at] > most ? counts[at] : most;
    return most;
}

/* Insert a count into the best so far, which fall; gives how many are held. */
static Py_ssize_t insert(uint32_t *best, Py_ssize_t held, Py_ssize_t top, uint32_t count) {
    Py_ssize_t slot = held < top ? held : top - 1;
    for (; slot && best[slot - 1] < count; slot--)
        best[slot] = best[slot - 1];
    best[slot] = count;
    return held < top ? held + 1 : top;
}

static int append_number(PyObject *list, Py_ssize_t number) {
    PyObject *item = PyLong_FromSsize_t(number);
    int fault = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return fault;
}

/* The numbers of at least the `top` largest counts, rising, with all that equal the last of them; never of a 0. */
PyObject *kernel_largest(PyObject *module, PyObject *args) {
    PyObject *counts_object, *result = NULL;
    Array counts;
    Py_ssize_t top, held = 0;
    uint32_t best[TOP], floor = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "On", &counts_object, &top))
        return NULL;
    if (top < 1 || top > TOP) {
        PyErr_Format(PyExc_ValueError, "the first 1 to %d are to be had, not %zd", TOP, top);
        return NULL;
    }
    if (take(counts_object, &counts, 4, 0) < 0)
        return NULL;
    const uint32_t *all = counts.view.buf;
    /* Of 70,000 counts few are above the best ten so far: blocks are passed over by their largest. */
    for (Py_ssize_t block = 0; block < counts.n; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < counts.n ? block + BLOCK : counts.n;
        for (Py_ssize_t at = largest_of(all + block, past - block) > floor ? block : past; at < past; at++)
            if (all[at] > floor) {
                held = insert(best, held, top, all[at]);
                floor = held == top ? best[top - 1] : 0;
            }
    }
    floor = floor ? floor : 1;
    result = PyList_New(0);
    for (Py_ssize_t block = 0; result != NULL && block < counts.n; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < counts.n ? block + BLOCK : counts.n;
        for (Py_ssize_t at = largest_of(all + block, past - block) >= floor ? block : past; at < past; at++)
            if (all[at] >= floor && append_number(result, at) < 0) {
                Py_CLEAR(result);
                break;
            }
    }
    give_back(&counts);
    return result;
}
