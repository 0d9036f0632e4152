/* Memory of one call: room for every paper that a block can have, of each kind that a search writes to. */
#ifndef QUIVER_ARENA_H
#define QUIVER_ARENA_H

#include "kernel.h"

#define BLOCK 128

typedef struct Arena {
    struct Arena *next; /* of those that are free */
    uint8_t seen[MAX_DOCS], marked[MAX_DOCS];
    uint16_t candidates[MAX_DOCS + 1], more[MAX_DOCS + 1], ranks[MAX_DOCS];
    double scores[MAX_DOCS], gained[MAX_DOCS], items[MAX_DOCS];
    union {
        float bound[MAX_DOCS];
        int32_t bits[MAX_DOCS]; /* of floats that are not negative: in the same order */
    } scratch;
    float largest[MAX_DOCS / BLOCK + 1]; /* of each block: most are passed over by one comparison */
} Arena;

/* An arena that nobody else has, with whatever was left in it: fresh memory of its size would be page faults, 10 us of a
   call of 40. NULL with an exception set. Both with the interpreter's lock held. */
Arena *take_arena(void);
void give_arena(Arena *arena);

#endif
