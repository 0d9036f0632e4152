/* Texts folded for words, with markers for the signs that belong to words.

   Both are decided in Python, by `folding` for a character and `signs` for a run between two spaces, and kept: a collection
   has a few hundred characters beyond ASCII, and most runs with signs are `e.g.,` and its like. */

#include "bulk.h"

enum { LONGEST_KEPT = 64, RUNS_KEPT = 1 << 16 };

int folder_init(Folder *self, PyObject *characters, PyObject *mark) {
    memset(self, 0, sizeof *self);
    self->characters = Py_NewRef(characters);
    self->mark = Py_NewRef(mark);
    self->marked = PyDict_New();
    self->pages = PyMem_Calloc(PAGES, sizeof *self->pages);
    return self->marked && self->pages ? 0 : -1;
}

void folder_free(Folder *self) {
    Py_XDECREF(self->characters);
    Py_XDECREF(self->mark);
    Py_XDECREF(self->marked);
    for (int page = 0; self->pages && page < PAGES; page++) PyMem_Free(self->pages[page]);
    PyMem_Free(self->pages);
    PyMem_Free(self->folds);
    PyMem_Free(self->text);
}

static int room_for(Folder *self, size_t bytes) {
    if (bytes <= self->text_room) return 0;
    if (grow(&self->text, bytes + bytes / 2) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    self->text_room = bytes + bytes / 2;
    return 0;
}

/* --- characters --- */

static int look_up(Folder *self, Py_UCS4 c, Fold *fold) {
    PyObject *code = PyLong_FromUnsignedLong(c), *folded = code ? PyObject_GetItem(self->characters, code) : NULL;
    Py_ssize_t size;
    int failed = -1;
    Py_XDECREF(code);
    if (!folded) return -1;
    if (!PyUnicode_Check(folded)) {
        PyErr_SetString(PyExc_TypeError, "a folded character is wanted");
        goto done;
    }
    size = PyUnicode_GET_LENGTH(folded);
    if (size > UINT16_MAX || self->folds_size + (size_t)size > UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "a character folds to too many");
        goto done;
    }
    if (self->folds_size + (size_t)size > self->folds_room) {
        size_t room = (self->folds_size + (size_t)size) * 2;
        if (grow((void **)&self->folds, room * sizeof *self->folds) < 0) {
            PyErr_NoMemory();
            goto done;
        }
        self->folds_room = room;
    }
    for (Py_ssize_t i = 0; i < size; i++) self->folds[self->folds_size + i] = PyUnicode_READ_CHAR(folded, i);
    *fold = (Fold){(uint32_t)self->folds_size, (uint16_t)size, 1};
    self->folds_size += (size_t)size;
    failed = 0;
done:
    Py_DECREF(folded);
    return failed;
}

static const Fold *fold_of(Folder *self, Py_UCS4 c) {
    Fold **page = self->pages + (c >> 8), *fold;
    if (!*page && !(*page = PyMem_Calloc(256, sizeof **page))) {
        PyErr_NoMemory();
        return NULL;
    }
    fold = *page + (c & 255);
    return fold->known || look_up(self, c, fold) == 0 ? fold : NULL;
}

/* Writes the characters of a text as they fold to the buffer, UCS4. */
static int fold_characters(Folder *self, PyObject *text, Text *out) {
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), used = 0;
    Py_UCS4 *to;
    if (room_for(self, (size_t)size * sizeof *to) < 0) return -1;
    to = self->text;
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_UCS4 c = AT(i);
        const Fold *fold;
        if (c < 128) {
            to[used++] = c;
            continue;
        }
        fold = fold_of(self, c);
        /* The rest of the text needs a place each at least. */
        if (!fold || room_for(self, (size_t)(used + fold->size + size - i) * sizeof *to) < 0) return -1;
        to = self->text;
        if (fold->size) memcpy(to + used, self->folds + fold->at, fold->size * sizeof *to);
        used += fold->size;
    }
    *out = (Text){PyUnicode_4BYTE_KIND, to, used};
    return 0;
}

/* --- signs --- */

/* The first place from i on where there may be a sign for which signs.py has a rule, or a marker; -1 where there is none.
   A star may belong to the letter before it, a comma to digits on both sides, a stop and an ampersand to a letter behind. */
static inline Py_ssize_t next_sign(int kind, const void *data, Py_ssize_t size, Py_ssize_t i) {
    for (; i < size; i++) {
        Py_UCS4 c = AT(i), next, before;
        if (c > '.' || (c > LAST_MARKER && c != '.' && c != ',' && c != '*' && c != '&') || !c) continue;
        if (c <= LAST_MARKER) return i;
        next = i + 1 < size ? AT(i + 1) : 0;
        next = next < 128 ? FOLDED[next] : 0;
        if (c == '.' || c == '&') {
            if (next >= 'a') return i;
            continue;
        }
        before = i ? AT(i - 1) : 0;
        before = before < 128 ? FOLDED[before] : 0;
        if (c == '*' ? before >= 'a' : IS_DIGIT(before) && IS_DIGIT(next)) return i;
    }
    return -1;
}

/* What `mark` gives for some characters of the buffer, a new reference. */
static PyObject *marked_run(Folder *self, int kind, void *data, Py_ssize_t size) {
    PyObject *run, *marked;
    if (kind == PyUnicode_1BYTE_KIND) {
        uint8_t *bytes = data;
        for (Py_ssize_t i = 0; i < size; i++)
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] += 32;
    } else {
        Py_UCS4 *characters = data;
        for (Py_ssize_t i = 0; i < size; i++)
            if (characters[i] >= 'A' && characters[i] <= 'Z') characters[i] += 32;
    }
    run = PyUnicode_FromKindAndData(kind, data, size);
    if (!run) return NULL;
    marked = PyDict_GetItemWithError(self->marked, run);
    if (marked) {
        Py_INCREF(marked);
    } else if (!PyErr_Occurred()) {
        marked = PyObject_CallOneArg(self->mark, run);
        if (marked && (!PyUnicode_Check(marked) || PyUnicode_GET_LENGTH(marked) != size ||
                       (kind == PyUnicode_1BYTE_KIND && !PyUnicode_IS_ASCII(marked)))) {
            PyErr_SetString(PyExc_ValueError, "a run with markers is as long as without");
            Py_CLEAR(marked);
        }
        if (marked && size <= LONGEST_KEPT) {
            if (PyDict_GET_SIZE(self->marked) >= RUNS_KEPT) PyDict_Clear(self->marked);
            if (PyDict_SetItem(self->marked, run, marked) < 0) Py_CLEAR(marked);
        }
    }
    Py_DECREF(run);
    return marked;
}

/* Puts markers into the buffer, where the first sign of a text is known to be at `sign`. */
static inline int mark_signs(Folder *self, int kind, void *data, Py_ssize_t size, Py_ssize_t sign) {
    while (sign >= 0) {
        Py_ssize_t start = sign, end = sign;
        PyObject *marked;
        while (start > 0 && AT(start - 1) != ' ') start--;
        while (end < size && AT(end) != ' ') end++;
        marked = marked_run(self, kind, (char *)data + start * kind, end - start);
        if (!marked) return -1;
        for (Py_ssize_t i = start; i < end; i++)
            PyUnicode_WRITE(kind, data, i, PyUnicode_READ_CHAR(marked, i - start));
        Py_DECREF(marked);
        sign = next_sign(kind, data, size, end);
    }
    return 0;
}

int fold_text(Folder *self, PyObject *text, int signs, Text *out) {
    Py_ssize_t sign;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is wanted");
        return -1;
    }
    if (!PyUnicode_IS_ASCII(text)) {
        if (fold_characters(self, text, out) < 0) return -1;
        if (!signs) return 0;
        sign = next_sign(PyUnicode_4BYTE_KIND, out->data, out->size, 0);
        return mark_signs(self, PyUnicode_4BYTE_KIND, self->text, out->size, sign);
    }
    *out = (Text){PyUnicode_1BYTE_KIND, PyUnicode_1BYTE_DATA(text), PyUnicode_GET_LENGTH(text)};
    if (!signs || (sign = next_sign(PyUnicode_1BYTE_KIND, out->data, out->size, 0)) < 0) return 0;
    if (room_for(self, (size_t)out->size) < 0) return -1;
    memcpy(self->text, out->data, (size_t)out->size);
    out->data = self->text;
    return mark_signs(self, PyUnicode_1BYTE_KIND, self->text, out->size, sign);
}
