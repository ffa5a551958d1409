// Virtual memory management over memfd and mmap: aliases work, memory without access faults.
#define _GNU_SOURCE
#include "fakecuda.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST 4096

typedef struct
{
    CUdeviceptr at;
    size_t size;
    CUhandle handle;
} Range;

typedef struct
{
    int file;
    size_t size;
    int mapped;
    int released;
} Chunk;

static Range reservations[MOST], mappings[MOST];
static Chunk chunks[MOST];

static Range *find(Range *table, CUdeviceptr at)
{
    for (int i = 0; i < MOST; i++)
        if (table[i].size && table[i].at == at)
            return &table[i];
    return 0;
}

static Range *empty(Range *table)
{
    for (int i = 0; i < MOST; i++)
        if (!table[i].size)
            return &table[i];
    abort();
}

static int misaligned(uint64_t value) { return value == 0 || value % GRANULARITY != 0; }

static void drop_if_gone(Chunk *chunk)
{
    if (!chunk->released || chunk->mapped)
        return;
    close(chunk->file);
    fake_give(chunk->size);
    chunk->size = 0;
}

CUresult cuMemGetAllocationGranularity(size_t *bytes, const CUmemAllocationProp *prop, int option)
{
    ENTER("cuMemGetAllocationGranularity");
    if (prop->type != 1 || prop->location.type != 1 || option != 0)
        return fake_broken("cuMemGetAllocationGranularity: not pinned device memory");
    *bytes = GRANULARITY;
    return OK;
}

CUresult cuMemAddressReserve(CUdeviceptr *at, size_t size, size_t alignment, CUdeviceptr hint, unsigned long long flags)
{
    ENTER("cuMemAddressReserve");
    if (misaligned(size) || alignment != 0 || hint != 0 || flags != 0)
        return fake_broken("cuMemAddressReserve: size not a multiple of the granularity, or a hint");
    char *raw = mmap(0, size + GRANULARITY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED)
        return OUT_OF_MEMORY;
    uint64_t start = ((uint64_t)raw + GRANULARITY - 1) / GRANULARITY * GRANULARITY;
    size_t before = start - (uint64_t)raw;
    if (before)
        munmap(raw, before);
    munmap((char *)start + size, GRANULARITY - before);
    fake_lock();
    *empty(reservations) = (Range){start, size, 0};
    fake_unlock();
    *at = start;
    fake_alive(RESERVATIONS, 1);
    return OK;
}

CUresult cuMemAddressFree(CUdeviceptr at, size_t size)
{
    ENTER("cuMemAddressFree");
    fake_lock();
    Range *range = find(reservations, at);
    int inside = 0;
    for (int i = 0; i < MOST; i++)
        inside += mappings[i].size && mappings[i].at >= at && mappings[i].at < at + size;
    int right = range && range->size == size && !inside;
    if (right)
    {
        munmap((void *)at, size);
        range->size = 0;
    }
    fake_unlock();
    if (!right)
        return fake_broken(inside ? "cuMemAddressFree: something is still mapped" : "cuMemAddressFree: not a reservation");
    fake_alive(RESERVATIONS, -1);
    return OK;
}

CUresult cuMemCreate(CUhandle *handle, size_t size, const CUmemAllocationProp *prop, unsigned long long flags)
{
    ENTER("cuMemCreate");
    if (misaligned(size) || flags != 0)
        return fake_broken("cuMemCreate: size not a multiple of the granularity");
    if (prop->type != 1 || prop->location.type != 1 || prop->requestedHandleTypes != 0)
        return fake_broken("cuMemCreate: not plain device memory");
    if (!fake_take(size))
        return OUT_OF_MEMORY;
    int file = memfd_create("fakecuda", 0);
    if (file < 0 || ftruncate(file, (off_t)size) != 0)
        return OUT_OF_MEMORY;
    fake_lock();
    int i = 0;
    while (i < MOST && chunks[i].size)
        i++;
    if (i == MOST)
        abort();
    chunks[i] = (Chunk){file, size, 0, 0};
    fake_unlock();
    *handle = (CUhandle)i + 1;
    fake_alive(HANDLES, 1);
    return OK;
}

CUresult cuMemRelease(CUhandle handle)
{
    ENTER("cuMemRelease");
    fake_lock();
    Chunk *chunk = handle >= 1 && handle <= MOST ? &chunks[handle - 1] : 0;
    int right = chunk && chunk->size && !chunk->released;
    if (right)
    {
        chunk->released = 1;
        drop_if_gone(chunk);
    }
    fake_unlock();
    if (!right)
        return fake_broken("cuMemRelease: not a live handle");
    fake_alive(HANDLES, -1);
    return OK;
}

CUresult cuMemMap(CUdeviceptr at, size_t size, size_t offset, CUhandle handle, unsigned long long flags)
{
    ENTER("cuMemMap");
    fake_lock();
    Chunk *chunk = handle >= 1 && handle <= MOST && chunks[handle - 1].size ? &chunks[handle - 1] : 0;
    int inside = 0, overlaps = 0;
    for (int i = 0; i < MOST; i++)
    {
        inside |= reservations[i].size && at >= reservations[i].at && at + size <= reservations[i].at + reservations[i].size;
        overlaps |= mappings[i].size && at < mappings[i].at + mappings[i].size && mappings[i].at < at + size;
    }
    const char *wrong = 0;
    if (misaligned(at) || misaligned(size) || offset != 0 || flags != 0)
        wrong = "cuMemMap: misaligned, or an offset";
    else if (!chunk || chunk->released || chunk->size != size)
        wrong = "cuMemMap: not the whole of a live handle";
    else if (!inside)
        wrong = "cuMemMap: outside every reservation";
    else if (overlaps)
        wrong = "cuMemMap: already mapped";
    if (!wrong)
    {
        mmap((void *)at, size, PROT_NONE, MAP_SHARED | MAP_FIXED, chunk->file, 0);
        *empty(mappings) = (Range){at, size, handle};
        chunk->mapped++;
    }
    fake_unlock();
    if (wrong)
        return fake_broken(wrong);
    fake_alive(MAPPINGS, 1);
    return OK;
}

// Bytes of the range that whole mappings inside it cover.
static size_t covered(CUdeviceptr at, size_t size)
{
    size_t sum = 0;
    for (int i = 0; i < MOST; i++)
        if (mappings[i].size && mappings[i].at >= at && mappings[i].at + mappings[i].size <= at + size)
            sum += mappings[i].size;
    return sum;
}

CUresult cuMemSetAccess(CUdeviceptr at, size_t size, const CUmemAccessDesc *access, size_t count)
{
    ENTER("cuMemSetAccess");
    if (count != 1 || access->location.type != 1 || access->flags != 3)
        return fake_broken("cuMemSetAccess: not one device with read and write");
    fake_lock();
    int whole = covered(at, size) == size && size > 0;
    if (whole)
        mprotect((void *)at, size, PROT_READ | PROT_WRITE);
    fake_unlock();
    return whole ? OK : fake_broken("cuMemSetAccess: the range is not mapped throughout");
}

CUresult cuMemUnmap(CUdeviceptr at, size_t size)
{
    ENTER("cuMemUnmap");
    int gone = 0;
    fake_lock();
    int whole = covered(at, size) == size && size > 0;
    for (int i = 0; whole && i < MOST; i++)
        if (mappings[i].size && mappings[i].at >= at && mappings[i].at < at + size)
        {
            Chunk *chunk = &chunks[mappings[i].handle - 1];
            chunk->mapped--;
            drop_if_gone(chunk);
            mappings[i].size = 0;
            gone++;
        }
    if (whole)
        mmap((void *)at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    fake_unlock();
    if (!whole)
        return fake_broken("cuMemUnmap: not whole mappings");
    fake_alive(MAPPINGS, -gone);
    return OK;
}
