/** The page's entry: picks the link, follows the engine, shows the window. */

import { createRoot } from 'react-dom/client';

import { createClient } from '../shared/ipc/client.ts';
import { App } from './app/App.tsx';
import { connect } from './link/connect.ts';
import { followClient } from './store/engine.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
const { engine } = followClient(createClient({ connect }));
createRoot(root).render(<App engine={engine} />);
