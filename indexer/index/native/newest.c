/* The first of papers that all score the same: the newest, in all segments. */
#include "arena.h"

#define YEARS 3000
#define CHUNK 64 /* papers that are passed over by one comparison where none of them may be among the first */

/* How many papers of each year were met, from `cut` on: so many are newer that no older one is among the first. */
typedef struct {
    uint32_t counts[YEARS];
    int cut, newest;
    uint64_t top;
} Years;

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

/* Whether one of CHUNK papers of a mask is of a year from `cut` on. */
WIDER static int any_since(const uint8_t *mask, const uint16_t *years, uint16_t cut) {
    uint16_t any = 0;
    for (int doc = 0; doc < CHUNK; doc++)
        any |= (uint16_t)((mask[doc] != 0) & (years[doc] >= cut));
    return any;
}

/* The papers of a mask of a year from `cut` on, rising; gives how many. */
static Py_ssize_t listed_since(const uint8_t *mask, const uint16_t *years, Py_ssize_t papers, uint16_t cut,
                               uint16_t *docs) {
    Py_ssize_t n = 0;
    for (Py_ssize_t from = 0; from < papers; from += CHUNK) {
        Py_ssize_t past = from + CHUNK < papers ? from + CHUNK : papers;
        if (past - from == CHUNK && !any_since(mask + from, years + from, cut))
            continue;
        for (Py_ssize_t doc = from; doc < past; doc++) {
            docs[n] = (uint16_t)doc;
            n += (mask[doc] != 0) & (years[doc] >= cut);
        }
    }
    return n;
}

/* Count papers by year and move the cut; 0 where a year cannot be. */
static int count_years(Years *all, const uint16_t *docs, Py_ssize_t n, const uint16_t *years) {
    for (Py_ssize_t at = 0; at < n; at++) {
        uint16_t year = years[docs[at]];
        if (year >= YEARS)
            return 0;
        all->counts[year]++;
        all->newest = year > all->newest ? year : all->newest;
    }
    uint64_t held = 0;
    for (int year = all->newest; year > all->cut; year--) {
        held += all->counts[year];
        if (held >= all->top)
            all->cut = year;
    }
    return 1;
}

/* Of the papers of a mask the first as far as is known, bytes of uint16 in no order; NULL with an exception set. */
static PyObject *first_of(PyObject *row, Years *all) {
    PyObject *objects[3], *result = NULL;
    Array mask = {.view = {.obj = NULL}}, years = mask, ranks = mask;
    if (!PyArg_ParseTuple(row, "OOO", &objects[0], &objects[1], &objects[2]))
        return NULL;
    if (take(objects[0], &mask, 1, 0) < 0 || take(objects[1], &years, 2, 0) < 0 || take(objects[2], &ranks, 2, 0) < 0)
        goto done;
    if (mask.n > MAX_DOCS || years.n != mask.n || ranks.n != mask.n) {
        damaged("a column does not fit its segment");
        goto done;
    }
    Arena *arena = take_arena();
    if (arena == NULL)
        goto done;
    const uint16_t *of = years.view.buf;
    uint16_t *docs = arena->candidates, *chosen = arena->more;
    Py_ssize_t n = listed_since(mask.view.buf, of, mask.n, (uint16_t)all->cut, docs), kept = 0;
    if (!count_years(all, docs, n, of)) {
        damaged("a paper has a year that cannot be");
        give_arena(arena);
        goto done;
    }
    /* All papers of the years after the cut are among the first, of that year some. */
    for (Py_ssize_t at = 0; at < n; at++) {
        chosen[kept] = docs[at];
        kept += of[docs[at]] > all->cut;
    }
    Py_ssize_t wanted = all->top < (uint64_t)mask.n ? (Py_ssize_t)all->top : mask.n;
    if (kept < wanted)
        kept += of_year(docs, n, of, (uint16_t)all->cut, ranks.view.buf, wanted - kept, arena->ranks, chosen + kept);
    result = PyBytes_FromStringAndSize((const char *)chosen, kept * 2);
    give_arena(arena);
done:
    give_back(&mask);
    give_back(&years);
    give_back(&ranks);
    return result;
}

/* The `top` newest of the papers of some masks, by rank within a year and a segment, and some more. Year 0, none, is the
   oldest. */
PyObject *kernel_newest(PyObject *module, PyObject *args) {
    PyObject *rows;
    Py_ssize_t top;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!n", &PyList_Type, &rows, &top))
        return NULL;
    Years *all = PyMem_Calloc(1, sizeof *all);
    if (all == NULL)
        return PyErr_NoMemory();
    all->top = top > 0 ? (uint64_t)top : 0;
    Py_ssize_t segments = PyList_GET_SIZE(rows);
    PyObject *found = PyTuple_New(segments);
    for (Py_ssize_t at = 0; found != NULL && at < segments; at++) {
        PyObject *docs = all->top ? first_of(PyList_GET_ITEM(rows, at), all) : PyBytes_FromStringAndSize(NULL, 0);
        if (docs == NULL)
            Py_CLEAR(found);
        else
            PyTuple_SET_ITEM(found, at, docs);
    }
    PyMem_Free(all);
    return found;
}
