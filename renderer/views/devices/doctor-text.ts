/** What the connection doctor says: each step, and each likely cause with what to do. */

import { defineText } from '../../i18n/language.ts';

export const doctorText = defineText(
  () => ({
    report: 'Report of the examination',
    tried: {
      resolve: 'Look up the name',
      route: 'Find a way there',
      dial: 'Dial',
      'dial-other-port': 'Dial another port',
      handshake: 'Shake hands',
      'same-subnet': 'Same subnet',
      interfaces: 'Own interfaces',
    },
    outcome: { good: 'good', bad: 'failed', unsure: 'unclear' },
    took: (ms: string) => `${ms} ms`,
    likely: 'What is likely',
    alsoPossible: 'Also possible',
    cause: {
      fine: 'Everything works: the device answers.',
      'firewall-there': 'A firewall on the other device drops the connection.',
      'not-running-there': 'Hexdrop does not run on the other device, or on another port.',
      'other-subnet': 'The two devices are in different networks, or the Wi-Fi keeps its guests apart.',
      vpn: 'A VPN takes the traffic another way.',
      'no-network': 'This device has no network.',
      'name-unknown': 'Nobody in this network knows the name.',
      'name-server-silent': 'The name server of this network does not answer.',
      'other-program': 'Another program answers at this address.',
      'key-changed': 'The device answers with another key than before.',
      unknown: 'No cause stands out.',
    },
    remedy: {
      fine: 'Send again. If it failed before, the network was only briefly away.',
      'firewall-there':
        'Allow Hexdrop (TCP, the port after the colon) in the firewall there. On Windows set the network to “Private”.',
      'not-running-there':
        'Start Hexdrop there, and compare the port with the one under “This device” there.',
      'other-subnet':
        'Bring both into the same network, or turn off client isolation in the router. Guest Wi-Fi usually does not work.',
      vpn: 'Pause the VPN on both sides, or allow local network access in its settings.',
      'no-network': 'Plug in the cable or join a Wi-Fi, then examine again.',
      'name-unknown':
        'Check the spelling, or type the address in numbers. It stands under “This device” there.',
      'name-server-silent':
        'Type the address in numbers: it stands under “This device” there. Names come back with the router or its uplink.',
      'other-program': 'Check the port: compare it with the one under “This device” there.',
      'key-changed':
        'Ask the owner whether Hexdrop was set up anew. If so, forget the device, connect again and compare the words.',
      unknown: 'Start Hexdrop again on both sides, then the router. Try the address in numbers.',
    },
  }),
  () => ({
    report: '检查报告',
    tried: {
      resolve: '解析名称',
      route: '查找路由',
      dial: '建立连接',
      'dial-other-port': '尝试其他端口',
      handshake: '握手',
      'same-subnet': '是否同一子网',
      interfaces: '本机网络接口',
    },
    outcome: { good: '正常', bad: '失败', unsure: '不确定' },
    took: (ms) => `${ms} 毫秒`,
    likely: '最可能的原因',
    alsoPossible: '其他可能',
    cause: {
      fine: '一切正常：设备有响应。',
      'firewall-there': '对方设备上的防火墙拦截了连接。',
      'not-running-there': '对方没有运行 Hexdrop，或使用了其他端口。',
      'other-subnet': '两台设备不在同一网络，或 Wi-Fi 隔离了客户端。',
      vpn: 'VPN 把流量引向了别处。',
      'no-network': '本机没有网络连接。',
      'name-unknown': '当前网络中没有设备使用这个名称。',
      'name-server-silent': '此网络的域名服务器没有应答。',
      'other-program': '在此地址应答的是另一个程序。',
      'key-changed': '设备的密钥与以前不同。',
      unknown: '没有找到明显的原因。',
    },
    remedy: {
      fine: '请重新发送。之前的失败可能只是网络短暂中断。',
      'firewall-there':
        '请在对方的防火墙中允许 Hexdrop（TCP，冒号后的端口）。在 Windows 上请把网络设为“专用”。',
      'not-running-there': '请在对方启动 Hexdrop，并与对方“本机”页面中的端口核对。',
      'other-subnet': '请让两台设备加入同一网络，或在路由器中关闭客户端隔离。访客 Wi-Fi 通常不可用。',
      vpn: '请在两端暂停 VPN，或在其设置中允许访问本地网络。',
      'no-network': '请插上网线或加入 Wi-Fi，然后再次检查。',
      'name-unknown': '请检查拼写，或直接输入数字地址（见对方“本机”页面）。',
      'name-server-silent':
        '请直接输入数字地址（见对方“本机”页面）。路由器或其上行网络恢复后，名称即可再次使用。',
      'other-program': '请检查端口，与对方“本机”页面中的端口核对。',
      'key-changed': '请询问机主是否重新安装过 Hexdrop。若是，请忘记此设备，重新连接并核对口令词。',
      unknown: '请重新启动两端的 Hexdrop，再重启路由器，并尝试输入数字地址。',
    },
  }),
);
