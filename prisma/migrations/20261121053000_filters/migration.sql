-- A trusted extension: whoever may create objects in the database may create it.
CREATE EXTENSION IF NOT EXISTS "unaccent";

-- Text without accents and capitals.
CREATE FUNCTION fold(text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE
  RETURN lower(unaccent('unaccent', $1));

-- The words of a text as they stand, without accents and capitals.
CREATE TEXT SEARCH CONFIGURATION search_words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION search_words
  ALTER MAPPING FOR hword, hword_part, word, numword, numhword WITH unaccent, simple;

-- The words of two texts, of which the second may be null. Cut, because a tsvector has a largest size and a sync must not
-- fail of it. The parser would take a hyphen, an e-mail address or a path for a part of a word, and with the locale C
-- any sign that is not ASCII. replace() costs a tenth of translate(). PostgreSQL inlines the function: it costs nothing.
CREATE FUNCTION search_words(text, text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('search_words', replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    left($1 || ' ' || coalesce($2, ''), 1000),
    '’', ' '), '«', ' '), '»', ' '), '–', ' '), ' ', ' '), '-', ' '), '/', ' '), '.', ' '), '@', ' '), '<', ' '));

-- Each word, or its French stem, begins a word of the text. Stop words count only where there is nothing else.
CREATE FUNCTION search_query(text[]) RETURNS tsquery
  LANGUAGE sql STABLE STRICT PARALLEL SAFE
  RETURN (SELECT string_agg(
      '(' || quote_literal(word) || ':*' || coalesce('|' || quote_literal(stem[1]) || ':*', '') || ')', '&'
    )::tsquery
  FROM (
    SELECT word, stem, bool_or(stem <> '{}') OVER () AS has_meaning
    FROM (
      SELECT fold(given) AS word, ts_lexize('french_stem', fold(given)) AS stem FROM unnest($1) AS given
    ) AS words
  ) AS marked
  WHERE stem <> '{}' OR NOT has_meaning);

-- DropIndex
DROP INDEX "painting_site_id_status_source_id_idx";

-- CreateIndex
CREATE INDEX "painting_filters" ON "painting"("site_id", "price", "source_id", "status", "year", "quantity");

-- CreateIndex
CREATE INDEX "order_site_id_total_price_source_id_idx" ON "order"("site_id", "total_price", "source_id");

-- CreateIndex
CREATE INDEX "order_site_id_user_source_id_idx" ON "order"("site_id", "user_source_id");

-- A row of a B-tree has a largest size, and a site may send any text: the beginning is indexed.
CREATE INDEX "painting_category" ON "painting"(left("category", 100));
CREATE INDEX "painting_technique" ON "painting"(left("technique", 100));
CREATE INDEX "user_email" ON "user"(left("email", 100));
CREATE INDEX "order_email" ON "order"(left("email", 100));
CREATE INDEX "exhibition_date" ON "exhibition"("site_id", coalesce("date", 'infinity'::date), "source_id");
CREATE INDEX "exhibition_location" ON "exhibition"(left("location", 100));

-- New words wait in a list that is sorted in now and then: the larger it may grow, the less that costs.
CREATE INDEX "painting_search" ON "painting" USING gin (search_words("name", "category"))
  WITH (gin_pending_list_limit = 16384);
CREATE INDEX "user_search" ON "user" USING gin (search_words("name", "email"));
CREATE INDEX "order_search" ON "order" USING gin (search_words("customer_name", "email"));
CREATE INDEX "exhibition_search" ON "exhibition" USING gin (search_words("title", "location"));
CREATE INDEX "custom_request_search" ON "custom_request" USING gin (search_words("client_name", "client_email"));

-- CreateIndex
CREATE INDEX "sync_run_entities_idx" ON "sync_run" USING GIN ("entities");

-- CreateIndex
CREATE INDEX "sync_run_error_code_id_idx" ON "sync_run"("error_code", "id");

-- CreateIndex
CREATE INDEX "sync_issue_code_entity_id_idx" ON "sync_issue"("code", "entity", "id");
