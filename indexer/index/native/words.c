/* Papers of many words of a group: those that a pattern means, or some surface forms (word_papers.py). */
#include "kernel.h"
#include <stdlib.h>
#include <string.h>

#define LAST_FORM 7 /* the bit that the eighth form of a term and every rarer one share, as in postings.py */
#define FORM_ARRAYS 7

/* The tables of a group by which its words find their postings. */
typedef struct {
    PyObject_HEAD
    Group *group;
    Array start, unread; /* first posting of each term; for each term 1 where its postings were not checked */
    int forms;           /* whether words are surface forms, else they are the terms */
    Array form_term, form_bit, masks_at, masks, rare_form, rare_doc, unread_masks;
} Words;

static int words_init(Words *self, PyObject *args, PyObject *keywords) {
    PyObject *group, *start, *unread, *forms, *rows[FORM_ARRAYS];
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!OOO", &GroupType, &group, &start, &unread, &forms) ||
        take(start, &self->start, 4, 0) < 0 || take(unread, &self->unread, 1, 0) < 0)
        return -1;
    self->group = (Group *)Py_NewRef(group);
    self->forms = forms != Py_None;
    if (self->start.n < 1 || self->unread.n != self->start.n - 1)
        goto unequal;
    if (!self->forms)
        return 0;
    Array *all[FORM_ARRAYS] = {&self->form_term, &self->form_bit, &self->masks_at,    &self->masks,
                               &self->rare_form, &self->rare_doc, &self->unread_masks};
    static const Py_ssize_t widths[FORM_ARRAYS] = {0, 1, 4, 1, 4, 2, 1};
    if (!PyArg_ParseTuple(forms, "OOOOOOO", &rows[0], &rows[1], &rows[2], &rows[3], &rows[4], &rows[5], &rows[6]))
        return -1;
    for (int at = 0; at < FORM_ARRAYS; at++)
        if (take(rows[at], all[at], widths[at], 0) < 0)
            return -1;
    if (self->form_term.n == self->form_bit.n && self->masks_at.n == self->start.n &&
        self->rare_doc.n == self->rare_form.n && self->unread_masks.n == self->unread.n)
        return 0;
unequal:
    damaged("word forms have arrays of unequal lengths");
    return -1;
}

static void words_dealloc(Words *self) {
    Array *all[] = {&self->start, &self->unread, &self->form_term, &self->form_bit, &self->masks_at,
                    &self->masks, &self->rare_form, &self->rare_doc, &self->unread_masks};
    for (size_t at = 0; at < sizeof all / sizeof *all; at++)
        give_back(all[at]);
    Py_XDECREF(self->group);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Which words are asked for: some numbers of a table, or all of low..high; `own` are those that the block has, else all. */
typedef struct {
    Array numbers, own;
    Py_ssize_t low, high;
    int listed, part; /* whether numbers were given, and whether the block has a part of its table alone */
} Asked;

/* A term with the bits of the forms that count, or a form that shares the last bit. */
typedef struct {
    uint32_t term, form;
    uint8_t bits;
} Meant;

typedef struct {
    const Words *words;
    Array *mask;
    int columns, every; /* the fields that count, a bit each, and whether those are all of the group */
    Meant *meant;       /* terms, rising, each once; after them the forms that share the last bit */
    Py_ssize_t terms, rares;
    uint64_t postings;
} Marking;

static uint64_t number_of(const Array *column, Py_ssize_t at) {
    switch (column->view.itemsize) {
    case 1: return ((const uint8_t *)column->view.buf)[at];
    case 2: return ((const uint16_t *)column->view.buf)[at];
    case 4: return ((const uint32_t *)column->view.buf)[at];
    default: return ((const uint64_t *)column->view.buf)[at];
    }
}

/* Take a word into what is meant; -1 where it names no term. Rare ones are put at the end, which is `room`. */
static int mean(Marking *marking, uint64_t word, Py_ssize_t room) {
    const Words *words = marking->words;
    uint64_t term = word;
    uint8_t bits = 1;
    if (words->forms) {
        if (word >= (uint64_t)words->form_term.n)
            return -1;
        term = number_of(&words->form_term, (Py_ssize_t)word);
        uint8_t bit = ((const uint8_t *)words->form_bit.view.buf)[word];
        if (bit > LAST_FORM)
            return -1;
        bits = bit == LAST_FORM ? 0 : (uint8_t)(1 << bit);
    }
    if (term >= (uint64_t)(words->start.n - 1))
        return -1;
    if (!bits)
        marking->meant[room - ++marking->rares] = (Meant){(uint32_t)term, (uint32_t)word, 0};
    else if (marking->terms && marking->meant[marking->terms - 1].term == term)
        marking->meant[marking->terms - 1].bits |= bits;
    else
        marking->meant[marking->terms++] = (Meant){(uint32_t)term, 0, bits};
    return 0;
}

static int by_term(const void *one, const void *other) {
    uint32_t left = ((const Meant *)one)->term, right = ((const Meant *)other)->term;
    return (left > right) - (left < right);
}

/* Each term once: words of one are mostly neighbours, but not all. */
static void unite(Marking *marking) {
    Meant *meant = marking->meant;
    Py_ssize_t kept = 0;
    qsort(meant, (size_t)marking->terms, sizeof *meant, by_term);
    for (Py_ssize_t at = 0; at < marking->terms; at++)
        if (kept && meant[kept - 1].term == meant[at].term)
            meant[kept - 1].bits |= meant[at].bits;
        else
            meant[kept++] = meant[at];
    marking->terms = kept;
}

/* Find which words are meant, by their numbers in the block; -1 where one names no term. */
static int find_meant(Marking *marking, const Asked *asked, Py_ssize_t room) {
    const uint32_t *own = asked->own.view.buf;
    if (!asked->listed) {
        Py_ssize_t low = asked->low, high = asked->high;
        if (asked->part) {
            low = lower32(own, 0, asked->own.n, (uint32_t)low);
            high = lower32(own, low, asked->own.n, (uint32_t)high);
        }
        for (Py_ssize_t word = low; word < high; word++)
            if (mean(marking, (uint64_t)word, room) < 0)
                return -1;
        return 0;
    }
    Py_ssize_t from = 0;
    for (Py_ssize_t at = 0; at < asked->numbers.n; at++) {
        uint32_t number = ((const uint32_t *)asked->numbers.view.buf)[at];
        if (asked->part) {
            from = lower32(own, from, asked->own.n, number);
            if (from == asked->own.n)
                break;
            if (own[from] != number)
                continue;
            number = (uint32_t)from;
        }
        if (mean(marking, number, room) < 0)
            return -1;
    }
    return 0;
}

/* The terms of what is meant that may not be read yet, as bytes of uint32; None where all may. */
static PyObject *unread_terms(const Marking *marking, Py_ssize_t room) {
    const Words *words = marking->words;
    const uint8_t *unread = words->unread.view.buf, *unread_masks = words->unread_masks.view.buf;
    uint32_t *terms = NULL;
    Py_ssize_t n = 0, all = marking->terms + (marking->every ? 0 : marking->rares);
    for (Py_ssize_t at = 0; at < all; at++) {
        uint32_t term = marking->meant[at < marking->terms ? at : room - 1 - (at - marking->terms)].term;
        if (!unread[term] && !(words->forms && unread_masks[term]))
            continue;
        if (terms == NULL && (terms = PyMem_Malloc((size_t)all * sizeof *terms)) == NULL)
            return PyErr_NoMemory();
        terms[n++] = term;
    }
    if (!n)
        return Py_NewRef(Py_None);
    PyObject *result = PyBytes_FromStringAndSize((const char *)terms, n * (Py_ssize_t)sizeof *terms);
    PyMem_Free(terms);
    return result;
}

/* The postings of a term; 0 where they lie outside their array. */
static int postings_of(const Words *words, uint32_t term, Py_ssize_t *low, Py_ssize_t *high) {
    const uint32_t *start = words->start.view.buf;
    *low = start[term];
    *high = start[term + 1];
    return *low <= *high && *high <= words->group->docs.n;
}

static Fault mark_terms(const Marking *marking) {
    const Words *words = marking->words;
    const Group *group = words->group;
    const uint16_t *docs = group->docs.view.buf;
    const uint32_t *first = words->masks_at.view.buf;
    uint8_t *marks = marking->mask->view.buf;
    for (Py_ssize_t at = 0; at < marking->terms; at++) {
        uint32_t term = marking->meant[at].term;
        uint8_t wanted = marking->meant[at].bits;
        Py_ssize_t low, high;
        if (!postings_of(words, term, &low, &high))
            return NO_POSTINGS;
        const uint8_t *bits = NULL;
        if (words->forms && first[term + 1] != first[term]) {
            if (first[term + 1] - first[term] != (uint32_t)(high - low) || first[term + 1] > words->masks.n)
                return NO_FORMS;
            bits = (const uint8_t *)words->masks.view.buf + first[term];
        } else if (!(wanted & 1)) {
            continue; /* a word with one form only has no bits: all of its postings are of that form, the first */
        }
        for (Py_ssize_t posting = low; posting < high; posting++) {
            uint16_t doc = docs[posting];
            if (doc >= marking->mask->n)
                return NO_PAPER;
            if ((bits == NULL || bits[posting - low] & wanted) &&
                (marking->every || stands_in(group, posting, marking->columns)))
                marks[doc] = 1;
        }
    }
    return FINE;
}

/* The forms that share the last bit: their papers stand in pairs, without frequencies. */
static Fault mark_rares(const Marking *marking, Py_ssize_t room) {
    const Words *words = marking->words;
    const uint32_t *forms = words->rare_form.view.buf;
    const uint16_t *papers = words->rare_doc.view.buf, *docs = words->group->docs.view.buf;
    uint8_t *marks = marking->mask->view.buf;
    Py_ssize_t pair = 0, low, high;
    for (Py_ssize_t at = 0; at < marking->rares; at++) {
        const Meant *meant = &marking->meant[room - 1 - at];
        /* They rise, and those of a prefix follow each other. */
        if (pair >= words->rare_form.n || forms[pair] != meant->form)
            pair = lower32(forms, 0, words->rare_form.n, meant->form);
        if (!marking->every && !postings_of(words, meant->term, &low, &high))
            return NO_POSTINGS;
        for (; pair < words->rare_form.n && forms[pair] == meant->form; pair++) {
            uint16_t doc = papers[pair];
            if (doc >= marking->mask->n)
                return NO_PAPER;
            if (!marking->every) {
                Py_ssize_t posting = lower16(docs, low, high, doc);
                if (posting == high || docs[posting] != doc || !stands_in(words->group, posting, marking->columns))
                    continue;
            }
            marks[doc] = 1;
        }
    }
    return FINE;
}

static PyObject *marked(Marking *marking, const Asked *asked, Py_ssize_t room) {
    if (find_meant(marking, asked, room) < 0)
        return damaged("a word form has no word");
    unite(marking);
    PyObject *unread = unread_terms(marking, room);
    if (unread != Py_None)
        return unread;
    const uint32_t *start = marking->words->start.view.buf;
    for (Py_ssize_t at = 0; at < marking->terms; at++)
        marking->postings += (uint32_t)(start[marking->meant[at].term + 1] - start[marking->meant[at].term]);
    Fault fault;
    LET_GO(marking->postings)
    fault = mark_terms(marking);
    if (!fault && marking->rares)
        fault = mark_rares(marking, room);
    TAKE_BACK
    raise_fault(fault);
    if (!fault)
        return unread;
    Py_DECREF(unread);
    return NULL;
}

static PyObject *words_mark(Words *self, PyObject *args) {
    PyObject *mask_object, *numbers, *own, *result = NULL;
    Array mask = {.view = {.obj = NULL}};
    Asked asked = {.numbers = mask, .own = mask};
    Marking marking = {.words = self, .mask = &mask, .every = 1};
    if (!PyArg_ParseTuple(args, "OOnnOi", &mask_object, &numbers, &asked.low, &asked.high, &own, &marking.columns))
        return NULL;
    asked.listed = numbers != Py_None;
    asked.part = own != Py_None;
    if (take(mask_object, &mask, 1, 1) < 0 || (asked.listed && take(numbers, &asked.numbers, 4, 0) < 0) ||
        (asked.part && take(own, &asked.own, 4, 0) < 0))
        goto done;
    for (int field = 0; field < self->group->fields; field++)
        marking.every = marking.every && (marking.columns >> (self->group->first + field) & 1);
    Py_ssize_t words = self->forms ? self->form_term.n : self->start.n - 1;
    Py_ssize_t most = asked.listed ? asked.numbers.n : asked.high - asked.low;
    if (asked.part && asked.own.n != words) {
        damaged("a block has other words than its table says");
        goto done;
    }
    if (!asked.listed && (asked.low < 0 || asked.high < asked.low || asked.high > UINT32_MAX)) {
        PyErr_SetString(PyExc_ValueError, "words are asked for from one number to a larger one");
        goto done;
    }
    /* A range of the whole table holds at most all words of the block. */
    most = most < words || asked.listed ? most : words;
    marking.meant = PyMem_Malloc((size_t)(most + 1) * sizeof *marking.meant);
    if (marking.meant == NULL)
        PyErr_NoMemory();
    else
        result = marked(&marking, &asked, most + 1);
done:
    PyMem_Free(marking.meant);
    give_back(&mask);
    give_back(&asked.numbers);
    give_back(&asked.own);
    return result;
}

static PyMethodDef methods[] = {
    {"mark", (PyCFunction)words_mark, METH_VARARGS,
     "mark(mask, numbers, low, high, own, columns) -> None, or terms (bytes of uint32) that must be checked first: set a "
     "mask at the papers of some words, given as numbers (rising, uint32) or None and low..high, of a table of which the "
     "block has `own` (None: all)"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject WordsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Words",
    .tp_basicsize = sizeof(Words),
    .tp_doc = "Words(group, start, unread, forms): words of a posting group; forms None where they are its terms, else "
              "(form_term, form_bit, masks_at, masks, rare_form, rare_doc, unread_masks)",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)words_init,
    .tp_dealloc = (destructor)words_dealloc,
    .tp_methods = methods,
};
