/* Tables of byte strings (strings.py): one string by number; in ordered tables numbers by string. */
#include "kernel.h"
#include <string.h>

typedef struct {
    PyObject_HEAD
    Array blob, at, heads;
    Py_ssize_t n;
    int ordered;
    PyObject *check;      /* check(low, high): bytes of the blob that are in a file may be read; NULL: they may all */
    Array unread;         /* for each page of that file 1 where it was not checked */
    Py_ssize_t base, page; /* at which byte of the pages the blob begins, and the size of a page */
} Strings;

/* Make sure that some bytes of the blob were checked; -1 with an exception set where they are damaged. */
static int ready(const Strings *self, Py_ssize_t first, Py_ssize_t past) {
    if (self->check == NULL || first >= past)
        return 0;
    Py_ssize_t page = (self->base + first) / self->page, last = (self->base + past - 1) / self->page;
    if (memchr((const uint8_t *)self->unread.view.buf + page, 1, (size_t)(last - page + 1)) == NULL)
        return 0;
    PyObject *done = PyObject_CallFunction(self->check, "nn", first, past);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

/* Where a string stands, which may then be read; -1 with an exception set. */
static int span(const Strings *self, Py_ssize_t number, Py_ssize_t *start, Py_ssize_t *length) {
    uint64_t first, past;
    if (self->at.view.itemsize == 4) {
        first = ((const uint32_t *)self->at.view.buf)[number];
        past = ((const uint32_t *)self->at.view.buf)[number + 1];
    } else {
        first = ((const uint64_t *)self->at.view.buf)[number];
        past = ((const uint64_t *)self->at.view.buf)[number + 1];
    }
    if (past < first || past > (uint64_t)self->blob.n) {
        damaged("a string lies outside its table");
        return -1;
    }
    *start = (Py_ssize_t)first;
    *length = (Py_ssize_t)(past - first);
    return ready(self, *start, (Py_ssize_t)past);
}

static int strings_init(Strings *self, PyObject *args, PyObject *keywords) {
    PyObject *blob, *at, *heads, *unread = Py_None, *check, *flags;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OOO|O", &blob, &at, &heads, &unread))
        return -1;
    self->ordered = heads != Py_None;
    if (take(blob, &self->blob, 1, 0) < 0 || take(at, &self->at, 0, 0) < 0 ||
        (self->ordered && take(heads, &self->heads, 8, 0) < 0))
        return -1;
    self->n = self->at.n - 1;
    if ((self->at.view.itemsize != 4 && self->at.view.itemsize != 8) || self->n < 0 ||
        (self->ordered && self->heads.n != self->n)) {
        damaged("a table of strings has arrays of unequal lengths");
        return -1;
    }
    if (unread == Py_None)
        return 0;
    if (!PyArg_ParseTuple(unread, "OOnn", &check, &flags, &self->base, &self->page) || take(flags, &self->unread, 1, 0) < 0)
        return -1;
    if (self->base < 0 || self->page < 1 || self->blob.n > self->unread.n * self->page - self->base) {
        PyErr_SetString(PyExc_ValueError, "a flag for each page of a table of strings is wanted");
        return -1;
    }
    self->check = Py_NewRef(check);
    return 0;
}

static void strings_dealloc(Strings *self) {
    give_back(&self->blob);
    give_back(&self->at);
    give_back(&self->heads);
    give_back(&self->unread);
    Py_XDECREF(self->check);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static Py_ssize_t strings_length(Strings *self) { return self->n; }

static PyObject *strings_item(Strings *self, Py_ssize_t number) {
    Py_ssize_t start, length;
    if (number < 0 || number >= self->n) {
        PyErr_SetString(PyExc_IndexError, "no string of that number");
        return NULL;
    }
    if (span(self, number, &start, &length) < 0)
        return NULL;
    return PyBytes_FromStringAndSize((const char *)self->blob.view.buf + start, length);
}

static uint64_t head_of(const uint8_t *key, Py_ssize_t length) {
    uint64_t head = 0;
    for (int at = 0; at < 8; at++)
        head = head << 8 | (at < length ? key[at] : 0);
    return head;
}

/* First string that is not below a key; -1 with an exception set where the table is damaged. */
static Py_ssize_t lower(const Strings *self, const uint8_t *key, Py_ssize_t length) {
    const uint64_t *heads = self->heads.view.buf;
    uint64_t head = head_of(key, length);
    Py_ssize_t low = 0, high = self->n, start, size;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        int below = heads[middle] < head;
        if (heads[middle] == head) {
            if (span(self, middle, &start, &size) < 0)
                return -1;
            Py_ssize_t shared = size < length ? size : length;
            int order = memcmp((const uint8_t *)self->blob.view.buf + start, key, (size_t)shared);
            below = order < 0 || (order == 0 && size < length);
        }
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int key_of(Strings *self, PyObject *object, const uint8_t **key, Py_ssize_t *length) {
    if (!self->ordered || !PyBytes_Check(object)) {
        PyErr_SetString(PyExc_TypeError, self->ordered ? "a key is bytes" : "this table is not ordered");
        return -1;
    }
    *key = (const uint8_t *)PyBytes_AS_STRING(object);
    *length = PyBytes_GET_SIZE(object);
    return 0;
}

Py_ssize_t find_string(PyObject *table, PyObject *object) {
    Strings *self = (Strings *)table;
    const uint8_t *key;
    Py_ssize_t length, start, size;
    if (key_of(self, object, &key, &length) < 0)
        return -2;
    Py_ssize_t number = lower(self, key, length);
    if (number < 0)
        return -2;
    if (number == self->n)
        return -1;
    if (span(self, number, &start, &size) < 0)
        return -2;
    int found = size == length && memcmp((const uint8_t *)self->blob.view.buf + start, key, (size_t)size) == 0;
    return found ? number : -1;
}

Py_ssize_t strings_in(PyObject *table) { return ((Strings *)table)->n; }

static PyObject *strings_find(Strings *self, PyObject *object) {
    Py_ssize_t number = find_string((PyObject *)self, object);
    return number < -1 ? NULL : PyLong_FromSsize_t(number);
}

static PyObject *strings_lower(Strings *self, PyObject *object) {
    const uint8_t *key;
    Py_ssize_t length;
    if (key_of(self, object, &key, &length) < 0)
        return NULL;
    Py_ssize_t number = lower(self, key, length);
    return number < 0 ? NULL : PyLong_FromSsize_t(number);
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)strings_find, METH_O, "find(key): the number of a key, -1 if it is not there"},
    {"lower", (PyCFunction)strings_lower, METH_O, "lower(key): number of the first string not below a key"},
    {NULL, NULL, 0, NULL},
};

static PySequenceMethods sequence = {
    .sq_length = (lenfunc)strings_length,
    .sq_item = (ssizeargfunc)strings_item,
};

PyTypeObject StringsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Strings",
    .tp_basicsize = sizeof(Strings),
    .tp_doc = "Strings(blob, at, heads, unread=None): a table of byte strings; heads None where it is not ordered; "
              "unread (check, flags, base, page) where parts of the blob must be checked before they are read",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)strings_init,
    .tp_dealloc = (destructor)strings_dealloc,
    .tp_as_sequence = &sequence,
    .tp_methods = methods,
};
