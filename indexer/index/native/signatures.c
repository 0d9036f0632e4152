/* Which letters each of some strings has, and which an odd number of times (signatures.py), a bit a letter. */
#include "kernel.h"

PyObject *kernel_signatures(PyObject *module, PyObject *args) {
    PyObject *objects[5], *result = NULL;
    Array blob = {.view = {.obj = NULL}}, starts = blob, bits = blob, has = blob, odd = blob;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOO", &objects[0], &objects[1], &objects[2], &objects[3], &objects[4]))
        return NULL;
    if (take(objects[0], &blob, 1, 0) < 0 || take(objects[1], &starts, 8, 0) < 0 || take(objects[2], &bits, 4, 0) < 0 ||
        take(objects[3], &has, 4, 1) < 0 || take(objects[4], &odd, 4, 1) < 0)
        goto done;
    if (starts.n < 1 || has.n != starts.n - 1 || odd.n != has.n || bits.n != 256) {
        PyErr_SetString(PyExc_ValueError, "a bit for each of 256 bytes, and two numbers a string are wanted");
        goto done;
    }
    const uint8_t *bytes = blob.view.buf;
    const int64_t *start = starts.view.buf;
    const uint32_t *bit = bits.view.buf;
    uint32_t *held = has.view.buf, *oddly = odd.view.buf;
    int whole = 1;
    LET_GO(blob.n)
    for (Py_ssize_t at = 0; at < has.n && whole; at++) {
        uint32_t all = 0, parity = 0;
        whole = start[at] >= 0 && start[at] <= start[at + 1] && start[at + 1] <= blob.n;
        for (int64_t byte = start[at]; whole && byte < start[at + 1]; byte++) {
            all |= bit[bytes[byte]];
            parity ^= bit[bytes[byte]];
        }
        held[at] = all;
        oddly[at] = parity;
    }
    TAKE_BACK
    result = whole ? Py_NewRef(Py_None) : damaged("a string lies outside its table");
done:
    give_back(&blob);
    give_back(&starts);
    give_back(&bits);
    give_back(&has);
    give_back(&odd);
    return result;
}
