/* A stand-in for NVIDIA's management library, with the GPUs that the file NVML_STAND_IN lists.
 *
 * Its first line is the version of the driver, or `error N` for what nvmlInit returns. Each other
 * line is a GPU, its fields between bars:
 *
 *     uuid|model|9.0|CUDA cores|1 in MIG mode|free bytes|all bytes|memory errors|pid pid ...
 *
 * The file is read anew by each nvmlInit. Structures and numbers are those of nvml.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, UNINITIALIZED = 1, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7 };
enum { MOST = 8, MOST_PIDS = 16 };

struct gpu {
    char uuid[80], model[96];
    int major, minor;
    unsigned cores, mig;
    unsigned long long free, total, errors;
    unsigned count, pids[MOST_PIDS];
};
struct memory { unsigned long long total, free, used; };
struct process { unsigned pid; unsigned long long memory; unsigned instance, compute; };

static struct gpu gpus[MOST];
static unsigned listed;
static char driver[80];

static void read_gpu(const char *line, struct gpu *gpu)
{
    char pids[256] = "", *word;
    memset(gpu, 0, sizeof *gpu);
    sscanf(line, "%79[^|]|%95[^|]|%d.%d|%u|%u|%llu|%llu|%llu|%255[^\n]", gpu->uuid, gpu->model,
           &gpu->major, &gpu->minor, &gpu->cores, &gpu->mig, &gpu->free, &gpu->total, &gpu->errors,
           pids);
    for (word = strtok(pids, " "); word && gpu->count < MOST_PIDS; word = strtok(NULL, " "))
        gpu->pids[gpu->count++] = (unsigned)atoi(word);
}

int nvmlInitWithFlags(unsigned flags)
{
    const char *path = getenv("NVML_STAND_IN");
    FILE *file = path ? fopen(path, "r") : NULL;
    char line[1024];
    int error = 0;
    (void)flags;
    if (!file)
        return UNINITIALIZED;
    listed = 0;
    if (fgets(line, sizeof line, file) && !sscanf(line, "error %d", &error))
        sscanf(line, "%79s", driver);
    while (listed < MOST && fgets(line, sizeof line, file))
        read_gpu(line, &gpus[listed++]);
    fclose(file);
    return error;
}

int nvmlShutdown(void) { return SUCCESS; }

const char *nvmlErrorString(int error)
{
    (void)error;
    return "an error of the stand-in";
}

int nvmlSystemGetDriverVersion(char *text, unsigned length)
{
    snprintf(text, length, "%s", driver);
    return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned *count) { *count = listed; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, struct gpu **gpu)
{
    *gpu = &gpus[index];
    return index < listed ? SUCCESS : NOT_FOUND;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, struct gpu **gpu)
{
    for (*gpu = gpus; *gpu < gpus + listed; ++*gpu)
        if (!strcmp((*gpu)->uuid, uuid))
            return SUCCESS;
    return NOT_FOUND;
}

int nvmlDeviceGetUUID(struct gpu *gpu, char *text, unsigned length)
{
    snprintf(text, length, "%s", gpu->uuid);
    return SUCCESS;
}

int nvmlDeviceGetName(struct gpu *gpu, char *text, unsigned length)
{
    snprintf(text, length, "%s", gpu->model);
    return SUCCESS;
}

int nvmlDeviceGetCudaComputeCapability(struct gpu *gpu, int *major, int *minor)
{
    *major = gpu->major;
    *minor = gpu->minor;
    return SUCCESS;
}

int nvmlDeviceGetNumGpuCores(struct gpu *gpu, unsigned *cores)
{
    *cores = gpu->cores;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(struct gpu *gpu, unsigned *now, unsigned *next)
{
    *now = *next = gpu->mig;
    return gpu->major < 8 ? NOT_SUPPORTED : SUCCESS;
}

int nvmlDeviceGetMemoryInfo(struct gpu *gpu, struct memory *memory)
{
    memory->total = gpu->total;
    memory->free = gpu->free;
    memory->used = gpu->total - gpu->free;
    return SUCCESS;
}

int nvmlDeviceGetComputeRunningProcesses_v3(struct gpu *gpu, unsigned *count, struct process *found)
{
    unsigned room = *count, one;
    *count = gpu->count;
    if (gpu->count > room)
        return INSUFFICIENT_SIZE;
    for (one = 0; one < gpu->count; one++)
        found[one] = (struct process){gpu->pids[one], ~0ULL, ~0U, ~0U}; /* memory is not told */
    return SUCCESS;
}

int nvmlDeviceGetTotalEccErrors(struct gpu *gpu, int kind, int counter, unsigned long long *found)
{
    *found = gpu->errors;
    return kind == 1 && counter == 0 ? SUCCESS : NOT_SUPPORTED;
}
