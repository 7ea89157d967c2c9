-- Its jobs, all of them due.
select graphile_worker.add_job('continue_operation', '{"org_id":"01a22ff5-bdc3-77ba-aaf8-16e9691dda15","operation_id":"01a22ff5-c06e-71df-ba37-3edf9ba7885d"}'::json, job_key => 'operation:01a22ff5-c06e-71df-ba37-3edf9ba7885d', priority => 20);
select graphile_worker.add_job('continue_operation', '{"org_id":"01a22ff5-bdc3-77ba-aaf8-16e9691dda15","operation_id":"01a22ff5-c170-72ca-b2b9-0f6a1005999a"}'::json, job_key => 'operation:01a22ff5-c170-72ca-b2b9-0f6a1005999a', priority => 20);
select graphile_worker.add_job('begin_operation', '{"org_id":"01a22ff5-bdc3-77ba-aaf8-16e9691dda15","operation_id":"01a22ff5-c221-743d-8f21-0615443d89c5"}'::json, job_key => 'operation:01a22ff5-c221-743d-8f21-0615443d89c5', priority => 0);
