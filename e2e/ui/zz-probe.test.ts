import { describe, it } from 'vitest';
import { useWorld } from '../support/world.ts';
import { useBrowser } from './support/window.ts';
const world = useWorld();
const browsers = useBrowser('probe');
describe('x', () => { it('y', async () => {
    const ada = await browsers.open(world, 'ada', { args: [world.folder('music')] });
    await ada.page.goto(new URL(`#/shares`, ada.page.url()).href);
    await ada.page.getByRole('button', { name: 'Address and QR code' }).click();
    await ada.page.getByRole('dialog').waitFor();
    await ada.page.screenshot({ path: 'test-results/g2/look/a.png' });
    await ada.page.keyboard.press('Escape');
    await ada.page.goto(new URL(`#/settings`, ada.page.url()).href);
    await ada.page.screenshot({ path: 'test-results/g2/look/b.png' });
}); });
