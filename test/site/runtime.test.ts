/** The runtime of compiled components: what it prints is what Astro's prints, and what it does not know it refuses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addAttribute as attributeOfAstro, escapeHTML } from 'astro/runtime/server/index.js';
import fc from 'fast-check';
import * as runtime from '../../src/site/runtime.ts';

const { addAttribute, render, renderComponent, renderPage, renderSlot, unescapeHTML } = runtime;
const result = { createAstro: (props: object) => ({ props }) };
const HOSTILE = `<script>alert('1')</script>&amp;"\u202e`;

describe('text in a template', () => {
  it('is escaped, and markup is not', () => {
    assert.equal(render`<p>${HOSTILE}</p>`.text, `<p>${escapeHTML(HOSTILE)}</p>`);
    assert.equal(render`<p>${render`<b>${'<'}</b>`}${unescapeHTML('<math>')}</p>`.text, '<p><b>&lt;</b><math></p>');
  });

  it('is what Astro prints of numbers, lists and nothing', () => {
    assert.equal(render`${0}${12}${['a', [1, '&'], null]}${undefined}${null}${false}${''}`.text, '012a1&amp;');
  });

  it('is nothing else: an object, a promise or a function is an error, not a word', () => {
    for (const value of [{}, Promise.resolve('x'), () => 'x', true, Number.NaN, Symbol('x'), new String('<b>')])
      assert.throws(() => render`${value}`, TypeError);
    // Whatever looks like markup and was not made here.
    assert.throws(() => render`${{ text: '<b>' }}`, TypeError);
  });
});

describe('attributes', () => {
  const names = [
    'class',
    'href',
    'id',
    'rel',
    'type',
    'content',
    'data-copy',
    'open',
    'hidden',
    'lang',
    'width',
    'alt',
  ];
  const values = [HOSTILE, '', 'x', 0, 5, true, false, null, undefined];
  it('are those of Astro', () => {
    for (const name of names) {
      for (const value of values)
        assert.equal(addAttribute(value, name).text, String(attributeOfAstro(value, name)), `${name}: ${value}`);
    }
  });

  it('are those of Astro for any name and text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, name) => {
        assert.equal(addAttribute(value, name).text, String(attributeOfAstro(value, name)));
      }),
      { seed: 1 },
    );
  });
});

describe('components and slots', () => {
  const Box = runtime.createComponent((_result, props, slots) => {
    const { name } = props as { readonly name: string };
    return render`<i${addAttribute(name, 'title')}>${renderSlot(result, slots.default)}${renderSlot(result, slots.foot, render`<hr>`)}</i>`;
  });
  it('are put together', () => {
    const inner = renderComponent(result, 'Box', Box, { name: 'in' }, { default: () => 'text & more' });
    const outer = renderComponent(
      result,
      'Box',
      Box,
      { name: '"' },
      { default: () => inner, foot: () => render`<u></u>` },
    );
    assert.equal(outer.text, '<i title="&quot;"><i title="in">text &amp; more<hr></i><u></u></i>');
    assert.equal(
      renderComponent(result, 'Fragment', runtime.Fragment, {}, { default: () => render`<b></b>` }).text,
      '<b></b>',
    );
  });

  it('are known', () => {
    assert.throws(() => renderComponent(result, 'Box', undefined as never, {}), /expected a component, got Box/);
  });

  it('make a page with a doctype, of its props', () => {
    const Page = runtime.createComponent((request, props, slots) => {
      const { props: own } = request.createAstro(props, slots) as { readonly props: { readonly suffix: string } };
      return render`<html>${own.suffix}</html>`;
    });
    assert.equal(renderPage(Page, { suffix: 'A&' }), '<!DOCTYPE html>\n<html>A&amp;</html>');
  });
});
