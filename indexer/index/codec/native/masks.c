/* Masks over the papers of a segment: set them, and count what the papers in them have. */
#include "kernel.h"
#include <string.h>

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

#define YEARS 3000

/* Sift the largest of n ranks down a heap whose top is replaced by a smaller one. */
static void replace_largest(uint16_t *ranks, uint16_t *docs, Py_ssize_t n, uint16_t rank, uint16_t doc) {
    Py_ssize_t at = 0;
    for (Py_ssize_t child = 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && ranks[child + 1] > ranks[child];
        if (ranks[child] <= rank)
            break;
        ranks[at] = ranks[child];
        docs[at] = docs[child];
        at = child;
    }
    ranks[at] = rank;
    docs[at] = doc;
}

/* Those of n papers of one year that come first by rank; gives how many. */
static Py_ssize_t of_year(const uint16_t *all, Py_ssize_t n, const uint16_t *years, uint16_t year, const uint16_t *ranks,
                          Py_ssize_t wanted, uint16_t *docs) {
    static uint16_t held[MAX_DOCS];
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t doc = all[at];
        if (years[doc] != year)
            continue;
        if (kept < wanted) {
            Py_ssize_t place = kept++;
            for (; place && held[(place - 1) / 2] < ranks[doc]; place = (place - 1) / 2) {
                held[place] = held[(place - 1) / 2];
                docs[place] = docs[(place - 1) / 2];
            }
            held[place] = ranks[doc];
            docs[place] = doc;
        } else if (kept && ranks[doc] < held[0]) {
            replace_largest(held, docs, kept, ranks[doc], doc);
        }
    }
    return kept;
}

/* Of the papers of a mask the `top` newest, by rank within a year, in no order. Year 0, none, is the oldest. */
PyObject *kernel_newest(PyObject *module, PyObject *args) {
    static uint16_t docs[MAX_DOCS + 1], chosen[MAX_DOCS + 1];
    PyObject *mask_object, *years_object, *ranks_object, *result = NULL;
    Array mask = {.view = {.obj = NULL}}, years = mask, ranks = mask;
    Py_ssize_t top, held = 0, kept = 0;
    uint32_t counts[YEARS] = {0};
    int year = YEARS;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOn", &mask_object, &years_object, &ranks_object, &top))
        return NULL;
    if (take(mask_object, &mask, 1, 0) < 0 || take(years_object, &years, 2, 0) < 0 || take(ranks_object, &ranks, 2, 0) < 0)
        goto done;
    if (mask.n > MAX_DOCS || years.n != mask.n || ranks.n != mask.n || top < 0) {
        damaged("a column does not fit its segment");
        goto done;
    }
    const uint16_t *of = years.view.buf;
    Py_ssize_t n = listed(mask.view.buf, mask.n, docs);
    for (Py_ssize_t at = 0; at < n; at++) {
        if (of[docs[at]] >= YEARS) {
            damaged("a paper has a year that cannot be");
            goto done;
        }
        counts[of[docs[at]]]++;
    }
    /* All papers of the years after `year` are among the first, of that year some. */
    while (year > 0 && held < top)
        held += counts[--year];
    for (Py_ssize_t at = 0; at < n; at++) {
        chosen[kept] = docs[at];
        kept += of[docs[at]] > year;
    }
    if (held > 0)
        kept += of_year(docs, n, of, (uint16_t)year, ranks.view.buf, top - kept, chosen + kept);
    result = PyBytes_FromStringAndSize((const char *)chosen, kept * 2);
done:
    give_back(&mask);
    give_back(&years);
    give_back(&ranks);
    return result;
}

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
    if (several)
        fault = width == 4 ? tally_several(&rows, starts->n - 1, column) : -1;
    else
        fault = width == 1   ? tally8(&rows, column)
                : width == 2 ? tally16(&rows, column)
                : width == 4 ? tally32(&rows, column)
                             : -1;
    result = fault ? damaged("a column does not fit its segment") : Py_NewRef(Py_None);
done:
    for (int at = 0; at < 4; at++)
        give_back(&all[at]);
    return result;
}

PyObject *kernel_listed(PyObject *module, PyObject *mask_object) {
    static uint16_t docs[MAX_DOCS + 1];
    Array mask;
    PyObject *result = NULL;
    (void)module;
    if (take(mask_object, &mask, 1, 0) < 0)
        return NULL;
    if (mask.n > MAX_DOCS)
        damaged("a segment holds more papers than it may");
    else
        result = PyBytes_FromStringAndSize((const char *)docs, 2 * listed(mask.view.buf, mask.n, docs));
    give_back(&mask);
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
    Py_ssize_t place = held < top ? held : top - 1;
    for (; place && best[place - 1] < count; place--)
        best[place] = best[place - 1];
    best[place] = count;
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
