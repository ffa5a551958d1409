// What the test says to the fake, and the books it keeps.
#include "fakecuda.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum
{
    OPTION_DEVICES,
    OPTION_VMM,
    OPTION_CAPABILITY,
    OPTION_STICKY,
    OPTIONS,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t vmm_lock = PTHREAD_MUTEX_INITIALIZER;
static int alive[KINDS];
static int options[OPTIONS];
static size_t total, used;
static double device_ns;
static long calls, fail_at;
static int fail_code, lost;
static char fail_name[64];
static long fail_nth, seen;
static char rule[256];
static char names[1 << 20];
static size_t names_length;

void fake_reset(uint64_t total_bytes)
{
    pthread_mutex_lock(&lock);
    memset(alive, 0, sizeof alive);
    options[OPTION_DEVICES] = 1;
    options[OPTION_VMM] = 1;
    options[OPTION_CAPABILITY] = 90;
    options[OPTION_STICKY] = 0;
    total = total_bytes;
    used = 0;
    calls = fail_at = fail_nth = seen = 0;
    fail_code = lost = 0;
    fail_name[0] = rule[0] = 0;
    names_length = 0;
    pthread_mutex_unlock(&lock);
}

// A whole device unless the test says otherwise.
__attribute__((constructor)) static void start(void) { fake_reset((uint64_t)64 << 20); }

void fake_set(int option, int value) { options[option] = value; }

// Call number k, from one, answers with this error.
void fake_fail(int64_t k, int code)
{
    fail_at = k;
    fail_code = code;
}

// The n-th call of that name, from one, answers with this error.
void fake_fail_name(const char *name, int64_t n, int code)
{
    snprintf(fail_name, sizeof fail_name, "%s", name);
    fail_nth = n;
    fail_code = code;
}

int64_t fake_calls(void) { return calls; }

int fake_alive_count(int kind) { return alive[kind]; }

int64_t fake_used_bytes(void) { return (int64_t)used; }

// The first rule of the driver that was broken, or an empty text.
const char *fake_broken_rule(void) { return rule; }

// Names of all calls so far, one a line.
const char *fake_log(void)
{
    names[names_length] = 0;
    return names;
}

CUresult fake_enter(const char *call)
{
    pthread_mutex_lock(&lock);
    calls++;
    size_t length = strlen(call);
    if (names_length + length + 2 < sizeof names)
    {
        memcpy(names + names_length, call, length);
        names_length += length;
        names[names_length++] = '\n';
    }
    int code = lost;
    if (calls == fail_at)
        code = fail_code;
    if (fail_nth > 0 && strcmp(call, fail_name) == 0 && ++seen == fail_nth)
        code = fail_code;
    if (code != OK && options[OPTION_STICKY])
        lost = code;
    pthread_mutex_unlock(&lock);
    return code;
}

CUresult fake_broken(const char *broken)
{
    pthread_mutex_lock(&lock);
    if (!rule[0])
        snprintf(rule, sizeof rule, "%s", broken);
    pthread_mutex_unlock(&lock);
    return INVALID_VALUE;
}

void fake_alive(int kind, int change)
{
    pthread_mutex_lock(&lock);
    alive[kind] += change;
    pthread_mutex_unlock(&lock);
}

int fake_take(size_t bytes)
{
    pthread_mutex_lock(&lock);
    int fits = used + bytes <= total;
    if (fits)
        used += bytes;
    pthread_mutex_unlock(&lock);
    return fits;
}

void fake_give(size_t bytes)
{
    pthread_mutex_lock(&lock);
    used -= bytes;
    pthread_mutex_unlock(&lock);
}

size_t fake_total(void) { return total; }

size_t fake_used(void) { return used; }

void fake_advance(double ns) { device_ns += ns; }

double fake_now(void) { return device_ns; }

int fake_option(int option) { return options[option]; }

void fake_lock(void) { pthread_mutex_lock(&vmm_lock); }

void fake_unlock(void) { pthread_mutex_unlock(&vmm_lock); }
