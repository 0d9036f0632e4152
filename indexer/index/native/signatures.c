/* Which strings of a table may be some edits from a word: by the letters that each has, and that it has oddly often
   (signatures.py). */
#include "kernel.h"
#include <stdlib.h>
#include <string.h>

#define LONGEST 16384 /* bytes from which on all strings count as of one length */
#define CLASSES (LONGEST + 2)
#define BEYOND 31 /* the bit of all characters beyond ASCII: of strings that have one the length says nothing */

/* A string: a bit a letter. */
typedef struct {
    uint32_t has, odd;
} Signature;

/* Strings in the order of their classes: 0 those beyond ASCII, then by length. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t n;
    Signature *signatures;
    uint32_t *numbers;
    Py_ssize_t ends[CLASSES + 1]; /* first of each class, and the end of the last */
} Signatures;

static Signature sign(const uint8_t *bytes, Py_ssize_t n) {
    Signature found = {0, 0};
    for (Py_ssize_t at = 0; at < n; at++) {
        uint8_t byte = bytes[at];
        uint32_t bit = (uint32_t)1 << (byte >= 'a' && byte <= 'z' ? byte - 'a' : byte < 128 ? 26 + byte % 5 : BEYOND);
        found.has |= bit;
        found.odd ^= bit;
    }
    return found;
}

static uint64_t offset_at(const Array *at, Py_ssize_t number) {
    return at->view.itemsize == 4 ? ((const uint32_t *)at->view.buf)[number] : ((const uint64_t *)at->view.buf)[number];
}

/* Sign all strings and bring them into order; 0 where one lies outside its table. */
static int sort_strings(Signatures *self, const Array *blob, const Array *at, Signature *signs, uint16_t *classes) {
    const uint8_t *bytes = blob->view.buf;
    for (Py_ssize_t number = 0; number < self->n; number++) {
        uint64_t first = offset_at(at, number), past = offset_at(at, number + 1);
        if (first > past || past > (uint64_t)blob->n)
            return 0;
        Py_ssize_t length = (Py_ssize_t)(past - first);
        signs[number] = sign(bytes + first, length);
        classes[number] = signs[number].has >> BEYOND ? 0 : (uint16_t)((length < LONGEST ? length : LONGEST) + 1);
        self->ends[classes[number] + 1]++;
    }
    for (int of = 0; of < CLASSES; of++)
        self->ends[of + 1] += self->ends[of];
    for (Py_ssize_t number = 0; number < self->n; number++) {
        Py_ssize_t place = self->ends[classes[number]]++;
        self->signatures[place] = signs[number];
        self->numbers[place] = (uint32_t)number;
    }
    /* Each class was moved to its end, where the next one begins. */
    memmove(self->ends + 1, self->ends, CLASSES * sizeof *self->ends);
    self->ends[0] = 0;
    return 1;
}

static int signatures_init(Signatures *self, PyObject *args, PyObject *keywords) {
    PyObject *objects[2];
    Array blob = {.view = {.obj = NULL}}, at = blob;
    Signature *signs = NULL;
    uint16_t *classes = NULL;
    int whole = 0, done = -1;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OO", &objects[0], &objects[1]) || self->signatures != NULL)
        return -1;
    if (take(objects[0], &blob, 1, 0) < 0 || take(objects[1], &at, 0, 0) < 0)
        goto done;
    if (at.n < 1 || at.n > UINT32_MAX || (at.view.itemsize != 4 && at.view.itemsize != 8)) {
        PyErr_SetString(PyExc_ValueError, "where each string begins, and where the last one ends, is wanted");
        goto done;
    }
    self->n = at.n - 1;
    self->signatures = PyMem_Malloc((size_t)(self->n + 1) * sizeof *self->signatures);
    self->numbers = PyMem_Malloc((size_t)(self->n + 1) * sizeof *self->numbers);
    signs = PyMem_Malloc((size_t)(self->n + 1) * sizeof *signs);
    classes = PyMem_Malloc((size_t)(self->n + 1) * sizeof *classes);
    if (self->signatures == NULL || self->numbers == NULL || signs == NULL || classes == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    LET_GO(blob.n)
    whole = sort_strings(self, &blob, &at, signs, classes);
    TAKE_BACK
    if (!whole)
        damaged("a string lies outside its table");
    else
        done = 0;
done:
    PyMem_Free(signs);
    PyMem_Free(classes);
    give_back(&blob);
    give_back(&at);
    return done;
}

static void signatures_dealloc(Signatures *self) {
    PyMem_Free(self->signatures);
    PyMem_Free(self->numbers);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Numbers of the strings low..high whose signatures differ in `most` bits each at most; gives how many. */
WIDER static Py_ssize_t near_in(const Signature *signatures, const uint32_t *numbers, Py_ssize_t low, Py_ssize_t high,
                                Signature wanted, int most, uint32_t *found) {
    Py_ssize_t n = 0;
    for (Py_ssize_t at = low; at < high; at++) {
        found[n] = numbers[at];
        n += (__builtin_popcount(signatures[at].has ^ wanted.has) <= most) &
             (__builtin_popcount(signatures[at].odd ^ wanted.odd) <= most);
    }
    return n;
}

static int by_number(const void *one, const void *other) {
    uint32_t left = *(const uint32_t *)one, right = *(const uint32_t *)other;
    return (left > right) - (left < right);
}

static PyObject *signatures_alike(Signatures *self, PyObject *args) {
    const char *key;
    Py_ssize_t length, edits, letters = 0, room = 1, n;
    if (!PyArg_ParseTuple(args, "y#n", &key, &length, &edits))
        return NULL;
    edits = edits < 0 ? 0 : edits < LONGEST ? edits : LONGEST;
    for (Py_ssize_t at = 0; at < length; at++)
        letters += ((uint8_t)key[at] & 0xC0) != 0x80;
    letters = letters < LONGEST ? letters : LONGEST;
    Signature wanted = sign((const uint8_t *)key, length);
    Py_ssize_t shortest = letters > edits ? letters - edits : 0;
    Py_ssize_t longest = letters + edits < LONGEST ? letters + edits : LONGEST;
    room += self->ends[1] + self->ends[longest + 2] - self->ends[shortest + 1];
    uint32_t *found = PyMem_Malloc((size_t)room * sizeof *found);
    if (found == NULL)
        return PyErr_NoMemory();
    n = near_in(self->signatures, self->numbers, 0, self->ends[1], wanted, (int)(2 * edits), found);
    for (Py_ssize_t of = shortest; of <= longest; of++) {
        Py_ssize_t longer = of > letters ? of - letters : letters - of;
        n += near_in(self->signatures, self->numbers, self->ends[of + 1], self->ends[of + 2], wanted,
                     (int)(2 * edits - longer), found + n);
    }
    qsort(found, (size_t)n, sizeof *found, by_number);
    PyObject *result = PyBytes_FromStringAndSize((const char *)found, n * (Py_ssize_t)sizeof *found);
    PyMem_Free(found);
    return result;
}

static PyMethodDef methods[] = {
    {"alike", (PyCFunction)signatures_alike, METH_VARARGS,
     "alike(key, edits) -> numbers (bytes of uint32, rising) of the strings that may be so many edits from a key"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SignaturesType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Signatures",
    .tp_basicsize = sizeof(Signatures),
    .tp_doc = "Signatures(blob, at): what the strings of a table, all of which was checked, have of letters",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)signatures_init,
    .tp_dealloc = (destructor)signatures_dealloc,
    .tp_methods = methods,
};
