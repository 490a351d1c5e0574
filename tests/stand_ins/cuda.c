/* A stand-in for the CUDA driver's library with one device, whose UUID begins with the two digits
 * in CUDA_STAND_IN and goes on in zeros. Compiled with -DNEWER it has cuDeviceGetUuid_v2 as well,
 * by which the device is a MIG device whose UUID begins with ff. Numbers are those of cuda.h.
 */
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_DEVICE = 101, MULTIPROCESSOR_COUNT = 16 };

int cuInit(unsigned flags) { return (int)flags; }

int cuDriverGetVersion(int *version) { *version = 12080; return SUCCESS; }

int cuDeviceGetCount(int *count) { *count = 1; return SUCCESS; }

int cuDeviceGet(int *device, int ordinal)
{
    *device = 7;
    return ordinal ? INVALID_DEVICE : SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    *value = attribute == MULTIPROCESSOR_COUNT ? 132 : 0;
    return device == 7 ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    *bytes = (size_t)80 << 30;
    return device == 7 ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceGetUuid(unsigned char *uuid, int device)
{
    memset(uuid, 0, 16);
    uuid[0] = (unsigned char)strtol(getenv("CUDA_STAND_IN"), NULL, 16);
    return device == 7 ? SUCCESS : INVALID_DEVICE;
}

#ifdef NEWER
int cuDeviceGetUuid_v2(unsigned char *uuid, int device)
{
    memset(uuid, 0, 16);
    uuid[0] = 0xff;
    return device == 7 ? SUCCESS : INVALID_DEVICE;
}
#endif
