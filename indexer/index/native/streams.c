/* A query term in one segment: its streams, and what is asked of them all. */
#include "kernel.h"
#include <string.h>

int read_stream(Stream *stream, PyObject *object, int fields) {
    PyObject *docs, *bounds, *group, *counts;
    Array *arrays = stream->arrays;
    if (!PyArg_ParseTuple(object, "OOOnniO", &docs, &bounds, &group, &stream->low, &stream->high, &stream->columns,
                          &counts))
        return -1;
    if (take(docs, &arrays[0], 2, 0) < 0 || take(bounds, &arrays[1], 1, 0) < 0)
        return -1;
    int whole = arrays[0].n == arrays[1].n && arrays[0].n <= MAX_DOCS;
    if (group != Py_None) {
        if (!PyObject_TypeCheck(group, &GroupType)) {
            PyErr_SetString(PyExc_TypeError, "a stream's group is a Group");
            return -1;
        }
        stream->group = (Group *)group;
        whole = whole && stream->low >= 0 && stream->low <= stream->high && stream->high <= stream->group->docs.n;
    } else {
        if (take(counts, &arrays[2], 4, 0) < 0)
            return -1;
        whole = whole && arrays[2].n == arrays[0].n * fields;
    }
    if (!whole) {
        damaged("the papers of a word have arrays of unequal lengths");
        return -1;
    }
    stream->docs = arrays[0].view.buf;
    stream->n = arrays[0].n;
    stream->bounds = arrays[1].view.buf;
    stream->counts = group != Py_None ? NULL : arrays[2].view.buf;
    return 0;
}

Streams *new_streams(Py_ssize_t room, PyObject *kept) {
    Streams *self = (Streams *)StreamsType.tp_alloc(&StreamsType, 0);
    if (self == NULL)
        return NULL;
    self->items = PyMem_Calloc((size_t)room + 1, sizeof(Stream));
    if (self->items == NULL) {
        Py_DECREF(self);
        return (Streams *)PyErr_NoMemory();
    }
    self->kept = Py_NewRef(kept);
    return self;
}

static PyObject *streams_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *rows;
    int fields;
    (void)type;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &rows, &fields))
        return NULL;
    PyObject *kept = PyList_AsTuple(rows); /* whoever holds the list may change it */
    if (kept == NULL)
        return NULL;
    Streams *self = new_streams(PyTuple_GET_SIZE(kept), kept);
    for (Py_ssize_t at = 0; self != NULL && at < PyTuple_GET_SIZE(kept); at++) {
        self->n = at + 1;
        if (read_stream(&self->items[at], PyTuple_GET_ITEM(kept, at), fields) < 0)
            Py_CLEAR(self);
    }
    Py_DECREF(kept);
    return (PyObject *)self;
}

static void streams_dealloc(Streams *self) {
    for (Py_ssize_t at = 0; at < self->n; at++)
        for (int which = 0; which < 3; which++)
            give_back(&self->items[at].arrays[which]);
    PyMem_Free(self->items);
    Py_XDECREF(self->kept);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *streams_mark(Streams *self, PyObject *object) {
    Array mask;
    if (take(object, &mask, 1, 1) < 0)
        return NULL;
    PyObject *result = Py_None;
    for (Py_ssize_t at = 0; at < self->n && result != NULL; at++)
        if (mark_papers(&mask, self->items[at].docs, self->items[at].n) < 0)
            result = NULL;
    give_back(&mask);
    return Py_XNewRef(result);
}

Py_ssize_t united(const Streams *self, const Array *live) {
    uint64_t seen[MAX_DOCS / 64];
    Py_ssize_t papers = 0, largest = 0;
    const uint8_t *alive = live->view.obj != NULL ? live->view.buf : NULL;
    for (Py_ssize_t at = 1; at < self->n; at++)
        largest = self->items[at].n > self->items[largest].n ? at : largest;
    if (alive == NULL && self->n)
        papers = self->items[largest].n;
    if (self->n > 1)
        memset(seen, 0, sizeof seen);
    for (Py_ssize_t at = 0; at < self->n; at++) {
        const Stream *stream = &self->items[at], *most = &self->items[largest];
        if (at == largest) {
            for (Py_ssize_t row = 0; alive != NULL && row < stream->n; row++)
                papers += stream->docs[row] < live->n && alive[stream->docs[row]];
            continue;
        }
        for (Py_ssize_t row = 0, from = 0; row < stream->n; row++) {
            uint16_t doc = stream->docs[row];
            uint64_t bit = (uint64_t)1 << (doc & 63), before = seen[doc >> 6];
            seen[doc >> 6] = before | bit;
            if (before & bit || (alive != NULL && !(doc < live->n && alive[doc])))
                continue;
            /* Most words have one long list; the short ones are looked up in it. */
            from = lower16(most->docs, from, most->n, doc);
            papers += from == most->n || most->docs[from] != doc;
        }
    }
    return papers;
}

static PyObject *streams_united(Streams *self, PyObject *object) {
    Array live = {.view = {.obj = NULL}};
    if (object != Py_None && take(object, &live, 1, 0) < 0)
        return NULL;
    Py_ssize_t papers = united(self, &live);
    give_back(&live);
    return PyLong_FromSsize_t(papers);
}

static PyObject *streams_size(Streams *self, void *closure) {
    Py_ssize_t size = 0;
    (void)closure;
    for (Py_ssize_t at = 0; at < self->n; at++)
        size += self->items[at].n;
    return PyLong_FromSsize_t(size);
}

static PyMethodDef streams_methods[] = {
    {"mark", (PyCFunction)streams_mark, METH_O, "mark(mask): set a mask of bytes to 1 at each paper"},
    {"united", (PyCFunction)streams_united, METH_O, "united(live) -> papers in one of the streams, live ones if given"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef streams_attributes[] = {
    {"size", (getter)streams_size, NULL, "Postings of all streams.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject StreamsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Streams",
    .tp_basicsize = sizeof(Streams),
    .tp_doc = "Streams(rows, fields): where a term stands in a segment; rows are (docs, bounds, group, low, high, "
              "columns, counts)",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = streams_new,
    .tp_dealloc = (destructor)streams_dealloc,
    .tp_methods = streams_methods,
    .tp_getset = streams_attributes,
};
