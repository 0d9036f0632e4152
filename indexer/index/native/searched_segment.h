/* A segment as a search sees it, and the two ways to what matches in it: by bounds of all papers, or listed. */
#ifndef QUIVER_SEARCHED_SEGMENT_H
#define QUIVER_SEARCHED_SEGMENT_H

#include "arena.h"
#include "scores.h"

typedef struct {
    Arena *arena;
    Scoring scoring;
    Array base;   /* a mask of the papers that may match; without one all may */
    Array hits;   /* a mask to be filled with what matches, if wanted */
    double slack; /* by what factor bounds of this segment must grow */
    Py_ssize_t optional; /* the first so many terms must match: all or one of them */
} SearchedSegment;

/* The bound of what matches and may score nothing: above 0, and lost in any other sum. */
#define FAINT 1e-30f

/* Bounds of all papers that match, and `within` (where not NULL) a mask; 0 elsewhere. Gives how many match. They stay in
   its arena until the next call. */
Py_ssize_t find_bounds(SearchedSegment *segment, const uint8_t *within);

/* The top-th largest bound (`top` below the number of papers), or `low` where fewer are above it. */
float kth_bound(Arena *arena, Py_ssize_t papers, Py_ssize_t top, float low);

/* List the papers whose bound is in low..high, `high` left out; gives how many. */
Py_ssize_t between_bounds(const Arena *arena, Py_ssize_t papers, float low, float high, uint16_t *docs);

/* Set a mask where a bound is above 0, and clear it elsewhere. */
void mark_bounded(const Arena *arena, uint8_t *hits, Py_ssize_t papers);

/* List what matches (rising) where that is cheap; -1 where bounds of all papers are. */
Py_ssize_t list_matches(SearchedSegment *segment, int every, uint16_t *docs);

/* How many postings the optional terms have together; as many as there can be papers for one matched by a mask too. */
Py_ssize_t postings_of(const SearchedSegment *segment);

#endif
