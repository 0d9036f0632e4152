/* The two inner loops of the bulk builder: texts to numbers of words, and numbers of words to postings.

   Optional: `word_stream` and `group_builder` hold the same in Python and numpy, and a test holds the two to the same
   output. 95,000 papers hold 14 million words; Python takes 70 microseconds a paper for the first loop and numpy 40
   for the second, this file 4 and 2.

   Word rules are those of indexer.index.text.analysis. Characters beyond ASCII and signs of words are looked up in what the
   vocabulary was made with (`folded.c`), which leaves markers; ASCII capitals are folded here. */

#include "bulk.h"

/* --- keys (bytes) to numbers from 1, in the order in which they first came --- */

typedef struct {
    size_t start;
    uint32_t size, hash;
} Key;

/* What tells most keys apart stands in the slot itself: words of eight bytes or less, three of four in a text, are
   found without a look at any other memory. */
typedef struct {
    uint64_t head;   /* the first eight bytes */
    uint32_t number; /* 0: free */
    uint32_t mixed;  /* of size and hash */
} Slot;

typedef struct {
    uint8_t *bytes;
    size_t used, room;
    Key *keys;
    Slot *slots; /* a power of two of them, at most half used */
    size_t mask;
    uint32_t count, capacity;
} Table;

static int table_init(Table *t) {
    memset(t, 0, sizeof *t);
    t->room = 1 << 16;
    t->capacity = 1 << 12;
    t->mask = (1 << 13) - 1;
    t->bytes = PyMem_Malloc(t->room);
    t->keys = PyMem_Malloc(t->capacity * sizeof(Key));
    t->slots = PyMem_Calloc(t->mask + 1, sizeof(Slot));
    return t->bytes && t->keys && t->slots ? 0 : -1;
}

static void table_free(Table *t) {
    PyMem_Free(t->bytes);
    PyMem_Free(t->keys);
    PyMem_Free(t->slots);
}

static uint64_t head_of(const uint8_t *key, size_t size) {
    uint64_t head = 0;
    memcpy(&head, key, size < 8 ? size : 8);
    return head;
}

/* Equal for keys of eight bytes or less only if they are equally long. */
static uint32_t mixed_of(size_t size, uint32_t hash) {
    return size <= 8 ? (uint32_t)size : 16 | (hash & 0xFFFFFFE0u);
}

static Slot slot_of(const uint8_t *key, size_t size, uint32_t hash, uint32_t number) {
    return (Slot){head_of(key, size), number, mixed_of(size, hash)};
}

static int table_grow(Table *t) {
    uint32_t capacity = t->capacity * 2;
    size_t mask = t->mask * 2 + 1;
    Slot *slots;
    if (t->capacity > UINT32_MAX / 4) return -1;
    if (grow((void **)&t->keys, (size_t)capacity * sizeof(Key)) < 0) return -1;
    slots = PyMem_Calloc(mask + 1, sizeof(Slot));
    if (!slots) return -1;
    for (uint32_t n = 0; n < t->count; n++) {
        size_t at = t->keys[n].hash & mask;
        while (slots[at].number) at = (at + 1) & mask;
        slots[at] = slot_of(t->bytes + t->keys[n].start, t->keys[n].size, t->keys[n].hash, n + 1);
    }
    PyMem_Free(t->slots);
    t->slots = slots;
    t->capacity = capacity;
    t->mask = mask;
    return 0;
}

static uint32_t hash_of(const uint8_t *key, size_t size) {
    uint64_t hash = size * 0x9E3779B97F4A7C15u, part;
    for (; size >= 8; key += 8, size -= 8) {
        memcpy(&part, key, 8);
        hash = (hash ^ part) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, key, size);
    hash = (hash ^ part) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash >> 32 ^ hash);
}

/* The number of a key, new or not; 0 where memory is out. */
static uint32_t table_number(Table *t, const uint8_t *key, size_t size) {
    uint32_t hash = hash_of(key, size), mixed = mixed_of(size, hash);
    uint64_t head = head_of(key, size);
    size_t at;
    for (at = hash & t->mask; t->slots[at].number; at = (at + 1) & t->mask) {
        const Key *known;
        if (t->slots[at].head != head || t->slots[at].mixed != mixed) continue;
        if (size <= 8) return t->slots[at].number;
        known = t->keys + t->slots[at].number - 1;
        if (known->size == size && memcmp(t->bytes + known->start, key, size) == 0) return t->slots[at].number;
    }
    if (size > UINT32_MAX) return 0;
    if (t->count == t->capacity) {
        if (table_grow(t) < 0) return 0;
        for (at = hash & t->mask; t->slots[at].number; at = (at + 1) & t->mask) {}
    }
    if (t->used + size > t->room) {
        size_t room = (t->used + size) * 2;
        if (grow((void **)&t->bytes, room) < 0) return 0;
        t->room = room;
    }
    memcpy(t->bytes + t->used, key, size);
    t->keys[t->count] = (Key){t->used, (uint32_t)size, hash};
    t->used += size;
    t->slots[at] = slot_of(key, size, hash, ++t->count);
    return t->count;
}

/* --- the stream of words --- */

enum { TEXT = 0, TIED = 1, NAME = 2 };
enum { MAX_PARTS = 5 };

typedef struct {
    PyObject_HEAD
    Table words, forms;
    Folder folder;
    PyObject *stream, *form_stream; /* bytearrays of uint32 */
    uint8_t *word;                  /* the word that is being read */
    size_t word_size, word_room;
    uint32_t *found, *found_forms; /* numbers of one text */
    size_t found_size, found_room, forms_size, forms_room;
    uint32_t form[MAX_PARTS + 1]; /* the hyphenated form that is being read */
    int parts, hyphens, form_numeric, word_numeric;
} Words;

/* Room for a word of `size` characters was made before. */
static inline void put_character(Words *self, Py_UCS4 c) {
    uint8_t *end = self->word + self->word_size;
    if (c < 0x80) {
        end[0] = (uint8_t)c;
        self->word_size += 1;
    } else if (c < 0x800) {
        end[0] = (uint8_t)(0xC0 | c >> 6);
        end[1] = (uint8_t)(0x80 | (c & 63));
        self->word_size += 2;
    } else if (c < 0x10000) {
        end[0] = (uint8_t)(0xE0 | c >> 12);
        end[1] = (uint8_t)(0x80 | (c >> 6 & 63));
        end[2] = (uint8_t)(0x80 | (c & 63));
        self->word_size += 3;
    } else {
        end[0] = (uint8_t)(0xF0 | c >> 18);
        end[1] = (uint8_t)(0x80 | (c >> 12 & 63));
        end[2] = (uint8_t)(0x80 | (c >> 6 & 63));
        end[3] = (uint8_t)(0x80 | (c & 63));
        self->word_size += 4;
    }
}

static int keep(uint32_t **list, size_t *size, size_t *room, uint32_t number) {
    if (*size == *room) {
        if (grow((void **)list, *room * 2 * sizeof(uint32_t)) < 0) return -1;
        *room *= 2;
    }
    (*list)[(*size)++] = number;
    return 0;
}

static int end_form(Words *self) {
    int parts = self->parts, numeric = self->form_numeric;
    uint32_t number;
    self->parts = 0;
    self->form_numeric = 1;
    if (parts < 2 || parts > MAX_PARTS || numeric) return 0;
    number = table_number(&self->forms, (uint8_t *)self->form, parts * sizeof(uint32_t));
    if (!number) return -1;
    return keep(&self->found_forms, &self->forms_size, &self->forms_room, number);
}

static int end_word(Words *self, int mode) {
    uint32_t number;
    if (!self->word_size) return 0;
    number = table_number(&self->words, self->word, self->word_size);
    if (!number || keep(&self->found, &self->found_size, &self->found_room, number) < 0) return -1;
    if (mode == TIED) {
        if (self->hyphens != 1 && self->parts && end_form(self) < 0) return -1;
        if (self->parts <= MAX_PARTS) self->form[self->parts++] = number;
        self->form_numeric &= self->word_numeric;
        self->hyphens = 0;
    }
    self->word_size = 0;
    self->word_numeric = 1;
    return 0;
}

/* Of ASCII letters and digits what they fold to, 0 of all others. */
const uint8_t FOLDED[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7',
    ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
    ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v',
    ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',
    ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l',
    ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

static inline int is_alnum(Py_UCS4 c) { return c < 128 ? FOLDED[c] : Py_UNICODE_ISALNUM(c); }

static inline Py_UCS4 lower(Py_UCS4 c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* What the markers of signs.py stand for, 0 of the one for nothing. */
static const uint8_t MARKED[LAST_MARKER + 1] = {0, '.', 0, '+', '#', '*', '&'};

/* Length of `c++`, `c#` or `f#` at i as a word of its own, 0 where there is none. */
static inline int language(int kind, const void *data, Py_ssize_t size, Py_ssize_t i) {
    Py_UCS4 c = lower(AT(i)), next;
    int length;
    if ((c != 'c' && c != 'f') || i + 1 >= size) return 0;
    next = AT(i + 1);
    if (next == '#')
        length = 2;
    else if (c == 'c' && next == '+' && i + 2 < size && AT(i + 2) == '+')
        length = 3;
    else
        return 0;
    if (i > 0 && (is_alnum(AT(i - 1)) || (AT(i - 1) == '\'' && i > 1 && is_alnum(AT(i - 2))))) return 0;
    if (i + length < size) {
        next = AT(i + length);
        if (next == '+' || next == '#' || (is_alnum(next) && !Py_UNICODE_ISDECIMAL(next))) return 0;
    }
    return length;
}

/* How many characters the apostrophe at i takes out of its word: 0 where it parts words. */
static inline int apostrophe(int kind, const void *data, Py_ssize_t size, Py_ssize_t i, int after_sign, int name) {
    int last_s, after_letter = i > 0 && is_alnum(AT(i - 1)) && !after_sign;
    if (i + 1 >= size) return 0;
    if (name) return after_letter && is_alnum(AT(i + 1)) ? 1 : 0;
    last_s = lower(AT(i + 1)) == 's' && (i + 2 >= size || !is_alnum(AT(i + 2)));
    if ((after_letter || after_sign) && last_s) return 2;
    return after_letter && is_alnum(AT(i + 1)) ? 1 : 0;
}

static inline int scan(Words *self, int kind, const void *data, Py_ssize_t size, int mode) {
    Py_ssize_t sign_end = -1; /* where the name of a language ended last */
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_UCS4 c = AT(i);
        if (c >= 128) {
            if (mode == TIED && !Py_UNICODE_ISDIGIT(c)) self->word_numeric = 0;
            put_character(self, c);
            continue;
        }
        if (FOLDED[c]) {
            int length = mode == NAME ? 0 : language(kind, data, size, i);
            if (length) {
                put_character(self, FOLDED[c]);
                for (int more = 1; more < length; more++) put_character(self, AT(i + more));
                i += length - 1;
                sign_end = i + 1;
                self->word_numeric = 0;
                continue;
            }
            uint8_t *end = self->word + self->word_size;
            int letters = 0;
            do {
                letters |= *end++ = FOLDED[c];
                i++;
            } while (i < size && (c = AT(i)) < 128 && FOLDED[c]);
            i--;
            /* Of ASCII letters and digits only letters have this bit. */
            if (letters & 64) self->word_numeric = 0;
            self->word_size = (size_t)(end - self->word);
            continue;
        }
        if (c <= LAST_MARKER && c >= FIRST_MARKER && mode != NAME) {
            if (c != NOTHING) put_character(self, MARKED[c]);
            continue;
        }
        if (c == '.' && mode != NAME) {
            if (i > 0 && i + 1 < size && IS_DIGIT(AT(i - 1)) && IS_DIGIT(AT(i + 1))) {
                put_character(self, '.');
                continue;
            }
        } else if (c == '\'' || (c == '`' && mode == NAME)) {
            int taken = apostrophe(kind, data, size, i, sign_end == i, mode == NAME);
            if (taken) {
                i += taken - 1;
                continue;
            }
        }
        if (end_word(self, mode) < 0) return -1;
        if (mode == TIED) {
            if (c == '-')
                self->hyphens++;
            else {
                if (self->parts && end_form(self) < 0) return -1;
                self->hyphens = 0;
            }
        }
    }
    if (end_word(self, mode) < 0) return -1;
    return self->parts ? end_form(self) : 0;
}

static int append(PyObject *stream, const uint32_t *numbers, size_t count) {
    Py_ssize_t before = PyByteArray_GET_SIZE(stream);
    if (!count) return 0;
    if (PyByteArray_Resize(stream, before + (Py_ssize_t)(count * sizeof(uint32_t))) < 0) return -1;
    memcpy(PyByteArray_AS_STRING(stream) + before, numbers, count * sizeof(uint32_t));
    return 0;
}

static PyObject *read_text(Words *self, PyObject *text, int mode) {
    int failed;
    Text folded;
    size_t room;
    if (fold_text(&self->folder, text, mode != NAME, &folded) < 0) return NULL;
    room = (size_t)folded.size * (folded.kind == PyUnicode_1BYTE_KIND ? 1 : 4);
    if (room > self->word_room) {
        if (grow((void **)&self->word, room) < 0) return PyErr_NoMemory();
        self->word_room = room;
    }
    self->found_size = self->forms_size = self->word_size = 0;
    self->parts = self->hyphens = 0;
    self->form_numeric = self->word_numeric = 1;
    if (folded.kind == PyUnicode_1BYTE_KIND)
        failed = scan(self, PyUnicode_1BYTE_KIND, folded.data, folded.size, mode);
    else
        failed = scan(self, PyUnicode_4BYTE_KIND, folded.data, folded.size, mode);
    if (failed) return PyErr_NoMemory();
    if (append(self->stream, self->found, self->found_size) < 0) return NULL;
    if (append(self->form_stream, self->found_forms, self->forms_size) < 0) return NULL;
    return PyLong_FromSize_t(self->found_size);
}

static PyObject *words_add(PyObject *self, PyObject *text) { return read_text((Words *)self, text, TEXT); }
static PyObject *words_add_tied(PyObject *self, PyObject *text) { return read_text((Words *)self, text, TIED); }
static PyObject *words_add_name(PyObject *self, PyObject *text) { return read_text((Words *)self, text, NAME); }

static PyObject *words_gap(PyObject *self, PyObject *unused) {
    uint32_t zero = 0;
    if (append(((Words *)self)->stream, &zero, 1) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *words_vocabulary(PyObject *object, PyObject *unused) {
    Table *t = &((Words *)object)->words;
    PyObject *list = PyList_New(t->count);
    for (uint32_t n = 0; list && n < t->count; n++) {
        PyObject *word = PyUnicode_DecodeUTF8((char *)t->bytes + t->keys[n].start, t->keys[n].size, "surrogatepass");
        if (!word) Py_CLEAR(list);
        else PyList_SET_ITEM(list, n, word);
    }
    return list;
}

static PyObject *words_forms(PyObject *object, PyObject *unused) {
    Table *t = &((Words *)object)->forms;
    PyObject *list = PyList_New(t->count);
    for (uint32_t n = 0; list && n < t->count; n++) {
        Py_ssize_t parts = (Py_ssize_t)(t->keys[n].size / sizeof(uint32_t));
        PyObject *form = PyTuple_New(parts);
        if (!form) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, n, form);
        for (Py_ssize_t part = 0; list && part < parts; part++) {
            uint32_t number;
            PyObject *value;
            memcpy(&number, t->bytes + t->keys[n].start + part * sizeof number, sizeof number);
            value = PyLong_FromUnsignedLong(number);
            if (!value) Py_CLEAR(list);
            else PyTuple_SET_ITEM(form, part, value);
        }
    }
    return list;
}

static PyObject *words_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    Words *self;
    PyObject *characters, *mark;
    if (!PyArg_ParseTuple(args, "OO", &characters, &mark)) return NULL;
    self = (Words *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    self->word_room = 256;
    self->found_room = 1024;
    self->forms_room = 64;
    self->word = PyMem_Malloc(self->word_room);
    self->found = PyMem_Malloc(self->found_room * sizeof(uint32_t));
    self->found_forms = PyMem_Malloc(self->forms_room * sizeof(uint32_t));
    self->stream = PyByteArray_FromStringAndSize(NULL, 0);
    self->form_stream = PyByteArray_FromStringAndSize(NULL, 0);
    if (folder_init(&self->folder, characters, mark) < 0 || table_init(&self->words) < 0 || table_init(&self->forms) < 0 || !self->word || !self->found ||
        !self->found_forms || !self->stream || !self->form_stream) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void words_dealloc(PyObject *object) {
    Words *self = (Words *)object;
    PyTypeObject *type = Py_TYPE(object);
    table_free(&self->words);
    table_free(&self->forms);
    PyMem_Free(self->word);
    PyMem_Free(self->found);
    PyMem_Free(self->found_forms);
    folder_free(&self->folder);
    Py_XDECREF(self->stream);
    Py_XDECREF(self->form_stream);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *words_stream(PyObject *self, void *unused) { return Py_NewRef(((Words *)self)->stream); }
static PyObject *words_form_stream(PyObject *self, void *unused) { return Py_NewRef(((Words *)self)->form_stream); }

static PyGetSetDef words_getters[] = {
    {"stream", words_stream, NULL, "Numbers of all words so far: a bytearray of uint32; 0 is a gap.", NULL},
    {"form_stream", words_form_stream, NULL, "Numbers of all hyphenated forms so far: a bytearray of uint32.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef words_methods[] = {
    {"add", words_add, METH_O, "Append the words of a text as read; gives how many."},
    {"add_tied", words_add_tied, METH_O, "The same, and append its hyphenated forms."},
    {"add_name", words_add_name, METH_O, "Append the words of an author name as read; gives how many."},
    {"gap", words_gap, METH_NOARGS, "Append a gap."},
    {"vocabulary", words_vocabulary, METH_NOARGS, "Every word; number n is at n - 1."},
    {"forms", words_forms, METH_NOARGS, "Every hyphenated form, as numbers of words; number n is at n - 1."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot words_slots[] = {
    {Py_tp_new, words_new},         {Py_tp_dealloc, words_dealloc}, {Py_tp_methods, words_methods},
    {Py_tp_getset, words_getters},  {Py_tp_doc, "Words(characters, mark): a vocabulary and the stream of its numbers."},
    {0, NULL},
};

static PyType_Spec words_spec = {"indexer.index.native._bulk.Words", sizeof(Words), 0, Py_TPFLAGS_DEFAULT, words_slots};

/* --- names --- */

static uint32_t crc32_of(const uint8_t *text, Py_ssize_t size) {
    static uint32_t table[256];
    uint32_t crc = 0xFFFFFFFFu;
    if (!table[1]) {
        for (uint32_t n = 0; n < 256; n++) {
            uint32_t value = n;
            for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xEDB88320u : value >> 1;
            table[n] = value;
        }
    }
    for (Py_ssize_t i = 0; i < size; i++) crc = crc >> 8 ^ table[(crc ^ text[i]) & 255];
    return ~crc;
}

static PyObject *neighbour_blocks(PyObject *module, PyObject *key) {
    const uint8_t *text;
    Py_ssize_t size, kept = 0, unit = 0, counts[26] = {0};
    uint8_t letters[256], last[256];
    int ended = 0;
    if (!PyUnicode_Check(key)) return PyErr_Format(PyExc_TypeError, "a key is wanted");
    text = PyUnicode_DATA(key);
    size = PyUnicode_GET_LENGTH(key);
    if (!PyUnicode_IS_ASCII(key) || size > 256) Py_RETURN_NONE;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint8_t c = FOLDED[text[i]];
        if (text[i] < 32 || text[i] > 126) Py_RETURN_NONE;
        if (c >= 'a' && !strchr("ijrsv", c)) counts[c - 'a']++;
        /* The last name: stops before hyphens and apostrophes are nothing, other stops and commas part. */
        if (text[i] == '\'' || (text[i] == '.' && i + 1 < size && text[i + 1] == '-')) continue;
        if (strchr(" .,", text[i])) {
            ended = 1;
            continue;
        }
        if (ended) unit = 0;
        ended = 0;
        last[unit++] = (uint8_t)lower(text[i]);
    }
    for (int letter = 0; letter < 26; letter++)
        for (; counts[letter]; counts[letter]--) letters[kept++] = (uint8_t)('a' + letter);
    return Py_BuildValue("II", crc32_of(letters, kept), crc32_of(last, unit));
}

/* --- postings --- */

typedef struct {
    const uint32_t *stream, *term_of, *extents, *lengths, *positions;
    const uint8_t *bits;
    Py_ssize_t words, surfaces, docs, fields, terms;
} Input;

#define MAX_POSITION ((1u << 23) - 1)

/* Occurrences and postings of every term, as ends: totals[0..terms]. Gives 0 where a number is out of range. */
static int count_terms(const Input *in, int64_t *starts, int64_t *occurrences, uint32_t *last) {
    const uint32_t *word = in->stream;
    for (Py_ssize_t doc = 0; doc < in->docs; doc++) {
        const uint32_t *end = word + in->extents[doc];
        if (end > in->stream + in->words) return 0;
        for (; word < end; word++) {
            uint32_t term;
            if (*word >= (size_t)in->surfaces) return 0;
            if (!*word) continue;
            term = in->term_of[*word];
            if (term >= (size_t)in->terms) return 0;
            occurrences[term + 1]++;
            if (last[term] != (uint32_t)doc + 1) {
                last[term] = (uint32_t)doc + 1;
                starts[term + 1]++;
            }
        }
    }
    for (Py_ssize_t term = 0; term < in->terms; term++) {
        starts[term + 1] += starts[term];
        occurrences[term + 1] += occurrences[term];
    }
    return 1;
}

/* Where a count does not fit its four bits, once for each occurrence above 15: posting * fields + field. */
typedef struct {
    uint64_t *rows;
    size_t size, room;
} Overflow;

static int overflow(Overflow *list, uint64_t row) {
    if (list->size == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        if (grow((void **)&list->rows, room * sizeof(uint64_t)) < 0) return -1;
        list->room = room;
    }
    list->rows[list->size++] = row;
    return 0;
}

static int fill(const Input *in, int64_t *next_posting, int64_t *next_occurrence, uint32_t *last, uint16_t *docs,
                uint16_t *packed, Overflow *above, uint32_t *positions, uint8_t *masks, uint8_t *forms) {
    const uint32_t *word = in->stream;
    for (Py_ssize_t doc = 0; doc < in->docs; doc++) {
        const uint32_t *start = word, *end = word + in->extents[doc], *lengths = in->lengths + doc * in->fields;
        Py_ssize_t field = 0;
        uint32_t border = lengths[0];
        for (; word < end; word++) {
            uint32_t term, position;
            int64_t posting;
            position = in->positions ? in->positions[word - in->stream] : (uint32_t)(word - start);
            if (position > MAX_POSITION) position = MAX_POSITION;
            if (!*word) continue;
            while (field + 1 < in->fields && position >= border) border += lengths[++field];
            term = in->term_of[*word];
            if (last[term] != (uint32_t)doc + 1) {
                last[term] = (uint32_t)doc + 1;
                docs[next_posting[term]++] = (uint16_t)doc;
            }
            posting = next_posting[term] - 1;
            if ((packed[posting] >> (4 * field) & 15) < 15)
                packed[posting] += (uint16_t)(1u << (4 * field));
            else if (overflow(above, (uint64_t)posting * in->fields + field) < 0)
                return -1;
            masks[posting] |= (uint8_t)(1u << (in->bits[*word] & 7));
            forms[next_occurrence[term]] = in->bits[*word] & 7;
            positions[next_occurrence[term]++] = position;
        }
    }
    return 0;
}

static PyObject *zeros(Py_ssize_t bytes) {
    PyObject *made = PyByteArray_FromStringAndSize(NULL, bytes);
    if (made) memset(PyByteArray_AS_STRING(made), 0, bytes);
    return made;
}

static PyObject *invert_input(const Input *in) {
    size_t table = ((size_t)in->terms + 1) * sizeof(int64_t);
    PyObject *made[8] = {zeros(table), zeros(table)}, *result = NULL;
    Overflow above = {NULL, 0, 0};
    int64_t *next = PyMem_Malloc(2 * table), *starts, *occurrences;
    uint32_t *last = PyMem_Calloc(in->terms + 1, sizeof(uint32_t));
    if (!made[0] || !made[1] || !next || !last) {
        PyErr_NoMemory();
        goto done;
    }
    starts = (int64_t *)PyByteArray_AS_STRING(made[0]);
    occurrences = (int64_t *)PyByteArray_AS_STRING(made[1]);
    if (!count_terms(in, starts, occurrences, last)) {
        PyErr_SetString(PyExc_ValueError, "a number of a word or term is out of range");
        goto done;
    }
    made[2] = zeros(starts[in->terms] * sizeof(uint16_t));
    made[3] = zeros(starts[in->terms] * sizeof(uint16_t));
    made[4] = zeros(occurrences[in->terms] * sizeof(uint32_t));
    made[5] = zeros(starts[in->terms]);
    made[7] = zeros(occurrences[in->terms]);
    if (!made[2] || !made[3] || !made[4] || !made[5] || !made[7]) goto done;
    memcpy(next, starts, table);
    memcpy((char *)next + table, occurrences, table);
    memset(last, 0, in->terms * sizeof(uint32_t));
    if (fill(in, next, next + in->terms + 1, last, (uint16_t *)PyByteArray_AS_STRING(made[2]),
             (uint16_t *)PyByteArray_AS_STRING(made[3]), &above, (uint32_t *)PyByteArray_AS_STRING(made[4]),
             (uint8_t *)PyByteArray_AS_STRING(made[5]), (uint8_t *)PyByteArray_AS_STRING(made[7])) < 0) {
        PyErr_NoMemory();
        goto done;
    }
    made[6] = PyByteArray_FromStringAndSize((char *)above.rows, (Py_ssize_t)(above.size * sizeof(uint64_t)));
    if (made[6]) result = PyTuple_Pack(8, made[0], made[1], made[2], made[3], made[4], made[5], made[6], made[7]);
done:
    for (int n = 0; n < 8; n++) Py_XDECREF(made[n]);
    PyMem_Free(above.rows);
    PyMem_Free(next);
    PyMem_Free(last);
    return result;
}

static PyObject *invert(PyObject *module, PyObject *args) {
    Py_buffer stream, term_of, bits, extents, lengths, positions;
    Py_ssize_t fields, terms;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*nn", &stream, &term_of, &bits, &extents, &lengths, &positions, &fields, &terms))
        return NULL;
    Input in = {stream.buf, term_of.buf, extents.buf, lengths.buf, positions.len ? positions.buf : NULL, bits.buf,
                stream.len / 4, term_of.len / 4, extents.len / 4, fields, terms};
    if (fields < 1 || fields > 4 || terms < 0 || in.docs > 65536 || bits.len != in.surfaces || lengths.len / 4 != in.docs * fields ||
        (positions.len && positions.len != stream.len))
        PyErr_SetString(PyExc_ValueError, "arrays of unequal length");
    else
        result = invert_input(&in);
    PyBuffer_Release(&stream);
    PyBuffer_Release(&term_of);
    PyBuffer_Release(&bits);
    PyBuffer_Release(&extents);
    PyBuffer_Release(&lengths);
    PyBuffer_Release(&positions);
    return result;
}

static PyMethodDef functions[] = {
    {"plain", plain, METH_O, "Whether a text is surely the same as read and as shown; False decides nothing."},
    {"may_tie", may_tie, METH_O, "Whether `ties` may find something in a text; False is sure."},
    {"words_among", words_among, METH_VARARGS,
     "words_among(text, limit, table): how many words of a table, small letters alone, stand between white space in the first\n\n"
     "`limit` characters of a text. The table has 512 uint64, most of them 0: the up to eight bytes of each word, the first of\n"
     "them highest, in the slot of its product with 0x9E3779B97F4A7C15 (the highest 9 bits) or the next free ones. None where\n"
     "one of the characters is not ASCII."},
    {"invert", invert, METH_VARARGS,
     "invert(stream, term_of, bits, extents, lengths, positions, fields, terms): the postings of a stream of words.\n\n"
     "stream, term_of, extents, lengths, positions uint32, bits uint8; positions may be empty. Gives bytearrays: first posting\n"
     "and first occurrence of each term (int64, terms + 1), then of postings by term and paper: papers (uint16), counts\n"
     "of each field up to 15 (uint16, four bits a field), positions of all occurrences (uint32), forms (uint8); at last,\n"
     "for each occurrence above 15, its posting * fields + field (uint64)."},
    {"neighbour_blocks", neighbour_blocks, METH_O,
     "names.neighbour_blocks of a key; None for one that is not plain ASCII, which is left to that."},
    {NULL, NULL, 0, NULL},
};

static int fill_module(PyObject *module) {
    PyObject *type = PyType_FromSpec(&words_spec);
    if (!type) return -1;
    if (PyModule_AddObject(module, "Words", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, fill_module}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_bulk", "Inner loops of the bulk builder.", 0, functions, module_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__bulk(void) { return PyModuleDef_Init(&module); }
