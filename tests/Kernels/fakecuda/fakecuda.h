// A CUDA driver without a device, for tests: host memory behind every address, the driver's rules enforced, failures on request.
#ifndef FAKECUDA_H
#define FAKECUDA_H

#include <stddef.h>
#include <stdint.h>

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef uint64_t CUhandle;

typedef struct
{
    int type;
    int id;
} CUmemLocation;

typedef struct
{
    int type;
    int requestedHandleTypes;
    CUmemLocation location;
    void *win32HandleMetaData;
    struct
    {
        unsigned char compressionType;
        unsigned char gpuDirectRDMACapable;
        unsigned short usage;
        unsigned char reserved[4];
    } allocFlags;
} CUmemAllocationProp;

typedef struct
{
    CUmemLocation location;
    int flags;
} CUmemAccessDesc;

enum
{
    OK = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_PTX = 218,
    NOT_FOUND = 500,
    NOT_READY = 600,
    NOT_SUPPORTED = 801,
    WRONG_SYMBOL = 999,
};

// What is alive, by kind.
enum
{
    RESERVATIONS,
    HANDLES,
    MAPPINGS,
    ALLOCATIONS,
    HOST_ALLOCATIONS,
    REGISTRATIONS,
    STREAMS,
    EVENTS,
    MODULES,
    CONTEXTS,
    KINDS,
};

#define GRANULARITY ((size_t)2 << 20)

// Counts the call and answers with the failure asked for, if it is this call's turn.
CUresult fake_enter(const char *call);

// Records a broken rule and answers INVALID_VALUE.
CUresult fake_broken(const char *rule);

// Adds to what is alive.
void fake_alive(int kind, int change);

// Device bytes in use; fails when there are no more.
int fake_take(size_t bytes);
void fake_give(size_t bytes);
size_t fake_total(void);
size_t fake_used(void);

// The device's own clock, advanced by what is enqueued.
void fake_advance(double ns);
double fake_now(void);

int fake_option(int option);
void fake_lock(void);
void fake_unlock(void);

#define ENTER(name)                    \
    do                                 \
    {                                  \
        CUresult turn = fake_enter(name); \
        if (turn != OK)                \
            return turn;               \
    } while (0)

#endif
