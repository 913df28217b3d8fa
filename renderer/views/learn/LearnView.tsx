/** The view Learn: one tool at a time, each loaded when it is first shown. `#/learn/<tool>` leads to it. */

import { type ComponentType, lazy, Suspense } from 'react';

import { Tabs } from '../../components/Tabs.tsx';
import { View } from '../../components/View.tsx';
import { useText } from '../../i18n/language.ts';
import '../../learn/tool.css';
import { learnText } from '../../learn/text.ts';
import { replaceRoute, useRoute } from '../../shell/router.ts';
import './learn.css';

const tools = {
  framing: lazy(async () => ({ default: (await import('../../learn/framing/FramingLab.tsx')).FramingLab })),
  order: lazy(async () => ({ default: (await import('../../learn/order/ByteOrderTool.tsx')).ByteOrderTool })),
  address: lazy(async () => ({ default: (await import('../../learn/address/AddressTool.tsx')).AddressTool })),
  handshake: lazy(async () => ({
    default: (await import('../../learn/handshake/HandshakeTool.tsx')).HandshakeTool,
  })),
} satisfies Record<string, ComponentType>;

type Tool = keyof typeof tools;
const toolNames = Object.keys(tools) as Tool[];

export const LearnView = () => {
  const text = useText(learnText);
  const { rest } = useRoute();
  const tool = toolNames.find((name) => name === rest[0]) ?? 'framing';
  const Shown = tools[tool];
  return (
    <View title={text.title}>
      <div className="learn">
        <Tabs
          label={text.toolList}
          tabs={toolNames.map((name) => ({ name, label: text.tools[name] }))}
          chosen={tool}
          onChoose={(name) => replaceRoute('learn', [name])}
        >
          <Suspense fallback={<p className="faint">{text.loading}</p>}>
            <Shown />
          </Suspense>
        </Tabs>
      </div>
    </View>
  );
};
