/* Arrays of files of which a call reads little: the parts that it reads are checked first (container.py). */
#include "kernel.h"

int take_column(PyObject *object, Column *column, Py_ssize_t width) {
    PyObject *array = object, *check = NULL, *unread = NULL;
    if (PyTuple_Check(object) &&
        !PyArg_ParseTuple(object, "OOOnn", &array, &check, &unread, &column->base, &column->page))
        return -1;
    if (take(array, &column->array, width, 0) < 0 || (unread != NULL && take(unread, &column->unread, 1, 0) < 0))
        return -1;
    if (check == NULL)
        return 0;
    if (column->base < 0 || column->page < 1 || column->array.view.len > column->unread.n * column->page - column->base) {
        PyErr_SetString(PyExc_ValueError, "a flag for each page of an array is wanted");
        return -1;
    }
    column->check = Py_NewRef(check);
    return 0;
}

void give_column(Column *column) {
    give_back(&column->array);
    give_back(&column->unread);
    Py_CLEAR(column->check);
}

int check_column(const Column *column, Py_ssize_t first, Py_ssize_t past) {
    PyObject *done = PyObject_CallFunction(column->check, "nn", first, past);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

Py_ssize_t lower_in(const Column *column, Py_ssize_t low, Py_ssize_t high, uint32_t wanted) {
    const uint32_t *items = column->array.view.buf;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (column_ready(column, middle, middle + 1) < 0)
            return -1;
        if (items[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where a number would stand were the block's spread evenly, and by steps that double from there: what is wanted is
   mostly in that page or beside it, where halving the whole would read five. */
#define NEAR 512
Py_ssize_t lower_number(const Numbers *self, uint32_t wanted) {
    const Column *column = &self->column;
    const uint32_t *items = column->array.view.buf;
    Py_ssize_t n = column->array.n, low = 0, high = n;
    if (!n || (Py_ssize_t)wanted >= self->among)
        return n;
    Py_ssize_t at = (Py_ssize_t)((double)wanted * (double)n / (double)self->among);
    at = at < n ? at : n - 1;
    for (Py_ssize_t step = NEAR; low < high; step *= 2) {
        if (column_ready(column, at, at + 1) < 0)
            return -1;
        int below = items[at] < wanted;
        if (below)
            low = at + 1;
        else
            high = at;
        if ((below && high < n) || (!below && low > 0))
            break;
        if (below)
            at = n - 1 - low > step ? low + step : n - 1;
        else
            at = high > step ? high - step : 0;
        if (at < low || at >= high)
            break;
    }
    return lower_in(column, low, high, wanted);
}

Py_ssize_t find_number(const Numbers *self, uint32_t wanted) {
    Py_ssize_t at = lower_number(self, wanted), n = self->column.array.n;
    if (at < 0 || (at < n && column_ready(&self->column, at, at + 1) < 0))
        return -2;
    return at < n && ((const uint32_t *)self->column.array.view.buf)[at] == wanted ? at : -1;
}

static int numbers_init(Numbers *self, PyObject *args, PyObject *keywords) {
    PyObject *column;
    (void)keywords;
    return PyArg_ParseTuple(args, "On", &column, &self->among) ? take_column(column, &self->column, 4) : -1;
}

static void numbers_dealloc(Numbers *self) {
    give_column(&self->column);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* A number that Python gives, larger ones as the largest; -1 with an exception set. */
static int64_t wanted_of(PyObject *object) {
    long long wanted = PyLong_AsLongLong(object);
    if (wanted < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "numbers of words are not negative");
        return -1;
    }
    return wanted < UINT32_MAX ? wanted : UINT32_MAX;
}

static PyObject *numbers_lower(Numbers *self, PyObject *object) {
    int64_t wanted = wanted_of(object);
    Py_ssize_t found = wanted < 0 ? -1 : lower_number(self, (uint32_t)wanted);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

static PyObject *numbers_find(Numbers *self, PyObject *object) {
    int64_t wanted = wanted_of(object);
    Py_ssize_t found = wanted < 0 ? -2 : find_number(self, (uint32_t)wanted);
    return found < -1 ? NULL : PyLong_FromSsize_t(found);
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)numbers_find, METH_O, "find(number): its place, -1 if it is not there"},
    {"lower", (PyCFunction)numbers_lower, METH_O, "lower(number): place of the first that is not below it"},
    {NULL, NULL, 0, NULL},
};

PyTypeObject NumbersType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexer.index.native._kernel.Numbers",
    .tp_basicsize = sizeof(Numbers),
    .tp_doc = "Numbers(column, among): rising numbers (uint32) below `among`, an array or (array, check, unread, base, page) of "
              "one in a file",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)numbers_init,
    .tp_dealloc = (destructor)numbers_dealloc,
    .tp_methods = methods,
};
