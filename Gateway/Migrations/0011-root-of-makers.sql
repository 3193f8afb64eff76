-- Makers of a key that was made with a token end with the issuer now; before, they ended with the maker, who would pass for the one in whom the
-- trust of all begins. Which issuer it was is not known any more.
UPDATE api_key
SET makers = array_append(makers, '(issuer)')
WHERE cardinality(makers) > 0
  AND NOT EXISTS (SELECT FROM api_key AS root WHERE root.makers = '{}' AND root.subject = api_key.makers[cardinality(api_key.makers)]);
