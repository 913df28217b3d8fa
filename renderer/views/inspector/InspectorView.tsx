/** The Inspector view. */

import { appText } from '../../app/text.ts';
import { View } from '../../components/View.tsx';
import { useText } from '../../i18n/language.ts';

export const InspectorView = () => {
  const text = useText(appText);
  return <View title={text.views.inspector}>{null}</View>;
};
