/* floor_airfoil.c - the same as gradus_airfoil.c by hand. */
#include <math.h>
#include <stdlib.h>

#include "floor/floor.h"
#include "process.h"

enum { ROWS = 1503, USED = 1500, COLUMNS = LINEAR_FEATURES + 1 };

static float x[USED * LINEAR_FEATURES], y[USED];

static bool read_table(const char *path, double table[ROWS][COLUMNS])
{
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    char line[256];
    int row = 0;
    for (; row < ROWS && fgets(line, sizeof line, in); row++) {
        char *at = line;
        for (int c = 0; c < COLUMNS; c++)
            table[row][c] = strtod(at, &at);
    }
    fclose(in);
    return row == ROWS;
}

static void standardize(double table[ROWS][COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < ROWS; i++)
            mean += table[i][c] / ROWS;
        for (int i = 0; i < ROWS; i++)
            variance += (table[i][c] - mean) * (table[i][c] - mean) / ROWS;
        for (int i = 0; i < USED; i++) {
            const float value = (float)((table[i][c] - mean) / sqrt(variance));
            if (c < LINEAR_FEATURES)
                x[i * LINEAR_FEATURES + c] = value;
            else
                y[i] = value;
        }
    }
}

int main(int count, char **argument)
{
    static double table[ROWS][COLUMNS];
    if (!read_table(count > 1 ? argument[1] : "data/airfoil_self_noise.dat", table))
        return fprintf(stderr, "floor_airfoil: no data\n"), 1;
    standardize(table);
    floor_linear model = { .adam = { 0.01f, 0.9f, 0.999f, 1e-6f, 0, 1, 1 } };
    for (int epoch = 0; epoch < 2; epoch++)
        for (int i = 0; i < USED; i += LINEAR_BATCH)
            floor_linear_step(&model, x + i * LINEAR_FEATURES, y + i);
    double loss = 0;
    for (int i = 0; i < USED; i++) {
        double error = (double)model.w[LINEAR_FEATURES] - (double)y[i];
        for (int j = 0; j < LINEAR_FEATURES; j++)
            error += (double)model.w[j] * (double)x[i * LINEAR_FEATURES + j];
        loss += error * error / USED;
    }
    return process_end(loss);
}
