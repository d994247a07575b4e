// A file that the user names, written by the page (Chromium).

import { wrongSize } from './errors.js';

export function canPick() {
  return 'showSaveFilePicker' in window;
}

/** @type {(plan: import('./index.js').Plan, choices: import('./index.js').Choices) => Promise<import('./index.js').Saved>} */
export async function savePicked(plan, { name, gzip, signal, onPhase, onProgress }) {
  onPhase('asking');
  const handle = await window.showSaveFilePicker({ suggestedName: name });
  signal.throwIfAborted();
  onPhase('writing');
  try {
    await write(plan, await handle.createWritable(), { gzip, signal, onPhase, onProgress });
    const { size } = await handle.getFile();
    if (!gzip && size !== plan.outputSize) {
      throw wrongSize(size, plan.outputSize);
    }
    return { outcome: 'saved', name: handle.name, size: gzip ? null : size };
  } catch (error) {
    await remove(handle);
    throw error;
  }
}

/**
 * Choosing the file has emptied it; what is left would be nobody's image. The browser keeps it locked until it has put away
 * what was written.
 */
async function remove(handle) {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      return await handle.remove?.();
    } catch ({ name }) {
      if (name !== 'NoModificationAllowedError') {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function write(plan, file, { gzip, signal, onPhase, onProgress }) {
  const watch = {
    signal,
    onProgress(progress) {
      onProgress(progress);
      if (progress.bytes === progress.total) {
        // Closing the file, the browser reads all of it again, for the safety of its users.
        onPhase('checking');
      }
    },
  };
  if (gzip) {
    await plan.stream(watch).pipeThrough(new CompressionStream('gzip')).pipeTo(file, { signal });
  } else {
    await plan.pipeTo(file, watch);
  }
}
