/** What to do when there is nothing to watch. */
export function HowTo() {
  return (
    <div class="live-facts how-to">
      <h2 id="live-title">Nothing is running</h2>
      <ol>
        <li>In ComfyUI, choose Workflow &gt; Export (API).</li>
        <li>Drop the file on this page, or paste its text.</li>
        <li>Press Run, and watch it take shape here.</li>
      </ol>
    </div>
  );
}
