-- An accrual as most platforms have it: request id, block debit, balance, item, audit row, in one transaction.
set client_min_messages = warning;
drop schema if exists accruedb_bench cascade;
create schema accruedb_bench;
set search_path = accruedb_bench;

create table requests (id bigint primary key, entry bigint not null);
create table members (member bigint primary key, available bigint not null, lifetime bigint not null);
create table items (
    member bigint not null, expires_at bigint not null, entry bigint not null,
    granted bigint not null, remaining bigint not null, partner int not null,
    primary key (member, expires_at, entry)
);
create table blocks (
    partner int primary key, remaining bigint not null check (remaining >= 0), debited bigint not null
);
create table journal (entry bigint primary key, body jsonb not null);
insert into blocks select partner, 1::bigint << 50, 0 from generate_series(0, 9) as partner;

-- One accrual: refused where the request id was used or the block has run out.
create function accrue(id bigint, who bigint, payer int, points bigint, expiry bigint) returns void
language plpgsql set search_path = accruedb_bench as $$
begin
    insert into requests values (id, id);
    update blocks set remaining = remaining - points, debited = debited + points
        where partner = payer and remaining >= points;
    if not found then raise exception 'partner % has no points left', payer; end if;
    insert into members values (who, points, points) on conflict (member)
        do update set available = members.available + points, lifetime = members.lifetime + points;
    insert into items values (who, expiry, id, points, points, payer);
    insert into journal values (id, jsonb_build_object('member', who, 'partner', payer, 'points', points));
end $$;

create procedure accrue_calls(calls bigint) language plpgsql as $$
begin
    for id in 1..calls loop
        perform accruedb_bench.accrue(id, id * 7919 % 1000000, (id % 10)::int, 100 + id % 100, 1800000000 + id);
        commit;
    end loop;
end $$;

-- Whole sets in one statement a table, one transaction a set.
create procedure accrue_sets(after bigint, count bigint, size bigint) language plpgsql as $$
declare first bigint := after + 1;
begin
    while first <= after + count loop
        create temp table batch on commit drop as
            select id, id * 7919 % 1000000 as member, (id % 10)::int as partner, 100 + id % 100 as points,
                   1800000000 + id as expires_at
            from generate_series(first, least(first + size - 1, after + count)) as id;
        insert into accruedb_bench.requests select id, id from batch;
        update accruedb_bench.blocks set remaining = remaining - sums.points, debited = debited + sums.points
            from (select partner, sum(points)::bigint as points from batch group by partner) as sums
            where blocks.partner = sums.partner;
        insert into accruedb_bench.members
            select member, sum(points)::bigint, sum(points)::bigint from batch group by member
            on conflict (member) do update set available = members.available + excluded.available,
                lifetime = members.lifetime + excluded.lifetime;
        insert into accruedb_bench.items select member, expires_at, id, points, points, partner from batch;
        insert into accruedb_bench.journal
            select id, jsonb_build_object('member', member, 'partner', partner, 'points', points) from batch;
        commit;
        first := first + size;
    end loop;
end $$;
