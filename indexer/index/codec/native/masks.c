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

/* Papers to count, what they have, and the counts. */
typedef struct {
    const uint16_t *docs;
    Py_ssize_t papers;
    const uint32_t *starts; /* where several values a paper begin */
    const uint8_t *again;
    Py_ssize_t values, names, n;
    uint32_t *counts;
} Rows;

/* A loop for each width of a column: the width decided inside would double their time. */
#define TALLY(NAME, VALUE)                                                                                             \
    static int NAME(const Rows *rows, const VALUE *values) {                                                           \
        for (Py_ssize_t at = 0; at < rows->papers; at++) {                                                             \
            VALUE value = values[rows->docs[at]];                                                                      \
            if ((Py_ssize_t)value >= rows->n)                                                                          \
                return -1;                                                                                             \
            rows->counts[value]++;                                                                                     \
        }                                                                                                              \
        return 0;                                                                                                      \
    }
TALLY(tally8, uint8_t)
TALLY(tally16, uint16_t)
TALLY(tally32, uint32_t)

/* The same where a paper has several values, each with a name: what is counted. */
#define TALLY_ROWS(NAME, VALUE, TARGET)                                                                                \
    static int NAME(const Rows *rows, const VALUE *values, const TARGET *names) {                                      \
        for (Py_ssize_t place = 0; place < rows->papers; place++) {                                                    \
            Py_ssize_t doc = rows->docs[place], past = rows->starts[doc + 1];                                          \
            if (past > rows->values)                                                                                   \
                return -1;                                                                                             \
            for (Py_ssize_t at = rows->starts[doc]; at < past; at++) {                                                 \
                if ((Py_ssize_t)values[at] >= rows->names || (Py_ssize_t)names[values[at]] >= rows->n)                 \
                    return -1;                                                                                         \
                rows->counts[names[values[at]]] += !rows->again[at];                                                   \
            }                                                                                                          \
        }                                                                                                              \
        return 0;                                                                                                      \
    }
TALLY_ROWS(rows8, uint8_t, uint8_t)
TALLY_ROWS(rows16, uint16_t, uint16_t)
TALLY_ROWS(rows16_8, uint16_t, uint8_t)
TALLY_ROWS(rows32, uint32_t, uint32_t)
TALLY_ROWS(rows32_16, uint32_t, uint16_t)

static int tally_rows(const Rows *rows, const Array *values, const Array *names) {
    const void *from = values->view.buf, *to = names->view.buf;
    switch (values->view.itemsize * 8 + names->view.itemsize) {
    case 9:
        return rows8(rows, from, to);
    case 17:
        return rows16_8(rows, from, to);
    case 18:
        return rows16(rows, from, to);
    case 34:
        return rows32_16(rows, from, to);
    case 36:
        return rows32(rows, from, to);
    default:
        return -1; /* there are never more clusters than rows */
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
    int several = objects[3] != Py_None, fault = -1;
    for (int at = 0; at < (several ? 6 : 3); at++)
        if (take(objects[at], &all[at], widths[at], at == 2) < 0)
            goto done;
    static uint16_t docs[MAX_DOCS + 1];
    if (mask->n > MAX_DOCS) {
        damaged("a segment holds more papers than it may");
        goto done;
    }
    Rows rows = {docs, listed(mask->view.buf, mask->n, docs), starts->view.buf, again->view.buf,
                 values->n, names->n, counts->n, counts->view.buf};
    const void *column = values->view.buf;
    if (several && starts->n == mask->n + 1 && again->n == values->n) {
        fault = tally_rows(&rows, values, names);
    } else if (!several && values->n == mask->n) {
        Py_ssize_t width = values->view.itemsize;
        fault = width == 1   ? tally8(&rows, column)
                : width == 2 ? tally16(&rows, column)
                : width == 4 ? tally32(&rows, column)
                             : -1;
    }
    result = fault ? damaged("a column does not fit its segment") : Py_NewRef(Py_None);
done:
    for (int at = 0; at < 6; at++)
        give_back(&all[at]);
    return result;
}
