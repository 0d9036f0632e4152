/* Questions about texts that most answer in the same way, so that Python need not look at them. */

#include "bulk.h"

/* --- texts that are read and shown as they are --- */

/* Characters that a text as read or as shown may resolve, drop or move: whatever is not listed here and not part of one of the
   pairs below stays as it is. */
static int is_special(uint8_t c) { return c < 32 || c > 126 || strchr("&<[\\${~_^`", c) != NULL; }

/* Characters beyond ASCII that are surely printable, no white space, composed whatever stands beside them, and in no
   pattern of `reading`: letters of Latin, Greek and Cyrillic, punctuation, arrows and mathematics. */
static inline int stays(Py_UCS4 c) {
    if (c < 0x180) return c > 0xA0 && c != 0xA9 && c != 0xAD;
    if (c < 0x2000) return (c >= 0x391 && c <= 0x3C9 && c != 0x3A2) || (c >= 0x410 && c <= 0x44F);
    if (c < 0x2100) return (c >= 0x2010 && c <= 0x2027) || (c >= 0x2030 && c <= 0x205E);
    return c >= 0x2190 && c <= 0x22FF;
}

static inline int is_plain(int kind, const void *data, Py_ssize_t size) {
    static uint8_t table[128];
    if (!table['&']) {
        for (int c = 0; c < 128; c++) table[c] = is_special((uint8_t)c) ? 2 : strchr(" .-", c) ? 1 : 0;
    }
    if (size && (AT(0) == ' ' || AT(size - 1) == ' ')) return 0;
    if (size >= 8) {
        int same = 0;
        while (same < 8 && AT(same) == (Py_UCS4) "Abstract"[same]) same++;
        if (same == 8) return 0;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_UCS4 c = AT(i), next;
        if (c >= 128) {
            if (!stays(c)) return 0;
            continue;
        }
        if (!table[c]) continue;
        if (table[c] == 2) return 0;
        next = i + 1 < size ? AT(i + 1) : 0;
        if (c == ' ' && (next == ' ' || next == ',' || next == ';')) return 0;
        if (c == '-' && (next == ' ' || next == '-')) return 0;
        if (c == '.' && next == ' ' && i + 2 < size) {
            Py_UCS4 after = AT(i + 2);
            if (IS_DIGIT(after) || (after < 128 && i + 3 < size && AT(i + 3) == '.' && strchr("eidgrtka", (int)after)))
                return 0;
        }
    }
    return 1;
}

PyObject *plain(PyObject *module, PyObject *text) {
    Py_ssize_t size;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "a text is wanted");
    size = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: return PyBool_FromLong(is_plain(PyUnicode_1BYTE_KIND, PyUnicode_DATA(text), size));
    case PyUnicode_2BYTE_KIND: return PyBool_FromLong(is_plain(PyUnicode_2BYTE_KIND, PyUnicode_DATA(text), size));
    default: return PyBool_FromLong(is_plain(PyUnicode_4BYTE_KIND, PyUnicode_DATA(text), size));
    }
}

/* --- ties --- */

static inline int is_capital(Py_UCS4 c) { return c >= 'A' && c <= 'Z'; }

/* Whether a name with a Greek letter may begin behind the second capital at i: digits and hyphens, then the letter, its
   name, or the Latin letter that it is like. */
static inline int greek_at(int kind, const void *data, Py_ssize_t size, Py_ssize_t i) {
    static const char *names[] = {"alpha", "beta", "gamma", "delta", "kappa"};
    Py_UCS4 c, next;
    int steps = 0;
    while (++i < size && steps++ < 5 && (AT(i) == '-' || IS_DIGIT(AT(i)))) {}
    if (i >= size) return 0;
    c = AT(i);
    if (c >= 0x3B1 && c <= 0x3BA) return 1;
    if (c >= 128 || !c || !strchr("abgdk", (int)c)) return 0;
    next = i + 1 < size ? AT(i + 1) : 0;
    if (next < 'a' || next > 'z') return 1;
    for (int n = 0; n < 5; n++) {
        int same = 0;
        while (names[n][same] && i + same < size && AT(i + same) == (Py_UCS4)names[n][same]) same++;
        if (!names[n][same]) return 1;
    }
    return 0;
}

/* Whether any pattern of `ties` may match: an umlaut, an apostrophe between an article and a vowel, capitals, Greek. */
static inline int ties_in(int kind, const void *data, Py_ssize_t size) {
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_UCS4 c = AT(i), next;
        if (i && is_capital(c) && is_capital(AT(i - 1)) && greek_at(kind, data, size, i)) return 1;
        if (c >= 128 && c < 0x100 && strchr("\xE4\xF6\xFC\xF8\xE5\xC4\xD6\xDC\xD8\xC5", (int)c)) return 1;
        if (c != '\'' && c != 'U' && c != 'I' && c != 0x2019) continue;
        next = i + 1 < size ? AT(i + 1) : 0;
        if (c == 'U' || c == 'I') {
            if (next == (c == 'U' ? 'S' : 'T')) return 1;
        } else if (next >= 0xC0 || (next && next < 128 && strchr("aeiouyhAEIOUYH", (int)next))) {
            return 1;
        }
    }
    return 0;
}

PyObject *may_tie(PyObject *module, PyObject *text) {
    Py_ssize_t size;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "a text is wanted");
    size = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: return PyBool_FromLong(ties_in(PyUnicode_1BYTE_KIND, PyUnicode_DATA(text), size));
    case PyUnicode_2BYTE_KIND: return PyBool_FromLong(ties_in(PyUnicode_2BYTE_KIND, PyUnicode_DATA(text), size));
    default: return PyBool_FromLong(ties_in(PyUnicode_4BYTE_KIND, PyUnicode_DATA(text), size));
    }
}

/* --- languages --- */

static int is_space(Py_UCS4 c) { return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31); }

enum { SLOTS = 512 }; /* of a table of words, most of them free */

PyObject *words_among(PyObject *module, PyObject *args) {
    PyObject *text;
    Py_buffer table;
    Py_ssize_t limit, size, found = 0;
    int kind, ascii = 1;
    const void *data;
    const uint64_t *slots;
    uint8_t met[SLOTS] = {0};
    if (!PyArg_ParseTuple(args, "Uny*", &text, &limit, &table)) return NULL;
    if (table.len != SLOTS * (Py_ssize_t)sizeof *slots || (uintptr_t)table.buf % sizeof *slots) {
        PyBuffer_Release(&table);
        return PyErr_Format(PyExc_ValueError, "a table of %d words is wanted", SLOTS);
    }
    slots = table.buf;
    size = PyUnicode_GET_LENGTH(text);
    kind = PyUnicode_KIND(text);
    data = PyUnicode_DATA(text);
    if (limit < size) size = limit;
    for (Py_ssize_t i = 0; i < size && ascii; i++) {
        uint64_t word = 0;
        Py_ssize_t start = i;
        for (; i < size && !is_space(AT(i)); i++) {
            Py_UCS4 c = AT(i);
            if (c >= 128) ascii = 0;
            if (i - start < 8) word = word << 8 | (c >= 'A' && c <= 'Z' ? c + 32 : c & 127);
        }
        if (i == start || i - start > 8) continue;
        word <<= 8 * (8 - (i - start));
        for (size_t at = (word * 0x9E3779B97F4A7C15u) >> 55, looked = 0; slots[at] && looked < SLOTS; looked++) {
            if (slots[at] == word) {
                found += !met[at];
                met[at] = 1;
                break;
            }
            at = (at + 1) % SLOTS;
        }
    }
    PyBuffer_Release(&table);
    if (!ascii) Py_RETURN_NONE;
    return PyLong_FromSsize_t(found);
}
