// Allocations, copies, streams, events and the kernels by name. Work is done when it is enqueued; the device's clock is virtual.
#define _GNU_SOURCE
#include "fakecuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const double copy_ns = 2000, host_ns_per_byte = 1 / 25.0, device_ns_per_byte = 1 / 100.0, kernel_ns = 3000;

typedef struct
{
    double at;
    int recorded;
    int asked;
} Event;

typedef struct
{
    size_t size;
    char pad[4096 - sizeof(size_t)];
} Head;

static void *take(size_t size)
{
    Head *head = mmap(0, size + sizeof(Head), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (head == MAP_FAILED)
        return 0;
    head->size = size;
    return head + 1;
}

static size_t give(void *memory)
{
    Head *head = (Head *)memory - 1;
    size_t size = head->size;
    munmap(head, size + sizeof(Head));
    return size;
}

CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes)
{
    ENTER("cuMemGetInfo_v2");
    *total_bytes = fake_total();
    *free_bytes = fake_total() - fake_used();
    return OK;
}

CUresult cuMemAlloc_v2(CUdeviceptr *at, size_t size)
{
    ENTER("cuMemAlloc_v2");
    if (!fake_take(size))
        return OUT_OF_MEMORY;
    *at = (CUdeviceptr)take(size);
    fake_alive(ALLOCATIONS, 1);
    return OK;
}

CUresult cuMemFree_v2(CUdeviceptr at)
{
    ENTER("cuMemFree_v2");
    fake_give(give((void *)at));
    fake_alive(ALLOCATIONS, -1);
    return OK;
}

CUresult cuMemHostAlloc(void **at, size_t size, unsigned flags)
{
    ENTER("cuMemHostAlloc");
    (void)flags;
    *at = take(size);
    fake_alive(HOST_ALLOCATIONS, 1);
    return OK;
}

CUresult cuMemFreeHost(void *at)
{
    ENTER("cuMemFreeHost");
    give(at);
    fake_alive(HOST_ALLOCATIONS, -1);
    return OK;
}

CUresult cuMemHostRegister_v2(void *at, size_t size, unsigned flags)
{
    ENTER("cuMemHostRegister_v2");
    (void)at, (void)size, (void)flags;
    fake_alive(REGISTRATIONS, 1);
    return OK;
}

CUresult cuMemHostUnregister(void *at)
{
    ENTER("cuMemHostUnregister");
    (void)at;
    fake_alive(REGISTRATIONS, -1);
    return OK;
}

static CUresult copy(void *to, const void *from, size_t size, double ns_per_byte)
{
    memcpy(to, from, size);
    fake_advance(copy_ns + size * ns_per_byte);
    return OK;
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t size, void *stream)
{
    ENTER("cuMemcpyHtoDAsync_v2");
    (void)stream;
    return copy((void *)to, from, size, host_ns_per_byte);
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t size, void *stream)
{
    ENTER("cuMemcpyDtoHAsync_v2");
    (void)stream;
    return copy(to, (void *)from, size, host_ns_per_byte);
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t size, void *stream)
{
    ENTER("cuMemcpyDtoDAsync_v2");
    (void)stream;
    return copy((void *)to, (void *)from, size, device_ns_per_byte);
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t size, void *stream)
{
    ENTER("cuMemsetD8Async");
    (void)stream;
    memset((void *)to, value, size);
    return OK;
}

CUresult cuStreamCreate(void **stream, unsigned flags)
{
    ENTER("cuStreamCreate");
    if (flags != 1)
        return fake_broken("cuStreamCreate: not a non-blocking stream");
    *stream = malloc(1);
    fake_alive(STREAMS, 1);
    return OK;
}

CUresult cuStreamDestroy_v2(void *stream)
{
    ENTER("cuStreamDestroy_v2");
    free(stream);
    fake_alive(STREAMS, -1);
    return OK;
}

CUresult cuStreamSynchronize(void *stream)
{
    ENTER("cuStreamSynchronize");
    (void)stream;
    return OK;
}

CUresult cuEventCreate(void **event, unsigned flags)
{
    ENTER("cuEventCreate");
    if (flags != 0)
        return fake_broken("cuEventCreate: an event without time");
    *event = calloc(1, sizeof(Event));
    fake_alive(EVENTS, 1);
    return OK;
}

CUresult cuEventDestroy_v2(void *event)
{
    ENTER("cuEventDestroy_v2");
    free(event);
    fake_alive(EVENTS, -1);
    return OK;
}

CUresult cuEventRecord(void *event, void *stream)
{
    ENTER("cuEventRecord");
    (void)stream;
    *(Event *)event = (Event){fake_now(), 1, 0};
    return OK;
}

CUresult cuEventSynchronize(void *event)
{
    ENTER("cuEventSynchronize");
    (void)event;
    return OK;
}

CUresult cuEventQuery(void *event)
{
    ENTER("cuEventQuery");
    return ((Event *)event)->asked++ ? OK : NOT_READY; // Work is over the second time somebody asks.
}

CUresult cuEventElapsedTime(float *ms, void *start, void *end)
{
    ENTER("cuEventElapsedTime");
    if (!((Event *)start)->recorded || !((Event *)end)->recorded)
        return fake_broken("cuEventElapsedTime: an event was not recorded");
    *ms = (float)((((Event *)end)->at - ((Event *)start)->at) / 1e6);
    return OK;
}

static const char *const kernels[] = {"empty_kernel", "touch", "copy_contiguous", "gather_pages", "kv_read_contiguous", "kv_read_paged"};

CUresult cuModuleLoadDataEx(void **module, const char *text, unsigned count, const int *options, void **values)
{
    ENTER("cuModuleLoadDataEx");
    for (unsigned i = 0; i < count; i++)
        if (options[i] == 5)
            snprintf(values[i], 64, "ptxas of the fake driver says no");
    if (!strstr(text, ".target sm_80"))
        return INVALID_PTX;
    *module = malloc(1);
    fake_alive(MODULES, 1);
    return OK;
}

CUresult cuModuleUnload(void *module)
{
    ENTER("cuModuleUnload");
    free(module);
    fake_alive(MODULES, -1);
    return OK;
}

CUresult cuModuleGetFunction(void **function, void *module, const char *name)
{
    ENTER("cuModuleGetFunction");
    (void)module;
    for (int i = 0; i < 6; i++)
        if (strcmp(name, kernels[i]) == 0)
        {
            *function = (void *)&kernels[i];
            return OK;
        }
    return NOT_FOUND;
}

static uint64_t wide(void **arguments, int i) { return *(uint64_t *)arguments[i]; }

static uint32_t narrow(void **arguments, int i) { return *(uint32_t *)arguments[i]; }

// Page by page through a table, or in one go without one; writes what was read, or folds all of it into the first thread's word.
static void move(const char *from, char *to, const uint32_t *table, uint32_t shift, uint64_t count, uint64_t threads, int fold)
{
    uint64_t page = table ? (uint64_t)16 << shift : count * 16;
    uint64_t folded = 0;
    for (uint64_t done = 0; done < count * 16; done += page)
    {
        uint64_t bytes = count * 16 - done < page ? count * 16 - done : page;
        const char *source = from + (table ? table[done / page] * page : done);
        if (!fold)
            memcpy(to + done, source, bytes);
        for (uint64_t word = 0; fold && word < bytes / 8; word++)
            folded ^= ((const uint64_t *)source)[word];
    }
    if (fold)
    {
        memset(to, 0, threads * 4);
        *(uint32_t *)to = (uint32_t)folded ^ (uint32_t)(folded >> 32);
    }
    fake_advance(count * 16 * device_ns_per_byte * (fold ? 1 : 2));
}

CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, void *stream, void **a, void **extra)
{
    ENTER("cuLaunchKernel");
    (void)stream;
    if (gy != 1 || gz != 1 || by != 1 || bz != 1 || shared != 0 || extra != 0 || gx == 0 || bx == 0 || bx > 1024)
        return fake_broken("cuLaunchKernel: shape");
    uint64_t threads = (uint64_t)gx * bx;
    fake_advance(kernel_ns);
    switch ((int)((const char *const *)function - kernels))
    {
    case 1:
        for (uint64_t i = 0; i * wide(a, 2) < wide(a, 1); i++)
            ((uint32_t *)wide(a, 0))[i * wide(a, 2)] = narrow(a, 3) ^ (uint32_t)i;
        break;
    case 2: move((void *)wide(a, 0), (void *)wide(a, 1), 0, 0, wide(a, 2), threads, 0); break;
    case 3: move((void *)wide(a, 0), (void *)wide(a, 1), (void *)wide(a, 2), narrow(a, 3), wide(a, 4), threads, 0); break;
    case 4: move((void *)wide(a, 0), (void *)wide(a, 1), 0, 0, wide(a, 2), threads, 1); break;
    case 5: move((void *)wide(a, 0), (void *)wide(a, 2), (void *)wide(a, 1), narrow(a, 3), wide(a, 4), threads, 1); break;
    default: break;
    }
    return OK;
}
