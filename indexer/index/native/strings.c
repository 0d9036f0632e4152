/* Tables of byte strings (strings.py): one string by number; in ordered tables numbers by string. */
#include "kernel.h"
#include <string.h>

typedef struct {
    PyObject_HEAD
    Column blob, at, heads;
    Py_ssize_t n;
    int ordered;
} Strings;

/* Where a string stands, which may then be read; -1 with an exception set. */
static int span(const Strings *self, Py_ssize_t number, Py_ssize_t *start, Py_ssize_t *length) {
    uint64_t first, past;
    const Py_buffer *at = &self->at.array.view;
    if (column_ready(&self->at, number, number + 2) < 0)
        return -1;
    if (at->itemsize == 4) {
        first = ((const uint32_t *)at->buf)[number];
        past = ((const uint32_t *)at->buf)[number + 1];
    } else {
        first = ((const uint64_t *)at->buf)[number];
        past = ((const uint64_t *)at->buf)[number + 1];
    }
    if (past < first || past > (uint64_t)self->blob.array.n) {
        damaged("a string lies outside its table");
        return -1;
    }
    *start = (Py_ssize_t)first;
    *length = (Py_ssize_t)(past - first);
    return column_ready(&self->blob, *start, (Py_ssize_t)past);
}

static int strings_init(Strings *self, PyObject *args, PyObject *keywords) {
    PyObject *blob, *at, *heads;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OOO", &blob, &at, &heads))
        return -1;
    self->ordered = heads != Py_None;
    if (take_column(blob, &self->blob, 1) < 0 || take_column(at, &self->at, 0) < 0 ||
        (self->ordered && take_column(heads, &self->heads, 8) < 0))
        return -1;
    self->n = self->at.array.n - 1;
    if ((self->at.array.view.itemsize != 4 && self->at.array.view.itemsize != 8) || self->n < 0 ||
        (self->ordered && self->heads.array.n != self->n)) {
        damaged("a table of strings has arrays of unequal lengths");
        return -1;
    }
    return 0;
}

static void strings_dealloc(Strings *self) {
    give_column(&self->blob);
    give_column(&self->at);
    give_column(&self->heads);
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
    return PyBytes_FromStringAndSize((const char *)self->blob.array.view.buf + start, length);
}

static uint64_t head_of(const uint8_t *key, Py_ssize_t length) {
    uint64_t head = 0;
    for (int at = 0; at < 8; at++)
        head = head << 8 | (at < length ? key[at] : 0);
    return head;
}

/* First string that is not below a key; -1 with an exception set where the table is damaged. */
static Py_ssize_t lower(const Strings *self, const uint8_t *key, Py_ssize_t length) {
    const uint64_t *heads = self->heads.array.view.buf;
    uint64_t head = head_of(key, length);
    Py_ssize_t low = 0, high = self->n, start, size;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (column_ready(&self->heads, middle, middle + 1) < 0)
            return -1;
        int below = heads[middle] < head;
        if (heads[middle] == head) {
            if (span(self, middle, &start, &size) < 0)
                return -1;
            Py_ssize_t shared = size < length ? size : length;
            int order = memcmp((const uint8_t *)self->blob.array.view.buf + start, key, (size_t)shared);
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
    int found = size == length && memcmp((const uint8_t *)self->blob.array.view.buf + start, key, (size_t)size) == 0;
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
    .tp_doc = "Strings(blob, at, heads): a table of byte strings, columns as Numbers takes; heads None where it is not ordered",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)strings_init,
    .tp_dealloc = (destructor)strings_dealloc,
    .tp_as_sequence = &sequence,
    .tp_methods = methods,
};
