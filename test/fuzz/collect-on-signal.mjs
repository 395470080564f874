// Loaded before Studio (node --expose-gc --import=...): on SIGWINCH it collects all garbage and tells what is left, since V8
// lets a hundred megabytes of it lie before it does so by itself.
process.on('SIGWINCH', () => {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(`memory: ${heapUsed + external} live, ${rss} resident`);
});
