/** What to do when there is nothing to watch. */
export function HowTo({ isConnected }: { readonly isConnected: boolean }) {
  return (
    <div class="live-facts how-to">
      <h2 id="live-title">{isConnected ? 'Nothing is running' : 'Not connected to Studio'}</h2>
      <ol>
        <li>In ComfyUI, choose Workflow &gt; Export (API).</li>
        <li>Drop the file on this page, or paste its text.</li>
        <li>Press Run, and watch it take shape here.</li>
      </ol>
    </div>
  );
}
