/* The kernel: what searches do most, in C. Each function has a twin in Python that gives the same.

Nothing here trusts a file: whatever is read of one is checked against the arrays it points into, and what does not
fit is a BadIndexError. What a call writes to is its own, from its arena to the cursors of its words, so that the
interpreter's lock is let go while much is looked at: threads search beside each other. */
#ifndef QUIVER_KERNEL_H
#define QUIVER_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>

#define MAX_DOCS 65536 /* a document number is 16 bits wide */
#define MAX_FIELDS 8
#define ESCAPE 255     /* a code that stands for an exception, as in groups.py */
#define WIDE 65535     /* the same of positions of 16 bits */
#define WIDE_BY_9 511  /* and of 9 */
#define SKIP 7         /* log2 of postings between two entries of the table of occurrences */

extern PyObject *bad_index;

/* A borrowed array: `n` items of a known width. */
typedef struct {
    Py_buffer view;
    Py_ssize_t n;
} Array;

#define DOUBLES (-8)

/* Take an array of whole numbers `width` bytes wide (0: of any width), or of DOUBLES. Gives 0, or -1 with an exception
   set. */
int take(PyObject *object, Array *array, Py_ssize_t width, int writable);
void give_back(Array *array);
PyObject *damaged(const char *what);

/* An array of a file of which each part is checked before it is read: `check(low, high)` does so for items of it. */
typedef struct {
    Array array;
    PyObject *check;       /* NULL: all may be read */
    Array unread;          /* for each page of the file 1 where it was not checked */
    Py_ssize_t base, page; /* at which byte of the pages the array begins, and the size of a page */
} Column;

/* Take an array, or (array, check, unread, base, page) of one in a file. As `take`. */
int take_column(PyObject *object, Column *column, Py_ssize_t width);
void give_column(Column *column);
/* `column_ready` where a flag is set: asks Python. */
int check_column(const Column *column, Py_ssize_t first, Py_ssize_t past);

/* Make sure that items first..past, which the array has, may be read; -1 with an exception set where they are damaged.
   With the interpreter's lock. */
static inline int column_ready(const Column *column, Py_ssize_t first, Py_ssize_t past) {
    if (column->check == NULL || first >= past)
        return 0;
    Py_ssize_t size = column->array.view.itemsize;
    Py_ssize_t page = (column->base + first * size) / column->page, last = (column->base + past * size - 1) / column->page;
    const uint8_t *unread = column->unread.view.buf;
    for (; page <= last; page++)
        if (unread[page])
            return check_column(column, first, past);
    return 0;
}

/* First index in low..high of a rising column of uint32 that is not below `wanted`; -1 with an exception set. */
Py_ssize_t lower_in(const Column *column, Py_ssize_t low, Py_ssize_t high, uint32_t wanted);

/* Numbers of words, rising: those of a block among the `among` of its segment. */
typedef struct {
    PyObject_HEAD
    Column column;
    Py_ssize_t among;
} Numbers;

/* First index of a number that is not below `wanted`; -1 with an exception set. */
Py_ssize_t lower_number(const Numbers *numbers, uint32_t wanted);
/* Its index where it is `wanted`, -1 where that is not there, -2 with an exception set. */
Py_ssize_t find_number(const Numbers *numbers, uint32_t wanted);

/* Postings of a group of fields (groups.py). */
typedef struct {
    PyObject_HEAD
    Array docs, codes, combos, code_x, combo_x, pos, high, pos_x, pos_v, skip;
    int fields;             /* fields of the group */
    int first;              /* column of the first of them in the schema */
    uint32_t totals[256];   /* occurrences of a posting, by its code */
} Group;

/* A term in one table of postings of a segment: papers with a bound each, and where their frequencies stand. */
typedef struct {
    const uint16_t *docs;
    const uint8_t *bounds;
    const int32_t *counts; /* of streams without a group: (papers x fields) */
    Py_ssize_t n;
    Group *group;
    Py_ssize_t low, high;
    int columns;       /* the fields that count, a bit each */
    Array arrays[3];   /* those of the three above that are borrowed from Python */
} Stream;

/* All streams of a term in a segment. */
typedef struct {
    PyObject_HEAD
    Stream *items;
    Py_ssize_t n;
    PyObject *kept; /* what the streams point into */
} Streams;

/* What went wrong while the interpreter's lock was let go; raised after. */
typedef enum { FINE = 0, NO_MEMORY = -1, NOT_RISING = -2, NO_PAPER = -3, NO_POSITIONS = -4, NO_POSTINGS = -5, NO_FORMS = -6 } Fault;
void raise_fault(Fault fault);

/* Work without the interpreter's lock where there is much of it: another thread may keep it for five milliseconds, which
   a call of some microseconds should not wait for. `much` in postings or papers. */
#define MUCH 16384
#define LET_GO(much)                                                                                                   \
    {                                                                                                                  \
        PyThreadState *let_go = (much) >= MUCH ? PyEval_SaveThread() : NULL;
#define TAKE_BACK                                                                                                      \
    if (let_go != NULL)                                                                                                \
        PyEval_RestoreThread(let_go);                                                                                  \
    }

extern PyTypeObject GroupType, StringsType, StreamsType, ReaderType, WordsType, NumbersType, SignaturesType;

/* The number of a key in a table of strings, -1 if it is not there, -2 with an exception set. */
Py_ssize_t find_string(PyObject *table, PyObject *key);
Py_ssize_t strings_in(PyObject *table);

/* Streams with room for some, which keep an object alive; and one read of a row (docs, bounds, group, low, high, columns,
   counts) of Python. */
Streams *new_streams(Py_ssize_t room, PyObject *kept);
int read_stream(Stream *stream, PyObject *row, int fields);

/* How many papers stand in one of the streams; those of a mask alone where one was taken. */
Py_ssize_t united(const Streams *self, const Array *live);

/* Term frequencies of a posting, one a field of the group. */
const int32_t *frequencies(const Group *group, Py_ssize_t posting);

/* Whether the word of a posting stands in one of the fields whose bits `columns` has. */
int stands_in(const Group *group, Py_ssize_t posting, int columns);

/* First index in low..high of a rising array that is not below `wanted`. */
Py_ssize_t lower16(const uint16_t *items, Py_ssize_t low, Py_ssize_t high, uint16_t wanted);
Py_ssize_t gallop16(const uint16_t *items, Py_ssize_t low, Py_ssize_t high, uint16_t wanted);
Py_ssize_t lower32(const uint32_t *items, Py_ssize_t low, Py_ssize_t high, uint32_t wanted);

/* Words of a field in a document, of an array (fields x docs) of uint16 or uint32. */
static inline uint32_t length_of(const Array *lengths, Py_ssize_t docs, int column, Py_ssize_t doc) {
    Py_ssize_t at = column * docs + doc;
    return lengths->view.itemsize == 2 ? ((const uint16_t *)lengths->view.buf)[at]
                                       : ((const uint32_t *)lengths->view.buf)[at];
}

/* W / (k1 + W) of one document from its term frequencies, one a field of the schema: the same operations in the same
   order as bm25f.py and collection.py, so that the result is the same to the last bit. `parameters`: weights, b and
   average lengths of the fields, then k1. */
static inline double saturation(const int32_t *counts, const Array *lengths, const double *parameters,
                                Py_ssize_t papers, int fields, Py_ssize_t doc) {
    double total = 0.0;
    for (int field = 0; field < fields; field++)
        if (counts[field]) {
            double b = parameters[fields + field];
            double relative = (double)length_of(lengths, papers, field, doc) / parameters[2 * fields + field];
            total += (double)counts[field] * (parameters[field] / (1.0 - b + b * relative));
        }
    return total / (parameters[3 * fields] + total);
}

/* Set a mask at each of n papers; -1 with an exception set where one lies outside of it. */
int mark_papers(const Array *mask, const uint16_t *docs, Py_ssize_t n);

/* The papers of a mask, rising; gives how many. `docs` must have room for one more than there are. */
Py_ssize_t listed(const uint8_t *mask, Py_ssize_t papers, uint16_t *docs);

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
/* Loops over all of an array: the wider registers halve their time. */
#define WIDER __attribute__((target_clones("avx2", "default")))
#else
#define WIDER
#endif

PyObject *group_phrase(Group *self, PyObject *args);
PyObject *kernel_term(PyObject *module, PyObject *args);
PyObject *kernel_first(PyObject *module, PyObject *args);
PyObject *kernel_exact(PyObject *module, PyObject *args);
PyObject *kernel_mark(PyObject *module, PyObject *args);
PyObject *kernel_snippet(PyObject *module, PyObject *args);
PyObject *kernel_proximity(PyObject *module, PyObject *args);
PyObject *kernel_within(PyObject *module, PyObject *args);
PyObject *kernel_newest(PyObject *module, PyObject *args);
PyObject *kernel_listed(PyObject *module, PyObject *mask);
PyObject *kernel_largest(PyObject *module, PyObject *args);
PyObject *kernel_tally(PyObject *module, PyObject *args);

#endif
