import { render } from 'preact';
import './styles/system.css';
import { SystemPage } from './system/system-page.tsx';

const root = document.getElementById('app');
if (root !== null) render(<SystemPage />, root);
