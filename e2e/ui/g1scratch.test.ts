import { describe, expect, it } from 'vitest';
import { makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { addressField, draftOf, drop, offerOf } from './support/moves.ts';
import { useBrowser } from './support/window.ts';
const world = useWorld();
const browsers = useBrowser('x');
describe('scratch', () => {
  it('drops', async () => {
    const t = performance.now();
    const a = await browsers.open(world, 'kitchen');
    const b = await browsers.open(world, 'attic');
    console.log('opened', performance.now() - t);
    const source = makeTree(world.folder('source'), { 'note.txt': 'hello', 'photos/a.jpg': 'x'.repeat(5000), 'photos/deep/b.jpg': 'y' });
    await addressField(a.page).fill(b.address);
    await drop(a, addressField(a.page), [`${source}/note.txt`, `${source}/photos`]);
    await draftOf(a.page).waitFor({ timeout: 3000 });
    await a.page.waitForTimeout(500);
    await a.page.screenshot({ path: '/tmp/g1/draft.png' });
    console.log(await draftOf(a.page).innerText());
    await draftOf(a.page).getByRole('button', { name: 'Send', exact: true }).click();
    await offerOf(b.page).waitFor({ timeout: 3000 });
    await b.page.waitForTimeout(500);
    await b.page.screenshot({ path: '/tmp/g1/offer.png' });
    console.log(await offerOf(b.page).innerText());
    console.log('end', performance.now() - t);
  });
});
