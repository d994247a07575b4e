import {
  scan, Plan, type Progress, type Qcow2Error, type ScanOptions, type Segment, type Summary, type WatchOptions,
} from 'qcow2-stream';

const watch: WatchOptions = {
  onProgress: ({ phase, bytes, total }: Progress) => console.log(phase === 'scan', bytes / total),
  signal: AbortSignal.timeout(1000),
};
const options: ScanOptions = {
  ...watch, clusterSize: 65536, refcountBits: 16, dataFile: { name: 'disk.raw', raw: true }, workers: 2, wasmURL: '/module.wasm', workerURL: new URL('https://example.org/worker.js'),
};

function length(segment: Segment): number {
  return segment.kind === 'zeros' ? segment.length : segment.offset + segment.length;
}

function isOurs(error: unknown): error is Qcow2Error {
  return error instanceof Error && error.name === 'Qcow2Error';
}

export async function use(file: File): Promise<Summary> {
  try {
    const plan: Plan = await scan(file, options);
    const cells: Float64Array = plan.occupancy(100);
    const numbers: number[] = [plan.outputSize, plan.runs, plan.blobParts, cells.length, ...[...plan.segments()].map(length)];
    const blob: Blob = await plan.toBlob(watch);
    await plan.stream().pipeThrough(new CompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>).pipeTo(new WritableStream());
    await plan.pipeTo(new WritableStream<Uint8Array>(), watch);
    const { summary } = plan;
    plan.free();
    console.log(numbers, blob.size);
    return summary;
  } catch (error) {
    if (isOurs(error) && error.code === 'source-changed') console.log(error.remedy);
    throw error;
  }
}
