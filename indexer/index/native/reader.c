/* The words of a segment, found by name: dictionaries, postings and impacts of its groups. */
#include "kernel.h"
#include <string.h>

#define GROUPS 2

/* Dictionaries, postings and impacts of a segment's groups: terms are found without a detour through Python. */
typedef struct {
    PyObject_HEAD
    PyObject *terms[GROUPS], *groups[GROUPS];
    Column start[GROUPS];
    Array impact[GROUPS];
    Numbers *own[GROUPS];      /* of a block: which terms of its segment's dictionary it has; NULL: all */
    Array live;                /* a mask; without one all papers are live */
    uint8_t *admitted[GROUPS]; /* a term whose stored bytes were checked; others may not be read */
} Reader;

static int reader_init(Reader *self, PyObject *args, PyObject *keywords) {
    PyObject *rows[GROUPS], *terms, *group, *start, *impact, *own, *live;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OOO", &rows[0], &rows[1], &live) ||
        (live != Py_None && take(live, &self->live, 1, 0) < 0))
        return -1;
    for (int at = 0; at < GROUPS; at++) {
        if (!PyArg_ParseTuple(rows[at], "O!O!OOO", &StringsType, &terms, &GroupType, &group, &start, &impact, &own) ||
            take_column(start, &self->start[at], 4) < 0 || take(impact, &self->impact[at], 1, 0) < 0)
            return -1;
        if (own != Py_None) {
            if (!PyObject_TypeCheck(own, &NumbersType)) {
                PyErr_SetString(PyExc_TypeError, "the terms of a block are Numbers");
                return -1;
            }
            self->own[at] = (Numbers *)Py_NewRef(own);
        }
        Py_ssize_t words = own == Py_None ? strings_in(terms) : self->own[at]->column.array.n;
        self->terms[at] = Py_NewRef(terms);
        self->groups[at] = Py_NewRef(group);
        if (self->start[at].array.n != words + 1 || self->impact[at].n != ((Group *)group)->docs.n) {
            damaged("a dictionary and its postings do not fit each other");
            return -1;
        }
        self->admitted[at] = PyMem_Calloc((size_t)self->start[at].array.n, 1);
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
        give_column(&self->start[at]);
        give_back(&self->impact[at]);
        Py_XDECREF(self->own[at]);
        PyMem_Free(self->admitted[at]);
    }
    give_back(&self->live);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *reader_admit(Reader *self, PyObject *args) {
    int group;
    Py_ssize_t term;
    if (!PyArg_ParseTuple(args, "in", &group, &term))
        return NULL;
    if (group < 0 || group >= GROUPS || term < 0 || term >= self->start[group].array.n - 1) {
        PyErr_SetString(PyExc_IndexError, "no term of that number");
        return NULL;
    }
    self->admitted[group][term] = 1;
    Py_RETURN_NONE;
}

/* Where a word was found last: the blocks of a segment share its dictionary. */
typedef struct {
    PyObject *table;
    Py_ssize_t number;
} Known;

/* The number of a word in a reader's own dictionary, -1 if it is not there, -2 with an exception set. */
static Py_ssize_t find_word(Reader *self, int at, PyObject *word, Known *known) {
    if (known->table != self->terms[at]) {
        known->table = self->terms[at];
        known->number = find_string(self->terms[at], word);
    }
    if (self->own[at] == NULL || known->number < 0)
        return known->number;
    return find_number(self->own[at], (uint32_t)known->number);
}

/* Add the postings of a word; 1 if it was added or is not there, 0 if it must be admitted first, -1 on error. */
static int add_stored(Reader *self, Streams *found, int at, PyObject *word, Known *known, Py_ssize_t *unread) {
    Py_ssize_t number = find_word(self, at, word, known);
    if (number < 0)
        return number == -1 ? 1 : -1;
    if (!self->admitted[at][number]) {
        *unread = number;
        return 0;
    }
    if (column_ready(&self->start[at], number, number + 2) < 0)
        return -1;
    const uint32_t *start = self->start[at].array.view.buf;
    Group *group = (Group *)self->groups[at];
    if (start[number] > start[number + 1] || start[number + 1] > group->docs.n ||
        start[number + 1] - start[number] > MAX_DOCS) {
        damaged("postings of a word lie outside their array");
        return -1;
    }
    Stream *stream = &found->items[found->n++];
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

/* Words of a text (`stems`), one of names, and rows given, in one segment. NULL with an exception set; or without one,
   when a word must be admitted first: `group` and `unread` say which. */
static Streams *find_streams(Reader *self, PyObject *stems, PyObject *name, PyObject *given, int fields, Known *known,
                             int *group, Py_ssize_t *unread) {
    Py_ssize_t words = PyTuple_GET_SIZE(stems), more = PyTuple_GET_SIZE(given);
    PyObject *kept = PyTuple_Pack(2, (PyObject *)self, given);
    if (kept == NULL)
        return NULL;
    Streams *found = new_streams(words + more + 1, kept);
    Py_DECREF(kept);
    for (Py_ssize_t at = 0; found != NULL && at <= words; at++) {
        *group = at == words;
        PyObject *word = *group ? name : PyTuple_GET_ITEM(stems, at);
        if (word != Py_None && add_stored(self, found, *group, word, &known[at], unread) != 1)
            Py_CLEAR(found);
    }
    for (Py_ssize_t at = 0; found != NULL && at < more; at++)
        if (read_stream(&found->items[found->n++], PyTuple_GET_ITEM(given, at), fields) < 0)
            Py_CLEAR(found);
    return found;
}

PyObject *kernel_term(PyObject *module, PyObject *args) {
    PyObject *readers, *stems, *name, *given;
    Py_ssize_t papers = 0, unread = 0;
    int fields, group = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!O!OO!i", &PyTuple_Type, &readers, &PyTuple_Type, &stems, &name, &PyTuple_Type, &given,
                          &fields))
        return NULL;
    Py_ssize_t segments = PyTuple_GET_SIZE(readers);
    Known *known = PyMem_Calloc((size_t)PyTuple_GET_SIZE(stems) + 1, sizeof *known);
    if (known == NULL)
        return PyErr_NoMemory();
    PyObject *found = PyTuple_New(segments);
    for (Py_ssize_t at = 0; found != NULL && at < segments; at++) {
        PyObject *reader = PyTuple_GET_ITEM(readers, at);
        PyObject *rows = at < PyTuple_GET_SIZE(given) ? PyTuple_GET_ITEM(given, at) : NULL;
        if (!PyObject_TypeCheck(reader, &ReaderType) || rows == NULL || !PyTuple_Check(rows)) {
            PyErr_SetString(PyExc_TypeError, "a Reader and a tuple of rows a segment are wanted");
            Py_CLEAR(found);
            break;
        }
        Streams *streams = find_streams((Reader *)reader, stems, name, rows, fields, known, &group, &unread);
        if (streams == NULL) {
            Py_DECREF(found);
            PyMem_Free(known);
            return PyErr_Occurred() ? NULL : Py_BuildValue("nin", at, group, unread);
        }
        papers += united(streams, &((Reader *)reader)->live);
        PyTuple_SET_ITEM(found, at, (PyObject *)streams);
    }
    PyMem_Free(known);
    return found == NULL ? NULL : Py_BuildValue("nN", papers, found);
}

static PyMethodDef reader_methods[] = {
    {"admit", (PyCFunction)reader_admit, METH_VARARGS, "admit(group, term): its stored bytes were checked"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject ReaderType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Reader",
    .tp_basicsize = sizeof(Reader),
    .tp_doc = "Reader(text, names, live): two of (terms, group, start, impact), and a mask or None",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)reader_init,
    .tp_dealloc = (destructor)reader_dealloc,
    .tp_methods = reader_methods,
};
