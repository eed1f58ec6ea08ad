-- While servers are replaced one by one, an older one receives and processes deliveries too. It knows nothing of next_wake: what it receives
-- gets one, and what it has processed has none.
CREATE FUNCTION git.delivery_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.next_wake := CASE WHEN NEW.state = 'received' THEN coalesce(NEW.next_wake, now() + interval '1 minute') END;
  RETURN NEW;
END
$$;
CREATE TRIGGER delivery_wake BEFORE INSERT OR UPDATE ON git.delivery FOR EACH ROW EXECUTE FUNCTION git.delivery_wake();
