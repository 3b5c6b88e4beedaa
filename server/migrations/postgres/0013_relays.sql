-- Relays between browsers and mail servers, counted as in 0010. Their buckets are of kind 4, those of clients and
-- networks and those of services, whose keys never are the same.

-- Counts one more relay in each of these buckets. `denied` is null where it is allowed; otherwise it is the limit, 6
-- where the sign-ins of the provider are paused, or else that of the first bucket which has none left, and `wait` is
-- the time until it is allowed, or null where that is not known. A relay leaves no trace at the provider, because
-- nobody learns how its sign-in ended.
create function limit_count_relay(
  p_locks bigint[], p_keys bytea[], p_limits smallint[], p_ones bigint[], p_windows bigint[], p_provider bytea,
  p_provider_refusals integer, p_provider_window bigint,
  out denied smallint, out wait bigint)
language plpgsql as
$$
declare
  v_now bigint;
begin
  perform limit_lock(p_locks);
  v_now := limit_now();
  perform set_config('synchronous_commit', 'off', true);

  select p.until - v_now into wait from limit_pauses p where p.provider = p_provider and p.until > v_now;
  if found then
    denied := 6;
    return;
  end if;
  if p_provider_refusals <= (
    select coalesce(sum(r.times), 0) from limit_refusals r
      where r.key = p_provider and r.at > v_now - p_provider_window)
  then
    denied := 6;
    wait := limit_refusals_wait(p_provider, p_provider_refusals, p_provider_window, v_now);
    return;
  end if;

  select c.kind, greatest(coalesce(b.full_at, v_now), v_now) + c.one - v_now - c.time into denied, wait
    from unnest(p_keys, p_limits, p_ones, p_windows) with ordinality as c (key, kind, one, time, number)
    left join limit_buckets b on b.kind = 4 and b.key = c.key
    where greatest(coalesce(b.full_at, v_now), v_now) + c.one - v_now > c.time
    order by c.number limit 1;
  if found then
    return;
  end if;
  insert into limit_buckets as b (kind, key, full_at)
    select 4, c.key, v_now + c.one from unnest(p_keys, p_ones) as c (key, one)
    on conflict (kind, key) do update set full_at = greatest(b.full_at, v_now) + excluded.full_at - v_now;
  denied := null;
  wait := null;
end
$$;
