import { expect, test } from 'vitest';
import { AddressCounter } from './address-counter.ts';

test('admits up to the limit of an address, tells as many again, and turns the rest away', () => {
  const counter = new AddressCounter(2, 100);
  expect(Array.from({ length: 6 }, () => counter.enter('a'))).toEqual([
    'admitted',
    'admitted',
    'surplus',
    'surplus',
    'turned-away',
    'turned-away',
  ]);
  expect(counter.enter('b')).toBe('admitted');
});

test('a place is free again once its holder has left', () => {
  const counter = new AddressCounter(1, 100);
  counter.enter('a');
  counter.leave('a');
  expect(counter.enter('a')).toBe('admitted');
  expect(counter.total).toBe(1);
});

test('turns everybody away over the total, whatever the address', () => {
  const counter = new AddressCounter(10, 3);
  expect(['a', 'b', 'c', 'd'].map((address) => counter.enter(address))).toEqual([
    'admitted',
    'admitted',
    'admitted',
    'turned-away',
  ]);
  counter.leave('b');
  expect(counter.enter('d')).toBe('admitted');
});

test('leaving without having entered counts nothing', () => {
  const counter = new AddressCounter(1, 1);
  counter.leave('a');
  expect(counter.total).toBe(0);
});

test('counts all addresses of an IPv6 /64 as one', () => {
  const counter = new AddressCounter(2, 100);
  expect(counter.enter('2001:db8::1')).toBe('admitted');
  expect(counter.enter('2001:db8::2')).toBe('admitted');
  expect(counter.enter('2001:db8::3')).toBe('surplus');
  expect(counter.enter('2001:db8:0:1::3')).toBe('admitted');
  counter.leave('2001:db8::9');
  expect(counter.enter('2001:db8::3')).toBe('surplus');
  counter.leave('2001:db8::9');
  counter.leave('2001:db8::9');
  expect(counter.enter('2001:db8::3')).toBe('admitted');
});
