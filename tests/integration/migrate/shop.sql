set weir.scope = 'all';
insert into customers (name, email, rating, visits, total, score, note, inserted_by)
select 'customer ' || n, 'c' || n || '@example.com', n % 5, n, n * 1000000000::bigint, n / 4.0,
    case when n % 3 = 0 then null else 'note ' || n end, 'test' from generate_series(1, 40) as n;
insert into orders (id, customer_id, status, quantity, price, day, memo, code, extra, tags, tiny, inserted_by)
select n, 1 + n % 40, (array['draft', 'placed', 'shipped'])[1 + n % 3], n, n * 1.25, date '2024-01-01' + n,
    'memo ' || n, 'c' || n % 10, jsonb_build_object('n', n), array['a', 'it''s ' || n], n, 'test'
    from generate_series(1, 100) as n;
insert into diaries (id, user_id, mood, page, inserted_by)
select n, 'user ' || n % 3, case when n % 2 = 0 then 'fine' end, n, 'test' from generate_series(1, 20) as n;
insert into diaries_history (id, user_id, mood, page, history_version, history_operation, history_from, history_to,
    history_by, history_change, history_previous, history_hash)
select n, 'user ' || n % 3, 'old', n, 1, 'update', now(), now(), 'test', gen_random_uuid(), '', 'x'
    from generate_series(1, 5) as n;
insert into plain (id, word, size)
select n, case when n % 4 = 0 then null else 'word ' || n end, n from generate_series(1, 30) as n;
