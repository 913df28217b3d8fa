import { memoryLinkPair } from '../../shared/testing/memory-link.ts';
import { contractSuite } from './testing/contract.suite.ts';

contractSuite('memory', memoryLinkPair);
