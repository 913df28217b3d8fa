// A device on the network that only announces itself and looks around, for what the command line does not let one set.
// Takes the options of startDiscovery as JSON; says `peers` whenever somebody comes or goes. Bundled by the tests.

import { startDiscovery } from '../../electron/engine/discovery/discovery.ts';

const say = (event: object): void => console.log(JSON.stringify(event));

const discovery = startDiscovery(JSON.parse(process.argv[2] ?? '{}'));
discovery.onChange(() => say({ event: 'peers', peers: discovery.peers, isAnnounced: discovery.isAnnounced }));
discovery.onTrouble(({ code, message }) => say({ event: 'trouble', code, message }));
// Discovery itself keeps no process alive.
process.stdin.resume();
process.on('SIGTERM', () => void discovery.close().then(() => process.exit()));
