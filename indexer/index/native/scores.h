/* What scores in a segment. */
#ifndef QUIVER_SCORES_H
#define QUIVER_SCORES_H

#include "kernel.h"

typedef struct {
    double weight;
    Streams *streams; /* NULL: a constant */
    Py_ssize_t *cursors; /* in each of its streams, where the last document was found; set back by who reads */
    Array active;    /* a mask of the papers in which it scores; without one in all */
    Array match_only;    /* a mask of papers that match the term and gain nothing by it */
} Term;

typedef struct {
    Term *terms;
    Py_ssize_t *cursors; /* of all terms */
    Py_ssize_t n;
    Array lengths;
    const Array *parameters;
    int fields;
    Py_ssize_t papers;
} Scoring;

/* Terms are a list of (weight, Streams or None, active or None, match_only or None). `release` what was read, also when this
   gave -1. */
int read_scoring(Scoring *scoring, PyObject *terms, PyObject *lengths, const Array *parameters);
void release(Scoring *scoring);

static inline const uint8_t *marks(const Array *mask) {
    return mask->view.obj != NULL ? mask->view.buf : NULL;
}

static inline int scores_in(const Term *term, uint16_t doc) {
    const uint8_t *active = marks(&term->active);
    return active == NULL || active[doc];
}

/* Add to the scores of n documents (rising) what each term gives, in the order of the terms; needs no lock. */
Fault add_exact(Scoring *scoring, const uint16_t *docs, Py_ssize_t n, double *scores);

#endif
