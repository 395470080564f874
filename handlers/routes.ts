import type { Route } from '../core/http/route.ts';
import { deleteHistory } from './admin/delete-history.ts';
import { events } from './admin/events.ts';
import { history } from './admin/history.ts';
import { historyEntry } from './admin/history-entry.ts';
import { metrics } from './admin/metrics.ts';
import { queue } from './admin/queue.ts';
import { retry } from './admin/retry.ts';
import { rotateSessions } from './admin/rotate-sessions.ts';
import { settingsEnv } from './admin/settings/env.ts';
import { revealSetting } from './admin/settings/reveal.ts';
import { getUpdate } from './admin/system/get-update.ts';
import { putMaintenance } from './admin/system/put-maintenance.ts';
import { security } from './admin/system/security.ts';
import { startUpdate } from './admin/system/start-update.ts';
import { systemStatus } from './admin/system/status.ts';
import { login } from './auth/login.ts';
import { logout } from './auth/logout.ts';
import { session } from './auth/session.ts';
import { passOn } from './comfyui/pass-on.ts';
import { passSocket } from './comfyui/pass-socket.ts';
import { toSlash } from './comfyui/to-slash.ts';
import { view } from './comfyui/view.ts';
import { health } from './health.ts';
import { getSecurityLevel } from './manager/get-level.ts';
import { putSecurityLevel } from './manager/put-level.ts';
import { historyPage } from './pages/history.ts';
import { homePage } from './pages/home.ts';
import { loginPage } from './pages/login.ts';
import { root } from './pages/root.ts';
import { securityPage } from './pages/security.ts';
import { staticFile } from './pages/static.ts';
import { systemPage } from './pages/system.ts';
import { cancel } from './run/cancel.ts';
import { result } from './run/result.ts';
import { start } from './run/start.ts';
import { status } from './run/status.ts';
import { stream } from './run/stream.ts';
import { uploadImage } from './run/upload-image.ts';

/** A workflow can carry images inside; ComfyUI itself takes 100 MiB. */
const WORKFLOW_LIMIT = 16 * 1024 * 1024;

/** A key and a path: anybody may send it, so nobody gets to fill the memory with it. */
const LOGIN_LIMIT = 16 * 1024;

/** The key, and a word for those who wait. */
const SYSTEM_LIMIT = 16 * 1024;

/** The whole API. What is public is public by these rows' exact bytes; all else needs the key or a session. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/login', access: 'public', handler: loginPage, summary: 'The login page' },
  {
    method: 'POST',
    path: '/api/auth/login',
    access: 'public',
    handler: login,
    bodyLimit: LOGIN_LIMIT,
    summary: 'The key for a session',
  },
  { method: 'GET', path: '/api/health', access: 'public', handler: health, summary: 'Studio answers' },
  { method: 'GET', path: '/static/*', access: 'public', handler: staticFile, summary: 'Scripts and styles' },

  { method: 'GET', path: '/', access: 'authenticated', handler: root, summary: 'To /home' },
  {
    method: 'GET',
    path: '/home',
    access: 'authenticated',
    handler: homePage,
    summary: 'The live run and the list of runs',
  },
  {
    method: 'GET',
    path: '/history',
    access: 'authenticated',
    handler: historyPage,
    summary: 'What all runs have made',
  },
  {
    method: 'GET',
    path: '/security',
    access: 'authenticated',
    handler: securityPage,
    summary: 'How safe this pod is, and what to do about it',
  },
  {
    method: 'GET',
    path: '/system',
    access: 'authenticated',
    handler: systemPage,
    summary: 'The machine, updates, maintenance, settings',
  },
  {
    method: 'POST',
    path: '/api/auth/logout',
    access: 'authenticated',
    handler: logout,
    summary: 'Ends the session in this browser',
  },
  {
    method: 'GET',
    path: '/api/auth/session',
    access: 'authenticated',
    handler: session,
    summary: 'Who am I, and until when',
  },
  {
    method: 'POST',
    path: '/api/run',
    access: 'authenticated',
    handler: start,
    bodyLimit: WORKFLOW_LIMIT,
    summary: 'Starts a run',
  },
  {
    method: 'GET',
    path: '/api/run/status/:prompt_id',
    access: 'authenticated',
    handler: status,
    summary: "A run's progress",
  },
  {
    method: 'POST',
    path: '/api/run/cancel/:prompt_id',
    access: 'authenticated',
    handler: cancel,
    summary: 'Cancels a run',
  },
  {
    method: 'GET',
    path: '/api/admin/queue',
    access: 'authenticated',
    handler: queue,
    summary: 'What runs and what waits',
  },
  {
    method: 'GET',
    path: '/api/admin/history',
    access: 'authenticated',
    handler: history,
    summary: 'Every run that is remembered',
  },
  {
    method: 'GET',
    path: '/api/admin/history/:prompt_id',
    access: 'authenticated',
    handler: historyEntry,
    summary: 'All that is remembered of a run, its workflow too',
  },
  {
    method: 'POST',
    path: '/api/admin/history/delete',
    access: 'authenticated',
    handler: deleteHistory,
    summary: 'Forgets runs that are over',
  },
  {
    method: 'POST',
    path: '/api/admin/history/retry',
    access: 'authenticated',
    handler: retry,
    summary: 'The same workflow again',
  },
  {
    method: 'GET',
    path: '/api/admin/events',
    access: 'authenticated',
    handler: events,
    summary: 'What happened',
  },
  {
    method: 'GET',
    path: '/api/admin/manager/security-level',
    access: 'authenticated',
    handler: getSecurityLevel,
    summary: 'What ComfyUI Manager is held to, and what each level refuses',
  },
  {
    method: 'PUT',
    path: '/api/admin/manager/security-level',
    access: 'authenticated',
    handler: putSecurityLevel,
    summary: 'Sets that level; the key itself must come along to lower it',
  },
  {
    method: 'POST',
    path: '/api/admin/sessions/rotate',
    access: 'authenticated',
    handler: rotateSessions,
    summary: 'Ends every session; the key itself must come along',
  },
  {
    method: 'GET',
    path: '/api/admin/system/security',
    access: 'authenticated',
    handler: security,
    summary: 'Whether this pod is safe, and what to do',
  },
  {
    method: 'GET',
    path: '/api/admin/system/status',
    access: 'authenticated',
    handler: systemStatus,
    summary: 'Versions, ComfyUI, queue, viewers, disk and memory',
  },
  {
    method: 'GET',
    path: '/api/metrics',
    access: 'authenticated',
    handler: metrics,
    summary: 'What is counted, for Prometheus',
  },
  {
    method: 'GET',
    path: '/api/admin/settings/env',
    access: 'authenticated',
    handler: settingsEnv,
    summary: 'The variables, without their secrets',
  },
  {
    method: 'POST',
    path: '/api/admin/settings/reveal',
    access: 'authenticated',
    handler: revealSetting,
    summary: 'The whole text of one of them; the key itself must come along',
  },
  {
    method: 'POST',
    path: '/api/admin/system/update',
    access: 'authenticated',
    handler: startUpdate,
    bodyLimit: SYSTEM_LIMIT,
    summary: 'Runs the update command, with the key itself',
  },
  {
    method: 'GET',
    path: '/api/admin/system/update',
    access: 'authenticated',
    handler: getUpdate,
    summary: 'The last update',
  },
  {
    method: 'PUT',
    path: '/api/admin/system/maintenance',
    access: 'authenticated',
    handler: putMaintenance,
    bodyLimit: SYSTEM_LIMIT,
    duringMaintenance: true,
    summary: 'Begins and ends maintenance, with the key itself; the one call that answers during it',
  },
  {
    method: 'GET',
    path: '/api/run/result/:prompt_id',
    access: 'authenticated',
    handler: result,
    body: 'stream',
    summary: 'A file that a run made',
  },
  {
    method: 'POST',
    path: '/api/run/upload-image',
    access: 'authenticated',
    handler: uploadImage,
    body: 'stream',
    summary: 'A picture for ComfyUI to work on',
  },
  {
    method: 'GET',
    path: '/api/comfyui/view',
    access: 'authenticated',
    handler: view,
    body: 'stream',
    summary: 'A file that ComfyUI keeps',
  },
  {
    method: 'GET',
    path: '/comfyui',
    access: 'authenticated',
    handler: toSlash,
    summary: 'To /comfyui/',
  },
  {
    method: 'ANY',
    path: '/comfyui/*',
    access: 'authenticated',
    handler: passOn('/comfyui'),
    body: 'stream',
    passedOn: true,
    summary: 'ComfyUI, editor and API',
  },
  {
    method: 'WS',
    path: '/comfyui/*',
    access: 'authenticated',
    socket: passSocket('/comfyui'),
    passedOn: true,
    summary: "ComfyUI's sockets, and those of custom nodes",
  },
  {
    method: 'WS',
    path: '/api/run/ws',
    access: 'authenticated',
    socket: stream,
    summary: 'Progress, events and previews, live',
  },
];
