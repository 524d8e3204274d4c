"""Settings become engines, and configurations of jobs and delivery: what HTTP and the command line build on."""
