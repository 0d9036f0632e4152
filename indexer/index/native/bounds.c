/* Upper bounds of the scores of all papers of a segment: the sums of the bounds of their postings, one byte each, in
   float32. They cost 1.1 ns a posting. */
#include "heap.h"
#include "searched_segment.h"
#include <string.h>

#define LEVELS 256

static void levels_of(const Term *term, double slack, float *levels) {
    for (int level = 0; level < LEVELS; level++) {
        float value = (float)((double)level / 255.0 * (term->weight * slack));
        levels[level] = value > FAINT ? value : FAINT;
    }
}

/* Damaged files may name papers that the segment lacks; in these arrays is room for every number there can be. */
static void add_bounds(Arena *arena, const Term *term, double slack) {
    float levels[LEVELS], *bound = arena->scratch.bound;
    levels_of(term, slack, levels);
    for (Py_ssize_t number = 0; number < term->streams->n; number++) {
        const Stream *stream = &term->streams->items[number];
        const uint16_t *docs = stream->docs;
        const uint8_t *bounds = stream->bounds;
        Py_ssize_t n = stream->n;
        for (Py_ssize_t posting = 0; posting < n; posting++)
            bound[docs[posting]] += levels[bounds[posting]];
    }
}

/* The same of a term that need not match: only papers gain that match already. */
static void add_to_hits(Arena *arena, const Term *term, double slack, Py_ssize_t papers) {
    const uint8_t *active = marks(&term->active);
    if (term->streams == NULL) {
        float constant = (float)(term->weight * slack);
        for (Py_ssize_t doc = 0; doc < papers; doc++)
            if (arena->scratch.bits[doc] > 0 && (active == NULL || active[doc]))
                arena->scratch.bound[doc] += constant;
        return;
    }
    float levels[LEVELS];
    levels_of(term, slack, levels);
    for (Py_ssize_t number = 0; number < term->streams->n; number++) {
        const Stream *stream = &term->streams->items[number];
        for (Py_ssize_t posting = 0; posting < stream->n; posting++) {
            uint16_t doc = stream->docs[posting];
            float level = arena->scratch.bits[doc] > 0 ? levels[stream->bounds[posting]] : 0.0f;
            if (doc < papers && (active == NULL || active[doc]))
                arena->scratch.bound[doc] += level;
        }
    }
}

/* A mask over 65,536 papers at most as bounds: faint where it is set. */
WIDER static void add_faint(float *restrict bound, const uint8_t *restrict mask, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        bound[doc] += (float)mask[doc] * FAINT;
}

WIDER static void confine(int32_t *restrict bits, const uint8_t *restrict base, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        bits[doc] &= -(int32_t)(base[doc] != 0);
}

/* Find the largest bound of each block; gives how many bounds are above 0. */
WIDER static Py_ssize_t survey(const int32_t *restrict all, float *restrict largest, Py_ssize_t papers) {
    Py_ssize_t matched = 0;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        union {
            int32_t bits;
            float bound;
        } most = {0};
        int32_t above = 0;
        /* Whole numbers, because compilers make a few instructions of that loop and none of one over floats. */
        for (Py_ssize_t doc = block; doc < past; doc++) {
            int32_t bits = all[doc];
            most.bits = bits > most.bits ? bits : most.bits;
            above += bits > 0;
        }
        largest[block / BLOCK] = most.bound;
        matched += above;
    }
    return matched;
}

float kth_bound(Arena *arena, Py_ssize_t papers, Py_ssize_t top, float low) {
    Best best = {arena->items, 0, top};
    const float *bound = arena->scratch.bound;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (arena->largest[block / BLOCK] <= low)
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++)
            if (bound[doc] > low) {
                push(&best, bound[doc]);
                low = (float)threshold(&best, low);
            }
    }
    return low;
}

Py_ssize_t between_bounds(const Arena *arena, Py_ssize_t papers, float low, float high, uint16_t *docs) {
    Py_ssize_t n = 0;
    const float *bound = arena->scratch.bound;
    for (Py_ssize_t block = 0; block < papers; block += BLOCK) {
        Py_ssize_t past = block + BLOCK < papers ? block + BLOCK : papers;
        if (arena->largest[block / BLOCK] < low)
            continue;
        for (Py_ssize_t doc = block; doc < past; doc++)
            if (bound[doc] >= low && bound[doc] < high)
                docs[n++] = (uint16_t)doc;
    }
    return n;
}

Py_ssize_t find_bounds(SearchedSegment *segment, const uint8_t *within) {
    Scoring *scoring = &segment->scoring;
    Arena *arena = segment->arena;
    float *bound = arena->scratch.bound;
    Py_ssize_t papers = scoring->papers, extras = scoring->n - segment->optional;
    memset(bound, 0, (size_t)papers * sizeof *bound);
    for (Py_ssize_t at = 0; at < segment->optional; at++) {
        add_bounds(arena, &scoring->terms[at], segment->slack);
        if (marks(&scoring->terms[at].match_only) != NULL)
            add_faint(bound, marks(&scoring->terms[at].match_only), papers);
    }
    if (!segment->optional)
        for (Py_ssize_t doc = 0; doc < papers; doc++)
            bound[doc] = FAINT;
    if (within != NULL)
        confine(arena->scratch.bits, within, papers);
    for (Py_ssize_t at = 0; at < extras; at++)
        add_to_hits(arena, &scoring->terms[segment->optional + at], segment->slack, papers);
    return survey(arena->scratch.bits, arena->largest, papers);
}

WIDER static void mark_positive(uint8_t *restrict hits, const int32_t *restrict bits, Py_ssize_t papers) {
    for (Py_ssize_t doc = 0; doc < papers; doc++)
        hits[doc] = bits[doc] > 0;
}

void mark_bounded(const Arena *arena, uint8_t *hits, Py_ssize_t papers) {
    mark_positive(hits, arena->scratch.bits, papers);
}
