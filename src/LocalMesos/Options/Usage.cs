namespace Pipeline.LocalMesos.Options;

/// <summary>What <c>localmesos --help</c> prints.</summary>
internal static class Usage
{
    public const string Text = """
        localmesos --work_dir DIR [flags]: a Mesos master and its agents in one process

          --cluster NAME                  Name of the cluster, shown in the master's state (default: local)
          --port N                        Port of the master on 127.0.0.1 (default: 0, any free port)
          --work_dir DIR                  Directory for sandboxes, ids and localmesos.json
          --agents "rack1:2,rack2:1"      Racks with their number of agents (default: rack1:1); "none" for virtual agents only
          --resources "cpus:8;mem:8192;disk:65536"
                                          Resources of each agent (cores, MiB, MiB); ports are assigned unless they are named
          --attributes "region:local"     Attributes of every agent, besides its rack
          --agent_hostname NAME           Hostname of every agent (default: rack1-a01, rack1-a02 ...)
          --allocation continuous         When free resources are offered: "continuous" (every second, and as soon as they are
                                          freed), "cycle" (every second) or "on-demand" (POST /localmesos/master/allocate)
          --offer_timeout 30secs          Rescind offers that are held longer than this (default: never)
          --agent_ping_timeout 15secs     Time in which an agent has to answer a ping
          --max_agent_ping_timeouts 5     Number of missed pings after which an agent is unreachable
          --executor_environment_variables '{"A":"B"}'
                                          Environment variables of every task
          --http_command_executor         Apply the kill policy of KILL calls to command tasks
          --authenticate_http_frameworks  Require frameworks to authenticate
          --authenticate_http_readonly, --authenticate_http_readwrite
                                          Require operators to authenticate
          --credentials FILE              JSON file of principals: {"credentials":[{"principal":"p","secret":"s"}]}
          --require_credentials           Require credentials for every request, to the master and to the agents
          --enforce_limits                Limit memory, processes and CPU of each task by a control group
          --enforce_container_disk_quota  End tasks whose sandbox grows over their disk
          --docker_socket /var/run/docker.sock
                                          Socket of the Docker engine that runs tasks with an image
          --exit_with PID                 Exit when this process has ended

        Virtual agents, for load tests: their tasks are timers, not processes
          --virtual_agents N              Number of virtual agents (default: 0)
          --virtual_racks 10              Number of racks they are spread over (vr1, vr2 ...)
          --virtual_resources "cpus:16;mem:65536;disk:262144;ports:[31000-31999]"
                                          Resources of each virtual agent
          --launch_delay 100ms            Time from TASK_STARTING to TASK_RUNNING
          --virtual_run_time 5mins        Time until TASK_FINISHED (default: never). A label or environment variable
                                          VIRTUAL_RUN_SECONDS of the task overrides it; VIRTUAL_EXIT sets the exit status
          --virtual_unhealthy 0.01        Fraction of tasks with a health check that fail it
          --update_loss 0.01              Fraction of status updates that are lost once
          --update_duplication 0.01       Fraction of status updates that arrive twice
          --virtual_seed 1                Seed of the random numbers behind these fractions

        """;
}
