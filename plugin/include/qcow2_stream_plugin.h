/*
 * The interface of qcow2_stream_plugin.wasm, for hosts in C. README.md beside this folder tells how to use it.
 *
 * A host looks the functions up by their names; the types here say how they are called. "Address" is an offset into the
 * module's memory. All numbers in memory are little-endian.
 */
#ifndef QCOW2_STREAM_PLUGIN_H
#define QCOW2_STREAM_PLUGIN_H

#include <stdint.h>

/* What abi_version returns. */
#define QCOW2_STREAM_ABI_VERSION 1

/* The module that the imports are of. */
#define QCOW2_STREAM_IMPORT_MODULE "qcow2_stream"

/* Failures. Functions return them with a minus sign. */
#define QCOW2_STREAM_SOURCE 1         /* the source failed */
#define QCOW2_STREAM_SOURCE_ENDED 2   /* it ended before the size that it had given */
#define QCOW2_STREAM_SOURCE_ANSWER 3  /* its answer makes no sense */
#define QCOW2_STREAM_SOURCE_CHANGED 4 /* its size is another one now */
#define QCOW2_STREAM_SINK 5           /* the sink failed */
#define QCOW2_STREAM_SINK_ANSWER 6    /* it took nothing, or more than it was given */
#define QCOW2_STREAM_INVALID_OPTION 7 /* an option has a value that it cannot have */
#define QCOW2_STREAM_REFUSED 8        /* no image with these options can hold this disk */
#define QCOW2_STREAM_MEMORY 9         /* no memory is left */
#define QCOW2_STREAM_CANCELLED 10     /* progress asked to stop */
#define QCOW2_STREAM_ARGUMENT 11      /* no handle, no block, or no range of the image */
#define QCOW2_STREAM_BUSY 12          /* from within an import; or discard the instance: see "Exports" */
#define QCOW2_STREAM_DEFECT 13        /* a defect of the module; please report it */

/* What next_data returns, if nothing failed. */
#define QCOW2_STREAM_DATA_UNKNOWN 0 /* the host does not know: what follows is read */
#define QCOW2_STREAM_DATA_RANGE 1   /* at the address is where the next data begin and end */
#define QCOW2_STREAM_DATA_NONE 2    /* only zeros follow */

/* The phases that progress hears of. */
#define QCOW2_STREAM_PHASE_SCAN 0 /* reading the source; id is that of the source */
#define QCOW2_STREAM_PHASE_EMIT 1 /* writing the image; id is that of the sink */

/* Where the guest clusters lie: data_file of plan. */
#define QCOW2_STREAM_DATA_FILE_NONE 0  /* in the image */
#define QCOW2_STREAM_DATA_FILE_PLAIN 1 /* in the source, which the image calls by its name */
#define QCOW2_STREAM_DATA_FILE_RAW 2   /* so, and every cluster is mapped; the source is not read */

/* What next_data puts at its address: bytes of the source from start to before end. */
struct qcow2_stream_range {
    uint64_t start;
    uint64_t end;
};

/* What summary puts at its address, in bytes where nothing else is said. */
struct qcow2_stream_summary {
    uint64_t required;        /* the exact length of the image */
    uint64_t fully_allocated; /* its length if every cluster were allocated */
    uint64_t virtual_size;
    uint64_t cluster_size;
    uint64_t refcount_bits;
    uint64_t allocated_clusters; /* a number: guest clusters that the L2 tables map */
    uint64_t metadata_bytes;     /* the part of the image that is no guest data */
};

/*
 * Imports: what the host provides. source, sink and id are the host's own numbers, as it gave them to plan and run. A
 * negative result is a failure; its number comes back in the text.
 */

/* The size of the source in bytes. It must not change. */
typedef int64_t qcow2_stream_import_size(uint32_t source);

/* Reads at most length bytes at offset to the address bytes; returns how many, 0 at the end only. */
typedef int32_t qcow2_stream_import_read_at(uint32_t source, uint64_t offset, uint32_t bytes, uint32_t length);

/* Where the next data at or behind offset are: QCOW2_STREAM_DATA_*, the range at the address range. */
typedef int32_t qcow2_stream_import_next_data(uint32_t source, uint64_t offset, uint32_t range);

/* Takes bytes, at least one and at most length, from the address bytes; returns how many. */
typedef int32_t qcow2_stream_import_write(uint32_t sink, uint32_t bytes, uint32_t length);

/* Hears how far a phase is. Any result but 0 cancels. */
typedef int32_t qcow2_stream_import_progress(uint32_t id, uint32_t phase, uint64_t done, uint64_t total);

/*
 * Exports: what the host calls, never from within an import. A negative result is a failure.
 *
 * After an import that unwound the module (an exception of the host's language) or a trap (fuel, an epoch, the stack),
 * discard the instance: each call but abi_version, error_message and error_length is refused from then on, alloc with 0
 * and the others with QCOW2_STREAM_BUSY.
 *
 * Any call, and alloc above all, may grow the memory and move it: take its base anew after each call, and in each import.
 */

typedef uint32_t qcow2_stream_abi_version(void);

/* A block of zeros for arguments and results: its address, 0 if it failed; error_message says why. */
typedef uint32_t qcow2_stream_alloc(uint32_t length);

/* Gives a block back. */
typedef int32_t qcow2_stream_free(uint32_t block);

/*
 * Reads a source once and plans its image: a handle. cluster_size 0 is 65536, refcount_bits 0 is 16. name and
 * name_length are a data file's name, UTF-8 in a block, and do not matter without one.
 */
typedef int32_t qcow2_stream_plan(uint32_t source, uint32_t cluster_size, uint32_t refcount_bits, uint32_t data_file,
                                  uint32_t name, uint32_t name_length);

/* The exact length of the image in bytes. */
typedef int64_t qcow2_stream_length(int32_t plan);

/* Puts a struct qcow2_stream_summary into a block. */
typedef int32_t qcow2_stream_summary_into(int32_t plan, uint32_t summary);

/*
 * Writes the image from offset start to before offset end, or to its end: (0, UINT64_MAX) is all of it. start may be
 * the image's length, where nothing is left to write, and no more.
 */
typedef int32_t qcow2_stream_run(int32_t plan, uint32_t sink, uint64_t start, uint64_t end);

/*
 * Fills bytes, in a block, with the image from offset on: how many, fewer than length at the image's end only. offset
 * may be the image's length, and no more.
 */
typedef int32_t qcow2_stream_read_at(int32_t plan, uint64_t offset, uint32_t bytes, uint32_t length);

/* Forgets a plan. */
typedef int32_t qcow2_stream_release(int32_t plan);

/*
 * The text of the last failure: where it is and how long, in UTF-8 without a NUL. Both are good until the next call of
 * any other export; copy the text before.
 */
typedef uint32_t qcow2_stream_error_message(void);
typedef uint32_t qcow2_stream_error_length(void);

#endif
