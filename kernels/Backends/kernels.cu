// The calibration kernels. kernels.ptx beside this file is generated from it; Bodies/KernelBodies.cs is its twin in C#.
//
//   clang-14 -x cuda --cuda-device-only --cuda-gpu-arch=sm_80 -nocudainc -nocudalib -O3 -S kernels.cu -o kernels.ptx
//   nvcc -arch=compute_80 -ptx kernels.cu -o kernels.ptx
//
// Compiles with nvcc, and with clang without a CUDA toolkit. One grid dimension; grid-stride loops; four independent
// 16-byte loads a turn.

typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __clang__
#define KERNEL extern "C" __attribute__((global))
#define DEVICE __attribute__((device)) static inline
typedef u32 vec16 __attribute__((ext_vector_type(4)));
#define THREAD ((u64)__nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x())
#define THREADS ((u64)__nvvm_read_ptx_sreg_nctaid_x() * __nvvm_read_ptx_sreg_ntid_x())
#else
#define KERNEL extern "C" __global__
#define DEVICE __device__ static inline
typedef uint4 vec16;
#define THREAD ((u64)blockIdx.x * blockDim.x + threadIdx.x)
#define THREADS ((u64)gridDim.x * blockDim.x)
#endif

DEVICE u32 fold(vec16 v)
{
    return v.x ^ v.y ^ v.z ^ v.w;
}

DEVICE u64 at(const u32 *__restrict__ table, u32 page_shift, u64 i)
{
    return ((u64)table[i >> page_shift] << page_shift) + (i & ((1ull << page_shift) - 1));
}

KERNEL void empty_kernel()
{
}

KERNEL void touch(u32 *words, u64 count, u64 stride, u32 value)
{
    for (u64 i = THREAD; i * stride < count; i += THREADS)
        words[i * stride] = value ^ (u32)i;
}

KERNEL void copy_contiguous(const vec16 *__restrict__ source, vec16 *__restrict__ target, u64 count)
{
    const u64 threads = THREADS;
    u64 i = THREAD;
    for (; i + 3 * threads < count; i += 4 * threads)
    {
        vec16 a = source[i];
        vec16 b = source[i + threads];
        vec16 c = source[i + 2 * threads];
        vec16 d = source[i + 3 * threads];
        target[i] = a;
        target[i + threads] = b;
        target[i + 2 * threads] = c;
        target[i + 3 * threads] = d;
    }
    for (; i < count; i += threads)
        target[i] = source[i];
}

KERNEL void gather_pages(
    const vec16 *__restrict__ source, vec16 *__restrict__ target, const u32 *__restrict__ table, u32 page_shift, u64 count)
{
    const u64 threads = THREADS;
    u64 i = THREAD;
    for (; i + 3 * threads < count; i += 4 * threads)
    {
        vec16 a = source[at(table, page_shift, i)];
        vec16 b = source[at(table, page_shift, i + threads)];
        vec16 c = source[at(table, page_shift, i + 2 * threads)];
        vec16 d = source[at(table, page_shift, i + 3 * threads)];
        target[i] = a;
        target[i + threads] = b;
        target[i + 2 * threads] = c;
        target[i + 3 * threads] = d;
    }
    for (; i < count; i += threads)
        target[i] = source[at(table, page_shift, i)];
}

KERNEL void kv_read_contiguous(const vec16 *__restrict__ kv, u32 *__restrict__ folded, u64 count)
{
    const u64 threads = THREADS;
    const u64 thread = THREAD;
    u32 all = 0;
    u64 i = thread;
    for (; i + 3 * threads < count; i += 4 * threads)
    {
        vec16 a = kv[i];
        vec16 b = kv[i + threads];
        vec16 c = kv[i + 2 * threads];
        vec16 d = kv[i + 3 * threads];
        all ^= fold(a) ^ fold(b) ^ fold(c) ^ fold(d);
    }
    for (; i < count; i += threads)
        all ^= fold(kv[i]);
    folded[thread] = all;
}

KERNEL void kv_read_paged(
    const vec16 *__restrict__ kv, const u32 *__restrict__ table, u32 *__restrict__ folded, u32 page_shift, u64 count)
{
    const u64 threads = THREADS;
    const u64 thread = THREAD;
    u32 all = 0;
    u64 i = thread;
    for (; i + 3 * threads < count; i += 4 * threads)
    {
        vec16 a = kv[at(table, page_shift, i)];
        vec16 b = kv[at(table, page_shift, i + threads)];
        vec16 c = kv[at(table, page_shift, i + 2 * threads)];
        vec16 d = kv[at(table, page_shift, i + 3 * threads)];
        all ^= fold(a) ^ fold(b) ^ fold(c) ^ fold(d);
    }
    for (; i < count; i += threads)
        all ^= fold(kv[at(table, page_shift, i)]);
    folded[thread] = all;
}
