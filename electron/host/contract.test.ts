import { memoryLinkPair } from '../../shared/ipc/memory-link.ts';
import { contractSuite } from './contract.suite.ts';

contractSuite('memory', memoryLinkPair);
