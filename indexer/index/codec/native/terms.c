/* A query term in one segment: its streams, found by name or given, and what is asked of them all. */
#include "kernel.h"
#include <string.h>

/* --- streams --- */

static int read_stream(Stream *stream, PyObject *object, int fields) {
    PyObject *docs, *bounds, *group, *counts;
    Array *arrays = stream->arrays;
    if (!PyArg_ParseTuple(object, "OOOnniO", &docs, &bounds, &group, &stream->low, &stream->high, &stream->columns,
                          &counts))
        return -1;
    if (take(docs, &arrays[0], 2, 0) < 0 || take(bounds, &arrays[1], 1, 0) < 0)
        return -1;
    int whole = arrays[0].n == arrays[1].n;
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

static Streams *new_streams(Py_ssize_t room, PyObject *kept) {
    Streams *self = (Streams *)StreamsType.tp_alloc(&StreamsType, 0);
    if (self == NULL)
        return NULL;
    self->streams = PyMem_Calloc((size_t)room + 1, sizeof(Stream));
    if (self->streams == NULL) {
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
        if (read_stream(&self->streams[at], PyTuple_GET_ITEM(kept, at), fields) < 0)
            Py_CLEAR(self);
    }
    Py_DECREF(kept);
    return (PyObject *)self;
}

static void streams_dealloc(Streams *self) {
    for (Py_ssize_t at = 0; at < self->n; at++)
        for (int which = 0; which < 3; which++)
            give_back(&self->streams[at].arrays[which]);
    PyMem_Free(self->streams);
    Py_XDECREF(self->kept);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *streams_mark(Streams *self, PyObject *object) {
    Array mask;
    if (take(object, &mask, 1, 1) < 0)
        return NULL;
    uint8_t *marks = mask.view.buf;
    PyObject *result = Py_NewRef(Py_None);
    for (Py_ssize_t at = 0; at < self->n; at++) {
        const Stream *stream = &self->streams[at];
        const uint16_t *docs = stream->docs;
        uint16_t largest = 0;
        for (Py_ssize_t place = 0; place < stream->n; place++)
            largest = docs[place] > largest ? docs[place] : largest;
        if (stream->n && largest >= mask.n) {
            Py_SETREF(result, damaged("a posting names no paper"));
            break;
        }
        for (Py_ssize_t place = 0; place < stream->n; place++)
            marks[docs[place]] = 1;
    }
    give_back(&mask);
    return result;
}

/* How many papers stand in one of the streams; those of a mask alone where one is given. */
static PyObject *streams_united(Streams *self, PyObject *object) {
    Array live = {.view = {.obj = NULL}};
    static uint64_t seen[MAX_DOCS / 64];
    Py_ssize_t papers = 0, largest = 0;
    if (object != Py_None && take(object, &live, 1, 0) < 0)
        return NULL;
    const uint8_t *alive = object != Py_None ? live.view.buf : NULL;
    for (Py_ssize_t at = 1; at < self->n; at++)
        largest = self->streams[at].n > self->streams[largest].n ? at : largest;
    if (alive == NULL && self->n)
        papers = self->streams[largest].n;
    if (self->n > 1)
        memset(seen, 0, sizeof seen);
    for (Py_ssize_t at = 0; at < self->n; at++) {
        const Stream *stream = &self->streams[at], *most = &self->streams[largest];
        if (at == largest) {
            for (Py_ssize_t place = 0; alive != NULL && place < stream->n; place++)
                papers += stream->docs[place] < live.n && alive[stream->docs[place]];
            continue;
        }
        for (Py_ssize_t place = 0, from = 0; place < stream->n; place++) {
            uint16_t doc = stream->docs[place];
            uint64_t bit = (uint64_t)1 << (doc & 63), before = seen[doc >> 6];
            seen[doc >> 6] = before | bit;
            if (before & bit || (alive != NULL && !(doc < live.n && alive[doc])))
                continue;
            /* Most words have one long list; the short ones are looked up in it. */
            from = lower16(most->docs, from, most->n, doc);
            papers += from == most->n || most->docs[from] != doc;
        }
    }
    give_back(&live);
    return PyLong_FromSsize_t(papers);
}

static PyObject *streams_size(Streams *self, void *closure) {
    Py_ssize_t size = 0;
    (void)closure;
    for (Py_ssize_t at = 0; at < self->n; at++)
        size += self->streams[at].n;
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
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.codec._kernel.Streams",
    .tp_basicsize = sizeof(Streams),
    .tp_doc = "Streams(rows, fields): where a term stands in a segment; rows are (docs, bounds, group, low, high, "
              "columns, counts)",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = streams_new,
    .tp_dealloc = (destructor)streams_dealloc,
    .tp_methods = streams_methods,
    .tp_getset = streams_attributes,
};

/* --- reader --- */

#define GROUPS 2

/* Dictionaries, postings and impacts of a segment's groups: terms are found without a detour through Python. */
typedef struct {
    PyObject_HEAD
    PyObject *terms[GROUPS], *groups[GROUPS];
    Array start[GROUPS], impact[GROUPS];
    uint8_t *admitted[GROUPS]; /* a term whose stored bytes were checked; others may not be read */
} Reader;

static int reader_init(Reader *self, PyObject *args, PyObject *keywords) {
    PyObject *rows[GROUPS], *terms, *group, *start, *impact;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OO", &rows[0], &rows[1]))
        return -1;
    for (int at = 0; at < GROUPS; at++) {
        if (!PyArg_ParseTuple(rows[at], "O!O!OO", &StringsType, &terms, &GroupType, &group, &start, &impact) ||
            take(start, &self->start[at], 4, 0) < 0 || take(impact, &self->impact[at], 1, 0) < 0)
            return -1;
        self->terms[at] = Py_NewRef(terms);
        self->groups[at] = Py_NewRef(group);
        if (self->start[at].n != strings_in(terms) + 1 || self->impact[at].n != ((Group *)group)->docs.n) {
            damaged("a dictionary and its postings do not fit each other");
            return -1;
        }
        self->admitted[at] = PyMem_Calloc((size_t)self->start[at].n, 1);
        if (self->admitted[at] == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

static void reader_dealloc(Reader *self) {
    for (int at = 0; at < GROUPS; at++) {
        Py_XDECREF(self->terms[at]);
        Py_XDECREF(self->groups[at]);
        give_back(&self->start[at]);
        give_back(&self->impact[at]);
        PyMem_Free(self->admitted[at]);
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *reader_admit(Reader *self, PyObject *args) {
    int group;
    Py_ssize_t term;
    if (!PyArg_ParseTuple(args, "in", &group, &term))
        return NULL;
    if (group < 0 || group >= GROUPS || term < 0 || term >= self->start[group].n - 1) {
        PyErr_SetString(PyExc_IndexError, "no term of that number");
        return NULL;
    }
    self->admitted[group][term] = 1;
    Py_RETURN_NONE;
}

/* Add the postings of a word; 1 if it was added or is not there, 0 if it must be admitted first, -1 on error. */
static int add_stored(Reader *self, Streams *found, int at, PyObject *word, Py_ssize_t *unread) {
    Py_ssize_t number = find_string(self->terms[at], word);
    if (number < 0)
        return number == -1 ? 1 : -1;
    if (!self->admitted[at][number]) {
        *unread = number;
        return 0;
    }
    const uint32_t *start = self->start[at].view.buf;
    Group *group = (Group *)self->groups[at];
    if (start[number] > start[number + 1] || start[number + 1] > group->docs.n) {
        damaged("postings of a word lie outside their array");
        return -1;
    }
    Stream *stream = &found->streams[found->n++];
    stream->group = group;
    stream->low = start[number];
    stream->high = start[number + 1];
    stream->n = stream->high - stream->low;
    stream->docs = (const uint16_t *)group->docs.view.buf + stream->low;
    stream->bounds = (const uint8_t *)self->impact[at].view.buf + stream->low;
    for (int field = 0; field < group->fields; field++)
        stream->columns |= 1 << (group->first + field);
    return 1;
}

static PyObject *reader_term(Reader *self, PyObject *args) {
    PyObject *stems, *name, *given;
    int fields;
    if (!PyArg_ParseTuple(args, "O!OO!i", &PyTuple_Type, &stems, &name, &PyTuple_Type, &given, &fields))
        return NULL;
    Py_ssize_t words = PyTuple_GET_SIZE(stems), more = PyTuple_GET_SIZE(given), unread = 0;
    PyObject *kept = PyTuple_Pack(2, (PyObject *)self, given);
    if (kept == NULL)
        return NULL;
    Streams *found = new_streams(words + more + 1, kept);
    Py_DECREF(kept);
    for (Py_ssize_t at = 0; found != NULL && at <= words; at++) {
        int group = at == words;
        PyObject *word = group ? name : PyTuple_GET_ITEM(stems, at);
        if (word == Py_None)
            continue;
        int added = add_stored(self, found, group, word, &unread);
        if (added == 1)
            continue;
        Py_DECREF(found);
        return added == 0 ? Py_BuildValue("in", group, unread) : NULL;
    }
    for (Py_ssize_t at = 0; found != NULL && at < more; at++)
        if (read_stream(&found->streams[found->n++], PyTuple_GET_ITEM(given, at), fields) < 0)
            Py_CLEAR(found);
    return (PyObject *)found;
}

static PyMethodDef reader_methods[] = {
    {"admit", (PyCFunction)reader_admit, METH_VARARGS, "admit(group, term): its stored bytes were checked"},
    {"term", (PyCFunction)reader_term, METH_VARARGS,
     "term(stems, name, given, fields) -> Streams of words of the text and one of names, and of rows given; or "
     "(group, term) of one that must be admitted first"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject ReaderType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.codec._kernel.Reader",
    .tp_basicsize = sizeof(Reader),
    .tp_doc = "Reader(text, names): each (terms, group, start, impact)",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)reader_init,
    .tp_dealloc = (destructor)reader_dealloc,
    .tp_methods = reader_methods,
};
