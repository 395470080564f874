import { render } from 'preact';
import { HistoryPage } from './history/history-page.tsx';
import './styles/history.css';

const root = document.getElementById('app');
if (root !== null) render(<HistoryPage />, root);
