"""Converts a raw disk with the core module, by the wasmtime wheel:
host.py PLUGIN.wasm DISK [CLUSTER_SIZE REFCOUNT_BITS [DATA_FILE NAME]] > IMAGE
"""

import ctypes
import errno
import os
import sys

from wasmtime import Engine, FuncType, Linker, Module, Store, ValType

I32, I64 = ValType.i32(), ValType.i64()


class Host:
    """The five imports. A failure is negative; its text is said at once."""

    TYPES = {
        "size": ([I32], [I64]),
        "read_at": ([I32, I64, I32, I32], [I32]),
        "next_data": ([I32, I64, I32], [I32]),
        "write": ([I32, I32, I32], [I32]),
        "progress": ([I32, I32, I64, I64], [I32]),
    }

    def __init__(self, disk, image):
        self.disk, self.image = disk, image

    def size(self, memory, source):
        return os.fstat(self.disk).st_size

    def read_at(self, memory, source, offset, at, length):
        return os.preadv(self.disk, [part(memory, at, length)], offset)

    def next_data(self, memory, source, offset, at):
        try:
            start = os.lseek(self.disk, offset, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return 2  # only a hole is left
            if error.errno in (errno.EINVAL, errno.EOPNOTSUPP):
                return 0  # the file system does not tell
            raise
        end = os.lseek(self.disk, start, os.SEEK_HOLE)
        part(memory, at, 16)[:] = start.to_bytes(8, "little") + end.to_bytes(8, "little")
        return 1

    def write(self, memory, sink, at, length):
        return os.write(self.image, part(memory, at, length))

    def progress(self, memory, id, phase, done, total):
        return 0  # go on

    def define(self, linker):
        for name, (params, results) in self.TYPES.items():
            linker.define_func("qcow2_stream", name, FuncType(params, results), self.guarded(name), True)

    def guarded(self, name):
        """An exception would stop the plugin where it is; as a failure it comes back with the offset."""

        def call(caller, *args):
            try:
                # Numbers without a sign come as if they had one.
                return getattr(self, name)((caller, caller["memory"]), *(arg % (1 << 64) for arg in args))
            except OSError as error:
                print(f"error: {error}", file=sys.stderr)
                return -1

        return call


def part(memory, at, length):
    """Bytes of the plugin's memory, in place."""
    store, memory = memory
    at %= 1 << 32
    length %= 1 << 32
    if at + length > memory.data_len(store):
        raise OSError(errno.EFAULT, "outside of the memory")
    start = ctypes.addressof(memory.data_ptr(store).contents) + at
    return memoryview((ctypes.c_ubyte * length).from_address(start)).cast("B")


def main(plugin, disk, cluster_size=0, refcount_bits=0, data_file=0, name=""):
    engine = Engine()
    store, linker = Store(engine), Linker(engine)
    Host(os.open(disk, os.O_RDONLY), sys.stdout.fileno()).define(linker)
    exports = linker.instantiate(store, Module.from_file(engine, plugin)).exports(store)
    memory = exports["memory"]

    def call(function, *args):
        result = exports[function](store, *args)
        if result < 0:
            start, length = exports["error_message"](store), exports["error_length"](store)
            text = bytes(memory.read(store, start, start + length)).decode()
            sys.exit(f"error: {text} (code {-result})")
        return result

    # An argument that is no number goes through a block of the plugin's memory.
    name = name.encode()
    block = exports["alloc"](store, len(name))
    memory.write(store, name, block)
    plan = call("plan", 0, int(cluster_size), int(refcount_bits), int(data_file), block, len(name))
    print(call("length", plan), "bytes", file=sys.stderr)
    call("run", plan, 0, 0, -1)  # to the end: -1 is the largest number


if __name__ == "__main__":
    main(*sys.argv[1:])
