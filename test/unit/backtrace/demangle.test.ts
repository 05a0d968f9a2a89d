import assert from 'node:assert/strict';
import test from 'node:test';
import { demangle } from '../../../agent/backtrace/demangle.ts';
import { Random } from '../../support/random.ts';

const NAMES: readonly (readonly [string, string])[] = [
  ['main', 'main'],
  ['_Z3foov', 'foo'],
  ['_Z3fooIiEvT_', 'foo<int>'],
  ['_ZN9Warehouse5closeEv', 'Warehouse::close'],
  ['_ZNK9Warehouse5countERKNS_3BoxE', 'Warehouse::count'],
  ['_ZN9WarehouseC2Ev', 'Warehouse::Warehouse'],
  ['_ZN9WarehouseD0Ev', 'Warehouse::~Warehouse'],
  ['_ZN2nsplERKNS_1AES2_', 'ns::operator+'],
  ['_ZSt9terminatev', 'std::terminate'],
  ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector<int, std::allocator<int>>::push_back'],
  ['_ZNSs6appendEPKc', 'std::string::append'],
  [
    '_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEC1Ev',
    'std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>::basic_string',
  ],
  ['_ZN12_GLOBAL__N_14workEv', '(anonymous namespace)::work'],
  ['_ZZ4mainENKUlvE_clEv', 'main::{lambda#1}::operator()'],
  ['_ZN10__cxxabiv111__terminateEPFvvE', '__cxxabiv1::__terminate'],
  ['_ZTv0_n24_N1B1fEv', 'B::f'],
  ['_ZN4core9panicking5panic17h0123456789abcdefE', 'core::panicking::panic'],
  [
    '_ZN66_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17h0123456789abcdefE',
    '<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop',
  ],
  // Rust's newer scheme, as its compiler 1.95 writes it and c++filt reads it, without hashes.
  ['_RNvCsgeyNPUDn8Xn_5crash4main', 'crash::main'],
  ['_RINvNtCsgeyNPUDn8Xn_5crash4shop5fixedKj7_EB4_', 'crash::shop::fixed::<7>'],
  [
    '_RINvNtCsgeyNPUDn8Xn_5crash4shop5tupleINtNtCsgEmfK2I1SDS_4core6option6OptionReEQAyj4_EB4_',
    'crash::shop::tuple::<core::option::Option<&str>, &mut [u64; 4]>',
  ],
  [
    '_RINvNtNtCsjrHSEGnQ3l9_3std3sys9backtrace28___rust_begin_short_backtraceFEuuECsgeyNPUDn8Xn_5crash',
    'std::sys::backtrace::__rust_begin_short_backtrace::<fn(), ()>',
  ],
  ['_RNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0CsgeyNPUDn8Xn_5crash', 'std::rt::lang_start::<()>::{closure#0}'],
  [
    '_RNvMNtCsgeyNPUDn8Xn_5crash4shopINtB2_4CartNtNtCslNYArtu3iFV_5alloc6string6StringE5firstB4_',
    '<crash::shop::Cart<alloc::string::String>>::first',
  ],
  [
    '_RNvXs_NtCsgeyNPUDn8Xn_5crash4shopINtB4_4CartlENtB4_5Total5total',
    '<crash::shop::Cart<i32> as crash::shop::Total>::total',
  ],
  [
    '_RNvYNCNvCsgeyNPUDn8Xn_5crash4main0INtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceTReThbEEE9call_onceB6_',
    '<crash::main::{closure#0} as core::ops::function::FnOnce<(&str, (u8, bool))>>::call_once',
  ],
];

for (const [symbol, name] of NAMES) {
  test(`${symbol} is ${name}`, () => {
    assert.equal(demangle(symbol), name);
  });
}

test('a name that is not understood stays as it is', () => {
  for (const symbol of [
    '_R',
    '_RNv',
    '_RB_',
    '_RNvC5cra',
    '_RINvC1a1bTB4_B4_',

    '_Z',
    '_ZN',
    '_ZN3fo',
    '_Z999999999999foo',
    '_ZNEE',
    '_ZS_',
    '_ZT_',
    '_Z3fooIXadL_Z1fEEEvv',
  ])
    assert.equal(demangle(symbol), symbol);
});

test('whatever a symbol says, its reading ends', () => {
  const random = new Random(7);
  const pieces = [
    'N',
    'E',
    'I',
    'S_',
    'S0_',
    'T_',
    '3foo',
    'St',
    'C1',
    'D2',
    'P',
    'K',
    'R',
    'F',
    'v',
    'L',
    'Z',
    'J',
    'Ul',
    'cv',
  ];
  for (let round = 0; round < 20_000; round += 1) {
    let symbol = '_Z';
    for (let i = random.below(40); i >= 0; i -= 1) symbol += pieces[random.below(pieces.length)] ?? '';
    assert.ok(demangle(symbol).length <= 1_024);
  }
  const newer = [
    'N',
    'v',
    'C',
    '3foo',
    'I',
    'E',
    'B_',
    'B0_',
    'B2_',
    'T',
    'R',
    'L_',
    'L0_',
    'K',
    'j7_',
    's_',
    'D',
    'F',
    'G_',
    'u',
    'M',
    'X',
    'Y',
    'A',
  ];
  for (let round = 0; round < 20_000; round += 1) {
    let symbol = '_R';
    for (let i = random.below(40); i >= 0; i -= 1) symbol += newer[random.below(newer.length)] ?? '';
    assert.ok(demangle(symbol).length <= 1_024);
  }
  for (const symbol of [`_RIC1a${'TB_'.repeat(300)}`, `_RIC1aT${'R'.repeat(900)}uE`, `_RIC1a${'TB4_B4_'.repeat(100)}E`])
    assert.equal(demangle(symbol), symbol);
  assert.equal(typeof demangle(`_Z${'P'.repeat(900)}v`), 'string');
  assert.equal(typeof demangle(`_Z3fooI${'S_'.repeat(400)}E`), 'string');
});
