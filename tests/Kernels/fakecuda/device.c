// Start-up, devices and contexts.
#include "fakecuda.h"

#include <stdio.h>

static int initialised;

CUresult cuInit(unsigned flags)
{
    ENTER("cuInit");
    if (flags != 0)
        return fake_broken("cuInit: flags must be zero");
    if (fake_option(0) < 0)
        return NO_DEVICE;
    initialised = 1;
    return OK;
}

CUresult cuDriverGetVersion(int *version)
{
    ENTER("cuDriverGetVersion");
    *version = 12060;
    return OK;
}

CUresult cuDeviceGetCount(int *count)
{
    ENTER("cuDeviceGetCount");
    if (!initialised)
        return NOT_INITIALIZED;
    *count = fake_option(0);
    return OK;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal)
{
    ENTER("cuDeviceGet");
    if (ordinal >= fake_option(0))
        return INVALID_DEVICE;
    *device = ordinal;
    return OK;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device)
{
    ENTER("cuDeviceGetName");
    (void)device;
    snprintf(name, length, "Fake GPU");
    return OK;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
    ENTER("cuDeviceGetAttribute");
    (void)device;
    switch (attribute)
    {
    case 16: *value = 2; return OK;
    case 18: *value = 0; return OK;
    case 36: *value = 50000000; return OK; // kHz: a peak far above what a test machine copies.
    case 37: *value = 8192; return OK;
    case 38: *value = 1 << 20; return OK;
    case 40: *value = 2; return OK;
    case 75: *value = fake_option(2) / 10; return OK;
    case 76: *value = fake_option(2) % 10; return OK;
    case 102: *value = fake_option(1); return OK;
    default: return INVALID_VALUE;
    }
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
    ENTER("cuDeviceTotalMem_v2");
    (void)device;
    *bytes = fake_total();
    return OK;
}

static int context;

CUresult cuDevicePrimaryCtxRetain(void **made, CUdevice device)
{
    ENTER("cuDevicePrimaryCtxRetain");
    (void)device;
    *made = &context;
    fake_alive(CONTEXTS, 1);
    return OK;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    ENTER("cuDevicePrimaryCtxRelease_v2");
    (void)device;
    fake_alive(CONTEXTS, -1);
    return OK;
}

CUresult cuCtxSetCurrent(void *given)
{
    ENTER("cuCtxSetCurrent");
    return given == 0 || given == &context ? OK : fake_broken("cuCtxSetCurrent: not a context");
}

CUresult cuCtxSynchronize(void)
{
    ENTER("cuCtxSynchronize");
    return OK;
}

CUresult cuGetErrorName(CUresult code, const char **name)
{
    switch (code)
    {
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; return OK;
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return OK;
    case NO_DEVICE: *name = "CUDA_ERROR_NO_DEVICE"; return OK;
    case INVALID_PTX: *name = "CUDA_ERROR_INVALID_PTX"; return OK;
    case 700: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; return OK;
    default: *name = "CUDA_ERROR_UNKNOWN"; return OK;
    }
}

CUresult cuGetErrorString(CUresult code, const char **text)
{
    *text = code == OUT_OF_MEMORY ? "out of memory" : "an error of the fake driver";
    return OK;
}

// The names without suffix have 32-bit arguments: nobody may call them.
CUresult cuMemAlloc(void) { return fake_broken("cuMemAlloc without _v2"), WRONG_SYMBOL; }
CUresult cuMemFree(void) { return fake_broken("cuMemFree without _v2"), WRONG_SYMBOL; }
CUresult cuMemGetInfo(void) { return fake_broken("cuMemGetInfo without _v2"), WRONG_SYMBOL; }
CUresult cuMemHostRegister(void) { return fake_broken("cuMemHostRegister without _v2"), WRONG_SYMBOL; }
CUresult cuMemcpyHtoDAsync(void) { return fake_broken("cuMemcpyHtoDAsync without _v2"), WRONG_SYMBOL; }
CUresult cuMemcpyDtoHAsync(void) { return fake_broken("cuMemcpyDtoHAsync without _v2"), WRONG_SYMBOL; }
CUresult cuMemcpyDtoDAsync(void) { return fake_broken("cuMemcpyDtoDAsync without _v2"), WRONG_SYMBOL; }
CUresult cuStreamDestroy(void) { return fake_broken("cuStreamDestroy without _v2"), WRONG_SYMBOL; }
CUresult cuEventDestroy(void) { return fake_broken("cuEventDestroy without _v2"), WRONG_SYMBOL; }
CUresult cuDeviceTotalMem(void) { return fake_broken("cuDeviceTotalMem without _v2"), WRONG_SYMBOL; }
CUresult cuDevicePrimaryCtxRelease(void) { return fake_broken("cuDevicePrimaryCtxRelease without _v2"), WRONG_SYMBOL; }
