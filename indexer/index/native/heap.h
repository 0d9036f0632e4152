/* The best of many values: a heap with the least of them first. */
#ifndef QUIVER_HEAP_H
#define QUIVER_HEAP_H

#include "kernel.h"

typedef struct {
    double *items;
    Py_ssize_t n, room;
} Best;

static inline void push(Best *best, double value) {
    Py_ssize_t at;
    double *heap = best->items;
    if (best->n < best->room) {
        at = best->n++;
        for (; at && heap[(at - 1) / 2] > value; at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
    } else if (best->room && value > heap[0]) {
        at = 0;
        for (;;) {
            Py_ssize_t child = 2 * at + 1;
            if (child >= best->n)
                break;
            child += child + 1 < best->n && heap[child + 1] < heap[child];
            if (heap[child] >= value)
                break;
            heap[at] = heap[child];
            at = child;
        }
    } else {
        return;
    }
    heap[at] = value;
}

/* What as many values as there is room for reach, `otherwise` where there are fewer: what one more must exceed. */
static inline double threshold(const Best *best, double otherwise) {
    return best->room && best->n == best->room ? best->items[0] : otherwise;
}

#endif
