-- Care (关怀): greetings were part of the optional subscription until now. Whoever did not want it,
-- or wanted it no more, is greeted only once they say so.

INSERT INTO consents (follower_id, member_id, purpose, given, text_version, text_hash, channel,
                      key, recorded_at)
SELECT follower_id, member_id, 'care', FALSE, text_version, text_hash, channel, key, recorded_at
FROM consents
WHERE NOT given AND id IN
    (SELECT MAX(id) FROM consents WHERE purpose = 'marketing' AND member_id IS NOT NULL
     GROUP BY member_id);
