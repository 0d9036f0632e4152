/* Posting groups (groups.py): frequencies of postings, and papers in which words stand in order. */
#include "kernel.h"
#include <math.h>
#include <string.h>

static int group_init(Group *self, PyObject *args, PyObject *keywords) {
    PyObject *docs, *codes, *combos, *code_x, *combo_x, *pos, *high, *pos_x, *pos_v, *skip;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "OOOOOOOOOOii", &docs, &codes, &combos, &code_x, &combo_x, &pos, &high, &pos_x, &pos_v, &skip,
                          &self->fields, &self->first))
        return -1;
    if (take(docs, &self->docs, 2, 0) < 0 || take(codes, &self->codes, 1, 0) < 0 ||
        take(combos, &self->combos, 4, 0) < 0 || take(code_x, &self->code_x, 4, 0) < 0 ||
        take(combo_x, &self->combo_x, 4, 0) < 0 || take(pos, &self->pos, 0, 0) < 0 || take(high, &self->high, 1, 0) < 0 ||
        take(pos_x, &self->pos_x, 4, 0) < 0 || take(pos_v, &self->pos_v, 4, 0) < 0 || take(skip, &self->skip, 4, 0) < 0)
        return -1;
    int fields = self->fields;
    if (fields < 1 || self->first < 0 || self->first + fields > MAX_FIELDS || self->combos.n != 256 * fields ||
        self->codes.n != self->docs.n || self->combo_x.n != self->code_x.n * fields || self->pos_v.n != self->pos_x.n ||
        self->pos.view.itemsize > 2 || (self->pos.view.itemsize == 1 && self->high.n != (self->pos.n + 7) / 8) ||
        self->skip.n != (self->docs.n >> SKIP) + 1) {
        damaged("a posting group has arrays of unequal lengths");
        return -1;
    }
    const int32_t *row = self->combos.view.buf;
    for (int code = 0; code < 256; code++) {
        self->totals[code] = 0;
        for (int field = 0; field < fields; field++)
            self->totals[code] += (uint32_t)*row++;
    }
    return 0;
}

static void group_dealloc(Group *self) {
    Array *all[] = {&self->docs, &self->codes, &self->combos, &self->code_x, &self->combo_x,
                    &self->pos, &self->high, &self->pos_x, &self->pos_v, &self->skip};
    for (size_t at = 0; at < sizeof all / sizeof *all; at++)
        give_back(all[at]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

const int32_t *frequencies(const Group *group, Py_ssize_t posting) {
    uint8_t code = ((const uint8_t *)group->codes.view.buf)[posting];
    if (code == ESCAPE && group->code_x.n) {
        const uint32_t *escaped = group->code_x.view.buf;
        Py_ssize_t at = lower32(escaped, 0, group->code_x.n, (uint32_t)posting);
        if (at < group->code_x.n && escaped[at] == (uint32_t)posting)
            return (const int32_t *)group->combo_x.view.buf + at * group->fields;
    }
    return (const int32_t *)group->combos.view.buf + code * group->fields;
}

static uint32_t total(const Group *group, Py_ssize_t posting) {
    uint8_t code = ((const uint8_t *)group->codes.view.buf)[posting];
    if (code != ESCAPE)
        return group->totals[code];
    const int32_t *row = frequencies(group, posting);
    uint32_t sum = 0;
    for (int field = 0; field < group->fields; field++)
        sum += (uint32_t)row[field];
    return sum;
}

/* Position of an occurrence inside its paper: 9 bits where nearly all are below 511, else 16, and exceptions. */
static uint32_t position_at(const Group *group, Py_ssize_t at) {
    uint32_t position;
    if (group->pos.view.itemsize == 1) {
        position = ((const uint8_t *)group->pos.view.buf)[at];
        position |= (uint32_t)(((const uint8_t *)group->high.view.buf)[at >> 3] >> (at & 7) & 1) << 8;
        if (position != WIDE_BY_9)
            return position;
    } else {
        position = ((const uint16_t *)group->pos.view.buf)[at];
        if (position != WIDE)
            return position;
    }
    const uint32_t *wide = group->pos_x.view.buf;
    Py_ssize_t found = lower32(wide, 0, group->pos_x.n, (uint32_t)at);
    if (found < group->pos_x.n && wide[found] == (uint32_t)at)
        position = ((const uint32_t *)group->pos_v.view.buf)[found];
    return position;
}

/* --- words in order --- */

typedef struct {
    uint64_t *items;
    Py_ssize_t n, room;
} Positions;

/* Nothing from here to the next heading needs the interpreter's lock. */
static Fault reserve(Positions *positions, Py_ssize_t room) {
    if (room <= positions->room)
        return FINE;
    uint64_t *items = PyMem_RawRealloc(positions->items, (size_t)(room * 2) * sizeof *items);
    if (items == NULL)
        return NO_MEMORY;
    positions->items = items;
    positions->room = room * 2;
    return FINE;
}

typedef struct {
    int64_t low, high, cursor;
    int same; /* the first word with the same span: its positions are found once */
    int64_t counted, occurrence; /* a posting and its first occurrence: those after it are counted from there */
    Positions positions;
} Word;

typedef struct {
    uint8_t *items;
    Py_ssize_t n, room;
} Bytes;

static Fault append(Bytes *bytes, const void *data, Py_ssize_t size) {
    if (bytes->n + size > bytes->room) {
        Py_ssize_t room = (bytes->n + size) * 2;
        uint8_t *items = PyMem_RawRealloc(bytes->items, (size_t)room);
        if (items == NULL)
            return NO_MEMORY;
        bytes->items = items;
        bytes->room = room;
    }
    memcpy(bytes->items + bytes->n, data, (size_t)size);
    bytes->n += size;
    return FINE;
}

/* Positions of a posting's occurrences: field << 32 | position, of names author << 2 * bits | word. */
static Fault find_positions(const Group *group, Word *word, const uint64_t *borders, int name_bits) {
    Py_ssize_t posting = word->cursor, block = posting >> SKIP;
    Py_ssize_t before = block << SKIP;
    uint64_t first = ((const uint32_t *)group->skip.view.buf)[block];
    if (word->counted > before && word->counted <= posting) {
        before = word->counted;
        first = (uint64_t)word->occurrence;
    }
    for (; before < posting; before++)
        first += total(group, before);
    word->counted = posting;
    word->occurrence = (int64_t)first;
    uint32_t count = total(group, posting);
    if (first + count > (uint64_t)group->pos.n)
        return NO_POSITIONS;
    if (reserve(&word->positions, count))
        return NO_MEMORY;
    int unit = 0;
    for (uint32_t at = 0; at < count; at++) {
        uint64_t position = position_at(group, (Py_ssize_t)(first + at));
        if (name_bits) {
            word->positions.items[at] = position + ((position >> name_bits) << name_bits);
            continue;
        }
        while (unit < group->fields - 1 && position >= borders[unit])
            unit++;
        word->positions.items[at] = (uint64_t)unit << 32 | position;
    }
    word->positions.n = count;
    return FINE;
}

/* Move every word's cursor to a document; 0 where one of them lacks it. */
static int all_hold(const uint16_t *docs, Word *words, Py_ssize_t n, uint16_t doc) {
    for (Py_ssize_t at = 0; at < n; at++) {
        Word *word = &words[at];
        if (word->same >= 0)
            continue;
        /* The rarest word leads, so that the others mostly step far. */
        word->cursor = gallop16(docs, word->cursor, word->high, doc);
        if (word->cursor == word->high || docs[word->cursor] != doc)
            return 0;
    }
    return 1;
}

/* Keep of `ends` (rising) moved by one word: in `out` the positions of `here` that follow one of them by at most `slop`. */
static Py_ssize_t follow(const uint64_t *ends, Py_ssize_t n, const Positions *here, uint64_t slop, uint64_t *out) {
    Py_ssize_t kept = 0, at = 0;
    for (Py_ssize_t position = 0; position < here->n; position++) {
        uint64_t wanted = here->items[position];
        while (at < n && ends[at] + slop < wanted)
            at++;
        if (at < n && ends[at] < wanted)
            out[kept++] = wanted;
    }
    return kept;
}

typedef struct {
    const Group *group;
    Array lengths, parameters;
    Py_ssize_t papers, n, lead; /* words, and the rarest of them */
    Word *words;
    int slop, columns, name_bits, width; /* fields of the schema */
    Positions ends, next;
    Bytes found, counts, bounds;
} Phrase;

/* Count in `row` where the words of a paper stand in order, once for each field; *any whether they do. */
static Fault count_phrase(Phrase *phrase, int32_t *row, int *any) {
    const Word *words = phrase->words;
    const Positions *start = &words[0].positions;
    if (reserve(&phrase->ends, start->n))
        return NO_MEMORY;
    if (start->n)
        memcpy(phrase->ends.items, start->items, (size_t)start->n * sizeof *start->items);
    phrase->ends.n = start->n;
    for (Py_ssize_t at = 1; at < phrase->n && phrase->ends.n; at++) {
        const Positions *here = &words[words[at].same >= 0 ? words[at].same : at].positions;
        if (reserve(&phrase->next, here->n))
            return NO_MEMORY;
        phrase->next.n = follow(phrase->ends.items, phrase->ends.n, here, (uint64_t)phrase->slop, phrase->next.items);
        Positions swapped = phrase->ends;
        phrase->ends = phrase->next;
        phrase->next = swapped;
    }
    for (Py_ssize_t at = 0; at < phrase->ends.n; at++) {
        int column = phrase->group->first + (phrase->name_bits ? 0 : (int)(phrase->ends.items[at] >> 32));
        if (phrase->columns >> column & 1) {
            row[column]++;
            *any = 1;
        }
    }
    return FINE;
}

static Fault find_phrases(Phrase *phrase) {
    const Group *group = phrase->group;
    const uint16_t *docs = group->docs.view.buf;
    const Word *lead = &phrase->words[phrase->lead];
    for (int64_t posting = lead->low; posting < lead->high; posting++) {
        uint16_t doc = docs[posting];
        uint64_t borders[MAX_FIELDS], border = 0;
        int32_t row[MAX_FIELDS] = {0};
        int any = 0;
        Fault fault = FINE;
        if (doc >= phrase->papers)
            return NO_PAPER;
        if (!all_hold(docs, phrase->words, phrase->n, doc))
            continue;
        for (int field = 0; field < group->fields; field++)
            borders[field] = border += length_of(&phrase->lengths, phrase->papers, group->first + field, doc);
        for (Py_ssize_t at = 0; at < phrase->n && !fault; at++)
            if (phrase->words[at].same < 0)
                fault = find_positions(group, &phrase->words[at], borders, phrase->name_bits);
        if (fault || (fault = count_phrase(phrase, row, &any)))
            return fault;
        if (!any)
            continue;
        double saturated =
            saturation(row, &phrase->lengths, phrase->parameters.view.buf, phrase->papers, phrase->width, doc);
        double bound = ceil(saturated * 255.0 * (1 + 1e-9));
        uint8_t level = bound < 255.0 ? (uint8_t)bound : 255;
        if (append(&phrase->found, &doc, 2) || append(&phrase->counts, row, 4 * phrase->width) ||
            append(&phrase->bounds, &level, 1))
            return NO_MEMORY;
    }
    return FINE;
}

/* Read the spans of the words; -1 with an exception set. */
static int read_spans(Phrase *phrase, PyObject *spans) {
    Word *words = phrase->words;
    for (Py_ssize_t at = 0; at < phrase->n; at++) {
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(spans, at), "LL", &words[at].low, &words[at].high))
            return -1;
        if (words[at].low < 0 || words[at].high < words[at].low || words[at].high > phrase->group->docs.n) {
            raise_fault(NO_POSTINGS);
            return -1;
        }
        words[at].cursor = words[at].low;
        words[at].same = -1;
        for (Py_ssize_t before = 0; before < at && words[at].same < 0; before++)
            if (words[before].low == words[at].low)
                words[at].same = (int)before;
        if (words[at].high - words[at].low < words[phrase->lead].high - words[phrase->lead].low)
            phrase->lead = at;
    }
    return 0;
}

PyObject *group_phrase(Group *self, PyObject *args) {
    PyObject *spans, *lengths, *parameters, *result = NULL;
    Phrase phrase = {.group = self};
    if (!PyArg_ParseTuple(args, "O!OOniii", &PyTuple_Type, &spans, &lengths, &parameters, &phrase.papers, &phrase.slop,
                          &phrase.columns, &phrase.name_bits))
        return NULL;
    phrase.n = PyTuple_GET_SIZE(spans);
    if (take(lengths, &phrase.lengths, 0, 0) < 0 || take(parameters, &phrase.parameters, DOUBLES, 0) < 0)
        goto done;
    phrase.width = (int)((phrase.parameters.n - 1) / 3);
    phrase.words = PyMem_Calloc((size_t)phrase.n + 1, sizeof *phrase.words);
    if (phrase.words == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    if (phrase.n == 0 || phrase.width < self->first + self->fields || phrase.width > MAX_FIELDS || phrase.papers < 0 ||
        phrase.papers > MAX_DOCS || phrase.lengths.n != phrase.width * phrase.papers || phrase.name_bits < 0 ||
        phrase.name_bits > 31) {
        damaged("lengths of fields are missing");
        goto done;
    }
    if (read_spans(&phrase, spans) < 0)
        goto done;
    Fault fault;
    LET_GO((phrase.words[phrase.lead].high - phrase.words[phrase.lead].low) * 4)
    fault = find_phrases(&phrase);
    TAKE_BACK
    raise_fault(fault);
    if (fault)
        goto done;
    const Bytes *found = &phrase.found, *counts = &phrase.counts, *bounds = &phrase.bounds;
    result = Py_BuildValue("y#y#y#", found->items ? (char *)found->items : "", found->n,
                           counts->items ? (char *)counts->items : "", counts->n,
                           bounds->items ? (char *)bounds->items : "", bounds->n);
done:
    for (Py_ssize_t at = 0; phrase.words != NULL && at < phrase.n; at++)
        PyMem_RawFree(phrase.words[at].positions.items);
    PyMem_Free(phrase.words);
    PyMem_RawFree(phrase.ends.items);
    PyMem_RawFree(phrase.next.items);
    PyMem_RawFree(phrase.found.items);
    PyMem_RawFree(phrase.counts.items);
    PyMem_RawFree(phrase.bounds.items);
    give_back(&phrase.lengths);
    give_back(&phrase.parameters);
    return result;
}

/* --- one word --- */

int stands_in(const Group *group, Py_ssize_t posting, int columns) {
    const int32_t *row = frequencies(group, posting);
    int any = 0;
    for (int field = 0; field < group->fields; field++)
        any |= (columns >> (group->first + field) & 1) && row[field];
    return any;
}

/* Positions of one word in some papers (rising): owner << 40 | field << 32 | position, owners counted from `first`. */
static PyObject *group_positions(Group *self, PyObject *args) {
    PyObject *docs_object, *lengths_object, *result = NULL;
    long long low, high, first;
    Py_ssize_t papers;
    int columns;
    if (!PyArg_ParseTuple(args, "LLOOnLi", &low, &high, &docs_object, &lengths_object, &papers, &first, &columns))
        return NULL;
    Array wanted, lengths;
    if (take(docs_object, &wanted, 2, 0) < 0)
        return NULL;
    if (take(lengths_object, &lengths, 0, 0) < 0) {
        give_back(&wanted);
        return NULL;
    }
    Word word = {.low = low, .high = high, .cursor = low, .same = -1};
    Bytes found = {0};
    const uint16_t *docs = self->docs.view.buf, *asked = wanted.view.buf;
    if (low < 0 || high < low || high > self->docs.n) {
        damaged("postings of a word lie outside their array");
        goto done;
    }
    if (papers < 0 || (Py_ssize_t)(self->first + self->fields) * papers > lengths.n) {
        damaged("lengths of fields are missing");
        goto done;
    }
    for (Py_ssize_t at = 0; at < wanted.n; at++) {
        if (asked[at] >= papers) {
            damaged("a paper is asked for that the segment lacks");
            goto done;
        }
        if (!all_hold(docs, &word, 1, asked[at]))
            continue;
        if (!stands_in(self, word.cursor, columns))
            continue;
        uint64_t borders[MAX_FIELDS], border = 0;
        for (int field = 0; field < self->fields; field++)
            borders[field] = border += length_of(&lengths, papers, self->first + field, asked[at]);
        Fault fault = find_positions(self, &word, borders, 0);
        if (fault) {
            raise_fault(fault);
            goto done;
        }
        uint64_t owner = (uint64_t)(first + at) << 40;
        Py_ssize_t kept = 0;
        for (Py_ssize_t position = 0; position < word.positions.n; position++) {
            uint64_t item = word.positions.items[position];
            uint64_t column = (uint64_t)self->first + (item >> 32);
            if (columns >> column & 1)
                word.positions.items[kept++] = owner | (column << 32) | (item & 0xFFFFFFFF);
        }
        word.positions.n = kept;
        if (kept && append(&found, word.positions.items, kept * (Py_ssize_t)sizeof *word.positions.items)) {
            raise_fault(NO_MEMORY);
            goto done;
        }
    }
    result = PyBytes_FromStringAndSize((const char *)found.items, found.n);
done:
    PyMem_RawFree(word.positions.items);
    PyMem_RawFree(found.items);
    give_back(&wanted);
    give_back(&lengths);
    return result;
}

static PyMethodDef methods[] = {
    {"positions", (PyCFunction)group_positions, METH_VARARGS,
     "positions(low, high, docs, lengths, papers, first, columns) -> bytes of int64: where a word stands in some papers "
     "(uint16, rising), in the fields whose bits `columns` has: owner << 40 | field << 32 | position, the owner being "
     "the paper's index plus `first`"},
    {"phrase", (PyCFunction)group_phrase, METH_VARARGS,
     "phrase(spans, lengths, parameters, papers, slop, columns, name_bits) -> (docs, counts, bounds): bytes of uint16, "
     "of rows of int32, one a field of the schema, and of uint8; `columns` a bit a field, `name_bits` 0 but for names"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject GroupType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Group",
    .tp_basicsize = sizeof(Group),
    .tp_doc = "Group(docs, codes, combos, code_x, combo_x, pos, high, pos_x, pos_v, skip, fields, first): postings",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)group_init,
    .tp_dealloc = (destructor)group_dealloc,
    .tp_methods = methods,
};
