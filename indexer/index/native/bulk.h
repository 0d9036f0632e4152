/* What the parts of `_bulk` share. */
#ifndef QUIVER_BULK_H
#define QUIVER_BULK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define AT(i) PyUnicode_READ(kind, data, i)
#define IS_DIGIT(c) ((c) >= '0' && (c) <= '9')

/* Of ASCII letters and digits what they fold to, 0 of all others. */
extern const uint8_t FOLDED[256];

/* The markers of signs.py. */
enum { FIRST_MARKER = 1, NOTHING = 2, LAST_MARKER = 6 };

static inline int grow(void **memory, size_t bytes) {
    void *more = PyMem_Realloc(*memory, bytes);
    if (!more) return -1;
    *memory = more;
    return 0;
}

/* --- folded.c: texts as `scan` reads them --- */

/* Characters of a kind of Python's; valid until the next text is folded. */
typedef struct {
    int kind;
    const void *data;
    Py_ssize_t size;
} Text;

/* What a character beyond ASCII folds to: some of `folds`. */
typedef struct {
    uint32_t at;
    uint16_t size, known;
} Fold;

enum { PAGES = 0x1100 }; /* of 256 characters each */

typedef struct {
    PyObject *characters; /* code points beyond ASCII to what they fold to */
    PyObject *mark;       /* gives a folded run without spaces with markers for its signs */
    PyObject *marked;     /* a dict of runs and what `mark` gave for them */
    Fold **pages;
    Py_UCS4 *folds;
    size_t folds_size, folds_room;
    void *text;
    size_t text_room;
} Folder;

int folder_init(Folder *self, PyObject *characters, PyObject *mark);
void folder_free(Folder *self);
/* 0, or -1 with an exception set. Capitals of ASCII may stand; signs are marked where they are wanted. */
int fold_text(Folder *self, PyObject *text, int signs, Text *out);

/* --- texts.c: questions about texts --- */

PyObject *plain(PyObject *module, PyObject *text);
PyObject *may_tie(PyObject *module, PyObject *text);
PyObject *words_among(PyObject *module, PyObject *args);

#endif
