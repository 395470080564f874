import { render } from 'preact';
import { App } from './components/app.tsx';
import './styles/home.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
