/* The first of papers that all score the same. */
#include "arena.h"

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
                          Py_ssize_t wanted, uint16_t *held, uint16_t *docs) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t doc = all[at];
        if (years[doc] != year)
            continue;
        if (kept < wanted) {
            Py_ssize_t slot = kept++;
            for (; slot && held[(slot - 1) / 2] < ranks[doc]; slot = (slot - 1) / 2) {
                held[slot] = held[(slot - 1) / 2];
                docs[slot] = docs[(slot - 1) / 2];
            }
            held[slot] = ranks[doc];
            docs[slot] = doc;
        } else if (kept && ranks[doc] < held[0]) {
            replace_largest(held, docs, kept, ranks[doc], doc);
        }
    }
    return kept;
}

/* Of the papers of a mask the `top` newest, by rank within a year, in no order. Year 0, none, is the oldest. */
PyObject *kernel_newest(PyObject *module, PyObject *args) {
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
    Arena *arena = take_arena();
    if (arena == NULL)
        goto done;
    const uint16_t *of = years.view.buf;
    uint16_t *docs = arena->candidates, *chosen = arena->more;
    Py_ssize_t n = listed(mask.view.buf, mask.n, docs);
    for (Py_ssize_t at = 0; at < n; at++) {
        if (of[docs[at]] >= YEARS) {
            damaged("a paper has a year that cannot be");
            give_arena(arena);
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
        kept += of_year(docs, n, of, (uint16_t)year, ranks.view.buf, top - kept, arena->ranks, chosen + kept);
    result = PyBytes_FromStringAndSize((const char *)chosen, kept * 2);
    give_arena(arena);
done:
    give_back(&mask);
    give_back(&years);
    give_back(&ranks);
    return result;
}
