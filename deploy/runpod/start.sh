#!/bin/sh
# ComfyUI where only this machine reaches it, and Studio in front. COMFYUI_COMMAND starts ComfyUI, without --listen or --port.
# When ComfyUI ends, it is started again: Studio stays, says so, and goes on. When Studio ends, so does the pod.
set -eu
: "${COMFYUI_COMMAND:=python main.py}"
: "${COMFYUI_HOME:=/workspace/ComfyUI}"
: "${STUDIO_HOME:=/opt/comfyui-studio}"

keep_comfyui() {
  # Nodes tell their environment in logs and reports; these are Studio's alone.
  unset API_KEY COMFYUI_AUTHORIZATION
  cd "$COMFYUI_HOME"
  # A stop has to reach ComfyUI, not only this loop.
  trap 'kill "$comfyui" 2>/dev/null; exit 0' TERM
  while :; do
    # Words are parted on purpose: it is a command with its arguments.
    # shellcheck disable=SC2086
    $COMFYUI_COMMAND --listen 127.0.0.1 --port 8188 &
    comfyui=$!
    wait "$comfyui" || true
    echo "ComfyUI has ended; it is started again in 2 seconds" >&2
    sleep 2
  done
}

keep_comfyui &
keeper=$!
node "$STUDIO_HOME/dist/core/main.js" &
studio=$!
trap 'kill -TERM "$studio"' TERM INT
code=0
wait "$studio" || code=$?
# The first wait ends with the signal itself.
while kill -0 "$studio" 2>/dev/null; do wait "$studio" && code=0 || code=$?; done
kill -TERM "$keeper"
exit "$code"
