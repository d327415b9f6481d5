/* golden.c - reading a file of expected numbers: a record is its name and what follows, see golden.h. */
#include <stdio.h>

#include "golden.h"

static bool bad(golden *g, const char *what, const char *word)
{
    snprintf(g->wrong, sizeof g->wrong, "%s: \"%s\"", what, word);
    return false;
}

static bool next_word(FILE *file, char word[GOLDEN_WORD])
{
    return fscanf(file, "%63s", word) == 1;
}

static bool read_tensor(FILE *file, golden *g, golden_list *list)
{
    if (list->n == GOLDEN_TENSORS)
        return bad(g, "too many tensors", "");
    golden_tensor *t = &list->of[list->n++];
    char type[GOLDEN_WORD];
    if (!next_word(file, t->name) || !next_word(file, type))
        return bad(g, "a tensor ends early", t->name);
    if (strcmp(type, "f64") != 0 && strcmp(type, "i64") != 0)
        return bad(g, "a type that is not f64 or i64", type);
    if (fscanf(file, "%d", &t->shape.ndim) != 1 || t->shape.ndim < 0 || t->shape.ndim > 4)
        return bad(g, "number of axes", t->name);
    t->count = 1;
    for (int i = 0; i < t->shape.ndim; i++) {
        long long size;
        if (fscanf(file, "%lld", &size) != 1 || size < 0 || size > GOLDEN_VALUES)
            return bad(g, "size of an axis", t->name);
        t->shape.size[i] = size;
        t->count *= (int)size;
        if (t->count > GOLDEN_VALUES)
            return bad(g, "too many values", t->name);
    }
    for (int k = 0; k < t->count; k++)
        if (fscanf(file, "%lf", &t->values[k]) != 1)
            return bad(g, "values", t->name);
    return true;
}

static bool read_attribute(FILE *file, golden *g)
{
    if (g->attributes == GOLDEN_ATTRIBUTES)
        return bad(g, "too many attributes", "");
    golden_attribute *a = &g->attribute[g->attributes++];
    char type[GOLDEN_WORD];
    if (!next_word(file, a->key) || !next_word(file, type) || fscanf(file, "%d", &a->n) != 1 || a->n < 0
        || a->n > GOLDEN_NUMBERS)
        return bad(g, "attribute", a->key);
    if (strcmp(type, "str") == 0)
        return (a->n == 1 && next_word(file, a->word)) || bad(g, "attribute", a->key);
    if (strcmp(type, "int") != 0 && strcmp(type, "float") != 0)
        return bad(g, "a type that is not int, float or str", type);
    for (int i = 0; i < a->n; i++)
        if (fscanf(file, "%lf", &a->numbers[i]) != 1)
            return bad(g, "attribute", a->key);
    return true;
}

static bool read_record(FILE *file, golden *g, const char *record)
{
    const struct { const char *name; golden_list *list; } lists[] = {
        { "input", &g->inputs }, { "upstream", &g->upstreams }, { "output", &g->outputs }, { "extra", &g->extras },
        { "grad", &g->grads }, { "vector", &g->vectors }, { "hvp", &g->hvps }
    };
    if (strcmp(record, "case") == 0)
        return next_word(file, g->name) || bad(g, "case", "");
    if (strcmp(record, "op") == 0)
        return next_word(file, g->op) || bad(g, "op", "");
    if (strcmp(record, "attr") == 0)
        return read_attribute(file, g);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(record, lists[i].name) == 0)
            return read_tensor(file, g, lists[i].list);
    return bad(g, "unknown record", record);
}

bool golden_read(const char *path, golden *g)
{
    memset(g, 0, sizeof *g);
    FILE *file = fopen(path, "r");
    if (!file)
        return bad(g, "cannot be opened", path);
    char word[GOLDEN_WORD];
    bool good = true, end = false;
    while (good && !end && next_word(file, word)) {
        if (word[0] == '#')
            while (!feof(file) && fgetc(file) != '\n')
                continue;
        else if (!(end = strcmp(word, "end") == 0))
            good = read_record(file, g, word);
    }
    fclose(file);
    if (good && !end)
        return bad(g, "the file ends without", "end");
    if (good && (!g->name[0] || !g->op[0] || g->outputs.n != 1 || g->inputs.n < 1))
        return bad(g, "case, op, an input or the output is missing", "");
    return good;
}

const golden_tensor *golden_find(const golden_list *list, const char *name)
{
    for (int i = 0; i < list->n; i++)
        if (strcmp(list->of[i].name, name) == 0)
            return &list->of[i];
    return NULL;
}

gd_tensor *golden_tensor_of(const golden_tensor *t)
{
    gd_real values[GOLDEN_VALUES];
    for (int k = 0; k < t->count; k++)
        values[k] = (gd_real)t->values[k];
    return gd_from(t->shape, values);
}

void golden_make_inputs(golden *g)
{
    for (int i = 0; i < g->inputs.n; i++) {
        g->x[i] = golden_tensor_of(&g->inputs.of[i]);
        if (golden_find(&g->grads, g->inputs.of[i].name))
            gd_requires_grad(g->x[i]);
    }
}

gd_tensor *golden_input(const golden *g, const char *name)
{
    const golden_tensor *t = golden_find(&g->inputs, name);
    return t ? g->x[t - g->inputs.of] : NULL;
}

int golden_inputs(const golden *g)
{
    return g->inputs.n;
}

static const golden_attribute *find_attribute(const golden *g, const char *key)
{
    for (int i = 0; i < g->attributes; i++)
        if (strcmp(g->attribute[i].key, key) == 0)
            return &g->attribute[i];
    return NULL;
}

bool golden_has(const golden *g, const char *key)
{
    return find_attribute(g, key) != NULL;
}

double golden_number(const golden *g, const char *key, int i)
{
    const golden_attribute *a = find_attribute(g, key);
    ck_assert_msg(a && i < a->n, "%s: no attribute %s[%d]", g->name, key, i);
    return a->numbers[i];
}

gd_shape golden_sizes(const golden *g, const char *key)
{
    const golden_attribute *a = find_attribute(g, key);
    ck_assert_msg(a != NULL, "%s: no attribute %s", g->name, key);
    gd_shape shape = { a->n, { 0 } };
    for (int i = 0; i < a->n; i++)
        shape.size[i] = (int64_t)a->numbers[i];
    return shape;
}

const char *golden_word(const golden *g, const char *key)
{
    const golden_attribute *a = find_attribute(g, key);
    ck_assert_msg(a && a->word[0], "%s: no word %s", g->name, key);
    return a->word;
}
