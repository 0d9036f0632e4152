/* The passage of a plain text in which the words of a query stand, with those marked: `query.present.snippets.snippet`
of letters and signs that stand for themselves, with spaces alone between words, and formulas. Nearly all abstracts are
of this kind; the others are left to Python. */
#include "kernel.h"
#include <string.h>

#define LONGEST 20000       /* longer texts are read in pieces, in Python */
#define LONGEST_FORMULA 1000
#define BEGINNING 3 /* letters of a beginning, as in beginnings.py */

/* A place to mark: the number of the word it counts for. */
typedef struct {
    Py_ssize_t start, end;
    unsigned long key;
} Match;

typedef struct {
    Py_ssize_t start, end;
} Run;

/* Runs, as many as there are. */
typedef struct {
    Run *items;
    Py_ssize_t n, room;
} Runs;

typedef struct {
    Py_UCS4 *text;
    Py_ssize_t size, width;
    PyObject *known, *resolve, *tokens;
    const uint8_t *firsts; /* for each character whether a word that matches may begin with it; NULL: any may */
    const uint8_t *beginnings; /* of words that match, three letters each; NULL: any may */
    Py_ssize_t n_beginnings;
    const char *near; /* words of which one that matches may be some edits away, a Near each */
    Py_ssize_t n_near;
    Match *found;
    Py_ssize_t n, room;
    Runs formulas; /* rising */
    Run *runs;
    Py_ssize_t units;
} Snippet;

static int is_letter(Py_UCS4 c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static int is_digit(Py_UCS4 c) { return c >= '0' && c <= '9'; }
static int is_alnum(Py_UCS4 c) { return is_letter(c) || is_digit(c) || (c > 127 && Py_UNICODE_ISALNUM(c)); }
static int is_word(Py_UCS4 c) { return is_alnum(c) || c == '_'; }
static Py_UCS4 lowered(Py_UCS4 c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* Whether a character stands for itself: no space but the plain one, nothing that joins what is before it. */
static int is_plain(Py_UCS4 c) {
    return (c >= ' ' && c < 127) || (c > 0xA0 && c < 0x250 && c != 0xAD) || (c >= 0x391 && c < 0x3D7) ||
           (c >= 0x2010 && c < 0x2028) || (c >= 0x2030 && c < 0x203F) || (c >= 0x2100 && c < 0x2300) ||
           (c >= 0xFB00 && c < 0xFB07);
}

/* Whether text[at..end] begins as one of the words that the query asks for may. What does not stand for itself in a word,
   a sign or a letter beyond ASCII, may be anything. */
static int may_begin(const Snippet *self, Py_ssize_t at, Py_ssize_t end) {
    const Py_UCS4 *text = self->text;
    if (self->firsts == NULL || text[at] > 127)
        return 1;
    if (!self->firsts[lowered(text[at])])
        return 0;
    if (self->beginnings == NULL)
        return 1;
    for (Py_ssize_t number = 0; number < self->n_beginnings; number++) {
        const uint8_t *wanted = self->beginnings + BEGINNING * number;
        for (Py_ssize_t letter = 0;; letter++) {
            if (letter == BEGINNING || !wanted[letter])
                return 1;
            if (at + letter >= end)
                break;
            Py_UCS4 c = lowered(text[at + letter]);
            if (!is_letter(c) && !is_digit(c))
                return 1;
            if ((c == 'y' ? 'i' : c) != wanted[letter])
                break;
        }
    }
    return 0;
}

/* What tells words that are more than some edits from one: which letters it has, and which oddly often (signatures.py). */
typedef struct {
    uint32_t has, odd, letters, edits;
} Near;

/* Whether a word of letters and digits of ASCII may be some edits from one of those that are asked for: an edit that
   changes the length changes at most one bit of either signature, any other at most two. */
static int may_be_near(const Snippet *self, Py_ssize_t at, Py_ssize_t end) {
    uint32_t has = 0, odd = 0;
    for (Py_ssize_t letter = at; letter < end && self->n_near; letter++) {
        Py_UCS4 c = lowered(self->text[letter]);
        uint32_t bit = (uint32_t)1 << (is_letter(c) ? c - 'a' : 26 + c % 5);
        has |= bit;
        odd ^= bit;
    }
    for (Py_ssize_t number = 0; number < self->n_near; number++) {
        Near near;
        memcpy(&near, self->near + number * (Py_ssize_t)sizeof near, sizeof near);
        Py_ssize_t longer = end - at - (Py_ssize_t)near.letters, most = 2 * (Py_ssize_t)near.edits;
        most -= longer < 0 ? -longer : longer;
        if (most >= 0 && __builtin_popcount(has ^ near.has) <= most && __builtin_popcount(odd ^ near.odd) <= most)
            return 1;
    }
    return 0;
}

/* --- matches --- */

/* The number that a folded word counts for, 0 where it is none of the query's, in *key; -1 on error. */
static int key_of(Snippet *self, PyObject *word, unsigned long *key) {
    PyObject *value = PyDict_GetItemWithError(self->known, word), *made = NULL;
    if (value == NULL) {
        if (PyErr_Occurred())
            return -1;
        value = made = PyObject_CallOneArg(self->resolve, word);
        if (made == NULL || PyDict_SetItem(self->known, word, made) < 0) {
            Py_XDECREF(made);
            return -1;
        }
    }
    *key = PyLong_AsUnsignedLong(value);
    Py_XDECREF(made);
    if (PyErr_Occurred())
        return -1;
    if (*key > 0xFFFF) {
        PyErr_SetString(PyExc_OverflowError, "a word counts for one of 65,535 at most");
        return -1;
    }
    return 0;
}

static int add_match(Snippet *self, Py_ssize_t start, Py_ssize_t end, unsigned long key) {
    if (self->n == self->room) {
        Py_ssize_t room = self->room ? 2 * self->room : 64;
        Match *more = PyMem_Realloc(self->found, (size_t)room * sizeof *more);
        if (more == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->found = more;
        self->room = room;
    }
    self->found[self->n++] = (Match){start, end, key};
    return 0;
}

/* A word of letters and digits of ASCII alone. */
static int look_up(Snippet *self, Py_ssize_t start, Py_ssize_t end) {
    if (!may_begin(self, start, end) && !may_be_near(self, start, end))
        return 0;
    PyObject *word = PyUnicode_New(end - start, 127);
    if (word == NULL)
        return -1;
    Py_UCS1 *letters = PyUnicode_1BYTE_DATA(word);
    for (Py_ssize_t at = start; at < end; at++)
        letters[at - start] = (Py_UCS1)lowered(self->text[at]);
    unsigned long key = 0;
    int fault = key_of(self, word, &key);
    Py_DECREF(word);
    return fault < 0 ? -1 : key ? add_match(self, start, end, key) : 0;
}

/* A run in which signs may belong to words, as in `e.g.` or `don't`, or not of ASCII: taken apart in Python. */
static int look_up_odd(Snippet *self, Py_ssize_t start, Py_ssize_t end) {
    int may = self->n_near > 0;
    for (Py_ssize_t at = start; at < end && !may; at++)
        may = may_begin(self, at, end);
    if (!may)
        return 0;
    PyObject *chunk = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self->text + start, end - start);
    PyObject *words = chunk == NULL ? NULL : PyObject_CallOneArg(self->tokens, chunk);
    Py_XDECREF(chunk);
    if (words == NULL)
        return -1;
    int fault = PyTuple_Check(words) ? 0 : -1;
    for (Py_ssize_t at = 0; !fault && at < PyTuple_GET_SIZE(words); at++) {
        PyObject *word;
        Py_ssize_t first, after;
        unsigned long key = 0;
        fault = !PyArg_ParseTuple(PyTuple_GET_ITEM(words, at), "Unn", &word, &first, &after) ||
                        first < 0 || first >= after || after > end - start
                    ? -1
                    : key_of(self, word, &key);
        /* One character may hold several words: it is marked once. */
        if (!fault && key && (self->n == 0 || start + first >= self->found[self->n - 1].end))
            fault = add_match(self, start + first, start + after, key);
    }
    Py_DECREF(words);
    if (fault && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "words with their places in a run are wanted");
    return fault;
}

/* Whether a sign may belong to a word here; hyphens, brackets and the like only part them. */
static int is_odd(const Py_UCS4 *text, Py_ssize_t at, Py_ssize_t end) {
    Py_UCS4 c = text[at];
    return c > 127 || c == '\'' || c == '+' || c == '#' || c == '*' || c == '&' ||
           ((c == '.' || c == ',') && at + 1 < end && is_alnum(text[at + 1]));
}

static int find_matches(Snippet *self) {
    const Py_UCS4 *text = self->text;
    for (Py_ssize_t at = 0; at < self->size;) {
        Py_ssize_t end = at;
        int odd = 0;
        for (; end < self->size && text[end] != ' '; end++)
            ;
        for (Py_ssize_t sign = at; sign < end && !odd; sign++)
            odd = is_odd(text, sign, end);
        if (odd) {
            if (look_up_odd(self, at, end) < 0)
                return -1;
        } else {
            for (Py_ssize_t first = at; first < end;) {
                Py_ssize_t after = first;
                while (after < end && is_alnum(text[after]))
                    after++;
                if (after > first && look_up(self, first, after) < 0)
                    return -1;
                first = after + 1;
            }
        }
        at = end + 1;
    }
    return 0;
}

/* --- formulas --- */

/* Where the inside of a formula ends that begins at `at`: at its dollar; -1 where it has none, is empty or too long. */
static Py_ssize_t inside_end(const Snippet *self, Py_ssize_t at) {
    Py_ssize_t start = at, signs = 0;
    for (; at < self->size && self->text[at] != '$' && signs <= LONGEST_FORMULA; signs++)
        at += self->text[at] == '\\' ? 2 : 1;
    return at > start && at < self->size && signs <= LONGEST_FORMULA ? at : -1;
}

/* `$...$` and `$$...$$`, as the pattern FORMULA of passages.py finds them. */
static int find_formulas(Snippet *self) {
    const Py_UCS4 *text = self->text;
    Runs *found = &self->formulas;
    for (Py_ssize_t at = 0; at < self->size; at++) {
        if (text[at] != '$')
            continue;
        int twice = at + 1 < self->size && text[at + 1] == '$';
        Py_ssize_t end = inside_end(self, at + 1 + twice);
        if (end < 0 || (twice && (end + 1 >= self->size || text[end + 1] != '$')))
            continue;
        if (found->n == found->room) {
            Py_ssize_t room = found->room ? 2 * found->room : 16;
            Run *more = PyMem_Realloc(found->items, (size_t)room * sizeof *more);
            if (more == NULL) {
                PyErr_NoMemory();
                return -1;
            }
            found->items = more;
            found->room = room;
        }
        found->items[found->n++] = (Run){at, end + 1 + twice};
        at = end + twice;
    }
    return 0;
}

/* The formula in which a position stands, or NULL. */
static const Run *formula_at(const Snippet *self, Py_ssize_t position) {
    const Run *items = self->formulas.items;
    Py_ssize_t low = 0, high = self->formulas.n;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (items[middle].start <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low && position < items[low - 1].end ? &items[low - 1] : NULL;
}

/* Widen matches inside a formula to all of it, each formula once; names of commands are no words. */
static void widen_matches(Snippet *self) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < self->n && self->formulas.n; at++) {
        Match place = self->found[at];
        const Run *formula = formula_at(self, place.start);
        formula = formula == NULL ? formula_at(self, place.end - 1) : formula;
        if (formula != NULL) {
            if (self->text[place.start ? place.start - 1 : self->size - 1] == '\\' ||
                (kept && self->found[kept - 1].end > formula->start))
                continue;
            place.start = place.start < formula->start ? place.start : formula->start;
            place.end = place.end > formula->end ? place.end : formula->end;
        }
        self->found[kept++] = place;
    }
    self->n = self->formulas.n ? kept : self->n;
}

/* --- passage --- */

/* The earliest place of `width` characters where the most different words match; -1 on error. */
static int densest(const Snippet *self, Py_ssize_t *start, Py_ssize_t *end) {
    const Match *found = self->found;
    unsigned long most = 0;
    for (Py_ssize_t at = 0; at < self->n; at++)
        most = found[at].key > most ? found[at].key : most;
    uint32_t *within = PyMem_Calloc(most + 1, sizeof *within);
    if (within == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t left = 0, held = 0, best = 0;
    *start = found[0].start;
    *end = found[0].end;
    for (Py_ssize_t at = 0; at < self->n; at++) {
        held += within[found[at].key]++ == 0;
        for (; found[at].end - found[left].start > self->width && left != at; left++)
            held -= --within[found[left].key] == 0;
        if (held > best) {
            *start = found[left].start;
            *end = found[at].end;
            best = held;
        }
    }
    PyMem_Free(within);
    return 0;
}

/* What may not be cut around the core: runs without spaces, formulas with what touches them. Gives 0 where one is wider
   than the passage. */
static int find_runs(Snippet *self, Py_ssize_t core_start, Py_ssize_t core_end) {
    const Py_UCS4 *text = self->text;
    Py_ssize_t width = self->width, start = core_start > width ? core_start - width : 0;
    Py_ssize_t lowest = start > 2 * width ? start - 2 * width : 0;
    Py_ssize_t end = self->size < core_end + 2 * width ? self->size : core_end + 2 * width;
    while (start > lowest) {
        const Run *formula = formula_at(self, start);
        if (formula != NULL && formula->start < start)
            start = formula->start;
        else if (text[start - 1] == ' ')
            break;
        else
            start--;
    }
    for (Py_ssize_t at = start; at < end;) {
        if (text[at] == ' ') {
            at++;
            continue;
        }
        Py_ssize_t first = at;
        while (at < end && text[at] != ' ')
            at++;
        if (self->units && formula_at(self, first - 1) != NULL)
            self->runs[self->units - 1].end = at;
        else
            self->runs[self->units++] = (Run){first, at};
    }
    const Run *last = self->units ? formula_at(self, self->runs[self->units - 1].end) : NULL;
    if (last != NULL && last->end > self->runs[self->units - 1].end)
        self->runs[self->units - 1].end = last->end;
    for (Py_ssize_t at = 0; at < self->units; at++)
        if (self->runs[at].end - self->runs[at].start > width)
            return 0;
    /* The last may go on beyond the end, and so far from the core it is not needed. */
    if (end < self->size && self->units > 1 && self->runs[self->units - 1].end >= end)
        self->units--;
    return self->units > 0;
}

static const char *const ABBREVIATIONS[] = {"e.g", "i.e", "al",  "vs",   "cf",  "resp", "etc", "Fig",  "Figs", "Eq",
                                            "Eqs", "Sec", "Secs", "Thm", "Dr", "Prof", "St"};

static int ends_with(const Py_UCS4 *text, Py_ssize_t first, const char *word, Py_ssize_t size) {
    for (Py_ssize_t at = 0; at < size; at++)
        if (text[first + at] != (Py_UCS4)word[at])
            return 0;
    return 1;
}

/* Whether a run ends with an abbreviation and its stop. */
static int abbreviated(const Py_UCS4 *text, Run run) {
    Py_ssize_t stop = run.end - 1;
    if (text[stop] != '.' || stop == run.start)
        return 0;
    if (is_letter(text[stop - 1]) && (stop - 1 == run.start || !is_word(text[stop - 2])))
        return 1;
    for (size_t at = 0; at < sizeof ABBREVIATIONS / sizeof *ABBREVIATIONS; at++) {
        Py_ssize_t size = (Py_ssize_t)strlen(ABBREVIATIONS[at]), first = stop - size;
        if (first >= run.start && ends_with(text, first, ABBREVIATIONS[at], size) &&
            (first == run.start || !is_word(text[first - 1])))
            return 1;
    }
    return 0;
}

static int closes(Py_UCS4 c) {
    return c == '"' || c == '\'' || c == ')' || c == ']' || c == 0x201D || c == 0x2019 || c == 0xBB;
}

static int opens(Py_UCS4 c) {
    return c == '"' || c == '\'' || c == '(' || c == '[' || c == 0x201C || c == 0x2018 || c == 0xAB;
}

static int begins_sentence(const Snippet *self, Py_ssize_t index) {
    const Py_UCS4 *text = self->text;
    Py_ssize_t start = self->runs[index].start, end = self->runs[index].end;
    if (start == 0)
        return 1;
    if (index == 0)
        return 0;
    Run before = self->runs[index - 1];
    Py_ssize_t stop = before.end - 1;
    while (stop > before.start && closes(text[stop]))
        stop--;
    if ((text[stop] != '.' && text[stop] != '!' && text[stop] != '?') || abbreviated(text, before))
        return 0;
    while (start < end && opens(text[start]))
        start++;
    return start < end && (text[start] == '$' || is_digit(text[start]) ||
                           (is_alnum(text[start]) && !Py_UNICODE_ISDECIMAL(text[start]) &&
                            !(text[start] >= 'a' && text[start] <= 'z')));
}

/* Where to cut; 0 where Python must decide, -1 on error. */
static int find_passage(Snippet *self, Run *cut) {
    Py_ssize_t core_start = 0, core_end = 1, width = self->width;
    if (self->n && densest(self, &core_start, &core_end) < 0)
        return -1;
    if (core_end > core_start + width + LONGEST_FORMULA)
        core_end = core_start + width + LONGEST_FORMULA;
    self->runs = PyMem_Malloc((size_t)(core_end - core_start + 5 * width + 2 * LONGEST_FORMULA + 8) * sizeof *self->runs);
    if (self->runs == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (!find_runs(self, core_start, core_end))
        return 0;
    const Run *units = self->runs;
    Py_ssize_t n = self->units, first = 0, last = 0;
    while (first < n && units[first].end <= core_start)
        first++;
    while (last < n - 1 && units[last].end < core_end)
        last++;
    if (first >= n)
        return 0;
    Py_ssize_t begin = first;
    while (begin >= 0 && units[last].end - units[begin].start <= width && !begins_sentence(self, begin))
        begin--;
    if (begin < 0 || units[last].end - units[begin].start > width) {
        /* C divides towards zero, Python downwards: of what is negative nothing is taken either way. */
        Py_ssize_t room = (width - (units[last].end - units[first].start)) / 2;
        begin = first;
        while (begin > 0 && units[first].start - units[begin - 1].start <= room)
            begin--;
    }
    Py_ssize_t end = last;
    while (end + 1 < n && units[end + 1].end - units[begin].start <= width)
        end++;
    if (units[end].end < self->size) {
        Py_ssize_t at = end < n - 2 ? end : n - 2;
        while (at >= last && !begins_sentence(self, at + 1))
            at--;
        if (at >= last && units[at].end - units[begin].start >= width / 2)
            end = at;
    } else {
        while (begin > 0 && units[end].end - units[begin - 1].start <= width)
            begin--;
    }
    *cut = (Run){units[begin].start, units[end].end};
    return 1;
}

/* --- HTML --- */

static Py_UCS4 *put(Py_UCS4 *out, const char *text) {
    while (*text)
        *out++ = (Py_UCS4)*text++;
    return out;
}

static Py_UCS4 *escaped(Py_UCS4 *out, const Py_UCS4 *text, Py_ssize_t start, Py_ssize_t end) {
    for (Py_ssize_t at = start; at < end; at++)
        switch (text[at]) {
        case '&': out = put(out, "&amp;"); break;
        case '<': out = put(out, "&lt;"); break;
        case '>': out = put(out, "&gt;"); break;
        case '"': out = put(out, "&quot;"); break;
        case '\'': out = put(out, "&#x27;"); break;
        default: *out++ = text[at];
        }
    return out;
}

static PyObject *as_html(const Snippet *self, Run cut) {
    /* No sign takes more than six, and each match has its marks. */
    Py_UCS4 *html = PyMem_Malloc((size_t)(6 * (cut.end - cut.start) + 13 * self->n + 16) * sizeof *html), *out = html;
    if (html == NULL)
        return PyErr_NoMemory();
    if (cut.start > 0)
        out = put(out, "... ");
    Py_ssize_t position = cut.start;
    for (Py_ssize_t at = 0; at < self->n; at++) {
        const Match *place = &self->found[at];
        if (place->start < position || place->end > cut.end)
            continue;
        out = put(escaped(out, self->text, position, place->start), "<mark>");
        out = put(escaped(out, self->text, place->start, place->end), "</mark>");
        position = place->end;
    }
    out = escaped(out, self->text, position, cut.end);
    if (cut.end < self->size)
        out = put(out, " ...");
    PyObject *result = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, html, out - html);
    PyMem_Free(html);
    return result;
}

PyObject *kernel_snippet(PyObject *module, PyObject *args) {
    PyObject *text, *firsts, *beginnings, *near, *result = NULL;
    Snippet self = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "UnO!OOOOS", &text, &self.width, &PyDict_Type, &self.known, &self.resolve, &self.tokens,
                          &firsts, &beginnings, &near))
        return NULL;
    if (self.width < 1 || self.width > LONGEST ||
        (firsts != Py_None && (!PyBytes_Check(firsts) || PyBytes_GET_SIZE(firsts) != 128)) ||
        (beginnings != Py_None && (!PyBytes_Check(beginnings) || PyBytes_GET_SIZE(beginnings) % BEGINNING)) ||
        PyBytes_GET_SIZE(near) % (Py_ssize_t)sizeof(Near)) {
        PyErr_SetString(PyExc_ValueError, "a width, a byte for each of 128 characters, beginnings and words are wanted");
        return NULL;
    }
    self.firsts = firsts == Py_None ? NULL : (const uint8_t *)PyBytes_AS_STRING(firsts);
    if (beginnings != Py_None) {
        self.beginnings = (const uint8_t *)PyBytes_AS_STRING(beginnings);
        self.n_beginnings = PyBytes_GET_SIZE(beginnings) / BEGINNING;
    }
    self.near = PyBytes_AS_STRING(near);
    self.n_near = PyBytes_GET_SIZE(near) / (Py_ssize_t)sizeof(Near);
    self.size = PyUnicode_GET_LENGTH(text);
    if (self.size > LONGEST)
        Py_RETURN_NONE;
    self.text = PyUnicode_AsUCS4Copy(text);
    if (self.text == NULL)
        return NULL;
    int found = !self.size || (self.text[0] != ' ' && self.text[self.size - 1] != ' ');
    for (Py_ssize_t at = 0; at < self.size && found; at++)
        found = is_plain(self.text[at]);
    Run cut = {0, self.size};
    if (found)
        found = find_matches(&self) < 0 || find_formulas(&self) < 0 ? -1 : 1;
    if (found > 0) {
        widen_matches(&self);
        found = self.size <= self.width ? 1 : find_passage(&self, &cut);
    }
    if (found > 0)
        result = as_html(&self, cut);
    else if (found == 0)
        result = Py_NewRef(Py_None);
    PyMem_Free(self.text);
    PyMem_Free(self.found);
    PyMem_Free(self.formulas.items);
    PyMem_Free(self.runs);
    return result;
}
