-- A row with the ends of every type, one with NULL wherever it may be, and one of ordinary and empty values.
insert into specimens (tiny, small, whole, big, single, twice, exact, words, brief, code, truth, day, moment, wall, bytes, other, document,
                       colour, numbers, names, days, amounts, piece, pieces, inserted_by)
values (-128, 32767, -2147483648, 9223372036854775807, 'NaN', '-Infinity', -9999999999999999999999999999.9999999999,
        E'a,"b"\r\n\\\t,c', '', 'ab', true, '0001-01-01', '9999-12-31 23:59:59.999999+00', '2024-02-29 12:00:00.5', '\x00ff5c',
        '6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b', '"text"', 'light grey', '{1,-9223372036854775808}', '{"a,b","","NULL","{}"}', '{2024-05-01}',
        '{"b": 1.5000000000, "a": -2.0000000000}', '{"code": "x", "weight": null, "made": "2024-05-01T10:20:30Z"}', '[{"code": "é", "weight": 0.1000000000, "made": null}]',
        'somebody'),
       (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, 'ä"'),
       (0, 0, 0, 0, 1.1e-38, 1e300, 0, E'\\N', '日本', 'x', false, '1999-12-31', '1969-12-31 23:59:59.000001+00', '0001-01-01 00:00:00', '\x',
        null, '{"a": [1, 2, {"b": null}], "c": "\u00e9"}', 'no', '{}', '{}', '{}', '{}', '{"code": "", "made": null, "weight": null}', '[]', '');
insert into counters (id, label, inserted_by, is_deleted, deleted_at, deleted_by)
select g, 'label ' || g, 'somebody', g % 7 = 0, case when g % 7 = 0 then now() end, case when g % 7 = 0 then 'another' end
from generate_series(3, 300, 3) as g;
insert into bare_notes select 's' || g, (array[null, '', ' ', '"'])[g % 4 + 1] from generate_series(1, 40) as g;
