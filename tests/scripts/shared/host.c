/* host.c PLUGIN.. - a program that knows nothing of Gradus loads a plug-in that uses it, calls it from several
 * threads, and closes it while those threads are still alive: what runs when they end must still be there. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 3 };

static pthread_barrier_t worked, closed;
static double (*work)(void);

static void *one_thread(void *good)
{
    *(int *)good = work() == 300;
    pthread_barrier_wait(&worked);
    pthread_barrier_wait(&closed);
    return NULL;
}

static int one_round(const char *path)
{
    void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin)
        return printf("%s: %s\n", path, dlerror()), 0;
    void *symbol = dlsym(plugin, "plugin_work");
    memcpy(&work, &symbol, sizeof work);
    int good[THREADS + 1] = { 0 };
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, one_thread, &good[i]))
            return 0;
    good[THREADS] = work() == 300;
    pthread_barrier_wait(&worked);
    dlclose(plugin);
    pthread_barrier_wait(&closed);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    int all = 1;
    for (int i = 0; i <= THREADS; i++)
        all = all && good[i];
    if (!all)
        printf("%s: a thread got a wrong result\n", path);
    return all;
}

int main(int count, char **path)
{
    pthread_barrier_init(&worked, NULL, THREADS + 1);
    pthread_barrier_init(&closed, NULL, THREADS + 1);
    for (int i = 1; i < count; i++)
        for (int round = 0; round < ROUNDS; round++)
            if (!one_round(path[i]))
                return 1;
    return 0;
}
