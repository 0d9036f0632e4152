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
    Column start;
    Array unread; /* for each term 1 where its postings were not checked */
    int forms;    /* whether words are surface forms, else they are the terms */
    Column form_term, form_bit, masks_at, rare_form, rare_doc;
    Array masks, unread_masks;
} Words;

static int words_init(Words *self, PyObject *args, PyObject *keywords) {
    PyObject *group, *start, *unread, *forms, *rows[FORM_ARRAYS];
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!OOO", &GroupType, &group, &start, &unread, &forms) ||
        take_column(start, &self->start, 4) < 0 || take(unread, &self->unread, 1, 0) < 0)
        return -1;
    self->group = (Group *)Py_NewRef(group);
    self->forms = forms != Py_None;
    Py_ssize_t terms = self->start.array.n - 1;
    if (terms < 0 || self->unread.n != terms)
        goto unequal;
    if (!self->forms)
        return 0;
    Column *columns[] = {&self->form_term, &self->form_bit, &self->masks_at, &self->rare_form, &self->rare_doc};
    static const Py_ssize_t widths[] = {0, 1, 4, 4, 2};
    if (!PyArg_ParseTuple(forms, "OOOOOOO", &rows[0], &rows[1], &rows[2], &rows[3], &rows[4], &rows[5], &rows[6]))
        return -1;
    for (int at = 0; at < 5; at++)
        if (take_column(rows[at], columns[at], widths[at]) < 0)
            return -1;
    if (take(rows[5], &self->masks, 1, 0) < 0 || take(rows[6], &self->unread_masks, 1, 0) < 0)
        return -1;
    if (self->form_term.array.n == self->form_bit.array.n && self->masks_at.array.n == self->start.array.n &&
        self->rare_doc.array.n == self->rare_form.array.n && self->unread_masks.n == terms)
        return 0;
unequal:
    damaged("word forms have arrays of unequal lengths");
    return -1;
}

static void words_dealloc(Words *self) {
    Column *columns[] = {&self->start,    &self->form_term, &self->form_bit,
                         &self->masks_at, &self->rare_form, &self->rare_doc};
    for (size_t at = 0; at < sizeof columns / sizeof *columns; at++)
        give_column(columns[at]);
    give_back(&self->unread);
    give_back(&self->masks);
    give_back(&self->unread_masks);
    Py_XDECREF(self->group);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Which words are asked for: some numbers of a table, or all of low..high; `own` are those that the block has. */
typedef struct {
    Array numbers;
    const Numbers *own; /* NULL: the block has all words of its table */
    Py_ssize_t low, high;
    int listed; /* whether numbers were given */
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

static uint64_t number_of(const Array *array, Py_ssize_t at) {
    switch (array->view.itemsize) {
    case 1: return ((const uint8_t *)array->view.buf)[at];
    case 2: return ((const uint16_t *)array->view.buf)[at];
    case 4: return ((const uint32_t *)array->view.buf)[at];
    default: return ((const uint64_t *)array->view.buf)[at];
    }
}

/* Take a word into what is meant; -1 with an exception set. Rare ones are put at the end, which is `room`. */
static int mean(Marking *marking, uint64_t word, Py_ssize_t room) {
    const Words *words = marking->words;
    uint64_t term = word;
    uint8_t bit = 0;
    if (words->forms && word < (uint64_t)words->form_term.array.n) {
        Py_ssize_t at = (Py_ssize_t)word;
        if (column_ready(&words->form_term, at, at + 1) < 0 || column_ready(&words->form_bit, at, at + 1) < 0)
            return -1;
        term = number_of(&words->form_term.array, at);
        bit = ((const uint8_t *)words->form_bit.array.view.buf)[at];
    } else if (words->forms) {
        bit = UINT8_MAX;
    }
    if (bit > LAST_FORM || term >= (uint64_t)(words->start.array.n - 1)) {
        damaged("a word form has no word");
        return -1;
    }
    uint8_t bits = bit == LAST_FORM ? 0 : (uint8_t)(1 << bit);
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

/* Find which words are meant, by their numbers in the block; -1 with an exception set. */
static int find_meant(Marking *marking, const Asked *asked, Py_ssize_t room) {
    const Numbers *own = asked->own;
    if (!asked->listed) {
        Py_ssize_t low = own == NULL ? asked->low : lower_number(own, (uint32_t)asked->low);
        Py_ssize_t high = own == NULL ? asked->high : lower_number(own, (uint32_t)asked->high);
        if (low < 0 || high < 0)
            return -1;
        if (high - low >= room) {
            damaged("words of a block do not rise");
            return -1;
        }
        for (Py_ssize_t word = low; word < high; word++)
            if (mean(marking, (uint64_t)word, room) < 0)
                return -1;
        return 0;
    }
    for (Py_ssize_t at = 0; at < asked->numbers.n; at++) {
        uint32_t number = ((const uint32_t *)asked->numbers.view.buf)[at];
        if (own != NULL) {
            Py_ssize_t here = find_number(own, number);
            if (here < -1)
                return -1;
            if (here < 0)
                continue;
            number = (uint32_t)here;
        }
        if (mean(marking, number, room) < 0)
            return -1;
    }
    return 0;
}

/* The terms of what is meant whose postings may not be read yet, as bytes of uint32; None where all may. */
static PyObject *unread_terms(const Marking *marking, Py_ssize_t room) {
    const Words *words = marking->words;
    const uint8_t *unread = words->unread.view.buf, *unread_masks = words->unread_masks.view.buf;
    uint32_t *terms = NULL;
    Py_ssize_t n = 0, all = marking->terms + (marking->every ? 0 : marking->rares);
    for (Py_ssize_t at = 0; at < all; at++) {
        uint32_t term = marking->meant[at < marking->terms ? at : room - 1 - (at - marking->terms)].term;
        if (column_ready(&words->start, term, (Py_ssize_t)term + 2) < 0 ||
            (words->forms && column_ready(&words->masks_at, term, (Py_ssize_t)term + 2) < 0)) {
            PyMem_Free(terms);
            return NULL;
        }
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
    const uint32_t *start = words->start.array.view.buf;
    *low = start[term];
    *high = start[term + 1];
    return *low <= *high && *high <= words->group->docs.n;
}

static Fault mark_terms(const Marking *marking) {
    const Words *words = marking->words;
    const Group *group = words->group;
    const uint16_t *docs = group->docs.view.buf;
    const uint32_t *first = words->masks_at.array.view.buf;
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

/* The forms that share the last bit: their papers stand in pairs, without frequencies. -1 with an exception set. */
static int mark_rares(const Marking *marking, Py_ssize_t room) {
    const Words *words = marking->words;
    const Column *pairs = &words->rare_form, *owners = &words->rare_doc;
    const uint32_t *forms = pairs->array.view.buf;
    const uint16_t *papers = owners->array.view.buf, *docs = words->group->docs.view.buf;
    Py_ssize_t low = 0, high = 0;
    for (Py_ssize_t at = 0; at < marking->rares; at++) {
        const Meant *meant = &marking->meant[room - 1 - at];
        Py_ssize_t pair = lower_in(pairs, 0, pairs->array.n, meant->form);
        if (pair < 0)
            return -1;
        if (!marking->every && !postings_of(words, meant->term, &low, &high)) {
            raise_fault(NO_POSTINGS);
            return -1;
        }
        for (; pair < pairs->array.n; pair++) {
            if (column_ready(pairs, pair, pair + 1) < 0)
                return -1;
            if (forms[pair] != meant->form)
                break;
            if (column_ready(owners, pair, pair + 1) < 0)
                return -1;
            uint16_t doc = papers[pair];
            if (doc >= marking->mask->n) {
                raise_fault(NO_PAPER);
                return -1;
            }
            Py_ssize_t posting = marking->every ? low : lower16(docs, low, high, doc);
            if (marking->every || (posting < high && docs[posting] == doc &&
                                   stands_in(words->group, posting, marking->columns)))
                ((uint8_t *)marking->mask->view.buf)[doc] = 1;
        }
    }
    return 0;
}

static PyObject *marked(Marking *marking, const Asked *asked, Py_ssize_t room) {
    if (find_meant(marking, asked, room) < 0)
        return NULL;
    unite(marking);
    PyObject *unread = unread_terms(marking, room);
    if (unread != Py_None)
        return unread;
    const uint32_t *start = marking->words->start.array.view.buf;
    for (Py_ssize_t at = 0; at < marking->terms; at++)
        marking->postings += (uint32_t)(start[marking->meant[at].term + 1] - start[marking->meant[at].term]);
    Fault fault;
    LET_GO(marking->postings)
    fault = mark_terms(marking);
    TAKE_BACK
    raise_fault(fault);
    if (!fault && mark_rares(marking, room) == 0)
        return unread;
    Py_DECREF(unread);
    return NULL;
}

static PyObject *words_mark(Words *self, PyObject *args) {
    PyObject *mask_object, *numbers, *own, *result = NULL;
    Array mask = {.view = {.obj = NULL}};
    Asked asked = {.numbers = mask};
    Marking marking = {.words = self, .mask = &mask, .every = 1};
    if (!PyArg_ParseTuple(args, "OOnnOi", &mask_object, &numbers, &asked.low, &asked.high, &own, &marking.columns))
        return NULL;
    asked.listed = numbers != Py_None;
    if (own != Py_None && !PyObject_TypeCheck(own, &NumbersType)) {
        PyErr_SetString(PyExc_TypeError, "the words of a block are Numbers");
        return NULL;
    }
    asked.own = own == Py_None ? NULL : (Numbers *)own;
    if (take(mask_object, &mask, 1, 1) < 0 || (asked.listed && take(numbers, &asked.numbers, 4, 0) < 0))
        goto done;
    for (int field = 0; field < self->group->fields; field++)
        marking.every = marking.every && (marking.columns >> (self->group->first + field) & 1);
    Py_ssize_t words = self->forms ? self->form_term.array.n : self->start.array.n - 1;
    Py_ssize_t most = asked.listed ? asked.numbers.n : asked.high - asked.low;
    if (asked.own != NULL && asked.own->column.array.n != words) {
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
    return result;
}

static PyMethodDef methods[] = {
    {"mark", (PyCFunction)words_mark, METH_VARARGS,
     "mark(mask, numbers, low, high, own, columns) -> None, or terms (bytes of uint32) that must be checked first: set a "
     "mask at the papers of some words, given as numbers (rising, uint32) or None and low..high, of a table of which the "
     "block has `own` (Numbers; None: all)"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject WordsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Words",
    .tp_basicsize = sizeof(Words),
    .tp_doc = "Words(group, start, unread, forms): words of a posting group; forms None where they are its terms, else "
              "(form_term, form_bit, masks_at, rare_form, rare_doc, masks, unread_masks); columns as Numbers takes",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)words_init,
    .tp_dealloc = (destructor)words_dealloc,
    .tp_methods = methods,
};
