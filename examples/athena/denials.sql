-- Count the denials of some days in Athena or Trino, without iamtriage: who was denied what, and how often.
-- Use failures.sql to find out why.
SELECT
    -- a role without its session
    regexp_replace(useridentity.arn, '(:assumed-role/[^/]+)/.*', '$1') AS caller,
    eventsource, eventname, count(*) AS denials, min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM cloudtrail_logs_pp
WHERE "timestamp" BETWEEN '2026/11/01' AND '2026/11/30'
    AND errorcode <> ''
    AND (
        -- AWS error codes of denials, some with the prefix Client.
        regexp_like(errorcode, 'Denied|DENIED|[Uu]nauthorized|NotAuthorized|Authorization|Forbidden|^40[13]$')
        OR regexp_like(errorcode, 'Insufficient(Permissions|Privileges)|MissingPermissions|AllAccessDisabled')
        OR regexp_like(errorcode, 'NotPermittedForRole|RoleCreationNotPermitted')
        -- messages of denials with other codes
        OR regexp_like(errormessage, '(?i)not authorized|unauthorized|access ?denied|permission')
    )
GROUP BY 1, 2, 3
ORDER BY denials DESC
