import fc from 'fast-check';
import t from 'tap';
import { markup } from '../../../handlers/pages/markup.ts';
import { holds } from '../../support/property.ts';

t.test('what comes from outside is escaped, in text and in attributes', async (t) => {
  t.equal(markup`<p>${`<b>&"'`}</p>`.text, '<p>&lt;b&gt;&amp;&quot;&#39;</p>');
  t.equal(markup`<p title="${'" onclick="x'}">`.text, '<p title="&quot; onclick=&quot;x">');
  t.equal(markup`${'&amp;'}`.text, '&amp;amp;', 'once more, if it was escaped already');
  holds(
    t,
    'no value has a character left that HTML would read',
    fc.property(fc.string({ unit: 'binary' }), (value) => !/[<>"']/.test(markup`${value}`.text)),
  );
});

t.test('markup within markup stays, and lists are joined', async (t) => {
  t.equal(
    markup`<ul>${['a', '<'].map((item) => markup`<li>${item}</li>`)}</ul>`.text,
    '<ul><li>a</li><li>&lt;</li></ul>',
  );
  t.equal(markup`${markup`<i>`}`.text, '<i>');
});

t.test('null and false leave nothing, numbers are written', async (t) => {
  t.equal(markup`[${null}${false}${0}${''}]`.text, '[0]');
});

t.test('a backslash in the template is one character', async (t) => {
  t.equal(markup`a\\b`.text, 'a\\b');
});
