-- The counters of the limits, which several servers share.
--
-- Clients, accounts, mailboxes and providers stand here as keyed hashes only. Times are in microseconds since 1970 by
-- the clock of this database, so that servers whose clocks differ agree. Each decision is one call of a function, and
-- so one transaction and one round trip. Every function first takes the locks of all keys that it touches, in
-- ascending order, so that no two of them wait for each other in a circle.
--
-- They do not wait until what they write is on the disk (synchronous_commit), because they would keep their locks
-- meanwhile: that of a provider is needed by each of its sign-ins. The end of a sign-in is reported with all that it
-- used, and reported again unless limit_flush() has succeeded after it, so nothing is lost when the database crashes.

create function limit_now() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000000)::bigint $$;

create function limit_lock(p_locks bigint[]) returns void language plpgsql as
$$
declare
  v_lock bigint;
begin
  foreach v_lock in array p_locks loop
    perform pg_advisory_xact_lock(v_lock);
  end loop;
end
$$;

-- Token buckets (GCRA). Kinds: 1 tests of a client, 2 sign-ins to a mailbox, 3 messages of a mailbox. There is no index
-- on the time, so that an update stays within its page.
create table limit_buckets (
  kind smallint not null,
  key bytea not null,
  full_at bigint not null,
  primary key (kind, key)
) with (fillfactor = 80);

-- Counted sign-ins, so that each is settled once.
create table limit_sign_ins (
  id bytea primary key,
  at bigint not null,
  settled boolean not null
);
create index on limit_sign_ins (at);

-- Refused passwords of mailboxes and providers. A sign-in whose end is not known yet counts as one that is refused when
-- its lease ends: so it also counts if its server dies. Its time is in the future until then.
create table limit_refusals (
  key bytea not null,
  sign_in bytea not null,
  at bigint not null,
  times integer not null,
  primary key (key, sign_in)
);
create index on limit_refusals (at);

-- The accounts that each client and network has signed in to, in the same way.
create table limit_accounts (
  client bytea not null,
  account bytea not null,
  sign_in bytea not null,
  at bigint not null,
  primary key (client, account, sign_in)
);
create index on limit_accounts (at);

-- The providers whose sign-ins are paused. There are at most as many as records.
create table limit_pauses (
  provider bytea primary key,
  until bigint not null
);

-- The servers, each with a lease that it renews.
create table limit_servers (
  id bigint primary key,
  seen_at bigint not null
) with (fillfactor = 50);

-- The tests of each client and network that wait or run. Those of a server that has died do not count.
create table limit_places (
  client bytea not null,
  id bytea not null,
  server bigint not null,
  until bigint not null,
  primary key (client, id)
);
create index on limit_places (until);

-- A check value of the secret of the keyed hashes.
create table limit_secret (
  one boolean primary key default true check (one),
  check_value bytea not null
);

-- Counts one more test of the client; returns 0, or the time until it is allowed.
create function limit_count_test(p_locks bigint[], p_clients bytea[], p_ones bigint[], p_window bigint)
returns bigint language plpgsql as
$$
declare
  v_now bigint;
  v_wait bigint;
begin
  perform limit_lock(p_locks);
  v_now := limit_now();
  perform set_config('synchronous_commit', 'off', true);
  select greatest(coalesce(b.full_at, v_now), v_now) + c.one - v_now - p_window into v_wait
    from unnest(p_clients, p_ones) with ordinality as c (key, one, number)
    left join limit_buckets b on b.kind = 1 and b.key = c.key
    where greatest(coalesce(b.full_at, v_now), v_now) + c.one - v_now > p_window
    order by c.number limit 1;
  if found then
    return v_wait;
  end if;
  insert into limit_buckets as b (kind, key, full_at)
    select 1, c.key, v_now + c.one from unnest(p_clients, p_ones) as c (key, one)
    on conflict (kind, key) do update set full_at = greatest(b.full_at, v_now) + excluded.full_at - v_now;
  return 0;
end
$$;

-- The time until fewer than so many refusals of this key count; null if none of those that are settled counts.
create function limit_refusals_wait(p_key bytea, p_count integer, p_window bigint, p_now bigint)
returns bigint language sql stable as
$$
  select min(at) + p_window - p_now
    from (
      select at, sum(times) over (order by at desc, sign_in) - times as newer from limit_refusals
        where key = p_key and at > p_now - p_window and at <= p_now
    ) settled
    where newer < p_count
$$;

-- Counts one more sign-in. `denied` is null where it is allowed, and `refusals` are then those of the provider that
-- count, with this one; otherwise `denied` is the limit, and `wait` the time until it is allowed, or null where that is
-- not known. Until it is settled, and after its lease, it counts as refused.
create function limit_count_sign_in(
  p_id bytea, p_locks bigint[], p_provider bytea, p_account bytea, p_mailboxes bytea[], p_clients bytea[],
  p_factors integer[], p_message boolean, p_lease bigint,
  p_accounts integer, p_accounts_window bigint,
  p_sign_in_one bigint, p_sign_ins_window bigint,
  p_message_one bigint, p_messages_window bigint,
  p_mailbox_refusals integer, p_mailbox_window bigint,
  p_provider_refusals integer, p_provider_window bigint,
  out denied smallint, out wait bigint, out refusals bigint)
language plpgsql as
$$
declare
  v_now bigint;
  v_until bigint;
  v_mailbox bytea;
  v_count bigint;
  v_known boolean;
begin
  perform limit_lock(p_locks);
  v_now := limit_now();
  perform set_config('synchronous_commit', 'off', true);

  select p.until - v_now into wait from limit_pauses p where p.provider = p_provider and p.until > v_now;
  if found then
    denied := 6;
    return;
  end if;
  select coalesce(sum(r.times), 0) into refusals from limit_refusals r
    where r.key = p_provider and r.at > v_now - p_provider_window;
  if refusals >= p_provider_refusals then
    denied := 6;
    wait := limit_refusals_wait(p_provider, p_provider_refusals, p_provider_window, v_now);
    return;
  end if;

  foreach v_mailbox in array p_mailboxes loop
    select coalesce(sum(r.times), 0) into v_count from limit_refusals r
      where r.key = v_mailbox and r.at > v_now - p_mailbox_window;
    if v_count >= p_mailbox_refusals then
      denied := 5;
      wait := limit_refusals_wait(v_mailbox, p_mailbox_refusals, p_mailbox_window, v_now);
      return;
    end if;
  end loop;

  for i in 1 .. cardinality(p_clients) loop
    -- Of a sign-in that is not settled the end is not known, so it is over last.
    select count(*), bool_or(a.account = p_account), min(least(a.last, v_now)) + p_accounts_window - v_now
      into v_count, v_known, wait
      from (
        select u.account, max(u.at) as last from limit_accounts u
          where u.client = p_clients[i] and u.at > v_now - p_accounts_window
          group by u.account
      ) a;
    if v_count >= p_accounts::bigint * p_factors[i] and not v_known then
      denied := 2;
      return;
    end if;
  end loop;

  foreach v_mailbox in array p_mailboxes loop
    select greatest(b.full_at, v_now) + p_sign_in_one - v_now - p_sign_ins_window into wait
      from limit_buckets b where b.kind = 2 and b.key = v_mailbox;
    if wait > 0 then
      denied := 3;
      return;
    end if;
    if p_message then
      select greatest(b.full_at, v_now) + p_message_one - v_now - p_messages_window into wait
        from limit_buckets b where b.kind = 3 and b.key = v_mailbox;
      if wait > 0 then
        denied := 4;
        return;
      end if;
    end if;
  end loop;

  v_until := v_now + p_lease;
  insert into limit_sign_ins (id, at, settled) values (p_id, v_now, false);
  insert into limit_accounts (client, account, sign_in, at)
    select c, p_account, p_id, v_until from unnest(p_clients) c;
  perform limit_take_sign_in(p_mailboxes, p_sign_in_one, p_message, p_message_one, v_now);
  insert into limit_refusals (key, sign_in, at, times)
    select k, p_id, v_until, 1 from unnest(p_mailboxes || p_provider) k;
  refusals := refusals + 1;
  wait := 0;
end
$$;

-- Takes a token for a sign-in to each mailbox, and for its message if there is one.
create function limit_take_sign_in(
  p_mailboxes bytea[], p_sign_in_one bigint, p_message boolean, p_message_one bigint, p_now bigint)
returns void language sql as
$$
  insert into limit_buckets as b (kind, key, full_at)
    select t.kind, m, p_now + t.one
      from unnest(p_mailboxes) m, (values (2, p_sign_in_one, true), (3, p_message_one, p_message)) t (kind, one, taken)
      where t.taken
    on conflict (kind, key) do update set full_at = greatest(b.full_at, p_now) + excluded.full_at - p_now
$$;

-- Reports the end of a sign-in, `p_age` ago. A repeat changes nothing. One that was not counted here was counted by a
-- server that could not reach this database; what it used is counted now. Returns whether the sign-ins of the provider
-- are now paused because of it.
create function limit_settle(
  p_id bytea, p_locks bigint[], p_provider bytea, p_account bytea, p_mailboxes bytea[], p_clients bytea[],
  p_message boolean, p_age bigint, p_sent boolean, p_refusals integer, p_message_sent boolean,
  p_sign_in_one bigint, p_message_one bigint,
  p_mailbox_refusals integer, p_provider_refusals integer, p_provider_window bigint)
returns boolean language plpgsql as
$$
declare
  v_now bigint;
  v_at bigint;
  v_settled boolean;
begin
  perform limit_lock(p_locks);
  v_now := limit_now();
  v_at := v_now - p_age;
  perform set_config('synchronous_commit', 'off', true);
  select s.settled into v_settled from limit_sign_ins s where s.id = p_id;
  if v_settled then
    return false;
  end if;
  insert into limit_sign_ins (id, at, settled) values (p_id, v_now, true)
    on conflict (id) do update set at = v_now, settled = true;

  delete from limit_accounts
    where client = any (p_clients) and account = p_account and (sign_in = p_id or (p_sent and at <= v_at));
  if p_sent then
    insert into limit_accounts (client, account, sign_in, at)
      select c, p_account, p_id, v_at from unnest(p_clients) c;
  end if;

  if v_settled is null then
    if p_sent then
      perform limit_take_sign_in(p_mailboxes, p_sign_in_one, p_message_sent, p_message_one, v_now);
    end if;
  elsif not p_sent or (p_message and not p_message_sent) then
    update limit_buckets b set full_at = b.full_at - t.one
      from (values (2::smallint, p_sign_in_one, not p_sent), (3, p_message_one, p_message and not p_message_sent))
        t (kind, one, unused)
      where t.unused and b.kind = t.kind and b.key = any (p_mailboxes);
  end if;

  delete from limit_refusals where key = any (p_mailboxes || p_provider) and sign_in = p_id;
  if p_refusals = 0 then
    return false;
  end if;
  insert into limit_refusals (key, sign_in, at, times)
    select m, p_id, v_at, least(p_refusals, p_mailbox_refusals) from unnest(p_mailboxes) m
    union all select p_provider, p_id, v_at, least(p_refusals, p_provider_refusals);
  if p_provider_refusals > (
    select coalesce(sum(r.times), 0) from limit_refusals r
      where r.key = p_provider and r.at > v_now - p_provider_window and r.at <= v_now)
  then
    return false;
  end if;
  delete from limit_refusals where key = p_provider and at <= v_now;
  insert into limit_pauses (provider, until) values (p_provider, v_now + p_provider_window)
    on conflict (provider) do update set until = excluded.until;
  return true;
end
$$;

-- Takes a place for a test of the client on a server, unless it or one of its networks has the most that they may.
create function limit_take_place(
  p_id bytea, p_locks bigint[], p_clients bytea[], p_limits bigint[], p_server bigint, p_lease bigint,
  p_server_lease bigint)
returns boolean language plpgsql as
$$
declare
  v_now bigint;
begin
  perform limit_lock(p_locks);
  v_now := limit_now();
  perform set_config('synchronous_commit', 'off', true);
  perform from unnest(p_clients, p_limits) as c (key, most)
    where c.most <= (
      select count(*) from limit_places p join limit_servers s on s.id = p.server
        where p.client = c.key and p.until > v_now and s.seen_at > v_now - p_server_lease);
  if found then
    return false;
  end if;
  insert into limit_places (client, id, server, until)
    select c, p_id, p_server, v_now + p_lease from unnest(p_clients) c;
  return true;
end
$$;

-- Gives a place back.
create function limit_leave_place(p_id bytea, p_clients bytea[]) returns void language plpgsql as
$$
begin
  perform set_config('synchronous_commit', 'off', true);
  delete from limit_places where client = any (p_clients) and id = p_id;
end
$$;

-- Renews the lease of a server. `servers` is how many there are with this one. `same_secret` is false where others use
-- another secret: then it is none of them. Where there is no other, its secret becomes that of all.
create function limit_renew_server(
  p_server bigint, p_lease bigint, p_check_value bytea, out servers bigint, out same_secret boolean)
language plpgsql as
$$
declare
  v_now bigint;
begin
  lock table limit_secret in share row exclusive mode;
  v_now := limit_now();
  perform set_config('synchronous_commit', 'off', true);
  select s.check_value = p_check_value into same_secret from limit_secret s;
  select count(*) into servers from limit_servers s where s.id <> p_server and s.seen_at > v_now - p_lease;
  if same_secret is null or (not same_secret and servers = 0) then
    insert into limit_secret (check_value) values (p_check_value)
      on conflict (one) do update set check_value = excluded.check_value;
    same_secret := true;
  end if;
  if not same_secret then
    delete from limit_servers s where s.id = p_server;
    return;
  end if;
  insert into limit_servers (id, seen_at) values (p_server, v_now)
    on conflict (id) do update set seen_at = excluded.seen_at;
  delete from limit_servers s where s.seen_at < v_now - 20 * p_lease;
  servers := servers + 1;
end
$$;

-- Returns when all that was written before is on the disk.
create function limit_flush(p_server bigint) returns void language sql as
$$
  update limit_servers set seen_at = limit_now() where id = p_server;
$$;

-- Ends the lease of a server that stops.
create function limit_end_server(p_server bigint) returns void language sql as
$$
  delete from limit_places where server = p_server;
  delete from limit_servers where id = p_server;
$$;

-- Removes at most so many of the rows that count no more, of those that are older than `p_known` and have no use after
-- it, and returns how many there were.
create function limit_prune(p_known bigint, p_most integer) returns bigint language sql as
$$
  with
    over as (select limit_now() as now, limit_now() - p_known as at),
    refusals as (
      delete from limit_refusals where (key, sign_in) in (
        select key, sign_in from limit_refusals where at < (select at from over)
          order by at limit p_most for update skip locked) returning 1),
    accounts as (
      delete from limit_accounts where (client, account, sign_in) in (
        select client, account, sign_in from limit_accounts where at < (select at from over)
          order by at limit p_most for update skip locked) returning 1),
    sign_ins as (
      delete from limit_sign_ins where id in (
        select id from limit_sign_ins where at < (select at from over)
          order by at limit p_most for update skip locked) returning 1),
    places as (
      delete from limit_places where (client, id) in (
        select client, id from limit_places where until < (select now from over)
          order by until limit p_most for update skip locked) returning 1)
  select (select count(*) from refusals) + (select count(*) from accounts) + (select count(*) from sign_ins)
    + (select count(*) from places)
$$;

-- Removes the full ones of the next `p_most` buckets after this one, and returns the last that was looked at; null at
-- the end.
create function limit_prune_buckets(inout p_kind smallint, inout p_key bytea, p_most integer) language plpgsql as
$$
declare
  v_now bigint := limit_now();
  v_last record;
begin
  select b.kind, b.key into v_last from (
    select n.kind, n.key from limit_buckets n where (n.kind, n.key) > (p_kind, p_key) order by n.kind, n.key limit p_most
  ) b order by b.kind desc, b.key desc limit 1;
  delete from limit_buckets b where (b.kind, b.key) in (
    select n.kind, n.key from limit_buckets n
      where (n.kind, n.key) > (p_kind, p_key) and (n.kind, n.key) <= (v_last.kind, v_last.key) and n.full_at <= v_now
      for update skip locked);
  p_kind := v_last.kind;
  p_key := v_last.key;
end
$$;
