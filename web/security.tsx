import { render } from 'preact';
import { SecurityPage } from './security/security-page.tsx';
import './styles/security.css';

const root = document.getElementById('app');
if (root !== null) render(<SecurityPage />, root);
